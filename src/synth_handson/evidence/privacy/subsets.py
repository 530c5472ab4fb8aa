"""Find people in the synthetic table by part of their columns, whatever happened to the rest.

In HEOM, one changed category costs more than the way to an ordinary neighbour, and identity wants every
column. So the tables are joined on many subsets of the columns. A person who is unique among all real people
by such a subset, with values that occur in the synthetic table, is found. If the synthetic table knows
nothing about training people in particular, those found are training people as often as people drawn at
random are.

Rows that are alike in all columns count as one person: generators remember best who occurs in a table more
than once (Kandpal et al., ICML 2022). One of these rows, drawn at random, stands for the person, so that the
labels "training" and "holdout" can still be exchanged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy.special import pdtr

from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.people_found import PeopleFound
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.metrics.arrays import Booleans, Floats, Integers, equal_before, number_rows, one_of_each
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.intervals import (
    attributable_fraction,
    exact_share,
    upper_tail,
)

MAX_SUBSETS = 250
"""Subsets of at least half of the columns that are tried; if there are more, a sample."""
MAX_SMALL_SUBSETS = 600
"""Subsets of up to four columns that are tried at most."""
SMALL = 4
RARE = 0.01
"""Values rarer than this among the people form one group when rows are drawn by group."""
BINS = 20
"""Bins of a number: two numbers match if they lie in the same twentieth of the real people."""
GAPS = ("isna(*)",)
"""Stands for which of a row's values are missing, instead of a subset of columns."""
RULED_OUT = 1e-4
"""Probability that so few pairs of rows agree by chance, below which a subset is taken for a key."""
FOLLOWED = 1_000
"""Training people sampled to see by which subsets they are unique."""

Found = TypeVar("Found")
Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]


@dataclass(frozen=True, eq=False)
class SubsetJoin:
    """People found by each subset of the columns.

    Attributes
    ----------
    subsets
        The columns of each, m subsets.
    binned
        Whether numbers were compared by twentieths of the real people, and not value by value.
    compared
        Number of synthetic and of training rows that the holdout is compared with.
    found
        Training and holdout people, alike ones counted once, who are found by each subset.
    holdout_found
        How many holdout people are found by synthetic rows, and by as many training rows. Shape (2, m). They
        are people who are unique within the holdout, for here training people are no part of the question.
    unique
        Share of `FOLLOWED` training people who are unique by each subset among all people. Shape (m,).
    """

    subsets: tuple[tuple[str, ...], ...]
    binned: bool
    compared: int
    found: PeopleFound
    holdout_found: Integers
    unique: Floats

    @classmethod
    def of(
        cls,
        subsets: Sequence[tuple[str, ...]],
        drawn: Drawn,
        counts: Iterable[tuple[Sequence[int], Sequence[int], float]],
        *,
        binned: bool,
    ) -> SubsetJoin:
        """Put together what was counted for each subset: ``found``, ``holdout_found`` and ``unique``."""
        found, copied, unique = zip(*counts, strict=True)
        return cls(
            tuple(subsets),
            binned,
            len(drawn.synthetic),
            PeopleFound(np.array(found).T, (max(len(drawn.members), 1), max(len(drawn.others), 1))),
            np.array(copied).T,
            np.array(unique),
        )


@dataclass(frozen=True, eq=False)
class Drawn:
    """Rows that stand for people, and samples of rows, as positions in their tables.

    Attributes
    ----------
    members, others
        One of the training rows, and of the holdout rows, for each person.
    followed
        Training people of whom it is looked up by which subsets they are unique.
    synthetic, train
        Rows of either table, as many as are compared with the holdout.
    """

    members: Integers
    others: Integers
    followed: Integers
    synthetic: Integers
    train: Integers

    @classmethod
    def draw(
        cls,
        people: tuple[Integers | Hashes, Integers | Hashes],
        groups: tuple[Integers, Integers],
        random_state: int,
    ) -> Drawn:
        """Draw from three tables.

        Parameters
        ----------
        people
            For each training row and each holdout row a number that rows which are alike share.
        groups
            The group of each training row and each synthetic row. The rows that are compared with the holdout
            are as many of either from each group, for a generator that draws a group more often than it
            occurs finds more of its people, and need not know any of them.
        random_state
            Seed.
        """
        rng = np.random.default_rng(random_state)
        one = np.flatnonzero(one_of_each(np.concatenate(people), rng))
        first = len(people[0])
        members, others = one[one < first], one[one >= first] - first
        followed = np.sort(rng.permutation(members)[:FOLLOWED])
        train, synthetic = _as_many_of_each(groups[0], groups[1], rng)
        return cls(members, others, followed, synthetic, train)


