"""Behind the hands-on's page: one reader's desk, and how texts, tables and charts are laid out."""

import sys
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache, partial
from html import escape
from importlib.resources import files
from typing import Any, Literal

import altair as alt
import marimo as mo
import pandas as pd

# Imported before the page stands, not while a click waits for it.
import scipy.spatial
import scipy.stats  # noqa: F401

from synth_handson import distance_shares, warm_up
from synth_handson.comparison import EngineComparison, Trial
from synth_handson.errors import SynthHandsonError
from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.closest import ClosestRecords, Comparison, MedianGap
from synth_handson.evidence.dose import DOSES, Dose, Leak
from synth_handson.evidence.fidelity import ColumnFidelity
from synth_handson.evidence.usefulness import Use
from synth_handson.locales import Language, get_text
from synth_handson.metrics.bins import ColumnShares
from synth_handson.notebook import script
from synth_handson.notebook.bundled import bundled_tables
from synth_handson.notebook.downloads import about_tables, download_note, evidence_json
from synth_handson.notebook.lesson import Memorised, Overfitting, Responder, Response
from synth_handson.notebook.session import Assessed, Assessor, Job, JobState
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.pipeline.tables import Tables
from synth_handson.synthesis import registry
from synth_handson.synthesis.engine import EngineOptions
from synth_handson.tables.bank import Dataset
from synth_handson.views import charts, evidence_charts, generate, load, privacy, validate
from synth_handson.views.dose import dose_sentence, dose_table
from synth_handson.views.frontier import frontier_chart

Kind = Literal["neutral", "success", "warn", "danger"]

CSV_NAME = "bank-marketing-SYNTHETIC.csv"
ENGINES: dict[str, EngineOptions] = {
    "MOSTLY AI": {},
    "ガウスコピュラ / Gaussian copula": {"engine": "copula"},
    "逐次決定木 / Sequential trees": {"engine": "trees"},
    "AIM (ε = 3)": {"engine": "aim", "epsilon": 3.0},
    "CTGAN": {"engine": "ctgan"},
    "自動 / Automatic": {"engine": "auto"},
}
"""What can train, by what the reader chooses; the first one on a server where there is one."""
CALLOUTS: dict[str, Kind] = {
    "pass": "success",
    "review": "warn",
    "fail": "danger",
}

USES: dict[Use, Kind] = {
    "useful": "success",
    "limited": "warn",
    "not useful": "danger",
    "cannot tell": "neutral",
}

# SVG marks carry labels that screen readers can read.
alt.renderers.set_embed_options(renderer="svg", actions=False)


