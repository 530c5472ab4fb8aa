"""One page to take home, in either language."""

import pytest

from synth_handson.locales import LANGUAGES, Language
from synth_handson.notebook.exercises.score_card import ScoreCard
from synth_handson.notebook.exercises.take_home import POINTS, take_home


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_to_remember_and_how_the_exercises_went(language: Language) -> None:
    card = ScoreCard()
    card.record("missing", ("same",), False)
    page = take_home(card.scores(), {"missing": "<yes>"}, language)
    assert f'<html lang="{language}">' in page
    assert page.count("<li>") == len(POINTS) == 10
    assert page.count("<tr>") == 1 + 10
    assert "&lt;yes&gt;" in page
    assert "src=" not in page
    assert "href=" not in page


def test_without_scores_there_is_no_card() -> None:
    assert "<table>" not in take_home((), {}, "en")
