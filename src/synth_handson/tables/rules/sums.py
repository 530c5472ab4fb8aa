"""Which columns are sums and differences of others, with or without a constant: net = gross - tax - fees.

Two parts are tried one by one, three by matching sums of two columns with differences of two; more, and
those with a constant, are solved for by least squares. What follows from formulas that were found is left
out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, combinations, permutations

import numpy as np

from synth_handson.tables.rules.expressions import NEAR, RELATIVE, Arithmetic, Expression, Name, Number
from synth_handson.tables.rules.numeric import (
    FEW,
    ROWS,
    TOLERANCE,
    NumericColumn,
    equal,
    join,
    some_rows,
)
from synth_handson.tables.rules.rule import Comparison
from synth_handson.tables.rules.values import Floats

PER_COLUMN = 20
"""Rows for each column by which the weights of a long sum are solved for."""
DIGITS = 9
"""Decimals of a constant."""


def sums_of_two(columns: Sequence[NumericColumn]) -> Iterator[Comparison]:
    """Yield sums of two columns that are a third."""
    if not columns:
        return
    table = np.column_stack([column.values for column in columns])
    for one, other in combinations(columns, 2):
        rows = some_rows(one, other)
        if len(rows) < ROWS // 2:
            continue
        total = (one.values[rows] + other.values[rows])[:, None]
        apart = np.abs(table[rows] - total)
        known = ~np.isnan(apart)
        size = TOLERANCE * np.where(known, np.abs(total), 1e-12).max(axis=0)
        near = (np.where(known, apart, 0).max(axis=0) <= size) & (known.sum(axis=0) >= len(rows) // 2)
        for target in (columns[position] for position in np.flatnonzero(near).tolist()):
            if target not in (one, other) and not target.is_flag:
                yield equal(target, join("+", one.part, other.part))


def long_sums(
    columns: Sequence[NumericColumn],
    known: Iterable[Comparison],
    rng: np.random.Generator,
) -> Iterator[Comparison]:
    """Yield sums of three parts and more, of which some may be taken off, and one may be a constant.

    Parameters
    ----------
    columns
        Columns of numbers.
    known
        Linear formulas that were found.
    rng
        Random numbers.
    """
    names = [column.name for column in columns]
    relations = _Relations(names)
    computed = {rule.columns[0] for rule in known if relations.know(rule)}
    if len(columns) < FEW:
        return
    table = np.column_stack([*(column.values for column in columns), np.ones(len(columns[0].values))])
    whole = np.flatnonzero(~np.isnan(table).any(1))
    if len(whole) < 4 * len(columns):
        return
    some = table[rng.choice(whole, min(len(whole), PER_COLUMN * len(columns)), replace=False)]
    done = {*computed, *(column.name for column in columns if column.is_flag)}
    for weights in chain(_of_four_columns(some), _solved(some, names, computed)):
        if target := relations.target(weights, done):
            done.add(target)
            computed.add(target)
            yield _sum(columns, weights, target)


class _Relations:
    """Linear relations of columns: weights, and one of the constant, with which their sum is 0."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.weights = np.empty((0, len(names) + 1))

    def know(self, rule: Comparison) -> bool:
        """Add a formula, and tell whether it is linear."""
        of = _weights_of(rule.right)
        if of is None or not set(rule.columns) <= set(self.names):
            return False
        of[rule.columns[0]] = -1.0
        return self._add(np.array([of.get(name, 0.0) for name in (*self.names, None)]))

    def target(self, weights: Floats, taken: Collection[str]) -> str | None:
        """Return the column that a new relation computes: the sum of the others, else the last."""
        free = [i for i in np.flatnonzero(weights[:-1]).tolist() if self.names[i] not in taken]
        if not free or not self._add(weights):
            return None
        sums = [i for i in free if (weights[:-1] == weights[i]).sum() == 1]
        return self.names[sums[0] if sums else free[-1]]

    def _add(self, weights: Floats) -> bool:
        more = np.vstack([self.weights, weights])
        if np.linalg.matrix_rank(more) < len(more):
            return False
        self.weights = more
        return True


