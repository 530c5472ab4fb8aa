"""The same column of several tables, in one dtype: equal values in another type are equal."""

import math
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from synth_handson.tables.columns import (
    LARGEST_EXACT,
    Column,
    ColumnKind,
    as_canonical,
    column_kind,
    float_type,
    localize,
    to_floats,
    to_shortest_floats,
)

_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


class DifferentKind(ValueError):  # noqa: N818  (always turned into an error of the hierarchy)
    """A column holds a value that is nothing like what the same column of the real table holds.

    Attributes
    ----------
    position
        Which column it is, in the order given; 0 is the real one.
    example
        The value, as text.
    """

    def __init__(self, position: int, example: str) -> None:
        super().__init__(position, example)
        self.position = position
        self.example = example


def align(real: Column, *others: Column) -> tuple[ColumnKind, list[Column]]:
    """Bring the same column of several tables into one dtype, in which equal values are equal.

    The real column decides the kind; where it holds nothing, the first that does.

    - Numbers are compared in the narrowest floating-point type among the columns: 0.1 as float32 equals 0.1.
      Whole numbers beyond 2**53 are compared as they are where all columns hold whole numbers. Booleans are 1
      and 0, and text counts by the number it spells.
    - A date without a zone is taken for the wall time of the other's zone; two zones compare by the moment.
      ISO 8601 text counts by the date it spells.
    - Times of day compare by the time since midnight; text counts by the time it spells.
    - 1 and 0, and "true" and "false" in any case, are booleans beside booleans.
    - Categories compare by their text. Values of another type are those categories that spell them, so that
      1067 is the code "01067".

    Parameters
    ----------
    real
        The column that decides.
    *others
        The same column of other tables.

    Returns
    -------
    kind : str
        See `column_kind`.
    columns : list of Series
        As given, numbered from 0: float64, or objects for whole numbers beyond 2**53; datetime64 without a
        zone (UTC where the real one has a zone) and timedelta64 (also for times of day), of one unit;
        boolean; or str.

    Raises
    ------
    DifferentKind
        If a value cannot be understood as one of the real column's kind.
    """
    columns: list[Column] = []
    for position, column in enumerate((real, *others)):
        try:
            columns.append(as_canonical(column.reset_index(drop=True)))
        except Exception as error:  # values can be objects of any class, whose own methods fail in any way
            raise DifferentKind(position, type(error).__name__) from error
    deciding = next((column for column in columns if column.notna().any()), columns[0])
    kind = column_kind(deciding)
    for position, column in enumerate(columns):
        try:
            columns[position] = _CONVERT[kind](column, deciding)
        except Exception as error:
            raise DifferentKind(position, _example(column, kind, deciding)) from error
    return kind, _of_one_dtype(columns, kind)


def as_text(column: Column) -> Column:
    """Turn a column into the text by which categories compare: 1.0 becomes "1", a date is in ISO 8601.

    Parameters
    ----------
    column
        Any column.

    Returns
    -------
    Series of str
        Missing values stay missing.
    """
    column = as_canonical(column)
    if isinstance(column.dtype, pd.StringDtype):
        return column.astype("str")
    if float_type(column) != np.float64:
        column = pd.Series(to_shortest_floats(column), column.index)
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels = as_text(pd.Series(column.cat.categories))
        if levels.is_unique:
            return column.cat.rename_categories(levels.tolist()).astype("str")
    return column.astype(object).map(_spell, na_action="ignore").astype("str").where(column.notna())


def _spell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real | Decimal) and math.isfinite(value):
        return str(math.trunc(value)) if value == math.trunc(value) else str(float(value))
    if isinstance(value, date):
        return str(pd.Timestamp(value)).removesuffix(" 00:00:00")
    return str(value)


def _to_numbers(column: Column, real: Column) -> Column:
    match column_kind(column):
        case "number":
            return column
        case "boolean":
            return column.astype("Int64")
        case "category":
            return _map_text(column, _number)
    return _nothing_but_missing(column)


def _to_dates(column: Column, real: Column) -> Column:
    zone = real.dt.tz
    match column_kind(column):
        case "date":
            return column if zone is None else _in_utc(localize(column, zone))
        case "zoned date":
            return column.dt.tz_localize(None) if zone is None else _in_utc(column)
        case "category":
            texts = as_text(column)
            known = texts.dropna().unique()
            parsed = [pd.to_datetime(text, format="ISO8601") for text in known]
            return _to_dates(
                as_canonical(texts.map(dict(zip(known, parsed, strict=True))).astype(object)), real
            )
    return _nothing_but_missing(column)


def _in_utc(column: Column) -> Column:
    return column.dt.tz_convert("UTC").dt.tz_localize(None)


def _to_durations(column: Column, real: Column) -> Column:
    if column_kind(column) == "category":
        return pd.to_timedelta(as_text(column))
    return column if column_kind(column) == "duration" else _nothing_but_missing(column)


def _to_times(column: Column, real: Column) -> Column:
    match column_kind(column):
        case "time":
            return pd.to_timedelta(pd.Series(to_floats(column)), unit="s")
        case "category":
            texts = as_text(column)
            read = {
                text: pd.to_timedelta(text if text.count(":") > 1 else f"{text}:00")
                for text in texts.dropna().unique()
            }
            return pd.to_timedelta(texts.map(read))
    return column if column_kind(column) == "duration" else _nothing_but_missing(column)


