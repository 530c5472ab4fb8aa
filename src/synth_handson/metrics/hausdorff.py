"""Find how close each set of rows is to the nearest other set, as a person with several events is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.row_blocks import product_threads, threads_for

PAIRS = 2**18
"""Pairs of rows compared at a time."""
MOST_LEVELS = 16
"""Categories with no more levels take part in the matrix product; of others, codes are compared."""
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
    M.-P. Dubuisson and A. K. Jain, "A modified Hausdorff distance for object matching", ICPR 1994. A missing
    number is 1 away from one that is not, as in HEOM, and a little more if that one is far from the median.
    """
    order = np.argsort(owners, kind="stable")
    counts = np.bincount(owners)
    rows, starts = _Rows.of(space, order), np.cumsum(counts) - counts
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


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows as points, whose squared Euclidean distance is HEOM's, and codes of columns with many levels.

    Attributes
    ----------
    points
        Shape (n, dimensions).
    codes
        Shape (n,) each; those that differ add 1.
    """

    points: Floats
    codes: list[NDArray[np.signedinteger]]

    @classmethod
    def of(cls, space: HeomSpace, order: Integers) -> _Rows:
        """Place the rows of a space, in this order."""
        points, many = [np.zeros(len(order))], []
        for name, codes in space.codes.items():
            if name in space.ranks:
                ranks = space.ranks[name][order]
                missing = np.isnan(ranks)
                points += [np.where(missing, 0.0, ranks - 0.5), missing.astype(np.float64)]
            elif codes.max() < MOST_LEVELS:
                points += [np.sqrt(0.5) * (codes[order] == level) for level in np.unique(codes)]
            else:
                many.append(codes[order].astype(np.min_scalar_type(-int(codes.max()) - 1)))
        return cls(np.stack([column for column in points if column.any()] or points[:1], axis=1), many)

    def squared_distances(self, block: slice) -> Floats:
        """Compare a block of rows with all rows. Shape (some, n)."""
        squared: Floats = self._factors[0][block] @ self._factors[1]
        for codes in self.codes:
            squared += codes[block, None] != codes
        return squared

    @cached_property
    def _factors(self) -> tuple[Floats, Floats]:
        """Write (a - b)² as a product of (-2a, a², 1) and (b, 1, b²)."""
        lengths, one = (self.points**2).sum(axis=1), np.ones(len(self.points))
        return np.column_stack([-2 * self.points, lengths, one]), np.vstack([self.points.T, one, lengths])
