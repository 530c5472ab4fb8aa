"""The report's sections on what was measured: privacy, controls, risks, fidelity and utility."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from synth_handson.evidence.measures import RISKS, Measure
from synth_handson.presentation import pictures, svg
from synth_handson.presentation.document import (
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
from synth_handson.presentation.words import Wording, axis_number, number, percent
from synth_handson.tables.texts import MIN_KEPT_ROWS

if TYPE_CHECKING:
    from synth_handson.evidence.assessment import Evidence
    from synth_handson.evidence.controls.control_results import ControlResult
    from synth_handson.evidence.utility.tstr import ModelUtility, Utility
    from synth_handson.synthesis.generator import Training

LADDER_MEASURES = ("identical_rows", "attack_auc", "c2st_auc")
LEAKING = ("copied", "jittered", "planted")
WORST = 10
MOST_GROUPS = 5


def privacy(evidence: Evidence, words: Wording, training: Training | None = None) -> Section:
    """Say each privacy measure in a sentence, after a table of all and the distances as a picture."""
    translate = words.translate
    measures = [measure for measure in evidence.privacy.measures if measure.name not in RISKS]
    head = (translate("measure"), translate("synthetic"), translate("holdout"), translate("picture"))
    overview = Table(head, tuple((words.name(m), *_compared(m, words)) for m in measures))
    cards = (Card(words.name(m), _told(m, words)) for m in measures)
    return Section(
        translate("privacy_title"),
        (
            Paragraph(translate("privacy_intro")),
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
    """Say which columns somebody may know, and that nothing is claimed for others."""
    key = "known_named" if evidence.known else "known_none"
    said = words.translate(key, columns=words.names(evidence.known))
    return Card(words.translate("known_title"), (Paragraph(said),))


def _checks(evidence: Evidence, words: Wording) -> tuple[Part, ...]:
    """Say whether the holdout is what it should be."""
    checks = (_told(measure, words) for measure in evidence.privacy.checks)
    said = tuple(part for parts in checks for part in parts)
    return (Card(words.translate("checks_title"), (Paragraph(words.translate("checks_intro")), *said)),)


def _epsilon(evidence: Evidence, words: Wording, training: Training | None) -> tuple[Part, ...]:
    """Say which ε the generator cannot have, beside the one its engine claims."""
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
    return (Paragraph(words.sentence(measure)), Paragraph(words.small_print(measure), "small"))


def _compared(
    measure: Measure, words: Wording, ends: svg.Span | None = None
) -> tuple[Figures, Figures, Svg | str]:
    """Return cells with the measure, its reference, and a picture of both."""
    if measure.value is None and measure.reference is None:
        return words.value(measure), words.reference(measure), ""
    plot = svg.interval_plot(measure, ends or svg.span([measure]), partial(axis_number, measure))
    return words.value(measure), words.reference(measure), plot


def _key(words: Wording, value: str = "key_synthetic", reference: str = "key_holdout") -> Key:
    return Key(
        tuple(zip(svg.interval_marks(), map(words.translate, (value, reference, "ideal")), strict=True))
    )


def _distances(evidence: Evidence, words: Wording) -> tuple[Part, ...]:
    translate, shares = words.translate, evidence.privacy.distances
    if not any(bin_.kind == "range" for bin_ in shares.bins):
        return ()
    near = holdout = synthetic = 0.0
    for bin_, holdout_share, synthetic_share in zip(
        shares.bins, shares.holdout, shares.synthetic, strict=True
    ):
        if holdout >= 0.1 or bin_.upper is None:
            break
        near, holdout, synthetic = bin_.upper, holdout + holdout_share, synthetic + synthetic_share
    description = translate(
        "distances_description",
        near=f"{near:g}",
        synthetic=percent(synthetic, 1),
        holdout=percent(holdout, 1),
    )
    axes = translate("distances_axis"), translate("distances_share")
    drawn = svg.distance_histogram(shares, percent, axes, description)
    keys = zip(svg.histogram_marks(), map(translate, ("key_outline", "key_filled")), strict=True)
    caption = words.join([translate("distances_caption"), translate("distances_read")])
    return Key(tuple(keys)), Figure(drawn, caption)


def controls(evidence: Evidence, words: Wording) -> Section:
    """Show how the table compares with controls whose answer is known."""
    translate, controls = words.translate, evidence.controls
    by_control = [{measure.name: measure for measure in control.measures} for control in controls]
    shares = [measures["dcr_share"] for measures in by_control]
    ends = svg.span(shares)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            translate(f"control_{control.name}"),
            _known(control, words),
            translate("controls_shown" if control.leak else "controls_not_shown"),
            *(_value_only(measures[name], words) for name in LADDER_MEASURES),
            Figures(words.value(share).value),
            svg.interval_plot(share, ends, partial(axis_number, share)),
        )
        for control, measures, share in zip(controls, by_control, shares, strict=True)
    )
    head = ("head", "known", "found", *LADDER_MEASURES, "dcr_share", "dcr_share_picture")
    position = next(number for number, control in enumerate(controls) if control.name == "synthetic")
    return Section(
        translate("controls_title"),
        (
            Paragraph(translate("controls_intro", rows=shares[position].rows)),
            Table(tuple(translate(f"controls_{name}") for name in head), rows, marked={position: "marked"}),
            Paragraph(translate("controls_caption"), "small"),
            *(Paragraph(note) for note in _controls_notes(controls, words)),
        ),
    )


def _known(control: ControlResult, words: Wording) -> str:
    if control.name == "synthetic":
        return words.translate("known_synthetic")
    return words.translate("known_leak" if control.name in LEAKING else "known_no_leak")


def _value_only(measure: Measure, words: Wording) -> Figures:
    return Figures("–") if measure.value is None else Figures(number(measure, measure.value))


def _controls_notes(controls: Sequence[ControlResult], words: Wording) -> list[str]:
    def named(controls: list[ControlResult]) -> str:
        return words.translate("listed").join(
            words.quote(words.translate(f"control_{control.name}")) for control in controls
        )

    missed = [control for control in controls if control.name in LEAKING and not control.leak]
    alarms = [control for control in controls if control.name not in (*LEAKING, "synthetic") and control.leak]
    notes = [words.translate("controls_missed", controls=named(missed))] if missed else []
    notes += [words.translate("controls_false_alarm", controls=named(alarms))] if alarms else []
    return notes or [words.translate("controls_right")]


def risks(evidence: Evidence, words: Wording) -> Section:
    """Show the three risks of WP29 Opinion 05/2014, the worst of them first in words."""
    translate = words.translate
    measured = sorted(
        (measure for measure in evidence.privacy.measures if measure.name in RISKS),
        key=lambda measure: (RISKS.index(measure.name), -_or_lowest(measure.value)),
    )
    if not measured:
        return Section(
            translate("risks_title"), (Paragraph(translate("risks_intro")), Paragraph(translate("risk_none")))
        )
    ends = svg.span(measured)
    head = tuple(map(translate, ("risk", "risk_column", "synthetic", "holdout", "picture")))
    rows = tuple((words.name(m), words.names(m.columns) or "–", *_compared(m, words, ends)) for m in measured)
    worst_of_each = {measure.name: measure for measure in reversed(measured)}
    secrets = sum(measure.name == "inference" for measure in measured)
    return Section(
        translate("risks_title"),
        (
            Paragraph(translate("risks_intro")),
            Paragraph(_worst_risk(measured, words), "lead"),
            _key(words),
            Table(head, rows),
            Paragraph(translate("risk_secrets", tried=secrets, total=len(evidence.columns)), "small"),
            *(Card(words.name(m), _told(m, words)) for m in reversed(worst_of_each.values())),
        ),
    )


def _worst_risk(risks: Sequence[Measure], words: Wording) -> str:
    measured = [measure for measure in risks if measure.value is not None]
    if not measured:
        return words.translate("risk_none")
    worst = max(measured, key=lambda measure: _or_lowest(measure.value))
    said = {
        "name": words.name(worst),
        "value": words.inline(words.value(worst)),
        "reference": words.inline(words.reference(worst)),
    }
    if worst.name != "inference" or not worst.columns:
        return words.translate("risk_worst", **said)
    return words.translate("risk_worst_column", column=words.quote(worst.columns[0]), **said)


def fidelity(evidence: Evidence, words: Wording) -> Section:
    """Show what the table keeps of the statistics, the worst columns and pairs first."""
    translate, fidelity = words.translate, evidence.fidelity
    columns = _worst_first(measure for measure in fidelity.columns if measure.name == "column_tvd")
    pairs = _worst_first(measure for measure in fidelity.pairs if measure.name == "pair_tvd")
    drawn = pictures.columns(evidence, words.language)
    parts: list[Part] = [
        Paragraph(translate("fidelity_intro")),
        Paragraph(_schema(evidence, words)),
        *([Figure(drawn.svg, f"{drawn.title}. {drawn.note}")] if drawn else []),
        *(Card(words.name(measure), _told(measure, words)) for measure in fidelity.joint),
        _key(words),
        _columns(columns, evidence, words),
        Paragraph(translate("columns_read"), "small"),
    ]
    if pairs:
        parts.append(_pairs(pairs, evidence, words))
    if fidelity.pairs_measured < fidelity.pairs_total:
        sampled = translate("pairs_sampled", total=fidelity.pairs_total, measured=fidelity.pairs_measured)
        parts.append(Paragraph(sampled, "small"))
    parts += _between_people(fidelity.columns, words)
    parts += [Card(words.name(measure), _told(measure, words)) for measure in fidelity.texts]
    return Section(translate("fidelity_title"), tuple(parts))


def _between_people(columns: Sequence[Measure], words: Wording) -> tuple[Part, ...]:
    """Show the columns whose variation between and within people is most wrong."""
    worst = _worst_first(measure for measure in columns if measure.name == "intraclass_difference")[:WORST]
    if not worst:
        return ()
    head = map(words.translate, ("histories_head", "columns_difference", "columns_holdout", "picture"))
    ends = svg.span(worst)
    rows = tuple((words.names(m.columns), *_compared(m, words, ends)) for m in worst)
    return Table(tuple(head), rows, words.translate("histories_title")), Paragraph(
        words.text("measures.intraclass_difference_read"), "small"
    )


def _schema(evidence: Evidence, words: Wording) -> str:
    schema = evidence.fidelity.schema
    differs = [name for name in ("names", "types", "order") if not getattr(schema, name)]
    if not differs:
        return words.translate("schema_same")
    what = words.translate("listed").join(words.translate(f"schema_{name}") for name in differs)
    columns = words.names(schema.differing) if schema.differing else words.translate("schema_no_column")
    return words.translate("schema_differs", what=what, columns=columns)


def _columns(columns: Sequence[Measure], evidence: Evidence, words: Wording) -> Table:
    translate, shown = words.translate, columns[:WORST]
    ends = svg.span(shown)
    head = map(
        translate, ("columns_head", "columns_difference", "columns_holdout", "picture", "columns_shape")
    )
    rows = tuple(
        (words.names(m.columns), *_compared(m, words, ends), _shape(m.columns, evidence, words))
        for m in shown
    )
    return Table(tuple(head), rows, _caption("columns", len(columns), words))


def _shape(columns: tuple[str, ...], evidence: Evidence, words: Wording) -> str:
    """Say where a column's mean and spread went, or how many of its categories it kept."""
    return words.translate("listed").join(
        words.translate(f"shape_{m.name}", value=number(m, m.value))
        for m in evidence.fidelity.columns
        if m.columns == columns
        and m.value is not None
        and m.name in ("mean_difference", "sd_ratio", "category_coverage")
    )


