"""Count on all rows of large tables: out of memory, or on a cluster.

A column is what its values are and how often each occurs: bins, ranks and types are decided from that alone.
Each row becomes the numbers of its values, and every join and contingency table is counted from those.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.errors import ArgumentError, TableError
from synth_handson.evidence.counting.cluster import ClusterRows, connect
from synth_handson.evidence.counting.rows import Rows, on_disk
from synth_handson.evidence.fidelity.statistics import Coarse, coarsen
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.attribution import Attributions, choose_guesses, without_texts
from synth_handson.evidence.privacy.few_alike import Commonest
from synth_handson.evidence.privacy.identical import Matches, NeverRepeating, share_drawn
from synth_handson.evidence.privacy.same_people import known_by
from synth_handson.evidence.privacy.subsets import (
    BINS,
    GAPS,
    Drawn,
    SubsetJoin,
    apart,
    choose_subsets,
    grouped,
    nearest_values,
    spread_of,
    ventiles,
)
from synth_handson.evidence.privacy.text_columns import columns_of_text
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
from synth_handson.tables.checks import check_known, check_target, listed
from synth_handson.tables.coded import REPEATED_SHARE
from synth_handson.tables.columns import Column, column_kind
from synth_handson.tables.large import AnyTable, FrameTable, LargeTable, open_table
from synth_handson.tables.people import find_several_rows
from synth_handson.tables.texts import is_text

if TYPE_CHECKING:
    from distributed import Client

Numbers = NDArray[np.int32]

TRAIN, SYNTHETIC, HOLDOUT = range(3)
FIRST_ROWS = 20_000
"""Training rows of which it is seen whether neighbours belong together."""
OFTEN = 4
"""If there are so many times as many rows as values, most of these have several rows."""
SYNTHETIC_ROW, DRAWN_SYNTHETIC, DRAWN_TRAIN, FOLLOWED_TRAIN = 1, 2, 4, 8
"""Flags of a row: synthetic, or part of one of the samples of `Drawn`."""


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
    spread
        How much the values tell real people apart: one by one, and by twentieths.
    coarse
        In which of few bins each value lies, for pairs of columns.
    ventiles
        In which twentieth of the real people each value lies, from 0 on, -1 if it is missing; None if nothing
        is to be binned.
    """

    name: str
    values: Column
    counts: Integers
    binned: Integers
    split: Floats
    spread: tuple[float, float]
    coarse: Coarse
    ventiles: Integers | None
    nearest: Integers | None

    @classmethod
    def of(cls, name: str, values: Column, counts: Integers) -> WholeColumn:
        """Choose bins from the values that occur; those of real people come first."""
        train, real, others = counts[TRAIN], counts[TRAIN] + counts[HOLDOUT], counts[1:].sum(axis=0)
        known = train > 0
        trained = values[known].reset_index(drop=True)
        binned = bin_column(trained, values, times=train[known], other_times=others)
        coarse = coarsen(trained, values, binned, train[known])
        people = real > 0
        parts = bin_column(values[people], values[people], times=real[people]).real
        split = [np.bincount(parts, counts[part, people], int(parts.max()) + 1) for part in (TRAIN, HOLDOUT)]
        spread = spread_of(real)
        bins, nearest, widths = None, None, (spread, spread)
        if values.dtype == np.float64 and people.sum() > BINS:
            ranks = np.append(np.nan, mid_ranks(values.to_numpy()[1:], real[1:][people[1:]]))
            bins, nearest = ventiles(ranks), nearest_values(ranks, ranks[people])
            widths = spread, spread_of(np.bincount(bins + 1, real).astype(np.intp))
        split_bins = np.array(split, np.float64)
        return cls(name, values, counts, binned.other, split_bins, widths, coarse, bins, nearest)

    def repeats_rarely(self, rows: int) -> bool:
        """Tell whether most real values repeat, but few do among so many rows drawn at random."""
        real = self.counts[TRAIN, 1:] + self.counts[HOLDOUT, 1:]
        several = real[real > 1].sum() >= REPEATED_SHARE * real.sum()
        return bool(several and OFTEN * (real > 0).sum() > rows)

    @property
    def has_gaps(self) -> bool:
        """Whether a real person's value is missing."""
        return bool(self.counts[[TRAIN, HOLDOUT], 0].any())


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
        Rows of each table that are measured where counting is not enough.
    random_state
        Seed of what is drawn.
    drawn
        Which rows stand for people, and which are looked at where not all are.
    rows
        All rows as numbers.
    first
        The first rows of the training table, in its order.
    texts
        Columns of free text, which are joined each by itself, and otherwise measured on the sample.
    """

    columns: dict[str, WholeColumn]
    sizes: tuple[int, int, int]
    sample: AssessedTables
    random_state: int
    drawn: Drawn
    rows: Rows
    first: pd.DataFrame
    texts: tuple[str, ...] = ()

    @cached_property
    def compared(self) -> dict[str, WholeColumn]:
        """All columns but those of free text."""
        return {name: column for name, column in self.columns.items() if name not in self.texts}

    @cached_property
    def never_repeating(self) -> NeverRepeating:
        """Columns of the training table whose values hardly ever repeat."""
        return NeverRepeating.among(
            {
                name: pd.Series(column.counts[TRAIN, 1:], pd.Index(column.values[1:])).loc[lambda n: n > 0]
                for name, column in self.compared.items()
            }
        )

    @cached_property
    def shared_people(self) -> Measure | None:
        """How many holdout rows are of people who have training rows, too: see `same_people`.

        Of people with few rows each, a sample of rows hardly has two. So all rows of some values are looked
        at, column by column.
        """
        real = pd.concat([self.sample.train, self.sample.holdout], ignore_index=True)
        rare = (name for name, column in self.compared.items() if column.repeats_rarely(len(real)))
        frames = chain([real, self.first], (self._rows_of_some(name, len(real)) for name in rare))
        several = next(filter(None, map(find_several_rows, frames)), None)
        if several is None:
            return None
        keys = self._keys(several.key)
        # A row with a gap is a person of its own.
        whole = " AND ".join(f"{key} > 0" for key in keys.split(", "))
        known, rows = self.rows.over_groups(keys, f"sum(h) FILTER (t > 0 AND {whole}), sum(h)")
        return known_by(several, known, rows, several.alike(self.first))

    def _rows_of_some(self, key: str, rows: int) -> pd.DataFrame:
        """Return about so many real rows: all those of some of a column's values."""
        every = -(-sum(self.sizes[:2]) // rows)
        found = self.rows.real_rows(self._keys(self.columns), self._keys([key]), every)
        values = zip(self.columns.items(), found.values(), strict=True)
        return pd.DataFrame(
            {name: column.values.iloc[codes].reset_index(drop=True) for (name, column), codes in values}
        )

    @property
    def split(self) -> dict[str, Floats]:
        """Training and holdout rows in each bin of each column. Shape (2, bins) each."""
        return {name: column.split for name, column in self.compared.items()}

    @cached_property
    def commonest(self) -> Commonest:
        """What most synthetic rows have in common."""
        train, _, rows = self.sizes
        alone = []
        for name, column in self.compared.items():
            top = int(column.counts[SYNTHETIC].argmax())
            times, people = (int(column.counts[part, top]) for part in (SYNTHETIC, TRAIN))
            alone.append(Commonest({name: column.values[top]}, times, people, (rows, train)))

        def count(names: Sequence[str]) -> tuple[int, int]:
            # More than half of the rows can be alike in one way only.
            most = f"FILTER (2 * (n - t - h) > {rows})"
            found, people = self.rows.over_groups(self._keys(names), f"sum(n - t - h) {most}, sum(t) {most}")
            return found, people

        return Commonest.together(alone, count)

    def matches(self, left_out: Sequence[str] = ()) -> Matches:
        """Join the tables on all columns but those left out."""
        train, holdout, rows = self.sizes
        keys = self._keys([name for name in self.compared if name not in left_out])
        missed = 1 - share_drawn(rows, train)
        members, others, drawn, held, *different = self.rows.over_groups(
            keys,
            f"""
            sum(t) FILTER (n > t + h), sum(h) FILTER (n > t + h),
            sum(n - t - h) FILTER (t > 0), sum(h) FILTER (t > 0),
            count(*) FILTER (n > t + h AND t > 0), count(*) FILTER (t = 1 AND h = 0),
            count(*) FILTER (t + h > 0), count(*) FILTER (t + h > 1), sum(t + h) FILTER (t + h > 1),
            sum(round(1e6 * (1 - pow({missed!r}, t + h)))) FILTER (t + h > 1)
            """,
        )
        return Matches((train, holdout), rows, (members, others), (drawn, held), *different)

    @cached_property
    def joins(self) -> tuple[SubsetJoin, ...]:
        """People found by part of the columns: by values, and by twentieths where there are any."""
        binned = [False, True] if any(c.ventiles is not None for c in self.compared.values()) else [False]
        return tuple(self._join(in_bins) for in_bins in binned)

    def _join(self, binned: bool) -> SubsetJoin:
        spread = {name: column.spread[binned] for name, column in self.compared.items()}
        subsets = choose_subsets(spread, np.random.default_rng(self.random_state))
        with_gaps = [column for column in self.compared.values() if column.has_gaps]
        if not binned and len(with_gaps) > 1:
            subsets = (*subsets, GAPS)
        if not binned:
            subsets = (*subsets, *((name,) for name in self.texts))
        counts = (self._find(subset, binned) for subset in subsets)
        return SubsetJoin.of(subsets, self.drawn, counts, binned=binned)

    def _find(self, subset: Sequence[str], binned: bool) -> tuple[list[int], list[int], float]:
        """Count ``found``, ``holdout_found`` and ``unique`` of `SubsetJoin` for one subset."""
        way = ("n" if len(subset) == 1 else "t") if binned else "v"
        train, holdout, synthetic, members, unique = self.rows.over_groups(
            "gaps" if subset == GAPS else self._keys(subset, way),
            f"""
            count(*) FILTER (p = 1 AND q = 0 AND m & {SYNTHETIC_ROW} > 0),
            count(*) FILTER (p = 0 AND q = 1 AND m & {SYNTHETIC_ROW} > 0),
            count(*) FILTER (h = 1 AND m & {DRAWN_SYNTHETIC} > 0),
            count(*) FILTER (h = 1 AND m & {DRAWN_TRAIN} > 0),
            count(*) FILTER (p = 1 AND q = 0 AND m & {FOLLOWED_TRAIN} > 0)
            """,
        )
        return [train, holdout], [synthetic, members], unique / max(len(self.drawn.followed), 1)

    def attributions(self, known: Sequence[str]) -> Attributions:
        """Guess every other column of a person known by these."""
        binned = [name for name, column in self.columns.items() if column.ventiles is not None]
        chosen = choose_guesses(without_texts(self.sample.train), binned, known)
        counts = (
            self.rows.told(self._keys(known), self._keys([name], "t" if b else "v")) for name, b in chosen
        )
        return Attributions.of(known, [name for name, _ in chosen], counts)

    def pair_counts(self, one: str, other: str) -> Integers:
        """Count the rows of each part in each pair of coarse bins. Shape (3, bins, bins)."""
        first, second = (self.columns[name].coarse.size for name in (one, other))
        i, j = (list(self.columns).index(name) for name in (one, other))
        counts = np.zeros((3, first, second), np.intp)
        for train, holdout, row, column, count in self.rows.cells(i, j):
            counts[TRAIN if train else HOLDOUT if holdout else SYNTHETIC, row, column] = count
        return counts

    def _keys(self, names: Iterable[str], way: str = "v") -> str:
        """Name the columns by which rows are compared: values ("v"), or those of `Rows` for numbers."""
        positions = {name: i for i, name in enumerate(self.columns)}
        return ", ".join(
            f"{way if self.columns[name].ventiles is not None else 'v'}{positions[name]}" for name in names
        )


@dataclass(frozen=True, eq=False)
class ReadTables:
    """Three tables as they were given.

    Attributes
    ----------
    columns
        The synthetic and the training table without rows, for their columns and dtypes.
    sizes
        Number of training people, of holdout people and of synthetic rows.
    tables
        All rows; or a sample, if ``whole`` has them.
    whole
        The tables, if one is large.
    known
        Columns that somebody may already know of a person, by their names as text.
    """

    columns: tuple[pd.DataFrame, pd.DataFrame]
    sizes: tuple[int, int, int]
    tables: AssessedTables
    whole: WholeTables | None
    known: tuple[str, ...] = ()


@contextmanager
def read_tables(
    synthetic: AnyTable,
    train: AnyTable,
    holdout: AnyTable,
    random_state: int,
    target: str | None = None,
    known: Iterable[Hashable] | None = None,
    rows: int = MAX_ROWS,
    client: Client | None = None,
) -> Iterator[ReadTables]:
    """Open three tables, check that they can be compared, and count large ones.

    Parameters
    ----------
    synthetic, train, holdout
        Tables, or paths of CSV or Parquet files.
    random_state
        Seed of what is drawn.
    target
        Column that must be there, by its name as text, if there is one.
    known
        Columns that somebody may already know of a person, if any were named.
    rows
        If one has more, all three are counted out of memory, and samples of this size are drawn.
    client
        Client of a Dask cluster that keeps and counts the rows of large tables; by default they lie on the
        disk.

    Yields
    ------
    ReadTables
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
            named = check_known(known, prepared.train.columns)
            _check_texts(named, list(map(str, prepared.train)), prepared.train.__getitem__)
            sizes = len(prepared.train), len(prepared.holdout), len(prepared.synthetic)
            yield ReadTables(
                (small["synthetic"].iloc[:0], small["train"].iloc[:0]), sizes, prepared, None, named
            )
            return
        check_shapes(tables)
        check_target(target, map(str, tables["train"].columns))
        named = check_known(known, tables["train"].columns)
        large: dict[str, LargeTable] = {
            title: FrameTable(table) if isinstance(table, pd.DataFrame) else table
            for title, table in tables.items()
        }
        columns = large["synthetic"].empty, large["train"].empty
        called = {str(name): name for name in columns[1]}
        _check_texts(
            named, list(called), lambda name: _some_of(large["train"], called[name], rows, random_state)
        )
        with _room(Path(folder), client) as room:
            whole = _count(large, random_state, rows, room)
            yield ReadTables(columns, whole.sizes, whole.sample, whole, named)


def _check_texts(known: Sequence[str], names: Sequence[str], column: Callable[[str], Column]) -> None:
    """Raise an `ArgumentError` if free text is known, or nothing else is left to guess."""
    for name in known:
        if is_text(column(name)):
            raise ArgumentError("known_text", column=name)
    if known and all(is_text(column(name)) for name in names if name not in known):
        raise ArgumentError("known_all", columns=listed(known))


def _some_of(table: LargeTable, name: Any, rows: int, random_state: int) -> Column:
    """Return the first values of a column."""
    values, codes = table.encode(name)
    return values.iloc[codes[sample_positions(len(codes), rows, random_state)]]


@contextmanager
def _room(folder: Path, client: Client | None) -> Iterator[Rows]:
    """Choose where the rows are kept."""
    with connect(client) as connected:
        if connected is not None:
            yield ClusterRows(connected)
            return
    with on_disk(folder) as kept:
        yield kept


def _count(tables: Mapping[str, LargeTable], random_state: int, rows: int, room: Rows) -> WholeTables:
    """Assign numbers to the values of each column, one column after the other."""
    lengths = {title: len(tables[title]) for title in TITLES}
    sizes = lengths["train"], lengths["holdout"], lengths["synthetic"]
    chosen = [sample_positions(lengths[title], rows, random_state) for title in TITLES]
    columns: dict[str, WholeColumn] = {}
    samples: list[dict[str, Column]] = [{}, {}, {}]
    first: dict[str, Column] = {}
    problems: list[Message] = []
    texts = _texts_of(tables["train"], rows, random_state)
    people = _People(lengths["train"], lengths["synthetic"], lengths["holdout"], random_state)
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
        first[name] = values.iloc[codes[TRAIN][:FIRST_ROWS]].reset_index(drop=True)
        if name not in texts:
            people.add(codes, column)
        room.add(_numbers(len(columns) - 1, column, np.concatenate(codes)))
    if problems:
        raise TableError(problems, "tables")
    chosen_rows = people.draw()
    room.add(_parts(list(lengths.values()), chosen_rows) | {"gaps": people.gaps})
    room.close()
    drawn_train, drawn_synthetic, drawn_holdout = map(pd.DataFrame, samples)
    sample = AssessedTables(drawn_synthetic, drawn_train, drawn_holdout)
    return WholeTables(columns, sizes, sample, random_state, chosen_rows, room, pd.DataFrame(first), texts)


def _texts_of(train: LargeTable, rows: int, random_state: int) -> tuple[str, ...]:
    """Choose the columns of free text by so many rows; only text is read."""
    empty = {str(name): column for name, column in train.empty.items()}
    called = {str(name): name for name in train.columns}

    def column(name: str) -> Column:
        may_be = column_kind(empty[name]) == "category"
        return _some_of(train, called[name], rows, random_state) if may_be else empty[name]

    return tuple(columns_of_text(list(called), column))


class _People:
    """Rows that are equal in all columns, and the column in which training and synthetic rows differ most.

    ``gaps`` has a number for each row that rows share whose values are missing in the same columns.
    """

    def __init__(self, train: int, synthetic: int, holdout: int, random_state: int) -> None:
        self._rows = np.zeros(train, np.uint64), np.zeros(holdout, np.uint64)
        self.gaps = np.zeros(train + synthetic + holdout, np.uint64)
        self._farthest = -1.0
        self._groups: tuple[Integers, Integers] = np.zeros(0, np.intp), np.zeros(0, np.intp)
        self._random_state = random_state
        self._rng = np.random.default_rng(random_state)

    def add(self, codes: Sequence[Numbers], column: WholeColumn) -> None:
        """Add the numbers of a column's values, in the order of `TITLES`."""
        # Zobrist hashing, as for subsets of the columns.
        hashes = self._rng.integers(0, 2**64, len(column.values), dtype=np.uint64)
        for rows, part in zip(self._rows, (codes[TRAIN], codes[HOLDOUT]), strict=True):
            rows += hashes[part]
        if column.has_gaps:
            self.gaps += np.where(np.concatenate(codes) == 0, hashes[0], np.uint64(0))
        groups = column.ventiles
        groups = grouped(column.counts[TRAIN] + column.counts[HOLDOUT]) if groups is None else groups + 1
        pair = groups[codes[TRAIN]], groups[codes[SYNTHETIC]]
        distance = apart(*pair)
        if distance > self._farthest:
            self._groups, self._farthest = pair, distance

    def draw(self) -> Drawn:
        return Drawn.draw(self._rows, self._groups, self._random_state)


def _number_values(name: Any, tables: Sequence[LargeTable]) -> tuple[Column, list[Numbers]]:
    """Return a column's values, the missing one first and real ones before others, and every row's number."""
    encoded = [table.encode(name) for table in tables]
    train, synthetic, holdout = align_column(name, *(values for values, _ in encoded))
    codes, values = pd.factorize(pd.concat([train, holdout, synthetic], ignore_index=True))
    first, second, third = np.split((codes + 1).astype(np.int32), np.cumsum([len(train), len(holdout)]))
    numbers = [part[rows] for part, (_, rows) in zip((first, third, second), encoded, strict=True)]
    missing = pd.Series([np.nan], dtype=train.dtype)
    return pd.concat([missing, pd.Series(values, dtype=train.dtype)], ignore_index=True), numbers


def _numbers(position: int, column: WholeColumn, codes: Numbers) -> dict[str, NDArray[Any]]:
    """Return the numbers of a column's rows."""
    numbers: dict[str, NDArray[Any]] = {
        f"v{position}": codes,
        f"p{position}": column.coarse.others.astype(np.int16)[codes],
    }
    if column.ventiles is not None:
        numbers[f"t{position}"] = column.ventiles.astype(np.int8)[codes]
    if column.nearest is not None:
        numbers[f"n{position}"] = column.nearest.astype(np.int32)[codes]
    return numbers


def _parts(lengths: Sequence[int], drawn: Drawn) -> dict[str, NDArray[Any]]:
    """Return the table that each row belongs to, and its flags."""
    starts = np.cumsum([0, *lengths[:2]])
    parts = np.repeat(np.arange(3, dtype=np.int8), lengths)
    marks = np.where(parts == SYNTHETIC, SYNTHETIC_ROW, 0).astype(np.uint8)
    marks[starts[SYNTHETIC] + drawn.synthetic] |= DRAWN_SYNTHETIC
    marks[starts[TRAIN] + drawn.train] |= DRAWN_TRAIN
    marks[starts[TRAIN] + drawn.followed] |= FOLLOWED_TRAIN
    in_train, in_holdout = ((parts == part).astype(np.uint8) for part in (TRAIN, HOLDOUT))
    member, other = np.zeros((2, len(parts)), np.uint8)
    member[starts[TRAIN] + drawn.members] = 1
    other[starts[HOLDOUT] + drawn.others] = 1
    return {"train": in_train, "holdout": in_holdout, "member": member, "other": other, "marks": marks}
