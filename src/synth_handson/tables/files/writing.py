"""Write a table to a file: whole, or not at all."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from os import fspath
from pathlib import Path
from typing import BinaryIO, cast
from uuid import uuid4

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.checks import check_frame
from synth_handson.tables.files.convert import default_form
from synth_handson.tables.files.delimited import write_delimited
from synth_handson.tables.files.form import AnyPath, FileFormat, OnRows, TableForm
from synth_handson.tables.files.json_files import write_json
from synth_handson.tables.files.parquet import write_parquet, write_parquet_blocks
from synth_handson.tables.files.reading import PACKED, format_of_name
from synth_handson.tables.files.workbook import write_book, write_workbook
from synth_handson.tables.files.yaml_files import write_yaml


def write_table(
    frame: pd.DataFrame,
    path: AnyPath,
    *,
    form: TableForm | None = None,
    force: bool = False,
    on_rows: OnRows | None = None,
) -> None:
    """Write a table to a file, in the format its name stands for.

    The file is there when all of it is written; what goes wrong before leaves nothing behind.

    Parameters
    ----------
    frame
        The table; its index is not written.
    path
        Where to.
    form
        How values are spelled, as `read_file` found them in another file; numbers, dates and truth values are
        otherwise written as most programs read them.
    force
        Whether a file that is there is replaced.
    on_rows
        Called with the number of rows written so far.

    Raises
    ------
    ArgumentError
        If there is such a file, it cannot be written, or the format cannot hold a value.
    """
    path = Path(fspath(path))
    kind = format_of_name(path)
    check_frame(frame, "frame")
    with _finished(path, force) as file:
        form = _form(frame, kind, path, form)
        if path.name.lower().endswith(PACKED):
            with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
                _write(frame, cast(BinaryIO, packed), form, on_rows)
        else:
            _write(frame, file, form, on_rows)


def write_blocks(
    blocks: Iterable[pd.DataFrame],
    path: AnyPath,
    *,
    form: TableForm | None = None,
    force: bool = False,
    on_rows: OnRows | None = None,
) -> None:
    """Write a table that is given block by block, so that not all of it has to fit into memory.

    As :func:`write_table`, with its errors, but only to Parquet files.

    Parameters
    ----------
    blocks
        At least one table, all with the same columns. What the first has in ``attrs`` stands in the file,
        where ``pandas.read_parquet`` finds it.
    path, form, force, on_rows
        As for :func:`write_table`.

    Raises
    ------
    ArgumentError
        If ``path`` has the name of another format, or a block holds values that the first has no type for.
    """
    path = Path(fspath(path))
    if format_of_name(path) != "parquet":
        raise ArgumentError("blocks_parquet", path=path)
    with _finished(path, force) as file:
        write_parquet_blocks(blocks, file, form, on_rows)


@contextmanager
def _finished(path: Path, force: bool) -> Iterator[BinaryIO]:
    """Open a file that is there under its name once all of it is written; one that is there needs force."""
    if not force and path.exists():
        raise ArgumentError("file_exists", path=path)
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}.unfinished")
    try:
        with unfinished.open("xb") as file:
            yield file
        unfinished.replace(path)
    except OSError as error:
        raise ArgumentError("unwritable", path=path, reason=error.strerror or error) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def write_sheets(
    sheets: Mapping[str, tuple[pd.DataFrame, TableForm]], path: AnyPath, *, force: bool = False
) -> None:
    """Write tables to the sheets of one workbook, as :func:`write_table` writes one, with its errors.

    Parameters
    ----------
    sheets
        By the sheet's name the table, and how its values are spelled.
    path, force
        As for :func:`write_table`.
    """
    path = Path(fspath(path))
    with _finished(path, force) as file:
        spelled = {
            title: (frame, _form(frame, "xlsx", path, form)) for title, (frame, form) in sheets.items()
        }
        write_book(spelled, file)


def _form(frame: pd.DataFrame, kind: FileFormat, path: Path, form: TableForm | None) -> TableForm:
    """Return the form to write in: each column's own if it is known, and the file's if it is of this kind."""
    known = {column.name: column for column in form.columns} if form else {}
    names = list(map(str, frame.columns))
    columns = tuple(known.get(name) or default_form(name, frame.iloc[:, i]) for i, name in enumerate(names))
    if form and form.format == kind:
        return replace(form, columns=columns)
    tabs = path.name.lower().removesuffix(PACKED).endswith((".tsv", ".tab"))
    return TableForm(kind, columns, delimiter="\t" if tabs else ",")


def _write(frame: pd.DataFrame, file: BinaryIO, form: TableForm, on_rows: OnRows | None) -> None:
    if form.format == "csv":
        write_delimited(frame, file, form, on_rows)
        return
    writers = {
        "json": write_json,
        "lines": write_json,
        "yaml": write_yaml,
        "xlsx": write_workbook,
        "parquet": write_parquet,
    }
    writers[form.format](frame, file, form)
    if on_rows:
        on_rows(len(frame))
