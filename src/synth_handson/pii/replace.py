"""Replace personal data before anything learns from a table."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.pii.dates import year_of
from synth_handson.pii.detect import Answer, Finding, FoundKind, PersonalDataSpans, find_spans
from synth_handson.pii.fakes import Fakes
from synth_handson.pii.originals import Originals, normal
from synth_handson.pii.persons import Person, find_persons, gender_of, know_names, make_person
from synth_handson.pii.spans import Kind, Span
from synth_handson.tables.alignment import as_text
from synth_handson.tables.columns import Column, column_kind, with_columns

MIN_KEY = 16


def replace_personal_data(
    frame: pd.DataFrame, findings: Iterable[Finding], key: bytes | None = None
) -> pd.DataFrame:
    """Replace personal data by something of the same kind and form.

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
    marks = mark(frame, findings)
    return replace_marked(frame, marks, fakes_for(frame, marks, key or secrets.token_bytes(32)))


def replace_marked(frame: pd.DataFrame, marks: Mapping[str, PersonalDataSpans], fakes: Fakes) -> pd.DataFrame:
    """Replace what is marked, as `replace_personal_data` does."""
    names = list(map(str, frame.columns))
    replaced = frame.copy()
    together: dict[str, Column] = {}
    for person in find_persons(frame, marks):
        together |= _together(frame.set_axis(names, axis=1), person, marks, fakes)
    for name, found in marks.items():
        if not found.spans:
            continue
        position = names.index(name)
        column = together[name] if name in together else _replaced(frame.iloc[:, position], found, fakes)
        replaced[frame.columns[position]] = column
    return replaced


def fakes_for(
    frame: pd.DataFrame,
    marks: Mapping[str, PersonalDataSpans],
    key: bytes,
    encodings: Collection[str] = (),
) -> Fakes:
    """Return the fakes for a table, which know its names and, if given, the encodings they are written in."""
    return Fakes(key, originals(marks), know_names(frame, find_persons(frame, marks), marks), encodings)


def moved_dates(marks: Mapping[str, PersonalDataSpans]) -> tuple[str, ...]:
    """Return the columns of dates of birth, which move within their year."""
    return tuple(name for name, found in marks.items() if found.whole == "birth_date")


def by_years(frame: pd.DataFrame, columns: Collection[str]) -> pd.DataFrame:
    """Return a table with only the year of dates in some columns, which is what remains when they move.

    Parameters
    ----------
    frame
        A table, moved or not: both give the same.
    columns
        Of `moved_dates`; others stay as they are, and so does what is no date.
    """
    known = {str(name): _by_year(frame[name]) for name in frame if name in columns}
    return with_columns(frame, known) if known else frame


def _by_year(column: Column) -> Column:
    kind = column_kind(column)
    if kind in ("date", "zoned date"):
        first = column.map(lambda day: day.normalize().replace(month=1, day=1), na_action="ignore")
        return first.astype(column.dtype)
    if kind == "number":
        return column // 10_000 * 10_000 + 101
    return column.astype("str").map(year_of, na_action="ignore").astype("str")


def mark(frame: pd.DataFrame, findings: Iterable[Finding]) -> dict[str, PersonalDataSpans]:
    """Find the positions of the personal data in findings, column by column."""
    findings = tuple(findings)
    kinds: dict[str, set[FoundKind]] = defaultdict(set)
    for finding in findings:
        kinds[finding.column].add(finding.kind)
    answers: dict[str, Answer] = {f.column: "replace" for f in findings if f.kind == "name" and f.whole}
    held = frame.loc[:, [str(name) in kinds for name in frame.columns]]
    marks = find_spans(held, answers=answers)
    return {
        name: replace(found, spans=_of_kinds(found.spans, kinds[name]), possible=frozenset())
        for name, found in marks.items()
    }


def _of_kinds(spans: Mapping[str, list[Span]], kinds: Collection[FoundKind]) -> dict[str, list[Span]]:
    kept = {text: [span for span in found if span.kind in kinds] for text, found in spans.items()}
    return {text: found for text, found in kept.items() if found}


def originals(marks: Mapping[str, PersonalDataSpans]) -> Originals:
    """Return all personal data found, as of `originals.normal`, which may not occur in an output.

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


def _together(
    frame: pd.DataFrame, person: Person, marks: Mapping[str, PersonalDataSpans], fakes: Fakes
) -> dict[str, Column]:
    """Replace the columns about one person, row by row; elsewhere equal values are replaced alike."""
    taken: set[str] = set()
    made: dict[tuple[str | None, ...], dict[str, str]] = {}
    texts = {name: as_text(frame[name]) for name in person.columns}
    gender = (
        frame[person.gender].map(gender_of) if person.gender else pd.Series(None, frame.index, dtype=object)
    )
    columns: dict[str, list[str | None]] = {name: [] for name in texts}
    for values in zip(*texts.values(), gender, strict=True):
        known = tuple(None if pd.isna(value) else value for value in values)
        if known not in made:
            row = {n: text for n, text in zip(texts, known, strict=False) if text in marks[n].spans}
            made[known] = make_person(person, row, known[-1], fakes, taken)
            for name, text in row.items():
                kind: Kind = "email" if name in person.mails else "name"
                first = fakes.given.setdefault((kind, normal(text)), made[known][name])
                # Two people may have one name, but not one address.
                if kind == "email":
                    made[known][name] = first
        for name, text in zip(texts, known, strict=False):
            columns[name].append(made[known].get(name, text))
    return {
        name: pd.Series(np.asarray(values, dtype=object), frame.index).astype("str")
        for name, values in columns.items()
    }


def _replaced(column: Column, found: PersonalDataSpans, fakes: Fakes) -> Column:
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


def _in_text(text: str, found: PersonalDataSpans, fakes: Fakes) -> str:
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
