"""The rows of delimited text one by one: slower, for messages about single rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from synth_handson.errors import ArgumentError
from synth_handson.tables.files.dialect import Dialect
from synth_handson.tables.files.encodings import open_bytes
from synth_handson.tables.files.heading import NOTE

MAX_CELL = 2**20
"""Longest cell in bytes; anything longer is a file of its own, not a value."""
MAX_LINE = 2**24
"""Characters of a line that are examined at most."""


def rows_of(path: Path, dialect: Dialect, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Yield every row of a table with the line that it begins on.

    Raises
    ------
    csv.Error
        If a cell is longer than `MAX_CELL`.
    """
    previous = csv.field_size_limit(MAX_CELL)
    try:
        with open_bytes(path) as file:
            text = io.TextIOWrapper(file, encoding=dialect.encoding, errors="replace", newline="")
            lines = iter(partial(text.readline, MAX_LINE), "")
            for _ in range(dialect.skipped):
                next(lines, None)
            reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=strict)
            begun = 1
            for row in reader:
                yield dialect.skipped + begun, row
                begun = reader.line_num + 1
    finally:
        csv.field_size_limit(previous)


def first_row(path: Path, dialect: Dialect) -> list[str]:
    """Return the first row of which anything is written.

    Raises
    ------
    ArgumentError
        If a cell in it is too long.
    """
    try:
        return next((row for _, row in rows_of(path, dialect) if row), [])
    except csv.Error as error:
        raise _unreadable_row(path, dialect, dialect.skipped + 1) from error


def line_of(path: Path, dialect: Dialect, position: int) -> int:
    """Return the line that a row, counted from 0 with the header, begins on."""
    width, found, line = 0, -1, 0
    with suppress(csv.Error):
        for line, row in rows_of(path, dialect):
            width = width or len(row)
            found += len(row) == width or width == 1  # notes are no rows
            if found == position:
                return line
    return line + 1


def why_unreadable(path: Path, dialect: Dialect, width: int, reason: str) -> ArgumentError:
    """Find the line that keeps a file from being read."""
    line = dialect.skipped
    try:
        for line, row in rows_of(path, dialect):
            if row and len(row) != width and not (len(row) == 1 and NOTE.match(row[0].strip())):
                return ArgumentError(
                    "file_ragged", path=path, line=line, fields=len(row), expected=width,
                    delimiter=repr(dialect.delimiter),
                )  # fmt: skip
    except csv.Error:
        return _unreadable_row(path, dialect, line + 1)
    except (OSError, EOFError):
        return ArgumentError("file_damaged", path=path)
    if "UTF8" in reason or "codec" in reason or "decode" in reason:
        return ArgumentError("file_encoding", path=path, encoding=dialect.encoding)
    return ArgumentError("file_not_delimited", path=path)


def cell_too_long(path: Path, line: int, position: int) -> ArgumentError:
    """Say that a cell is too long."""
    return ArgumentError(
        "file_cell", path=path, line=line, column=position + 1, limit=f"{MAX_CELL / 2**20:.0f} MB"
    )


def _unreadable_row(path: Path, dialect: Dialect, after: int) -> ArgumentError:
    """Say what is wrong with a row that begins on a line or just before: most often, a cell is too long."""
    with open_bytes(path) as file:
        text = io.TextIOWrapper(file, encoding=dialect.encoding, errors="replace", newline="")
        lines = iter(partial(text.readline, MAX_LINE), "")
        for _ in range(after - 1):
            next(lines, None)
        begun = text.read(4 * MAX_CELL)
    previous = csv.field_size_limit(len(begun) + 1)
    try:
        row = next(
            csv.reader(io.StringIO(begun, newline=""), delimiter=dialect.delimiter, quotechar=dialect.quote),
            [],
        )
    except csv.Error:
        row = []
    finally:
        csv.field_size_limit(previous)
    long = next((i for i, cell in enumerate(row) if len(cell) > MAX_CELL), None)
    return (
        ArgumentError("file_not_delimited", path=path) if long is None else cell_too_long(path, after, long)
    )


def closes_quotes(path: Path, dialect: Dialect) -> bool:
    """Tell whether the last quote that is opened is closed: Arrow takes the end of a file for its end."""
    try:
        for _ in rows_of(path, dialect, strict=True):
            pass
    except csv.Error as error:
        return "end of data" not in str(error)
    return True
