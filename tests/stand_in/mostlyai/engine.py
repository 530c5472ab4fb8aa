"""Stands in for the MOSTLY AI engine where a test is about the process around it: imported at once.

It takes the same calls, leaves the same files, tells the same progress and stops when it is asked to. It
learns every column by itself, in epochs of a twentieth of a second, and never stops of its own accord.
"""

import io
import itertools
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

EPOCH_SECONDS = 0.05
STEPS = 5
ENCODINGS = {
    *("TABULAR_CATEGORICAL", "TABULAR_DATETIME"),
    *("TABULAR_NUMERIC_AUTO", "TABULAR_NUMERIC_DISCRETE", "TABULAR_NUMERIC_BINNED", "TABULAR_NUMERIC_DIGIT"),
}

random = np.random.default_rng()


def set_random_state(random_state: int) -> None:
    global random
    random = np.random.default_rng(random_state)


def split(frame: pd.DataFrame, *, tgt_encoding_types: dict[str, str], workspace_dir: Path) -> None:
    for name, encoding in tgt_encoding_types.items():
        if name not in frame or encoding not in ENCODINGS:
            raise ValueError(f"{encoding} is no encoding of {name}")
    rows = workspace_dir / "OriginalData" / "rows.parquet"
    rows.parent.mkdir(parents=True)
    frame.to_parquet(rows)


def analyze(*, workspace_dir: Path, value_protection: bool = True) -> None:
    write(workspace_dir / "ModelStore" / "tgt-stats" / "stats.json", b"{}")


def encode(*, workspace_dir: Path) -> None:
    time.sleep(float(os.environ.get("STAND_IN_ENCODES_SECONDS", "0")))


def train(
    *,
    workspace_dir: Path,
    batch_size: int | None,
    enable_flexible_generation: bool,
    max_epochs: float,
    max_training_time: float,
    update_progress: Callable[..., dict[str, bool]],
) -> None:
    started = time.monotonic()
    frame = pd.read_parquet(workspace_dir / "OriginalData")
    learned = frame.apply(lambda column: column.sample(frac=1, random_state=random).to_numpy())
    model = io.BytesIO()
    learned.astype(frame.dtypes).to_parquet(model)
    write(workspace_dir / "ModelStore" / "model-data" / "model-weights.pt", model.getvalue())
    write(workspace_dir / "ModelStore" / "model-data" / "model-configs.json", json.dumps(batch_size).encode())

    def message(epoch: float, loss: float | None) -> dict[str, Any]:
        seconds = round(time.monotonic() - started, 1)
        return {
            "epoch": epoch,
            "val_loss": loss,
            "total_time": seconds,
            "is_checkpoint": int(loss is not None),
        }

    update_progress(message=message(0.0, None))
    for epoch in itertools.count(1):
        for _ in range(STEPS):
            time.sleep(EPOCH_SECONDS / STEPS)
            if update_progress()["stopExecution"]:
                return
        update_progress(message=message(float(epoch), 1 + 1 / epoch))
        if epoch >= max_epochs or time.monotonic() - started >= 60 * max_training_time:
            return


def generate(*, workspace_dir: Path, sample_size: int) -> None:
    learned = pd.read_parquet(workspace_dir / "ModelStore" / "model-data" / "model-weights.pt")
    columns = {
        name: column.sample(sample_size, replace=True, random_state=random).reset_index(drop=True)
        for name, column in learned.items()
    }
    rows = workspace_dir / "SyntheticData" / "rows.parquet"
    rows.parent.mkdir(parents=True)
    pd.DataFrame(columns).to_parquet(rows)


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
