"""What may be signed: three sentences that the numbers carry."""

from dataclasses import replace

import pytest

from synth_handson.errors import ArgumentError
from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.verdict import Outcome
from synth_handson.locales import LANGUAGES, Language
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.exercises.exercise import ExerciseContext
from synth_handson.notebook.exercises.letter import (
    FALSE,
    ORDER,
    TRUE,
    Letter,
    carried,
    check_letter,
    statements,
)


def judged(outcome: Outcome, smallest: float | None) -> Evidence:
    found = bundled_findings().evidence
    verdict = replace(found.privacy.verdict, outcome=outcome, smallest_detectable_leak=smallest)
    return replace(found, privacy=replace(found.privacy, verdict=verdict))


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_eight_and_three_are_true(language: Language) -> None:
    texts = statements(bundled_findings().evidence, language)
    assert len(texts) == len(set(texts.values())) == 8
    assert {*TRUE, *FALSE} == {*ORDER} == {*texts}
    right = check_letter(frozenset(TRUE), bundled_findings().evidence, language)
    assert right.right


@pytest.mark.parametrize(
    ("outcome", "smallest", "said"),
    [
        ("pass", 0.01, ("None of 22 tests found", "fewer than 1.0 % of the rows")),
        ("review", 0.01, ("noticed something that a person", "fewer than 1.0 %")),
        ("fail", None, ("found a leak.", "Even a large leak")),
    ],
)
def test_they_say_what_was_measured(outcome: Outcome, smallest: float | None, said: tuple[str, str]) -> None:
    texts = statements(judged(outcome, smallest), "en")
    assert said[0] in texts["tests"]
    assert said[1] in texts["limit"]


@pytest.mark.parametrize("trap", FALSE)
def test_each_trap_is_explained_and_never_gets_into_the_report(trap: str) -> None:
    found = bundled_findings().evidence
    chosen = frozenset({trap, "limit"})
    result = check_letter(chosen, found, "en")
    assert not result.right
    texts = statements(found, "en")
    assert "True sentences that you have not chosen: 2." in result.said
    assert not any(texts[name] in result.said for name in TRUE)
    assert all(texts[name] in result.reveal for name in TRUE)
    assert carried(chosen, found, "en") == (texts["limit"],)


def test_the_score_card_counts() -> None:
    context = ExerciseContext(bundled_tables())
    assert Letter().words(("limit", "zero"), context, "en") == "true sentences found: 1 of 3; chosen: 2"


@pytest.mark.parametrize("chosen", [frozenset[str](), frozenset({"nonsense"})])
def test_what_is_no_statement_is_refused(chosen: frozenset[str]) -> None:
    with pytest.raises(ArgumentError, match="anonymous, identical"):
        check_letter(chosen, bundled_findings().evidence, "en")
