"""In the editor an answer is code: right, wrong, or not one at all."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synth_handson.locales import LANGUAGES, Language, get_text
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.exercises.exercise import Answer, ExerciseContext
from synth_handson.notebook.exercises.score_card import ScoreCard
from synth_handson.notebook.page.controls import Memory
from synth_handson.notebook.page.exercise_forms import ExerciseForms
from synth_handson.notebook.page.exercises import EXAMPLES, ExercisePanel
from synth_handson.notebook.session import Assessed
from synth_handson.tables.bank import load_bank_marketing


class PageState:
    """What a learner's exercises need of a desk, without a page."""

    def __init__(self) -> None:
        self.memory, self.editor, self.card, self.script = Memory(), True, ScoreCard(), False
        self.answers: dict[str, Answer] = {}

    def get_answers(self) -> dict[str, Answer]:
        return self.answers

    def answer(self, name: str, given: Answer) -> None:
        self.answers = {**self.answers, name: given}

    def record(self, name: str, answer: Answer, right: bool | None) -> None:
        self.card.record(name, answer, right)


@pytest.fixture
def page_state() -> Any:
    return PageState()


@pytest.fixture
def context() -> ExerciseContext:
    found = bundled_findings()
    return ExerciseContext(bundled_tables(), found.evidence, found.series("planted"))


def exercises(
    page_state: Any,
    context: ExerciseContext,
    language: Language = "en",
) -> ExercisePanel:
    """Return the exercises as the page makes them."""
    forms = ExerciseForms(page_state, load_bank_marketing("bundled"), context.tables, language)
    letter = forms.letter(Assessed(context.tables.synthetic, evidence=context.evidence))
    return ExercisePanel(forms, page_state.get_answers(), context, letter)


def answer(
    page_state: Any, name: str, written: object, context: ExerciseContext, language: Language = "en"
) -> str:
    """Answer an exercise as its cell does, and return what the cell shows."""
    return exercises(page_state, context, language).ask(**{name: written}).text


RIGHT: dict[str, object] = {
    "find": 2,
    "missing": "narrower",
    "worst": "balance",
    "accuracy": "unclear",
    "rules": "about 4 in 10",
    "smallest_leak": (10, 50),
    "hunt": ("C", "chance"),
    "people": "people",
    "letter": ["identical", "limit", "tests"],
}

