"""Tables given as files. A large one need fit no memory: it is read by columns, and each value kept once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from synth_handson.errors import ArgumentError
from synth_handson.tables.alignment import as_text
from synth_handson.tables.checks import check_frame
from synth_handson.tables.columns import Column, as_canonical, column_kind
from synth_handson.tables.files.parquet import ATTRS

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.dataset import Dataset

AnyTable: TypeAlias = "pd.DataFrame | str | PathLike[str]"
Integers = NDArray[np.intp]

CHUNK = 1_000_000
"""Rows of a CSV file held at a time."""
PARQUET = (".parquet", ".pq")
CSV = (".csv", ".csv.gz", ".csv.bz2", ".csv.xz", ".csv.zst")


class LargeTable(Protocol):
    """A table that is looked at column by column."""

    @property
    def columns(self) -> pd.Index[Any]:
        """Names of the columns."""

    @property
    def empty(self) -> pd.DataFrame:
        """The table's columns in its dtypes, without rows."""

    def __len__(self) -> int: ...

    def encode(self, name: Any) -> tuple[Column, Integers]:
        """Return the values of a column once each, and for every row the position of its value."""


@dataclass(frozen=True, eq=False)
class FrameTable:
    """A large table that is in memory."""

    frame: pd.DataFrame

    @property
    def columns(self) -> pd.Index[Any]:
        """Names of the columns."""
        return self.frame.columns

    @property
    def empty(self) -> pd.DataFrame:
        """The table's columns in its dtypes, without rows."""
        return self.frame.iloc[:0]

    def __len__(self) -> int:
        return len(self.frame)

    def encode(self, name: Any) -> tuple[Column, Integers]:
        """Return the values of a column once each, and for every row the position of its value."""
        column = as_canonical(self.frame[name].reset_index(drop=True))
        if types.is_object_dtype(column.dtype) and column_kind(column) == "category":
            column = as_text(column)
        codes, values = pd.factorize(column, use_na_sentinel=False)
        return pd.Series(values), codes


@dataclass(frozen=True, eq=False)
class ParquetTable:
    """A large table in a Parquet file, or in a folder of them."""

    path: Path

    @cached_property
    def _dataset(self) -> Dataset:
        from pyarrow.dataset import dataset

        return dataset(self.path, format="parquet")

    @property
    def columns(self) -> pd.Index[Any]:
        """Names of the columns."""
        return self.empty.columns

    @cached_property
    def empty(self) -> pd.DataFrame:
        """The table's columns in its dtypes, without rows, and its ``attrs``."""
        schema = self._dataset.schema
        frame = pd.DataFrame(schema.empty_table().to_pandas())
        frame.attrs = json.loads((schema.metadata or {}).get(ATTRS.encode(), b"{}"))
        return frame

    def __len__(self) -> int:
        return int(self._dataset.count_rows())

    def encode(self, name: Any) -> tuple[Column, Integers]:
        """Return the values of a column once each, and for every row the position of its value."""
        import pyarrow as pa

        try:
            column = self._in_codes(str(name))
        except pa.ArrowNotImplementedError:  # lists and the like
            return FrameTable(pd.read_parquet(self.path, columns=[str(name)])).encode(name)
        codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False) + 1
        # A category that no row has is none of the values.
        there = np.bincount(codes, minlength=len(column.dictionary) + 1) > 0
        used = np.flatnonzero(there) - 1
        values = column.dictionary.take(pa.array(used, mask=used < 0))
        return self._to_pandas(str(name), values), (np.cumsum(there, dtype=np.int32) - 1)[codes]

    def _in_codes(self, name: str) -> pa.DictionaryArray:
        import pyarrow as pa

        batches = (batch.column(0) for batch in self._dataset.scanner(columns=[name]).to_batches())
        chunks = [
            values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
            for values in batches
        ]
        unified = pa.chunked_array(chunks).unify_dictionaries().combine_chunks()
        return unified.chunk(0) if isinstance(unified, pa.ChunkedArray) else unified

    def _to_pandas(self, name: str, values: pa.Array) -> Column:
        """Give values the dtype that pandas gives the column."""
        import pyarrow as pa

        field = self._dataset.schema.field(name)
        if pa.types.is_dictionary(field.type):
            values = values.dictionary_encode()
        table = pa.Table.from_arrays(
            [values], schema=pa.schema([field.with_type(values.type)], self._dataset.schema.metadata)
        )
        return pd.Series(table.to_pandas()[name])


