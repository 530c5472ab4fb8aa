"""The kinds of rules: what each says, for which rows it holds, and how it is put into words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar

import numpy as np
import pandas as pd
from pydantic import Field

from synth_handson.errors import ArgumentError
from synth_handson.locales import Language, Message
from synth_handson.tables.checks import check_name
from synth_handson.tables.rules.expressions import (
    COLUMN_FIELDS,
    NEAR,
    RELATIVE,
    Arithmetic,
    Expression,
    Name,
    Naming,
    Number,
    Part,
    Rounded,
    quoted,
)
from synth_handson.tables.rules.values import Booleans, Floats, Integers, Unit, Values

Sign = Literal["<", "<=", ">", ">=", "=", "!="]
P = TypeVar("P", bound=Part)


class Statement(Naming):
    """What all kinds of rules can do.

    Attributes
    ----------
    table
        Of linked tables the one that it is about: "people", or a table of events. None leaves that to its
        columns: it is about all tables that have them.
    reads_data
        Whether the statement alone does not decide, but also values or ranges of the training table.
    """

    reads_data: ClassVar[bool] = False
    table: str | None = None

    @property
    def _written(self) -> str:
        """The rule without its table."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self._written if self.table is None else f"{quoted(self.table)}: {self._written}"

    def holds(self, frame: pd.DataFrame, reference: pd.DataFrame | None = None) -> Booleans:
        """Tell for which rows it holds.

        Parameters
        ----------
        frame
            A table with its columns.
        reference
            Where known values decide, the table that has them; by default ``frame`` itself.

        Returns
        -------
        ndarray
            Shape (n_rows,). A rule says nothing about missing values, unless it is a rule about them.

        Raises
        ------
        ArgumentError
            If there is no such column, or it holds no numbers or dates where the rule computes.
        """
        values = Values(frame)
        self.check(values)
        return self.holds_for(values, values if reference is None else Values(reference))

    def check(self, values: Values) -> None:
        """Raise an `ArgumentError` if a table does not have the columns, or not of the kind."""
        if self.table is not None:
            raise ArgumentError("rule_one_table", rule=str(self), table=self.table)
        for name in self.columns:
            check_name(name, values.names, "rule_column")

    def _check_numbers(self, values: Values, names: tuple[str, ...]) -> None:
        for name in names:
            if values.unit(name) == "text" and not values.missing(name).all():
                raise ArgumentError("rule_text", rule=str(self), column=name)

    def holds_for(self, values: Values, reference: Values) -> Booleans:
        """Tell for which rows it holds, as `holds`."""
        raise NotImplementedError

    def message(self, units: Mapping[str, Unit] | None = None) -> Message:
        """Say what it says; of dates in other words than of numbers, if it is told what columns hold."""
        raise NotImplementedError

    def render(self, language: Language = "en", units: Mapping[str, Unit] | None = None) -> str:
        """Say it in the reader's language."""
        return self.message(units).render(language)


class Comparison(Statement):
    """Two expressions compared: ``checkin < checkout``, ``total = nights * rate``, ``price % 50 = 0``."""

    kind: Literal["comparison"] = "comparison"
    left: Expression
    sign: Sign
    right: Expression

    @property
    def order(self) -> tuple[str, str, bool] | None:
        """The lower and the higher column and whether they are never equal; None if it is no order of two."""
        if not (isinstance(self.left, Name) and isinstance(self.right, Name)) or self.sign in ("=", "!="):
            return None
        low, high = self.left.column, self.right.column
        if self.sign in (">", ">="):
            low, high = high, low
        return low, high, self.sign in ("<", ">")

    @property
    def formula(self) -> tuple[str, Expression] | None:
        """The column that is computed, and how; None if it is no formula of one."""
        if self.sign != "=":
            return None
        for one, other in ((self.left, self.right), (self.right, self.left)):
            if isinstance(one, Name) and other.columns and one.column not in other.columns:
                return one.column, other
        return None

    def check(self, values: Values) -> None:
        """Raise an `ArgumentError` if a table does not have the columns, or one holds text."""
        super().check(values)
        self._check_numbers(values, self.columns)

    def holds_for(self, values: Values, reference: Values) -> Booleans:
        """Tell for which rows it holds. A date is compared with a moment by the moment's day."""
        left, right = self.left.of(values), self.right.of(values)
        if isinstance(self.left, Name) and isinstance(self.right, Name):
            one, other = values.is_days(self.left.column), values.is_days(self.right.column)
            if one != other and {values.unit(name) for name in self.columns} == {"date"}:
                left, right = np.floor(left), np.floor(right)
        known = ~(np.isnan(left) | np.isnan(right))
        holds: Booleans = ~known | self._compare(left, right)
        if self.sign == "=":
            for side, computed in ((self.left, right), (self.right, left)):
                if isinstance(side, Rounded):
                    holds |= side.is_half_of(computed, values)
        return holds

    def _compare(self, left: Floats, right: Floats) -> Booleans:
        with np.errstate(invalid="ignore"):
            equal = np.abs(left - right) <= NEAR + RELATIVE * np.maximum(np.abs(left), np.abs(right))
            if self.sign in ("=", "!="):
                return equal if self.sign == "=" else ~equal
            plain = all(isinstance(side, Name) for side in (self.left, self.right))
            below = left < right if self.sign in ("<", "<=") else left > right
            equal = left == right if plain else equal
        return below & ~equal if self.sign in ("<", ">") else below | equal

    def message(self, units: Mapping[str, Unit] | None = None) -> Message:
        """Say what it says."""
        if self.order:
            low, high, strict = self.order
            dates = (units or {}).get(low) == "date"
            key = f"{'dates' if dates else 'order'}_{'strict' if strict else 'equal'}"
            return Message(f"rules.{key}", {"low": low, "high": high})
        multiple = self.left
        if (
            self.sign == "="
            and isinstance(multiple, Arithmetic)
            and multiple.operator == "%"
            and isinstance(self.right, Number)
            and self.right.value == 0
        ):
            told = {"column": _plain(multiple.left), "size": _plain(multiple.right)}
            return Message("rules.multiple", told)
        if self.formula:
            column, expression = self.formula
            return Message("rules.formula", {"column": column, "expression": _plain(expression)})
        return Message("rules.comparison", {"rule": self._written})

    @property
    def _written(self) -> str:
        return f"{self.left} {self.sign} {self.right}"


