"""Delimited text: CSV, TSV and their kin."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

import duckdb
import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.paths import home
from synth_handson.tables.columns import Column
from synth_handson.tables.files.convert import UnreadableValue, guess_dates, parse, spell
from synth_handson.tables.files.dialect import Dialect, find_dialect
from synth_handson.tables.files.encodings import is_packed, open_bytes
from synth_handson.tables.files.form import MAX_COLUMNS, ColumnForm, OnRows, TableForm, name_columns
from synth_handson.tables.files.heading import NOTE, SAMPLE_ROWS, rows_below
from synth_handson.tables.files.infer import infer_form
from synth_handson.tables.files.levels import Levels
from synth_handson.tables.files.lines import (
    MAX_CELL,
    cell_too_long,
    closes_quotes,
    first_row,
    line_of,
    why_unreadable,
)

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 2**24
MAX_MEMORY = 12 * 2**30
"""Largest memory that a text may take."""
SURE_PACKED, PACKED_RATIO = 2**29, 5
"""The same of any packed text, and of a larger one for each byte that it is packed in."""
CHUNK = 500_000
"""Rows written at a time."""


def read_delimited(
    path: Path,
    asked: Mapping[str, ColumnForm],
    given: TableForm | None = None,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    header_row: int | None = None,
    on_rows: OnRows | None = None,
) -> tuple[pd.DataFrame, TableForm]:
    """Read delimited text, each column in the type that all of its values have.

    Parameters
    ----------
    path
        The file.
    asked
        Forms of columns, by name, that are not to be inferred.
    given
        The form of a file that is delimited in the same way.
    encoding, delimiter, header, header_row
        What is not to be inferred of the file.
    on_rows
        Called with the number of rows read so far.

    Raises
    ------
    ArgumentError
        If it is no such table, or a value is not of its column's type.
    """
    import pyarrow as pa

    dialect = find_dialect(path, given, encoding, delimiter, header, header_row)
    table, notes = _read_text(path, dialect, on_rows)
    names, skipped = _names(path, table, dialect)
    totals = _rows_below(table, skipped)
    table = table.slice(0, table.num_rows - totals)
    frame, forms, pool = {}, [], pa.default_memory_pool()
    for name in names:
        levels = Levels.of(table.column(0).slice(skipped))
        # Each column's text is given free before the next is turned into values.
        table = table.remove_column(0)
        pool.release_unused()
        form = asked.get(name)
        try:
            form = _complete(name, form, levels, dialect)
            frame[name] = levels.spread(parse(levels.values, form))
        except UnreadableValue as error:
            line = line_of(path, dialect, levels.row_of(error.row) + skipped)
            value = str(levels.values[error.row])[:40]
            kind = form.type if form else "text"
            raise ArgumentError(
                "file_value", path=path, line=line, column=name, value=value, type=kind
            ) from error
        forms.append(form)
    made = TableForm(
        "csv", tuple(forms), dialect.encoding, dialect.delimiter, dialect.quote, dialect.header,
        header_row=dialect.skipped + 1, rows_left_out=dialect.left_out + dialect.below + totals + notes,
    )  # fmt: skip
    return pd.DataFrame(frame, index=pd.RangeIndex(table.num_rows - skipped), copy=False), made


def write_delimited(
    frame: pd.DataFrame, file: BinaryIO, form: TableForm, on_rows: OnRows | None = None
) -> None:
    """Write a table as delimited text; an empty text is quoted, a missing one is not there.

    Raises
    ------
    ArgumentError
        If a value cannot be written in the form's encoding.
    """
    encoder = codecs.getincrementalencoder(form.encoding)()
    if form.header:
        names = pd.DataFrame([form.names])
        file.write(_encoded(_as_csv(names, form), encoder, form, names))
    for start in range(0, len(frame), CHUNK):
        part = frame.iloc[start : start + CHUNK]
        spelled = pd.DataFrame(
            {i: _cells(part.iloc[:, i], column) for i, column in enumerate(form.columns)},
            index=pd.RangeIndex(len(part)),
        )
        file.write(_encoded(_as_csv(spelled, form), encoder, form, spelled))
        if on_rows:
            on_rows(start + len(part))


def _cells(column: Column, form: ColumnForm) -> Column:
    spelled = spell(column, form)
    return spelled.fillna(form.missing) if form.missing else spelled


def _as_csv(spelled: pd.DataFrame, form: TableForm) -> bytes:
    import pyarrow as pa

    # By position, as DuckDB holds names that differ only in case for the same.
    columns = [pa.array(spelled.iloc[:, i], pa.string()) for i in range(spelled.shape[1])]
    table = pa.table(columns, names=[f"c{i}" for i in range(len(columns))])
    with TemporaryDirectory(dir=home()) as folder, duckdb.connect() as connection:
        target = Path(folder, "part.csv")
        connection.from_arrow(table).write_csv(
            str(target), sep=form.delimiter, quotechar=form.quote, escapechar=form.quote, header=False
        )
        return target.read_bytes()


def _encoded(
    content: bytes, encoder: codecs.IncrementalEncoder, form: TableForm, spelled: pd.DataFrame
) -> bytes:
    try:
        return encoder.encode(content.decode())
    except UnicodeEncodeError as error:
        sign = error.object[error.start]
        has = [bool(spelled.iloc[:, i].str.contains(sign, regex=False).any()) for i in range(len(form.names))]
        column = form.names[has.index(True)]
        raise ArgumentError("file_sign", sign=sign, column=column, encoding=form.encoding) from error


def _rows_below(table: pa.Table, skipped: int) -> int:
    last = table.slice(max(skipped, table.num_rows - SAMPLE_ROWS))
    return rows_below(list(zip(*(column.to_pylist() for column in last.columns), strict=True)))


def _read_text(path: Path, dialect: Dialect, on_rows: OnRows | None) -> tuple[pa.Table, int]:
    """Read every cell as text, and count lines of notes; a cell of which nothing was written is missing."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    width = len(first_row(path, dialect))
    if width > MAX_COLUMNS:
        raise ArgumentError("file_columns", path=path, columns=width, limit=MAX_COLUMNS)
    names = [f"c{i}" for i in range(width)]
    batches, rows, size, notes = [], 0, 0, 0
    limit, too_large = _limit(path)

    def unlike(row: Any) -> str:
        nonlocal notes
        noted = row.actual_columns == 1 and NOTE.match(row.text.lstrip(' "'))
        notes += bool(noted)
        return "skip" if noted else "error"

    try:
        with open_bytes(path) as file:
            reader = arrow_csv.open_csv(
                file,
                arrow_csv.ReadOptions(
                    column_names=names, encoding=dialect.encoding, block_size=BLOCK, skip_rows=dialect.skipped
                ),
                arrow_csv.ParseOptions(
                    delimiter=dialect.delimiter,
                    quote_char=dialect.quote,
                    newlines_in_values=True,
                    ignore_empty_lines=width > 1,
                    invalid_row_handler=unlike,
                ),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )
            for batch in reader:
                batches.append(batch)
                rows, size = rows + batch.num_rows, size + batch.nbytes
                if size > limit:
                    raise too_large
                if on_rows:
                    on_rows(rows)
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise why_unreadable(path, dialect, width, str(error)) from error
    table = pa.Table.from_batches(batches, reader.schema)
    _check_cells(path, table, dialect)
    last = table.column(width - 1)[-1].as_py() if table.num_rows else None
    if last and "\n" in last and not closes_quotes(path, dialect):
        raise ArgumentError("file_not_delimited", path=path)
    return table, notes


