"""How far apart distributions are, and how strongly columns are associated: computed from counts of rows.

Every function takes many tables of counts at once, along leading axes, so that a table and all its bootstrap
resamples are measured in one pass.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from synth_handson.errors import ArgumentError
from synth_handson.metrics.arrays import Floats, as_floats, ratio


def total_variation_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Measure how much of one distribution would have to move to equal the other.

    Parameters
    ----------
    a, b
        Shares over the same bins, each summing to 1. Shape (k,).

    Returns
    -------
    float
        Half the sum of the absolute differences: 0 (same) to 1 (disjoint). Low is good.

    Raises
    ------
    ArgumentError
        If the shapes differ, or if either is not a distribution.

    Notes
    -----
    Source: D. A. Levin, Y. Peres and E. L. Wilmer, *Markov Chains and Mixing Times*, AMS 2009, section 4.1.
    """
    first, second = as_floats(a), as_floats(b)
    proper = all(np.all(v >= 0) and np.isclose(v.sum(), 1) for v in (first, second))
    if first.shape != second.shape or not proper:
        raise ArgumentError("fidelity_not_shares")
    return float(_apart(first, second))


def total_variation(counts: ArrayLike, train: ArrayLike) -> Floats:
    """Measure what share of the rows would have to change their bin to make two distributions the same.

    Parameters
    ----------
    counts
        Number of rows in each of k bins, of one or more tables. Shape (..., k).
    train
        The same of the training table. Shape (k,).

    Returns
    -------
    ndarray
        Total variation distance, 0 (same) to 1 (disjoint), low is good. Shape (...).

    Notes
    -----
    D. A. Levin, Y. Peres and E. L. Wilmer, "Markov Chains and Mixing Times", AMS 2009, section 4.1.
    """
    return _apart(_shares(counts), _shares(train))


def ks_distance(counts: ArrayLike, train: ArrayLike) -> Floats:
    """Measure the largest difference of two cumulative distribution functions.

    Parameters
    ----------
    counts
        Number of rows at each of k ascending values, of one or more tables. Shape (..., k).
    train
        The same of the training table. Shape (k,).

    Returns
    -------
    ndarray
        Kolmogorov-Smirnov statistic, 0 (same) to 1 (apart), low is good. Shape (...).

    Notes
    -----
    F. J. Massey, "The Kolmogorov-Smirnov test for goodness of fit", JASA 46, 1951.
    """
    return np.asarray(np.abs(_cumulative(counts) - _cumulative(train)).max(-1))


def wasserstein_distance(counts: ArrayLike, train: ArrayLike, values: ArrayLike) -> Floats:
    """Measure how far values would have to be moved on average to make one distribution the other.

    Parameters
    ----------
    counts, train
        As in `ks_distance`.
    values
        The ascending values. Shape (k,).

    Returns
    -------
    ndarray
        1-Wasserstein distance: the area between the cumulative distribution functions, in the values' unit.
        0 (same) and up, low is good. Shape (...).

    Notes
    -----
    Ramdas, Garcia & Cuturi, "On Wasserstein two-sample testing and related families of nonparametric tests",
    Entropy 19(2), 2017.
    """
    apart = np.abs(_cumulative(counts) - _cumulative(train))
    return np.asarray(apart[..., :-1].dot(np.diff(np.asarray(values))))


def _cumulative(counts: ArrayLike) -> Floats:
    sums = np.cumsum(counts, axis=-1)
    return np.asarray(sums / sums[..., -1:])


def _apart(first: Floats, second: Floats) -> Floats:
    return np.asarray(np.minimum(np.abs(first - second).sum(-1) / 2, 1))


def _shares(counts: ArrayLike) -> Floats:
    return np.asarray(counts / np.sum(counts, axis=-1, keepdims=True))


