"""May it be called safe, as far as was measured? Stated rules, decided on intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from synth_handson.evidence.identical import NOTHING_UNIQUE, POWER, NeverRepeating
from synth_handson.evidence.measures import DEFINITIONS, Measure
from synth_handson.locales import Message

Outcome = Literal["pass", "review", "fail"]

FAMILYWISE_LEVEL = 0.01
"""Probability that chance alone makes any of the tests fail a harmless table."""
TOLERATED_LEAK = 0.05
"""A table passes if a leak of this share of its rows would have been found with 80 % probability."""


@dataclass(frozen=True)
class Verdict:
    """What the privacy measures say together.

    Attributes
    ----------
    outcome
        "fail" if a leak is shown, "review" if the data cannot tell, "pass" otherwise.
    reasons
        Why, the weightiest first.
    tests
        Number of tests that were corrected for.
    level
        Probability that chance alone fails a harmless table.
    smallest_detectable_leak
        Share of copied rows that would have been found with 80 % probability, 0 to 1; None if no share would.
    tolerated_leak
        A table is not passed if ``smallest_detectable_leak`` is larger.
    rows_needed
        About as many synthetic rows would do for that; None if no number does.
    """

    outcome: Outcome
    reasons: tuple[Message, ...]
    tests: int
    level: float
    smallest_detectable_leak: float | None
    tolerated_leak: float
    rows_needed: int | None


def decide(
    measures: Sequence[Measure],
    copies_needed: int | None,
    rows: int,
    never: NeverRepeating = NOTHING_UNIQUE,
) -> Verdict:
    """Decide by three rules, in this order.

    1. **fail** if any measure's one-sided p-value, corrected for the number of tests by Holm's method, is
       below 1 %: its interval at that level excludes what people the generator has never seen would show. No
       average over measures is formed, so none can hide another.
    2. **review** if a leak of 5 % copied rows would not have been found with 80 % probability: the data
       cannot tell.
    3. **pass** otherwise. It says that no leak was found, and how large one could have gone unnoticed.

    Parameters
    ----------
    measures
        The privacy measures; those with a p-value are tests.
    copies_needed
        From `copies_needed`.
    rows
        Number of synthetic rows.
    never
        Columns that identical rows were counted without.

    Returns
    -------
    Verdict
        The outcome, with its reasons.

    Notes
    -----
    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics
    6(2), 1979.
    """
    tests = sum(m.p_value is not None for m in measures)
    shown = noticed(measures)
    smallest = None if copies_needed is None else copies_needed / rows
    needed = None if copies_needed is None else int(np.ceil(copies_needed / TOLERATED_LEAK))
    limit: dict[str, str | int | float | None] = {
        "power": POWER,
        "tolerated": TOLERATED_LEAK,
        "smallest": smallest,
        "copies": copies_needed,
        "rows": rows,
        "needed": needed,
    }
    outcome: Outcome
    if shown:
        outcome = "fail"
        reasons = [_shown(p, m) for m, p in sorted(shown, key=lambda pair: pair[1])]
    elif smallest is None or smallest > TOLERATED_LEAK:
        outcome = "review"
        reasons = [Message("verdict.blind" if smallest is None else "verdict.few_rows", limit)]
    else:
        outcome = "pass"
        no_leak = Message("verdict.none_shown", {"tests": tests, "level": FAMILYWISE_LEVEL})
        reasons = [no_leak, Message("verdict.limit", limit)]
    left_out = [
        Message(f"verdict.without_{kind}", {"columns": ", ".join(names)})
        for kind, names in (("labels", never.labels), ("measurements", never.measurements))
        if names
    ]
    missing = [m.missing for m in measures if m.missing is not None]
    return Verdict(
        outcome,
        (*reasons, *left_out, *missing),
        tests,
        FAMILYWISE_LEVEL,
        smallest,
        TOLERATED_LEAK,
        needed,
    )


def noticed(measures: Iterable[Measure]) -> tuple[tuple[Measure, float], ...]:
    """Find the measures that show a leak, corrected for their number by Holm's method.

    Parameters
    ----------
    measures
        Those without a p-value are no tests and do not count.

    Returns
    -------
    tuple of (Measure, float)
        Each with its adjusted p-value, which is below `FAMILYWISE_LEVEL`.
    """
    tested = [(m, m.p_value) for m in measures if m.p_value is not None]
    adjusted = holm([p_value for _, p_value in tested])
    return tuple((m, p) for (m, _), p in zip(tested, adjusted, strict=True) if p < FAMILYWISE_LEVEL)


def single_level(names: Iterable[str]) -> float:
    """Level at which one of the tests among these measures counts, whatever the others show."""
    return FAMILYWISE_LEVEL / sum(DEFINITIONS[name].tested for name in names)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values for their number, so that the smallest can be read as if it were the only one.

    Parameters
    ----------
    p_values
        Shape (m,), each 0 to 1.

    Returns
    -------
    list of float
        Adjusted p-values in the same order, each 0 to 1.

    Notes
    -----
    S. Holm, 1979, as in `decide`.
    """
    order = np.argsort(p_values)
    factors = len(p_values) - np.arange(len(p_values))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(np.asarray(p_values)[order] * factors), 1.0)
    return [float(p) for p in adjusted]


def _shown(p_value: float, found: Measure) -> Message:
    return Message(
        f"verdict.shown_{found.name}",
        {
            "value": None if found.value is None else found.value.value,
            "low": found.low,
            "high": found.high,
            "reference": None if found.reference is None else found.reference.value,
            "column": ", ".join(found.columns) or None,
            "p": p_value,
        },
    )
