"""Whose items are shared with one person of another table: by hand, and whatever the order is."""

import numpy as np
import pytest

from synth_handson.metrics import shared_items
from synth_handson.metrics.shared_items import Items, share_items


def items(*people: list[int]) -> Items:
    owners = np.repeat(np.arange(len(people)), [len(person) for person in people])
    return Items(owners, np.array([item for person in people for item in person], np.intp), len(people))


def test_who_shares_what_by_hand() -> None:
    # 0 and 1 have item 1, 1 and 2 have item 2, everybody has item 3, and nobody else has item 4.
    left = items([1, 3], [1, 2, 3], [2, 3], [3, 4])
    found = share_items(left, items([1, 2, 3], [4]), 3)
    half, one = np.log(2), np.log(4)
    # Person 1 shares items 1 and 2 with the synthetic person, and one of them with a real one.
    assert found.excess == pytest.approx([half - half, 2 * half - half, half - half, one])
    # Items 1 and 2 together are person 1's alone; item 4 is person 3's alone, with nothing else shared.
    assert found.alone.tolist() == [
        [False, False, False],
        [False, True, True],
        [False, False, False],
        [True, False, False],
    ]


def test_an_item_that_somebody_has_twice_counts_once() -> None:
    once, twice = items([1, 2], [2, 3]), items([1, 1, 2], [2, 3])
    for left in (once, twice):
        found = share_items(left, once, 2)
        assert found.alone.tolist() == [[True, True], [True, True]]
        assert found.excess == pytest.approx([np.log(2)] * 2)


def test_nothing_shared_is_nothing_found() -> None:
    found = share_items(items([1], [2], [2]), items([5], [6]), 2)
    assert not found.alone.any()
    assert found.excess == pytest.approx([0, -np.log(3 / 2), -np.log(3 / 2)])


def test_people_are_compared_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    left = Items(rng.integers(0, 40, 300), rng.integers(0, 60, 300), 40)
    right = Items(rng.integers(0, 30, 200), rng.integers(0, 60, 200), 30)
    whole = share_items(left, right, 4)
    monkeypatch.setattr(shared_items, "BLOCK", 7)
    parts = share_items(left, right, 4)
    assert parts.excess == pytest.approx(whole.excess)
    assert (parts.alone == whole.alone).all()


def test_the_commonest_items_are_left_out_where_there_would_be_too_much_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = items([1, 3], [2, 3], [3])
    assert share_items(left, left, 2).alone[:2].all()
    monkeypatch.setattr(
        shared_items, "WORK", 4
    )  # items 1 and 2 are worth 1 · (1 + 1) pairs each, item 3 nine
    assert share_items(left, left, 2).alone.tolist() == [[True, False], [True, False], [False, False]]
