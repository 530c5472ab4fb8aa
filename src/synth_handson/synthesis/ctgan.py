"""CTGAN, a conditional generative adversarial network, in a worker process of this machine."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.errors import LicenceNotice
from synth_handson.locales import get_text
from synth_handson.synthesis.engine import Engine, Setting
from synth_handson.synthesis.marginals import MARGINALS, Marginal, Numbers, read_marginals
from synth_handson.synthesis.run import TrainingRun
from synth_handson.synthesis.schema import FEW_VALUES, prepare
from synth_handson.synthesis.worker import WorkerPool
from synth_handson.synthesis.worker_training import WorkerModel, train_in_worker
from synth_handson.tables.columns import Column, to_floats
from synth_handson.tables.texts import MIN_KEPT_ROWS

BATCH_SIZE = 500
FILE = "marginals.json"
WHETHER_MISSING = "\0missing"
"""Suffix of the column that says where another column has no value."""

POOL = WorkerPool("synth_handson.synthesis.ctgan_process")


class CtganEngine(Engine):
    """Trains SDV's CTGAN.

    Notes
    -----
    L. Xu, M. Skoularidou, A. Cuesta-Infante and K. Veeramachaneni, "Modeling tabular data using conditional
    GAN", NeurIPS 2019. The package is under the Business Source License 1.1: not for a service that gives
    third parties access to it.
    """

    name = "ctgan"
    package = "ctgan"
    max_epochs = 300.0

    def settings(self, run: TrainingRun) -> dict[str, Setting]:
        """Return the batch size, and how values are protected."""
        return {"batch_size": BATCH_SIZE, "min_people": MIN_KEPT_ROWS}

    def train(self, run: TrainingRun) -> "CtganModel":
        """Warn of the licence's limits, train, and return the model after the last epoch."""
        warnings.warn(get_text("en", "errors.ctgan_licence"), LicenceNotice, stacklevel=2)
        marginals: dict[str, Marginal] = {}

        def request() -> dict[str, Any]:
            prepared = prepare(run.frame)
            marginals.update(read_marginals(prepared))
            frame = _encode(prepared, marginals)
            asked = {name: value for name, value in run.options.items() if name != "epsilon"}
            discrete = [name for name in frame if pd.api.types.is_integer_dtype(frame[name])]
            return {"frame": frame, "discrete": discrete, "batch_size": BATCH_SIZE, **asked}

        files = train_in_worker(run, POOL, request)
        return CtganModel({**files, FILE: MARGINALS.dump_json(marginals)})

    def load(self, files: Mapping[str, bytes]) -> "CtganModel":
        """Load a model from its files."""
        MARGINALS.validate_json(files[FILE])
        return CtganModel(dict(files))


class CtganModel(WorkerModel):
    """A generator network, and the marginals that its columns are decoded by."""

    @property
    def pool(self) -> WorkerPool:
        """The workers with CTGAN imported."""
        return POOL

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows in a worker process, and decode them."""
        drawn = super().draw(n, random_state)
        marginals = MARGINALS.validate_json(self.files[FILE])
        return pd.DataFrame({name: _decode(name, marginal, drawn) for name, marginal in marginals.items()})


def _is_discrete(marginal: Marginal) -> bool:
    """Whether a column is learned as codes; numbers with few values are, as by the default engine."""
    return not isinstance(marginal, Numbers) or (
        marginal.low == marginal.high and len(marginal.low) <= FEW_VALUES
    )


def _encode(prepared: pd.DataFrame, marginals: Mapping[str, Marginal]) -> pd.DataFrame:
    """Return codes, and numbers within their protected range, with indicators of missing values."""
    columns: dict[str, Any] = {}
    for name, marginal in marginals.items():
        if _is_discrete(marginal):
            columns[name] = marginal.code(prepared[name])
            continue
        assert isinstance(marginal, Numbers)
        values = to_floats(prepared[name]) / (marginal.unit or 1)
        missing = np.isnan(values)
        columns[name] = np.where(
            missing, np.nanmedian(values), np.clip(values, marginal.low[0], marginal.high[-1])
        )
        if missing.any():
            columns[name + WHETHER_MISSING] = missing.astype(int)
    return pd.DataFrame(columns)


def _decode(name: str, marginal: Marginal, drawn: pd.DataFrame) -> Column:
    values = drawn[name].to_numpy()
    if _is_discrete(marginal):
        return marginal.values(values, np.full(len(values), 0.5))
    assert isinstance(marginal, Numbers)
    missing = drawn[name + WHETHER_MISSING] == 1 if name + WHETHER_MISSING in drawn else False
    return marginal.column(np.where(missing, np.nan, np.clip(values, marginal.low[0], marginal.high[-1])))
