"""The letter to the decision maker: one sheet with the decision, three pictures and a signature."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from synth_handson.locales import Language
from synth_handson.presentation.document import Card, Fields, Items, Paragraph, Part, sheet_html
from synth_handson.presentation.report import front
from synth_handson.presentation.report.about import About
from synth_handson.presentation.words import Wording

if TYPE_CHECKING:
    from synth_handson.evidence.assessment import Evidence


def letter_html(evidence: Evidence, language: Language, about: About) -> str:
    """Write the letter as one self-contained HTML page, which prints on one sheet of A4.

    Parameters
    ----------
    evidence
        From `synth_handson.assess`. The report made from it is the letter's appendix.
    language
        "ja" or "en".
    about
        What no number can tell; what is missing becomes a line to write on.
    """
    words = Wording(language)
    translate = words.translate
    asked = {"data": about.data, "recipient": about.recipient, "purpose": about.purpose}
    signed = {"prepared_by": about.prepared_by, "date": about.date, "signature": None}
    said: Part = (
        Items(about.statements) if about.statements else Fields(((translate("letter_own"), None),) * 2)
    )
    parts: tuple[Part, ...] = (
        Fields(tuple((translate(f"field_{name}"), text) for name, text in asked.items())),
        replace(front.banner(evidence, words), text=front.decision(evidence, words)),
        front.gallery(evidence, words),
        Card(translate("letter_said"), (said,)),
        Fields(tuple((translate(f"letter_{name}"), text) for name, text in signed.items())),
        Paragraph(translate("letter_appendix", version=evidence.version), "small"),
    )
    return sheet_html(language, translate("letter_title"), parts)
