"""How much free text is like real text, how much it repeats itself, and what it copies."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from synth_handson.metrics.text_similarity import TextSpace
from synth_handson.tables.texts import present_texts

MAX_TEXTS = 2_000
"""Of more texts, so many are compared."""
SEED = 0


@dataclass(frozen=True)
class TextSimilarity:
    """How synthetic texts compare with those of the original.

    Attributes
    ----------
    similarity
        Mean over synthetic texts of the cosine similarity with the nearest original one, by TF-IDF of three
        to five characters in a row, 0 to 1. It tells the same words, in any language, not the same meaning.
    expected
        The same for one half of the original texts against the other: what real people reach.
    distinct
        Share of the synthetic texts that are different from one another, 0 to 1.
    """

    similarity: float
    expected: float
    distinct: float


def compare_texts(original: pd.Series[str], synthetic: pd.Series[str]) -> TextSimilarity | None:
    """Compare the texts of a column; None if there are too few.

    Parameters
    ----------
    original, synthetic
        Text; missing values do not count.
    """
    real, made = _sample(original), _sample(synthetic)
    if len(real) < 4 or not made:
        return None
    half = len(real) // 2
    space = TextSpace(real)
    first, second = real[:half], real[half : 2 * half]
    return TextSimilarity(
        similarity=float(space.nearest(made, first).mean()),
        expected=float(space.nearest(second, first).mean()),
        distinct=len(set(made)) / len(made),
    )


def _sample(texts: pd.Series[str]) -> list[str]:
    present = present_texts(texts)
    return present.sample(min(len(present), MAX_TEXTS), random_state=SEED).tolist()
