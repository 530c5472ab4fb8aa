"""Which of linked tables a rule is about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from synth_handson.errors import ArgumentError
from synth_handson.tables.checks import check_name, listed
from synth_handson.tables.rules.rule import Rule, of_table

PEOPLE = "people"
"""What the table of people is called among linked tables."""


def place_rules(
    rules: Sequence[Rule], own: Collection[str], events: Mapping[str, Collection[str]]
) -> dict[str, list[Rule]]:
    """Find the table, or tables, that each rule is about.

    Parameters
    ----------
    rules
        The rules: each between columns of people, or between those of a table of events and of its people.
        One that names no table, and whose columns several tables of events have, is about all of these.
    own
        Columns of people.
    events
        Columns of each table of events, by its name; "" where people and events are one table.

    Returns
    -------
    dict
        For "people" and each table of events its rules, which name no table any more.

    Raises
    ------
    ArgumentError
        If a rule names a table or a column that is not there, or columns of two tables of events.
    """
    own, placed = set(own), {name: list[Rule]() for name in (PEOPLE, *events)}
    for rule in rules:
        for name in _tables_of(rule, own, events):
            placed[name].append(of_table(rule, None))
    return placed


def _tables_of(rule: Rule, own: set[str], events: Mapping[str, Collection[str]]) -> list[str]:
    if rule.table is not None and "" in events:
        raise ArgumentError("rule_one_table", rule=str(rule), table=rule.table)
    if rule.table not in (None, PEOPLE, *events):
        known = listed((PEOPLE, *events))
        raise ArgumentError("rule_table", rule=str(rule), table=rule.table, known=known)
    columns = set(rule.columns)
    asked = [name for name in events if rule.table in (None, name)]
    there = [name for name in asked if columns <= own | {*events[name]} and columns & {*events[name]}]
    if columns <= own and (rule.table is None or not there):
        return [PEOPLE]
    if not there:
        for column in rule.columns:
            check_name(column, sorted(own.union(*(events[name] for name in asked))), "rule_column")
        raise ArgumentError("rules_two_tables", rule=str(rule))
    return there
