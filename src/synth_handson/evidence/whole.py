"""What can be counted is counted on all rows of large tables, out of memory, by DuckDB.

A column is what its values are and how often each occurs: bins, ranks and types are decided from that alone.
Each row becomes the numbers of its values, and every join and contingency table is a query over those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.errors import SynthHandsonError, TableError
from synth_handson.evidence.fidelity import Coarse, coarsen
from synth_handson.evidence.identical import Matches, NeverRepeating
from synth_handson.evidence.subsets import BINS, FOLLOWED, Drawn, SubsetJoin, choose_subsets, twentieths
from synth_handson.evidence.three_tables import (
    MAX_ROWS,
    TITLES,
    AssessedTables,
    align_column,
    check_shapes,
    prepare_tables,
    sample_positions,
)
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.bins import bin_column
from synth_handson.metrics.distances import mid_ranks
from synth_handson.tables.checks import check_target
from synth_handson.tables.columns import Column
from synth_handson.tables.large import AnyTable, FrameTable, LargeTable, open_table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Numbers = NDArray[np.int32]

MEMORY = "1500MB"
"""What DuckDB may use before it puts intermediate results on the disk."""
TRAIN, SYNTHETIC, HOLDOUT = range(3)
SYNTHETIC_ROW, DRAWN_SYNTHETIC, DRAWN_TRAIN, FOLLOWED_TRAIN = 1, 2, 4, 8
"""What a row is marked as: a synthetic one, or one of those of `Drawn`."""


@dataclass(frozen=True, eq=False)
class WholeColumn:
    """A column of the three tables.

    Attributes
    ----------
    name
        Its name.
    values
        Every value once, the first of which is the missing one.
    counts
        How often each occurs in the training table, the synthetic table and the holdout. Shape (3, values).
    binned
        In which of the column's bins each value lies. Shape (values,).
    split
        Training and holdout rows in each bin of both together. Shape (2, bins).
    coarse
        In which of few bins each value lies, for pairs of columns.
    twentieths
        In which twentieth of the real people each value lies, from 0 on, -1 if it is missing; None if nothing
        is to be binned.
    """

    name: str
    values: Column
    counts: Integers
    binned: Integers
    split: Floats
    coarse: Coarse
    twentieths: Integers | None

    @classmethod
    def of(cls, name: str, values: Column, counts: Integers) -> WholeColumn:
        """Decide bins from the values that occur; those of real people come first."""
        train, real, others = counts[TRAIN], counts[TRAIN] + counts[HOLDOUT], counts[1:].sum(axis=0)
        known = train > 0
        trained = values[known].reset_index(drop=True)
        binned = bin_column(trained, values, times=train[known], other_times=others)
        coarse = coarsen(trained, values, binned, train[known])
        people = real > 0
        parts = bin_column(values[people], values[people], times=real[people]).real
        split = [np.bincount(parts, counts[part, people], int(parts.max()) + 1) for part in (TRAIN, HOLDOUT)]
        bins = None
        if values.dtype == np.float64 and people.sum() > BINS:
            ranks = mid_ranks(values.to_numpy()[1:], real[1:][people[1:]])
            bins = twentieths(np.append(np.nan, ranks))
        return cls(name, values, counts, binned.other, np.array(split, np.float64), coarse, bins)


@dataclass(frozen=True, eq=False)
class WholeTables:
    """All rows of three tables.

    Attributes
    ----------
    columns
        By name.
    sizes
        Number of training people, of holdout people and of synthetic rows.
    sample
        As many rows of each as are measured where counting is not enough.
    random_state
        Seed of what is drawn.
    rows
        The database. Each row of its table "rows" has 1 as ``train`` or ``holdout`` if it is from there, its
        marks, and of column i the numbers of value v{i}, twentieth t{i} and coarse bin p{i}.
    """

    columns: dict[str, WholeColumn]
    sizes: tuple[int, int, int]
    sample: AssessedTables
    random_state: int
    rows: DuckDBPyConnection

    @cached_property
    def never_repeating(self) -> NeverRepeating:
        """Columns of the training table whose values hardly ever repeat."""
        return NeverRepeating.among(
            {
                name: pd.Series(column.counts[TRAIN, 1:], pd.Index(column.values[1:])).loc[lambda n: n > 0]
                for name, column in self.columns.items()
            }
        )

    @property
    def split(self) -> dict[str, Floats]:
        """Training and holdout rows in each bin of each column. Shape (2, bins) each."""
        return {name: column.split for name, column in self.columns.items()}

    def matches(self, left_out: Sequence[str] = ()) -> Matches:
        """Join the tables on all columns but those left out."""
        train, holdout, rows = self.sizes
        keys = self._keys([name for name in self.columns if name not in left_out], binned=False)
        *counts, alone = self._query(
            f"""
            SELECT sum(t) FILTER (s > 0), sum(h) FILTER (s > 0),
                   sum(s) FILTER (t > 0), sum(h) FILTER (t > 0),
                   count(*) FILTER (s > 0 AND t > 0), count(*) FILTER (h > 0 AND t > 0),
                   count(*) FILTER (t = 1 AND h = 0)
            FROM (
                SELECT sum(train) t, sum(holdout) h, count(*) - t - h s
                FROM rows GROUP BY {keys}
            )"""
        )[0]
        found, copies, distinct = zip(*[iter(int(count or 0) for count in counts)] * 2, strict=True)
        return Matches((train, holdout), rows, found, copies, distinct, int(alone))

    @cached_property
    def joins(self) -> tuple[SubsetJoin, ...]:
        """Who is found by part of the columns: on values, and on twentieths where there are any."""
        names = tuple(self.columns)
        binned = [False, True] if any(c.twentieths is not None for c in self.columns.values()) else [False]
        subsets = choose_subsets(names, np.random.default_rng(self.random_state))
        return tuple(
            SubsetJoin.of(subsets, self.sizes, (self._find(s, in_bins) for s in subsets), binned=in_bins)
            for in_bins in binned
        )

    def _find(self, subset: Sequence[str], binned: bool) -> tuple[list[int], list[int], float]:
        """Count ``found``, ``holdout_found`` and ``unique`` of `SubsetJoin` for one subset."""
        train, holdout, synthetic, members, unique = self._query(
            f"""
            SELECT count(*) FILTER (t = 1 AND h = 0 AND m & {SYNTHETIC_ROW} > 0),
                   count(*) FILTER (t = 0 AND h = 1 AND m & {SYNTHETIC_ROW} > 0),
                   count(*) FILTER (h = 1 AND m & {DRAWN_SYNTHETIC} > 0),
                   count(*) FILTER (h = 1 AND m & {DRAWN_TRAIN} > 0),
                   count(*) FILTER (t = 1 AND h = 0 AND m & {FOLLOWED_TRAIN} > 0)
            FROM (
                SELECT sum(train) t, sum(holdout) h, bit_or(marks) m
                FROM rows GROUP BY {self._keys(subset, binned)}
            )"""
        )[0]
        return [train, holdout], [synthetic, members], unique / min(FOLLOWED, self.sizes[0])

    def pair_counts(self, one: str, other: str) -> Integers:
        """Count the rows of each part in each pair of coarse bins. Shape (3, bins, bins)."""
        first, second = (self.columns[name].coarse.size for name in (one, other))
        i, j = (list(self.columns).index(name) for name in (one, other))
        counts = np.zeros((3, first, second), np.intp)
        found = self._query(f"SELECT train, holdout, p{i}, p{j}, count(*) FROM rows GROUP BY ALL")
        for train, holdout, row, column, count in found:
            counts[TRAIN if train else HOLDOUT if holdout else SYNTHETIC, row, column] = count
        return counts

    def _keys(self, names: Sequence[str], binned: bool) -> str:
        positions = {name: i for i, name in enumerate(self.columns)}
        return ", ".join(
            f"{'t' if binned and self.columns[name].twentieths is not None else 'v'}{positions[name]}"
            for name in names
        )

    def _query(self, text: str) -> list[tuple[Any, ...]]:
        return self.rows.execute(text).fetchall()


@dataclass(frozen=True, eq=False)
class Given:
    """Three tables as they were given.

    Attributes
    ----------
    columns
        Of the synthetic table and the training table, in their dtypes, without rows.
    sizes
        Number of training people, of holdout people and of synthetic rows.
    tables
        All rows; or a sample, if ``whole`` has them.
    whole
        The tables, if one is large.
    """

    columns: tuple[pd.DataFrame, pd.DataFrame]
    sizes: tuple[int, int, int]
    tables: AssessedTables
    whole: WholeTables | None


@contextmanager
def read_tables(
    synthetic: AnyTable,
    train: AnyTable,
    holdout: AnyTable,
    random_state: int,
    target: str | None = None,
    rows: int = MAX_ROWS,
) -> Iterator[Given]:
    """Open three tables, check that they can be compared, and count large ones.

    Parameters
    ----------
    synthetic, train, holdout
        Tables, or paths of CSV or Parquet files.
    random_state
        Seed of what is drawn.
    target
        Column that must be there, by its name as text, if there is one.
    rows
        If one has more, all three are counted out of memory, and samples of so many drawn.

    Yields
    ------
    Given
        The tables. What is on the disk is removed afterwards.

    Raises
    ------
    TableError, ArgumentError
        As `prepare_tables` and `open_table`.
    SynthHandsonError
        If there is too little room on the disk, or memory, to count large tables.
    """
    with TemporaryDirectory(prefix="synth-handson-") as folder:
        given = {"synthetic": synthetic, "train": train, "holdout": holdout}
        tables = {title: open_table(table, title, rows, Path(folder)) for title, table in given.items()}
        small = {title: table for title, table in tables.items() if isinstance(table, pd.DataFrame)}
        if len(small) == len(tables):
            prepared = prepare_tables(small["synthetic"], small["train"], small["holdout"])
            check_target(target, prepared.train.columns)
            sizes = len(prepared.train), len(prepared.holdout), len(prepared.synthetic)
            yield Given((small["synthetic"].iloc[:0], small["train"].iloc[:0]), sizes, prepared, None)
            return
        check_shapes(tables)
        check_target(target, map(str, tables["train"].columns))
        large: dict[str, LargeTable] = {
            title: FrameTable(table) if isinstance(table, pd.DataFrame) else table
            for title, table in tables.items()
        }
        with _connect(Path(folder)) as connection:
            whole = _count(large, random_state, rows, connection)
            yield Given((large["synthetic"].empty, large["train"].empty), whole.sizes, whole.sample, whole)


@contextmanager
def _connect(folder: Path) -> Iterator[DuckDBPyConnection]:
    """Open a database in this folder; say what to do if there is no room for it."""
    import duckdb

    try:
        with duckdb.connect(str(folder / "rows.duckdb")) as connection:
            connection.execute(f"SET memory_limit = '{MEMORY}'")
            connection.execute("SET temp_directory = ?", [str(folder)])
            connection.execute("SET enable_progress_bar = false")
            yield connection
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise SynthHandsonError("counting_failed", folder=gettempdir(), reason=reason) from error


def _count(
    tables: Mapping[str, LargeTable], random_state: int, rows: int, connection: DuckDBPyConnection
) -> WholeTables:
    """Give the values of each column numbers, one column after the other."""
    lengths = {title: len(tables[title]) for title in TITLES}
    sizes = lengths["train"], lengths["holdout"], lengths["synthetic"]
    chosen = [sample_positions(lengths[title], rows, random_state) for title in TITLES]
    columns: dict[str, WholeColumn] = {}
    samples: list[dict[str, Column]] = [{}, {}, {}]
    problems: list[Message] = []
    for given in tables["train"].columns:
        name = str(given)
        try:
            values, codes = _number_values(given, [tables[title] for title in TITLES])
        except TableError as error:
            problems += error.problems
            continue
        counts = np.array([np.bincount(part, minlength=len(values)) for part in codes])
        column = columns[name] = WholeColumn.of(name, values, counts)
        for part, picked, drawn in zip(codes, chosen, samples, strict=True):
            drawn[name] = values.iloc[part[picked]].reset_index(drop=True)
        _keep(connection, len(columns) - 1, column, np.concatenate(codes))
    if problems:
        raise TableError(problems, "tables")
    _join_columns(connection, list(lengths.values()), len(columns), Drawn.draw(sizes, random_state))
    drawn_train, drawn_synthetic, drawn_holdout = map(pd.DataFrame, samples)
    sample = AssessedTables(drawn_synthetic, drawn_train, drawn_holdout)
    return WholeTables(columns, sizes, sample, random_state, connection)


def _number_values(name: Any, tables: Sequence[LargeTable]) -> tuple[Column, list[Numbers]]:
    """Return a column's values, the missing one first and real ones before others, and every row's number."""
    encoded = [table.encode(name) for table in tables]
    train, synthetic, holdout = align_column(name, *(values for values, _ in encoded))
    codes, values = pd.factorize(pd.concat([train, holdout, synthetic], ignore_index=True))
    first, second, third = np.split((codes + 1).astype(np.int32), np.cumsum([len(train), len(holdout)]))
    numbers = [part[rows] for part, (_, rows) in zip((first, third, second), encoded, strict=True)]
    missing = pd.Series([np.nan], dtype=train.dtype)
    return pd.concat([missing, pd.Series(values, dtype=train.dtype)], ignore_index=True), numbers


def _keep(connection: DuckDBPyConnection, position: int, column: WholeColumn, codes: Numbers) -> None:
    """Write the numbers of a column's rows."""
    import pyarrow as pa

    numbers = {
        f"v{position}": codes,
        f"p{position}": column.coarse.others.astype(np.int16)[codes],
    }
    if column.twentieths is not None:
        numbers[f"t{position}"] = column.twentieths.astype(np.int8)[codes]
    connection.register("numbers", pa.table(numbers))
    connection.execute(f"CREATE TABLE column{position} AS SELECT * FROM numbers")
    connection.unregister("numbers")


