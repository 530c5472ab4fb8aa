"""Stays that nobody could book pass every privacy test."""

from dataclasses import replace

import pytest

from synth_handson.notebook.bundled import bundled_tables
from synth_handson.notebook.exercises.exercise import ExerciseContext
from synth_handson.notebook.exercises.findings import exercise_findings
from synth_handson.notebook.exercises.rules import BrokenRule, measure_impossible

CONTEXT = ExerciseContext(bundled_tables())


def test_many_stays_are_impossible_until_the_rule_is_kept_and_privacy_does_not_see_it() -> None:
    found = exercise_findings().impossible
    assert found.copula > 0.3
    assert found.kept == 0
    assert (found.verdict, found.use) == ("pass", "not useful")


@pytest.mark.seldom
def test_what_was_found_is_what_is_measured_today() -> None:
    # Where it is not: `uv run synth-handson rebuild-pretrained`.
    kept, found = exercise_findings().impossible, measure_impossible()
    assert (found.copula, found.trees, found.kept) == (kept.copula, kept.trees, kept.kept)
    assert (found.verdict, found.use) == (kept.verdict, kept.use)


@pytest.mark.parametrize(("share", "right"), [(0.0, "none"), (0.02, "1"), (0.09, "10"), (0.389, "40")])
def test_the_share_that_is_closest_is_right(share: float, right: str) -> None:
    exercise = BrokenRule(replace(exercise_findings().impossible, copula=share))
    assert exercise.solution(CONTEXT) == (right,)


def test_who_expects_too_few_is_told_otherwise_than_who_expects_too_many() -> None:
    exercise = BrokenRule(replace(exercise_findings().impossible, copula=0.09))
    said = [exercise.tempting("share", chosen, CONTEXT, "en") for chosen in ("none", "1", "40")]
    assert said[0] == said[1] != said[2]


def test_both_verdicts_are_told() -> None:
    reveal = BrokenRule(exercise_findings().impossible).reveal(CONTEXT, "en")
    assert "**39 %** of the copula's stays" in reveal
    assert "“No leak was found”" in reveal
    assert "“not useful”" in reveal
