"""Identifiers are made anew, in their form, and none is a real one."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.synthesis.identifiers import Identifier


def made(values: list[object], rows: int = 300) -> pd.Series:
    return Identifier.of("id", 0, pd.Series(values)).make(rows, random_state=0)


def test_numbers_are_counted_from_above_all_real_ones() -> None:
    assert made([7, 1099, 5], 3).tolist() == [10_000, 10_001, 10_002]
    assert Identifier.of("id", 0, pd.Series([7, 99], dtype="int8")).make(2, 0).tolist() == [100, 101]


def test_text_keeps_what_all_have_in_common() -> None:
    assert made([f"PT-{i}" for i in range(1000, 1100)]).str.fullmatch(r"PT-\d{4,5}").all()


def test_missing_ones_stay_missing() -> None:
    assert made([1, 2, None, None], 1_000).isna().mean() == pytest.approx(0.5, abs=0.1)


@given(st.lists(st.text("AB01-", min_size=1, max_size=3), min_size=2, max_size=80))
def test_none_is_a_real_one(values: list[str]) -> None:
    assert not set(made(list(values), 50)) & set(values)
