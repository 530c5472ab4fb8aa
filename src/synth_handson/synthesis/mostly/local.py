"""Train with the MOSTLY AI engine in a worker process of this machine."""

import time
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from synth_handson.errors import TrainingCancelled, TrainingError
from synth_handson.synthesis.generator import Generator, StopReason
from synth_handson.synthesis.mostly import worker as workers
from synth_handson.synthesis.mostly.worker import STOP_GRACE_SECONDS, Worker, training_error
from synth_handson.synthesis.run import TrainingRun
from synth_handson.synthesis.schema import encoding_types, prepare

LARGE_TABLE_ROWS = 20_000
LARGE_TABLE_BATCH = 2_048
"""Rows per step on a large table; the engine's own choice, a quarter of it, learns no better, and slower."""


@dataclass(frozen=True)
class LocalModel:
    """A model of the MOSTLY AI engine: the content of its files, without rows and optimiser state."""

    files: dict[str, bytes] = field(repr=False)

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows in a worker process."""
        with workers.POOL.borrow() as worker:
            worker.send("sample", {"model": self.files, "n": n, "random_state": random_state})
            for answer in worker.answers():
                if answer is not None:
                    rows: pd.DataFrame = _result(answer)
                    return rows
        raise AssertionError("the answers of a worker never end")


class LocalRun(TrainingRun):
    """A training in a worker process."""

    model: dict[str, bytes] | None = None
    training_started: float | None = None

    def generator(self) -> Generator:
        """Train, and return the best model."""
        self.report(self.progress)
        with workers.POOL.borrow() as worker:
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


def _result(answer: tuple[str, Any]) -> Any:
    kind, value = answer
    if kind == "failed":
        raise training_error("engine_failed", value)
    return value
