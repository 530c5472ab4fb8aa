"""JSON: an array of objects, or one object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.files.encodings import find_encoding, texts
from synth_handson.tables.files.form import ColumnForm, OnRows, TableForm
from synth_handson.tables.files.objects import from_rows, plain_rows

MAX_BYTES = 2**30
"""Largest JSON file."""
MAX_ROW = 2**24
"""Longest row, in characters: lists of nothing take twenty times as much memory."""
AHEAD = 2**23
"""Characters by which the window moves on."""
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
    encoding = encoding or find_encoding(path)
    window = _Window(path, texts(path, encoding, MAX_BYTES))
    rows = _lines(window) if lines else _array(window)
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


class _Window:
    """A text of which no more is held than a row may take, and a place in it."""

    def __init__(self, path: Path, pieces: Iterator[str]) -> None:
        self.path = path
        self.text, self.place = "", 0
        self._pieces = pieces
        self._lines_before = 0
        self._whole = False
        self.fill()

    def fill(self) -> bool:
        """Hold what a row may take from this place on; tell whether more is held than before."""
        if self._whole or len(self.text) - self.place >= MAX_ROW:
            return False
        self._lines_before += self.text.count("\n", 0, self.place)
        parts = [self.text[self.place :]]
        missing = MAX_ROW + AHEAD - len(parts[0])
        while missing > 0 and not self._whole:
            parts.append(next(self._pieces, ""))
            missing -= len(parts[-1])
            self._whole = not parts[-1]
        self.text, self.place = "".join(parts), 0
        return True

    def sign(self) -> str:
        """Go on to the next sign that is no space, and return it; "" at the end."""
        while True:
            self.place = SPACE.match(self.text, self.place).end()  # type: ignore[union-attr]
            if not self.fill():
                return self.text[self.place : self.place + 1]

    def expect(self, signs: str) -> str:
        """Go behind the next sign, which is one of these."""
        sign = self.sign()
        if not sign or sign not in signs:
            expected = " or ".join(f"'{one}'" for one in signs)
            raise json.JSONDecodeError(f"Expecting {expected}", self.text, self.place)
        self.place += 1
        return sign

    def value(self) -> Any:
        """Decode the next value, and go behind it.

        What is no flat object is no row: of it, no more is decoded than says why.
        """
        self.sign()
        if FLAT.match(self.text, self.place, self.place + MAX_ROW):
            value, self.place = DECODER.raw_decode(self.text, self.place)
            return value
        try:
            value, length = DECODER.raw_decode(self.text[self.place : self.place + SHOWN])
        except json.JSONDecodeError as error:
            cut = error.pos >= SHOWN - LONGEST_WORD or error.msg.startswith("Unterminated")
            if cut and self.place + SHOWN < len(self.text):
                raise _too_long(self.path, self.line()) from error
            raise json.JSONDecodeError(error.msg, self.text, self.place + error.pos) from error
        self.place += length
        return value

    def next_line(self) -> str | None:
        """Return what is left of this line, and go behind it; None at the end."""
        self.fill()
        if self.place == len(self.text):
            return None
        end = self.text.find("\n", self.place)
        line = self.text[self.place : None if end < 0 else end]
        self.place = len(self.text) if end < 0 else end + 1
        return line

    def line(self, place: int | None = None) -> int:
        """Return the line of a place in what is held; of where we are, if none is given."""
        return self._lines_before + self.text.count("\n", 0, self.place if place is None else place) + 1


def _array(window: _Window) -> Iterator[tuple[int, dict[str, Any]]]:
    with _told(window):
        elements = _elements(window) if window.sign() == "[" else _held(window)
        for number, row in enumerate(elements, start=1):
            if not isinstance(row, dict):
                raise ArgumentError("file_no_object", path=window.path, line=number)
            yield number, row
        if window.sign():
            raise json.JSONDecodeError("Extra data", window.text, window.place)


def _elements(window: _Window) -> Iterator[Any]:
    """Yield the elements of an array, one by one."""
    window.expect("[")
    if window.sign() == "]":
        window.expect("]")
        return
    yield window.value()
    while window.expect(",]") == ",":
        yield window.value()


def _held(window: _Window) -> Iterator[Any]:
    """Yield the rows of the one array that an object holds."""
    if window.sign() != "{":
        window.value()
        raise ArgumentError("file_no_rows", path=window.path)
    window.expect("{")
    arrays = 0
    while window.sign() != "}":
        if not isinstance(window.value(), str):
            raise json.JSONDecodeError("Expecting a name", window.text, window.place)
        window.expect(":")
        if window.sign() == "[":
            arrays += 1
            if arrays > 1:
                raise ArgumentError("file_no_rows", path=window.path)
            yield from _elements(window)
        else:
            window.value()
        if window.sign() != "}":
            window.expect(",")
    window.expect("}")
    if not arrays:
        raise ArgumentError("file_no_rows", path=window.path)


def _too_long(path: Path, line: int) -> ArgumentError:
    return ArgumentError("file_row", path=path, line=line, limit=f"{MAX_ROW / 2**20:.0f} MB")


def _lines(window: _Window) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(iter(window.next_line, None), start=1):
        if len(line) > MAX_ROW:
            raise _too_long(window.path, number)
        if not line.strip():
            continue
        with _told(window, number):
            row = DECODER.decode(line)
        if not isinstance(row, dict):
            raise ArgumentError("file_no_object", path=window.path, line=number)
        yield number, row


@contextmanager
def _told(window: _Window, line: int | None = None) -> Iterator[None]:
    """Say where text is no JSON: on this line, or where the window is."""
    try:
        yield
    except ArgumentError:
        raise
    except json.JSONDecodeError as error:
        where = line or window.line(error.pos)
        raise ArgumentError("file_json", path=window.path, line=where, reason=error.msg) from error
    except (ValueError, RecursionError) as error:
        where, reason = line or window.line(), str(error)[:80]
        raise ArgumentError("file_json", path=window.path, line=where, reason=reason) from error


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
    for text in (*row, *row.values()):
        if isinstance(text, str) and HALF.search(text):
            raise ValueError("half of a surrogate pair")
    return row


DECODER = json.JSONDecoder(parse_float=exact, parse_constant=_constant, object_pairs_hook=_unique)
FLAT = re.compile(r'[{](?:[^][{}"]++|"(?:[^"\\]++|\\.)*+")*+[}]', re.DOTALL)
"""An object without lists and objects in it."""
HALF = re.compile("[\ud800-\udfff]")
"""What is escaped in JSON, and no character."""
SPACE = re.compile(r"[ \t\n\r]*")
