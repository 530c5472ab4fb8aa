"""Measures of performance, worked out by hand and against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics

from synth_handson.metrics.scores import bootstrap_weights, classification, regression

ONCE = np.ones((4, 1))


def test_two_classes_worked_by_hand() -> None:
    scores = np.array([0.9, 0.6, 0.6, 0.2])
    found = classification(ONCE, np.array([1, 0, 1, 0]), np.column_stack([1 - scores, scores]))
    # Of 4 pairs, 3 are in order and one is tied. From the top: 1 of 1, then 2 of 3, half the class each.
    assert found["roc_auc"] == pytest.approx([3.5 / 4])
    assert found["pr_auc"] == pytest.approx([1 / 2 + 1 / 2 * 2 / 3])
    # Three are called positive, two of them rightly, and none is missed.
    assert [found[name][0] for name in ("accuracy", "precision", "recall", "f1")] == pytest.approx(
        [3 / 4, 2 / 3, 1, 4 / 5]
    )


def test_a_class_that_is_never_predicted_has_no_precision() -> None:
    found = classification(ONCE, np.array([1, 0, 0, 0]), np.tile([0.9, 0.1], (4, 1)))
    assert np.isnan(found["precision"][0])
    assert [found[name][0] for name in ("recall", "f1", "roc_auc", "pr_auc")] == [0, 0, 0.5, 0.25]


def test_numbers_worked_by_hand() -> None:
    found = regression(ONCE, np.array([0.0, 2.0, 4.0, 6.0]), np.array([1.0, 2.0, 4.0, 3.0]))
    # Errors 1, 0, 0, 3; the targets' squares around their mean sum up to 9 + 1 + 1 + 9.
    assert (found["mae"][0], found["rmse"][0], found["r2"][0]) == pytest.approx((1, np.sqrt(2.5), 0.5))


@pytest.mark.parametrize("classes", [2, 4])
def test_every_bootstrap_draw_is_what_scikit_learn_finds_with_its_weights(classes: int) -> None:
    rng = np.random.default_rng(classes)
    truth = rng.integers(classes, size=300)
    scores = (rng.random((300, classes)) + 0.3 * np.eye(classes)[truth]).round(1) + 0.05
    scores /= scores.sum(axis=1, keepdims=True)
    weights = bootstrap_weights(300, 3, 0)
    found = classification(weights, truth, scores)
    judged = [1] if classes == 2 else range(classes)
    called = scores.argmax(axis=1)
    for draw, weight in enumerate(weights.T):
        expected = {
            "roc_auc": metrics.roc_auc_score,
            "pr_auc": metrics.average_precision_score,
        }
        for name, function in expected.items():
            areas = [function(truth == one, scores[:, one], sample_weight=weight) for one in judged]
            assert found[name][draw] == pytest.approx(np.mean(areas))
        average = "binary" if classes == 2 else "macro"
        for name in ("f1", "precision", "recall"):
            function = getattr(metrics, f"{name}_score")
            assert found[name][draw] == pytest.approx(
                function(truth, called, sample_weight=weight, average=average)
            )
        assert found["accuracy"][draw] == pytest.approx(
            metrics.accuracy_score(truth, called, sample_weight=weight)
        )


def test_draws_of_numbers_are_what_scikit_learn_finds() -> None:
    rng = np.random.default_rng(0)
    truth, weights = 1e6 + rng.random(200), bootstrap_weights(200, 3, 0)
    predicted = truth + rng.normal(0, 0.2, 200)
    found = regression(weights, truth, predicted)
    for draw, weight in enumerate(weights.T):
        assert found["r2"][draw] == pytest.approx(metrics.r2_score(truth, predicted, sample_weight=weight))
        assert found["mae"][draw] == pytest.approx(np.abs(truth - predicted) @ weight / 200)


def test_a_draw_without_the_class_says_nothing_about_it() -> None:
    weights = np.array([[1.0, 0], [1, 2], [1, 1]])
    scores = np.array([[0.2, 0.8], [0.7, 0.3], [0.6, 0.4]])
    found = classification(weights, np.array([1, 0, 0]), scores)
    assert np.isfinite(found["roc_auc"]).tolist() == [True, False]


def test_bootstrap_draws_have_as_many_rows_as_the_sample() -> None:
    weights = bootstrap_weights(50, 20, 1)
    assert weights.shape == (50, 21)
    assert (weights[:, 0] == 1).all()
    assert (weights.sum(axis=0) == 50).all()
    assert (weights == bootstrap_weights(50, 20, 1)).all()


def test_the_spread_of_the_draws_is_that_of_new_samples() -> None:
    rng = np.random.default_rng(2)

    def draws() -> np.ndarray:
        truth = rng.integers(2, size=250)
        score = 1 / (1 + np.exp(-rng.normal(truth, 1)))
        return classification(
            bootstrap_weights(250, 60, int(rng.integers(2**31))), truth, np.column_stack([1 - score, score])
        )["roc_auc"]

    samples = [draws() for _ in range(150)]
    expected = 0.76025  # of two normal distributions one standard deviation apart: Phi(1 / sqrt(2))
    covered = sum(abs(one[0] - expected) <= 1.96 * one[1:].std(ddof=1) for one in samples)
    # Binomial(150, .95) lies between 135 and 149 with a probability of .99.
    assert 134 <= covered <= 150
