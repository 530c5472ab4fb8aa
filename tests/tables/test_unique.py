"""How many rows stand alone by a few of their values."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson import ArgumentError, unique_share

PEOPLE = pd.DataFrame({"age": [30, 30, 41, 41, 52], "job": ["a", "b", "a", "a", None], "y": [1, 1, 1, 2, 1]})


def test_a_row_stands_alone_where_nobody_shares_its_values() -> None:
    assert unique_share(PEOPLE, ["age"]) == 1 / 5
    assert unique_share(PEOPLE, ["age", "job"]) == 3 / 5
    assert unique_share(PEOPLE, ["age", "job", "y"]) == 1.0
    assert unique_share(PEOPLE, ["y"]) == 1 / 5
    assert unique_share(PEOPLE.head(0), ["y"]) == 0.0


def test_a_column_that_is_not_there_is_named_with_those_that_are_close() -> None:
    with pytest.raises(ArgumentError, match="agee"):
        unique_share(PEOPLE, ["agee"])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_who_knows_more_finds_no_fewer(rows: list[tuple[int, int]]) -> None:
    frame = pd.DataFrame(rows, columns=["a", "b"])
    assert 0 <= unique_share(frame, ["a"]) <= unique_share(frame, ["a", "b"]) <= 1
