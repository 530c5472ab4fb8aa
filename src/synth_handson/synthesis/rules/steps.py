"""Steps, one for each kind of rule: what is learned instead of a column, and how to rebuild the column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

import numpy as np
import pandas as pd
from pydantic import Field

from synth_handson.errors import ArgumentError
from synth_handson.metrics.arrays import Booleans, Floats, Integers
from synth_handson.synthesis.rules.columns import Columns, filled, grid_of, of_column, shared
from synth_handson.tables.checks import listed
from synth_handson.tables.columns import Column
from synth_handson.tables.rules.expressions import Expression, Part
from synth_handson.tables.rules.rule import MissingIf, MissingTogether, group_rows
from synth_handson.tables.rules.values import Values
from synth_handson.tables.texts import MIN_KEPT_ROWS

TRUTHS = {"True": True, "False": False}
THERE = "there"
"""Placeholder for a computed value that is not missing."""
ALONE = " (alone)"
"""Suffix of a column: its values where the column it is compared with is missing."""
PIECES = 100
"""Pieces that a range is kept as at most, each with at least 8 people."""
EDGE = 1e-6
"""Tolerated distance from a multiple of a step."""


@dataclass(frozen=True, eq=False)
class Training:
    """The rows that are learned, as a step sees them."""

    frame: pd.DataFrame
    values: Values
    people: Integers | None
    rng: np.random.Generator

    def shared(self, names: tuple[str, ...]) -> tuple[Integers, Booleans]:
        """Return the number of each row's combination of columns, and whether enough people have it."""
        groups, _ = group_rows(self.values, self.values, names)
        return groups, shared(groups, self.people, MIN_KEPT_ROWS)


class OfColumn(Part):
    """A step that makes or changes one column."""

    column: str

    @property
    def makes(self) -> tuple[str, ...]:
        """The columns that are made."""
        return (self.column,)


class Compute(OfColumn):
    """For a computed column, at most its missing values are learned."""

    kind: Literal["compute"] = "compute"
    expression: Expression
    masked: bool = False
    has_alone: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that must be made before."""
        return self.expression.columns

    def read(self, given: Training) -> Compute:
        """Find out whether the column is missing where its formula is not, or the other way round."""
        unknown, missing = np.isnan(self.expression.of(given.values)), given.values.missing(self.column)
        alone = int((unknown & ~missing).sum()) >= MIN_KEPT_ROWS
        return self.model_copy(update={"masked": bool((missing & ~unknown).any()), "has_alone": alone})

    def learned(self, given: Training) -> dict[str, Column]:
        """Return the columns that are learned instead."""
        unknown, missing = np.isnan(self.expression.of(given.values)), given.values.missing(self.column)
        made = _alone(given, self.column, unknown) if self.has_alone else {}
        if self.masked:
            made[self.column] = pd.Series([None if one else THERE for one in missing & ~unknown], dtype="str")
        return made

    def make(
        self, drawn: pd.DataFrame, values: Values, columns: Columns, rng: np.random.Generator
    ) -> dict[str, Column]:
        """Rebuild the columns from those drawn and made before."""
        computed = self.expression.of(values)
        unknown = np.isnan(computed)
        if self.masked:
            computed = np.where(of_column(drawn, self.column).isna(), np.nan, computed)
        if self.has_alone:
            computed = np.where(unknown, _drawn_alone(drawn, self.column, columns), computed)
        return {self.column: columns.as_drawn(self.column, computed)}


class Gap(OfColumn):
    """For a column that lies above others, the difference is learned instead of the column.

    Differences are counted from the smallest value that is allowed, in the column's own steps, so that no
    rounding can bring it below. ``down`` turns it round: how far the column is below others.
    """

    kind: Literal["gap"] = "gap"
    lows: tuple[tuple[str, bool], ...]
    size: float = 0.0
    days: tuple[bool, ...] = ()
    down: bool = False
    has_alone: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that must be made before."""
        return tuple(name for name, _ in self.lows)

    def read(self, given: Training) -> Gap:
        """Read the column's step, and whether the columns below it may be missing."""
        size = grid_of(given.values.floats(self.column), given.values.unit(self.column))
        dates = {name: given.values.is_days(name) for name in (self.column, *self.needs)}
        days = tuple(
            dates[self.column] != dates[name] and given.values.unit(name) == "date" for name in self.needs
        )
        step = self.model_copy(update={"size": size, "days": days})
        alone = np.isnan(step._least(given.values)) & ~given.values.missing(self.column)
        return step.model_copy(update={"has_alone": int(alone.sum()) >= MIN_KEPT_ROWS})

    def learned(self, given: Training) -> dict[str, Column]:
        """Return the columns that are learned instead."""
        least, ends = self._least(given.values), self._sign * given.values.floats(self.column)
        gaps = (ends - least) / (self.size or 1)
        free = np.isnan(least) & ~np.isnan(ends)
        gaps = filled(np.round(gaps) if self.size else gaps, free, given.rng)
        made = {self.column: pd.Series(gaps).astype("Int64" if self.size else "float64")}
        return made | (_alone(given, self.column, free) if self.has_alone else {})

    def make(
        self, drawn: pd.DataFrame, values: Values, columns: Columns, rng: np.random.Generator
    ) -> dict[str, Column]:
        """Rebuild the columns from those drawn and made before."""
        gaps = pd.Series(of_column(drawn, self.column)).to_numpy(float, na_value=np.nan)
        least = self._least(values)
        ends = self._sign * (least + np.maximum(gaps, 0) * (self.size or 1))
        if self.has_alone:
            alone = np.isnan(least) & ~np.isnan(gaps)
            ends = np.where(alone, _drawn_alone(drawn, self.column, columns), ends)
        return {self.column: columns.as_drawn(self.column, ends)}

    @property
    def _sign(self) -> int:
        return -1 if self.down else 1

    def _least(self, values: Values) -> Floats:
        """Return the smallest value that is allowed; NaN where all that it is compared with is missing."""
        found = [
            self._above(self._sign * values.floats(name), strict, by_day)
            for (name, strict), by_day in zip(self.lows, self.days, strict=True)
        ]
        least = found[0]
        for other in found[1:]:
            least = np.fmax(least, other)
        return least

    def _above(self, low: Floats, strict: bool, by_day: bool) -> Floats:
        if by_day:
            # A date beside a moment: the moment's day counts.
            low, strict = np.floor(low) + (1.0 if strict else 0.0), False
        if not self.size:
            return low
        steps = low / self.size
        above = np.ceil(steps - EDGE)
        if strict:
            above = np.where(above - steps < EDGE, above + 1, above)
        return above * self.size


