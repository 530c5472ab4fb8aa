"""Placeholder characters in place of personal data in texts, and made-up values in place of these.

A model that learns texts sees only the placeholders: no personal data, and no replacement of any, that it
could repeat in pieces.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from synth_handson.pii.fakes import Fakes
from synth_handson.pii.spans import JAPANESE, KINDS, Kind, Span

FIRST = 0xE000
"""The first character of Unicode's private use area."""
PERSONS = 8
"""Distinct values of one kind that are told apart in a text; further ones share the last character."""
PRIVATE = re.compile("[\ue000-\uf8ff]")
UNKNOWN = "〓"
"""The geta mark, which replaces private characters that are already in a text."""


@dataclass(frozen=True)
class Place:
    """What a placeholder stands for.

    Attributes
    ----------
    kind
        The kind of personal data.
    japanese
        Whether it is written in Japanese.
    number
        The how manieth different one of these in its text, from 0 on.
    """

    kind: Kind
    japanese: bool
    number: int

    @property
    def sign(self) -> str:
        """Return its character."""
        return chr(FIRST + (2 * KINDS.index(self.kind) + self.japanese) * PERSONS + self.number)

    @classmethod
    def of(cls, sign: str) -> Place | None:
        """Return what a private character stands for; None if for nothing."""
        rest, number = divmod(ord(sign) - FIRST, PERSONS)
        kind, japanese = divmod(rest, 2)
        return cls(KINDS[kind], bool(japanese), number) if 0 <= kind < len(KINDS) else None


def as_marks(text: str) -> str:
    """Write placeholders as marks that a large language model can read and write, such as ``[[name_1]]``."""
    return PRIVATE.sub(lambda found: _mark(Place.of(found.group())), text)


def as_signs(text: str) -> str:
    """Read such marks, also in single brackets; others stay as they are."""
    return MARK.sub(lambda found: _SIGNS.get(f"[[{found[1]}]]", found[0]), PRIVATE.sub("", text))


def _mark(place: Place | None) -> str:
    script = "_japanese" if place and place.japanese else ""
    return f"[[{place.kind}{script}_{place.number + 1}]]" if place else ""


MARK = re.compile(r"\[{1,2}(\w+)\]{1,2}")
_SIGNS = {
    _mark(place): place.sign
    for kind in KINDS
    for place in (Place(kind, japanese, number) for japanese in (False, True) for number in range(PERSONS))
}


@dataclass
class Placeholders:
    """Hides personal data of texts behind placeholders, and remembers its forms.

    Attributes
    ----------
    forms
        The originals, by kind and script. They decide what a value in their place looks like, and go nowhere.
    """

    forms: dict[tuple[Kind, bool], list[str]] = field(default_factory=lambda: defaultdict(list))

    def hide(self, text: str, spans: Iterable[Span]) -> str:
        """Return a text with a placeholder for each span; equal values get the same one."""
        seen: dict[tuple[Kind, bool], list[str]] = defaultdict(list)
        parts, end = [], 0
        for span in sorted(spans):
            found = text[span.start : span.end]
            group = span.kind, bool(JAPANESE.search(found))
            if found not in seen[group]:
                seen[group].append(found)
                self.forms[group].append(found)
            number = min(seen[group].index(found), PERSONS - 1)
            parts += [PRIVATE.sub(UNKNOWN, text[end : span.start]), Place(*group, number).sign]
            end = span.end
        return "".join([*parts, PRIVATE.sub(UNKNOWN, text[end:])])

    def fill(self, text: str, fakes: Fakes, draw: np.random.Generator) -> str:
        """Return a text with made-up values for the placeholders; equal placeholders get the same one.

        Parameters
        ----------
        text
            As a model wrote it. A placeholder of a kind that was never hidden is left out.
        fakes
            Makes the values: others for each text.
        draw
            Draws which original gives the form.
        """
        made: dict[str, str] = {}
        for sign in PRIVATE.findall(text):
            place = Place.of(sign)
            forms: Sequence[str] = self.forms.get((place.kind, place.japanese), ()) if place else ()
            if sign not in made and place and forms:
                # Two of one form would otherwise be the same one.
                form = forms[int(draw.integers(len(forms)))]
                made[sign] = fakes.another(ord(sign)).of(place.kind, form)
        return PRIVATE.sub(lambda found: made.get(found.group(), ""), text)
