"""The child process that runs AIM with differential privacy: ``python -m`` this module, and a folder."""

import io
import json
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log, sqrt
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.synthesis.worker_process import WorkerProcess

LAYOUT, POTENTIALS = "layout.json", "potentials.npz"
RANGES_SHARE = 0.1
"""Share of the budget spent on where the ranges of numbers begin and end."""
ENDS_SHARE = 0.5
"""Part of it for a column's two ends; the rest is for the ranges between."""
FALSE_END = 0.001
"""Probability that noise alone produces an end. People beyond the ends count at the nearest end."""
QUANTILES = tuple(n / 20 for n in range(1, 20, 2))
"""Quantiles that separate the ranges; each range is then halved."""
FEW_RANGES = 20
"""Possible values up to which whole numbers get no ranges."""
STEPS = 500
"""Candidates for a quantile between the two ends."""
SMALLEST, LARGEST = 1e-6, 1e15
PARTS = 256
"""Parts into which the range of a column is divided if it lies between two consecutive sizes."""
IMPOSSIBLE = -1e9
"""Logarithm of a probability of practically 0."""
MISSING, MISSING_CODE = "\0missing", 0
"""Stand for a missing text and a missing number."""


class AimProcess(WorkerProcess):
    """Measures marginals with noise, and fits a graphical model to them."""

    def load(self) -> None:
        """Import OpenDP, and JAX, on which the model is fitted."""
        import mbi  # noqa: F401  (seconds of imports, paid before the first request)
        import opendp.prelude as dp

        # OpenDP asks for this word where the proof of a part has yet to go through its own review.
        dp.enable_features("contrib")

    def train(
        self, frame: pd.DataFrame, whole: list[str], complete: list[str], epsilon: float, delta: float
    ) -> None:
        """Measure ``frame``: numbers, some of them whole, some never missing, and texts."""
        started = time.monotonic()
        self.tell({"epoch": 0.0, "total_time": 0.0}, None)
        numbers = frame.select_dtypes("number").columns.tolist()
        texts = [name for name in frame if name not in numbers]
        # Half of delta is for the texts that only one person may have, half for the conversion.
        rho = concentrated(epsilon, delta / 2)
        ranges: dict[str, list[tuple[float, float]]] = {}
        for name in numbers:
            values = frame[name].dropna().to_numpy(float)
            ranges[name] = _private_ranges(values, name in whole, RANGES_SHARE * rho / len(numbers))
        rest = rho * (1 - RANGES_SHARE) if numbers else rho
        coded = pd.DataFrame(
            {
                name: _code(frame[name].to_numpy(float), ranges[name])
                if name in ranges
                else frame[name].astype("string").fillna(MISSING)
                for name in frame
            }
        )
        keys = {
            name: list(range(MISSING_CODE + (name in complete), len(pieces) + 1))
            for name, pieces in ranges.items()
        }
        table = _measure(coded, keys, rest, delta / 2 if texts else None)
        trained = time.monotonic() - started
        self.tell({"epoch": 1.0, "total_time": trained, "whole": True}, _files(table, ranges))

    def sample(
        self, model: Mapping[str, bytes], n: int, random_state: int, fixed: Mapping[str, int]
    ) -> pd.DataFrame:
        """Draw ``n`` rows of numbers and texts; what must stay private is missing.

        Columns that are ``fixed`` have the value at that place.
        """
        columns = json.loads(model[LAYOUT])
        np.random.seed(random_state)
        with np.load(io.BytesIO(model[POTENTIALS])) as arrays:
            codes = _rebuild(columns, dict(arrays), fixed).synthetic_data(n, "sample").df
        rng = np.random.default_rng(random_state)
        return pd.DataFrame({name: _decode(column, codes[name], rng) for name, column in columns.items()})


