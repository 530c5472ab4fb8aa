"""JSON: an array of objects, or one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.files.encodings import read_text
from synth_handson.tables.files.form import ColumnForm, TableForm
from synth_handson.tables.files.objects import from_rows, plain_rows

MAX_BYTES = 2**30
"""A larger file is not read: its values take ten times that in memory, unlike those of CSV and Parquet."""


def read_json(
    path: Path, asked: Mapping[str, ColumnForm], *, lines: bool, encoding: str | None = None
) -> tuple[pd.DataFrame, TableForm]:
    """Read an array of objects, or one object a line; numbers keep all of their digits.

    Raises
    ------
    ArgumentError
        If it is none, naming the line.
    """
    text, encoding = read_text(path, encoding, MAX_BYTES)
    rows = _lines(path, text) if lines else _array(path, text)
    frame, forms = from_rows(path, rows, asked)
    return frame, TableForm("lines" if lines else "json", forms, encoding)


def write_json(frame: pd.DataFrame, file: BinaryIO, form: TableForm) -> None:
    """Write rows as an array of objects, or as one object a line; missing values are null.

    It is UTF-8 without a mark, whatever the original was in, as programs expect of each other (RFC 8259).
    """
    objects = ("{" + ", ".join(_pairs(row)) + "}" for row in plain_rows(frame, form.columns))
    if form.format == "lines":
        file.writelines(f"{line}\n".encode() for line in objects)
        return
    file.write(b"[\n")
    for number, line in enumerate(objects):
        file.write(f"{',' if number else ' '}{line}\n".encode())
    file.write(b"]\n")


def _pairs(row: Mapping[str, Any]) -> Iterable[str]:
    for name, value in row.items():
        shown = f"{value:f}" if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
        yield f"{json.dumps(name, ensure_ascii=False)}: {shown}"


def _array(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    found = _parse(path, text, 1)
    if isinstance(found, dict):
        # One object that holds the array of rows, and nothing else that could be one.
        arrays = [value for value in found.values() if isinstance(value, list)]
        found = arrays[0] if len(arrays) == 1 else found
    if not isinstance(found, list):
        raise ArgumentError("file_no_rows", path=path)
    for number, row in enumerate(found, start=1):
        if not isinstance(row, dict):
            raise ArgumentError("file_no_object", path=path, line=number)
        yield number, row


def _lines(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        row = _parse(path, line, number)
        if not isinstance(row, dict):
            raise ArgumentError("file_no_object", path=path, line=number)
        yield number, row


def _parse(path: Path, text: str, line: int) -> Any:
    try:
        return json.loads(text, parse_float=exact, parse_constant=_constant, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        where = line + error.lineno - 1
        raise ArgumentError("file_json", path=path, line=where, reason=error.msg) from error
    except (ValueError, RecursionError) as error:
        raise ArgumentError("file_json", path=path, line=line, reason=str(error)[:80]) from error


def exact(text: str) -> float | Decimal:
    """Read a number as float64, or as Decimal where that would lose digits or the number."""
    value = float(text)
    return value if Decimal(text) == Decimal(repr(value)) else Decimal(text)


def _constant(name: str) -> None:
    if name != "NaN":
        raise ValueError(f"{name} is no number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"twice: {next(name for name in names if names.count(name) > 1)}")
    return row
