"""What a column of text holds: numbers, dates, truth values, or words."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.tables.checks import MISSING_MARKERS
from synth_handson.tables.columns import Column
from synth_handson.tables.files.form import ColumnForm
from synth_handson.tables.texts import DATE_FORMATS, date_format, looks_like_dates

TRUTH_WORDS = (
    ("false", "true"),
    ("no", "yes"),
    ("n", "y"),
    ("f", "t"),
    ("いいえ", "はい"),
    ("偽", "真"),
    ("nein", "ja"),
    ("non", "oui"),
)
"""How false and true are spelled, in any case. Only the first stands for itself without its counterpart."""

WHOLE = r"\s*-?(?:0|[1-9]\d*)\s*"
NUMBER = r"\s*-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*"
PADDED = r"\s*[+-]?\d+(?:[.,]\d*)?\s*"
DECIMAL_COMMA = r"\s*-?(?:0|[1-9]\d*),\d+\s*"
GROUPED = r"\s*-?(?:0|[1-9]\d{{0,2}}(?:{0}\d{{3}})*)(?:{1}\d+)?\s*"
THREE = r"\s*-?[1-9]\d{0,2},\d{3}\s*"
ZONED = re.compile(r"(.*\d)\s?(Z|[+-]\d{2}:?\d{2})")


def infer_form(name: str, column: Column, comma: bool = False) -> ColumnForm:
    """Tell what a column of text holds, and why.

    Codes stay text: with leading zeros, no number gives back their digits. A date that can be read in two
    ways is not guessed.

    Parameters
    ----------
    name
        The column's name.
    column
        Text; a missing value is where nothing was written.
    comma
        Whether "1,234" is more likely a number with three decimals than a thousand and some.

    Returns
    -------
    ColumnForm
        With the spelling of values and of what is missing.
    """
    distinct = column.dropna().drop_duplicates()
    markers = distinct.str.strip().str.lower().isin(MISSING_MARKERS)
    values = distinct[~markers]
    if values.empty:
        return ColumnForm(name, "text", "empty" if distinct.empty else "words")
    found = _truth(name, values) or _number(name, values, comma) or _date(name, values)
    if found is None:
        return _text(name, column, values)
    if column.isna().any() or not markers.any():
        return found
    # With more than one marker, the most frequent one is written for all.
    return replace(found, missing=str(column[column.isin(distinct[markers])].mode()[0]))


def _truth(name: str, values: Column) -> ColumnForm | None:
    if len(values) > 2:
        return None
    spelled = {value.strip().casefold(): value.strip() for value in values}
    if len(spelled) < len(values):
        return None
    for position, words in enumerate(TRUTH_WORDS):
        if set(spelled) == set(words) or (position == 0 and set(spelled) <= set(words)):
            shown = (spelled.get(words[0]), spelled.get(words[1]))
            # One word tells how the other is spelled: "TRUE" goes with "FALSE".
            false = shown[0] or _in_case_of(words[0], str(shown[1]))
            true = shown[1] or _in_case_of(words[1], str(shown[0]))
            return ColumnForm(name, "truth", "truth", {"false": false, "true": true}, words=(false, true))
    return None


def _in_case_of(word: str, model: str) -> str:
    return word.upper() if model.isupper() else word.title() if model.istitle() else word


def _number(name: str, values: Column, comma: bool) -> ColumnForm | None:
    if _all(values, WHOLE):
        return ColumnForm(name, "whole", "whole")
    if _all(values, NUMBER):
        return _with_decimals(ColumnForm(name, "number", "number"), values)
    if _all(values, f"{DECIMAL_COMMA}|{WHOLE}") and (comma or not _all(values, f"{THREE}|{WHOLE}")):
        return _with_decimals(ColumnForm(name, "number", "decimal_comma", decimal=","), values)
    for grouping, decimal in ((",", "."), (".", ","), (" ", ",")):
        if not _all(values, GROUPED.format(re.escape(grouping), re.escape(decimal)) + "|" + WHOLE):
            continue
        form = ColumnForm(name, "number", "grouping", {"sign": grouping}, decimal=decimal, grouping=grouping)
        if not values.str.contains(decimal, regex=False).any():
            return replace(form, type="whole")
        return _with_decimals(form, values)
    return None


def _with_decimals(form: ColumnForm, values: Column) -> ColumnForm:
    """Note how many decimals all numbers have, if it is the same number."""
    if values.str.contains("[eE]", regex=True).any():
        return form
    decimals = values.str.strip().str.rpartition(form.decimal)[2].str.len()
    has = values.str.contains(form.decimal, regex=False)
    same = has.all() and decimals.nunique() == 1
    return replace(form, decimals=int(decimals.iloc[0])) if same else form


def _date(name: str, values: Column) -> ColumnForm | None:
    first = ZONED.fullmatch(str(values.iloc[0]).strip())
    if first:
        parts = values.str.strip().str.extract(ZONED.pattern, expand=True)
        zones = parts[1].drop_duplicates()
        pattern = date_format(parts[0]) if parts.notna().all(axis=None) else None
        if pattern and "%H" in pattern:
            several = len(zones) > 1
            zone = "Z" if several else str(zones.iloc[0])
            reason, details = ("zones", {"count": len(zones)}) if several else ("zone", {"zone": zone})
            return ColumnForm(name, "date", reason, details, date_format=pattern, zone=zone)
        return None
    pattern = date_format(values)
    return ColumnForm(name, "date", "date", {"format": pattern}, date_format=pattern) if pattern else None


def _text(name: str, column: Column, values: Column) -> ColumnForm:
    if _all(values, PADDED):
        return ColumnForm(name, "text", "leading_zeros")
    if looks_like_dates(values.tolist()):
        return ColumnForm(name, "text", "dates", {"known": len(DATE_FORMATS)})
    numbers = values[matches(values, NUMBER)]
    written = column.isin(values)
    stray = int((written & ~column.isin(numbers)).sum())
    if len(numbers) > 1 and stray < written.sum() / 10:
        return ColumnForm(name, "text", "stray", {"count": stray})
    return ColumnForm(name, "text", "words")


def matches(values: Column, pattern: str) -> NDArray[np.bool_]:
    """Tell which texts, none of them missing, match a pattern as a whole; its digits are those of ASCII."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.match_substring_regex(pa.array(values, pa.large_string()), f"^(?:{pattern})$")
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)


def _all(values: Column, pattern: str) -> bool:
    # One value settles it for most columns.
    return bool(matches(values.iloc[:1], pattern)[0]) and bool(matches(values, pattern).all())


def infer_date(name: str, column: Column) -> ColumnForm:
    """Tell whether a column of texts that are marked as such, as in JSON, holds dates."""
    values = column.dropna().drop_duplicates()
    found = None if values.empty else _date(name, pd.Series(values))
    return found or ColumnForm(name, "text", "native")
