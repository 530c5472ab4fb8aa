"""The precision of a column's values: decimals, days, full hours, multiples of five, first days of months."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import pandas as pd

from synth_handson.metrics.arrays import Integers
from synth_handson.tables.columns import LARGEST_EXACT, Column, column_kind, to_floats
from synth_handson.tables.texts import MIN_KEPT_ROWS

MAX_DECIMALS = 12
DAY = 86_400
BY_CHANCE = 1e-6
"""Largest probability that all values lie on a step by chance, for it to count as a step."""
MONTHS = 28
"""Days that every month has."""


@dataclass(frozen=True)
class Step:
    """The numbers or moments that all values of a column are among.

    Attributes
    ----------
    size, first
        The distance of one to the next, and the smallest from 0 on: of numbers and, in seconds, of moments in
        units of the last decimal; where there is a day of the month, in months.
    decimals
        How many decimals they have.
    day
        The day of the month that all have, 0 for the last one; None where there is no such thing.
    """

    size: int
    first: int
    decimals: int = 0
    day: int | None = None

    def snap(self, column: Column) -> Column:
        """Move drawn numbers or moments to the nearest that is among them."""
        if self.day is not None:
            return self._to_months(column)
        unit = 10**self.decimals
        values = to_floats(column) * unit
        near = self.first + np.round((values - self.first) / self.size) * self.size
        if column_kind(column) != "date":
            return pd.Series(np.round(near / unit, self.decimals), column.index)
        moments = np.full(len(near), "NaT", "datetime64[us]")
        there = ~np.isnan(near)
        moments[there] = np.round(near[there] * (1_000_000 / unit)).astype(np.int64)
        return pd.Series(moments, column.index)

    def _to_months(self, column: Column) -> Column:
        shift = np.timedelta64(_shift(self.day or 0), "D")
        days = column.to_numpy("datetime64[D]") - shift
        months = days.astype("datetime64[M]")
        there = ~np.isnat(months)
        before = months.copy()
        before[there] -= (months[there].astype(np.int64) - self.first) % self.size
        after = before + np.timedelta64(self.size, "M")
        first, last = before.astype("datetime64[D]"), after.astype("datetime64[D]")
        near = np.where(days - first <= last - days, first, last) + shift
        return pd.Series(near.astype("datetime64[us]"), column.index)


def read_precision(column: Column) -> tuple[int | None, int | None]:
    """Read the precision of numbers or dates: decimals, and the seconds of a date's unit.

    Both are None where there is no such thing.
    """
    values = to_floats(column)
    values = values[~np.isnan(values)]
    unit = None
    if column_kind(column) == "date":
        unit = 1 if (values % DAY).any() else DAY
        values = values / unit
    decimals = next((d for d in range(MAX_DECIMALS) if (np.round(values, d) == values).all()), None)
    return decimals, unit


def read_step(column: Column, people: Integers | None = None) -> Step | None:
    """Find the step that all values of a column are on, or None.

    More than 8 people with as many different values have to be on it, so that it is no single person's, and
    chance has to be ruled out: of n different values, all are on a step of size s with probability s⁻⁽ⁿ⁻¹⁾.

    Parameters
    ----------
    column
        Numbers or dates, of a table of :func:`~synth_handson.synthesis.schema.prepare`.
    people
        The number of each row's person, shape (n_rows,); by default each row is a person of its own.
    """
    decimals, unit = read_precision(column)
    if decimals is None:
        return None
    values = to_floats(column)
    there = ~np.isnan(values)
    scaled = values[there] * 10**decimals
    if not scaled.size or np.abs(scaled).max() >= LARGEST_EXACT:
        return None
    whole = np.round(scaled).astype(np.int64)
    found = np.unique(whole)
    different = len(found)
    if people is not None:
        who = pd.Series(people[there])
        different = len(np.unique(whole[~who.duplicated().to_numpy()]))
    if different <= MIN_KEPT_ROWS:
        return None
    if unit == DAY:
        found = found // DAY
        if (step := _months(found, different)) is not None:
            return step
    size = _common(found, different)
    factor = unit or 1
    return Step(size * factor, int(found[0] % size) * factor, decimals) if size > 1 else None


def _common(values: Integers, different: int) -> int:
    """Return the step that whole numbers are on beyond chance, or 1."""
    size = int(np.gcd.reduce(values - values[0]))
    return size if size > 1 and (different - 1) * log(size) > -log(BY_CHANCE) else 1


def _months(days: Integers, different: int) -> Step | None:
    """Find the day of the month that all days since 1970 have."""
    dates = days.astype("datetime64[D]")
    first = dates.astype("datetime64[M]").astype("datetime64[D]")
    of_month = np.unique((dates - first).astype(np.int64)) + 1
    day = int(of_month[0]) if len(of_month) == 1 and of_month[0] <= MONTHS else 0
    months = (dates - np.timedelta64(_shift(day), "D")).astype("datetime64[M]")
    if (months.astype("datetime64[D]") + np.timedelta64(_shift(day), "D") != dates).any():
        return None
    numbers = months.astype(np.int64)
    size = _common(numbers, different)
    return Step(size, int(numbers[0] % size), day=day)


def _shift(day: int) -> int:
    """Return the days after the first of a month; the last day is the one before a first."""
    return day - 1
