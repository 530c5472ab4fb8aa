"""Workbooks (XLSX): one sheet, and the table on it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from synth_handson.errors import ArgumentError, SynthHandsonError
from synth_handson.tables.columns import column_kind
from synth_handson.tables.files.form import ColumnForm, OnRows, TableForm, called, name_columns
from synth_handson.tables.files.heading import SAMPLE_ROWS, find_heading, without_rows_below
from synth_handson.tables.files.objects import from_rows, plain_values
from synth_handson.tables.files.sheet_xml import Shared, Style, shared_texts, sheet_rows

MAX_UNPACKED = 2 * 2**30
MAX_RATIO = 200
"""Largest compression ratio. Sheets stay far below it; a zip bomb reaches a thousand."""
MAX_SHARED = 2**27
"""Most bytes of the texts that cells share: in memory, short ones take four times as many."""
MAX_OTHER = 2**24
"""Largest of the other parts, in bytes: as a tree, it takes up to twenty times as many."""
SHARED, SHEET = "xl/sharedStrings.xml", re.compile(r"/worksheets/[^/]+\.xml$")
MAX_ROWS = 1_048_576
MAX_CELL = 32_767
"""Limits of a sheet: rows, and characters in a cell."""
MAX_WHOLE = 2**53
"""Largest exact integer: every number in a sheet is a float64."""

PADDED = re.compile(r"0{2,}")
"""Number format with which a sheet shows "01067"."""
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read_workbook(
    path: Path,
    asked: Mapping[str, ColumnForm],
    given: TableForm | None = None,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    on_rows: OnRows | None = None,
) -> tuple[pd.DataFrame, TableForm]:
    """Read a sheet, the first one with a table if none is named; of a formula its last result is read.

    Parameters
    ----------
    path
        The file.
    asked
        Forms of columns, by name, that are not to be inferred.
    given
        The form of a workbook whose columns have the same names.
    sheet, header_row
        What is not to be found.
    on_rows
        Called with the number of rows read so far, including empty ones.

    Raises
    ------
    ArgumentError
        If it is none; if there is no such sheet; if a formula has no result.
    """
    _check_size(path)
    with _Watched(path, on_rows) as file, _damage(path):
        book = _Book(path, file)
        known = list(book.sheets)
        if not known or (sheet is not None and sheet not in known):
            raise ArgumentError("file_sheet", path=path, sheet=sheet, known=", ".join(known))
        as_given = given.sheet if given and given.sheet in known else None
        name = sheet or as_given or _with_table(book)
        rows = book.rows(name)
        first = list(islice(rows, SAMPLE_ROWS))
        place = _place(first, header_row, given)
        if header_row is not None and place is None:
            raise ArgumentError("file_header_row", path=path, row=header_row)
        heading = find_heading([cells for _, cells in first], place)
        below: list[int] = []
        data = without_rows_below(chain(first[heading.row + 1 + heading.below :], rows), below)
        table = _below(path, data, heading.names)
        frame, forms = from_rows(path, table, asked, on_rows)
        number = first[heading.row][0]
    return frame, TableForm(
        "xlsx", forms, sheet=name, header_row=number, rows_left_out=heading.row + heading.below + sum(below),
        other_sheets=tuple(other for other in known if other != name),
    )  # fmt: skip


def write_workbook(frame: pd.DataFrame, file: BinaryIO, form: TableForm) -> None:
    """Write a sheet; text that begins like a formula stays text.

    Raises
    ------
    ArgumentError
        If a sheet cannot hold the table, naming column and value.
    """
    write_book({form.sheet or "Sheet1": (frame, form)}, file)


def write_book(sheets: Mapping[str, tuple[pd.DataFrame, TableForm]], file: BinaryIO) -> None:
    """Write several sheets; errors are those of :func:`write_workbook`."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, (frame, form) in sheets.items():
        _write_sheet(book.create_sheet(title), frame, form)
    book.save(file)


def _write_sheet(sheet: Any, frame: pd.DataFrame, form: TableForm) -> None:
    from openpyxl.cell import WriteOnlyCell

    if len(frame) >= MAX_ROWS:
        raise ArgumentError("file_sheet_rows", rows=len(frame), limit=MAX_ROWS - 1)

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = WriteOnlyCell(sheet, value)
        text.data_type = "s"
        return text

    columns = [_cells(frame.iloc[:, i], column) for i, column in enumerate(form.columns)]
    sheet.append([cell(name) for name in form.names])
    for row in zip(*columns, strict=True):
        sheet.append([cell(value) for value in row])


class _Watched(io.FileIO):
    """A file that reports progress whenever more of it is read, so that reading can be stopped."""

    def __init__(self, path: Path, on_rows: OnRows | None) -> None:
        super().__init__(path)
        self._on_rows = on_rows

    def read(self, size: int | None = -1) -> bytes:
        if self._on_rows:
            self._on_rows(0)
        return super().read(size) or b""


