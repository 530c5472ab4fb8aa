"""Names of people in English text: by titles, by what introduces them, and by lists of names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import pairwise

from synth_handson.pii.spans import Span
from synth_handson.pii.words import LISTS

LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT")
"""Faker's lists of names that are taken for those of people."""

ORGANISATION = re.compile(
    r"(?:&|\b(?:Saint|St|San|Santa|Port|Lake|Mount|Fort|New|North|South|East|West|Upper|Lower|Great))\.?\s*$"
)
"""What stands before a name that is one of a place or a company."""

WORDS, NOT_NAMES, PLAIN_ROMAJI = (frozenset(LISTS[name].split()) for name in ("ambiguous", "never", "romaji"))


def _any(name: str) -> str:
    """Return a pattern for any line of a list."""
    return "|".join(line.strip() for line in LISTS[name].splitlines() if line.strip())


COMPANIES = frozenset(_any("companies").split("|"))

PLACES = re.compile(rf"\s+(?:&|and Sons\b|and Co\b|(?:{_any('places')})\b)")

_LETTERS = [chr(code) for code in range(0xC0, 0x180)]
_UPPER = "A-Z" + "".join(filter(str.isupper, _LETTERS))
_LOWER = "a-z" + "".join(filter(str.islower, _LETTERS))
_PART = rf"(?:(?:Mc|Mac|O['’]|D['’]|De|La|Le)?[{_UPPER}][{_LOWER}]+(?:[-'’][{_UPPER}][{_LOWER}]+)*)"
_LINK = r"(?:(?:von|van|de|da|di|del|der|den|la|le|al|bin|ibn|el|dos|ter|zu)\s+){0,2}"
_FULL = rf"{_LINK}{_PART}(?:\s+(?:[A-Z]\.(?:\s?[A-Z]\.)?\s*)?{_LINK}{_PART}){{0,3}}"
PART = re.compile(rf"(?<![\w@./#-]){_PART}(?![{_UPPER}{_LOWER}0-9_@]|\.\w)")
CAPITALS = re.compile(
    r"(?<![\w-])(?:([A-Z]{3,})\s+([A-Z][a-z]{2,})|([A-Z][a-z]{2,})\s+([A-Z]{3,}))(?![A-Za-z-])"
)
TITLED = re.compile(rf"\b(?:{_any('titles')})\b\.?\s+({_FULL})")
INITIAL = re.compile(rf"(?<![\w.])([A-Z]\.\s?(?:[A-Z]\.\s?)?{_PART})(?!\w)")
NAMED = re.compile(
    r"(?:\b[Nn]ame(?:\s+is|['’]s|\s*[:=])|\bnamed|\b(?:is|was) called|\bcalled myself"
    rf"|\bSigned(?: by)?[:,]?|\b[Aa]ttn[.:]?)\s+({_FULL})"
)
INTRODUCED = re.compile(rf"\b(?i:{_any('introducing')}),?\s+({_FULL})")
ACTING = re.compile(
    rf"(?<![\w@./-])(?<!the\s)(?<!The\s)({_PART}\s+{_LINK}{_PART})(?=\s(?:{_any('acting')})\b)"
)
LAST_FIRST = re.compile(rf"(?<![\w@./-])({_PART}),\s({_PART})(?!\w)")

_SYLLABLE = (
    r"(?:(?:k|s|t|n|h|m|y|r|w|g|z|d|b|p|j|f|ch|sh|ts|ky|sy|ny|hy|my|ry|gy|by|py|jy)?[aeiou]"
    r"|n(?![aeiouy])|(?=([kstp])\1)[kstp])"
)
ROMAJI = re.compile(rf"{_SYLLABLE}{{2,6}}h?", re.IGNORECASE)
SURNAME_END = re.compile(
    r"(?:moto|mura|yama|kawa|gawa|da|ta|no|saki|zaki|hara|wara|shima|jima|bayashi|mori|guchi|naka|shita"
    r"|zawa|sawa|ishi|naga|to|do|tani|oka|mizu|uchi|ura|be|ki|mi|hashi|bashi|matsu|sugi|ue|ai)h?$"
)
GIVEN_END = re.compile(
    r"(?:ko|mi|ro|rou|ki|to|ta|ya|na|ka|ke|suke|chi|shi|e|ri|ji|ichi|nori|hiko|yo|ne|aki|uki|zu|u|ai|oi|ei)h?$"
)


@cache
def names() -> tuple[frozenset[str], frozenset[str]]:
    """Return first names and last names, in small letters."""
    first: set[str] = set()
    last: set[str] = set()
    for locale in LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        first.update(provider.first_names)
        last.update(provider.last_names)
    japanese = import_module("faker.providers.person.ja_JP").Provider
    first.update(LISTS["short"].split())
    first.update(romaji for _, _, romaji in japanese.first_name_pairs)
    last.update(romaji for _, _, romaji in japanese.last_name_pairs)
    return frozenset(map(str.lower, first)), frozenset(map(str.lower, last))


