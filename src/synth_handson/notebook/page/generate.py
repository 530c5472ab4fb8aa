"""Step 2: the engines, a training under way, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import marimo as mo

from synth_handson.evidence.privacy.dcr import ClosestRecords
from synth_handson.locales import Language, get_text
from synth_handson.notebook.page.parts import Kind, failure, fold, live, picture, row, small
from synth_handson.notebook.session import JobState
from synth_handson.pipeline.tables import DrawnGenerator, Tables
from synth_handson.presentation import generate, pictures
from synth_handson.presentation.pictures import Picture
from synth_handson.synthesis.engine import EngineOptions

if TYPE_CHECKING:
    from synth_handson.notebook.page.state import PageState


def generator(tables: Tables | None) -> DrawnGenerator:
    """Return what draws the rows; until something was trained on a table of one's own, end the cell."""
    mo.stop(tables is None or tables.generator is None)
    assert tables is not None and tables.generator is not None
    return tables.generator


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
    if state.texts:
        shown.insert(0, small(get_text(language, "commands.stage_texts")))
    if turn := generate.queue_note(progress, language):
        shown.append(small(turn))
    # Before the first epoch there is nothing to use, and a server keeps nothing of a cancelled training.
    worth_keeping = progress.phase == "training" and progress.epoch >= 1
    worth_keeping = worth_keeping and not page_state.server and not state.texts
    names = ("cancel", "keep") if worth_keeping else ("cancel",)
    return mo.vstack([*shown, row(buttons[name] for name in names)])


_crowds: WeakKeyDictionary[Tables, dict[Language, Picture]] = WeakKeyDictionary()
"""A picture goes with its tables: readers of the same ones share it."""


def crowd(tables: Tables, synthetic: ClosestRecords, holdout: ClosestRecords, language: Language) -> mo.Html:
    """Say where the table came from, and show real and synthetic rows side by side."""
    kind: Kind = "success" if tables.origin in ("trained", "store") else "warn"
    said = [generate.origin_note(tables, language), generate.asked_note(tables, language)]
    said += generate.texts_note(tables, language)
    origin = mo.callout(mo.md("\n\n".join(filter(None, said))), kind=kind)
    known, alike = _crowds.setdefault(tables, {}), tables.alike
    if language not in known:
        copies = synthetic.identical, holdout.identical
        known[language] = pictures.crowd(
            alike.train, alike.holdout, alike.synthetic, copies, language, tables.counted
        )
    shown = [origin, picture(known[language])]
    if protected := generate.protected_note(tables.synthetic, language):
        shown.append(small(protected))
    return mo.vstack(shown)
