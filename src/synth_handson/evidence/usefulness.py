"""Whether the table is useful: stated rules on intervals, independent of privacy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from synth_handson.evidence.fidelity.broken import BrokenColumn
from synth_handson.evidence.fidelity.rules import RUINED, RuleEvidence
from synth_handson.evidence.fidelity.statistics import Fidelity
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.utility.groups import GroupUtility
from synth_handson.evidence.utility.tstr import LOST, Utility
from synth_handson.locales import Message

Use = Literal["useful", "close", "limited", "not useful", "cannot tell"]

HALF = 0.5
"""Share of a real model's skill below which more is lost than kept."""
MOST = 0.8
"""Share of a real model's skill. If certainly less is kept, a table is not called useful."""
PAIRS = ("pair_tvd", "spearman_difference", "correlation_ratio_difference", "cramers_v_difference")
HISTORIES = ("c2st_auc_events", "intraclass_difference")
APART = {
    "column_tvd": (0.05, 0.2),
    "c2st_auc": (0.1, 0.3),
    **dict.fromkeys((*PAIRS, *HISTORIES), (0.1, 0.3)),
}
"""Tolerated excess over the holdout, after allowing for uncertainty, of a column's or a pair's distance, a
pair's difference of association and the classifier's AUC: first for a useful table, then for a limited
one."""
MOST_NAMED = 5
"""Broken things that are named at most."""


@dataclass(frozen=True)
class Usefulness:
    """Whether a table is useful.

    Attributes
    ----------
    outcome
        "useful", "limited" or "not useful"; "close" in its statistics where prediction was not tested;
        "cannot tell" where real rows cannot predict the target either.
    reasons
        Why. What is broken comes first, with its column.
    advice
        What would help, as far as the numbers suggest anything.
    """

    outcome: Use
    reasons: tuple[Message, ...]
    advice: tuple[Message, ...]


def judge_use(
    fidelity: Fidelity, utility: Utility | Message, rules: Sequence[RuleEvidence] = ()
) -> Usefulness:
    """Judge usefulness by the statistics that are kept, and by models that learn the target.

    The statistics are **broken** if a column is the same for everybody, blank or without a common category
    (`find_broken`), or if a column, a pair or the classifier that tells synthetic from real rows is certainly
    beyond the first of the limits in `APART`; or if a rule of the training table is broken by certainly more
    of the synthetic rows than of real ones, by over 1 % of the rows (`assess_rules`; beyond the second limit
    are 20 %). A broken rule is named first. Without a target, a table is **close** if nothing is broken,
    **not useful** if something is beyond the second limit, else **limited**.

    With a target, the shares of performance kept count as well (`performance_kept`, 1 is as good as real
    rows):

    - **useful** if the median model keeps more than half for certain and may keep four fifths, the worst one
      may keep half, nothing is broken, no class of the target is certainly more than .03 rarer or more
      frequent, and for no group of people more is certainly lost than kept (`assess_groups`): "for certain"
      is the lower end of the 95 % interval, "may" its upper end;
    - **not useful** if the median model keeps less than half for certain, or no model can learn from the
      table at all;
    - **limited** otherwise. If not even real rows were shown to predict the target, it **cannot tell**,
      unless the statistics are broken: then they decide.

    Parameters
    ----------
    fidelity, utility
        Parts of the evidence; of utility, the reason why it was not measured, if so.
    rules
        The rules that were measured.

    Returns
    -------
    Usefulness
        The outcome, with reasons and advice.
    """
    broken_rules = sorted((one for one in rules if one.is_broken), key=lambda one: -one.certain_excess)
    broken = list(map(_broken_rule, broken_rules))
    statistics, faults = _by_fidelity(fidelity, broken_rules)
    advised = (Message("use.advise_rules"),) if broken else ()
    better = (*advised, Message("use.advise_generator"))
    if isinstance(utility, Message):
        if utility.key in LOST:
            return Usefulness("not useful", (utility, *_named([*broken, *faults])), better)
        told = _named([*broken, *faults]) or (Message("use.alike"),)
        faults = [*broken, *faults]
        return Usefulness(statistics, (*told, utility), better if faults else ())
    faults = [*broken, *_of_target(utility), *faults]
    kept = _ascending([model.kept for model in utility.models])
    median = median_kept(kept)
    if median is None:
        unknown = Message("use.no_skill", {"target": utility.target})
        if faults:
            outcome: Use = "limited" if statistics == "close" else statistics
            return Usefulness(outcome, (*_named(faults), unknown), better)
        return Usefulness("cannot tell", (unknown,), ())
    learned = _by_models(median, kept[0])
    said = (_models_said(learned, median, kept, utility), *_worst_group(utility.groups))
    first = not broken and learned == "not useful"
    reasons = (*said, *_named(faults)) if first else (*_named(faults), *said)
    outcome = "limited" if learned == "useful" and faults else learned
    return Usefulness(outcome, reasons, (*advised, *_advise(outcome, median, utility, broken=bool(faults))))


def median_kept(kept: Sequence[Measure]) -> Measure | None:
    """Return the measure of the median model, the better of two; None if none has a value."""
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


