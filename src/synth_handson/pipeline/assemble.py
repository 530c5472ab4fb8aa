"""Assemble drawn, written and newly made columns in the order of the original."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from synth_handson.pii.fakes import Fakes
from synth_handson.pii.persons import find_persons, gender_of, make_person
from synth_handson.pii.replace import replace_marked
from synth_handson.pii.spans import Kind
from synth_handson.pipeline.made_codes import make_codes
from synth_handson.pipeline.profile import TableProfile
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.tables.alignment import as_text
from synth_handson.tables.columns import Column, column_kind


def assemble(
    profile: TableProfile, drawn: pd.DataFrame, texts: Mapping[str, Column], fakes: Fakes, seed: int
) -> pd.DataFrame:
    """Assemble what was drawn, written and newly made in the original's order."""
    kinds = {f.column: f.kind for f in profile.findings if f.whole and f.kind != "possible_name"}
    several = profile.several
    identifiers = several.identifiers if several else ()
    people = several.people(profile.frame) if several else None
    together = _persons(profile, drawn, fakes, seed)
    draw = np.random.default_rng(seed)
    columns = {}
    for column in profile.roles:
        original = profile.frame[column.name]
        if column.role == "learned":
            columns[column.name] = drawn[column.name].reset_index(drop=True)
        elif column.role == "numbered":
            first = int(original.min())
            columns[column.name] = pd.Series(range(first, first + len(drawn)), dtype="int64")
        elif column.role == "made" and column.name in identifiers and column.name not in kinds:
            columns[column.name] = Identifier.of(column.name, 0, original).make(len(drawn), seed)
        elif column.role == "made" and column.name in together:
            columns[column.name] = together[column.name]
        elif column.role == "made" and column.name in kinds:
            columns[column.name] = _made(original, kinds[column.name], len(drawn), fakes, draw)
        elif column.role == "made":
            named = _without_names(profile, column.name, fakes)
            columns[column.name] = make_codes(named, people, len(drawn), fakes, draw)
        elif column.name in texts:
            columns[column.name] = texts[column.name]
        else:
            columns[column.name] = pd.Series([None] * len(drawn), dtype="str")
    if profile.person is not None and several:
        columns |= _one_each(columns, drawn[profile.person], several.constant)
        columns[profile.person] = _new_keys(drawn[profile.person], profile.frame[profile.person], seed)
    return pd.DataFrame(columns)


def _without_names(profile: TableProfile, name: str, fakes: Fakes) -> Column:
    """Return a column with the personal data in its codes replaced: codes keep words that many share."""
    marks = {name: profile.marks[name]} if name in profile.marks else {}
    return replace_marked(profile.frame[[name]], marks, fakes)[name]


def _one_each(columns: Mapping[str, Column], keys: Column, constant: Sequence[str]) -> dict[str, Column]:
    """Copy a person's first row to all their rows, in columns that are constant within people."""
    owner, _ = pd.factorize(keys)
    first = np.unique(owner, return_index=True)[1]
    return {name: columns[name].iloc[first[owner]].reset_index(drop=True) for name in constant}


def _new_keys(drawn: Column, original: Column, seed: int) -> Column:
    """Give each person drawn a key that nobody in the original has, including the holdout."""
    codes, levels = pd.factorize(drawn)
    made = Identifier.of(str(original.name), 0, original).make(len(levels), seed)
    return made.take(codes).reset_index(drop=True)


def _persons(
    profile: TableProfile, drawn: pd.DataFrame, fakes: Fakes, seed: int
) -> dict[str, pd.Series[str]]:
    """Make the columns about a person, in the form of a random row, with a new person in each row."""
    columns: dict[str, pd.Series[str]] = {}
    for person in find_persons(profile.frame, profile.marks):
        forms = {name: as_text(profile.frame[name]).tolist() for name in person.columns}
        stated = drawn[person.gender].map(gender_of) if person.gender in drawn else [None] * len(drawn)
        chosen = np.random.default_rng(seed).integers(len(profile.frame), size=len(drawn))
        taken: set[str] = set()
        made = []
        for number, (row, gender) in enumerate(zip(chosen, stated, strict=True)):
            cells = {name: texts[row] for name, texts in forms.items() if not pd.isna(texts[row])}
            made.append(make_person(person, cells, gender, fakes.another(number), taken))
        for name in forms:
            columns[name] = pd.Series([one.get(name) for one in made], dtype="str")
    return columns


def _made(original: Column, kind: Kind, rows: int, fakes: Fakes, draw: np.random.Generator) -> Column:
    """Make distinct values in the form of random rows; what is missing there is missing here."""
    forms = as_text(original).reset_index(drop=True)
    values: list[str | None] = []
    for number, row in enumerate(draw.integers(len(forms), size=rows)):
        form = forms[row]
        values.append(None if pd.isna(form) else fakes.another(number).of(kind, str(form)))
    if column_kind(original) == "number":
        return pd.Series(pd.array([None if v is None else int(v) for v in values], dtype="Int64"))
    return pd.Series(values, dtype="str")
