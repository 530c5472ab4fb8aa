"""The privacy verdict: stated rules, decided on intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from synth_handson.evidence.measures import DEFINITIONS, RISKS, Measure
from synth_handson.evidence.privacy.detection_power import POWER, Limits
from synth_handson.evidence.privacy.identical import HINT_LEVEL, NOTHING_UNIQUE, NeverRepeating
from synth_handson.locales import Message
from synth_handson.metrics.intervals import Z, tarone

Outcome = Literal["pass", "review", "fail"]

FAIL_LEVEL = 0.001
"""Probability that the tests fail a harmless table by chance."""
REVIEW_LEVEL = 0.05
"""Probability that the tests ask for a review of a harmless table by chance."""
SPLIT_LEVEL = 0.01
"""p-value below which training rows and holdout do not count as a random split of the same people."""
TOLERATED_LEAK = 0.05
"""Largest share of people, or rows, that a leak may concern. A table passes only if a leak of this share of
its rows would have been noticed with a probability of 80 %."""
TOLERATED_FRACTION = 0.5
"""Largest share of the training people found that may be found because they were trained on. Beyond it,
guessing that a person who was found was trained on is right at least two times in three, at even odds."""
AREAS = tuple(name for name, known in DEFINITIONS.items() if known.tested and known.ideal == 0.5)
"""Tests whose value is 0.5 by chance. A leak that reveals a share s of the people adds s / 2."""
LEANINGS = ("classifier_attack_auc",)
"""Tests of the table as a whole. Every generator leans a little towards the people it learned from without
coming close to any of them, so the verdict counts only what exceeds the tolerated leak, and the lean of a
table that keeps nothing but how often values occur ("frequencies_attack_auc")."""
HINTS = ("training_matches", "event_copies", "holdout_matches", "row_order")
"""Checks that assume the generator draws like reality, or that the order of rows does not repeat itself. They
are hints, not tests."""
AVOIDED = {
    "identical_rows": "rows", "identical_without": "rows", "outlier_identical": "outliers",
    "subset_matches": "subset", "subset_matches_binned": "subset",
    "transformed_matches": "subset",
    "attribution": "attribution", "attribution_matched": "attribution",
    "attack_tpr": "hits", "attack_tpr_03": "hits", "attack_tpr_01": "hits",
    "identical_texts": "texts", "rare_words": "texts", "text_attack_tpr": "texts",
    "text_attack_auc": "text_distance", "text_similarity_auc": "text_distance",
    "classifier_attack_auc": "classifier",
    "profile_matches": "subset",
    "event_texts": "texts",
    **dict.fromkeys(("event_matches", "event_matches_2", "event_matches_3", "event_matches_4"), "events"),
    "history_attack_tpr": "hits", "event_attack_tpr": "hits", "hausdorff_attack_tpr": "hits",
}  # fmt: skip
"""Entry ``avoided_<this>`` of ``verdict.toml`` says that training people were avoided; the other tests use
``avoided_distance``."""

SAID_OF_PEOPLE = {
    f"verdict.{key}"
    for key in (
        "limit", "limit_none", "limit_hinted", "limit_changed", "limit_changed_none",
        "few_rows", "blind", "small_holdout", "shown_shared_people",
    )
}  # fmt: skip
"""Reasons with a different text, entry ``<this>_people``, where people have several rows."""


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
        Share of copied rows that the tests would have noticed with 80 % probability, 0 to 1; None if none
        would.
    smallest_hinted_leak
        The same if `training_matches` counts as well, which assumes more.
    smallest_detectable_changed
        The same of rows that are copied with one value changed.
    tolerated_leak
        A table is not passed if ``smallest_hinted_leak`` is larger.
    rows_needed
        Synthetic rows needed for it to be no larger; None if no number of rows suffices.
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
    smallest_hinted_leak: float | None
    smallest_detectable_changed: float | None
    tolerated_leak: float
    rows_needed: int | None
    holdout_needed: int | None

    @property
    def split_is_random(self) -> bool:
        """Whether training rows and holdout can be random parts of the same people, nobody on both sides."""
        same = "verdict.shown_shared_people"
        spoilt = {"verdict.not_random", "verdict.shared_too", same, f"{same}_people"}
        return spoilt.isdisjoint(reason.key for reason in self.reasons)


def decide(
    measures: Sequence[Measure],
    limits: Limits,
    rows: int,
    checks: Sequence[Measure] = (),
    never: NeverRepeating = NOTHING_UNIQUE,
) -> Verdict:
    """Decide the verdict by these rules, in this order.

    1. **review** if training rows and holdout are not random parts of the same people (a test of that is
       below 1 %, corrected for the two): no p-value holds then.
    2. **fail** if any test's p-value, corrected for the number of tests by Holm's method, is below .1 % and
       what it shows is beyond what is tolerated (`beyond_tolerance`). No average over measures is formed, so
       none can hide another.
       A leaning of the table as a whole (`LEANINGS`) counts with the probability of being no more than what
       is tolerated, and than what frequencies alone would make it, here and in 3.
    3. **review** if rows of the same people occur in the training table and in the holdout (more than 5 % of
       the holdout's rows), which hides leaks; if any corrected p-value is below 5 %; if more synthetic rows
       occur in the training table than reality puts there, or if they know the holdout's people better than
       real rows do, which a generator may do that draws some groups too often, or if they stand in the order
       of the training rows (`HINTS`); or if a leak of 5 % copied rows would not have been noticed with 80 %
       probability.
    4. **pass** otherwise. It says that no leak was found, and how large one could have gone unnoticed.

    Of rows on demand behind which stand too few people to be measured among, 4. is a **review**, too
    (`synth_handson.evidence.asked.Asked.cap`).

    Parameters
    ----------
    measures
        The privacy measures; those with a p-value are tests.
    limits
        From `find_limits`.
    rows
        Number of synthetic rows.
    checks
        "shared_people", "split_auc", "split_columns" and those of `HINTS`, where they were made.
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
    tests = len(_able(measures))
    frequencies = _frequencies(measures)
    shown = sorted(noticed(_tolerant(m, frequencies) for m in measures), key=lambda pair: pair[1])
    failing = [(m, p) for m, p in shown if p < FAIL_LEVEL and beyond_tolerance(m, frequencies)]
    apart = noticed([m for m in checks if m.name.startswith("split_")], SPLIT_LEVEL)
    same = [m for m in checks if m.name == "shared_people" and (m.low or 0.0) > TOLERATED_LEAK]
    hinted = [m for m in checks if m.name in HINTS and hint_speaks(m)]
    limit = _limit(limits, rows)
    outcome: Outcome = "review"
    shared = [_shown(0.0, m) for m in same]
    hidden = [Message("verdict.shared_too", reason.values) for reason in shared]
    if apart:
        reasons = [*shared, *(_shown(p, m) for m, p in apart), Message("verdict.not_random")]
    elif failing:
        # Rows of the same people on both sides can hide a leak; they make none.
        outcome, reasons = "fail", [*(_shown(p, m) for m, p in failing), *hidden]
    elif same:
        reasons = shared
    elif shown or hinted:
        reasons = [_shown(m.p_value or 0.0, m) for m in hinted]
        reasons += [_shown(p, m) for m, p in shown]
        reasons += [Message("verdict.signs", {"tolerated": TOLERATED_LEAK})] if shown else []
    elif limits.hinted is None or limits.hinted > TOLERATED_LEAK * rows:
        reasons = [Message(_too_blind(limits), limit)]
    else:
        outcome = "pass"
        changed = "verdict.limit_changed" if limits.changed else "verdict.limit_changed_none"
        reasons = [_leaning(m, tests, frequencies) for m, _ in noticed(measures) if m.name in LEANINGS]
        reasons = reasons or [Message("verdict.none_shown", {"tests": tests, "level": REVIEW_LEVEL})]
        reasons += [Message("verdict.limit" if limits.copied else "verdict.limit_none", limit)]
        reasons += [Message("verdict.limit_hinted", limit)] if limits.hinted != limits.copied else []
        reasons += [Message(changed, limit)]
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
        _share(limits.hinted, rows),
        _share(limits.changed, rows),
        TOLERATED_LEAK,
        limits.rows_needed,
        limits.holdout_needed,
    )


