"""May it be called safe, as far as was measured? Stated rules, decided on intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from synth_handson.evidence.identical import NOTHING_UNIQUE, NeverRepeating
from synth_handson.evidence.limits import POWER, Limits
from synth_handson.evidence.measures import DEFINITIONS, RISKS, Measure
from synth_handson.locales import Message

Outcome = Literal["pass", "review", "fail"]

FAIL_LEVEL = 0.001
"""Probability that chance alone makes any of the tests fail a harmless table."""
REVIEW_LEVEL = 0.05
"""Probability that chance alone makes any of the tests ask for a review of one."""
SPLIT_LEVEL = 0.01
"""Below this, training rows and holdout are not taken for random parts of the same people."""
TOLERATED_LEAK = 0.05
"""Share of people, or rows, that a leak may concern at most; and a table passes only if a leak of this share
of its rows would have been noticed with 80 % probability."""
TOLERATED_FRACTION = 0.5
"""Of the training people found, at most this share may be found for being training people: beyond it, who
guesses that somebody found was a training person is right two times in three or more, at even odds."""
AREAS = ("dcr_share", "kernel_share", "attack_auc", "outlier_attack_auc", "text_attack_auc")
"""Measures that are 0.5 by chance. A leak that concerns a share s of the people for certain adds s / 2."""


@dataclass(frozen=True)
class Verdict:
    """What the privacy measures say together.

    Attributes
    ----------
    outcome
        "fail" if a leak beyond what is tolerated is shown, "review" if there are signs of one or the data
        cannot tell, "pass" otherwise.
    reasons
        Why, the weightiest first.
    tests
        Number of tests that were corrected for.
    level, review_level
        Probabilities that chance alone fails a harmless table, or asks for a review of it.
    smallest_detectable_leak
        Share of copied rows that would have been noticed with 80 % probability, 0 to 1; None if none would.
    smallest_detectable_changed
        The same of rows that are copied with one value changed.
    tolerated_leak
        A table is not passed if ``smallest_detectable_leak`` is larger.
    rows_needed
        With so many synthetic rows it would be no larger; None if no number of rows does it.
    holdout_needed
        With a holdout of so many rows it would be no larger, where more synthetic rows do not help; None if
        that does not help either.
    """

    outcome: Outcome
    reasons: tuple[Message, ...]
    tests: int
    level: float
    review_level: float
    smallest_detectable_leak: float | None
    smallest_detectable_changed: float | None
    tolerated_leak: float
    rows_needed: int | None
    holdout_needed: int | None

    @property
    def split_is_random(self) -> bool:
        """Whether training rows and holdout can be random parts of the same people."""
        return all(reason.key != "verdict.not_random" for reason in self.reasons)


def decide(
    measures: Sequence[Measure],
    limits: Limits,
    rows: int,
    checks: Sequence[Measure] = (),
    never: NeverRepeating = NOTHING_UNIQUE,
) -> Verdict:
    """Decide by these rules, in this order.

    1. **review** if training rows and holdout are not random parts of the same people (a test of that is
       below 1 %, corrected for the two): no p-value holds then.
    2. **fail** if any test's p-value, corrected for the number of tests by Holm's method, is below .1 % and
       what it shows is beyond what is tolerated (`beyond_tolerance`). No average over measures is formed, so
       none can hide another.
    3. **review** if any corrected p-value is below 5 %; if the synthetic table knows the holdout's people as
       no table can that was made without them; or if a leak of 5 % copied rows would not have been noticed
       with 80 % probability.
    4. **pass** otherwise. It says that no leak was found, and how large one could have gone unnoticed.

    Parameters
    ----------
    measures
        The privacy measures; those with a p-value are tests.
    limits
        From `find_limits`.
    rows
        Number of synthetic rows.
    checks
        "split_auc", "split_columns" and "holdout_matches", where they were made.
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
    shown = sorted(noticed(measures), key=lambda pair: pair[1])
    failing = [(m, p) for m, p in shown if p < FAIL_LEVEL and beyond_tolerance(m)]
    apart = noticed([m for m in checks if m.name.startswith("split_")], SPLIT_LEVEL)
    known = [m for m in checks if m.name == "holdout_matches" and _holdout_known(m)]
    limit = _limit(limits, rows)
    outcome: Outcome = "review"
    if apart:
        reasons = [_shown(p, m) for m, p in apart] + [Message("verdict.not_random")]
    elif failing:
        outcome, reasons = "fail", [_shown(p, m) for m, p in failing]
    elif shown or known:
        reasons = [_shown(m.p_value or 0.0, m) for m in known]
        reasons += [_shown(p, m) for m, p in shown]
        reasons += [Message("verdict.signs", {"tolerated": TOLERATED_LEAK})] if shown else []
    elif limits.copied is None or limits.copied > TOLERATED_LEAK * rows:
        reasons = [Message(_too_blind(limits), limit)]
    else:
        outcome = "pass"
        changed = "verdict.limit_changed" if limits.changed else "verdict.limit_changed_none"
        reasons = [
            Message("verdict.none_shown", {"tests": tests, "level": REVIEW_LEVEL}),
            Message("verdict.limit", limit),
            Message(changed, limit),
        ]
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
        FAIL_LEVEL,
        REVIEW_LEVEL,
        _share(limits.copied, rows),
        _share(limits.changed, rows),
        TOLERATED_LEAK,
        limits.rows_needed,
        limits.holdout_needed,
    )


