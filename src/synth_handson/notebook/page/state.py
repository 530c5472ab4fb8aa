"""One reader's state: the states the page follows, and the jobs that change them in threads."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import cache, partial
from html import escape
from typing import Any, Literal

import marimo as mo
import pandas as pd

# Imported before the page stands, not while a click waits for it.
import scipy.spatial
import scipy.stats  # noqa: F401

from synth_handson import assess, warm_up
from synth_handson.comparison import EngineComparison, Trial
from synth_handson.errors import ArgumentError, SynthHandsonError
from synth_handson.evidence.controls.leak_simulation import LeakKind
from synth_handson.locales import Language, get_text, has_text
from synth_handson.notebook import script
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.exercises.exercise import Answer, ExerciseContext
from synth_handson.notebook.exercises.score_card import Score, ScoreCard
from synth_handson.notebook.lesson import LeakSeries, LeakSeriesJob, Memorised, Overfitting
from synth_handson.notebook.page.controls import C, Memory
from synth_handson.notebook.page.page_thread import PageThread
from synth_handson.notebook.page.parts import failure
from synth_handson.notebook.session import (
    Assessed,
    Assessor,
    Job,
    JobState,
    load_bank_marketing,
    unexpected,
)
from synth_handson.notebook.upload import Upload
from synth_handson.pipeline.asked_words import Wish
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.pipeline.tables import DrawnGenerator, Tables
from synth_handson.synthesis import registry
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.run import Progress
from synth_handson.tables.files.form import Reading

WITHIN_JAPANESE = re.compile(r"(^ *#.*\n)|(?<=[^\x00-)+-\x7f])\n *(?=[*\[]*[^\x00-\x7f])", re.MULTILINE)
"""End of a line within Japanese text, or a heading, whose end stays."""


class PageState:
    """What one reader works with: the states the page follows, and the jobs that change them in threads.

    ``python app.py`` has no page to keep alive: there, nothing runs in a thread.

    Attributes
    ----------
    script, editor
        Whether ``python app.py`` runs the notebook, and whether its code can be changed.
    options
        What it was told; on a page, the defaults in the language that its address asks for.
    server
        Address of the MOSTLY AI server that trains, if one does.
    memory
        What the controls were set to.
    held
        Controls that no variable of the notebook names.
    states, other_states
        Functions that return the tables on show, how many rows are asked for and the :class:`Wish` that they
        fulfil, the :class:`JobState` of the training, what was :class:`Assessed`, the answers to the
        exercises and their scores; the reader's own table and the :class:`Upload` it came from, if there is
        one, the :class:`LeakSeries`, what was :class:`Memorised`, and how far the newest wish is.
    card
        What came of the answers.
    holdout
        The real rows that no training sees.
    """

    holdout: pd.DataFrame

    def __init__(self) -> None:
        mode = mo.app_meta().mode
        self.script, self.editor = mode == "script", mode == "edit"
        self.server = registry.server_address()
        self.options = script.read_options(sys.argv[1:] if self.script else page_arguments())
        own: OwnTable | None = None
        if self.script:
            script.explain_errors(self.options.language)
            own = script.load_own(self.options)
        else:
            self.options = replace(self.options, language=page_language(), source="auto")
            # The engine's imports take seconds: a worker does them while the reader reads.
            warm_up()
        self.memory = Memory()
        self.held: list[Any] = []
        brought = self._brought(own)
        get_tables, set_tables = mo.state(self._first_tables(brought))
        get_job, set_job = mo.state(JobState())
        get_assessed, set_assessed = mo.state(Assessed())
        get_series, set_series = mo.state(LeakSeries())
        get_memorised, set_memorised = mo.state(Memorised())
        # Its own controls change it, and the cell that shows them shows what became of it.
        get_upload, self._set_upload = mo.state(brought, allow_self_loops=True)
        no_scores: tuple[Score, ...] = ()
        get_scores, self._set_scores = mo.state(no_scores)
        self._get_upload = get_upload
        # Apart from the upload: what is answered about a file must not draw the whole page anew.
        get_own, self._set_own = mo.state(brought.table if brought else None)
        no_answers: dict[str, Answer] = {}
        self.get_answers, self._set_answers = mo.state(no_answers)
        self._get_wanted, self._set_wanted = mo.state((self.options.rows, Wish()))
        self._get_tables = get_tables
        self.states = get_tables, self._get_wanted, get_job, get_assessed, self.get_answers, get_scores
        self._get_asking, self._set_asking = mo.state(JobState())
        self.other_states = get_own, get_upload, get_series, get_memorised, self._get_asking
        self.card = ScoreCard()
        self._planted = LeakSeries()
        self._set_tables = set_tables
        self._trials: dict[str, Trial] = {}
        self._train: pd.DataFrame | None = None
        self._tell = tell = PageThread().tell
        self._job = Job(show=partial(tell, set_job), deliver=partial(tell, self._deliver))
        self._assessor = Assessor(show=partial(tell, set_assessed))
        self._series_job = LeakSeriesJob(show=partial(tell, set_series))

        def memorised(**news: Any) -> None:
            set_memorised(replace(get_memorised(), **news))

        self._overfitting = Overfitting(
            show=lambda state: tell(partial(memorised, job=state)),
            deliver=lambda simulations: tell(partial(memorised, simulations=simulations)),
        )

    def _brought(self, own: OwnTable | None) -> Upload | None:
        """Return the table that the options name, as if it had been uploaded."""
        options = self.options
        if options.data is None:
            return None
        if own is not None:
            return Upload(own.name, b"", table=own)
        try:
            content = options.data.read_bytes()
        except OSError:
            return Upload(options.data.name, b"", error=ArgumentError("file_none", path=options.data))
        asked = Upload(options.data.name, content, Reading(dict(options.types))).read()
        asked = replace(asked, target=options.target)
        return asked.start() if asked.profile else asked

    def _first_tables(self, brought: Upload | None) -> Tables | None:
        """Return the bundled tables, or none yet of the reader's own; a script trains before it shows any."""
        if not self.script:
            return None if brought else _bundled()
        own = brought.table if brought else None
        return script.run_generation(own or load_bank_marketing(self.options.source), self.options)

    @property
    def rows(self) -> int:
        """How many synthetic rows, or people, are asked for."""
        return self._get_wanted()[0]

    @property
    def own(self) -> OwnTable | None:
        """The reader's own table, if the page works with one."""
        upload = self._get_upload()
        return upload.table if upload else None

    def buttons(self, language: Language) -> dict[str, mo.ui.button]:
        """Build the buttons that end a training, and the one that makes a generator memorise."""
        actions: dict[str, tuple[str, Callable[..., None], bool, Literal["danger", "neutral"]]] = {
            "cancel": ("cancel", self._job.cancel, False, "danger"),
            "keep": ("keep", self._job.cancel, True, "neutral"),
            "forget": ("cancel", self._overfitting.cancel, False, "danger"),
        }
        memorise = mo.ui.button(
            kind="warn",
            label=get_text(language, "leak_simulation.overfit_button"),
            on_click=lambda _: self._overfit(),
        )
        return {"memorise": memorise} | {
            name: mo.ui.button(
                on_click=partial(_click, act, keep),
                kind=kind,
                label=get_text(language, f"generate.{label}"),
            )
            for name, (label, act, keep, kind) in actions.items()
        }

    def bring(self, upload: Upload | None) -> None:
        """Work with a table of the reader's own; without one, with Bank Marketing again."""
        was, now = self.own, upload.table if upload else None
        if was is not now:
            self._job.cancel(keep=False)
            self._train = None
            self._trials = {}
            self._set_wanted((self.rows, Wish()))
            self._set_asking(JobState())
            # At no time may tables of one and the columns of another be on show together.
            self._set_tables(None)
            self._set_own(now)
        self._set_upload(upload)
        if was is not now and now is None:
            self._set_tables(_bundled())

    def ask_rows(self, rows: float | None) -> None:
        """Ask for so many synthetic rows."""
        if rows:
            self._set_wanted((int(rows), self._get_wanted()[1]))

    def ask_for(self, wish: Wish) -> None:
        """Ask for rows on demand: those on show stay if they cannot be drawn."""
        if not self._get_asking().progress:
            self._set_asking(JobState(Progress("sampling")))
            self._start(self._try_to_draw, wish)

    def _try_to_draw(self, wish: Wish) -> None:
        tables, error = self._get_tables(), None
        try:
            if tables and isinstance(tables.generator, _OnPage):
                tables.generator.try_to_sample(self.rows, **asdict(wish))
        except SynthHandsonError as told:
            error = told
        except Exception as failed:
            error = unexpected(failed)
        self._tell(self._drawn, wish, tables, error)

    def _drawn(self, wish: Wish, tables: Tables | None, error: SynthHandsonError | None) -> None:
        if error is None and tables is self._get_tables():
            # What another engine drew was asked for something else.
            self._trials = {}
            self._set_wanted((self.rows, wish))
        self._set_asking(JobState(error=error))

    def hold(self, control: C) -> C:
        """Keep a control alive that no variable of the notebook names: marimo itself forgets it."""
        self.held.append(control)
        return control

    def read(self, upload: Upload) -> None:
        """Read a file in a thread; what comes of it counts unless the reader has turned to something else."""
        self.bring(upload)
        self._start(self._read, upload)

    def _read(self, upload: Upload) -> None:
        self._tell(self._has_read, upload, upload.read())

    def _has_read(self, upload: Upload, profile: Upload) -> None:
        if self._get_upload() is upload:
            self.bring(profile)

    def in_background(self, do: Callable[..., Any], table: pd.DataFrame, **options: Any) -> None:
        """Call ``train_generator`` or ``assess`` in a thread, so that the page stays alive.

        What comes of it arrives in the states: the tables, or what was assessed. A cell may run again and ask
        for the same assessment: it is made once.

        Parameters
        ----------
        do
            `synth_handson.train_generator` or `synth_handson.assess`.
        table
            The training table, or the synthetic one.
        **options
            What it is given beside the table.
        """
        if do is not assess:
            self._train_in_background(do, table, **options)
        elif not self._is_placeholder and not self._assessor.is_asked(table):
            self._start(self._assessor.run, do, table, **options)

    def _train_in_background(
        self, learn: Callable[..., Generator], train: pd.DataFrame, **options: Any
    ) -> None:
        own = self.own
        holdout = self.holdout
        if own and options.get("epsilon") is not None:
            # No text is covered by its guarantee.
            train, holdout = (table[own.learned] for table in (train, holdout))
        self._train = train
        asked = {
            # What is learned of a reader's own table is not kept for others.
            "keep": own is None,
            "max_epochs": self.options.epochs,
            "random_state": self.options.seed,
            "rules": own.rules if own else (),
            "person": own.person if own else None,
            "own": own,
            **options,
        }
        is_instant = [name for name, entry in registry.ENGINES.items() if entry.is_instant]
        # Whoever has a table keeps it until there is a new one.
        shown = self._get_tables()
        first = shown is None or shown.origin in ("bundled", "shipped")
        takes_long = options.get("engine") not in is_instant or (own is not None and own.texts)
        asked["placeholder"] = bool(first and takes_long)
        self._start(self._job.run, train, holdout, rows=self.rows, learn=learn, **asked)

    @property
    def _is_placeholder(self) -> bool:
        """Whether a better table than the one on show is on its way."""
        shown = self._get_tables()
        return shown is not None and shown.origin == "placeholder"

    def assessed(self, tables: Tables, newest: Assessed) -> Assessed:
        """Return what is known of these tables; a script waits for it."""
        return script.run_assessment(tables, self.options) if self.script else newest.about(tables)

    def tried(self, tables: Tables, assessed: Assessed) -> EngineComparison:
        """Set the newest table of each engine that was assessed beside each other."""
        if assessed.evidence is not None:
            training = tables.training
            trial = Trial(training.engine, training.random_state, training.seconds, assessed.evidence)
            self._trials = {**self._trials, training.engine: trial}
        return EngineComparison(tuple(self._trials.values()))

    def context(self, tables: Tables, assessed: Assessed, series: LeakSeries) -> ExerciseContext:
        """Put together what the exercises are about."""
        if series.tables is tables and series.leak == "planted" and series.simulations:
            self._planted = series
        simulations = self._planted.about(tables, "planted").simulations
        if tables.origin == "bundled":
            simulations = bundled_findings().series("planted")
        return ExerciseContext(tables.alike, assessed.evidence, simulations)

    def answer(self, name: str, given: Answer) -> None:
        """Note what was answered to an exercise; without anything, forget it."""
        if self.get_answers().get(name, ()) != given:
            self._set_answers({**self.get_answers(), name: given})

    def record(self, name: str, answer: Answer, right: bool | None) -> None:
        """Note an answer to an exercise, and tell the score card if that is news."""
        if self.card.record(name, answer, right):
            self._set_scores(self.card.scores())

    def simulate(self, tables: Tables, leak: LeakKind) -> None:
        """Simulate several sizes of a leak in the background, unless that was the last one asked for."""
        if tables.origin != "placeholder" and self._series_job.newest != (tables, leak):
            # Not from a cell that shows the series: marimo does not run that cell again for its own result.
            self._start(self._series_job.run, tables, leak)

    def _overfit(self) -> None:
        """Make a generator memorise people of the bundled table."""
        self._start(self._overfitting.run, bundled_tables().train, bundled_tables().holdout)

    def _deliver(self, tables: Tables) -> None:
        """Show new tables, unless the reader has turned to another real table by then."""
        if tables.train is self._train:
            own = self.own
            tables = tables.with_real_texts(own.profile.frame) if own else tables
            self._set_tables(_on_page(replace(tables, known=own.known) if own else tables))

    def _start(self, work: Callable[..., None], *arguments: Any, **options: Any) -> None:
        if not self.script:
            mo.Thread(target=work, args=arguments, kwargs=options).start()


