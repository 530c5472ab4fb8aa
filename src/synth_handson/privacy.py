"""Can anybody real be found in it? Every measure beside the same for people the generator never saw."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.attacks import MAX_SECRETS, three_risks
from synth_handson.distances import identical_rows, nearest_neighbors
from synth_handson.distributions import DistanceShares
from synth_handson.evidence_.three_tables import AssessedTables
from synth_handson.measures import Measure
from synth_handson.membership import Matches, closest_distances, membership_measures
from synth_handson.verdict import FAMILYWISE_LEVEL, Verdict, copies_needed, decide


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


@dataclass(frozen=True)
class Privacy:
    """Whether anybody real can be found in the synthetic table.

    Attributes
    ----------
    measures
        "identical_rows", "dcr_share", "dcr_ratio", "attack_auc", "attack_tpr", "outlier_identical",
        "outlier_attack_auc", "singling_out", "linkability", and "inference" once for each secret column.
    distances
        How the distances to the closest training row spread, of synthetic rows and of the holdout's.
    verdict
        What they say together.
    """

    measures: tuple[Measure, ...]
    distances: DistanceShares
    verdict: Verdict


def assess_privacy(
    tables: AssessedTables, *, random_state: int, on_attacks: Callable[[], None] | None = None
) -> Privacy:
    """Look for real people in a synthetic table, and decide what that shows.

    Parameters
    ----------
    tables
        Prepared tables.
    random_state
        Seed of samples, draws, bootstrap and attacks.
    on_attacks
        Called once the distances are measured and the attacks begin.

    Returns
    -------
    Privacy
        The measures and the verdict.
    """
    tests = 8 + min(MAX_SECRETS, tables.train.shape[1])
    level = FAMILYWISE_LEVEL / tests
    membership = membership_measures(tables, level=level, random_state=random_state)
    distances = closest_distances(tables, random_state)
    matches = Matches.of(tables.synthetic, tables.train, tables.holdout)
    copies = copies_needed(matches, level, random_state)
    if on_attacks:
        on_attacks()
    measures = (*membership, *three_risks(tables, random_state=random_state))
    return Privacy(measures, distances, decide(measures, copies, len(tables.synthetic)))
