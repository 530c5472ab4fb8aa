"""Train a MOSTLY AI generator on a table, follow it, cancel it, and draw synthetic rows from it."""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from numbers import Integral, Real
from typing import Any, Literal, Protocol, TypedDict
from zipfile import BadZipFile

import pandas as pd

from synth_handson import store
from synth_handson.errors import ArgumentError, TrainingCancelled, TrainingError
from synth_handson.schema import Schema, encoding_types, prepare
from synth_handson.tables.checks import check_seed, check_table
from synth_handson.worker import POOL, STOP_GRACE_SECONDS, CancelToken, Worker, training_error

DEFAULT_EPOCHS = 20
DEFAULT_MINUTES = 10.0

LARGE_TABLE_ROWS = 20_000
LARGE_TABLE_BATCH = 2_048
"""Rows per step on a large table; the engine's own choice, a quarter of it, learns no better, and slower."""

Phase = Literal["waiting", "starting", "preparing", "training", "sampling", "done"]
StopReason = Literal["epochs", "early stopping", "time", "cancelled"]


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


class Model(Protocol):
    """Something rows can be drawn from."""

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows."""
        ...


@dataclass(frozen=True)
class LocalModel:
    """A model of the MOSTLY AI engine: the content of its files, without rows and optimiser state."""

    files: dict[str, bytes] = field(repr=False)

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows in a worker process."""
        with POOL.borrow() as worker:
            worker.send("sample", {"model": self.files, "n": n, "random_state": random_state})
            for answer in worker.answers():
                if answer is not None:
                    rows: pd.DataFrame = _result(answer)
                    return rows
        raise AssertionError("the answers of a worker never end")


@dataclass(frozen=True)
class Training:
    """How a generator was made: rows and options, how far it got, and why it stopped."""

    rows: int
    random_state: int
    max_epochs: float
    max_minutes: float
    epochs: float
    val_loss: float | None
    seconds: float
    stopped_by: StopReason


@dataclass(frozen=True)
class Generator:
    """A trained generator.

    Attributes
    ----------
    schema
        The columns it draws.
    training
        How it was made.
    model
        What the rows are drawn from.
    from_store
        Whether it was found in the store, so that no training took place.
    """

    schema: Schema
    training: Training
    model: Model
    from_store: bool = False

    def sample(self, n: int, random_state: int = 0) -> pd.DataFrame:
        """Draw synthetic rows.

        Parameters
        ----------
        n
            Number of rows, at least 1.
        random_state
            Seed, 0 to 2³² - 1. The same generator, ``n`` and seed give the same rows.

        Returns
        -------
        DataFrame
            ``n`` rows with the original's columns, order and dtypes. Numerics stay within the range value
            protection allows. Categories are only ones that exist in the original, or the protected token.

        Raises
        ------
        ArgumentError
            If ``n`` is not a whole number of at least 1, or ``random_state`` no seed.
        TrainingError
            If the worker process ended while drawing.
        """
        if isinstance(n, bool) or not isinstance(n, Integral) or n < 1:
            raise ArgumentError("sample_rows", n=n)
        return self.schema.restore(self.model.draw(int(n), check_seed(random_state)))

    def to_bytes(self) -> bytes:
        """Pack a local generator into one archive, for the store."""
        assert isinstance(self.model, LocalModel)
        about = {"schema": asdict(self.schema), "training": asdict(self.training)}
        return store.pack({**self.model.files, "generator.json": json.dumps(about).encode()})

    @classmethod
    def from_bytes(cls, archive: bytes) -> "Generator":
        """Read a generator from its archive."""
        files = store.unpack(archive)
        about = json.loads(files.pop("generator.json"))
        schema = Schema(
            tuple((name, dtype) for name, dtype in about["schema"]["dtypes"]),
            {name: (levels, ordered) for name, (levels, ordered) in about["schema"]["categories"].items()},
        )
        return cls(schema, Training(**about["training"]), LocalModel(files), from_store=True)


ProgressCallback = Callable[[Progress], object]


class Options(TypedDict):
    """What decides the outcome of a training, besides the table."""

    max_epochs: float
    max_minutes: float
    random_state: int


