"""Where in a text personal data stands, and of which kind it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

Kind = Literal[
    "url", "email", "card", "iban", "my_number", "ssn", "passport", "driving_licence", "bank_account",
    "ip", "mac", "phone", "user_name", "address", "birth_date", "name",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which they are believed where two overlap."""

JAPANESE = re.compile("[ぁ-んァ-ヴ一-龥]")
"""What tells that a text is Japanese."""
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
    """Keep what is believed first of spans that overlap, in the order of the text."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (KINDS.index(s.kind), s.start - s.end, s.start)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return sorted(kept)


def near(text: str, start: int, end: int, words: re.Pattern[str], reach: int = 24) -> bool:
    """Tell whether one of some words stands shortly before a span, or right behind it."""
    return bool(words.search(text[max(0, start - reach) : start]) or words.search(text[end : end + 8]))
