"""A Gaussian copula: every column keeps its own distribution, and one correlation matrix joins them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from synth_handson.errors import ArgumentError
from synth_handson.metrics.arrays import Booleans, Floats, Integers, ratio
from synth_handson.synthesis.engine import Engine, Setting
from synth_handson.synthesis.marginals import (
    MARGINALS,
    MISSING,
    PIECES,
    Marginal,
    codes_of,
    read_marginals,
    shrunken_shares,
    with_given,
)
from synth_handson.synthesis.order import mutual_information, some_rows, target_setting
from synth_handson.synthesis.run import TrainingRun
from synth_handson.synthesis.schema import engine_name, prepare
from synth_handson.tables.checks import listed
from synth_handson.tables.texts import MIN_KEPT_ROWS

SWEEPS = 30
"""Gibbs sweeps over the given columns to draw their latent values jointly."""
LEAST_EIGENVALUE = 1e-6
TOLERANCE = 1e-8
MAX_CORRELATION = 0.995
FILE = "copula.json"


class CopulaEngine(Engine):
    """Fits a Gaussian copula on ranks, in a second."""

    name = "copula"
    package = "synth-handson"

    def settings(self, run: TrainingRun) -> dict[str, Setting]:
        """Return how values are protected, and the column that categories are ordered by."""
        return {"min_people": MIN_KEPT_ROWS, "pieces": PIECES, **target_setting(run.target)}

    def train(self, run: TrainingRun) -> CopulaModel:
        """Fit the marginals, then the correlations."""
        run.advance(phase="preparing")
        frame = prepare(run.frame)
        target = None if run.target is None else engine_name(run.frame.columns, run.target)
        run.advance(phase="training")
        marginals = read_marginals(frame)
        codes = {name: marginal.code(frame[name]) for name, marginal in marginals.items()}
        run.stop_if_cancelled()
        model = fit_copula(marginals, codes, target)
        run.complete()
        return model

    def load(self, files: Mapping[str, bytes]) -> CopulaModel:
        """Load a model from its file."""
        plain = json.loads(files[FILE])
        latents = tuple(
            Latent(
                about["name"], np.array(about["codes"]), np.array(about["shares"], float), about["missing"]
            )
            for about in plain["latents"]
        )
        correlation = np.array(plain["correlation"], float)
        if correlation.shape != (len(latents), len(latents)):
            raise ValueError(f"{len(latents)} latent columns, correlation of shape {correlation.shape}")
        return CopulaModel(MARGINALS.validate_python(plain["marginals"]), latents, correlation)


@dataclass(frozen=True, eq=False)
class Latent:
    """A standard normal variable, cut into intervals: one for each code of a column.

    Attributes
    ----------
    name
        The column.
    codes
        The codes, in the order of their intervals.
    shares
        Share of people in each interval.
    missing
        Whether it is not the column's values that it stands for, but whether there is one: codes 0 and 1.
    """

    name: str
    codes: Integers
    shares: Floats
    missing: bool

    @classmethod
    def of(
        cls, name: str, column: Integers, order: Integers, missing: bool = False, unordered: bool = False
    ) -> Latent:
        """Cut by the frequencies of the codes, in the order of the intervals."""
        times = np.bincount(column, minlength=int(order.max()) + 1)[order]
        there = times > 0
        shares = times[there] / times.sum()
        if unordered:
            shares = shrunken_shares(shares, len(column))
        return cls(name, order[there], shares, missing)

    @cached_property
    def bounds(self) -> Floats:
        """Ends of the intervals, from minus to plus infinity."""
        upto = np.concatenate([[0.0], np.cumsum(self.shares)[:-1], [1.0]])
        ends: Floats = special.ndtri(upto)
        return ends

    @cached_property
    def scores(self) -> Floats:
        """Mean of the latent variable within each interval."""
        density = np.exp(-(self.bounds**2) / 2) / np.sqrt(2 * np.pi)
        means: Floats = -np.diff(density) / self.shares
        return means

    def score(self, column: Integers) -> Floats:
        """Return each row's score; NaN where there is no interval for its code. Shape (n_rows,)."""
        table = np.full(max(int(self.codes.max()), int(column.max())) + 1, np.nan)
        table[self.codes] = self.scores
        return table[column]

    def cut(self, latent: Floats) -> tuple[Integers, Floats]:
        """Return the code of each latent value, and its relative position in the interval, 0 to 1."""
        shares = special.ndtr(latent)
        upto = np.concatenate([[0.0], np.cumsum(self.shares)])
        found = np.clip(np.searchsorted(upto, shares, "right") - 1, 0, len(self.codes) - 1)
        fractions = np.clip((shares - upto[found]) / self.shares[found], 0, 1)
        return self.codes[found], fractions

    def interval(self, code: int) -> tuple[float, float]:
        """Return the interval of a code."""
        place = int(np.flatnonzero(self.codes == code)[0])
        return float(self.bounds[place]), float(self.bounds[place + 1])


