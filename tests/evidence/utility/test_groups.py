"""What is kept for each group: by hand, and where chance alone is at work."""

import numpy as np
import pandas as pd
import pytest

from synth_handson.evidence.utility.groups import Contest, Errors, assess_groups


def errors(whole: np.ndarray) -> Errors:
    return Errors(whole, np.tile(whole, (5, 1)))


def test_a_group_whose_predictions_are_wrong_comes_first() -> None:
    people = pd.DataFrame({"job": ["clerk"] * 90 + ["pilot"] * 30, "age": np.arange(120.0)})
    guessing, real = np.full(120, 0.25), np.full(120, 0.15)
    wrong = np.where(people["job"] == "pilot", 0.35, 0.2)
    worst, best = assess_groups(people, guessing, [Contest(errors(wrong), errors(real))])
    # Of .1 gained, .2 is lost: one too much. And .05, half of it.
    assert (worst.column, worst.category, worst.kept.rows) == ("job", "pilot", 30)
    assert worst.kept.value == pytest.approx(-1)
    assert best.kept.value == pytest.approx(0.5)
    assert (best.kept.low, best.kept.high) == pytest.approx((0.5, 0.5))


def test_what_next_to_nothing_was_learned_of_is_not_lost() -> None:
    people = pd.DataFrame({"job": ["clerk", "pilot"] * 50})
    guessing = np.full(100, 0.2)
    barely, hardly = (errors(guessing - gain) for gain in (0.0001, 0.0))
    for group in assess_groups(people, guessing, [Contest(hardly, barely)]):
        # A twentieth of guessing's error, .01, is the least that a loss is compared with.
        assert group.kept.value == pytest.approx(1 - 0.0001 / 0.01)


def test_the_median_model_counts() -> None:
    people = pd.DataFrame({"job": ["clerk", "pilot"] * 50})
    guessing, real = np.full(100, 0.2), errors(np.full(100, 0.1))
    models = [Contest(errors(np.full(100, error)), real) for error in (0.5, 0.12, 0.1)]
    assert assess_groups(people, guessing, models)[0].kept.value == pytest.approx(0.8)


def test_small_groups_and_numbers_of_many_values_are_left_out() -> None:
    people = pd.DataFrame(
        {
            "job": ["clerk"] * 81 + ["pilot"] * 19,
            "age": np.arange(100.0),
            "stars": [1.0, 2.0] * 50,
            "one": "x",
        }
    )
    flat = errors(np.full(100, 0.1))
    found = assess_groups(people, np.full(100, 0.2), [Contest(flat, flat)])
    assert {(one.column, one.category) for one in found} == {("job", "clerk"), ("stars", "1"), ("stars", "2")}


def test_chance_names_a_group_in_few_tables() -> None:
    named = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        people = pd.DataFrame(rng.integers(0, 4, (300, 5)).astype(str))
        guessing = rng.exponential(0.25, 300)
        synthetic, real = (0.9 * guessing + rng.normal(0, 0.05, 300) for _ in range(2))
        parts = [guessing + rng.normal(0, 0.02, (5, 1)) + rng.normal(0, 0.05, (5, 300)) for _ in range(2)]
        models = [Contest(Errors(synthetic, parts[0]), Errors(real, parts[1]))]
        worst = assess_groups(people, guessing, models)[0]
        named += worst.kept.high < 0.5
    # At most one in twenty: more than 11 of 100 would have a probability of .004.
    assert named <= 11
