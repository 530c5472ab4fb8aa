"""Parquet, whose columns have types of their own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.columns import Column
from synth_handson.tables.files.convert import UnreadableValue, as_exact, default_form
from synth_handson.tables.files.encodings import MAX_UNPACKED
from synth_handson.tables.files.form import MAX_COLUMNS, ColumnForm, OnRows, TableForm
from synth_handson.tables.files.objects import typed

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.dataset import FileSystemDataset

SURE, SURE_COLUMN = 3 * 2**28, 2**29
"""Unpacked bytes that any file, and any column, may hold, whatever the compression ratio."""
MAX_RATIO = 8
"""Largest compression ratio of larger ones, half of it in one column: 100 MB are read within 1.5 GB."""
GROUP = 2**26
"""Bytes of the columns that are read at a time."""
OBJECT = 70
"""Half the bytes of a time of day or a decimal number as an object: other values are held twice at times."""
DAY = 10
"""The same of a day, which becomes a moment of 64 bits, and of an empty value without a type."""
OFFSET = 8
"""Bytes of a text beyond its letters."""
SHORT = 16
"""Bytes of a text in the file below which each different one most often stands there once, and numbers in its
place: unpacked all at once, 1 MB can become a terabyte."""
ATTRS = "PANDAS_ATTRS"
"""Key in a file's metadata under which pandas keeps ``DataFrame.attrs``."""


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
    from pyarrow.dataset import ParquetFileFormat, dataset

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
        most = max(SURE_COLUMN, MAX_RATIO * packed // 2)
        large = ArgumentError("file_large", path=path, limit=f"{limit / 2**20:,.0f} MB")
        stated, values = _stated_sizes(source)
        sizes = {f.name: max(stated[f.name], _least(f.type) * values[f.name]) for f in source.schema}
        if sum(sizes.values()) > limit or max(sizes.values(), default=0) > most:
            raise large
        coded = {name for name in _texts(source.schema) if stated[name] < SHORT * values[name]}
        source = dataset(path, format=ParquetFileFormat(dictionary_columns=list(coded)))
        frame, forms, left = {}, [], limit
        for names in _groups(sizes):
            read = _read(source, names, min(left, most), large, on_rows)
            for name in names:
                column = read.column(0)
                # Each column is given free before the next is turned into values.
                read = read.remove_column(0)
                left -= sum(map(_unpacked, column.chunks))
                column = _to_pandas(_decoded(column) if name in coded else column)
                frame[name], form = _as_asked(path, name, column, asked.get(name))
                forms.append(form)
        rows = source.count_rows()
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, ArgumentError):
            raise
        raise ArgumentError("file_damaged", path=path) from error
    return pd.DataFrame(frame, index=pd.RangeIndex(rows), copy=False), TableForm("parquet", tuple(forms))


