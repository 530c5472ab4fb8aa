"""Names of people in codes: INV/CLARKE/0012, clarke_0012, of which codes made anew would keep the words."""

from __future__ import annotations

import re
from collections import Counter

from synth_handson.pii.name_lists import is_first, is_last, is_word
from synth_handson.pii.spans import JAPANESE, Span
from synth_handson.pii.western import COMPANIES, NO_OPENING

WORD = re.compile(r"[^\W\d_]+")
MAX_WORDS = 3
"""Most words of a code."""
SHORTEST = 3
MIN_LISTED = 4
"""Fewest letters of a word, and of one that counts as a listed name: shorter ones are abbreviations."""
COMMON_SHARE = 0.9
"""Share of the codes from which on a word is a part of their form: INV."""
LEAST = 0.5
"""Share of the other words of a column that must be names."""


def names_in_codes(texts: list[str]) -> dict[str, list[Span]]:
    """Find names in a column of codes with digits: at least half of the words are first or last names.

    Lists alone do not say whether Denver is a person, so that somebody has to be asked.
    """
    found = {text: list(WORD.finditer(text)) for text in texts if re.search(r"\d", text)}
    codes = {text: words for text, words in found.items() if 0 < len(words) <= MAX_WORDS}
    if len(codes) <= len(texts) / 2:
        return {}
    times = Counter(one.group().lower() for words in codes.values() for one in words)
    told = {
        word for word, count in times.items()
        if len(word) >= SHORTEST and count < COMMON_SHARE * len(codes) and not JAPANESE.search(word)
    }  # fmt: skip
    if len(told) < 2 or sum(map(_is_listed, told)) < LEAST * len(told):
        return {}
    spans = {
        text: [Span(*one.span(), "name", False) for one in words if one.group().lower() in told]
        for text, words in codes.items()
    }
    return {text: its for text, its in spans.items() if its}


def _is_listed(word: str) -> bool:
    named = len(word) >= MIN_LISTED and (is_first(word) or is_last(word))
    return named and not (is_word(word) or word in COMPANIES or word in NO_OPENING)
