"""Find the nearest rows with KD-trees: fast where columns are few."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.columns import EncodedColumn, squared_distances

LEAF_ROWS = 32
"""Most rows in a leaf of a tree."""
# With fewer rows to search for, starting threads takes longer than they save.
_THREADS_PAY = 2_000


def nearest_in_trees(
    columns: list[EncodedColumn], wide: EncodedColumn | None, rows: Integers, among: Integers, k: int
) -> tuple[Floats, Integers]:
    """Find the k nearest of distinct rows.

    One tree is asked for each pattern of missing numbers on either side. No point can lie at distance 1 from
    a whole line of ranks, so missing numbers have no coordinate. Among rows of one pattern they add the same
    to every distance, and can be left out.

    A column with too many categories for a tree adds 0 or 1. Who is nearest is either the nearest without it
    or the nearest of the same category: a second tree has that, where categories lie far apart on one line.

    Parameters
    ----------
    columns
        All columns.
    wide
        The one of them with too many categories for a tree, if there is one.
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
    distances = np.empty((len(rows), k))
    found = np.empty((len(rows), k), dtype=np.intp)
    for batch, candidates in _search(columns, wide, rows, among, k):
        candidates = np.sort(candidates, axis=1)
        squared = squared_distances(columns, rows[batch, None], candidates)
        # A row that two trees have found counts once.
        squared[:, 1:][candidates[:, 1:] == candidates[:, :-1]] = np.inf
        best = np.argsort(squared, axis=1, kind="stable")[:, :k]
        distances[batch] = np.sqrt(np.take_along_axis(squared, best, axis=1))
        found[batch] = np.take_along_axis(candidates, best, axis=1)
    return distances, found


def _search(
    columns: list[EncodedColumn], wide: EncodedColumn | None, rows: Integers, among: Integers, k: int
) -> Iterator[tuple[Integers, Integers]]:
    """Yield batches of rows, and their candidates."""
    patterns = missing_patterns(columns)
    for batch in _groups(patterns[rows]):
        queries = rows[batch]
        candidates = []
        for group in _groups(patterns[among]):
            targets = among[group]
            shared = [
                c for c in columns if c.ranks is None or min(c.codes[queries[0]], c.codes[targets[0]]) >= 0
            ]
            narrow = [c for c in shared if c is not wide]
            asked, known = points(narrow, queries), points(narrow, targets)
            candidates.append(targets[_ask_tree(known, asked, k)])
            if wide is not None:
                lines = (np.sqrt(len(narrow)) + 1) * wide.codes[:, None]
                known, asked = np.hstack([known, lines[targets]]), np.hstack([asked, lines[queries]])
                candidates.append(targets[_ask_tree(known, asked, k)])
        yield batch, np.concatenate(candidates, axis=1)


def _ask_tree(known: Floats, asked: Floats, k: int) -> Integers:
    from scipy.spatial import cKDTree

    tree = cKDTree(known, leafsize=LEAF_ROWS, balanced_tree=False, compact_nodes=False)
    nearest = np.arange(1, min(k, len(known)) + 1)
    found: Integers = tree.query(asked, nearest, workers=-1 if len(asked) >= _THREADS_PAY else 1)[1]
    return found


def missing_patterns(columns: list[EncodedColumn]) -> Integers:
    """Give rows the same label if the same numbers are missing in them. Shape (n,)."""
    patterns = np.zeros(len(columns[0].codes), dtype=np.intp)
    for column in columns:
        if column.gaps:
            patterns = pd.factorize(2 * patterns + (column.codes < 0))[0]
    return patterns


def _groups(labels: Integers) -> list[Integers]:
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def points(columns: list[EncodedColumn], rows: Integers) -> Floats:
    """Place rows so that their squared Euclidean distance is HEOM's.

    Parameters
    ----------
    columns
        Columns without missing numbers in these rows.
    rows
        Positions, shape (n,).

    Returns
    -------
    ndarray
        Shape (n, dimensions), at least one.
    """
    widths = [column.dimensions for column in columns]
    placed = np.zeros((len(rows), max(sum(widths), 1)))
    for column, width, last in zip(columns, widths, np.cumsum(widths), strict=True):
        first = last - width
        if column.ranks is not None:
            placed[:, first] = column.ranks[rows]
        elif width == 1:
            placed[:, first] = column.codes[rows]
        else:
            placed[np.arange(len(rows)), first + column.codes[rows]] = np.sqrt(0.5)
    return placed
