"""Columns as numbers of their values, and how far these agree within groups of rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.tables.columns import Column, as_canonical, column_kind

Codes = NDArray[np.intp]

CONSTANT = 0.9
"""Agreement within groups, beyond chance, from which on a column is constant in them except for errors and
rare changes."""
REPEATED_SHARE = 0.5
"""Smallest share of rows whose person has another row."""
SEEN = 20
"""Fewest rows that would differ by chance for their agreement to mean anything."""
MAIL = r"[^@\s]+@[^@\s]+\.\w+"


@dataclass(frozen=True, eq=False)
class Coded:
    """A column as numbers of its values, -1 where one is missing; those of numbers and dates are in order."""

    codes: Codes
    size: int
    ordered: bool = False
    dense: bool = False
    mail: bool = False

    @classmethod
    def of(cls, column: Column) -> Coded:
        """Return a column as numbers of its values."""
        column = as_canonical(column)
        kind = column_kind(column)
        ordered = kind in ("number", "date", "zoned date", "duration", "time")
        codes, values = pd.factorize(column, sort=ordered)
        dense = mail = False
        if kind == "number" and len(values):
            dense = bool(values[-1] - values[0] < 2 * len(values) and (np.asarray(values) % 1 == 0).all())
        elif kind == "category":
            mail = bool(pd.Series(values).astype("str").str.fullmatch(MAIL).mean() > 0.5)
        return cls(codes, len(values), ordered, dense, mail)

    def at(self, rows: Any) -> Coded:
        """Return some rows."""
        return replace(self, codes=self.codes[rows])

    @cached_property
    def chance(self) -> float:
        """Probability that two rows agree."""
        times = np.bincount(self.codes + 1).astype(float)
        return float(times @ (times - 1)) / max(len(self.codes) * (len(self.codes) - 1), 1)

    @cached_property
    def repeats(self) -> bool:
        """Whether most rows share their value with another row."""
        times = np.bincount(self.codes + 1)[1:]
        return bool(times[times > 1].sum() >= REPEATED_SHARE * len(self.codes))

    @cached_property
    def ranks(self) -> NDArray[np.float64]:
        """The middle ranks of the rows. Shape (n_rows,)."""
        times = np.bincount(self.codes + 1)
        middles: NDArray[np.float64] = (np.cumsum(times) - times / 2)[self.codes + 1]
        return middles

    def shuffled(self, rng: np.random.Generator) -> Coded:
        """Return the column in random order."""
        return replace(self, codes=rng.permutation(self.codes))


def columns_by_name(frame: pd.DataFrame) -> dict[str, Column]:
    """Return the columns by their names as text."""
    return {str(name): frame.iloc[:, position] for position, name in enumerate(frame.columns)}


def coded_columns(frame: pd.DataFrame) -> dict[str, Coded]:
    """Return the columns in which anything varies, except for those of lists and the like."""
    columns = {name: _coded(column) for name, column in columns_by_name(frame).items()}
    return {name: coded for name, coded in columns.items() if coded is not None}


def _coded(column: Column) -> Coded | None:
    try:
        coded = Coded.of(column)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return coded if coded.size > 1 else None


def together(columns: Sequence[Coded]) -> Coded:
    """Take combinations of values for values."""
    codes, size = columns[0].codes, columns[0].size
    for column in columns[1:]:
        known = (codes >= 0) & (column.codes >= 0)
        codes, values = pd.factorize(
            np.where(known, codes * column.size + column.codes, -1), use_na_sentinel=False
        )
        size = len(values)
        if not known.all():
            missing = int(np.flatnonzero(values == -1)[0])
            codes = np.where(known, codes - (codes > missing), -1)
            size -= 1
    return Coded(codes, size)


def agreement_within(groups: Codes, column: Coded) -> float:
    """How often two rows of a group agree, beyond chance: 0 as any two rows, 1 always."""
    known = groups >= 0
    groups, codes = groups[known], column.codes[known] + 1
    cells, times = np.unique(groups * (column.size + 1) + codes, return_counts=True)
    others = np.bincount(groups)[cells // (column.size + 1)] - 1
    rows = times[others > 0].sum()
    if rows * (1 - column.chance) < SEEN:
        return 0.0
    agree = (times * (times - 1) / np.maximum(others, 1)).sum() / rows
    return float((agree - column.chance) / (1 - column.chance))


def not_following(
    columns: Mapping[str, Coded], names: Sequence[str], but: Collection[tuple[str, str]] = ()
) -> tuple[str, ...]:
    """Leave out columns that follow from another one, as what is computed does, or a town's region.

    Parameters
    ----------
    columns
        Columns by name.
    names
        Those that are looked at; the first of two that follow from each other stays.
    but
        Pairs of names of which the second stays, although it follows from the first, and the reverse.
    """
    left = list(names)
    for one, other in permutations(names, 2):
        if (one, other) in but or not {one, other} <= {*left}:
            continue
        if agreement_within(columns[one].codes, columns[other]) >= CONSTANT:
            left.remove(other)
    return tuple(left)
