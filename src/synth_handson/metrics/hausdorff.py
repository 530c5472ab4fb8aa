"""Find how close each set of rows is to the nearest other set, as a person with several events is one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.columns import EncodedColumn
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.row_blocks import (
    MOST_LEVELS,
    pair_factors,
    product_threads,
    small_codes,
    threads_for,
)

PAIRS = 2**18
"""Pairs of rows compared at a time."""
ROUNDING = 1e-12
"""Squared distance up to which rows are the same."""


def nearest_sets(
    space: HeomSpace, owners: Integers, asked: int, groups: Sequence[Integers]
) -> NDArray[np.float64]:
    """Compute the modified Hausdorff distance of sets of rows to the nearest other set in each group.

    The distance of a row to a set is HEOM's to the nearest row of the set. Its mean over all rows of one set
    is a directed distance; the larger one of the two directions counts.

    Parameters
    ----------
    space
        The rows.
    owners
        The set of each row of the space, numbered from 0, none empty. Shape (rows,).
    asked
        How many sets to search from, the first ones.
    groups
        The sets of each group to search among; a set itself is left out.

    Returns
    -------
    ndarray
        Shape (groups, asked), from 0 for the same rows; infinite where a group has no other set.

    Notes
    -----
    M.-P. Dubuisson and A. K. Jain, "A modified Hausdorff distance for object matching", ICPR 1994.
    """
    order = np.argsort(owners, kind="stable")
    counts = np.bincount(owners)
    rows, starts = _Rows(space.columns, order), np.cumsum(counts) - counts
    at_once = starts[:asked] // max(PAIRS // len(order), 1)
    firsts = np.flatnonzero(np.diff(at_once, prepend=-1))

    def nearest(chunk: slice) -> Floats:
        distances = _modified_hausdorff(rows, starts, counts, chunk)
        own = np.arange(chunk.start, chunk.stop)
        distances[own - chunk.start, own] = np.inf
        return np.array([distances[:, group].min(axis=1, initial=np.inf) for group in groups])

    with product_threads(threads_for(int(counts[:asked].sum()) * len(order))) as pool:
        found = list(pool.map(nearest, map(slice, firsts, [*firsts[1:], asked])))
    return np.concatenate(found, axis=1)


def _modified_hausdorff(rows: _Rows, starts: Integers, counts: Integers, chunk: slice) -> Floats:
    """Compare some sets with all sets. Shape (some, sets)."""
    own, size = starts[chunk] - starts[chunk.start], counts[chunk]
    block = slice(starts[chunk.start], starts[chunk.start] + size.sum())
    pairs = rows.squared_distances(block)
    to_sets, from_sets = (np.minimum.reduceat(pairs, first, axis) for first, axis in ((starts, 1), (own, 0)))
    there = np.add.reduceat(_roots(to_sets), own, axis=0) / size[:, None]
    back = np.add.reduceat(_roots(from_sets), starts, axis=1) / counts
    larger: Floats = np.maximum(there, back)
    return larger


def _roots(squared: Floats) -> Floats:
    """Take square roots, in place; what rounding leaves of 0 is no distance."""
    squared[squared < ROUNDING] = 0
    return np.sqrt(squared, out=squared)


class _Rows:
    """Rows in an order, of which blocks are compared with all: HEOM, squared."""

    def __init__(self, columns: list[EncodedColumn], order: Integers) -> None:
        measured = [column for column in columns if column.dimensions <= MOST_LEVELS]
        self._asked = np.ascontiguousarray(pair_factors(measured, order, np.float64, first=True).T)
        self._known = pair_factors(measured, order, np.float64, first=False)
        self._codes = [small_codes(column)[order] for column in columns if column.dimensions > MOST_LEVELS]

    def squared_distances(self, block: slice) -> Floats:
        """Compare a block of rows with all rows. Shape (some, n)."""
        squared: Floats = self._asked[block] @ self._known
        for codes in self._codes:
            squared += codes[block, None] != codes
        return squared
