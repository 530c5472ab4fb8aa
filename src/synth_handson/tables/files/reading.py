"""Read a table from a file of any format that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.files.delimited import read_delimited
from synth_handson.tables.files.encodings import GZIP, known_encoding
from synth_handson.tables.files.form import (
    AnyPath,
    ColumnForm,
    FileFormat,
    OnRows,
    Reading,
    TableForm,
    asked_forms,
)
from synth_handson.tables.files.json_files import read_json
from synth_handson.tables.files.parquet import read_parquet
from synth_handson.tables.files.workbook import read_workbook
from synth_handson.tables.files.yaml_files import read_yaml

SUFFIXES: dict[str, FileFormat] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
    ".pq": "parquet",
}
PACKED = ".gz"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
"""Start of a workbook from before 2007, or of one with a password."""


def read_table(
    path: AnyPath,
    *,
    types: Mapping[str, str] | None = None,
    schema: TableForm | AnyPath | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    on_rows: OnRows | None = None,
) -> pd.DataFrame:
    """Read a table from a file: CSV, TSV, JSON, YAML, XLSX or Parquet, the text ones also packed by gzip.

    What is not said is found: encoding, delimiter, header, and what each column holds. Codes such as "01067"
    stay text, and dates that can be read in two ways are not guessed.

    Parameters
    ----------
    path
        The file; its name tells the format.
    types
        What columns hold, by name: "text", "whole", "number", "date", "time", "boolean"; "date:%d/%m/%Y"
        with a format.
    schema
        The form of a file read before, or the path of one that was saved: names and types must be the same.
    encoding
        Of text.
    delimiter, header
        Of delimited text; ``header`` is whether its first line names the columns.
    sheet
        Name of a workbook's sheet; the first one with a table if it is left out.
    header_row
        Line, or row of a sheet, from 1, that names the columns; what is above it is left out.
    on_rows
        Called with the number of rows read so far.

    Returns
    -------
    DataFrame
        Text, whole numbers (exact, beyond 64 bits too), numbers (as Decimal where float64 would lose digits),
        dates with or without zone, times of day, and truth values. Only what is empty is missing in a column
        of text; in others also "NA", "-" and the like.

    Raises
    ------
    ArgumentError
        If there is no such file, it is not what its name says, or a value is not of its column's type: named
        with file, line and column.
    """
    reading = Reading(types or {}, encoding, sheet, header_row)
    return read_file(path, reading, schema, delimiter=delimiter, header=header, on_rows=on_rows)[0]


def read_file(
    path: AnyPath,
    reading: Reading | None = None,
    schema: TableForm | AnyPath | None = None,
    *,
    delimiter: str | None = None,
    header: bool | None = None,
    on_rows: OnRows | None = None,
) -> tuple[pd.DataFrame, TableForm]:
    """Read a table as `read_table` does, and return its form: what was detected, and why."""
    path, reading = Path(fspath(path)), reading or Reading()
    asked = asked_forms(reading.types)
    encoding = known_encoding(reading.encoding) if reading.encoding else None
    given = TableForm.read(schema) if isinstance(schema, str | PathLike) else schema
    if given:
        # What is given of a column counts before what its form would be.
        asked = {column.name: replace(column, reason="schema") for column in given.columns} | asked
    kind = find_format(path)
    _check_fits(path, reading, kind)
    if kind == "csv":
        alike = given if given and given.format == "csv" else None
        frame, form = read_delimited(
            path, asked, alike, encoding=encoding, delimiter=delimiter, header=header,
            header_row=reading.header_row, on_rows=on_rows,
        )  # fmt: skip
    elif kind in ("json", "lines"):
        frame, form = read_json(path, asked, lines=kind == "lines", encoding=encoding, on_rows=on_rows)
    elif kind == "yaml":
        frame, form = read_yaml(path, asked, encoding=encoding, on_rows=on_rows)
    elif kind == "xlsx":
        frame, form = read_workbook(
            path, asked, given, sheet=reading.sheet, header_row=reading.header_row, on_rows=on_rows
        )
    else:
        frame, form = read_parquet(path, asked, on_rows=on_rows)
    _check_asked(path, asked, form)
    if given and form.names != given.names:
        raise ArgumentError("schema_columns", path=path, found=_listed(form), expected=_listed(given))
    return frame, form


def _check_fits(path: Path, reading: Reading, kind: FileFormat) -> None:
    """Raise an `ArgumentError` if an option does not apply to this format."""
    for said, kinds in (
        ("encoding", ("csv", "json", "lines", "yaml")),
        ("sheet", ("xlsx",)),
        ("header_row", ("csv", "xlsx")),
    ):
        value = getattr(reading, said)
        if value is not None and kind not in kinds:
            raise ArgumentError(f"file_without_{said}", path=path)
    if reading.header_row is not None and reading.header_row < 1:
        raise ArgumentError("file_header_row", path=path, row=reading.header_row)


def find_format(path: Path) -> FileFormat:
    """Detect the format of a file by its content, or else by its name.

    Raises
    ------
    ArgumentError
        If there is no such file, or it is of no known format.
    """
    if path.is_dir() and any(path.glob("*.parquet")):
        return "parquet"
    if not path.is_file():
        raise ArgumentError("file_none", path=path)
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise ArgumentError("file_unopened", path=path, reason=error.strerror or error) from error
    if not start:
        raise ArgumentError("file_empty", path=path)
    if start == OLD_WORKBOOK:
        raise ArgumentError("file_old_workbook", path=path)
    if start == b"PAR1":
        return "parquet"
    return "xlsx" if start == b"PK\x03\x04" else format_of_name(path, packed=start[:2] == GZIP)


def format_of_name(path: Path, packed: bool | None = None) -> FileFormat:
    """Return the format of a file name.

    Raises
    ------
    ArgumentError
        If it stands for none.
    """
    name = path.name.lower()
    suffix = Path(name.removesuffix(PACKED)).suffix
    found = SUFFIXES.get(suffix)
    binary = found in ("xlsx", "parquet")
    if found is None or (binary and (name.endswith(PACKED) or packed is not None)):
        key = "file_damaged" if binary and packed is not None else "file_unknown"
        raise ArgumentError(key, path=path, known=", ".join(SUFFIXES))
    return found


def suffix_of_name(name: str) -> str:
    """Return the ending that tells a file's format, such as ".csv.gz"; errors as `format_of_name`."""
    format_of_name(Path(name))
    lower = name.lower()
    packed = PACKED if lower.endswith(PACKED) else ""
    return Path(lower.removesuffix(PACKED)).suffix + packed


def _check_asked(path: Path, asked: Mapping[str, ColumnForm], form: TableForm) -> None:
    for name in asked:
        if name not in form.names:
            raise ArgumentError("type_column", path=path, column=name, known=_listed(form))


def _listed(form: TableForm) -> str:
    shown = form.names[:20]
    return ", ".join(shown) + (" …" if len(form.names) > len(shown) else "")
