"""Between the text of a file and the values of a column."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import partial

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.checks import MISSING_MARKERS
from synth_handson.tables.columns import Column, as_canonical, column_kind
from synth_handson.tables.dates import (
    asked_format,
    read_dates,
    read_times,
    strptime_format,
    time_format,
    write_dates,
)
from synth_handson.tables.files.digits import as_ascii, as_written
from synth_handson.tables.files.form import ColumnForm, ColumnType
from synth_handson.tables.files.infer import NUMBER, WHOLE, ZONED, matches, without_signs
from synth_handson.tables.files.levels import PIECE, by_pieces

SURE_DIGITS = 15
"""Digits of a decimal number that float64 always keeps."""
INT64_DIGITS = 18
"""Characters of a whole number that always fit into 64 bits."""


class UnreadableValue(Exception):  # noqa: N818  (it never leaves the room: an error names file and line)
    """The value at this row, counted from 0, is not of the column's type."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def parse(column: Column, form: ColumnForm) -> Column:
    """Turn text into the values of a form.

    Whole numbers stay exact; other numbers are float64, or Decimal where that would lose digits.

    Parameters
    ----------
    column
        Text, numbered from 0; a missing value is where nothing was written.

    Raises
    ------
    UnreadableValue
        For the first value that is not of the form's type.
    """
    if form.type == "text":
        return column
    text = (as_ascii(column, form.digits) if form.digits else column).str.strip()
    missing = text.isna() | text.str.lower().isin(MISSING_MARKERS)
    if missing.any():
        text = text.mask(missing)
    if form.type == "boolean":
        return _boolean(text, form)
    if form.type == "date":
        return _dates(text, form)
    if form.type == "time":
        times = read_times(text, form.date_format or str(time_format(text.dropna())))
        _check(text, times.notna())
        return times
    if form.prefix or form.suffix:
        has = text.str.startswith(form.prefix) & text.str.endswith(form.suffix.rstrip())
        _check(text, has.fillna(False).astype(bool))
        text = text.str.removeprefix(form.prefix).str.removesuffix(form.suffix.rstrip()).str.strip()
    text = without_signs(text, form.minus)
    if form.grouping:
        text = text.str.replace(form.grouping, "", regex=False)
    if form.decimal != ".":
        text = text.str.replace(form.decimal, ".", regex=False)
    fits = pd.Series(True, text.index)
    fits[text.notna()] = matches(text.dropna(), WHOLE if form.type == "whole" else NUMBER)
    _check(text, fits)
    return _whole(text) if form.type == "whole" else _numbers(text)


def spell(column: Column, form: ColumnForm) -> Column:
    """Turn the values of a column into the text that a file shows; missing ones stay missing.

    A value that is not of the form's type is spelled as it would be without a form.
    """
    if form.digits:
        return as_written(spell(column, replace(form, digits="")), form.digits)
    column = as_exact(column)
    kind = "number" if _are_decimals(column) else column_kind(column)
    if kind == "boolean":
        return column.astype("object").map({False: form.words[0], True: form.words[1]}).astype("str")
    if kind in ("date", "zoned date"):
        return _spell_dates(column, form)
    if kind == "time":
        return write_dates(
            column, str((form if form.type == "time" else _default_times("", column)).date_format)
        )
    if kind == "number":
        return _spell_numbers(column, form)
    return column.astype("object").map(str, na_action="ignore").astype("str")


def default_form(name: str, column: Column) -> ColumnForm:
    """Return the form that a column of values has where nothing else was asked for."""
    column = as_exact(column)
    kind = "number" if _are_decimals(column) else column_kind(column)
    if kind == "number":
        whole = column.dtype.kind in "iu" or (
            column.dtype == object and all(isinstance(value, int) for value in column.dropna())
        )
        return ColumnForm(name, "whole" if whole else "number", "native")
    if kind in ("date", "zoned date"):
        return _default_dates(name, column)
    if kind == "time":
        return _default_times(name, column)
    return ColumnForm(name, "boolean" if kind == "boolean" else "text", "native")


