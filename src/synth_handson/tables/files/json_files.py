"""JSON: an array of objects, or one object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.files.encodings import read_text
from synth_handson.tables.files.form import ColumnForm, OnRows, TableForm
from synth_handson.tables.files.objects import from_rows, plain_rows

MAX_BYTES = 2**30
"""Largest JSON file. Its values take ten times as much memory, unlike those of CSV and Parquet."""
MAX_ROW = 2**24
"""Longest row, in characters: lists of nothing take twenty times as much memory."""
SHOWN = 2**20
"""Characters of what is no row that are decoded to say what it is."""
LONGEST_WORD = 8
"""Characters before a cut in which the decoder may stop: as in false."""


def read_json(
    path: Path,
    asked: Mapping[str, ColumnForm],
    *,
    lines: bool,
    encoding: str | None = None,
    on_rows: OnRows | None = None,
) -> tuple[pd.DataFrame, TableForm]:
    """Read an array of objects, or one object a line; numbers keep all of their digits.

    Raises
    ------
    ArgumentError
        If it is none, naming the line.
    """
    text, encoding = read_text(path, encoding, MAX_BYTES)
    rows = _lines(path, text) if lines else _array(path, text)
    # The text is given free when the last row was taken from it.
    del text
    frame, forms = from_rows(path, rows, asked, on_rows)
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
    with _told(path, 1):
        start = _past_space(text, 0)
        elements, number = (
            (_elements(path, text, start) if text[start : start + 1] == "[" else _held(path, text, start)),
            0,
        )
        for number, row in enumerate(elements, start=1):
            if not isinstance(row, dict):
                raise ArgumentError("file_no_object", path=path, line=number)
            yield number, row


def _elements(path: Path, text: str, place: int) -> Generator[Any, None, int]:
    """Yield the elements of an array, one by one; returns the place behind it."""
    place = _past_space(text, place + 1)
    if text[place : place + 1] == "]":
        return place + 1
    while True:
        value, place = _decoded(path, text, place)
        yield value
        place = _past_space(text, place)
        sign, place = text[place : place + 1], _past_space(text, place + 1)
        if sign == "]":
            return place
        if sign != ",":
            raise json.JSONDecodeError("Expecting ',' delimiter", text, place - 1)


def _held(path: Path, text: str, start: int) -> Iterator[Any]:
    """Yield the rows of the one array that an object holds."""
    if text[start : start + 1] != "{":
        DECODER.decode(text)
        raise ArgumentError("file_no_rows", path=path)
    place, arrays = _past_space(text, start + 1), 0
    while text[place : place + 1] != "}":
        name, place = DECODER.raw_decode(text, place)
        place = _past_space(text, place)
        if not isinstance(name, str) or text[place : place + 1] != ":":
            raise json.JSONDecodeError("Expecting ':' delimiter", text, place)
        place = _past_space(text, place + 1)
        if text[place : place + 1] == "[":
            arrays += 1
            if arrays > 1:
                raise ArgumentError("file_no_rows", path=path)
            place = yield from _elements(path, text, place)
        else:
            _, place = _decoded(path, text, place)
        place = _past_space(text, place)
        if text[place : place + 1] == ",":
            place = _past_space(text, place + 1)
        elif text[place : place + 1] != "}":
            raise json.JSONDecodeError("Expecting ',' delimiter", text, place)
    if not arrays:
        raise ArgumentError("file_no_rows", path=path)


def _decoded(path: Path, text: str, place: int) -> tuple[Any, int]:
    """Decode the value at a place, and return the place behind it.

    What is no flat object is no row: of it, no more is decoded than says why.
    """
    if FLAT.match(text, place, place + MAX_ROW):
        return DECODER.raw_decode(text, place)
    try:
        value, length = DECODER.raw_decode(text[place : place + SHOWN])
    except json.JSONDecodeError as error:
        cut = error.pos >= SHOWN - LONGEST_WORD or error.msg.startswith("Unterminated")
        if cut and place + SHOWN < len(text):
            raise _too_long(path, text.count("\n", 0, place) + 1) from error
        raise json.JSONDecodeError(error.msg, text, place + error.pos) from error
    return value, place + length


def _too_long(path: Path, line: int) -> ArgumentError:
    return ArgumentError("file_row", path=path, line=line, limit=f"{MAX_ROW / 2**20:.0f} MB")


def _past_space(text: str, place: int) -> int:
    return SPACE.match(text, place).end()  # type: ignore[union-attr]


def _lines(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    number, start = 0, 0
    while start < len(text):
        end = text.find("\n", start)
        line, start, number = (
            text[start : None if end < 0 else end],
            len(text) if end < 0 else end + 1,
            number + 1,
        )
        if not line.strip():
            continue
        if len(line) > MAX_ROW:
            raise _too_long(path, number)
        with _told(path, number):
            row = DECODER.decode(line)
        if not isinstance(row, dict):
            raise ArgumentError("file_no_object", path=path, line=number)
        yield number, row


@contextmanager
def _told(path: Path, line: int) -> Iterator[None]:
    """Say where text that begins on a line is no JSON."""
    try:
        yield
    except ArgumentError:
        raise
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


DECODER = json.JSONDecoder(parse_float=exact, parse_constant=_constant, object_pairs_hook=_unique)
FLAT = re.compile(r'[{](?:[^][{}"]++|"(?:[^"\\]++|\\.)*+")*+[}]', re.DOTALL)
"""An object without lists and objects in it."""
SPACE = re.compile(r"[ \t\n\r]*")
