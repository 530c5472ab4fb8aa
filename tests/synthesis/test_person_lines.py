"""A line learns from few people what goes with what, and everybody counts once in it."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from synth_handson.synthesis.marginals import MISSING
from synth_handson.synthesis.person_lines import fit_line


@dataclass(frozen=True)
class Codes:
    size: int
    ordered: bool


@given(seed=st.integers(0, 10_000), size=st.sampled_from([2, 5, 40]))
@settings(max_examples=15, deadline=None)
def test_a_column_goes_with_others_as_it_did_and_keeps_its_shares(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    people = np.repeat(np.arange(300), 5)
    before = np.column_stack([rng.integers(1, 30, 1_500), rng.integers(1, 4, 1_500)])
    place = before[:, 0] / 30 + (before[:, 1] == 2) / 2 + rng.normal(0, 0.3, 1_500)
    response = 1 + np.searchsorted(np.quantile(place, np.arange(1, size) / size), place)
    line = fit_line(before, response, people, [Codes(30, True), Codes(4, False), Codes(size + 1, True)])
    drawn = line.draw(before, rng)
    assert np.abs(np.bincount(drawn, minlength=size + 1) - np.bincount(response)).max() < 100
    for one in (before[:, 0], before[:, 1] == 2):
        assert spearmanr(one, drawn)[0] == pytest.approx(spearmanr(one, response)[0], abs=0.1)
    assert set(line.draw_anywhere(before, rng)) <= set(response)


def test_a_person_with_many_rows_counts_once() -> None:
    # A hundred people say 2 once, and another says 1 nine hundred times.
    people = np.r_[np.arange(100), np.full(900, 100)]
    response = np.r_[np.full(100, 2), np.full(900, 1)]
    line = fit_line(np.ones((1_000, 1), int), response, people, [Codes(2, True), Codes(3, True)])
    drawn = line.draw(np.ones((10_000, 1), int), np.random.default_rng(0))
    assert (drawn == 1).mean() == pytest.approx(1 / 101, abs=0.005)
    assert line.upto == pytest.approx([1 / 101])


def test_a_value_is_missing_where_it_was_and_categories_follow_what_tells_them() -> None:
    rng = np.random.default_rng(0)
    before = rng.integers(1, 5, (2_000, 1))
    response = np.where(before[:, 0] == 4, MISSING, before[:, 0])
    line = fit_line(before, response, np.arange(2_000), [Codes(5, False), Codes(4, False)])
    assert (line.draw(before, rng) == response).mean() > 0.9


@pytest.mark.parametrize("ordered", [True, False])
def test_who_has_no_rows_or_no_value_gets_none(ordered: bool) -> None:
    for rows in (0, 20):
        line = fit_line(
            np.ones((rows, 1), int),
            np.full(rows, MISSING),
            np.arange(rows),
            [Codes(3, True), Codes(4, ordered)],
        )
        assert (line.draw(np.ones((5, 1), int), np.random.default_rng(0)) == MISSING).all()


def test_codes_that_nobody_had_count_no_more_than_the_last_that_somebody_had() -> None:
    rng = np.random.default_rng(0)
    before = np.where(rng.random(500) < 0.02, 11, 10)[:, None]
    line = fit_line(before, rng.integers(1, 9, 500), np.arange(500), [Codes(100, True), Codes(9, True)])
    effects = line.effects[1]
    assert np.abs(effects).max() < 1