def train_generator(
    train: pd.DataFrame,
    *,
    max_epochs: float = DEFAULT_EPOCHS,
    max_minutes: float = DEFAULT_MINUTES,
    random_state: int = 0,
    on_progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
    server: str | None = None,
) -> Generator:
    """Train a generator on a table.

    Trains in a worker process on this machine, or on a MOSTLY AI server. The same table and options find the
    generator of an earlier local training in the store and take no training.

    Parameters
    ----------
    train
        The training table, at least 50 rows and two columns.
    max_epochs
        Passes over the table at most. Training ends earlier when the validation loss has not improved for
        five epochs.
    max_minutes
        Minutes of training at most. A training that runs into this limit is not repeatable.
    random_state
        Seed, 0 to 2³² - 1. The same table, seed and epochs give the same generator on like machines.
    on_progress
        Called with a :class:`Progress` at each change of phase and after each epoch, in the caller's thread.
    cancel
        Ends the training within two seconds of ``cancel.cancel(keep=…)``, from any thread.
    server
        Address of a MOSTLY AI server; by default the environment variable MOSTLY_BASE_URL, else this machine.

    Returns
    -------
    Generator
        The best model by validation loss.

    Raises
    ------
    TableError
        If the table cannot be trained on; lists everything that is wrong.
    ArgumentError
        If an option is out of range.
    TrainingCancelled
        If cancelled without ``keep``, or before the first model was there to keep.
    TrainingError
        If the engine failed, or its process was killed or ran out of memory.
    ServerError
        If the server did not answer, or not as a MOSTLY AI server.
    """
    check_table(train)
    report = on_progress or (lambda _: None)
    options: Options = {
        "max_epochs": _positive("max_epochs", max_epochs),
        "max_minutes": _positive("max_minutes", max_minutes),
        "random_state": check_seed(random_state),
    }
    if address := server or os.environ.get("MOSTLY_BASE_URL"):
        from synth_handson.server import train_on_server

        return train_on_server(address, train, report=report, cancel=cancel, options=options)
    key = store.key(prepare(train), {**options, "schema": asdict(Schema.of(train))})
    with POOL.training_turn(cancel, lambda ahead: report(Progress("waiting", ahead=ahead))):
        if (archive := store.load(key)) is not None:
            with suppress(KeyError, TypeError, ValueError, BadZipFile):
                generator = Generator.from_bytes(archive)
                report(Progress("done", epoch=generator.training.epochs, fraction=1.0))
                return generator
        generator = _LocalRun(train, report, cancel, options).generator()
        # Before the turn ends: whoever waits may be waiting to ask for the same.
        if generator.training.stopped_by != "cancelled":
            store.save(key, generator.to_bytes())
    return generator


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


class _LocalRun(TrainingRun):
    """A training in a worker process."""

    model: dict[str, bytes] | None = None
    training_started: float | None = None

    def generator(self) -> Generator:
        """Train, and return the best model."""
        self.report(self.progress)
        with POOL.borrow() as worker:
            stopped_by: StopReason = self._follow(worker) if self._imported(worker) else "cancelled"
        # What the engine saves of a first epoch cut short has hardly been trained.
        worth_keeping = self.model is not None and self.progress.epoch >= 1
        if stopped_by == "cancelled" and not (worth_keeping and self.cancel and self.cancel.keep):
            raise TrainingCancelled("cancelled")
        if self.model is None:
            raise TrainingError("no_model", epochs=self.progress.epoch)
        return self.finish(LocalModel(self.model), stopped_by)

    def _imported(self, worker: Worker) -> bool:
        """Wait for the worker to have imported the engine; a cancel leaves it to the next training."""
        answers = worker.answers()
        while not worker.ready:
            if self.cancelled:
                return False
            next(answers)
        return True

    def _follow(self, worker: Worker) -> StopReason:
        worker.send(
            "train",
            {
                "frame": prepare(self.frame),
                "encoding_types": encoding_types(self.frame),
                "batch_size": LARGE_TABLE_BATCH if len(self.frame) >= LARGE_TABLE_ROWS else None,
                **self.options,
            },
        )
        deadline = None
        for answer in worker.answers():
            if self.cancelled and deadline is None:
                worker.send("stop")
                deadline = time.monotonic() + STOP_GRACE_SECONDS
            if deadline is not None and time.monotonic() > deadline:
                worker.close()
                return "cancelled"
            if self.progress.phase == "starting" and worker.ready:
                self.advance(phase="preparing")
            if answer is None:
                continue
            if answer[0] == "progress":
                self._epoch(*answer[1])
            else:
                _result(answer)
                return "cancelled" if deadline is not None else self.why_it_stopped(self._trained())
        raise AssertionError("the answers of a worker never end")

    def _epoch(self, message: dict[str, Any], model: dict[str, bytes] | None) -> None:
        if self.training_started is None:
            self.training_started = time.monotonic() - message["total_time"]
        if model is not None and message["val_loss"] is not None:
            self.model = model
        self.advance_to(message, self._trained())

    def _trained(self) -> float:
        return time.monotonic() - (self.training_started or self.started)


def _positive(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not value > 0:
        raise ArgumentError(name, value=value)
    return float(value)


def _result(answer: tuple[str, Any]) -> Any:
    kind, value = answer
    if kind == "failed":
        raise training_error("engine_failed", value)
    return value
