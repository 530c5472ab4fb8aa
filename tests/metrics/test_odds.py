"""The odds ratio's exact interval: by hand, beside SciPy's, and what must hold of any."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats.contingency import odds_ratio

from synth_handson.metrics.odds import log_odds_ratio_interval


def test_one_case_of_two_people_by_hand() -> None:
    # The case is the exposed person with probability w / (1 + w), which is .025 at w = 1 / 39.
    low, high = log_odds_ratio_interval(1, 1, 0, 1)
    assert low == pytest.approx(-math.log(39))
    assert high == math.inf


def test_two_cases_of_four_people_by_hand() -> None:
    # Of the six pairs, one is both exposed people, four are one of either: w² / (w² + 4 w + 1) = .25.
    low, _ = log_odds_ratio_interval(2, 2, 0, 2, confidence=0.5)
    assert math.exp(low) == pytest.approx((2 + math.sqrt(7)) / 3)


@pytest.mark.parametrize(
    "counts", [(10, 1000, 0, 990), (500, 3000, 20, 900), (3, 50, 9, 60), (0, 10, 4, 10), (90, 100, 10, 40)]
)
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_it_is_scipys(counts: tuple[int, int, int, int], confidence: float) -> None:
    exposed, exposed_people, others, other_people = counts
    table = [[exposed, others], [exposed_people - exposed, other_people - others]]
    expected = odds_ratio(table).confidence_interval(confidence)
    low, high = log_odds_ratio_interval(*counts, confidence)
    assert math.exp(low) == pytest.approx(expected.low, rel=1e-6)
    assert math.exp(high) == pytest.approx(expected.high, rel=1e-6)


@given(st.data())
def test_exchanging_the_groups_turns_it_round(data: st.DataObject) -> None:
    people, other_people = data.draw(st.tuples(st.integers(1, 60), st.integers(1, 60)))
    exposed, others = data.draw(st.tuples(st.integers(0, people), st.integers(0, other_people)))
    low, high = log_odds_ratio_interval(exposed, people, others, other_people)
    turned = log_odds_ratio_interval(others, other_people, exposed, people)
    assert (low, high) == (pytest.approx(-turned[1]), pytest.approx(-turned[0]))
    assert low < high


def test_without_cases_nothing_is_known() -> None:
    assert log_odds_ratio_interval(0, 5, 0, 7) == (-math.inf, math.inf)
