"""Check that a generator can learn from a table, and that it should."""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from pandas.api import types

from synth_handson.errors import ArgumentError, TableError, problem
from synth_handson.locales import Message
from synth_handson.tables.alignment import as_text
from synth_handson.tables.columns import (
    MIN_DISTINCT,
    Column,
    are_years,
    as_canonical,
    column_kind,
    exact_origin,
    to_floats,
    value_kind,
)
from synth_handson.tables.dates import date_format
from synth_handson.tables.texts import (
    MIN_KEPT_ROWS,
    is_mostly_rare,
    looks_like_dates,
    looks_like_numbers,
)

MIN_COLUMNS = 2
MIN_ROWS = 50
MIN_ASSESSED_ROWS = 100
"""Fewest rows in a training table and in a holdout; with fewer, intervals are too wide to say anything."""
MIN_WITH_EVENTS = 20
"""Fewest people of both who have events of a kind; of fewer, nothing can be said."""

MISSING_MARKERS = frozenset({"", "-", "--", ".", "?", "n/a", "#n/a", "na", "nan", "none", "null", "unknown"})
"""Texts that people write for a missing number."""

MAX_SEED = 2**32 - 1

MAX_NUMBER = 2**63
"""Numbers from here on do not fit the 64 bits they are drawn in; large integers count from their middle."""
FIRST_YEAR, LAST_YEAR = 1678, 2261
"""First and last year that fit nanoseconds since 1970 entirely."""

Numbers: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"


def check_frame(frame: object, argument: str, key: str = "tables") -> pd.DataFrame:
    """Return a table that was given as an argument of this name; ``key`` is that of the error.

    Raises
    ------
    TableError
        If it is no DataFrame.
    """
    if not isinstance(frame, pd.DataFrame):
        details = {"argument": argument, "type": type(frame).__name__}
        raise TableError([problem("table_not_a_frame", details)], key)
    return frame


def is_count(value: object) -> bool:
    """Tell whether this is a whole number of at least 1; True is none."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def check_rows(n: object) -> None:
    """Raise an `ArgumentError` unless this is a number of rows that can be drawn."""
    if not is_count(n):
        raise ArgumentError("sample_rows", n=n)


def listed(names: Iterable[object]) -> str:
    """List names of columns for a message."""
    return ", ".join(map(str, names)) or "–"


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


def check_positive(name: str, value: float) -> float:
    """Return an argument as a float.

    Raises
    ------
    ArgumentError
        If it is no number above 0; the message is the one of its name.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < value < math.inf:
        raise ArgumentError(name, value=value)
    return float(value)


def check_target(target: Hashable | None, columns: Iterable[Hashable]) -> None:
    """Raise an `ArgumentError` that names close columns if there is a target, and it is not one of them."""
    if target is not None:
        check_name(target, list(columns), "utility_target")


def check_known(known: Iterable[Hashable] | None, columns: Iterable[Hashable]) -> tuple[str, ...]:
    """Return the columns that somebody may already know of a person, by their names as text.

    Parameters
    ----------
    known
        The columns that were named, if any; a single name is one column.
    columns
        All that there are.

    Raises
    ------
    ArgumentError
        If one is not there, or named twice; or if nothing is left to guess.
    """
    there = list(map(str, columns))
    names = [known] if isinstance(known, str) else list(map(str, () if known is None else known))
    for name in names:
        check_name(name, there, "known_column")
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise ArgumentError("known_twice", column=twice[0])
    if names and len(names) == len(there):
        raise ArgumentError("known_all", columns=listed(names))
    return tuple(names)


def check_name(name: Hashable, columns: Sequence[Hashable], key: str) -> None:
    """Raise an `ArgumentError` with this key, naming close columns, if there is no such column."""
    if name not in columns:
        names = list(map(str, columns))
        raise ArgumentError(key, column=name, close=listed(get_close_matches(str(name), names) or names))


