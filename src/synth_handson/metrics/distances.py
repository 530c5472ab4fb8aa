"""Find how close each synthetic row is to a real one.

The distance is HEOM, the heterogeneous Euclidean-overlap metric [1]_, with numbers scaled by their ranks in
the real table. Nothing is ever fitted on the synthetic table, so adding or changing synthetic rows moves no
other row's distance.

.. [1] D. R. Wilson and T. R. Martinez, "Improved heterogeneous distance functions", Journal of Artificial
   Intelligence Research 6 (1997), 1-34, section 2.3.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.errors import ArgumentError
from synth_handson.metrics.arrays import Floats, Integers, number_rows
from synth_handson.metrics.columns import EncodedColumn
from synth_handson.metrics.row_search import nearest_rows
from synth_handson.tables.alignment import DifferentKind, align
from synth_handson.tables.checks import check_frame, is_count, listed
from synth_handson.tables.columns import Column

# Nearest rows of all groups among which each group is searched first.
_SHARED = 20
# How far, as a share of their gap, a rank stays away from those of its two real neighbours.
_NUDGE = 1e-6


def nearest_neighbors(
    synthetic: pd.DataFrame, real: pd.DataFrame, k: int = 2
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Find the k closest real rows to each synthetic row, exactly.

    The squared distance of two rows is a sum over their columns. A category adds 0 where it is the same and 1
    where it is not. A number or a date adds the squared difference of its ranks: a value's rank is the share
    of real values below it, plus half the share equal to it. Between two neighbouring real values the rank is
    interpolated, and stays strictly between theirs; below the smallest it is 0, above the largest it is 1. So
    the distance is 0 for identical rows and for no others. A missing value adds 0 beside a missing value and
    1 beside anything else.

    The real table decides what a column is: numbers (not booleans), dates and time spans have ranks, and
    everything else is a category. Equal values in another type are equal: see
    `synth_handson.tables.alignment.align`.

    Parameters
    ----------
    synthetic
        Rows to look for, shape (n_synthetic, n_columns).
    real
        Rows to look among, shape (n_real, n_columns), with the same columns in any order.
    k
        How many neighbours, from 1 to n_real.

    Returns
    -------
    distances
        Shape (n_synthetic, k), ascending in each row, each from 0 (identical) to the square root of
        n_columns (different in everything). For privacy, larger is better.
    indices
        Positions of those rows in ``real``, same shape. Identical real rows come in the table's order, as do
        equally distant ones among those returned. Which of several equally distant rows is left out for want
        of room is not specified, but is the same in every run.

    Raises
    ------
    ArgumentError
        If a table is empty, the columns differ or repeat, ``k`` is out of range, a number is infinite, or a
        column holds a value that cannot be understood as one of the real column's kind.
    TableError
        If one of the two is no DataFrame.

    Notes
    -----
    A KD-tree over one-hot categories (divided by the square root of 2) and ranks finds the rows, one tree for
    each pattern of missing numbers, and two where one column has very many categories. With more such columns
    or patterns, all pairs are compared instead, which is as exact, slower, and takes some tens of megabytes.

    Source: HEOM is from Wilson and Martinez (1997), who scale numbers by their range. Ranks take the range's
    place because one outlier would rule it.

    Examples
    --------
    >>> real = pd.DataFrame({"age": [20, 30, 40, 50], "job": ["clerk", "nurse", "clerk", "nurse"]})
    >>> distances, indices = nearest_neighbors(pd.DataFrame({"age": [40], "job": ["clerk"]}), real)
    >>> distances.tolist(), indices.tolist()
    ([[0.0, 0.5]], [[2, 0]])
    """
    columns = _encode(synthetic, real)
    n_real = len(real)
    if not is_count(k) or k > n_real:
        raise ArgumentError("nearest_k", k=k, rows=n_real)
    row_numbers = _number_rows(columns)[:n_real]
    order = np.argsort(row_numbers, kind="stable")
    copies = np.bincount(row_numbers)
    firsts = order[np.cumsum(copies) - copies]
    queries = np.arange(n_real, n_real + len(synthetic))
    distances, found = nearest_rows(columns, queries, firsts, min(int(k), len(firsts)))
    return _spread_copies(distances, row_numbers[found], copies, order, int(k))


