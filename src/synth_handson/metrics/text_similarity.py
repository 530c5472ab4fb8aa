"""How alike texts are, by the characters they are written with."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from synth_handson.metrics.arrays import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def folded(text: str) -> str:
    """Return a text without differences of case, width and white space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class TextSpace:
    """Texts as vectors: TF-IDF of three to five characters in a row.

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
