"""Find the nearest rows by comparing all pairs, a block at a time: float32 finds candidates, float64 decides.

The squared distance of two rows is a product of two short vectors, for their numbers, plus the number of
categories that differ. Over a block of pairs, the first is one matrix product, and the second one comparison
of small integers for each column. Rounding can move a float32 distance by no more than a known bound: whoever
is nearest lies within twice that bound of the nearest in float32.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from synth_handson.metrics.arrays import Booleans, Floats, Integers
from synth_handson.metrics.columns import EncodedColumn, squared_distances

Real = TypeVar("Real", np.float32, np.float64)

# Most pairs in a block (four times as many in all threads), and most rows on one side.
_PAIRS = 2**20
_WIDTH = 2**14
MOST_LEVELS = 4
"""Categories with no more levels take part in the product: measured to be faster than comparing them."""
# Fewest parts of a block's row whose minima bound the distance of its nearest.
_PARTS = 64
# With fewer pairs to compare, starting threads takes longer than they save.
_THREADS_PAY = 2**21
_MOST_THREADS = 16
_EXACT_AT_ONCE = 2**18
_ONE_SEARCH = Lock()


def nearest_in_blocks(
    columns: list[EncodedColumn], rows: Integers, among: Integers, k: int
) -> tuple[Floats, Integers]:
    """Find the k nearest rows, as `row_search.nearest_rows`; equally distant rows in their order."""
    blocks = _Blocks.of(columns, rows, np.sort(among))
    threads = threads_for(len(rows) * len(among))
    pairs = min(_PAIRS, 4 * _PAIRS // threads)
    parts = np.array_split(np.arange(len(rows)), 1 if threads == 1 else 4 * threads)
    with product_threads(threads) as pool:
        squared, found = zip(*pool.map(lambda part: blocks.search(part, k, pairs), parts), strict=True)
    return np.sqrt(np.concatenate(squared)), np.concatenate(found)


def nanoseconds_per_pair(columns: list[EncodedColumn]) -> float:
    """Estimate the time to compare two rows, as measured on tables of 3 to 100 columns."""
    compared = sum(column.dimensions > MOST_LEVELS for column in columns)
    return 1.7 + 0.17 * compared + 0.075 * (len(columns) - compared)


@contextmanager
def product_threads(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Start threads that compute matrix products by themselves.

    The library of matrix products takes all cores for one product, and spins where they are busy. The limit
    holds for the whole process: one search at a time sets it.
    """
    with _ONE_SEARCH, _pools().limit(limits=1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        yield pool


def threads_for(pairs: int) -> int:
    """Return in how many threads to compare so many pairs of rows."""
    return max(1, min(_cores(), _MOST_THREADS, pairs // _THREADS_PAY))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()


@dataclass(frozen=True)
class _Blocks:
    """The data compared: factors of the products, and codes of categories.

    Attributes
    ----------
    asked, known
        The factors of the rows to search from and to search, shapes (n, dimensions) and (dimensions, m).
    codes
        For each column of codes those of either, shapes (n,) and (m,).
    error
        How far rounding moves a squared distance, at most.
    """

    columns: list[EncodedColumn]
    rows: Integers
    among: Integers
    asked: NDArray[np.float32]
    known: NDArray[np.float32]
    codes: list[tuple[NDArray[np.unsignedinteger], NDArray[np.unsignedinteger]]]
    error: float

    @classmethod
    def of(cls, columns: list[EncodedColumn], rows: Integers, among: Integers) -> "_Blocks":
        """Prepare the rows for comparison."""
        measured = [column for column in columns if column.dimensions <= MOST_LEVELS]
        asked = pair_factors(measured, rows, np.float32, first=True)
        known = pair_factors(measured, among, np.float32, first=False)
        if all(column.ranks is None for column in columns):
            # Among equally distant rows, exactly the first ones must be the candidates.
            known[-1] += np.linspace(0, 0.25, len(among), dtype=np.float32)
        largest = float(np.abs(asked).max(axis=1) @ np.abs(known).max(axis=1)) + len(columns)
        error = 2.0**-23 * (len(asked) + 4) * largest
        small = [small_codes(column) for column in columns if column.dimensions > MOST_LEVELS]
        codes = [(column[rows], column[among]) for column in small]
        return cls(columns, rows, among, np.ascontiguousarray(asked.T), known, codes, error)

    def search(self, part: Integers, k: int, pairs: int) -> tuple[Floats, Integers]:
        """Find the k nearest of a part of the rows: squared distances, and positions."""
        width = min(len(self.among), _WIDTH)
        height = min(len(part), max(1, pairs // width))
        space = _Space.of(height * width, len(self.codes))
        squared = np.full((len(part), k), np.inf)
        found = np.zeros((len(part), k), dtype=np.intp)
        for top in range(0, len(part), height):
            block = slice(top, top + height)
            for left in range(0, len(self.among), width):
                some = slice(left, left + width)
                row, column = self._candidates(part[block], some, squared[block], space)
                self._keep_best(squared[block], found[block], part[block], row, self.among[some][column])
        return squared, found

    def _candidates(
        self, block: Integers, some: slice, squared: Floats, space: "_Space"
    ) -> tuple[Integers, Integers]:
        """Find all pairs of a block that can be among the k nearest."""
        about = self._compare(block, some, space)
        limit = squared[:, -1]
        if about.shape[1] >= squared.shape[1]:
            limit = np.minimum(limit, _bound(about, squared.shape[1], space.halves) + self.error)
        limit = np.nextafter((limit + self.error).astype(np.float32), np.float32(np.inf))
        near = np.less_equal(about, limit[:, None], out=space.differs[: about.size].reshape(about.shape))
        row, column = np.divmod(np.flatnonzero(near), about.shape[1])
        return row, column

    def _compare(self, block: Integers, some: slice, space: "_Space") -> NDArray[np.float32]:
        """Compute the squared distances of a block in float32."""
        shape = len(block), self.known[:, some].shape[1]
        pairs = shape[0] * shape[1]
        about = np.matmul(self.asked[block], self.known[:, some], out=space.about[:pairs].reshape(shape))
        if self.codes:
            unequal, differs = space.unequal[:pairs].reshape(shape), space.differs[:pairs].reshape(shape)
            unequal[:] = 0
            for asked, known in self.codes:
                np.not_equal(asked[block, None], known[some], out=differs)
                np.add(unequal, differs, out=unequal)
            np.add(about, unequal, out=about)
        return about

    def _keep_best(
        self, squared: Floats, found: Integers, block: Integers, row: Integers, candidates: Integers
    ) -> None:
        """Let exact distances decide among candidates and those found before them, in place."""
        exact = np.empty(len(row))
        for first in range(0, len(row), _EXACT_AT_ONCE):
            some = slice(first, first + _EXACT_AT_ONCE)
            exact[some] = squared_distances(self.columns, self.rows[block[row[some]]], candidates[some])
        n, k = squared.shape
        row = np.concatenate([np.repeat(np.arange(n), k), row])
        exact = np.concatenate([squared.ravel(), exact])
        candidates = np.concatenate([found.ravel(), candidates])
        # The sort is stable, and candidates come in the order of the table.
        order = np.lexsort((exact, row))
        best = order[np.searchsorted(row[order], np.arange(n))[:, None] + np.arange(k)]
        squared[:], found[:] = exact[best], candidates[best]


@dataclass(frozen=True)
class _Space:
    """Memory that blocks reuse."""

    about: NDArray[np.float32]
    halves: NDArray[np.float32]
    unequal: NDArray[np.unsignedinteger]
    differs: Booleans

    @classmethod
    def of(cls, pairs: int, columns: int) -> "_Space":
        return cls(
            np.empty(pairs, np.float32),
            np.empty(pairs // 2, np.float32),
            np.empty(pairs, np.uint8 if columns < 256 else np.uint16),
            np.empty(pairs, np.bool_),
        )


def small_codes(column: EncodedColumn) -> NDArray[np.unsignedinteger]:
    """Return the codes of a category in as few bytes as they need."""
    return column.codes.astype(np.min_scalar_type(column.levels - 1))


def pair_factors(
    columns: list[EncodedColumn], rows: Integers, dtype: type[Real], *, first: bool
) -> NDArray[Real]:
    """Write the squared distance (a - b)² as a product of what is known of a and what is known of b.

    It is a²·1 + 1·b² - 2a·b. Where numbers are missing, with p and q telling (as 1 or 0) that a and b are
    there, and a and b 0 where they are not, it is p + q + a²·q + p·(b² - 2q) - 2a·b. Of levels, with a and b
    telling for all but the last whether it is the row's, and A and B their sums, it is A + B - a·(b + B).
    """
    constant = np.zeros(len(rows))
    factors = []
    for column in columns:
        if column.dimensions > 1:
            levels = [column.codes[rows] == level for level in range(column.dimensions - 1)]
            one_of_them = np.sum(levels, axis=0)
            factors += [-1.0 * level if first else level + one_of_them for level in levels]
            constant += one_of_them
            continue
        value = (column.codes if column.ranks is None else column.ranks)[rows] - 0.5
        if column.ranks is not None and column.codes.min() < 0:
            there = ~np.isnan(value)
            value = np.where(there, value, 0.0)
            square = value**2
            factors += [square, there] if first else [there, square - 2 * there]
            constant += there
        else:
            constant += value**2
        factors.append(-2 * value if first else value)
    one = np.ones(len(rows))
    factors += [constant, one] if first else [one, constant]
    return np.array(factors, dtype)


def _bound(about: NDArray[np.float32], k: int, space: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bound the k-th smallest of each row from above: by the k-th smallest of the minima of parts."""
    parts = max(_PARTS, 4 * k)
    half = about.shape[1] // 2
    if half >= parts:
        about = np.minimum(
            about[:, :half], about[:, half : 2 * half], out=space[: len(about) * half].reshape(-1, half)
        )
        while (half := half // 2) >= parts:
            about = np.minimum(about[:, :half], about[:, half : 2 * half], out=about[:, :half])
    return np.partition(about, k - 1, axis=1)[:, k - 1]
