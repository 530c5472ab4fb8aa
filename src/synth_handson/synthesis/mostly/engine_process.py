"""The child process that runs the MOSTLY AI engine: ``python -m`` this module, and a folder."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from math import ceil
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from synth_handson.synthesis.mostly.workspace import Workspace
from synth_handson.synthesis.worker_process import WorkerProcess

MODEL_FILES = ("model-data/model-configs.json", "model-data/model-weights.pt", "tgt-stats/stats.json")
CONTEXT_FILES = ("ctx-stats/stats.json",)
"""Additional files of a model of events given their people."""

KEY = "person"
"""Column that assigns events to people in the tables given to the engine."""

TEXTS = "mostlyai.engine._language.interface"
"""The module through which the engine imports transformers, which tables do not need."""

LEARNED_SHARE = 0.8
"""Share of the rows that the engine trains on. It holds out the rest for early stopping."""


def read_model(store: Path) -> dict[str, bytes]:
    """Read what sampling needs: weights, layout, value-protected statistics; no optimiser state, no rows."""
    return {
        name: (store / name).read_bytes()
        for name in (*MODEL_FILES, *CONTEXT_FILES)
        if name in MODEL_FILES or (store / name).exists()
    }


@contextmanager
def _without_texts() -> Iterator[None]:
    """Replace the engine's language models, which take a quarter of its import time, by nothing."""
    left_out = ModuleType(TEXTS)
    vars(left_out)["LanguageModel"] = None
    known = sys.modules.setdefault(TEXTS, left_out)
    try:
        yield
    finally:
        if known is left_out:
            del sys.modules[TEXTS]


class EngineProcess(WorkerProcess):
    """Trains with the MOSTLY AI engine."""

    def load(self) -> None:
        """Import the engine before the first request, without what it needs only for texts."""
        with _without_texts():
            import mostlyai.engine  # noqa: F401

    def train(
        self,
        frame: pd.DataFrame,
        encoding_types: dict[str, str],
        value_protection: bool,
        batch_size: int | None,
        max_epochs: float,
        max_minutes: float,
        random_state: int,
        epsilon: float | None,
        delta: float,
        context: pd.DataFrame | None = None,
    ) -> None:
        """Train on ``frame``, sending each epoch's progress, and the model whenever it is the best so far.

        With a ``context`` of categories, learn events given their people: :data:`KEY` is in both.
        """
        from mostlyai import engine

        workspace = Workspace(self)
        engine.set_random_state(random_state)
        steps = (
            partial(engine.split, frame, tgt_encoding_types=encoding_types, **_given(context)),
            partial(engine.analyze, value_protection=value_protection),
            engine.encode,
            partial(
                engine.train,
                batch_size=batch_size,
                # Every order could be learned at once, at the expense of each.
                enable_flexible_generation=False,
                max_epochs=max_epochs,
                max_training_time=max_minutes,
                update_progress=workspace.follow(read_model),
                **_privacy(len(frame), batch_size, max_epochs, epsilon, delta),
            ),
        )
        workspace.run(steps)

    def sample(
        self, model: Mapping[str, bytes], n: int, random_state: int, context: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Draw ``n`` rows from a model, or all events of the ``n`` people in a ``context``."""
        from mostlyai import engine

        workspace = Workspace(self)
        workspace.restore(model)
        engine.set_random_state(random_state)
        given = {"sample_size": n} if context is None else {"ctx_data": context}
        engine.generate(workspace_dir=workspace.path, **given)
        return pd.read_parquet(workspace.path / "SyntheticData")


def _given(context: pd.DataFrame | None) -> dict[str, Any]:
    """Return the table of people, and the key of their events."""
    if context is None:
        return {}
    return {
        "ctx_data": context,
        "ctx_primary_key": KEY,
        "tgt_context_key": KEY,
        "ctx_encoding_types": {name: "TABULAR_CATEGORICAL" for name in context if name != KEY},
    }


def _privacy(
    rows: int, batch_size: int | None, max_epochs: float, epsilon: float | None, delta: float
) -> dict[str, Any]:
    """Choose the noise of each step such that all epochs together cost ``epsilon``."""
    if epsilon is None:
        return {}
    from mostlyai.engine.domain import DifferentialPrivacyConfig
    from opacus.accountants.utils import get_noise_multiplier

    noise = get_noise_multiplier(
        target_epsilon=epsilon,
        target_delta=delta,
        sample_rate=min(1.0, (batch_size or rows) / (LEARNED_SHARE * rows)),
        epochs=ceil(max_epochs),
        accountant="rdp",
    )
    # What the engine spends on the values' ranges would not be a guarantee: noise on how many people have a
    # category does not hide one that a single person has. Its thresholds hide that.
    return {
        "differential_privacy": DifferentialPrivacyConfig(
            max_epsilon=epsilon, delta=delta, noise_multiplier=noise, value_protection_epsilon=None
        )
    }


if __name__ == "__main__":
    EngineProcess.main()
