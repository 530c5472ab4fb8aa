"""Rows that stand together: attributes of people last for some rows, and then all change at once."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.tables.coded import coded_columns
from synth_handson.tables.neighbouring_rows import columns_of_neighbours, file_order, run_numbers
from synth_handson.tables.people import find_several_rows

COLUMNS = ["schooling", "sector", "score", "remote", "region"]


def one_row_each(people: int, seed: int = 0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    schooling = draw.integers(8, 20, people)
    return pd.DataFrame(
        {
            "schooling": schooling,
            "sector": draw.choice(list("abcdefgh"), people),
            "score": (schooling + draw.normal(0, 2, people)).round(),
            "remote": draw.choice(["yes", "no"], people),
            "region": draw.choice(list("nesw"), people),
        }
    )


def visits(people: int, rows: int, seed: int = 0) -> pd.DataFrame:
    """Return rows of people who have their schooling and sector, and nothing else, in all of them."""
    draw = np.random.default_rng(seed)
    each = one_row_each(people, seed)[["schooling", "sector"]]
    table = each.loc[np.repeat(np.arange(people), rows)].reset_index(drop=True)
    return table.assign(
        pulse=draw.normal(80, 9, len(table)).round(),
        weight=draw.normal(70, 12, len(table)).round(1),
        ward=draw.choice(list("xyz"), len(table)),
    )


def found(table: pd.DataFrame) -> set[str]:
    return {*columns_of_neighbours(coded_columns(table), list(table.columns))}


@pytest.mark.parametrize("rows", [2, 3, 7, 12, 30])
def test_two_attributes_that_tell_nobody_apart_are_found_where_rows_stand_together(rows: int) -> None:
    table = visits(200, rows)
    assert table.groupby(["schooling", "sector"]).ngroups < 100
    assert found(table) == {"schooling", "sector"}
    assert found(table.sample(frac=1, random_state=0)) == set()


def test_those_that_are_left_of_a_split_by_rows_are_found_too() -> None:
    assert found(visits(400, 3).sample(frac=0.7, random_state=0).sort_index()) == {"schooling", "sector"}


def test_what_changes_independently_of_each_other_is_nobodys() -> None:
    table = one_row_each(2_000)
    for name, rows in (("schooling", 5), ("sector", 7), ("remote", 4)):
        table[name] = np.repeat(table[name].to_numpy(), rows)[: len(table)]
    assert found(table) == set()


def test_what_drifts_along_the_file_is_nobodys() -> None:
    draw, month = np.random.default_rng(0), np.arange(3_000) / 3_000
    table = one_row_each(3_000).assign(
        channel=np.where(draw.random(3_000) < month, "web", "shop"), price=(month * 50).round() + 10
    )
    assert found(table) == set()


@given(
    st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=4, unique=True), st.integers(0, 99), st.booleans()
)
def test_a_sorted_file_of_one_row_each_is_not_accused(by: list[str], seed: int, ascending: bool) -> None:
    table = one_row_each(1_000, seed).sort_values(by, ascending=ascending)
    assert found(table) == set()
    assert found(table[np.random.default_rng(seed).random(1_000) < 0.7]) == set()


def test_gaps_agree_with_nothing() -> None:
    table = one_row_each(2_000)
    missing = np.repeat(np.random.default_rng(0).random(200) < 0.5, 10)
    assert found(table.assign(one=table["score"].mask(missing), other=table["sector"].mask(missing))) == set()


def test_a_run_ends_where_any_column_changes_and_a_gap_goes_on() -> None:
    runs = run_numbers([np.array([4, 4, 4, 5, 5, -1, -1]), np.array([0, 0, 1, 1, 1, 1, 1])])
    assert runs.tolist() == [0, 0, 1, 2, 2, 3, 3]


def test_the_index_says_where_rows_stood() -> None:
    table = visits(200, 4)
    mixed = table.sample(frac=1, random_state=0)
    several = find_several_rows(mixed)
    assert several is not None
    assert several.neighbours
    assert {*several.key} == {"schooling", "sector"}
    # Nearly everybody has four rows; two people who are alike and follow each other are taken for one.
    people = pd.Series(several.people(mixed), mixed.index).sort_index()
    assert (people.groupby(np.repeat(np.arange(200), 4)).nunique() == 1).all()
    assert 190 <= people.nunique() <= 200
    assert find_several_rows(mixed.reset_index(drop=True)) is None
    unnumbered = table.set_index("ward")
    assert file_order(unnumbered).tolist() == list(range(800))
    assert find_several_rows(unnumbered) == several
    assert 190 <= len(np.unique(several.people(unnumbered))) <= 200


def test_what_follows_from_a_place_is_the_places() -> None:
    table = visits(200, 10)
    assert find_several_rows(table) is not None
    assert find_several_rows(table.assign(school=np.repeat(np.arange(200), 10))) is None