def _pairs(pairs: Sequence[Measure], evidence: Evidence, words: Wording) -> Table:
    translate, shown = words.translate, pairs[:WORST]
    ends = svg.span(shown)
    others = {m.columns: m for m in evidence.fidelity.pairs if m.name != "pair_tvd" and m.value is not None}
    head = map(
        translate, ("pairs_head", "columns_difference", "columns_holdout", "picture", "pairs_association")
    )
    rows = tuple(
        (
            translate("pair", first=words.column(m.columns[0]), second=words.column(m.columns[1])),
            *_compared(m, words, ends),
            words.value(others[m.columns]) if m.columns in others else "–",
        )
        for m in shown
    )
    return Table(tuple(head), rows, _caption("pairs", len(pairs), words))


def _caption(name: str, total: int, words: Wording) -> str:
    if total <= WORST:
        return words.translate(f"{name}_caption_all")
    return words.translate(f"{name}_caption", shown=WORST, total=total)


def rules(evidence: Evidence, words: Wording) -> tuple[Section, ...]:
    """Show how often each rule of the training table is broken; no section if it has none."""
    translate = words.translate
    if not evidence.rules:
        return ()
    head = tuple(
        translate(f"rules_{name}") for name in ("rule", "synthetic", "train", "holdout", "people", "state")
    )
    rows = tuple(
        (
            words.reason(rule.words),
            Figures(
                percent(rule.broken, 1),
                translate("rules_between", low=percent(rule.low, 1), high=percent(rule.high, 1)),
            ),
            Figures(percent(rule.train, 1)),
            Figures(percent(rule.holdout, 1)),
            Figures(f"{rule.people:,}"),
            translate("rules_broken" if rule.is_broken else "rules_kept"),
        )
        for rule in evidence.rules
    )
    few = [rule for rule in evidence.rules if rule.people < MIN_KEPT_ROWS]
    notes = tuple(
        Paragraph(translate("rules_few", rule=words.reason(rule.words), people=rule.people)) for rule in few
    )
    counts = {"count": len(rows), "broken": sum(rule.is_broken for rule in evidence.rules)}
    return (
        Section(
            translate("rules_title"),
            (
                Paragraph(translate("rules_intro")),
                Paragraph(translate("rules_count", **counts), "lead"),
                Table(head, rows),
                *notes,
                Paragraph(translate("rules_read"), "small"),
            ),
        ),
    )


