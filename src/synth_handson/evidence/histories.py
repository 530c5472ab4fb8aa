"""The three tables of an assessment as people with histories: people are compared, not rows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError, TableError, problem
from synth_handson.evidence.three_tables import TITLES, AssessedTables, prepare_tables
from synth_handson.metrics.arrays import Integers, equal_before, one_of_each
from synth_handson.tables.alignment import DifferentKind, align, as_text
from synth_handson.tables.checks import MIN_ASSESSED_ROWS, check_frame, check_person, listed
from synth_handson.tables.columns import as_canonical, column_kind
from synth_handson.tables.linked import (
    LinkedTables,
    check_enough_have_events,
    event_columns,
    in_table,
)
from synth_handson.tables.people import is_constant_within
from synth_handson.tables.rules.values import Unit, units_of
from synth_handson.tables.texts import is_text

T = TypeVar("T")
Frames = Mapping[str, pd.DataFrame]
"""A table for each of `TITLES`."""
PARTS = ("synthetic", "train", "holdout")
"""The order in which `AssessedTables` has them."""
Keys = tuple[pd.Series, pd.Series, pd.Series]
"""Keys of synthetic, training and holdout people, as text."""
Trio = tuple[Integers, Integers, Integers]
"""One array each for the synthetic, training and holdout rows."""
Picks = Sequence[tuple[int, Integers]]
"""For each of the three tables: the table that people are taken from, and their positions, ascending."""
MOMENTS = ("date", "zoned date")
FEWEST_PEOPLE = 200
"""People of each table who are compared at least, if there are so many."""
FORWARD = 0.95
"""Smallest share of steps between consecutive rows of a person in which a column moves forward, for it to
count as time."""


@dataclass(frozen=True, eq=False)
class Events:
    """One kind of events of three tables, in the order of their people, and of time.

    Attributes
    ----------
    name
        What they are called; empty if there is one kind only.
    tables
        The events, without their people's attributes.
    owners
        The position of each event's person, ascending: synthetic, training and holdout events.
    texts
        Columns of free text, which are not among ``tables``: for each, the values of the three tables.
    summed
        Columns whose sum over a person says something.
    time
        The column that orders them, if one does.
    table
        The name of their table, where tables are linked.
    """

    name: str
    tables: AssessedTables
    owners: Trio
    texts: Mapping[str, tuple[pd.Series, pd.Series, pd.Series]]
    summed: tuple[str, ...]
    time: str | None
    table: str = ""

    def of(self, picks: Picks) -> Events:
        """Keep the events of some people, numbered anew, without texts: for each table, whose, and whom."""
        tables, owners = [], []
        for part, people in picks:
            number = np.full(int(max(people.max(initial=0), self.owners[part].max(initial=0))) + 1, -1)
            number[people] = np.arange(len(people))
            renumbered = number[self.owners[part]]
            owners.append(renumbered[renumbered >= 0])
            tables.append(self.tables.all[part][renumbered >= 0].reset_index(drop=True))
        return replace(self, tables=AssessedTables(*tables), owners=_trio(owners), texts={})

    def beginnings(self, most: int) -> Events:
        """Keep each person's first events, at most so many, without texts."""
        kept = [equal_before(who) < most for who in self.owners]
        tables = (
            table[keep].reset_index(drop=True) for table, keep in zip(self.tables.all, kept, strict=True)
        )
        owners = (who[keep] for who, keep in zip(self.owners, kept, strict=True))
        return replace(self, tables=AssessedTables(*tables), owners=_trio(owners), texts={})

    def summaries(self, part: int, people: int) -> Iterator[tuple[str, pd.Series]]:
        """Summarise each person's events: their number, and each column's first and last value."""
        table, owners = self.tables.all[part], self.owners[part]
        counts = np.bincount(owners, minlength=people)
        yield f"count({self.name or '*'})", pd.Series(counts.astype(float))
        there, ends = counts > 0, np.cumsum(counts)
        for name in table.columns:
            column = table[name]
            for said, position in (("first", ends - counts), ("last", ends - 1)):
                yield f"{said}({name})", column.reindex(np.where(there, position, -1)).reset_index(drop=True)
            if name in self.summed:
                known = column.notna().to_numpy()
                total = np.bincount(owners, np.where(known, column, 0), people)
                some = np.bincount(owners, known, people) > 0
                yield f"sum({name})", pd.Series(np.where(some, total, np.nan))
        for name, columns in self.texts.items():
            texts = columns[part].dropna()
            joined = texts.groupby(owners[texts.index]).agg("\n".join)
            yield (
                f"string_agg({name})",
                joined.reindex(range(people)).astype("str").where(np.isin(np.arange(people), joined.index)),
            )


