"""Rows or people: the same table, tested by two splits."""

import pandas as pd
import pytest

from synth_handson.notebook.bundled import bundled_tables
from synth_handson.notebook.exercises.exercise import ExerciseContext
from synth_handson.notebook.exercises.findings import exercise_findings
from synth_handson.notebook.exercises.people import (
    Recognised,
    RowsOrPeople,
    careless_trees,
    measure_recognised,
)


def test_the_split_by_rows_shows_nothing_and_the_split_by_people_a_leak() -> None:
    found = exercise_findings().recognised
    trained, same, unseen = found.shares()
    assert abs(trained - same) < 0.03 < 0.5 < trained - unseen
    assert found.by_rows > 0.05
    assert found.by_people < 1e-100


@pytest.mark.seldom
def test_what_was_found_is_what_is_measured_today() -> None:
    # Where it is not: `uv run synth-handson rebuild-pretrained`.
    kept, found = exercise_findings().recognised, measure_recognised()
    assert (found.trained, found.same, found.unseen) == (kept.trained, kept.same, kept.unseen)
    assert (found.by_rows, found.by_people) == pytest.approx((kept.by_rows, kept.by_people))


def test_rows_are_drawn_as_the_leaves_have_them() -> None:
    train = pd.DataFrame({"job": ["cook"] * 50 + ["smith"] * 50, "town": ["Ulm"] * 50 + ["Bonn"] * 50})
    made = careless_trees(train, 200)
    assert len(made) == 200
    assert {*made.drop_duplicates().itertuples(index=False, name=None)} == {
        ("cook", "Ulm"),
        ("smith", "Bonn"),
    }


def test_the_question_tells_what_the_split_by_rows_finds_and_the_answer_the_rest() -> None:
    exercise = RowsOrPeople(Recognised((90, 100), (45, 50), (1, 100), 0.59, 1e-9))
    context = ExerciseContext(bundled_tables())
    asked = exercise.ask(context, "en")
    assert asked is not None
    assert "**90 %** of the customers it learned from, and **90 %** of those" in asked
    assert "Chance makes so large a gap 59 % of the time" in asked
    revealed = exercise.reveal(context, "en")
    assert "**1.0 %** of the customers" in revealed and "90 % of those it learned from" in revealed
