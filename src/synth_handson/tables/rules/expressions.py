"""Arithmetic of columns: ``nights * rate``, ``floor(price * 0.1)``, ``checkout - checkin``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from synth_handson.tables.rules.values import Floats, Values

Operator = Literal["+", "-", "*", "/", "%"]
Rounding = Literal["round", "floor", "ceil"]

PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2}
WORD = re.compile(r"[^\W\d]\w*")
"""Names of columns that need no quotes."""
COLUMN_FIELDS = ("column", "by", "of", "first", "second")
"""Where parts of rules name columns."""
NEAR = 1e-9
"""Tolerance for equality: decimals are not exact in binary."""
RELATIVE = 1e-11
"""The same as a share of large numbers."""


class Part(BaseModel):
    """A part of a rule, which never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Naming(Part):
    """A part of a rule that may name columns."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it names, each once."""
        return tuple(dict.fromkeys(_columns_of(self)))


def _columns_of(part: Naming) -> Iterator[str]:
    for field in type(part).model_fields:
        value = getattr(part, field)
        if isinstance(value, Naming):
            yield from _columns_of(value)
        elif field in COLUMN_FIELDS:
            yield from (value,) if isinstance(value, str) else value


class Number(Naming):
    """A number."""

    kind: Literal["number"] = "number"
    value: float

    def of(self, values: Values) -> Floats:
        """Return the number for each row. Shape (n_rows,)."""
        return np.full(values.rows, self.value)

    def __str__(self) -> str:
        plain = Decimal(repr(self.value))
        return f"{plain.to_integral() if plain == plain.to_integral() else plain.normalize():f}"


class Day(Naming):
    """A day, or a moment."""

    kind: Literal["day"] = "day"
    value: str

    def of(self, values: Values) -> Floats:
        """Return its days since 1970 for each row. Shape (n_rows,)."""
        return np.full(values.rows, (pd.Timestamp(self.value) - pd.Timestamp(0)) / pd.Timedelta(days=1))

    def __str__(self) -> str:
        return self.value


class Name(Naming):
    """A column."""

    kind: Literal["column"] = "column"
    column: str

    def of(self, values: Values) -> Floats:
        """Return its values. Shape (n_rows,)."""
        return values.floats(self.column)

    def __str__(self) -> str:
        return quoted(self.column)


class Arithmetic(Naming):
    """Two parts joined by an operator."""

    kind: Literal["arithmetic"] = "arithmetic"
    operator: Operator
    left: Expression
    right: Expression

    def of(self, values: Values) -> Floats:
        """Compute it. Shape (n_rows,); NaN where a value is missing, or divided by 0."""
        with np.errstate(all="ignore"):
            found = OPERATORS[self.operator](self.left.of(values), self.right.of(values))
        return np.where(np.isfinite(found), found, np.nan)

    def __str__(self) -> str:
        mine = PRECEDENCE[self.operator]
        left, right = str(self.left), str(self.right)
        if isinstance(self.left, Arithmetic) and PRECEDENCE[self.left.operator] < mine:
            left = f"({left})"
        if isinstance(self.right, Arithmetic) and PRECEDENCE[self.right.operator] <= mine:
            right = f"({right})"
        return f"{left} {self.operator} {right}"


class Rounded(Naming):
    """A part that is rounded: half a unit either way, down, or up."""

    kind: Literal["rounded"] = "rounded"
    how: Rounding
    part: Expression
    digits: int = 0

    def of(self, values: Values) -> Floats:
        """Compute it. Shape (n_rows,)."""
        unit = 10.0**self.digits
        return np.round(_ROUNDING[self.how](self.part.of(values) * unit) / unit, max(self.digits, 0))

    def is_half_of(self, rounded: Floats, values: Values) -> NDArray[np.bool_]:
        """Tell where a value is the other one to which a half may be rounded. Shape (n_rows,).

        Spreadsheets round halves away from 0, Python and the standard IEEE 754 to the even neighbour.
        """
        unit = 10.0**self.digits
        apart = np.abs(self.part.of(values) - rounded) * unit
        whole = np.abs(rounded * unit - np.round(rounded * unit)) <= NEAR + RELATIVE * np.abs(rounded * unit)
        return np.asarray(
            (self.how == "round") & whole & (np.abs(apart - 0.5) <= NEAR * (1 + np.abs(rounded) * unit))
        )

    def __str__(self) -> str:
        return f"{self.how}({self.part}{f', {self.digits}' if self.digits else ''})"


Expression = Annotated[Number | Day | Name | Arithmetic | Rounded, Field(discriminator="kind")]
Arithmetic.model_rebuild()
Rounded.model_rebuild()

OPERATORS: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide,
    "%": lambda left, right: _remainder(left, right),
}  # fmt: skip


def _remainder(left: Floats, right: Floats) -> Floats:
    rest = np.mod(left, right)
    return np.where(np.isclose(rest, right, rtol=0, atol=NEAR), 0.0, np.round(rest, 9))


def _half_up(values: Floats) -> Floats:
    nearest: Floats = np.sign(values) * np.floor(np.abs(values) + 0.5 + NEAR)
    return nearest


_ROUNDING: Mapping[str, Callable[[Floats], Floats]] = {
    "round": _half_up,
    "floor": lambda values: np.floor(values + NEAR),
    "ceil": lambda values: np.ceil(values - NEAR),
}

RESERVED = frozenset({"missing", "iff", "in", "within", "combinations", "round", "floor", "ceil"})


def quoted(column: str) -> str:
    """Write a column's name: as it is where it is one word, else in backquotes."""
    plain = WORD.fullmatch(column) and column not in RESERVED
    return column if plain else "`" + column.replace("`", "``") + "`"
