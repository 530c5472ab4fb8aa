"""Membership inference by a classifier that knows the synthetic rows and other real people.

A generator also learns the accidents of its training rows: means, shares and relations in which they differ
from everybody. So its rows lean towards its training people, and come near to none of them. Distances hardly
see that; a classifier does.
"""

from __future__ import annotations

import numpy as np

from synth_handson.metrics.arrays import Floats
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.models import one_thread

FOLDS = 2
ROWS = 5_000
"""Synthetic rows, and real people, that the classifier learns from at most."""
STEPS = 250
"""Steps in which ranks are written. Of more than 255 values, scikit-learn would compute weighted percentiles,
which takes ten times as long as the trees."""


def classifier_scores(space: HeomSpace, random_state: int) -> Floats:
    """Score how much each real row looks like a synthetic one.

    The real rows are dealt into `FOLDS`, without regard to who was trained on. Histogram gradient boosting
    (50 trees of up to 15 leaves) learns to tell synthetic rows from those of the other folds, and scores the
    fold. So no label decides a score, and where the synthetic table tells nothing about training people in
    particular, exchanging the labels "training" and "holdout" changes nothing.

    Parameters
    ----------
    space
        Space of the tables. Its real rows stand in an order that does not depend on the labels.
    random_state
        Seed of folds, samples and models.

    Returns
    -------
    ndarray
        Rank within the fold, from 0 (exclusive) to 1 for the row that looks most synthetic, as models of
        different folds have no scale in common. Shape (n_real,).

    Notes
    -----
    J. Hayes, L. Melis, G. Danezis and E. De Cristofaro, "LOGAN: Membership inference attacks against
    generative models", PoPETs 2019(1); Lopez-Paz & Oquab, "Revisiting classifier two-sample tests", ICLR
    2017. That shares and means give away who they were taken of: N. Homer et al., PLoS Genetics 4(8), 2008.
    """
    from scipy.stats import rankdata
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(random_state)
    features = _features(space)
    synthetic = rng.permutation(space.synthetic)[:ROWS]
    folds = rng.permutation(len(space.real)) % FOLDS
    model = HistGradientBoostingClassifier(
        max_iter=50,
        max_leaf_nodes=15,
        early_stopping=False,
        class_weight="balanced",
        random_state=random_state,
    )
    scores = np.empty(len(space.real))
    with one_thread():
        for fold in range(FOLDS):
            scored = folds == fold
            others = rng.permutation(space.real[~scored])[:ROWS]
            rows = np.concatenate([synthetic, others])
            model.fit(features[rows], np.arange(len(rows)) < len(synthetic))
            scores[scored] = rankdata(model.decision_function(features[space.real[scored]])) / scored.sum()
    return scores


def _features(space: HeomSpace) -> Floats:
    """Write numbers as steps of ranks, and categories as their place in the order of frequency."""
    columns = []
    for name, codes in space.codes.items():
        if name in space.ranks:
            columns.append(np.nan_to_num(np.floor(space.ranks[name] * STEPS), nan=-1.0))
        else:
            place = np.argsort(np.argsort(-np.bincount(codes), kind="stable"))
            columns.append(place[codes].astype(np.float64))
    return np.column_stack(columns)