def _weights_of(expression: Expression) -> dict[str | None, float] | None:
    """Return the weight of each column, and of None the constant; None if it is not linear."""
    if isinstance(expression, Number):
        return {None: expression.value}
    if isinstance(expression, Name):
        return {expression.column: 1.0}
    if not isinstance(expression, Arithmetic):
        return None
    left, right = _weights_of(expression.left), _weights_of(expression.right)
    if left is None or right is None:
        return None
    if expression.operator in ("+", "-"):
        sign = 1.0 if expression.operator == "+" else -1.0
        return {name: left.get(name, 0.0) + sign * right.get(name, 0.0) for name in {**left, **right}}
    if isinstance(expression.right, Number) and expression.operator in ("*", "/"):
        factor = right[None] if expression.operator == "*" else 1 / right[None]
        return {name: factor * weight for name, weight in left.items()}
    return None


def _of_four_columns(table: Floats) -> Iterator[Floats]:
    """Yield relations of four columns: one, or two together, are the sum of the others.

    The last column of the table is that of the constant, here as in `_solved`.
    """
    varying = [i for i in range(table.shape[1]) if np.ptp(table[:, i])]
    sums = list(combinations(varying, 2))
    lefts = [(a, b, 1.0) for a, b in sums] + [(a, b, -1.0) for a, b in permutations(varying, 2)]
    if len(varying) <= FEW:
        return
    # Each pair is projected on one number, by which equal ones are found; those are compared row by row.
    shadow = np.random.default_rng(0).normal(size=len(table)) @ table
    of_sums = np.array([shadow[c] + shadow[d] for c, d in sums])
    order = np.argsort(of_sums)
    of_lefts = np.array([shadow[a] + sign * shadow[b] for a, b, sign in lefts])
    near = TOLERANCE * float(np.abs(shadow).max())
    first, last = (np.searchsorted(of_sums[order], of_lefts + end) for end in (-near, near))
    for position in np.flatnonzero(last > first):
        a, b, sign = lefts[position]
        for c, d in (sums[one] for one in order[first[position] : last[position]]):
            weights = np.zeros(table.shape[1])
            weights[[a, b, c, d]] = 1.0, sign, -1.0, -1.0
            if len({a, b, c, d}) == FEW + 1 and _are_zero(table * weights):
                yield weights


def _solved(table: Floats, names: Sequence[str], computed: Collection[str]) -> Iterator[Floats]:
    """Yield relations of columns that are not computed: one by the others, and a constant."""
    left = [i for i, name in enumerate(names) if name not in computed]
    parts = table[:, [*left, -1]]
    size = np.maximum(np.linalg.norm(parts, axis=0), NEAR)
    if np.linalg.matrix_rank(parts / size, tol=TOLERANCE) == parts.shape[1]:
        return
    for position in reversed(left):
        others = [i for i in left if i != position and names[i] not in computed]
        if names[position] in computed or len(others) < FEW - 1:
            continue
        found, *_ = np.linalg.lstsq(table[:, [*others, -1]], table[:, position], rcond=None)
        signs, constant = np.asarray(np.round(found[:-1]), np.float64), round(float(found[-1]), DIGITS)
        enough = np.abs(signs).sum() + bool(constant) >= FEW
        if not enough or np.abs(signs).max() > 1 or np.abs(found[:-1] - signs).max() >= TOLERANCE:
            continue
        weights = np.zeros(table.shape[1])
        weights[others], weights[position], weights[-1] = signs, -1.0, constant
        if _are_zero(table * weights):
            yield weights


def _are_zero(parts: Floats) -> bool:
    """Tell whether parts cancel out in every row."""
    return bool((np.abs(parts.sum(axis=1)) <= NEAR + RELATIVE * np.abs(parts).max(axis=1)).all())


def _sum(columns: Sequence[NumericColumn], weights: Floats, target: str) -> Comparison:
    """Solve a relation for a column: those that are added, those that are taken off, and the constant."""
    position = [column.name for column in columns].index(target)
    signs = -weights * weights[position]
    parts: list[tuple[Expression, float]] = [
        (column.part, sign)
        for column, sign in zip(columns, signs[:-1], strict=True)
        if sign and column.name != target
    ]
    if signs[-1]:
        parts.append((Number(value=float(abs(signs[-1]))), signs[-1]))
    parts.sort(key=lambda part: part[1] < 0)
    total, *_ = parts[0]
    for part, sign in parts[1:]:
        total = join("+" if sign > 0 else "-", total, part)
    return equal(columns[position], total)
