"""Step 1: the story, the language, and where the real table came from."""

from base64 import b64encode
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import marimo as mo
import pandas as pd

from synth_handson.locales import Language, get_text
from synth_handson.notebook.page.parts import fold, named
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.tables.bank import Dataset
from synth_handson.views import generate, load
from synth_handson.views.glossary import glossary_html


def head(switch: Any, server: str | None, own: OwnTable | None, language: Language) -> mo.Html:
    """Say what the story is, and where everything runs."""
    title = mo.md(get_text(language, "story.title"))
    switching = named(switch, "言語 / Language")
    chosen = mo.Html(f'<div data-sh-language="{language}">{switching}</div>')
    settings = mo.callout(mo.md(generate.settings_note(server, language)))
    script = mo.Html(f'<script src="{_page_script()}"></script>')
    if own:
        intro = mo.md(get_text(language, "story.intro_own", name=escape(own.name)))
        return mo.vstack([title, chosen, intro, settings, script])
    why = fold({get_text(language, "story.why_title"): get_text(language, "story.why")})
    return mo.vstack([title, chosen, mo.md(get_text(language, "story.intro")), why, settings, script])


@cache
def _page_script() -> str:
    code = (files("synth_handson.notebook") / "page.js").read_bytes()
    return f"data:text/javascript;base64,{b64encode(code).decode()}"


def split_note(
    dataset: Dataset | OwnTable, train: pd.DataFrame, holdout: pd.DataFrame, language: Language
) -> mo.Html:
    """Tell where the real table came from, and how it was split."""
    split = get_text(language, "load.holdout", train=len(train), holdout=len(holdout))
    said = mo.md(f"{load.source_note(dataset, language)}\n\n{split}")
    if isinstance(dataset, OwnTable):
        return said
    folded = {get_text(language, "load.why_title"): get_text(language, "load.why")}
    if why := load.fallback_note(dataset, language):
        folded[get_text(language, "load.fallback_title")] = why
    return mo.vstack([said, fold(folded)])


def end(own: OwnTable | None, language: Language) -> mo.Html:
    """Say what was seen, what was not, and what the terms mean."""
    law = fold({get_text(language, "story.law_title"): get_text(language, "story.law")})
    parts = [mo.md(get_text(language, "story.end")), law, mo.Html(glossary_html(language))]
    if own is None:
        parts.append(mo.md(get_text(language, "story.data")))
    return mo.vstack(parts)
