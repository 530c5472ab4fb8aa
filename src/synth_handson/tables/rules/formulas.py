"""Which columns are computed from others: products, rates, constant factors, lines, and sums by `sums`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, permutations
from math import floor, log10

import numpy as np

from synth_handson.tables.rules.expressions import (
    NEAR,
    OPERATORS,
    RELATIVE,
    Arithmetic,
    Expression,
    Name,
    Number,
    Operator,
    Rounded,
    Rounding,
)
from synth_handson.tables.rules.numeric import (
    FEW,
    ROWS,
    TOLERANCE,
    NumericColumn,
    equal,
    join,
    read_column,
    some_rows,
)
from synth_handson.tables.rules.rule import Comparison
from synth_handson.tables.rules.sums import long_sums, sums_of_two
from synth_handson.tables.rules.values import Floats, Integers, Values

MAX_DIGITS = 6
"""Most digits of a constant factor: 1.1, 0.4536, 86400."""
LEAST_POINTS = 8
"""Fewest distinct values through which a line with an offset does not go by chance, rounded as they are."""
WAYS: Mapping[Rounding | None, tuple[float, float]] = {
    None: (0.0, 0.0), "round": (-0.5, 0.5), "floor": (0.0, 1.0), "ceil": (-1.0, 0.0),
}  # fmt: skip
"""How far below and above a value, in units of its last decimal, what was rounded to it may lie."""


def find_formulas(values: Values, rng: np.random.Generator) -> Iterator[Comparison]:
    """Yield formulas that hold in the rows that were looked at, the simplest ones first.

    For each column at most one of two parts, and sums; of columns that are the same except for a constant
    factor, one stands for the other.
    """
    every = [column for name in values.names if (column := read_column(values, name))]
    columns = [column for column in every if not column.is_flag]
    of_one = _of_one(columns)
    multiples = {rule.columns[0] for rule in of_one if _is_multiple(rule)}
    numbers = [column for column in columns if column.unit == "number" and column.name not in multiples]
    exact = [rule for rule in of_one if not isinstance(rule.right, Rounded)]
    summed = [column for column in every if column.unit == "number"]
    exact += sums_of_two([column for column in summed if column.name not in multiples])
    exact += long_sums(summed, exact, rng)
    found = (*exact, *of_one, *_of_two(columns, numbers), *_with_rest(numbers), *_rates(numbers))
    seen, targets, named = set[frozenset[str]](), set[str](), set[str]()
    for rule in found:
        names = frozenset(rule.columns)
        taken = named if _divides(rule.right) else targets
        if names in seen or (rule.columns[0] in taken and not _is_sum(rule)):
            continue
        seen.add(names)
        targets.add(rule.columns[0])
        named |= names
        yield rule


def _divides(expression: Expression) -> bool:
    """Tell whether anything is divided by a column."""
    if isinstance(expression, Rounded):
        return _divides(expression.part)
    if not isinstance(expression, Arithmetic):
        return False
    by_column = expression.operator == "/" and bool(expression.right.columns)
    return by_column or _divides(expression.left) or _divides(expression.right)


def _of_one(columns: Sequence[NumericColumn]) -> list[Comparison]:
    """Find columns that are another one times a constant, or on a line with it; of several the shortest."""
    found: dict[str, Comparison] = {}
    for one, other in combinations(columns, 2):
        for target, part in ((other, one), (one, other)):
            if target.unit != part.unit or (
                part.name in found and found[part.name].columns[1] == target.name
            ):
                continue
            rule = _multiple_or_line(target, part, some_rows(target, part))
            if rule and (target.name not in found or _length(rule) < _length(found[target.name])):
                found[target.name] = rule
                break
    return list(found.values())


def _length(rule: Comparison) -> tuple[bool, int]:
    """How long a formula is; one that divides is longer than any that does not."""
    written = str(rule.right)
    return " / " in written, len(written)


def _multiple_or_line(target: NumericColumn, part: NumericColumn, rows: Integers) -> Comparison | None:
    if (
        target.unit == "number"
        and _may_be_scaled(target.values[rows, None], np.array([target.precision]), part.values[rows])
        and (rule := _scaled(target, part.values, part.part))
    ):
        return rule
    return _line(target, part) if _may_be_line(target, part, rows) else None


def _is_multiple(rule: Comparison) -> bool:
    """Tell whether a formula is one column times a constant, so that either may stand for the other."""
    right = rule.right
    return isinstance(right, Name) or (isinstance(right, Arithmetic) and right.operator in ("*", "/"))


def _is_sum(rule: Comparison) -> bool:
    right = rule.right
    return isinstance(right, Arithmetic) and right.operator == "+" and isinstance(right.left, Name)


def _of_two(columns: Sequence[NumericColumn], numbers: Sequence[NumericColumn]) -> Iterator[Comparison]:
    """Yield columns that are, except for a constant factor, computed from two others."""
    times = [column for column in columns if column.unit in ("date", "time")]
    tried: list[tuple[Operator, NumericColumn, NumericColumn]] = [
        *(("-", one, other) for one, other in permutations(times, 2) if one.unit == other.unit),
        *(("*", one, other) for one, other in combinations(numbers, 2)),
        *(("+", one, other) for one, other in combinations(numbers, 2)),
        *(("-", one, other) for one, other in combinations(numbers, 2)),
        *(("/", one, other) for one, other in permutations(numbers, 2)),
    ]
    targets = [column for column in columns if column.unit in ("number", "duration")]
    if not targets:
        return
    table = np.column_stack([column.values for column in targets])
    precision = np.array([column.precision for column in targets])
    for operator, one, other in tried:
        rows = some_rows(one, other)
        if len(rows) < ROWS // 2:
            continue
        with np.errstate(all="ignore"):
            some = OPERATORS[operator](one.values[rows], other.values[rows])
        for position in _may_be_scaled(table[rows], precision, some):
            target = targets[position]
            if target in (one, other):
                continue
            with np.errstate(all="ignore"):
                computed = OPERATORS[operator](one.values, other.values)
            if rule := _scaled(target, computed, join(operator, one.part, other.part)):
                yield rule


def _with_rest(columns: Sequence[NumericColumn]) -> Iterator[Comparison]:
    """Yield columns that are the product of two others and a third added: total = nights * rate + tax."""
    if len(columns) < FEW + 1:
        return
    table = np.column_stack([column.values for column in columns])
    for one, other in combinations(range(len(columns)), 2):
        rows = some_rows(columns[one], columns[other])[: ROWS // 2]
        if len(rows) < ROWS // 4:
            continue
        product = table[rows, one] * table[rows, other]
        some = table[rows]
        rest = some - product[:, None]
        size = TOLERANCE * max(float(np.nanmax(np.abs(product))), 1e-12)
        # Most are ruled out by one row.
        first = np.abs(rest[0][:, None] - some[0])
        for target, added in np.argwhere(~(first > size)).tolist():
            apart = np.abs(rest[:, target] - some[:, added])
            if np.nanmax(apart, initial=0) > size:
                continue
            if len({one, other, target, added}) == FEW + 1:
                product_of = join("*", columns[one].part, columns[other].part)
                right = Arithmetic(operator="+", left=product_of, right=columns[added].part)
                yield equal(columns[target], right)


def _rates(columns: Sequence[NumericColumn]) -> Iterator[Comparison]:
    """Yield columns that are another one, or a product of two, raised or lowered by a rate or by per cent."""
    changes = [
        (
            join("+" if sign > 0 else "-", Number(value=1.0), share),
            1 + sign * column.values / percent,
            column.name,
        )
        for column in columns
        for percent, share in ((1, column.part), (100, join("/", column.part, Number(value=100.0))))
        if np.nanmin(column.values) >= 0 and np.nanmax(column.values) <= percent
        for sign in (1, -1)
    ]
    bases: list[tuple[Expression, Floats]] = [(column.part, column.values) for column in columns]
    bases += [
        (join("*", one.part, other.part), one.values * other.values)
        for one, other in combinations(columns, 2)
    ]
    if not changes:
        return
    table = np.column_stack([column.values[:ROWS] for column in columns])
    precision = np.array([column.precision for column in columns])
    factors = np.array([factor[:ROWS] for _, factor, _ in changes])
    for base, values in bases:
        largest = int(np.abs(np.nan_to_num(values[:ROWS])).argmax())
        wanted = (values[largest] * factors[:, largest])[:, None]
        # Most are ruled out by one row.
        far = np.abs(table[largest] - wanted) > 2 * precision + TOLERANCE * np.abs(wanted)
        for change, position in np.argwhere(~far).tolist():
            by, factor, rate = changes[change]
            target = columns[position]
            if rate in base.columns or target.name in (rate, *base.columns):
                continue
            some = values[:ROWS] * factors[change]
            apart, size = np.abs(table[:, position] - some), TOLERANCE * np.abs(np.nan_to_num(some)).max()
            known = apart[~np.isnan(apart)]
            if len(known) < ROWS // 2 or known.max() > 2 * precision[position] + size:
                continue
            if rule := _scaled(target, values * factor, join("*", base, by)):
                yield rule


def _may_be_scaled(targets: Floats, precision: Floats, computed: Floats) -> list[int]:
    """Return the columns that are multiples of a computed one in some rows, by the row that says most.

    Parameters
    ----------
    targets
        Shape (rows, columns).
    precision
        The unit of each column's last decimal. Shape (columns,).
    computed
        Shape (rows,).
    """
    if not len(computed):
        return []
    largest = int(np.abs(np.where(np.isfinite(computed), computed, 0)).argmax())
    if not computed[largest]:
        return []
    with np.errstate(all="ignore"):
        factor = targets[largest] / computed[largest]
        apart = np.abs(targets - factor * computed[:, None])
        size = np.maximum(np.abs(factor * computed[largest]), 1e-12)
    known = np.isfinite(apart)
    near = np.where(known, apart, 0).max(axis=0) <= 2 * precision + TOLERANCE * size
    found: list[int] = np.flatnonzero(near & (known.sum(axis=0) >= len(computed) // 2)).tolist()
    return found


def _scaled(target: NumericColumn, computed: Floats, part: Expression) -> Comparison | None:
    """Say that a column is a multiple of what was computed, if it is: exactly, or rounded in one way."""
    both = np.isfinite(target.values) & np.isfinite(computed)
    column, computed = target.values[both], computed[both]
    if len(column) < ROWS // 2 or (computed == 0).all() or len(np.unique(column[:1000])) < FEW:
        return None
    for how, (below, above) in WAYS.items():
        if how and target.decimals is None:
            break
        unit = 10.0 ** -(target.decimals or 0)
        near = NEAR + RELATIVE * np.abs(column)
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
            return equal(target, scaled)
    return None


def _may_be_line(target: NumericColumn, part: NumericColumn, rows: Integers) -> bool:
    """Tell whether two columns lie on a line in some rows, drawn through its ends."""
    x, y = part.values[rows], target.values[rows]
    if len(rows) < ROWS // 2 or np.ptp(x) == 0:
        return False
    ends = np.array([x.argmin(), x.argmax()])
    apart = y - y[ends[0]] - (x - x[ends[0]]) * (np.diff(y[ends]) / np.diff(x[ends]))
    return bool(np.abs(apart).max() <= 2 * target.precision + TOLERANCE * float(np.abs(y).max()))


def _line(target: NumericColumn, part: NumericColumn) -> Comparison | None:
    """Say that a column is on a line with another one, if it is: exactly, or rounded in one way.

    Of moments, only one that is always as far from another one.
    """
    both = np.isfinite(target.values) & np.isfinite(part.values)
    y, x = target.values[both], part.values[both]
    if min(len(np.unique(x[:1000])), len(np.unique(y[:1000]))) < LEAST_POINTS:
        return None
    unit, near = 10.0 ** -(target.decimals or 0), NEAR + RELATIVE * np.abs(y)
    run, rise = np.ptp(x), y[x.argmax()] - y[x.argmin()]
    for how, (below, above) in WAYS.items():
        if how and (not target.precision or target.unit != "number"):
            break
        slack = (above - below) * unit + 2 * float(near.max())
        for slope in _short((rise - slack) / run, (rise + slack) / run):
            if target.unit != "number" and slope != 1:
                continue
            rest = y - slope * x
            least, most = (rest + below * unit - near).max(), (rest + above * unit + near).min()
            if least > most or (offset := _shortest(least, most)) is None:
                continue
            expression = _on_line(part.part, slope, offset)
            return equal(
                target,
                Rounded(how=how, part=expression, digits=target.decimals or 0) if how else expression,
            )
    return None


def _on_line(part: Expression, slope: float, offset: float) -> Expression:
    scaled = part if abs(slope) == 1 else _times(part, abs(slope))
    if slope < 0:
        return join("-", Number(value=offset), scaled)
    return join("+" if offset > 0 else "-", scaled, Number(value=abs(offset)))


def _times(part: Expression, factor: float) -> Expression:
    inverse = 1 / factor
    if (
        factor < 1
        and abs(inverse - round(inverse)) < NEAR
        and len(f"{factor:.15g}") > len(f"{inverse:.0f}") + 2
    ):
        return Arithmetic(operator="/", left=part, right=Number(value=float(round(inverse))))
    return Arithmetic(operator="*", left=part, right=Number(value=factor))


def _short(least: float, most: float) -> Iterator[float]:
    """Yield numbers between two, those with few digits first."""
    if not (np.isfinite(least) and np.isfinite(most)) or least <= 0 <= most:
        return
    size = floor(log10(max(abs(least), abs(most))))
    for digits in range(MAX_DIGITS):
        found = float(round(Decimal((least + most) / 2), digits - size))
        if least <= found <= most:
            yield found


def _shortest(least: float, most: float) -> float | None:
    """Return the number with the fewest digits between two, or one through a whole number; None if none."""
    found = next(_short(least, most), None)
    if found is None and not (np.isfinite(least) and np.isfinite(most) and least * most > 0):
        return None
    inverse = round(2 / (least + most))
    through = inverse and least <= 1 / inverse <= most
    if through and (found is None or len(str(abs(inverse))) < len(Decimal(repr(found)).as_tuple().digits)):
        return 1 / inverse
    return found
