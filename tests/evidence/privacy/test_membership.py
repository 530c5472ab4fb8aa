"""Membership tests: hand-worked numbers, fair on people nobody has seen, and red where people were copied."""

from collections import Counter
from functools import cache
from math import comb

import numpy as np
import pandas as pd
import pytest
from leaks import drawn, leak
from people import draw_people

from synth_handson import nearest_neighbors
from synth_handson.evidence.controls.known_tables import copy_rows, jitter_rows
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.membership import (
    BANDWIDTH,
    Neighbours,
    accused,
    distance_measures,
    membership_measures,
    true_positive_rate,
)
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables

LEVEL = 0.0025
FAIR = 60
SOME = 30
"""Of so many fair tables the mean is known well enough where nobody counts how often a test errs."""


def by_name(measures: tuple[Measure, ...]) -> dict[str, Measure]:
    return {m.name: m for m in measures}


def real_tables(seed: int, synthetic: int = 300, train: int = 900, holdout: int = 400) -> AssessedTables:
    """Nobody here knows anything about anybody: all three are fresh people."""
    people = draw_people(synthetic + train + holdout, seed)
    in_training = people.iloc[synthetic : synthetic + train]
    return prepare_tables(people.head(synthetic), in_training, people.tail(holdout))


class TestDcrShare:
    def test_it_is_a_half_where_every_distance_is_a_tie(self) -> None:
        frame = pd.DataFrame({"a": list("xy") * 100, "b": list("xxyy") * 50})
        share = by_name(distance_measures(Neighbours.of(AssessedTables(frame, frame, frame), 0)))
        assert share["dcr_share"].value == 0.5
        assert share["dcr_share"].p_value == 1.0

    def test_with_equal_sizes_it_counts_who_is_closer(self) -> None:
        tables = real_tables(1, train=250, holdout=250)
        share = by_name(distance_measures(Neighbours.of(tables, 0)))["dcr_share"]
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
        share = by_name(distance_measures(Neighbours.of(tables, 0)))["dcr_share"]
        assert share.value == 1.0


class TestKernelShare:
    def share(self, tables: AssessedTables) -> Measure:
        return by_name(distance_measures(Neighbours.of(tables, 0)))["kernel_share"]

    def test_by_hand(self) -> None:
        """The ranks of 0 to 3 are 1/8 to 7/8; training people have 0 and 3, the holdout has 1 and 2."""
        real = [pd.DataFrame({"x": values, "c": "same"}) for values in ([0.0, 3.0], [1.0, 2.0])]
        neighbours = Neighbours.of(AssessedTables(pd.DataFrame({"x": [0.0], "c": "same"}), *real), 0)
        weights = np.exp(-((np.array([0, 0.25, 0.5, 0.75]) / BANDWIDTH) ** 2) / 2)
        assert neighbours.kernel_share().value == pytest.approx((weights[0] + weights[3]) / weights.sum())

    def test_it_is_a_half_where_all_are_alike(self) -> None:
        frame = pd.DataFrame({"a": ["x"] * 100, "b": ["y"] * 100})
        share = self.share(AssessedTables(frame, frame, frame))
        assert (share.value, share.p_value) == (0.5, 1.0)

    def test_unequal_sizes_are_weighed(self) -> None:
        values = [self.share(real_tables(seed, train=900, holdout=150)).value for seed in range(30)]
        assert np.mean(values) == pytest.approx(0.5, abs=3 * np.std(values) / np.sqrt(30))

    def test_noise_that_hides_each_person_does_not_hide_all_of_them(self) -> None:
        people = drawn("readings", 2_000, 2_000, 1_000, 0)
        moved = leak("numbers moved by .5 sd", people, 1_000, 1.0, 0)
        tables = prepare_tables(moved, people.train, people.holdout)
        measures = by_name(distance_measures(Neighbours.of(tables, 0)))
        assert measures["kernel_share"].p_value < 1e-4
        assert measures["kernel_share"].p_value < measures["attack_auc"].p_value


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


@cache
def of_fair(seed: int) -> dict[str, Measure]:
    """Return what is measured where the synthetic table is made of people nobody else knows."""
    neighbours = Neighbours.of(real_tables(seed), seed)
    return by_name(
        (
            *distance_measures(neighbours, neighbours.reference),
            *neighbours.subsets,
            *neighbours.calibrated(neighbours.reference),
        )
    )