@dataclass(frozen=True, eq=False)
class CopulaModel:
    """Marginals, latent variables, and their correlation. It holds no rows.

    Notes
    -----
    R. B. Nelsen, "An Introduction to Copulas", 2nd edition, Springer 2006, for the construction; latent
    variables of ordered categories after U. Olsson, "Maximum likelihood estimation of the polychoric
    correlation coefficient", Psychometrika 44, 1979, of which the first term of the series is used.
    """

    marginals: dict[str, Marginal]
    latents: tuple[Latent, ...]
    correlation: Floats = field(repr=False)
    ready = True

    @property
    def files(self) -> Mapping[str, bytes]:
        """The model as one file of JSON."""
        latents = [
            {
                "name": latent.name,
                "codes": latent.codes.tolist(),
                "shares": latent.shares.tolist(),
                "missing": latent.missing,
            }
            for latent in self.latents
        ]
        plain = {
            "marginals": MARGINALS.dump_python(self.marginals, mode="json"),
            "latents": latents,
            "correlation": self.correlation.tolist(),
        }
        return {FILE: json.dumps(plain).encode()}

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows."""
        return self.draw_given({}, n, random_state)

    def draw_given(self, given: Mapping[str, Any], n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows of people who have the given values, None for one that is missing.

        The latent variables of given columns are drawn together within their intervals (Gibbs sampling of a
        truncated normal: J. Geweke, "Efficient simulation from the multivariate normal and Student-t
        distributions subject to linear constraints", 1991); all others then follow in closed form.
        """
        rng = np.random.default_rng(random_state)
        codes = codes_of(self.marginals, given)
        latent = _conditional_normals(self.correlation, self._intervals(codes), n, rng)
        drawn: dict[str, pd.Series[Any]] = {}
        missing: dict[str, Integers] = {}
        for position, one in enumerate(self.latents):
            found, fractions = one.cut(latent[:, position])
            if one.missing:
                missing[one.name] = found
            else:
                present = missing.get(one.name, np.ones(n, np.intp))
                drawn[one.name] = self.marginals[one.name].values(
                    np.where(present == MISSING, MISSING, found), fractions
                )
        for name, marginal in self.marginals.items():
            if name not in drawn:
                drawn[name] = marginal.values(np.full(n, MISSING), np.zeros(n))
        return pd.DataFrame(with_given({name: drawn[name] for name in self.marginals}, given))

    def _intervals(self, codes: Mapping[str, int]) -> dict[int, tuple[float, float]]:
        """Return the intervals to which given values restrict the latent variables, by position."""
        intervals: dict[int, tuple[float, float]] = {}
        waiting = dict(codes)
        for position, latent in enumerate(self.latents):
            code = codes.get(latent.name)
            if code is None or (code == MISSING and not latent.missing):
                continue
            if (code := min(code, 1) if latent.missing else code) not in latent.codes:
                break
            intervals[position] = latent.interval(code)
            if code == MISSING or not latent.missing:
                waiting.pop(latent.name)
        if waiting:
            raise ArgumentError("given_impossible", columns=listed(waiting))
        return intervals


def fit_copula(
    marginals: Mapping[str, Marginal],
    codes: Mapping[str, Integers],
    target: str | None,
    applies: Mapping[str, Booleans] | None = None,
) -> CopulaModel:
    """Fit the latent variables and their correlations.

    Parameters
    ----------
    marginals
        Of all columns.
    codes
        Of each column, those of all rows. Shape (n_rows,).
    target
        The column by which categories are ordered, if it has an order.
    applies
        Of some columns, the rows to which they apply; from the others nothing is learned of them.
    """
    everybody = np.ones(len(next(iter(codes.values()), ())), bool)
    applies = {name: (applies or {}).get(name, everybody) for name in marginals}
    latents = _latents(marginals, codes, target, applies)
    return CopulaModel(dict(marginals), latents, _correlation(latents, codes, applies))


def nearest_correlation(matrix: Floats, sweeps: int = 200) -> Floats:
    """Return the correlation matrix that is nearest to a symmetric one, and safely positive definite.

    Parameters
    ----------
    matrix
        Symmetric. Shape (d, d).
    sweeps
        Projections at most.

    Notes
    -----
    N. J. Higham, "Computing the nearest correlation matrix: a problem from finance", IMA Journal of Numerical
    Analysis 22, 2002: alternating projections with Dykstra's correction.
    """
    nearest, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(sweeps):
        shifted = nearest - correction
        values, vectors = np.linalg.eigh(shifted)
        positive = (vectors * np.maximum(values, 0)) @ vectors.T
        correction = positive - shifted
        before = nearest
        nearest = positive.copy()
        np.fill_diagonal(nearest, 1)
        if np.abs(nearest - before).max() < TOLERANCE:
            break
    values, vectors = np.linalg.eigh(nearest)
    if values[0] < LEAST_EIGENVALUE:
        nearest = (vectors * np.maximum(values, LEAST_EIGENVALUE)) @ vectors.T
    scale = 1 / np.sqrt(np.diag(nearest))
    return nearest * np.outer(scale, scale)


