"""Which columns are computed from others: sums, differences, products, rates and constant factors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, permutations
from math import floor, log10

import numpy as np

from synth_handson.tables.rules.expressions import (
    NEAR,
    OPERATORS,
    Arithmetic,
    Expression,
    Name,
    Number,
    Operator,
    Rounded,
    Rounding,
)
from synth_handson.tables.rules.rule import Comparison
from synth_handson.tables.rules.values import Floats, Integers, Values

ROWS = 48
"""Rows on which candidates are tried first; those that remain are tried on all."""
LOOKED_AT = 5_000
"""Rows among which they are chosen."""
MAX_DECIMALS = 4
MAX_DIGITS = 6
"""Most digits of a constant factor: 1.1, 0.4536, 86400."""
TOLERANCE = 1e-7
"""Tolerance on the first rows, as a share of the largest value."""
FEW = 3
"""Fewest parts of a sum for which all other columns are tried at once."""


@dataclass(frozen=True, eq=False)
class _Column:
    name: str
    values: Floats
    unit: str
    decimals: int | None


def find_formulas(values: Values, rng: np.random.Generator) -> Iterator[Comparison]:
    """Yield formulas that hold in the rows that were looked at, the simplest ones first.

    For each column at most one of two parts, and sums; of columns that are the same except for a constant
    factor, one stands for the other.
    """
    columns = [column for name in values.names if (column := _read(values, name))]
    numbers = [column for column in columns if column.unit == "number"]
    scaled = _scaled_pairs(numbers)
    yield from scaled
    aliases = {rule.columns[0] for rule in scaled if not isinstance(rule.right, Rounded)}
    numbers = [column for column in numbers if column.name not in aliases]
    seen: set[frozenset[str]] = set()
    targets, named = {rule.columns[0] for rule in scaled}, {n for rule in scaled for n in rule.columns}
    for rule in (*_sums(numbers), *_of_two(columns, numbers), *_with_rest(numbers)):
        names = frozenset(rule.columns)
        taken = named if " / " in str(rule.right) else targets
        if names in seen or (rule.columns[0] in taken and not _is_sum(rule)):
            continue
        seen.add(names)
        targets.add(rule.columns[0])
        named |= names
        yield rule
    yield from _long_sums(values, [column for column in numbers if column.name not in targets], rng)


def _scaled_pairs(numbers: Sequence[_Column]) -> list[Comparison]:
    """Find columns that are another one times a constant; of several, the one with the shortest factor."""
    found: dict[str, Comparison] = {}
    for one, other in combinations(numbers, 2):
        for target, part in ((other, one), (one, other)):
            if part.name in found and found[part.name].columns[1] == target.name:
                continue
            if not _may_be_scaled(target, part.values, _rows(target.values, part.values)):
                continue
            rule = _scaled(target, part.values, Name(column=part.name))
            if rule and (
                target.name not in found or len(str(rule.right)) < len(str(found[target.name].right))
            ):
                found[target.name] = rule
                break
    return list(found.values())


def _is_sum(rule: Comparison) -> bool:
    right = rule.right
    return isinstance(right, Arithmetic) and right.operator == "+" and isinstance(right.left, Name)


def _read(values: Values, name: str) -> _Column | None:
    """Take a column that varies, and has hardly anything missing; numbers of two values are flags."""
    if values.unit(name) not in ("number", "date", "duration"):
        return None
    column = values.floats(name)
    there = column[~np.isnan(column)]
    if len(np.unique(there[:1000])) < FEW:
        return None
    decimals = next((d for d in range(MAX_DECIMALS + 1) if (np.round(there, d) == there).all()), None)
    return _Column(name, column, values.unit(name), decimals)


def _sums(columns: Sequence[_Column]) -> Iterator[Comparison]:
    """Yield sums of two columns that are a third."""
    for one, other in combinations(columns, 2):
        rows = _rows(one.values, other.values)
        if len(rows) < ROWS // 2:
            continue
        total = one.values[rows] + other.values[rows]
        for target in columns:
            if target not in (one, other) and _same(target.values[rows], total):
                yield _equal(target, _join("+", one, other))


def _of_two(columns: Sequence[_Column], numbers: Sequence[_Column]) -> Iterator[Comparison]:
    """Yield columns that are, except for a constant factor, computed from two others."""
    dates = [column for column in columns if column.unit == "date"]
    tried: list[tuple[Operator, _Column, _Column]] = [
        *(("-", one, other) for one, other in permutations(dates, 2)),
        *(("*", one, other) for one, other in combinations(numbers, 2)),
        *(("+", one, other) for one, other in combinations(numbers, 2)),
        *(("-", one, other) for one, other in combinations(numbers, 2)),
        *(("/", one, other) for one, other in permutations(numbers, 2)),
    ]
    targets = [column for column in columns if column.unit in ("number", "duration")]
    for operator, one, other in tried:
        rows = _rows(one.values, other.values)
        if len(rows) < ROWS // 2:
            continue
        part = _join(operator, one, other)
        with np.errstate(all="ignore"):
            computed = OPERATORS[operator](one.values, other.values)
        for target in targets:
            if target in (one, other):
                continue
            if _may_be_scaled(target, computed, rows) and (rule := _scaled(target, computed, part)):
                yield rule


def _with_rest(columns: Sequence[_Column]) -> Iterator[Comparison]:
    """Yield columns that are the product of two others and a third added: total = nights * rate + tax."""
    if len(columns) < FEW + 1:
        return
    table = np.column_stack([column.values for column in columns])
    for one, other in combinations(range(len(columns)), 2):
        rows = _rows(table[:, one], table[:, other])[: ROWS // 2]
        if len(rows) < ROWS // 4:
            continue
        product = table[rows, one] * table[rows, other]
        some = table[rows]
        rest = some - product[:, None]
        size = TOLERANCE * max(float(np.nanmax(np.abs(product))), 1e-12)
        with np.errstate(invalid="ignore"):
            near = np.nanmax(np.abs(rest[:, :, None] - some[:, None, :]), axis=0, initial=0) <= size
        for target, added in zip(*np.nonzero(near), strict=True):
            if len({one, other, target, added}) == FEW + 1:
                product_of = _join("*", columns[one], columns[other])
                right = Arithmetic(operator="+", left=product_of, right=Name(column=columns[added].name))
                yield _equal(columns[target], right)


def _long_sums(values: Values, columns: Sequence[_Column], rng: np.random.Generator) -> Iterator[Comparison]:
    """Yield sums of three columns and more, of which some may be taken off."""
    while len(columns) > FEW:
        table = np.column_stack([column.values for column in columns])
        whole = np.flatnonzero(~np.isnan(table).any(1))
        if len(whole) < 4 * len(columns):
            return
        table = table[rng.choice(whole, min(len(whole), 20 * len(columns)), replace=False)]
        for position in reversed(range(len(columns))):
            others = np.delete(table, position, axis=1)
            weights, *_ = np.linalg.lstsq(others, table[:, position], rcond=None)
            signs = np.asarray(np.round(weights), np.float64)
            if np.abs(weights - signs).max() < TOLERANCE and FEW <= np.abs(signs).sum() == (signs != 0).sum():
                parts = [column for i, column in enumerate(columns) if i != position]
                if (signs > 0).any() and _same(table[:, position], others @ signs):
                    yield _equal(columns[position], _sum_of(parts, signs))
                    columns = parts
                    break
        else:
            return


def _sum_of(parts: Sequence[_Column], signs: Floats) -> Expression:
    ordered = [
        *((part, "+") for part, sign in zip(parts, signs, strict=True) if sign > 0),
        *((part, "-") for part, sign in zip(parts, signs, strict=True) if sign < 0),
    ]
    total: Expression = Name(column=ordered[0][0].name)
    for part, sign in ordered[1:]:
        total = Arithmetic(operator="+" if sign == "+" else "-", left=total, right=Name(column=part.name))
    return total


def _rows(*columns: Floats) -> Integers:
    """Return some rows in which all of these are there."""
    some = np.column_stack([column[:LOOKED_AT] for column in columns])
    there: Integers = np.flatnonzero(~np.isnan(some).any(1))
    return there[:ROWS]


def _same(column: Floats, computed: Floats) -> bool:
    """Tell whether two columns are the same where both are there, in most rows."""
    both = ~(np.isnan(column) | np.isnan(computed))
    if both.sum() < max(len(column) // 2, 1):
        return False
    size = max(float(np.abs(computed[both]).max()), 1e-12)
    return bool(np.abs(column[both] - computed[both]).max() <= TOLERANCE * size)


def _may_be_scaled(target: _Column, computed: Floats, rows: Integers) -> bool:
    """Tell whether a column is a multiple of another one in some rows, by the row that says most."""
    if not len(rows):
        return False
    largest = rows[np.argmax(np.abs(np.where(np.isfinite(computed[rows]), computed[rows], 0)))]
    if not computed[largest]:
        return False
    unit = 0.0 if target.decimals is None else 10.0**-target.decimals
    factor = target.values[largest] / computed[largest]
    with np.errstate(all="ignore"):
        apart = np.abs(target.values[rows] - factor * computed[rows])
    known = apart[np.isfinite(apart)]
    size = max(float(np.abs(factor * computed[largest])), 1e-12)
    return bool(len(known) >= len(rows) // 2 and known.max() <= 2 * unit + TOLERANCE * size)


def _scaled(target: _Column, computed: Floats, part: Expression) -> Comparison | None:
    """Say that a column is a multiple of what was computed, if it is: exactly, or rounded in one way."""
    both = np.isfinite(target.values) & np.isfinite(computed)
    column, computed = target.values[both], computed[both]
    if len(column) < ROWS // 2 or (computed == 0).all() or len(np.unique(column[:1000])) < FEW:
        return None
    ways: Mapping[Rounding | None, tuple[float, float]] = {
        None: (0.0, 0.0), "round": (-0.5, 0.5), "floor": (0.0, 1.0), "ceil": (-1.0, 0.0),
    }  # fmt: skip
    for how, (below, above) in ways.items():
        if how and target.decimals is None:
            break
        unit = 10.0 ** -(target.decimals or 0)
        near = NEAR + 1e-11 * np.abs(column)
        with np.errstate(all="ignore"):
            ends = np.sort(
                [(column + below * unit - near) / computed, (column + above * unit + near) / computed], axis=0
            )
        zero = computed == 0
        if (np.abs(column[zero]) > max(-below, above) * unit + NEAR).any():
            continue
        least, most = ends[0][~zero].max(), ends[1][~zero].min()
        factor = _shortest(least, most) if least <= most else None
        if factor and (factor > 0 or " - " not in str(part)):
            scaled = part if factor == 1 else _times(part, factor)
            if how and not (factor == 1 and np.abs(column - computed).max() <= NEAR):
                scaled = Rounded(how=how, part=scaled, digits=target.decimals or 0)
            return _equal(target, scaled)
    return None


def _times(part: Expression, factor: float) -> Expression:
    inverse = 1 / factor
    if (
        factor < 1
        and abs(inverse - round(inverse)) < NEAR
        and len(f"{factor:.15g}") > len(f"{inverse:.0f}") + 2
    ):
        return Arithmetic(operator="/", left=part, right=Number(value=float(round(inverse))))
    return Arithmetic(operator="*", left=part, right=Number(value=factor))


def _shortest(least: float, most: float) -> float | None:
    """Return the number with the fewest digits between two, or one through a whole number; None if none."""
    if not (np.isfinite(least) and np.isfinite(most)) or least <= 0 <= most:
        return None
    size = floor(log10(max(abs(least), abs(most))))
    for digits in range(MAX_DIGITS):
        found = float(round(Decimal((least + most) / 2), digits - size))
        if least <= found <= most:
            return found
    inverse = round(2 / (least + most))
    return 1 / inverse if inverse and least <= 1 / inverse <= most else None


def _join(operator: Operator, one: _Column, other: _Column) -> Arithmetic:
    return Arithmetic(operator=operator, left=Name(column=one.name), right=Name(column=other.name))


def _equal(target: _Column, expression: Expression) -> Comparison:
    return Comparison(left=Name(column=target.name), sign="=", right=expression)
