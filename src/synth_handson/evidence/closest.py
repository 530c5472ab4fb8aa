"""Set a synthetic row beside the closest real one, and the distances of all beside the holdout's."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.errors import ArgumentError
from synth_handson.metrics.distances import check_columns, identical_rows, nearest_neighbors
from synth_handson.tables.columns import column_type

UNITS = {
    "age": "years",
    "balance": "euros",
    "duration": "seconds",
    "campaign": "contacts",
    "previous": "contacts",
    "day": "days",
}
"""Units of Bank Marketing's numbers. ``pdays`` has none: its -1 stands for "never", not for a day."""


@dataclass(frozen=True)
class ColumnComparison:
    """One column of a synthetic row beside the same column of a real one.

    Attributes
    ----------
    name
        The column's name.
    synthetic, real
        The two values; None where one is missing.
    difference
        Synthetic minus real, in ``unit``; None for categories and missing values.
    unit
        What a number counts: "years", "euros", "seconds", "contacts", "days" (also for dates), or None where
        it is not known.
    same
        Whether the values are equal; a missing value equals a missing value only.
    """

    name: str
    synthetic: Any
    real: Any
    difference: float | None
    unit: str | None
    same: bool


@dataclass(frozen=True)
class Comparison:
    """A synthetic row beside a real one.

    Attributes
    ----------
    columns
        One comparison per column, in the real table's order.
    distance
        Their HEOM distance, from 0 (identical) to the square root of the number of columns.
    index
        Position of the real row in its table.
    """

    columns: tuple[ColumnComparison, ...]
    distance: float
    index: int

    @property
    def identical(self) -> bool:
        """Whether the rows agree in every column."""
        return all(column.same for column in self.columns)


def compare_with_nearest(synthetic_row: pd.Series | pd.DataFrame, real: pd.DataFrame) -> Comparison:
    """Find the real row closest to one synthetic row, and say in what they differ.

    Parameters
    ----------
    synthetic_row
        One row, as a Series named by column or a DataFrame of one row.
    real
        Rows to look among, shape (n_real, n_columns).

    Returns
    -------
    Comparison
        The first of the closest rows, column by column.

    Raises
    ------
    ArgumentError
        If there is not exactly one row, or as :func:`nearest_neighbors`.
    """
    row = _as_frame(synthetic_row)
    distances, indices = nearest_neighbors(row, real, k=1)
    index = int(indices[0, 0])
    return compare_rows(row, real.iloc[[index]], distance=float(distances[0, 0]), index=index)


def compare_rows(
    synthetic_row: pd.Series | pd.DataFrame,
    real_row: pd.Series | pd.DataFrame,
    *,
    distance: float,
    index: int,
) -> Comparison:
    """Say in what a synthetic row and its neighbour differ, once :func:`nearest_neighbors` has found it.

    Parameters
    ----------
    synthetic_row, real_row
        One row each, as a Series named by column or a DataFrame of one row (which keeps the columns' types).
    distance, index
        The distance between them and the real row's position, as found.

    Returns
    -------
    Comparison
        The two rows, column by column.

    Raises
    ------
    ArgumentError
        If there is not exactly one row on each side, or their columns differ.
    """
    synthetic, real = _as_frame(synthetic_row), _as_frame(real_row)
    check_columns(synthetic, real)
    compared = tuple(_compare_values(str(name), synthetic[name], real[name]) for name in real.columns)
    return Comparison(compared, distance, index)


def _as_frame(row: pd.Series | pd.DataFrame) -> pd.DataFrame:
    frame = (row.to_frame().T if isinstance(row, pd.Series) else row).infer_objects()
    if len(frame) != 1:
        raise ArgumentError("nearest_one_row", rows=len(frame))
    return frame


def _compare_values(name: str, synthetic: pd.Series, real: pd.Series) -> ColumnComparison:
    ours, theirs = _value(synthetic), _value(real)
    kind = column_type(real)
    difference = None
    if kind != "category" and kind == column_type(synthetic) and None not in (ours, theirs):
        difference = ours - theirs if kind == "number" else (ours - theirs) / pd.Timedelta(days=1)
    unit = UNITS.get(name) if kind == "number" else None if kind == "category" else "days"
    return ColumnComparison(name, ours, theirs, difference, unit, bool(ours == theirs))


def _value(column: pd.Series) -> Any:
    return None if column.isna().iloc[0] else column.tolist()[0]


@dataclass(frozen=True)
class ClosestRecords:
    """How close the rows of one table come to the training table.

    Attributes
    ----------
    distances
        Distance to the closest record (DCR) of every row: HEOM, 0 for a row that stands in the training
        table; larger is farther. Shape (n_rows,).
    indices
        Position of that closest training row. Shape (n_rows,).
    identical
        Number of rows that stand in the training table, every column alike.
    """

    distances: NDArray[np.float64]
    indices: NDArray[np.intp]
    identical: int

    @property
    def rows(self) -> int:
        """Number of rows compared."""
        return len(self.distances)

    @property
    def identical_share(self) -> float:
        """Share of rows that stand in the training table, 0 to 1; compare with the holdout's own share."""
        return self.identical / self.rows

    @property
    def median(self) -> float:
        """Median distance to the closest record."""
        return float(np.median(self.distances))


@dataclass(frozen=True)
class MedianGap:
    """How much farther the synthetic rows' median distance is than the holdout's.

    Attributes
    ----------
    gap
        Synthetic minus holdout; below 0, synthetic rows come closer to training rows than unseen people do.
    low, high
        Its 95 % interval. With 0 inside, sampling alone may have made the gap.
    """

    gap: float
    low: float
    high: float


def median_gap(
    synthetic: ClosestRecords, holdout: ClosestRecords, draws: int = 500, random_state: int = 0
) -> MedianGap:
    """Compare two median distances to the closest record, with the uncertainty of both.

    Parameters
    ----------
    synthetic, holdout
        From :func:`closest_records`, against the same training table.
    draws
        Bootstrap draws.
    random_state
        Seed of the bootstrap.

    Returns
    -------
    MedianGap
        The gap, and its percentile bootstrap interval.

    Notes
    -----
    Percentile bootstrap: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    generator = np.random.default_rng(random_state)

    def medians(distances: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([np.median(generator.choice(distances, len(distances))) for _ in range(draws)])

    low, high = np.quantile(medians(synthetic.distances) - medians(holdout.distances), [0.025, 0.975])
    return MedianGap(synthetic.median - holdout.median, float(low), float(high))


def closest_records(table: pd.DataFrame, train: pd.DataFrame) -> ClosestRecords:
    """Find for every row of ``table`` the closest row of the training table.

    The holdout measured in the same way says what to expect of people the generator has never seen.

    Parameters
    ----------
    table
        The synthetic table, or the holdout, with the training table's columns.
    train
        The rows the generator was trained on.

    Returns
    -------
    ClosestRecords
        Distances, positions and the number of identical rows.

    Raises
    ------
    ArgumentError
        If the columns differ or a table is empty.

    Notes
    -----
    Distance to closest record: Park et al., "Data Synthesis based on Generative Adversarial Networks",
    PVLDB 11(10), 2018. The distance itself: see :func:`synth_handson.nearest_neighbors`.
    """
    distances, indices = nearest_neighbors(table, train, k=1)
    return ClosestRecords(distances[:, 0], indices[:, 0], int(identical_rows(table, train).sum()))
