"""Step 1: the story, the language, and where the real table came from."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import marimo as mo
import pandas as pd

from synth_handson.locales import Language, get_text
from synth_handson.notebook.page.parts import named, picture, small
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.presentation import generate, load, pictures
from synth_handson.presentation.glossary import glossary_html
from synth_handson.presentation.labels import column_label
from synth_handson.tables.bank import Dataset


def head(switch: Any, language: Language) -> mo.Html:
    """Offer the other language."""
    switching = named(switch, "言語 / Language")
    script = f'<script src="{_page_script()}"></script>'
    return mo.Html(f'<div data-sh-language="{language}">{switching}</div>{script}')


def where(server: str | None, own: OwnTable | None, language: Language) -> mo.Html:
    """Say where everything runs and, of the bank's table, what the law asks."""
    settings = mo.callout(mo.md(generate.settings_note(server, language)))
    return settings if own else mo.vstack([small(get_text(language, "story.why")), settings])


@cache
def _page_script() -> str:
    code = (files("synth_handson.notebook") / "page.js").read_bytes()
    return f"data:text/javascript;base64,{b64encode(code).decode()}"


def _split_note(
    dataset: Dataset | OwnTable, train: pd.DataFrame, holdout: pd.DataFrame, language: Language
) -> mo.Html:
    """Tell where the real table came from, and how it was split."""
    parts, key = {"train": train, "holdout": holdout}, "load.holdout"
    sizes = {name: len(part) for name, part in parts.items()}
    if dataset.person:
        key, sizes = f"{key}_people", {name: part[dataset.person].nunique() for name, part in parts.items()}
    elif isinstance(dataset, OwnTable) and dataset.profile.several:
        key = f"{key}_rows"
    split = get_text(language, key, **sizes)
    said = mo.md(f"{load.source_note(dataset, language)}\n\n{split}")
    why = load.fallback_note(dataset, language) if isinstance(dataset, Dataset) else None
    return mo.vstack([said, small(why)]) if why else said


def alone(
    shares: Mapping[tuple[str, ...], float],
    dataset: Dataset | OwnTable,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    language: Language,
) -> mo.Html:
    """Show how many people stand alone by what may be known of them, and tell how the table was split."""
    return mo.vstack([_alone(shares, dataset, language), _split_note(dataset, train, holdout, language)])


def _alone(
    shares: Mapping[tuple[str, ...], float], dataset: Dataset | OwnTable, language: Language
) -> mo.Html:
    if isinstance(dataset, OwnTable) and dataset.profile.several:
        return small(get_text(language, "load.alone_rows"))
    table = list(map(str, dataset.frame))
    labelled = {
        tuple(column_label(name, language, table) for name in known): x for known, x in shares.items()
    }
    drawn = picture(pictures.alone(labelled, len(dataset.frame), language))
    if isinstance(dataset, OwnTable):
        return drawn
    return mo.vstack([drawn, small(get_text(language, "load.why"))])


def end(own: OwnTable | None, language: Language) -> mo.Html:
    """Say what was seen, what was not, and what the terms mean."""
    about = "\n\n".join(get_text(language, f"story.{name}") for name in ("end", "law"))
    parts = [mo.md(about), mo.Html(glossary_html(language))]
    if own is None:
        parts.append(mo.md(get_text(language, "story.data")))
    return mo.vstack(parts)
