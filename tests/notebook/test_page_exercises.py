"""In the editor an answer is code: right, wrong, or not one at all."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synth_handson.locales import LANGUAGES, Language
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.exercises.exercise import Shown
from synth_handson.notebook.exercises.score_card import ScoreCard
from synth_handson.notebook.page.controls import Memory
from synth_handson.notebook.page.exercises import EXAMPLES, Learner
from synth_handson.notebook.session import Assessed
from synth_handson.tables.bank import load_bank_marketing


class Desk(SimpleNamespace):
    """What a learner's exercises need of a desk, without a page."""

    def record(self, name: str, answer: tuple[str, ...], right: bool | None) -> None:
        self.card.record(name, answer, right)


@pytest.fixture
def desk() -> Any:
    return Desk(memory=Memory(), editor=True, card=ScoreCard())


@pytest.fixture
def shown() -> Shown:
    found = bundled_findings()
    return Shown(bundled_tables(), found.evidence, found.response("planted"))


def learner(desk: Any, language: Language = "en") -> Learner:
    return Learner(desk, load_bank_marketing("bundled"), bundled_tables(), language)


def answer(desk: Any, name: str, written: object, shown: Shown, language: Language = "en") -> str:
    """Answer an exercise as its cell does, and return what the cell shows."""
    one = learner(desk, language)
    assessed = Assessed(shown.tables, evidence=shown.evidence)
    nothing = bundled_findings().dose("planted", 0.0)
    assert nothing is not None
    cell = {
        "find": lambda: one.find(written, None, None),
        "made": lambda: one.made(written, None, shown),
        "worst": lambda: one.worst(written, None, shown, assessed),
        "fool": lambda: one.fool(written, nothing, shown.tables),
        "hunt": lambda: one.hunt(written, None, shown),
        "letter": lambda: one.letter(written, None, shown),
    }
    return cell.get(name, lambda: one.ask(name, written, None, shown))().text


RIGHT: dict[str, object] = {
    "find": (2, ["age", "duration"]),
    "again": "b",
    "missing": ("b", "b"),
    "worst": ("balance", ("balance", "y")),
    "accuracy": "b",
    "dose": (1, 5),
    "fool": [("planted", 2), ("disguised", 20)],
    "hunt": ("C", "c"),
    "letter": ["identical", "limit", "tests"],
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_in_code_is_right(name: str, desk: Any, shown: Shown) -> None:
    assert "Right." not in answer(desk, name, None, shown)
    assert "Right." in answer(desk, name, RIGHT[name], shown)
    standing = {score.name: score.standing for score in desk.card.scores()}
    assert standing[name] == "first"


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_of_an_answer_can_be_written_and_is_not_the_right_one(
    name: str, desk: Any, shown: Shown
) -> None:
    said = answer(desk, name, eval(EXAMPLES[name]), shown)
    assert "Right." not in said
    assert ("Not quite." in said) == (name not in ("made", "fool"))


@pytest.mark.parametrize("name", [*RIGHT, "made"])
@pytest.mark.parametrize("nonsense", [7.5, ("x", "y", "z"), [None]])
def test_what_is_no_answer_is_told_and_does_not_count(
    name: str, nonsense: object, desk: Any, shown: Shown
) -> None:
    said = answer(desk, name, nonsense, shown)
    assert "Right." not in said
    assert not desk.card.answered(name)


def test_one_person_is_found_by_the_columns_of_the_answer(desk: Any, shown: Shown) -> None:
    assert "One person matches" in answer(desk, "find", (2, ["age", "duration"]), shown)
    assert "people match" in answer(desk, "find", (2, ["job"]), shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_attack_written_in_the_cell_is_tried(language: Language, desk: Any, shown: Shown) -> None:
    one = learner(desk, language)
    assert "closest_person" in one.own_attack(None, shown).text

    def blind(synthetic: pd.DataFrame, people: pd.DataFrame) -> object:
        return np.zeros(len(people))

    assert one.own_attack(blind, shown).text.count("<tr>") == 1 + 6
    broken = one.own_attack(lambda synthetic, people: "high", shown).text
    assert "<table>" not in broken


def test_the_score_card_says_first_answers_in_the_language_of_the_page(desk: Any, shown: Shown) -> None:
    answer(desk, "again", "a", shown)
    answer(desk, "again", "b", shown)
    english = learner(desk).score_card(desk.card.scores()).text
    japanese = learner(desk, "ja").score_card(desk.card.scores()).text
    assert "Yes: more rows need more learning" in english
    assert "right after another try" in english
    assert "はい：行が増えれば、学ぶことも増える" in japanese


def test_what_may_be_signed_goes_into_the_report(desk: Any, shown: Shown) -> None:
    answer(desk, "letter", ["identical", "zero"], shown)
    signed = learner(desk).signed(shown)
    assert len(signed) == 1
    assert "identical to a training row" in signed[0]


def test_ten_other_rows_are_chosen_anew(desk: Any, shown: Shown) -> None:
    one = learner(desk)
    one.first_forms()
    desk.memory.set("form made", [1, 2])
    assert "Done." in one.made(None, None, shown).text
    tables = bundled_tables()
    other = type(tables)(tables.train, tables.holdout, tables.synthetic, "trained", tables.training)
    again = Learner(desk, load_bank_marketing("bundled"), other, "en")
    assert "Done." not in again.made(None, None, shown).text
