"""Simulated leaks: which measures notice them, and from which size on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from synth_handson.evidence.controls.known_tables import (
    change_category,
    chosen_people,
    jitter_rows,
    plant_rows,
    replace_rows,
)
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.identical import training_matches
from synth_handson.evidence.privacy.membership import (
    DISTANCE_MEASURES,
    SUBSET_MEASURES,
    Neighbours,
    distance_measures,
    subset_measures,
)
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables, sample_rows
from synth_handson.evidence.verdict import TOLERATED_LEAK, hint_speaks, noticed, single_level
from synth_handson.metrics.arrays import Integers
from synth_handson.metrics.distances import HeomSpace, nearest_neighbors
from synth_handson.metrics.intervals import Estimate, exact_share

LeakKind = Literal["planted", "disguised", "jittered", "overfit"]

LEAK_SIZES: dict[LeakKind, tuple[float, ...]] = {
    "planted": (0.0, 0.01, 0.02, 0.05, 0.1, 0.2),
    "disguised": (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
    "jittered": (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5),
    "overfit": (1, 12),
}
"""Sizes that are compared: share of planted or disguised rows, noise in standard deviations, copies of each
person."""

MAX_ROWS = 4_000
"""Rows that larger tables are sampled to, so that a simulation takes a fraction of a second."""

TRACED = 300
"""Leaking rows for which the person they lead to is looked up."""

OVERFIT_ROWS = 300
OVERFIT_EPOCHS = 30


@dataclass(frozen=True)
class NaiveScore:
    """A common "privacy score" that rates leaks as safe.

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
class LeakSimulation:
    """A leak of known size, and what notices it.

    Attributes
    ----------
    leak
        "planted": training rows among the synthetic ones. "disguised": the same with one category of each
        changed. "jittered": the training table with noise. "overfit": a generator that was shown few people
        again and again.
    size
        Share of planted or disguised rows, 0 to 1; noise in standard deviations of its column; times each
        person was shown.
    rows
        Synthetic rows that were measured.
    leaking
        How many of them leak; None where the generator made the leak.
    measures
        Those of `DISTANCE_MEASURES` and `SUBSET_MEASURES`, and "training_matches" where the labels cannot
        decide whether rows were copied.
    noticed
        Names of the measures whose p-value, corrected for their number, is below the level of a review; and
        "training_matches" if that hint speaks.
    traced
        Share of the leaking rows for which the real person they share most values with (of several, the
        closest) is the one that they were made from, 0 to 1. None where nothing leaks, or as ``leaking``.
    naive
        The score that notices little.
    """

    leak: LeakKind
    size: float
    rows: int
    leaking: int | None
    measures: tuple[Measure, ...]
    noticed: tuple[str, ...]
    naive: NaiveScore
    traced: Estimate | None

    @property
    def blind(self) -> bool:
        """Whether nothing notices people who can still be found: more of them than a leak may concern."""
        return not self.noticed and self.traced is not None and self.traced.low > TOLERATED_LEAK


def prepare_simulation(synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame) -> AssessedTables:
    """Prepare three tables as for an assessment, sampled to `MAX_ROWS` rows each.

    Raises
    ------
    TableError
        As `synth_handson.evidence.three_tables.prepare_tables`.
    """
    return prepare_tables(synthetic, train, holdout).sampled(MAX_ROWS, random_state=0)


def simulate_leak(
    tables: AssessedTables, leak: LeakKind, size: float, random_state: int = 0
) -> LeakSimulation:
    """Make a leak of a given size, and see what notices it.

    Parameters
    ----------
    tables
        Prepared tables.
    leak
        "planted" puts training rows in place of synthetic ones, "disguised" such rows with one category
        changed; "jittered" puts the whole training table, with noise, in the synthetic table's place;
        "overfit" leaves the tables as they are, for there the generator made the leak.
    size
        As in `LeakSimulation`.
    random_state
        Seed of the leak and the measures.

    Returns
    -------
    LeakSimulation
        The measures, and which of them notice.
    """
    synthetic, leaking = _with_leak(tables, leak, size, random_state)
    return measure_leak(tables.instead(synthetic), leak, size, leaking, random_state)


