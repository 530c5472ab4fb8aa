"""One training under way: how far it is, and how it is cancelled."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypedDict

import pandas as pd

from synth_handson.synthesis.generator import Generator, Model, StopReason, Training
from synth_handson.synthesis.schema import Schema

Phase = Literal["waiting", "starting", "preparing", "training", "sampling", "done"]


@dataclass(frozen=True)
class Progress:
    """Where a training stands.

    Attributes
    ----------
    phase
        "waiting" for another training, "starting" the worker, "preparing" the table, "training", "sampling"
        rows, or "done".
    ahead
        Trainings ahead in the queue, while waiting.
    epoch
        Epochs completed; one epoch is one pass over the training table.
    val_loss
        Validation loss after that epoch, in nats per row; lower is better. None before the first.
    elapsed
        Seconds since the training was asked for.
    remaining
        Estimate of the seconds left, at most: early stopping may end sooner. None before the first epoch.
    fraction
        Share of the budget of epochs or minutes that is used, 0 to 1.
    """

    phase: Phase
    ahead: int = 0
    epoch: float = 0.0
    val_loss: float | None = None
    elapsed: float = 0.0
    remaining: float | None = None
    fraction: float = 0.0


ProgressCallback = Callable[[Progress], object]


class Options(TypedDict):
    """What decides the outcome of a training, besides the table."""

    max_epochs: float
    max_minutes: float
    random_state: int


class CancelToken:
    """Asks a training to stop, from any thread.

    Parameters
    ----------
    owner
        A thread in whose name the training runs; when it ends, the training is cancelled.

    Examples
    --------
    >>> token = CancelToken()
    >>> token.cancel(keep=True)
    >>> token.cancelled, token.keep
    (True, True)
    """

    def __init__(self, owner: threading.Thread | None = None) -> None:
        self._event = threading.Event()
        self._owner = owner
        self.keep = False

    def cancel(self, *, keep: bool = False) -> None:
        """Stop the training; ``keep`` the best model so far, if there is one, or nothing."""
        self.keep = keep
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether :meth:`cancel` was called, or the owner has ended."""
        return self._event.is_set() or (self._owner is not None and not self._owner.is_alive())


class TrainingRun:
    """One training, from the request to the generator: what was asked, and how far it is."""

    def __init__(
        self, frame: pd.DataFrame, report: ProgressCallback, cancel: CancelToken | None, options: Options
    ) -> None:
        self.frame = frame
        self.report = report
        self.cancel = cancel
        self.options = options
        self.started = time.monotonic()
        self.progress = Progress("starting")
        self.best_loss: float | None = None

    @property
    def cancelled(self) -> bool:
        """Whether the caller has asked for an end."""
        return self.cancel is not None and self.cancel.cancelled

    def advance(self, **changes: Any) -> None:
        """Report a change of the progress."""
        self.progress = replace(self.progress, elapsed=time.monotonic() - self.started, **changes)
        self.report(self.progress)

    def advance_to(self, message: dict[str, Any], trained: float) -> None:
        """Report the engine's message of an epoch, ``trained`` seconds into the training."""
        loss, epoch = message.get("val_loss"), message.get("epoch") or 0.0
        used = trained / (60 * self.options["max_minutes"])
        fraction = min(1.0, max(used, epoch / self.options["max_epochs"]))
        if loss is not None:
            self.best_loss = min(loss, self.best_loss or loss)
        self.advance(
            phase="training",
            epoch=epoch if loss is not None else 0.0,
            val_loss=loss,
            fraction=fraction,
            remaining=trained * (1 - fraction) / fraction if loss is not None and fraction else None,
        )

    def why_it_stopped(self, trained: float) -> StopReason:
        """Tell from the progress and the seconds trained why a training ended by itself."""
        if self.progress.epoch >= self.options["max_epochs"]:
            return "epochs"
        # The engine rounds its clock to tenths of a second.
        return "time" if trained >= 60 * self.options["max_minutes"] - 0.1 else "early stopping"

    def finish(self, model: Model, stopped_by: StopReason) -> Generator:
        """Report the end, and put the generator together."""
        self.advance(phase="done", fraction=1.0, remaining=0.0)
        training = Training(
            rows=len(self.frame),
            epochs=self.progress.epoch,
            val_loss=self.best_loss,
            seconds=round(self.progress.elapsed, 1),
            stopped_by=stopped_by,
            **self.options,
        )
        return Generator(Schema.of(self.frame), training, model)
