"""How well predictions fit, for many weightings of the rows at once: a bootstrap without refitting anything.

Every measure is an array of shape (draws,): one number for each column of ``weights``.
"""

from __future__ import annotations

import numpy as np

from synth_handson.metrics.arrays import Booleans, Floats, Integers, ratio


def bootstrap_weights(rows: int, replicates: int, random_state: int) -> Floats:
    """Count how often each row is drawn in each bootstrap sample; the first draw is the sample itself.

    Returns
    -------
    ndarray
        Shape (rows, 1 + replicates): ones in the first column, counts that sum to ``rows`` in the others.
    """
    generator = np.random.default_rng(random_state)
    weights = np.ones((rows, 1 + replicates))
    for draw in range(1, 1 + replicates):
        weights[:, draw] = np.bincount(generator.integers(rows, size=rows), minlength=rows)
    return weights


def classification(weights: Floats, classes: Integers, scores: Floats) -> dict[str, Floats]:
    """Measure how well scores tell classes apart.

    With two classes, class 1 is the positive one. With more, each is told from the rest, and the classes'
    plain mean is taken (macro average), so that a rare class counts as much as a frequent one. The class with
    the highest score is the predicted one: with two, from a probability of one half on.

    Parameters
    ----------
    weights
        Shape (n_rows, draws), whole numbers.
    classes
        Each row's class, 0 to n_classes - 1. Shape (n_rows,).
    scores
        Probability of each class. Shape (n_rows, n_classes).

    Returns
    -------
    dict
        "roc_auc", "pr_auc" (average precision), "accuracy", "f1", "precision", "recall": each 0 to 1, high is
        good. With two classes, precision is NaN where the positive one is never predicted; with more, such a
        class counts as 0. A class that a draw lacks is left out of its mean; NaN where none is left.

    Notes
    -----
    Average precision, and the curve's area by ranks with ties halved, are defined as in scikit-learn.
    """
    predicted = scores.argmax(axis=1)
    judged = [1] if scores.shape[1] == 2 else range(scores.shape[1])
    by_class = [
        _one_against_rest(weights, classes == one, scores[:, one], predicted == one) for one in judged
    ]
    accuracy = (predicted == classes) @ weights / weights.sum(axis=0)
    averages = {name: _mean_of_known([measured[name] for measured in by_class]) for name in by_class[0]}
    if judged == [1]:
        averages["precision"] = np.where((predicted == 1) @ weights > 0, averages["precision"], np.nan)
    return {
        "roc_auc": averages["roc_auc"],
        "pr_auc": averages["pr_auc"],
        "accuracy": accuracy,
        "f1": averages["f1"],
        "precision": averages["precision"],
        "recall": averages["recall"],
    }


def regression(weights: Floats, target: Floats, predicted: Floats) -> dict[str, Floats]:
    """Measure how far predicted numbers are from the true ones.

    Parameters
    ----------
    weights
        Shape (n_rows, draws), whole numbers.
    target, predicted
        Shape (n_rows,).

    Returns
    -------
    dict
        "mae" and "rmse", in the target's unit, low is good; "r2", 1 at best, 0 for predicting the mean, NaN
        where all of a draw's targets are equal.
    """
    total = weights.sum(axis=0)
    error, centred = predicted - target, target - np.median(target)
    squares = error**2 @ weights
    spread = centred**2 @ weights - (centred @ weights) ** 2 / total
    return {
        "mae": np.abs(error) @ weights / total,
        "rmse": np.sqrt(squares / total),
        "r2": 1 - ratio(squares, spread, otherwise=np.nan),
    }


def _one_against_rest(
    weights: Floats, is_class: Booleans, score: Floats, called: Booleans
) -> dict[str, Floats]:
    order = np.argsort(score, kind="stable")
    ordered, own = score[order], np.flatnonzero(is_class[order])
    # Rows with equal scores are ranked alike: where each of the class finds the run of its score.
    first, end = (np.searchsorted(ordered, ordered[own], side=side) for side in ("left", "right"))
    rows, class_rows = _from_zero(weights[order]), _from_zero(weights[order[own]])
    below, below_own = rows[first], class_rows[np.searchsorted(own, first)]
    tied = rows[end] - below - (class_rows[np.searchsorted(own, end)] - below_own)
    weight, positives, total = weights[order[own]], class_rows[-1], rows[-1]
    pairs_won = (weight * (below - below_own + tied / 2)).sum(axis=0)
    precision_here = ratio(positives - below_own, total - below)
    hits, calls = (called & is_class) @ weights, called @ weights
    known = np.where(positives > 0, 1.0, np.nan)
    return {
        "roc_auc": known * ratio(pairs_won, positives * (total - positives), otherwise=np.nan),
        "pr_auc": known * ratio((weight * precision_here).sum(axis=0), positives),
        "f1": known * ratio(2 * hits, calls + positives),
        "precision": known * ratio(hits, calls),
        "recall": known * ratio(hits, positives),
    }


def _from_zero(values: Floats) -> Floats:
    """Sum up each draw's weights, before the first row, before the second, ..., after the last."""
    return np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])


def _mean_of_known(by_class: list[Floats]) -> Floats:
    stacked = np.array(by_class)
    known = ~np.isnan(stacked)
    return ratio(np.where(known, stacked, 0).sum(axis=0), known.sum(axis=0).astype(float), otherwise=np.nan)
