"""Which engine for whom: several engines trained on one table, and their tables put through one evidence."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from synth_handson.errors import ArgumentError, SynthHandsonError
from synth_handson.evidence.assessment import Evidence, assess
from synth_handson.evidence.controls.known_tables import copy_rows
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.three_tables import halves
from synth_handson.evidence.verdict import Outcome
from synth_handson.synthesis.registry import get_engine
from synth_handson.synthesis.training import train_generator
from synth_handson.tables.checks import (
    MIN_ASSESSED_ROWS,
    check_callback,
    check_positive,
    check_rows,
    check_seed,
    check_table,
    check_target,
)

HOLDOUT, COPIED = "holdout", "copied"
"""Baselines beside the engines: half of the holdout compared with the other half (the best possible result,
if there are enough rows), and the training rows themselves (the worst)."""
LOCAL_ENGINES = ("mostly", "copula", "trees")
MAX_ROWS = 5_000
"""Synthetic rows that are drawn from each engine and assessed."""


@dataclass(frozen=True)
class Trial:
    """One table, assessed.

    Attributes
    ----------
    engine
        What drew it; "holdout" or "copied" for the two tables of real rows.
    seed
        Seed of the training, the rows and the evidence.
    seconds
        Seconds until the rows were there, training included; 0 for real rows, or a generator from the store.
    evidence
        What was measured.
    """

    engine: str
    seed: int
    seconds: float
    evidence: Evidence

    @property
    def kept(self) -> Measure | None:
        """Share of a model's performance that is kept, of the median model; 1 is as good as real rows."""
        return self.evidence.median_kept

    @property
    def risk(self) -> Measure:
        """How well an attack tells training people from others: area under the ROC curve, .5 is by chance."""
        return next(m for m in self.evidence.privacy.measures if m.name == "attack_auc")

    @property
    def c2st(self) -> Measure:
        """How well a classifier tells its rows from real ones: area under the ROC curve, .5 is best."""
        return next(m for m in self.evidence.fidelity.joint if m.name == "c2st_auc")

    @property
    def verdict(self) -> Outcome:
        """The verdict on privacy."""
        return self.evidence.verdict


@dataclass(frozen=True)
class EngineComparison:
    """Engines beside each other, and beside real rows.

    Attributes
    ----------
    trials
        One for each engine and seed, then those of real rows.
    failed
        Engine, seed and error of each training or assessment that failed.
    """

    trials: tuple[Trial, ...]
    failed: tuple[tuple[str, int, SynthHandsonError], ...] = ()

    def table(self) -> pd.DataFrame:
        """Return a row for each trial: use, privacy risk with 95 % intervals, verdict, and seconds."""
        return pd.DataFrame([_row(trial) for trial in self.trials])


def compare_engines(
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    target: str | int | None = None,
    *,
    engines: Sequence[str] = LOCAL_ENGINES,
    seeds: Sequence[int] = (0,),
    rows: int | None = None,
    epsilon: float | None = None,
    on_progress: Callable[[str, int], object] | None = None,
) -> EngineComparison:
    """Train engines on one table, and assess what each draws: use against the risk for people in it.

    Every table is put through the same evidence, and none of that is tuned to an engine. An engine that fails
    on the table does not end the comparison.

    Parameters
    ----------
    train, holdout
        Two parts of one real table, split at random.
    target
        Column that a model is to predict, if there is one; without it, no use is measured.
    engines
        Names for :func:`~synth_handson.train_generator`.
    seeds
        Each engine is trained, drawn from and assessed with each of them.
    rows
        Synthetic rows to draw each time; by default as many as there are training rows, at most 5,000.
    epsilon
        The ε of differential privacy for the engines that must be told one, "aim"; the others train without.
    on_progress
        Called with the engine and the seed whenever one begins.

    Returns
    -------
    EngineComparison
        What was measured. `synth_handson.presentation.frontier.frontier_chart` draws it.

    Raises
    ------
    ArgumentError
        If there is no such engine or target, an engine is not installed, none or no seed is named, or a seed
        or the number of rows is out of range.
    TableError
        If the table cannot be trained on, or the real rows themselves cannot be assessed.
    """
    for several in (engines, seeds):
        if isinstance(several, str) or not isinstance(several, Sequence) or not several:
            raise ArgumentError("compare_nothing")
    allowed = None if epsilon is None else check_positive("epsilon", epsilon)
    requests = {engine: _requested(engine, allowed) for engine in engines}
    checked = [check_seed(seed) for seed in seeds]
    check_callback(on_progress)
    check_table(train)
    check_target(target, train.columns)
    n = min(len(train), MAX_ROWS) if rows is None else rows
    check_rows(n)
    trials = list(_real_rows(train, holdout, target, n))
    drawn: list[Trial] = []
    failed: list[tuple[str, int, SynthHandsonError]] = []
    for engine in engines:
        for seed in checked:
            if on_progress:
                on_progress(engine, seed)
            try:
                drawn.append(_try(engine, requests[engine], seed, train, holdout, target, n))
            except SynthHandsonError as error:
                failed.append((engine, seed, error))
    return EngineComparison((*drawn, *trials), tuple(failed))


def _requested(engine: str, epsilon: float | None) -> float | None:
    """Return the ε for an engine that must be told one; the others are trained without."""
    if get_engine(engine).epsilon != "required":
        return None
    if epsilon is None:
        raise ArgumentError("epsilon_required", engine=engine)
    return epsilon


def _try(
    engine: str,
    epsilon: float | None,
    seed: int,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    target: str | int | None,
    rows: int,
) -> Trial:
    begun = time.monotonic()
    generator = train_generator(train, target=target, engine=engine, epsilon=epsilon, random_state=seed)
    synthetic = generator.sample(rows, random_state=seed)
    seconds = 0.0 if generator.from_store else time.monotonic() - begun
    evidence = assess(synthetic, train=train, holdout=holdout, target=target, random_state=seed)
    return Trial(engine, seed, seconds, evidence)


def _real_rows(
    train: pd.DataFrame, holdout: pd.DataFrame, target: str | int | None, rows: int
) -> Iterator[Trial]:
    if len(holdout) >= 2 * MIN_ASSESSED_ROWS:
        one, other = halves(holdout, 0)
        yield Trial(HOLDOUT, 0, 0.0, assess(one, train=train, holdout=other, target=target))
    copied = copy_rows(train, min(rows, len(train)), 0)
    yield Trial(COPIED, 0, 0.0, assess(copied, train=train, holdout=holdout, target=target))


def _row(trial: Trial) -> dict[str, object]:
    kept, risk, apart = trial.kept, trial.risk, trial.c2st
    nothing = float("nan")
    return {
        "engine": trial.engine,
        "seed": trial.seed,
        "kept": kept.value if kept else nothing,
        "kept_low": kept.low if kept else nothing,
        "kept_high": kept.high if kept else nothing,
        "attack_auc": risk.value,
        "attack_auc_low": risk.low,
        "attack_auc_high": risk.high,
        "c2st_auc": apart.value,
        "verdict": trial.verdict,
        "seconds": round(trial.seconds, 2),
    }