class _Book:
    """A workbook of which nothing is held but the names of its sheets, and what their cells share."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        from openpyxl.reader.excel import ExcelReader
        from openpyxl.styles.stylesheet import apply_stylesheet
        from openpyxl.xml.constants import SHARED_STRINGS

        reader = ExcelReader(file, read_only=True, keep_links=False)
        self._path, self._archive = path, reader.archive
        reader.read_manifest()
        reader.read_workbook()
        apply_stylesheet(self._archive, reader.wb)
        parts = reader.parser.find_sheets()
        self.sheets = {sheet.name: rel.target for sheet, rel in parts if rel.Type.endswith("/worksheet")}
        part = reader.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        texts = shared_texts(path, self._archive.open(part.PartName[1:])) if part else []
        self._shared = Shared(texts, _styles(reader.wb), reader.wb.epoch)

    def rows(self, sheet: str) -> Iterator[tuple[int, list[Any]]]:
        """Yield the non-empty rows of a sheet, each with its number."""
        return sheet_rows(self._path, self._archive.open(self.sheets[sheet]), self._shared)


def _styles(book: Any) -> list[Style]:
    """Return what a number is in each style of cells."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

    def format_of(number: int) -> str:
        own = number - BUILTIN_FORMATS_MAX_SIZE
        return book._number_formats[own] if own >= 0 else BUILTIN_FORMATS.get(number, "")

    formats = [format_of(style.numFmtId) for style in book._cell_styles]
    return [
        Style(i in book._date_formats, i in book._timedelta_formats, len(one) if PADDED.fullmatch(one) else 0)
        for i, one in enumerate(formats)
    ]


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Say that a workbook is damaged, whatever openpyxl raises on one that is not as it should be."""
    try:
        yield
    except SynthHandsonError:
        raise
    except Exception as error:
        raise ArgumentError("file_damaged", path=path) from error


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            if "xl/workbook.xml" not in packed.namelist():
                raise ArgumentError("file_no_workbook", path=path)
    except (zipfile.BadZipFile, OSError) as error:
        raise ArgumentError("file_damaged", path=path) from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or unpacked > max(2**26, MAX_RATIO * path.stat().st_size):
        raise ArgumentError("file_large", path=path, limit=f"{MAX_UNPACKED / 2**30:.0f} GB")
    # These are held as a whole.
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and not SHEET.search(part.filename):
            limit = MAX_SHARED if part.filename == SHARED else MAX_OTHER
            if part.file_size > limit:
                raise ArgumentError("file_large", path=path, limit=f"{limit / 2**20:.0f} MB")


def _with_table(book: _Book) -> str:
    """Return the first sheet on which a table of several columns stands, or else any table."""
    widths = {}
    for name in book.sheets:
        rows = [cells for _, cells in islice(book.rows(name), SAMPLE_ROWS)]
        table = rows[find_heading(rows).row :]
        widths[name] = max(map(len, table)) if len(table) > 1 else 0
    return next((name for least in (2, 1) for name in widths if widths[name] >= least), next(iter(widths)))


def _place(first: list[tuple[int, list[Any]]], header_row: int | None, given: TableForm | None) -> int | None:
    """Return the place of the row that names the columns, if that is known."""
    if header_row is not None:
        return next((place for place, (number, _) in enumerate(first) if number == header_row), None)
    names = given.names if given else None
    return next(
        (place for place, (_, cells) in enumerate(first) if called(cells) == names),
        None,
    )


def _below(
    path: Path, rows: Iterable[tuple[int, list[Any]]], heading: tuple[object, ...]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows of the table by the names of its columns."""
    names = name_columns(path, heading)
    for number, cells in rows:
        if len(cells) > len(names):
            raise ArgumentError(
                "file_ragged", path=path, line=number, fields=len(cells), expected=len(names), delimiter="–"
            )
        yield number, dict(zip(names, cells + [None] * (len(names) - len(cells)), strict=True))


def _cells(column: Any, form: ColumnForm) -> list[Any]:
    values = plain_values(column, form)
    if form.type == "date" and not form.zone and hasattr(column, "dt") and column.dt.year.min() >= 1900:
        moments = column.dt.round("ms").astype(object)
        values = [None if pd.isna(moment) else moment.to_pydatetime() for moment in moments]
    if form.type == "time" and column_kind(column) == "time":
        values = column.astype(object).where(column.notna(), None).tolist()
    for value in values:
        long = isinstance(value, str) and (len(value) > MAX_CELL or ILLEGAL.search(value))
        if long or isinstance(value, Decimal) or (isinstance(value, int) and abs(value) > MAX_WHOLE):
            raise ArgumentError("file_sheet_value", column=form.name, value=repr(value)[:40])
    return values
