"""The report's sections, in the order of reading; those on what was measured are in `measured`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synth_handson.evidence.limits import POWER
from synth_handson.report import front, measured
from synth_handson.report.document import (
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
from synth_handson.report.wording import Wording, percent

if TYPE_CHECKING:
    from synth_handson.evidence.assessment import Evidence
    from synth_handson.report import About

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
        measured.ladder(evidence, words),
        measured.risks(evidence, words),
        measured.fidelity(evidence, words),
        measured.utility(evidence, words),
        _limits(words),
        _law(words),
        _decision(words),
        _glossary(words),
    )


def _shared(evidence: Evidence, words: Wording, about: About) -> Section:
    size = words.say(
        "table_size",
        rows=evidence.rows.synthetic,
        columns=len(evidence.columns),
        names=words.names(evidence.columns),
    )
    fields = tuple(
        (words.say(f"field_{name}"), getattr(about, name))
        for name in ("data", "recipient", "purpose", "prepared_by", "date")
    )
    statements: tuple[Part, ...] = ()
    if about.statements:
        statements = (Card(words.say("shared_statements"), (Items(about.statements),)),)
    return Section(
        words.say("shared_title"),
        (
            Paragraph(words.say("shared_intro")),
            Fields((*fields, (words.say("field_table"), size))),
            *statements,
        ),
    )


def _source(evidence: Evidence, words: Wording, about: About) -> Section:
    rows = evidence.rows
    size = words.say("original_size", rows=rows.train + rows.holdout, train=rows.train, holdout=rows.holdout)
    return Section(
        words.say("source_title"),
        (
            Paragraph(words.say("source_intro")),
            Fields(
                (
                    (words.say("field_source"), about.source),
                    (words.say("field_legal_basis"), about.legal_basis),
                    (words.say("field_original"), size),
                )
            ),
        ),
    )


def _generator(evidence: Evidence, words: Wording, about: About) -> Section:
    say, training = words.say, about.training
    names = ("engine", "settings", "trained_on", "seed", "epochs", "protection", "differential_privacy")
    said: dict[str, str | None] = dict.fromkeys(names)
    if training is not None:
        given = evidence.rows.train
        others = "trained_on" if training.rows == given else "trained_on_others"
        said = {
            "engine": words.engine(training),
            "settings": words.settings(training),
            "trained_on": say(others, rows=training.rows, given=given),
            "seed": str(training.random_state),
            "epochs": words.epochs(training),
            "protection": say(f"protection_{PROTECTION[training.value_protection]}"),
            "differential_privacy": words.differential_privacy(training),
        }
    said["engine"] = about.engine or said["engine"]
    fields = Fields(tuple((say(f"field_{name}"), text) for name, text in said.items()))
    return Section(say("generator_title"), (fields, Paragraph(say("generator_personal"))))


def _held_out(evidence: Evidence, words: Wording) -> Section:
    say = words.say
    rows = tuple(
        (
            say(f"sizes_{name}"),
            Figures(f"{getattr(evidence.rows, name):,}"),
            Figures(f"{getattr(evidence.measured, name):,}"),
        )
        for name in ("synthetic", "train", "holdout")
    )
    head = (say("sizes_table"), say("sizes_given"), say("sizes_measured"))
    return Section(
        say("holdout_title"),
        (
            Paragraph(say("holdout_intro")),
            Paragraph(say("holdout_condition")),
            Table(head, rows, say("sizes")),
            Paragraph(say("sizes_sampled"), "small"),
        ),
    )


def _verdict(evidence: Evidence, words: Wording) -> Section:
    say, verdict = words.say, evidence.privacy.verdict
    tolerated, power = percent(verdict.tolerated_leak), percent(POWER)
    share = verdict.smallest_detectable_leak
    levels = {"level": percent(verdict.level), "review_level": percent(verdict.review_level)}
    fields = [
        (say("field_tests"), say("tests", tests=verdict.tests, **levels)),
        (say("field_smallest"), _detectable("smallest", share, words)),
        (
            say("field_smallest_changed"),
            _detectable("smallest_changed", verdict.smallest_detectable_changed, words),
        ),
    ]
    if share is None or share > verdict.tolerated_leak:
        rows, holdout = verdict.rows_needed, verdict.holdout_needed
        enough = "rows_needed" if rows else "holdout_needed" if holdout else "rows_needed_none"
        said = say(enough, rows=rows or holdout, tolerated=tolerated, power=power)
        fields.append((say("field_rows_needed"), said))
    reasons = tuple(map(words.reason, evidence.reasons))
    return Section(
        say("verdict_title"),
        (
            front.banner(evidence, words),
            Card(say("reasons"), (Items(reasons),)),
            Fields(tuple(fields)),
            Paragraph(say("rule", tolerated=tolerated, power=power), "small"),
        ),
    )


def _detectable(key: str, share: float | None, words: Wording) -> str:
    power = percent(POWER)
    if share is None:
        return words.say(f"{key}_none", power=power)
    return words.say(key, share=percent(share), power=power)


def _use(evidence: Evidence, words: Wording) -> Section:
    advice = tuple(map(words.reason, evidence.usefulness.advice))
    return Section(
        words.say("use_title"),
        (
            front.use(evidence, words),
            *((Card(words.say("recommendations"), (Items(advice),)),) if advice else ()),
            Paragraph(words.say("use_rule"), "small"),
        ),
    )


def _grade(evidence: Evidence, words: Wording) -> Section:
    say, grade = words.say, evidence.grade
    scores = (("fidelity", grade.fidelity), ("utility", grade.utility), ("privacy", grade.privacy))
    rows: tuple[tuple[Cell, ...], ...] = (
        *(
            (say(f"grade_{name}"), Figures(say("not_measured") if score is None else f"{score:.0f}"))
            for name, score in scores
        ),
        (say("grade_total"), Figures(f"{grade.total:.0f}")),
        (say("grade_letter"), Figures(grade.letter)),
    )
    parts: list[Part] = [
        Paragraph(say("grade_intro")),
        Table((say("grade_head"), say("grade_score")), rows, marked=len(rows) - 1),
    ]
    if grade.capped:
        parts.append(Paragraph(words.reason(grade.capped)))
    if grade.recommendations:
        advice = tuple(map(words.reason, grade.recommendations))
        parts.append(Card(say("recommendations"), (Items(advice),)))
    return Section(say("grade_title"), tuple(parts))


def _limits(words: Wording) -> Section:
    limits = tuple(words.say(f"limit_{name}") for name in LIMITS)
    parts = (Paragraph(words.say("limits_intro")), Items(limits))
    return Section(words.say("limits_title"), parts)


def _law(words: Wording) -> Section:
    head = tuple(words.say(f"law_{column}") for column in ("source", "asks", "report"))
    rows = tuple(
        tuple(words.say(f"law_{name}{part}") for part in ("", "_asks", "_report")) for name in SOURCES
    )
    intro, otherwise = (Paragraph(words.say(key)) for key in ("law_intro", "law_otherwise"))
    return Section(words.say("law_title"), (intro, Table(head, rows), otherwise))


def _decision(words: Wording) -> Section:
    return Section(
        words.say("sign_title"),
        (Paragraph(words.say("sign_intro")), Fields(((words.say("sign_decision"), None),))),
        together=True,
    )


def _glossary(words: Wording) -> Section:
    terms = tuple((words.say(f"term_{name}"), words.say(f"term_{name}_read")) for name in TERMS)
    return Section(words.say("glossary_title"), (Fields(terms),), together=True)
