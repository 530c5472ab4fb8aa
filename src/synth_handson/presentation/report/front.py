"""The first page: what, for whom, verdict, use, three pictures, what was not shown, and who signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synth_handson.presentation import pictures, svg
from synth_handson.presentation.document import (
    Banner,
    Card,
    Fields,
    Figure,
    Gallery,
    Items,
    Paragraph,
    Part,
    Table,
)
from synth_handson.presentation.report.about import About
from synth_handson.presentation.summaries import counted_in
from synth_handson.presentation.words import Wording

if TYPE_CHECKING:
    from synth_handson.evidence.assessment import Evidence

MOST_IMPORTANT = ("small", "knowledge", "generator")
"""Limits of the report that a reader of the first page must know."""


def front(evidence: Evidence, words: Wording, about: About) -> tuple[Part, ...]:
    """Say on one page what a lawyer must know, with lines for signatures."""
    translate = words.translate
    asked = (("data", about.data), ("recipient", about.recipient), ("purpose", about.purpose))
    measured = evidence.rows.synthetic
    part = about.shared is not None and about.shared < measured
    return (
        Paragraph(translate("lead"), "lead"),
        Fields(tuple((translate(f"field_{name}"), text) for name, text in asked)),
        *([Paragraph(translate("part_shared", shared=about.shared, measured=measured))] if part else []),
        banner(evidence, words),
        Paragraph(decision(evidence, words)),
        use(evidence, words),
        gallery(evidence, words),
        sign_off(words),
    )


def banner(evidence: Evidence, words: Wording) -> Banner:
    """Say the verdict in a word, with its symbol and what it means."""
    outcome = evidence.verdict
    word = words.text(f"evidence.outcome_{outcome}")
    meaning = words.text(f"evidence.meaning_{outcome}")
    return Banner(outcome, svg.sign(outcome), words.translate("verdict_word", word=word), meaning)


def use(evidence: Evidence, words: Wording) -> Card:
    """Say how useful the table is, and why."""
    usefulness = evidence.usefulness
    word = words.text(f"use.outcome_{usefulness.outcome.replace(' ', '_')}")
    reasons = words.join([words.reason(reason) for reason in usefulness.reasons])
    return Card(words.translate("use_word", word=word), (Paragraph(reasons),))


def decision(evidence: Evidence, words: Wording) -> str:
    """Say what follows from the verdict and the usefulness."""
    sentence = evidence.decision.render(words.language)
    return words.text("use.decision", sentence=sentence).replace("**", "")


def gallery(evidence: Evidence, words: Wording) -> Gallery:
    """Set the three pictures for the decision maker beside what they do not show."""
    drawn = pictures.three(evidence.privacy, words.language, counted_in(evidence))
    not_shown = Items(tuple(words.translate(f"limit_{name}") for name in MOST_IMPORTANT))
    return Gallery(
        (
            *(Figure(one.svg, one.title) for one in drawn),
            Card(words.translate("summary_not_shown"), (not_shown,)),
        )
    )


def sign_off(words: Wording) -> Table:
    """Add lines for signatures."""
    head = tuple(words.translate(f"sign_{column}") for column in ("role", "name", "date", "signature"))
    rows = tuple((words.translate(f"sign_{role}"), "", "", "") for role in ("owner", "legal", "recipient"))
    return Table(head, rows, to_sign=True)