class HeomSpace:
    """Real and synthetic rows in one space, scaled by the real ones alone.

    Rows are named by position: the real ones from 0, then the synthetic ones.

    Parameters
    ----------
    real
        Rows that decide the scale, shape (n_real, n_columns).
    synthetic
        Rows with the same columns in any order, shape (n_synthetic, n_columns).

    Attributes
    ----------
    columns
        The columns of both tables.
    real, synthetic
        Positions of the rows of either table.
    row_numbers
        For each position a number that equal rows share, counting from 0. Shape (n_real + n_synthetic,).
    codes
        For each column and position a number that equal values share, from -1. Shape as ``row_numbers``.
    ranks
        For each column of numbers the ranks, 0 to 1, NaN where missing. Shape as ``row_numbers``.
    missing
        For each column in which a real value is missing, whether each is. Shape as ``row_numbers``.

    Raises
    ------
    ArgumentError, TableError
        As :func:`nearest_neighbors`.
    """

    def __init__(self, real: pd.DataFrame, synthetic: pd.DataFrame) -> None:
        self.columns = _encode(synthetic, real)
        self.row_numbers = _number_rows(self.columns)
        self.real = np.arange(len(real))
        self.synthetic = np.arange(len(real), len(real) + len(synthetic))
        named = dict(zip(map(str, real.columns), self.columns, strict=True))
        self.codes = {name: column.codes for name, column in named.items()}
        self.ranks = {name: column.ranks for name, column in named.items() if column.ranks is not None}
        self.missing = {
            str(name): pd.concat([real[name], synthetic[name]]).isna().to_numpy()
            for name in real.columns
            if real[name].isna().any()
        }

    def nearest(self, rows: Integers, among: Integers, k: int = 1) -> tuple[Floats, Integers]:
        """Find the k nearest different rows.

        Parameters
        ----------
        rows
            Positions to search from, shape (n,).
        among
            Positions to search; equal rows among them count once. Shape (m,), m >= 1.
        k
            How many, cut to the number of different rows.

        Returns
        -------
        distances, positions
            Shape (n, k), ascending; HEOM as in :func:`nearest_neighbors`.
        """
        distinct = among[np.unique(self.row_numbers[among], return_index=True)[1]]
        return nearest_rows(self.columns, rows, distinct, min(k, len(distinct)))

    def nearest_in(
        self, rows: Integers, groups: Sequence[tuple[Integers, int]]
    ) -> list[tuple[Floats, Integers]]:
        """Find the nearest different rows in each of several groups, by one search through all of them.

        The nearest of all groups together hold the nearest of most groups for most rows. Only for the other
        rows is a group searched alone.

        Parameters
        ----------
        rows
            Positions to search from, shape (n,).
        groups
            For each group its positions, at least one, and how many to find. Groups may overlap.

        Returns
        -------
        list of tuple
            For each group what `nearest` returns for it. Which of several equally distant rows it is can
            differ.
        """
        together = np.unique(np.concatenate([group for group, _ in groups]))
        distances, positions = self.nearest(rows, together, max(_SHARED, *(k for _, k in groups)))
        numbers = self.row_numbers[positions]
        return [self._pick(rows, distances, numbers, group, k) for group, k in groups]

    def _pick(
        self, rows: Integers, distances: Floats, numbers: Integers, group: Integers, k: int
    ) -> tuple[Floats, Integers]:
        """Pick the k nearest of a group from lists of the nearest; search it where a list has too few."""
        distinct, first = np.unique(self.row_numbers[group], return_index=True)
        k = min(k, len(distinct))
        positions = np.full(int(self.row_numbers.max()) + 1, -1)
        positions[distinct] = group[first]
        listed = positions[numbers]
        members = listed >= 0
        order = np.argsort(~members, axis=1, kind="stable")[:, :k]
        found, picked = (np.take_along_axis(values, order, axis=1) for values in (distances, listed))
        few = np.flatnonzero(members.sum(axis=1) < k)
        if len(few):
            found[few], picked[few] = self.nearest(rows[few], group, k)
        return found, picked


def identical_rows(synthetic: pd.DataFrame, real: pd.DataFrame) -> NDArray[np.bool_]:
    """Find the synthetic rows that occur in the real table, value for value.

    Rows are joined on their values, with the meaning of equality that :func:`nearest_neighbors` has: 5 equals
    5.0 and "5", and a missing value equals a missing value.

    Parameters
    ----------
    synthetic
        Rows to look for, shape (n_synthetic, n_columns).
    real
        Rows to look among, shape (n_real, n_columns), with the same columns in any order.

    Returns
    -------
    ndarray of bool
        Shape (n_synthetic,). A True can be chance: compare the share with that of real rows set aside.

    Raises
    ------
    ArgumentError, TableError
        As :func:`nearest_neighbors`.
    """
    row_numbers = _number_rows(_encode(synthetic, real))
    known = row_numbers[: len(real)].max()
    return np.asarray(row_numbers[len(real) :] <= known)