class ByAnother(OfColumn):
    """A column that is made from another one."""

    by: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that must be made before."""
        return (self.by,)


class LookUp(ByAnother):
    """A column that another one determines is looked up, not learned.

    Attributes
    ----------
    known
        Pairs of values that at least 8 people have.
    others
        Values, with how often each occurs, for what is none of those.
    """

    kind: Literal["look up"] = "look up"
    known: dict[str, str | float | None] = Field(default_factory=dict)
    others: tuple[tuple[str | float | None, int], ...] = ()

    def read(self, given: Training) -> LookUp:
        """Read the pairs of values that at least 8 people have."""
        keys, values = as_keys(given.values, self.by), given.values.keys(self.column)
        missing = values.isna()
        together = pd.Series(list(zip(keys, values.where(~missing, None), strict=True)))
        codes, levels = pd.factorize(together)
        enough = shared(np.asarray(codes, np.intp), given.people, MIN_KEPT_ROWS)
        known: dict[str, str | float | None] = {}
        times = pd.Series(codes[enough]).value_counts()
        for code in times.index.tolist():
            by, value = levels[code]
            if by is not None and not pd.isna(by):
                known.setdefault(by, _plain_value(value))
        rest = ~keys.isin(list(known)).to_numpy(bool)
        values_codes, value_levels = pd.factorize(values, use_na_sentinel=False)
        frequent = shared(np.asarray(values_codes, np.intp), given.people, MIN_KEPT_ROWS)
        chosen = rest & frequent if (rest & frequent).any() else frequent
        counts = pd.Series(values_codes[chosen]).value_counts()
        others = tuple(
            (_plain_value(value_levels[code]), int(count))
            for code, count in zip(counts.index.tolist(), counts, strict=True)
        )
        if not known:
            raise _too_few((self.by, self.column))
        return self.model_copy(update={"known": known, "others": others})

    def learned(self, given: Training) -> dict[str, Column]:
        """Return the columns that are learned instead: none."""
        return {}

    def make(
        self, drawn: pd.DataFrame, values: Values, columns: Columns, rng: np.random.Generator
    ) -> dict[str, Column]:
        """Rebuild the columns from those drawn and made before."""
        keys = as_keys(values, self.by)
        found = [self.known.get(key, ...) if key is not None and key == key else ... for key in keys]
        weights = np.array([count for _, count in self.others], float)
        chosen = (
            rng.choice(len(weights), len(found), p=weights / weights.sum())
            if len(weights)
            else [0] * len(found)
        )
        others = [value for value, _ in self.others] or [None]
        made = [others[i] if value is ... else value for value, i in zip(found, chosen, strict=True)]
        return {self.column: _from_plain(self.column, made, columns)}


class Combine(Part):
    """Columns of which only certain combinations occur are learned as one.

    Attributes
    ----------
    known
        Combinations that at least 8 people have, with how many rows.
    """

    kind: Literal["combine"] = "combine"
    columns: tuple[str, ...]
    known: tuple[tuple[tuple[str | float | None, ...], int], ...] = ()

    @property
    def makes(self) -> tuple[str, ...]:
        """The columns that are made."""
        return self.columns

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that must be made before."""
        return ()

    @property
    def name(self) -> str:
        """Name of the column that is learned."""
        return " × ".join(self.columns)

    def read(self, given: Training) -> Combine:
        """Read the combinations that at least 8 people have."""
        codes, levels = self._codes(given)
        enough = shared(codes, given.people, MIN_KEPT_ROWS)
        times = pd.Series(codes[enough]).value_counts(sort=False).sort_index()
        known = tuple(
            (tuple(map(_plain_value, levels[code])), int(count))
            for code, count in zip(times.index.tolist(), times, strict=True)
        )
        if not known:
            raise _too_few(self.columns)
        return self.model_copy(update={"known": known})

    def learned(self, given: Training) -> dict[str, Column]:
        """Return the columns that are learned instead."""
        codes, levels = self._codes(given)
        numbers = {combination: f"{i}" for i, (combination, _) in enumerate(self.known)}
        names = [numbers.get(tuple(map(_plain_value, level)), "rare") for level in levels]
        return {self.name: pd.Series(np.array(names, dtype=object)[codes], dtype="str")}

    def make(
        self, drawn: pd.DataFrame, values: Values, columns: Columns, rng: np.random.Generator
    ) -> dict[str, Column]:
        """Rebuild the columns from those drawn and made before."""
        weights = np.array([count for _, count in self.known], float)
        column = of_column(drawn, self.name)
        others = rng.choice(len(weights), len(column), p=weights / weights.sum())
        numbers = pd.to_numeric(column.astype("str"), errors="coerce").to_numpy(float, na_value=np.nan)
        chosen = np.where(np.isnan(numbers), others, np.nan_to_num(numbers)).astype(int)
        return {
            name: _from_plain(name, [self.known[i][0][place] for i in chosen], columns)
            for place, name in enumerate(self.columns)
        }

    def _codes(self, given: Training) -> tuple[Integers, list[tuple[str | float | None, ...]]]:
        keys = [given.values.keys(name) for name in self.columns]
        rows = list(zip(*(key.astype(object).where(key.notna(), None) for key in keys), strict=True))
        codes, levels = pd.factorize(pd.Series(rows))
        return np.asarray(codes, np.intp), list(levels)