@cache
def _bundled() -> Tables:
    """Return one and the same for all readers, who share what is found of it."""
    return _on_page(bundled_tables())


def _on_page(tables: Tables) -> Tables:
    return replace(tables, generator=_OnPage(tables.generator)) if tables.generator else tables


class _OnPage(DrawnGenerator):
    """Draws for a cell of the page: a failure is told there, and what follows from the rows waits."""

    def __init__(self, generator: DrawnGenerator) -> None:
        self._generator = generator

    def try_to_sample(self, n: int, **asked: Any) -> pd.DataFrame:
        """Return the rows; if they cannot be drawn, raise why."""
        return self._generator.sample(n, **asked)

    def sample(self, n: int, **asked: Any) -> pd.DataFrame:
        """Return the rows; if they cannot be drawn, say why and end the cell."""
        try:
            return self._generator.sample(n, **asked)
        except SynthHandsonError as error:
            mo.stop(True, failure(error, page_language()))
            raise


def page_language() -> Language:
    """Return the language that the page's address asks for."""
    return "en" if mo.query_params().get("lang") == "en" else "ja"


def _click(act: Callable[..., None], keep: bool, _: object) -> None:
    act(keep=keep)


def page_arguments() -> Sequence[str]:
    """Return what follows ``--`` after ``marimo run app.py``, as a program's arguments."""
    given = mo.cli_args().to_dict()
    arguments: list[str] = []
    for name, values in given.items():
        for value in values if isinstance(values, list) else [values]:
            arguments += [f"--{name}", str(value)]
    return arguments


def in_language(language: Language, own: OwnTable | None = None) -> Callable[..., mo.Html]:
    """Return what says the story in this language; about a reader's own table, the text for those."""
    return partial(_say, language, own)


def _say(language: Language, own: OwnTable | None, step: str, *, ja: str, en: str) -> mo.Html:
    if own and has_text(language, f"{step}.title_own"):
        return mo.md(get_text(language, f"{step}.title_own", name=escape(own.name)))
    # Markdown makes a space of it.
    return mo.md(WITHIN_JAPANESE.sub(r"\1", ja) if language == "ja" else en)
