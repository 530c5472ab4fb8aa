"""A segment of a table: the rows that have given values, or given shares of a column's values."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from synth_handson.errors import ArgumentError
from synth_handson.tables.alignment import as_text
from synth_handson.tables.checks import MIN_ASSESSED_ROWS, check_name
from synth_handson.tables.columns import Column, column_kind, seconds_of_day, to_floats, to_shortest_floats

MIN_PEOPLE = MIN_ASSESSED_ROWS
"""Fewest real people in a segment for anything to be measured. A leaf of "trees" has as many."""
TOLERANCE = 1e-6
"""Tolerance for shares that should add up to 1."""

Given = Mapping[Any, Any] | pd.DataFrame
"""A value or a list of values for each column, or a table with one row for each row to draw."""
Shares = Mapping[Any, Mapping[Any, float]]
"""For one column, the share of rows that should have each value, adding up to 1."""
Choice = Mapping[str, tuple[Any, ...]]
"""The values allowed in some columns; None stands for a missing value."""


@dataclass(frozen=True)
class Segment:
    """What is asked of rows.

    Attributes
    ----------
    choices
        A row is of the segment if it has what one of these says. No row has what two of them say.
    shares
        Share of the rows that are to have what each says, 0 to 1; None if they come as they are in the table.
    """

    choices: tuple[Choice, ...]
    shares: tuple[float, ...] | None = None

    @classmethod
    def of(cls, given: Given | None, shares: Shares | None, columns: Sequence[Hashable]) -> Segment:
        """Read what is asked of a table that has these columns.

        Raises
        ------
        ArgumentError
            If it is nothing of the kind, a column is not there, asked for twice or without any value, or the
            shares are not above 0 or do not add up to 1.
        """
        there = [str(name) for name in columns]
        found: dict[tuple[tuple[str, tuple[Any, ...]], ...], float] = {}
        for choice, weight in _weighted(given, shares):
            for name in choice:
                check_name(name, there, "given_column")
            key = tuple(choice.items())
            found[key] = found.get(key, 0.0) + weight
        total = sum(found.values())
        mixed = shares is not None or isinstance(given, pd.DataFrame)
        parts = tuple(weight / total for weight in found.values()) if mixed else None
        return cls(tuple(map(dict, found)), parts)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Segment:
        """Rebuild one from `to_plain`."""
        choices = tuple({name: tuple(values) for name, values in one.items()} for one in plain["choices"])
        return cls(choices, None if plain["shares"] is None else tuple(plain["shares"]))

    def to_plain(self) -> dict[str, Any]:
        """Return what ``json`` can write: dates and times as text."""
        choices = [{name: list(map(_plain, values)) for name, values in one.items()} for one in self.choices]
        return {"choices": choices, "shares": None if self.shares is None else list(self.shares)}

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that something is asked of."""
        return tuple(dict.fromkeys(name for choice in self.choices for name in choice))

    def read_by(self, read: Callable[[str, Any], Any]) -> Segment:
        """Return it with each value read again, given its column and what it is so far."""
        choices = (
            {name: tuple(_value(read(name, value)) for value in values) for name, values in one.items()}
            for one in self.choices
        )
        return Segment(tuple(choices), self.shares)

    def choice_of(self, frame: pd.DataFrame) -> NDArray[np.intp]:
        """Return the position of the choice that each row is of, -1 if it is of none. Shape (n_rows,)."""
        by_name = {str(name): column.reset_index(drop=True) for name, column in frame.items()}
        of = np.full(len(frame), -1)
        for position, choice in enumerate(self.choices):
            has = np.ones(len(frame), bool)
            for name, values in choice.items():
                has &= _has(by_name[name], values)
            of[has] = position
        return of

    def count(self, frame: pd.DataFrame) -> NDArray[np.intp]:
        """Count the rows of a table that are of each choice. Shape (choices,)."""
        of = self.choice_of(frame)
        return np.bincount(of[of >= 0], minlength=len(self.choices))

    def sizes(self, n: int) -> NDArray[np.intp]:
        """Split ``n`` rows by the shares, as nearly as whole numbers can. Shape (choices,)."""
        wanted = np.array([1.0] if self.shares is None else self.shares) * n
        sizes = np.floor(wanted + TOLERANCE).astype(np.intp)
        sizes[np.argsort(sizes - wanted, kind="stable")[: n - sizes.sum()]] += 1
        return sizes

    def alike(self, frame: pd.DataFrame, random_state: int) -> pd.DataFrame:
        """Return the rows of the segment: all of them, or as many at random as have its shares."""
        of = self.choice_of(frame)
        if self.shares is None:
            return frame[of >= 0].reset_index(drop=True)
        times = np.bincount(of[of >= 0], minlength=len(self.choices))
        most = int(min(n / share for n, share in zip(times, self.shares, strict=True)) + TOLERANCE)
        order = np.random.default_rng(random_state).permutation(len(frame))
        kept = [
            order[of[order] == position][:size] for position, size in enumerate(self.sizes(most).tolist())
        ]
        return frame.iloc[np.sort(np.concatenate(kept))].reset_index(drop=True)


def spell_choice(choice: Choice) -> str:
    """Spell what a choice says: ``job = student | retired, y = yes``."""
    return ", ".join(f"{name} = {' | '.join(map(spell_value, values))}" for name, values in choice.items())


def check_people(segment: Segment, people: Sequence[float], nearest: Mapping[int, str]) -> None:
    """Raise an `ArgumentError` if too few people have what one of the choices says.

    Parameters
    ----------
    segment
        What was asked for.
    people
        How many people have what each choice says.
    nearest
        What enough people have instead, by the choice's position.
    """
    for position, (choice, count) in enumerate(zip(segment.choices, people, strict=True)):
        if count < MIN_PEOPLE:
            said = {"asked": spell_choice(choice), "people": round(count), "minimum": MIN_PEOPLE}
            key = "given_few" if round(count) else "given_never"
            raise ArgumentError(key, nearest=nearest.get(position) or "–", **said)


