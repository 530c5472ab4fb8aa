"""Columns of codes, and of dates that are not learned: new values in the forms they have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from synth_handson.locales import Message
from synth_handson.metrics.arrays import Integers
from synth_handson.pii.fakes import Fakes
from synth_handson.synthesis.codes import TRIES, Codes
from synth_handson.tables.alignment import as_text
from synth_handson.tables.columns import Column
from synth_handson.tables.texts import MIN_KEPT_ROWS, looks_like_dates


def why_made(column: Column, people: Integers | None) -> Message | None:
    """Explain how values can be made in the forms of a column's texts; None if they have none.

    Parameters
    ----------
    column
        Texts that are not learned.
    people
        The number of each row's person, if people have several rows; shape (n_rows,).
    """
    texts = _present(column)
    if len(_dates(texts)):
        return Message("commands.role_dates")
    if codes := _codes(texts, people):
        return Message("commands.role_code" if codes.roomy else "commands.role_few_codes")
    # Words in other scripts would stay as they are, character by character.
    return Message("commands.role_identifier") if texts.is_unique and texts.map(str.isascii).all() else None


def make_codes(
    column: Column, people: Integers | None, rows: int, fakes: Fakes, draw: np.random.Generator
) -> Column:
    """Make values for rows; as large a share is missing as in the column.

    None of the codes is one of the column, if there is room for others; dates keep a year that at least 8
    rows name.
    """
    texts = _present(column)
    missing = draw.random(rows) < 1 - len(texts) / len(column)
    real = frozenset(texts)
    if len(dates := _dates(texts)):
        forms = dates.iloc[draw.integers(len(dates), size=rows)]
        made = [fakes.another(row).of("birth_date", form) for row, form in enumerate(forms)]
    elif codes := _codes(texts, people):
        made = replace(codes, real=real).make(rows, draw, fakes.is_original)
    else:
        forms = texts.iloc[draw.integers(len(texts), size=rows)]
        made = [_of_same_form(form, row, real, fakes) for row, form in enumerate(forms)]
    return pd.Series(made, dtype="str").mask(missing)


def _present(column: Column) -> Column:
    return as_text(column).reset_index(drop=True).dropna()


def _codes(texts: Column, people: Integers | None) -> Codes | None:
    if people is not None:
        texts = texts[~pd.Series(people[texts.index]).duplicated().to_numpy()]
    return Codes.of(texts.tolist())


def _dates(texts: Column) -> Column:
    """Return the texts that are dates in a year with at least 8 rows; none if most are not dates."""
    if not looks_like_dates(texts.tolist()):
        return texts.head(0)
    years = texts.str.extract(r"(?<!\d)(\d{4})(?!\d)", expand=False)
    return texts[years.map(years.value_counts()).ge(MIN_KEPT_ROWS)]


def _of_same_form(form: str, row: int, real: frozenset[str], fakes: Fakes) -> str:
    for attempt in range(TRIES):
        made = fakes.another(row).another(attempt).identifier(form)
        if made not in real:
            break
    return made