class Desk:
    """What one reader works with: the states the page follows, and the jobs that change them in threads.

    ``python app.py`` has no page to keep alive: there, nothing runs in a thread.

    Attributes
    ----------
    script
        Whether ``python app.py`` runs the notebook.
    options
        What that was told; on a page, the defaults in the language that its address asks for.
    server
        Address of the MOSTLY AI server that trains, if one does.
    own
        A table of the reader's own, if the options name one.
    states
        Functions that return the tables on show, the :class:`JobState` of their training, what was
        :class:`Assessed` of them, the :class:`Response` to a leak, and what was :class:`Memorised`.
    """

    def __init__(self) -> None:
        self.script = mo.app_meta().mode == "script"
        self.own: OwnTable | None = None
        self.server = registry.server_address()
        if self.script:
            self.options = script.read_options(sys.argv[1:])
            script.explain_errors(self.options.language)
            self.own = script.load_own(self.options)
        else:
            english = mo.query_params().get("lang") == "en"
            self.options = script.Options(language="en" if english else "ja")
            # The engine's imports take seconds: a worker does them while the reader reads.
            warm_up()
        get_tables, set_tables = mo.state(bundled_tables())
        get_job, set_job = mo.state(JobState())
        get_assessed, set_assessed = mo.state(Assessed())
        get_response, set_response = mo.state(Response())
        get_memorised, set_memorised = mo.state(Memorised())
        self.states = (get_tables, get_job, get_assessed, get_response, get_memorised)
        self._trials: dict[str, Trial] = {}
        self._job = Job(show=set_job, deliver=set_tables)
        self._assessor = Assessor(show=set_assessed)
        self._responder = Responder(show=set_response)
        self._overfitting = Overfitting(
            show=lambda state: set_memorised(replace(get_memorised(), job=state)),
            deliver=lambda doses: set_memorised(replace(get_memorised(), doses=doses)),
        )
        self.cancel = button("中止 / Cancel", lambda _: self._job.cancel(keep=False), "danger")
        self.keep = button("ここまでで使う / Use what there is", lambda _: self._job.cancel(keep=True))
        self.forget = button("中止 / Cancel", lambda _: self._overfitting.cancel(keep=False), "danger")

    def generate(self, train: pd.DataFrame, holdout: pd.DataFrame, rows: int, engine: EngineOptions) -> None:
        """Train and draw; the page stays alive, and the cancel button works."""
        asked = {"max_epochs": self.options.epochs, "random_state": self.options.seed, **engine}
        at_once = [name for name, entry in registry.ENGINES.items() if entry.at_once]
        # Whoever has a table keeps it until there is a new one.
        first = self.states[0]().origin == "bundled"
        asked["meanwhile"] = first and engine.get("engine") not in at_once
        self._start(self._job.run, train, holdout, rows=rows, **asked)

    def tried(self, assessed: Assessed) -> EngineComparison:
        """Set the newest table of each engine that was assessed beside each other."""
        if assessed.tables is not None and assessed.evidence is not None:
            training = assessed.tables.training
            trial = Trial(training.engine, training.random_state, training.seconds, assessed.evidence)
            self._trials = {**self._trials, training.engine: trial}
        return EngineComparison(tuple(self._trials.values()))

    def assess(self, tables: Tables) -> None:
        """Assess the tables on show, unless others are on their way; newer ones supersede them."""
        if tables.origin != "meanwhile":
            self._start(self._assessor.run, tables)

    def respond(self, tables: Tables, leak: Leak) -> None:
        """Take several doses of a leak."""
        if tables.origin != "meanwhile":
            self._start(self._responder.run, tables, leak)

    def overfit(self, train: pd.DataFrame, holdout: pd.DataFrame) -> None:
        """Make a generator memorise people."""
        self._start(self._overfitting.run, train, holdout)

    def _start(self, work: Callable[..., None], *arguments: Any, **options: Any) -> None:
        if not self.script:
            mo.Thread(target=work, args=arguments, kwargs=options).start()


def in_language(language: Language) -> Callable[..., str]:
    """Return what looks up a text in this language."""
    return partial(get_text, language)


def language_switch(language: Language) -> mo.ui.radio:
    """Choose the language, and have the page's address remember it."""
    languages = {"日本語": "ja", "English": "en"}
    shown = next(name for name, code in languages.items() if code == language)
    return mo.ui.radio(
        languages, value=shown, inline=True, on_change=lambda chosen: mo.query_params().set("lang", chosen)
    )


def head(switch: mo.ui.radio, server: str | None, language: Language) -> mo.Html:
    """Say what the story is, and where everything runs."""
    title, intro = (mo.md(get_text(language, f"story.{name}")) for name in ("title", "intro"))
    settings = mo.callout(mo.md(generate.settings_note(server, language)))
    chosen = mo.Html(f'<div data-sh-language="{language}">{_named(switch, "言語 / Language")}</div>')
    return mo.vstack([title, chosen, intro, settings, mo.Html(f'<script src="{_page_script()}"></script>')])


@cache
def _page_script() -> str:
    code = (files(__package__) / "page.js").read_bytes()
    return f"data:text/javascript;base64,{b64encode(code).decode()}"


def _named(control: Any, name: str) -> mo.Html:
    """Give a control that marimo leaves without a name one for screen readers."""
    return mo.Html(f'<div role="group" aria-label="{escape(name)}">{mo.as_html(control)}</div>')


