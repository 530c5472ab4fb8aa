"""The low end of bootstrap samples: the same as that of the samples in full."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from synth_handson.metrics.low_end import enough_codes, resampled_counts, resampled_quantiles


def test_codes_that_are_enough_worked_by_hand() -> None:
    # A hundredth of 10,000 is 100; eight times its root is 80, and 40 to spare: 220, two of each code.
    assert enough_codes(np.repeat(np.arange(5_000), 2), 0.01) == 110
    # Of few values, all.
    assert enough_codes(np.arange(30), 0.05) == 30


@pytest.mark.parametrize("share", [0.001, 0.01, 0.05])
@pytest.mark.parametrize("size", [100, 1_000, 20_000, 200_000])
def test_a_sample_never_goes_beyond_them(size: int, share: float) -> None:
    kept = enough_codes(np.arange(size), share)
    # What a quantile takes: the value at its place, and the next one.
    assert binom.cdf(int(share * (size - 1)) + 1, size, kept / size) < 1e-14


def test_samples_are_counted_in_turn() -> None:
    first, second = np.array([0, 1, 1, 2]), np.array([2, 0, 3])
    counts = resampled_counts([(first, 2), (second, 4)], 3, np.random.default_rng(0))
    draw = np.random.default_rng(0)
    for of_first, of_second in zip(*counts, strict=True):
        assert of_first.tolist() == np.bincount(draw.choice(first, 4), minlength=3).tolist()
        assert of_second.tolist() == np.bincount(draw.choice(second, 3), minlength=5).tolist()


@settings(deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 3_000),
    st.integers(1, 9_000),
    st.sampled_from([0.0, 0.01, 0.05, 0.5]),
)
def test_quantiles_are_those_of_samples_in_full(seed: int, size: int, different: int, share: float) -> None:
    draw = np.random.default_rng(seed)
    groups = [draw.integers(0, different, n) / 7 for n in (size, 120)]
    found = resampled_quantiles(groups, share, 5, np.random.default_rng(seed))
    again = np.random.default_rng(seed)
    expected = [[np.quantile(again.choice(group, len(group)), share) for group in groups] for _ in range(5)]
    assert np.array(found).T.tolist() == expected
