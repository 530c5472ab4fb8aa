"""Columns that are clearly broken: constant, blank, or without a common category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from synth_handson.metrics.intervals import Estimate, exact_share

Fault = Literal["constant", "blank", "lost", "shifted"]

BLANK = 0.05
"""Tolerated difference in the share of missing values, after allowing for uncertainty."""
SHIFTED = 0.03
"""Tolerated difference in the share of a target class, after allowing for uncertainty."""
COMMON_SHARE, COMMON_ROWS = 0.01, 20
"""Share and number of training rows from which on a category counts as common and must not be missing."""
BY_CHANCE = 0.001
"""A category counts as lost if rows drawn from real people would lack it with at most this probability."""
MAX_VALUES = 20
"""Numbers with at most this many distinct values are treated as categories."""


@dataclass(frozen=True)
class BrokenColumn:
    """One fault that a column of the synthetic table certainly has.

    Attributes
    ----------
    column
        Name of the column.
    fault
        "constant" (the same for everybody), "blank" (another share of blanks), "lost" (a common category does
        not occur), or, of a target alone, "shifted" (a class is rarer or more frequent).
    category
        The only value, the lost category or the shifted class; None for blanks, and for a column without any
        value.
    share, reference
        Share of the synthetic and of the training rows that are blank, or have the category; 0 to 1.
    """

    column: str
    fault: Fault
    category: str | None
    share: float
    reference: float


def find_broken(synthetic: pd.DataFrame, train: pd.DataFrame) -> tuple[BrokenColumn, ...]:
    """Find clearly broken columns.

    Parameters
    ----------
    synthetic, train
        Tables of an `AssessedTables`.

    Returns
    -------
    tuple of BrokenColumn
        The columns in their order. For a column that is the same for everybody, nothing else is reported.
        Only what is certain: by exact intervals of the shares (Clopper & Pearson, 1934), or where chance
        alone would leave a common category out in one of a thousand tables at most.
    """
    return tuple(fault for name in train.columns for fault in _faults(synthetic[name], train[name]))


def find_shifted(synthetic: pd.Series[Any], train: pd.Series[Any]) -> BrokenColumn | None:
    """Find the class of a target whose share is certainly farthest off, by more than `SHIFTED`.

    Parameters
    ----------
    synthetic, train
        The target's column of both tables, each with at least one value.
    """
    known = [column.dropna() for column in (synthetic, train)]
    found = []
    for value in known[1].unique():
        share, expected = (exact_share(int((column == value).sum()), len(column)) for column in known)
        found.append((_certain_gap(share, expected), value, share, expected))
    # Two classes are equally far off; the rarer one is named.
    gap, value, share, expected = max(found, key=lambda one: (round(one[0], 9), -one[3].value))
    if gap <= SHIFTED:
        return None
    return BrokenColumn(str(train.name), "shifted", value_text(value), share.value, expected.value)


def value_text(value: Any) -> str:
    """Write a category, or a number with as many digits as it has."""
    return value if isinstance(value, str) else f"{value:.15g}"


def _faults(synthetic: pd.Series[Any], train: pd.Series[Any]) -> Iterator[BrokenColumn]:
    name = str(train.name)
    values, known = synthetic.dropna(), train.dropna()
    share, expected = (
        exact_share(len(table) - len(there), len(table))
        for table, there in ((synthetic, values), (train, known))
    )
    if _certain_gap(share, expected) > BLANK:
        yield BrokenColumn(name, "blank", None, share.value, expected.value)
    if values.empty:
        return
    counts = known.value_counts()
    if values.nunique() == 1:
        only = values.iloc[0]
        others = int(counts.sum() - counts.get(only, 0))
        if _is_lost(others, len(known), len(values)):
            yield BrokenColumn(name, "constant", value_text(only), 1.0, 1 - others / len(known))
            return
    if train.dtype == np.float64 and len(counts) > MAX_VALUES:
        return
    for value in counts.index.difference(pd.Index(values.unique()), sort=False):
        if _is_lost(int(counts[value]), len(known), len(values)):
            yield BrokenColumn(name, "lost", value_text(value), 0.0, float(counts[value] / len(known)))


def _is_lost(rows: int, of: int, drawn: int) -> bool:
    """Tell whether training rows are common, and missing among those drawn for another reason than chance."""
    if rows < max(COMMON_ROWS, COMMON_SHARE * of):
        return False
    return bool((1 - exact_share(rows, of).low) ** drawn <= BY_CHANCE)


def _certain_gap(left: Estimate, right: Estimate) -> float:
    """Bound the difference of two shares from below by their intervals (Newcombe, Stat. Med. 17, 1998)."""
    smaller, larger = sorted((left, right), key=lambda share: share.value)
    uncertain = np.hypot(larger.value - larger.low, smaller.high - smaller.value)
    return larger.value - smaller.value - float(uncertain)
