"""What happens behind the page: the tables on show, the job that makes new ones, and their assessment."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from synth_handson.errors import SynthHandsonError, TrainingError
from synth_handson.evidence.assessment import Evidence, Step
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.pipeline.kept_rules import KeptRule
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.pipeline.own_texts import OwnTexts
from synth_handson.pipeline.tables import AnyGenerator, Tables, draw_tables
from synth_handson.synthesis.run import CancelToken, Progress
from synth_handson.synthesis.training import train_generator
from synth_handson.tables import bank
from synth_handson.tables.bank import Dataset, RequestedSource


@dataclass(frozen=True, eq=False)
class Assessed:
    """What is known about some tables: how far their assessment is, its evidence, or its error.

    With ``step``, ``evidence`` and ``error`` all None, it has yet to begin.

    Attributes
    ----------
    synthetic
        The synthetic one of these tables.
    """

    synthetic: pd.DataFrame | None = None
    step: Step | None = None
    evidence: Evidence | None = None
    error: SynthHandsonError | None = None

    def about(self, tables: Tables) -> Assessed:
        """Return it if it is about these tables; what is known about others says nothing."""
        return self if self.synthetic is tables.synthetic else Assessed(tables.synthetic)


RETRY_SECONDS = 600
"""Seconds after a failed download in which UCI is not tried again."""

_loading = threading.Lock()
_loaded: dict[str, tuple[float, Dataset]] = {}


def load_bank_marketing(source: RequestedSource = "auto") -> Dataset:
    """Load the table once for all readers of this program, so that only the first of them waits.

    Parameters
    ----------
    source
        See `synth_handson.load_bank_marketing`. If UCI did not answer, it is asked again after
        `RETRY_SECONDS`.

    Returns
    -------
    Dataset
        The same for all; not to be changed.
    """
    with _loading:
        when, dataset = _loaded.get(source, (0.0, None))
        if dataset is None or (dataset.why_not_uci and time.monotonic() - when > RETRY_SECONDS):
            dataset = bank.load_bank_marketing(source)
            _loaded[source] = (time.monotonic(), dataset)
        return dataset


@dataclass(frozen=True)
class JobState:
    """Where the job stands: running with its progress, failed with its error, or neither.

    Attributes
    ----------
    progress
        Of the training, or of the texts.
    error
        Why it failed.
    texts
        Whether it has come to the free text of a reader's own table.
    """

    progress: Progress | None = None
    error: SynthHandsonError | None = None
    texts: bool = False


_Asked = tuple[str | None, float | None, float | None, int, tuple[KeptRule, ...], str | None]
"""Engine, epsilon, epochs, seed, rules and the column that identifies people."""


class Job:
    """Makes new tables for one reader, one at a time, in whatever thread calls :meth:`run`.

    Parameters
    ----------
    show
        Called with a :class:`JobState` whenever it changes.
    deliver
        Called with the new :class:`Tables`.
    """

    def __init__(self, show: Callable[[JobState], None], deliver: Callable[[Tables], None]) -> None:
        self._show = show
        self._deliver = deliver
        self._running = threading.Lock()
        self._owner = threading.current_thread()
        self._cancel = CancelToken()
        self._generator: AnyGenerator | None = None
        self._train_table: pd.DataFrame | None = None
        self._options: _Asked | None = None
        self._texts: OwnTexts | None = None
        self._texts_of: pd.DataFrame | None = None

    def run(
        self,
        train: pd.DataFrame,
        holdout: pd.DataFrame,
        *,
        rows: int,
        target: str | None,
        max_epochs: float | None,
        random_state: int,
        engine: str | None = None,
        epsilon: float | None = None,
        rules: tuple[KeptRule, ...] = (),
        person: str | None = None,
        placeholder: bool = False,
        keep: bool = True,
        learn: Callable[..., AnyGenerator] = train_generator,
        own: OwnTable | None = None,
        write: Callable[..., OwnTexts] = OwnTexts.learn,
    ) -> None:
        """Train, draw and deliver; a second call while one runs does nothing.

        A training whose creator's thread has ended (the reader closed the page) is cancelled. With
        ``placeholder``, a Gaussian copula's table (of people, the trees') comes first, and stays if the
        training comes to nothing. With ``keep``, the generator stays in the store of this machine.
        ``learn`` trains. Of the reader's ``own`` table, ``write`` learns the texts after that.
        """
        if not self._running.acquire(blocking=False):
            return
        self._cancel = CancelToken(owner=self._owner)
        state = JobState()
        asked = (engine, epsilon, max_epochs, random_state, rules, person)
        learn = own.learning(learn) if own else learn
        first: Tables | None = None
        try:
            self._show(JobState(Progress("starting")))
            if placeholder and not self._has_trained(train, asked):
                first = self._first_table(train, holdout, rows, asked, target, keep, learn, own)
                self._deliver(replace(first, origin="placeholder"))
            generator = self._train(train, asked, target, keep, learn)
            texts = self._learn_texts(own, train, random_state, write) if own else None
            self._show(JobState(Progress("sampling" if generator.model.ready else "starting")))
            drawn = draw_tables(
                generator, train, holdout, rows=rows, random_state=random_state, target=target, texts=texts
            )
            self._deliver(drawn)
        except SynthHandsonError as error:
            state = JobState(error=error)
            if first is not None and self._owner.is_alive():
                self._deliver(first)
        except Exception as error:
            state = JobState(error=unexpected(error))
        finally:
            if self._owner.is_alive():
                self._show(state)
            self._running.release()

    def cancel(self, *, keep: bool) -> None:
        """Stop the training; ``keep`` the best model so far, if there is one, and draw from it."""
        self._cancel.cancel(keep=keep)

    def _has_trained(self, train: pd.DataFrame, options: _Asked) -> bool:
        return self._train_table is train and self._options == options

    def _first_table(
        self,
        train: pd.DataFrame,
        holdout: pd.DataFrame,
        rows: int,
        options: _Asked,
        target: str | None,
        keep: bool,
        learn: Callable[..., AnyGenerator],
        own: OwnTable | None,
    ) -> Tables:
        *_, random_state, rules, person = options
        quick = learn(
            train, target=target, rules=rules, person=person, engine="trees" if person else "copula",
            random_state=random_state, cancel=self._cancel, keep=keep,
        )  # fmt: skip
        return draw_tables(
            quick, train, holdout, rows=rows, random_state=random_state, target=target,
            texts=OwnTexts(own) if own else None,
        )  # fmt: skip

    def _learn_texts(
        self, own: OwnTable, train: pd.DataFrame, random_state: int, write: Callable[..., OwnTexts]
    ) -> OwnTexts:
        if self._texts is None or self._texts_of is not train:
            # Who kept the generator so far wants its texts as well.
            self._cancel = CancelToken(owner=self._owner)
            self._texts = write(
                own, train, random_state=random_state, on_progress=self._follow_texts, cancel=self._cancel
            )
            self._texts_of = train
        return self._texts

    def _follow_texts(self, progress: Progress) -> None:
        # Rows that are drawn later need no word here.
        if self._running.locked():
            self._show(JobState(progress, texts=True))

    def _train(
        self,
        train: pd.DataFrame,
        options: _Asked,
        target: str | None,
        keep: bool,
        learn: Callable[..., AnyGenerator],
    ) -> AnyGenerator:
        engine, epsilon, max_epochs, random_state, rules, person = options
        if self._generator is None or not self._has_trained(train, options):
            generator = learn(
                train,
                target=target,
                rules=rules,
                person=person,
                engine=engine,
                epsilon=epsilon,
                max_epochs=max_epochs,
                random_state=random_state,
                on_progress=lambda progress: self._show(JobState(progress)),
                cancel=self._cancel,
                keep=keep,
            )
            if generator.training.stopped_by == "cancelled":
                return generator
            self._generator, self._train_table, self._options = generator, train, options
        return self._generator


Assess = Callable[..., Evidence]
"""The type of `synth_handson.assess` as the page calls it."""


class Assessor:
    """Assesses one reader's tables, in whatever thread calls :meth:`run`; newer tables supersede older ones.

    In one process, one runs at a time, as each takes all cores; the bundled tables come with their evidence.

    Parameters
    ----------
    show
        Called with an :class:`Assessed` whenever it changes.

    Attributes
    ----------
    newest
        What was asked for last: a synthetic table, and what it is compared to.
    """

    _turn = threading.Lock()

    def __init__(self, show: Callable[[Assessed], None]) -> None:
        self._show = show
        self._owner = threading.current_thread()
        self.newest: _ToAssess | None = None

    def is_asked(self, synthetic: pd.DataFrame) -> bool:
        """Tell whether the newest table asked for is this one."""
        return self.newest is not None and self.newest.synthetic is synthetic

    def run(self, assess: Assess, synthetic: pd.DataFrame, **options: Any) -> None:
        """Assess, and show the evidence or an error; superseded, or without a reader, it ends quietly.

        Parameters
        ----------
        assess
            `synth_handson.assess`.
        synthetic, **options
            What it is given.
        """
        asked = self.newest = _ToAssess(assess, synthetic, options)
        try:
            result = Assessed(synthetic, evidence=self._evidence(asked))
        except _SupersededError:
            return
        except SynthHandsonError as error:
            result = Assessed(synthetic, error=error)
        except Exception as error:
            result = Assessed(synthetic, error=unexpected(error))
        if self._wanted(asked):
            self._show(result)

    def _evidence(self, asked: _ToAssess) -> Evidence:
        if asked.is_bundled:
            return bundled_findings().evidence
        with self._turn:
            return asked.assess(asked.synthetic, **asked.options, on_progress=partial(self._follow, asked))

    def _follow(self, asked: _ToAssess, step: Step) -> None:
        if not self._wanted(asked):
            raise _SupersededError
        self._show(Assessed(asked.synthetic, step=step))

    def _wanted(self, asked: _ToAssess) -> bool:
        return asked is self.newest and self._owner.is_alive()


@dataclass(frozen=True, eq=False)
class _ToAssess:
    assess: Assess
    synthetic: pd.DataFrame
    options: Mapping[str, Any]

    @property
    def is_bundled(self) -> bool:
        """Whether the bundled tables are asked for, and nothing beyond what was measured of them."""
        bundled = bundled_tables()
        known = {"train": bundled.train, "holdout": bundled.holdout, "target": bundled.target}
        others = [value for name, value in self.options.items() if name not in known]
        same = all(self.options.get(name) is value for name, value in known.items())
        return self.synthetic is bundled.synthetic and same and not any(others)


class _SupersededError(Exception):
    """Ends an assessment that nobody waits for any more."""


def unexpected(error: Exception) -> TrainingError:
    """Log an exception that nobody foresaw, and return what a reader is told; called where it is handled."""
    logging.getLogger(__name__).exception("a job of the page failed unexpectedly")
    return TrainingError("unexpected", reason=f"{type(error).__name__}: {error}")
