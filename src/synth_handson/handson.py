"""What happens behind the hands-on: the tables on show, the job that makes new ones, and their assessment."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

import pandas as pd

from synth_handson.errors import SynthHandsonError, TrainingError
from synth_handson.evidence.assessment import Evidence, Step, assess
from synth_handson.evidence.dose import (
    DOSES,
    OVERFIT_EPOCHS,
    Dose,
    Leak,
    dose_response,
    prepare_doses,
    repeat_people,
    take_overfit,
)
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.synthesis.generator import Generator, Training
from synth_handson.synthesis.mostly.local import LocalModel
from synth_handson.synthesis.mostly.worker import POOL
from synth_handson.synthesis.pretrained import load_bundled_synthetic, load_pretrained_generator
from synth_handson.synthesis.run import CancelToken, Progress
from synth_handson.synthesis.training import train_generator
from synth_handson.tables.bank import load_bank_marketing
from synth_handson.tables.split import split_holdout

Origin = Literal["bundled", "trained", "store"]

TARGET = "y"
"""The column that the vendor of the story is to predict."""


@dataclass(frozen=True, eq=False)
class Tables:
    """A synthetic table with what it must be compared to.

    Attributes
    ----------
    train
        The rows its generator was trained on.
    holdout
        Real rows that the generator has never seen.
    synthetic
        The rows drawn from it.
    origin
        "bundled" with the project, "trained" just now, or from a generator found in the "store".
    training
        How the generator was made.
    """

    train: pd.DataFrame
    holdout: pd.DataFrame
    synthetic: pd.DataFrame
    origin: Origin
    training: Training


@dataclass(frozen=True, eq=False)
class Assessed:
    """What is known about some tables: how far their assessment is, its evidence, or its error.

    With ``step``, ``evidence`` and ``error`` all None, it has yet to begin.
    """

    tables: Tables | None = None
    step: Step | None = None
    evidence: Evidence | None = None
    error: SynthHandsonError | None = None

    def about(self, tables: Tables) -> "Assessed":
        """Return it if it is about these tables; what is known about others says nothing."""
        return self if self.tables is tables else Assessed(tables)


@dataclass(frozen=True)
class JobState:
    """Where the job stands: running with its progress, failed with its error, or neither."""

    progress: Progress | None = None
    error: SynthHandsonError | None = None

    @property
    def running(self) -> bool:
        """Whether a generator is being trained or rows are being drawn."""
        return self.progress is not None


@cache
def bundled_tables() -> Tables:
    """Return the synthetic table that ships with the project, with its own training rows and holdout.

    Every reader gets the same, so that what was found out about them is known to all.
    """
    train, holdout = split_holdout(load_bank_marketing("bundled").frame)
    training = load_pretrained_generator().training
    return Tables(train, holdout, load_bundled_synthetic(), "bundled", training)


def draw_tables(
    generator: Generator, train: pd.DataFrame, holdout: pd.DataFrame, *, rows: int, random_state: int
) -> Tables:
    """Draw ``rows`` from a generator, and put them beside the tables they are compared to."""
    synthetic = generator.sample(rows, random_state=random_state)
    origin: Origin = "store" if generator.from_store else "trained"
    return Tables(train, holdout, synthetic, origin, generator.training)


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
        self._generator: Generator | None = None
        self._train_table: pd.DataFrame | None = None
        self._options: tuple[float, int] | None = None

    def run(
        self, train: pd.DataFrame, holdout: pd.DataFrame, *, rows: int, max_epochs: float, random_state: int
    ) -> None:
        """Train, draw and deliver; a second call while one runs does nothing.

        A training whose creator's thread has ended (the reader closed the page) is cancelled.
        """
        if not self._running.acquire(blocking=False):
            return
        self._cancel = CancelToken(owner=self._owner)
        state = JobState()
        try:
            self._show(JobState(Progress("starting")))
            generator = self._train(train, max_epochs, random_state)
            imported = POOL.ready or not isinstance(generator.model, LocalModel)
            self._show(JobState(Progress("sampling" if imported else "starting")))
            self._deliver(draw_tables(generator, train, holdout, rows=rows, random_state=random_state))
        except SynthHandsonError as error:
            state = JobState(error=error)
        except Exception as error:
            logging.getLogger(__name__).exception("generation failed unexpectedly")
            state = JobState(error=_unexpected(error))
        finally:
            if self._owner.is_alive():
                self._show(state)
            self._running.release()

    def cancel(self, *, keep: bool) -> None:
        """Stop the training; ``keep`` the best model so far, if there is one, and draw from it."""
        self._cancel.cancel(keep=keep)

    def _train(self, train: pd.DataFrame, max_epochs: float, random_state: int) -> Generator:
        options = (max_epochs, random_state)
        if self._generator is None or self._train_table is not train or self._options != options:
            generator = train_generator(
                train,
                max_epochs=max_epochs,
                random_state=random_state,
                on_progress=lambda progress: self._show(JobState(progress)),
                cancel=self._cancel,
            )
            if generator.training.stopped_by == "cancelled":
                return generator
            self._generator, self._train_table, self._options = generator, train, options
        return self._generator


@lru_cache(maxsize=8)
def respond(tables: Tables, leak: Leak) -> tuple[AssessedTables, tuple[Dose, ...]]:
    """Prepare tables for making leaks, and take several doses of one."""
    prepared = prepare_doses(tables.synthetic, tables.train, tables.holdout)
    return prepared, dose_response(prepared, leak)


class Overfitting:
    """Makes a generator memorise people, as a lesson: it trains on a few of them, listed again and again.

    Parameters
    ----------
    show
        Called with a :class:`JobState` whenever it changes.
    deliver
        Called with a dose for people listed once, and one for people listed often.
    max_epochs
        Passes over the list at most.
    """

    def __init__(
        self,
        show: Callable[[JobState], None],
        deliver: Callable[[tuple[Dose, ...]], None],
        max_epochs: int = OVERFIT_EPOCHS,
    ) -> None:
        self._max_epochs = max_epochs
        self._doses: list[Dose] = []
        self._deliver = deliver
        self._job = Job(show, self._measure)
        self.cancel = self._job.cancel

    def run(self, train: pd.DataFrame, holdout: pd.DataFrame) -> None:
        """Train and draw for each dose, and measure against the people trained on."""
        self._doses = []
        for times in DOSES["overfit"]:
            repeated = repeat_people(train, int(times))
            self._job.run(repeated, holdout, rows=1_000, max_epochs=self._max_epochs, random_state=0)
            if not self._doses or self._doses[-1].dose != times:
                return
        self._deliver(tuple(self._doses))

    def _measure(self, tables: Tables) -> None:
        self._doses.append(take_overfit(tables.train, tables.holdout, tables.synthetic))


class Assessor:
    """Assesses one reader's tables, in whatever thread calls :meth:`run`; newer tables supersede older ones.

    In one process, one assessment runs at a time, as each takes all cores, and the bundled tables are
    assessed once for all readers.

    Parameters
    ----------
    show
        Called with an :class:`Assessed` whenever it changes.

    Attributes
    ----------
    newest
        The tables last asked for.
    """

    _turn = threading.Lock()
    _bundled: Evidence | None = None

    def __init__(self, show: Callable[[Assessed], None]) -> None:
        self._show = show
        self._owner = threading.current_thread()
        self.newest: Tables | None = None

    def run(self, tables: Tables) -> None:
        """Assess, and show the evidence or an error; superseded, or without a reader, it ends quietly."""
        self.newest = tables
        try:
            result = Assessed(tables, evidence=self._evidence(tables))
        except _SupersededError:
            return
        except SynthHandsonError as error:
            result = Assessed(tables, error=error)
        except Exception as error:
            logging.getLogger(__name__).exception("assessment failed unexpectedly")
            result = Assessed(tables, error=_unexpected(error))
        if self._wanted(tables):
            self._show(result)

    def _evidence(self, tables: Tables) -> Evidence:
        if tables.origin != "bundled":
            with self._turn:
                return self._assess(tables)
        if Assessor._bundled is None:
            with self._turn:
                Assessor._bundled = Assessor._bundled or self._assess(tables)
        return Assessor._bundled

    def _assess(self, tables: Tables) -> Evidence:
        def follow(step: Step) -> None:
            if not self._wanted(tables):
                raise _SupersededError
            self._show(Assessed(tables, step=step))

        return assess_tables(tables, follow)

    def _wanted(self, tables: Tables) -> bool:
        return tables is self.newest and self._owner.is_alive()


class _SupersededError(Exception):
    """Ends an assessment that nobody waits for any more."""


def assess_tables(
    tables: Tables, on_progress: Callable[[Step], None] | None = None, random_state: int = 0
) -> Evidence:
    """Assess the tables on show, with the story's target where they have it."""
    return assess(
        tables.synthetic,
        train=tables.train,
        holdout=tables.holdout,
        target=TARGET if TARGET in tables.train.columns else None,
        random_state=random_state,
        on_progress=on_progress,
    )


def _unexpected(error: Exception) -> TrainingError:
    return TrainingError("unexpected", reason=f"{type(error).__name__}: {error}")
