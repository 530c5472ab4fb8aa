"""Finding a person by few columns, on a table that can be counted by hand."""

import pandas as pd
import pytest

from synth_handson.notebook.bundled import bundled_tables
from synth_handson.notebook.exercises.exercise import ExerciseContext
from synth_handson.notebook.exercises.load import FindYourself, fewest_columns, same_values

PEOPLE = pd.DataFrame(
    {
        "job": ["cook", "cook", "smith", "cook"],
        "town": ["Ulm", "Bonn", "Ulm", "Ulm"],
        "cat": [True, True, True, False],
    }
)


@pytest.mark.parametrize(
    ("person", "fewest"),
    [
        (0, ("job", "town", "cat")),
        (1, ("town",)),
        (2, ("job",)),
        (3, ("cat",)),
    ],
)
def test_the_fewest_columns_by_which_one_person_is_left(person: int, fewest: tuple[str, ...]) -> None:
    found = fewest_columns(same_values(PEOPLE, person))
    assert tuple(PEOPLE.columns[list(found)]) == fewest


def test_the_number_of_people_who_match_is_counted() -> None:
    find = FindYourself(PEOPLE, 0)
    assert [find.matching(columns) for columns in ([], ["job"], ["job", "town"], list(PEOPLE))] == [
        4,
        3,
        2,
        1,
    ]


def test_who_has_a_double_is_never_alone() -> None:
    twins = pd.DataFrame({"a": [1, 1, 2], "b": [3, 3, 3]})
    assert fewest_columns(same_values(twins, 0)) == (0, 1)


def test_a_wrong_number_says_who_is_left_or_that_fewer_will_do() -> None:
    find, context = FindYourself(PEOPLE, 0), ExerciseContext(bundled_tables())
    two = find.check(("2",), context, "en")
    assert two is not None
    assert "at least 2 people remain" in two.said
    assert "job" not in two.said
    assert "**3** (job, town, cat" in two.reveal
    # Nobody but the first person needs all three; by all three, everybody is alone.
    assert "**100 %** of all 4 people stand alone" in two.reveal
    one = FindYourself(PEOPLE, 1).check(("3",), context, "en")
    assert one is not None
    assert "Fewer are enough" in one.said


def test_the_person_of_the_lesson_takes_two_columns() -> None:
    table = bundled_tables().train
    assert FindYourself.of(table).solution(ExerciseContext(bundled_tables())) == ("2",)
    assert FindYourself.of(table).person == FindYourself.of(table).person