def _latents(
    marginals: Mapping[str, Marginal],
    codes: Mapping[str, Integers],
    target: str | None,
    applies: Mapping[str, Booleans],
) -> tuple[Latent, ...]:
    ordered = {name: codes[name] for name, marginal in marginals.items() if marginal.ordered}
    latents: list[Latent] = []
    for name, marginal in marginals.items():
        column = codes[name][applies[name]]
        absent = column == MISSING
        if absent.any():
            latents.append(Latent.of(name, (~absent).astype(np.intp), np.array([0, 1]), missing=True))
        if absent.all():
            continue
        order = np.arange(1, marginal.size)
        if name not in ordered and ordered:
            others = {other: of[applies[name]] for other, of in ordered.items()}
            order = order[_order_by(column, others, target)]
        latents.append(Latent.of(name, column[~absent], order, unordered=not marginal.ordered))
    return tuple(latents)


def _order_by(column: Integers, ordered: Mapping[str, Integers], target: str | None) -> Integers:
    """Order categories by the target, or by the column with the highest mutual information."""
    by = target
    if by is None or by not in ordered:
        rows = some_rows(len(column))
        by = max(ordered, key=lambda name: mutual_information(column[rows], ordered[name][rows]))
    people = np.bincount(column)
    means = np.bincount(column, ordered[by]) / np.maximum(people, 1)
    return np.argsort(means[1:], kind="stable")


def _correlation(
    latents: Sequence[Latent], codes: Mapping[str, Integers], applies: Mapping[str, Booleans]
) -> Floats:
    """Estimate the latent variables' correlations, each pair from the people who have both."""
    if not latents:
        return np.zeros((0, 0))
    columns = []
    for latent in latents:
        column = codes[latent.name]
        scores = latent.score(np.minimum(column, 1) if latent.missing else column)
        columns.append(np.where(applies[latent.name], scores, np.nan))
    scores = np.column_stack(columns)
    there = ~np.isnan(scores)
    scores = np.where(there, scores, 0)
    both = there.T.astype(float) @ there.astype(float)
    shown = np.array([latent.shares @ latent.scores**2 for latent in latents])
    # The scores of a variable cut into intervals show only a part of its variance.
    correlation = ratio(scores.T @ scores, both * np.outer(shown, shown))
    correlation = np.clip(correlation, -MAX_CORRELATION, MAX_CORRELATION)
    np.fill_diagonal(correlation, 1)
    return nearest_correlation(correlation)


def _conditional_normals(
    correlation: Floats, intervals: Mapping[int, tuple[float, float]], n: int, rng: np.random.Generator
) -> Floats:
    """Draw normals with this correlation, some of them within intervals. Shape (n, d)."""
    given = np.array(sorted(intervals), np.intp)
    rest = np.setdiff1d(np.arange(len(correlation)), given)
    drawn = np.empty((n, len(correlation)))
    inside = drawn[:, given] = _truncated_normals(
        correlation[np.ix_(given, given)], [intervals[i] for i in given.tolist()], n, rng
    )
    weights = np.linalg.solve(correlation[np.ix_(given, given)], correlation[np.ix_(given, rest)])
    left = correlation[np.ix_(rest, rest)] - correlation[np.ix_(rest, given)] @ weights
    factor = np.linalg.cholesky(left)
    drawn[:, rest] = inside @ weights + rng.standard_normal((n, len(rest))) @ factor.T
    return drawn


def _truncated_normals(
    correlation: Floats, intervals: Sequence[tuple[float, float]], n: int, rng: np.random.Generator
) -> Floats:
    precision = np.linalg.inv(correlation)
    drawn = np.zeros((n, len(intervals)))
    for _ in range(SWEEPS if len(intervals) > 1 else 1):
        for i, (low, high) in enumerate(intervals):
            spread = precision[i, i] ** -0.5
            mean = drawn[:, i] - (drawn @ precision[i]) / precision[i, i]
            least, most = special.ndtr((low - mean) / spread), special.ndtr((high - mean) / spread)
            shares = np.clip(least + rng.random(n) * (most - least), 1e-15, 1 - 1e-15)
            drawn[:, i] = np.clip(mean + spread * special.ndtri(shares), low, high)
    return drawn
