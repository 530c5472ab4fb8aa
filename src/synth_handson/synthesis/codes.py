"""Codes that hardly anybody shares: new ones are made in their common forms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np
from stdnum import ean, luhn, verhoeff
from stdnum.iso7064 import mod_11_10
from stdnum.jp import cn

from synth_handson.synthesis.identifiers import POOLS
from synth_handson.tables.texts import MIN_KEPT_ROWS

MAX_READ = 20_000
"""Codes that are read to find their forms."""
COVERED = 0.9
"""Smallest share of a column's codes that have a digit and a common form."""
ROOM = 10
LEAST_ROOM = 2
"""Smallest ratio of possible codes to real ones that leaves room for new ones."""
MIN_CHECKED = 20
"""Number of codes that have correct check digits by chance only once in 10²⁰ times."""
TRIES = 100
OTHER = "ん"
"""Stands for a letter of any other script in a shape."""

Template = tuple[str, ...]
"""The characters that may stand at each position of a code."""


@dataclass(frozen=True, eq=False)
class Codes:
    """How to make codes of a column.

    Attributes
    ----------
    real
        The codes that are there, none of which is made.
    templates
        One for each row of a form that at least 8 rows have. Each position has the characters found there in
        the form. What at least 8 rows share stays: words, and the leading part, which names an area in a
        postal code, as far as it leaves room for codes that are none of the real ones.
    check
        Gives a code its check digit, if it has one.
    roomy
        Whether there is room for codes that are none of the real ones.
    """

    real: frozenset[str]
    templates: tuple[Template, ...]
    check: Callable[[str], str] | None
    roomy: bool

    @classmethod
    def of(cls, values: Sequence[str]) -> Codes | None:
        """Read the forms of codes, one for each person; None if they are words or have no common form.

        A form is the order of digits, letters and other characters; if that is hardly ever the same, as in
        hashes, the order of the other characters.
        """
        real = frozenset(values)
        some = [values[i] for i in np.linspace(0, len(values) - 1, min(MAX_READ, len(values))).astype(int)]
        with_digit = sum(any(map(str.isdecimal, value)) for value in some)
        if with_digit < COVERED * len(some) and not all(re.fullmatch("[A-Z]{4,}", value) for value in some):
            return None
        frequent = {one for one, times in Counter("".join(some)).items() if times >= MIN_KEPT_ROWS}
        for shape in (_shape, _loose_shape):
            groups: dict[str, list[str]] = {}
            for value in some:
                groups.setdefault(shape(value), []).append(value)
            kept = {form: alike for form, alike in groups.items() if len(alike) >= MIN_KEPT_ROWS}
            found = [made for form, alike in kept.items() for made in _templates(form, alike, frequent)]
            if len(found) >= COVERED * len(some):
                roomy = all(free for _, free in found)
                return cls(real, tuple(template for template, _ in found), _check_digits(real), roomy)
        return None

    def make(self, rows: int, rng: np.random.Generator, taken: Callable[[str], bool]) -> list[str]:
        """Make codes. Where there is room, they are distinct and none is a real one.

        Parameters
        ----------
        rows
            How many.
        rng
            Random numbers.
        taken
            Tells what else is not to be made.
        """
        made: list[str] = []
        seen: set[str] = set()
        for _ in range(rows):
            for _ in range(TRIES):
                template = self.templates[rng.integers(len(self.templates))]
                code = "".join(characters[rng.integers(len(characters))] for characters in template)
                code = self.check(code) if self.check else code
                if not (code in self.real or code in seen or taken(code)):
                    break
            seen.add(code)
            made.append(code)
        return made


def _shape(value: str) -> str:
    """Write digits as 0, capitals as A, small letters as a, letters of other scripts as ん; keep the rest."""
    return "".join(_class(character) for character in value)


def _class(character: str) -> str:
    if character.isdecimal():
        return "0"
    if character.isascii():
        return "A" if character.isupper() else "a" if character.islower() else character
    return OTHER if character.isalpha() else character


def _loose_shape(value: str) -> str:
    """Write digits and letters as X; keep the rest."""
    return re.sub("[0-9A-Za-z]", "X", value)


def _templates(form: str, alike: list[str], frequent: set[str]) -> list[tuple[Template, bool]]:
    """Make a template of each code of a form, and tell whether it leaves room for others."""
    columns = list(zip(*alike, strict=True))
    places = [_characters_at(kind, seen, frequent) for kind, seen in zip(form, columns, strict=True)]
    # Where all begin alike, like consecutive numbers, any character of the same kind may stand.
    wider = [
        "".join(sorted({*found, *POOLS.get(kind, "")})) for kind, found in zip(form, places, strict=True)
    ]
    runs = [found.span() for found in re.finditer(rf"[Aa{OTHER}]+", form)]
    words = Counter((start, value[start:end]) for value in alike for start, end in runs)
    begins = Counter(value[:size] for value in alike for size in range(_leading(value) + 1))
    distinct = Counter(value[:size] for value in set(alike) for size in range(_leading(value) + 1))
    found = []
    for value in alike:
        kept = [(start, end) for start, end in runs if words[start, value[start:end]] >= MIN_KEPT_ROWS]
        for allowed, least in ((places, ROOM), (places, LEAST_ROOM), (wider, LEAST_ROOM), (places, 0)):
            template = list(allowed)
            for start, end in kept:
                template[start:end] = value[start:end]
            free = [
                size
                for size in range(_leading(value), -1, -1)
                if begins[value[:size]] >= MIN_KEPT_ROWS
                and prod(map(len, template[size:])) >= least * distinct[value[:size]]
            ]
            if free:
                break
        # Where there is no room, nothing is kept that would leave still less.
        template[: free[0] if least else 0] = value[: free[0] if least else 0]
        if all(template):
            found.append((tuple(template), least > 0))
    return found


def _characters_at(kind: str, characters: Sequence[str], frequent: set[str]) -> str:
    """Return the characters allowed at a position; none if it has letters of an unknown alphabet."""
    seen = Counter(characters)
    if min(seen.values()) >= MIN_KEPT_ROWS:
        return "".join(sorted(seen))
    alphabet = "".join(POOLS.values()) if kind == "X" else POOLS.get(kind, "")
    known = sorted(one for one in frequent if one in alphabet or (kind == "0" and one.isdecimal()))
    return "".join(known) if len(known) > 1 else alphabet


def _leading(value: str) -> int:
    """Return how many characters are kept at most: three of a numeric postal code, or half of them."""
    return 3 if re.fullmatch(r"\d{5,7}", value) else len(value) // 2


def _check_digits(codes: frozenset[str]) -> Callable[[str], str] | None:
    """Find the check digit rule that all codes satisfy."""
    if len(codes) < MIN_CHECKED:
        return None
    for rule, place in ((luhn, -1), (ean, -1), (mod_11_10, -1), (verhoeff, -1), (cn, 0)):
        if all(rule.is_valid(re.sub(r"\D", "", code)) for code in codes):
            return partial(_corrected, rule.calc_check_digit, place)
    return None


def _corrected(check_digit: Callable[[str], str], place: int, code: str) -> str:
    """Put the right check digit in place of the first or last digit."""
    digits = [i for i, character in enumerate(code) if character.isdecimal()]
    check = digits.pop(place)
    return code[:check] + check_digit("".join(code[i] for i in digits)) + code[check + 1 :]
