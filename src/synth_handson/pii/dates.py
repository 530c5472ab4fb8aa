"""Dates of birth, marked as such by a word beside them, in Western years and Japanese eras."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synth_handson.pii.spans import Span, near, plain

MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
DATE = re.compile(
    r"(?<![\dA-Za-z.-])(?:"
    r"(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}"
    r"|\d{1,2}([-/.])\d{1,2}\2(?:19|20)?\d\d"
    rf"|\d{{1,2}}[-/]{MONTHS}[-/](?:19|20)?\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTHS},?\s+(?:19|20)\d\d"
    rf"|{MONTHS}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
    r"|(?:明治|大正|昭和|平成|令和)[元一二三四五六七八九十]{1,4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日"
    r"|(?:(?:19|20)\d\d年|(?:明治|大正|昭和|平成|令和)\s?(?:\d{1,2}|元)年)\s?\d{1,2}月\s?\d{1,2}日"
    r"|[MTSHR]\.?\d{1,2}([./-])\d{1,2}\3\d{1,2}"
    r")(?!\d)",
    re.IGNORECASE,
)
BIRTH = re.compile(
    r"\bborn\b|birth|\bd\.?o\.?b\b|b-day|geboren|geb\.|nacid[oa]|nat[oa] il|рожд|출생"
    r"|生年月日|生まれ|誕生|うまれ|né[e]? le",
    re.IGNORECASE,
)
STARRED = re.compile(r"(?:^|[\s,(])[*✶]\s?$")
"""Marks a date of birth in German: * 12.03.1985."""
SIX = re.compile(r"(?<![\w.-])\d{6}(?![\w.-])")
BEHIND = re.compile(r"\s?生(?![産鮮徒活])")
YEAR = re.compile(
    r"^\d{4}(?=\d{4}$)|(?<!\d)(?:19|20)\d\d(?!\d)|(?:明治|大正|昭和|平成|令和)\s?(?:\d{1,2}|元)|^[MTSHR]\.?\d{1,2}",
    re.IGNORECASE,
)
ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
"""The year before each era's first year."""


def find_births(text: str) -> Iterator[Span]:
    """Yield dates of birth in a text of `spans.plain`."""
    if "*" in text:
        starred = (found for found in DATE.finditer(text) if STARRED.search(text[: found.start()]))
        yield from (Span(*found.span(), "birth_date") for found in starred)
    if not BIRTH.search(text) and "生" not in text:
        return
    for found in SIX.finditer(text):
        if near(text, *found.span(), BIRTH, reach=20):
            yield Span(*found.span(), "birth_date")
    for found in DATE.finditer(text):
        if BEHIND.match(text, found.end()) or near(text, *found.span(), BIRTH, reach=20):
            yield Span(*found.span(), "birth_date")


def year_of(text: str) -> str:
    """Return the year of a date as it is written, with its era; the text if there are no digits in it."""
    text = plain(text)
    found = YEAR.search(text) or re.search(r"\d+(?=\D*$)", text)
    return found.group() if found else text
