"""Positions and kinds of personal data in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

Kind = Literal[
    "url", "email", "card", "iban", "my_number", "ssn", "national_id", "passport", "driving_licence",
    "bank_account", "ip", "mac", "phone", "user_name", "address", "birth_date", "name",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Kinds in order of precedence where two spans overlap."""

KANJI = "\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\U00020000-\U0003ffff"
"""Kanji as a character range for patterns, including rare ones that occur in names.

As code points: editors that compose characters turn the first of U+F900 to U+FAFF into another one.
"""
JAPANESE = re.compile(f"[ぁ-んァ-ヴ{KANJI}]")
"""Any character that marks a text as Japanese."""
HANGUL = re.compile("[가-힣]")
UNSPACED = re.compile(f"{JAPANESE.pattern}|{HANGUL.pattern}")
"""Scripts written without spaces around a name."""
DIGIT = re.compile(r"\d")
DASHES = re.compile(r"(?<=\d)[‐‑‒–—―−ー－](?=\d)")


@dataclass(frozen=True, order=True)
class Span:
    """Personal data in a text.

    Attributes
    ----------
    start, end
        Its first character, and the one after its last.
    kind
        What it is.
    sure
        Whether a check digit, a fixed form or a word beside it says so; otherwise it only looks like it.
    """

    start: int
    end: int
    kind: Kind
    sure: bool = True


def plain(text: str) -> str:
    """Return a text of the same length with full-width forms and dashes between digits as ASCII has them."""
    return DASHES.sub("-", "".join(map(_plain, text)))


@lru_cache(maxsize=65_536)
def _plain(sign: str) -> str:
    form = unicodedata.normalize("NFKC", sign)
    return form if len(form) == 1 else sign


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """Resolve overlapping spans by precedence, in the order of the text; names that overlap become one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (KINDS.index(s.kind), s.start - s.end, s.start)):
        over = [other for other in kept if span.start < other.end and other.start < span.end]
        if not over:
            kept.append(span)
        elif all(other.kind == span.kind == "name" for other in over):
            kept = [other for other in kept if other not in over]
            start, end = min(s.start for s in (span, *over)), max(s.end for s in (span, *over))
            kept.append(Span(start, end, "name", any(s.sure for s in (span, *over))))
    return sorted(kept)


def near(text: str, start: int, end: int, words: re.Pattern[str], reach: int = 24) -> bool:
    """Tell whether one of some words precedes a span closely, or follows it directly."""
    return bool(words.search(text[max(0, start - reach) : start]) or words.search(text[end : end + 8]))