def _encode(synthetic: pd.DataFrame, real: pd.DataFrame) -> list[EncodedColumn]:
    check_columns(synthetic, real)
    return [_encode_column(name, synthetic[name], real[name]) for name in real.columns]


def check_columns(synthetic: pd.DataFrame, real: pd.DataFrame) -> None:
    """Raise the library's error unless both are tables with rows, and the same columns, each once."""
    for table, frame in (("synthetic", synthetic), ("real", real)):
        check_frame(frame, table)
        if frame.empty:
            raise ArgumentError("nearest_empty", table=table)
        if not frame.columns.is_unique:
            repeated = frame.columns[frame.columns.duplicated()].unique()
            raise ArgumentError("nearest_repeated", table=table, columns=listed(repeated))
    only_real = real.columns.difference(synthetic.columns, sort=False)
    only_synthetic = synthetic.columns.difference(real.columns, sort=False)
    if len(only_real) or len(only_synthetic):
        raise ArgumentError("nearest_columns", real=listed(only_real), synthetic=listed(only_synthetic))


def _encode_column(name: Hashable, synthetic: Column, real: Column) -> EncodedColumn:
    try:
        kind, aligned = align(real, synthetic)
    except DifferentKind as error:
        raise ArgumentError(
            "nearest_kind", column=name, value=error.example, dtype=str(real.dtype)
        ) from error
    codes, distinct = pd.factorize(pd.concat(aligned, ignore_index=True))
    real_codes = codes[: len(real)]
    if kind in ("category", "boolean"):
        known = real_codes.max() + 1
        return EncodedColumn(np.where(codes < 0, known + 1, np.minimum(codes, known)), None)
    values = _measurable(distinct)
    if values.dtype.kind == "f" and np.isinf(values).any():
        raise ArgumentError("nearest_infinite", column=name)
    counts = np.bincount(real_codes[real_codes >= 0])
    ranks = np.append(mid_ranks(values, counts), np.nan)
    return EncodedColumn(codes, ranks[codes])


def _measurable(distinct: Any) -> NDArray[Any]:
    """Turn distinct values into distinct numbers: dates and durations into counts of their unit."""
    values = np.asarray(distinct)
    return values.view(np.int64) if values.dtype.kind in "mM" else values


def mid_ranks(distinct: NDArray[Any], counts: Integers) -> Floats:
    """Rank distinct values, the first ``len(counts)`` of which are real and have these counts.

    Parameters
    ----------
    distinct
        Numbers. Shape (n,).
    counts
        How often each of the real ones occurs. Shape (m,), m <= n.

    Returns
    -------
    ndarray
        Ranks from 0 to 1, see `nearest_neighbors`. Shape (n,).
    """
    known = len(counts)
    order = np.argsort(distinct[:known])
    knots = distinct[order]
    ordered = counts[order]
    middles = (np.cumsum(ordered) - ordered / 2) / max(ordered.sum(), 1)
    ranks = np.zeros(len(distinct))
    ranks[order] = middles
    new = distinct[known:]
    if known and len(new):
        # Quarters, so that no difference of two floats is infinite.
        quarters, quarter_knots = (np.asarray(values / 4, np.float64) for values in (new, knots))
        between = np.interp(quarters, quarter_knots, middles)
        gap = np.searchsorted(knots, new)
        low = np.concatenate([[0], middles[:-1], [1]])[gap]
        high = np.concatenate([[0], middles[1:], [1]])[gap]
        nudge = _NUDGE * (high - low)
        ranks[known:] = np.clip(between, low + nudge, high - nudge)
    return ranks


def _number_rows(columns: list[EncodedColumn]) -> Integers:
    """Assign numbers to the rows of both tables, the real ones first; equal rows share one."""
    return number_rows(column.codes for column in columns)


def _spread_copies(
    distances: Floats, found: Integers, copies: Integers, order: Integers, k: int
) -> tuple[Floats, Integers]:
    """Replace each distinct row found by all the rows it stands for, up to k in all.

    ``order`` lists the positions of all real rows by distinct row, ``copies`` says how many each has there.
    """
    start = np.cumsum(copies) - copies
    before = np.cumsum(copies[found], axis=1) - copies[found]
    taken = np.clip(k - before, 0, copies[found]).ravel()
    place = np.repeat((start[found] - before).ravel(), taken).reshape(-1, k) + np.arange(k)
    return np.repeat(distances.ravel(), taken).reshape(-1, k), order[place]