def utility(evidence: Evidence, words: Wording) -> Section:
    """Show the performance of models trained on the table, or say why it was not measured."""
    translate, utility = words.translate, evidence.utility
    if utility is None:
        missing = evidence.utility_missing
        reason = words.reason(missing) if missing else translate("no_reason")
        return Section(translate("utility_title"), (Paragraph(reason),))
    intro = translate(
        "utility_intro",
        target=words.quote(utility.target),
        train_rows=utility.train_rows,
        test_rows=utility.test_rows,
    )
    return Section(
        translate("utility_title"),
        (
            Paragraph(words.join([intro, translate(f"task_{utility.task}")])),
            _key(words, "key_trained_on_synthetic", "key_trained_on_real"),
            _kept(utility, words),
            *(_performance(model, utility, words) for model in utility.models),
            *_majority(utility, words),
            *_groups(utility, words),
            Paragraph(translate("diagnostic_read"), "small"),
        ),
    )


def _majority(utility: Utility, words: Wording) -> tuple[Part, ...]:
    if utility.majority is None:
        return ()
    return (Paragraph(words.translate("majority", majority=percent(utility.majority, 1)), "small"),)


def _groups(utility: Utility, words: Wording) -> tuple[Part, ...]:
    """Show the groups of people for which least may be kept; which category they have is not shown."""
    if not utility.groups:
        return ()
    head = tuple(words.translate(f"groups_{column}") for column in ("column", "people", "kept"))
    rows = tuple(
        (words.quote(one.column), Figures(f"{one.kept.rows:,}"), words.value(one.kept))
        for one in utility.groups[:MOST_GROUPS]
    )
    caption = words.translate("groups_caption", shown=len(rows), groups=len(utility.groups))
    return (Table(head, rows, caption),)


