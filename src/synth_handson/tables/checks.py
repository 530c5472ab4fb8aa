"""Check that a generator can learn from a table, and that it should."""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from pandas.api import types

from synth_handson.errors import ArgumentError, TableError, problem
from synth_handson.locales import Message

MIN_COLUMNS = 2
MIN_ROWS = 50
MIN_DISTINCT = 10
"""So many values are hardly distinct by chance, and hardly a mere handful of codes."""

MISSING_MARKERS = frozenset({"", "-", "--", ".", "?", "n/a", "#n/a", "na", "nan", "none", "null", "unknown"})
"""What people write where a number is missing."""

MAX_SEED = 2**32 - 1

Column: TypeAlias = "pd.Series[Any]"
Numbers: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"


def check_seed(value: int) -> int:
    """Return a seed as an int.

    Raises
    ------
    ArgumentError
        If it is no whole number from 0 to 2³² - 1.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or not 0 <= value <= MAX_SEED:
        raise ArgumentError("random_state", value=value, most=MAX_SEED)
    return int(value)


def check_table(frame: pd.DataFrame) -> None:
    """Check a table before it is trained on.

    It passes if it has at least two columns and 50 rows; its column names are unique, non-empty text; each
    column holds at least one value, one kind of value (numbers, text, dates, or true and false) and no
    infinite one; and no column is an identifier: text that never repeats, or a running number.

    Parameters
    ----------
    frame
        The table, one row per person. Missing values are welcome.

    Raises
    ------
    TableError
        If it does not pass; ``problems`` lists everything that is wrong, each with its column and an example.
    """
    if not isinstance(frame, pd.DataFrame):
        raise TableError([problem("table_not_a_frame", {"type": type(frame).__name__})])
    problems = [*_size_problems(*frame.shape), *_name_problems(list(frame.columns))]
    for position, name in enumerate(frame.columns):
        column = name if _is_name(name) else f"#{position + 1}"
        problems += _named_column_problems(frame.iloc[:, position], column)
    if problems:
        raise TableError(problems)


def _size_problems(rows: int, columns: int) -> Iterator[Message]:
    if columns < MIN_COLUMNS:
        yield problem("table_few_columns", {"columns": columns, "minimum": MIN_COLUMNS})
    if rows < MIN_ROWS:
        yield problem("table_few_rows", {"rows": rows, "minimum": MIN_ROWS})


def _name_problems(names: list[Any]) -> Iterator[Message]:
    for position, name in enumerate(names, start=1):
        if not isinstance(name, str):
            yield problem("table_name_not_text", {"column": f"#{position}", "name": _show(name)})
        elif not _is_name(name):
            yield problem("table_name_empty", {"column": f"#{position}"})
    for name, count in Counter(filter(_is_name, names)).items():
        if count > 1:
            yield problem("table_name_duplicate", {"column": name, "count": count})


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name.strip())


def _named_column_problems(values: Column, column: str) -> list[Message]:
    try:
        found = list(_column_problems(values)) or list(_dtype_problems(values))
    except Exception as error:
        # Values can be objects of any class, whose own methods fail in any way.
        found = [problem("table_unreadable", {"reason": type(error).__name__})]
    return [Message(one.key, {"column": column, **one.values}) for one in found]


def _column_problems(column: Column) -> Iterator[Message]:
    values = column[column.notna().to_numpy(dtype=bool)]
    dtype = values.dtype
    if values.empty:
        if len(column):
            yield problem("table_all_empty")
    elif types.is_bool_dtype(dtype) or types.is_datetime64_any_dtype(dtype):
        return
    elif types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        yield from _number_problems(_as_array(values))
    elif isinstance(dtype, pd.StringDtype):
        yield from _text_problems(list(values))
    else:
        yield from _object_problems(list(values))


def _dtype_problems(column: Column) -> Iterator[Message]:
    if not _is_learnable(column):
        values = column[column.notna().to_numpy(dtype=bool)]
        yield problem("table_convert", {"type": column.dtype.name, "example": _show(values.iloc[0])})


def _is_learnable(column: Column) -> bool:
    """Whether drawn values can be given back in the dtype of these; objects are examined one by one."""
    dtype = column.dtype
    if isinstance(dtype, pd.ArrowDtype):
        return dtype.kind in "biuf" or types.is_string_dtype(dtype)
    if isinstance(dtype, pd.CategoricalDtype):
        return not types.is_datetime64_any_dtype(dtype.categories.dtype)
    if dtype == "uint64":
        return bool(column.max() <= np.iinfo("int64").max)
    return dtype != np.longdouble or np.dtype(np.longdouble).itemsize == np.dtype(float).itemsize


def _object_problems(values: list[Any]) -> Iterator[Message]:
    kind_of = {cls: _kind(cls) for cls in set(map(type, values))}
    kinds = [kind_of[type(value)] for value in values]
    (usual, _), *others = Counter(kinds).most_common()
    if "other" in kinds:
        example = values[kinds.index("other")]
        yield problem("table_unsupported", {"type": type(example).__name__, "example": _show(example)})
    elif others:
        odd, count = others[-1]
        examples = {"usual": _show(values[kinds.index(usual)]), "example": _show(values[kinds.index(odd)])}
        yield problem("table_mixed", {"count": count, **examples})
    elif usual == "text":
        yield from _text_problems(values)
    elif usual == "number":
        yield from _number_problems(np.array([_as_float(value) for value in values]))


def _kind(cls: type) -> str:
    if issubclass(cls, bool | np.bool_):
        return "truth"
    if issubclass(cls, Real | Decimal):
        return "number"
    if issubclass(cls, str):
        return "text"
    return "date" if issubclass(cls, date | np.datetime64) else "other"


def _number_problems(values: Numbers) -> Iterator[Message]:
    infinite = values[np.isinf(values)]
    if infinite.size:
        yield problem("table_infinite", {"example": _show(infinite[0]), "count": infinite.size})
    finite = values[np.isfinite(values)]
    if _is_running_number(finite):
        yield problem("table_running_number", {"first": int(finite.min()), "last": int(finite.max())})


def _is_running_number(values: Numbers) -> bool:
    """Whether these are whole numbers that never repeat and fill at least half of their range.

    Half, because a running number has gaps once a holdout is taken; no measurement is so dense.
    """
    if len(values) < MIN_DISTINCT or (values % 1 != 0).any():
        return False
    span = int(values.max()) - int(values.min()) + 1
    return span <= 2 * len(values) and len(np.unique(values)) == len(values)


def _text_problems(values: list[str]) -> Iterator[Message]:
    # Half of a surrogate pair cannot be written to any file.
    "".join(values).encode()
    counts = Counter(value.strip() for value in values)
    words = [text for text in counts if not _is_number(text)]
    if words == [""] and len(counts) == 1:
        yield problem("table_all_empty")
    elif _are_stray(words, counts):
        count = sum(counts[word] for word in words)
        yield problem("table_stray_text", {"example": _show(words[0]), "count": count})
    elif len(values) >= MIN_DISTINCT and len(set(values)) == len(values):
        yield problem("table_text_identifier", {"example": _show(values[0])})


def _are_stray(words: list[str], counts: Counter[str]) -> bool:
    """Whether these few words stand in a column that is otherwise numbers.

    A column of few distinct numbers may be one of codes, and a word just another code ("1", "2", "3+").
    """
    share = sum(counts[word] for word in words) / counts.total()
    if all(word.lower() in MISSING_MARKERS for word in words):
        return 0 < share <= 0.5
    return share <= 0.1 and len(counts) - len(words) > MIN_DISTINCT


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _as_array(values: Column) -> Numbers:
    array = values.to_numpy()
    # Whole numbers stay exact where they can; what is left are pandas' decimals.
    return array if array.dtype.kind in "iuf" else array.astype(float)


def _show(value: object) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    try:
        text = repr(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 40 else f"{text[:39]}…"
