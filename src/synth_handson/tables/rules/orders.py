"""Which columns are never above which: orders that something enforces, not numbers that lie apart."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from synth_handson.tables.rules.expressions import Name
from synth_handson.tables.rules.rule import Comparison, Sign
from synth_handson.tables.rules.values import Floats, Values

TAIL = 0.05
"""Share of the smallest differences, at least 20, that show whether differences end abruptly."""
LEAST_TAIL = 20
ABRUPT = 0.65
"""Where as many small differences lie near the end as farther in, they lie halfway on average; where a tail
runs out, as a normal one does, they lie farther from it. One standard error of the mean is taken off."""
SKEWED = 0.5
"""Differences that cannot be negative often have a tail above alone: below the median, they spread at most
half as far as above it."""
_WORDS = (
    ("start(ed)?|begin|began|from|since|open(ed)?", "end(ed)?|finish(ed)?|to|until|till|clos(e|ed|ing)"),
    ("check[ _-]?in|arriv(al|ed)", "check[ _-]?out|depart(ure|ed)|left"),
    ("depart(ure|ed)", "arriv(al|ed)"),
    ("admission|admitted", "discharged?"),
    ("hired?|joined|entry", "left|exit|resigned|retired|terminat(ion|ed)"),
    ("born|birth", "died|death"),
    ("ordered|order", "shipped|shipping|delivered|delivery"),
    (
        "created|issued|opened|requested|submitted",
        "updated|expir(y|ed|es|ation)|resolved|approved|completed|due",
    ),
    (
        "min|minimum|low(er|est)?|first|earliest|diastolic",
        "max|maximum|high(er|est)?|upper|last|latest|systolic",
    ),
    ("開始|開|着工|受付", "終了|閉|竣工|完了"),
    ("入院|入社|入学|入居|入金", "退院|退社|卒業|退居|出金"),
    ("出発|発注|注文|発行|登録", "到着|納品|配送|出荷|失効|更新|有効期限"),
    ("生年|誕生|出生", "没年|死亡"),
    ("最小|最低|下限|拡張期", "最大|最高|上限|収縮期"),
)
NAMED = [
    tuple(
        re.compile(rf"(?<![^\W\d_])({word})(?![^\W\d_])" if word.isascii() else word, re.I) for word in words
    )
    for words in _WORDS
]
"""Words by which the lower and the higher of two columns are named, which are else named the same."""
LEAST_ALIKE = 3
"""Pairs of columns named alike, of which an order is enforced, that show the order of another such pair."""


def find_orders(values: Values) -> Iterator[Comparison]:
    """Yield orders of two columns that hold in all rows, and that something seems to enforce.

    Compared are columns of one kind: numbers, dates (with or without a time), times of day. What is enforced
    of mean_area and worst_area, mean_width and worst_width, and so on is taken to be of mean_height and
    worst_height as well, if it holds for all pairs that are named so.
    """
    alike: dict[tuple[str, str] | None, list[_Held | None]] = defaultdict(list)
    for low, high, apart in _pairs(values):
        alike[_difference(low, high)].append(_held(low, high, apart))
    for difference, pairs in alike.items():
        held = [pair for pair in pairs if pair]
        enforced = sum(pair.enforced for pair in held)
        shown = difference is not None and len(held) == len(pairs) and enforced >= LEAST_ALIKE
        yield from (pair.rule for pair in held if pair.enforced or shown or pair.named)


class _Held(NamedTuple):
    rule: Comparison
    enforced: bool

    @property
    def named(self) -> bool:
        """Whether the names of its columns say which is the lower one."""
        low, high = self.rule.columns
        for of_low, of_high in NAMED:
            rests = {of_low.sub("", low, count=1), of_high.sub("", high, count=1)}
            if of_low.search(low) and of_high.search(high) and len(rests) == 1:
                return True
        return False


def _held(low: str, high: str, apart: Floats) -> _Held | None:
    """Return the order that differences show, and whether something seems to enforce it; None if none."""
    if len(apart) < LEAST_TAIL or apart.min() < 0 or apart.max() == 0:
        return None
    sign: Sign = "<" if apart.min() > 0 else "<="
    return _Held(Comparison(left=Name(column=low), sign=sign, right=Name(column=high)), is_enforced(apart))


def _difference(low: str, high: str) -> tuple[str, str] | None:
    """Return the one word in which two names differ; None if they differ in more."""
    words = [re.findall(r"[^\W_]+", name) for name in (low, high)]
    differ = [pair for pair in zip(*words, strict=False) if pair[0] != pair[1]]
    return differ[0] if len(words[0]) == len(words[1]) > 1 and len(differ) == 1 else None


def _pairs(values: Values) -> Iterator[tuple[str, str, Floats]]:
    """Yield pairs of columns of one kind, and how far the second is above the first where both are known."""
    names = [name for name in values.names if values.unit(name) != "text"]
    days = {name for name in names if values.is_days(name)}
    for low in names:
        for high in names:
            if low == high or values.unit(low) != values.unit(high):
                continue
            one, other = values.floats(low), values.floats(high)
            if values.unit(low) == "date" and (low in days) != (high in days):
                one, other = np.floor(one), np.floor(other)
            apart = other - one
            yield low, high, apart[~np.isnan(apart)]


def is_enforced(apart: Floats) -> bool:
    """Tell whether differences, none of them negative, look as if something kept them from being so.

    Either they end abruptly, at 0 or above, or they have a tail above alone. Those of numbers that merely lie
    apart, or go together, thin out below as they do above.
    """
    apart = np.sort(apart)
    if np.ptp(apart) == 0:
        return False
    precision = _precision(apart)
    if precision:
        apart = apart + np.random.default_rng(0).random(len(apart)) * precision
        apart.sort()
    tail = apart[: max(int(TAIL * len(apart)), LEAST_TAIL)]
    if len(tail) < len(apart) and tail[-1] > tail[0]:
        # Both ends may be the one that counts: 0, or the smallest difference that is allowed.
        from_zero, from_first = tail / tail[-1], (tail - tail[0]) / (tail[-1] - tail[0])
        if min(from_zero.mean(), from_first.mean()) < ABRUPT - 1 / np.sqrt(12 * len(tail)):
            return True
    low, middle, high = np.quantile(apart, [0.01, 0.5, 0.99])
    return bool(middle - low <= SKEWED * (high - middle))


def _precision(ascending: Floats) -> float:
    """Return the distance of neighbouring values where many are equal, else 0."""
    steps = np.diff(ascending)
    return float(steps[steps > 1e-9].min()) if (steps <= 1e-9).mean() > 0.5 else 0.0


def without_implied(orders: list[Comparison]) -> list[Comparison]:
    """Leave out orders that follow from two others."""
    pairs = {(low, high): rule for rule in orders if (order := rule.order) for low, high in [order[:2]]}
    return [
        rule
        for (low, high), rule in pairs.items()
        if not any(
            (low, between) in pairs and (between, high) in pairs
            for between in {name for pair in pairs for name in pair}
        )
    ]
