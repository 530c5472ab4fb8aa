"""What a column of text holds: numbers, dates, times of day, truth values, or words."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.tables.checks import MISSING_MARKERS
from synth_handson.tables.columns import Column
from synth_handson.tables.dates import (
    DATE_FORMATS,
    date_format,
    digit_format,
    names_codes,
    strptime_format,
    time_format,
)
from synth_handson.tables.files.digits import THROUGHOUT, as_ascii, as_written
from synth_handson.tables.files.form import ColumnForm
from synth_handson.tables.files.levels import PIECE, by_pieces
from synth_handson.tables.texts import looks_like_dates

BOOLEAN_WORDS = (
    ("false", "true"),
    ("no", "yes"),
    ("n", "y"),
    ("f", "t"),
    ("いいえ", "はい"),
    ("偽", "真"),
    ("nein", "ja"),
    ("non", "oui"),
)
"""Spellings of false and true, in any case. Only the first is recognised without its counterpart."""

WHOLE = r"\s*-?(?:0|[1-9]\d*)\s*"
NUMBER = r"\s*-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*"
PADDED = r"\s*[+-]?\d+(?:[.,]\d*)?\s*"
DECIMAL_COMMA = r"\s*-?(?:0|[1-9]\d*),\d+\s*"
GROUPED = r"\s*-?(?:0|[1-9]\d{{0,2}}(?:{0}\d{{3}})*)(?:{1}\d+)?\s*"
GROUPINGS = (
    (",", "."),
    ("，", "."),
    ("，", "．"),
    (".", ","),
    *((sign, ",") for sign in " \u00a0\u202f\u2009"),
    ("'", "."),
    ("’", "."),
)
"""Thousands separators, each with its decimal separator."""
SHORT = r"\s*-?(?:0|[1-9]\d{0,2})\s*"
DOTTED = r"\s*-?[1-9]\d{0,2}(?:\.\d{3})+\s*"
MILLIONS = r"\s*-?[1-9]\d{0,2}(?:\.\d{3}){2,}\s*"
DIGITS_OF_DATES = r"(?:\d{8}|\d{14})"
FIRST = 10_000
"""Values examined to see whether a column has more than two, and whether most look like dates."""
THREE = r"\s*-?[1-9]\d{0,2},\d{3}\s*"
PLUS = "[+＋]"
MINUS = "[−－▲△]"
"""Signs of negative numbers other than a hyphen; triangles are those of Japanese accounts."""
SIGN = f"(?:-|{PLUS}|{MINUS})"
CURRENCY = (
    "AED|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PEN|PHP|PLN"
    "|RON|RUB|SAR|SEK|SGD|THB|TRY|TWD|USD|VND|ZAR"
)
"""Currencies by their codes (ISO 4217): those traded most."""
UNIT = re.compile(
    rf"(?P<before>(?:[$€£¥₩₹₽￥￡＄]|(?:{CURRENCY})(?= )) ?)?"
    rf"(?:{SIGN}?[0-9](?:[0-9.,'’ \u00a0\u202f]*[0-9])?)"
    r"(?P<behind>\s?(?:[%％٪‰°℃℉$€£¥₩₹₽￥￡＄]|[^\W\d_]|[/²³·])[^\d\s,;.-]{0,7})?"
)
"""A number with a currency before it, or a unit behind."""
LONG = r"-?\d{10}"
"""Digits in a row that no amount begins with: those of cards, accounts and telephones."""
TELEPHONE = rf"{PLUS}\s?(?:[1-9]|\([1-9])(?:[ .()/-]*\d){{6,}}"
"""A plus sign and seven digits or more: also a telephone number."""
BELOW_ZERO = 0.1
"""Share of negative numbers from which one with a plus is not taken for a code or a telephone number."""
ZONED = re.compile(r"(.*\d)\s?(Z|[+-]\d{2}:?\d{2})")


def infer_form(
    name: str, column: Column, comma: bool = False, times: NDArray[np.intp] | None = None
) -> ColumnForm:
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
    times
        How many rows each value stands for; one if left out. Shape (n_values,).

    Returns
    -------
    ColumnForm
        With the spelling of values and of what is missing.
    """
    rows = np.ones(len(column), np.intp) if times is None else times
    written = column.notna().to_numpy()
    markers = column.str.strip().str.lower().isin(MISSING_MARKERS).to_numpy(bool)
    known = written & ~markers
    values = column if known.all() else column[known]
    if values.empty:
        return ColumnForm(name, "text", "words" if written.any() else "empty")
    digits = next((name for name, pattern in THROUGHOUT.items() if _all(values, pattern)), "")
    plain = as_ascii(values, digits) if digits else values
    if digits == "kanji" and not (as_written(plain, digits) == values).all():
        return _text(name, values, rows[known])
    found = _boolean(name, plain) or _digits(name, plain) or _amount(name, plain, comma)
    found = found or _date(name, plain) or _time(name, plain) or _with_unit(name, plain, comma)
    if found is None:
        return _text(name, values, rows[known])
    if digits:
        found = replace(found, digits=digits)
    if not written.all() or not markers.any():
        return found
    # With more than one marker, the most frequent one is written for all.
    counted = pd.Series(rows[markers]).groupby(column[markers].to_numpy()).sum()
    return replace(found, missing=str(counted.idxmax()))


