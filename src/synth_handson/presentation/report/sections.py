"""The report's sections, in the order of reading; those on what was measured are in `measured`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synth_handson.evidence.privacy.detection_power import POWER
from synth_handson.presentation.document import (
    Card,
    Cell,
    Fields,
    Figures,
    Items,
    Paragraph,
    Part,
    Section,
    Table,
)
from synth_handson.presentation.report import front, measured
from synth_handson.presentation.words import Wording, percent

if TYPE_CHECKING:
    from synth_handson.evidence.assessment import Evidence
    from synth_handson.presentation.report import About

SOURCES = (
    "recital26", "wp29", "edpb", "edps_srb", "cnil", "ico", "pdpc", "appi_anonymous", "appi_pseudonymous",
    "appi_statistics", "appi_related",
)  # fmt: skip
LIMITS = (
    "knowledge", "attacks", "releases", "generator", "small", "person", "repeated", "values", "holdout",
    "changes", "sampled", "use", "fields",
)  # fmt: skip
PROTECTION = {True: "on", False: "off", None: "unknown"}
TERMS = (
    "synthetic", "generator", "holdout", "interval", "p", "distance", "attack", "auc", "leak",
    "attributable", "tvd", "epsilon", "protection",
)  # fmt: skip


def sections(evidence: Evidence, words: Wording, about: About) -> tuple[Section, ...]:
    """Return all sections, in the order of reading."""
    return (
        _shared(evidence, words, about),
        _source(evidence, words, about),
        _generator(evidence, words, about),
        _held_out(evidence, words),
        _verdict(evidence, words),
        _use(evidence, words),
        _grade(evidence, words),
        measured.privacy(evidence, words, about.training),
        measured.controls(evidence, words),
        measured.risks(evidence, words),
        measured.fidelity(evidence, words),
        *measured.rules(evidence, words),
        measured.utility(evidence, words),
        _limits(words),
        _law(words),
        _decision(words),
        _glossary(words),
    )


def _shared(evidence: Evidence, words: Wording, about: About) -> Section:
    size = words.translate(
        "table_size",
        rows=evidence.rows.synthetic,
        columns=len(evidence.columns),
        names=words.names(evidence.columns),
    )
    if evidence.people:
        size = words.translate("table_people", people=evidence.people.synthetic, size=size)
    fields = tuple(
        (words.translate(f"field_{name}"), getattr(about, name))
        for name in ("data", "recipient", "purpose", "prepared_by", "date")
    )
    statements: tuple[Part, ...] = ()
    if about.statements:
        statements = (Card(words.translate("shared_statements"), (Items(about.statements),)),)
    return Section(
        words.translate("shared_title"),
        (
            Paragraph(words.translate("shared_intro")),
            Fields((*fields, (words.translate("field_table"), size))),
            *statements,
        ),
    )


def _source(evidence: Evidence, words: Wording, about: About) -> Section:
    rows = evidence.rows
    size = words.translate(
        "original_size", rows=rows.train + rows.holdout, train=rows.train, holdout=rows.holdout
    )
    if people := evidence.people:
        each = {"train": people.train, "holdout": people.holdout, "people": people.train + people.holdout}
        size = words.translate(
            "original_people", person=words.quote(evidence.person or ""), size=size, **each
        )
    return Section(
        words.translate("source_title"),
        (
            Paragraph(words.translate("source_intro")),
            Fields(
                (
                    (words.translate("field_source"), about.source),
                    (words.translate("field_legal_basis"), about.legal_basis),
                    (words.translate("field_original"), size),
                )
            ),
        ),
    )


def _generator(evidence: Evidence, words: Wording, about: About) -> Section:
    translate, training = words.translate, about.training
    names = ("engine", "settings", "trained_on", "seed", "epochs", "protection", "differential_privacy")
    said: dict[str, str | None] = dict.fromkeys(names)
    if training is not None:
        given = evidence.people.train if evidence.people else evidence.rows.train
        others = "trained_on" if training.rows == given else "trained_on_others"
        others += "_people" if evidence.people else ""
        said = {
            "engine": words.engine(training),
            "settings": words.settings(training),
            "trained_on": translate(others, rows=training.rows, given=given),
            "seed": str(training.random_state),
            "epochs": words.epochs(training),
            "protection": translate(f"protection_{PROTECTION[training.value_protection]}"),
            "differential_privacy": words.differential_privacy(training),
        }
    said["engine"] = about.engine or said["engine"]
    fields = Fields(tuple((translate(f"field_{name}"), text) for name, text in said.items()))
    return Section(translate("generator_title"), (fields, Paragraph(translate("generator_personal"))))


def _held_out(evidence: Evidence, words: Wording) -> Section:
    translate = words.translate
    given = evidence.people or evidence.rows
    rows = tuple(
        (
            translate(f"sizes_{name}"),
            Figures(f"{getattr(given, name):,}"),
            Figures(f"{getattr(evidence.measured, name):,}"),
        )
        for name in ("synthetic", "train", "holdout")
    )
    head = (translate("sizes_table"), translate("sizes_given"), translate("sizes_measured"))
    return Section(
        translate("holdout_title"),
        (
            Paragraph(translate("holdout_intro")),
            Paragraph(translate("holdout_condition")),
            Table(head, rows, translate("sizes_people" if evidence.people else "sizes")),
            Paragraph(translate("sizes_sampled"), "small"),
        ),
    )


def _verdict(evidence: Evidence, words: Wording) -> Section:
    translate, verdict = words.translate, evidence.privacy.verdict
    tolerated, power = percent(verdict.tolerated_leak), percent(POWER)
    share = verdict.smallest_detectable_leak
    people = "_people" if evidence.people else ""
    levels = {"level": percent(verdict.level), "review_level": percent(verdict.review_level)}
    fields = [
        (translate("field_tests"), translate("tests", tests=verdict.tests, **levels)),
        (translate("field_smallest"), _detectable("smallest", share, words, people)),
        (
            translate("field_smallest_changed"),
            _detectable("smallest_changed", verdict.smallest_detectable_changed, words, people),
        ),
    ]
    if share is None or share > verdict.tolerated_leak:
        rows, holdout = verdict.rows_needed, verdict.holdout_needed
        enough = "rows_needed" if rows else "holdout_needed" if holdout else "rows_needed_none"
        said = translate(enough + people, rows=rows or holdout, tolerated=tolerated, power=power)
        fields.append((translate("field_rows_needed"), said))
    reasons = tuple(map(words.reason, evidence.reasons))
    return Section(
        translate("verdict_title"),
        (
            front.banner(evidence, words),
            Card(translate("reasons"), (Items(reasons),)),
            Fields(tuple(fields)),
            Paragraph(translate("rule", tolerated=tolerated, power=power), "small"),
        ),
    )


def _detectable(key: str, share: float | None, words: Wording, people: str) -> str:
    power = percent(POWER)
    if share is None:
        return words.translate(f"{key}_none", power=power)
    return words.translate(key + people, share=percent(share), power=power)


def _use(evidence: Evidence, words: Wording) -> Section:
    advice = tuple(map(words.reason, evidence.usefulness.advice))
    return Section(
        words.translate("use_title"),
        (
            front.use(evidence, words),
            *((Card(words.translate("recommendations"), (Items(advice),)),) if advice else ()),
            Paragraph(words.translate("use_rule"), "small"),
        ),
    )


def _grade(evidence: Evidence, words: Wording) -> Section:
    translate, grade = words.translate, evidence.grade
    scores = (("fidelity", grade.fidelity), ("utility", grade.utility), ("privacy", grade.privacy))
    rows: tuple[tuple[Cell, ...], ...] = (
        *(
            (
                translate(f"grade_{name}"),
                Figures(translate("not_measured") if score is None else f"{score:.0f}"),
            )
            for name, score in scores
        ),
        (translate("grade_total"), Figures(f"{grade.total:.0f}")),
        (translate("grade_letter"), Figures(grade.letter)),
    )
    parts: list[Part] = [
        Paragraph(translate("grade_intro")),
        Table((translate("grade_head"), translate("grade_score")), rows, marked={len(rows) - 1: "marked"}),
    ]
    if grade.capped:
        parts.append(Paragraph(words.reason(grade.capped)))
    if grade.recommendations:
        advice = tuple(map(words.reason, grade.recommendations))
        parts.append(Card(translate("recommendations"), (Items(advice),)))
    return Section(translate("grade_title"), tuple(parts))


def _limits(words: Wording) -> Section:
    limits = tuple(words.translate(f"limit_{name}") for name in LIMITS)
    parts = (Paragraph(words.translate("limits_intro")), Items(limits))
    return Section(words.translate("limits_title"), parts)


def _law(words: Wording) -> Section:
    head = tuple(words.translate(f"law_{column}") for column in ("source", "asks", "report"))
    rows = tuple(
        tuple(words.translate(f"law_{name}{part}") for part in ("", "_asks", "_report")) for name in SOURCES
    )
    intro, otherwise = (Paragraph(words.translate(key)) for key in ("law_intro", "law_otherwise"))
    return Section(words.translate("law_title"), (intro, Table(head, rows), otherwise))


def _decision(words: Wording) -> Section:
    return Section(
        words.translate("sign_title"),
        (Paragraph(words.translate("sign_intro")), Fields(((words.translate("sign_decision"), None),))),
        together=True,
    )


def _glossary(words: Wording) -> Section:
    terms = tuple((words.translate(f"term_{name}"), words.translate(f"term_{name}_read")) for name in TERMS)
    return Section(words.translate("glossary_title"), (Fields(terms),), together=True)
