"""Originals in an output: personal data of a table that stands in another one made from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from synth_handson.pii.detect import PersonalDataSpans
from synth_handson.pii.originals import Originals, normal
from synth_handson.pii.scan import scan
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


def shared_values(frame: pd.DataFrame, marks: Mapping[str, PersonalDataSpans]) -> dict[str, frozenset[str]]:
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
    output: pd.DataFrame, originals: Originals, shared: Mapping[str, Collection[str]] | None = None
) -> tuple[Leak, ...]:
    """Find cells that hold personal data of the original.

    Compared are whole cells, what is found as personal data in them, and words in a row, in Japanese also
    characters in a row, all ignoring case, width, spaces and punctuation.

    Parameters
    ----------
    output
        Any table.
    originals
        That personal data.
    shared
        Values, by column, that are none; as of `shared_values`.
    """
    leaks = []
    for position, name in enumerate(map(str, output.columns)):
        column = as_text(output.iloc[:, position]).reset_index(drop=True)
        others = set(column.dropna()) - set((shared or {}).get(name, ()))
        leaking = {text for text in others if holds_originals(text, originals)}
        leaks += [Leak(name, int(row) + 1) for row in column.index[column.isin(leaking)]]
    return tuple(leaks)


def holds_originals(text: str, originals: Originals) -> bool:
    """Tell whether personal data of the original stands in a text, or is what is found as such in it."""
    found = (normal(text[span.start : span.end]) for span in scan(text))
    return originals.stand_in(text) or any(one in originals for one in found)


def name_cells(leaks: Sequence[Leak]) -> str:
    """List cells by column and row, the first twenty of them."""
    named = ", ".join(f"{leak.column} {leak.row:,}" for leak in leaks[:MAX_NAMED])
    return named + (" …" if len(leaks) > MAX_NAMED else "")
