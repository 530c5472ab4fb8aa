"""The report for whoever decides: what was measured, how sure it is, and what it does not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth_handson.locales import Language
from synth_handson.report import document, sections
from synth_handson.report.document import Document, Paragraph
from synth_handson.report.wording import Wording

if TYPE_CHECKING:
    from synth_handson.evidence.assessment import Evidence
    from synth_handson.synthesis.generator import Training


@dataclass(frozen=True)
class About:
    """What the reader of the report must know and no number can tell; a missing text becomes a ruled line.

    Attributes
    ----------
    data
        What is to be shared.
    recipient
        With whom.
    purpose
        Why.
    prepared_by
        Who prepared the report.
    date
        When, in the reader's way of writing dates.
    source
        Where the original data came from.
    legal_basis
        What allows the original data to be used for training.
    engine
        What the generator was trained with, and its version; without it, and with ``training``, the version
        installed here is named.
    training
        How the generator was made, if `synth_handson.train_generator` made it.
    """

    data: str | None = None
    recipient: str | None = None
    purpose: str | None = None
    prepared_by: str | None = None
    date: str | None = None
    source: str | None = None
    legal_basis: str | None = None
    engine: str | None = None
    training: Training | None = None


NOTHING_SAID = About()


def to_html(evidence: Evidence, language: Language = "en", about: About = NOTHING_SAID) -> str:
    """Write the report as one self-contained HTML page, for a reader who is no statistician.

    Parameters
    ----------
    evidence
        From `synth_handson.assess`.
    language
        "ja" or "en".
    about
        What no number can tell.

    Returns
    -------
    str
        A page that needs no network and no script, and prints to A4. The same arguments give the same page.
    """
    return document.to_html(_document(evidence, language, about))


def to_markdown(evidence: Evidence, language: Language = "en", about: About = NOTHING_SAID) -> str:
    """Write the same report as Markdown, its pictures in words; arguments as of `to_html`."""
    return document.to_markdown(_document(evidence, language, about))


def _document(evidence: Evidence, language: Language, about: About) -> Document:
    words = Wording(language)
    front = (
        Paragraph(words.say("lead"), "lead"),
        sections.banner(evidence, words),
        Paragraph(
            words.say("no_rows", version=evidence.version, random_state=evidence.random_state), "small"
        ),
    )
    parts = sections.sections(evidence, words, about)
    return Document(language, words.say("title"), words.say("contents"), front, parts)
