"""Read three tables in which people have several rows, and search for real people by their events."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.evidence.counting.exact_tables import ReadTables, read_tables
from synth_handson.evidence.histories import PARTS, Events, Histories, by_person, of_linked, read_keys
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.attribution import attribution_measures
from synth_handson.evidence.privacy.events import key_matches, search_events
from synth_handson.evidence.privacy.membership import Neighbours
from synth_handson.evidence.privacy.overview import OfPeople
from synth_handson.evidence.privacy.same_people import shared_keys, shared_people
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.evidence.verdict import REVIEW_LEVEL
from synth_handson.tables.checks import check_known, check_target, listed
from synth_handson.tables.large import AnyTable, open_table
from synth_handson.tables.linked import LinkedTables

if TYPE_CHECKING:
    from distributed import Client

Tables: TypeAlias = "Mapping[str, AnyTable | LinkedTables]"
EVERY_ROW = 2**40
"""Row limit for tables of people with several rows, which are always read into memory."""


@dataclass(frozen=True, eq=False)
class ReadPeople:
    """People of three tables, and how they were found.

    Attributes
    ----------
    histories
        The people with their events; None if nobody has more than one row.
    found
        What was measured by their events; None likewise, unless keys say something.
    known
        Columns that somebody may already know of a person.
    person
        The column that tells the people apart.
    random_state
        Seed of draws.
    """

    histories: Histories | None
    found: OfPeople | None
    known: tuple[str, ...]
    person: str
    random_state: int

    def of_target(self, tables: AssessedTables, target: str | None) -> AssessedTables:
        """Return the rows that a target is learned from: people, or one event of each."""
        if self.histories is None or target is None or target in self.histories.attributes.train:
            return tables
        events = kind_of(self.histories, [target])
        assert events is not None
        return self.histories.rows(self.histories.one_event_each(events, self.random_state))


@contextmanager
def read_people(
    tables: Tables,
    person: str | int | None,
    random_state: int,
    target: str | None,
    known: Iterable[Hashable] | None,
    client: Client | None,
) -> Iterator[tuple[ReadTables, ReadPeople]]:
    """Open three tables, make one row of each person, and measure what the events say.

    Yields
    ------
    ReadTables, ReadPeople
        The people as a table, and with their events.

    Raises
    ------
    TableError, ArgumentError
        As `assess`.
    """
    linked = {title: table for title, table in tables.items() if isinstance(table, LinkedTables)}
    if linked:
        if len(linked) < len(tables) or person not in (None, linked["train"].key):
            raise ArgumentError("assess_linked", person=person, tables=listed(linked))
        histories, key = of_linked(linked), linked["train"].key
    else:
        frames = _in_memory(tables)
        key = str(person)
        keys = read_keys(frames, person)
        if not any(column.duplicated().any() for column in keys):
            synthetic, train, holdout = (frames[title].drop(columns=person) for title in PARTS)
            with read_tables(synthetic, train, holdout, random_state, target, known, client=client) as given:
                # Nobody has a second row: nothing is to be said of people but that keys were copied.
                copied = key_matches(keys)
                speaks = copied.p_value is not None and copied.p_value < REVIEW_LEVEL
                only = OfPeople((copied,), shared_people(given.tables)) if speaks else None
                yield given, ReadPeople(None, only, given.known, key, random_state)
            return
        histories = by_person(frames, person)
    check_target(target, histories.columns)
    named = check_known(known, histories.columns)
    own = set(histories.attributes.train)
    of_events = () if set(named) <= own else named
    people = histories.people
    with read_tables(
        people.synthetic, people.train, people.holdout, random_state,
        known=None if of_events else named or None, client=client,
    ) as given:  # fmt: skip
        by_events = search_events(histories, random_state)
        measures = (*by_events.measures, key_matches(histories.keys))
        measures += _attributions(histories, of_events, random_state)
        found = OfPeople(measures, shared_keys(histories, key), by_events)
        yield given, ReadPeople(histories, found, named, key, random_state)


def _in_memory(tables: Tables) -> dict[str, pd.DataFrame]:
    """Read tables, however many rows they have."""
    frames = {}
    with TemporaryDirectory(prefix="synth-handson-") as folder:
        for title, table in tables.items():
            assert not isinstance(table, LinkedTables)
            frame = open_table(table, title, EVERY_ROW, Path(folder))
            assert isinstance(frame, pd.DataFrame)
            frames[title] = frame
    return frames


def kind_of(histories: Histories, names: Sequence[str]) -> Events | None:
    """Find the kind of events that has all of these columns, except those of people."""
    wanted = set(names) - set(histories.attributes.train)
    return next((events for events in histories.events if wanted <= set(events.tables.train)), None)


def _attributions(histories: Histories, known: Sequence[str], random_state: int) -> tuple[Measure, ...]:
    """Guess secrets of people of whom part of an event is known: one event each, drawn at random."""
    if not known:
        return ()
    events = kind_of(histories, known)
    if events is None:
        raise ArgumentError("known_kinds", columns=listed(known))
    drawn = histories.rows(histories.one_event_each(events, random_state))
    tables = replace(drawn, synthetic=histories.rows(events).synthetic)
    return attribution_measures(Neighbours.of(tables, random_state).counts.attributions(known))
