"""Rows that are objects with values of their own types, as JSON, YAML and workbooks have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.columns import Column, as_canonical
from synth_handson.tables.files.convert import (
    UnreadableValue,
    as_exact,
    default_form,
    guess_dates,
    of_type,
    parse,
    spell,
)
from synth_handson.tables.files.form import MAX_COLUMNS, ColumnForm
from synth_handson.tables.files.infer import infer_date


def from_rows(
    path: Path, rows: Iterable[tuple[int, Mapping[str, Any]]], asked: Mapping[str, ColumnForm]
) -> tuple[pd.DataFrame, tuple[ColumnForm, ...]]:
    """Make a table of objects; a key that is not there is a missing value.

    Parameters
    ----------
    path
        The file, for what is wrong with it.
    rows
        Each with its line or number in the file.
    asked
        Forms of columns, by name, that are not to be inferred.
    """
    places: list[int] = []
    columns: dict[str, dict[int, Any]] = {}
    for number, (place, row) in enumerate(rows):
        places.append(place)
        for name, value in row.items():
            if isinstance(value, dict | list):
                raise ArgumentError("file_nested", path=path, line=place, column=name)
            columns.setdefault(name, {})[number] = value
        if len(columns) > MAX_COLUMNS:
            raise ArgumentError("file_columns", path=path, columns=len(columns), limit=MAX_COLUMNS)
    if not columns:
        raise ArgumentError("file_empty", path=path)
    frame, forms = {}, []
    for name in list(columns):
        values = columns.pop(name)
        column = pd.Series([values.get(i) for i in range(len(places))], dtype=object)
        try:
            frame[name], form = typed(name, column, asked.get(name))
        except UnreadableValue as error:
            shown, kind = str(column[error.row])[:40], asked[name].type
            raise ArgumentError(
                "file_value", path=path, line=places[error.row], column=name, value=shown, type=kind
            ) from error
        forms.append(form)
    return pd.DataFrame(frame), tuple(forms)


def typed(name: str, column: Column, asked: ColumnForm | None) -> tuple[Column, ColumnForm]:
    """Give a column of objects the dtype its values have, or the one that was asked for.

    Raises
    ------
    UnreadableValue
        If a value is not of the type asked for.
    """
    if asked is not None:
        return _as_asked(name, column, asked)
    present = column.dropna()
    if present.empty:
        return column.astype("str"), ColumnForm(name, "text", "empty")
    classes = set(map(type, present))
    if classes == {str}:
        text = column.astype("str")
        form = infer_date(name, text)
        return parse(text, form), form
    if classes <= {bool} or classes <= {int, float, Decimal} or all(issubclass(c, date) for c in classes):
        values = _numbers(column) if classes <= {int, float, Decimal} else as_canonical(column)
        return values, default_form(name, values)
    return _as_text(column), ColumnForm(name, "text", "mixed")


def _as_asked(name: str, column: Column, asked: ColumnForm) -> tuple[Column, ColumnForm]:
    natural = (
        _numbers(column) if set(map(type, column.dropna())) <= {int, float, Decimal} else as_canonical(column)
    )
    if asked.type != "text" and not natural.isna().all() and of_type(asked.type, natural):
        return natural, replace(default_form(name, natural), type=asked.type, reason="given")
    text = _as_text(column)
    form = guess_dates(text, asked) if asked.type == "date" and not asked.date_format else asked
    return parse(text, form), form


def _numbers(column: Column) -> Column:
    """Hold numbers in one dtype: whole ones exactly, others as Decimal where float64 would lose digits."""
    present = column.dropna()
    if any(isinstance(value, Decimal) for value in present):
        return column.map(lambda value: Decimal(str(value)), na_action="ignore")
    if any(isinstance(value, float) for value in present):
        return column.astype("float64")
    return as_canonical(column)


def _as_text(column: Column) -> Column:
    return column.map(_shown, na_action="ignore").astype("str")


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def plain_rows(frame: pd.DataFrame, forms: Sequence[ColumnForm]) -> Iterator[dict[str, Any]]:
    """Yield rows of a table as objects of what JSON knows, with Decimal for numbers beyond float64."""
    columns = [plain_values(frame.iloc[:, i], form) for i, form in enumerate(forms)]
    names = [form.name for form in forms]
    for row in zip(*columns, strict=True):
        yield dict(zip(names, row, strict=True))


def plain_values(column: Column, form: ColumnForm) -> list[Any]:
    """Return the values of a column as text, numbers, truth values and None."""
    kind = default_form("", column).type
    if kind == "date" or (kind == "text"):
        values = spell(column, form).astype(object)
    else:
        values = as_exact(column).astype(object)
        if kind == "number" and form.type == "whole" and (values.dropna() % 1 == 0).all():
            values = values.map(int, na_action="ignore")
    return values.where(values.notna(), None).tolist()
