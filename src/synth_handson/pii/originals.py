"""Personal data of a table, looked for in what is made from it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property

from synth_handson.pii.spans import UNSPACED

MIN_CHARACTERS = 3
"""Fewest characters of a Japanese or Korean original to search for, as there are no spaces between words."""
MAX_WORDS = 8
"""Most consecutive words that are compared with an original."""
WORD = re.compile(r"[^\W_]+")


def normal(text: str) -> str:
    """Normalise a text: drop case, width, spaces and punctuation, so that equal ones compare equal."""
    form = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in form if sign.isalnum())


class Originals(frozenset[str]):
    """Personal data of a table, as of `normal`."""

    @cached_property
    def _lengths(self) -> list[int]:
        """How long those in Japanese and Korean are."""
        return sorted({len(one) for one in self if len(one) >= MIN_CHARACTERS and UNSPACED.search(one)})

    def stand_in(self, text: str) -> bool:
        """Tell whether any equals a text, or consecutive words (in Japanese, characters) of it."""
        form = normal(text)
        if form in self or not self.isdisjoint(_word_runs(text)):
            return True
        if not UNSPACED.search(form):
            return False
        parts = (form[i : i + n] for n in self._lengths for i in range(len(form) - n + 1))
        return any(part in self and UNSPACED.search(part) for part in parts)


def _word_runs(text: str) -> Iterator[str]:
    """Return all words in a row of a text, as of `normal`, up to `MAX_WORDS` of them."""
    words = WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    for count in range(1, MAX_WORDS + 1):
        yield from ("".join(words[i : i + count]) for i in range(len(words) - count + 1))
