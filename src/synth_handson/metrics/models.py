"""The scikit-learn models that measure utility: encoding, training and prediction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from synth_handson.metrics.arrays import Floats, Integers

ModelName = Literal["linear", "random_forest", "gradient_boosting"]
Predict = Callable[[pd.DataFrame], Floats]


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep boosting and linear algebra to one thread.

    On some thousand rows it is as fast as two, and many times faster where other programs want the cores.
    """
    with _thread_pools().limit(limits=1):
        yield


@cache
def _thread_pools() -> Any:
    """Find the thread pools of all libraries, once: that reads every library's file name."""
    import sklearn.ensemble  # noqa: F401  (only what is loaded by now is found)
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


def learn_classes(
    name: ModelName, rows: pd.DataFrame, target: Integers, classes: int, random_state: int
) -> Predict:
    """Train a classifier.

    Parameters
    ----------
    name
        Which model.
    rows
        What to predict from, a table as in `AssessedTables`. Shape (n_rows, n_columns).
    target
        Each row's class, 0 to ``classes - 1``. Shape (n_rows,). One alone is predicted always.
    classes
        How many there are.
    random_state
        Seed of the model.

    Returns
    -------
    callable
        From rows to the probability of each class, shape (n_rows, classes); 0 for a class not learned.
    """
    if len(present := np.unique(target)) == 1:
        always = np.eye(classes)[present]
        return lambda table: always.repeat(len(table), axis=0)
    encoder, model = _encoder(name, rows), _classifier(name, len(rows), random_state)
    model.fit(encoder.transform(rows), target)
    _vote_in_order(model)

    def predict(table: pd.DataFrame) -> Floats:
        probabilities = np.zeros((len(table), classes))
        probabilities[:, model.classes_] = model.predict_proba(encoder.transform(table))
        return probabilities

    return predict


def learn_number(name: ModelName, rows: pd.DataFrame, target: Floats, random_state: int) -> Predict:
    """Train a regression.

    Parameters
    ----------
    name, rows, random_state
        As in `learn_classes`.
    target
        The number to predict. Shape (n_rows,).

    Returns
    -------
    callable
        From rows to the predicted number, shape (n_rows,).
    """
    encoder, model = _encoder(name, rows), _regressor(name, len(rows), random_state)
    centre, scale = target.mean(), target.std() or 1.0  # so that the unit of the target makes no difference
    model.fit(encoder.transform(rows), (target - centre) / scale)
    _vote_in_order(model)
    return lambda table: centre + scale * model.predict(encoder.transform(table))


def _encoder(name: ModelName, rows: pd.DataFrame) -> Any:
    return (LinearEncoder if name == "linear" else TreeEncoder)(rows)