def in_people(verdict: Verdict) -> Verdict:
    """Reword a verdict on tables whose rows each summarise a person: it counts people."""
    reasons = (
        Message(f"{reason.key}_people", reason.values) if reason.key in SAID_OF_PEOPLE else reason
        for reason in verdict.reasons
    )
    return replace(verdict, reasons=(*reasons, Message("verdict.of_people")))


def _frequencies(measures: Iterable[Measure]) -> float:
    """Return how far frequencies alone make a table lean, 0 to .5."""
    areas = (m.value for m in measures if m.name == "frequencies_attack_auc")
    return max(next(areas, None) or 0.5, 0.5) - 0.5


def beyond_tolerance(found: Measure, frequencies: float = 0.0) -> bool:
    """Tell whether a measure's whole interval is beyond what is tolerated.

    Either it concerns more than `TOLERATED_LEAK` of the people or rows beyond what chance does; or, where
    people found are counted, more than `TOLERATED_FRACTION` of them are found for being training people, or
    of those of the holdout for being none, however few they are.
    In `LEANINGS`, it is also tolerated how far frequencies alone would make the table lean.
    """
    fractions = found.attributable, found.avoided
    if any(part is not None and part.low > TOLERATED_FRACTION for part in fractions):
        return True
    if found.low is None or found.high is None:
        return False
    if found.name in AREAS:
        chance = 0.5 + (frequencies if found.name in LEANINGS else 0.0)
        return max(found.low - chance, 0.5 - found.high) > TOLERATED_LEAK / 2
    # The risks are an excess already; the hits have their chance in their definition.
    chance = found.ideal if found.name in RISKS or found.ideal else found.reference or 0.0
    return max(found.low - chance, chance - found.high) > TOLERATED_LEAK


