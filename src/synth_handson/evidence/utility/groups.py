"""How much of a prediction is kept for each group of people: a good mean can hide a group that loses it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from synth_handson.evidence.fidelity.broken import MAX_VALUES, value_text
from synth_handson.evidence.measures import Measure
from synth_handson.metrics.arrays import Booleans, Floats
from synth_handson.metrics.intervals import Estimate

MIN_PEOPLE = 20
"""Fewest test people in a group for it to be reported."""
LEAST_GAIN = 0.05
"""Smallest gain over guessing, as a share of guessing's error, that a loss is compared with."""
MISSES = 0.05
"""Probability that at least one of the groups' intervals misses."""


class Errors(NamedTuple):
    """Squared errors on the people tested on: of a model, and of models that learned from parts of its rows.

    Shapes (n,) and (parts, n).
    """

    whole: Floats
    parts: Floats


class Contest(NamedTuple):
    """Errors of one kind of model trained on synthetic rows and on real ones."""

    synthetic: Errors
    real: Errors


@dataclass(frozen=True)
class GroupUtility:
    """Performance kept for the people with one category of one column.

    Attributes
    ----------
    column, category
        Who they are.
    kept
        "group_kept" of the median model; ``rows`` is the number of people. Its interval holds for all groups
        at once.
    """

    column: str
    category: str
    kept: Measure


def assess_groups(
    people: pd.DataFrame, guessing: Floats, models: Sequence[Contest]
) -> tuple[GroupUtility, ...]:
    """Measure the performance kept for each group: the people with one category of one column.

    In each group, what a model trained on synthetic rows loses against one trained on real rows, in mean
    squared error (of numbers, or of the probabilities of classes: the Brier score), is divided by what real
    rows gain over guessing: in this group, or on average over all people, whichever is more, and at least a
    twentieth of guessing's error. So no group counts as lost because next to nothing could be learned of it.
    1 is as good as real rows; below 0, more is lost than they gain.

    Parameters
    ----------
    people
        The people tested on, without the target. Shape (n, columns).
    guessing
        Squared error of predicting for everybody the mean of the real rows trained on, or the shares of their
        classes. Shape (n,).
    models
        Errors of each kind of model.

    Returns
    -------
    tuple of GroupUtility
        The group for which least may be kept comes first. Groups are categories, and values of numbers with
        at most 20 different ones, of at least 20 people.

    Notes
    -----
    Both models of a pair are tested on the same people. The intervals (Student's t, after Welch and
    Satterthwaite) hold for all groups at once (Bonferroni), so that chance names a group in one of twenty
    tables at most. As for all models, which people were tested and which rows were trained on count.
    G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78,
    1950. Groups that a good mean hides: Buolamwini & Gebru, "Gender shades", FAT* 2018.
    """
    groups = list(_groups(people))
    found = []
    for column, category, members in groups:
        by_model = [_kept(model, guessing, members, MISSES / len(groups)) for model in models]
        kept = sorted(by_model, key=lambda kept: kept.value)[len(by_model) // 2]
        measure = Measure("group_kept", kept, Estimate(1.0, 1.0, 1.0), rows=int(members.sum()))
        found.append(GroupUtility(column, category, measure))
    return tuple(sorted(found, key=lambda one: one.kept.high or 0.0))


def _groups(people: pd.DataFrame) -> Iterator[tuple[str, str, Booleans]]:
    for name in people.columns:
        counts = people[name].value_counts()
        if people[name].dtype == np.float64 and len(counts) > MAX_VALUES:
            continue
        if len(counts) < 2:
            continue
        for value, size in counts.items():
            if size >= MIN_PEOPLE:
                yield str(name), value_text(value), (people[name] == value).to_numpy(bool)


def _kept(model: Contest, guessing: Floats, members: Booleans, misses: float) -> Estimate:
    """Estimate the share kept in a group; only the loss is uncertain, and what real rows gain its unit."""
    from scipy.stats import t

    gains = guessing - model.real.whole
    gain = float(max(gains[members].mean(), gains.mean(), LEAST_GAIN * guessing.mean()))
    lost = (model.synthetic.whole - model.real.whole)[members]
    tested = float(np.var(lost, ddof=1)) / len(lost)
    by_part = [errors.parts[:, members].mean(axis=1) for errors in model]
    trained = sum(float(np.var(means, ddof=1)) / len(means) for means in by_part)
    kept = 1 - float(lost.mean()) / gain
    if tested + trained == 0:
        return Estimate(kept, kept, kept)
    uncertain = tested**2 / (len(lost) - 1) + trained**2 / sum(len(means) - 1 for means in by_part)
    quantile = float(t.ppf(1 - misses / 2, (tested + trained) ** 2 / uncertain))
    half = quantile * float(np.sqrt(tested + trained)) / gain
    return Estimate(kept, kept - half, kept + half)
