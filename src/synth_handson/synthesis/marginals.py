"""Each column's values as codes that many people share: what the statistical engines learn on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from synth_handson.errors import ArgumentError
from synth_handson.metrics.arrays import Booleans, Floats, Integers
from synth_handson.synthesis.precision import read_precision
from synth_handson.synthesis.schema import PROTECTED_TOKEN
from synth_handson.tables.alignment import as_text
from synth_handson.tables.checks import listed
from synth_handson.tables.columns import Column, column_kind, to_floats
from synth_handson.tables.texts import MIN_KEPT_ROWS

PIECES = 100
"""A number that one in this many people has is kept; others are kept as ranges that as many have."""

MOST_LISTED = 20
"""Values listed at most in the message about an unknown value."""

CALENDAR = (-62_135_596_800, 253_402_214_400)
"""Seconds from 1970 until the first day of year 1, and the last of year 9999."""

MISSING = 0
"""The code of what is missing; values have codes from 1 on."""


@dataclass(frozen=True)
class Categories:
    """A column of categories: the frequent ones, and one token for all others.

    Attributes
    ----------
    levels
        The value of each code from 1 on.
    """

    levels: tuple[str, ...]

    @classmethod
    def of(cls, column: Column, people: Integers | None = None) -> Categories:
        """Read the categories of a column of :func:`~synth_handson.synthesis.schema.prepare`.

        ``people`` has the number of each row's person; by default each row is a person of its own.
        """
        text = as_text(column)
        times = (
            text.value_counts() if people is None else pd.Series(people).groupby(text.to_numpy()).nunique()
        )
        frequent = sorted(times.index[times >= MIN_KEPT_ROWS])
        rare = [] if (times >= MIN_KEPT_ROWS).all() else [PROTECTED_TOKEN]
        return cls((*frequent, *rare))

    @property
    def size(self) -> int:
        """Number of codes, including the one for missing."""
        return len(self.levels) + 1

    @property
    def ordered(self) -> bool:
        """Whether the order of the codes is meaningful."""
        return len(self.levels) <= 2

    @property
    def single(self) -> Booleans:
        """Which codes stand for one value each. Shape (size,)."""
        return np.array([True, *(level != PROTECTED_TOKEN for level in self.levels)])

    def code(self, column: Column) -> Integers:
        """Encode values. Shape (n_rows,)."""
        text = as_text(column)
        numbers = {level: code for code, level in enumerate(self.levels, 1)}
        other = numbers.get(PROTECTED_TOKEN, MISSING)
        coded = text.map(numbers).fillna(other).where(text.notna(), MISSING)
        return np.asarray(coded, np.intp)

    def values(self, codes: Integers, fractions: Floats) -> Column:
        """Return the categories that codes stand for."""
        levels = np.array([None, *self.levels], dtype=object)
        return pd.Series(levels[codes], dtype="string")

    def code_of(self, name: str, value: Any) -> int:
        """Return the code of one value, which must be one that can be drawn."""
        text = as_text(pd.Series([value], dtype=object))[0]
        if text not in self.levels:
            known = listed(self.levels[:MOST_LISTED])
            raise ArgumentError("given_category", column=name, value=value, known=known)
        return self.levels.index(text) + 1


@dataclass(frozen=True)
class Numbers:
    """A column of numbers or dates: values that many share, and ranges between them.

    Attributes
    ----------
    low, high
        Ends of the range of each code from 1 on; the same where it is one value. Dates count days, or seconds
        where they have times.
    decimals
        Decimals of all values; None where they have no such thing.
    unit
        Seconds that 1 stands for, of dates; None for numbers.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    decimals: int | None
    unit: int | None

    @classmethod
    def of(cls, column: Column, people: Integers | None = None) -> Numbers:
        """Read the ranges of a column of :func:`~synth_handson.synthesis.schema.prepare`.

        ``people`` has the number of each row's person; by default each row is a person of its own.
        """
        decimals, unit = read_precision(column)
        values = to_floats(column)
        order = np.argsort(values, kind="stable")[: np.count_nonzero(~np.isnan(values))]
        values = values[order] / (unit or 1)
        several = people is not None
        people = order if people is None else people[order]
        if len(np.unique(people)) < MIN_KEPT_ROWS:
            return cls((), (), decimals, unit)
        least, most = values[_reached(people)], values[::-1][_reached(people[::-1])]
        if several:
            # Nothing lies beyond the ends: with so few people, many would have exactly the value of an end.
            low, high = float(min(least, most)), float(max(least, most))
            inside = (values >= low) & (values <= high)
            pieces = list(_pieces(values[inside], people[inside], decimals)) or [(low, high)]
        else:
            if least > most:
                least = most = values[len(values) // 2]
            pieces = list(_pieces(np.clip(values, least, most), people, decimals))
        return cls(tuple(low for low, _ in pieces), tuple(high for _, high in pieces), decimals, unit)

    @property
    def size(self) -> int:
        """Number of codes, including the one for missing."""
        return len(self.low) + 1

    @property
    def ordered(self) -> bool:
        """Whether the order of the codes is meaningful."""
        return True

    @property
    def single(self) -> Booleans:
        """Which codes stand for one value each. Shape (size,)."""
        return np.array([True, *(low == high for low, high in zip(self.low, self.high, strict=True))])

    def code(self, column: Column) -> Integers:
        """Encode values; those beyond the range go to its ends. Shape (n_rows,)."""
        values = to_floats(column) / (self.unit or 1)
        codes = np.clip(np.searchsorted(self.low, values, "right"), min(1, len(self.low)), None)
        return np.where(np.isnan(values), MISSING, codes)

    def values(self, codes: Integers, fractions: Floats) -> Column:
        """Return a value within each code's range, at a fraction between its ends."""
        low, high = np.array([np.nan, *self.low]), np.array([np.nan, *self.high])
        # Rounding may carry a number past the end of its range.
        drawn = np.minimum(low[codes] + fractions * (high - low)[codes], high[codes])
        return self.column(drawn)

    def column(self, drawn: Floats) -> Column:
        """Return drawn numbers in the column's form: rounded to its decimals, or as dates."""
        if self.decimals is not None:
            drawn = np.round(drawn, self.decimals)
        if self.unit is None:
            return pd.Series(drawn)
        moments = np.full(len(drawn), "NaT", "datetime64[us]")
        there = ~np.isnan(drawn)
        # With differential privacy, noise may put the end of a range beyond any calendar.
        seconds = np.clip(drawn[there] * self.unit, *CALENDAR)
        moments[there] = np.round(seconds * 1e6).astype(np.int64)
        return pd.Series(moments)

    def code_of(self, name: str, value: Any) -> int:
        """Return the code of one value, which must be within the range that is drawn."""
        try:
            number = float(to_floats(pd.Series([pd.Timestamp(value) if self.unit else float(value)]))[0])
        except (TypeError, ValueError, OverflowError) as error:
            raise ArgumentError("given_number", column=name, value=value, **self._range()) from error
        number /= self.unit or 1
        if not self.low or not self.low[0] <= number <= self.high[-1]:
            raise ArgumentError("given_number", column=name, value=value, **self._range())
        return int(np.searchsorted(self.low, number, "right"))

    def _range(self) -> dict[str, str]:
        if not self.low:
            return {"low": "–", "high": "–"}
        ends = self.values(np.array([1, len(self.low)]), np.array([0.0, 1.0]))
        return {"low": str(ends[0]), "high": str(ends[1])}


Marginal = Categories | Numbers
MARGINALS: TypeAdapter[dict[str, Marginal]] = TypeAdapter(dict[str, Marginal])
"""Writes those of a table as JSON, and reads them."""


def read_marginals(prepared: pd.DataFrame, people: Integers | None = None) -> dict[str, Marginal]:
    """Read the marginal of every column.

    Parameters
    ----------
    prepared
        A table of :func:`~synth_handson.synthesis.schema.prepare`.
    people
        The number of each row's person, shape (n_rows,); by default each row is a person of its own.
    """
    return {
        str(name): Numbers.of(column, people)
        if column_kind(column) in ("number", "date")
        else Categories.of(column, people)
        for name, column in prepared.items()
    }


def shrunken_shares(shares: Floats, people: float) -> Floats:
    """Move the shares of categories towards each other by as much as they differ by chance.

    Of few people, shares differ although categories are equally frequent. Drawn as they are, they would tell
    who was learned from; shrunken ones are closer to those of everybody.

    Parameters
    ----------
    shares
        Share of people with each category. Shape (k,).
    people
        Number of people.

    Returns
    -------
    ndarray
        Shape (k,); the same shares if there are fewer than three categories.

    Notes
    -----
    The positive-part estimator of W. James and C. Stein, "Estimation with quadratic loss", Fourth Berkeley
    Symposium 1961, on the chi-square distance to equal shares.
    """
    k = len(shares)
    if k < 3:
        return shares
    apart = people * k * float(((shares - shares.mean()) ** 2).sum()) / shares.sum()
    kept = max(1 - (k - 3) / apart, 0.0) if apart else 0.0
    found: Floats = shares.mean() + kept * (shares - shares.mean())
    return found


def codes_of(marginals: Mapping[str, Marginal], given: Mapping[str, Any]) -> dict[str, int]:
    """Return the codes of given values, None for a missing one; raise as `code_of` does."""
    return {
        name: MISSING if value is None else marginals[name].code_of(name, value)
        for name, value in given.items()
    }


def with_given(drawn: Mapping[str, Column], given: Mapping[str, Any]) -> dict[str, Column]:
    """Replace drawn numbers and dates by the given ones, as a code stands for a whole range."""
    return {
        name: column
        if given.get(name) is None or isinstance(column.dtype, pd.StringDtype)
        else pd.Series([given[name]] * len(column)).astype(column.dtype)
        for name, column in drawn.items()
    }


def _reached(people: Integers) -> int:
    """Return the row with which enough distinct people are reached for their values to be kept."""
    return int(np.flatnonzero(~pd.Series(people).duplicated())[MIN_KEPT_ROWS - 1])


def _pieces(values: Floats, people: Integers, decimals: int | None) -> Iterator[tuple[float, float]]:
    """Yield values that many share as they are, and between them ranges that many share, in order.

    The first and the last of the sorted values are such that many share, or what is nearest stands for them.
    """
    found, starts = np.unique(values, return_index=True)
    holders = [set(part) for part in np.split(people, starts[1:])]
    times = np.diff([*starts, len(values)])
    at_least = max(MIN_KEPT_ROWS, ceil(len(values) / PIECES))
    shared = (times >= at_least) & (np.array([len(who) for who in holders]) >= MIN_KEPT_ROWS)
    for together, group in groupby(range(len(found)), lambda i: bool(shared[i])):
        run = list(group)
        if together:
            yield from ((float(found[i]), float(found[i])) for i in run)
        elif len(set().union(*(holders[i] for i in run))) < MIN_KEPT_ROWS:
            # Too few people have these values for them to be an end of the range.
            if not 0 < run[0] <= run[-1] < len(found) - 1:
                continue
            before, after = float(found[run[0] - 1]), float(found[run[-1] + 1])
            yield _next(before, after, decimals), _next(after, before, decimals)
        else:
            yield from _ranges(found[run], times[run], [holders[i] for i in run], at_least)


def _next(value: float, towards: float, decimals: int | None) -> float:
    """Return the next value that a column with these decimals can have, in one direction."""
    if decimals is None:
        return float(np.nextafter(value, towards))
    return float(np.round(value + np.sign(towards - value) * 10.0**-decimals, decimals))


def _ranges(
    found: Floats, times: Integers, holders: Sequence[set[int]], at_least: int
) -> Iterator[tuple[float, float]]:
    """Yield ranges, or one, with at least this many rows and enough people, that together hold all values."""
    firsts, rows = [0], 0
    people: set[int] = set()
    for position, (more, others) in enumerate(zip(times.tolist(), holders, strict=True)):
        if rows >= at_least and len(people) >= MIN_KEPT_ROWS:
            firsts.append(position)
            rows, people = 0, set()
        rows += more
        people |= others
    if (rows < at_least or len(people) < MIN_KEPT_ROWS) and len(firsts) > 1:
        firsts.pop()
    for first, after in zip(firsts, [*firsts[1:], len(found)], strict=True):
        yield float(found[first]), float(found[after - 1])
