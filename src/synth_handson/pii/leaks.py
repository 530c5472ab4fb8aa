"""Originals in an output: personal data of a table that stands in another one made from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from synth_handson.pii.detect import Marks
from synth_handson.pii.fakes import MIN_SIGNS, normal, word_runs
from synth_handson.pii.scan import scan
from synth_handson.pii.spans import JAPANESE
from synth_handson.tables.alignment import as_text
from synth_handson.tables.texts import MIN_KEPT_ROWS

MAX_NAMED = 20


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
    known = Originals(originals)
    leaks = []
    for position, name in enumerate(map(str, output.columns)):
        column = as_text(output.iloc[:, position]).reset_index(drop=True)
        others = set(column.dropna()) - set((shared or {}).get(name, ()))
        leaking = {text for text in others if known.stand_in(text)}
        leaks += [Leak(name, int(row) + 1) for row in column.index[column.isin(leaking)]]
    return tuple(leaks)


def name_cells(leaks: Sequence[Leak]) -> str:
    """List cells by column and row, the first twenty of them."""
    named = ", ".join(f"{leak.column} {leak.row:,}" for leak in leaks[:MAX_NAMED])
    return named + (" …" if len(leaks) > MAX_NAMED else "")


class Originals:
    """Personal data of a table, to be looked for in texts.

    Parameters
    ----------
    known
        As of :func:`~synth_handson.pii.replace.originals`.
    """

    def __init__(self, known: Collection[str]) -> None:
        self._known = frozenset(known)
        japanese = (one for one in self._known if len(one) >= MIN_SIGNS and JAPANESE.search(one))
        self._lengths = sorted(set(map(len, japanese)))

    def stand_in(self, text: str) -> bool:
        """Tell whether any is a text, or words in a row of it, or in Japanese signs in a row."""
        form = normal(text)
        if form in self._known or not self._known.isdisjoint(word_runs(text)):
            return True
        if any(normal(text[span.start : span.end]) in self._known for span in scan(text)):
            return True
        if not JAPANESE.search(form):
            return False
        parts = (form[i : i + n] for n in self._lengths for i in range(len(form) - n + 1))
        return any(part in self._known and JAPANESE.search(part) for part in parts)
