"""Workbooks (XLSX): one sheet, whose first row names the columns."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.files.form import ColumnForm, TableForm, name_columns
from synth_handson.tables.files.objects import from_rows, plain_values

MAX_UNPACKED = 2 * 2**30
MAX_RATIO = 200
"""Sheets pack well, but not so well: a bomb packs a thousandfold."""
MAX_ROWS = 1_048_576
MAX_CELL = 32_767
"""What a sheet can hold: rows, and characters in a cell."""
MAX_WHOLE = 2**53
"""Every number in a sheet is a float64."""

PADDED = re.compile(r"0{2,}")
"""The number format by which a sheet shows "01067"."""
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read_workbook(
    path: Path, asked: Mapping[str, ColumnForm], *, sheet: str | None = None
) -> tuple[pd.DataFrame, TableForm]:
    """Read a sheet, the first one if none is named; of a formula its last result is read.

    Raises
    ------
    ArgumentError
        If it is none; if a formula has no result.
    """
    from openpyxl import load_workbook

    _check_size(path)
    with path.open("rb") as one, path.open("rb") as other:
        try:
            formulas = load_workbook(one, read_only=True)
            results = load_workbook(other, read_only=True, data_only=True)
        except Exception as error:  # whatever openpyxl raises on a file that is not as it should be
            raise ArgumentError("file_damaged", path=path) from error
        known = [name for name in results.sheetnames if hasattr(results[name], "iter_rows")]
        if not known or (sheet is not None and sheet not in known):
            raise ArgumentError("file_sheet", path=path, sheet=sheet, known=", ".join(known))
        name = sheet or known[0]
        try:
            rows = _rows(path, formulas[name], results[name])
            frame, forms = from_rows(path, rows, asked)
        except ArgumentError:
            raise
        except Exception as error:  # as above: sheets are read when their rows are
            raise ArgumentError("file_damaged", path=path) from error
    return frame, TableForm("xlsx", forms, sheet=name)


def write_workbook(frame: pd.DataFrame, file: BinaryIO, form: TableForm) -> None:
    """Write a sheet; text that begins like a formula stays text.

    Raises
    ------
    ArgumentError
        If a sheet cannot hold the table, naming column and value.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    if len(frame) >= MAX_ROWS:
        raise ArgumentError("file_sheet_rows", rows=len(frame), limit=MAX_ROWS - 1)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(form.sheet or "Sheet1")

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
    book.save(file)


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
            if "xl/workbook.xml" not in packed.namelist():
                raise ArgumentError("file_no_workbook", path=path)
    except (zipfile.BadZipFile, OSError) as error:
        raise ArgumentError("file_damaged", path=path) from error
    if unpacked > MAX_UNPACKED or unpacked > max(2**26, MAX_RATIO * path.stat().st_size):
        raise ArgumentError("file_large", path=path, limit=f"{MAX_UNPACKED / 2**30:.0f} GB")


def _rows(path: Path, formulas: Any, results: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows below the first, by the names it holds; empty rows are left out."""
    names: list[str] = []
    for number, (written, shown) in enumerate(
        zip(formulas.iter_rows(), results.iter_rows(), strict=True), start=1
    ):
        cells = [_value(path, *pair) for pair in zip(written, shown, strict=True)]
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            continue
        if not names:
            names = name_columns(path, cells)
        elif len(cells) > len(names):
            raise ArgumentError(
                "file_ragged", path=path, line=number, fields=len(cells), expected=len(names), delimiter="–"
            )
        else:
            yield number, dict(zip(names, cells + [None] * (len(names) - len(cells)), strict=True))


def _value(path: Path, written: Any, shown: Any) -> Any:
    value = shown.value
    if value is None:
        if written.value is not None and written.data_type == "f":
            raise ArgumentError("file_formula", path=path, cell=written.coordinate)
        return None
    if shown.data_type == "e":  # "#DIV/0!" and the like
        return None
    if isinstance(value, int) and not isinstance(value, bool) and PADDED.fullmatch(shown.number_format or ""):
        return f"{value:0{len(shown.number_format)}}"
    return value if isinstance(value, bool | int | float | str) or hasattr(value, "year") else str(value)


def _cells(column: Any, form: ColumnForm) -> list[Any]:
    values = plain_values(column, form)
    if form.type == "date" and not form.zone and hasattr(column, "dt") and column.dt.year.min() >= 1900:
        moments = column.dt.round("ms").astype(object)
        values = [None if pd.isna(moment) else moment.to_pydatetime() for moment in moments]
    for value in values:
        long = isinstance(value, str) and (len(value) > MAX_CELL or ILLEGAL.search(value))
        if long or isinstance(value, Decimal) or (isinstance(value, int) and abs(value) > MAX_WHOLE):
            raise ArgumentError("file_sheet_value", column=form.name, value=repr(value)[:40])
    return values