def concentrated(epsilon: float, delta: float) -> float:
    """Return the budget of zero-concentrated differential privacy that implies (epsilon, delta).

    Notes
    -----
    ρ + 2 √(ρ ln 1/δ) = ε: M. Bun and T. Steinke, "Concentrated differential privacy: simplifications,
    extensions, and lower bounds", TCC 2016, proposition 1.3.
    """
    return (sqrt(log(1 / delta) + epsilon) - sqrt(log(1 / delta))) ** 2


def _private_ranges(values: Floats, whole: bool, rho: float) -> list[tuple[float, float]]:
    """Choose the ranges of a column of numbers, spending ``rho``."""
    low, high = _private_ends(values, whole, rho * ENDS_SHARE)
    if whole and high - low < FEW_RANGES:
        return [(value, value) for value in np.arange(low, high + 1).tolist()]
    steps = np.linspace(low, high, STEPS)
    sizes = [size for size in _sizes(whole, 1.1) if low <= size <= high]
    candidates = sorted({*(np.round(steps) if whole else steps).tolist(), *sizes})
    spent = rho * (1 - ENDS_SHARE) / len(QUANTILES)
    inner = sorted(_private_quantile(values, candidates, share, spent) for share in QUANTILES)
    # An end is known up to a factor of 2 only; few are further out than the others are apart.
    apart = (inner[-1] - inner[0]) or (high - low) / STEPS
    cuts = np.array([max(low, inner[0] - apart), *inner, min(high, inner[-1] + apart)])
    cuts = np.unique(np.round(cuts) if whole else cuts)
    middles = (cuts[:-1] + cuts[1:]) / 2
    cuts = np.unique([*cuts, *(np.round(middles) if whole else middles)]).tolist()
    if not whole:
        return list(pairwise(cuts))
    return [(first, after - 1) for first, after in zip(cuts[:-1], [*cuts[1:-1], cuts[-1] + 1], strict=True)]


def _sizes(whole: bool, factor: float) -> list[float]:
    """Return a geometric grid of numbers, independent of the column."""
    smallest = 0 if whole else round(np.log(SMALLEST) / np.log(factor))
    sizes = factor ** np.arange(smallest, np.log(LARGEST) / np.log(factor))
    sizes = np.unique(np.round(sizes)) if whole else sizes
    return [*(-sizes[::-1]).tolist(), 0.0, *sizes.tolist()]


def _private_ends(values: Floats, whole: bool, rho: float) -> tuple[float, float]:
    """Find the ends of a column, up to a factor of 2, or closer if all values are between two sizes."""
    sizes = _sizes(whole, 2.0)
    low, high = _private_span(values, sizes, rho / 2)
    if high == sizes[sizes.index(low) + 1]:
        steps = np.linspace(low, high, PARTS + 1)
        edges = np.unique(np.round(steps) if whole else steps).tolist()
        low, high = _private_span(values, edges, rho / 2)
    return low, high - 1 if whole else high


def _private_span(values: Floats, edges: list[float], rho: float) -> tuple[float, float]:
    """Return the outer edges of all bins that contain people by noisy counts."""
    import opendp.prelude as dp

    bins = np.clip(np.searchsorted(edges, values, "right") - 1, 0, len(edges) - 2)
    count = dp.t.make_count_by_categories(
        dp.vector_domain(dp.atom_domain(T=int)),
        dp.symmetric_distance(),
        categories=list(range(len(edges) - 1)),
        null_category=False,
        MO=dp.L2Distance[int],
    )

    def measure(scale: float) -> Any:
        return count >> dp.m.then_gaussian(scale)

    scale = dp.binary_search_param(measure, d_in=1, d_out=rho, T=float)
    noisy = np.array(measure(scale)(bins.tolist()))
    least = scale * norm.isf(FALSE_END / len(noisy))
    seen = np.flatnonzero(noisy > min(least, noisy.max() - 1))
    return edges[seen[0]], edges[seen[-1] + 1]