class Determines(Statement):
    """Columns that decide another one: ``city -> country``; the training table says what belongs together."""

    reads_data = True
    kind: Literal["determines"] = "determines"
    by: tuple[str, ...] = Field(min_length=1)
    column: str

    def holds_for(self, values: Values, reference: Values) -> Booleans:
        """Tell for which rows it holds: those whose value is the usual one in the reference."""
        by, known = group_rows(values, reference, self.by)
        column, usual = group_rows(values, reference, (self.column,))
        expected = _most_frequent(known, usual)
        there = (by >= 0) & (by < len(expected))
        wanted = (
            np.where(there, expected[np.where(there, by, 0)], -1) if len(expected) else np.full(len(by), -1)
        )
        return np.asarray((wanted < 0) | (column < 0) | (column == wanted))

    def message(self, units: Mapping[str, Unit] | None = None) -> Message:
        """Say what it says."""
        return Message("rules.determines", {"by": _listed(self.by), "column": self.column})

    @property
    def _written(self) -> str:
        return f"{', '.join(map(quoted, self.by))} -> {quoted(self.column)}"


class Combinations(Statement):
    """Columns of which no combination occurs that the training table does not have."""

    reads_data = True
    kind: Literal["combinations"] = "combinations"
    of: tuple[str, ...] = Field(min_length=2)

    def holds_for(self, values: Values, reference: Values) -> Booleans:
        """Tell for which rows it holds: those whose combination the reference has."""
        groups, known = group_rows(values, reference, self.of)
        return np.asarray((groups < 0) | np.isin(groups, known))

    def message(self, units: Mapping[str, Unit] | None = None) -> Message:
        """Say what it says."""
        return Message("rules.combinations", {"columns": _listed(self.of)})

    @property
    def _written(self) -> str:
        return f"combinations({', '.join(map(quoted, self.of))})"


class MissingTogether(Statement):
    """Two columns that are both missing, or neither: ``missing(street) iff missing(town)``."""

    kind: Literal["missing together"] = "missing together"
    first: str
    second: str

    def holds_for(self, values: Values, reference: Values) -> Booleans:
        """Tell for which rows it holds."""
        return np.asarray(values.missing(self.first) == values.missing(self.second))

    def message(self, units: Mapping[str, Unit] | None = None) -> Message:
        """Say what it says."""
        return Message("rules.missing_together", {"first": self.first, "second": self.second})

    @property
    def _written(self) -> str:
        return f"missing({quoted(self.first)}) iff missing({quoted(self.second)})"


class MissingIf(Statement):
    """A column that is missing exactly where another has certain values.

    ``missing(ended) iff status in ("open", "new")``.
    """

    kind: Literal["missing if"] = "missing if"
    column: str
    by: str
    values: tuple[str | float, ...] = Field(min_length=1)

    def holds_for(self, values: Values, reference: Values) -> Booleans:
        """Tell for which rows it holds."""
        return np.asarray(values.missing(self.column) == self.wanted(values))

    def wanted(self, values: Values) -> Booleans:
        """Tell for which rows the column is to be missing."""
        keys = values.keys(self.by)
        if values.unit(self.by) == "text":
            return keys.isin([_text(value) for value in self.values]).to_numpy(bool)
        return keys.isin([value for value in self.values if isinstance(value, float)]).to_numpy(bool)

    def message(self, units: Mapping[str, Unit] | None = None) -> Message:
        """Say what it says."""
        values = ", ".join(map(_text, self.values))
        return Message("rules.missing_if", {"column": self.column, "by": self.by, "values": values})

    @property
    def _written(self) -> str:
        values = [str(Number(value=v)) if isinstance(v, float) else _string(v) for v in self.values]
        wanted = f"= {values[0]}" if len(values) == 1 else f"in ({', '.join(values)})"
        return f"missing({quoted(self.column)}) iff {quoted(self.by)} {wanted}"


