"""A holdout is set aside: by chance, always the same, and large enough to be assessed."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from synth_handson.errors import ArgumentError, TableError
from synth_handson.tables.bank import load_bank_marketing
from synth_handson.tables.linked import LinkedTables
from synth_handson.tables.split import split_holdout


def people(rows: int) -> pd.DataFrame:
    n = np.arange(rows)
    return pd.DataFrame(
        {"age": 20 + n % 40, "job": pd.Categorical(n % 3), "children": pd.array(n % 4, dtype="Int64")},
        index=n * 3,
    )


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
    with pytest.raises(ArgumentError, match="greater than 0 and less than 1"):
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


def visits(people: int) -> pd.DataFrame:
    return pd.DataFrame({"who": np.repeat(np.arange(people) + 7, np.arange(people) % 4 + 1), "x": 1})


def test_all_rows_of_a_person_go_to_one_side() -> None:
    frame = visits(500).sample(frac=1, random_state=0)
    train, holdout = split_holdout(frame, 0.3, person="who")
    assert set(train["who"]).isdisjoint(holdout["who"])
    assert holdout["who"].nunique() == 150
    assert_frame_equal(pd.concat([train, holdout]).sort_index(), frame.sort_index())
    assert train.index.tolist() == [i for i in frame.index if i in set(train.index)]


def test_people_with_one_row_each_are_split_as_rows_are() -> None:
    frame = pd.DataFrame({"who": np.arange(300) * 3, "x": 1})
    for actual, expected in zip(
        split_holdout(frame, 0.4, 5, person="who"), split_holdout(frame, 0.4, 5), strict=True
    ):
        assert_frame_equal(actual, expected)


def test_linked_tables_are_split_by_people() -> None:
    tables = LinkedTables.from_events(visits(300), "who")
    train, holdout = split_holdout(tables, 0.5)
    assert (len(train.people), len(holdout.people)) == (150, 150)
    assert sum(len(part.events["events"]) for part in (train, holdout)) == len(visits(300))
    whole = split_holdout(visits(300), 0.5, person="who")
    assert set(whole[1]["who"]) == set(holdout.people["who"])


def test_events_that_few_people_have_are_refused_before_anything_is_trained() -> None:
    def tables(callers: int) -> LinkedTables:
        people = pd.DataFrame({"who": np.arange(300)})
        calls = pd.DataFrame({"who": np.arange(callers).repeat(2), "seconds": 9})
        return LinkedTables(people, {"calls": calls}, "who")

    _, holdout = split_holdout(tables(60), 0.5)
    assert holdout.people_with("calls") >= 20
    with pytest.raises(TableError, match=r"rows in “calls”: 1\d in .* 1\d in the holdout. At least 20 are"):
        split_holdout(tables(30), 0.5)


@pytest.mark.parametrize(
    ("people", "fraction", "said"),
    [
        (150, 0.5, "150 people are too few.*at least 200 people"),
        (400, 0.1, "40 of 400 people leaves 360.*from 0.25 to 0.75"),
    ],
)
def test_too_few_people_on_one_side_are_refused(people: int, fraction: float, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        split_holdout(visits(people), fraction, person="who")


def test_a_person_must_be_a_column_without_gaps() -> None:
    with pytest.raises(ArgumentError, match="no column 'whom'"):
        split_holdout(visits(300), person="whom")
    with pytest.raises(ArgumentError, match="2 rows have no value in the column 'who'"):
        split_holdout(visits(300).assign(who=lambda f: f["who"].where(f.index > 1)), person="who")
