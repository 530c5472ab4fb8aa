"""What happens behind the hands-on's button: the tables on show, and the job that makes new ones."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from synth_handson.data import load_bank_marketing, split_holdout
from synth_handson.errors import SynthHandsonError, TrainingError
from synth_handson.generation import Generator, LocalModel, Progress, Training, train_generator
from synth_handson.pretrained import load_bundled_synthetic, load_pretrained_generator
from synth_handson.worker import POOL, CancelToken

Origin = Literal["bundled", "trained", "store"]


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


@dataclass(frozen=True)
class JobState:
    """Where the job stands: running with its progress, failed with its error, or neither."""

    progress: Progress | None = None
    error: SynthHandsonError | None = None

    @property
    def running(self) -> bool:
        """Whether a generator is being trained or rows are being drawn."""
        return self.progress is not None


def bundled_tables() -> Tables:
    """Return the synthetic table that ships with the project, with its own training rows and holdout."""
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
            state = JobState(error=TrainingError("unexpected", reason=f"{type(error).__name__}: {error}"))
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
