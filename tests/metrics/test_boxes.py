"""Rows in boxes: by hand, and beside a comparison of every box with every row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.metrics import boxes
from synth_handson.metrics.boxes import rows_in_boxes

CODES = np.array([[0, 5], [1, 5], [2, 3], [-1, 3]])


def test_boxes_worked_by_hand() -> None:
    low, high = np.array([[0, 4], [-1, 3], [2, 4]]), np.array([[1, 5], [-1, 9], [9, 9]])
    found, rows = rows_in_boxes(CODES, low, high)
    assert list(zip(found.tolist(), rows.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 3)]


def test_a_box_whose_ends_are_crossed_is_empty() -> None:
    found, rows = rows_in_boxes(CODES, np.array([[2, 3]]), np.array([[0, 5]]))
    assert len(found) == len(rows) == 0


def test_no_box_holds_nothing() -> None:
    nothing = np.empty((0, 2), int)
    found, rows = rows_in_boxes(CODES, nothing, nothing)
    assert len(found) == len(rows) == 0


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 30), st.integers(1, 4))
def test_they_are_those_that_comparing_all_pairs_finds(seed: int, n: int, m: int, columns: int) -> None:
    draw = np.random.default_rng(seed)
    codes = draw.integers(-1, 5, (n, columns))
    low, high = draw.integers(-2, 6, (2, m, columns))
    inside = ((low[:, None] <= codes) & (codes <= high[:, None])).all(axis=2)
    found, rows = rows_in_boxes(codes, low, high)
    assert (np.diff(found) >= 0).all()
    assert sorted(zip(found.tolist(), rows.tolist(), strict=True)) == [
        (box, row) for box, row in np.argwhere(inside).tolist()
    ]


def test_they_are_the_same_a_few_pairs_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0)
    codes = draw.integers(0, 9, (200, 3))
    low = draw.integers(0, 5, (50, 3))
    at_once = rows_in_boxes(codes, low, low + 4)
    monkeypatch.setattr(boxes, "_PAIRS", 64)
    for whole, parts in zip(at_once, rows_in_boxes(codes, low, low + 4), strict=True):
        assert np.array_equal(whole, parts)