def _join_columns(connection: DuckDBPyConnection, lengths: Sequence[int], columns: int, drawn: Drawn) -> None:
    """Put the columns side by side, with the table that each row belongs to and what it is marked as."""
    import pyarrow as pa

    starts = np.cumsum([0, *lengths[:2]])
    parts = np.repeat(np.arange(3, dtype=np.int8), lengths)
    marks = np.where(parts == SYNTHETIC, SYNTHETIC_ROW, 0).astype(np.uint8)
    marks[starts[SYNTHETIC] + drawn.synthetic] |= DRAWN_SYNTHETIC
    marks[starts[TRAIN] + drawn.train] |= DRAWN_TRAIN
    marks[starts[TRAIN] + drawn.followed] |= FOLLOWED_TRAIN
    in_train, in_holdout = ((parts == part).astype(np.uint8) for part in (TRAIN, HOLDOUT))
    connection.register("parts", pa.table({"train": in_train, "holdout": in_holdout, "marks": marks}))
    names = ["parts", *(f"column{i}" for i in range(columns))]
    connection.execute(f"CREATE TABLE rows AS SELECT * FROM {' POSITIONAL JOIN '.join(names)}")
    connection.unregister("parts")
    for name in names[1:]:
        connection.execute(f"DROP TABLE {name}")