def check_person(frame: pd.DataFrame, person: Hashable, table: str) -> None:
    """Raise an `ArgumentError` unless a column, which identifies people, is there and has no gaps."""
    if person not in frame.columns:
        raise ArgumentError("person_column", table=table, column=person, known=listed(frame.columns))
    if missing := int(frame[person].isna().sum()):
        raise ArgumentError("person_missing", table=table, column=person, rows=missing)


def check_callback(value: object) -> None:
    """Raise an `ArgumentError` unless a callback of progress is None or can be called."""
    if value is not None and not callable(value):
        raise ArgumentError("on_progress", value=value)


def check_table(frame: pd.DataFrame) -> None:
    """Check a table before it is trained on.

    It passes if it has at least two columns and 50 rows; its column names are non-empty text or whole
    numbers, each once; each column holds at least one value, one kind of value (numbers, text, dates, or true
    and false), and no infinite one or one that could not be drawn; no text is so rare throughout that value
    protection would leave nothing of it; and no column is an identifier: text that never repeats, or a
    running number. Text that is dates throughout, in one format, is learned as dates.

    Parameters
    ----------
    frame
        The table, one row per person. Missing values are welcome.

    Raises
    ------
    TableError
        If it does not pass; ``problems`` lists everything that is wrong, each with its column and an example.
    """
    check_frame(frame, "frame", "table")
    problems = [*_size_problems(*frame.shape), *column_problems(frame)]
    if problems:
        raise TableError(problems)


def column_problems(frame: pd.DataFrame) -> list[Message]:
    """List what is wrong with a table's columns and their names; see :func:`check_table`."""
    problems = [*_name_problems(list(frame.columns))]
    for position, name in enumerate(frame.columns):
        column = str(name) if _is_name(name) else f"#{position + 1}"
        problems += _named_column_problems(frame.iloc[:, position], column)
    return problems


def _size_problems(rows: int, columns: int) -> Iterator[Message]:
    if columns < MIN_COLUMNS:
        yield problem("table_few_columns", {"columns": columns, "minimum": MIN_COLUMNS})
    if rows < MIN_ROWS:
        yield problem("table_few_rows", {"rows": rows, "minimum": MIN_ROWS})


def _name_problems(names: list[Any]) -> Iterator[Message]:
    for position, name in enumerate(names, start=1):
        if isinstance(name, str) and not name.strip():
            yield problem("table_name_empty", {"column": f"#{position}"})
        elif not _is_name(name):
            yield problem("table_name_not_text", {"column": f"#{position}", "name": _show(name)})
    for name, count in Counter(map(str, filter(_is_name, names))).items():
        if count > 1:
            yield problem("table_name_duplicate", {"column": name, "count": count})


def _is_name(name: object) -> bool:
    if isinstance(name, str):
        return bool(name.strip())
    return isinstance(name, Integral) and not isinstance(name, bool)


def _named_column_problems(values: Column, column: str) -> list[Message]:
    try:
        found = list(_column_problems(values)) or list(_dtype_problems(values))
    except Exception as error:
        # Values can be objects of any class, whose own methods fail in any way.
        found = [problem("table_unreadable", {"reason": type(error).__name__})]
    return [Message(one.key, {"column": column, **one.values}) for one in found]


def _column_problems(column: Column) -> Iterator[Message]:
    present = column[column.notna().to_numpy(dtype=bool)]
    if present.empty:
        if len(column):
            yield problem("table_all_empty")
        return
    by_level = isinstance(present.dtype, pd.CategoricalDtype)
    values = as_canonical(present.astype(object) if by_level else present)
    kind = column_kind(values)
    if kind == "number":
        yield from _number_problems(_as_array(values), exact_origin(values))
    elif kind in ("date", "zoned date"):
        yield from _date_problems(values)
    elif {value_kind(cls) for cls in set(map(type, values))} == {"text"}:
        yield from _text_problems(list(values))
    elif kind not in ("boolean", "time"):
        yield from _class_problems(list(values))
    if by_level and kind == "number" and is_mostly_rare(as_text(present).tolist()):
        yield problem("table_all_rare", {"example": _show(present.iloc[0]), "minimum": MIN_KEPT_ROWS})


