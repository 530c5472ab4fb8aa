"""The shape of an exercise: a wrong answer is told why it tempts, and then what is so."""

import pytest

from synth_handson.errors import ArgumentError
from synth_handson.locales import LANGUAGES, Language
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.exercises.exercise import Answer, Exercise, Shown
from synth_handson.notebook.exercises.generate import DrawsAgain, WhatIsMissing
from synth_handson.notebook.exercises.load import FindYourself
from synth_handson.notebook.exercises.privacy import BugHunt, SmallestDose
from synth_handson.notebook.exercises.validate import AccuracyTrap, WorstColumn


def shown() -> Shown:
    found = bundled_findings()
    return Shown(bundled_tables(), found.evidence, found.response("planted"))


def exercises() -> list[Exercise]:
    find = FindYourself.of(bundled_tables().train)
    hunt = BugHunt(bundled_findings().hunt)
    return [find, DrawsAgain(), WhatIsMissing(), WorstColumn(), AccuracyTrap(), SmallestDose(), hunt]


def wrong_answers(exercise: Exercise, language: Language) -> list[Answer]:
    """Return answers in which each option of each question that is not right occurs."""
    right = exercise.solution(shown())
    assert right is not None
    return [
        (*right[:position], option, *right[position + 1 :])
        for position, question in enumerate(exercise.questions(shown(), language))
        for option in question.options
        if option != right[position]
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("exercise", exercises(), ids=lambda exercise: exercise.name)
def test_the_right_answer_is_right_and_every_other_is_told_why_it_tempts(
    exercise: Exercise, language: Language
) -> None:
    assert exercise.ask(shown(), language)
    right = exercise.solution(shown())
    assert right is not None
    confirmed = exercise.check(right, shown(), language)
    assert confirmed is not None
    assert confirmed.right
    assert confirmed.said == exercise.reveal(shown(), language)
    for answer in wrong_answers(exercise, language):
        result = exercise.check(answer, shown(), language)
        assert result is not None
        assert not result.right
        assert result.said.endswith(confirmed.said)
        assert len(result.said) > len(confirmed.said)
        assert "{" not in result.said


@pytest.mark.parametrize("exercise", exercises(), ids=lambda exercise: exercise.name)
def test_an_answer_in_code_that_is_none_of_the_options_is_told_them(exercise: Exercise) -> None:
    for answer in (("?",) * len(exercise.questions(shown(), "en")), ()):
        with pytest.raises(ArgumentError, match="Possible are"):
            exercise.check(answer, shown(), "en")


@pytest.mark.parametrize("exercise", [WorstColumn(), AccuracyTrap(), SmallestDose()], ids=lambda e: e.name)
def test_without_the_evidence_an_answer_is_kept_for_later(exercise: Exercise) -> None:
    right = exercise.solution(shown())
    assert right is not None
    assert exercise.check(right, Shown(bundled_tables()), "en") is None


def test_one_answer_in_code_may_stand_alone() -> None:
    again = DrawsAgain()
    assert again.read("b", shown(), "en") == ("b",) == again.solution(shown())
    assert again.words(("b",), shown(), "en") == "No: a trained generator draws any number"
