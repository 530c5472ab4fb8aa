"""A holdout is set aside: by chance, always the same, and large enough to be assessed."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from synth_handson.errors import ArgumentError, TableError
from synth_handson.tables.bank import load_bank_marketing
from synth_handson.tables.split import split_holdout


def people(rows: int) -> pd.DataFrame:
    n = np.arange(rows)
    return pd.DataFrame(
        {"age": 20 + n % 40, "job": pd.Categorical(n % 3), "children": pd.array(n % 4, dtype="Int64")},
        index=n * 3,
    )


@settings(max_examples=60)
@given(rows=st.integers(2, 600), fraction=st.floats(0.01, 0.99), seed=st.integers(0, 2**32 - 1))
def test_the_holdout_and_the_rest_share_no_row_and_are_the_whole(
    rows: int, fraction: float, seed: int
) -> None:
    frame = people(rows)
    if not 100 <= round(rows * fraction) <= rows - 100:
        with pytest.raises(ArgumentError, match="100 rows"):
            split_holdout(frame, fraction, seed)
        return
    train, holdout = split_holdout(frame, fraction, seed)
    assert len(holdout) == round(rows * fraction)
    assert_frame_equal(pd.concat([train, holdout]).sort_index(), frame)
    for part, again in zip((train, holdout), split_holdout(frame, fraction, seed), strict=True):
        assert_frame_equal(part, again)
        assert part.index.is_monotonic_increasing
        assert part.dtypes.equals(frame.dtypes)


def test_the_holdout_is_the_same_on_every_machine_and_with_every_numpy() -> None:
    _, holdout = split_holdout(pd.DataFrame({"n": range(400)}), fraction=0.25, random_state=0)
    assert list(holdout["n"][:8]) == [1, 4, 5, 6, 7, 8, 10, 12]


def test_the_choice_depends_on_the_number_of_rows_alone() -> None:
    few, all_columns = load_bank_marketing("bundled"), load_bank_marketing("bundled", None)
    _, holdout = split_holdout(few.frame)
    _, of_all = split_holdout(all_columns.frame)
    assert list(holdout.index) == list(of_all.index)
    _, other = split_holdout(few.frame, random_state=1)
    assert list(holdout.index) != list(other.index)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan"), "half", None])
def test_a_fraction_outside_its_range_is_refused(fraction: Any) -> None:
    with pytest.raises(ArgumentError, match="between 0 and 1"):
        split_holdout(people(60), fraction)


@pytest.mark.parametrize("seed", [-1, 2**32, 0.5, None])
def test_a_seed_outside_its_range_is_refused(seed: Any) -> None:
    with pytest.raises(ArgumentError, match="seed"):
        split_holdout(people(60), random_state=seed)


def test_a_holdout_too_small_to_be_assessed_is_said_at_the_split() -> None:
    for frame, fraction, words in (
        (people(300), 0.2, "holdout of 60 of 300 rows leaves 240 .* from 0.334 to 0.666"),
        (people(1000), 0.95, "holdout of 950 of 1,000 rows leaves 50 .* from 0.1 to 0.9"),
        (people(199), 0.5, "199 rows are too few .* at least 200 rows"),
    ):
        with pytest.raises(ArgumentError, match=words) as caught:
            split_holdout(frame, fraction)
        assert caught.value.message("ja") != caught.value.message("en")


@given(rows=st.integers(200, 5_000), fraction=st.sampled_from([0.0001, 0.9999]))
def test_the_fractions_that_are_named_work(rows: int, fraction: float) -> None:
    frame = pd.DataFrame({"n": np.arange(rows)})
    with pytest.raises(ArgumentError) as caught:
        split_holdout(frame, fraction)
    for named in ("least", "most"):
        parts = split_holdout(frame, caught.value.details[named])  # type: ignore[arg-type]
        assert min(map(len, parts)) >= 100


def test_only_a_table_can_be_split() -> None:
    with pytest.raises(TableError, match="DataFrame"):
        split_holdout([1, 2, 3])  # type: ignore[arg-type]
