"""AIM: marginals measured with differential privacy, including the first look at the table."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.synthesis.aim_process import LAYOUT, MISSING, MISSING_CODE, RANGES_SHARE
from synth_handson.synthesis.engine import Engine, EpsilonUse, Setting
from synth_handson.synthesis.marginals import MOST_LISTED, Numbers, with_given
from synth_handson.synthesis.precision import read_precision
from synth_handson.synthesis.run import DELTA, TrainingRun
from synth_handson.synthesis.schema import PROTECTED_TOKEN, prepare
from synth_handson.synthesis.worker import WorkerPool
from synth_handson.synthesis.worker_training import WorkerModel, train_in_worker
from synth_handson.tables.alignment import as_text
from synth_handson.tables.checks import listed
from synth_handson.tables.columns import Column, column_kind, to_floats

PRECISIONS = "precisions.json"
Precision = tuple[int | None, int | None] | None
"""Decimals and unit of a column of numbers or dates; None for categories."""

POOL = WorkerPool("synth_handson.synthesis.aim_process")


class AimEngine(Engine):
    """Fits a graphical model to noisy marginals, by OpenDP's AIM.

    Notes
    -----
    R. McKenna, B. Mullins, D. Sheldon and G. Miklau, "AIM: an adaptive and iterative mechanism for
    differentially private synthetic data", VLDB 2022. Where numbers begin, end and are cut is measured with
    noise as well, and a category is only learned of if many have it. A person is one row. What is taken as
    known to everybody: the names, dtypes and levels of columns, how many decimals a number or which format a
    date has, the step that all values of a column are on, near which number whole ones beyond 2**53 lie, and
    how many rows there are.
    """

    name = "aim"
    package = "opendp"
    epsilon: EpsilonUse = "required"

    def settings(self, run: TrainingRun) -> dict[str, Setting]:
        """Return how the budget is split."""
        return {"delta": DELTA, "ranges_share": RANGES_SHARE}

    def train(self, run: TrainingRun) -> "AimModel":
        """Measure, and fit. The noise comes from the operating system, so a seed repeats nothing."""
        precisions: dict[str, Precision] = {}

        def request() -> dict[str, Any]:
            prepared = prepare(run.frame)
            precisions.update({str(name): _precision(column) for name, column in prepared.items()})
            frame = pd.DataFrame(
                {name: _encode(prepared[name], precision) for name, precision in precisions.items()}
            )
            # The library reserves a name; by number, no column can have it.
            frame.columns = pd.Index([f"column {n}" for n in range(len(precisions))])
            decimals = [precision[0] if precision else None for precision in precisions.values()]
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
        return AimModel({**files, PRECISIONS: json.dumps(precisions).encode()})

    def load(self, files: Mapping[str, bytes]) -> "AimModel":
        """Load a model from its files."""
        json.loads(files[PRECISIONS])
        return AimModel(dict(files))


class AimModel(WorkerModel):
    """A graphical model, and the form of its columns."""

    @property
    def pool(self) -> WorkerPool:
        """The workers with OpenDP imported."""
        return POOL

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows in a worker process, in the form of the original."""
        return self.draw_given({}, n, random_state)

    def draw_given(self, given: Mapping[str, Any], n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows with the given values, None for one that is missing.

        From the graphical model, in which nothing is left of what has other values (evidence: D. Koller and
        N. Friedman, "Probabilistic Graphical Models", 2009, 9.3). It costs no more ε, as the table is not
        looked at again.
        """
        precisions = json.loads(self.files[PRECISIONS])
        layout, names = json.loads(self.files[LAYOUT]), list(precisions)
        fixed = {}
        for name, value in given.items():
            key = f"column {names.index(name)}"
            fixed[key] = _index(name, layout[key], precisions[name], value)
        drawn = self.ask({"n": n, "random_state": random_state, "fixed": fixed})
        columns = {
            name: _decode(drawn[f"column {position}"], precision)
            for position, (name, precision) in enumerate(precisions.items())
        }
        return pd.DataFrame(with_given(columns, given))


def _precision(column: Column) -> Precision:
    return read_precision(column) if column_kind(column) in ("number", "date") else None


def _encode(column: Column, precision: Precision) -> Column:
    if precision is None:
        return as_text(column).astype("string")
    return pd.Series(to_floats(column) / (precision[1] or 1))


def _index(name: str, about: Mapping[str, Any], precision: Precision, value: Any) -> int:
    """Find the index of a given value among a column's values in the model."""
    if precision is None:
        known = about["texts"]
        code: Any = MISSING if value is None else as_text(pd.Series([value], dtype=object))[0]
    elif value is None:
        known, code = about["codes"], MISSING_CODE
    else:
        ranges = about["ranges"]
        numbers = Numbers(tuple(low for low, _ in ranges), tuple(high for _, high in ranges), *precision)
        known, code = about["codes"], numbers.code_of(name, value)
    if code in known:
        return int(known.index(code))
    if value is None:
        raise ArgumentError("given_impossible", columns=name)
    seen = [text for text in known if text not in (None, MISSING)][:MOST_LISTED]
    raise ArgumentError("given_category", column=name, value=value, known=listed(seen))


def _decode(drawn: Column, precision: Precision) -> Column:
    if precision is not None:
        decimals, unit = precision
        return Numbers((), (), decimals, unit).column(drawn.to_numpy(float))
    # What few have has no name; what is missing has one.
    return drawn.fillna(PROTECTED_TOKEN).replace(MISSING, pd.NA)
