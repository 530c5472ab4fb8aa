"""Other ways to write a code or a number: reversed, in another base, hashed, inside a longer text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from synth_handson.metrics.text_similarity import folded

LEAST = 5
"""Characters that a code has at least, for shorter ones occur in other texts by chance."""
DIGEST = 8
"""Hexadecimal digits by which a hash is recognised."""
BASES = (36, 16)
HASHES = ("md5", "sha1", "sha256")
FORMS = ("code", "reversed", "rotated", "sorted", "base", *HASHES)
"""As part of a text, from its end, begun in another place, in any order, in base 36 or 16, or hashed."""


def real_form(text: str, form: str) -> str:
    """Write a real value as those of the synthetic table are read by `synthetic_forms`.

    Parameters
    ----------
    text
        A code, a number or a name.
    form
        One of `FORMS`.

    Returns
    -------
    str
        Empty if the text is too short to be recognised.
    """
    code = max(_codes(text), key=len, default="")
    if form in HASHES:
        return hashlib.new(form, text.encode(), usedforsecurity=False).hexdigest()[:DIGEST]
    if form == "base":
        return code.lstrip("0") if code.isdecimal() else ""
    return _ordered(code[::-1] if form == "reversed" else code, form)


def synthetic_forms(text: str, form: str) -> Iterator[str]:
    """Read what a synthetic value can stand for if it was written in a form; parameters as `real_form`."""
    if form in HASHES:
        yield from (digest[:DIGEST] for digest in re.findall(rf"[0-9a-f]{{{DIGEST},}}", text.casefold()))
    elif form == "base":
        for word in re.findall(r"[0-9a-z]+", text.casefold()):
            for start, base in ((start, base) for start in range(3) for base in BASES):
                yield _in_decimals(word[start:], base)
    else:
        yield from (_ordered(code, form) for code in _codes(text))


def looks_hashed(texts: Sequence[str]) -> bool:
    """Tell whether any texts hold hexadecimal digits, letters among them, that can be those of a hash."""
    return any(re.search(rf"(?=\w*[a-f])(?=\w*\d)[0-9a-f]{{{DIGEST},}}", text.casefold()) for text in texts)


def _codes(text: str) -> list[str]:
    """Return the runs of digits that are long enough; else all letters and digits as one word."""
    if digits := re.findall(rf"[0-9]{{{LEAST},}}", text):
        return digits
    word = re.sub(r"\W|_", "", folded(text))
    return [word] if len(word) >= LEAST else []


def _ordered(code: str, form: str) -> str:
    if form == "sorted":
        return "".join(sorted(code))
    if form == "rotated":
        return min((code[i:] + code[:i] for i in range(len(code))), default="")
    # Numbers lose the zeros in front.
    return code.lstrip("0")


def _in_decimals(word: str, base: int) -> str:
    try:
        number = str(int(word, base))
    except ValueError:
        return ""
    return number if len(number) >= LEAST else ""