def beyond_tolerance(found: Measure) -> bool:
    """Tell whether what a measure shows is more than is tolerated, wherever in its interval the truth lies.

    Either it concerns more than `TOLERATED_LEAK` of the people or rows beyond what chance does; or, where
    people found are counted, more than `TOLERATED_FRACTION` of them are found for being training people,
    however few they are.
    """
    if found.attributable is not None and found.attributable.low > TOLERATED_FRACTION:
        return True
    if found.low is None:
        return False
    if found.name in AREAS:
        return found.low - 0.5 > TOLERATED_LEAK / 2
    # The risks are an excess already; the hits have their chance in their definition.
    chance = found.ideal if found.name in RISKS or found.ideal else found.reference or 0.0
    return found.low - chance > TOLERATED_LEAK


def _holdout_known(found: Measure) -> bool:
    """Tell whether so many holdout people are found that the holdout must have been used."""
    excess = (found.value or 0.0) - (found.reference or 0.0)
    sure = found.p_value is not None and found.p_value < FAIL_LEVEL
    often = found.attributable is not None and found.attributable.low > TOLERATED_FRACTION
    return sure and often and excess > TOLERATED_LEAK


def _limit(limits: Limits, rows: int) -> dict[str, str | int | float | None]:
    return {
        "power": POWER,
        "tolerated": TOLERATED_LEAK,
        "smallest": _share(limits.copied, rows),
        "copies": limits.copied,
        "smallest_changed": _share(limits.changed, rows),
        "changed": limits.changed,
        "rows": rows,
        "needed": limits.rows_needed,
        "holdout": limits.holdout_needed,
    }


def _share(copies: int | None, rows: int) -> float | None:
    return None if copies is None else copies / rows


def _too_blind(limits: Limits) -> str:
    if limits.rows_needed is not None:
        return "verdict.few_rows"
    return "verdict.blind" if limits.holdout_needed is None else "verdict.small_holdout"


def noticed(measures: Iterable[Measure], level: float = REVIEW_LEVEL) -> tuple[tuple[Measure, float], ...]:
    """Find the measures that notice something, corrected for their number by Holm's method.

    Parameters
    ----------
    measures
        Those without a p-value are no tests and do not count.
    level
        Probability that any of them notices something where there is nothing.

    Returns
    -------
    tuple of (Measure, float)
        Each with its adjusted p-value, which is below the level.
    """
    return tuple((m, p) for m, p in adjust(measures) if p < level)


def adjust(measures: Iterable[Measure]) -> tuple[tuple[Measure, float], ...]:
    """Correct the p-values of those measures that are tests for their number, by Holm's method."""
    tested = [(m, m.p_value) for m in measures if m.p_value is not None]
    adjusted = holm([p_value for _, p_value in tested])
    return tuple((m, p) for (m, _), p in zip(tested, adjusted, strict=True))


def single_level(names: Iterable[str]) -> float:
    """Level at which one of the tests among these measures counts, whatever the others show."""
    return REVIEW_LEVEL / sum(DEFINITIONS[name].tested for name in names)


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
            "attributable": None if found.attributable is None else found.attributable.value,
            "attributable_low": None if found.attributable is None else found.attributable.low,
            "attributable_high": None if found.attributable is None else found.attributable.high,
            "p": p_value,
        },
    )
