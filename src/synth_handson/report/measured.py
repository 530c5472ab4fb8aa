"""The report's sections on what was measured: privacy, ladder, risks, fidelity and utility."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from synth_handson.evidence.measures import RISKS, Measure
from synth_handson.report import pictures
from synth_handson.report.document import (
    Card,
    Cell,
    Figure,
    Figures,
    Key,
    Paragraph,
    Part,
    Section,
    Svg,
    Table,
)
from synth_handson.report.wording import Wording, axis_number, number, percent

if TYPE_CHECKING:
    from synth_handson.evidence.assessment import Evidence
    from synth_handson.evidence.ladder import Rung
    from synth_handson.evidence.utility import ModelUtility, Utility
    from synth_handson.synthesis.generator import Training

LADDER_MEASURES = ("identical_rows", "attack_auc", "c2st_auc")
LEAKING = ("copied", "jittered", "planted")
WORST = 10
MOST_GROUPS = 5


def privacy(evidence: Evidence, words: Wording, training: Training | None = None) -> Section:
    """Say each privacy measure in a sentence, after a table of all and the distances as a picture."""
    say = words.say
    measures = [measure for measure in evidence.privacy.measures if measure.name not in RISKS]
    head = (say("measure"), say("synthetic"), say("holdout"), say("picture"))
    overview = Table(head, tuple((words.name(m), *_compared(m, words)) for m in measures))
    cards = (Card(words.name(m), _told(m, words)) for m in measures)
    return Section(
        say("privacy_title"),
        (
            Paragraph(say("privacy_intro")),
            _key(words),
            overview,
            *_distances(evidence, words),
            *cards,
            _known_columns(evidence, words),
            *_checks(evidence, words),
            *_epsilon(evidence, words, training),
        ),
    )


def _known_columns(evidence: Evidence, words: Wording) -> Card:
    """Say which columns were named that somebody may know, and that nothing is claimed for others."""
    key = "known_named" if evidence.known else "known_none"
    said = words.say(key, columns=words.names(evidence.known))
    return Card(words.say("known_title"), (Paragraph(said),))


def _checks(evidence: Evidence, words: Wording) -> tuple[Part, ...]:
    """Say whether the holdout is what it should be."""
    checks = (_told(measure, words) for measure in evidence.privacy.checks)
    said = tuple(part for parts in checks for part in parts)
    return (Card(words.say("checks_title"), (Paragraph(words.say("checks_intro")), *said)),)


def _epsilon(evidence: Evidence, words: Wording, training: Training | None) -> tuple[Part, ...]:
    """Say which ε the generator cannot have had, beside the one that its engine claims."""
    bound = evidence.epsilon_at_least
    if bound is None:
        return ()
    at_least = math.floor(100 * bound.value) / 100
    said = [words.text("epsilon.nothing_shown")]
    if at_least > 0:
        train, holdout = bound.people
        counts = {"found": bound.found[0], "train": train, "others": bound.found[1], "holdout": holdout}
        named = words.quote(words.text(f"measures.{bound.measure}"))
        sure = percent(bound.confidence)
        said = [words.text("epsilon.shown", value=at_least, confidence=sure, measure=named, **counts)]
    claimed = None if training is None else training.reached_epsilon
    if claimed is not None:
        beside = "beyond_claim" if bound.value > claimed else "within_claim"
        said.append(words.text(f"epsilon.{beside}", claimed=claimed))
    parts = Paragraph(words.join(said)), Paragraph(words.text("epsilon.small_print"), "small")
    return (Card(words.text("epsilon.title"), parts),)


def _told(measure: Measure, words: Wording) -> tuple[Part, ...]:
    return (
        Paragraph(words.sentence(measure)),
        Paragraph(words.small_print(measure), "small"),
    )


def _compared(
    measure: Measure, words: Wording, ends: pictures.Span | None = None
) -> tuple[Figures, Figures, Svg | str]:
    """Return cells with the measure, its reference, and a picture of both."""
    if measure.value is None and measure.reference is None:
        return words.value(measure), words.reference(measure), ""
    plot = pictures.interval_plot(measure, ends or pictures.span([measure]), partial(axis_number, measure))
    return words.value(measure), words.reference(measure), plot


def _key(words: Wording, ours: str = "key_synthetic", theirs: str = "key_holdout") -> Key:
    return Key(tuple(zip(pictures.interval_marks(), map(words.say, (ours, theirs, "ideal")), strict=True)))


def _distances(evidence: Evidence, words: Wording) -> tuple[Part, ...]:
    say, shares = words.say, evidence.privacy.distances
    if not any(bin_.kind == "range" for bin_ in shares.bins):
        return ()
    near = holdout = synthetic = 0.0
    for bin_, theirs, ours in zip(shares.bins, shares.holdout, shares.synthetic, strict=True):
        if holdout >= 0.1 or bin_.upper is None:
            break
        near, holdout, synthetic = bin_.upper, holdout + theirs, synthetic + ours
    description = say(
        "distances_description",
        near=f"{near:g}",
        synthetic=percent(synthetic, 1),
        holdout=percent(holdout, 1),
    )
    axes = say("distances_axis"), say("distances_share")
    drawn = pictures.distance_histogram(shares, percent, axes, description)
    keys = zip(pictures.histogram_marks(), map(say, ("key_outline", "key_filled")), strict=True)
    caption = words.join([say("distances_caption"), say("distances_read")])
    return Key(tuple(keys)), Figure(drawn, caption)


def ladder(evidence: Evidence, words: Wording) -> Section:
    """Show where the table stands among controls whose answer is known."""
    say, ladder = words.say, evidence.ladder
    by_rung = [{measure.name: measure for measure in rung.measures} for rung in ladder]
    shares = [measures["dcr_share"] for measures in by_rung]
    ends = pictures.span(shares)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            say(f"rung_{rung.name}"),
            _known(rung, words),
            say("ladder_shown" if rung.leak else "ladder_not_shown"),
            *(_value_only(measures[name], words) for name in LADDER_MEASURES),
            Figures(words.value(share).value),
            pictures.interval_plot(share, ends, partial(axis_number, share)),
        )
        for rung, measures, share in zip(ladder, by_rung, shares, strict=True)
    )
    head = ("head", "known", "found", *LADDER_MEASURES, "dcr_share", "dcr_share_picture")
    ours = next(number for number, rung in enumerate(ladder) if rung.name == "ours")
    return Section(
        say("ladder_title"),
        (
            Paragraph(say("ladder_intro", rows=shares[ours].rows)),
            Table(tuple(say(f"ladder_{name}") for name in head), rows, marked=ours),
            Paragraph(say("ladder_caption"), "small"),
            *(Paragraph(note) for note in _ladder_notes(ladder, words)),
        ),
    )


def _known(rung: Rung, words: Wording) -> str:
    if rung.name == "ours":
        return words.say("known_ours")
    return words.say("known_leak" if rung.name in LEAKING else "known_no_leak")


def _value_only(measure: Measure, words: Wording) -> Figures:
    return Figures("–") if measure.value is None else Figures(number(measure, measure.value))


def _ladder_notes(ladder: Sequence[Rung], words: Wording) -> list[str]:
    def named(rungs: list[Rung]) -> str:
        return words.say("listed").join(words.quote(words.say(f"rung_{rung.name}")) for rung in rungs)

    missed = [rung for rung in ladder if rung.name in LEAKING and not rung.leak]
    alarms = [rung for rung in ladder if rung.name not in (*LEAKING, "ours") and rung.leak]
    notes = [words.say("ladder_missed", rungs=named(missed))] if missed else []
    notes += [words.say("ladder_false_alarm", rungs=named(alarms))] if alarms else []
    return notes or [words.say("ladder_right")]


def risks(evidence: Evidence, words: Wording) -> Section:
    """Show the three risks of WP29 Opinion 05/2014, the worst of them first in words."""
    say = words.say
    measured = sorted(
        (measure for measure in evidence.privacy.measures if measure.name in RISKS),
        key=lambda measure: (RISKS.index(measure.name), -_or_lowest(measure.value)),
    )
    if not measured:
        return Section(say("risks_title"), (Paragraph(say("risks_intro")), Paragraph(say("risk_none"))))
    ends = pictures.span(measured)
    head = tuple(map(say, ("risk", "risk_column", "synthetic", "holdout", "picture")))
    rows = tuple((words.name(m), words.names(m.columns) or "–", *_compared(m, words, ends)) for m in measured)
    worst_of_each = {measure.name: measure for measure in reversed(measured)}
    secrets = sum(measure.name == "inference" for measure in measured)
    return Section(
        say("risks_title"),
        (
            Paragraph(say("risks_intro")),
            Paragraph(_worst_risk(measured, words), "lead"),
            _key(words),
            Table(head, rows),
            Paragraph(say("risk_secrets", tried=secrets, total=len(evidence.columns)), "small"),
            *(Card(words.name(m), _told(m, words)) for m in reversed(worst_of_each.values())),
        ),
    )


def _worst_risk(risks: Sequence[Measure], words: Wording) -> str:
    measured = [measure for measure in risks if measure.value is not None]
    if not measured:
        return words.say("risk_none")
    worst = max(measured, key=lambda measure: _or_lowest(measure.value))
    said = {
        "name": words.name(worst),
        "ours": words.inline(words.value(worst)),
        "theirs": words.inline(words.reference(worst)),
    }
    if worst.name != "inference" or not worst.columns:
        return words.say("risk_worst", **said)
    return words.say("risk_worst_column", column=words.quote(worst.columns[0]), **said)


def fidelity(evidence: Evidence, words: Wording) -> Section:
    """Show what the table keeps of the statistics, the worst columns and pairs first."""
    say, fidelity = words.say, evidence.fidelity
    columns = _worst_first(measure for measure in fidelity.columns if measure.name == "column_tvd")
    pairs = _worst_first(measure for measure in fidelity.pairs if measure.name == "pair_tvd")
    parts: list[Part] = [
        Paragraph(say("fidelity_intro")),
        Paragraph(_schema(evidence, words)),
        *(Card(words.name(measure), _told(measure, words)) for measure in fidelity.joint),
        _key(words),
        _columns(columns, evidence, words),
        Paragraph(say("columns_read"), "small"),
    ]
    if pairs:
        parts.append(_pairs(pairs, evidence, words))
    if fidelity.pairs_measured < fidelity.pairs_total:
        sampled = say("pairs_sampled", total=fidelity.pairs_total, measured=fidelity.pairs_measured)
        parts.append(Paragraph(sampled, "small"))
    parts += [Card(words.name(measure), _told(measure, words)) for measure in fidelity.texts]
    return Section(say("fidelity_title"), tuple(parts))


def _schema(evidence: Evidence, words: Wording) -> str:
    schema = evidence.fidelity.schema
    differs = [name for name in ("names", "types", "order") if not getattr(schema, name)]
    if not differs:
        return words.say("schema_same")
    what = words.say("listed").join(words.say(f"schema_{name}") for name in differs)
    columns = words.names(schema.differing) if schema.differing else words.say("schema_no_column")
    return words.say("schema_differs", what=what, columns=columns)


def _columns(columns: Sequence[Measure], evidence: Evidence, words: Wording) -> Table:
    say, shown = words.say, columns[:WORST]
    ends = pictures.span(shown)
    head = map(say, ("columns_head", "columns_difference", "columns_holdout", "picture", "columns_shape"))
    rows = tuple(
        (words.names(m.columns), *_compared(m, words, ends), _shape(m.columns, evidence, words))
        for m in shown
    )
    return Table(tuple(head), rows, _caption("columns", len(columns), words))


def _shape(columns: tuple[str, ...], evidence: Evidence, words: Wording) -> str:
    """Say where a column's mean and spread went, or how many of its categories it kept."""
    return words.say("listed").join(
        words.say(f"shape_{m.name}", value=number(m, m.value))
        for m in evidence.fidelity.columns
        if m.columns == columns
        and m.value is not None
        and m.name in ("mean_difference", "sd_ratio", "category_coverage")
    )