def nearest_seen(choice: Choice, frame: pd.DataFrame, people: float, most: int = 3) -> str:
    """Spell what the rows have that is nearest to a choice, by Gower's distance, with how many people do.

    Parameters
    ----------
    choice
        What too few rows have.
    frame
        The table.
    people
        How many people each row stands for.
    most
        Most values that are named: those that enough people have, or if there are none, any.

    Notes
    -----
    J. C. Gower, "A general coefficient of similarity and some of its properties", Biometrics 27, 1971.
    """
    columns = {str(n): column.reset_index(drop=True) for n, column in frame.items() if str(n) in choice}
    text = pd.DataFrame({name: as_text(columns[name]).fillna("") for name in choice})
    far = pd.Series(sum(_distance(columns[name], values) for name, values in choice.items()), text.index)
    seen = far.groupby([text[name].to_numpy() for name in choice]).agg(["size", "first"])
    seen = seen.sort_values(["first", "size"], ascending=[True, False], kind="stable")
    enough = seen[seen["size"] * people >= MIN_PEOPLE]
    seen = (seen if enough.empty else enough).head(most)
    found = (key if isinstance(key, tuple) else (key,) for key in seen.index)
    return "; ".join(
        f"{spell_choice({n: (v,) for n, v in zip(choice, key, strict=True)})} ({size * people:,.0f})"
        for key, size in zip(found, seen["size"], strict=True)
    )


def _weighted(given: Given | None, shares: Shares | None) -> list[tuple[Choice, float]]:
    """Read given values and shares as choices, each with its weight."""
    fixed = [({}, 1.0)] if given is None else _given(given)
    if shares is None:
        return fixed
    if not isinstance(shares, Mapping) or len(shares) != 1:
        raise ArgumentError("shares", value=shares)
    ((name, parts),) = shares.items()
    if not isinstance(parts, Mapping) or not parts or not all(map(_is_share, parts.values())):
        raise ArgumentError("shares", value=shares)
    if abs(sum(parts.values()) - 1) > TOLERANCE:
        raise ArgumentError("shares_total", column=name, total=sum(parts.values()))
    if len(fixed) > 1 or str(name) in fixed[0][0]:
        raise ArgumentError("shares_and_given", column=name)
    return [({**fixed[0][0], str(name): (_value(value),)}, float(part)) for value, part in parts.items()]


def _given(given: Given) -> list[tuple[Choice, float]]:
    if isinstance(given, pd.DataFrame):
        if given.empty or not given.columns.is_unique:
            raise ArgumentError("given", value=type(given).__name__)
        rows = given.astype(object).itertuples(index=False, name=None)
        return [({str(n): (_value(v),) for n, v in zip(given, row, strict=True)}, 1.0) for row in rows]
    if not isinstance(given, Mapping) or not given:
        raise ArgumentError("given", value=given)
    choice = {}
    for name, value in given.items():
        listed = list(value) if types.is_list_like(value) and not isinstance(value, Mapping) else [value]
        if not listed or not all(map(types.is_scalar, listed)):
            raise ArgumentError("given", value=given)
        choice[str(name)] = tuple(dict.fromkeys(map(_value, listed)))
    return [(choice, 1.0)]


def _is_share(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and 0 < float(value) <= 1


def _value(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) and not isinstance(value, np.datetime64) else value


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def spell_value(value: Any) -> str:
    """Spell a value as it is compared; a missing one is a dash."""
    return "–" if value is None or value == "" else str(as_text(pd.Series([value], dtype=object))[0])


def _has(column: Column, values: Sequence[Any]) -> NDArray[np.bool_]:
    """Tell which rows have one of the values. Shape (n_rows,)."""
    known = [value for value in values if value is not None]
    missing = column.isna().to_numpy(bool)
    kind = column_kind(column)
    if kind == "category":
        has = as_text(column).isin([spell_value(value) for value in known]).to_numpy(bool)
    else:
        floats = to_shortest_floats(column) if kind == "number" else to_floats(column)
        has = np.isin(floats, [_number(column, kind, value) for value in known])
    return np.where(missing, None in values, has)


def _distance(column: Column, values: Sequence[Any]) -> NDArray[np.float64]:
    """Return how far each row is from the nearest of the values, 0 to 1. Shape (n_rows,)."""
    far = (~_has(column, values)).astype(float)
    kind, floats = column_kind(column), to_floats(column)
    if kind == "category" or np.isnan(floats).all():
        return far
    span = np.nanmax(floats) - np.nanmin(floats)
    for number in (_number(column, kind, value) for value in values if value is not None):
        far = np.fmin(far, np.abs(floats - number) / (span or 1.0))
    return far


def _number(column: Column, kind: str, value: Any) -> float:
    """Return a value as `to_floats` has it; NaN, which equals nothing, if it is none of the column's kind."""
    try:
        match kind:
            case "boolean":
                return {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0}.get(
                    spell_value(value).lower(), math.nan
                )
            case "number":
                return float(value)
            case "time":
                return seconds_of_day(value if isinstance(value, time) else time.fromisoformat(str(value)))
            case "duration":
                return float(pd.Timedelta(value).total_seconds())
        moment = pd.Timestamp(value)
        zone = column.dt.tz if kind == "zoned date" else None
        if zone is not None and moment.tzinfo is None:
            moment = moment.tz_localize(zone)
        return float(to_floats(pd.Series([moment]))[0])
    except (TypeError, ValueError, OverflowError):
        return math.nan
