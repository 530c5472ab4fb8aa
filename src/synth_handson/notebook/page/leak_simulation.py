"""Step 4, continued: leaks made on purpose."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import marimo as mo

from synth_handson.evidence.controls.leak_simulation import LeakSimulation
from synth_handson.locales import Language, get_text
from synth_handson.notebook.lesson import LeakSeries, Memorised
from synth_handson.notebook.page.parts import chart, failure, fold, live, named, picture, small
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.presentation import evidence_charts, generate, pictures
from synth_handson.presentation.leak_simulation import simulation_sentence, simulation_table


def leak_controls(selector: Any, sliders: mo.ui.dictionary, guessed: bool, language: Language) -> mo.Html:
    """Ask the reader to make a leak; before the guess, the slider is locked."""
    slider = sliders[selector.value] if guessed else small(get_text(language, "leak_simulation.locked"))
    return mo.vstack([named(selector, get_text(language, "leak_simulation.leak")), slider])


def simulation(simulation: LeakSimulation, series: LeakSeries, language: Language) -> mo.Html:
    """Show who can be picked out and which tests notice; each measure and the other sizes are folded away."""
    shown = [simulation_callout(simulation, language)]
    counted = series.tables.counted if series.tables else ""
    quiet = not simulation.noticed
    if found := pictures.crowds(
        simulation.measures, simulation.noticed, language, quiet=quiet, counted=counted
    ):
        shown.append(picture(found))
    shown.append(picture(pictures.lamps(simulation, language)))
    if series.simulations:
        drawn = chart(evidence_charts.simulation_chart, series.simulations, language)
        others = mo.vstack([drawn, small(get_text(language, "leak_simulation.note"))])
    elif series.error:
        again = small(get_text(language, "leak_simulation.again"))
        others = live(mo.vstack([failure(series.error, language), again]))
    else:
        others = live(small(get_text(language, "leak_simulation.waiting")))
    about = mo.md(get_text(language, "leak_simulation.about"))
    table = mo.vstack([about, mo.Html(simulation_table(simulation, language)), others])
    return mo.vstack([*shown, fold({get_text(language, "leak_simulation.table_title"): table})])


def simulation_callout(simulation: LeakSimulation, language: Language) -> mo.Html:
    """Say what notices a leak, in red if anything does."""
    said = mo.md(simulation_sentence(simulation, language))
    return mo.callout(said, kind="danger" if simulation.noticed else "neutral")


def overfit(
    buttons: Mapping[str, mo.ui.button], memorised: Memorised, own: OwnTable | None, language: Language
) -> mo.Html:
    """Ask the reader to make a generator memorise the bank's people, and show what notices it."""
    if own:
        return mo.Html("")
    translate = partial(get_text, language)
    state, simulations = memorised.job, memorised.simulations
    shown = [mo.md(translate("leak_simulation.overfit")), buttons["memorise"]]
    if state.progress:
        shown += [live(generate.progress_view(state.progress, language)), buttons["forget"]]
    else:
        shown += [live(failure(state.error, language) if state.error else "")]
    if simulations:
        shown += [simulation_callout(simulation, language) for simulation in simulations]
        shown += [mo.Html(simulation_table(simulations[-1], language))]
        shown += [chart(evidence_charts.simulation_chart, simulations, language)]
    return fold({translate("leak_simulation.overfit_title"): mo.vstack(shown)})
