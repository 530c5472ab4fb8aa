"""The terms of the page, and what they mean."""

from __future__ import annotations

from html import escape

from synth_handson.locales import Language, get_text

TERMS = (
    "generator", "synthetic", "holdout", "interval", "tvd", "c2st", "tstr", "dcr", "heom", "membership",
    "singling-out", "protection", "dp", "correction", "naive",
)  # fmt: skip


def glossary_html(language: Language) -> str:
    """List all terms, folded; a link to ``#g-<term>`` opens it there."""
    terms = "".join(
        f'<dt id="g-{term}">{escape(get_text(language, f"glossary.{term}_term"))}</dt>'
        f"<dd>{escape(get_text(language, f'glossary.{term}'))}</dd>"
        for term in TERMS
    )
    title = escape(get_text(language, "glossary.title"))
    return f'<details class="sh-glossary" id="glossary"><summary>{title}</summary><dl>{terms}</dl></details>'