class Place(ByAnother):
    """For a number within its category's range, its relative position in the range is learned.

    Attributes
    ----------
    ranges
        For each category that enough people have, ends of pieces of at least 8 people each; under "" those of
        all people.
    """

    kind: Literal["place"] = "place"
    ranges: dict[str, tuple[float, ...]] = Field(default_factory=dict)

    def read(self, given: Training) -> Place:
        """Read the categories' ranges: the ends are those of the eighth person from either side."""
        keys, numbers = as_keys(given.values, self.by), given.values.floats(self.column)
        ranges = {"": _pieces(numbers, given.people)}
        for key, rows in pd.Series(range(len(keys))).groupby(keys.to_numpy()):
            people = None if given.people is None else given.people[rows]
            ranges[str(key)] = _pieces(numbers[rows], people)
        if not ranges[""]:
            raise _too_few((self.by, self.column))
        return self.model_copy(update={"ranges": {key: ends for key, ends in ranges.items() if ends}})

    def learned(self, given: Training) -> dict[str, Column]:
        """Return the columns that are learned instead."""
        keys, numbers = as_keys(given.values, self.by), given.values.floats(self.column)
        places = np.full(len(numbers), np.nan)
        for _, rows in pd.Series(range(len(keys))).groupby(keys.to_numpy()):
            ranks = pd.Series(numbers[rows]).rank()
            places[rows] = (ranks - 0.5) / max(int(ranks.notna().sum()), 1)
        alone = np.isnan(places) & ~np.isnan(numbers)
        return {self.column: pd.Series(np.round(filled(places, alone, given.rng), 4))}

    def make(
        self, drawn: pd.DataFrame, values: Values, columns: Columns, rng: np.random.Generator
    ) -> dict[str, Column]:
        """Rebuild the columns from those drawn and made before."""
        keys = as_keys(values, self.by).reset_index(drop=True)
        places = pd.Series(of_column(drawn, self.column)).to_numpy(float, na_value=np.nan)
        made = np.full(len(places), np.nan)
        whole = self.ranges[""]
        for key, rows in pd.Series(range(len(keys))).groupby(keys.where(keys.notna(), "").to_numpy()):
            ends = self.ranges.get(str(key), whole)
            made[rows] = np.interp(places[rows], np.linspace(0, 1, len(ends)), ends)
        return {self.column: columns.as_drawn(self.column, np.where(np.isnan(places), np.nan, made))}


