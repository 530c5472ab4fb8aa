"""Parquet, whose columns have types of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.columns import Column
from synth_handson.tables.files.convert import UnreadableValue, as_exact, default_form
from synth_handson.tables.files.encodings import MAX_RATIO, MAX_UNPACKED
from synth_handson.tables.files.form import MAX_COLUMNS, ColumnForm, OnRows, TableForm
from synth_handson.tables.files.objects import typed

if TYPE_CHECKING:
    import pyarrow as pa

SURE = 2**28
"""Unpacked bytes that any file may hold, whatever its compression ratio."""


def read_parquet(
    path: Path, asked: Mapping[str, ColumnForm], *, on_rows: OnRows | None = None
) -> tuple[pd.DataFrame, TableForm]:
    """Read a Parquet file, or a folder of them.

    Raises
    ------
    ArgumentError
        If it cannot be read, holds far more than text packs, or a column holds lists, structures or bytes.
    """
    import pyarrow as pa
    from pyarrow.dataset import dataset

    try:
        source = dataset(path, format="parquet")
        if len(source.schema) > MAX_COLUMNS:
            raise ArgumentError("file_columns", path=path, columns=len(source.schema), limit=MAX_COLUMNS)
        for field in source.schema:
            kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
            if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
                raise ArgumentError("file_nested", path=path, line=1, column=field.name)
        packed = sum(Path(file).stat().st_size for file in source.files)
        limit = min(MAX_UNPACKED, max(SURE, MAX_RATIO * packed))
        batches, rows, size = [], 0, 0
        for batch in source.to_batches():
            batches.append(batch)
            rows, size = rows + batch.num_rows, size + batch.nbytes
            if size > limit:
                raise ArgumentError("file_large", path=path, limit=f"{limit / 2**20:,.0f} MB")
            if on_rows:
                on_rows(rows)
        read = pa.Table.from_batches(batches, source.schema)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, ArgumentError):
            raise
        raise ArgumentError("file_damaged", path=path) from error
    del batches
    frame, forms = {}, []
    for name in map(str, read.column_names):
        column = _to_pandas(read.column(0))
        # Each column is given free before the next is turned into values.
        read = read.remove_column(0)
        form = default_form(name, column)
        if name in asked:
            try:
                column, form = typed(name, column.astype(object), asked[name])
            except UnreadableValue as error:
                shown, kind = str(column[error.row])[:40], asked[name].type
                raise ArgumentError(
                    "file_value", path=path, line=error.row + 1, column=name, value=shown, type=kind
                ) from error
        frame[name] = column
        forms.append(form)
    return pd.DataFrame(frame, index=pd.RangeIndex(read.num_rows)), TableForm("parquet", tuple(forms))


def write_parquet(frame: pd.DataFrame, file: BinaryIO, form: TableForm) -> None:
    """Write a Parquet file.

    Raises
    ------
    ArgumentError
        If it cannot hold a column's values.
    """
    import pyarrow as pa
    from pyarrow.parquet import write_table

    columns = []
    for i, column in enumerate(form.columns):
        try:
            columns.append(pa.Array.from_pandas(as_exact(frame.iloc[:, i])))
        except (pa.ArrowException, OverflowError) as error:
            raise ArgumentError("file_column_unwritable", column=column.name) from error
    write_table(pa.table(columns, names=form.names), file)


def _to_pandas(column: pa.ChunkedArray) -> Column:
    """Turn a column into the dtype made for it; whole numbers stay such where some are missing."""
    import pyarrow as pa

    if pa.types.is_integer(column.type) and column.null_count:
        name = str(column.type).replace("int", "Int").replace("u", "U")
        return pd.Series(column.to_pandas(types_mapper={column.type: pd.api.types.pandas_dtype(name)}.get))
    return as_exact(pd.Series(column.to_pandas()))
