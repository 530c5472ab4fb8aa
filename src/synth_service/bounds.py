"""Limits on the size of a table, checked before reading if a small file may unpack to a huge one."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import compute, parquet

from synth_handson.errors import ArgumentError
from synth_handson.tables.files.encodings import blocks
from synth_handson.tables.files.reading import find_format
from synth_service.settings import Settings


def check_packed(path: Path, settings: Settings) -> None:
    """Check a file's own metadata, or its unpacked size, without storing the content.

    Raises
    ------
    ArgumentError
        If it is of no known format, or holds more than is allowed.
    """
    kind = find_format(path)
    if kind not in ("parquet", "xlsx"):
        _check_text(path, settings)
        return
    try:
        (_check_parquet if kind == "parquet" else _check_zip)(path, settings)
    except ArgumentError:
        raise
    except (zipfile.BadZipFile, pa.ArrowException, OSError, ValueError) as error:
        raise ArgumentError("file_damaged", path=path) from error


def check_rows(rows: int, settings: Settings) -> None:
    """Raise an `ArgumentError` if there are more rows than allowed."""
    if rows > settings.max_rows:
        raise ArgumentError("service_rows", rows=rows, limit=settings.max_rows)


def check_columns(columns: int, settings: Settings) -> None:
    """Raise an `ArgumentError` if there are more columns than allowed."""
    if columns > settings.max_columns:
        raise ArgumentError("service_columns", columns=columns, limit=settings.max_columns)


def check_table(frame: pd.DataFrame, settings: Settings) -> None:
    """Check rows, columns and cells of a table that was read.

    Raises
    ------
    ArgumentError
        If there are too many, or one is too long.
    """
    check_rows(len(frame), settings)
    check_columns(frame.shape[1], settings)
    for name in frame:
        column = frame[name]
        if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
            longest = column.dropna().astype(str).str.len().max()
            if longest > settings.max_cell:
                raise _too_long(str(name), int(longest), settings)


def _too_long(column: str, longest: int, settings: Settings) -> ArgumentError:
    return ArgumentError("service_cell", column=column, characters=longest, limit=settings.max_cell)


def _too_much(settings: Settings) -> ArgumentError:
    return ArgumentError("service_unpacked", limit=settings.max_unpacked.human_readable(decimal=True))


def _check_text(path: Path, settings: Settings) -> None:
    unpacked = 0
    for block in blocks(path):
        unpacked += len(block)
        if unpacked > settings.max_unpacked:
            raise _too_much(settings)


def _check_zip(path: Path, settings: Settings) -> None:
    with zipfile.ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > settings.max_unpacked:
            raise _too_much(settings)


def _check_parquet(path: Path, settings: Settings) -> None:
    """Check the footer, then the length of texts that a dictionary stores once for many rows."""
    with parquet.ParquetFile(path) as opened:
        check_rows(opened.metadata.num_rows, settings)
        check_columns(opened.metadata.num_columns, settings)
        groups = [opened.metadata.row_group(i) for i in range(opened.num_row_groups)]
        if sum(group.total_byte_size for group in groups) > settings.max_unpacked:
            raise _too_much(settings)
        columns = [opened.schema.column(i) for i in range(opened.metadata.num_columns)]
        texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
    unpacked = 0
    with parquet.ParquetFile(path, read_dictionary=texts) as opened:
        for group in range(opened.num_row_groups):
            for name in texts:
                unpacked += _unpacked(opened.read_row_group(group, [name]).column(0), name, settings)
                if unpacked > settings.max_unpacked:
                    raise _too_much(settings)


def _unpacked(column: Any, name: str, settings: Settings) -> int:
    """Return the size in bytes of a column's texts without a dictionary."""
    if not pa.types.is_dictionary(column.type):
        # Lists and structures, which are not read at all.
        return 0
    total = 0
    for chunk in column.chunks:
        lengths = compute.binary_length(chunk.dictionary)
        longest = compute.max(lengths).as_py() or 0
        # No character takes more than four bytes.
        if longest > 4 * settings.max_cell:
            raise _too_long(name, longest, settings)
        total += compute.sum(lengths.take(chunk.indices)).as_py() or 0
    return total
