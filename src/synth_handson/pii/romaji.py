"""Japanese names in Latin letters, as people spell them."""

from __future__ import annotations

import re
import unicodedata
from itertools import product

from synth_handson.pii.words import LISTS

_SYLLABLES = {
    sign: consonant.strip("-") + vowel
    for consonant, signs in (line.split() for line in LISTS["syllables"].split("\n") if line)
    for sign, vowel in zip(signs, "aiueo", strict=True)
    if sign != "."
} | {
    "シ": "shi",
    "ジ": "ji",
    "チ": "chi",
    "ツ": "tsu",
    "ヂ": "ji",
    "ヅ": "zu",
    "フ": "fu",
    "ン": "n",
    "ヴ": "vu",
}
_SMALL = {"ャ": "ya", "ュ": "yu", "ョ": "yo"}
_LONG = re.compile(r"ou|oo|uu")


def katakana(kana: str) -> str:
    """Write hiragana as katakana, in full width."""
    text = unicodedata.normalize("NFKC", kana)
    return "".join(chr(ord(sign) + 0x60) if "ぁ" <= sign <= "ゖ" else sign for sign in text)


def romaji(kana: str) -> str:
    """Write kana in Latin letters by Hepburn's system, long vowels as they are written."""
    made = ""
    double = False
    for sign in katakana(kana):
        if sign in _SMALL:
            begin = made[:-1]
            made = begin + (_SMALL[sign][1:] if begin.endswith(("sh", "ch", "j")) else _SMALL[sign])
            continue
        if sign == "ッ":
            double = True
            continue
        latin = made[-1:] if sign == "ー" else _SYLLABLES.get(sign, "")
        made += ("t" if latin.startswith("ch") else latin[:1]) * double + latin
        double = False
    return made


def spellings(kana: str) -> frozenset[str]:
    """Return how a name is spelled in Latin letters: with long vowels or short ones, and "oh"."""
    pieces = _LONG.split(whole := romaji(kana))
    longs = _LONG.findall(whole)
    ways: list[tuple[str, ...]] = [(long, long[0], *(["oh"] * (long[0] == "o"))) for long in longs[:4]]
    ways += [(long,) for long in longs[4:]]
    return frozenset(
        "".join(piece + long for piece, long in zip(pieces, (*chosen, ""), strict=True))
        for chosen in product(*ways)
    )
