"""A column of text by its different values."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.tables.files import levels
from synth_handson.tables.files.levels import Levels, by_pieces


def chunked(*parts: list[str | None]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(part, pa.string()) for part in parts], pa.string())


def test_values_are_held_once_with_their_rows() -> None:
    found = Levels.of(chunked(["b", "a", None], ["a", "c", "b"]))
    assert found.values.fillna("–").tolist() == ["b", "a", "–", "c"]
    assert found.codes is not None
    assert found.codes.tolist() == [0, 1, 2, 1, 3, 0]
    assert found.times.tolist() == [2, 2, 1, 1]
    assert [found.row_of(level) for level in range(4)] == [0, 1, 2, 4]


def test_a_long_column_of_different_values_is_held_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "PIECE", 5)
    different = Levels.of(chunked([f"{i}" for i in range(20)]))
    assert different.codes is None
    assert different.times.tolist() == [1] * 20
    assert different.row_of(7) == 7
    alike = Levels.of(chunked(["x"] * 20))
    assert alike.values.tolist() == ["x"]


def test_a_column_without_rows_has_no_values() -> None:
    assert Levels.of(chunked()).spread(pd.Series([], dtype="str")).empty


@given(st.lists(st.sampled_from(["1", "2", "300", None]), max_size=30), st.integers(1, 7))
def test_what_is_spread_is_what_every_row_has(texts: list[str | None], piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(levels, "PIECE", piece)
        found = Levels.of(chunked(texts))
        column = pd.Series(texts, dtype="str")
        for kind in ("str", "float64", "Int64"):
            spread = found.spread(found.values.astype(kind))
            pd.testing.assert_series_equal(spread, column.astype(kind), check_index_type=False)
            pieces = by_pieces(lambda part, kind=kind: part.astype(kind), column)
            pd.testing.assert_series_equal(pieces, column.astype(kind))


def test_codes_take_no_more_than_they_need() -> None:
    found = Levels.of(chunked([f"{i % 300}" for i in range(1_000)]))
    assert found.codes is not None
    assert found.codes.dtype == np.uint16
