"""A running training: its progress, and how to cancel it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import pandas as pd

from synth_handson.errors import TrainingCancelled
from synth_handson.metrics.arrays import Integers
from synth_handson.synthesis.identifiers import Identifier

if TYPE_CHECKING:
    from synth_handson.synthesis.rules.keep import KeptRules

StopReason = Literal["complete", "epochs", "early stopping", "time", "cancelled"]
Phase = Literal["waiting", "starting", "preparing", "training", "sampling", "done"]


@dataclass(frozen=True)
class Progress:
    """Progress of a training.

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
        While waiting, what is left to the training ahead; None if it is not known, or more are ahead.
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


DELTA = 1e-6
"""δ of differential privacy: the probability that ε does not hold."""


class Options(TypedDict):
    """What determines the result of a training, besides the table."""

    max_epochs: float
    max_minutes: float
    random_state: int
    epsilon: float | None


def is_whole(message: Mapping[str, Any]) -> bool:
    """Tell whether a message is about a whole epoch: it has a validation loss, or says so."""
    return message.get("val_loss") is not None or bool(message.get("whole"))


class CancelToken:
    """Stops a training from any thread.

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


def stop_if_cancelled(cancel: CancelToken | None) -> None:
    """Raise `TrainingCancelled` if a cancel was requested."""
    if cancel is not None and cancel.cancelled:
        raise TrainingCancelled("cancelled")


@dataclass(eq=False)
class TrainingRun:
    """One training: its request, its progress, and why it stopped.

    Attributes
    ----------
    frame
        The training table, already checked.
    options
        What was asked for.
    report
        Called with a :class:`Progress` at each change.
    token
        By which the caller may ask for an end.
    server
        Address of the server that is to train, where one is.
    target
        Column that a model is to predict, if there is one.
    people
        The number of each row's person, where people have several rows; shape (n_rows,). The values of the
        table are such that enough people share them.
    identifiers
        Columns that are not in the table, and made anew.
    rules
        What every drawn row is to keep, if anything; the table is what is learned for it.
    started
        When it began, in seconds of the clock of ``time.monotonic``.
    progress, best_loss
        How far it is, and its lowest validation loss so far.
    stopped_by
        Why it stopped, once it has.
    reached_epsilon
        The ε of differential privacy that its model has cost, if it was asked for one.
    """

    frame: pd.DataFrame
    options: Options
    report: ProgressCallback = lambda _: None
    token: CancelToken | None = None
    server: str | None = None
    target: Hashable | None = None
    people: Integers | None = None
    identifiers: tuple[Identifier, ...] = ()
    rules: KeptRules | None = None
    started: float = field(default_factory=time.monotonic)
    progress: Progress = Progress("starting")
    best_loss: float | None = None
    stopped_by: StopReason = "epochs"
    reached_epsilon: float | None = None

    @property
    def cancelled(self) -> bool:
        """Whether the caller has requested a cancel."""
        return self.token is not None and self.token.cancelled

    @property
    def keep(self) -> bool:
        """Whether to keep the best model so far when it is cancelled."""
        return self.token is not None and self.token.keep

    def stop_if_cancelled(self) -> None:
        """Raise `TrainingCancelled` if the caller has requested a cancel and there is no model to keep."""
        stop_if_cancelled(self.token)

    def complete(self) -> None:
        """Record that the training ends by itself, and did."""
        self.stopped_by = "complete"

    def begin(self) -> None:
        """Start the clock: waiting does not count."""
        self.started = time.monotonic()
        self.report(self.progress)

    def advance(self, **changes: Any) -> None:
        """Report a change of the progress."""
        self.progress = replace(self.progress, elapsed=time.monotonic() - self.started, **changes)
        self.report(self.progress)

    def advance_to(self, message: dict[str, Any], trained: float) -> None:
        """Report the engine's message of an epoch, ``trained`` seconds into the training."""
        loss, epoch, whole = message.get("val_loss"), message.get("epoch") or 0.0, is_whole(message)
        used = trained / (60 * self.options["max_minutes"])
        fraction = min(1.0, max(used, epoch / self.options["max_epochs"]))
        if loss is not None:
            self.best_loss = min(loss, self.best_loss or loss)
        self.advance(
            phase="training",
            epoch=epoch if whole else 0.0,
            val_loss=loss,
            fraction=fraction,
            remaining=trained * (1 - fraction) / fraction if whole and fraction else None,
        )

    def stopped_itself(self, trained: float) -> None:
        """Conclude from the progress and the seconds trained why the training ended by itself."""
        # The engine rounds its clock to tenths of a second.
        in_time = trained < 60 * self.options["max_minutes"] - 0.1
        enough = self.progress.epoch >= self.options["max_epochs"]
        self.stopped_by = "epochs" if enough else "early stopping" if in_time else "time"
