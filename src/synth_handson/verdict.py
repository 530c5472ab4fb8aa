"""May it be called safe, as far as was measured? Stated rules, decided on intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from synth_handson.locales import Message
from synth_handson.measures import Measure
from synth_handson.membership import Matches, identical_p_value, identical_p_values

Outcome = Literal["pass", "review", "fail"]

FAMILYWISE_LEVEL = 0.01
"""Probability that chance alone makes any of the tests fail a harmless table."""
TOLERATED_LEAK = 0.05
"""A table passes if a leak of this share of its rows would have been found with 80 % probability."""
POWER = 0.8
SIMULATIONS = 200


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


def copies_needed(matches: Matches, level: float, random_state: int) -> int | None:
    """Find how many copied rows the test of identical rows would have found with 80 % probability.

    Training people are planted among the synthetic rows, again and again, until enough are found. Where the
    test finds a leak already, the rows that stand in the training table first make way for rows that nobody
    has: else a single further copy would do.

    Parameters
    ----------
    matches
        Of the three tables.
    level
        Probability below which a single test counts.
    random_state
        Seed of the simulation.

    Returns
    -------
    int or None
        Number of copied rows; None if not even a table of nothing but copies would be noticed.
    """
    rng = np.random.default_rng(random_state)
    if identical_p_value(matches, level) <= level:
        matches = _without_matches(matches)
    rows = len(matches.synthetic)
    low, high = 0, 1
    while high < rows and _power(matches, high, level, rng) < POWER:
        low, high = high, min(2 * high, rows)
    if high == rows and _power(matches, rows, level, rng) < POWER:
        return None
    while high - low > 1 + low // 50:
        middle = (low + high) // 2
        if _power(matches, middle, level, rng) < POWER:
            low = middle
        else:
            high = middle
    return high


def _without_matches(matches: Matches) -> Matches:
    unused = 1 + max(int(numbers.max()) for numbers in (matches.train, matches.holdout, matches.synthetic))
    strangers = unused + np.arange(len(matches.synthetic))
    known = np.isin(matches.synthetic, matches.train)
    return Matches(matches.train, matches.holdout, np.where(known, strangers, matches.synthetic))


def _power(matches: Matches, copies: int, level: float, rng: np.random.Generator) -> float:
    """Share of simulations in which so many training rows, put in place of synthetic ones, are noticed."""
    rows = len(matches.synthetic)
    size = 1 + max(int(numbers.max()) for numbers in (matches.train, matches.holdout, matches.synthetic))
    in_train, in_holdout, in_synthetic = (
        np.bincount(numbers, minlength=size)
        for numbers in (matches.train, matches.holdout, matches.synthetic)
    )
    counts = np.tile(matches.counts, (SIMULATIONS, 1))
    for simulated in counts:
        replaced = matches.synthetic[rng.choice(rows, copies, replace=False)]
        planted = matches.train[rng.choice(len(matches.train), copies, replace=copies > len(matches.train))]
        numbers, times = np.unique(replaced, return_counts=True)
        gone = numbers[in_synthetic[numbers] == times]
        new = np.unique(planted)
        new = new[(in_synthetic[new] == 0) | np.isin(new, gone)]
        simulated[0] += copies - int((in_train[replaced] > 0).sum())
        simulated[2] += int(in_train[new].sum() - in_train[gone].sum())
        simulated[3] += int(in_holdout[new].sum() - in_holdout[gone].sum())
    sizes = rows, len(matches.train), len(matches.holdout)
    p_values = identical_p_values(*counts.T, sizes=sizes, level=level)
    return float((p_values <= level).mean())


def _shown(p_value: float, found: Measure) -> Message:
    return Message(
        f"verdict.shown_{found.name}",
        {
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "reference": found.reference,
            "column": found.columns[0] if found.columns else None,
            "p": p_value,
        },
    )
