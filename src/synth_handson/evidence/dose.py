"""Leaks made on purpose, to see which measure notices one, and from which dose on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from synth_handson.evidence.controls import jitter_rows, plant_rows
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.membership import DISTANCE_MEASURES, Neighbours, distance_measures
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables, sample_rows
from synth_handson.evidence.verdict import noticed, single_level
from synth_handson.metrics.distances import nearest_neighbors

Leak = Literal["planted", "jittered", "overfit"]

DOSES: dict[Leak, tuple[float, ...]] = {
    "planted": (0.0, 0.01, 0.02, 0.05, 0.1, 0.2),
    "jittered": (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5),
    "overfit": (1, 12),
}
"""Doses that are compared: share of planted rows, noise in standard deviations, copies of each person."""

MAX_ROWS = 4_000
"""Larger tables are sampled to so many rows, so that a dose takes a fraction of a second."""

OVERFIT_ROWS = 300
OVERFIT_EPOCHS = 30


@dataclass(frozen=True)
class NaiveScore:
    """A "privacy score" that is often used, and that rates leaks as safe.

    It is the mean distance to the closest training row, divided by the largest. A mean hides a few rows, one
    outlier rules the largest, and nothing says which score would be enough.

    Attributes
    ----------
    synthetic, holdout
        0 to 1, and by its own logic high is good; of the synthetic table, and of real people it never saw.
    """

    synthetic: float
    holdout: float

    @property
    def approves(self) -> bool:
        """Whether it rates the synthetic table at least as private as people who are not in it."""
        return self.synthetic >= self.holdout


@dataclass(frozen=True)
class Dose:
    """A leak of known size, and what notices it.

    Attributes
    ----------
    leak
        "planted": training rows among the synthetic ones. "jittered": the training table with noise.
        "overfit": a generator that was shown few people again and again.
    dose
        Share of planted rows, 0 to 1; noise in standard deviations of its column; times each person was
        shown.
    rows
        Synthetic rows that were measured.
    measures
        "identical_rows", "dcr_share", "dcr_ratio", "attack_auc" and "attack_tpr".
    noticed
        Names of the measures whose p-value, corrected for their number, is below the verdict's level.
    naive
        The score that notices little.
    """

    leak: Leak
    dose: float
    rows: int
    measures: tuple[Measure, ...]
    noticed: tuple[str, ...]
    naive: NaiveScore


def prepare_doses(synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame) -> AssessedTables:
    """Prepare three tables as for an assessment, sampled to `MAX_ROWS` rows each.

    Raises
    ------
    TableError
        As `synth_handson.evidence.three_tables.prepare_tables`.
    """
    return prepare_tables(synthetic, train, holdout).sampled(MAX_ROWS, random_state=0)


def take_dose(tables: AssessedTables, leak: Leak, dose: float, random_state: int = 0) -> Dose:
    """Make a leak of a given size, and see what notices it.

    Parameters
    ----------
    tables
        Prepared tables.
    leak
        "planted" puts training rows in place of synthetic ones; "jittered" puts the whole training table,
        with noise, in the synthetic table's place; "overfit" leaves the tables as they are, for there the
        generator made the leak.
    dose
        As in `Dose`.
    random_state
        Seed of the leak and the measures.

    Returns
    -------
    Dose
        The measures, and which of them notice.
    """
    synthetic = tables.synthetic
    if leak == "planted":
        synthetic = plant_rows(synthetic, tables.train, dose, random_state)
    elif leak == "jittered":
        synthetic = jitter_rows(tables.train, len(tables.train), dose, random_state)
    leaking = tables.instead(synthetic)
    measures = distance_measures(Neighbours.of(leaking, random_state), single_level(DISTANCE_MEASURES))
    names = tuple(m.name for m, _ in noticed(measures))
    return Dose(leak, dose, len(synthetic), measures, names, naive_score(leaking))


def dose_response(
    tables: AssessedTables, leak: Leak, doses: Sequence[float] | None = None, random_state: int = 0
) -> tuple[Dose, ...]:
    """Take several doses of a leak, by default those of `DOSES`."""
    return tuple(take_dose(tables, leak, dose, random_state) for dose in doses or DOSES[leak])


def repeat_people(train: pd.DataFrame, times: int, random_state: int = 0) -> pd.DataFrame:
    """Choose `OVERFIT_ROWS` people, and list all of them ``times`` times.

    A generator that trains on this memorises them: validation rows are copies of training rows, so early
    stopping sees no harm, and no value is rare.
    """
    few = sample_rows(train, OVERFIT_ROWS, random_state)
    return pd.concat([few] * times, ignore_index=True)


def take_overfit(repeated: pd.DataFrame, holdout: pd.DataFrame, synthetic: pd.DataFrame) -> Dose:
    """See what notices that a generator was trained on the people of `repeat_people`."""
    people = repeated.head(OVERFIT_ROWS)
    tables = prepare_doses(synthetic, people, holdout)
    return take_dose(tables, "overfit", len(repeated) / len(people))


def naive_score(tables: AssessedTables) -> NaiveScore:
    """Compute mean over largest distance to the closest training row: a mistake, for comparison only."""

    def score(table: pd.DataFrame) -> float:
        distances, _ = nearest_neighbors(table, tables.train, k=1)
        largest = distances.max()
        return float(distances.mean() / largest) if largest > 0 else 0.0

    return NaiveScore(score(tables.synthetic), score(tables.holdout))
