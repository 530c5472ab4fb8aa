"""Rows of the same people on both sides of the split, which would invalidate every p-value."""

from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np
import pandas as pd

from synth_handson.evidence.histories import Histories
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.metrics.intervals import exact_share
from synth_handson.tables.coded import Codes
from synth_handson.tables.people import SeveralRows, find_several_rows

PLAINLY = 0.25
"""Share of the holdout's rows, beyond chance, from which on people without a key are on both sides. It is
half or more after a split by rows."""
FIRST_PEOPLE = 300
"""People of either part whose order is compared."""
MOST_NAMES = 6
"""Columns named at most."""


def shared_people(tables: AssessedTables) -> Measure | None:
    """Count the holdout rows of people who also have rows in the training table.

    A table of visits or payments has several rows of each person. Split at random by rows, the same people
    occur on both sides, and a holdout row is no row of somebody the generator has never seen.

    Parameters
    ----------
    tables
        The tables.

    Returns
    -------
    Measure or None
        "shared_people": share of the holdout's rows whose person, by an identifier, by everything that stays
        constant within a person, or by standing next to each other, occurs in the training table, with its
        Clopper-Pearson interval; 0 to 1, low is good. None if no person seems to have several rows.
    """
    real = pd.concat([tables.train, tables.holdout], ignore_index=True)
    if tables.stood is not None:
        real = real.set_axis(tables.stood)
    several = find_several_rows(real)
    if several is None:
        return None
    rows = len(tables.holdout)
    if several.neighbours and tables.stood is None:
        shared, chance = _in_step(several, real, len(tables.train))
        return known_by(several, round(shared * rows), rows, chance)
    people = several.people(real)
    train, holdout = people[: len(tables.train)], people[len(tables.train) :]
    return known_by(several, int(pd.Series(holdout).isin(train).sum()), rows)


def _in_step(several: SeveralRows, real: pd.DataFrame, members: int) -> tuple[float, float]:
    """Return the share of the holdout's people who follow each other as training people do; and by chance.

    Two files that a split by rows leaves have the same people in the same order. Whether others are as alike
    is seen in the opposite order.
    """
    keys = several.by_key(real)

    def follow(rows: pd.DataFrame, keys: Codes) -> list[int]:
        starts = np.unique(several.people(rows), return_index=True)[1]
        return [int(key) for key in keys[starts[:FIRST_PEOPLE]]]

    first = follow(real.iloc[:members], keys[:members])
    second = follow(real.iloc[members:], keys[members:])

    def shared(people: list[int]) -> float:
        blocks = SequenceMatcher(None, first, people, autojunk=False).get_matching_blocks()
        return sum(block.size for block in blocks) / len(people)

    return shared(second), shared(second[::-1])


def known_by(several: SeveralRows, known: int, rows: int, chance: float = 0.0) -> Measure | None:
    """Say of so many holdout rows how many are of people who have training rows, too.

    Of people who are known by standing together, nothing is said unless that is far more than by chance:
    people who are alike, and stand next to each other, are taken for one person.
    """
    if several.neighbours and known / rows - chance < PLAINLY * (1 - chance):
        return None
    return Measure("shared_people", exact_share(known, rows), rows=rows, columns=several.columns[:MOST_NAMES])


def shared_keys(histories: Histories, person: str) -> Measure | None:
    """Count the people of the holdout who are in the training table under the same key.

    Returns
    -------
    Measure or None
        "shared_people", as above, of the holdout's people. None if nobody does.
    """
    _, train, holdout = histories.keys
    known = int(holdout.isin(train).sum())
    if not known:
        return None
    share = exact_share(known, len(holdout))
    return Measure("shared_people", share, rows=len(holdout), columns=(person,))