def _private_quantile(values: Floats, candidates: Sequence[float], share: float, rho: float) -> float:
    """Choose one of the candidates as a quantile, spending ``rho``."""
    import opendp.prelude as dp

    def measure(scale: float) -> Any:
        return dp.m.make_private_quantile(
            dp.vector_domain(dp.atom_domain(T=float, nan=False)),
            dp.symmetric_distance(),
            dp.zero_concentrated_divergence(),
            candidates=list(candidates),
            alpha=share,
            scale=scale,
        )

    found: float = dp.binary_search_chain(measure, d_in=1, d_out=rho, T=float)(values.tolist())
    return found


def _code(values: Floats, ranges: Sequence[tuple[float, float]]) -> Integers:
    """Return the number of each value's range, from 1 on; those beyond go to the ends."""
    codes = np.clip(np.searchsorted([low for low, _ in ranges], values, "right"), 1, None)
    return np.where(np.isnan(values), MISSING_CODE, codes)


def _measure(coded: pd.DataFrame, keys: Mapping[str, list[int]], rho: float, delta: float | None) -> Any:
    """Measure marginals of codes and texts by AIM, each person being one row."""
    import opendp.prelude as dp
    import polars as pl
    from opendp.extras.mbi import AIM

    context = dp.Context.compositor(
        data=pl.from_pandas(coded).lazy(),
        privacy_unit=dp.unit_of(contributions=1),
        privacy_loss=dp.loss_of(rho=rho) if delta is None else dp.loss_of(rho=rho, delta=delta),
        split_evenly_over=1,
    )
    return context.query().contingency_table(keys=keys, algorithm=AIM(queries=2)).release()


def _files(table: Any, ranges: Mapping[str, list[tuple[float, float]]]) -> dict[str, bytes]:
    """Return what drawing needs: the meaning of codes and the model's potentials; all of it is released."""
    keys = {name: series.to_list() for name, series in table.keys.items()}
    columns = {
        name: {"size": len(keys[name]), "ranges": ranges[name], "codes": keys[name]}
        if name in ranges
        else {"size": len(keys[name]), "texts": keys[name]}
        for name in keys
    }
    buffer = io.BytesIO()
    potentials = table.model.potentials
    arrays: dict[str, Any] = {
        json.dumps(clique): np.asarray(potentials[clique].values) for clique in potentials.cliques
    }
    np.savez(buffer, **arrays)
    return {LAYOUT: json.dumps(columns).encode(), POTENTIALS: buffer.getvalue()}


def _rebuild(columns: Mapping[str, Any], arrays: Mapping[str, Floats], fixed: Mapping[str, int]) -> Any:
    from mbi import CliqueVector, Domain, Factor, MarkovRandomField

    domain = Domain.fromdict({name: column["size"] for name, column in columns.items()})
    factors = {}
    for clique, values in arrays.items():
        names = tuple(json.loads(clique))
        factors[names] = Factor(domain.project(names), values)
    for name, place in fixed.items():
        evidence = np.where(np.arange(columns[name]["size"]) == place, 0.0, IMPOSSIBLE)
        factor = Factor(domain.project((name,)), evidence)
        factors[(name,)] = factors[(name,)] + factor if (name,) in factors else factor
    potentials = CliqueVector(domain, list(factors), factors)
    return MarkovRandomField(potentials=potentials, marginals=potentials)


def _decode(column: Mapping[str, Any], indices: Any, rng: np.random.Generator) -> Any:
    indices = np.asarray(indices)
    if "texts" in column:
        return pd.Series(np.array(column["texts"], dtype=object)[indices], dtype="string")
    # The library has a code for anything else, which nobody has; noise may give it to a few.
    known = [code for code in column["codes"] if code is not None]
    codes = np.array([known[len(known) // 2] if code is None else code for code in column["codes"]])[indices]
    low, high = np.array([(np.nan, np.nan), *column["ranges"]]).T
    return low[codes] + rng.random(len(codes)) * (high - low)[codes]


if __name__ == "__main__":
    AimProcess.main()
