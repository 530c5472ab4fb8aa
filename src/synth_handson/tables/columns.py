"""The kind of a column, and its values in the dtype made for them."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

ColumnKind = Literal["number", "date", "zoned date", "duration", "time", "boolean", "category"]
ValueKind = Literal["number", "date", "duration", "time", "boolean", "text", "other"]

Column: TypeAlias = "pd.Series[Any]"

MIN_DISTINCT = 10
"""Values that are hardly all distinct by chance, nor just a handful of codes."""
YEARS = (1800, 2100)
"""Whole numbers in this range may be years, and a table may have one row for each."""

LARGEST_EXACT = 2**53
"""Whole numbers up to here are exact as float64."""

_NULLABLE = {"b": "boolean", "i": "Int64", "u": "UInt64"}


def with_columns(frame: pd.DataFrame, columns: Mapping[Any, Any]) -> pd.DataFrame:
    """Return a table with some columns replaced or added, whatever they are called.

    `DataFrame.assign` takes names as arguments, and none called "self".
    """
    changed = frame.copy()
    for name, column in columns.items():
        changed[name] = column
    return changed


def column_kind(column: Column) -> ColumnKind:
    """Tell what a column holds, in whatever dtype it holds it.

    Parameters
    ----------
    column
        Any column.

    Returns
    -------
    str
        "number"; "date" (with or without a time) and "zoned date"; "duration"; "time" of day; "boolean";
        "category" of text, of pandas' categoricals and of everything else.
    """
    column = as_canonical(column)
    dtype = column.dtype
    if types.is_bool_dtype(dtype) and not isinstance(dtype, pd.CategoricalDtype):
        return "boolean"
    if types.is_datetime64_any_dtype(dtype):
        return "date" if column.dt.tz is None else "zoned date"
    if types.is_timedelta64_dtype(dtype):
        return "duration"
    if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        return "number"
    if types.is_object_dtype(dtype):
        # What is left of whole numbers as objects are those beyond 64 bits; times of day have no dtype.
        held = types.infer_dtype(column, skipna=True)
        return "number" if held == "integer" else "time" if held == "time" else "category"
    return "category"


def value_kind(cls: type) -> ValueKind:
    """Tell what a single value is by its class."""
    if issubclass(cls, bool | np.bool_):
        return "boolean"
    if issubclass(cls, timedelta | np.timedelta64):
        return "duration"
    if issubclass(cls, Real | Decimal):
        return "number"
    if issubclass(cls, str):
        return "text"
    if issubclass(cls, time):
        return "time"
    return "date" if issubclass(cls, date | np.datetime64) else "other"


def as_canonical(column: Column) -> Column:
    """Convert a column to the dtype of numpy or pandas made for its values.

    Python objects of one kind, pyarrow's types, sparse columns and periods (by their first moment) are
    converted; dates of several UTC offsets go to UTC. Whole numbers stay exact: those beyond 64 bits remain
    objects, as does what fits no dtype.

    Parameters
    ----------
    column
        Any column.

    Returns
    -------
    Series
        The same values; numbered from 0 where anything was converted.
    """
    dtype = column.dtype
    if isinstance(dtype, pd.SparseDtype):
        column = pd.Series(np.asarray(column), name=column.name)
    elif isinstance(dtype, pd.PeriodDtype):
        return pd.Series(column.dt.to_timestamp()).reset_index(drop=True)
    elif isinstance(dtype, pd.ArrowDtype):
        column = _from_arrow(column.reset_index(drop=True), dtype)
    return _from_objects(column.reset_index(drop=True)) if column.dtype == object else column


def to_floats(column: Column) -> NDArray[np.float64]:
    """Turn numbers into float64, dates, times and spans into seconds; missing ones are NaN.

    Seconds of dates count from 1970, those of times of day from midnight. Booleans become 0 and 1; a column
    of categories becomes NaN throughout.
    """
    column = as_canonical(column)
    kind = column_kind(column)
    if kind == "category":
        return np.full(len(column), np.nan)
    if kind == "time":
        codes, times = pd.factorize(column)
        return np.array([*map(seconds_of_day, times), np.nan])[codes]
    if kind in ("date", "zoned date"):
        column = column - pd.Timestamp("1970-01-01", tz=column.dt.tz)
    if kind in ("date", "zoned date", "duration"):
        column = column.dt.total_seconds()
    if column.dtype == object:
        return np.array([np.nan if pd.isna(value) else _as_float(value) for value in column])
    return np.asarray(column.to_numpy(np.float64, na_value=np.nan), np.float64)


def seconds_of_day(value: time) -> float:
    """Return how many seconds after midnight a time of day is."""
    return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6


def to_times(seconds: NDArray[np.float64]) -> Column:
    """Turn seconds since midnight into times of day; NaN is a missing one."""
    codes, levels = pd.factorize(np.round(np.clip(seconds, 0, 86_399.999999), 6))
    moments = pd.to_datetime(np.round(levels * 1e6).astype("int64"), unit="us")
    return pd.Series(np.array([*moments.time, None], dtype=object)[codes], dtype=object)


def exact_origin(column: Column) -> int | None:
    """Return what is to be taken from whole numbers that float64 does not hold, or None if it does.

    Parameters
    ----------
    column
        Of `as_canonical`.

    Returns
    -------
    int or None
        The middle one of them, without as many last digits as tell all but the first and last seven apart.
    """
    if not (types.is_integer_dtype(column.dtype) or types.is_object_dtype(column.dtype)):
        return None
    if types.is_object_dtype(column.dtype) and column_kind(column) != "number":
        return None
    values = column.dropna()
    if values.empty or max(abs(int(values.max())), abs(int(values.min()))) <= LARGEST_EXACT:
        return None
    ordered = sorted(map(int, values))
    few = min(7, len(ordered) // 2)
    unit: int = 10 ** len(str(ordered[-1 - few] - ordered[few]))
    return ordered[len(ordered) // 2] // unit * unit


def to_shortest_floats(column: Column) -> NDArray[np.float64]:
    """Turn numbers into the float64 that reads the same: 0.1 as float32 becomes 0.1, not 0.10000000149."""
    column = as_canonical(column)
    dtype = float_type(column)
    if dtype == np.float64:
        return to_floats(column)
    return column.to_numpy(dtype, na_value=np.nan).astype("U32").astype(np.float64)


def float_type(column: Column) -> "np.dtype[Any]":
    """Tell whether numbers are held as float16, float32, or anything that float64 is good for."""
    name = str(column.dtype).lower()
    return np.dtype(name if name in ("float16", "float32") else "float64")


def localize(column: Column, zone: Any) -> Column:
    """Put dates without a zone into one, as its wall time.

    A time that occurs twice at the end of summer time is the first; one that the start of summer
    time skips is moved to the first moment after it.
    """
    first = np.ones(len(column), dtype=bool)
    return column.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")


def likely_identifier(column: Column) -> bool:
    """Tell whether a column's values never repeat, so that each may point to one person.

    It may also be a precise measurement, or a moment in time: nothing in the values tells the two apart. No
    row can be found again by such a column and others together, so identity is to be judged without it too.

    Parameters
    ----------
    column
        Any column; missing values do not count.

    Returns
    -------
    bool
        Whether at least 10 values are there, all different. Whole numbers between 1800 and 2100 are taken
        for years, of which a table may have one a row.
    """
    try:
        values = as_canonical(column).dropna()
        if len(values) < MIN_DISTINCT or values.nunique() < len(values):
            return False
        return column_kind(values) != "boolean" and not are_years(values)
    except (TypeError, ArithmeticError):  # lists and the like, which can be no one's number
        return False


def are_years(column: Column) -> bool:
    """Tell whether all values are whole numbers between 1800 and 2100."""
    values = to_floats(column) if column_kind(column) == "number" else np.array([np.nan])
    with np.errstate(invalid="ignore"):
        return bool(np.all((values % 1 == 0) & (values >= YEARS[0]) & (values <= YEARS[1])))


def _from_arrow(column: Column, dtype: pd.ArrowDtype) -> Column:
    kind, plain = dtype.kind, getattr(dtype, "numpy_dtype", object)
    if types.is_string_dtype(dtype):
        return column.astype("str")
    if kind == "f":
        return pd.Series(column.to_numpy(plain, na_value=np.nan), name=column.name)
    if kind in _NULLABLE:
        return column.astype(plain if column.notna().all() else types.pandas_dtype(_NULLABLE[kind]))
    return column.astype(object)


def _from_objects(column: Column) -> Column:
    """Give a column of Python objects, numbered from 0, the dtype its values have."""
    values = column.dropna()
    held = set(map(type, values))
    kinds = set(map(value_kind, held))
    if len(kinds) != 1 or kinds <= {"other", "time"}:
        return column
    try:
        converted = _convert(values, kinds.pop(), held)
    except (TypeError, ValueError, ArithmeticError):
        return column
    if len(values) < len(column) and converted.dtype.kind in _NULLABLE:
        converted = converted.astype(types.pandas_dtype(_NULLABLE[converted.dtype.kind]))
    return converted.reindex(column.index)


def _convert(values: Column, kind: ValueKind, held: set[type]) -> Column:
    if kind == "boolean":
        return values.astype(bool)
    if kind == "number" and held <= {np.float16, np.float32}:
        return values.astype(held.pop() if len(held) == 1 else np.float32)
    inferred = values.infer_objects()
    if inferred.dtype != object:
        return inferred
    if kind == "number":
        return _numbers(values)
    if kind == "date":
        return _dates(values)
    return pd.to_timedelta(values) if kind == "duration" else values


def _numbers(values: Column) -> Column:
    """Convert what Python and its libraries have of numbers: exactly where they are whole."""
    if all(_is_whole(value) for value in values):
        return pd.Series([int(value) for value in values], values.index, dtype=object).infer_objects()
    return pd.Series([_as_float(value) for value in values], values.index, dtype=np.float64)


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) or (abs(value) != np.inf and value == int(value))


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.inf


def _dates(values: Column) -> Column:
    zoned = {getattr(value, "tzinfo", None) is not None for value in values}
    if zoned == {True, False}:
        return values
    if zoned == {True}:
        return pd.to_datetime(values, utc=True)
    try:
        return pd.to_datetime(values)
    except pd.errors.OutOfBoundsDatetime:
        return pd.Series(np.array(list(values), dtype="datetime64[us]"), values.index)
