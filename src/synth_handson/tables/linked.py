"""Linked tables: people, and what happened to them (visits, payments, calls)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError, TableError, problem
from synth_handson.tables.checks import MIN_ROWS, MIN_WITH_EVENTS, check_frame, column_problems, listed
from synth_handson.tables.coded import Codes
from synth_handson.tables.columns import Column, likely_identifier
from synth_handson.tables.people import is_constant_within


@dataclass(frozen=True, eq=False)
class LinkedTables:
    """A table of people, and tables of their events.

    Attributes
    ----------
    people
        One row for each person. The column ``key`` has no gaps, and no value twice.
    events
        Tables of events by their names, at least one. Each has the column ``key``, and each row of it belongs
        to one of the people. A person may have none. The order of their rows is the events' order.
    key
        The column that tells the people apart.
    columns
        The columns of the one table that these were made from, in its order; empty where there was none.

    Raises
    ------
    TableError
        If one of the tables is no DataFrame.
    ArgumentError
        If there are no people, or no table of events; if a table lacks the key, or has it twice; if a key is
        missing, or a person's is there twice; if an event belongs to nobody; or if events belong to other
        events rather than to people: there are two levels, and no more.
    """

    people: pd.DataFrame
    events: Mapping[str, pd.DataFrame]
    key: str
    columns: tuple[Hashable, ...] = ()

    def __post_init__(self) -> None:
        check_event_names(self.events)
        for name, frame in self._tables().items():
            _check_key(check_frame(frame, name, "table"), name, self.key)
        keys = self.people[self.key]
        if keys.empty:
            raise ArgumentError("linked_no_people")
        if (twice := keys[keys.duplicated()]).size:
            raise ArgumentError(
                "linked_key_twice", column=self.key, value=twice.iloc[0], count=twice.nunique()
            )
        for name, frame in self.events.items():
            of_nobody = frame.loc[self.owners(name) < 0, self.key]
            if of_nobody.size:
                details = {"table": name, "column": self.key, "value": of_nobody.iloc[0]}
                raise ArgumentError("linked_of_nobody", count=of_nobody.size, **details)
        _check_levels(self.events, self.key)

    @classmethod
    def from_events(cls, frame: pd.DataFrame, person: str, name: str = "events") -> LinkedTables:
        """Take one table of events apart: columns that are constant within each person are the person's.

        Parameters
        ----------
        frame
            One row for each event, in their order.
        person
            The column that tells the people apart.
        name
            What the table of events is called.

        Returns
        -------
        LinkedTables
            People in the order in which they come first. :meth:`to_frame` is the way back.

        Raises
        ------
        TableError
            If ``frame`` is no DataFrame.
        ArgumentError
            If there is no such column, it stands there twice, or a value of it is missing.
        """
        _check_key(check_frame(frame, "frame", "table"), name, person)
        owner = pd.factorize(frame[person])[0]
        constant = [
            column
            for position, column in enumerate(frame.columns)
            if column != person and is_constant_within(frame.iloc[:, position], owner)
        ]
        first = np.unique(owner, return_index=True)[1]
        people = frame[[person, *constant]].iloc[first].reset_index(drop=True)
        events = frame.drop(columns=constant)
        return cls(people, {name: events}, person, tuple(frame.columns))

    def to_frame(self) -> pd.DataFrame:
        """Put people and events together in one table: one row for each event, with what is the person's.

        Returns
        -------
        DataFrame
            The rows of the table of events, with the columns in their first order; without one, the key comes
            first, then what is the person's. People without events have no row in it.

        Raises
        ------
        ArgumentError
            If there are several tables of events, or a column besides the key stands in both tables.
        """
        if len(self.events) > 1:
            raise ArgumentError("linked_several", tables=listed(self.events))
        ((name, events),) = self.events.items()
        own = [column for column in self.people.columns if column != self.key]
        if both := [column for column in own if column in events.columns]:
            raise ArgumentError("linked_both", columns=listed(both), table=name)
        attributes = self.people[own].iloc[self.owners(name)].set_axis(events.index)
        whole = pd.concat([events, attributes], axis=1)
        rest = [column for column in events.columns if column != self.key]
        return whole[list(self.columns or (self.key, *own, *rest))]

    def select(self, keys: Iterable[Hashable]) -> LinkedTables:
        """Return some people, with all their events.

        Parameters
        ----------
        keys
            Their keys, in any order.

        Raises
        ------
        ArgumentError
            If one of them is nobody's, or there is none.
        """
        wanted = pd.Index(list(keys))
        unknown = wanted[~wanted.isin(self.people[self.key])]
        if len(unknown):
            raise ArgumentError("linked_nobody", column=self.key, value=unknown[0])
        people = self.people[self.people[self.key].isin(wanted)]
        events = {name: frame[frame[self.key].isin(wanted)] for name, frame in self.events.items()}
        return LinkedTables(people, events, self.key, self.columns)

    def owners(self, name: str) -> Codes:
        """Return the position among the people of each event's person. Shape (n_events,)."""
        owners: Codes = pd.Index(self.people[self.key]).get_indexer(pd.Index(self.events[name][self.key]))
        return owners

    def counts(self, name: str) -> Codes:
        """Return how many of these events each person has. Shape (n_people,)."""
        return np.bincount(self.owners(name), minlength=len(self.people))

    def people_with(self, name: str) -> int:
        """Count the people who have such events."""
        return int(self.events[name][self.key].nunique())

    def _tables(self) -> dict[str, pd.DataFrame]:
        return {"people": self.people, **self.events}


