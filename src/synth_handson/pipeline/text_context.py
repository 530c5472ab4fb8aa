"""The columns that a table's texts depend on, which are the context of new texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.tables.columns import Column, column_kind, to_floats

MAX_COLUMNS = 4
"""Columns that the model reads before every text. More would take longer and leave less to learn from
each."""
MAX_TEXTS = 2_000
DIMENSIONS = 50
PERMUTATIONS = 199
LEVEL = 0.01
GROUPS = 5
"""Groups of equal size into which numbers and dates are binned."""
MAX_GROUPS = 20
"""Most categories of a column that the model reads."""
MEASURED = ("number", "date", "zoned date", "duration", "time")
MISSING = "–"


@dataclass(frozen=True)
class TextContext:
    """Context of a text.

    Attributes
    ----------
    columns
        Names of the columns, the one that tells most about the texts first.
    edges
        For numbers and dates, where one group of values ends and the next begins.
    """

    columns: tuple[str, ...]
    edges: dict[str, Floats]

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the context of each row, as categories."""
        named = {name: _categories(table[name], self.edges.get(name)) for name in self.columns}
        return pd.DataFrame(named, index=table.index)


def choose_context(texts: Sequence[str], table: pd.DataFrame, random_state: int = 0) -> TextContext:
    """Choose the most informative columns about a text: those by which texts differ more than by chance.

    Parameters
    ----------
    texts
        One for each row.
    table
        The columns to choose from.
    random_state
        Seed of the sample and the permutations.

    Notes
    -----
    For each column, the share of the texts' variance between its groups is compared with that of
    groups shuffled at random (PERMANOVA: M. J. Anderson, Austral Ecology 26, 2001), texts being vectors of
    TF-IDF of two to four characters in a row, reduced to 50 dimensions.
    """
    random = np.random.default_rng(random_state)
    rows = np.sort(random.permutation(len(table))[:MAX_TEXTS])
    vectors = _vectors([texts[row] for row in rows], random_state)
    edges = {name: _edges(table[name]) for name in table if column_kind(table[name]) in MEASURED}
    shares: dict[str, float] = {}
    for name in map(str, table.columns):
        groups, values = pd.factorize(_categories(table[name].iloc[rows], edges.get(name)))
        if not 1 < len(values) <= MAX_GROUPS:
            continue
        share = _between(vectors, groups)
        chance = [_between(vectors, random.permutation(groups)) for _ in range(PERMUTATIONS)]
        if (1 + sum(other >= share for other in chance)) / (1 + PERMUTATIONS) < LEVEL:
            shares[name] = share
    best = sorted(shares, key=lambda name: -shares[name])[:MAX_COLUMNS]
    return TextContext(tuple(best), {name: edges[name] for name in best if name in edges})


def _vectors(texts: list[str], random_state: int) -> Floats:
    """Return texts as vectors around 0, with a variance of 1 in all."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    terms = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True)
    try:
        found = terms.fit_transform(texts)
    except ValueError:
        return np.zeros((len(texts), 1))
    dimensions = min(DIMENSIONS, found.shape[1] - 1, len(texts) - 1)
    if dimensions < 1:
        return np.zeros((len(texts), 1))
    reduced: Floats = TruncatedSVD(dimensions, random_state=random_state).fit_transform(found)
    centred: Floats = reduced - reduced.mean(axis=0)
    size = np.linalg.norm(centred)
    return centred / size if size else centred


def _between(vectors: Floats, groups: Integers) -> float:
    """Return the share of the variance of `_vectors` that lies between groups, 0 to 1."""
    counts = np.bincount(groups)
    sums = np.zeros((len(counts), vectors.shape[1]))
    np.add.at(sums, groups, vectors)
    return float(((sums**2).sum(axis=1) / counts).sum())


def _edges(column: Column) -> Floats:
    values = to_floats(column)
    values = values[~np.isnan(values)]
    inner = np.arange(1, GROUPS) / GROUPS
    return np.unique(np.quantile(values, inner)) if len(values) else np.empty(0)


def _categories(column: Column, edges: Floats | None) -> Column:
    if edges is None:
        return column.astype("str").where(column.notna(), MISSING)
    values = to_floats(column)
    groups = pd.Series(np.searchsorted(edges, values, side="right"), column.index).astype("str")
    return groups.mask(np.isnan(values), MISSING)
