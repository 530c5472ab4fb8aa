"""The order in which a generator learns the columns: each after those most related to it."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from synth_handson.metrics.arrays import Integers
from synth_handson.synthesis.engine import Setting
from synth_handson.tables.columns import Column, to_floats

MAX_ROWS = 5_000
"""Rows sampled to estimate mutual information."""
MAX_LEVELS = 15
"""Most frequent values of a category that are told apart; the rest count as one."""
BINS = 10
"""Quantile bins of a number."""


def column_order(frame: pd.DataFrame, target: str | None = None) -> list[str]:
    """Order columns by mutual information.

    A generator that draws one column after the other, each given those before, knows most where columns that
    belong together follow each other. The first is the one that shares most information with all others,
    then always the one that shares most with those already there. The target comes last, and so is drawn
    given everything else.

    Parameters
    ----------
    frame
        The training table, as the engine is given it; the first of columns that are as good comes first.
    target
        Column that a model is to predict, if there is one.

    Returns
    -------
    list of str
        The columns' names.

    Notes
    -----
    C. K. Chow and C. N. Liu, "Approximating discrete probability distributions with dependence trees", IEEE
    Transactions on Information Theory 14, 1968, whose tree grows by mutual information; here each column may
    depend on all before it. The estimate's bias, (r - 1)(c - 1) / 2n nats for r × c cells, is subtracted:
    G. Miller, "Note on the bias of information estimates", 1955.
    """
    rows = frame.iloc[some_rows(len(frame))]
    names = [name for name in frame.columns if name != target]
    codes = [_codes(rows[name]) for name in names]
    shared = np.zeros((len(names), len(names)))
    for i, one in enumerate(codes):
        for j, other in enumerate(codes[:i]):
            shared[i, j] = shared[j, i] = mutual_information(one, other)
    gained = shared.sum(axis=1)
    order: list[int] = []
    while len(order) < len(names):
        best = int(np.argmax(np.where(np.isin(np.arange(len(names)), order), -np.inf, gained)))
        gained = shared[best] if not order else gained + shared[best]
        order.append(best)
    last = [] if target is None else [target]
    return [names[i] for i in order] + last


def some_rows(n: int) -> Integers:
    """Sample rows of a table of ``n`` to estimate mutual information; all if there are few."""
    if n <= MAX_ROWS:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, MAX_ROWS, replace=False))


def column_order_setting(target: Hashable | None) -> dict[str, Setting]:
    """Say how columns are ordered, as a setting of an engine."""
    return {"column_order": "mutual information", **target_setting(target)}


def target_setting(target: Hashable | None) -> dict[str, Setting]:
    """Name the target, if there is one, as a setting of an engine."""
    return {} if target is None else {"target": str(target)}


def mutual_information(one: Integers, other: Integers) -> float:
    """Estimate the mutual information of two columns of codes from 0 on, in nats; 0 if they are independent.

    Parameters
    ----------
    one, other
        Shape (n,) each.
    """
    shape = int(one.max()) + 1, int(other.max()) + 1
    counts = np.bincount(one * shape[1] + other, minlength=shape[0] * shape[1]).reshape(shape)
    counts = counts[counts.any(axis=1)][:, counts.any(axis=0)]
    shares = counts / counts.sum()
    expected = shares.sum(axis=1, keepdims=True) * shares.sum(axis=0, keepdims=True)
    there = shares > 0
    information = float((shares[there] * np.log(shares[there] / expected[there])).sum())
    bias = (counts.shape[0] - 1) * (counts.shape[1] - 1) / (2 * len(one))
    return max(information - bias, 0.0)


def _codes(column: Column) -> Integers:
    """Bin values; missing ones have a bin of their own."""
    values = to_floats(column)
    if np.isnan(values).all() or column.nunique() <= BINS:
        codes, levels = pd.factorize(column)
        times = np.bincount(codes[codes >= 0], minlength=len(levels))
        ranks = np.argsort(np.argsort(-times, kind="stable"))
        # What is missing is found at -1: the last.
        return np.append(np.minimum(ranks, MAX_LEVELS) + 1, 0)[codes]
    edges = np.nanquantile(values, np.arange(1, BINS) / BINS, method="inverted_cdf")
    return np.where(np.isnan(values), 0, np.searchsorted(np.unique(edges), values) + 1)