def _pairs(pairs: Sequence[Measure], evidence: Evidence, words: Wording) -> Table:
    say, shown = words.say, pairs[:WORST]
    ends = pictures.span(shown)
    others = {m.columns: m for m in evidence.fidelity.pairs if m.name != "pair_tvd" and m.value is not None}
    head = map(say, ("pairs_head", "columns_difference", "columns_holdout", "picture", "pairs_association"))
    rows = tuple(
        (
            say("pair", first=words.column(m.columns[0]), second=words.column(m.columns[1])),
            *_compared(m, words, ends),
            words.value(others[m.columns]) if m.columns in others else "–",
        )
        for m in shown
    )
    return Table(tuple(head), rows, _caption("pairs", len(pairs), words))


def _caption(name: str, total: int, words: Wording) -> str:
    if total <= WORST:
        return words.say(f"{name}_caption_all")
    return words.say(f"{name}_caption", shown=WORST, total=total)


def utility(evidence: Evidence, words: Wording) -> Section:
    """Show how models do that learned from the table, or say why that was not measured."""
    say, utility = words.say, evidence.utility
    if utility is None:
        missing = evidence.utility_missing
        reason = words.reason(missing) if missing else say("no_reason")
        return Section(say("utility_title"), (Paragraph(reason),))
    intro = say(
        "utility_intro",
        target=words.quote(utility.target),
        train_rows=utility.train_rows,
        test_rows=utility.test_rows,
    )
    return Section(
        say("utility_title"),
        (
            Paragraph(words.join([intro, say(f"task_{utility.task}")])),
            _key(words, "key_trained_on_synthetic", "key_trained_on_real"),
            _kept(utility, words),
            *(_performance(model, utility, words) for model in utility.models),
            *_majority(utility, words),
            *_groups(utility, words),
            Paragraph(say("diagnostic_read"), "small"),
        ),
    )