def split_note(
    dataset: Dataset | OwnTable, train: pd.DataFrame, holdout: pd.DataFrame, language: Language
) -> str:
    """Tell where the real table came from, and how it was split."""
    split = get_text(language, "load.holdout", train=len(train), holdout=len(holdout))
    return f"{load.source_note(dataset, language)}\n\n{split}"


def table(frame: pd.DataFrame) -> mo.ui.table:
    """Show a table, five rows at a time."""
    return mo.ui.table(frame, page_size=5, selection=None, show_download=False)


def job(state: JobState, desk: Desk, language: Language) -> mo.Html:
    """Show how far a training is, with buttons to end it, or why it failed."""
    progress = state.progress
    if progress is None:
        return _live(failure(state.error, language) if state.error else "")
    shown = [_live(generate.progress_view(progress, language))]
    if turn := generate.turn_note(progress, language):
        shown.append(small(turn))
    # Before the first epoch there is nothing to use, and a server keeps nothing of a cancelled training.
    worth_keeping = progress.phase == "training" and progress.epoch >= 1 and not desk.server
    return mo.vstack([*shown, row([desk.cancel, desk.keep] if worth_keeping else [desk.cancel])])


def _live(shown: object) -> mo.Html:
    """Have screen readers say what changes here: it must stand on the page before it does."""
    return mo.Html(f'<div role="status" aria-atomic="false">{shown}</div>')


def failure(error: SynthHandsonError, language: Language) -> mo.Html:
    """Say what went wrong and what to do."""
    return mo.callout(mo.md(generate.error_note(error, language)), kind="warn")


def button(label: str, on_click: Callable[[Any], Any], kind: Kind = "neutral") -> mo.ui.button:
    """Make a button that does something at once."""
    return mo.ui.button(on_click=on_click, kind=kind, label=label)


def counting_button(label: str) -> mo.ui.button:
    """Make a button whose value is how often it was clicked."""
    return mo.ui.button(value=0, on_click=lambda clicks: clicks + 1, label=label)


def small(text: str) -> mo.Html:
    """Set a text in small print."""
    return mo.Html(f'<div class="sh-small">{mo.md(text).text}</div>')


def engine_note(chosen: EngineOptions, language: Language) -> mo.Html:
    """Say in small print what the chosen engine does, and what is to be known before it runs."""
    return small(get_text(language, f"generate.choice_{chosen.get('engine', 'mostly')}"))


def row(elements: Iterable[Any]) -> mo.Html:
    """Put controls side by side, as far as there is room."""
    return mo.hstack(list(elements), justify="start", align="center", gap=2, wrap=True)


def origin(tables: Tables, language: Language) -> mo.Html:
    """Say where the synthetic table came from."""
    kind: Kind = "success" if tables.origin in ("trained", "store") else "warn"
    return mo.callout(mo.md(generate.origin_note(tables, language)), kind=kind)


def protected(tables: Tables, language: Language) -> mo.Html:
    """Say which values were too rare to be shown."""
    return mo.md(generate.protected_note(tables.synthetic, language) or "")


def _chart(draw: Callable[..., Any], measured: Any, language: Language, *about: Any) -> mo.Html:
    """Draw what was measured; readers of the same tables share a chart, as drawing takes long."""
    return mo.Html(_drawn(draw, measured, language, *about))


@lru_cache(maxsize=64)
def _drawn(draw: Callable[..., Any], measured: Any, language: Language, *about: Any) -> str:
    return mo.as_html(draw(measured, language, *about)).text


def column_selector(frame: pd.DataFrame) -> mo.ui.dropdown:
    """Choose a column."""
    first = "age" if "age" in frame else str(frame.columns[0])
    return mo.ui.dropdown(list(frame.columns), value=first, label="列 / Column", allow_select_none=False)


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
            _chart(charts.distribution_chart, shares, language, names),
            mo.hstack(stats, justify="start", wrap=True),
            mo.md(validate.fidelity_note(measured, language, names)),
        ]
    )


