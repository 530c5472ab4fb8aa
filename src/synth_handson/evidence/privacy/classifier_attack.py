"""Membership inference by a classifier that knows the synthetic rows and other real people.

A generator also learns the accidents of its training rows: means, shares and relations in which they differ
from everybody. So its rows lean towards its training people, and come near to none of them. Distances hardly
see that; a classifier does.
"""

from __future__ import annotations

import numpy as np

from synth_handson.evidence.privacy.subsets import ventiles
from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.models import one_thread
from synth_handson.tables.texts import MIN_KEPT_ROWS

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
    features = _features(space)
    return _scores(features[space.real], features[space.synthetic], random_state)


def frequency_scores(space: HeomSpace, members: Integers, random_state: int) -> Floats:
    """Score likewise how much each real row looks like one of a table that keeps nothing but frequencies.

    That table has, in each column by itself, each value as often as training people do; of numbers, each
    twentieth, and of categories that fewer than 8 people have, all of them together. Within these, values are
    drawn from all real people. So it leans as far as a list of frequencies does.

    Parameters
    ----------
    space, random_state
        As for `classifier_scores`.
    members
        Positions of the training rows.
    """
    rng = np.random.default_rng(random_state)
    features, rows = _features(space)[space.real], min(len(space.synthetic), ROWS)
    alike = [
        _someone_alike(_bins(space, name)[space.real], rng.choice(members, rows), rng) for name in space.codes
    ]
    columns = [column[some] for column, some in zip(features.T, alike, strict=True)]
    return _scores(features, np.column_stack(columns), random_state)


def _bins(space: HeomSpace, name: str) -> Integers:
    """Return the twentieth of each number, or the category of each value if enough people have it."""
    if name in space.ranks:
        return ventiles(space.ranks[name])
    codes = space.codes[name]
    rare = np.bincount(codes[space.real], minlength=int(codes.max()) + 1) < MIN_KEPT_ROWS
    return np.where(rare[codes], -1, codes)


def _someone_alike(bins: Integers, rows: Integers, rng: np.random.Generator) -> Integers:
    """Draw for each row one of the same bin."""
    order = np.argsort(bins, kind="stable")
    first, last = (np.searchsorted(bins[order], bins[rows], side) for side in ("left", "right"))
    found: Integers = order[rng.integers(first, last)]
    return found


def _scores(real: Floats, synthetic: Floats, random_state: int) -> Floats:
    from scipy.stats import rankdata
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(random_state)
    synthetic = synthetic[rng.permutation(len(synthetic))[:ROWS]]
    folds = rng.permutation(len(real)) % FOLDS
    model = HistGradientBoostingClassifier(
        max_iter=50,
        max_leaf_nodes=15,
        early_stopping=False,
        class_weight="balanced",
        random_state=random_state,
    )
    scores = np.empty(len(real))
    with one_thread():
        for fold in range(FOLDS):
            scored = folds == fold
            others = real[rng.permutation(np.flatnonzero(~scored))[:ROWS]]
            rows = np.concatenate([synthetic, others])
            model.fit(rows, np.arange(len(rows)) < len(synthetic))
            scores[scored] = rankdata(model.decision_function(real[scored])) / scored.sum()
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