def as_exact(column: Column) -> Column:
    """Hold values, numbered from 0, in the dtype made for them; numbers as Decimal stay such."""
    column = column.reset_index(drop=True)
    return column if _are_decimals(column) else as_canonical(column)


def _are_decimals(column: Column) -> bool:
    return column.dtype == object and set(map(type, column.dropna())) == {Decimal}


def of_type(kind: ColumnType, column: Column) -> bool:
    """Tell whether a column's values are of a type; one without values is of any."""
    found = default_form("", column).type
    return bool(column.isna().all()) or found == kind or (kind == "number" and found == "whole")


def _check(text: Column, fits: Column) -> None:
    bad = np.flatnonzero((text.notna() & ~fits).to_numpy())
    if bad.size:
        raise UnreadableValue(int(bad[0]))


def _boolean(text: Column, form: ColumnForm) -> Column:
    words = {form.words[0].casefold(): False, form.words[1].casefold(): True}
    values = text.str.casefold().astype("object").map(words)
    _check(text, values.notna())
    return values.astype("boolean" if text.isna().any() else "bool")


def _dates(text: Column, form: ColumnForm) -> Column:
    if not form.zone:
        values = by_pieces(lambda part: read_dates(part, form.date_format or "ISO8601"), text)
        _check(text, values.notna())
        return _in_microseconds(values)

    plain = strptime_format(form.date_format or "")

    def zoned(part: Column) -> Column:
        parts = part.str.extract(ZONED.pattern, expand=True)
        return pd.to_datetime(parts[0] + parts[1], format=f"{plain}%z", utc=True, errors="coerce")

    moments = by_pieces(zoned, text)
    _check(text, moments.notna())
    return _in_microseconds(moments).dt.tz_convert(as_zone(form.zone))


def _in_microseconds(values: Column) -> Column:
    zone = values.dt.tz
    return values.astype("datetime64[us]" if zone is None else pd.DatetimeTZDtype("us", zone))


def as_zone(offset: str) -> tzinfo:
    """Return the zone that "Z" or an offset such as "+09:00" stands for."""
    if offset == "Z":
        return UTC
    digits = offset.replace(":", "")
    minutes = int(digits[1:3]) * 60 + int(digits[3:5])
    return timezone(timedelta(minutes=-minutes if digits[0] == "-" else minutes))


def _whole(text: Column) -> Column:
    present = text.dropna()
    if present.empty or present.str.len().max() <= INT64_DIGITS:
        whole = pd.Int64Dtype() if len(present) < len(text) else np.dtype("int64")
        return by_pieces(lambda part: part.astype(whole), text)
    values = pd.Series([int(value) for value in present], present.index, dtype=object).infer_objects()
    if len(present) == len(text) or values.dtype == object:
        return values.reindex(text.index)
    return values.astype("UInt64" if values.dtype == np.uint64 else "Int64").reindex(text.index)


def _numbers(text: Column) -> Column:
    values = by_pieces(lambda part: part.astype("float64"), text)
    parts = (text.iloc[start : start + PIECE] for start in range(0, len(text), PIECE))
    if all(map(_are_exact, parts)) and np.isfinite(values[text.notna()]).all():
        return values
    decimals = [None if gap else Decimal(given) for given, gap in zip(text, text.isna(), strict=True)]
    return pd.Series(decimals, text.index, dtype=object)


def _are_exact(text: Column) -> bool:
    """Tell whether float64 keeps all digits of numbers."""
    long = text[(text.str.len() > SURE_DIGITS).fillna(False).astype(bool)]
    digits = long.str.replace(r"[eE].*|\D", "", regex=True).str.lstrip("0").str.len()
    return all(Decimal(given) == Decimal(repr(float(given))) for given in long[digits > SURE_DIGITS])


