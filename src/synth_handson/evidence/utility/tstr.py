"""Does a model trained on the synthetic table still work on real people? Tested on the holdout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from synth_handson.evidence.fidelity.broken import BrokenColumn, find_shifted, value_text
from synth_handson.evidence.measures import DEFINITIONS, Measure
from synth_handson.evidence.three_tables import AssessedTables, sample_rows
from synth_handson.evidence.utility.groups import Contest, Errors, GroupUtility, assess_groups
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Floats
from synth_handson.metrics.intervals import Estimate, standard_error_interval
from synth_handson.metrics.models import ModelName, Predict, bounded, learn_classes, learn_number, one_thread
from synth_handson.metrics.scores import bootstrap_weights, classification, regression
from synth_handson.tables.checks import MIN_ASSESSED_ROWS, check_target

Task = Literal["binary", "multiclass", "regression"]

MODELS: tuple[ModelName, ...] = get_args(ModelName)
TRAIN_ROWS = 20_000
TEST_ROWS = 10_000
MAX_CLASSES = 20
MIN_CLASS_ROWS = 5
"""Fewest rows of a class. With fewer, bootstrap samples often contain none of them."""
REPLICATES = 100
PARTS = 5
"""Parts of the training rows that are also learned from one by one, to see how much depends on the sample."""
LOST = ("utility.constant_synthetic", "utility.few_rows_synthetic")
"""Reasons why no model can learn from the synthetic table although it could from real rows."""
NO_SKILL = {"roc_auc": 0.5, "r2": 0.0}
"""Main measure of each task, and the value that guessing reaches."""


@dataclass(frozen=True)
class ModelUtility:
    """One model, trained on real and on synthetic rows, tested on the same holdout.

    Attributes
    ----------
    model
        "linear" is logistic regression for a classification.
    measures
        Performance on the holdout after training on synthetic rows; ``reference`` is the same after training
        on as many real rows.
    kept
        "performance_kept" by the task's main measure (ROC AUC, or R²).
    on_synthetic
        A diagnostic only: performance on the synthetic table after training on real rows.
    """

    model: ModelName
    measures: tuple[Measure, ...]
    kept: Measure
    on_synthetic: tuple[Measure, ...]


@dataclass(frozen=True)
class Utility:
    """How models do when trained on the synthetic table.

    Attributes
    ----------
    target
        The column that is predicted.
    task
        What was found from its values.
    positive
        The class counted as positive; None where there are not two.
    models
        One entry per model.
    train_rows, test_rows
        Rows that the models were trained and tested on.
    majority
        Accuracy of always predicting the holdout's commonest class, 0 to 1; None for numbers.
    groups
        What is kept for each group of people, from `assess_groups`.
    shifted
        The class of the target that is certainly rarer or more frequent than in the training table, if any.
    """

    target: str
    task: Task
    positive: str | None
    models: tuple[ModelUtility, ...]
    train_rows: int
    test_rows: int
    majority: float | None
    groups: tuple[GroupUtility, ...] = ()
    shifted: BrokenColumn | None = None


def assess_utility(
    tables: AssessedTables,
    target: str,
    *,
    random_state: int,
) -> Utility | Message:
    """Train models on the synthetic table and on as many training rows, and test both on the holdout.

    The test rows are people whom neither the generator nor any of the models has seen. On the training rows,
    a table that merely repeats them would look better than one that has learned what is true of everybody:
    a model that remembers its rows is right about them, and useless to anybody else.

    Models are logistic (or ridge) regression, a random forest (50 trees, at least 5 rows in a leaf), and
    histogram gradient boosting (50 trees of up to 15 leaves for each class).

    Parameters
    ----------
    tables
        The tables. Rows without a target, or with a class that the training table lacks, are left out. At
        most 20,000 rows are trained on and 10,000 tested on. Numbers are cut at 1e30.
    target
        The column to predict from all others; `find_task` tells what kind of prediction it is.
    random_state
        Seed of samples, models and bootstrap.

    Returns
    -------
    Utility or Message
        The reason why nothing can be measured: a target without values, with only one, or with more than 20
        classes; a class with fewer than 5 of the real rows trained or tested on; fewer than 100 usable rows.

    Raises
    ------
    ArgumentError
        If there is no such column.

    Notes
    -----
    Train on synthetic, test on real (TSTR): Esteban, Hyland & Rätsch, arXiv:1706.02633, 2017.

    Two things make the intervals wide. Who is in the holdout: 100 bootstrap samples of it, on which both
    models of a pair are tested (Efron & Tibshirani, 1993). And which rows were trained on: a fifth of the
    variance between models that learn from a fifth of the rows each, as variance falls with the number of
    rows (Politis & Romano, "Large sample confidence regions based on subsamples", Annals of Statistics 22,
    1994). Without the second, two real samples of the same people would often seem to differ.
    """
    check_target(target, list(tables.train.columns))
    found = find_task(tables.train[target])
    if isinstance(found, Message):
        return found
    task, classes = found
    rows = _draw(tables, target, classes, random_state)
    if isinstance(rows, Message):
        return rows
    with one_thread():
        compared = [_compare(name, rows, target, classes, random_state) for name in MODELS]
    models, contests = zip(*compared, strict=True)
    positive = value_text(classes[1]) if task == "binary" else None
    majority = float(rows.holdout[target].value_counts(normalize=True).max()) if classes else None
    return Utility(
        target,
        task,
        positive,
        models,
        len(rows.train),
        len(rows.holdout),
        majority,
        groups=assess_groups(rows.holdout.drop(columns=target), _guessing(rows, target, classes), contests),
        shifted=find_shifted(tables.synthetic[target], tables.train[target]) if classes else None,
    )


def find_task(column: pd.Series[Any]) -> tuple[Task, tuple[Any, ...]] | Message:
    """Choose the prediction task of a column by its values in the training table.

    Numbers, dates and time spans with more than two different values are predicted as numbers, also where
    they are few: ratings and counts have an order. Codes such as 1, 2, 3 for three kinds should be turned
    into text first.

    Parameters
    ----------
    column
        The target's column of the training table.

    Returns
    -------
    task : str
        "binary" for two values, "multiclass" for 3 to 20 categories, "regression" for numbers.
    classes : tuple
        Classes of a classification, in order; of two, the rarer one comes second and is the positive one (of
        equally frequent ones the later in alphabetical order).
    """
    counts = column.value_counts().sort_index()
    if counts.empty:
        return Message("utility.no_values", {"column": str(column.name)})
    if len(counts) == 1:
        return _constant("train", str(column.name), counts.index[0])
    if len(counts) == 2:
        by_frequency = counts.sort_values(ascending=False, kind="stable")
        return "binary", tuple(by_frequency.index)
    if column.dtype == np.float64:
        return "regression", ()
    if len(counts) <= MAX_CLASSES:
        return "multiclass", tuple(counts.index)
    return Message(
        "utility.many_classes", {"column": str(column.name), "classes": len(counts), "most": MAX_CLASSES}
    )


def _draw(
    tables: AssessedTables, target: str, classes: tuple[Any, ...], random_state: int
) -> AssessedTables | Message:
    """Draw the rows to train and test on; the target becomes a number, or the position of its class."""
    every = {
        title: _usable(getattr(tables, title), target, classes) for title in ("synthetic", "train", "holdout")
    }
    for title, table in every.items():
        if len(table) < MIN_ASSESSED_ROWS:
            return Message(
                f"utility.few_rows_{title}",
                {"column": target, "rows": len(table), "minimum": MIN_ASSESSED_ROWS},
            )
    rows = min(len(every["synthetic"]), len(every["train"]), TRAIN_ROWS)
    sizes = {"synthetic": rows, "train": rows, "holdout": TEST_ROWS}
    drawn = {title: sample_rows(every[title], size, random_state) for title, size in sizes.items()}
    for title, table in drawn.items():
        if table[target].nunique() == 1:
            value = table[target].iloc[0]
            return _constant(title, target, classes[int(value)] if classes else value)
    for title in ("train", "holdout") if classes else ():
        counts = np.bincount(drawn[title][target].astype(int), minlength=len(classes))
        if counts.min() < MIN_CLASS_ROWS:
            value, total = value_text(classes[counts.argmin()]), len(drawn[title])
            few = {"rows": int(counts.min()), "total": total, "minimum": MIN_CLASS_ROWS}
            return Message(f"utility.rare_class_{title}", {"column": target, "value": value, **few})
    return AssessedTables(drawn["synthetic"], drawn["train"], drawn["holdout"])


def _usable(table: pd.DataFrame, target: str, classes: tuple[Any, ...]) -> pd.DataFrame:
    """Leave out rows without a target, or of a class that the training table lacks."""
    if classes:
        positions = pd.Index(classes).get_indexer(pd.Index(table[target]))
        values = np.where(positions >= 0, positions, np.nan)
    else:
        values = bounded(table[target])
    usable = table.copy()
    usable[target] = values
    return usable[~np.isnan(values)].reset_index(drop=True)


def _constant(title: str, column: str, value: str | float) -> Message:
    return Message(f"utility.constant_{title}", {"column": column, "value": value_text(value)})


class _Tested(NamedTuple):
    """A model's performance on bootstrap samples of the test rows, and its variance over training samples."""

    draws: dict[str, Floats]
    training_variance: dict[str, float]
    errors: Errors


