"""Rules that a generator keeps: what it learns instead of some columns, and how to rebuild these."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError, TrainingError
from synth_handson.metrics.arrays import Booleans, Integers
from synth_handson.synthesis.rules.columns import Columns
from synth_handson.synthesis.rules.plan import plan
from synth_handson.synthesis.rules.steps import Action, Blank, Place, Step, Training, as_keys
from synth_handson.synthesis.schema import Schema
from synth_handson.tables.columns import Column
from synth_handson.tables.rules.rule import Rule, Within
from synth_handson.tables.rules.values import Unit, Values

MOST_BROKEN = 0.5
"""Rules that a larger share of the training rows break are ignored."""
MOST_DRAWN = 20
"""Most rows drawn in all, as a multiple of the rows wanted."""
LEAST_KEPT = 1 / MOST_DRAWN
LEAST_DRAWN = 1_000
"""Rows that may be drawn however few are wanted."""

Draw = Callable[[int, int], pd.DataFrame]
"""Draws a number of rows with a seed."""


@dataclass(frozen=True)
class KeptRules:
    """The rules that all drawn rows keep.

    Attributes
    ----------
    rules
        The rules.
    schema
        Of the original's columns.
    units
        What each of them holds for rules.
    actions
        How columns are made of what is learned, in their order.
    references
        For rules that known values decide: those that at least 8 people have, by the rule's position.
    left_out
        Training rows that break a rule, and were not learned from.
    """

    rules: tuple[Rule, ...] = ()
    schema: Schema = field(default_factory=lambda: Schema(()))
    units: dict[str, Unit] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    references: dict[int, dict[str, list[Any]]] = field(default_factory=dict)
    left_out: int = 0

    def __bool__(self) -> bool:
        return bool(self.rules)

    @property
    def _made(self) -> set[str]:
        return {name for action in self.actions for name in action.makes}

    @property
    def blanked(self) -> set[str]:
        """Names of the columns that a rule may want to be missing."""
        return {action.column for action in self.actions if isinstance(action, Blank)}

    @property
    def rebuilt(self) -> set[str]:
        """Names of the columns that are made of something else, which is learned in their place."""
        return {name for one in self.actions if not isinstance(one, Blank) for name in one.makes}

    def make(self, columns: Iterable[str]) -> bool:
        """Tell whether any of these columns is made by a rule instead of learned."""
        return not self._made.isdisjoint(columns)

    def sample(self, draw: Draw, n: int, random_state: int) -> tuple[pd.DataFrame, int]:
        """Draw rows, and draw again those that break a rule.

        Parameters
        ----------
        draw
            Draws rows of what was learned, in the dtypes of the learned table.
        n, random_state
            Number of rows, and the seed.

        Returns
        -------
        tuple
            The rows, and how many had to be drawn again.

        Raises
        ------
        TrainingError
            If too few of twenty times as many rows keep the rules.
        """
        rows = self.whole(draw(n, random_state), random_state)
        broken = np.flatnonzero(~self.holds(rows))
        again, drawn, attempt = len(broken), n, 0
        share = max(1 - again / n, LEAST_KEPT)
        while len(broken):
            more = int(np.ceil(len(broken) / share * 1.2)) + 8
            if drawn + more > max(MOST_DRAWN * n, LEAST_DRAWN):
                rule, part = self.worst(rows)
                raise TrainingError("rules_not_kept", rule=str(rule), share=part, drawn=drawn)
            attempt += 1
            seed = int(np.random.SeedSequence([random_state, attempt]).generate_state(1)[0])
            others = self.whole(draw(more, seed), seed)
            good = np.flatnonzero(self.holds(others))[: len(broken)]
            drawn += more
            share = max(len(good) / more, LEAST_KEPT)
            rows = _replaced(rows, broken[: len(good)], others.iloc[good])
            broken = broken[len(good) :]
        return rows, again

    def holds(self, rows: pd.DataFrame, about: Iterable[Hashable] | None = None) -> Booleans:
        """Tell which rows keep all rules, or those about some columns. Shape (n_rows,)."""
        if not self.rules:
            return np.ones(len(rows), bool)
        values = Columns(self.schema, self.units).values(rows)
        kept = np.ones(len(rows), bool)
        for position in self._about(rows, about):
            kept &= self._holds(position, self.rules[position], values)
        return kept

    def _about(self, rows: pd.DataFrame, about: Iterable[Hashable] | None) -> list[int]:
        """Return the rules that can be looked at in a table, and name one of these columns."""
        there, named = set(map(str, rows)), None if about is None else set(map(str, about))
        return [
            position
            for position, rule in enumerate(self.rules)
            if there.issuperset(rule.columns) and (named is None or not named.isdisjoint(rule.columns))
        ]

    def _holds(self, position: int, rule: Rule, values: Values) -> Booleans:
        if not rule.reads_data:
            return rule.holds_for(values, values)
        known = self.references[position]
        texts = {name: self.units[name] for name in rule.columns}
        frame = pd.DataFrame(
            {
                name: pd.Series(known[name], dtype="str" if texts[name] == "text" else "float64")
                for name in known
            }
        )
        return rule.holds_for(values, Values(frame, texts))

    def worst(self, rows: pd.DataFrame, about: Iterable[Hashable] | None = None) -> tuple[Rule, float]:
        """Return the rule, of those about some columns, that most rows break, and their share."""
        values = Columns(self.schema, self.units).values(rows)
        shares = {i: float((~self._holds(i, self.rules[i], values)).mean()) for i in self._about(rows, about)}
        worst = max(shares, key=lambda i: shares[i])
        return self.rules[worst], shares[worst]

    def whole(self, drawn: pd.DataFrame, random_state: int) -> pd.DataFrame:
        """Rebuild the original's columns from what was drawn."""
        columns, rng = Columns(self.schema, self.units), np.random.default_rng(random_state)
        learned: dict[str, Column] = {str(name): column for name, column in drawn.items()}
        whole = {name: column for name, column in learned.items() if name in self.units}
        waiting = self.rebuilt
        for action in self.actions:
            ready = columns.values(pd.DataFrame({n: c for n, c in whole.items() if n not in waiting}))
            if isinstance(action, Blank):
                place = whole if action.after else learned
                place[action.column] = action.blank(place[action.column], ready, rng)
                whole[action.column] = place[action.column]
            else:
                made = action.make(pd.DataFrame(learned), ready, columns, rng)
                whole |= {str(name): column for name, column in columns.restored(made).items()}
                waiting -= set(action.makes)
        return pd.DataFrame({name: whole[str(name)] for name, _ in self.schema.dtypes})


