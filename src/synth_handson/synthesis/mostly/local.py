"""The MOSTLY AI engine in a worker process of this machine."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import pandas as pd

from synth_handson.errors import TrainingCancelled, TrainingError
from synth_handson.synthesis.engine import Setting
from synth_handson.synthesis.mostly import worker as workers
from synth_handson.synthesis.mostly.engine_process import MODEL_FILES
from synth_handson.synthesis.mostly.worker import STOP_GRACE_SECONDS, Worker, training_error
from synth_handson.synthesis.order import column_order_setting
from synth_handson.synthesis.run import TrainingRun
from synth_handson.synthesis.schema import LARGE_TABLE_ROWS, encoding_types, prepare_in_order

LARGE_TABLE_BATCH = 2_048
"""Rows per step on a large table; the engine's own choice, a quarter of it, learns no better, and slower."""


class MostlyEngine:
    """Trains in a worker process that is shared by this program and keeps the engine imported."""

    name = "mostly"
    here = True
    value_protection = True

    @property
    def version(self) -> str:
        """Version of mostlyai-engine."""
        return version("mostlyai-engine")

    def settings(self, run: TrainingRun) -> dict[str, Setting]:
        """Return the order of the columns, and the batch size where it is not left to the engine."""
        order = column_order_setting(run.target)
        return order | ({"batch_size": LARGE_TABLE_BATCH} if len(run.frame) >= LARGE_TABLE_ROWS else {})

    def train(self, run: TrainingRun) -> "LocalModel":
        """Train, and return the best model."""
        return _Training(run, self).model()

    def load(self, files: Mapping[str, bytes]) -> "LocalModel":
        """Load a model from the files that sampling needs."""
        return LocalModel({name: files[name] for name in MODEL_FILES})


@dataclass(frozen=True)
class LocalModel:
    """A model of the MOSTLY AI engine: the content of its files, without rows and optimiser state."""

    files: dict[str, bytes] = field(repr=False)

    @property
    def ready(self) -> bool:
        """Whether a worker waits with the engine imported."""
        return workers.POOL.ready

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows in a worker process."""
        with workers.POOL.borrow() as worker:
            worker.send("sample", {"model": self.files, "n": n, "random_state": random_state})
            for answer in worker.answers():
                if answer is not None:
                    rows: pd.DataFrame = _result(answer)
                    return rows
        raise AssertionError("the answers of a worker never end")


class _Training:
    """A training in a worker process."""

    def __init__(self, run: TrainingRun, engine: MostlyEngine) -> None:
        self.run = run
        self.engine = engine
        self.files: dict[str, bytes] | None = None
        self.started: float | None = None

    def model(self) -> LocalModel:
        with workers.POOL.borrow() as worker:
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
        return LocalModel(self.files)

    def _imported(self, worker: Worker) -> bool:
        """Wait for the worker to have imported the engine; a cancel leaves it to the next training."""
        answers = worker.answers()
        while not worker.ready:
            if self.run.cancelled:
                return False
            next(answers)
        return True

    def _follow(self, worker: Worker) -> bool:
        """Train to the end; tell whether that was a cancel's doing."""
        self.run.advance(phase="preparing")
        worker.send("train", self._request())
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

    def _request(self) -> dict[str, Any]:
        frame = prepare_in_order(self.run.frame, self.run.target)
        return {
            "frame": frame,
            # The engine learns the columns in the order of these, and not in the table's.
            "encoding_types": encoding_types(frame),
            "value_protection": self.engine.value_protection,
            "batch_size": self.engine.settings(self.run).get("batch_size"),
            **self.run.options,
        }

    def _epoch(self, message: dict[str, Any], files: dict[str, bytes] | None) -> None:
        if self.started is None:
            self.started = time.monotonic() - message["total_time"]
        if files is not None and message["val_loss"] is not None:
            self.files = files
        self.run.advance_to(message, self._trained())

    def _trained(self) -> float:
        return time.monotonic() - (self.started or self.run.started)


def _result(answer: tuple[str, Any]) -> Any:
    kind, value = answer
    if kind == "failed":
        raise training_error("engine_failed", value)
    return value