def _compare(
    name: ModelName, rows: AssessedTables, target: str, classes: tuple[Any, ...], random_state: int
) -> tuple[ModelUtility, Contest]:
    """Train one kind of model on synthetic and on real rows, and test both on the same people."""

    def learn(table: pd.DataFrame) -> Predict:
        features, truth = table.drop(columns=target), table[target].to_numpy()
        if classes:
            return learn_classes(name, features, truth.astype(int), len(classes), random_state)
        return learn_number(name, features, truth, random_state)

    def test(whole: Predict, parts: list[Predict], table: pd.DataFrame) -> _Tested:
        features, truth = table.drop(columns=target), table[target].to_numpy()
        weights = bootstrap_weights(len(table), REPLICATES, random_state)

        def perform(predicted: Floats, weights: Floats) -> dict[str, Floats]:
            if classes:
                return classification(weights, truth.astype(int), predicted)
            return regression(weights, truth, predicted)

        predicted, *by_part = (predict(features) for predict in (whole, *parts))
        draws = perform(predicted, weights)
        performed = [perform(part, weights[:, :1]) for part in by_part]
        variance = {one: _variance(np.array([p[one][0] for p in performed])) / PARTS for one in draws}
        errors = [_squared_errors(one, truth, classes) for one in (predicted, *by_part)]
        return _Tested(draws, variance, Errors(errors[0], np.array(errors[1:])))

    real, real_parts = learn(rows.train), [learn(part) for part in _parts(rows.train, random_state)]
    own, own_parts = learn(rows.synthetic), [learn(part) for part in _parts(rows.synthetic, random_state)]
    synthetic = sample_rows(rows.synthetic, TEST_ROWS, random_state)
    tstr, trtr = test(own, own_parts, rows.holdout), test(real, real_parts, rows.holdout)
    found = ModelUtility(
        name,
        measures=_measures(tstr, trtr, len(rows.holdout)),
        kept=_performance_kept(tstr, trtr, target, len(rows.holdout)),
        on_synthetic=_measures(test(real, real_parts, synthetic), trtr, len(synthetic)),
    )
    return found, Contest(tstr.errors, trtr.errors)


