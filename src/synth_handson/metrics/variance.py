"""Variance between people and within people."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from synth_handson.metrics.arrays import Floats, Integers, ratio


def intraclass_correlation(values: Floats, owners: Integers, weights: ArrayLike) -> Floats:
    """Share of the variance that lies between people, by the one-way analysis of variance.

    Parameters
    ----------
    values
        Numbers without gaps. Shape (n,).
    owners
        The person of each, from 0 on. Shape (n,).
    weights
        How often each person is counted, in d draws. Shape (d, people).

    Returns
    -------
    ndarray
        At most 1, which says that nothing varies within people; 0 that they are all alike. Below 0, people
        are more alike than chance would make them. NaN where nothing varies, or nobody has two values. Shape
        (d,).

    Notes
    -----
    R. A. Fisher, "Statistical Methods for Research Workers", 1925, chapter VII; A. Donner, "A review of
    inference procedures for the intraclass correlation coefficient", International Statistical Review 54,
    1986.
    """
    times = np.asarray(weights, float)
    people = times.shape[1]
    count = np.bincount(owners, minlength=people).astype(float)
    centred = values - values.mean()
    total = np.bincount(owners, centred, people)
    squares = np.bincount(owners, centred**2, people)
    explained = ratio(total**2, count)
    there = times @ (count > 0)
    n, s, q, e, n2 = (times @ column for column in (count, total, squares, explained, count**2))
    with np.errstate(all="ignore"):
        within = (q - e) / (n - there)
        between = (e - s**2 / n) / (there - 1)
        size = (n - n2 / n) / (there - 1)
        found: Floats = (between - within) / (between + (size - 1) * within)
    return found
