"""A table as rules read it: numbers as they are, all that is time in days, and everything else as text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from synth_handson.tables.alignment import as_text
from synth_handson.tables.columns import Column, ColumnKind, as_canonical, column_kind, to_floats
from synth_handson.tables.dates import date_format, digit_format, read_dates
from synth_handson.tables.texts import looks_like_dates

Floats: TypeAlias = NDArray[np.float64]
Booleans: TypeAlias = NDArray[np.bool_]
Integers: TypeAlias = NDArray[np.intp]
Unit = Literal["number", "date", "duration", "time", "text"]

_TIMES: Mapping[ColumnKind, Unit] = {
    "date": "date", "zoned date": "date", "duration": "duration", "time": "time"
}  # fmt: skip
DAY = 86_400.0
SOME = 20
"""Texts examined to see whether a column may hold dates."""


def units_of(columns: pd.DataFrame) -> dict[str, Unit]:
    """Say what the columns of a table hold that are time, and are compared in days."""
    kinds = {str(name): column_kind(column) for name, column in columns.items()}
    return {name: _TIMES[kind] for name, kind in kinds.items() if kind in _TIMES}


class Values:
    """The columns of a table, in the units in which rules compare them.

    Numbers are as they are. Dates and moments count days since 1970, spans and times of day are in days;
    text and whole numbers that spell dates in one format count as dates. All else is text. Missing numbers
    are NaN.

    Parameters
    ----------
    frame
        Any table.
    units
        What columns hold, by name, where it is known; numbers of time are in days already.
    formats
        The formats of columns of text or whole numbers that spell dates, where they are known.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        units: Mapping[str, Unit] | None = None,
        formats: Mapping[str, str] | None = None,
    ) -> None:
        self._columns = {str(name): column for name, column in frame.items()}
        self._formats = formats
        self._units = dict(units or {})
        self._floats: dict[str, Floats] = {}
        self._codes: dict[str, tuple[Integers, pd.Index[Any]]] = {}
        self.rows = len(frame)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns, in their order."""
        return tuple(self._columns)

    @cached_property
    def units(self) -> dict[str, Unit]:
        """What each column holds."""
        return {name: self.unit(name) for name in self.names}

    def unit(self, name: str) -> Unit:
        """Tell what a column holds."""
        if name not in self._units:
            self._units[name] = self._read(name)
        return self._units[name]

    def floats(self, name: str) -> Floats:
        """Return a column of numbers, or of time in days; NaN where something is missing, or of text."""
        if name not in self._floats:
            self.unit(name)
            if name not in self._floats:
                self._floats[name] = self._in_days(name)
        return self._floats[name]

    def texts(self, name: str) -> Column:
        """Return a column as text, numbered from 0."""
        column = self._columns[name].reset_index(drop=True)
        return column if isinstance(column.dtype, pd.StringDtype) else as_text(column)

    def keys(self, name: str) -> Column:
        """Return values by which rows of several tables are compared: numbers, or text."""
        return self.texts(name) if self.unit(name) == "text" else pd.Series(self.floats(name))

    def codes(self, name: str) -> tuple[Integers, pd.Index[Any]]:
        """Return a number for each value, -1 for a missing one, and the values."""
        if name not in self._codes:
            codes, values = pd.factorize(self.keys(name))
            self._codes[name] = np.asarray(codes, np.intp), pd.Index(values)
        return self._codes[name]

    def missing(self, name: str) -> Booleans:
        """Tell where a column is missing."""
        return self._columns[name].isna().to_numpy(bool)

    def is_days(self, name: str) -> bool:
        """Tell whether a column holds dates without a time."""
        days = self.floats(name)
        return self.unit(name) == "date" and bool((days[~np.isnan(days)] % 1 == 0).all())

    def _read(self, name: str) -> Unit:
        column = as_canonical(self._columns[name])
        kind = column_kind(column)
        if kind not in _TIMES and self._form(name, column):
            return "date"
        return _TIMES.get(kind, "number" if kind == "number" else "text")

    def _form(self, name: str, column: Column) -> str | None:
        return spelled_dates(name, column) if self._formats is None else self._formats.get(name)

    def _in_days(self, name: str) -> Floats:
        column = self._columns[name]
        spelled = self.unit(name) == "date" and column_kind(column) in ("category", "number")
        if spelled and (form := self._form(name, as_canonical(column))):
            return to_floats(read_dates(as_canonical(column), form)) / DAY
        if self.unit(name) == "text":
            return np.full(self.rows, np.nan)
        in_days = self.unit(name) != "number" and types.is_float_dtype(column.dtype)
        return to_floats(column) / (1 if in_days or self.unit(name) == "number" else DAY)


def spelled_dates(name: str, column: Column) -> str | None:
    """Find the format in which text or whole numbers are dates throughout; None if they are none."""
    there = column.dropna().drop_duplicates()
    if there.empty:
        return None
    if isinstance(there.dtype, pd.StringDtype):
        return date_format(there) if looks_like_dates(there.head(SOME).tolist()) else None
    if types.is_integer_dtype(there.dtype) and there.min() >= 10**7:
        return digit_format(name, there.astype("str"))
    return None