def _to_booleans(column: Column, real: Column) -> Column:
    match column_kind(column):
        case "boolean":
            return column.astype("boolean")
        case "number" if set(column.dropna().unique()) <= {0, 1}:
            return column.astype("boolean")
        case "category":
            return _map_text(column, lambda text: _BOOLEANS[text.strip().lower()]).astype("boolean")
    return _nothing_but_missing(column).astype("boolean")


def _to_categories(column: Column, real: Column) -> Column:
    kind = column_kind(column)
    texts = as_text(column)
    if kind == "category" or column.isna().all():
        return texts
    zone = column.dt.tz if kind == "zoned date" else None
    levels: dict[Hashable, str] = {}
    for level in as_text(real).dropna().unique():
        try:
            value = _key(_READ[kind](level), zone)
        except (ValueError, KeyError, OverflowError):
            continue
        if levels.setdefault(value, level) != level:
            raise ValueError(level)  # "1067" and "01067": which of the two is 1067?
    if not levels:
        raise ValueError(kind)
    # A narrow float is the number that it reads as.
    if float_type(column) != np.float64:
        column = pd.Series(to_shortest_floats(column))
    known = column.dropna().drop_duplicates()
    spelled = {
        value: levels.get(_key(value, zone), text) for value, text in zip(known, as_text(known), strict=True)
    }
    return column.astype(object).map(spelled).astype("str").where(column.notna())


def _key(value: Any, zone: Any) -> Hashable:
    """Give equal values equal keys: a date its wall time or, where a zone is at hand, its moment."""
    if not isinstance(value, pd.Timestamp) or zone is None:
        key: Hashable = value.tz_localize(None) if isinstance(value, pd.Timestamp) else value
        return key
    return value.tz_convert("UTC") if value.tz else localize(pd.Series([value]), zone).dt.tz_convert("UTC")[0]


def _number(text: str) -> float:
    """Read a number; a whole one exactly."""
    if "_" in text:
        raise ValueError(text)
    try:
        return int(text)
    except ValueError:
        value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


_READ: dict[ColumnKind, Callable[[str], Any]] = {
    "number": _number,
    "date": lambda text: pd.to_datetime(text, format="ISO8601"),
    "zoned date": lambda text: pd.to_datetime(text, format="ISO8601"),
    "duration": pd.to_timedelta,
    "boolean": lambda text: _BOOLEANS[text.strip().lower()],
}
_CONVERT: dict[ColumnKind, Callable[[Column, Column], Column]] = {
    "number": _to_numbers,
    "date": _to_dates,
    "zoned date": _to_dates,
    "duration": _to_durations,
    "time": _to_times,
    "boolean": _to_booleans,
    "category": _to_categories,
}


def _map_text(column: Column, read: Callable[[str], Any]) -> Column:
    texts = as_text(column)
    return as_canonical(texts.map({text: read(text) for text in texts.dropna().unique()}).astype(object))


def _nothing_but_missing(column: Column) -> Column:
    if column.notna().any():
        raise ValueError(column.dtype)
    return column


def _of_one_dtype(columns: Sequence[Column], kind: ColumnKind) -> list[Column]:
    if kind == "number":
        return _numbers_of_one_dtype(columns)
    if kind in ("date", "zoned date", "duration", "time"):
        stamp = "timedelta64" if kind in ("duration", "time") else "datetime64"
        columns = [
            column.astype(types.pandas_dtype(f"{stamp}[s]")) if column.isna().all() else column
            for column in columns
        ]
        finest = max((column.dt.unit for column in columns), key=["s", "ms", "us", "ns"].index)
        try:
            return [column.dt.as_unit(finest) for column in columns]
        except pd.errors.OutOfBoundsDatetime:
            return [column.dt.as_unit("us") for column in columns]
    return list(columns)


def _numbers_of_one_dtype(columns: Sequence[Column]) -> list[Column]:
    floats = [to_floats(column) for column in columns]
    if all(_is_exact(column) for column in columns):
        with np.errstate(invalid="ignore"):
            if any((np.abs(values) > LARGEST_EXACT).any() for values in floats):
                return [column.astype(object).where(column.notna(), None) for column in columns]
        return [pd.Series(values) for values in floats]
    narrowest = min(
        (float_type(column) for column in columns if column.notna().any()), key=lambda dtype: dtype.itemsize
    )
    with np.errstate(over="ignore"):
        return [pd.Series(values.astype(narrowest).astype(np.float64)) for values in floats]


def _is_exact(column: Column) -> bool:
    dtype = column.dtype
    return types.is_object_dtype(dtype) or types.is_integer_dtype(dtype) or bool(column.isna().all())


def _example(column: Column, kind: ColumnKind, real: Column) -> str:
    """Show a value that cannot be converted by itself, or else the first."""
    try:
        values = column.dropna()
        for value in values.drop_duplicates()[:1_000]:
            try:
                _CONVERT[kind](as_canonical(pd.Series([value], dtype=object)), real)
            except Exception:
                return repr(value)
        return repr(values.iloc[0])
    except Exception as error:
        return type(error).__name__
