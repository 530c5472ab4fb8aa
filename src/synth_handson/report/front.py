"""The first page: what, for whom, verdict, use, three numbers, what was not shown, and who signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synth_handson.evidence.limits import POWER
from synth_handson.evidence.measures import Measure
from synth_handson.report import pictures
from synth_handson.report.about import About
from synth_handson.report.document import Banner, Card, Fields, Items, Paragraph, Part, Table
from synth_handson.report.wording import Wording, percent

if TYPE_CHECKING:
    from synth_handson.evidence.assessment import Evidence

MOST_IMPORTANT = ("small", "knowledge", "generator")
"""Of what the report does not show, what a reader of the first page must know."""


def front(evidence: Evidence, words: Wording, about: About) -> tuple[Part, ...]:
    """Say on one page what a lawyer has to know, with lines to sign on."""
    say = words.say
    asked = (("data", about.data), ("recipient", about.recipient), ("purpose", about.purpose))
    not_shown = tuple(say(f"limit_{name}") for name in MOST_IMPORTANT)
    return (
        Paragraph(say("lead"), "lead"),
        Fields(tuple((say(f"field_{name}"), text) for name, text in asked)),
        banner(evidence, words),
        use(evidence, words),
        Card(say("summary_decision"), (Paragraph(decision(evidence, words)),)),
        Card(say("summary_numbers"), (Items(three_numbers(evidence, words)),)),
        Card(say("summary_not_shown"), (Items(not_shown),)),
        sign_off(words),
    )


def banner(evidence: Evidence, words: Wording) -> Banner:
    """Say the verdict in a word, with its sign and what it means."""
    outcome = evidence.verdict
    word = words.text(f"evidence.outcome_{outcome}")
    tolerated, power = percent(evidence.privacy.verdict.tolerated_leak), percent(POWER)
    meaning = words.text(f"evidence.meaning_{outcome}", tolerated=tolerated, power=power)
    return Banner(outcome, pictures.sign(outcome), words.say("verdict_word", word=word), meaning)


def use(evidence: Evidence, words: Wording) -> Card:
    """Say of what use the table is, and why."""
    usefulness = evidence.usefulness
    word = words.text(f"use.outcome_{usefulness.outcome.replace(' ', '_')}")
    reasons = words.join([words.reason(reason) for reason in usefulness.reasons])
    return Card(words.say("use_word", word=word), (Paragraph(reasons),))


def decision(evidence: Evidence, words: Wording) -> str:
    """Say what follows from the verdict and the use."""
    sentence = evidence.decision.in_words(words.language)
    return words.text("use.decision", sentence=sentence).replace("**", "")


def three_numbers(evidence: Evidence, words: Wording) -> tuple[str, ...]:
    """Say who is found, how large a leak would have been noticed, and what a model keeps."""
    say = words.say
    measures = {m.name: m for m in evidence.privacy.measures}
    smallest = evidence.privacy.verdict.smallest_detectable_leak
    size = "summary_leak" if smallest is not None else "summary_leak_none"
    numbers = [say(size, share=percent(smallest or 0.0), power=percent(POWER))]
    if found := measures.get("subset_matches"):
        numbers.insert(0, say("summary_found", **_beside(found, words)))
    kept = evidence.median_kept
    told = next((m for m in evidence.fidelity.joint if m.name == "c2st_auc"), None)
    if kept is not None and evidence.utility is not None:
        column = words.quote(evidence.utility.target)
        numbers.append(say("summary_kept", column=column, ours=words.inline(words.value(kept))))
    elif told is not None:
        numbers.append(say("summary_told", **_beside(told, words)))
    return tuple(numbers)


def _beside(measure: Measure, words: Wording) -> dict[str, str]:
    return {
        "ours": words.inline(words.value(measure)),
        "theirs": words.inline(words.reference(measure)),
    }


def sign_off(words: Wording) -> Table:
    """Leave lines to sign on."""
    head = tuple(words.say(f"sign_{column}") for column in ("role", "name", "date", "signature"))
    rows = tuple((words.say(f"sign_{role}"), "", "", "") for role in ("owner", "legal", "recipient"))
    return Table(head, rows, to_sign=True)
