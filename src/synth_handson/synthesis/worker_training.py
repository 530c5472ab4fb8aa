"""A training in a worker process, and its model."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from synth_handson.errors import TrainingCancelled, TrainingError
from synth_handson.synthesis.run import TrainingRun, is_whole
from synth_handson.synthesis.worker import STOP_GRACE_SECONDS, Worker, WorkerPool, training_error


@dataclass(frozen=True)
class WorkerModel(ABC):
    """A model that a worker draws from: the content of its files, without rows and optimiser state."""

    files: dict[str, bytes] = field(repr=False)

    @property
    @abstractmethod
    def pool(self) -> WorkerPool:
        """The workers that can draw from it."""

    @property
    def ready(self) -> bool:
        """Whether a worker waits with the engine imported."""
        return self.pool.ready

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows in a worker process."""
        return self.ask({"n": n, "random_state": random_state})

    def ask(self, requested: dict[str, Any]) -> pd.DataFrame:
        """Send a request to a worker process, and return its answer."""
        with self.pool.borrow() as worker:
            worker.send("sample", {"model": self.files, **requested})
            for answer in worker.answers():
                if answer is not None:
                    rows: pd.DataFrame = _result(answer)
                    return rows
        raise AssertionError("the answers of a worker never end")


Request = Callable[[], dict[str, Any]]
"""Prepares the request to a worker, including the table."""


def train_in_worker(run: TrainingRun, pool: WorkerPool, request: Request) -> dict[str, bytes]:
    """Train in a worker, and return the files of the best model it reported.

    Raises
    ------
    TrainingCancelled
        If cancelled, and nothing is to be kept, or nothing is there to keep.
    TrainingError
        If the training failed, or ended without a model.
    """
    return _Training(run, pool, request).files_of_the_best()


class _Training:
    """A training in a worker process."""

    def __init__(self, run: TrainingRun, pool: WorkerPool, request: Request) -> None:
        self.run = run
        self.pool = pool
        self.request = request
        self.files: dict[str, bytes] | None = None
        self.started: float | None = None

    def files_of_the_best(self) -> dict[str, bytes]:
        with self.pool.borrow() as worker:
            stopped = not self._imported(worker) or self._follow(worker)
        # What the engine saves of a first epoch cut short has hardly been trained.
        worth_keeping = self.files is not None and self.run.progress.epoch >= 1
        if stopped and not (worth_keeping and self.run.keep):
            raise TrainingCancelled("cancelled")
        if self.files is None:
            raise TrainingError("no_model", epochs=self.run.progress.epoch)
        if stopped:
            self.run.stopped_by = "cancelled"
        else:
            self.run.stopped_itself(self._trained())
        return self.files

    def _imported(self, worker: Worker) -> bool:
        """Wait until the worker has imported the engine; after a cancel, the next training uses it."""
        answers = worker.answers()
        while not worker.ready:
            if self.run.cancelled:
                return False
            next(answers)
        return True

    def _follow(self, worker: Worker) -> bool:
        """Train to the end; return whether it was cancelled."""
        self.run.advance(phase="preparing")
        worker.send("train", self.request())
        deadline = None
        for answer in worker.answers():
            if self.run.cancelled and deadline is None:
                worker.stop()
                deadline = time.monotonic() + STOP_GRACE_SECONDS
            if deadline is not None and time.monotonic() > deadline:
                return True
            if answer is None:
                continue
            if answer[0] == "progress":
                self._epoch(*answer[1])
            else:
                _result(answer)
                return deadline is not None
        raise AssertionError("the answers of a worker never end")

    def _epoch(self, message: dict[str, Any], files: dict[str, bytes] | None) -> None:
        if self.started is None:
            self.started = time.monotonic() - message["total_time"]
        if files is not None and is_whole(message):
            self.files = files
            self.run.reached_epsilon = message.get("dp_eps")
        self.run.advance_to(message, self._trained())

    def _trained(self) -> float:
        return time.monotonic() - (self.started or self.run.started)


def _result(answer: tuple[str, Any]) -> Any:
    kind, value = answer
    if kind == "failed":
        raise training_error("engine_failed", value)
    return value
