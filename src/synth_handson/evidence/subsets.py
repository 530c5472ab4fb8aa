"""Find people in the synthetic table by part of their columns, whatever was done to the rest.

In HEOM, one changed category costs more than the way to an ordinary neighbour, and identity wants every
column. So the tables are joined on many subsets of the columns. Whoever is unique among all real people by
such a subset, with values that stand in the synthetic table, is found. If the synthetic table knows nothing
about training people in particular, those found are training people as often as people drawn at random are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from synth_handson.evidence.measures import Measure
from synth_handson.metrics.arrays import Booleans, Floats, Integers
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.intervals import all_exposed, attributable_fraction, exact_share, upper_tail

MAX_SUBSETS = 250
"""If there are more subsets, so many are tried."""
BINS = 20
"""A number counts as alike if it lies in the same twentieth of the real people."""
FOLLOWED = 1_000
"""Of so many training people it is looked up by which subsets they are unique."""

Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]


@dataclass(frozen=True, eq=False)
class SubsetJoin:
    """Who is found by which subset of the columns.

    Attributes
    ----------
    subsets
        The columns of each, m subsets; at least half of all columns.
    binned
        Whether numbers were compared by twentieths of the real people, and not value by value.
    sizes
        Number of training people, of holdout people and of synthetic rows.
    found
        How many training and how many holdout people are found by each subset. Shape (2, m).
    holdout_found
        How many holdout people are found by synthetic rows, and by as many training rows. Shape (2, m). They
        are people who are unique within the holdout, for here training people are no part of the question.
    unique
        Share of `FOLLOWED` training people who are unique by each subset among all people. Shape (m,).
    """

    subsets: tuple[tuple[str, ...], ...]
    binned: bool
    sizes: tuple[int, int, int]
    found: Integers
    holdout_found: Integers
    unique: Floats

    @classmethod
    def of(
        cls,
        subsets: Sequence[tuple[str, ...]],
        sizes: tuple[int, int, int],
        counts: Iterable[tuple[Sequence[int], Sequence[int], float]],
        *,
        binned: bool,
    ) -> SubsetJoin:
        """Put together what was counted for each subset: ``found``, ``holdout_found`` and ``unique``."""
        found, copied, unique = zip(*counts, strict=True)
        return cls(tuple(subsets), binned, sizes, np.array(found).T, np.array(copied).T, np.array(unique))

    @property
    def compared(self) -> int:
        """Number of synthetic and of training rows that the holdout is compared with."""
        return min(self.sizes[0], self.sizes[2])

    @cached_property
    def p_values(self) -> Floats:
        """One-sided p-value of each subset, without regard to the others. Shape (m,)."""
        train, holdout, _ = self.sizes
        return upper_tail(self.found[0], self.found.sum(axis=0), train, train + holdout)

    def tests(self, level: float) -> int:
        """How many of the subsets could show anything at this level: those alone are corrected for."""
        return tarone(all_exposed(self.found.sum(axis=0), *self.sizes[:2]), level)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Which rows are looked at where not all are.

    Attributes
    ----------
    followed
        Training people of whom it is looked up by which subsets they are unique.
    synthetic, train
        As many rows of either, to be compared with the holdout.
    """

    followed: Integers
    synthetic: Integers
    train: Integers

    @classmethod
    def draw(cls, sizes: tuple[int, int, int], random_state: int) -> Drawn:
        """Draw from tables of these sizes: training people, holdout people and synthetic rows."""
        train, _, rows = sizes
        followed = np.random.default_rng(random_state).permutation(train)[:FOLLOWED]
        rng = np.random.default_rng(random_state)
        compared = [np.sort(rng.permutation(size)[: min(train, rows)]) for size in (rows, train)]
        return cls(np.sort(followed), *compared)