def _limit(path: Path) -> tuple[int, ArgumentError]:
    """Return how much memory a text may take, and what to say of one that takes more."""
    if not is_packed(path):
        return MAX_MEMORY, ArgumentError("file_large", path=path, limit=f"{MAX_MEMORY / 2**30:.0f} GB")
    limit = min(MAX_MEMORY, max(SURE_PACKED, PACKED_RATIO * path.stat().st_size))
    return limit, ArgumentError("file_packed", path=path, limit=f"{limit / 2**20:,.0f} MB")


def _check_cells(path: Path, table: pa.Table, dialect: Dialect) -> None:
    import pyarrow.compute as pc

    for position, column in enumerate(table.columns):
        lengths = pc.binary_length(column)
        if (pc.max(lengths).as_py() or 0) > MAX_CELL:
            row = int(np.argmax(lengths.fill_null(0).to_numpy()))
            raise cell_too_long(path, line_of(path, dialect, row), position)


def _names(path: Path, table: pa.Table, dialect: Dialect) -> tuple[list[str], int]:
    """Return the columns' names, and how many rows they take."""
    if not dialect.header:
        return [f"column {i + 1}" for i in range(table.num_columns)], 0
    written = dialect.names or [column[0].as_py() for column in table.columns]
    written = [*written, *[None] * (table.num_columns - len(written))]
    return name_columns(path, written), 1 + dialect.below


def _complete(name: str, form: ColumnForm | None, levels: Levels, dialect: Dialect) -> ColumnForm:
    """Infer what is not given of a column's form."""
    comma, text = dialect.delimiter == ";", levels.values
    if form is None:
        return infer_form(name, text, comma, levels.times)
    if form.reason != "given" or form.type == "text":
        return form
    if form.type in ("date", "time") and form.date_format:
        return guess_dates(text, form)
    inferred = infer_form(name, text, comma, levels.times)
    if inferred.type == form.type or (form.type, inferred.type) == ("number", "whole"):
        return replace(inferred, type=form.type)
    if form.type == "whole" and inferred.reason == "dots":
        return replace(form, decimal=",", grouping=".")
    return guess_dates(text, form) if form.type in ("date", "time") else form
