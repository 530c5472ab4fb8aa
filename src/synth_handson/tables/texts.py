"""What text looks like: dates, numbers, sentences, and columns of which no value is frequent enough."""

import re
from collections.abc import Sequence

import pandas as pd

from synth_handson.tables.columns import Column, column_kind

MIN_KEPT_ROWS = 8
"""Occurrences from which on value protection keeps a value. Rarer ones are replaced, or may be (5 to 7
times)."""
MAX_RARE_SHARE = 0.9
"""Share of rare values beyond which nothing is left to learn from a column."""

MIN_TEXT = 24
"""Average length from which on values count as free text, if most are distinct and have several words."""
MIN_DISTINCT_SHARE = 0.5
_WORDS = r"(?:[^\W\d_]{2}\w*\W+){2}[^\W\d_]{2}|[ぁ-んァ-ヴ一-龥]"
"""Three words, or a script that is written without spaces."""

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


def looks_like_dates(texts: Sequence[str]) -> bool:
    """Tell whether most of these have the digits of a day, a month and a year, with separators in between."""
    return sum(bool(_DAY.fullmatch(text)) for text in texts) > len(texts) / 2


def looks_like_numbers(texts: Sequence[str]) -> bool:
    """Tell whether all of these are a number, with at most a few characters before and after it."""
    return all(_NUMBER.fullmatch(text) for text in texts)


def is_mostly_rare(texts: Sequence[str]) -> bool:
    """Tell whether value protection would leave next to nothing of a column of text."""
    counts = pd.Series(texts).value_counts()
    return bool(counts[counts < MIN_KEPT_ROWS].sum() > MAX_RARE_SHARE * counts.sum())
