"""By how much the numbers of one table are moved against those of another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.metrics.common_shifts import FOLD, TIMES, common_shifts, moved_onto, step_of


def test_the_commonest_difference_by_hand() -> None:
    # 11 - 1, 12 - 2 and 19 - 9: three times 10; 12 - 1, 19 - 1, 11 - 2, ... once each.
    real, others = np.array([1, 2, 9]), np.array([11, 12, 19])
    assert common_shifts(real, others, most=1) == [10]
    assert moved_onto(real, others, 10).tolist() == [True, True, True]
    assert moved_onto(real, others, 9).tolist() == [False, True, False]


def test_differences_near_zero_are_left_out_on_request() -> None:
    real, others = np.array([5, 50, 500]), np.array([5, 50, 500, 540])
    assert common_shifts(real, others, most=1, ignored=-1) == [0]
    assert 0 not in common_shifts(real, others, most=3)


@given(st.integers(-(10**12), 10**12).filter(lambda shift: shift != 0), st.integers(0, 9))
def test_any_shift_is_found_among_strangers(shift: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    real = rng.choice(10**9, 400, replace=False)
    others = np.concatenate([real[:60] + shift, rng.choice(10**9, 340)])
    assert common_shifts(real, np.unique(others), most=1) == [shift]
    assert moved_onto(real, others, shift)[:60].all()


def test_a_shift_of_a_whole_fold_is_left_out_with_zero() -> None:
    # It looks like no shift at all.
    real = np.array([1, 2, 9])
    assert FOLD not in common_shifts(real, real + FOLD, most=3)


def test_slack_counts_neighbouring_differences_together() -> None:
    real = np.array([100, 2_000, 30_000, 7])
    others = np.array([141, 2_042, 30_043])
    assert moved_onto(real, others, 42, slack=1).tolist() == [True, True, True, False]
    (shift,) = common_shifts(real, others, most=1, slack=1)
    assert abs(shift - 42) <= 1


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ([3, 17, 2_000], 1),
        ([3.5, 17], 0.1),
        ([1_234.56, 0.1], 0.01),
        ([19_000 + 3_723 / 86_400, 19_001.5], TIMES[1]),
        ([19_000 + 61 / 1_440, 19_001.5], TIMES[0]),
        ([np.pi, 1_000.0], 1e-6),
    ],
)
def test_steps(values: list[float], step: float) -> None:
    assert step_of(np.array(values)) == pytest.approx(step)
