"""A text as people read it: nothing unseen, accents composed, letters joined that stand apart."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from synth_handson.pii.spans import KANJI, plain

MARKS = "\u0300-\u036f\u3099\u309a\u1160-\u11ff"
"""Accents, voicing marks and letters of a Korean syllable, where they are characters of their own."""
INVISIBLE = "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
JOINERS = "\u200c\u200d"
"""Written in Persian and Indian scripts; elsewhere they are invisible."""
UNSEEN = re.compile(f"[{INVISIBLE}]|(?<![\u0590-\u109f])[{JOINERS}]")
SPACE = r"&nbsp;|[ \t]{2,}|\t"
NOT_PLAIN = re.compile(f"[{MARKS}{INVISIBLE}{JOINERS}]|{SPACE}")
PART = re.compile(f"(?P<space>{SPACE})|{UNSEEN.pattern}|[^{MARKS}][{MARKS}]*|[{MARKS}]+")
LETTER = r"[^\W\d_]"
BETWEEN = "[ .·・-]{1,3}"
UNSPACED = f"[ぁ-ゟァ-ヿ가-힣{KANJI}々]"
RUN = re.compile(rf"(?<!\w){LETTER}(?:{BETWEEN}{LETTER}(?!\w)){{3,}}|{UNSPACED}(?:{BETWEEN}{UNSPACED}){{2,}}")
"""Letters of which none touches another: J o h n; three suffice where a word needs no more."""

Places = Sequence[tuple[int, int]]
"""Of each character the first and the one after the last of the original that it stands for."""


def readable(text: str) -> tuple[str, Places | None]:
    """Return a text as people read it, and where its characters stand in the original; None for "in place".

    Full-width forms are as ASCII has them.
    """
    read, places = plain(text), None
    if RUN.search(read):
        read, places = _joined(read)
    return _composed(read, places) if NOT_PLAIN.search(read) else (read, places)


def _composed(text: str, places: Places | None) -> tuple[str, Places]:
    """Leave out what cannot be seen, make one space of several, and compose letters and their marks."""
    places = places or _in_place(text)
    whole, there = "", list[tuple[int, int]]()
    for part in PART.finditer(text):
        if UNSEEN.match(text, *part.span()):
            continue
        made = " " if part["space"] else unicodedata.normalize("NFC", part.group())
        whole += made
        there += [(places[part.start()][0], places[part.end() - 1][1])] * len(made)
    return whole, there


def _in_place(text: str) -> list[tuple[int, int]]:
    return [(place, place + 1) for place in range(len(text))]


def _joined(text: str) -> tuple[str, Places]:
    """Join the letters of words that stand apart: what is most often between two is left out, else a space.

    Where everything is apart in the same way, a word begins at a capital letter after a small one.
    """
    places = _in_place(text)
    whole, there, end = "", list[tuple[int, int]](), 0
    for run in RUN.finditer(text):
        gaps = list(re.finditer(BETWEEN, run.group()))
        usual = Counter(gap.group() for gap in gaps).most_common(1)[0][0]
        whole, there = whole + text[end : run.start()], [*there, *places[end : run.start()]]
        for place in range(run.start(), run.end()):
            gap = next((one for one in gaps if one.start() <= place - run.start() < one.end()), None)
            if gap is None:
                if text[place].isupper() and whole[-1:].islower() and len({one.group() for one in gaps}) == 1:
                    whole, there = whole + " ", [*there, places[place - 1]]
                whole, there = whole + text[place], [*there, places[place]]
            elif gap.group() != usual and gap.start() == place - run.start():
                whole, there = whole + " ", [*there, places[place]]
        end = run.end()
    return whole + text[end:], [*there, *places[end:]]
