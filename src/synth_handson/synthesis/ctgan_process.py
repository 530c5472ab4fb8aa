"""The child process that runs CTGAN: ``python -m`` this module, and a folder."""

import contextlib
import io
import json
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.metrics.arrays import Floats
from synth_handson.synthesis.worker_process import WorkerProcess

LAYOUT, ARRAYS = "layout.json", "arrays.npz"
SHARES = "shares of the codes"
"""Stored beside the weights: how often each code is asked for."""


class CtganProcess(WorkerProcess):
    """Trains a conditional GAN."""

    def load(self) -> None:
        """Import CTGAN, and with it torch."""
        import ctgan.synthesizers.ctgan  # noqa: F401  (seconds of imports, paid before the first request)

    def train(
        self,
        frame: pd.DataFrame,
        discrete: list[str],
        batch_size: int,
        max_epochs: float,
        max_minutes: float,
        random_state: int,
    ) -> None:
        """Train on ``frame``, with some columns of codes; report each epoch with its model."""
        started = time.monotonic()

        def tell(model: Any, epoch: int) -> None:
            trained = time.monotonic() - started
            self.tell({"epoch": float(epoch), "total_time": trained, "whole": True}, _files(model))
            if self.stop or trained >= 60 * max_minutes:
                raise _Stopped

        model = _watched(tell)(batch_size=batch_size, epochs=ceil(max_epochs))
        model.set_random_state(random_state)
        with contextlib.suppress(_Stopped):
            model.fit(frame, discrete)

    def sample(self, model: Mapping[str, bytes], n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows: codes where the training had codes, else numbers."""
        columns = json.loads(model[LAYOUT])
        with np.load(io.BytesIO(model[ARRAYS])) as arrays:
            drawing = _rebuild(columns, dict(arrays))
        drawing.set_random_state(random_state)
        matrix = drawing.sample(n)
        edges = np.cumsum([0, *(_width(column) for column in columns)])
        return pd.DataFrame(
            {
                column["name"]: _decode(column, matrix[:, low:high])
                for column, (low, high) in zip(columns, pairwise(edges), strict=True)
            }
        )


class _Stopped(Exception):  # noqa: N818  (it is no error)
    """Stops a training that offers no way to stop it."""


def _watched(tell: Callable[[Any, int], object]) -> Any:
    """Make a CTGAN that reports each epoch."""
    from ctgan import CTGAN

    class Watched(CTGAN):  # type: ignore[misc]
        _losses = None

        @property
        def loss_values(self) -> pd.DataFrame | None:
            return self._losses

        @loss_values.setter
        def loss_values(self, losses: pd.DataFrame | None) -> None:
            # A row more at the end of each epoch; None and empty before the first.
            self._losses = losses
            if losses is not None and len(losses):
                tell(self, len(losses))

    return Watched


def _files(model: Any) -> dict[str, bytes]:
    """Return what drawing needs: weights, and the meaning of the matrix's columns; no rows."""
    arrays = {name: values.cpu().numpy() for name, values in model._generator.state_dict().items()}
    arrays[SHARES] = model._data_sampler._discrete_column_category_prob
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    columns = [_describe(column) for column in model._transformer._column_transform_info_list]
    return {LAYOUT: json.dumps(columns).encode(), ARRAYS: buffer.getvalue()}


def _describe(column: Any) -> dict[str, Any]:
    """Describe a column's part of the matrix: codes, or normal distributions around means."""
    if column.column_type == "discrete":
        return {"name": column.column_name, "codes": [int(code) for code in column.transform.dummies]}
    mixture, valid = column.transform._bgm_transformer, column.transform.valid_component_indicator
    means = mixture.means_.ravel()[valid]
    scales = column.transform.STD_MULTIPLIER * np.sqrt(mixture.covariances_.ravel()[valid])
    return {"name": column.column_name, "means": means.tolist(), "scales": scales.tolist()}


def _width(column: Mapping[str, Any]) -> int:
    return len(column["codes"]) if "codes" in column else 1 + len(column["means"])


def _rebuild(columns: list[dict[str, Any]], arrays: dict[str, Any]) -> Any:
    """Make a CTGAN that draws matrices as the trained one did."""
    import torch
    from ctgan import CTGAN
    from ctgan.data_sampler import DataSampler
    from ctgan.data_transformer import SpanInfo
    from ctgan.synthesizers.ctgan import Generator

    shares = arrays.pop(SHARES)
    sampler = DataSampler.__new__(DataSampler)
    sampler._discrete_column_category_prob = shares
    sampler._n_discrete_columns = len(shares)
    sampler._n_categories = sum(len(column.get("codes", [])) for column in columns)
    drawing = CTGAN(enable_gpu=False)
    drawing._data_sampler = sampler
    drawing._transformer = _Matrices()
    drawing._transformer.output_info_list = [
        [SpanInfo(_width(column), "softmax")]
        if "codes" in column
        else [SpanInfo(1, "tanh"), SpanInfo(_width(column) - 1, "softmax")]
        for column in columns
    ]
    width = sum(map(_width, columns))
    drawing._generator = Generator(
        drawing._embedding_dim + sampler._n_categories, drawing._generator_dim, width
    )
    drawing._generator.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    return drawing


class _Matrices:
    """Keeps what is drawn as a matrix."""

    output_info_list: list[list[Any]]

    def inverse_transform(self, matrix: Floats) -> Floats:
        return matrix


def _decode(column: Mapping[str, Any], part: Floats) -> Any:
    if "codes" in column:
        return np.array(column["codes"])[part.argmax(axis=1)]
    component = part[:, 1:].argmax(axis=1)
    scales, means = np.array(column["scales"]), np.array(column["means"])
    return np.clip(part[:, 0], -1, 1) * scales[component] + means[component]


if __name__ == "__main__":
    CtganProcess.main()
