"""Read a table from a file of any format that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.files.delimited import OnRows, read_delimited
from synth_handson.tables.files.encodings import GZIP
from synth_handson.tables.files.form import AnyPath, ColumnForm, FileFormat, TableForm, asked_forms
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
"""Begins a workbook of before 2007, and one that is protected by a password."""


def read_table(
    path: AnyPath,
    *,
    types: Mapping[str, str] | None = None,
    schema: TableForm | AnyPath | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    sheet: str | None = None,
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
        What columns hold, by name: "text", "whole", "number", "date", "truth"; "date:%d/%m/%Y" with a format.
    schema
        The form of a file read before, or the path of one that was saved: names and types must be the same.
    encoding, delimiter, header
        Of delimited text; ``header`` is whether its first line names the columns.
    sheet
        Name of a workbook's sheet; the first one if it is left out.
    on_rows
        Told how many rows are read.

    Returns
    -------
    DataFrame
        Text, whole numbers (exact, beyond 64 bits too), numbers (as Decimal where float64 would lose digits),
        dates with or without zone, and truth values. Only what is empty is missing in a column of text; in
        others also "NA", "-" and the like.

    Raises
    ------
    ArgumentError
        If there is no such file, it is not what its name says, or a value is not of its column's type: named
        with file, line and column.
    """
    return read_file(
        path, types=types, schema=schema, encoding=encoding, delimiter=delimiter, header=header, sheet=sheet,
        on_rows=on_rows,
    )[0]  # fmt: skip


def read_file(
    path: AnyPath,
    *,
    types: Mapping[str, str] | None = None,
    schema: TableForm | AnyPath | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    sheet: str | None = None,
    on_rows: OnRows | None = None,
) -> tuple[pd.DataFrame, TableForm]:
    """Read a table as `read_table` does, and tell its form: what was understood of it, and why."""
    path = Path(fspath(path))
    asked = asked_forms(types)
    given = TableForm.read(schema) if isinstance(schema, str | PathLike) else schema
    if given:
        # What is given of a column counts before what its form would be.
        asked = {column.name: replace(column, reason="schema") for column in given.columns} | asked
    kind = find_format(path)
    if kind == "csv":
        alike = given if given and given.format == "csv" else None
        frame, form = read_delimited(
            path, asked, alike, encoding=encoding, delimiter=delimiter, header=header, on_rows=on_rows
        )
    elif kind in ("json", "lines"):
        frame, form = read_json(path, asked, lines=kind == "lines", encoding=encoding)
    elif kind == "yaml":
        frame, form = read_yaml(path, asked, encoding=encoding)
    elif kind == "xlsx":
        frame, form = read_workbook(path, asked, sheet=sheet)
    else:
        frame, form = read_parquet(path, asked)
    _check_asked(path, asked, form)
    if given and form.names != given.names:
        raise ArgumentError("schema_columns", path=path, found=_listed(form), expected=_listed(given))
    return frame, form


def find_format(path: Path) -> FileFormat:
    """Tell the format of a file by its content, and where that does not say, by its name.

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
    """Tell the format that a file's name stands for.

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


def _check_asked(path: Path, asked: Mapping[str, ColumnForm], form: TableForm) -> None:
    for name in asked:
        if name not in form.names:
            raise ArgumentError("type_column", path=path, column=name, known=_listed(form))


def _listed(form: TableForm) -> str:
    shown = form.names[:20]
    return ", ".join(shown) + (" …" if len(form.names) > len(shown) else "")