def _boolean(name: str, values: Column) -> ColumnForm | None:
    if len(values) > 2 and values.iloc[:FIRST].nunique() > 2:
        return None
    values = values.drop_duplicates()
    if len(values) > 2:
        return None
    spelled = {value.strip().casefold(): value.strip() for value in values}
    if len(spelled) < len(values):
        return None
    for position, words in enumerate(BOOLEAN_WORDS):
        if set(spelled) == set(words) or (position == 0 and set(spelled) <= set(words)):
            shown = (spelled.get(words[0]), spelled.get(words[1]))
            # One word tells how the other is spelled: "TRUE" goes with "FALSE".
            false = shown[0] or _in_case_of(words[0], str(shown[1]))
            true = shown[1] or _in_case_of(words[1], str(shown[0]))
            return ColumnForm(name, "boolean", "boolean", {"false": false, "true": true}, words=(false, true))
    return None


def _in_case_of(word: str, model: str) -> str:
    return word.upper() if model.isupper() else word.title() if model.istitle() else word


def _number(name: str, values: Column, comma: bool) -> ColumnForm | None:
    if _all(values, WHOLE):
        return ColumnForm(name, "whole", "whole")
    dotted = comma and _all(values, f"{DOTTED}|{SHORT}")
    # Beside 950 or 1.200.300, 1.020 has no three decimals; alone it may have.
    if dotted and not matches(values, f"{SHORT}|{MILLIONS}").any():
        return ColumnForm(name, "text", "dots")
    if not dotted and _all(values, NUMBER):
        return _with_decimals(ColumnForm(name, "number", "number"), values)
    if _all(values, f"{DECIMAL_COMMA}|{WHOLE}") and (comma or not _all(values, f"{THREE}|{WHOLE}")):
        return _with_decimals(ColumnForm(name, "number", "decimal_comma", decimal=","), values)
    for grouping, decimal in ((".", ","),) if dotted else GROUPINGS:
        if not _all(values, GROUPED.format(re.escape(grouping), re.escape(decimal)) + "|" + WHOLE):
            continue
        form = ColumnForm(name, "number", "grouping", {"sign": grouping}, decimal=decimal, grouping=grouping)
        if not values.str.contains(decimal, regex=False).any():
            return replace(form, type="whole")
        return _with_decimals(form, values)
    return None


def _amount(name: str, values: Column, comma: bool) -> ColumnForm | None:
    return _number(name, values, comma) or _signed(name, values, comma)


def _signed(name: str, values: Column, comma: bool) -> ColumnForm | None:
    """Tell whether all are numbers, some with a plus, or with a sign of negative ones other than a hyphen."""
    starts = values[_begin(values, f"{PLUS}|{MINUS}")].str.strip()
    signs = sorted({text[0] for text in starts.drop_duplicates()})
    pluses, minuses = ([sign for sign in signs if re.match(kind, sign)] for kind in (PLUS, MINUS))
    if not signs or len(pluses) > 1 or len(minuses) > 1 or (minuses and _begin(values, "-").any()):
        return None
    below = _begin(values, f"-|{MINUS}")
    plus = pluses[0] if pluses and (below | _begin(values, PLUS)).all() else ""
    # Codes and telephone numbers are never below zero; amounts with a plus mostly are, now and then.
    codes = not plus or names_codes(name) or _begin(values, TELEPHONE).any()
    if pluses and codes and below.mean() < BELOW_ZERO:
        return None
    form = _number(name, without_signs(values, *minuses), comma)
    if form is None:
        return None
    return replace(form, minus=minuses[0] if minuses else "-", plus=plus)


def without_signs(values: Column, minus: str = "-") -> Column:
    """Write numbers with a hyphen if they are negative, and else without a sign."""
    bare = values.str.replace(rf"^\s*{PLUS}(?=[\d.])", "", regex=True)
    return bare if minus == "-" else bare.str.replace(rf"^\s*{minus}", "-", regex=True)