def chi_square(counts: ArrayLike, train: ArrayLike) -> Floats:
    """Compute Pearson's chi-square statistic of the contingency table of two tables and k categories.

    Parameters
    ----------
    counts
        Number of rows of each category, of one or more tables. Shape (..., k).
    train
        The same of the training table. Shape (k,).

    Returns
    -------
    ndarray
        0 (same shares) up to the number of rows of both tables. Cramér's V is the square root of its share in
        that number. Shape (...).

    Notes
    -----
    K. Pearson, "On the criterion that a given system of deviations ...", Philosophical Magazine 50, 1900.
    """
    left, right = np.asarray(counts, float), np.asarray(train, float)
    size, train_size = left.sum(-1, keepdims=True), right.sum()
    both = left + right
    expected = both * size / (size + train_size)
    squares = ratio((left - expected) ** 2, both)
    return np.asarray(squares.sum(-1) * ((size + train_size) ** 2 / (size * train_size))[..., 0])


def spearman(tables: ArrayLike) -> Floats:
    """Compute Spearman's rank correlation from contingency tables of two ordered variables.

    Parameters
    ----------
    tables
        Number of rows in each cell. Shape (..., a, b).

    Returns
    -------
    ndarray
        -1 to 1, ties counted with their mid-ranks; 0 where a variable has one value only. Shape (...).

    Notes
    -----
    C. Spearman, "The proof and measurement of association between two things", Am. J. Psychol. 15, 1904.
    """
    cells = np.asarray(tables, float)
    rows, columns = cells.sum(-1), cells.sum(-2)
    x, y = _mid_ranks(rows), _mid_ranks(columns)
    covariance = np.einsum("...ab,...a,...b->...", cells, x, y)
    spread = np.sqrt((rows * x**2).sum(-1) * (columns * y**2).sum(-1))
    return ratio(covariance, spread).clip(-1, 1)


def correlation_ratio(tables: ArrayLike) -> Floats:
    """Compute the correlation ratio from contingency tables of an ordered variable and a category.

    The numbers enter by their mid-ranks, so that no outlier rules it. Its square is the share of the ranks'
    variance that lies between the categories, less what chance alone puts there.

    Parameters
    ----------
    tables
        Number of rows in each cell, the ordered variable along the first of the two axes. Shape (..., a, b).

    Returns
    -------
    ndarray
        0 (none) to 1 (the category decides the rank); 0 where a variable has one value only. Shape (...).

    Notes
    -----
    T. L. Kelley, "An unbiased correlation ratio measure", PNAS 21(9), 1935: without the correction, small
    tables would look more associated than large ones.
    """
    cells = np.asarray(tables, float)
    rows, columns = cells.sum(-1), cells.sum(-2)
    ranks = _mid_ranks(rows)
    sums = np.einsum("...ab,...a->...b", cells, ranks)
    square = ratio(ratio(sums**2, columns).sum(-1), (rows * ranks**2).sum(-1))
    size, occupied = rows.sum(-1), np.count_nonzero(columns, axis=-1)
    return np.asarray(np.sqrt(ratio(square * (size - 1) - (occupied - 1), size - occupied).clip(0, 1)))


def cramers_v(tables: ArrayLike) -> Floats:
    """Compute Cramér's V, corrected for bias, from contingency tables of two categories.

    Parameters
    ----------
    tables
        Number of rows in each cell. Shape (..., a, b).

    Returns
    -------
    ndarray
        0 (none) to 1 (one decides the other); 0 where a variable has one value only. Shape (...).

    Notes
    -----
    W. Bergsma, "A bias-correction for Cramér's V and Tschuprow's T", J. Korean Stat. Soc. 42(3), 2013:
    without the correction, small tables would look more associated than large ones.
    """
    cells = np.asarray(tables, float)
    rows, columns = cells.sum(-1), cells.sum(-2)
    expected = rows[..., :, None] * columns[..., None, :]
    square = ratio(cells**2, expected).sum((-1, -2)) - 1
    freedom = np.stack([np.count_nonzero(margin, axis=-1) - 1 for margin in (rows, columns)])
    less_one = np.maximum(rows.sum(-1) - 1, 1)
    square = np.maximum(square - freedom.prod(0) / less_one, 0)
    return np.sqrt(ratio(square, (freedom - freedom**2 / less_one).min(0))).clip(0, 1)


def _mid_ranks(counts: Floats) -> Floats:
    """Rank of each value as the share of rows below it and half of those equal, less its mean of 1/2."""
    below = np.cumsum(counts, axis=-1) - counts / 2
    return ratio(below, counts.sum(-1, keepdims=True)) - 0.5