def _groups(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """Yield columns in their order, as many at a time as take little memory."""
    group: list[str] = []
    for name in sizes:
        if group and sum(sizes[one] for one in group) + sizes[name] > GROUP:
            yield group
            group = []
        group.append(name)
    if group:
        yield group


def _read(
    source: FileSystemDataset, names: list[str], limit: int, large: ArgumentError, on_rows: OnRows | None
) -> pa.Table:
    """Read some columns, up to a limit in bytes."""
    import pyarrow as pa

    batches, rows, size = [], 0, 0
    for batch in source.to_batches(columns=names):
        batches.append(batch)
        rows, size = rows + batch.num_rows, size + sum(map(_unpacked, batch.columns))
        if size > limit:
            raise large
        if on_rows:
            on_rows(rows)
    return pa.Table.from_batches(batches, pa.schema([source.schema.field(name) for name in names]))


def _as_asked(path: Path, name: str, column: Column, asked: ColumnForm | None) -> tuple[Column, ColumnForm]:
    if asked is None:
        return column, default_form(name, column)
    try:
        return typed(name, column.astype(object), asked)
    except UnreadableValue as error:
        value = str(column[error.row])[:40]
        raise ArgumentError(
            "file_value", path=path, line=error.row + 1, column=name, value=value, type=asked.type
        ) from error


def _texts(schema: pa.Schema) -> list[str]:
    import pyarrow as pa

    return [field.name for field in schema if field.type in (pa.string(), pa.large_string())]


def _stated_sizes(source: FileSystemDataset) -> tuple[Counter[str], Counter[str]]:
    """Return how many bytes each column has without compression, and how many values, as the files state."""
    sizes, values = Counter[str](), Counter[str]()
    for fragment in source.get_fragments():
        footer = fragment.metadata
        for group in map(footer.row_group, range(footer.num_row_groups)):
            for column in map(group.column, range(group.num_columns)):
                sizes[column.path_in_schema] += column.total_uncompressed_size
                values[column.path_in_schema] += column.num_values
    return sizes, values


def _unpacked(column: pa.Array) -> int:
    """Return how many bytes a part of a column takes as pandas holds it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind) and kind.value_type in (pa.string(), pa.large_string()):
        lengths = pc.binary_length(column.dictionary).take(column.indices)
        return OFFSET * len(column) + (pc.sum(lengths).as_py() or 0)
    return max(int(column.nbytes), _least(kind) * len(column))


def _least(kind: pa.DataType) -> int:
    """Return how many bytes a value takes at least."""
    import pyarrow as pa

    if pa.types.is_time(kind) or pa.types.is_decimal(kind):
        return OBJECT
    if pa.types.is_null(kind) or pa.types.is_date(kind):
        return DAY
    return max(1, kind.bit_width // 8) if pa.types.is_primitive(kind) else 1


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return pa.chunked_array([part.dictionary_decode() for part in column.chunks], column.type.value_type)


def read_blocks(path: Path, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Read some columns of a Parquet file block by block."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            read = file.read_row_group(group, columns=list(columns))
            yield pd.DataFrame({name: _to_pandas(read.column(name)) for name in columns})


def write_parquet(frame: pd.DataFrame, file: BinaryIO, form: TableForm) -> None:
    """Write a Parquet file.

    Raises
    ------
    ArgumentError
        If it cannot hold a column's values.
    """
    from pyarrow.parquet import write_table

    write_table(_to_arrow(frame, form), file)


def write_parquet_blocks(
    blocks: Iterable[pd.DataFrame], file: BinaryIO, form: TableForm | None, on_rows: OnRows | None
) -> None:
    """Write a Parquet file block by block; the first block decides the types, and ``attrs``, for all.

    Raises
    ------
    ArgumentError
        If it cannot hold a column's values, or a block has others than the first.
    """
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    writer, rows = None, 0
    try:
        for block in blocks:
            form = form or TableForm("parquet", tuple(default_form(str(n), c) for n, c in block.items()))
            table = _to_arrow(block, form)
            writer = writer or ParquetWriter(file, _for_all_blocks(table.schema, block.attrs))
            try:
                writer.write_table(table.cast(writer.schema))
            except pa.ArrowException as error:
                raise ArgumentError("file_block_unwritable", first=rows + 1, reason=error) from error
            rows += len(block)
            if on_rows:
                on_rows(rows)
    finally:
        if writer:
            writer.close()


def _to_arrow(frame: pd.DataFrame, form: TableForm) -> pa.Table:
    import pyarrow as pa

    columns = []
    for i, column in enumerate(form.columns):
        try:
            columns.append(pa.Array.from_pandas(as_exact(frame.iloc[:, i])))
        except (pa.ArrowException, OverflowError) as error:
            raise ArgumentError("file_column_unwritable", column=column.name) from error
    return pa.table(columns, names=form.names)


def _for_all_blocks(schema: pa.Schema, attrs: Mapping[Hashable, Any]) -> pa.Schema:
    """Leave room for more categories and for values in empty columns; note ``attrs`` as pandas does."""
    import pyarrow as pa

    for position, field in enumerate(schema):
        if pa.types.is_dictionary(field.type):
            wide = pa.dictionary(pa.int32(), field.type.value_type, field.type.ordered)
            schema = schema.set(position, field.with_type(wide))
        elif pa.types.is_null(field.type):
            schema = schema.set(position, field.with_type(pa.string()))
    return schema.with_metadata({ATTRS: json.dumps(dict(attrs))}) if attrs else schema


def _to_pandas(column: pa.ChunkedArray) -> Column:
    """Turn a column into the dtype made for it; whole numbers stay such where some are missing."""
    import pyarrow as pa

    if pa.types.is_date(column.type):
        return as_exact(pd.Series(column.to_pandas(date_as_object=False)))
    if pa.types.is_integer(column.type) and column.null_count:
        name = str(column.type).replace("int", "Int").replace("u", "U")
        return pd.Series(column.to_pandas(types_mapper={column.type: pd.api.types.pandas_dtype(name)}.get))
    return as_exact(pd.Series(column.to_pandas()))