def _tolerant(found: Measure, frequencies: float) -> Measure:
    """Use the probability that a leaning is within what is tolerated as its p-value."""
    if found.name not in LEANINGS or found.estimate is None or found.p_value is None:
        return found
    from scipy.stats import norm

    error = (found.estimate.high - found.estimate.low) / (2 * Z)
    above, below = found.estimate.value - 0.5 - frequencies, 0.5 - found.estimate.value
    beyond = max(above, below) - TOLERATED_LEAK / 2
    within = float(norm.sf(beyond / error)) if error else float(beyond <= 0)
    return replace(found, p_value=max(found.p_value, within))


def _leaning(found: Measure, tests: int, frequencies: float) -> Message:
    """Note that a table leans towards its training people although it passes."""
    return Message(
        "verdict.leaning_away" if avoids_training_people(found) else "verdict.leaning",
        {
            "tests": tests,
            "tolerated": TOLERATED_LEAK / 2,
            "frequencies": frequencies,
            "value": found.value,
            "low": found.low,
            "high": found.high,
        },
    )


def avoids_training_people(found: Measure) -> bool:
    """Tell whether a test finds training people more rarely than chance, and not more often."""
    if found.attributable is not None:
        return found.attributable.value == 0
    return found.name in AREAS and found.value is not None and found.value < 0.5


def hint_speaks(found: Measure) -> bool:
    """Tell whether a hint is clear: more matches than expected, and not by chance."""
    if found.name == "row_order":
        return (found.p_value or 0.0) < FAIL_LEVEL and (found.value or 0.0) > TOLERATED_LEAK
    often = found.attributable is not None and found.attributable.low > TOLERATED_FRACTION
    if found.p_value is None or not often:
        return False
    if found.name in ("training_matches", "event_copies"):
        return found.p_value < HINT_LEVEL
    excess = (found.value or 0.0) - (found.reference or 0.0)
    return found.p_value < FAIL_LEVEL and excess > TOLERATED_LEAK


def _limit(limits: Limits, rows: int) -> dict[str, str | int | float | None]:
    return {
        "power": POWER,
        "tolerated": TOLERATED_LEAK,
        "smallest": _share(limits.copied, rows),
        "copies": limits.copied,
        "smallest_hinted": _share(limits.hinted, rows),
        "hinted": limits.hinted,
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
    """Correct the p-values of those measures that are tests for their number, by Holm's method.

    Tests of counts that could not have shown anything, however the labels fell, are not corrected for
    (`synth_handson.metrics.intervals.tarone`): their p-value is 1.
    """
    tested = [m for m in measures if m.p_value is not None]
    able = _able(tested)
    adjusted = iter(holm([m.p_value for m in able if m.p_value is not None]))
    return tuple((m, next(adjusted) if m in able else 1.0) for m in tested)


def _able(measures: Iterable[Measure]) -> list[Measure]:
    """Choose the tests that could reach significance."""
    tested = [m for m in measures if m.p_value is not None]
    least = np.array([m.least_p_value or 0.0 for m in tested])
    level = REVIEW_LEVEL / tarone(least, REVIEW_LEVEL)
    return [m for m, p_value in zip(tested, least, strict=True) if p_value <= level]


def single_level(names: Iterable[str]) -> float:
    """Level at which a single test among these measures counts, whatever the others show."""
    return REVIEW_LEVEL / sum(DEFINITIONS[name].tested for name in names)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values for their number by Holm's method.

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
    key = f"verdict.shown_{found.name}"
    if found.name not in HINTS and avoids_training_people(found):
        key = f"verdict.avoided_{AVOIDED.get(found.name, 'distance')}"
    return Message(
        key,
        {
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "reference": found.reference,
            "column": ", ".join(found.columns) or None,
            "known": ", ".join(found.columns[:-1]) or None,
            "secret": found.columns[-1] if found.columns else None,
            "attributable": None if found.attributable is None else found.attributable.value,
            "attributable_low": None if found.attributable is None else found.attributable.low,
            "attributable_high": None if found.attributable is None else found.attributable.high,
            "avoided": None if found.avoided is None else found.avoided.value,
            "avoided_low": None if found.avoided is None else found.avoided.low,
            "p": p_value,
        },
    )
