"""Similarity of texts by their characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from synth_handson.metrics.arrays import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_HIRAGANA, _KATAKANA = "\u3041-\u309f", "\u30a0-\u30ff"
_KANJI = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = rf"[{_HIRAGANA}]+|[{_KATAKANA}]+|[{_KANJI}]+|[^\W_{_HIRAGANA}{_KATAKANA}{_KANJI}]+"
"""Consecutive letters and digits. Japanese, which has no spaces, is split where the script changes."""


def folded(text: str) -> str:
    """Return a text without differences of case, width and white space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class TextSpace:
    """Texts as vectors: TF-IDF of character n-grams, three to five characters long.

    It tells the same words and endings, in any language, and not the same meaning.

    Parameters
    ----------
    texts
        By how many of which it is decided how much a run of characters weighs.

    Notes
    -----
    G. Salton & C. Buckley, "Term-weighting approaches in automatic text retrieval", Information Processing &
    Management 24(5), 1988.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit(texts)

    def nearest(self, texts: Sequence[str], among: Sequence[str]) -> Floats:
        """Return the cosine similarity of each text with the nearest of others, 0 to 1. Shape (n,)."""
        return self._similarity(self._of(texts), self._of(among), 1)

    def nearest_other(self, texts: Sequence[str]) -> Floats:
        """Return the cosine similarity of each text with the nearest other one among them. Shape (n,)."""
        vectors = self._of(texts)
        return self._similarity(vectors, vectors, 2)

    def _of(self, texts: Sequence[str]) -> csr_matrix:
        from scipy.sparse import csr_matrix

        return csr_matrix(self._vectors.transform(texts))

    @staticmethod
    def _similarity(vectors: csr_matrix, among: csr_matrix, rank: int) -> Floats:
        from sklearn.neighbors import NearestNeighbors

        search = NearestNeighbors(n_neighbors=rank, metric="cosine", algorithm="brute").fit(among)
        distances, _ = search.kneighbors(vectors)
        return np.asarray(1 - distances[:, -1])


class MeaningSpace:
    """Texts as embeddings, centred at the mean of the reference texts.

    Parameters
    ----------
    embed
        Gives texts as vectors. Shape (n, dimensions).
    texts
        Whose mean is taken off: vectors of language models point in much the same direction whatever a text
        is about.

    Notes
    -----
    J. Mu & P. Viswanath, "All-but-the-top: simple and effective postprocessing for word representations",
    ICLR 2018.
    """

    def __init__(self, embed: Callable[[Sequence[str]], Floats], texts: Sequence[str]) -> None:
        self._embed = embed
        self._mean = embed(texts).mean(axis=0)

    def nearest(self, texts: Sequence[str], among: Sequence[str]) -> Floats:
        """Return the cosine similarity of each text with the nearest of others, 0 to 1. Shape (n,)."""
        cosines = self._of(texts) @ self._of(among).T
        return np.asarray(cosines.max(axis=1).clip(0.0, 1.0))

    def _of(self, texts: Sequence[str]) -> Floats:
        vectors = self._embed(texts) - self._mean
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


def nearest_in_any_order(texts: Sequence[str], others: Sequence[str]) -> Floats:
    """Return how similar each text is to the most similar of other texts, in whatever order its words stand.

    Parameters
    ----------
    texts
        At least one of them has a word. How rare a word is among them decides how much it weighs. Shape (n,).
    others
        Shape (m,).

    Returns
    -------
    ndarray
        The mean of two cosine similarities, 0 to 1. Shape (n,).

    Notes
    -----
    TF-IDF, as in `TextSpace`, of words and of three characters in a row: words alone do not see one letter
    changed in each, and characters alone are weaker where other words stand in between.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    vectors = FeatureUnion(
        [
            ("words", TfidfVectorizer(preprocessor=folded, token_pattern=WORD, sublinear_tf=True)),
            (
                "characters",
                TfidfVectorizer(
                    preprocessor=folded, analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True
                ),
            ),
        ]
    )
    similarities = vectors.fit_transform(texts) @ vectors.transform(others).T
    return np.asarray(similarities.max(axis=1).toarray().ravel() / 2)
