"""Is the table of use? Stated rules on intervals, apart from whether it may be shared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from synth_handson.evidence.fidelity import Fidelity
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.utility import LOST, Utility
from synth_handson.locales import Message

Use = Literal["useful", "limited", "not useful", "cannot tell"]

HALF = 0.5
"""Below this share of what real rows teach, more is lost than kept."""
MOST = 0.8
"""Where less than this share is certain, too much is lost to call a table useful."""
APART = {"column_tvd": (0.05, 0.2), "pair_tvd": (0.1, 0.3), "c2st_auc": (0.1, 0.3)}
"""Without a target: how far beyond the holdout's the distance of a column or a pair, and the classifier's
area, may certainly be in a table that is useful, and in one that is of limited use."""


@dataclass(frozen=True)
class Usefulness:
    """Whether a table is of use.

    Attributes
    ----------
    outcome
        "useful", "limited" or "not useful"; "cannot tell" where real rows could not do it either.
    reasons
        Why, the weightiest first.
    advice
        What would help, as far as the numbers suggest anything.
    """

    outcome: Use
    reasons: tuple[Message, ...]
    advice: tuple[Message, ...]


def judge_use(fidelity: Fidelity, utility: Utility | Message) -> Usefulness:
    """Judge by the models that learn the target, or without a target by what is kept of the statistics.

    With a target, by the shares of performance kept (`performance_kept`, 1 is as good as real rows):

    - **useful** if the median model keeps more than half for certain and may keep four fifths, and the worst
      one may keep half: "for certain" is the lower end of the 95 % interval, "may" its upper end;
    - **not useful** if the median model keeps less than half for certain, or no model can learn from the
      table at all;
    - **limited** otherwise; **cannot tell** if not even real rows were shown to predict the target.

    Without a target, by the column and the pair that are certainly farthest beyond the holdout's total
    variation distance, and by the classifier that tells synthetic from real rows: **useful** if none is
    beyond the first of the limits in `APART`, **not useful** if one is beyond the second, else **limited**.

    Parameters
    ----------
    fidelity, utility
        Parts of the evidence; of utility, the reason why it was not measured, if so.

    Returns
    -------
    Usefulness
        The outcome, with reasons and advice.
    """
    if isinstance(utility, Message):
        if utility.key in LOST:
            return Usefulness("not useful", (utility,), (Message("use.advise_generator"),))
        return _by_fidelity(fidelity, utility)
    kept = _ascending([model.kept for model in utility.models])
    median = median_kept(kept)
    if median is None:
        return Usefulness("cannot tell", (Message("use.no_skill", {"target": utility.target}),), ())
    outcome = _by_models(median, kept[0])
    named = (("median", median), ("worst", kept[0]))
    shares = {
        f"{name}{end}": value
        for name, m in named
        for end, value in (("", float(m.value or 0.0)), ("_low", m.low), ("_high", m.high))
    }
    reason = Message(f"use.{_key(outcome)}", {"target": utility.target, "models": len(kept), **shares})
    return Usefulness(outcome, (reason,), tuple(_advise(outcome, median, utility)))


def median_kept(kept: Sequence[Measure]) -> Measure | None:
    """Take the measure of the median model; of an even number the better one, None if none has a value."""
    ascending = _ascending(kept)
    return ascending[len(ascending) // 2] if ascending else None


def _ascending(kept: Sequence[Measure]) -> list[Measure]:
    return sorted((m for m in kept if m.value is not None), key=lambda m: m.value or 0.0)


def _by_models(median: Measure, worst: Measure) -> Use:
    assert median.low is not None and median.high is not None and worst.high is not None
    if median.high < HALF:
        return "not useful"
    if median.low > HALF and median.high >= MOST and worst.high >= HALF:
        return "useful"
    return "limited"


def _advise(outcome: Use, median: Measure, utility: Utility) -> Iterable[Message]:
    if outcome == "useful":
        return
    assert median.low is not None and median.high is not None
    if median.low <= HALF <= median.high:
        yield Message("use.advise_rows", {"rows": utility.train_rows, "people": utility.test_rows})
    if median.high < 1:
        yield Message("use.advise_generator")


def _by_fidelity(fidelity: Fidelity, why: Message) -> Usefulness:
    found = [m for m in (*fidelity.columns, *fidelity.pairs, *fidelity.joint) if m.name in APART]
    worst = {m.name: m for m in sorted(found, key=certain_excess)}
    beyond = {
        limit: [m for name, m in worst.items() if certain_excess(m) > APART[name][limit]] for limit in (0, 1)
    }
    outcome: Use = "not useful" if beyond[1] else "limited" if beyond[0] else "useful"
    told = [
        Message(
            f"use.apart_{m.name}",
            {"columns": " × ".join(m.columns), "value": m.value, "reference": m.reference},
        )
        for m in beyond[0]
    ]
    reasons = told or [Message("use.alike")]
    advice = [Message("use.advise_generator")] if told else []
    return Usefulness(outcome, (*reasons, why), tuple(advice))


def certain_excess(found: Measure) -> float:
    """Say how much worse than the holdout a measure certainly is: from one interval's end to the other's."""
    if found.low is None or found.reference_high is None:
        return 0.0
    return max(found.low - found.reference_high, 0.0)


def _key(outcome: Use) -> str:
    return outcome.replace(" ", "_")
