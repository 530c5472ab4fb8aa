"""For coders: the reader's own attack, tried where the answer is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.evidence.controls.known_tables import (
    change_category,
    copy_rows,
    jitter_rows,
    plant_rows,
    replace_rows,
    shuffle_columns,
)
from synth_handson.evidence.three_tables import sample_rows
from synth_handson.metrics.arrays import Floats
from synth_handson.metrics.distances import nearest_neighbors
from synth_handson.metrics.intervals import Estimate
from synth_handson.metrics.scores import bootstrap_weights, classification
from synth_handson.pipeline.tables import Tables

Attack = Callable[[pd.DataFrame, pd.DataFrame], object]
"""Takes a synthetic table and people; returns how likely each was trained on, or one score."""

PEOPLE = 500
"""Training people who are attacked, and as many unseen ones."""
REPLICATES = 200


def closest_person(synthetic: pd.DataFrame, people: pd.DataFrame) -> object:
    """Suspect people with a synthetic row close by."""
    distances, _ = nearest_neighbors(people, synthetic, k=1)
    return -distances


@dataclass(frozen=True)
class Tried:
    """What an attack, or a score, makes of a table whose answer is known.

    Attributes
    ----------
    control
        "synthetic": the table on show. "shuffled": without relations. "planted", "disguised", "jittered",
        "copied": leaks.
    leaks
        Whether training people stand in it.
    auc
        Area under the curve by which training people are told from unseen ones, 0 to 1, .5 by chance; None
        of a score.
    scores
        Value of a score for the training people, and for the unseen ones.
    """

    control: str
    leaks: bool
    auc: Estimate | None = None
    scores: tuple[float, float] | None = None

    @property
    def alarm(self) -> bool | None:
        """Whether it tells training people from unseen ones; None of a score, which has no test."""
        return None if self.auc is None else self.auc.low > 0.5


def try_attack(attack: Attack, tables: Tables, random_state: int = 0) -> tuple[Tried, ...]:
    """Try an attack on the controls, on `PEOPLE` training and as many unseen people.

    Raises
    ------
    ArgumentError
        If it fails, or returns neither one number for each person nor a single one.
    """
    train, synthetic = tables.train, tables.synthetic
    people = [sample_rows(table, PEOPLE, random_state) for table in (train, tables.holdout)]
    return tuple(
        _try(attack, control, leaks, table, people, random_state)
        for control, leaks, table in _controls(train, synthetic, people[0], random_state)
    )


def _controls(
    train: pd.DataFrame, synthetic: pd.DataFrame, people: pd.DataFrame, random_state: int
) -> list[tuple[str, bool, pd.DataFrame]]:
    """Make the leaks from the people who are attacked, so that few of them suffice to show."""
    rows = len(people)
    disguised = change_category(people, rows // 2, 1, random_state)
    return [
        ("synthetic", False, synthetic),
        ("shuffled", False, shuffle_columns(synthetic, random_state)),
        ("planted", True, plant_rows(synthetic, people, min(1.0, 0.4 * rows / len(synthetic)), random_state)),
        ("disguised", True, replace_rows(synthetic, disguised.head(len(synthetic)), random_state)),
        ("jittered", True, jitter_rows(people, rows, random_state=random_state)),
        ("copied", True, copy_rows(people, rows, random_state)),
    ]


def _try(
    attack: Attack,
    control: str,
    leaks: bool,
    table: pd.DataFrame,
    people: list[pd.DataFrame],
    random_state: int,
) -> Tried:
    """Attack the people of both groups."""
    said = [_numbers(attack, table, group) for group in people]
    if all(numbers.ndim == 0 for numbers in said):
        return Tried(control, leaks, scores=(float(said[0]), float(said[1])))
    if any(numbers.shape != (len(group),) for numbers, group in zip(said, people, strict=True)):
        raise ArgumentError("attack_shape", shape=said[0].shape, people=len(people[0]))
    scores = np.concatenate(said)
    trained = np.repeat([1, 0], list(map(len, people)))
    weights = bootstrap_weights(len(scores), REPLICATES, random_state)
    auc = classification(weights, trained, np.column_stack([-scores, scores]))["roc_auc"]
    low, high = np.nanquantile(auc[1:], [0.025, 0.975])
    return Tried(control, leaks, Estimate(float(auc[0]), float(low), float(high)))


def _numbers(attack: Attack, table: pd.DataFrame, people: pd.DataFrame) -> Floats:
    try:
        numbers = np.squeeze(np.asarray(attack(table.copy(), people.copy()), dtype="float64"))
    except Exception as error:
        raise ArgumentError("attack_failed", reason=f"{type(error).__name__}: {error}") from error
    if not np.isfinite(numbers).all():
        raise ArgumentError("attack_finite")
    return numbers
