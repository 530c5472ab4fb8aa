"""The XML of a workbook as a stream: no more than a row is held, whatever the file says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from synth_handson.errors import ArgumentError
from synth_handson.tables.files.form import MAX_COLUMNS
from synth_handson.tables.files.objects import MAX_CELLS

BLOCK = 2**16
MAX_TAG = 2**20
"""Longest tag, in bytes."""
MAX_ROW = 2**25
"""Most characters in a row, or in a shared text."""
MAX_DEPTH = 100
"""Most elements within each other."""
MAX_ELEMENTS = MAX_CELLS
"""Most cells, formulas and rows of a sheet, those included in which nothing is written."""
DIGITS = "0123456789"


@dataclass(frozen=True)
class Style:
    """What a number in a cell of a style is: a date, a duration, or digits with zeros in front."""

    date: bool = False
    duration: bool = False
    digits: int = 0


@dataclass(frozen=True)
class Shared:
    """What the cells of a workbook share: texts, styles, and day 0 of its dates."""

    texts: Sequence[str]
    styles: Sequence[Style]
    epoch: datetime


class _Stream:
    """Elements of one part of a workbook, by their local names; yields the rows or texts that they make."""

    def __init__(self, path: Path, source: IO[bytes]) -> None:
        self.path = path
        self.found: list[Any] = []
        self.at_end = False
        self._source = source
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        self._written: list[str] = []
        self._length = self._depth = 0
        self._phonetic = False

    def __iter__(self) -> Iterator[Any]:
        fed = 0
        while not self.at_end:
            block = self._source.read(BLOCK)
            self._parser.Parse(block, not block)
            yield from self.found
            self.found.clear()
            fed += len(block)
            # Expat holds a tag until it ends.
            if fed - self._parser.CurrentByteIndex > MAX_TAG + BLOCK:
                raise self._too_large(MAX_TAG)
            self.at_end = self.at_end or not block

    def _refuse(self, *_: object) -> None:
        raise ArgumentError("file_damaged", path=self.path)

    def _too_large(self, limit: int) -> ArgumentError:
        return ArgumentError("file_large", path=self.path, limit=f"{limit / 2**20:.0f} MB")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2] if ":" in name else name
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._refuse()
        if name == "v" or name == "t":
            self._parser.CharacterDataHandler = None if self._phonetic else self._write
        elif name == "rPh":
            self._phonetic = True
        else:
            self._begun(name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        name = name.rpartition(":")[2] if ":" in name else name
        if name == "v" or name == "t":
            self._parser.CharacterDataHandler = None
        elif name == "rPh":
            self._phonetic = False
        else:
            self._ended(name)

    def _write(self, text: str) -> None:
        self._length += len(text)
        if self._length > MAX_ROW:
            raise self._too_large(MAX_ROW)
        self._written.append(text)

    def _text(self) -> str:
        text = "".join(self._written)
        self._written.clear()
        return text

    def _found(self, one: Any) -> None:
        self.found.append(one)
        self._written.clear()
        self._length = 0

    def _begun(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of another element."""

    def _ended(self, name: str) -> None:
        """Take the end of another element."""


class _Texts(_Stream):
    def _ended(self, name: str) -> None:
        if name == "si":
            self._found(self._text())


class _Rows(_Stream):
    """Rows, each with its number and its cells up to the last one with a value."""

    def __init__(self, path: Path, source: IO[bytes], shared: Shared) -> None:
        super().__init__(path, source)
        self._shared = shared
        self._places: dict[str, int] = {}
        self._number = self._place = self._count = 0
        self._cells: list[Any] = []
        self._cell: dict[str, str] = {}
        self._formula = False

    def _begun(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise ArgumentError("file_cells", path=self.path, limit=MAX_CELLS)
        if name == "c":
            self._cell = attributes
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._number = int(float(attributes["r"])) if "r" in attributes else self._number + 1
            self._cells, self._place = [], 0

    def _ended(self, name: str) -> None:
        if name == "c":
            self._end_cell(self._cell)
        elif name == "row":
            self._found((self._number, self._cells))
        elif name == "sheetData":
            self.at_end = True

    def _end_cell(self, cell: dict[str, str]) -> None:
        reference = cell.get("r")
        place = self._place = self._place_of(reference) if reference else self._place + 1
        kind = cell.get("t", "n")
        written = kind == "inlineStr" or bool(self._written)
        if self._formula and not written and kind != "str":
            shown = reference or f"{self._number}, {place}"
            raise ArgumentError("file_formula", path=self.path, cell=shown)
        self._formula = False
        if not written:
            return
        value = self._value(kind, self._text(), int(cell.get("s", 0)))
        if value is None:
            return
        if place > MAX_COLUMNS:
            raise ArgumentError("file_columns", path=self.path, columns=place, limit=MAX_COLUMNS)
        gap = place - len(self._cells)
        if gap > 0:
            self._cells += [None] * gap
        self._cells[place - 1] = value

    def _place_of(self, reference: str) -> int:
        letters = reference.rstrip(DIGITS)
        place = self._places.get(letters)
        if place is None:
            from openpyxl.utils.cell import column_index_from_string

            place = self._places[letters] = column_index_from_string(letters)
        return place

    def _value(self, kind: str, text: str, style: int) -> Any:
        if kind == "s":
            return self._shared.texts[int(text)]
        if kind == "n":
            number = float(text) if "." in text or "E" in text or "e" in text else int(text)
            shown = self._shared.styles[style] if style else PLAIN
            return number if shown is PLAIN else _as_shown(number, shown, self._shared.epoch)
        if kind == "b":
            return bool(int(text))
        if kind == "e":  # "#DIV/0!" and the like
            return None
        return _moment(text) if kind == "d" else text


PLAIN = Style()


def _moment(text: str) -> Any:
    from openpyxl.utils.datetime import from_ISO8601

    return from_ISO8601(text)  # type: ignore[no-untyped-call]


def _as_shown(number: float, style: Style, epoch: datetime) -> Any:
    from openpyxl.utils.datetime import from_excel

    if style.date:
        try:
            value = from_excel(number, epoch, timedelta=style.duration)
        except (OverflowError, ValueError):
            return None
        return str(value) if style.duration else value
    return f"{number:0{style.digits}}" if isinstance(number, int) else number


def shared_texts(path: Path, source: IO[bytes]) -> list[str]:
    """Read the texts that cells share; of readings above kanji nothing is read.

    Raises
    ------
    ArgumentError
        If one is too long.
    """
    return list(_Texts(path, source))


def sheet_rows(path: Path, source: IO[bytes], shared: Shared) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows of a sheet on which something is written, each with its number.

    Raises
    ------
    ArgumentError
        If a formula has no result, or a row, its columns or the cells are too many.
    """
    for number, cells in _Rows(path, source, shared):
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield number, cells