def _classifier(name: ModelName, rows: int, random_state: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    if name == "linear":
        return LogisticRegression(max_iter=1000)
    if name == "random_forest":
        return RandomForestClassifier(**_FOREST, n_jobs=_jobs(rows), random_state=random_state)
    return HistGradientBoostingClassifier(**_BOOSTING, random_state=random_state)


def _regressor(name: ModelName, rows: int, random_state: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import Ridge

    if name == "linear":
        return Ridge()
    if name == "random_forest":
        return RandomForestRegressor(**_FOREST, n_jobs=_jobs(rows), random_state=random_state)
    return HistGradientBoostingRegressor(**_BOOSTING, random_state=random_state)


# Small enough for seconds on 20,000 rows. Early stopping would need several rows of every class.
_FOREST: dict[str, Any] = {"n_estimators": 50, "min_samples_leaf": 5, "max_features": "sqrt"}
_BOOSTING: dict[str, Any] = {"max_iter": 50, "max_leaf_nodes": 15, "early_stopping": False}


# A forest of fewer rows is grown before its threads have started.
_THREADS_PAY = 2_000


def _jobs(rows: int) -> int:
    return -1 if rows >= _THREADS_PAY else 1


def _vote_in_order(model: Any) -> None:
    """Let a forest predict in one thread: several would add up its trees in varying order."""
    if hasattr(model, "n_jobs"):
        model.n_jobs = 1


LARGEST = 1e30
"""Numbers are clipped here: forests store them as float32, and squares of larger ones overflow."""
MISSING = -1e31
"""Stands for a missing number in trees: below all others, so that one split separates it."""
MAX_LEVELS = 100
MIN_LEVEL_ROWS = 10
SPARSE = 0.3
"""Share of numbers other than 0 below which an array is sparse, as in scikit-learn's ColumnTransformer."""


class TreeEncoder:
    """The encoding for trees and ensembles of trees.

    Numbers stay as they are, and missing ones become the smallest. Categories become their place in the order
    of frequency, so that one cut sets rare ones apart from frequent ones; unseen and missing ones have codes
    of their own. (NaN is not passed on: histogram gradient boosting of scikit-learn 1.9 cannot fit a column
    without values, which a fold may have even where the table has not.)

    Parameters
    ----------
    learned
        The rows to learn from: a table of an `AssessedTables`, or some of its columns.
    """

    def __init__(self, learned: pd.DataFrame) -> None:
        self._numbers, categories = _kinds(learned)
        self._levels = {name: pd.Index(_by_frequency(learned[name])) for name in categories}

    def transform(self, table: pd.DataFrame) -> Floats:
        """Encode rows as an array of shape (n_rows, n_columns), numbers first, without NaN."""
        numbers = [_with_lowest(table[name]) for name in self._numbers]
        codes = [_places(table[name], levels, -2) for name, levels in self._levels.items()]
        return np.column_stack([*numbers, *codes]).astype(np.float64, copy=False)


class LinearEncoder:
    """The encoding for linear models and distances.

    Missing numbers become the median, with a column that marks them; numbers are standardised. Categories
    become one column for each of at most 100 levels, of which one stands for all that are rarer than 10 rows
    or were not seen.

    Parameters
    ----------
    learned
        The rows to learn from: a table of an `AssessedTables`, or some of its columns.
    """

    def __init__(self, learned: pd.DataFrame) -> None:
        from scipy.sparse import issparse
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OneHotEncoder, StandardScaler

        self._numbers, categories = _kinds(learned)
        self._levels = {name: pd.Index(sorted(learned[name].dropna().unique())) for name in categories}
        self._scaled = make_pipeline(
            SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler()
        )
        self._one_hot = OneHotEncoder(
            handle_unknown="infrequent_if_exist", min_frequency=MIN_LEVEL_ROWS, max_categories=MAX_LEVELS
        )
        if self._numbers:
            self._scaled.fit(self._bounded(learned))
        if categories:
            self._one_hot.fit(self._coded(learned))
        parts = self._parts(learned.head(1))
        filled = sum(part.nnz if issparse(part) else part.size for part in parts)
        self._sparse = filled / sum(part.shape[1] for part in parts) < SPARSE

    def transform(self, table: pd.DataFrame) -> Any:
        """Encode rows as an array of shape (n_rows, n_features), sparse where most of it is 0."""
        from scipy.sparse import hstack, issparse

        parts = self._parts(table)
        if self._sparse:
            return hstack(parts).tocsr()
        return np.hstack([part.toarray() if issparse(part) else part for part in parts])

    def _parts(self, table: pd.DataFrame) -> list[Any]:
        numbers = [self._scaled.transform(self._bounded(table))] if self._numbers else []
        return numbers + ([self._one_hot.transform(self._coded(table))] if self._levels else [])

    def _bounded(self, table: pd.DataFrame) -> Floats:
        return bounded(table[self._numbers])

    def _coded(self, table: pd.DataFrame) -> Integers:
        """Write levels as numbers, far faster to handle: in alphabetical order, a missing value last."""
        columns = [_places(table[name], levels, len(levels)) for name, levels in self._levels.items()]
        return np.column_stack(columns)


def bounded(values: ArrayLike) -> Floats:
    """Clip numbers at ±`LARGEST`; NaN stays."""
    return np.clip(np.asarray(values, np.float64), -LARGEST, LARGEST)


def _with_lowest(values: ArrayLike) -> Floats:
    return np.nan_to_num(bounded(values), nan=MISSING)


def _places(column: pd.Series[str], levels: pd.Index[str], missing: int) -> Integers:
    """Look up each value's place among the levels, -1 for one that is not there."""
    codes, distinct = pd.factorize(column)
    return np.append(levels.get_indexer(pd.Index(distinct)), missing)[codes]


def _kinds(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    numbers = [name for name in table.columns if table[name].dtype == np.float64]
    return numbers, [name for name in table.columns if name not in set(numbers)]


def _by_frequency(column: pd.Series[str]) -> list[str]:
    """List the levels, the most frequent first, and equally frequent ones by name."""
    codes, distinct = pd.factorize(column)
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    return [level for _, level in sorted(zip(-counts, distinct, strict=True))]
