"""The shape of an exercise: a wrong answer is told why it tempts, and not what is right."""

import pytest

from synth_handson.errors import ArgumentError
from synth_handson.locales import LANGUAGES, Language
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.exercises.exercise import Answer, Exercise, ExerciseContext
from synth_handson.notebook.exercises.findings import exercise_findings
from synth_handson.notebook.exercises.generate import WhatIsMissing
from synth_handson.notebook.exercises.load import FindYourself
from synth_handson.notebook.exercises.people import RowsOrPeople
from synth_handson.notebook.exercises.privacy import BugHunt, SmallestLeak
from synth_handson.notebook.exercises.rules import BrokenRule
from synth_handson.notebook.exercises.validate import AccuracyTrap, WorstColumn


def context() -> ExerciseContext:
    found = bundled_findings()
    return ExerciseContext(bundled_tables(), found.evidence, found.series("planted"))


def exercises() -> list[Exercise]:
    measured = exercise_findings()
    find, hunt = FindYourself.of(bundled_tables().train), BugHunt(bundled_findings().hunt)
    on_the_bank = [find, WhatIsMissing(), WorstColumn(), AccuracyTrap(), SmallestLeak(), hunt]
    return [*on_the_bank, BrokenRule(measured.impossible), RowsOrPeople(measured.recognised)]


def wrong_answers(exercise: Exercise, language: Language) -> list[Answer]:
    """Return answers in which each option of each question that is not right occurs."""
    right = exercise.solution(context())
    assert right is not None
    return [
        (*right[:position], option, *right[position + 1 :])
        for position, question in enumerate(exercise.questions(context(), language))
        for option in question.options
        if option != right[position]
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("exercise", exercises(), ids=lambda exercise: exercise.name)
def test_the_right_answer_is_right_and_every_other_is_told_why_it_tempts(
    exercise: Exercise, language: Language
) -> None:
    assert exercise.ask(context(), language)
    right = exercise.solution(context())
    assert right is not None
    confirmed = exercise.check(right, context(), language)
    assert confirmed is not None
    assert confirmed.right
    assert confirmed.said == ""
    assert confirmed.reveal == exercise.reveal(context(), language)
    for answer in wrong_answers(exercise, language):
        result = exercise.check(answer, context(), language)
        assert result is not None
        assert not result.right
        assert result.reveal == confirmed.reveal
        assert result.said
        assert "{" not in result.said + result.reveal


@pytest.mark.parametrize("exercise", exercises(), ids=lambda exercise: exercise.name)
def test_an_answer_in_code_that_is_none_of_the_options_is_told_them(exercise: Exercise) -> None:
    for answer in (("?",) * len(exercise.questions(context(), "en")), ()):
        with pytest.raises(ArgumentError, match="Possible answers"):
            exercise.check(answer, context(), "en")


@pytest.mark.parametrize("exercise", [WorstColumn(), AccuracyTrap(), SmallestLeak()], ids=lambda e: e.name)
def test_without_the_evidence_an_answer_is_kept_for_later(exercise: Exercise) -> None:
    right = exercise.solution(context())
    assert right is not None
    assert exercise.check(right, ExerciseContext(bundled_tables()), "en") is None


@pytest.mark.parametrize("written", ["narrower", "Narrower ", "狭い", ("narrower",)])
def test_an_answer_in_code_is_a_word_in_either_language(written: object) -> None:
    missing = WhatIsMissing()
    assert missing.read(written, context()) == ("narrower",) == missing.solution(context())
    assert missing.words(("narrower",), context(), "en") == "narrower"
