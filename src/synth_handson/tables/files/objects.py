"""Rows that are objects with values of their own types, as JSON, YAML and workbooks have them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.checks import MAX_NUMBER
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
from synth_handson.tables.files.form import MAX_COLUMNS, ColumnForm, OnRows
from synth_handson.tables.files.infer import infer_date
from synth_handson.tables.files.lines import MAX_CELL, cell_too_long

if TYPE_CHECKING:
    import pyarrow as pa

MAX_CELLS = 50_000_000
"""Most cells, including missing ones."""
MAX_OBJECTS = 10_000_000
"""Most of them that are objects: values of several kinds, and numbers beyond float64, which count twice."""
PIECE = 100_000
"""Cells of a column held as objects before they are packed."""
MAX_EXACT = 2**53
"""Largest number up to which float64 holds all whole ones."""
TOLD = 1_000
"""Rows between two progress reports."""


def from_rows(
    path: Path,
    rows: Iterable[tuple[int, Mapping[str, Any]]],
    asked: Mapping[str, ColumnForm],
    on_rows: OnRows | None = None,
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
    on_rows
        Called with the number of rows read so far.

    Raises
    ------
    ArgumentError
        If there is no row, or there are too many columns or cells.
    """
    places = array("q")
    columns: dict[str, _Cells] = {}
    for number, (place, row) in enumerate(rows):
        places.append(place)
        if len(row) > MAX_COLUMNS:
            raise ArgumentError("file_columns", path=path, columns=len(row), limit=MAX_COLUMNS)
        for name, value in row.items():
            if isinstance(value, dict | list):
                raise ArgumentError("file_nested", path=path, line=place, column=name)
            if isinstance(value, str) and len(value) > MAX_CELL:
                raise cell_too_long(path, place, list(row).index(name))
            columns.setdefault(name, _Cells()).put(number, value)
        if len(columns) > MAX_COLUMNS:
            raise ArgumentError("file_columns", path=path, columns=len(columns), limit=MAX_COLUMNS)
        if number % TOLD == 0:
            if len(columns) * number > MAX_CELLS:
                raise ArgumentError("file_cells", path=path, limit=MAX_CELLS)
            if sum(cells.objects for cells in columns.values()) > MAX_OBJECTS:
                raise ArgumentError("file_objects", path=path, limit=MAX_OBJECTS)
            if on_rows:
                on_rows(number)
    if on_rows:
        on_rows(len(places))
    if not columns:
        raise ArgumentError("file_empty", path=path)
    frame, forms = {}, []
    for name in list(columns):
        cells = columns.pop(name).column(len(places))
        try:
            frame[name], form = typed(name, cells, asked.get(name))
        except UnreadableValue as error:
            shown, kind = str(cells[error.row])[:40], asked[name].type
            raise ArgumentError(
                "file_value", path=path, line=places[error.row], column=name, value=shown, type=kind
            ) from error
        forms.append(form)
    return pd.DataFrame(frame, copy=False), tuple(forms)


class _Cells:
    """The cells of a column while it is read; every `PIECE` of one kind is packed, as objects take more."""

    def __init__(self) -> None:
        self._packed: list[pa.Array | _Numbers | list[Any]] = []
        self._open: list[Any] = []
        self.objects = 0

    def put(self, row: int, value: Any) -> None:
        """Put a value at a row, after missing ones where nothing was put."""
        while (gap := row - len(self._packed) * PIECE - len(self._open)) > 0:
            self._open += [None] * min(gap, PIECE - len(self._open))
            self._pack()
        self._open.append(value)
        self._pack()

    def column(self, rows: int) -> Column:
        """Return the column's rows in one dtype, or as objects."""
        import pyarrow as pa

        if rows > len(self._packed) * PIECE + len(self._open):
            self.put(rows - 1, None)
        if not self._packed:
            return pd.Series(self._open, dtype=object)
        parts = [*self._packed, _packed(self._open)]
        self._packed = []
        kinds = {getattr(part, "type", None) for part in parts} - {pa.null()}
        if kinds and kinds <= {pa.int64(), pa.float64()}:
            return _as_pandas(parts, pa.int64() if kinds == {pa.int64()} else pa.float64())
        if len(kinds) == 1 and None not in kinds:
            return _as_pandas(parts, kinds.pop())
        values: list[Any] = []
        for part in parts:
            values += part if isinstance(part, list) else part.to_pylist()
        return pd.Series(values, dtype=object)

    def _pack(self) -> None:
        if len(self._open) == PIECE:
            self._packed.append(_packed(self._open))
            if isinstance(self._packed[-1], list):
                exact = set(map(type, self._open)) <= {Decimal, float, int, type(None)}
                self.objects += PIECE * (1 + exact)
            self._open = []


