"""Can anybody real be found in it? Distances to the closest real row, beside the same for the holdout."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.distances import identical_rows, nearest_neighbors


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
