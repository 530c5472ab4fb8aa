"""How the hands-on's page is laid out: texts, tables and charts in marimo's elements, in one language."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Literal

import marimo as mo
import pandas as pd

from synth_handson import distance_shares
from synth_handson.errors import SynthHandsonError
from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.closest import ClosestRecords, Comparison, MedianGap
from synth_handson.evidence.dose import DOSES, Dose
from synth_handson.evidence.fidelity import ColumnFidelity
from synth_handson.locales import Language, get_text
from synth_handson.metrics.bins import ColumnShares
from synth_handson.notebook.downloads import about_tables, download_note, evidence_json
from synth_handson.notebook.session import Assessed, JobState
from synth_handson.pipeline import Tables
from synth_handson.tables.bank import Dataset
from synth_handson.views import charts, evidence_charts, generate, load, privacy, validate
from synth_handson.views.dose import dose_sentence, dose_table

Kind = Literal["neutral", "success", "warn", "danger"]

CSV_NAME = "bank-marketing-SYNTHETIC.csv"
CALLOUTS: dict[str, Kind] = {
    "pass": "success",
    "review": "warn",
    "fail": "danger",
}


def head(server: str | None, language_switch: mo.ui.radio, language: Language) -> mo.Html:
    """Say what the story is, and where everything runs."""
    settings = mo.callout(mo.md(generate.settings_note(server, language)))
    texts = [mo.md(get_text(language, f"story.{name}")) for name in ("title", "intro")]
    return mo.vstack([language_switch, *texts, settings])


def loaded(
    dataset: Dataset, real_table: mo.ui.table, train: pd.DataFrame, holdout: pd.DataFrame, language: Language
) -> mo.Html:
    """Show the real table, and how it was split."""
    split = get_text(language, "load.holdout", train=len(train), holdout=len(holdout))
    return mo.vstack([mo.md(load.source_note(dataset, language)), real_table, mo.md(split)])


def job(state: JobState, buttons: Iterable[Any], language: Language) -> mo.Html | None:
    """Show how far a training is, with buttons to end it, or why it failed."""
    if state.progress is None:
        return failure(state.error, language) if state.error else None
    progress = mo.Html(generate.progress_view(state.progress, language))
    return mo.vstack([progress, row(buttons)])


def failure(error: SynthHandsonError, language: Language) -> mo.Html:
    """Say what went wrong and what to do."""
    return mo.callout(mo.md(generate.error_note(error, language)), kind="warn")


def button(label: str, on_click: Callable[[Any], Any], kind: Kind = "neutral") -> mo.ui.button:
    """Make a button that does something at once."""
    return mo.ui.button(on_click=on_click, kind=kind, label=label)


def small(text: str) -> mo.Html:
    """Set a text in small print."""
    return mo.Html(f'<div class="sh-small">{mo.md(text).text}</div>')


def row(elements: Iterable[Any]) -> mo.Html:
    """Put controls side by side, as far as there is room."""
    return mo.hstack(list(elements), justify="start", align="center", gap=2, wrap=True)


def drawn(tables: Tables, synthetic_table: mo.ui.table, language: Language) -> mo.Html:
    """Show the synthetic table, and where it came from."""
    say = partial(get_text, language)
    kind: Kind = "warn" if tables.origin == "bundled" else "success"
    protected = generate.protected_note(tables.synthetic, language)
    return mo.vstack(
        [
            mo.callout(mo.md(generate.origin_note(tables, language)), kind=kind),
            synthetic_table,
            *([mo.md(protected)] if protected else []),
            mo.md(say("generate.try_body")),
            mo.accordion({say("generate.try_answer_title"): mo.md(say("generate.try_answer"))}),
        ]
    )


def column(
    selector: Any, shares: ColumnShares, fidelity: Sequence[ColumnFidelity], language: Language
) -> mo.Html:
    """Show one column of the real and the synthetic table, and how far apart they are."""
    say = partial(get_text, language)
    names = [column.column for column in fidelity]
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
            mo.md(say("validate.title")),
            selector,
            charts.distribution_chart(shares, language, names),
            mo.hstack(stats, justify="start", wrap=True),
            mo.md(validate.fidelity_note(measured, language, names)),
            mo.accordion({say("validate.meaning_title"): mo.md(say("validate.meaning"))}),
        ]
    )


def measures(assessed: Assessed, language: Language) -> mo.Html:
    """Show what was measured about fidelity and utility; until then, how far it is, or why it failed."""
    if assessed.error:
        return failure(assessed.error, language)
    evidence = assessed.evidence
    if not evidence:
        return mo.Html(validate.step_view(assessed.step, language))
    say = partial(get_text, language)
    table = validate.measure_table(evidence, language)
    models = []
    if evidence.utility:
        picture = evidence_charts.utility_chart(evidence.utility, language)
        models = [mo.md(say("validate.utility_picture")), picture]
    return mo.vstack(
        [
            mo.md(say("validate.measures_title")),
            mo.ui.table(
                table, page_size=10, selection=None, show_download=False, show_data_types=False,
                show_column_summaries=False, wrapped_columns=list(table.columns[:2]),
            ),
            mo.md(say("validate.pairs_title")),
            evidence_charts.pair_chart(evidence.fidelity, language),
            mo.md(say("validate.joint_title")),
            mo.md(validate.joint_notes(evidence, language)),
            mo.md(say("validate.utility_title")),
            mo.md(validate.utility_note(evidence, language)),
            *models,
        ]
    )  # fmt: skip


def person(button: Any, comparison: Comparison, language: Language) -> mo.Html:
    """Set a synthetic customer beside the closest real one."""
    sentence = mo.md(privacy.closest_sentence(comparison, language))
    return mo.vstack(
        [
            mo.md(get_text(language, "privacy.title")),
            button,
            mo.Html(privacy.person_table(comparison, language)),
            mo.callout(sentence, kind="warn" if comparison.identical else "neutral"),
        ]
    )


def everyone(
    synthetic: ClosestRecords, holdout: ClosestRecords, gap: MedianGap, language: Language
) -> mo.Html:
    """Show the distances of all synthetic rows beside the holdout's."""
    shares = distance_shares(synthetic.distances, holdout.distances)
    return mo.vstack(
        [
            mo.md(get_text(language, "privacy.all_title")),
            charts.distance_chart(shares, language),
            mo.md(privacy.distance_note(synthetic, holdout, gap, language)),
            mo.md(privacy.identical_note(synthetic, holdout, language)),
        ]
    )