def _dtype_problems(column: Column) -> Iterator[Message]:
    if not _is_learnable(as_canonical(column).dtype):
        values = column[column.notna().to_numpy(dtype=bool)]
        yield problem("table_convert", {"type": column.dtype.name, "example": _show(values.iloc[0])})


def _is_learnable(dtype: Any) -> bool:
    """Whether drawn values can be given back in this dtype."""
    if isinstance(dtype, pd.CategoricalDtype):
        return not types.is_datetime64_any_dtype(dtype.categories.dtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        try:
            return bool(types.pandas_dtype(str(dtype)) == dtype)
        except TypeError:  # a zone that has no name
            return False
    return dtype != np.longdouble or np.dtype(np.longdouble).itemsize == np.dtype(float).itemsize


def _class_problems(values: list[Any]) -> Iterator[Message]:
    """Say which values keep a column from being of one kind that can be learned."""
    kind_of = {cls: value_kind(cls) for cls in set(map(type, values))}
    kinds = ["other" if kind_of[type(value)] == "duration" else kind_of[type(value)] for value in values]
    (usual, _), *others = Counter(kinds).most_common()
    if "other" in kinds:
        example = values[kinds.index("other")]
        yield problem("table_unsupported", {"type": type(example).__name__, "example": _show(example)})
    else:
        # Dates with and without a zone are of one class.
        odd, count = others[-1] if others else (usual, len(values))
        example = values[kinds.index(odd)] if others else values[-1]
        shown = {"usual": _show(values[kinds.index(usual)]), "example": _show(example)}
        yield problem("table_mixed", {"count": count, **shown})


def _date_problems(values: Column) -> Iterator[Message]:
    years = values.dt.year
    far = values[(years < FIRST_YEAR) | (years > LAST_YEAR)]
    if len(far):
        yield problem("table_far_date", {"example": str(far.iloc[0])})


def _number_problems(values: Numbers, origin: int | None) -> Iterator[Message]:
    infinite = values[np.isinf(values)]
    if infinite.size:
        yield problem("table_infinite", {"example": _show(infinite[0]), "count": infinite.size})
    finite = values[np.isfinite(values)]
    from_origin = finite.astype(float) - (origin or 0)
    large = finite[(from_origin >= MAX_NUMBER) | (from_origin < -MAX_NUMBER)]
    if _is_running_number(finite):
        yield problem("table_running_number", {"first": int(finite.min()), "last": int(finite.max())})
    elif large.size:
        yield problem("table_too_large", {"example": _show(large[0])})


def _is_running_number(values: Numbers) -> bool:
    """Whether these are whole numbers that never repeat and fill at least half of their range.

    Half, because a running number has gaps once a holdout is taken; no measurement is so dense. A table with
    one row a year has years that do.
    """
    if len(values) < MIN_DISTINCT or (values % 1 != 0).any() or are_years(pd.Series(values)):
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
    else:
        yield from _rare_text_problems(values)


def _rare_text_problems(values: list[str]) -> Iterator[Message]:
    """Describe text that value protection would remove entirely, by its appearance."""
    never_repeats = len(values) >= MIN_DISTINCT and len(set(values)) == len(values)
    if not (never_repeats or is_mostly_rare(values)) or date_format(values):
        return
    details = {"example": _show(values[0]), "minimum": MIN_KEPT_ROWS}
    if looks_like_dates(values):
        yield problem("table_dates_as_text", details)
    elif looks_like_numbers(values):
        yield problem("table_numbers_as_text", details)
    else:
        yield problem("table_text_identifier" if never_repeats else "table_all_rare", details)


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


def _as_array(values: Column) -> Numbers:
    array = values.to_numpy()
    # Whole numbers stay exact where they can.
    return array if array.dtype.kind in "iu" else to_floats(values)


def _show(value: object) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    try:
        text = repr(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 40 else f"{text[:39]}…"
