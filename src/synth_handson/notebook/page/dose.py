"""Step 4, continued: leaks made on purpose."""

from functools import partial
from typing import Any

import marimo as mo

from synth_handson.evidence.dose import Dose
from synth_handson.locales import Language, get_text
from synth_handson.notebook.lesson import Memorised, Response
from synth_handson.notebook.page.parts import chart, failure, fold, live, named, small
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.views import evidence_charts, generate
from synth_handson.views.dose import dose_sentence, dose_table


def leak_controls(selector: Any, sliders: mo.ui.dictionary, language: Language) -> mo.Html:
    """Ask the reader to make a leak."""
    about = fold({get_text(language, "dose.about_title"): get_text(language, "dose.about")})
    return mo.vstack([named(selector, get_text(language, "dose.leak")), sliders[selector.value], about])


def dose(dose: Dose, response: Response, language: Language) -> mo.Html:
    """Say what notices a leak made on purpose; each measure and other doses are folded away."""
    if response.doses:
        drawn = chart(evidence_charts.dose_chart, response.doses, language)
        others = mo.vstack([drawn, small(get_text(language, "dose.note"))])
    else:
        others = live(small(get_text(language, "dose.waiting")))
    table = mo.vstack([mo.Html(dose_table(dose, language)), others])
    return mo.vstack([dose_callout(dose, language), fold({get_text(language, "dose.table_title"): table})])


def dose_callout(dose: Dose, language: Language) -> mo.Html:
    """Say what notices a leak, in red if anything does."""
    said = mo.md(dose_sentence(dose, language))
    return mo.callout(said, kind="danger" if dose.noticed else "neutral")


def overfit(
    start: Any, forget: Any, memorised: Memorised, own: OwnTable | None, language: Language
) -> mo.Html:
    """Ask the reader to make a generator memorise the bank's people, and show what notices it."""
    if own:
        return mo.Html("")
    say = partial(get_text, language)
    state, doses = memorised.job, memorised.doses
    shown = [mo.md(say("dose.overfit")), start]
    if state.progress:
        shown += [live(generate.progress_view(state.progress, language)), forget]
    else:
        shown += [live(failure(state.error, language) if state.error else "")]
    if doses:
        shown += [dose_callout(dose, language) for dose in doses]
        shown += [mo.Html(dose_table(doses[-1], language))]
        shown += [chart(evidence_charts.dose_chart, doses, language)]
    return fold({say("dose.overfit_title"): mo.vstack(shown)})
