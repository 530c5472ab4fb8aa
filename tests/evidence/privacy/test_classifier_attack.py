"""The attack by a classifier: hand-worked scores, blind to the labels, and it sees what distances do not."""

import numpy as np
import pandas as pd
import pytest
from leaks import drawn, honest

from synth_handson.evidence.controls.known_tables import shuffle_columns
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.classifier_attack import FOLDS, classifier_scores, frequency_scores
from synth_handson.evidence.privacy.detection_power import Limits
from synth_handson.evidence.privacy.membership import Neighbours, attack_area
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.verdict import decide
from synth_handson.metrics.distances import HeomSpace

GOOD = Limits(copied=10, hinted=10, changed=10, rows_needed=200, holdout_needed=None)


def attacked(synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame) -> dict[str, Measure]:
    neighbours = Neighbours.of(prepare_tables(synthetic, train, holdout), 0)
    return {m.name: m for m in (neighbours.attack_auc(), neighbours.classifier_attack(neighbours.reference))}


def test_who_looks_synthetic_scores_higher() -> None:
    ages = [20.0, np.nan, 40.0, 50.0, 60.0]
    real = pd.DataFrame({"job": ["clerk", "nurse"] * 100, "age": ages * 40})
    synthetic = pd.DataFrame({"job": ["nurse"] * 80 + ["pilot"] * 20, "age": ages * 20})
    scores = classifier_scores(HeomSpace(real, synthetic), 0)
    assert scores[1::2].min() > scores[::2].max()


def test_scores_are_ranks_within_their_fold() -> None:
    people = drawn("census", 151, 1, 100, 0)
    scores = classifier_scores(HeomSpace(people.train, people.fresh), 0)
    assert scores.min() > 0
    assert scores.max() == 1
    assert scores.sum() == pytest.approx((len(scores) + FOLDS) / 2)


def test_it_sees_a_table_that_leans_towards_its_people_and_comes_near_to_none() -> None:
    """Where columns hang on nothing, shuffling each of them leaves only how the training people spread."""
    rng = np.random.default_rng(2)
    people = pd.DataFrame({f"x{i}": rng.normal(size=1_000) for i in range(10)})
    train, holdout = people.iloc[:500], people.iloc[500:]
    measures = attacked(shuffle_columns(train), train, holdout)
    assert measures["classifier_attack_auc"].p_value < 1e-3
    assert measures["classifier_attack_auc"].low > 0.5
    assert measures["attack_auc"].p_value > 0.05


def test_frequencies_alone_make_a_table_of_few_people_lean() -> None:
    # Forty towns are equally frequent in reality: which are more frequent here tells who was learned from.
    rng = np.random.default_rng(0)
    people = pd.DataFrame({f"c{i}": rng.integers(0, 40, 1_000).astype(str) for i in range(3)})
    train, holdout = people.iloc[:500], people.iloc[500:]
    neighbours = Neighbours.of(prepare_tables(shuffle_columns(train), train, holdout), 0)
    leaning = neighbours.classifier_attack(neighbours.reference)
    (alone,) = neighbours.frequencies_attack(leaning)
    assert leaning.low > 0.525
    assert alone.value == pytest.approx(leaning.value, abs=0.03)
    assert decide([leaning, alone], GOOD, 500).outcome == "pass"
    assert decide([leaning], GOOD, 500).outcome == "review"


def test_frequencies_of_copies_explain_no_copies() -> None:
    people = drawn("census", 600, 300, 300, 0)
    neighbours = Neighbours.of(prepare_tables(people.train, people.train, people.holdout), 0)
    scores = frequency_scores(neighbours.space, neighbours.train, 0)
    members, others = scores[neighbours.train], scores[neighbours.holdout]
    assert 0.45 < attack_area(-members, -others)[0].value < 0.6


def test_it_accuses_nobody_of_people_whom_nobody_knows() -> None:
    people = drawn("survey", 600, 300, 300, 0)
    fair = attacked(honest(people, 300, 0), people.train, people.holdout)["classifier_attack_auc"]
    assert fair.low < 0.5 < fair.high


@pytest.mark.calibration
def test_its_p_values_accuse_no_more_often_than_they_say() -> None:
    p_values = []
    for seed in range(40):
        people = drawn("readings", 300, 200, 200, seed)
        fair = attacked(people.fresh, people.train, people.holdout)["classifier_attack_auc"]
        p_values.append(fair.p_value)
    # Three standard errors of a share of 5 % in so many tables.
    assert (np.array(p_values) < 0.05).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(p_values))
    assert np.mean(p_values) == pytest.approx(0.5, abs=3 / np.sqrt(12 * len(p_values)))


def test_where_everybody_is_alike_it_says_why_it_is_missing() -> None:
    frame = pd.DataFrame({"a": list("xy") * 100, "b": list("xxyy") * 50})
    missing = attacked(frame, frame, frame)["classifier_attack_auc"].missing
    assert missing is not None
    assert missing.render("en") != missing.render("ja")
