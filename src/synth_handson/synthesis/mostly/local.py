"""The MOSTLY AI engine in a worker process of this machine."""

from collections.abc import Mapping
from typing import Any

from synth_handson.errors import ArgumentError, TrainingError
from synth_handson.synthesis.engine import EpsilonUse, LinkedEngine, LinkedModel, Setting
from synth_handson.synthesis.histories import Histories
from synth_handson.synthesis.mostly.engine_process import MODEL_FILES
from synth_handson.synthesis.order import column_order_setting
from synth_handson.synthesis.run import DELTA, TrainingRun
from synth_handson.synthesis.schema import LARGE_TABLE_ROWS, encoding_types, prepare_in_order
from synth_handson.synthesis.worker import WorkerPool
from synth_handson.synthesis.worker_training import WorkerModel, train_in_worker

LARGE_TABLE_BATCH = 2_048
"""Rows per step on a large table. The engine's default, a quarter of it, is slower and no better."""

PRIVATE_BATCH = 512
"""Rows per step with differential privacy: each step adds noise, which matters less with more rows."""

TOO_LITTLE = "The privacy budget is too low"
"""Start of the message of the engine's privacy accountant when no amount of noise is enough."""

PROCESS = "synth_handson.synthesis.mostly.engine_process"
POOL = WorkerPool(PROCESS)
"""Worker processes shared by all trainings and draws of the program."""


class MostlyEngine(LinkedEngine):
    """Trains in a shared worker process that keeps the engine imported."""

    name = "mostly"
    package = "mostlyai-engine"
    max_epochs = 20.0
    epsilon: EpsilonUse = "accepted"

    def settings(self, run: TrainingRun) -> dict[str, Setting]:
        """Return the order of the columns, and the batch size where it is not left to the engine."""
        order = column_order_setting(run.target)
        if len(run.frame) >= LARGE_TABLE_ROWS:
            return order | {"batch_size": LARGE_TABLE_BATCH}
        return order | ({} if run.options["epsilon"] is None else {"batch_size": PRIVATE_BATCH})

    def train(self, run: TrainingRun) -> "LocalModel":
        """Train, and return the best model."""
        requested = run.options["epsilon"]
        try:
            model = LocalModel(train_in_worker(run, POOL, lambda: self._request(run)))
        except TrainingError as error:
            if TOO_LITTLE in str(error):
                raise ArgumentError("epsilon_too_low", epsilon=requested) from error
            raise
        reached = run.reached_epsilon
        # The engine keeps its first model even where that has cost more.
        if requested is not None and (reached is None or reached > requested):
            raise TrainingError("epsilon_exceeded", epsilon=requested, reached=reached)
        return model

    def train_linked(self, run: TrainingRun, histories: Histories, target: str | None) -> LinkedModel:
        """Train a model of people, and for each table of events a sequence model given its people."""
        from synth_handson.synthesis.mostly.linked_model import train_linked_model

        return train_linked_model(run, histories, target)

    def load_linked(self, files: Mapping[str, bytes]) -> LinkedModel:
        """Load a model of people and events from its files."""
        from synth_handson.synthesis.mostly.linked_model import MostlyLinkedModel

        return MostlyLinkedModel.load(files)

    def load(self, files: Mapping[str, bytes]) -> "LocalModel":
        """Load a model from the files that sampling needs."""
        return LocalModel({name: files[name] for name in MODEL_FILES})

    def _request(self, run: TrainingRun) -> dict[str, Any]:
        frame = prepare_in_order(run.frame, run.target)
        return {
            "frame": frame,
            # The engine learns the columns in the order of these, and not in the table's.
            "encoding_types": encoding_types(frame),
            "value_protection": self.value_protection,
            "batch_size": self.settings(run).get("batch_size"),
            "delta": DELTA,
            **run.options,
        }


class LocalModel(WorkerModel):
    """A model of the MOSTLY AI engine."""

    @property
    def pool(self) -> WorkerPool:
        """The workers with the engine imported."""
        return POOL
