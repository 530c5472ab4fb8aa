"""What is known of the names in a table: which are spellings of one, of whom, and how they are split."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import product
from typing import Literal

from synth_handson.pii.japanese import name_parts, reading
from synth_handson.pii.originals import normal
from synth_handson.pii.romaji import katakana, spellings
from synth_handson.pii.spans import JAPANESE

Gender = Literal["female", "male"]
NamePart = Literal["full", "last", "first"]
Name = tuple[bool, str]
"""Whether it is a first name, and the name as returned by `normal`."""

KANA = re.compile(r"[ぁ-んァ-ヶー・\s　]+")
LATIN = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class KnownNames:
    """What is known of names; of those that were never seen, nothing.

    Attributes
    ----------
    one
        For last and first names with other spellings (kana, Latin letters), the one that stands for all.
    genders
        Whose the first names are, if a column says so.
    seen
        All last names and first names.
    splits
        Full names without a space, as last name and first name.
    """

    one: Mapping[Name, str] = field(default_factory=dict)
    genders: Mapping[str, Gender] = field(default_factory=dict)
    seen: frozenset[Name] = frozenset()
    splits: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def as_one(self, name: str, first: bool) -> str:
        """Return the spelling that stands for all others of a name."""
        return self.one.get((first, _key(name)), normal(name) or name)

    def knows(self, form: str) -> bool:
        """Tell whether somebody in the table has this last or first name, as of `normal`."""
        return (False, form) in self.seen or (True, form) in self.seen

    def is_first(self, name: str) -> bool | None:
        """Tell whether this is a first name and no last name of the table; None if nobody knows."""
        key = _key(name)
        first, last = ((kind, key) in self.seen or (kind, key) in self.one for kind in (True, False))
        return first if first != last else None

    def parts(self, name: str, part: NamePart) -> list[tuple[str, bool]]:
        """Split a Japanese name into last name, what is between, and first name, as `name_parts` does."""
        if part != "full":
            return [(name, part == "first")]
        split = self.splits.get(normal(name))
        return [(split[0], False), (split[1], True)] if split else name_parts(name)

    def part_of(self, word: str, name: str) -> NamePart:
        """Tell which part of a full name in Latin letters a word is, where both are known; else "full"."""
        last, first = last_and_first(name, "full")
        if (False, _key(last)) in self.seen and (True, _key(first)) in self.seen and last != first:
            return "first" if word == first else "last" if word == last else "full"
        return "full"


NOBODY = KnownNames()


def _key(name: str) -> str:
    return katakana(normal(name))


@lru_cache(maxsize=65_536)
def last_and_first(name: str, part: NamePart) -> tuple[str, str]:
    """Take a cell apart into last name and first name; either may be empty, and middle names are left out."""
    if part != "full":
        return ("", name) if part == "first" else (name, "")
    if JAPANESE.search(name):
        parts = [one for one in name_parts(name) if one[0].strip(" 　・")]
        lasts, firsts = ([text for text, first in parts if first is wanted] for wanted in (False, True))
        return "".join(lasts), "".join(firsts)
    words = [word for word in LATIN.findall(name) if len(word) > 1]
    if len(words) < 2:
        return name, ""
    return (words[0], words[-1]) if "," in name else (words[-1], words[0])


class NameBook:
    """Collects the names of a table, row by row."""

    def __init__(self) -> None:
        self._parent: dict[Name, Name] = {}
        self._genders: dict[Name, Counter[Gender]] = {}
        self._splits: dict[str, tuple[str, str]] = {}

    def add(self, cells: Iterable[tuple[str, NamePart]], gender: Gender | None) -> None:
        """Take down what one person is called in one row."""
        names = list(cells)
        families, given = ([text for text, part in names if part == of] for of in ("last", "first"))
        apart = list(product(families, given))
        people = [
            (
                text,
                *next((n for n in apart if normal("".join(n)) == normal(text)), last_and_first(text, part)),
            )
            for text, part in names
            if JAPANESE.search(text)
        ]
        lasts, firsts = ([one[n] for one in people if one[n]] for n in (1, 2))
        for text, part in names:
            whole = next((n for n in apart if part == "full" and normal("".join(n)) == normal(text)), None)
            if whole:
                self._splits[normal(text)] = whole
        kanji_last, kanji_first = (
            next((name for name in found if not KANA.fullmatch(name)), "") for found in (lasts, firsts)
        )
        for text, last, first in people:
            if KANA.fullmatch(text) and kanji_last and kanji_first and not (last and first):
                split = _split(text, kanji_last, kanji_first)
                if split:
                    self._splits[normal(text)] = split
                    lasts, firsts = [*(n for n in lasts if n != text), split[0]], [*firsts, split[1]]
        latin = [(text, part) for text, part in names if not JAPANESE.search(text)]
        for text, part in latin:
            last, first = last_and_first(text, part)
            if people and part == "full" and self._is_turned(last, first, lasts, firsts):
                last, first = first, last
            lasts, firsts = [*lasts, last], [*firsts, first]
        self._join(False, lasts)
        self._join(True, firsts)
        if gender:
            for first in filter(None, firsts):
                self._genders.setdefault((True, _key(first)), Counter())[gender] += 1

    def known(self) -> KnownNames:
        """Return what is known by now."""
        groups: dict[Name, list[Name]] = {}
        for name in list(self._parent):
            groups.setdefault(self._root(name), []).append(name)
        one: dict[Name, str] = {}
        genders: dict[str, Gender] = {}
        for group in groups.values():
            # Kanji stand for the others, as in texts they mostly stand alone.
            shown = min((text for _, text in group), key=_rank)
            votes: Counter[Gender] = sum((self._genders.get(name, Counter()) for name in group), Counter())
            if votes:
                genders[shown] = votes.most_common(1)[0][0]
            for first, text in group:
                one[first, text] = shown
                for way in spelled(text):
                    one.setdefault((first, way), shown)
        return KnownNames(one, genders, frozenset(self._parent), self._splits)

    def _join(self, first: bool, names: Iterable[str]) -> None:
        keys = [(first, text) for text in map(_key, names) if text]
        for key in keys:
            self._parent.setdefault(key, key)
            self._parent[self._root(key)] = self._root(keys[0])

    def _root(self, name: Name) -> Name:
        while (parent := self._parent[name]) != name:
            self._parent[name] = self._parent[parent]
            name = self._parent[name]
        return name

    @staticmethod
    def _is_turned(last: str, first: str, lasts: list[str], firsts: list[str]) -> bool:
        """Tell whether a name in Latin letters has the last name first, by how the others are read."""
        families, given = (
            {way for name in names for way in spelled(_key(name))} for names in (lasts, firsts)
        )
        turned = first.lower() in families or last.lower() in given
        return turned and not (last.lower() in families or first.lower() in given)


@cache
def spelled(name: str) -> frozenset[str]:
    """Return how a Japanese name is spelled in Latin letters, by its kana or the dictionary's reading."""
    if not JAPANESE.search(name):
        return frozenset()
    kana = name if KANA.fullmatch(name) else reading(name)
    return spellings(kana) if kana else frozenset()


def _rank(name: str) -> tuple[bool, bool, str]:
    return not JAPANESE.search(name), bool(KANA.fullmatch(name)), name


def _split(kana: str, last: str, first: str) -> tuple[str, str] | None:
    """Split a full name in kana without a space by how the dictionary reads one of its parts."""
    text = katakana(kana)
    begin, end = reading(last), reading(first)
    if begin and text.startswith(begin) and len(text) > len(begin):
        return kana[: len(begin)], kana[len(begin) :]
    if end and text.endswith(end) and len(text) > len(end):
        return kana[: -len(end)], kana[-len(end) :]
    return None
