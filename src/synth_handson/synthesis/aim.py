"""AIM: marginals measured with differential privacy, from the first look at the table on."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.synthesis.aim_process import MISSING, RANGES_SHARE
from synth_handson.synthesis.engine import EpsilonUse, Setting
from synth_handson.synthesis.marginals import Numbers, read_grain
from synth_handson.synthesis.run import DELTA, TrainingRun
from synth_handson.synthesis.schema import PROTECTED_TOKEN, prepare
from synth_handson.synthesis.worker import WorkerPool
from synth_handson.synthesis.worker_training import WorkerModel, train_in_worker
from synth_handson.tables.alignment import as_text
from synth_handson.tables.columns import Column, column_kind, to_floats

GRAINS = "grains.json"
Grain = tuple[int | None, int | None] | None
"""Decimals and unit of a column of numbers or dates; None for categories."""

POOL = WorkerPool("synth_handson.synthesis.aim_process")


class AimEngine:
    """Fits a graphical model to noisy marginals, by OpenDP's AIM.

    Notes
    -----
    R. McKenna, B. Mullins, D. Sheldon and G. Miklau, "AIM: an adaptive and iterative mechanism for
    differentially private synthetic data", VLDB 2022. Where numbers begin, end and are cut is measured with
    noise as well, and a category is only learned of if many have it. A person is one row. What is taken as
    known to everybody: the names, dtypes and levels of columns, how many decimals a number or which format a
    date has, and how many rows there are.
    """

    name = "aim"
    here = True
    value_protection = True
    max_epochs = 1.0
    epsilon: EpsilonUse = "required"

    @property
    def version(self) -> str:
        """Version of opendp."""
        return version("opendp")

    def settings(self, run: TrainingRun) -> dict[str, Setting]:
        """Return how the budget is split."""
        return {"delta": DELTA, "ranges_share": RANGES_SHARE}

    def train(self, run: TrainingRun) -> "AimModel":
        """Measure, and fit. The noise comes from the operating system, so that the seed repeats nothing."""
        grains: dict[str, Grain] = {}

        def request() -> dict[str, Any]:
            prepared = prepare(run.frame)
            grains.update({str(name): _grain(column) for name, column in prepared.items()})
            frame = pd.DataFrame({name: _encode(prepared[name], grain) for name, grain in grains.items()})
            # The library reserves a name; by number, no column can have it.
            frame.columns = pd.Index([f"column {n}" for n in range(len(grains))])
            decimals = [grain[0] if grain else None for grain in grains.values()]
            # A dtype that has no room for missing values says that there are none.
            complete = [isinstance(dtype, np.dtype) and dtype.kind in "biu" for dtype in run.frame.dtypes]
            return {
                "frame": frame,
                "whole": frame.columns[[found == 0 for found in decimals]].tolist(),
                "complete": frame.columns[complete].tolist(),
                "epsilon": run.options["epsilon"],
                "delta": DELTA,
            }

        files = train_in_worker(run, POOL, request)
        run.complete()
        run.reached_epsilon = run.options["epsilon"]
        return AimModel({**files, GRAINS: json.dumps(grains).encode()})

    def load(self, files: Mapping[str, bytes]) -> "AimModel":
        """Load a model from its files."""
        json.loads(files[GRAINS])
        return AimModel(dict(files))


class AimModel(WorkerModel):
    """A graphical model, and what its columns are written in."""

    @property
    def pool(self) -> WorkerPool:
        """The workers with OpenDP imported."""
        return POOL

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows in a worker process, and write them as the original is."""
        drawn = super().draw(n, random_state)
        grains = json.loads(self.files[GRAINS])
        return pd.DataFrame(
            {name: _decode(drawn[f"column {n}"], grain) for n, (name, grain) in enumerate(grains.items())}
        )


def _grain(column: Column) -> Grain:
    return read_grain(column) if column_kind(column) in ("number", "date") else None


def _encode(column: Column, grain: Grain) -> Column:
    if grain is None:
        return as_text(column).astype("string")
    return pd.Series(to_floats(column) / (grain[1] or 1))


def _decode(drawn: Column, grain: Grain) -> Column:
    if grain is not None:
        decimals, unit = grain
        return Numbers((), (), decimals, unit).column(drawn.to_numpy(float))
    # What few have has no name; what is missing has one.
    return drawn.fillna(PROTECTED_TOKEN).replace(MISSING, pd.NA)