def _models_said(learned: Use, median: Measure, kept: Sequence[Measure], utility: Utility) -> Message:
    named = (("median", median), ("worst", kept[0]))
    shares = {
        f"{name}{end}": value
        for name, m in named
        for end, value in (("", float(m.value or 0.0)), ("_low", m.low), ("_high", m.high))
    }
    told = {"target": utility.target, "models": len(kept), **shares}
    return Message(f"use.{learned.replace(' ', '_')}", told)


def _advise(outcome: Use, median: Measure, utility: Utility, *, broken: bool) -> Iterable[Message]:
    if outcome == "useful":
        return
    assert median.low is not None and median.high is not None
    if median.low <= HALF <= median.high:
        yield Message("use.advise_rows", {"rows": utility.train_rows, "people": utility.test_rows})
    if broken or median.high < 1:
        yield Message("use.advise_generator")


def _named(faults: Sequence[Message]) -> tuple[Message, ...]:
    """Name what is broken: the first few, and how many more there are."""
    more = len(faults) - MOST_NAMED
    if more <= 1:
        return tuple(faults)
    return (*faults[:MOST_NAMED], Message("use.more", {"count": more}))


def _of_target(utility: Utility) -> Iterable[Message]:
    """Name the target's class that is too rare or frequent, and the group that loses more than it keeps."""
    if utility.shifted:
        yield _broken(utility.shifted)
    lost = [group for group in utility.groups if group.kept.high is not None and group.kept.high < HALF]
    if lost:
        below = lost[0].kept.high is not None and lost[0].kept.high < 0
        yield _group(f"use.group_{'worse' if below else 'lost'}", lost[0], len(utility.groups))


def _worst_group(groups: Sequence[GroupUtility]) -> Iterable[Message]:
    if groups and groups[0].kept.high is not None and groups[0].kept.high >= HALF:
        yield _group("use.group_worst", groups[0], len(groups))


def _group(key: str, group: GroupUtility, groups: int) -> Message:
    kept = group.kept
    people = {"column": group.column, "value": group.category, "people": kept.rows, "groups": groups}
    return Message(key, {**people, "kept": float(kept.value or 0.0), "low": kept.low, "high": kept.high})


def _broken(found: BrokenColumn) -> Message:
    told = {"column": found.column, "value": found.category}
    return Message(f"use.{found.fault}", {**told, "share": found.share, "reference": found.reference})


def _broken_rule(rule: RuleEvidence) -> Message:
    """Say that a rule is broken."""
    return Message(
        rule.words.key.replace("rules.", "rules.broken_", 1), {**rule.words.values, "share": rule.broken}
    )


def _by_fidelity(fidelity: Fidelity, broken_rules: Sequence[RuleEvidence]) -> tuple[Use, list[Message]]:
    """Judge the statistics, and say what is broken: columns, the worst pair of others, and all together."""
    found = [m for m in (*fidelity.columns, *fidelity.pairs, *fidelity.joint) if m.name in APART]
    beyond = sorted((m for m in found if _beyond(m) > 1), key=_beyond, reverse=True)
    plain = {fault.column for fault in fidelity.broken}
    columns = [m for m in beyond if m.name == "column_tvd"]
    broken = plain | {m.columns[0] for m in columns}
    pairs = [m for m in beyond if m.name in PAIRS and not broken & set(m.columns)]
    told = [
        *(m for m in columns if m.columns[0] not in plain),
        *pairs[:1],
        *(m for m in beyond if m.name == "c2st_auc"),
        *[m for m in beyond if m.name == "c2st_auc_events"],
        *[m for m in beyond if m.name == "intraclass_difference"][:1],
    ]
    faults = [*map(_broken, fidelity.broken), *map(_apart, told)]
    ruined = any(certain_excess(m) > APART[m.name][1] for m in beyond) or any(
        rule.certain_excess > RUINED for rule in broken_rules
    )
    return "not useful" if ruined else "limited" if faults or broken_rules else "close", faults


def _apart(found: Measure) -> Message:
    name = "association" if found.name in PAIRS[1:] else found.name
    told = {"columns": " × ".join(found.columns), "value": found.value, "reference": found.reference}
    return Message(f"use.apart_{name}", told)


def _beyond(found: Measure) -> float:
    """Return the certain excess over the holdout, as a multiple of what is tolerated."""
    return certain_excess(found) / APART[found.name][0]


def are_alike(measures: Iterable[Measure]) -> bool | None:
    """Say whether a table is as close to the training table as real rows are, by the first limits of `APART`.

    Parameters
    ----------
    measures
        Of columns and pairs; others do not count.

    Returns
    -------
    bool or None
        False if a measure is certainly beyond its limit; None if one is, but not for certain.
    """
    limits = [(m, APART[m.name][0]) for m in measures if m.name in APART and m.value is not None]
    if any(certain_excess(m) > limit for m, limit in limits):
        return False
    within = all((m.value or 0.0) - (m.reference or 0.0) <= limit for m, limit in limits)
    return True if within else None


def certain_excess(found: Measure) -> float:
    """Return how much worse than the holdout a measure certainly is: the gap between the intervals."""
    if found.low is None or found.reference_high is None:
        return 0.0
    return max(found.low - found.reference_high, 0.0)
