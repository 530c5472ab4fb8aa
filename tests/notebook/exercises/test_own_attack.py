"""An attack of the learner's own, tried on tables whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from synth_handson.errors import ArgumentError
from synth_handson.notebook.bundled import bundled_tables
from synth_handson.notebook.exercises.own_attack import Attack, Tried, closest_person, try_attack


def results(attack: Attack) -> dict[str, Tried]:
    return {one.control: one for one in try_attack(attack, bundled_tables())}


def test_an_attack_by_distance_finds_copies_and_misses_a_changed_category() -> None:
    found = results(closest_person)
    assert {name for name, one in found.items() if one.leaks} == {
        "planted",
        "disguised",
        "jittered",
        "copied",
    }
    assert {name for name, one in found.items() if one.alarm} == {"planted", "jittered", "copied"}
    # Whoever is copied is at distance 0, and nobody else is.
    assert found["copied"].auc.value == 1.0


def test_who_says_the_same_of_everybody_is_right_half_the_time() -> None:
    for one in results(lambda synthetic, people: np.zeros(len(people))).values():
        assert one.auc.value == 0.5
        assert not one.alarm


def test_who_looks_where_the_rows_stand_raises_no_false_alarm_for_it() -> None:
    honest = results(lambda synthetic, people: people["age"].to_numpy())["synthetic"]
    assert honest.auc is not None
    assert honest.auc.low < 0.5 < honest.auc.high


def test_a_single_score_is_shown_for_both_groups_without_a_verdict() -> None:
    found = results(lambda synthetic, people: float(len(synthetic)))
    assert all(one.alarm is None and one.auc is None for one in found.values())
    assert found["synthetic"].scores == (1_000.0, 1_000.0)


def broken(synthetic: pd.DataFrame, people: pd.DataFrame) -> object:
    raise ZeroDivisionError("by hand")


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (broken, "ZeroDivisionError: by hand"),
        (lambda synthetic, people: np.zeros(3), "500 are needed"),
        (lambda synthetic, people: np.full(len(people), np.nan), "not a finite number"),
        (lambda synthetic, people: "high", "raised an error"),
    ],
)
def test_what_goes_wrong_is_told(attack: Attack, said: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        try_attack(attack, bundled_tables())
    assert said in caught.value.message("en")


def test_an_attack_cannot_change_the_tables() -> None:
    before = bundled_tables().synthetic.copy()

    def greedy(synthetic: pd.DataFrame, people: pd.DataFrame) -> object:
        synthetic.loc[:, "age"] = 0
        return np.zeros(len(people))

    try_attack(greedy, bundled_tables())
    pd.testing.assert_frame_equal(bundled_tables().synthetic, before)
