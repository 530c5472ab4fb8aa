"""One letter for a quick look: a summary of the evidence, not evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from synth_handson.evidence.fidelity.statistics import Fidelity
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.overview import Privacy
from synth_handson.evidence.usefulness import Usefulness
from synth_handson.evidence.utility.tstr import LOST, Utility
from synth_handson.evidence.verdict import AREAS, Verdict
from synth_handson.locales import Message

Letter = Literal["A+", "A", "B+", "B", "C", "F"]

WEIGHTS = {"fidelity": 0.4, "utility": 0.4, "privacy": 0.2}
LETTERS: tuple[tuple[float, Letter], ...] = ((90, "A+"), (80, "A"), (70, "B+"), (60, "B"), (50, "C"))
CAPS: dict[str, Letter] = {"fail": "F", "review": "B+", "limited": "B+", "not useful": "C"}
"""Best letter that a privacy verdict or the table's usefulness allows."""
ORDER: tuple[Letter, ...] = ("F", *(name for _, name in reversed(LETTERS)))
"""Letters from the worst to the best."""


@dataclass(frozen=True)
class Grade:
    """Three scores on which the holdout itself would have 100, and their weighted mean.

    Attributes
    ----------
    fidelity, utility, privacy
        0 to 100, high is good; ``utility`` is None where it was not measured.
    total
        Weighted .4, .4 and .2; without utility the other two keep their proportion.
    letter
        "A+" from 90, "A" from 80, "B+" from 70, "B" from 60, "C" from 50, else "F"; never better than `CAPS`
        allow.
    capped
        Why it is what it is: the privacy or the use that allows no better one, or the total of an "F".
    recommendations
        What the numbers suggest to do.
    """

    fidelity: float
    utility: float | None
    privacy: float
    total: float
    letter: Letter
    capped: Message | None
    recommendations: tuple[Message, ...]


def grade(fidelity: Fidelity, utility: Utility | Message, privacy: Privacy, usefulness: Usefulness) -> Grade:
    """Summarise the evidence in one letter.

    - Fidelity is the mean of three shares of the holdout's own level: of the columns' and of the pairs'
      agreement, each one minus the total variation distance, and of how hard the table is to tell from a
      real one, one minus twice the distance of the C2ST's AUC from 0.5.
    - Utility is the mean share of performance kept, over the models; 0 where no model can learn from the
      synthetic table at all.
    - Privacy is one minus the largest excess over the holdout that a measure's interval carries; areas under
      a curve and the DCR share count twice, as theirs ends 0.5 above chance. Where a leak is shown, it is 0.

    Every share is cut to 0 to 1. No good part makes up for a bad one: a leak is an "F", and a table that is
    not useful gets a "C" at most (`CAPS`).

    Parameters
    ----------
    fidelity, utility, privacy, usefulness
        The parts of the evidence; of utility, the reason why it was not measured, if so.

    Returns
    -------
    Grade
        Scores, letter and recommendations.
    """
    scores = {
        "fidelity": _fidelity_score(fidelity),
        "utility": _utility_score(utility),
        "privacy": _privacy_score(privacy),
    }
    known = {name: score for name, score in scores.items() if score is not None}
    weight = sum(WEIGHTS[name] for name in known)
    total = sum(WEIGHTS[name] * score for name, score in known.items()) / weight
    best, why = _cap(privacy, usefulness)
    reached = letter(total)
    worse = min(best, reached, key=ORDER.index)
    capped = why if worse != reached or worse == best == "F" else None
    if worse == "F" and capped is None:
        capped = Message("grade.low_total", {"total": total, "least": LETTERS[-1][0]})
    return Grade(
        fidelity=known["fidelity"],
        utility=scores["utility"],
        privacy=known["privacy"],
        total=total,
        letter=worse,
        capped=capped,
        recommendations=tuple(_recommendations(fidelity, utility, privacy)),
    )


