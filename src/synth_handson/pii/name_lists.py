"""Frequent names of people in Latin letters: Faker's lists, with and without accents."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import import_module
from typing import NamedTuple

from synth_handson.pii.words import LISTS, case_endings, nominatives

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
    """Return a word in lower case without accents, as old systems write it."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFD", word.lower().translate(LETTERS))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).replace("’", "'")


class Names(NamedTuple):
    """Names in small letters and as of `bare`; ``alone`` are first names recognised without context."""

    first: frozenset[str]
    alone: frozenset[str]
    last: frozenset[str]


@cache
def names() -> Names:
    """Return frequent names."""
    japanese = import_module("faker.providers.person.ja_JP").Provider
    first, last = _times("first_name"), _times("last_name")
    first.update(dict.fromkeys(SHORT | _small(romaji for *_, romaji in japanese.first_name_pairs), 2))
    last.update(dict.fromkeys(_small(romaji for *_, romaji in japanese.last_name_pairs), 2))
    return Names(
        _spelled(first), _spelled(word for word, times in first.items() if times > 1), _spelled(last)
    )


@cache
def _declined() -> tuple[dict[str, tuple[str, ...]], frozenset[str], frozenset[str]]:
    """Return endings of cases, and the first and last names of languages that have them."""
    locales = LISTS["declined_locales"].split()
    first, last = (
        frozenset(bare(name) for locale in locales for name in _listed(locale, part))
        for part in ("first_name", "last_name")
    )
    return case_endings("declined_latin"), first, last


def is_declined_first(word: str) -> bool:
    """Tell whether a word is a Slavic first name in a case other than the nominative."""
    endings, first, _ = _declined()
    return not first.isdisjoint(nominatives(bare(word), endings))


def is_declined_last(word: str) -> bool:
    """Tell whether a word is a Slavic last name in a case other than the nominative."""
    endings, _, last = _declined()
    return not last.isdisjoint(nominatives(bare(word), endings))


@cache
def chinese_last_names() -> frozenset[str]:
    """Return Chinese last names in Latin letters, in small letters."""
    lists = (import_module(f"faker.providers.person.{locale}").Provider for locale in ("zh_CN", "zh_TW"))
    return frozenset(name.lower() for provider in lists for name in provider.last_romanized_names)


def _listed(locale: str, part: str) -> set[str]:
    """Return Faker's first or last names of a locale in small letters."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    lists = (getattr(provider, name) for name in dir(provider) if part in name)
    words = [listed for listed in lists if isinstance(listed, list | tuple | dict | set)]
    found = _small(word for one in words for word in one)
    # Of Polish ones, Faker lists those of men.
    return found | {name[:-1] + "a" for name in found if locale == "pl_PL" and name.endswith(("ski", "cki"))}


def _times(part: str) -> Counter[str]:
    """Count in how many lists each name is; a large one counts for two."""
    times: Counter[str] = Counter()
    for locale in LOCALES:
        listed = _listed(locale, part)
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
    """Tell whether a name is also another word; alone, it counts as that."""
    return bare(word) in WORDS or bare(word) in common()


def is_first(word: str) -> bool:
    """Tell whether a word is a first name."""
    return bare(word) in names().first


def stands_alone(word: str) -> bool:
    """Tell whether a word counts as a name without context."""
    return bare(word) in names().alone


def is_last(word: str) -> bool:
    """Tell whether a word, or its part before a hyphen, is a last name."""
    plain = bare(word)
    return bool({plain, plain.split("-")[0]} & names().last) and plain not in NOT_NAMES
