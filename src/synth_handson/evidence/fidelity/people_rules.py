"""Which rules of people with their events are broken: between people's columns, and in tables of events."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth_handson.errors import ArgumentError
from synth_handson.evidence.fidelity.rules import RuleEvidence, measure_rules, most_broken_first
from synth_handson.evidence.histories import Events, Histories
from synth_handson.evidence.three_tables import MAX_ROWS, AssessedTables
from synth_handson.tables.checks import check_name
from synth_handson.tables.rules.rule import Rule
from synth_handson.tables.rules.values import Unit


def assess_people_rules(
    histories: Histories, stated: Sequence[Rule] = (), random_state: int = 0
) -> tuple[RuleEvidence, ...]:
    """Measure how often rows of people and of events break what holds in those of real people.

    Rules may be between people's columns, or those of a table of events and of its people.

    Parameters
    ----------
    histories
        People with their events.
    stated
        Rules that somebody stated.
    random_state
        Seed of the people who are looked at, where they have more than 200,000 rows.

    Returns
    -------
    tuple of RuleEvidence
        As :func:`~synth_handson.evidence.fidelity.rules.assess_rules`. Shares are of rows; their intervals
        count people, as if all rows of one said the same.

    Raises
    ------
    ArgumentError
        If a rule names a column that is not there, or columns of two tables of events.
    """
    histories = histories.sampled(MAX_ROWS, random_state)
    own = set(map(str, histories.attributes.train))
    kinds = [(events, *_beside_people(histories, events)) for events in histories.events]
    _check_places([own, *(set(map(str, tables.train)) for _, tables, _ in kinds)], stated)
    found: list[RuleEvidence] = []
    if own:
        everyone = [np.arange(size) for size in histories.sizes]
        mine = [rule for rule in stated if own.issuperset(rule.columns)]
        found += measure_rules(histories.attributes, everyone, histories.units, mine)
    for events, tables, units in kinds:
        names = set(map(str, tables.train))
        theirs = [
            rule for rule in stated if names.issuperset(rule.columns) and not own.issuperset(rule.columns)
        ]
        # What holds between people's own columns was measured of people.
        found += measure_rules(tables, events.owners, units, theirs, without=own)
    return most_broken_first(found)


def _check_places(tables: Sequence[set[str]], stated: Sequence[Rule]) -> None:
    for rule in stated:
        for name in rule.columns:
            check_name(name, sorted(set().union(*tables)), "rule_column")
        if not any(names.issuperset(rule.columns) for names in tables):
            raise ArgumentError("rules_two_tables", rule=str(rule))


def _names(events: Events) -> dict[str, str]:
    """Name columns of events as their own table does: of several tables, they begin with its name."""
    begins = f"{events.name}." if events.name else ""
    return {str(name): str(name).removeprefix(begins) for name in events.tables.train}


def _beside_people(histories: Histories, events: Events) -> tuple[AssessedTables, dict[str, Unit]]:
    """Return events with what belongs to their people, and what the columns hold."""
    names = _names(events)
    people = [name for name in histories.attributes.train if name not in names.values()]
    tables = (
        table[[name for name in table if name in people or name in names]].rename(columns=names)
        for table in histories.rows(events).all
    )
    units = {
        names.get(name, name): unit for name, unit in histories.units.items() if name in {*people, *names}
    }
    return AssessedTables(*tables), units
