"""Controls: what each leaves alone, and what it breaks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import draw_people

from synth_handson import identical_rows, load_bundled_synthetic
from synth_handson.errors import ArgumentError
from synth_handson.evidence.controls.known_tables import (
    change_category,
    chosen_people,
    copy_rows,
    jitter_rows,
    plant_rows,
    shuffle_columns,
)


@pytest.fixture(scope="module")
def real(bank: pd.DataFrame) -> pd.DataFrame:
    return bank[list(load_bundled_synthetic().columns)]


def test_copies_are_real_people_each_once(real: pd.DataFrame) -> None:
    copied = copy_rows(real, 1_000)
    assert identical_rows(copied, real).all()
    assert len(copied) == 1_000
    assert len(copy_rows(real, len(real)).drop_duplicates()) == len(real.drop_duplicates())
    assert len(copy_rows(real.head(10), 25)) == 25


@pytest.mark.parametrize("share", [0, 0.01, 0.1, 1])
def test_so_many_people_are_planted(real: pd.DataFrame, share: float) -> None:
    synthetic = load_bundled_synthetic()
    planted = plant_rows(synthetic, real, share)
    assert len(planted) == len(synthetic)
    assert list(planted.columns) == list(synthetic.columns)
    assert identical_rows(planted, real).sum() == round(share * len(synthetic))


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_out_of_range_is_refused(real: pd.DataFrame, share: float) -> None:
    with pytest.raises(ArgumentError, match="between 0 and 1"):
        plant_rows(real, real, share)


def test_jitter_moves_every_number_a_little_and_keeps_dtypes(real: pd.DataFrame) -> None:
    originals, jittered = copy_rows(real, 2_000), jitter_rows(real, 2_000)
    assert list(jittered.dtypes) == list(real.dtypes)
    moved = (jittered["balance"] - originals["balance"]) / real["balance"].std()
    assert moved.std() == pytest.approx(0.05, abs=0.005)
    assert (jittered["job"] != originals["job"]).mean() < 0.08
    assert identical_rows(jittered, real).mean() < 0.01


def test_jitter_of_nothing_changes_nothing(real: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(jitter_rows(real, 500, scale=0), copy_rows(real, 500))


def test_jitter_copes_with_dates_booleans_gaps_and_constants() -> None:
    frame = pd.DataFrame(
        {
            "d": pd.date_range("2026-01-01", periods=200),
            "b": pd.array([True, None] * 100, dtype="boolean"),
            "n": pd.array([1, None] * 100, dtype="Int64"),
            "k": 7,
            "e": np.nan,
        }
    )
    jittered = jitter_rows(frame, 200)
    assert list(jittered.dtypes) == list(frame.dtypes)
    assert (jittered["k"] == 7).all()
    assert jittered["n"].isna().sum() == 100


@given(st.integers(0, 1_000))
def test_shuffling_keeps_every_column_and_breaks_the_rows(seed: int) -> None:
    frame = pd.DataFrame({"a": np.arange(50), "b": np.arange(50), "c": list("xy" * 25)})
    shuffled = shuffle_columns(frame, seed)
    for name in frame:
        assert sorted(shuffled[name]) == sorted(frame[name])
    assert (shuffled["a"] != shuffled["b"]).any()


class TestChangeCategory:
    def test_in_each_row_one_category_becomes_another_that_occurs(self) -> None:
        people = draw_people(400, 0)
        changed = change_category(people, 400, 1, 3)
        original = people.iloc[chosen_people(400, 400, 3)].reset_index(drop=True)
        differs = pd.DataFrame({name: ~_same(changed[name], original[name]) for name in people.columns})
        assert (differs.sum(axis=1) == 1).all()
        assert set(differs.columns[differs.any()]) == {"region", "member", "size", "code", "churned"}
        for name in people.columns:
            assert changed[name].dtype == people[name].dtype
            assert set(changed[name].dropna()) <= set(people[name].dropna())

    def test_as_many_columns_as_asked_for(self) -> None:
        people = draw_people(200, 0)
        changed = change_category(people, 200, 2, 0)
        original = people.iloc[chosen_people(200, 200, 0)].reset_index(drop=True)
        count = sum((~_same(changed[name], original[name])).astype(int) for name in people.columns)
        assert (count == 2).all()

    def test_without_categories_a_number_becomes_somebody_elses(self) -> None:
        numbers = pd.DataFrame({"a": np.arange(50.0), "b": [1.0] * 50, "c": np.arange(50)[::-1]})
        changed = change_category(numbers, 50)
        original = numbers.iloc[chosen_people(50, 50)].reset_index(drop=True)
        assert ((changed != original).sum(axis=1) == 1).all()
        assert changed["b"].eq(1.0).all()

    def test_missing_values_are_a_category(self) -> None:
        table = pd.DataFrame({"c": ["x", None] * 30, "n": range(60)})
        changed = change_category(table, 60)
        original = table.iloc[chosen_people(60, 60)].reset_index(drop=True)
        assert (changed["c"].isna() != original["c"].isna()).all()


def _same(first: pd.Series, second: pd.Series) -> pd.Series:
    return (first.isna() & second.isna()) | first.eq(second).fillna(False)
