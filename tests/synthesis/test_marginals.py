"""Values as codes that many people share, worked by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.errors import ArgumentError
from synth_handson.synthesis.marginals import (
    MARGINALS,
    MISSING,
    Categories,
    Numbers,
    read_marginals,
    shrunken_shares,
)
from synth_handson.synthesis.schema import PROTECTED_TOKEN, prepare
from synth_handson.tables.texts import MIN_KEPT_ROWS


def test_rare_categories_share_one_token() -> None:
    column = pd.Series(["a"] * 8 + ["b"] * 9 + ["c"] * 7 + [None], dtype="str")
    categories = Categories.of(column)
    assert categories.levels == ("a", "b", PROTECTED_TOKEN)
    assert categories.code(pd.Series(["b", "a", "c", None, "new"])).tolist() == [2, 1, 3, MISSING, 3]
    drawn = categories.values(np.array([1, 0, 3]), np.zeros(3))
    assert drawn.tolist() == ["a", pd.NA, PROTECTED_TOKEN]


def test_without_rare_categories_there_is_no_token() -> None:
    assert Categories.of(pd.Series(["a"] * 8 + ["b"] * 9)).levels == ("a", "b")


def test_frequent_numbers_are_kept_and_the_others_are_ranges_that_many_share() -> None:
    column = pd.Series([0] * 20 + [*range(1, 17)] + [20] * 8)
    numbers = Numbers.of(column)
    # Ranges of eight people: 1 to 8, and 9 to 16.
    assert numbers.low == (0, 1, 9, 20)
    assert numbers.high == (0, 8, 16, 20)
    assert numbers.code(pd.Series([0, 1, 8, 9, 16, 20, -5, 99, None])).tolist() == [1, 2, 2, 3, 3, 4, 1, 4, 0]
    drawn = numbers.values(np.array([1, 2, 2, 0, 4]), np.array([0.5, 0, 0.5, 0.5, 0.5]))
    assert drawn.tolist()[:3] == [0, 1, 4]
    assert np.isnan(drawn[3]) and drawn[4] == 20


def test_the_seven_outermost_are_cut_off_at_either_end() -> None:
    numbers = Numbers.of(pd.Series(range(100)))
    # The eighth from below and from above.
    assert (numbers.low[0], numbers.high[-1]) == (7, 92)


def test_few_people_between_frequent_values_leave_no_trace_of_theirs() -> None:
    numbers = Numbers.of(pd.Series([10] * 20 + [13, 14] + [20] * 20))
    assert (numbers.low, numbers.high) == ((10, 11, 20), (10, 19, 20))


def test_of_a_column_that_few_people_have_a_value_in_nothing_is_shown() -> None:
    numbers = Numbers.of(pd.Series([1.5] * 7 + [np.nan] * 93))
    assert numbers.size == 1
    assert numbers.code(pd.Series([1.5, np.nan])).tolist() == [MISSING, MISSING]


@pytest.mark.parametrize(("values", "decimals"), [([1.0, 2.0], 0), ([1.25, 2.5], 2), ([1 / 3, 2.0], None)])
def test_numbers_have_the_decimals_of_the_column(values: list[float], decimals: int | None) -> None:
    numbers = Numbers.of(pd.Series(values * 20))
    assert numbers.decimals == decimals


def test_days_stay_days_and_times_stay_seconds() -> None:
    days = pd.Series(pd.date_range("2024-01-01", periods=100))
    drawn = Numbers.of(days).values(np.full(50, 3), np.linspace(0, 1, 50))
    assert (drawn == drawn.dt.normalize()).all()
    hours = pd.Series(pd.date_range("2024-01-01 01:30", periods=100, freq="h"))
    drawn = Numbers.of(hours).values(np.full(50, 3), np.linspace(0, 1, 50))
    assert (drawn == drawn.dt.floor("s")).all()
    assert drawn.between(hours.min(), hours.max()).all()


COLUMNS = st.lists(
    st.one_of(st.none(), st.integers(-5, 60), st.floats(-1e6, 1e6, allow_nan=False)),
    min_size=16,
    max_size=200,
)


@given(COLUMNS, st.floats(0, 1))
def test_every_range_is_shared_and_drawn_values_have_the_code_they_are_drawn_for(
    values: list[float | None], fraction: float
) -> None:
    column = pd.Series(values, dtype="float64")
    numbers = Numbers.of(column)
    codes = numbers.code(column)
    assert (codes[column.isna()] == MISSING).all()
    if numbers.low:
        assert list(numbers.low) == sorted(set(numbers.low))
        assert (np.array(numbers.low) <= numbers.high).all()
        assert (np.array(numbers.high[:-1]) < numbers.low[1:]).all()
        every = np.arange(1, numbers.size)
        drawn = numbers.values(every, np.full(len(every), fraction))
        assert numbers.code(drawn).tolist() == every.tolist()
        people = np.bincount(codes[codes > 0], minlength=numbers.size)[1:]
        step = 0 if numbers.decimals is None else 10.0**-numbers.decimals
        for few in np.flatnonzero(people < MIN_KEPT_ROWS):
            # No end is anybody's: it follows from the frequent value beside it.
            assert numbers.low[few] == pytest.approx(numbers.high[few - 1] + step)
            assert numbers.high[few] == pytest.approx(numbers.low[few + 1] - step)


def test_shares_that_differ_by_chance_are_moved_together() -> None:
    # Of 60 people 10, 20 and 30: the chi-square distance to equal shares is (100 + 0 + 100) / 20 = 10, so
    # three categories keep all of it, and four with 10, 15, 15 and 20 (50 / 15) keep 1 - 1 / 3.33 = 0.7.
    three, four = np.array([1, 2, 3]) / 6, np.array([10, 15, 15, 20]) / 60
    assert shrunken_shares(three, 60).tolist() == three.tolist()
    assert shrunken_shares(four, 60) == pytest.approx(1 / 4 + 0.7 * (four - 1 / 4))
    assert shrunken_shares(np.array([0.2, 0.8]), 60).tolist() == [0.2, 0.8]
    assert shrunken_shares(np.full(5, 0.2), 60).tolist() == [0.2] * 5


@given(st.lists(st.integers(8, 500), min_size=3, max_size=40))
def test_shrunken_shares_keep_their_order_and_sum(people: list[int]) -> None:
    shares = np.array(people) / sum(people)
    shrunken = shrunken_shares(shares, sum(people))
    assert shrunken.sum() == pytest.approx(1)
    assert shrunken.min() > 0
    assert (np.diff(shrunken[np.argsort(shares)]) >= -1e-12).all()


def test_of_few_people_shrunken_shares_are_closer_to_those_of_everybody() -> None:
    rng = np.random.default_rng(0)
    true = rng.dirichlet(np.full(30, 50.0))
    off = [
        [np.abs(found - true).sum() for found in (drawn / 600, shrunken_shares(drawn / 600, 600))]
        for drawn in rng.multinomial(600, true, 50)
    ]
    seen, shrunken = np.mean(off, axis=0)
    assert shrunken < 0.8 * seen


def test_they_survive_json(bank: pd.DataFrame) -> None:
    marginals = read_marginals(prepare(bank))
    assert MARGINALS.validate_json(MARGINALS.dump_json(marginals)) == marginals


@pytest.mark.parametrize("value", ["30", 5, 200, None])
def test_a_value_that_is_not_drawn_is_named_with_the_range(value: object) -> None:
    numbers = Numbers.of(pd.Series(range(100)))
    if value == "30":
        assert numbers.code_of("age", value) > 0
    else:
        with pytest.raises(ArgumentError, match=r"age.*: 7(\.0)? to 92"):
            numbers.code_of("age", value)


def test_a_number_drawn_at_the_end_of_a_narrow_range_stays_in_it() -> None:
    numbers = Numbers.of(pd.Series([0.0] * 8 + [-1.0] * 7 + [-1.9703185770194978, -0.5]))
    assert numbers.code(numbers.values(np.array([2]), np.ones(1))).tolist() == [2]


def test_dates_beyond_any_calendar_end_with_it() -> None:
    days = Numbers((), (), None, 86_400).column(np.array([1e15, -1e15, 0.0, np.nan]))
    assert days.astype("str").tolist()[:3] == ["9999-12-31", "0001-01-01", "1970-01-01"]
    assert days.isna().tolist() == [False, False, False, True]