WRONG: dict[str, list[object]] = {
    "find": [5, 1],
    "missing": ["wider", "same"],
    "worst": ["job", "y"],
    "accuracy": ["useful", "useless"],
    "rules": ["none", 10],
    "smallest_leak": [(200, "never"), (20, 50)],
    "hunt": [("A", "score"), ("C", "gap")],
    "people": ["rows", "either"],
    "letter": [["zero"], ["zero", "made"]],
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_in_code_is_right_and_told(
    name: str, page_state: Any, context: ExerciseContext
) -> None:
    assert "Right." not in answer(page_state, name, None, context)
    assert "Right." in answer(page_state, name, RIGHT[name], context)
    standing = {score.name: score.standing for score in page_state.card.scores()}
    assert standing[name] == "first"
    assert page_state.card.revealed(name)
    # By mouse, it would be the same.
    assert "Right." in answer(page_state, name, None, context)


@pytest.mark.parametrize("name", WRONG)
def test_the_first_miss_asks_again_and_the_second_tells(
    name: str, page_state: Any, context: ExerciseContext
) -> None:
    again = get_text("en", "exercises.again")
    first, second = WRONG[name]
    for _ in range(2):
        said = answer(page_state, name, first, context)
        assert "Not quite." in said
        assert again in said
        assert not page_state.card.revealed(name)
    said = answer(page_state, name, second, context)
    assert "Not quite." in said
    assert again not in said
    assert page_state.card.revealed(name)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_of_an_answer_can_be_written_and_is_not_the_right_one(
    name: str, page_state: Any, context: ExerciseContext
) -> None:
    said = answer(page_state, name, eval(EXAMPLES[name]), context)
    assert "Right." not in said
    assert ("Not quite." in said) == (name != "made")


@pytest.mark.parametrize("name", [*RIGHT, "made"])
@pytest.mark.parametrize("nonsense", [7.5, ("x", "y", "z"), [None]])
def test_what_is_no_answer_is_told_and_does_not_count(
    name: str, nonsense: object, page_state: Any, context: ExerciseContext
) -> None:
    said = answer(page_state, name, nonsense, context)
    assert "Possible answers" in said
    assert not page_state.card.answered(name)
    assert page_state.answers.get(name, ()) == ()


def test_the_words_of_an_answer_are_listed_in_the_editor_and_not_on_the_page(
    page_state: Any, context: ExerciseContext
) -> None:
    words = " · ".join(f'<code>missing="{word}"</code>' for word in ("the same", "narrower", "wider"))
    assert words in answer(page_state, "missing", None, context)
    page_state.editor = False
    assert words not in answer(page_state, "missing", None, context)


def test_columns_can_be_chosen_once_a_number_was_guessed(page_state: Any, context: ExerciseContext) -> None:
    page_state.answer("columns", ("age", "duration"))
    assert "One person matches" not in answer(page_state, "find", None, context)
    assert "One person matches" in answer(page_state, "find", 5, context)
    page_state.answer("columns", ("job",))
    assert "People who match" in answer(page_state, "find", 5, context)


def test_the_slider_is_free_after_the_guess_and_the_goals_are_ticked(
    page_state: Any, context: ExerciseContext
) -> None:
    few = bundled_findings().simulation("planted", 0.02)
    disguised = bundled_findings().simulation("disguised", 0.2)
    panel = exercises(page_state, context)
    assert not panel.guessed("smallest_leak")
    assert "☑" not in panel.ask(few, smallest_leak=None).text
    page_state.answer("smallest_leak", ("200", "never"))
    panel = exercises(page_state, context)
    assert panel.guessed("smallest_leak")
    assert panel.ask(few, smallest_leak=None).text.count("☑") == 1
    shown = panel.ask(disguised, smallest_leak=None).text
    assert shown.count("☑") == 2
    assert "No score alone is evidence" in shown


def test_several_exercises_of_one_cell_stand_below_each_other(
    page_state: Any, context: ExerciseContext
) -> None:
    shown = exercises(page_state, context).ask(accuracy="unclear", rules=None).text
    assert re.findall(r'id="exercise-(\d+)"', shown) == ["5", "6"]
    assert shown.count("Right.") == 1


def test_a_script_has_no_exercises(page_state: Any, context: ExerciseContext) -> None:
    page_state.script = True
    panel = exercises(page_state, context)
    assert panel.ask(find=None, attack=None).text == ""
    assert panel.guessed("smallest_leak")
    assert panel.signed() == ()
    assert panel.score_card(page_state.card.scores()).text == ""


def test_a_guess_before_the_numbers_are_there_is_kept(page_state: Any) -> None:
    early = ExerciseContext(bundled_tables())
    assert "Your guess is saved" in answer(page_state, "worst", "job", early)
    assert not page_state.card.answered("worst")
    assert "appears with the measures" in answer(page_state, "letter", None, early)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_attack_written_in_the_cell_is_tried(
    language: Language, page_state: Any, context: ExerciseContext
) -> None:
    one = exercises(page_state, context, language)
    assert "closest_person" in one.ask(attack=None).text

    def blind(synthetic: pd.DataFrame, people: pd.DataFrame) -> object:
        return np.zeros(len(people))

    assert one.ask(attack=blind).text.count("<tr>") == 1 + 6
    broken = one.ask(attack=lambda synthetic, people: "high").text
    assert "<table>" not in broken


def test_the_score_card_says_first_answers_in_the_language_of_the_page(
    page_state: Any, context: ExerciseContext
) -> None:
    answer(page_state, "missing", "wider", context)
    answer(page_state, "missing", "narrower", context)
    english = exercises(page_state, context).score_card(page_state.card.scores()).text
    japanese = exercises(page_state, context, "ja").score_card(page_state.card.scores()).text
    assert "<td>wider</td>" in english
    assert "right after another try" in english
    assert "<td>広い</td>" in japanese


def test_what_may_be_signed_goes_into_the_letter(page_state: Any, context: ExerciseContext) -> None:
    answer(page_state, "letter", ["identical", "zero"], context)
    signed = exercises(page_state, context).signed()
    assert len(signed) == 1
    assert "identical to a training row" in signed[0]


def test_ten_other_rows_are_chosen_anew(page_state: Any, context: ExerciseContext) -> None:
    exercises(page_state, context)
    page_state.answer("made", ("1", "2"))
    shown = answer(page_state, "made", None, context)
    assert "Done." in shown
    assert shown.count("☑") == 2
    tables = bundled_tables()
    other = type(tables)(tables.train, tables.holdout, tables.synthetic, "trained", tables.training)
    shown = answer(page_state, "made", None, replace(context, tables=other))
    assert "Done." not in shown
    assert "sh-rows" not in shown
    assert get_text("en", "exercises.check") in shown
