"""Rules that people with their events keep: in people's columns, and in tables of events beside these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.errors import TrainingError
from synth_handson.metrics.arrays import Booleans, Integers
from synth_handson.synthesis.histories import DrawnTables, order_of
from synth_handson.synthesis.rules.keep import (
    LEAST_DRAWN,
    LEAST_KEPT,
    MOST_DRAWN,
    NO_RULES,
    KeptRules,
    keep_rules,
    which_keep,
)
from synth_handson.synthesis.schema import engine_name, prepare
from synth_handson.tables.linked import LinkedTables
from synth_handson.tables.rules.linked import place_rules
from synth_handson.tables.rules.rule import Rule

Draw = Callable[[int, int], DrawnTables]
"""Draws a number of people with a seed, in the dtypes of the tables that were learned."""


@dataclass(frozen=True)
class LinkedRules:
    """The rules that all drawn people and their events keep.

    Attributes
    ----------
    people
        Those between people's own columns.
    events
        For each table of events those between its columns, and between these and the people's.
    """

    people: KeptRules = NO_RULES
    events: tuple[KeptRules, ...] = ()

    def __bool__(self) -> bool:
        return any(self._all)

    @property
    def _all(self) -> tuple[KeptRules, ...]:
        return (self.people, *self.events)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, each once."""
        return tuple(dict.fromkeys(rule for kept in self._all for rule in kept.rules))

    @property
    def left_out(self) -> int:
        """Training rows, of people and events, that break a rule, and were not learned from."""
        return sum(kept.left_out for kept in self._all)

    def sample(self, draw: Draw, n: int, random_state: int) -> tuple[DrawnTables, int]:
        """Draw people, and others in place of those of whom a row breaks a rule.

        Parameters
        ----------
        draw
            Draws people as they were learned.
        n, random_state
            Number of people, and the seed.

        Returns
        -------
        tuple
            The people with their events, and how many had to be drawn again.

        Raises
        ------
        TrainingError
            If too few of twenty times as many people keep the rules.
        """
        whole, kept = self._whole(draw(n, random_state), random_state)
        parts, again, drawn, attempt = [_some(whole, kept)], int((~kept).sum()), n, 0
        missing, share = again, max(float(kept.mean()), LEAST_KEPT)
        while missing:
            more = ceil(missing / share * 1.2) + 8
            if drawn + more > max(MOST_DRAWN * n, LEAST_DRAWN):
                worst, part = self._worst(whole)
                raise TrainingError("rules_not_kept_people", rule=str(worst), share=part, drawn=drawn)
            attempt += 1
            seed = int(np.random.SeedSequence([random_state, attempt]).generate_state(1)[0])
            others, good = self._whole(draw(more, seed), seed)
            found = good & (np.cumsum(good) <= missing)
            parts.append(_some(others, found))
            drawn += more
            share = max(float(good.mean()), LEAST_KEPT)
            missing -= int(found.sum())
        return _together(parts), again

    def _whole(self, drawn: DrawnTables, random_state: int) -> tuple[DrawnTables, Booleans]:
        """Make the original's columns of what was drawn, and tell who keeps all rules."""
        people, kept = drawn.people, np.ones(len(drawn.people), bool)
        if self.people:
            people = self.people.whole(people, random_state)
            kept = self.people.holds(people)
        events = []
        for rules, frame, owner in zip(self.events, drawn.events, drawn.owners, strict=True):
            if not rules:
                events.append(frame)
                continue
            own = [name for name in people.columns if name not in _names(rules, frame)]
            beside = people[own].iloc[owner].reset_index(drop=True)
            rows = rules.whole(pd.concat([beside, frame.reset_index(drop=True)], axis=1), random_state)
            kept[owner[~rules.holds(rows)]] = False
            events.append(rows.drop(columns=own))
        return replace(drawn, people=people, events=tuple(events)), kept

    def _worst(self, whole: DrawnTables) -> tuple[Rule, float]:
        people = whole.people
        found = [self.people.worst(people)] if self.people else []
        for rules, frame, owner in zip(self.events, whole.events, whole.owners, strict=True):
            if rules:
                own = [name for name in people.columns if name not in frame.columns]
                beside = people[own].iloc[owner].reset_index(drop=True)
                found.append(rules.worst(pd.concat([beside, frame], axis=1)))
        return max(found, key=lambda one: one[1])


NO_LINKED_RULES = LinkedRules()


