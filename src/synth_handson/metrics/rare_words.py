"""Words and pairs of words that occur in a single text, and whether they occur together in another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth_handson.metrics.arrays import Integers
from synth_handson.metrics.text_similarity import WORD, folded


def rare_words_together(texts: Sequence[str], others: Sequence[str]) -> Integers:
    """Count how many of a text's rare words occur together in another text.

    Rare are words, and pairs of neighbouring words, that only one of the texts has.

    Parameters
    ----------
    texts
        At least one of them has a word. Shape (n,).
    others
        Where the words are looked for. Shape (m,).

    Returns
    -------
    ndarray
        For each text, how many of its rare words that one of the others holds that holds most. Shape (n,).

    Notes
    -----
    N. Carlini, C. Liu, Ú. Erlingsson, J. Kos & D. Song, "The secret sharer: evaluating and testing unintended
    memorization in neural networks", USENIX Security 2019: there, the rare words were planted.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(preprocessor=folded, token_pattern=WORD, ngram_range=(1, 2), binary=True)
    words = counter.fit_transform(texts)
    rare = np.flatnonzero(np.bincount(words.indices, minlength=words.shape[1]) == 1)
    together = words[:, rare] @ counter.transform(others)[:, rare].T
    return np.asarray(together.max(axis=1).toarray().ravel(), dtype=np.intp)
