"""Columns of numbers and times as formulas are searched in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from synth_handson.tables.rules.expressions import Arithmetic, Expression, Name, Operator
from synth_handson.tables.rules.rule import Comparison
from synth_handson.tables.rules.values import Booleans, Floats, Integers, Unit, Values

ROWS = 48
"""Rows on which candidates are tried first; those that remain are tried on all."""
LOOKED_AT = 5_000
"""Rows among which they are chosen."""
TOLERANCE = 1e-7
"""Tolerance on the first rows, as a share of the largest value."""
FEW = 3
"""Fewest distinct values of a column that is computed, or more than a flag."""
MAX_DECIMALS = 4


@dataclass(frozen=True, eq=False)
class NumericColumn:
    """A column of numbers, dates, durations or times of day.

    Attributes
    ----------
    name
        Its name.
    values
        Numbers, or days. Shape (n_rows,).
    unit
        What it holds.
    decimals
        How many its values have, up to 4; None for more.
    is_flag
        Whether it has only two values.
    """

    name: str
    values: Floats
    unit: Unit
    decimals: int | None
    is_flag: bool

    @property
    def part(self) -> Name:
        """The column as a part of a formula."""
        return Name(column=self.name)

    @cached_property
    def is_missing(self) -> Booleans:
        """Where it is missing among the rows that are looked at."""
        return np.isnan(self.values[:LOOKED_AT])

    @property
    def precision(self) -> float:
        """The unit of its last decimal; 0 if it has too many."""
        return 0.0 if self.decimals is None else 10.0**-self.decimals


def read_column(values: Values, name: str) -> NumericColumn | None:
    """Take a column that varies, and is no text."""
    if values.unit(name) == "text":
        return None
    column = values.floats(name)
    there = column[~np.isnan(column)]
    size = len(np.unique(there[:1000]))
    if size < 2:
        return None
    decimals = next((d for d in range(MAX_DECIMALS + 1) if (np.round(there, d) == there).all()), None)
    return NumericColumn(name, column, values.unit(name), decimals, size < FEW)


def some_rows(one: NumericColumn, other: NumericColumn) -> Integers:
    """Return some rows in which both columns are there."""
    there: Integers = np.flatnonzero(~(one.is_missing | other.is_missing))
    return there[:ROWS]


def join(operator: Operator, one: Expression, other: Expression) -> Arithmetic:
    """Join two parts by an operator."""
    return Arithmetic(operator=operator, left=one, right=other)


def equal(target: NumericColumn, expression: Expression) -> Comparison:
    """Say that a column is what an expression computes."""
    return Comparison(left=target.part, sign="=", right=expression)
