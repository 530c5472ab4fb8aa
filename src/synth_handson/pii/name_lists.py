"""Names of people that many carry, in Latin letters: Faker's lists, with and without accents."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import import_module
from typing import NamedTuple

from synth_handson.pii.words import LISTS

LOCALES = tuple(LISTS["locales"].split())
"""Faker's lists that are used as names of people."""
CURATED = ("en_US", "en_GB")
"""Lists in which an English word really is a name; in others it is an accident."""
LARGE = (*CURATED, "de_DE", "fr_FR", "es_ES", "it_IT")
"""Lists that suffice alone to call a word a name; of the others, two must agree."""

WORDS, NOT_NAMES, PLAIN_ROMAJI = (frozenset(LISTS[name].split()) for name in ("ambiguous", "never", "romaji"))
SHORT = frozenset(LISTS["short"].split())

LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss"})
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})


@lru_cache(maxsize=65_536)
def bare(word: str) -> str:
    """Return a word in small letters without accents: old systems write it so."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFD", word.lower().translate(LETTERS))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).replace("’", "'")


class Names(NamedTuple):
    """Names in small letters and as of `bare`; ``alone`` are first names that need nothing beside them."""

    first: frozenset[str]
    alone: frozenset[str]
    last: frozenset[str]


@cache
def names() -> Names:
    """Return names that many carry."""
    japanese = import_module("faker.providers.person.ja_JP").Provider
    first, last = _times("first_name"), _times("last_name")
    first.update(dict.fromkeys(SHORT | _small(romaji for *_, romaji in japanese.first_name_pairs), 2))
    last.update(dict.fromkeys(_small(romaji for *_, romaji in japanese.last_name_pairs), 2))
    return Names(
        _spelled(first), _spelled(word for word, times in first.items() if times > 1), _spelled(last)
    )


def _times(part: str) -> Counter[str]:
    """Count in how many lists each name is; a large one counts for two."""
    times: Counter[str] = Counter()
    for locale in LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        lists = (getattr(provider, name) for name in dir(provider) if name.startswith(part))
        words = (listed for listed in lists if isinstance(listed, list | tuple | dict | set))
        listed = _small(word for one in words for word in one)
        found = listed if locale in CURATED else listed - common()
        times.update(dict.fromkeys(found, 2 if locale in LARGE else 1))
    return times


def _spelled(words: Iterable[str]) -> frozenset[str]:
    found = set(words)
    accented = [word for word in found if not word.isascii()]
    return frozenset(found.union(map(bare, accented), (bare(word.translate(UMLAUTS)) for word in accented)))


def _small(words: Iterable[str]) -> set[str]:
    return {word.lower() for word in words if len(word) > 1}


@cache
def common() -> frozenset[str]:
    """Return frequent words of English, of its jobs and of its companies, in small letters."""
    company = import_module("faker.providers.company.en_US").Provider
    texts = (
        *import_module("faker.providers.lorem.en_US").Provider.word_list,
        *import_module("faker.providers.job").Provider.jobs,
        *(words for part in (*company.catch_phrase_words, *company.bsWords) for words in part),
    )
    return frozenset(re.findall(r"[a-z]{2,}", " ".join(texts).lower())) - SHORT


def is_word(word: str) -> bool:
    """Tell whether a name is another word as well: alone, it is taken for that."""
    return bare(word) in WORDS or bare(word) in common()


def is_first(word: str) -> bool:
    """Tell whether a word is a first name."""
    return bare(word) in names().first


def stands_alone(word: str) -> bool:
    """Tell whether a word stands for somebody although nothing beside it says so."""
    return bare(word) in names().alone


def is_last(word: str) -> bool:
    """Tell whether a word, or its part before a hyphen, is a last name."""
    plain = bare(word)
    return bool({plain, plain.split("-")[0]} & names().last) and plain not in NOT_NAMES
