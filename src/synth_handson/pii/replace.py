"""Something else in the place of personal data, before anything learns from a table."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.pii.detect import Finding, Marks, find_in_column
from synth_handson.pii.fakes import Fakes
from synth_handson.pii.originals import Originals, normal
from synth_handson.tables.alignment import as_text
from synth_handson.tables.columns import Column, column_kind

MIN_KEY = 16


def replace_personal_data(
    frame: pd.DataFrame, findings: Iterable[Finding], key: bytes | None = None
) -> pd.DataFrame:
    """Put something of the same kind and form in the place of personal data.

    The same original gets the same replacement everywhere in the table; names do so part by part, so that a
    last name alone is replaced as in the full name. Dates of birth move within their year. Which is drawn
    follows from the original by a keyed hash (HMAC-SHA-256), which nobody can redo without the key.

    Parameters
    ----------
    frame
        The table.
    findings
        What :func:`~synth_handson.pii.detect.find_personal_data` found in it.
    key
        Secret, at least 16 bytes, to get the same replacements again; drawn and forgotten if it is left out.
        It is never written.

    Returns
    -------
    DataFrame
        A copy; columns without findings are as they were.

    Raises
    ------
    ArgumentError
        If the key is too short.
    """
    if key is not None and len(key) < MIN_KEY:
        raise ArgumentError("pii_key", minimum=MIN_KEY)
    return replace_marked(frame, mark(frame, findings), key or secrets.token_bytes(32))


def replace_marked(frame: pd.DataFrame, marks: Mapping[str, Marks], key: bytes) -> pd.DataFrame:
    """Put something else in the place of what is marked, as `replace_personal_data` does."""
    fakes = Fakes(key, originals(marks))
    names = list(map(str, frame.columns))
    replaced = frame.copy()
    for name, found in marks.items():
        position = names.index(name)
        replaced[frame.columns[position]] = _replaced(frame.iloc[:, position], found, fakes)
    return replaced


def mark(frame: pd.DataFrame, findings: Iterable[Finding]) -> dict[str, Marks]:
    """Find again where the personal data stands that findings tell of, column by column."""
    names = {finding.column for finding in findings}
    found = {
        str(name): find_in_column(str(name), frame.iloc[:, position])
        for position, name in enumerate(frame.columns)
        if str(name) in names
    }
    return {name: marks for name, marks in found.items() if marks}


def originals(marks: Mapping[str, Marks]) -> Originals:
    """Return all personal data that was found, as of `originals.normal`: what may stand nowhere in an output.

    Dates of birth are left out: a day alone is that of many people.
    """
    values = (
        normal(text[span.start : span.end])
        for found in marks.values()
        for text, spans in found.spans.items()
        for span in spans
        if span.kind != "birth_date"
    )
    return Originals(filter(None, values))


def _replaced(column: Column, found: Marks, fakes: Fakes) -> Column:
    kind = column_kind(column)
    if kind in ("date", "zoned date"):
        return _moved(column, fakes)
    texts = as_text(column)
    new = {text: _in_text(text, found, fakes) for text in found.spans}
    if kind == "number":
        values = texts.map(lambda text: int(new[text]) if text in new else None, na_action="ignore")
        return pd.Series(values, column.index).astype(column.dtype)
    changed = texts.map(lambda text: new.get(text, text), na_action="ignore")
    return pd.Series(np.asarray(changed, dtype=object), column.index).astype("str")


def _in_text(text: str, found: Marks, fakes: Fakes) -> str:
    for span in reversed(found.spans[text]):
        text = text[: span.start] + fakes.of(span.kind, text[span.start : span.end]) + text[span.end :]
    return text


def _moved(column: Column, fakes: Fakes) -> Column:
    """Move dates within their year, each different one to one other."""
    moved = {}
    for value in column.dropna().drop_duplicates():
        shown = fakes.of("birth_date", f"{value:%Y-%m-%d}")
        moved[value] = pd.Timestamp(shown, tz=value.tz) + (value - value.normalize())
    return column.map(moved, na_action="ignore").astype(column.dtype)
