"""Step 2: the engines, a training under way, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import marimo as mo

from synth_handson.evidence.privacy.dcr import ClosestRecords
from synth_handson.locales import Language, get_text
from synth_handson.notebook.page.parts import Kind, failure, fold, live, picture, row, small
from synth_handson.notebook.session import JobState
from synth_handson.pipeline.tables import Tables
from synth_handson.presentation import generate, pictures
from synth_handson.synthesis.engine import EngineOptions

if TYPE_CHECKING:
    from synth_handson.notebook.page.state import PageState


def training(
    chosen: EngineOptions,
    job_state: JobState,
    tables: Tables | None,
    buttons: Mapping[str, mo.ui.button],
    page_state: PageState,
    language: Language,
) -> mo.Html:
    """Say what the chosen engine does, and how far its training is."""
    translate = partial(get_text, language)
    shown = [
        small(translate(f"generate.choice_{chosen.get('engine', 'mostly')}")),
        job(job_state, buttons, page_state, language),
    ]
    if tables is None:
        shown.append(mo.callout(mo.md(translate("generate.first"))))
    return mo.vstack([*shown, fold({translate("generate.engines_title"): translate("generate.engines")})])


def job(
    state: JobState, buttons: Mapping[str, mo.ui.button], page_state: PageState, language: Language
) -> mo.Html:
    """Show how far a training is, with buttons to end it, or why it failed."""
    progress = state.progress
    if progress is None:
        return live(failure(state.error, language) if state.error else "")
    shown = [live(generate.progress_view(progress, language))]
    if turn := generate.queue_note(progress, language):
        shown.append(small(turn))
    # Before the first epoch there is nothing to use, and a server keeps nothing of a cancelled training.
    worth_keeping = progress.phase == "training" and progress.epoch >= 1 and not page_state.server
    names = ("cancel", "keep") if worth_keeping else ("cancel",)
    return mo.vstack([*shown, row(buttons[name] for name in names)])


def crowd(tables: Tables, closest: ClosestRecords, language: Language) -> mo.Html:
    """Say where the table came from, and show real and synthetic rows side by side."""
    kind: Kind = "success" if tables.origin in ("trained", "store") else "warn"
    said = filter(None, [generate.origin_note(tables, language), generate.asked_note(tables, language)])
    origin = mo.callout(mo.md("\n\n".join(said)), kind=kind)
    drawn = pictures.crowd(tables.train, tables.synthetic, closest.identical, language)
    shown = [origin, picture(drawn)]
    if protected := generate.protected_note(tables.synthetic, language):
        shown.append(small(protected))
    return mo.vstack(shown)
