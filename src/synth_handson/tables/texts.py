"""What text spells: dates in one format, sentences, and columns of which no value is frequent enough."""

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from synth_handson.tables.columns import Column, column_kind

MIN_KEPT_ROWS = 8
"""Value protection keeps what occurs so many times; what is rarer is or may be replaced (5 to 7 times)."""
MAX_RARE_SHARE = 0.9
"""With more of a column replaced, there is nothing left to learn from it."""

MIN_TEXT = 24
"""Values of so many characters on average, most of them different and of several words, are free text."""
MIN_DISTINCT_SHARE = 0.5
_WORDS = r"(?:[^\W\d_]{2}\w*\W+){2}[^\W\d_]{2}|[ぁ-んァ-ヴ一-龥]"
"""Three words, or a language that is written without spaces."""

_DAYS = [f"%Y{sep}%m{sep}%d" for sep in "-/."] + [
    sep.join(parts) for sep in ".-/" for parts in (("%d", "%m", "%Y"), ("%m", "%d", "%Y"))
]
_TIMES = ["", "T%H:%M:%SZ", *(f"{sep}%H:%M{rest}" for sep in " T" for rest in ("", ":%S", ":%S.%f"))]
DATE_FORMATS = tuple(f"{day}{time}" for day in (*_DAYS, "%Y年%m月%d日") for time in _TIMES)
"""Formats that spell a date in one way only: what is read in one is written back letter by letter."""

_DIGITS = {"%Y": r"\d{4}", "%f": r"\d{6}"}
_DAY = re.compile(
    r"\s*(\d{4}\D{1,2}\d{1,2}\D{1,2}\d{1,2}|\d{1,2}\D{1,2}\d{1,2}\D{1,2}(\d{4}|\d{2}))([\sT日].*)?"
)
_NUMBER = re.compile(r"([A-Z]{3}\s|[^\w\s]{1,3}\s?)?\d[\d.,' ]*\D{0,4}")


def is_text(column: Column) -> bool:
    """Tell whether a column holds free text: sentences, mostly different from row to row."""
    if column_kind(column) != "category":
        return False
    texts = column.dropna().astype("str")
    if texts.empty or texts.str.len().mean() < MIN_TEXT:
        return False
    sentences = texts.str.contains(_WORDS, regex=True).mean()
    return bool(sentences > 0.5 and texts.nunique() > MIN_DISTINCT_SHARE * len(texts))


def present_texts(column: Column) -> Column:
    """Return the texts of a column in which something stands, numbered from 0."""
    texts = column.dropna().astype("str")
    return texts[texts.str.strip() != ""].reset_index(drop=True)


def date_format(texts: Iterable[str]) -> str | None:
    """Find the one format in which all of these are dates.

    Parameters
    ----------
    texts
        Text, at least one.

    Returns
    -------
    str or None
        A format of ``strptime``; None if there is none, or if more than one fits ("01/02/2024").
    """
    values = pd.Series(list(texts), dtype="str").drop_duplicates()
    fitting = [form for form in DATE_FORMATS if _fits(values, form)]
    return fitting[0] if len(fitting) == 1 else None


def read_dates(column: Column, form: str) -> Column:
    """Turn text into dates by a format of `date_format`; missing values stay missing."""
    return pd.to_datetime(column.astype("str").where(column.notna()), format=form)


def looks_like_dates(texts: Sequence[str]) -> bool:
    """Tell whether most of these have the digits of a day, a month and a year, with signs in between."""
    return sum(bool(_DAY.fullmatch(text)) for text in texts) > len(texts) / 2


def looks_like_numbers(texts: Sequence[str]) -> bool:
    """Tell whether all of these are a number, with at most a few characters before and after it."""
    return all(_NUMBER.fullmatch(text) for text in texts)


def is_mostly_rare(texts: Sequence[str]) -> bool:
    """Tell whether value protection would leave next to nothing of a column of text."""
    counts = pd.Series(texts).value_counts()
    return bool(counts[counts < MIN_KEPT_ROWS].sum() > MAX_RARE_SHARE * counts.sum())


def _fits(values: Column, form: str) -> bool:
    pattern = _pattern(form)
    # One value settles it for almost every column and format.
    if not pattern.fullmatch(values.iloc[0]) or not values.str.fullmatch(pattern).all():
        return False
    try:
        return bool(pd.to_datetime(values, format=form, errors="coerce").notna().all())
    except ValueError:
        return False


def _pattern(form: str) -> re.Pattern[str]:
    parts = re.split("(%[A-Za-z])", form)
    return re.compile("".join(_DIGITS.get(p, r"\d{2}") if p.startswith("%") else re.escape(p) for p in parts))
