"""The child process that learns texts with the MOSTLY AI engine: ``python -m`` this module, and a folder."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from synth_handson.synthesis.mostly.text_sampling import draw_texts
from synth_handson.synthesis.mostly.workspace import Workspace
from synth_handson.synthesis.worker_process import WorkerProcess

MODEL = "MOSTLY_AI/LSTMFromScratch-3m"
"""Starts from random weights: nothing is downloaded, and it knows only the texts it was given."""
STATISTICS = "tgt-stats/stats.json"
NOT_NEEDED = ("optimizer", "lr-scheduler", "progress")
"""Prefixes of model files that only further training would need."""


def read_text_model(store: Path) -> dict[str, bytes]:
    """Read what sampling needs, by its path in the engine's folder."""
    paths = [store / STATISTICS]
    paths += [path for path in (store / "model-data").iterdir() if not path.name.startswith(NOT_NEEDED)]
    return {path.relative_to(store).as_posix(): path.read_bytes() for path in paths}


class TextProcess(WorkerProcess):
    """Trains a language model from scratch."""

    def load(self) -> None:
        """Import the engine."""
        import mostlyai.engine  # noqa: F401  (seconds of imports, paid before the first request)

    def train(self, texts: pd.DataFrame, max_epochs: float, max_minutes: float, random_state: int) -> None:
        """Train on columns of text, sending each epoch's progress, and the model whenever it is the best."""
        from mostlyai import engine

        workspace = Workspace(self)
        engine.set_random_state(random_state)
        steps = (
            partial(engine.split, texts, tgt_encoding_types=dict.fromkeys(texts, "LANGUAGE_TEXT")),
            engine.analyze,
            engine.encode,
            partial(
                engine.train,
                model=MODEL,
                enable_flexible_generation=False,
                max_epochs=max_epochs,
                max_training_time=max_minutes,
                update_progress=workspace.follow(read_text_model),
            ),
        )
        workspace.run(steps)

    def sample(self, model: Mapping[str, bytes], n: int, random_state: int) -> pd.DataFrame:
        """Draw the texts of ``n`` rows."""
        from mostlyai import engine

        workspace = Workspace(self)
        workspace.restore(model)
        engine.set_random_state(random_state)
        return draw_texts(workspace.store, n)


if __name__ == "__main__":
    TextProcess.main()
