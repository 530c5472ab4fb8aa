"""Fill the gaps of real rows with values of similar synthetic rows."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import suppress

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.metrics.arrays import Integers
from synth_handson.metrics.distances import nearest_neighbors
from synth_handson.synthesis.schema import PROTECTED_TOKEN
from synth_handson.tables.checks import listed
from synth_handson.tables.columns import Column

DONORS = 5
"""Nearest synthetic rows from which one is drawn at random to supply the values."""


def fill_gaps(table: pd.DataFrame, pool: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Fill the gaps of a table from a pool of synthetic rows.

    All gaps of a row are filled from one of the synthetic rows that are nearest to it by what it has, which
    have a value in each of them.

    Parameters
    ----------
    table
        Rows with gaps. Columns that the pool does not have stay as they are.
    pool
        Synthetic rows.
    rng
        Chooses among the nearest.

    Returns
    -------
    DataFrame
        The same rows, in the same order and with the same index.

    Raises
    ------
    ArgumentError
        If no synthetic row has values in all gaps of a row, or a column holds another kind of values.

    Notes
    -----
    Hot deck imputation: R. R. Andridge and R. J. A. Little, "A review of hot deck imputation for survey
    non-response", International Statistical Review 78, 2010. The donors are synthetic; distances are HEOM.
    """
    shared = [name for name in table.columns if name in pool.columns]
    gaps = table[shared].isna()
    donors = np.full(len(table), -1)
    for pattern, rows in gaps.reset_index(drop=True).groupby(shared).groups.items():
        lacking = pattern if isinstance(pattern, tuple) else (pattern,)
        if any(lacking):
            positions = np.asarray(rows, np.intp)
            donors[positions] = _donors(table, pool, shared, lacking, positions, rng)
    filled = table.copy()
    for name in shared:
        places = np.flatnonzero(gaps[name])
        if len(places):
            filled[name] = _with_values(table[name], places, pool[name].iloc[donors[places]])
    return filled


def _donors(
    table: pd.DataFrame,
    pool: pd.DataFrame,
    shared: Sequence[Hashable],
    lacking: Sequence[bool],
    rows: Integers,
    rng: np.random.Generator,
) -> Integers:
    """Choose a row of the pool, by position, for each of these rows with the same gaps."""
    missing = [name for name, gap in zip(shared, lacking, strict=True) if gap]
    known = [name for name, gap in zip(shared, lacking, strict=True) if not gap]
    there = pool[missing].notna().all(axis=1) & (pool[missing].astype(object) != PROTECTED_TOKEN).all(axis=1)
    able = np.flatnonzero(there)
    if not len(able):
        raise ArgumentError("fill_nobody", columns=listed(missing))
    if not known:
        return rng.choice(able, len(rows))
    nearest = min(DONORS, len(able))
    _, found = nearest_neighbors(table[known].iloc[rows], pool[known].iloc[able], k=nearest)
    return able[found[np.arange(len(rows)), rng.integers(nearest, size=len(rows))]]


def _with_values(column: Column, places: Integers, values: Column) -> Column:
    """Set some values of a column, in its dtype if that can hold them."""
    order = np.arange(len(column))
    order[places] = len(column) + np.arange(len(places))
    if isinstance(column.dtype, pd.CategoricalDtype):
        values = values.astype(column.dtype)
    both = pd.concat([column, values], ignore_index=True).take(order)
    both.index = column.index
    with suppress(TypeError, ValueError):
        both = both.astype(column.dtype)
    return both
