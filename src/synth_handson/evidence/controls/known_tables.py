"""Tables whose answer is known: any evaluation of privacy must tell them apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.metrics.arrays import Integers
from synth_handson.tables.columns import as_canonical, column_kind

JITTER_SCALE = 0.05
"""Noise of a jittered copy, as a share of each column's standard deviation; the same share of categories is
redrawn."""


def copy_rows(train: pd.DataFrame, rows: int, random_state: int = 0) -> pd.DataFrame:
    """Publish real people: ``rows`` training rows in random order, repeated only where there are too few."""
    return train.iloc[chosen_people(len(train), rows, random_state)].reset_index(drop=True)


def chosen_people(people: int, rows: int, random_state: int = 0) -> Integers:
    """Choose the people that leaks are made from: positions in the training table. Shape (rows,)."""
    return np.random.default_rng(random_state).choice(people, rows, replace=rows > people)


def plant_rows(
    synthetic: pd.DataFrame, train: pd.DataFrame, share: float, random_state: int = 0
) -> pd.DataFrame:
    """Replace some synthetic rows by real people.

    Parameters
    ----------
    synthetic
        The table to hide them in.
    train
        Where they come from.
    share
        Share of the synthetic rows that are replaced by training rows, 0 to 1.
    random_state
        Seed of who is chosen, and where they stand.

    Returns
    -------
    DataFrame
        As many rows as ``synthetic``.

    Raises
    ------
    ArgumentError
        If the share is out of range.
    """
    if not 0 <= share <= 1:
        raise ArgumentError("plant_share", share=share)
    count = round(share * len(synthetic))
    return replace_rows(synthetic, copy_rows(train, count, random_state), random_state)


def replace_rows(synthetic: pd.DataFrame, rows: pd.DataFrame, random_state: int = 0) -> pd.DataFrame:
    """Replace randomly drawn synthetic rows by other rows, which come last."""
    if rows.empty:
        return synthetic.reset_index(drop=True)
    kept = np.random.default_rng(random_state).permutation(len(synthetic))[len(rows) :]
    return pd.concat([synthetic.iloc[np.sort(kept)], rows[list(synthetic.columns)]], ignore_index=True)


def jitter_rows(
    train: pd.DataFrame, rows: int, scale: float = JITTER_SCALE, random_state: int = 0
) -> pd.DataFrame:
    """Publish real people in thin disguise: training rows, each value moved a little.

    Numbers, dates and time spans get normal noise of ``scale`` standard deviations of their column, whole
    numbers stay whole; of the categories a share of ``scale`` is drawn anew from the column.

    Parameters
    ----------
    train
        The rows to disguise.
    rows
        Number of rows to publish.
    scale
        Strength, at least 0.
    random_state
        Seed.

    Returns
    -------
    DataFrame
        ``rows`` rows with the columns of ``train``.
    """
    copied = copy_rows(train, rows, random_state)
    rng = np.random.default_rng(random_state)
    return pd.DataFrame({name: _jitter(copied[name], train[name], scale, rng) for name in copied.columns})


def change_category(train: pd.DataFrame, rows: int, columns: int = 1, random_state: int = 0) -> pd.DataFrame:
    """Publish real people in a disguise that distances do not see: each has one category changed.

    Parameters
    ----------
    train
        The rows to disguise.
    rows
        Number of rows to publish.
    columns
        In that many columns of each row, drawn at random, the category becomes another one that occurs there;
        where a table has fewer columns of categories, in all of them, and without any, a value of another
        column becomes somebody else's.
    random_state
        Seed.

    Returns
    -------
    DataFrame
        ``rows`` rows with the columns of ``train``.
    """
    copied = copy_rows(train, rows, random_state)
    rng = np.random.default_rng(random_state)
    varied = [name for name in train.columns if train[name].nunique(dropna=False) > 1]
    kinds = {name: column_kind(as_canonical(train[name])) for name in varied}
    names = [name for name in varied if kinds[name] in ("category", "boolean")] or varied
    order = rng.random((rows, len(names))).argsort(axis=1)[:, :columns]
    for position, name in enumerate(names):
        chosen = np.flatnonzero((order == position).any(axis=1))
        copied[name] = _others(copied[name], train[name], chosen, rng)
    return copied


def _others(values: pd.Series, source: pd.Series, chosen: Integers, rng: np.random.Generator) -> pd.Series:
    """Give the chosen rows another value of the column, all equally likely."""
    codes, levels = pd.factorize(source, use_na_sentinel=False)
    first = pd.Series(np.arange(len(codes))).groupby(codes).first().to_numpy()
    known = pd.Index(levels).get_indexer(pd.Index(values.iloc[chosen]))
    other = (known + rng.integers(1, len(levels), len(chosen))) % len(levels)
    changed = values.copy()
    changed.iloc[chosen] = source.iloc[first[other]].to_numpy()
    return changed


def shuffle_columns(table: pd.DataFrame, random_state: int = 0) -> pd.DataFrame:
    """Break every relation between the columns: each is shuffled on its own, and keeps its distribution."""
    rng = np.random.default_rng(random_state)
    order = {name: rng.permutation(len(table)) for name in table.columns}
    return pd.DataFrame(
        {name: table[name].iloc[order[name]].reset_index(drop=True) for name in table.columns}
    )


def _jitter(values: pd.Series, source: pd.Series, scale: float, rng: np.random.Generator) -> pd.Series:
    values, source = as_canonical(values), as_canonical(source)
    kind = column_kind(values)
    if kind in ("category", "boolean"):
        redrawn = source.iloc[rng.integers(len(source), size=len(values))].reset_index(drop=True)
        return values.where(rng.random(len(values)) >= scale, redrawn)
    noise = rng.normal(0, scale, len(values))
    spread = source.std()
    if kind != "number":
        return values + noise * (pd.Timedelta(0) if pd.isna(spread) else spread)
    moved = values.astype("float64") + noise * (0.0 if pd.isna(spread) else float(spread))
    whole = pd.api.types.is_integer_dtype(values.dtype) or bool((source.dropna() % 1 == 0).all())
    return (moved.round() if whole else moved).astype(values.dtype)