@pytest.fixture(scope="module")
def fair() -> list[dict[str, Measure]]:
    return [of_fair(seed) for seed in range(FAIR)]


NAMES = ("dcr_share", "kernel_share", "attack_auc", "attack_tpr", "outlier_attack_auc")
HITS = ("attack_tpr_03", "attack_tpr_01")


@pytest.mark.calibration
@pytest.mark.parametrize(
    "name", (*NAMES, *HITS, "identical_rows", "outlier_identical", "subset_matches", "subset_matches_binned")
)
def test_the_p_values_accuse_no_more_often_than_they_say(fair: list[dict[str, Measure]], name: str) -> None:
    p_values = np.array([m[name].p_value for m in fair])
    # Three standard errors of a share of 5 % in so many tables.
    assert (p_values < 0.05).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / FAIR)
    assert (p_values < LEVEL).sum() <= 2


@pytest.mark.calibration
@pytest.mark.parametrize("name", NAMES)
def test_the_intervals_cover_what_chance_gives(fair: list[dict[str, Measure]], name: str) -> None:
    truth = 0.01 if name == "attack_tpr" else 0.5
    covered = Counter(m[name].low <= truth <= m[name].high for m in fair)
    assert covered[True] / FAIR >= 0.9


@pytest.mark.seldom
@pytest.mark.parametrize("name", (*NAMES, "dcr_ratio"))
def test_the_reference_is_what_a_fair_table_has(name: str) -> None:
    fair = [of_fair(seed) for seed in range(SOME)]
    values = np.array([m[name].value for m in fair])
    references = np.array([m[name].reference for m in fair])
    # The reference has half the rows, so that it is not the same number, but it must be the same on average.
    error = np.sqrt((values.var() + references.var()) / SOME)
    assert abs(values.mean() - references.mean()) < 4 * error


def test_copied_people_show_in_every_measure() -> None:
    people = real_tables(0)
    copied = AssessedTables(copy_rows(people.train, 900), people.train, people.holdout)
    measures = by_name(membership_measures(Neighbours.of(copied, 0)))
    assert measures["identical_rows"].value == 1.0
    assert measures["dcr_ratio"].value == 0.0
    assert all(m.p_value < LEVEL for m in measures.values() if m.p_value is not None), measures


def test_a_thin_disguise_hides_nobody() -> None:
    people = real_tables(0)
    jittered = AssessedTables(jitter_rows(people.train, 300), people.train, people.holdout)
    measures = by_name(membership_measures(Neighbours.of(jittered, 0)))
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
    identical = by_name(distance_measures(Neighbours.of(tables, 0)))["identical_rows"]
    assert identical.value == pytest.approx(0.1, abs=0.001)
    assert identical.p_value < LEVEL


def test_the_same_seed_gives_the_same_measures() -> None:
    tables = real_tables(3)
    once, again = (membership_measures(Neighbours.of(tables, 5)) for _ in range(2))
    assert once == again


def test_where_everybody_is_alike_it_says_why_something_is_missing() -> None:
    frame = pd.DataFrame({"a": list("xy") * 100, "b": list("xxyy") * 50})
    measures = by_name(membership_measures(Neighbours.of(prepare_tables(frame, frame, frame), 0)))
    for name in ("dcr_ratio", "outlier_identical", "outlier_attack_auc"):
        assert measures[name].value is None
        assert measures[name].missing is not None
        assert measures[name].missing.render("en") != measures[name].missing.render("ja")
    assert measures["identical_rows"].p_value == 1.0


def test_of_several_shares_of_people_who_are_accused_the_one_that_shows_most_counts() -> None:
    # Of 200 people, the nearest 14 are training people, then 6 of the holdout; shares are rounded up.
    members = np.concatenate([np.arange(14.0), np.arange(100.0, 186.0)])
    others = np.concatenate([np.arange(14.0, 20.0), np.arange(200.0, 294.0)])
    found = accused(members, others, 0.01, 0.03, 0.1)
    assert found.counts.tolist() == [[3, 7, 15], [0, 0, 6]]
    assert found.people == (100, 100)
    assert found.best == 1
    # Of 7 found all are training people with a probability of 1 in 148, on either side; 2 ways could show it.
    alone = accused(members, others, 0.03).tested["p_value"]
    assert alone == pytest.approx(2 * comb(100, 7) / comb(200, 7))
    assert alone < found.tested["p_value"] < 3 * alone
