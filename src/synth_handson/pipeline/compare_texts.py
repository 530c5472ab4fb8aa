"""Compare free text with real text: similarity, repetition and copies."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from synth_handson.metrics.arrays import Floats
from synth_handson.metrics.text_similarity import WORD, MeaningSpace, TextSpace
from synth_handson.pii.detect import PersonalDataSpans
from synth_handson.pii.placeholders import Placeholders, as_marks
from synth_handson.synthesis.llm import LanguageModel
from synth_handson.synthesis.mostly import embedding
from synth_handson.tables.texts import present_texts

MAX_TEXTS = 2_000
"""Texts compared at most."""
MAX_ASKED = 400
"""Texts sent to a server at most: a large model needs a good part of a second for each."""
SEED = 0
STOP_WORDS = 0.25
"""Share of stop words such as "the" and "of" in an English text; a German one has half as many."""
ENGLISH = 0.8
"""Share of English texts from which on a column counts as English."""


@dataclass(frozen=True)
class Meaning:
    """Embeds texts by their meaning.

    Attributes
    ----------
    model
        Name of a language model.
    embed
        Gives texts as vectors. Shape (n, dimensions).
    most
        Texts compared at most.
    """

    model: str
    embed: Callable[[Sequence[str]], Floats]
    most: int = MAX_TEXTS

    @classmethod
    def of(cls, model: LanguageModel) -> Meaning:
        """Use the embeddings of a model on a server."""
        return cls(model.model, model.embed, MAX_ASKED)


@dataclass(frozen=True)
class TextSimilarity:
    """How synthetic texts compare with those of the original.

    Attributes
    ----------
    similarity
        Mean over synthetic texts of the cosine similarity with the nearest original one, 0 to 1: by a model
        that tells their meaning, or else by TF-IDF of three to five characters in a row, which tells the same
        words, in any language, not the same meaning.
    expected
        The same for one half of the original texts against the other: what real people reach.
    distinct
        Share of the synthetic texts that are different from one another, 0 to 1.
    model
        By which model; None by characters.
    """

    similarity: float
    expected: float
    distinct: float
    model: str | None = None


def meaning_for(texts: pd.Series[str]) -> Meaning | None:
    """Return an embedding of texts that needs no server: a model of English, for texts in English."""
    if not embedding.is_installed() or not _are_english(present_texts(texts).head(MAX_TEXTS).tolist()):
        return None
    return Meaning(embedding.MODEL, embedding.embed)


def without_personal_data(texts: pd.Series[str], found: PersonalDataSpans | None) -> pd.Series[str]:
    """Return texts with marks such as ``[[name_1]]`` in place of the personal data found in them."""
    places, spans = Placeholders(), found.spans if found else {}
    return texts.map(
        lambda text: as_marks(places.hide(text, spans.get(text, ()))), na_action="ignore"
    ).astype("str")


def compare_texts(
    original: pd.Series[str], synthetic: pd.Series[str], meaning: Meaning | None = None
) -> TextSimilarity | None:
    """Compare the texts of a column; None if there are too few.

    Parameters
    ----------
    original, synthetic
        Text; missing values do not count.
    meaning
        What tells their meaning; without it, their characters are compared.

    Raises
    ------
    ServerError
        If it is on a server that fails.
    """
    most = meaning.most if meaning else MAX_TEXTS
    real, made = _sample(original, most), _sample(synthetic, most)
    if len(real) < 4 or not made:
        return None
    half = len(real) // 2
    space = MeaningSpace(meaning.embed, real) if meaning else TextSpace(real)
    first, second = real[:half], real[half : 2 * half]
    return TextSimilarity(
        similarity=float(space.nearest(made, first).mean()),
        expected=float(space.nearest(second, first).mean()),
        distinct=len(set(made)) / len(made),
        model=meaning.model if meaning else None,
    )


def _sample(texts: pd.Series[str], most: int) -> list[str]:
    present = present_texts(texts)
    return present.sample(min(len(present), most), random_state=SEED).tolist()


def _are_english(texts: Sequence[str]) -> bool:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    def is_english(text: str) -> bool:
        words = re.findall(WORD, text.lower())
        return sum(word in ENGLISH_STOP_WORDS for word in words) >= STOP_WORDS * max(len(words), 1)

    return bool(texts) and sum(map(is_english, texts)) >= ENGLISH * len(texts)
