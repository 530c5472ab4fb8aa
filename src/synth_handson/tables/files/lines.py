"""The rows of delimited text one by one: slower, for what must be said of one."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from synth_handson.errors import ArgumentError
from synth_handson.tables.files.dialect import Dialect
from synth_handson.tables.files.encodings import open_bytes

MAX_CELL = 2**20
"""A longer cell, in bytes, is no value of a table but a file of its own."""


def rows_of(path: Path, dialect: Dialect, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Yield every row of a file with the line that it begins on."""
    previous = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        with open_bytes(path) as file:
            text = io.TextIOWrapper(file, encoding=dialect.encoding, errors="replace", newline="")
            reader = csv.reader(text, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=strict)
            begun = 1
            for row in reader:
                yield begun, row
                begun = reader.line_num + 1
    finally:
        csv.field_size_limit(previous)


def first_row(path: Path, dialect: Dialect) -> list[str]:
    """Return the first row of which anything is written."""
    return next((row for _, row in rows_of(path, dialect) if row), [])


def line_of(path: Path, dialect: Dialect, position: int) -> int:
    """Return the line that a row, counted from 0 with the header, begins on."""
    width, found = 0, -1
    for line, row in rows_of(path, dialect):
        width = width or len(row)
        found += bool(row) or width == 1
        if found == position:
            return line
    return 0


def why_unreadable(path: Path, dialect: Dialect, width: int, reason: str) -> ArgumentError:
    """Find the line that keeps a file from being read."""
    try:
        for line, row in rows_of(path, dialect):
            if row and len(row) != width:
                return ArgumentError(
                    "file_ragged", path=path, line=line, fields=len(row), expected=width,
                    delimiter=repr(dialect.delimiter),
                )  # fmt: skip
            long = next((i for i, cell in enumerate(row) if len(cell) > MAX_CELL), None)
            if long is not None:
                return cell_too_long(path, line, long)
    except csv.Error as error:
        reason = str(error)
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


def closes_quotes(path: Path, dialect: Dialect) -> bool:
    """Tell whether the last quote that is opened is closed: Arrow takes the end of a file for its end."""
    try:
        for _ in rows_of(path, dialect, strict=True):
            pass
    except csv.Error as error:
        return "end of data" not in str(error)
    return True
