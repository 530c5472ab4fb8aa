"""Dates of birth: dates with a word beside them that says so, in Western years and Japanese eras."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synth_handson.pii.spans import Span, near

MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
DATE = re.compile(
    r"(?<![\dA-Za-z.-])(?:"
    r"(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}"
    r"|\d{1,2}([-/.])\d{1,2}\2(?:19|20)?\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTHS},?\s+(?:19|20)\d\d"
    rf"|{MONTHS}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
    r"|(?:(?:19|20)\d\d年|(?:明治|大正|昭和|平成|令和)\s?(?:\d{1,2}|元)年)\s?\d{1,2}月\s?\d{1,2}日"
    r"|[MTSHR]\.?\d{1,2}([./-])\d{1,2}\3\d{1,2}"
    r")(?!\d)",
    re.IGNORECASE,
)
BIRTH = re.compile(
    r"\bborn\b|birth|\bd\.?o\.?b\b|b-day|geboren|生年月日|生まれ|誕生|うまれ|né[e]? le", re.IGNORECASE
)
ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
"""The year before the first of each era."""


def find_births(text: str) -> Iterator[Span]:
    """Yield dates of birth in a text of `spans.plain`."""
    if not BIRTH.search(text):
        return
    for found in DATE.finditer(text):
        if near(text, *found.span(), BIRTH, reach=20):
            yield Span(*found.span(), "birth_date")
