"""What is done to arrays everywhere."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.metrics.arrays import equal_before, number_rows, one_of_each, ratio, some_of_each


def test_nothing_is_divided_by_nothing() -> None:
    assert ratio([1.0, 2.0, 3.0], [2, 0, 4]).tolist() == [0.5, 0.0, 0.75]
    assert np.isnan(ratio([1.0], [0], otherwise=np.nan)).all()
    assert ratio(np.ones((2, 1)), [1.0, 2.0]).tolist() == [[1.0, 0.5]] * 2


def test_rows_are_numbered_in_the_order_they_come() -> None:
    assert number_rows([np.array([3, -1, 3, 0]), np.array([0, 0, 0, 0])]).tolist() == [0, 1, 0, 2]


@given(st.lists(st.tuples(*[st.integers(-1, 2)] * 3), min_size=1, max_size=30))
def test_equal_rows_and_no_others_share_a_number(rows: list[tuple[int, ...]]) -> None:
    numbers = number_rows(np.array(rows).T)
    assert len(set(zip(rows, numbers.tolist(), strict=True))) == len(set(rows)) == len(set(numbers.tolist()))


def test_so_many_columns_that_their_codes_leave_the_range_are_numbered_rightly() -> None:
    frame = pd.DataFrame(np.random.default_rng(0).integers(0, 2, (500, 3)))
    wide = [1_000 * frame[position % 3].to_numpy() for position in range(60)]
    assert (number_rows(wide) == frame.groupby([0, 1, 2], sort=False).ngroup()).all()


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 9))
def test_one_of_those_that_share_a_number_is_chosen(numbers: list[int], seed: int) -> None:
    chosen = one_of_each(np.array(numbers), np.random.default_rng(seed))
    assert sorted(np.array(numbers)[chosen].tolist()) == sorted(set(numbers))


def test_some_of_each_are_chosen_and_all_of_those_that_are_few() -> None:
    numbers = np.array([3, 1, 3, 3, 2, 1, 3])
    assert equal_before(numbers).tolist() == [0, 0, 1, 2, 0, 1, 3]
    draws = [some_of_each(numbers, 2, np.random.default_rng(seed)) for seed in range(200)]
    assert all(np.bincount(numbers[chosen]).tolist() == [0, 2, 1, 2] for chosen in draws)
    # Each of four with a probability of one half.
    assert all(70 < times < 130 for times in np.sum(draws, axis=0)[numbers == 3])
