"""Rows of the same people on both sides of the split, which would invalidate every p-value."""

from __future__ import annotations

import pandas as pd

from synth_handson.evidence.histories import Histories
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.metrics.intervals import exact_share
from synth_handson.tables.people import SeveralRows, find_several_rows

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
    # Without a place, both parts are numbered from 0.
    real = pd.concat([tables.train, tables.holdout])
    if tables.stood is not None:
        real = real.set_axis(tables.stood)
    several = find_several_rows(real)
    if several is None:
        return None
    people = several.people(real)
    train, holdout = people[: len(tables.train)], people[len(tables.train) :]
    return known_by(several, int(pd.Series(holdout).isin(train).sum()), len(holdout))


def known_by(several: SeveralRows, known: int, rows: int) -> Measure:
    """Say of so many holdout rows how many are of people who have training rows, too."""
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