@dataclass(frozen=True, eq=False)
class Histories:
    """People of three tables, with their events.

    Attributes
    ----------
    attributes
        What belongs to the people: one row for each.
    sizes
        Number of synthetic, training and holdout people.
    keys
        The keys of each, as text.
    events
        Each kind of events.
    columns
        Columns of the tables as given, without the key.
    profile
        Columns that are the same in all rows of every real person: ``attributes``, and those that only
        synthetic people change.
    units
        What columns hold that are time: they count days.
    """

    attributes: AssessedTables
    sizes: tuple[int, int, int]
    keys: Keys
    events: tuple[Events, ...]
    columns: tuple[str, ...]
    profile: tuple[str, ...]
    units: Mapping[str, Unit] = field(default_factory=dict)

    @property
    def rows_given(self) -> tuple[int, int, int]:
        """Number of synthetic, training and holdout events, of all kinds together."""
        synthetic, train, holdout = np.sum([list(map(len, e.owners)) for e in self.events], axis=0).tolist()
        return synthetic, train, holdout

    @cached_property
    def people(self) -> AssessedTables:
        """One row for each person: the attributes, and a summary of each kind of events.

        The number of events, ``count(*)``; of each column its first and last value, ``first(amount)`` and
        ``last(amount)``; of numbers the sum; and free text of all events together, ``string_agg(note)``.
        """
        tables = []
        for part, size in enumerate(self.sizes):
            columns = {name: self.attributes.all[part][name] for name in self.attributes.train}
            for events in self.events:
                columns |= dict(events.summaries(part, size))
            tables.append(pd.DataFrame(columns, index=range(size)))
        return AssessedTables(*tables)

    @cached_property
    def profiles(self) -> AssessedTables:
        """Attributes that never change within real people, one row per person; also for synthetic people."""
        if set(self.profile) <= set(self.attributes.train):
            return self.attributes
        (events,) = self.events
        synthetic, train, holdout = (table[list(self.profile)] for table in self.rows(events).all)
        first, second = (np.unique(who, return_index=True)[1] for who in events.owners[1:])
        return AssessedTables(
            synthetic.drop_duplicates(ignore_index=True),
            train.iloc[first].reset_index(drop=True),
            holdout.iloc[second].reset_index(drop=True),
        )

    def rows(self, events: Events) -> AssessedTables:
        """Return events with what belongs to their people."""
        texts = [name for name in self.attributes.categories if is_text(self.attributes.train[name])]
        tables = (
            pd.concat([people.drop(columns=texts).iloc[owners].reset_index(drop=True), table], axis=1)
            for people, table, owners in zip(
                self.attributes.all, events.tables.all, events.owners, strict=True
            )
        )
        return AssessedTables(*tables)

    def one_event_each(self, events: Events, random_state: int) -> Events:
        """Draw one event of each person who has any, so that measures are about people."""
        rng = np.random.default_rng(random_state)
        chosen = [np.flatnonzero(one_of_each(owners, rng)) for owners in events.owners]
        tables = (
            table.iloc[rows].reset_index(drop=True)
            for table, rows in zip(events.tables.all, chosen, strict=True)
        )
        owners = (who[rows] for who, rows in zip(events.owners, chosen, strict=True))
        return replace(events, tables=AssessedTables(*tables), owners=_trio(owners), texts={})

    def of(self, picks: Picks) -> Histories:
        """Keep some people with all their events: for each table, from which one, and whom."""
        attributes = (self.attributes.all[part].iloc[people].reset_index(drop=True) for part, people in picks)
        return replace(
            self,
            attributes=AssessedTables(*attributes),
            sizes=_trio(len(people) for _, people in picks),
            keys=_trio(self.keys[part].iloc[people].reset_index(drop=True) for part, people in picks),
            events=tuple(events.of(picks) for events in self.events),
        )

    def sampled(self, rows: int, random_state: int) -> Histories:
        """Draw people of each table until they have ``rows`` events together, at least one."""
        rng = np.random.default_rng(random_state)
        picks = []
        for part, size in enumerate(self.sizes):
            order = rng.permutation(size)
            each = [np.bincount(events.owners[part], minlength=size) for events in self.events]
            counts = np.sum(each, axis=0)
            enough = max(int(np.searchsorted(np.cumsum(counts[order]), rows, "right")), 1)
            picks.append((part, np.sort(order[:enough])))
        everybody = all(len(who) == size for (_, who), size in zip(picks, self.sizes, strict=True))
        return self if everybody else self.of(picks)

    def many_people(self, rows: int, random_state: int) -> Histories:
        """Draw people likewise; if not all fit in, only the first events of those with very many count.

        So there are `FEWEST_PEOPLE` in each table, or as many as there are.
        """
        if max(self.rows_given) <= rows:
            return self
        most = max(rows // (FEWEST_PEOPLE * len(self.events)), 1)
        return replace(self, events=tuple(e.beginnings(most) for e in self.events)).sampled(
            rows, random_state
        )

    def reference(self, random_state: int) -> Histories:
        """Use half of the holdout's people as synthetic ones, and the others as holdout."""
        order = np.random.default_rng(random_state).permutation(self.sizes[2])
        first, second = np.array_split(order, 2)
        return self.of([(2, np.sort(first)), (1, np.arange(self.sizes[1])), (2, np.sort(second))])


def by_person(frames: Frames, person: Hashable) -> Histories:
    """Split three tables with several rows per person into people and events.

    Columns that are the same in all rows of every person belong to the people; the others to events.

    Parameters
    ----------
    frames
        The tables; the training table decides the types.
    person
        The column that tells the people apart.

    Raises
    ------
    TableError, ArgumentError
        If one is no table, lacks a column, or a person is missing; if there are fewer than 100 people; and as
        `prepare_tables`.
    """
    keys = dict(zip(PARTS, read_keys(frames, person), strict=True))
    owners = {title: pd.factorize(key)[0] for title, key in keys.items()}
    prepared = prepare_tables(*(frames[title].drop(columns=person) for title in PARTS))
    real = [(prepared.train, owners["train"]), (prepared.holdout, owners["holdout"])]
    profile = [
        str(n) for n in prepared.train if all(is_constant_within(table[n], who) for table, who in real)
    ]
    own = [name for name in profile if is_constant_within(prepared.synthetic[name], owners["synthetic"])]
    first = {title: np.unique(who, return_index=True)[1] for title, who in owners.items()}
    attributes = AssessedTables(
        *(
            table[own].iloc[first[title]].reset_index(drop=True)
            for title, table in zip(PARTS, prepared.all, strict=True)
        )
    )
    events = _in_order("", prepared.without(own), frames["train"], _trio(owners[title] for title in PARTS))
    names = tuple(str(name) for name in frames["train"].columns if name != person)
    distinct = _trio(keys[title].iloc[first[title]].reset_index(drop=True) for title in PARTS)
    sizes = _trio(map(len, distinct))
    units = units_of(frames["train"])
    return _checked(Histories(attributes, sizes, distinct, (events,), names, tuple(profile), units))


def of_linked(tables: Mapping[str, LinkedTables]) -> Histories:
    """Combine people and events of three linked tables.

    Raises
    ------
    TableError, ArgumentError
        If they have other keys, or other kinds of events; if there are fewer than 100 people, or fewer than
        20 real ones with events of a kind; if synthetic people have no events at all; and as
        `prepare_tables`.
    """
    train = tables["train"]
    for title in TITLES:
        given = tables[title]
        if not isinstance(given, LinkedTables):
            raise ArgumentError("assess_linked", table=title, type=type(given).__name__)
        if given.key != train.key or set(given.events) != set(train.events):
            raise ArgumentError(
                "assess_linked_others",
                table=title,
                column=given.key,
                events=listed(given.events),
                expected=train.key,
                kinds=listed(train.events),
            )
    check_enough_have_events(train, tables["holdout"])
    if not any(map(len, tables["synthetic"].events.values())):
        raise TableError([problem("assess_no_events")], "tables")
    several = len(train.events) > 1
    events, units = [], units_of(train.people)
    for kind in train.events:
        frames = {title: _beside_people(given, kind) for title, given in tables.items()}
        with in_table(kind):
            prepared = prepare_tables(*(frames[title] for title in PARTS), min_rows=0, min_columns=0)
        units |= units_of(frames["train"])
        owners = _trio(tables[title].owners(kind) for title in PARTS)
        read = _in_order(kind if several else "", prepared, frames["train"], owners)
        events.append(replace(read, table=kind))
    own = {title: given.people.drop(columns=given.key) for title, given in tables.items()}
    attributes = prepare_tables(*(own[title] for title in PARTS), min_rows=1, min_columns=0)
    keys = _as_keys([tables[title].people[train.key] for title in TITLES])
    names = [*own["train"].columns, *(name for kind in events for name in kind.tables.train)]
    sizes, columns = _trio(map(len, keys)), tuple(map(str, names))
    profile = tuple(map(str, attributes.train.columns))
    return _checked(Histories(attributes, sizes, keys, tuple(events), columns, profile, units))


def _beside_people(tables: LinkedTables, kind: str) -> pd.DataFrame:
    """Return events without the key, their columns named beside those of people."""
    events, own = tables.events[kind].drop(columns=tables.key), tables.people.columns.drop(tables.key)
    return events.rename(columns=event_columns(kind, events, own, len(tables.events)))


def _trio(parts: Iterable[T]) -> tuple[T, T, T]:
    synthetic, train, holdout = parts
    return synthetic, train, holdout


def _checked(found: Histories) -> Histories:
    """Raise a `TableError` if one of the tables has too few people."""
    problems = [
        problem("assess_few_people", {"table": title, "people": size, "minimum": MIN_ASSESSED_ROWS})
        for title, size in zip(PARTS, found.sizes, strict=True)
        if size < MIN_ASSESSED_ROWS
    ]
    if problems:
        raise TableError(problems, "tables")
    return found


def read_keys(frames: Frames, person: Hashable) -> Keys:
    """Return the column that identifies the people of each table, as text.

    Raises
    ------
    TableError, ArgumentError
        If one is no table, lacks the column, or a row has nobody in it.
    """
    for title in TITLES:
        frame = check_frame(frames[title], title)
        check_person(frame, person, title)
    return _as_keys([frames[title][person] for title in TITLES])


def _as_keys(columns: Sequence[pd.Series]) -> Keys:
    """Turn keys of training, synthetic and holdout people into text in which equal ones are equal."""
    try:
        aligned = align(*columns)[1]
    except DifferentKind:
        aligned = [column.reset_index(drop=True) for column in columns]
    train, synthetic, holdout = map(as_text, aligned)
    return synthetic, train, holdout


def _in_order(name: str, tables: AssessedTables, train: pd.DataFrame, owners: Trio) -> Events:
    """Sort events by person and time, and set free text apart."""
    kinds = {str(c): column_kind(as_canonical(train[c])) for c in train.columns}
    time = _find_time(tables, owners, kinds)
    orders = [
        np.lexsort((table[time], who) if time else (who,))
        for table, who in zip(tables.all, owners, strict=True)
    ]
    ordered = [
        table.iloc[order].reset_index(drop=True) for table, order in zip(tables.all, orders, strict=True)
    ]
    texts = [c for c in tables.categories if is_text(tables.train[c])]
    return Events(
        name,
        AssessedTables(*(table.drop(columns=texts) for table in ordered)),
        _trio(who[order] for who, order in zip(owners, orders, strict=True)),
        {c: _trio(table[c] for table in ordered) for c in texts},
        tuple(c for c in tables.numbers if kinds[c] in ("number", "duration")),
        time,
    )


def _find_time(tables: AssessedTables, owners: Trio, kinds: Mapping[str, str]) -> str | None:
    """Find the column that orders events: a date, or else a number that increases within people.

    One whose values repeat from person to person comes first, because row numbers increase as well.
    """
    for name in tables.numbers:
        if kinds[name] in MOMENTS:
            return name
    steps = {name: [_forward(t[name], who) for t, who in zip(tables.all[1:], owners[1:], strict=True)]
             for name in tables.numbers}  # fmt: skip
    forward = [name for name, shares in steps.items() if min(shares) >= FORWARD]
    return max(forward, key=lambda name: (not tables.train[name].is_unique, min(steps[name])), default=None)


def _forward(column: pd.Series, owners: Integers) -> float:
    """Share of steps from one row of a person to the next in which a number grows, in the table's order."""
    order = np.argsort(owners, kind="stable")
    values, who = column.to_numpy()[order], owners[order]
    same = who[1:] == who[:-1]
    return float((np.diff(values)[same] > 0).mean()) if same.any() else 0.0


def rows_of_people(owners: Integers, rows: int, rng: np.random.Generator, *, again: bool) -> Integers:
    """Draw people, with all their rows, until enough rows are drawn.

    Parameters
    ----------
    owners
        The person of each row, ascending. Shape (n,).
    rows
        How many rows, at most n unless people are drawn again.
    rng
        Draws.
    again
        Whether somebody can be drawn more than once.

    Returns
    -------
    ndarray
        Positions. Shape (rows,).
    """
    starts, counts = np.unique(owners, return_index=True, return_counts=True)[1:]
    drawn = rng.permutation(len(starts))
    while again:
        drawn = rng.integers(len(starts), size=len(drawn))
        if counts[drawn].sum() >= rows:
            break
        drawn = np.repeat(drawn, 2)
    each = counts[drawn]
    shift = np.repeat(starts[drawn] - np.cumsum(each) + each, each)
    picked: Integers = (shift + np.arange(each.sum()))[:rows]
    return picked
