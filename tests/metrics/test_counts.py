"""Distances and associations, worked by hand and beside scipy's on the rows themselves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from synth_handson.errors import ArgumentError
from synth_handson.metrics.counts import (
    chi_square,
    correlation_ratio,
    cramers_v,
    ks_distance,
    spearman,
    total_variation,
    total_variation_distance,
    wasserstein_distance,
)

distributions = (
    st.lists(st.integers(0, 1000), min_size=4, max_size=4)
    .filter(any)
    .map(lambda weights: np.array(weights) / sum(weights))
)


def test_total_variation_distance_worked_by_hand() -> None:
    assert total_variation_distance([0.5, 0.3, 0.2], [0.4, 0.2, 0.4]) == pytest.approx(0.2)
    assert total_variation_distance([1, 0], [0, 1]) == 1


@given(distributions, distributions, distributions)
def test_total_variation_distance_is_a_metric_between_0_and_1(
    a: np.ndarray, b: np.ndarray, c: np.ndarray
) -> None:
    assert 0 <= total_variation_distance(a, b) <= 1
    assert total_variation_distance(a, b) == total_variation_distance(b, a)
    assert total_variation_distance(a, a) == 0
    assert total_variation_distance(a, c) <= (
        total_variation_distance(a, b) + total_variation_distance(b, c) + 1e-12
    )


@pytest.mark.parametrize("shares", [[0.5, 0.5, 0], [0.5, 0.6], [-0.5, 1.5], [np.nan, 1]])
def test_what_is_no_distribution_over_the_same_bins_is_refused(shares: list[float]) -> None:
    with pytest.raises(ArgumentError, match="sums to 1"):
        total_variation_distance([0.5, 0.5], shares)


def test_distances_worked_by_hand() -> None:
    # At the values 1, 2 and 4 the training table's cumulative shares are 1/4, 1/2, 1, the other's 0, 3/4, 1.
    train, other = [1, 1, 2], [0, 3, 1]
    assert total_variation(other, train) == pytest.approx(1 / 2)
    assert ks_distance(other, train) == pytest.approx(1 / 4)
    assert wasserstein_distance(other, train, [1, 2, 4]) == pytest.approx(1 / 4 * 1 + 1 / 4 * 2)


def test_chi_square_worked_by_hand() -> None:
    # 30 of 40 and 10 of 20 rows are in the first category: 26.67 and 13.33 were to be expected.
    expected = (10 / 3) ** 2 * (3 / 80 + 3 / 40 + 3 / 40 + 3 / 20)
    assert chi_square([10, 10], [30, 10]) == pytest.approx(expected)
    assert chi_square([0, 5], [7, 0]) == pytest.approx(12)
    assert chi_square([3, 0], [5, 0]) == 0


def test_associations_worked_by_hand() -> None:
    # Ranks 1 to 4 beside ranks 1, 3, 2, 4: 1 - 6 * 2 / (4 * 15).
    assert spearman(np.eye(4)[[0, 2, 1, 3]]) == pytest.approx(0.8)
    # Two categories of two rows each with ranks (1, 2) and (3, 4): 4/5 of the variance lies between them, of
    # which chance was to put 1/3: (4/5 * 3 - 1) / 2.
    assert correlation_ratio([[1, 0], [1, 0], [0, 1], [0, 1]]) == pytest.approx(math.sqrt(0.7))
    # Chi-square is 20 * .36 = 7.2: phi square .36, less 1/19; the corrected number of categories is 2 - 1/19.
    assert cramers_v([[8, 2], [2, 8]]) == pytest.approx(math.sqrt((0.36 - 1 / 19) / (1 - 1 / 19)))


def test_what_decides_the_other_is_associated_with_1_and_what_knows_nothing_of_it_with_0() -> None:
    decided, unrelated = np.diag([50, 30, 20]), np.outer([5, 3, 2], [4, 1, 5])
    assert [f(decided) for f in (spearman, correlation_ratio, cramers_v)] == pytest.approx([1, 1, 1])
    assert [f(unrelated) for f in (spearman, correlation_ratio, cramers_v)] == pytest.approx([0, 0, 0])


@pytest.mark.parametrize(
    "tables", [[[7]], [[7, 5]], [[7], [5]], [[0, 0], [0, 0]], [[0, 3], [0, 0]], [[1, 1]]]
)
@pytest.mark.parametrize("association", [spearman, correlation_ratio, cramers_v])
def test_a_constant_is_associated_with_nothing(association, tables) -> None:
    assert association(tables) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("association", [correlation_ratio, cramers_v])
def test_a_small_table_looks_no_more_associated_than_a_large_one(association) -> None:
    rng = np.random.default_rng(0)
    shares = np.full((6, 8), 1 / 48) + np.outer([1, 1, 1, -1, -1, -1], [1, -1] * 4) / 100
    truth = association(1e9 * shares)
    few = association(rng.multinomial(400, shares.ravel(), size=2_000).reshape(-1, 6, 8))
    assert np.mean(few) == pytest.approx(truth, rel=0.06)


counts = arrays(np.int64, 6, elements=st.integers(0, 30)).filter(lambda found: found.sum() > 1)


@given(counts, counts)
def test_distances_are_scipys_on_the_rows_themselves(left, right) -> None:
    values = np.array([-3.5, 0, 1, 2, 10, 11])
    rows, train = np.repeat(values, left), np.repeat(values, right)
    assert ks_distance(left, right) == pytest.approx(stats.ks_2samp(rows, train, method="asymp").statistic)
    assert wasserstein_distance(left, right, values) == pytest.approx(stats.wasserstein_distance(rows, train))
    occurring = np.array([left, right])[:, left + right > 0]
    assert chi_square(left, right) == pytest.approx(
        stats.chi2_contingency(occurring, correction=False).statistic, abs=1e-9
    )


@given(arrays(np.int64, (4, 3), elements=st.integers(0, 9)))
def test_rank_correlation_is_scipys_on_the_rows_themselves(cells) -> None:
    x, y = (np.repeat(index.ravel(), cells.ravel()) for index in np.indices((4, 3)))
    if len(np.unique(x)) > 1 and len(np.unique(y)) > 1:
        assert spearman(cells) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-9)


def test_many_tables_are_measured_at_once_as_one_by_one() -> None:
    rng = np.random.default_rng(1)
    many, train = rng.integers(20, size=(5, 6)), rng.integers(1, 20, size=6)
    for distance in (total_variation, ks_distance, chi_square):
        assert distance(many, train) == pytest.approx([float(distance(one, train)) for one in many])
    cells = rng.integers(9, size=(5, 4, 3))
    for association in (spearman, correlation_ratio, cramers_v):
        assert association(cells) == pytest.approx([float(association(one)) for one in cells])


@given(counts)
def test_a_multiple_of_the_same_counts_is_no_distance_away(found) -> None:
    assert total_variation(3 * found, found) == pytest.approx(0, abs=1e-12)
    assert ks_distance(3 * found, found) == pytest.approx(0, abs=1e-12)
    assert wasserstein_distance(3 * found, found, range(6)) == pytest.approx(0, abs=1e-12)
    assert chi_square(3 * found, found) == pytest.approx(0, abs=1e-9)