def _of_evidence(
    assessed: Assessed, language: Language, show: Callable[[Evidence, Language], mo.Html]
) -> mo.Html:
    """Show something of the evidence; until it is there, or without any, say so."""
    if assessed.evidence:
        return show(assessed.evidence, language)
    return small(get_text(language, f"validate.assessment_{'failed' if assessed.error else 'below'}"))


def measures(assessed: Assessed, language: Language) -> mo.Html:
    """Show the five measures that matter most, and all of them folded away; until then, how far it is."""
    if assessed.error:
        return _live(failure(assessed.error, language))
    if not assessed.evidence:
        return _live(validate.step_view(assessed.step, language))
    lead = mo.Html(validate.lead_table(assessed.evidence, language))
    table = validate.measure_table(assessed.evidence, language)
    everything = mo.vstack([small(get_text(language, "validate.rest_note")), _measures(table)])
    return mo.vstack(
        [lead, mo.accordion({get_text(language, "validate.lead_rest", count=len(table)): everything})]
    )


def _measures(table: pd.DataFrame) -> mo.ui.table:
    return mo.ui.table(
        table, page_size=10, selection=None, show_download=False, show_data_types=False,
        show_column_summaries=False, wrapped_columns=list(table.columns[:2]),
    )  # fmt: skip


def pairs(assessed: Assessed, language: Language) -> mo.Html:
    """Show how well pairs of columns are kept."""
    return _of_evidence(
        assessed, language, lambda found, _: _chart(evidence_charts.pair_chart, found.fidelity, language)
    )


def joint(assessed: Assessed, language: Language) -> mo.Html:
    """Say how well all columns together are kept."""
    return _of_evidence(assessed, language, lambda found, _: mo.md(validate.joint_notes(found, language)))


def utility(assessed: Assessed, language: Language) -> mo.Html:
    """Say what models trained on the synthetic table can do."""
    return _of_evidence(assessed, language, _utility)


def _utility(evidence: Evidence, language: Language) -> mo.Html:
    said = mo.md(validate.utility_note(evidence, language))
    if not evidence.utility:
        return said
    chart = _chart(evidence_charts.utility_chart, evidence.utility, language)
    return mo.vstack([said, mo.md(get_text(language, "validate.utility_picture")), chart])


def person(button: Any, comparison: Comparison, language: Language) -> mo.Html:
    """Set a synthetic customer beside the closest real one."""
    sentence = mo.md(privacy.closest_sentence(comparison, language))
    return mo.vstack(
        [
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
            _chart(charts.distance_chart, shares, language),
            mo.md(privacy.distance_note(synthetic, holdout, gap, language)),
            mo.md(privacy.identical_note(synthetic, holdout, language)),
        ]
    )


def verdict(assessed: Assessed, language: Language) -> mo.Html:
    """Give the verdict on privacy beside the use, what follows, and what it does not prove."""
    return _of_evidence(assessed, language, _verdict)


def _verdict(evidence: Evidence, language: Language) -> mo.Html:
    sides = (
        (privacy.verdict_note(evidence, language), CALLOUTS[evidence.verdict]),
        (privacy.use_note(evidence, language), USES[evidence.usefulness.outcome]),
    )
    callouts = "".join(mo.callout(mo.md(said), kind=kind).text for said, kind in sides)
    return mo.vstack(
        [
            mo.Html(f'<div class="sh-sides">{callouts}</div>'),
            mo.md(privacy.decision_note(evidence, language)),
            mo.md(privacy.unproven_note(evidence, language)),
            small(privacy.grade_note(evidence, language)),
        ]
    )


def frontier(tried: EngineComparison, language: Language) -> mo.Html:
    """Draw the tables made so far, use against privacy risk."""
    if not any(trial.kept for trial in tried.trials):
        return mo.Html("")
    said = mo.md(get_text(language, "frontier.so_far"))
    return mo.vstack([said, _chart(frontier_chart, tried, language)])


