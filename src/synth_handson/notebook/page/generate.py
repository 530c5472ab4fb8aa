"""Step 2: the engines, a training under way, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import marimo as mo

from synth_handson.locales import Language, get_text
from synth_handson.notebook.page.parts import Kind, failure, fold, live, row, small
from synth_handson.notebook.session import JobState
from synth_handson.pipeline.tables import Tables
from synth_handson.synthesis.engine import EngineOptions
from synth_handson.views import generate

if TYPE_CHECKING:
    from synth_handson.notebook.page.desk import Desk


def engine_note(chosen: EngineOptions, language: Language) -> mo.Html:
    """Say in small print what the chosen engine does, and what is to be known before it runs."""
    return small(get_text(language, f"generate.choice_{chosen.get('engine', 'mostly')}"))


def job(state: JobState, buttons: Mapping[str, mo.ui.button], desk: Desk, language: Language) -> mo.Html:
    """Show how far a training is, with buttons to end it, or why it failed."""
    progress = state.progress
    if progress is None:
        return live(failure(state.error, language) if state.error else "")
    shown = [live(generate.progress_view(progress, language))]
    if turn := generate.turn_note(progress, language):
        shown.append(small(turn))
    # Before the first epoch there is nothing to use, and a server keeps nothing of a cancelled training.
    worth_keeping = progress.phase == "training" and progress.epoch >= 1 and not desk.server
    names = ("cancel", "keep") if worth_keeping else ("cancel",)
    return mo.vstack([*shown, row(buttons[name] for name in names)])


def origin(tables: Tables | None, language: Language) -> mo.Html:
    """Say where the synthetic table came from."""
    if tables is None:
        return mo.callout(mo.md(get_text(language, "generate.first")))
    kind: Kind = "success" if tables.origin in ("trained", "store") else "warn"
    return mo.callout(mo.md(generate.origin_note(tables, language)), kind=kind)


def engines(tables: Tables | None, language: Language) -> mo.Html:
    """Say which values were too rare to be shown, and what the engines are."""
    about = fold({get_text(language, "generate.engines_title"): get_text(language, "generate.engines")})
    protected = generate.protected_note(tables.synthetic, language) if tables is not None else None
    return mo.vstack([small(protected), about]) if protected else about