NO_RULES = KeptRules()


def which_keep(rules: Sequence[Rule], frame: pd.DataFrame) -> Booleans:
    """Tell which rows of a training table keep all rules. Shape (n_rows,).

    Raises
    ------
    ArgumentError
        If there is no such column, one holds text where the rule computes, or most rows break the rule.
    """
    values = Values(frame)
    kept = np.ones(len(frame), bool)
    for rule in rules:
        rule.check(values)
        holds = rule.holds_for(values, values)
        if (~holds).mean() > MOST_BROKEN:
            raise ArgumentError("rule_broken", rule=str(rule), share=float((~holds).mean()))
        kept &= holds
    return kept


def keep_rules(
    rules: Sequence[Rule],
    frame: pd.DataFrame,
    people: Integers | None,
    random_state: int,
    fixed: Collection[str] = (),
) -> tuple[KeptRules, pd.DataFrame, Integers | None]:
    """Read what a table says of rules, and turn it into one from which they are learned by construction.

    Parameters
    ----------
    rules
        The rules.
    frame
        The training table, without identifiers.
    people
        The number of each row's person, if people have several rows; shape (n_rows,).
    random_state
        Seed of what is filled in where nothing counts.
    fixed
        Columns that are learned as they are, whatever a rule says of them.

    Returns
    -------
    tuple
        The rules, the table that is learned, and its people. Rows that break a rule are in neither.

    Raises
    ------
    ArgumentError
        As `which_keep`; or if nothing that a rule is about is shared by eight people.
    """
    kept = which_keep(rules, frame)
    units = Values(frame).units
    frame = frame[kept].reset_index(drop=True)
    people = None if people is None else people[kept]
    columns = Columns(Schema.of(frame, people), units)
    values = columns.values(frame)
    given = Training(frame, values, people, np.random.default_rng(random_state))
    actions = tuple(
        action if isinstance(action, Blank) else action.read(given) for action in plan(rules, values, fixed)
    )
    steps = [action for action in actions if not isinstance(action, Blank)]
    references = {position: _known(rule, given) for position, rule in enumerate(rules) if rule.reads_data}
    kept_rules = KeptRules(tuple(rules), columns.schema, units, actions, references, int((~kept).sum()))
    return kept_rules, _learned(frame, steps, given), people


def _learned(frame: pd.DataFrame, steps: Sequence[Step], given: Training) -> pd.DataFrame:
    """Replace each column by what is learned instead."""
    instead = [step.learned(given) for step in steps]
    made = {name for step in steps for name in step.makes}
    columns: dict[Hashable, Column] = {}
    for name, column in frame.items():
        for step, learned in zip(steps, instead, strict=True):
            if str(name) == step.makes[0]:
                # What keeps its name keeps its place.
                columns |= {(name if one == str(name) else one): new for one, new in learned.items()}
        if str(name) not in made:
            columns[name] = column
    return pd.DataFrame(columns)


def _known(rule: Rule, given: Training) -> dict[str, list[Any]]:
    """Return one row of each combination that at least 8 people have, or the ends of their ranges."""
    if isinstance(rule, Within):
        ranges = Place(column=rule.column, by=rule.by).read(given).ranges
        keys = as_keys(given.values, rule.by)
        first = {key: position for position, key in reversed(list(enumerate(keys)))}
        by = given.values.keys(rule.by)
        ends = [
            (by.iloc[first[key]], end)
            for key, found in ranges.items()
            if key
            for end in (found[0], found[-1])
        ]
        return {rule.column: [end for _, end in ends], rule.by: [value for value, _ in ends]}
    groups, enough = given.shared(rule.columns)
    rows = np.unique(groups, return_index=True)[1]
    chosen = rows[enough[rows]]
    known = {name: given.values.keys(name).iloc[chosen] for name in rule.columns}
    return {name: key.astype(object).where(key.notna(), None).tolist() for name, key in known.items()}


def _replaced(rows: pd.DataFrame, positions: Integers, others: pd.DataFrame) -> pd.DataFrame:
    """Return the table with some rows replaced, in dtypes that hold both."""
    order = np.arange(len(rows))
    order[positions] = len(rows) + np.arange(len(others))
    return pd.concat([rows, others], ignore_index=True).take(order).reset_index(drop=True)