def membership(assessed: Assessed, language: Language) -> mo.Html:
    """Show the measures of membership."""
    return _of_evidence(assessed, language, lambda found, _: mo.Html(privacy.privacy_table(found, language)))


def risks(assessed: Assessed, language: Language) -> mo.Html:
    """Show the three risks."""
    return _of_evidence(assessed, language, _risks)


def _risks(evidence: Evidence, language: Language) -> mo.Html:
    secrets = mo.Html(privacy.secrets_table(evidence, language))
    others = mo.accordion({get_text(language, "privacy.others_title"): secrets})
    return mo.vstack([mo.Html(privacy.risk_table(evidence, language)), others])


def leaks() -> tuple[mo.ui.radio, mo.ui.dictionary]:
    """Choose how to break it, and by how much; bilingual, as another language must not reset them."""
    leaks = {
        "実在の顧客を紛れ込ませる / Plant real customers": "planted",
        "カテゴリを 1 つ変えて紛れ込ませる / Plant them with one category changed": "disguised",
        "学習データ＋ノイズ / Training table with noise": "jittered",
    }
    # A slider of steps would tell a screen reader the number of its step.
    weakest, *_, strongest = (round(100 * dose) for dose in DOSES["jittered"])
    sliders = {
        "planted": mo.ui.slider(0, 20, show_value=True, full_width=True, label="割合 / Share (%)"),
        "disguised": mo.ui.slider(
            0, 100, value=20, show_value=True, full_width=True, label="割合 / Share (%)"
        ),
        "jittered": mo.ui.slider(
            weakest, strongest, value=30, show_value=True, full_width=True, label="強さ / Strength (%)"
        ),
    }
    return mo.ui.radio(leaks, value=next(iter(leaks))), mo.ui.dictionary(sliders)


def leak_controls(selector: Any, sliders: mo.ui.dictionary) -> mo.Html:
    """Ask the reader to make a leak."""
    return mo.vstack([_named(selector, "漏えい / Leak"), sliders[selector.value]])


def dose(dose: Dose, language: Language) -> mo.Html:
    """Show what notices a leak made on purpose."""
    return mo.vstack([dose_callout(dose, language), mo.Html(dose_table(dose, language))])


def dose_callout(dose: Dose, language: Language) -> mo.Html:
    """Say what notices a leak, in red if anything does."""
    said = mo.md(dose_sentence(dose, language))
    return mo.callout(said, kind="danger" if dose.noticed else "neutral")


def response(response: Response, language: Language) -> mo.Html:
    """Show what notices other doses of a leak."""
    if not response.doses:
        return _live(small(get_text(language, "dose.waiting")))
    chart = _chart(evidence_charts.dose_chart, response.doses, language)
    return mo.vstack([chart, small(get_text(language, "dose.note"))])


def overfit(start: Any, forget: Any, memorised: Memorised, language: Language) -> mo.Html:
    """Ask the reader to make a generator memorise people, and show what notices it."""
    state, doses = memorised.job, memorised.doses
    shown = [start]
    if state.progress:
        shown += [_live(generate.progress_view(state.progress, language)), forget]
    else:
        shown += [_live(failure(state.error, language) if state.error else "")]
    if doses:
        shown += [dose_callout(dose, language) for dose in doses]
        shown += [mo.Html(dose_table(doses[-1], language))]
        shown += [_chart(evidence_charts.dose_chart, doses, language)]
    return mo.vstack(shown)


def about_fields() -> mo.ui.dictionary:
    """Ask what no number can tell, for the report."""
    labels = {
        "recipient": "提供先 / Recipient",
        "purpose": "目的 / Purpose",
        "prepared_by": "作成者 / Prepared by",
    }
    return mo.ui.dictionary({name: mo.ui.text(label=label) for name, label in labels.items()})


def downloads(tables: Tables, assessed: Assessed, fields: mo.ui.dictionary, language: Language) -> mo.Html:
    """Offer the synthetic table, the report and the evidence."""
    say, evidence = partial(get_text, language), assessed.evidence
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
    return mo.vstack([row(fields.elements.values()), row(buttons), note])
