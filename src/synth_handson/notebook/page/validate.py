"""Step 3: what the synthetic table keeps, one number first, the rest folded away."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import marimo as mo
import pandas as pd

from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.fidelity import ColumnFidelity
from synth_handson.locales import Language, get_text
from synth_handson.metrics.bins import ColumnShares
from synth_handson.notebook.page.parts import chart, failure, fold, live, of_evidence
from synth_handson.notebook.session import Assessed
from synth_handson.views import charts, evidence_charts, validate


def column(
    selector: Any, shares: ColumnShares, fidelity: Sequence[ColumnFidelity], language: Language
) -> mo.Html:
    """Show one column of the real and the synthetic table, and how far apart they are."""
    say = partial(get_text, language)
    names = tuple(column.column for column in fidelity)
    measured = fidelity[names.index(shares.column)]
    stats = [
        mo.stat(
            f"{value:.3f}",
            label=say(f"validate.stat_{name}"),
            caption=say("validate.stat_caption"),
            bordered=True,
        )
        for name, value in (("synthetic", measured.synthetic), ("holdout", measured.holdout))
    ]
    return mo.vstack(
        [
            selector,
            chart(charts.distribution_chart, shares, language, names),
            mo.hstack(stats, justify="start", wrap=True),
            mo.md(validate.fidelity_note(measured, language, names)),
            fold({say("validate.meaning_title"): say("validate.meaning")}),
        ]
    )


def measures(assessed: Assessed, language: Language) -> mo.Html:
    """Show how well a classifier tells the tables apart, and all measures folded away."""
    if assessed.error:
        return live(failure(assessed.error, language))
    if not assessed.evidence:
        return live(validate.step_view(assessed.step, language))
    say = partial(get_text, language)
    table = validate.measure_table(assessed.evidence, language)
    lead = mo.vstack([mo.md(say("validate.five")), mo.Html(validate.lead_table(assessed.evidence, language))])
    everything = mo.vstack([mo.md(say("validate.rest_note")), _measures(table)])
    titles = say("validate.five_title"), say("validate.lead_rest", count=len(table))
    return mo.vstack(
        [
            mo.md(validate.headline(assessed.evidence, language)),
            fold(dict(zip(titles, (lead, everything), strict=True))),
        ]
    )


def _measures(table: pd.DataFrame) -> mo.ui.table:
    return mo.ui.table(
        table, page_size=10, selection=None, show_download=False, show_data_types=False,
        show_column_summaries=False, wrapped_columns=list(table.columns[:2]),
    )  # fmt: skip


def pairs(assessed: Assessed, language: Language) -> mo.Html:
    """Show how well pairs of columns are kept."""
    return of_evidence(assessed, language, _pairs)


def _pairs(evidence: Evidence, language: Language) -> mo.Html:
    said = mo.md(get_text(language, "validate.pairs"))
    return mo.vstack([said, chart(evidence_charts.pair_chart, evidence.fidelity, language)])


def utility(assessed: Assessed, language: Language) -> mo.Html:
    """Say what models trained on the synthetic table can do."""
    return of_evidence(assessed, language, _utility)


def _utility(evidence: Evidence, language: Language) -> mo.Html:
    said = mo.md(validate.utility_note(evidence, language))
    if not evidence.utility:
        return said
    drawn = chart(evidence_charts.utility_chart, evidence.utility, language)
    models = mo.vstack([said, mo.md(get_text(language, "validate.utility_picture")), drawn])
    headline = mo.md(validate.utility_headline(evidence, language))
    return mo.vstack([headline, fold({get_text(language, "validate.utility_fold"): models})])