class _Numbers:
    """Whole numbers, up to `MAX_EXACT`, and others, with gaps."""

    def __init__(self, values: list[Any]) -> None:
        import pyarrow as pa

        self.type = pa.float64()
        self.array = pa.array(values, pa.float64())
        self._whole = np.array([isinstance(value, int) for value in values])

    def cast(self, kind: pa.DataType, safe: bool) -> pa.Array:
        return self.array.cast(kind, safe=safe)

    def to_pylist(self) -> list[Any]:
        pairs = zip(self.array.to_pylist(), self._whole, strict=True)
        return [int(value) if whole else value for value, whole in pairs]


def _packed(values: list[Any]) -> pa.Array | _Numbers | list[Any]:
    """Hold values of one kind, with gaps, as Arrow does; others as they are."""
    import pyarrow as pa

    classes = set(map(type, values)) - {type(None)}
    kinds = {str: pa.string(), bool: pa.bool_(), float: pa.float64(), int: pa.int64()}
    if not classes:
        return pa.nulls(len(values))
    largest = max((abs(value) for value in values if isinstance(value, int)), default=0)
    if classes == {int, float} and largest < MAX_EXACT:
        return _Numbers(values)
    if largest >= MAX_NUMBER:
        return values
    if classes == {datetime} and all(value is None or value.tzinfo is None for value in values):
        return pa.array(values, pa.timestamp("us"))
    kind = kinds.get(classes.pop()) if len(classes) == 1 else None
    return values if kind is None else pa.array(values, kind)


def _as_pandas(parts: list[Any], kind: pa.DataType) -> Column:
    import pyarrow as pa

    read = pa.chunked_array([part.cast(kind, safe=False) for part in parts])
    if kind == pa.string():
        return pd.Series(read.to_pandas(), dtype="str")
    held = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()} if read.null_count else {}
    return pd.Series(read.to_pandas(types_mapper=held.get), copy=False)


def typed(name: str, column: Column, asked: ColumnForm | None) -> tuple[Column, ColumnForm]:
    """Convert a column of objects to the dtype of its values, or the one requested.

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
    classes = _classes(column)
    if classes == {str}:
        text = column.astype("str")
        form = infer_date(name, text)
        return parse(text, form), form
    if (
        classes <= {bool}
        or classes <= {int, float, Decimal}
        or all(issubclass(c, date) for c in classes)
        or classes == {time}
    ):
        values = _numbers(column) if classes <= {int, float, Decimal} else as_canonical(column)
        return values, default_form(name, values)
    return _as_text(column), ColumnForm(name, "text", "mixed")


def _classes(column: Column) -> set[type]:
    """Return the classes of the values that are there."""
    if column.dtype == object:
        return set(map(type, column.dropna()))
    return {{"i": int, "f": float, "b": bool, "M": datetime}.get(column.dtype.kind, str)}


def _as_asked(name: str, column: Column, asked: ColumnForm) -> tuple[Column, ColumnForm]:
    natural = _numbers(column) if _classes(column) <= {int, float, Decimal} else as_canonical(column)
    if asked.type != "text" and not natural.isna().all() and of_type(asked.type, natural):
        return natural, replace(default_form(name, natural), type=asked.type, reason="given")
    text = _as_text(column)
    form = guess_dates(text, asked) if asked.type in ("date", "time") else asked
    return parse(text, form), form


def _numbers(column: Column) -> Column:
    """Hold numbers in one dtype: whole ones exactly, others as Decimal where float64 would lose digits."""
    if column.dtype != object:
        return column
    present = column.dropna()
    if any(isinstance(value, Decimal) for value in present):
        return column.map(lambda value: Decimal(str(value)), na_action="ignore")
    if any(isinstance(value, float) for value in present):
        return column.astype("float64")
    return as_canonical(column)


def _as_text(column: Column) -> Column:
    return column.astype(object).map(_shown, na_action="ignore").astype("str")


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
    if kind in ("date", "time", "text") or form.as_written:
        values = spell(column, form).astype(object)
    else:
        values = as_exact(column).astype(object)
        if kind == "number" and form.type == "whole" and (values.dropna() % 1 == 0).all():
            values = values.map(int, na_action="ignore")
    return values.where(values.notna(), None).tolist()
