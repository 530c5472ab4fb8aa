"""Intervals: hand-worked ends, and that they cover what they claim to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom, permutation_test
from sklearn.metrics import roc_auc_score

from synth_handson.metrics.intervals import (
    all_exposed,
    area_under_curve,
    bootstrap_interval,
    chance_of_a_tail,
    clustered_area,
    exact_share,
    exchanged_labels,
    least_tails,
    smaller_tails,
    standard_error_interval,
    tarone,
)


def test_an_exact_share_of_nothing_ends_where_the_rule_of_three_says() -> None:
    estimate = exact_share(0, 100)
    assert (estimate.value, estimate.low) == (0.0, 0.0)
    assert estimate.high == pytest.approx(1 - 0.025 ** (1 / 100))


def test_an_exact_share_by_hand() -> None:
    # One of two: P(at least 1 of 2 | low) = 1 - (1 - low)**2 = .025, and the other end mirrors it.
    estimate = exact_share(1, 2)
    assert estimate.value == 0.5
    assert estimate.low == pytest.approx(1 - 0.975**0.5)
    assert estimate.high == pytest.approx(0.975**0.5)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_exact_share_lies_in_its_interval_and_mirrors(counts: tuple[int, int]) -> None:
    hits, trials = counts
    estimate = exact_share(hits, trials)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    mirrored = exact_share(trials - hits, trials)
    assert mirrored.low == pytest.approx(1 - estimate.high)


@pytest.mark.parametrize("share", [0.01, 0.3])
def test_exact_shares_cover(share: float) -> None:
    hits, times = np.unique(np.random.default_rng(0).binomial(200, share, size=20_000), return_counts=True)
    covered = [(e := exact_share(int(k), 200)).low <= share <= e.high for k in hits]
    assert np.average(covered, weights=times) >= 0.95


def test_an_interval_stops_at_the_ends_of_the_range() -> None:
    estimate = standard_error_interval(0.5, 0.1)
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx(
        (0.5, 0.5 - 0.1959964, 0.5 + 0.1959964)
    )
    assert standard_error_interval(0.1, 0.1, 0.0, 1.0).low == 0.0
    assert standard_error_interval(0.9, 0.1, 0.0, 1.0).high == 1.0


def test_a_bootstrap_interval_is_centred_on_the_value_not_on_its_replicates() -> None:
    estimate = bootstrap_interval(1.0, [2.0, 4.0])
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx(
        (1, 1 - 1.959964 * 2**0.5, 1 + 1.959964 * 2**0.5)
    )


def test_the_area_by_hand() -> None:
    # Of the four pairs, one is lost, one is a tie: (2 + 1/2) / 4.
    estimate, _ = area_under_curve([1.0, 3.0], [1.0, 2.0])
    assert estimate.value == 0.625


@given(st.integers(0, 10_000))
def test_the_area_is_the_one_scikit_learn_computes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    positive, negative = rng.integers(0, 8, 20), rng.integers(0, 6, 30)
    estimate, error = area_under_curve(positive, negative)
    labels = np.repeat([1, 0], [20, 30])
    assert estimate.value == pytest.approx(roc_auc_score(labels, np.concatenate([positive, negative])))
    assert error > 0


def test_delong_intervals_cover() -> None:
    rng = np.random.default_rng(1)
    # For two normal samples one standard deviation apart, the area is P(N(1, 2) > 0) = Phi(1 / sqrt 2).
    truth = 0.7602499389065233
    estimates = [area_under_curve(rng.normal(1, 1, 150), rng.normal(0, 1, 80))[0] for _ in range(500)]
    assert 0.92 <= np.mean([e.low <= truth <= e.high for e in estimates]) <= 0.98


people = st.tuples(st.integers(1, 30), st.integers(1, 30)).flatmap(
    lambda sizes: st.tuples(st.just(sizes), st.integers(0, sum(sizes)))
)


@given(people)
def test_the_smallest_tail_is_that_of_the_most_extreme_count(drawn: tuple[tuple[int, int], int]) -> None:
    (exposed, others), cases = drawn
    counts = np.arange(max(0, cases - others), min(cases, exposed) + 1)
    tails = smaller_tails(counts, np.full(len(counts), cases), exposed, exposed + others)
    assert least_tails(np.array([cases]), exposed, others)[0] == pytest.approx(tails.min())
    assert all_exposed(np.array([cases]), exposed, others)[0] == pytest.approx(
        hypergeom.pmf(counts[-1], exposed + others, exposed, cases)
    )


@given(people, st.sampled_from([0.2, 0.05, 0.001]))
def test_the_chance_of_a_tail_is_that_of_all_counts_as_extreme(
    drawn: tuple[tuple[int, int], int], tail: float
) -> None:
    (exposed, others), cases = drawn
    counts = np.arange(max(0, cases - others), min(cases, exposed) + 1)
    tails = smaller_tails(counts, np.full(len(counts), cases), exposed, exposed + others)
    mass = hypergeom.pmf(counts, exposed + others, exposed, cases)
    chance = chance_of_a_tail(tail, np.array([cases]), exposed, others)[0]
    assert chance == pytest.approx(mass[tails <= tail * (1 + 1e-9)].sum())
    assert chance <= 2 * tail * (1 + 1e-9)


@pytest.mark.parametrize("people", [(4_000, 1_000), (160, 40), (22_605, 22_605), (900_000, 100_000)])
@pytest.mark.parametrize("cases", [1, 4, 11, 30, 90, 150])
def test_a_count_that_is_as_extreme_as_can_be_is_no_impossible_one(
    people: tuple[int, int], cases: int
) -> None:
    for hits in (0, cases):
        tail = smaller_tails(np.array([hits]), np.array([cases]), people[0], sum(people))[0]
        assert chance_of_a_tail(tail, np.array([cases]), *people)[0] >= tail * (1 - 1e-6)


def test_only_tests_that_can_show_something_are_corrected_for() -> None:
    # At .05, two of five tests could stay below .05 / 2; at .05 / 1, three could.
    assert tarone(np.array([0.01, 0.02, 0.04, 0.9, 1.0]), 0.05) == 2
    assert tarone(np.array([0.9, 1.0]), 0.05) == 1


@pytest.mark.parametrize(("members", "others", "shift"), [(12, 90, 1.0), (80, 20, 0.6), (30, 30, -0.5)])
def test_exchanged_labels_are_what_permuting_them_shows(members: int, others: int, shift: float) -> None:
    rng = np.random.default_rng(0)
    first, second = rng.exponential(size=members) + shift, rng.exponential(size=others)
    permuted = permutation_test(
        (first, second),
        lambda a, b: a.mean() - b.mean(),
        n_resamples=20_000,
        rng=rng,
    )
    assert exchanged_labels(first, second) == pytest.approx(permuted.pvalue, rel=0.25, abs=0.002)


def test_exchanged_labels_tell_nothing_where_all_are_alike() -> None:
    assert exchanged_labels(np.full(5, 0.1), np.full(7, 0.1)) == 1


def test_the_area_of_people_with_one_score_each_is_delongs() -> None:
    rng = np.random.default_rng(0)
    positive, negative = rng.normal(0.5, 1, 40), rng.normal(0, 1, 60)
    estimate, error = area_under_curve(positive, negative)
    found = clustered_area(positive, np.arange(40), negative, np.arange(60))
    assert found == pytest.approx((estimate.value, error))


def test_scores_that_only_repeat_do_not_narrow_the_area() -> None:
    rng = np.random.default_rng(1)
    positive, negative = rng.normal(0.5, 1, 40), rng.normal(0, 1, 60)
    once = clustered_area(positive, np.arange(40), negative, np.arange(60))
    again = clustered_area(
        np.repeat(positive, 5),
        np.repeat(np.arange(40), 5),
        np.repeat(negative, 5),
        np.repeat(np.arange(60), 5),
    )
    assert again == pytest.approx(once)