@dataclass(frozen=True, eq=False)
class HashedRows:
    """The rows of three tables in memory, to be joined on any subset.

    Attributes
    ----------
    hashes
        For each column a number for every row that equal values share: training, holdout, synthetic rows.
    sizes
        Number of training people, of holdout people and of synthetic rows.
    drawn
        Which rows are looked at where not all are.
    """

    hashes: dict[str, Hashes]
    sizes: tuple[int, int, int]
    drawn: Drawn

    @classmethod
    def of(
        cls,
        codes: Mapping[str, Integers],
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
        return cls(hashes, sizes, drawn)

    def joined(self, subset: Sequence[str]) -> Hashes:
        """Give rows that are alike in a subset of the columns the same number."""
        joined = self.hashes[subset[0]].copy()
        for name in subset[1:]:
            joined += self.hashes[name]
        return joined

    def count(self, subset: Sequence[str]) -> tuple[list[int], list[int], float]:
        """Count ``found``, ``holdout_found`` and ``unique`` of `SubsetJoin` for one subset."""
        joined = self.joined(subset)
        train = self.sizes[0]
        members, holdout, synthetic = np.split(joined, np.cumsum(self.sizes[:2]))
        people = joined[: -len(synthetic)]
        standing = np.flatnonzero(pd.Series(people).isin(synthetic))
        # Whoever is like somebody who is found stands there, too: only they need to be looked at.
        alone = standing[_alone(people[standing])]
        copied = [
            int(_alone(holdout[pd.Series(holdout).isin(table)]).sum())
            for table in (synthetic[self.drawn.synthetic], members[self.drawn.train])
        ]
        followed = members[self.drawn.followed]
        values, times = np.unique(people[pd.Series(people).isin(followed)], return_counts=True)
        unique = float((times[np.searchsorted(values, followed)] == 1).mean())
        return [int((alone < train).sum()), int((alone >= train).sum())], copied, unique


def choose_subsets(columns: Sequence[str], rng: np.random.Generator) -> tuple[tuple[str, ...], ...]:
    """Choose subsets of at least half of the columns, and of at least two.

    Parameters
    ----------
    columns
        All columns.
    rng
        Draws from the subsets if there are more than `MAX_SUBSETS`: then all columns, all but one, and as
        many of each other size as there is room for.

    Returns
    -------
    tuple of tuple of str
        The largest first, no subset twice.
    """
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


def subset_matches(join: SubsetJoin, level: float) -> Measure:
    """Count the people found by the subset that shows most.

    Parameters
    ----------
    join
        The subsets.
    level
        Probability below which a single test counts.

    Returns
    -------
    Measure
        "subset_matches", or "subset_matches_binned" if numbers were binned: share of the training people
        found, beside the share of the holdout people, 0 to 1; low is good. The p-value is corrected for the
        number of subsets; so is the interval of the attributable fraction.

    Notes
    -----
    People who are unique by part of their values, and found (replicated uniques): G. M. Raab, B. Nowok and
    C. Dibben, "Practical privacy metrics for synthetic data", arXiv:2406.16826, 2024. The correction leaves
    out subsets that could not show anything: R. E. Tarone, "A modified Bonferroni method for discrete data",
    Biometrics 46, 1990.
    """
    train, holdout, _ = join.sizes
    p_values, tests = join.p_values, join.tests(level)
    best = int(np.argmin(p_values))
    found, others = map(int, join.found[:, best])
    return Measure(
        "subset_matches_binned" if join.binned else "subset_matches",
        exact_share(found, train),
        exact_share(others, holdout),
        rows=train + holdout,
        columns=join.subsets[best],
        p_value=min(float(p_values[best]) * tests, 1.0),
        attributable=attributable_fraction(found, train, others, holdout, 1 - 0.05 / tests),
    )


def holdout_matches(joins: Sequence[SubsetJoin]) -> Measure:
    """Compare how many holdout people are found by synthetic rows and by as many training rows.

    A generator that never saw the holdout cannot know its people better than other real rows do. One that
    prefers common values, or makes up rare combinations, may find somewhat more.

    Returns
    -------
    Measure
        "holdout_matches", for the subset that shows most: holdout people found by synthetic rows, beside
        those found by real rows, for each row, 0 to 1. Fisher's exact test, corrected for their number.
    """
    tests = sum(len(join.subsets) for join in joins)
    best = [(float(p[i]), int(i), join) for join in joins for p in [_copied(join)] for i in [np.argmin(p)]]
    p_value, row, join = min(best, key=lambda found: found[0])
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


def _copied(join: SubsetJoin) -> Floats:
    """One-sided p-values of finding more people by synthetic than by real rows."""
    return upper_tail(join.holdout_found[0], join.holdout_found.sum(axis=0), join.compared, 2 * join.compared)


def tarone(best: Floats, level: float) -> int:
    """Find how many tests to correct for, if each can show no smaller p-value than its ``best``."""
    tests = 1
    while int((best <= level / tests).sum()) > tests:
        tests += 1
    return tests


def _binned(space: HeomSpace) -> dict[str, Integers] | None:
    """Replace the codes of numbers with many values by the twentieth in which their rank lies."""
    codes, changed = dict(space.codes), False
    for name, ranks in space.ranks.items():
        if len(np.unique(codes[name][space.real])) > BINS:
            codes[name], changed = twentieths(ranks), True
    return codes if changed else None


def twentieths(ranks: Floats) -> Integers:
    """Find the twentieth in which a rank from 0 to 1 lies, counting from 0; -1 where there is none."""
    bins = np.minimum(np.floor(np.nan_to_num(ranks, nan=-1.0) * BINS), BINS - 1)
    return np.where(np.isnan(ranks), -1, bins).astype(np.intp)


def _alone(values: Hashes) -> Booleans:
    """Tell which values occur once."""
    order = np.argsort(values)
    differs = np.diff(values[order]) != 0
    alone = np.empty(len(values), bool)
    alone[order] = np.append(True, differs) & np.append(differs, True)
    return alone


def subset_joins(space: HeomSpace, train_rows: int, random_state: int) -> Iterator[SubsetJoin]:
    """Join the tables of a space, whose first ``train_rows`` real rows are the training table.

    On values, and on binned ones unless binning changes nothing, since no number has more values than bins.
    """
    sizes = train_rows, len(space.real) - train_rows, len(space.synthetic)
    drawn = Drawn.draw(sizes, random_state)
    for codes in (space.codes, _binned(space)):
        if codes is not None:
            rng = np.random.default_rng(random_state)
            rows = HashedRows.of(codes, sizes, drawn, rng)
            subsets = choose_subsets(tuple(codes), rng)
            # Most of it is pandas and NumPy without Python's lock.
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                counts = list(pool.map(rows.count, subsets))
            yield SubsetJoin.of(subsets, sizes, counts, binned=codes is not space.codes)
