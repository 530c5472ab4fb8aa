"""Segments: which rows have what was asked for, how many of each, and what is none of it."""

from datetime import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.errors import ArgumentError
from synth_handson.tables.segment import Segment, check_people, nearest_seen, spell_choice

COLUMNS = ["job", "age", "since", "vip", "at", "y"]
FRAME = pd.DataFrame(
    {
        "job": ["student", "retired", "student", None],
        "age": pd.array([20, 70, None, 31], dtype="Int64"),
        "since": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-01-01", None]),
        "vip": pd.array([True, False, None, True], dtype="boolean"),
        "at": [time(9), time(17, 30), None, time(9)],
        "y": pd.Categorical(["no", "yes", "no", "yes"]),
    }
)


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({"job": "student"}, [0, 2]),
        ({"job": ["student", "retired"]}, [0, 1, 2]),
        ({"job": None}, [3]),
        ({"job": ["retired", None]}, [1, 3]),
        ({"age": 70}, [1]),
        ({"age": np.int64(70), "y": "yes"}, [1]),
        ({"age": float("nan")}, [2]),
        ({"since": pd.Timestamp("2024-01-01")}, [0, 2]),
        ({"since": "2024-02-01"}, [1]),
        ({"vip": True}, [0, 3]),
        ({"at": time(9)}, [0, 3]),
        ({"y": "no", "job": "retired"}, []),
        ({"age": "old"}, []),
    ],
)
def test_rows_have_what_is_asked(asked: dict[Any, Any], rows: list[int]) -> None:
    segment = Segment.of(asked, None, COLUMNS)
    assert np.flatnonzero(segment.choice_of(FRAME) == 0).tolist() == rows
    assert segment.count(FRAME).tolist() == [len(rows)]
    assert segment.alike(FRAME, 0).equals(FRAME.iloc[rows].reset_index(drop=True))


def test_a_table_of_values_asks_for_each_of_its_rows() -> None:
    table = pd.DataFrame({"job": ["student", "retired", "student"], "y": ["no", "yes", "no"]})
    segment = Segment.of(table, None, COLUMNS)
    assert segment.choices == (
        {"job": ("student",), "y": ("no",)},
        {"job": ("retired",), "y": ("yes",)},
    )
    assert segment.shares == pytest.approx((2 / 3, 1 / 3))
    assert segment.choice_of(table).tolist() == [0, 1, 0]
    assert segment.choice_of(FRAME).tolist() == [0, 1, 0, -1]


def test_shares_go_with_values_of_other_columns() -> None:
    segment = Segment.of({"job": "student"}, {"y": {"yes": 0.25, "no": 0.75}}, COLUMNS)
    assert segment.choices == (
        {"job": ("student",), "y": ("yes",)},
        {"job": ("student",), "y": ("no",)},
    )
    assert segment.sizes(8).tolist() == [2, 6]
    assert segment.columns == ("job", "y")


@given(
    st.lists(st.integers(1, 100), min_size=1, max_size=6),
    st.integers(1, 1_000),
)
def test_rows_are_split_by_the_shares_to_within_one(weights: list[int], n: int) -> None:
    shares = {f"v{i}": weight / sum(weights) for i, weight in enumerate(weights)}
    sizes = Segment.of(None, {"y": shares}, COLUMNS).sizes(n)
    assert sizes.sum() == n
    assert np.abs(sizes - np.array(list(shares.values())) * n).max() < 1 + 1e-3


@given(st.integers(20, 200), st.integers(20, 200), st.floats(0.05, 0.95), st.integers(0, 9))
def test_real_rows_are_taken_as_have_the_shares_and_no_more(
    yes: int, no: int, share: float, seed: int
) -> None:
    frame = pd.DataFrame({"y": ["yes"] * yes + ["no"] * no, "row": range(yes + no)})
    alike = Segment.of(None, {"y": {"yes": share, "no": 1 - share}}, ["y", "row"]).alike(frame, seed)
    assert alike["row"].is_unique
    assert (alike["y"] == "yes").mean() == pytest.approx(share, abs=1 / len(alike))
    assert len(alike) >= min(yes / share, no / (1 - share)) - 2
    # Whoever could stay has stayed.
    assert (alike["y"] == "yes").sum() >= yes - 1 or (alike["y"] == "no").sum() >= no - 1


@given(st.sampled_from(["job", "age", "since", "vip", "at", "y"]), st.integers(0, 3))
def test_it_survives_as_plain_values(column: str, row: int) -> None:
    segment = Segment.of({column: FRAME[column].iloc[row]}, None, COLUMNS)
    again = Segment.from_plain(segment.to_plain())
    assert again.choice_of(FRAME).tolist() == segment.choice_of(FRAME).tolist()
    assert segment.choice_of(FRAME)[row] == 0


def test_values_can_be_read_again() -> None:
    segment = Segment.of({"age": ["20", ""], "job": "student"}, None, COLUMNS)
    read = segment.read_by(lambda name, value: (int(value) if value else None) if name == "age" else value)
    assert read.choices == ({"age": (20, None), "job": ("student",)},)


@pytest.mark.parametrize(
    ("asked", "shares", "words"),
    [
        ("student", None, "given must map columns to values"),
        ({}, None, "given must map"),
        ({"job": {"a": 1}}, None, "given must map"),
        ({"job": []}, None, "given must map"),
        ({"job": [["a"]]}, None, "given must map"),
        (pd.DataFrame(), None, "given must map"),
        ({"jbo": "student"}, None, "no column 'jbo'.*Did you mean: job"),
        (None, {"y": {"yes": 0.5, "no": 0.4}}, "'y' add up to 0.9"),
        (None, {"y": {"yes": 1.5, "no": -0.5}}, "above 0"),
        (None, {"y": {}}, "shares must map"),
        (None, {"y": {"yes": 1.0}, "job": {"student": 1.0}}, "shares must map one column"),
        (None, {"z": {"yes": 1.0}}, "no column 'z'"),
        ({"y": "yes"}, {"y": {"yes": 1.0}}, "Shares of 'y' cannot go with given values of the same"),
    ],
)
def test_what_cannot_be_asked_says_how_it_could(asked: Any, shares: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        Segment.of(asked, shares, COLUMNS)


def test_the_nearest_that_enough_people_have_are_named() -> None:
    frame = pd.DataFrame(
        {"size": [20] * 3 + [40] * 2 + [80], "job": ["student"] * 3 + ["cook"] * 2 + ["cook"]}
    )
    choice = {"size": (75,), "job": ("student",)}
    assert spell_choice(choice) == "size = 75, job = student"
    # 55 of 60 years away; 35 of 60, and another job; 5 of 60, another job, and too few.
    assert nearest_seen(choice, frame, 50.0) == "size = 20, job = student (150); size = 40, job = cook (100)"
    # If nothing is had by enough, what is nearest is named all the same.
    assert nearest_seen(choice, frame, 1.0, most=1) == "size = 20, job = student (3)"


def test_a_hundred_people_are_enough_and_one_less_is_not() -> None:
    segment = Segment.of({"job": "student"}, None, COLUMNS)
    check_people(segment, [100], {})
    with pytest.raises(ArgumentError, match="About 99 people of the training table have job = student"):
        check_people(segment, [99], {0: "job = cook (100)"})
    with pytest.raises(ArgumentError, match="nobody with job = student"):
        check_people(segment, [0], {})
