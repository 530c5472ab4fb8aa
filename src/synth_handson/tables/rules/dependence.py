"""Which columns decide others, which combinations there are, and which numbers lie in their category's range.

For functional dependencies see Y. Huhtala, J. Kärkkäinen, P. Porkka and H. Toivonen, "TANE: an efficient
algorithm for discovering functional and approximate dependencies", The Computer Journal 42(2), 1999.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from synth_handson.tables.rules.rule import Combinations, Determines, Within, group_rows
from synth_handson.tables.rules.values import Integers, Values
from synth_handson.tables.texts import MIN_KEPT_ROWS

ROWS = 2_000
"""Rows on which candidates are tried first; those that remain are tried on all."""
COVERED = 0.9
"""Share of the table that must be covered by values of the deciding columns that at least 8 people have:
rarer values would reveal people."""
MAX_VALUES = 100
"""Most values of a column in a rule of combinations."""
UNSEEN = 0.1
"""Share of rows, expected by chance, whose combinations must not occur."""
APART = 0.5
"""Share of other rows outside a category's range from which on it has a range of its own."""


def find_dependence(values: Values) -> Iterator[Determines]:
    """Yield what one column, or two together, decide in all rows; only where nothing less decides it."""
    names = [name for name in values.names if _size(values, name) > 1]
    if len(names) < 2:
        return
    codes = np.column_stack([values.codes(name)[0] for name in names])
    some = codes[np.random.default_rng(0).permutation(len(codes))[:ROWS]]
    decided: set[tuple[str, str]] = set()
    for position, by in enumerate(names):
        for other in _decided(some, (position,)):
            if other != position and _decides(codes, (position,), other) and is_shared(values, (by,)):
                decided.add((by, names[other]))
    kept = _without_implied(decided, names)
    yield from (Determines(by=(by,), column=column) for by, column in kept)
    wide = [i for i, name in enumerate(names) if _size(values, name) > 2]
    for pair in combinations(wide, 2):
        for other in _decided(some, pair):
            single = any((names[one], names[other]) in decided for one in pair)
            nested = (names[pair[0]], names[pair[1]]) in decided or (
                names[pair[1]],
                names[pair[0]],
            ) in decided
            if other in pair or single or nested or not _decides(codes, pair, other):
                continue
            both = (names[pair[0]], names[pair[1]])
            if is_shared(values, both):
                yield Determines(by=both, column=names[other])


def find_combinations(values: Values, decided: Sequence[Determines]) -> Iterator[Combinations]:
    """Yield pairs of columns of categories of which many combinations never occur, that chance would bring.

    Every combination that occurs is one of at least 8 people.
    """
    names = [
        name for name in values.names if values.unit(name) == "text" and 2 < _size(values, name) <= MAX_VALUES
    ]
    related = {frozenset((*rule.by, rule.column)) for rule in decided if len(rule.by) == 1}
    for one, other in combinations(names, 2):
        if any({one, other} <= found for found in related):
            continue
        first, second = values.codes(one)[0], values.codes(other)[0]
        there = (first >= 0) & (second >= 0)
        times = np.zeros((_size(values, one), _size(values, other)))
        np.add.at(times, (first[there], second[there]), 1)
        expected = np.outer(times.sum(1), times.sum(0)) / max(times.sum(), 1)
        rare = times[(times > 0) & (times < MIN_KEPT_ROWS)].sum()
        if not rare and expected[times == 0].sum() > UNSEEN * times.sum():
            yield Combinations(of=(one, other))


def find_ranges(values: Values) -> Iterator[Within]:
    """Yield numbers whose categories, each of at least 8 people, have ranges of their own."""
    categories = [
        name for name in values.names if values.unit(name) == "text" and 2 < _size(values, name) <= MAX_VALUES
    ]
    for name in values.names:
        numbers = values.floats(name)
        if values.unit(name) == "text" or len(np.unique(numbers[:ROWS])) <= MIN_KEPT_ROWS:
            continue
        for by in categories:
            codes, levels = values.codes(by)
            there = (codes >= 0) & ~np.isnan(numbers)
            if not there.any():
                continue
            ranges = pd.Series(numbers[there]).groupby(codes[there]).agg(["min", "max", "size"])
            if len(ranges) < len(levels) or ranges["size"].min() < 2 * MIN_KEPT_ROWS:
                continue
            ordered = np.sort(numbers[there])
            inside = np.searchsorted(ordered, ranges["max"], "right") - np.searchsorted(
                ordered, ranges["min"]
            )
            outside = 1 - (inside * ranges["size"]).sum() / len(ordered) ** 2
            alone = ranges["max"].to_numpy() > ranges["min"].to_numpy()
            if outside > APART and alone.all():
                yield Within(column=name, by=by)


def is_shared(values: Values, by: tuple[str, ...]) -> bool:
    """Tell whether at least 8 people have each value, or combination, except in a small part of the table."""
    groups, _ = group_rows(values, values, by)
    times = np.bincount(groups[groups >= 0])
    return bool(times[times >= MIN_KEPT_ROWS].sum() >= COVERED * max((groups >= 0).sum(), 1))


def _size(values: Values, name: str) -> int:
    return len(values.codes(name)[1])


def _decided(codes: Integers, by: tuple[int, ...]) -> list[int]:
    """Return the columns that do not change where the given ones are the same."""
    grouped = codes[np.lexsort([codes[:, one] for one in by])]
    same = (grouped[1:, by] == grouped[:-1, by]).all(1) & (grouped[1:, by] >= 0).all(1)
    pairs = grouped[1:][same], grouped[:-1][same]
    if len(pairs[0]) < MIN_KEPT_ROWS:
        return []
    equal = (pairs[0] == pairs[1]) | (pairs[0] < 0) | (pairs[1] < 0)
    return [int(i) for i in np.flatnonzero(equal.all(0)) if i not in by]


def _decides(codes: Integers, by: tuple[int, ...], column: int) -> bool:
    return column in _decided(codes[:, [*by, column]], tuple(range(len(by)))) or (
        len(by) in _decided(codes[:, [*by, column]], tuple(range(len(by))))
    )


def _without_implied(decided: set[tuple[str, str]], names: Sequence[str]) -> list[tuple[str, str]]:
    """Keep one direction if columns determine each other, and drop rules that follow from two others."""
    order = {name: position for position, name in enumerate(names)}
    one_way = {
        (by, column) for by, column in decided if (column, by) not in decided or order[by] < order[column]
    }
    return [
        (by, column)
        for by, column in sorted(one_way, key=lambda pair: (order[pair[0]], order[pair[1]]))
        if not any((by, between) in one_way and (between, column) in one_way for between in names)
    ]
