"""Step 3: what the synthetic table keeps, as pictures first, all numbers folded away."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import marimo as mo
import pandas as pd

from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.fidelity.statistics import ColumnFidelity
from synth_handson.locales import Language, get_text
from synth_handson.metrics.bins import ColumnShares
from synth_handson.notebook.exercises.score_card import Score
from synth_handson.notebook.page.parts import chart, failure, fold, live, of_evidence, picture
from synth_handson.notebook.session import Assessed
from synth_handson.pipeline.tables import Tables
from synth_handson.presentation import charts, evidence_charts, pictures, validate
from synth_handson.presentation.labels import column_label
from synth_handson.tables.bank import is_bank_marketing


def columns(
    selector: Any,
    shares: ColumnShares,
    fidelity: Sequence[ColumnFidelity],
    scores: Sequence[Score],
    tables: Tables,
    language: Language,
) -> mo.Html:
    """Show one column of both tables over the same bins, and how far all are from the training rows.

    These are named once the learner was told which is the worst.
    """
    names = tuple(column.column for column in fidelity)
    one = chart(charts.distribution_chart, shares, language, names)
    distances = [(column_label(c.column, language, names), c.synthetic, c.holdout) for c in fidelity]
    asked = is_bank_marketing(names)
    hidden = asked and not any(score.name == "worst" and score.revealed for score in scores)
    drawn = pictures.dumbbells(distances, language, hidden=hidden, counted=tables.counted)
    return mo.vstack([selector, one, picture(drawn)])


def measures(assessed: Assessed, language: Language) -> mo.Html:
    """Show how well a classifier tells the tables apart, what models lose, and, folded away, all measures."""
    if assessed.error:
        return live(failure(assessed.error, language))
    if not assessed.evidence:
        return live(validate.step_view(assessed.step, language))
    translate, evidence = partial(get_text, language), assessed.evidence
    table = validate.measure_table(evidence, language)
    everything = [
        mo.md(translate("validate.five")),
        mo.Html(validate.lead_table(evidence, language)),
        _utility(evidence, language),
        mo.md(translate("validate.rest_note")),
        _measures(table),
    ]
    title = translate("validate.lead_rest", count=len(table))
    return mo.vstack(
        [
            mo.md(validate.headline(evidence, language)),
            mo.md(validate.utility_headline(evidence, language)),
            fold({title: mo.vstack(everything)}),
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


def _utility(evidence: Evidence, language: Language) -> mo.Html:
    if not evidence.utility:
        return mo.md(validate.utility_note(evidence, language))
    drawn = chart(evidence_charts.utility_chart, evidence.utility, language)
    said = validate.utility_note(evidence, language), get_text(language, "validate.utility_picture")
    return mo.vstack([mo.md("\n\n".join(said)), drawn])