def keep_linked_rules(
    rules: Sequence[Rule], tables: LinkedTables, random_state: int
) -> tuple[LinkedRules, LinkedTables]:
    """Read what linked tables say of rules, and turn them into tables from which they are learned.

    Parameters
    ----------
    rules
        The rules, as `place_rules` takes them.
    tables
        The training tables.
    random_state
        Seed of what is filled in where nothing counts.

    Returns
    -------
    tuple
        The rules, and the tables that are learned. People and events that break a rule are not among them;
        nor are the events of such people.

    Raises
    ------
    ArgumentError
        As `place_rules`; if a rule names the key; or as
        `synth_handson.synthesis.rules.keep.keep_rules`.
    """
    own = [name for name in tables.people.columns if name != tables.key]
    of_people, *of_events = _placed(rules, tables).values()
    people, kept_people = tables.people[own], NO_RULES
    if of_people:
        keeps = which_keep(of_people, people)
        tables = tables.select(tables.people.loc[keeps, tables.key])
        kept_people, people, _ = keep_rules(
            of_people, tables.people[own].reset_index(drop=True), None, random_state
        )
        kept_people = replace(kept_people, left_out=int((~keeps).sum()))
    events, kept_events = {}, []
    for (name, frame), of_these in zip(tables.events.items(), of_events, strict=True):
        kept, learned = _keep_events(of_these, tables, name, random_state)
        kept_events.append(kept)
        events[name] = learned if kept else frame
    keys = tables.people[[tables.key]].reset_index(drop=True)
    learned_people = pd.concat([keys, people.reset_index(drop=True)], axis=1)
    learned_tables = LinkedTables(learned_people, events, tables.key, tables.columns)
    return LinkedRules(kept_people, tuple(kept_events)), learned_tables


def _placed(rules: Sequence[Rule], tables: LinkedTables) -> dict[str, list[Rule]]:
    """Find the table, or tables, in which each rule is kept; one table of people and events has no name."""
    own, *theirs = (
        {str(name) for name in frame.columns if name != tables.key}
        for frame in (tables.people, *tables.events.values())
    )
    names = [""] if tables.columns else list(tables.events)
    return place_rules(rules, own, dict(zip(names, theirs, strict=True)))


def _keep_events(
    rules: Sequence[Rule], tables: LinkedTables, name: str, random_state: int
) -> tuple[KeptRules, pd.DataFrame]:
    """Keep rules of a table of events, by which neither what is of people is made nor what orders events."""
    frame, owner = tables.events[name], tables.owners(name)
    if not rules:
        return NO_RULES, frame
    own = [one for one in tables.people.columns if one not in frame.columns]
    beside = tables.people[own].iloc[owner].reset_index(drop=True)
    events = frame.drop(columns=tables.key).reset_index(drop=True)
    joined = pd.concat([beside, events], axis=1)
    keeps = which_keep(rules, joined)
    fixed = {str(one) for one in own}
    if order := order_of(prepare(events), owner):
        fixed |= {str(one) for one in events.columns if engine_name(events.columns, one) == order}
    kept, learned, _ = keep_rules(
        rules, joined[keeps].reset_index(drop=True), owner[keeps], random_state, fixed
    )
    learned = learned.drop(columns=own)
    learned.insert(0, tables.key, frame.loc[keeps, tables.key].reset_index(drop=True))
    return replace(kept, left_out=int((~keeps).sum())), learned


def _names(rules: KeptRules, frame: pd.DataFrame) -> set[Any]:
    """Return the columns that belong to events: those that were drawn, and those that are made of them."""
    return {*frame.columns, *(name for name, _ in rules.schema.dtypes if rules.make([str(name)]))}


def _some(tables: DrawnTables, chosen: Booleans) -> DrawnTables:
    """Return some people with all their events, numbered anew."""
    number = np.cumsum(chosen) - 1
    events, owners = [], []
    for frame, owner in zip(tables.events, tables.owners, strict=True):
        rows = chosen[owner]
        events.append(frame[rows].reset_index(drop=True))
        owners.append(number[owner[rows]])
    people = tables.people[chosen].reset_index(drop=True)
    return replace(tables, people=people, events=tuple(events), owners=tuple(owners))


def _together(parts: Sequence[DrawnTables]) -> DrawnTables:
    """Put people who were drawn apart together."""
    parts = [part for part in parts if len(part.people)] or list(parts[:1])
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(len(part.people) for part in parts[:-1])])
    owners: list[Integers] = [
        np.concatenate([part.owners[i] + start for part, start in zip(parts, starts, strict=True)])
        for i in range(len(parts[0].events))
    ]
    events = tuple(
        pd.concat([part.events[i] for part in parts], ignore_index=True) for i in range(len(owners))
    )
    people = pd.concat([part.people for part in parts], ignore_index=True)
    return replace(parts[0], people=people, events=events, owners=tuple(owners))