class Within(Statement):
    """A number that lies in the range of its category in the training table: ``latitude within ward``."""

    reads_data = True
    kind: Literal["within"] = "within"
    column: str
    by: str

    def check(self, values: Values) -> None:
        """Raise an `ArgumentError` if a table does not have the columns, or the first holds text."""
        super().check(values)
        self._check_numbers(values, (self.column,))

    def holds_for(self, values: Values, reference: Values) -> Booleans:
        """Tell for which rows it holds."""
        groups, known = group_rows(values, reference, (self.by,))
        numbers = values.floats(self.column)
        ranges = pd.Series(reference.floats(self.column)).groupby(known).agg(["min", "max"])
        low, high = (ranges[end].reindex(groups).to_numpy(float) for end in ("min", "max"))
        with np.errstate(invalid="ignore"):
            return np.asarray(~((numbers < low) | (numbers > high)))

    def message(self, units: Mapping[str, Unit] | None = None) -> Message:
        """Say what it says."""
        return Message("rules.within", {"column": self.column, "by": self.by})

    @property
    def _written(self) -> str:
        return f"{quoted(self.column)} within {quoted(self.by)}"


Rule: TypeAlias = Annotated[
    Comparison | Determines | Combinations | MissingTogether | MissingIf | Within, Field(discriminator="kind")
]


def of_table(rule: Rule, table: str | None) -> Rule:
    """Return a rule that is about one of linked tables; None returns it without a table."""
    return rule.model_copy(update={"table": table})


def renamed(part: P, names: Mapping[str, str]) -> P:
    """Return a rule, or a part of it, whose columns have other names."""
    changes: dict[str, Any] = {}
    for field in type(part).model_fields:
        value = getattr(part, field)
        if isinstance(value, Part):
            changes[field] = renamed(value, names)
        elif field in COLUMN_FIELDS and isinstance(value, str):
            changes[field] = names.get(value, value)
        elif field in COLUMN_FIELDS:
            changes[field] = tuple(names.get(name, name) for name in value)
    return part.model_copy(update=changes)


def group_rows(values: Values, reference: Values, columns: tuple[str, ...]) -> tuple[Integers, Integers]:
    """Return a number for each combination of columns, alike in two tables; -1 where one is missing."""
    groups, known = np.zeros(values.rows, np.intp), np.zeros(reference.rows, np.intp)
    for name in columns:
        known_codes, found = reference.codes(name)
        codes = known_codes if values is reference else _codes_like(values, name, found)
        size = len(found) + 1
        known = np.where((known < 0) | (known_codes < 0), -1, known * size + known_codes)
        groups = np.where((groups < 0) | (codes < 0), -1, groups * size + codes)
        _, compact = np.unique(np.concatenate([known[known >= 0], groups[groups >= 0]]), return_inverse=True)
        known[known >= 0] = compact[: int((known >= 0).sum())]
        groups[groups >= 0] = compact[len(compact) - int((groups >= 0).sum()) :]
    return groups, known


def _codes_like(values: Values, name: str, found: pd.Index[Any]) -> Integers:
    """Return the numbers that another table gives to values; those that it does not have get one more."""
    keys = values.keys(name)
    codes = np.asarray(found.get_indexer(pd.Index(keys)), np.intp)
    return np.where(keys.isna().to_numpy(bool), -1, np.where(codes < 0, len(found), codes))


def _most_frequent(groups: Integers, codes: Integers) -> Integers:
    """Return the most frequent code of each group, -1 where there is none. Shape (n_groups,)."""
    there = (groups >= 0) & (codes >= 0)
    if not there.any():
        return np.zeros(0, np.intp)
    size = int(codes.max()) + 1
    pairs, times = np.unique(groups[there] * size + codes[there], return_counts=True)
    order = np.lexsort((-times, pairs // size))
    first = np.unique((pairs // size)[order], return_index=True)
    usual = np.full(int(groups.max()) + 1, -1, np.intp)
    usual[first[0]] = (pairs % size)[order][first[1]]
    return usual


def _plain(expression: Expression) -> str:
    """Write an expression for a reader."""
    if isinstance(expression, Name):
        return expression.column
    return str(expression).replace(" * ", " × ").replace(" - ", " − ")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else str(Number(value=value))


def _string(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