def _kept(utility: Utility, words: Wording) -> Table:
    translate = words.translate
    main = [_main_measure(model, utility) for model in utility.models]
    ends = svg.span(main)
    head = (
        translate("model"),
        translate("kept"),
        translate("main_measure", measure=words.name(main[0])),
        translate("trained_on_real"),
        translate("picture"),
    )
    rows = tuple(
        (words.model(model.model, utility.task), words.value(model.kept), *_compared(measure, words, ends))
        for model, measure in zip(utility.models, main, strict=True)
    )
    return Table(head, rows, translate("kept_caption"))


def _main_measure(model: ModelUtility, utility: Utility) -> Measure:
    name = "r2" if utility.task == "regression" else "roc_auc"
    return next(measure for measure in model.measures if measure.name == name)


def _performance(model: ModelUtility, utility: Utility, words: Wording) -> Table:
    translate = words.translate
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
    head = map(translate, ("measure", "trained_on_synthetic", "trained_on_real", "diagnostic"))
    return Table(tuple(head), rows, words.model(model.model, utility.task))


def _worst_first(measures: Iterable[Measure]) -> list[Measure]:
    return sorted(measures, key=lambda measure: -_or_lowest(measure.excess))


def _or_lowest(value: float | None) -> float:
    return float("-inf") if value is None else value
