"""Originals in an output: personal data of a table that stands in another one made from it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from synth_handson.pii.detect import Marks
from synth_handson.pii.fakes import MIN_SIGNS, normal
from synth_handson.pii.scan import scan
from synth_handson.pii.spans import JAPANESE
from synth_handson.tables.alignment import as_text
from synth_handson.tables.texts import MIN_KEPT_ROWS

MAX_WORDS = 8
"""So many words in a row are compared with an original."""
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Leak:
    """Personal data of the original in one cell of an output; what it is, is not kept.

    Attributes
    ----------
    column
        Name of the column.
    row
        Row, counted from 1.
    """

    column: str
    row: int


def shared_values(frame: pd.DataFrame, marks: Mapping[str, Marks]) -> dict[str, frozenset[str]]:
    """Return, by column, the values that many rows share and in which no personal data was found.

    Where a team is called "Cal", as one of the customers is, this is how it is told from him.

    Parameters
    ----------
    frame
        The original.
    marks
        As of :func:`~synth_handson.pii.replace.mark`.
    """
    shared = {}
    for position, name in enumerate(map(str, frame.columns)):
        times = as_text(frame.iloc[:, position]).value_counts()
        marked = marks[name].spans if name in marks else {}
        shared[name] = frozenset(times.index[times >= MIN_KEPT_ROWS]) - set(marked)
    return shared


def find_originals(
    output: pd.DataFrame, originals: Collection[str], shared: Mapping[str, Collection[str]] | None = None
) -> tuple[Leak, ...]:
    """Find cells that hold personal data of the original.

    Compared are whole cells, what is found as personal data in them, and words in a row, in Japanese also
    signs in a row, all without regard to case, width, spaces and signs.

    Parameters
    ----------
    output
        Any table.
    originals
        As of :func:`~synth_handson.pii.replace.originals`.
    shared
        Values, by column, that are none; as of `shared_values`.
    """
    known = frozenset(originals)
    lengths = sorted({len(one) for one in known if len(one) >= MIN_SIGNS and JAPANESE.search(one)})
    leaks = []
    for position, name in enumerate(map(str, output.columns)):
        column = as_text(output.iloc[:, position]).reset_index(drop=True)
        others = set(column.dropna()) - set((shared or {}).get(name, ()))
        leaking = {text for text in others if _leaks(text, known, lengths)}
        leaks += [Leak(name, int(row) + 1) for row in column.index[column.isin(leaking)]]
    return tuple(leaks)


def _leaks(text: str, originals: frozenset[str], lengths: list[int]) -> bool:
    form = normal(text)
    words = WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    runs = ("".join(words[i : i + n]) for n in range(1, MAX_WORDS + 1) for i in range(len(words) - n + 1))
    if form in originals or any(run in originals for run in runs):
        return True
    if any(normal(text[span.start : span.end]) in originals for span in scan(text)):
        return True
    parts = (form[i : i + n] for n in lengths for i in range(len(form) - n + 1))
    return bool(JAPANESE.search(form)) and any(part in originals for part in parts)
