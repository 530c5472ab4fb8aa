"""A leaf holds a hundred people, and everybody counts once in it."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_handson.synthesis.person_trees import grow
from synth_handson.synthesis.trees import MIN_LEAF


@dataclass(frozen=True)
class Codes:
    size: int
    ordered: bool


@given(seed=st.integers(0, 10_000), ordered=st.booleans())
@settings(max_examples=15, deadline=None)
def test_each_leaf_is_reached_by_a_hundred_people(seed: int, ordered: bool) -> None:
    rng = np.random.default_rng(seed)
    people = np.sort(rng.integers(0, 600, 3_000))
    before = np.column_stack([rng.integers(0, 9, 3_000), people % 7, rng.integers(0, 4, 3_000)])
    response = (before[:, 0] + before[:, 1] + rng.integers(0, 3, 3_000)) % 11
    coded = [Codes(9, True), Codes(7, False), Codes(4, ordered), Codes(11, ordered)]
    tree = grow(before, response, people, coded)
    nodes = np.zeros(len(people), int)
    while (inner := tree.feature[nodes] >= 0).any():
        at, column = nodes[inner], tree.feature[nodes[inner]]
        left = tree.ranks[column, before[inner, column]] <= tree.threshold[at]
        nodes[inner] = np.where(left, tree.left[at], tree.right[at])
    reached = [len(np.unique(people[nodes == leaf])) for leaf in np.unique(nodes)]
    assert len(reached) > 1
    assert min(reached) >= MIN_LEAF


def test_a_person_with_many_rows_counts_once_in_a_leaf() -> None:
    # A hundred people say 1 once, and another says 0 nine hundred times.
    people = np.r_[np.arange(100), np.full(900, 100)]
    response = np.r_[np.ones(100, int), np.zeros(900, int)]
    tree = grow(np.empty((1_000, 0), int), response, people, [Codes(2, True)])
    assert tree.codes.tolist() == [0, 1]
    assert tree.upto.tolist() == pytest.approx([1 / 101, 1.0])


def test_a_cut_is_found_where_the_response_changes() -> None:
    people = np.arange(400)
    before = np.column_stack([people % 3, people // 100])
    response = (before[:, 1] >= 2).astype(int)
    tree = grow(before, response, people, [Codes(3, True), Codes(4, True), Codes(2, True)])
    assert (tree.feature[0], tree.threshold[0]) == (1, 1.5)
    drawn = tree.draw(before, np.random.default_rng(0))
    assert (drawn == response).all()