def _squared_errors(predicted: Floats, truth: Floats, classes: tuple[Any, ...]) -> Floats:
    """Squared error of each row's prediction; for classes, the sum over their probabilities."""
    if not classes:
        return np.asarray((predicted - truth) ** 2)
    return np.asarray(((predicted - np.eye(len(classes))[truth.astype(int)]) ** 2).sum(axis=1))


def _guessing(rows: AssessedTables, target: str, classes: tuple[Any, ...]) -> Floats:
    """Squared error of predicting the mean of the real training rows, or the shares of their classes."""
    learned, truth = rows.train[target].to_numpy(), rows.holdout[target].to_numpy()
    if not classes:
        return _squared_errors(np.full(len(truth), learned.mean()), truth, classes)
    shares = np.bincount(learned.astype(int), minlength=len(classes)) / len(learned)
    return _squared_errors(np.tile(shares, (len(truth), 1)), truth, classes)


def _variance(values: Floats) -> float:
    """Compute the variance of the defined values; infinite if there are fewer than two."""
    known = values[~np.isnan(values)]
    return float(np.var(known, ddof=1)) if len(known) > 1 else np.inf


def _parts(table: pd.DataFrame, random_state: int) -> list[pd.DataFrame]:
    shuffled = np.random.default_rng(random_state).permutation(len(table))
    return [table.iloc[part].reset_index(drop=True) for part in np.array_split(shuffled, PARTS)]


def _measures(tested: _Tested, reference: _Tested, rows: int) -> tuple[Measure, ...]:
    return tuple(
        Measure(
            name,
            _known(name, tested),
            _known(name, reference),
            rows=rows,
            missing=Message("utility.nobody_predicted") if _known(name, tested) is None else None,
        )
        for name in tested.draws
    )


def _known(name: str, tested: _Tested) -> Estimate | None:
    """Estimate a measure; None if it is undefined, such as the precision of no predictions."""
    return None if np.isnan(tested.draws[name][0]) else _estimate(name, tested)


def _estimate(name: str, tested: _Tested) -> Estimate:
    draws = tested.draws[name]
    spread = float(np.nanvar(draws[1:], ddof=1)) + tested.training_variance[name]
    return standard_error_interval(float(draws[0]), float(np.sqrt(spread)), *DEFINITIONS[name].ends)


def _performance_kept(tstr: _Tested, trtr: _Tested, target: str, rows: int) -> Measure:
    """Divide both performances beyond guessing; the interval uses the delta method."""
    name = "roc_auc" if "roc_auc" in tstr.draws else "r2"
    guessing, real = NO_SKILL[name], _estimate(name, trtr)
    if real.low <= guessing:
        found = {"value": real.value, "low": real.low, "high": real.high}
        missing = Message(f"utility.no_skill_{name}", {"column": target, **found})
        return Measure("performance_kept", None, rows=rows, missing=missing)
    skill = real.value - guessing
    kept = float(tstr.draws[name][0] - guessing) / skill
    paired = np.nanvar(tstr.draws[name][1:] - kept * trtr.draws[name][1:], ddof=1)
    trained = tstr.training_variance[name] + kept**2 * trtr.training_variance[name]
    estimate = standard_error_interval(kept, float(np.sqrt(paired + trained)) / skill)
    by_definition = Estimate(1.0, 1.0, 1.0)
    return Measure("performance_kept", estimate, by_definition, rows=rows)
