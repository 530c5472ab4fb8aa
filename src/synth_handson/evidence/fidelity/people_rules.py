"""Which rules of people with their events are broken: between people's columns, and in tables of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from synth_handson.evidence.fidelity.rules import RuleEvidence, measure_rules, most_broken_first
from synth_handson.evidence.histories import Events, Histories
from synth_handson.evidence.three_tables import MAX_ROWS, AssessedTables
from synth_handson.tables.rules.linked import PEOPLE, place_rules
from synth_handson.tables.rules.parse import parse_rule
from synth_handson.tables.rules.rule import Rule, of_table, renamed
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
        As `place_rules`.
    """
    histories = histories.sampled(MAX_ROWS, random_state)
    own = set(map(str, histories.attributes.train))
    kinds = [(events, *_beside_people(histories, events)) for events in histories.events]
    placed = place_rules(stated, own, {events.table: _names(events).values() for events in histories.events})
    found: list[RuleEvidence] = []
    if own:
        everyone = [np.arange(size) for size in histories.sizes]
        found += measure_rules(histories.attributes, everyone, histories.units, placed[PEOPLE])
    for events, tables, units in kinds:
        # What holds between people's own columns was measured of people.
        measured = measure_rules(tables, events.owners, units, placed[events.table], without=own)
        found += [_of_table(rule, events, units) for rule in measured] if events.name else measured
    return most_broken_first(found)


def _of_table(measured: RuleEvidence, events: Events, units: Mapping[str, Unit]) -> RuleEvidence:
    """Name the table that a rule is about, of several tables of events; its columns begin with that name."""
    rule = parse_rule(measured.rule)
    names = {own: name for name, own in _names(events).items()}
    units = {names.get(name, name): unit for name, unit in units.items()}
    words = renamed(rule, names).message(units)
    return replace(measured, rule=str(of_table(rule, events.table)), words=words)


def _names(events: Events) -> dict[str, str]:
    """Name columns of events as their own table does; beside others they may begin with its name."""
    begins = f"{events.table}." if events.table else ""
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