def _with_unit(name: str, values: Column, comma: bool) -> ColumnForm | None:
    """Tell whether all are numbers with the same unit or currency: "5 kg", "1,200円", "$3.00", "12%"."""
    first = UNIT.fullmatch(str(values.iloc[0]))
    if not first or not (first["before"] or first["behind"]):
        return None
    before, behind = first["before"] or "", first["behind"] or ""
    if not _all(values, f"{re.escape(before)}(?:{SIGN}|[0-9]).*{re.escape(behind)}"):
        return None
    bare = values.str.removeprefix(before).str.removesuffix(behind)
    # What stands between blanks would not come back, and a code with a word beside it is no amount.
    amounts = not bare.str.contains(rf"^\s|\s$|^{LONG}").any()
    form = _amount(name, bare, comma) if amounts else None
    if form is None:
        return None
    return replace(
        form, reason="unit", details={"unit": (before + behind).strip()}, prefix=before, suffix=behind
    )


def _with_decimals(form: ColumnForm, values: Column) -> ColumnForm:
    """Note how many decimals all numbers have, if it is the same number."""
    if values.str.contains("[eE]", regex=True).any():
        return form
    decimals = by_pieces(lambda part: part.str.strip().str.rpartition(form.decimal)[2].str.len(), values)
    has = values.str.contains(form.decimal, regex=False)
    same = has.all() and decimals.nunique() == 1
    return replace(form, decimals=int(decimals.iloc[0])) if same else form


def _date(name: str, values: Column) -> ColumnForm | None:
    first = ZONED.fullmatch(str(values.iloc[0]).strip())
    if first:
        days, zones = _without_zones(values)
        pattern = date_format(days) if days.notna().all() else None
        if pattern and "%H" in pattern and "{" not in strptime_format(pattern):
            several = len(zones) > 1
            zone = "Z" if several else zones[0]
            reason, details = ("zones", {"count": len(zones)}) if several else ("zone", {"zone": zone})
            return ColumnForm(name, "date", reason, details, date_format=pattern, zone=zone)
        return None
    pattern = date_format(values)
    return ColumnForm(name, "date", "date", {"format": pattern}, date_format=pattern) if pattern else None


def _without_zones(values: Column) -> tuple[Column, list[str]]:
    """Return moments without their zones, and the different zones; what has none is missing."""
    days, zones = [], dict[str, None]()
    for start in range(0, len(values), PIECE):
        parts = values.iloc[start : start + PIECE].str.strip().str.extract(ZONED.pattern, expand=True)
        days.append(parts[0])
        zones |= dict.fromkeys(parts[1].dropna())
    return pd.concat(days), list(zones)


def _digits(name: str, values: Column) -> ColumnForm | None:
    if not _all(values, DIGITS_OF_DATES):
        return None
    pattern = digit_format(name, values)
    return ColumnForm(name, "date", "date", {"format": pattern}, date_format=pattern) if pattern else None


def _time(name: str, values: Column) -> ColumnForm | None:
    pattern = time_format(values)
    return ColumnForm(name, "time", "time", {"format": pattern}, date_format=pattern) if pattern else None


def _text(name: str, values: Column, times: NDArray[np.intp]) -> ColumnForm:
    if _all(values, PADDED):
        return ColumnForm(name, "text", "leading_zeros")
    if looks_like_dates(values.iloc[:FIRST].tolist()):
        return ColumnForm(name, "text", "dates", {"known": len(DATE_FORMATS)})
    numbers = matches(values, NUMBER)
    stray = int(times[~numbers].sum())
    if values[numbers].iloc[:FIRST].nunique() > 1 and stray < times.sum() / 10:
        return ColumnForm(name, "text", "stray", {"count": stray})
    return ColumnForm(name, "text", "words")


def matches(values: Column, pattern: str) -> NDArray[np.bool_]:
    """Tell which texts, none of them missing, match a pattern as a whole; its digits are those of ASCII."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.match_substring_regex(pa.array(values, pa.large_string()), f"^(?:{pattern})$")
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)


def _begin(values: Column, pattern: str) -> NDArray[np.bool_]:
    """Tell which texts begin with a pattern, spaces aside."""
    return matches(values, rf"[\s\p{{Z}}]*(?:{pattern})(?s:.*)")


def _all(values: Column, pattern: str) -> bool:
    # One value settles it for most columns.
    return bool(matches(values.iloc[:1], pattern)[0]) and bool(matches(values, pattern).all())


def infer_date(name: str, column: Column) -> ColumnForm:
    """Tell whether a column of texts that are marked as such, as in JSON, holds dates or times."""
    values = column.dropna()
    found = None if values.empty else _date(name, values) or _digits(name, values) or _time(name, values)
    return found or ColumnForm(name, "text", "native")
