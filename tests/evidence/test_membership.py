"""Membership tests: hand-worked numbers, fair on people nobody has seen, and red where people were copied."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from people import draw_people
from scipy.stats import fisher_exact

from synth_handson import nearest_neighbors
from synth_handson.evidence.controls import copy_rows, jitter_rows
from synth_handson.evidence.identical import Matches, identical_p_value
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.membership import (
    Neighbours,
    distance_measures,
    membership_measures,
    true_positive_rate,
)
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables

LEVEL = 0.0025
FAIR = 100


def by_name(measures: tuple[Measure, ...]) -> dict[str, Measure]:
    return {m.name: m for m in measures}


def real_tables(seed: int, synthetic: int = 300, train: int = 900, holdout: int = 400) -> AssessedTables:
    """Nobody here knows anything about anybody: all three are fresh people."""
    people = draw_people(synthetic + train + holdout, seed)
    in_training = people.iloc[synthetic : synthetic + train]
    return prepare_tables(people.head(synthetic), in_training, people.tail(holdout))


class TestIdenticalRows:
    def matches(self, synthetic: str, train: str, holdout: str) -> Matches:
        frames = (pd.DataFrame({"c": list(rows)}) for rows in (synthetic, train, holdout))
        return Matches.of(*frames)

    def test_everyone_found_is_counted_on_both_sides(self) -> None:
        matches = self.matches(synthetic="aabx", train="abcc", holdout="axy")
        # a, a, b of four synthetic rows; a of three holdout rows; a, b of four training rows; a, x of three.
        assert matches.counts == (3, 1, 2, 2)

    def test_few_matches_are_compared_with_the_holdouts_own_rate(self) -> None:
        synthetic = "abc" + "x" * 97
        train = "abcd" * 10
        holdout = "y" * 10
        p_value = identical_p_value(self.matches(synthetic, train, holdout), level=1e-9)
        assert p_value == pytest.approx(fisher_exact([[3, 97], [0, 10]], alternative="greater").pvalue)

    def test_many_matches_are_judged_by_whose_they_are(self) -> None:
        synthetic = "a" * 50 + "b" * 50
        train = "a" * 30 + "c" * 10
        holdout = "a" * 2 + "c" * 8
        p_value = identical_p_value(self.matches(synthetic, train, holdout), level=0.01)
        assert p_value == pytest.approx(fisher_exact([[30, 10], [2, 8]], alternative="greater").pvalue)

    def test_a_generator_that_prefers_common_rows_is_not_accused(self) -> None:
        # Twice as many synthetic as holdout rows match, but people inside are found as often as outside.
        synthetic = "a" * 1_000
        train, holdout = "ab" * 400, "ab" * 100
        assert identical_p_value(self.matches(synthetic, train, holdout), level=0.01) > 0.4


class TestDcrShare:
    def test_it_is_a_half_where_every_distance_is_a_tie(self) -> None:
        frame = pd.DataFrame({"a": list("xy") * 100, "b": list("xxyy") * 50})
        share = by_name(distance_measures(Neighbours.of(AssessedTables(frame, frame, frame), 0), LEVEL))
        assert share["dcr_share"].value == 0.5
        assert share["dcr_share"].p_value == 1.0

    def test_with_equal_sizes_it_counts_who_is_closer(self) -> None:
        tables = real_tables(1, train=250, holdout=250)
        share = by_name(distance_measures(Neighbours.of(tables, 0), LEVEL))["dcr_share"]
        both = pd.concat([tables.train, tables.holdout], ignore_index=True)
        # One space for both, so that neither sets the scale for itself.
        nearest = nearest_neighbors(tables.synthetic, both, k=500)
        positions = nearest[1]
        first_train = np.where(positions < 250, nearest[0], np.inf).min(axis=1)
        first_holdout = np.where(positions >= 250, nearest[0], np.inf).min(axis=1)
        expected = (first_train < first_holdout).mean() + (first_train == first_holdout).mean() / 2
        assert share.value == pytest.approx(expected)

    def test_published_training_rows_are_closer_to_themselves(self) -> None:
        people = real_tables(2, train=400, holdout=400)
        tables = AssessedTables(people.train, people.train, people.holdout)
        share = by_name(distance_measures(Neighbours.of(tables, 0), LEVEL))["dcr_share"]
        assert share.value == 1.0


class TestTruePositiveRate:
    def test_by_hand(self) -> None:
        others = np.arange(100.0)
        # One of a hundred others lies at distance 0 or closer, and with them 3 of 10 members.
        members = np.array([-3.0, -2.0, -1.0, *range(50, 57)])
        assert true_positive_rate(members, others, 0.01) == 0.3

    def test_between_two_points_of_the_curve_it_is_interpolated(self) -> None:
        # Half of the others tie at 0, as do all members: accusing 1 % of the others at random finds 2 %.
        others = np.repeat([0.0, 1.0], 50)
        assert true_positive_rate(np.zeros(10), others, 0.01) == pytest.approx(0.02)

    def test_it_is_chance_where_both_are_alike(self) -> None:
        distances = np.arange(1_000.0)
        assert true_positive_rate(distances, distances, 0.01) == pytest.approx(0.01)


@pytest.fixture(scope="module")
def fair() -> list[dict[str, Measure]]:
    """Return what is measured where the synthetic table is made of people nobody else knows."""
    return [
        by_name(membership_measures(Neighbours.of(real_tables(seed), seed), LEVEL)) for seed in range(FAIR)
    ]


NAMES = ("dcr_share", "attack_auc", "attack_tpr", "outlier_attack_auc")


@pytest.mark.parametrize("name", (*NAMES, "identical_rows", "outlier_identical"))
def test_the_p_values_accuse_no_more_often_than_they_say(fair: list[dict[str, Measure]], name: str) -> None:
    p_values = np.array([m[name].p_value for m in fair])
    # Three standard errors of a share of 5 % in so many tables.
    assert (p_values < 0.05).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / FAIR)
    assert (p_values < LEVEL).sum() <= 2


@pytest.mark.parametrize("name", NAMES)
def test_the_intervals_cover_what_chance_gives(fair: list[dict[str, Measure]], name: str) -> None:
    truth = 0.01 if name == "attack_tpr" else 0.5
    covered = Counter(m[name].low <= truth <= m[name].high for m in fair)
    assert covered[True] / FAIR >= 0.9


@pytest.mark.parametrize("name", (*NAMES, "dcr_ratio"))
def test_the_reference_is_what_a_fair_table_has(fair: list[dict[str, Measure]], name: str) -> None:
    values = np.array([m[name].value for m in fair])
    references = np.array([m[name].reference for m in fair])
    # The reference has half the rows, so that it is not the same number, but it must be the same on average.
    error = np.sqrt((values.var() + references.var()) / FAIR)
    assert abs(values.mean() - references.mean()) < 4 * error


def test_copied_people_show_in_every_measure() -> None:
    people = real_tables(0)
    copied = AssessedTables(copy_rows(people.train, 900), people.train, people.holdout)
    measures = by_name(membership_measures(Neighbours.of(copied, 0), LEVEL))
    assert measures["identical_rows"].value == 1.0
    assert measures["dcr_ratio"].value == 0.0
    assert all(m.p_value < LEVEL for m in measures.values() if m.p_value is not None), measures


def test_a_thin_disguise_hides_nobody() -> None:
    people = real_tables(0)
    jittered = AssessedTables(jitter_rows(people.train, 300), people.train, people.holdout)
    measures = by_name(membership_measures(Neighbours.of(jittered, 0), LEVEL))
    assert measures["dcr_share"].p_value < LEVEL
    assert measures["attack_auc"].p_value < LEVEL
    assert measures["dcr_ratio"].high < 1


def test_a_mean_distance_notices_nobody_of_a_tenth_copied_but_we_do(bank: pd.DataFrame) -> None:
    frame = bank.drop(columns=["day", "month"])
    mixed = frame.sample(frac=1, random_state=0)
    synthetic, train, holdout = mixed.iloc[:1_000], mixed.iloc[1_000:3_800], mixed.iloc[3_800:]
    leaky = pd.concat([synthetic.head(900), train.head(100)])

    def mean_score(table: pd.DataFrame) -> float:
        distances = nearest_neighbors(table, train, k=1)[0][:, 0]
        return float(distances.mean() / distances.max())

    spread = abs(mean_score(synthetic) - mean_score(holdout))
    assert mean_score(leaky) > mean_score(synthetic) - max(0.1, spread)
    tables = prepare_tables(leaky, train, holdout)
    identical = by_name(distance_measures(Neighbours.of(tables, 0), LEVEL))["identical_rows"]
    assert identical.value == pytest.approx(0.1, abs=0.001)
    assert identical.p_value < LEVEL


def test_the_same_seed_gives_the_same_measures() -> None:
    tables = real_tables(3)
    once, again = (membership_measures(Neighbours.of(tables, 5), LEVEL) for _ in range(2))
    assert once == again


def test_where_everybody_is_alike_it_says_why_something_is_missing() -> None:
    frame = pd.DataFrame({"a": list("xy") * 100, "b": list("xxyy") * 50})
    measures = by_name(membership_measures(Neighbours.of(prepare_tables(frame, frame, frame), 0), LEVEL))
    for name in ("dcr_ratio", "outlier_identical", "outlier_attack_auc"):
        assert measures[name].value is None
        assert measures[name].missing is not None
        assert measures[name].missing.in_words("en") != measures[name].missing.in_words("ja")
    assert measures["identical_rows"].p_value == 1.0
