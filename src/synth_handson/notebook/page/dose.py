"""Step 4, continued: leaks made on purpose."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import marimo as mo

from synth_handson.evidence.controls.leak_simulation import Dose
from synth_handson.locales import Language, get_text
from synth_handson.notebook.lesson import Memorised, Response
from synth_handson.notebook.page.parts import chart, failure, fold, live, named, picture, small
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.presentation import evidence_charts, generate, pictures
from synth_handson.presentation.dose import dose_sentence, dose_table


def leak_controls(selector: Any, sliders: mo.ui.dictionary, guessed: bool, language: Language) -> mo.Html:
    """Ask the reader to make a leak; before the guess, the slider is locked."""
    slider = sliders[selector.value] if guessed else small(get_text(language, "dose.locked"))
    return mo.vstack([named(selector, get_text(language, "dose.leak")), slider])


def dose(dose: Dose, response: Response, language: Language) -> mo.Html:
    """Show who can be picked out and which tests notice; each measure and other doses are folded away."""
    shown = [dose_callout(dose, language)]
    counted = response.tables.counted if response.tables else ""
    quiet = not dose.noticed
    if found := pictures.crowds(dose.measures, dose.noticed, language, quiet=quiet, counted=counted):
        shown.append(picture(found))
    shown.append(picture(pictures.lamps(dose, language)))
    if response.doses:
        drawn = chart(evidence_charts.dose_chart, response.doses, language)
        others = mo.vstack([drawn, small(get_text(language, "dose.note"))])
    else:
        others = live(small(get_text(language, "dose.waiting")))
    about = mo.md(get_text(language, "dose.about"))
    table = mo.vstack([about, mo.Html(dose_table(dose, language)), others])
    return mo.vstack([*shown, fold({get_text(language, "dose.table_title"): table})])


def dose_callout(dose: Dose, language: Language) -> mo.Html:
    """Say what notices a leak, in red if anything does."""
    said = mo.md(dose_sentence(dose, language))
    return mo.callout(said, kind="danger" if dose.noticed else "neutral")


def overfit(
    buttons: Mapping[str, mo.ui.button], memorised: Memorised, own: OwnTable | None, language: Language
) -> mo.Html:
    """Ask the reader to make a generator memorise the bank's people, and show what notices it."""
    if own:
        return mo.Html("")
    translate = partial(get_text, language)
    state, doses = memorised.job, memorised.doses
    shown = [mo.md(translate("dose.overfit")), buttons["memorise"]]
    if state.progress:
        shown += [live(generate.progress_view(state.progress, language)), buttons["forget"]]
    else:
        shown += [live(failure(state.error, language) if state.error else "")]
    if doses:
        shown += [dose_callout(dose, language) for dose in doses]
        shown += [mo.Html(dose_table(doses[-1], language))]
        shown += [chart(evidence_charts.dose_chart, doses, language)]
    return fold({translate("dose.overfit_title"): mo.vstack(shown)})