def _majority(utility: Utility, words: Wording) -> tuple[Part, ...]:
    if utility.majority is None:
        return ()
    return (Paragraph(words.say("majority", majority=percent(utility.majority, 1)), "small"),)


def _groups(utility: Utility, words: Wording) -> tuple[Part, ...]:
    """Show the groups of people for which least may be kept; which category they have is not shown."""
    if not utility.groups:
        return ()
    head = tuple(words.say(f"groups_{column}") for column in ("column", "people", "kept"))
    rows = tuple(
        (words.quote(one.column), Figures(f"{one.kept.rows:,}"), words.value(one.kept))
        for one in utility.groups[:MOST_GROUPS]
    )
    caption = words.say("groups_caption", shown=len(rows), groups=len(utility.groups))
    return (Table(head, rows, caption),)


def _kept(utility: Utility, words: Wording) -> Table:
    say = words.say
    main = [_main_measure(model, utility) for model in utility.models]
    ends = pictures.span(main)
    head = (
        say("model"),
        say("kept"),
        say("main_measure", measure=words.name(main[0])),
        say("trained_on_real"),
        say("picture"),
    )
    rows = tuple(
        (words.model(model.model, utility.task), words.value(model.kept), *_compared(measure, words, ends))
        for model, measure in zip(utility.models, main, strict=True)
    )
    return Table(head, rows, say("kept_caption"))


def _main_measure(model: ModelUtility, utility: Utility) -> Measure:
    name = "r2" if utility.task == "regression" else "roc_auc"
    return next(measure for measure in model.measures if measure.name == name)


def _performance(model: ModelUtility, utility: Utility, words: Wording) -> Table:
    say = words.say
    diagnostic = {measure.name: measure for measure in model.on_synthetic}
    rows = tuple(
        (
            words.name(measure),
            words.value(measure),
            words.reference(measure),
            words.value(diagnostic[measure.name]) if measure.name in diagnostic else "–",
        )
        for measure in model.measures
    )
    head = map(say, ("measure", "trained_on_synthetic", "trained_on_real", "diagnostic"))
    return Table(tuple(head), rows, words.model(model.model, utility.task))


def _worst_first(measures: Iterable[Measure]) -> list[Measure]:
    return sorted(measures, key=lambda measure: -_or_lowest(measure.excess))


def _or_lowest(value: float | None) -> float:
    return float("-inf") if value is None else value
