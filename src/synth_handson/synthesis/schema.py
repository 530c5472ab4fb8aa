"""Column names and dtypes: conversion of a table to the engine's form, and of drawn rows back."""

from collections.abc import Container, Hashable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import time
from numbers import Integral
from typing import Any

import pandas as pd
from pandas.api import types

from synth_handson.metrics.arrays import Integers
from synth_handson.synthesis.order import column_order
from synth_handson.synthesis.precision import Step, read_step
from synth_handson.tables.alignment import as_text
from synth_handson.tables.columns import (
    Column,
    as_canonical,
    column_kind,
    exact_origin,
    localize,
    seconds_of_day,
    to_floats,
    to_shortest_floats,
    to_times,
)
from synth_handson.tables.dates import date_format, digit_format, read_dates, write_dates
from synth_handson.tables.texts import MIN_KEPT_ROWS

PROTECTED_TOKEN = "_RARE_"
"""Stands in the synthetic table for categories too rare to be shown."""

FEW_VALUES = 10
"""Numbers with at most this many distinct values are trained on the values themselves."""

LARGE_TABLE_ROWS = 20_000
"""Rows below which other numbers are trained on their digits, as each of the engine's hundred bins would hold
few rows. In larger tables, digits keep little more and take twice as long."""

TIME = "time"
"""Placeholder for the dtype of times of day, which have none."""
MIN_DIGITS = 10**7
"""No smaller number has the digits of a date."""

Level = str | int | float | bool