def verdict(assessed: Assessed, language: Language) -> mo.Html | None:
    """Give the verdict on privacy, what it rests on, and what it does not prove."""
    say = partial(get_text, language)
    if assessed.error:
        return None
    evidence = assessed.evidence
    if not evidence:
        return mo.md(say("validate.assessment_below"))
    secrets = mo.Html(privacy.secrets_table(evidence, language))
    return mo.vstack(
        [
            mo.md(say("privacy.verdict_title")),
            mo.callout(mo.md(privacy.verdict_note(evidence, language)), kind=CALLOUTS[evidence.verdict]),
            mo.md(privacy.unproven_note(evidence, language)),
            small(privacy.grade_note(evidence, language)),
            mo.md(say("privacy.measures_title")),
            mo.Html(privacy.privacy_table(evidence, language)),
            mo.md(say("privacy.risks_title")),
            mo.Html(privacy.risk_table(evidence, language)),
            mo.accordion({say("privacy.others_title"): secrets}),
        ]
    )


def leak_controls() -> tuple[mo.ui.radio, mo.ui.dictionary]:
    """Choose how to break it, and by how much; bilingual, as another language must not reset them."""
    leaks = {
        "実在の顧客を紛れ込ませる / Plant real customers": "planted",
        "学習データ＋ノイズ / Training table with noise": "jittered",
    }
    strengths = [round(100 * dose) for dose in DOSES["jittered"]]
    sliders = {
        "planted": mo.ui.slider(0, 20, show_value=True, full_width=True, label="割合 / Share (%)"),
        "jittered": mo.ui.slider(
            steps=strengths, value=30, show_value=True, full_width=True, label="強さ / Strength (%)"
        ),
    }
    return mo.ui.radio(leaks, value=next(iter(leaks))), mo.ui.dictionary(sliders)


def break_it(selector: Any, slider: Any, language: Language) -> mo.Html:
    """Ask the reader to make a leak."""
    return mo.vstack([mo.md(get_text(language, "dose.title")), selector, slider])


def leak(dose: Dose, response: Sequence[Dose], language: Language) -> mo.Html:
    """Show what notices a leak made on purpose, and what notices other doses of it."""
    return mo.vstack(
        [
            dose_callout(dose, language),
            mo.Html(dose_table(dose, language)),
            evidence_charts.dose_chart(response, language),
            small(get_text(language, "dose.note")),
        ]
    )


def dose_callout(dose: Dose, language: Language) -> mo.Html:
    """Say what notices a leak, in red if anything does."""
    said = mo.md(dose_sentence(dose, language))
    return mo.callout(said, kind="danger" if dose.noticed else "neutral")


def overfit(start: Any, state: JobState, cancel: Any, doses: Sequence[Dose], language: Language) -> mo.Html:
    """Ask the reader to make a generator memorise people, and show what notices it."""
    shown = [mo.md(get_text(language, "dose.overfit_title")), start, job(state, [cancel], language)]
    if doses:
        shown += [dose_callout(dose, language) for dose in doses]
        shown += [mo.Html(dose_table(doses[-1], language))]
        shown += [evidence_charts.dose_chart(doses, language)]
    return mo.vstack([part for part in shown if part is not None])


def about_fields() -> mo.ui.dictionary:
    """Ask what no number can tell, for the report."""
    labels = {
        "recipient": "提供先 / Recipient",
        "purpose": "目的 / Purpose",
        "prepared_by": "作成者 / Prepared by",
    }
    return mo.ui.dictionary({name: mo.ui.text(label=label) for name, label in labels.items()})


def downloads(
    tables: Tables, evidence: Evidence | None, fields: mo.ui.dictionary, language: Language
) -> mo.Html:
    """Offer the synthetic table, the report and the evidence."""
    say = partial(get_text, language)
    about = about_tables(tables, language, {k: str(v) for k, v in fields.value.items()})
    files = {"csv": (lambda: tables.synthetic.to_csv(index=False), CSV_NAME)}
    if evidence:
        files["report"] = (lambda: evidence.to_html(language, about), f"privacy-report-{language}.html")
        files["evidence"] = (lambda: evidence_json(evidence), "evidence.json")
    buttons = [
        mo.download(lambda write=write: write().encode(), filename=name, label=say(f"story.download_{key}"))
        for key, (write, name) in files.items()
    ]
    note = mo.md(download_note(CSV_NAME, tables, language))
    title, end = (mo.md(say(f"story.{name}")) for name in ("download_title", "end"))
    return mo.vstack([title, row(fields.elements.values()), row(buttons), note, end])