def measure_leak(
    leaky: AssessedTables, leak: LeakKind, size: float, leaking: int | None, random_state: int = 0
) -> LeakSimulation:
    """Measure a leak that was made; parameters and result are those of `LeakSimulation`."""
    compared = Neighbours.of(leaky, random_state)
    measures = (*distance_measures(compared), *subset_measures(compared))
    hints = training_matches(compared.matches, single_level((*DISTANCE_MEASURES, *SUBSET_MEASURES)))
    names = *(m.name for m, _ in noticed(measures)), *(m.name for m in hints if hint_speaks(m))
    space, synthetic, train, _ = compared.everyone
    traced = _traced(space, synthetic, train, leaking, random_state) if leaking else None
    return LeakSimulation(
        leak, size, len(leaky.synthetic), leaking, (*measures, *hints), names, naive_score(leaky), traced
    )


def _with_leak(
    tables: AssessedTables, leak: LeakKind, size: float, random_state: int
) -> tuple[pd.DataFrame, int | None]:
    """Make the leak: the synthetic table with the leaking rows last, and how many they are."""
    synthetic, train = tables.synthetic, tables.train
    count = round(size * len(synthetic))
    if leak == "planted":
        return plant_rows(synthetic, train, size, random_state), count
    if leak == "disguised":
        return replace_rows(synthetic, change_category(train, count, 1, random_state), random_state), count
    if leak == "jittered":
        return jitter_rows(train, len(train), size, random_state), len(train)
    return synthetic, None


def _traced(
    space: HeomSpace, synthetic: Integers, train: Integers, leaking: int, random_state: int
) -> Estimate:
    """Find the people that the leaking rows, the last of the synthetic ones, lead to."""
    people = train[chosen_people(len(train), leaking, random_state)[:TRACED]]
    rows = synthetic[-leaking:][: len(people)]
    equal, distance = np.zeros((2, len(rows), len(space.real)))
    for name, codes in space.codes.items():
        same = codes[rows, None] == codes[None, space.real]
        equal += same
        gaps = ~same * 1.0
        if name in space.ranks:
            ranks = space.ranks[name]
            gaps *= np.nan_to_num((ranks[rows, None] - ranks[None, space.real]) ** 2, nan=1.0)
        distance += gaps
    # A distance is less than one more equal value, however large it is.
    led_to = (equal - distance / (len(space.codes) + 1)).argmax(axis=1)
    numbers = space.row_numbers
    return exact_share(int((numbers[led_to] == numbers[people]).sum()), len(people))


def simulate_leaks(
    tables: AssessedTables, leak: LeakKind, sizes: Sequence[float] | None = None, random_state: int = 0
) -> tuple[LeakSimulation, ...]:
    """Simulate several sizes of a leak, by default those of `LEAK_SIZES`."""
    return tuple(simulate_leak(tables, leak, size, random_state) for size in sizes or LEAK_SIZES[leak])


def repeat_people(train: pd.DataFrame, times: int, random_state: int = 0) -> pd.DataFrame:
    """Choose `OVERFIT_ROWS` people, and list all of them ``times`` times.

    A generator that trains on this memorises them: validation rows are copies of training rows, so early
    stopping sees no harm, and no value is rare.
    """
    few = sample_rows(train, OVERFIT_ROWS, random_state)
    return pd.concat([few] * times, ignore_index=True)


def measure_overfitting(
    repeated: pd.DataFrame, holdout: pd.DataFrame, synthetic: pd.DataFrame
) -> LeakSimulation:
    """Measure the leak of a generator that was trained on the people of `repeat_people`."""
    people = repeated.head(OVERFIT_ROWS)
    tables = prepare_simulation(synthetic, people, holdout)
    return simulate_leak(tables, "overfit", len(repeated) / len(people))


def naive_score(tables: AssessedTables) -> NaiveScore:
    """Compute mean over largest distance to the closest training row: a mistake, for comparison only."""

    def score(table: pd.DataFrame) -> float:
        distances, _ = nearest_neighbors(table, tables.train, k=1)
        largest = distances.max()
        return float(distances.mean() / largest) if largest > 0 else 0.0

    return NaiveScore(score(tables.synthetic), score(tables.holdout))
