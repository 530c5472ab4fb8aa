"""What every step lays out with: callouts, tables, charts, and what is folded away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import Any, Literal

import altair as alt
import marimo as mo
import pandas as pd

from synth_handson.errors import SynthHandsonError
from synth_handson.evidence.assessment import Evidence
from synth_handson.locales import Language, get_text
from synth_handson.notebook.session import Assessed
from synth_handson.presentation import generate
from synth_handson.presentation.pictures import Picture

Kind = Literal["neutral", "success", "warn", "danger"]

# SVG marks carry labels that screen readers can read.
alt.renderers.set_embed_options(renderer="svg", actions=False)


def table(frame: pd.DataFrame) -> mo.ui.table:
    """Show a table, five rows at a time."""
    return mo.ui.table(frame, page_size=5, selection=None, show_download=False)


def small(text: str) -> mo.Html:
    """Set a text in small print."""
    return mo.Html(f'<div class="sh-small">{mo.md(text).text}</div>')


def row(elements: Iterable[Any]) -> mo.Html:
    """Put controls side by side, as far as there is room."""
    return mo.hstack(list(elements), justify="start", align="center", gap=2, wrap=True)


def fold(parts: Mapping[str, object]) -> mo.Html:
    """Fold away what not every reader wants to see, each part under its title."""
    shown = {title: mo.md(part) if isinstance(part, str) else part for title, part in parts.items()}
    return mo.accordion(shown, multiple=True)


def live(shown: object) -> mo.Html:
    """Have screen readers say what changes here: it must stand on the page before it does."""
    return mo.Html(f'<div role="status" aria-atomic="false">{shown}</div>')


def named(control: Any, name: str) -> mo.Html:
    """Give a control that marimo leaves without a name one for screen readers."""
    return mo.Html(f'<div role="group" aria-label="{escape(name)}">{mo.as_html(control)}</div>')


def failure(error: SynthHandsonError, language: Language) -> mo.Html:
    """Say what went wrong and what to do."""
    return mo.callout(mo.md(generate.error_note(error, language)), kind="warn")


def chart(draw: Callable[..., Any], measured: Any, language: Language, *about: Any) -> mo.Html:
    """Draw what was measured; readers of the same tables share a chart, as drawing takes long."""
    return mo.Html(_drawn(draw, measured, language, *about))


@lru_cache(maxsize=64)
def _drawn(draw: Callable[..., Any], measured: Any, language: Language, *about: Any) -> str:
    return mo.as_html(draw(measured, language, *about)).text


def picture(drawn: Picture) -> mo.Html:
    """Show a picture under its finding."""
    return mo.Html(drawn.html())


def of_evidence(
    assessed: Assessed, language: Language, show: Callable[[Evidence, Language], mo.Html]
) -> mo.Html:
    """Show something of the evidence; until it is there, or without any, say so."""
    if assessed.evidence:
        return show(assessed.evidence, language)
    return small(get_text(language, f"validate.assessment_{'failed' if assessed.error else 'below'}"))