def find_western_names(text: str) -> Iterator[Span]:
    """Yield names in a text of `spans.plain` that are written in Latin letters.

    What a list, a title or a word before it does not give away is not found: a rare name alone, or one in
    small letters.
    """
    if not any("A" <= sign <= "Z" or "À" <= sign <= "Þ" for sign in text):
        return
    found = [*_by_context(text), *_by_list(text), *_romaji(text)]
    yield from found
    yield from _again(text, found)


def _by_context(text: str) -> Iterator[Span]:
    for pattern, strict in ((TITLED, False), (NAMED, False), (INTRODUCED, True)):
        for match in pattern.finditer(text):
            span = _trimmed(text, *match.span(1))
            if span is None:
                continue
            parts = text[slice(*span)].split()
            if strict and len(parts) == 1 and not _is_first(parts[0]):
                continue
            if " ".join(parts).lower() not in COMPANIES and not PLACES.match(text, span[1]):
                yield Span(*span, "name")
    for match in INITIAL.finditer(text):
        last = match.group(1).rpartition(".")[2].strip()
        if last.lower() not in NOT_NAMES | WORDS and not PLACES.match(text, match.end()):
            yield Span(*match.span(1), "name", _is_last(last))
    for match in ACTING.finditer(text):
        words = match.group(1).lower().split()
        if not {*words} & NOT_NAMES and " ".join(words) not in COMPANIES:
            yield Span(*match.span(1), "name", False)
    for match in LAST_FIRST.finditer(text):
        last, first = match.group(1).lower(), match.group(2).lower()
        known_first, known_last = names()
        if last in known_last and first in known_first and not {last, first} & WORDS:
            yield Span(*match.span(), "name")


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Cut a run of capitalised words before the first that is no name."""
    position = start
    for match in re.finditer(r"\S+", text[start:end]):
        if match.group().lower().rstrip(".,") in NOT_NAMES:
            break
        position = start + match.end()
    return (start, position) if position > start else None


def _by_list(text: str) -> Iterator[Span]:
    """Yield first names of the lists with the capitalised words behind them, or alone if they are no word."""
    tokens = list(PART.finditer(text))
    taken = -1
    for number, token in enumerate(tokens):
        if token.start() < taken or not _is_first(token.group()):
            continue
        end, count = token.end(), 1
        for after in tokens[number + 1 : number + 4]:
            gap = text[end : after.start()]
            if (
                not re.fullmatch(rf"\s(?:[A-Z]\.\s?){{0,2}}{_LINK}", gap)
                or after.group().lower() in NOT_NAMES
            ):
                break
            end, count = after.end(), count + 1
        word = token.group().lower() in WORDS
        last = text[token.start() : end].split()[-1]
        if PLACES.match(text, end) or (word and (count == 1 or not _is_last(last))):
            continue
        if (
            ORGANISATION.search(text[: token.start()])
            or " ".join(text[token.start() : end].lower().split()) in COMPANIES
        ):
            continue
        taken = end
        yield Span(token.start(), end, "name", count > 1)


def _romaji(text: str) -> Iterator[Span]:
    """Yield pairs of words that sound like a Japanese name, in either order."""
    for one, two in _pairs(text):
        words = one.group().lower(), two.group().lower()
        if not all(ROMAJI.fullmatch(word) and len(word) > 2 for word in words) or set(words) & PLAIN_ROMAJI:
            continue
        first, last = names()
        known = bool({*words} & (first | last))
        sounds = any(SURNAME_END.search(a) and GIVEN_END.search(b) for a, b in (words, words[::-1]))
        if known or (sounds and not {*words} & (WORDS | NOT_NAMES)):
            yield Span(one.start(), two.end(), "name", known)
    for match in CAPITALS.finditer(text):
        if all(ROMAJI.fullmatch(word.lower()) for word in match.groups() if word):
            yield Span(*match.span(), "name")


def _pairs(text: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    tokens = list(PART.finditer(text))
    for one, two in pairwise(tokens):
        if text[one.end() : two.start()] == " ":
            yield one, two


def _again(text: str, found: list[Span]) -> Iterator[Span]:
    """Yield what is left of a name elsewhere in the text: its last name, or its first."""
    parts = {part for span in found if span.sure for part in PART.findall(text[span.start : span.end])}
    for token in PART.finditer(text):
        if (
            token.group() in parts
            and token.group().lower() not in WORDS
            and not PLACES.match(text, token.end())
        ):
            yield Span(*token.span(), "name")


def _is_first(word: str) -> bool:
    return word.lower() in names()[0]


def _is_last(word: str) -> bool:
    known = word.lower().split("-")[0] in names()[1]
    return known and word.lower() not in NOT_NAMES
