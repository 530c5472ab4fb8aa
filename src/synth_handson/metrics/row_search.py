"""Find the nearest rows by the cheaper of two plans: KD-trees, or blocks of all pairs."""

import numpy as np

from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.columns import EncodedColumn
from synth_handson.metrics.row_blocks import nanoseconds_per_pair, nearest_in_blocks
from synth_handson.metrics.row_trees import LEAF_ROWS, missing_patterns, nearest_in_trees, points

# No tree was measured to be faster with more dimensions, nor with fewer pairs to compare.
_MAX_TREE_DIMENSIONS = 64
_FEW_PAIRS = 2**21
# Rows on either side from which the cost of trees is estimated.
_ASKED, _KNOWN = 16, 512
# Nanoseconds, as measured on tables of 3 to 49 dimensions: to ask one tree, to visit a leaf, and to build.
_PER_TREE, _PER_LEAF_DIMENSION, _PER_ROW_BUILT = 5_000, 12, 400


def nearest_rows(
    columns: list[EncodedColumn], rows: Integers, among: Integers, k: int
) -> tuple[Floats, Integers]:
    """Find the k nearest of distinct rows.

    Parameters
    ----------
    columns
        All columns.
    rows
        Positions to search from, shape (n,).
    among
        Positions to search, no two rows equal. Shape (m,).
    k
        How many, from 1 to m.

    Returns
    -------
    distances, positions
        Shape (n, k), ascending; of equally distant rows that are returned the first come first.
    """
    dimensions = [column.dimensions for column in columns]
    wide = None if sum(dimensions) <= _MAX_TREE_DIMENSIONS else columns[int(np.argmax(dimensions))]
    narrow = [column for column in columns if column is not wide]
    if (
        len(rows) * len(among) > _FEW_PAIRS
        and sum(column.dimensions for column in narrow) <= _MAX_TREE_DIMENSIONS
        and _nanoseconds_in_trees(columns, narrow, rows, among, k)
        < nanoseconds_per_pair(columns) * len(rows) * len(among)
    ):
        return nearest_in_trees(columns, wide, rows, among, k)
    return nearest_in_blocks(columns, rows, among, k)


def _nanoseconds_in_trees(
    columns: list[EncodedColumn], narrow: list[EncodedColumn], rows: Integers, among: Integers, k: int
) -> float:
    """Estimate the cost of trees: it lies in the leaves that reach into the sphere of the k nearest.

    A tree halves the widest side of its boxes until few rows are left in each; a row's box then has about
    these widths. How many boxes reach into the sphere is counted on samples of rows.
    """
    asked, known = (some[:: -(-len(some) // most)] for some, most in ((rows, _ASKED), (among, _KNOWN)))
    distances, _ = nearest_in_blocks(columns, asked, among, k)
    asked_points, known_points = (np.nan_to_num(points(narrow, some)) for some in (asked, known))
    widths = np.ptp(known_points, axis=0)
    for _ in range(int(np.log2(max(len(among) / LEAF_ROWS, 1)))):
        widths[np.argmax(widths)] /= 2
    gaps = np.maximum(np.abs(asked_points[:, None] - known_points) - widths, 0)
    reached = ((gaps**2).sum(axis=2) <= distances[:, -1:] ** 2).mean()
    leaves = max(1.0, reached * len(among) / LEAF_ROWS)
    patterns = missing_patterns(columns)
    asked_patterns, known_patterns = (len(np.unique(patterns[some])) for some in (rows, among))
    twice = 1 if len(narrow) == len(columns) else 2
    asking = len(rows) * known_patterns * (_PER_TREE + leaves * asked_points.shape[1] * _PER_LEAF_DIMENSION)
    return float(twice * (asking + len(among) * asked_patterns * _PER_ROW_BUILT))