@dataclass(frozen=True)
class Schema:
    """Column names, in order, with the dtypes a sampled table gets.

    Dates, decimals and incomplete booleans that are held as Python objects or pyarrow's types get the dtype
    made for them.

    Attributes
    ----------
    dtypes
        Pairs of column name, text or a whole number, and dtype name.
    categories
        For each column of dtype category those that at least 8 people share, and whether they are ordered.
        No others: they could be read off the dtype of drawn rows, although no row has them.
    date_formats
        For each column of text, or of whole numbers such as 20230623, that is dates throughout their format.
    steps
        For each column of numbers, dates or times whose values are all on a step that step.
    origins
        For each column of whole numbers that float64 does not hold what is taken from them to be learned.
    """

    dtypes: tuple[tuple[str | int, str], ...]
    categories: dict[str, tuple[list[Level], bool]] = field(default_factory=dict)
    date_formats: dict[str, str] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)
    origins: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: pd.DataFrame, people: Integers | None = None) -> "Schema":
        """Read the schema of a table; for people with several rows, with the number of each row's person."""
        categories = {
            str(name): (_levels(column, people), bool(column.cat.ordered))
            for name, column in frame.items()
            if isinstance(column.dtype, pd.CategoricalDtype)
        }
        canonical = {name: as_canonical(column) for name, column in frame.items()}
        formats = {
            str(name): form for name, column in canonical.items() if (form := _date_format(name, column))
        }
        origins = {
            str(name): origin
            for name, column in canonical.items()
            if str(name) not in formats and (origin := exact_origin(column)) is not None
        }
        steps = {
            str(name): step
            for name, (_, column) in zip(frame.columns, prepare(frame).items(), strict=True)
            if column_kind(column) in ("number", "date") and (step := read_step(column, people))
        }
        dtypes = tuple((plain_name(name), _dtype_name(column)) for name, column in frame.items())
        return cls(dtypes, categories, formats, steps, origins)

    def of_columns(self, names: Container[str]) -> "Schema":
        """Return the schema of some of the columns, by their names as text."""
        return replace(self, dtypes=tuple((name, dtype) for name, dtype in self.dtypes if str(name) in names))

    def translate(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return values, by their columns' names as text, by the names these have in :func:`prepare`."""
        names = [name for name, _ in self.dtypes]
        return {
            engine_name: self._prepared(str(name), given[str(name)])
            for engine_name, name in zip(_engine_names(names), names, strict=True)
            if str(name) in given
        }

    def _prepared(self, name: str, value: Any) -> Any:
        if value is None:
            return None
        if name in self.date_formats:
            moment = read_dates(pd.Series([str(value)]), self.date_formats[name])[0]
            return value if pd.isna(moment) else moment
        if isinstance(value, time):
            return seconds_of_day(value)
        return value - self.origins[name] if name in self.origins and isinstance(value, Integral) else value

    def restore(self, drawn: pd.DataFrame, given: Container[str] | None = None) -> pd.DataFrame:
        """Give drawn values the original's columns, order and dtypes.

        A column takes the nearest dtype that can hold what was drawn where its own cannot: a category gains
        :data:`PROTECTED_TOKEN`, integers and booleans with missing values become pandas' nullable ones. Dates
        of a zone are drawn in its wall time; see `synth_handson.tables.columns.localize` for times that the
        zone has twice or not at all.

        Parameters
        ----------
        drawn
            Rows as the engine draws them, with the columns of :func:`prepare` in any order.
        given
            Columns, by their names as text, whose values were given, and stay off any step.

        Returns
        -------
        DataFrame
            The same rows, numbered from 0.
        """
        drawn, given = drawn.reset_index(drop=True), given or ()
        names = [name for name, _ in self.dtypes]
        return pd.DataFrame(
            {
                name: self._restore(
                    self._on_step(drawn[engine_name], str(name), str(name) in given), str(name), dtype
                )
                for engine_name, (name, dtype) in zip(_engine_names(names), self.dtypes, strict=True)
            }
        )

    def _on_step(self, values: Column, name: str, given: bool) -> Column:
        return values if given or name not in self.steps else self.steps[name].snap(values)

    def _restore(self, values: Column, name: str, dtype: str) -> Column:
        if name in self.categories:
            levels, ordered = self.categories[name]
            by_text: dict[str, Level] = dict(zip(_texts(levels), levels, strict=True))
            rare = values.notna() & ~values.isin(by_text)
            if rare.any():
                by_text[PROTECTED_TOKEN] = PROTECTED_TOKEN
            # pandas takes unordered categories in any order of their levels for the same, but not objects.
            drawn = values.astype(object).mask(rare, PROTECTED_TOKEN).map(by_text)
            return drawn.astype(pd.CategoricalDtype(list(by_text.values()), ordered))
        if name in self.date_formats:
            written = write_dates(values, self.date_formats[name])
            if types.is_numeric_dtype(types.pandas_dtype(dtype)):
                return self._as_dtype(pd.to_numeric(written), dtype)
            return written.astype(types.pandas_dtype(dtype))
        if dtype == TIME:
            return to_times(to_floats(values))
        if name in self.origins:
            origin = self.origins[name]
            values = values.astype("object").map(lambda value: round(value) + origin, na_action="ignore")
        return self._as_dtype(values, dtype)

    def _as_dtype(self, values: Column, dtype: str) -> Column:
        wanted = types.pandas_dtype("boolean" if dtype == "bool" and values.isna().any() else dtype)
        if isinstance(wanted, pd.DatetimeTZDtype):
            return localize(values, wanted.tz).astype(wanted)
        with suppress(TypeError, ValueError):
            if types.is_bool_dtype(wanted):
                values = values.astype("boolean")
            restored = values.astype(wanted)
            # The nearest float is all that a narrow type can hold.
            if types.is_float_dtype(wanted) or (restored.dropna() == values.dropna()).all():
                return restored
        return values.convert_dtypes()


def prepare(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table in the form for the engine: in the few dtypes it handles well, rows numbered from 0.

    Columns keep their names, except whole numbers and what begins with two underscores as the engine's own.
    """
    columns = zip(_engine_names(frame.columns), frame.reset_index(drop=True).items(), strict=True)
    return pd.DataFrame({name: _plain(given, as_canonical(column)) for name, (given, column) in columns})


def engine_name(names: Iterable[Hashable], name: Hashable) -> str:
    """Return the name that one of a table's columns has in :func:`prepare`."""
    names = list(names)
    return _engine_names(names)[names.index(name)]


def _engine_names(names: Iterable[Hashable]) -> list[str]:
    return [
        name if isinstance(name, str) and not name.startswith("__") else f"__{position}"
        for position, name in enumerate(names)
    ]


def plain_name(name: Hashable) -> str | int:
    """Return a whole number as Python's, and any other name as text."""
    return int(name) if isinstance(name, Integral) else str(name)


def _nameable(column: Column) -> Column:
    """Convert a column to a dtype that has a name; objects of text and numbers may stay objects."""
    dtype = column.dtype
    if types.is_object_dtype(dtype) and column_kind(column) in ("category", "number"):
        return column if column.infer_objects().dtype != object else as_canonical(column)
    if isinstance(dtype, pd.ArrowDtype) and (dtype.kind in "biuf" or types.is_string_dtype(dtype)):
        return column
    return as_canonical(column)


def _dtype_name(column: Column) -> str:
    return TIME if column_kind(column) == "time" else str(_nameable(column).dtype)


def _date_format(name: Hashable, column: Column) -> str | None:
    values = column.dropna()
    if isinstance(values.dtype, pd.StringDtype) and len(values):
        return date_format(values)
    if types.is_integer_dtype(values.dtype) and len(values) and values.min() >= MIN_DIGITS:
        return digit_format(str(name), values.drop_duplicates().astype("str"))
    return None


def _levels(column: Column, people: Integers | None) -> list[Level]:
    """Return the categories that enough rows, or people with several rows, share."""
    seen = pd.DataFrame(
        {"level": column.cat.codes, "person": range(len(column)) if people is None else people}
    )
    times = seen.drop_duplicates()["level"].value_counts()
    levels = [
        level for code, level in enumerate(column.cat.categories) if times.get(code, 0) >= MIN_KEPT_ROWS
    ]
    texts = _texts(levels)
    return [level if isinstance(level, Level) else text for level, text in zip(levels, texts, strict=True)]


def _texts(levels: Iterable[Any]) -> list[str]:
    return as_text(pd.Series(list(levels), dtype=object)).tolist()


def _plain(name: Hashable, column: Column) -> Column:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return as_text(column).astype("category")
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.tz_localize(None)
    if form := _date_format(name, column):
        return read_dates(column, form)
    if column_kind(column) == "time":
        seconds = pd.Series(to_floats(column))
        return seconds.astype("Int64") if (seconds.dropna() % 1 == 0).all() else seconds
    if (origin := exact_origin(column)) is not None:
        shifted = column.astype("object").map(lambda value: int(value) - origin, na_action="ignore")
        return shifted.where(column.notna(), None).astype("Int64")
    # As 0 and 1, a boolean too rare to be shown stays one of the two; as text it would become another word.
    if types.is_bool_dtype(column) or types.is_integer_dtype(column):
        return column.astype("Int64")
    return pd.Series(to_shortest_floats(column)) if types.is_float_dtype(column) else column


def prepare_in_order(frame: pd.DataFrame, target: Hashable | None) -> pd.DataFrame:
    """Return what :func:`prepare` does, with the columns in the order to be learned."""
    prepared = prepare(frame)
    named = None if target is None else engine_name(frame.columns, target)
    return prepared[column_order(prepared, named)]


def encoding_types(prepared: pd.DataFrame) -> dict[str, str]:
    """Choose the encoding of every column, so that the engine need not guess it from the values.

    Parameters
    ----------
    prepared
        A table of :func:`prepare`.
    """
    numbers = "TABULAR_NUMERIC_AUTO" if len(prepared) >= LARGE_TABLE_ROWS else "TABULAR_NUMERIC_DIGIT"
    return {str(name): _encoding_type(column, numbers) for name, column in prepared.items()}


def _encoding_type(column: Column, numbers: str) -> str:
    match column_kind(column):
        case "date":
            return "TABULAR_DATETIME"
        case "number":
            return "TABULAR_NUMERIC_DISCRETE" if column.nunique() <= FEW_VALUES else numbers
    return "TABULAR_CATEGORICAL"