def _spell_numbers(column: Column, form: ColumnForm) -> Column:
    if column.dtype.kind in "iu" or column.dtype == object:
        spelled = column.astype("object").map(_as_digits, na_action="ignore").astype("str")
    elif form.type == "whole":
        whole = (column.isna() | (column % 1 == 0)).all()
        return (
            _spell_numbers(column.astype("Int64"), form)
            if whole
            else _spell_numbers(column, replace(form, type="number"))
        )
    elif form.decimals is not None:
        spelled = column.map(partial(_fixed, form.decimals), na_action="ignore").astype("str")
    else:
        spelled = column.astype("float64").map(_shortest, na_action="ignore").astype("str")
    if form.grouping:
        spelled = spelled.map(lambda text: f"{Decimal(text):,}", na_action="ignore").astype("str")
    signs = str.maketrans({",": form.grouping, ".": form.decimal})
    if (form.grouping, form.decimal) != ("", "."):
        spelled = spelled.str.translate(signs)
    if form.plus:
        spelled = spelled.where(spelled.isna() | spelled.str.startswith("-"), form.plus + spelled)
    if form.minus != "-":
        spelled = spelled.str.replace("^-", form.minus, regex=True)
    return form.prefix + spelled + form.suffix if form.prefix or form.suffix else spelled


def _fixed(decimals: int, value: float) -> str:
    """Write a number with a fixed number of decimals; those that float64 cannot hold are 0."""
    exact = abs(value) * 10.0**decimals < 10.0**SURE_DIGITS
    return f"{value:.{decimals}f}" if exact else f"{Decimal(repr(float(value))):.{decimals}f}"


def _as_digits(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _shortest(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _spell_dates(column: Column, form: ColumnForm) -> Column:
    zoned = column.dt.tz is not None
    wanted = form if form.type == "date" and bool(form.zone) == zoned else _default_dates("", column)
    if zoned:
        column = column.dt.tz_convert(as_zone(wanted.zone))
    pattern = wanted.date_format or _default_dates("", column).date_format
    spelled = write_dates(column, str(pattern))
    return spelled + wanted.zone if wanted.zone else spelled


def _default_dates(name: str, column: Column) -> ColumnForm:
    present = column.dropna()
    zone = ""
    if column.dt.tz is not None:
        offsets = {datetime.utcoffset(value) for value in present.drop_duplicates()}
        only = offsets.pop() if len(offsets) == 1 else timedelta(0)
        zone = _offset(only or timedelta(0))
        present = present.dt.tz_convert(as_zone(zone))
    if not zone and (present == present.dt.normalize()).all():
        pattern = "%Y-%m-%d"
    else:
        pattern = "%Y-%m-%d %H:%M:%S" + (".%f" if (present.dt.microsecond != 0).any() else "")
    return ColumnForm(name, "date", "native", date_format=pattern, zone=zone)


def _default_times(name: str, column: Column) -> ColumnForm:
    times = column.dropna().drop_duplicates()
    fine = any(value.microsecond for value in times)
    seconds = fine or any(value.second for value in times)
    pattern = "%H:%M" + (":%S" if seconds else "") + (".%f" if fine else "")
    return ColumnForm(name, "time", "native", date_format=pattern)


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return "Z" if minutes == 0 else f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def guess_dates(column: Column, form: ColumnForm) -> ColumnForm:
    """Complete the form of a column that was said to hold dates or times, with their format or without.

    Raises
    ------
    ArgumentError
        If they follow no single format.
    """
    text = column.dropna().str.strip()
    text = text[~text.str.lower().isin(MISSING_MARKERS)]
    if form.type == "time":
        pattern = form.date_format or (time_format(text) if len(text) else "%H:%M")
    else:
        pattern = asked_format(text, form.date_format) if len(text) else form.date_format or "%Y-%m-%d"
    if pattern is None:
        raise ArgumentError("file_dates", column=form.name)
    return ColumnForm(form.name, form.type, "given", date_format=pattern)