def check_linked(tables: LinkedTables) -> None:
    """Check linked tables before they are trained on: at least 50 people, and columns that can be learned.

    Raises
    ------
    TableError
        If they cannot; ``problems`` lists everything that is wrong. See
        :func:`~synth_handson.tables.checks.check_table` for what a column must be.
    """
    problems = []
    if (people := len(tables.people)) < MIN_ROWS:
        problems.append(problem("linked_few_people", {"people": people, "minimum": MIN_ROWS}))
    problems += [
        problem("linked_empty", {"table": kind}) for kind, frame in tables.events.items() if frame.empty
    ]
    for table, frame in {"people": tables.people, **tables.events}.items():
        for found in column_problems(frame.drop(columns=tables.key)):
            problems.append(problem("linked_column", {"table": table, "problem": found}))
    if problems:
        raise TableError(problems)


def check_enough_have_events(train: LinkedTables, holdout: LinkedTables) -> None:
    """Raise a `TableError` if fewer than 20 people of either have events of a kind: none could be judged."""
    problems = []
    for kind in train.events:
        people = {"train": train.people_with(kind), "holdout": holdout.people_with(kind)}
        if min(people.values()) < MIN_WITH_EVENTS:
            problems.append(
                problem("linked_few_with_events", {"table": kind, "minimum": MIN_WITH_EVENTS, **people})
            )
    if problems:
        raise TableError(problems, "tables")


@contextmanager
def in_table(table: str) -> Iterator[None]:
    """Name the table in a `TableError` that is raised about one of linked tables."""
    try:
        yield
    except TableError as error:
        named = [problem("linked_column", {"table": table, "problem": found}) for found in error.problems]
        raise TableError(named, error.key) from error


def event_columns(
    table: str, columns: Iterable[Hashable], people: Iterable[Hashable], tables: int
) -> dict[Hashable, Hashable]:
    """Name columns of events beside those of people.

    Parameters
    ----------
    table, columns
        A table of events, and its columns.
    people
        The columns of people, the key among them.
    tables
        How many tables of events there are.

    Returns
    -------
    dict
        The name of each: ``payments.amount`` if there are several tables of events, or if people have a
        column of this name, too.
    """
    own = set(people)
    return {column: f"{table}.{column}" if tables > 1 or column in own else column for column in columns}


def check_event_names(names: Iterable[str]) -> None:
    """Raise an `ArgumentError` unless there is a table of events, and none is called "people"."""
    named = list(names)
    if not named:
        raise ArgumentError("linked_no_events")
    if "people" in named:
        raise ArgumentError("linked_name", table="people")


def _check_key(frame: pd.DataFrame, table: str, key: str) -> None:
    """Raise an `ArgumentError` unless the key is one column of the table, without gaps."""
    if key not in frame.columns:
        raise ArgumentError("linked_no_key", table=table, column=key, known=listed(frame.columns))
    if repeated := frame.columns[frame.columns.duplicated()].tolist():
        raise ArgumentError("linked_column_twice", table=table, column=repeated[0])
    if missing := int(frame[key].isna().sum()):
        raise ArgumentError("linked_key_missing", table=table, column=key, count=missing)


def _check_levels(events: Mapping[str, pd.DataFrame], key: str) -> None:
    """Raise an `ArgumentError` if a column of one table points to single rows of another table of events."""
    for above, frame in events.items():
        for column in frame.columns:
            if column == key or not _numbers_rows(frame[column]):
                continue
            for below, other in events.items():
                if below != above and column in other.columns and _points_to(other[column], frame[column]):
                    raise ArgumentError("linked_levels", below=below, above=above, column=column, person=key)


def _numbers_rows(column: Column) -> bool:
    return likely_identifier(column) and bool(column.notna().all())


def _points_to(column: Column, numbers: Column) -> bool:
    there = column.dropna()
    return bool(len(there) and there.isin(numbers).all() and not there.is_unique)
