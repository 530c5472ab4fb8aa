"""May it be called safe, as far as was measured? Stated rules, decided on intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from synth_handson.evidence.identical import (
    POWER,
)
from synth_handson.evidence.measures import Measure
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


def decide(measures: Sequence[Measure], copies_needed: int | None, rows: int) -> Verdict:
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

    Returns
    -------
    Verdict
        The outcome, with its reasons.

    Notes
    -----
    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics
    6(2), 1979.
    """
    tested = [m for m in measures if m.p_value is not None]
    adjusted = holm([m.p_value for m in tested if m.p_value is not None])
    shown = [(p, m) for p, m in zip(adjusted, tested, strict=True) if p < FAMILYWISE_LEVEL]
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
        reasons = [_shown(p, m) for p, m in sorted(shown, key=lambda pair: pair[0])]
    elif smallest is None or smallest > TOLERATED_LEAK:
        outcome = "review"
        reasons = [Message("verdict.blind" if smallest is None else "verdict.few_rows", limit)]
    else:
        outcome = "pass"
        no_leak = Message("verdict.none_shown", {"tests": len(tested), "level": FAMILYWISE_LEVEL})
        reasons = [no_leak, Message("verdict.limit", limit)]
    missing = [m.missing for m in measures if m.missing is not None]
    return Verdict(
        outcome,
        (*reasons, *missing),
        len(tested),
        FAMILYWISE_LEVEL,
        smallest,
        TOLERATED_LEAK,
        needed,
    )


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
            "column": found.columns[0] if found.columns else None,
            "p": p_value,
        },
    )