def rows_of(table: LargeTable, names: Sequence[Any], positions: Integers | None = None) -> pd.DataFrame:
    """Return some columns of a large table, of all rows or of those at these positions."""
    columns = {}
    for name in names:
        values, codes = table.encode(name)
        columns[name] = values.take(codes if positions is None else codes[positions]).reset_index(drop=True)
    return pd.DataFrame(columns)


def open_table(given: AnyTable, argument: str, rows: int, folder: Path) -> pd.DataFrame | LargeTable:
    """Open a table: as a whole if it has at most ``rows`` rows, else column by column.

    Parameters
    ----------
    given
        A table, or the path of a CSV or Parquet file.
    argument
        What it was given as.
    rows
        A larger table is not read as a whole.
    folder
        Where a large CSV file is kept as Parquet for as long as it is used.

    Returns
    -------
    DataFrame or LargeTable
        A small file as pandas reads it.

    Raises
    ------
    ArgumentError
        If there is no such file, its format is not known, or it cannot be read.
    TableError
        If it is neither a path nor a DataFrame.
    """
    if not isinstance(given, str | PathLike):
        frame = check_frame(given, argument)
        return frame if len(frame) <= rows else FrameTable(frame)
    path = Path(fspath(given))
    if not path.exists():
        raise ArgumentError("file_missing", argument=argument, path=path)
    try:
        if path.is_dir() or path.name.lower().endswith(PARQUET):
            table = ParquetTable(path)
            return table if len(table) > rows else pd.read_parquet(path)
        if path.name.lower().endswith(CSV):
            frame = pd.read_csv(path, nrows=rows + 1, low_memory=False)
            return frame if len(frame) <= rows else _as_parquet(path, folder / f"{argument}.parquet")
    except (OSError, ValueError) as error:  # what pandas and pyarrow raise is one of the two
        raise ArgumentError("file_unreadable", argument=argument, path=path, reason=error) from error
    known = ", ".join((*CSV, *PARQUET))
    raise ArgumentError("file_format", argument=argument, path=path, known=known)


def _as_parquet(source: Path, target: Path) -> ParquetTable:
    """Write a CSV file as Parquet, each column in the dtype that fits all of its rows."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    writer = None
    try:
        for chunk in pd.read_csv(source, chunksize=CHUNK, dtype=_dtypes(source)):
            table = pa.Table.from_pandas(chunk, preserve_index=False)
            writer = writer or ParquetWriter(target, table.schema)
            writer.write_table(table.cast(writer.schema))
    finally:
        if writer:
            writer.close()
    return ParquetTable(target)


def _dtypes(source: Path) -> dict[str, Any]:
    """Find the dtype of each column that holds what pandas finds in it, chunk by chunk."""
    found: dict[str, set[str]] = {}
    gaps: set[str] = set()
    for chunk in pd.read_csv(source, chunksize=CHUNK, low_memory=False):
        for name, column in chunk.items():
            kind = "boolean" if column_kind(column) == "boolean" else str(column.dtype)
            found.setdefault(str(name), set())
            if column.notna().any():
                found[str(name)].add(kind)
            if column.isna().any():
                gaps.add(str(name))
    return {name: _common(kinds, name in gaps) for name, kinds in found.items()}


def _common(kinds: set[str], gaps: bool) -> str:
    if kinds == {"boolean"}:
        return "boolean" if gaps else "bool"
    if len(kinds) == 1 and not (gaps and kinds <= {"int64", "uint64"}):
        return next(iter(kinds)).replace("object", "str")
    return "float64" if kinds <= {"int64", "uint64", "float64"} else "str"
