"""Personal data in a cell that is an object of JSON, or pairs such as name=Emma;age=41."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synth_handson.pii.columns import hint, is_bare
from synth_handson.pii.spans import Span

PAIRS = (
    re.compile(r"['\"]([^'\":{}]{1,40})['\"]\s?:\s?['\"]([^'\"{}]{1,80})['\"]"),
    re.compile(r"(?:^|[;&|]\s?)([^\s=;&|:?/][^=;&|:?/]{0,39})=([^=;&|]{1,80})(?=[;&|]|$)"),
)
"""Keys and their values."""
PARTS = frozenset({"first", "last", "given", "family", "middle", "fname", "lname"})
"""Keys of parts of a name, which as names of columns would say too little."""
MAX_WORDS = 5


def find_in_pairs(text: str) -> Iterator[Span]:
    """Yield values whose keys say that they are personal data, as the names of columns do."""
    for pattern in PAIRS if "=" in text or "{" in text else ():
        for pair in pattern.finditer(text):
            key, value = pair[1], pair[2]
            kind = "name" if key.strip().lower() in PARTS else hint(key)
            digits = any(map(str.isdigit, value))
            # What is no name has digits, or a form that is found without a key.
            wordy = kind == "name" and not digits and len(value.split()) <= MAX_WORDS
            if wordy and is_bare(key) and key.lower() not in PARTS:
                wordy = value[:1] != value[:1].lower() or not value.isascii()
            if kind and (wordy or kind == "user_name" or (digits and kind != "name")):
                yield Span(*pair.span(2), kind, False)
