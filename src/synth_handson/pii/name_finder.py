"""Names that one column of a table holds, looked for in the texts of the others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from synth_handson.pii.name_lists import bare
from synth_handson.pii.spans import KANJI, UNSPACED, Span, plain

MIN_CHARACTERS = 3
"""Fewest characters of a Japanese or Korean name without a space; shorter ones are too often part of other
words."""
MAX_WORDS = 6
WORD = re.compile(rf"(?:(?![ぁ-ゟァ-ヿ가-힣{KANJI}々])[^\W\d_])+")
BETWEEN = re.compile(r"[\s・,.'’-]{0,3}")
GAPS = " \u3000・\t"
APART = re.compile(f"[{GAPS}]+")


class NameFinder:
    """Finds names of people in texts by their characters, ignoring case, accents, width and spaces.

    Parameters
    ----------
    names
        Names of people; those of one word are left out. Those of two characters in Japanese or Korean are
        looked for where a space stands between them, in the name and in the text.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._words: set[tuple[str, ...]] = set()
        self._signs: defaultdict[str, set[str]] = defaultdict(set)
        for name in map(plain, names):
            if UNSPACED.search(name):
                parts = APART.split(name.strip(GAPS))
                # The last name first, or last.
                for signs in {"".join(parts), "".join((parts[-1], *parts[:-1]))}:
                    if len(signs) >= MIN_CHARACTERS or len(parts) > 1:
                        self._signs[signs[:2]].add(signs)
                continue
            words = tuple(bare(word) for word in WORD.findall(name))
            if 2 <= len(words) <= MAX_WORDS:
                # The last name first, or last.
                self._words |= {words, (words[-1], *words[:-1]), (*words[1:], words[0])}

    def __bool__(self) -> bool:
        """Tell whether there is any name to look for."""
        return bool(self._words or self._signs)

    def find(self, text: str) -> Iterator[Span]:
        """Yield where a name stands in a text."""
        normal = plain(text)
        if self._words:
            yield from self._in_words(normal)
        if self._signs and UNSPACED.search(normal):
            yield from self._in_signs(normal)

    def _in_words(self, text: str) -> Iterator[Span]:
        words = list(WORD.finditer(text))
        forms = [bare(word.group()) for word in words]
        for first, word in enumerate(words):
            for last in range(first + 1, min(first + MAX_WORDS, len(words))):
                if not BETWEEN.fullmatch(text, words[last - 1].end(), words[last].start()):
                    break
                if tuple(forms[first : last + 1]) in self._words:
                    yield Span(word.start(), words[last].end(), "name")

    def _in_signs(self, text: str) -> Iterator[Span]:
        places = [place for place, sign in enumerate(text) if sign not in GAPS]
        signs = "".join(text[place] for place in places)
        for first in range(len(signs) - 1):
            for name in self._signs.get(signs[first : first + 2], ()):
                end = places[min(first + len(name), len(places)) - 1] + 1
                apart = end - places[first] > len(name)
                if signs.startswith(name, first) and (apart or len(name) >= MIN_CHARACTERS):
                    yield Span(places[first], end, "name")
