"""Distance to the closest record: one row with its neighbour, and all rows beside the holdout."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.errors import ArgumentError
from synth_handson.metrics.distances import check_columns, identical_rows, nearest_neighbors
from synth_handson.tables.alignment import DifferentKind, align
from synth_handson.tables.bank import UNITS, is_bank_marketing
from synth_handson.tables.checks import check_seed, is_count
from synth_handson.tables.columns import Column, column_kind

_TIMES = ("date", "zoned date", "duration")


@dataclass(frozen=True)
class ColumnComparison:
    """One column of a synthetic row and of a real one.

    Attributes
    ----------
    name
        The column's name.
    synthetic, real
        The two values; None where one is missing.
    difference
        Synthetic minus real, in ``unit``; None for categories and missing values.
    unit
        What a number of the Bank Marketing table counts: "years", "euros", "seconds", "contacts" or "days";
        "days" for dates and spans of any table; None where it is not known.
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
    """Find the real row closest to one synthetic row, and compare them.

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
    ArgumentError, TableError
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
    """Compare a synthetic row with the neighbour that :func:`nearest_neighbors` has found.

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
    units = UNITS if is_bank_marketing(real.columns) else {}
    compared = tuple(_compare_values(name, synthetic[name], real[name], units) for name in real.columns)
    return Comparison(compared, distance, index)


def _as_frame(row: object) -> pd.DataFrame:
    if isinstance(row, pd.Series):
        row = row.to_frame().T.infer_objects()
    if not isinstance(row, pd.DataFrame):
        raise ArgumentError("nearest_no_row", type=type(row).__name__)
    if len(row) != 1:
        raise ArgumentError("nearest_one_row", rows=len(row))
    return row


def _compare_values(
    name: Hashable, synthetic: Column, real: Column, units: Mapping[str, str]
) -> ColumnComparison:
    value, real_value = _value(synthetic), _value(real)
    kind = column_kind(real)
    unit = units.get(str(name)) if kind == "number" else "days" if kind in _TIMES else None
    try:
        kind, (real, synthetic) = align(real, synthetic)
    except DifferentKind:
        return ColumnComparison(str(name), value, real_value, None, unit, False)
    difference = None
    if (kind == "number" or kind in _TIMES) and None not in (value, real_value):
        gap = synthetic.iloc[0] - real.iloc[0]
        difference = gap / pd.Timedelta(days=1) if kind in _TIMES else _as_whole(gap, value, real_value)
    same = bool(synthetic.isna().iloc[0] and real.isna().iloc[0]) or bool((synthetic == real).iloc[0])
    return ColumnComparison(str(name), value, real_value, difference, unit, same)


def _as_whole(difference: float, *values: object) -> float:
    """Return the difference of two whole numbers as a whole number."""
    return int(difference) if all(isinstance(value, Integral) for value in values) else float(difference)


def _value(column: Column) -> Any:
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
        """Share of rows that occur in the training table, 0 to 1; compare with the holdout's own share."""
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

    Raises
    ------
    ArgumentError
        If one of the two is nothing that :func:`closest_records` returned, or a number is out of range.

    Notes
    -----
    Percentile bootstrap: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    for given in (synthetic, holdout):
        if not isinstance(given, ClosestRecords):
            raise ArgumentError("gap_no_records", type=type(given).__name__)
    if not is_count(draws):
        raise ArgumentError("gap_draws", draws=draws)
    generator = np.random.default_rng(check_seed(random_state))

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
    ArgumentError, TableError
        As :func:`nearest_neighbors`.

    Notes
    -----
    Distance to closest record: Park et al., "Data Synthesis based on Generative Adversarial Networks",
    PVLDB 11(10), 2018. The distance itself: see :func:`synth_handson.nearest_neighbors`.
    """
    distances, indices = nearest_neighbors(table, train, k=1)
    return ClosestRecords(distances[:, 0], indices[:, 0], int(identical_rows(table, train).sum()))
