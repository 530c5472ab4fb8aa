"""A generator of people with their events: conversion to the engine's form and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.locales import Message
from synth_handson.metrics.arrays import Integers
from synth_handson.synthesis.engine import LinkedModel
from synth_handson.synthesis.generator import Training
from synth_handson.synthesis.histories import DrawnTables, Histories
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.synthesis.on_demand import REDRAWN
from synth_handson.synthesis.rules.linked import NO_LINKED_RULES, LinkedRules
from synth_handson.synthesis.schema import Schema, plain_name, prepare
from synth_handson.tables.checks import check_rows, check_seed
from synth_handson.tables.linked import LinkedTables


@dataclass(frozen=True)
class LinkedForm:
    """The columns of linked tables, from which drawn people become such tables again.

    Attributes
    ----------
    key
        How new keys are made.
    schemas
        Columns that are learned of the people, and of each table of events, without the key.
    places
        Where the key stands in each of them.
    tables
        Names of the tables of events.
    columns
        The columns of the one table that people and events are to be, in its order; empty for linked tables.
    """

    key: Identifier
    schemas: tuple[Schema, ...]
    places: tuple[int, ...]
    tables: tuple[str, ...]
    columns: tuple[str | int, ...] = ()

    @classmethod
    def of(cls, tables: LinkedTables, learned: LinkedTables | None = None) -> LinkedForm:
        """Read the form of linked tables; those that were made from one table become one again.

        Where rules are kept, other columns are learned than there are: the schemas are of these.
        """
        given = [tables.people, *tables.events.values()]
        places = tuple(list(frame.columns).index(tables.key) for frame in given)
        learned = learned or tables
        frames = [learned.people, *learned.events.values()]
        owners = [None, *map(learned.owners, learned.events)]
        schemas = tuple(
            Schema.of(frame.drop(columns=tables.key), owner)
            for frame, owner in zip(frames, owners, strict=True)
        )
        key = Identifier.of(tables.key, places[0], tables.people[tables.key])
        return cls(key, schemas, places, tuple(tables.events), tuple(map(plain_name, tables.columns)))


@dataclass(frozen=True)
class LinkedGenerator:
    """A trained generator of people with their events.

    Attributes
    ----------
    form
        The columns it draws.
    training
        How it was made; ``rows`` counts people.
    model
        What people are drawn from.
    from_store
        Whether it was found in the store, so that no training took place.
    why
        Why its engine was chosen, where that was not said.
    rules
        What all drawn people and events keep.
    """

    form: LinkedForm
    training: Training
    model: LinkedModel
    from_store: bool = False
    why: Message | None = None
    rules: LinkedRules = NO_LINKED_RULES

    def sample(self, n_people: int, random_state: int = 0) -> pd.DataFrame | LinkedTables:
        """Draw synthetic people, each with all their events.

        Parameters
        ----------
        n_people
            Number of people, at least 1.
        random_state
            Seed, 0 to 2³² - 1. The same generator, number and seed give the same people.

        Returns
        -------
        DataFrame or LinkedTables
            What it was trained on: one table of all their events, or linked tables. Keys are new ones of the
            same form; nobody's real key is among them. All keep the generator's rules; which share of the
            people had to be drawn again for that, stands in ``attrs["redrawn"]`` of the table, or of that of
            people.

        Raises
        ------
        ArgumentError
            If ``n_people`` is not a whole number of at least 1, or ``random_state`` no seed.
        TrainingError
            If the worker process ended while drawing, or too few people keep a rule.
        """
        check_rows(n_people)
        n, seed = int(n_people), check_seed(random_state)
        drawn, again = self.rules.sample(self._draw, n, seed) if self.rules else (self._draw(n, seed), 0)
        form = self.form
        keys = form.key.make(n, seed).rename(form.key.name)
        frames = [
            _with_key(frame, keys, owner, place)
            for frame, owner, place in zip(
                (drawn.people, *drawn.events),
                (np.arange(n), *drawn.owners),
                form.places,
                strict=True,
            )
        ]
        events = dict(zip(form.tables, frames[1:], strict=True))
        tables = LinkedTables(frames[0], events, str(form.key.name), form.columns)
        rows = tables.to_frame() if form.columns else tables
        if self.rules:
            (rows.people if isinstance(rows, LinkedTables) else rows).attrs[REDRAWN] = again / n
        return rows

    def _draw(self, n: int, seed: int) -> DrawnTables:
        drawn = self.model.draw(n, seed)
        people, *events = (
            schema.restore(frame)
            for schema, frame in zip(self.form.schemas, (drawn.people, *drawn.events), strict=True)
        )
        return replace(drawn, people=people, events=tuple(events))


def read_histories(tables: LinkedTables) -> Histories:
    """Put linked tables into the form in which an engine learns them, without the key."""
    frames = [frame.drop(columns=tables.key) for frame in (tables.people, *tables.events.values())]
    owners = [tables.owners(name) for name in tables.events]
    people, *events = map(prepare, frames)
    people.index = pd.RangeIndex(len(tables.people))
    return Histories.of(people, events, owners)


def _with_key(frame: pd.DataFrame, keys: pd.Series[Any], owner: Integers, place: int) -> pd.DataFrame:
    frame.insert(place, keys.name, keys.iloc[owner].reset_index(drop=True))
    return frame