Step: TypeAlias = Compute | Gap | LookUp | Combine | Place


class Blank(OfColumn):
    """A column is missing exactly where a rule says so.

    Before a column is made from what is learned in its place, what is missing and should not be is taken from
    another row. Afterwards, it can only be made missing.
    """

    kind: Literal["blank"] = "blank"
    rule: MissingIf | MissingTogether
    after: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that must be made before."""
        return tuple(name for name in self.rule.columns if name != self.column)

    def blank(self, column: Column, values: Values, rng: np.random.Generator) -> Column:
        """Return the column, learned or made, with its missing values."""
        rule = self.rule
        wanted = rule.wanted(values) if isinstance(rule, MissingIf) else values.missing(self.needs[0])
        rows = np.arange(len(column))
        known = np.flatnonzero(column.notna().to_numpy(bool))
        lacking = column.isna().to_numpy(bool) & ~wanted
        if lacking.any() and len(known) and not self.after:
            rows[lacking] = rng.choice(known, int(lacking.sum()))
        return column.take(rows).reset_index(drop=True).mask(wanted)


Action: TypeAlias = Annotated[Compute | Gap | LookUp | Combine | Place | Blank, Field(discriminator="kind")]


def _alone(given: Training, name: str, there: Booleans) -> dict[str, Column]:
    """Return a column where it applies, and any of its values elsewhere."""
    rows = np.flatnonzero(there)
    chosen = np.where(there, np.arange(len(there)), given.rng.choice(rows, len(there)))
    return {name + ALONE: of_column(given.frame, name).take(chosen).reset_index(drop=True)}


def _drawn_alone(drawn: pd.DataFrame, name: str, columns: Columns) -> Floats:
    column = pd.DataFrame({name: of_column(drawn, name + ALONE)})
    return columns.values(column).floats(name)


def _too_few(columns: tuple[str, ...]) -> ArgumentError:
    return ArgumentError("rule_few_people", columns=listed(columns), people=MIN_KEPT_ROWS)


def _pieces(numbers: Floats, people: Integers | None) -> tuple[float, ...]:
    """Return ends of pieces that hold at least 8 people each; none of fewer than twice as many."""
    there = ~np.isnan(numbers)
    order = np.argsort(numbers[there], kind="stable")
    values = numbers[there][order]
    who = np.arange(len(values)) if people is None else people[there][order]
    different = ~pd.Series(who).duplicated().to_numpy()
    if different.sum() < 2 * MIN_KEPT_ROWS:
        return ()
    # Only each person's lowest value counts, or somebody with many rows would be most of the ends.
    lowest = values[different]
    pieces = max(min(len(lowest) // MIN_KEPT_ROWS, PIECES), 1)
    places = np.linspace(MIN_KEPT_ROWS - 1, len(lowest) - MIN_KEPT_ROWS, pieces + 1).astype(int)
    return tuple(map(float, lowest[places]))


def as_keys(values: Values, name: str) -> Column:
    """Return a column as text by which values are looked up; numbers as the shortest text of each."""
    keys = values.keys(name)
    if values.unit(name) == "text":
        return keys
    return keys.map(lambda value: f"{value:.15g}", na_action="ignore")


def _plain_value(value: object) -> str | float | None:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    return value if isinstance(value, str) else float(value)  # type: ignore[arg-type]


def _from_plain(name: str, made: list[str | float | None], columns: Columns) -> Column:
    if columns.units[name] == "text":
        texts = pd.Series(made, dtype="string")
        return texts.map(TRUTHS).astype("boolean") if columns.dtype(name).startswith("bool") else texts
    return columns.as_drawn(name, np.array([np.nan if one is None else one for one in made], float))