def _cap(privacy: Privacy, usefulness: Usefulness) -> tuple[Letter, Message | None]:
    """Find the best letter that privacy and usefulness allow, and which of them sets the limit."""
    caps = [
        (CAPS[outcome], Message(f"grade.capped_{outcome.replace(' ', '_')}"))
        for outcome in (privacy.verdict.outcome, usefulness.outcome)
        if outcome in CAPS
    ]
    return min(caps, key=lambda cap: ORDER.index(cap[0]), default=("A+", None))


def letter(total: float) -> Letter:
    """Return the letter for a total from 0 to 100."""
    return next((name for least, name in LETTERS if total >= least), "F")


def _fidelity_score(fidelity: Fidelity) -> float:
    def agreement(measures: Iterable[Measure], name: str) -> float:
        shares = [
            _share(1 - m.value, 1 - m.reference)
            for m in measures
            if m.name == name and m.value is not None and m.reference is not None
        ]
        return float(np.mean(shares)) if shares else 1.0

    joint = [
        _share(1 - 2 * abs(m.value - 0.5), 1 - 2 * abs(m.reference - 0.5))
        for m in fidelity.joint
        if m.name == "c2st_auc" and m.value is not None and m.reference is not None
    ]
    parts = [agreement(fidelity.columns, "column_tvd"), agreement(fidelity.pairs, "pair_tvd"), *joint]
    return 100 * float(np.mean(parts))


def _utility_score(utility: Utility | Message) -> float | None:
    if isinstance(utility, Message):
        return 0.0 if utility.key in LOST else None
    kept = [model.kept.value for model in utility.models if model.kept.value is not None]
    return 100 * float(np.mean(np.clip(kept, 0, 1))) if kept else None


def _privacy_score(privacy: Privacy) -> float:
    if privacy.verdict.outcome == "fail":
        return 0.0
    excess = [0.0]
    for found in privacy.measures:
        if found.p_value is not None and found.low is not None and found.reference is not None:
            chance = found.ideal if found.name in AREAS else found.reference
            excess.append((found.low - chance) * (2 if found.name in AREAS else 1))
    return 100 * (1 - min(max(excess), 1.0))


def _share(synthetic: float, reference: float) -> float:
    return float(np.clip(synthetic / reference, 0, 1)) if reference > 0 else 1.0


def _recommendations(fidelity: Fidelity, utility: Utility | Message, privacy: Privacy) -> Iterable[Message]:
    verdict = privacy.verdict
    if verdict.outcome == "fail":
        yield Message("grade.do_not_share")
    elif verdict.outcome == "review":
        yield from _advise_on_review(verdict)
    columns = [m for m in fidelity.columns if m.name == "column_tvd" and _beyond_holdout(m)]
    if columns:
        worst = max(columns, key=lambda m: m.excess or 0.0)
        values = {"column": worst.columns[0], "value": worst.value, "reference": worst.reference}
        yield Message("grade.look_at_column", values)
    for joint in fidelity.joint:
        if joint.name == "c2st_auc" and _beyond_holdout(joint):
            yield Message("grade.c2st", {"value": joint.value, "reference": joint.reference})
    if isinstance(utility, Message):
        yield Message("grade.name_a_target") if utility.key == "utility.no_target" else utility
        return
    lost = [m.kept for m in utility.models if m.kept.high is not None and m.kept.high < 1]
    if lost:
        least = min(lost, key=lambda kept: kept.value or 0.0)
        yield Message("grade.performance_lost", {"kept": least.value, "target": utility.target})


def _advise_on_review(verdict: Verdict) -> Iterable[Message]:
    smallest = verdict.smallest_detectable_leak
    if smallest is not None and smallest <= verdict.tolerated_leak:
        yield Message("grade.look_closer")
    elif verdict.rows_needed:
        yield Message("grade.more_rows", {"rows": verdict.rows_needed})
    elif verdict.holdout_needed:
        yield Message("grade.larger_holdout", {"rows": verdict.holdout_needed})
    else:
        yield Message("grade.other_columns")


def _beyond_holdout(found: Measure) -> bool:
    """Whether the whole interval is worse than the holdout's."""
    return found.low is not None and found.reference_high is not None and found.low > found.reference_high
