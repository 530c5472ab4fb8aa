"""Can a classifier tell synthetic rows from real ones? The classifier two-sample test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from synth_handson.evidence.histories import rows_of_people
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.three_tables import AssessedTables, sample_rows
from synth_handson.metrics.arrays import Booleans, Floats, Integers
from synth_handson.metrics.intervals import (
    Estimate,
    area_under_curve,
    clustered_area,
    standard_error_interval,
)
from synth_handson.metrics.models import TreeEncoder, one_thread

ROWS = 5_000
FOLDS = 5
WIDENING = 1.5
"""Factor by which cross-validation widens the interval: the square root of (1/5 + 1/4) / (1/5)."""


def c2st(
    synthetic: pd.DataFrame,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    *,
    random_state: int,
    rows: int = ROWS,
) -> Measure:
    """Measure how well a classifier tells synthetic rows from training rows, beside the same for the holdout.

    Parameters
    ----------
    synthetic, train, holdout
        Tables of an `AssessedTables`.
    random_state
        Seed of the samples and folds.
    rows
        Most rows of each table; all are sampled to the size of the smallest.

    Returns
    -------
    Measure
        "c2st_auc": area under the ROC curve, 0 to 1; 0.5 is best, and what to expect of the holdout. See
        `c2st_area`.
    """
    rows = min(len(synthetic), len(train), len(holdout), rows)
    area, expected = (
        c2st_area(table, train, random_state=random_state, rows=rows) for table in (synthetic, holdout)
    )
    return Measure("c2st_auc", area, expected, rows=rows)


def told_apart_by_events(
    tables: AssessedTables, owners: Sequence[Integers], *, random_state: int, rows: int = ROWS
) -> Measure:
    """Measure how well a classifier tells events of synthetic people from those of training people.

    Parameters
    ----------
    tables
        One row for each event, with its person and the event before.
    owners
        The person of each row, ascending: of synthetic, training and holdout rows.
    random_state
        Seed of the samples and folds.
    rows
        Most rows of each table.

    Returns
    -------
    Measure
        "c2st_auc_events": as "c2st_auc", but that all rows of a person stand in one fold, as do people with
        the same history; Obuchowski's interval for people who have several rows, widened likewise.
    """
    rows = min(*map(len, tables.all), rows)
    areas = [
        _area_of_events((tables.all[part], owners[part]), (tables.train, owners[1]), random_state, rows)
        for part in (0, 2)
    ]
    return Measure("c2st_auc_events", *areas, rows=rows)


_Owned = tuple[pd.DataFrame, Integers]


def _area_of_events(compared: _Owned, train: _Owned, random_state: int, rows: int) -> Estimate:
    tables, people = [], []
    for shift, (table, owners) in enumerate((train, compared)):
        rng = np.random.default_rng(random_state + shift)
        drawn = rows_of_people(owners, rows, rng, again=False)
        tables.append(table.iloc[drawn])
        people.append(owners[drawn])
    both = pd.concat(tables, ignore_index=True)
    is_table = np.repeat([False, True], rows)
    person = np.unique(np.stack([np.concatenate(people), is_table]), axis=1, return_inverse=True)[1].ravel()
    # The same events make the same history, in whatever order their numbers are added up.
    hashes = pd.util.hash_pandas_object(both, index=False).to_numpy()
    history = np.zeros(int(person.max()) + 1, np.uint64)
    np.add.at(history, person, hashes)
    _, group = np.unique(history, return_inverse=True)
    if group.max() < 2 * FOLDS:
        # With so few distinct histories, people are assigned to folds one by one.
        group = np.arange(len(history))
    folds = (np.random.default_rng(random_state).permutation(int(group.max()) + 1) % FOLDS)[group[person]]
    scores = _scores(both, is_table, folds, random_state)
    area, error = clustered_area(scores[is_table], person[is_table], scores[~is_table], person[~is_table])
    return standard_error_interval(area, WIDENING * error, 0, 1)


def c2st_area(table: pd.DataFrame, train: pd.DataFrame, *, random_state: int, rows: int = ROWS) -> Estimate:
    """Measure how well a classifier tells the rows of a table from training rows.

    Histogram gradient boosting learns on four fifths of both tables and scores the rest. Areas of different
    folds' models cannot be pooled as they are, so scores are ranked within their fold.

    It is blind to copying: a table of copies is like the training table in everything. Copies of a row stay
    in one fold (else the classifier would call a row synthetic because it has learned its synthetic copy,
    and rate copies far below 0.5). Rows that almost match training rows still do that to it, so an area
    clearly below 0.5 is a sign of them, not of a good table.

    Parameters
    ----------
    table
        The synthetic table, or real rows in its place.
    train
        Rows to tell it from, with the same columns.
    random_state
        Seed of the samples and folds.
    rows
        Most rows of each table; the larger one is sampled to the size of the smaller.

    Returns
    -------
    Estimate
        Area under the ROC curve, 0 to 1: 0.5 where the rows cannot be told apart, 1 where they always can.
        DeLong's interval, widened because the folds' models share training rows.

    Notes
    -----
    Lopez-Paz & Oquab, "Revisiting classifier two-sample tests", ICLR 2017. The widening: Nadeau & Bengio,
    "Inference for the generalization error", Machine Learning 52, 2003.
    """
    rows = min(len(table), len(train), rows)
    both = pd.concat(
        [sample_rows(train, rows, random_state), sample_rows(table, rows, random_state + 1)],
        ignore_index=True,
    )
    is_table = np.repeat([False, True], rows)
    folds = _folds(both, is_table, random_state)
    scores = _scores(both, is_table, folds, random_state)
    estimate, standard_error = area_under_curve(scores[is_table], scores[~is_table])
    return standard_error_interval(estimate.value, WIDENING * standard_error, 0, 1)


def _folds(both: pd.DataFrame, is_table: Booleans, random_state: int) -> Integers:
    """Assign rows to folds with equally many of both tables; copies of a row stay together.

    A row with more copies than there are folds is no copy but a common value, and is dealt row by row: so a
    copied table of few different rows comes out somewhat below 0.5.
    """
    hashes = pd.util.hash_pandas_object(both, index=False).to_numpy()
    _, row, copies = np.unique(hashes, return_inverse=True, return_counts=True)
    together = np.where(copies[row] <= FOLDS, row, len(copies) + np.arange(len(row)))
    _, group = np.unique(together, return_inverse=True)
    share = np.bincount(group, is_table) / np.bincount(group)
    shuffled = np.lexsort((np.random.default_rng(random_state).random(len(share)), share))
    fold = np.empty(len(share), np.intp)
    fold[shuffled] = np.arange(len(share)) % FOLDS
    return fold[group]


def _scores(both: pd.DataFrame, is_table: Booleans, folds: Integers, random_state: int) -> Floats:
    """Score each row by a model that has not seen it, as its rank within the fold, 0 to 1."""
    from scipy.stats import rankdata
    from sklearn.ensemble import HistGradientBoostingClassifier

    # Fitted on both tables, blind to which is which: of one alone, a rare category that happens to be only in
    # the other would be coded as unseen, and give it away.
    features = TreeEncoder(both).transform(both)
    classifier = HistGradientBoostingClassifier(
        max_iter=100, max_leaf_nodes=15, early_stopping=True, n_iter_no_change=5, random_state=random_state
    )
    scores = np.empty(len(both))
    with one_thread():
        for fold in range(FOLDS):
            tested = folds == fold
            classifier.fit(features[~tested], is_table[~tested])
            scores[tested] = rankdata(classifier.decision_function(features[tested])) / tested.sum()
    return scores