def _as_many_of_each(
    first: Integers, second: Integers, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """Draw positions from two tables, equally many of each group."""
    size = int(max(first.max(), second.max())) + 1
    room = np.minimum(*(np.bincount(groups, minlength=size) for groups in (first, second)))
    if 2 * room.sum() < min(len(first), len(second)):
        # Too little in common: then groups are left alone.
        first, second = np.zeros_like(first), np.zeros_like(second)
        room = np.array([min(len(first), len(second))])

    def draw(groups: Integers) -> Integers:
        order = rng.permutation(len(groups))
        place = equal_before(groups[order])
        return np.sort(order[place < room[groups[order]]])

    return draw(first), draw(second)


@dataclass(frozen=True, eq=False)
class HashedRows:
    """The rows of three tables in memory, to be joined on any subset.

    Attributes
    ----------
    hashes
        For each column a number for every row that equal values share: training, holdout, synthetic rows.
    other
        The same for subsets that are compared in another way.
    sizes
        Number of training, holdout and synthetic rows.
    drawn
        Which rows stand for people, and which are looked at where not all are.
    """

    hashes: dict[str, Hashes]
    other: dict[tuple[str, ...], Integers]
    sizes: tuple[int, int, int]
    drawn: Drawn

    @classmethod
    def of(
        cls,
        codes: Mapping[str, Integers],
        other: dict[tuple[str, ...], Integers],
        sizes: tuple[int, int, int],
        drawn: Drawn,
        rng: np.random.Generator,
    ) -> HashedRows:
        """Draw a number for each code, from -1 on."""
        # Zobrist hashing: of n rows any two are confused with a probability of at most n² / 2⁶⁵.
        hashes = {
            name: rng.integers(0, 2**64, int(column.max()) + 2, dtype=np.uint64)[column]
            for name, column in codes.items()
        }
        return cls(hashes, other, sizes, drawn)

    def joined(self, subset: tuple[str, ...]) -> Hashes | Integers:
        """Assign numbers to rows; rows that are equal in a subset of the columns share one."""
        if subset in self.other:
            return self.other[subset]
        joined = self.hashes[subset[0]].copy()
        for name in subset[1:]:
            joined += self.hashes[name]
        return joined

    def count(self, subset: tuple[str, ...]) -> tuple[list[int], list[int], float]:
        """Count ``found``, ``holdout_found`` and ``unique`` of `SubsetJoin` for one subset."""
        numbers = pd.factorize(self.joined(subset))[0]
        size = int(numbers.max()) + 1
        train, holdout, synthetic = np.split(numbers, np.cumsum(self.sizes[:2]))

        def stands(rows: Integers) -> Booleans:
            found = np.zeros(size, bool)
            found[rows] = True
            return found

        drawn = self.drawn
        members, others = (
            np.bincount(rows, minlength=size) for rows in (train[drawn.members], holdout[drawn.others])
        )
        alone = members + others == 1
        found = alone & stands(synthetic)
        apart = np.bincount(holdout, minlength=size) == 1
        copied = [
            int((apart & stands(rows)).sum()) for rows in (synthetic[drawn.synthetic], train[drawn.train])
        ]
        counts = [int((found & (group == 1)).sum()) for group in (members, others)]
        unique = alone[train[drawn.followed]].sum() / max(len(drawn.followed), 1)
        return counts, copied, float(unique)


def choose_subsets(spread: Mapping[str, float], rng: np.random.Generator) -> tuple[tuple[str, ...], ...]:
    """Choose subsets of the columns: of at least half of them, and of one to four.

    Parameters
    ----------
    spread
        For each column how much its values identify people: see `spread_of`.
    rng
        Draws from the large subsets if there are more than `MAX_SUBSETS`: then all columns, all but one, and
        as many of each other size as there is room for. If there are more than `MAX_SMALL_SUBSETS` small
        ones, it takes each column, and two to four of those columns together that have the most spread.

    Returns
    -------
    tuple of tuple of str
        The largest first, no subset twice.
    """
    large = _large_subsets(tuple(spread), rng)
    return tuple(dict.fromkeys((*large, *_small_subsets(spread))))


def _large_subsets(columns: tuple[str, ...], rng: np.random.Generator) -> tuple[tuple[str, ...], ...]:
    count = len(columns)
    sizes = range(count, max(2, -(-count // 2)) - 1, -1)
    if sum(comb(count, size) for size in sizes) <= MAX_SUBSETS:
        return tuple(subset for size in sizes for subset in combinations(columns, size))
    chosen = dict.fromkeys(subset for size in (count, count - 1) for subset in combinations(columns, size))
    smaller = [size for size in sizes if size < count - 1]
    for size in smaller:
        wanted = min(comb(count, size), MAX_SUBSETS // len(smaller))
        drawn: set[tuple[str, ...]] = set()
        while len(drawn) < wanted:
            drawn.add(tuple(columns[i] for i in np.sort(rng.permutation(count)[:size])))
        chosen.update(dict.fromkeys(sorted(drawn)))
    return tuple(chosen)


def _small_subsets(spread: Mapping[str, float]) -> Iterator[tuple[str, ...]]:
    columns = tuple(spread)
    room = MAX_SMALL_SUBSETS
    for size in range(1, min(SMALL, len(columns)) + 1):
        taken = len(columns)
        # Each column is tried alone; there is as much room for pairs as for three or four together.
        while size > 1 and comb(taken, size) > max(room, 0) // (SMALL + 1 - size):
            taken -= 1
        widest = sorted(columns, key=lambda name: -spread[name])[:taken]
        yield from combinations([name for name in columns if name in widest], size)
        room -= comb(taken, size)


def spread_of(counts: Integers) -> float:
    """Compute how well a column helps to identify people: the entropy of its values, in nats.

    Parameters
    ----------
    counts
        How many people have each value, at least one. Shape (k,).

    Returns
    -------
    float
        0 if most people are told apart by this column alone, as by a number that everybody has to himself.
    """
    if (counts == 1).sum() > counts.sum() / 2:
        return 0.0
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def subset_matches(join: SubsetJoin) -> Measure:
    """Count the people found by the subset that shows most.

    Returns
    -------
    Measure
        "subset_matches", or "subset_matches_binned" if numbers were binned: share of the training people
        found, beside the share of the holdout people, 0 to 1; low is good. The test is that of `PeopleFound`.

    Notes
    -----
    People who are unique by part of their values, and found (replicated uniques): G. M. Raab, B. Nowok and
    C. Dibben, "Practical privacy metrics for synthetic data", arXiv:2406.16826, 2024.
    """
    name = "subset_matches_binned" if join.binned else "subset_matches"
    return join.found.measure(name, join.subsets[join.found.best])


def holdout_matches(joins: Sequence[SubsetJoin], tables: AssessedTables) -> Measure:
    """Compare how many holdout people synthetic rows find with how many as many training rows find.

    A generator that never saw the holdout hardly knows its people better than other real rows do. But one
    that draws rare groups more often than they occur finds more of their people. Groups of the column in
    which the synthetic table differs most from the training table are drawn alike (`Drawn`); others are not.
    So it is a hint, and no test.

    Parameters
    ----------
    joins
        What was counted.
    tables
        The tables. Subsets in which training and holdout rows rule each other out, as numbers of customers
        do, are left out: real rows are no yardstick there, and a number that is made up may be somebody's.

    Returns
    -------
    Measure
        "holdout_matches", for the subset that shows most: holdout people found by synthetic rows, beside
        those found by real rows, for each row, 0 to 1. Fisher's exact test, corrected for their number.
    """
    tests = sum(len(join.subsets) for join in joins)
    real = pd.concat([tables.train, tables.holdout])
    compared = {binned: RealRows.of(real, binned) for binned in {join.binned for join in joins}}
    ordered = sorted(
        ((float(p), row, join) for join in joins for row, p in enumerate(_copied(join))),
        key=lambda found: found[0],
    )
    # If they rule each other out in all, the last one shows least.
    p_value, row, join = next(
        (one for one in ordered if not compared[one[2].binned].rule_out(one[2].subsets[one[1]])), ordered[-1]
    )
    copied, expected = map(int, join.holdout_found[:, row])
    rows = join.compared
    return Measure(
        "holdout_matches",
        exact_share(copied, rows),
        exact_share(expected, rows),
        rows=rows,
        columns=join.subsets[row],
        p_value=min(p_value * tests, 1.0),
        attributable=attributable_fraction(copied, rows, expected, rows),
    )


@dataclass(frozen=True, eq=False)
class RealRows:
    """Training and holdout rows together, and where they rule each other out.

    Attributes
    ----------
    codes
        For each column a number for every row that equal values share, from -1.
    agree
        For each column the probability that two rows agree. Of a number or a date that never repeats, any
        multiple of the smallest step within its range is as likely.
    """

    codes: dict[str, Integers]
    agree: dict[str, float]

    @classmethod
    def of(cls, real: pd.DataFrame, binned: bool = False) -> RealRows:
        """Read the rows, if asked for with numbers by twentieths as `SubsetJoin` has them."""
        codes, agree = {}, {}
        pairs = len(real) * (len(real) - 1) / 2
        for name, column in real.items():
            codes[str(name)], known = pd.factorize(column)
            if binned and column.dtype == np.float64 and len(known) > BINS:
                codes[str(name)] = ventiles(np.asarray(column.rank(pct=True), np.float64))
            elif column.dtype == np.float64 and len(known) > 1:
                agree[str(name)] = float(np.diff(np.sort(known)).min() / np.ptp(known))
        for name, found in codes.items():
            agree[name] = max(_agreeing(found) / pairs, agree.get(name, 0.0))
        return cls(codes, agree)

    def rule_out(self, subset: tuple[str, ...]) -> bool:
        """Tell whether fewer pairs of rows agree in a subset of the columns than if these were independent.

        So it is with keys: each customer has a number, each state a row a year. The number of agreeing pairs
        is compared with the Poisson distribution.
        """
        if not set(subset) <= set(self.codes):
            return False
        rows = number_rows(self.codes[name] for name in subset)
        expected = len(rows) * (len(rows) - 1) / 2 * np.prod([self.agree[name] for name in subset])
        return bool(pdtr(_agreeing(rows), expected) < RULED_OUT)


def _agreeing(codes: Integers) -> float:
    """Count the pairs of rows that agree."""
    alike = np.bincount(codes + 1).astype(float)
    return float((alike * (alike - 1)).sum() / 2)


def _copied(join: SubsetJoin) -> Floats:
    """One-sided p-values of finding more people by synthetic than by real rows."""
    found, both = join.holdout_found[0], join.holdout_found.sum(axis=0)
    p_values = upper_tail(found, both, join.compared, 2 * join.compared)
    # The value nearest to a training person's own is that one, and never one of the holdout's.
    p_values[[join.binned and len(subset) == 1 for subset in join.subsets]] = 1.0
    return p_values


def _binned(space: HeomSpace) -> dict[str, Integers] | None:
    """Replace the codes of numbers with many values by the twentieth in which their rank lies."""
    codes, changed = dict(space.codes), False
    for name, ranks in space.ranks.items():
        if len(np.unique(codes[name][space.real])) > BINS:
            codes[name], changed = ventiles(ranks), True
    return codes if changed else None


def ventiles(ranks: Floats) -> Integers:
    """Return the twentieth of a rank from 0 to 1, counting from 0; -1 for missing ranks."""
    bins = np.minimum(np.floor(np.nan_to_num(ranks, nan=-1.0) * BINS), BINS - 1)
    return np.where(np.isnan(ranks), -1, bins).astype(np.intp)


def nearest_values(ranks: Floats, real: Floats) -> Integers:
    """Return the index of the real value nearest to each rank.

    Parameters
    ----------
    ranks
        Ranks of any values. Shape (n,).
    real
        Ranks of real people's values. Shape (k,).

    Returns
    -------
    ndarray
        From 0 on, -1 where there is no rank. Shape (n,).
    """
    known = np.unique(real[~np.isnan(real)])
    return np.where(np.isnan(ranks), -1, np.searchsorted((known[1:] + known[:-1]) / 2, ranks))


def grouped(real: Integers) -> Integers:
    """Assign numbers to the values of a column; rare ones share one.

    Parameters
    ----------
    real
        How many real people have each value. Shape (k,).

    Returns
    -------
    ndarray
        Shape (k,).
    """
    return np.where(real >= RARE * real.sum(), np.arange(len(real)), len(real))


def apart(train: Integers, synthetic: Integers) -> float:
    """Return the total variation distance of two tables, by the groups of their rows: 0 to 1, rounded."""
    size = int(max(train.max(), synthetic.max())) + 1
    shares = [np.bincount(rows, minlength=size) / len(rows) for rows in (train, synthetic)]
    return round(float(np.abs(shares[0] - shares[1]).sum() / 2), 9)


def _most_different(space: HeomSpace, train: Integers) -> tuple[Integers, Integers]:
    """Group training and synthetic rows by the column in which they differ most."""
    found: tuple[Integers, Integers] = np.zeros(len(train), np.intp), np.zeros(len(space.synthetic), np.intp)
    farthest = -1.0
    binned = _binned(space) or space.codes
    for name, codes in binned.items():
        groups = codes + 1
        if codes is space.codes[name]:
            groups = grouped(np.bincount(groups[space.real], minlength=int(groups.max()) + 1))[groups]
        pair = groups[train], groups[space.synthetic]
        distance = apart(*pair)
        if distance > farthest:
            found, farthest = pair, distance
    return found


def subset_joins(
    space: HeomSpace, train: Integers, holdout: Integers, random_state: int
) -> Iterator[SubsetJoin]:
    """Join the tables of a space, given the positions of training and holdout rows.

    On values, and on binned ones unless binning changes nothing, since no number has more values than bins. A
    number with more values that is compared by itself is not binned, but taken for the real person's that is
    nearest: twenty bins of one column tell nobody apart. Where several columns have gaps, `GAPS` are joined.
    """
    numbers = space.row_numbers
    drawn = Drawn.draw((numbers[train], numbers[holdout]), _most_different(space, train), random_state)
    rows = np.concatenate([train, holdout, space.synthetic])
    sizes = len(train), len(holdout), len(space.synthetic)
    for codes in (space.codes, _binned(space)):
        if codes is not None:
            rng = np.random.default_rng(random_state)
            spread = {name: spread_of(np.bincount(column[space.real] + 1)) for name, column in codes.items()}
            subsets = choose_subsets(spread, rng)
            other: dict[tuple[str, ...], Integers] = {
                (name,): nearest_values(space.ranks[name][rows], space.ranks[name][space.real])
                for name, column in codes.items()
                if column is not space.codes[name]
            }
            if codes is space.codes and len(space.missing) > 1:
                other[GAPS] = number_rows(gaps[rows].astype(np.intp) for gaps in space.missing.values())
                subsets = (*subsets, GAPS)
            coded = {name: column[rows] for name, column in codes.items()}
            hashed = HashedRows.of(coded, other, sizes, drawn, rng)
            counts = in_threads(hashed.count, subsets)
            yield SubsetJoin.of(subsets, drawn, counts, binned=codes is not space.codes)


def in_threads(count: Callable[[tuple[str, ...]], Found], subsets: Sequence[tuple[str, ...]]) -> list[Found]:
    """Count for each subset, in order. Most of it is pandas and NumPy without Python's lock.

    A thread takes some subsets at a time: of a small table, one takes as long as handing it over does.
    """
    threads = os.cpu_count() or 1
    size = max(1, len(subsets) // (4 * threads))
    parts = [subsets[first : first + size] for first in range(0, len(subsets), size)]
    with ThreadPoolExecutor(threads) as pool:
        return [found for part in pool.map(lambda some: list(map(count, some)), parts) for found in part]
