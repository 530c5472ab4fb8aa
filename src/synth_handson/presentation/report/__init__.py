"""The report for the decision maker: what was measured, how sure it is, and what it does not show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synth_handson.errors import ArgumentError
from synth_handson.locales import LANGUAGES, Language
from synth_handson.presentation import document
from synth_handson.presentation.document import Document, Paragraph
from synth_handson.presentation.report import front, sections
from synth_handson.presentation.report.about import About as About
from synth_handson.presentation.words import Wording

if TYPE_CHECKING:
    from synth_handson.evidence.assessment import Evidence


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
    if language not in LANGUAGES:
        raise ArgumentError("language", language=language, known=", ".join(LANGUAGES))
    words = Wording(language, of_people=evidence.people is not None)
    no_rows = words.translate("no_rows", version=evidence.version, random_state=evidence.random_state)
    first_page = (*front.front(evidence, words, about), Paragraph(no_rows, "small"))
    parts = sections.sections(evidence, words, about)
    return Document(language, words.translate("title"), words.translate("contents"), first_page, parts)
