"""Where the table is weakest, and what accuracy hides."""

from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.exercises.exercise import ExerciseContext
from synth_handson.notebook.exercises.validate import AccuracyTrap, WorstColumn


def context() -> ExerciseContext:
    return ExerciseContext(bundled_tables(), bundled_findings().evidence)


def test_the_worst_are_those_farthest_beyond_the_holdout() -> None:
    evidence = context().evidence
    assert evidence is not None
    beyond = {m.columns[0]: m.excess for m in evidence.fidelity.columns if m.name == "column_tvd"}
    assert WorstColumn().solution(context()) == ("balance",)
    assert max(beyond, key=lambda name: beyond[name] or 0.0) == "balance"
    reveal = WorstColumn().reveal(context(), "en")
    assert f"{100 * (beyond['balance'] or 0):+.1f}" in reveal
    assert "the worst pair **Average yearly balance (euros) × Subscribed to a term deposit**" in reveal


def test_a_wrong_choice_is_told_its_rank() -> None:
    said = WorstColumn().check(("age",), context(), "en")
    assert said is not None
    assert "“Age (years)” is number 2 of 8." in said.said
    assert "balance" not in said.said


def test_two_equal_accuracies_stand_beside_always_saying_no() -> None:
    asked = AccuracyTrap().ask(context(), "en")
    assert asked is not None
    assert "**87.8 %**" in asked
    assert "**87.7 %**" in asked
    said = AccuracyTrap().reveal(context(), "en")
    assert "Always saying no is right for **87.7 %**" in said
    assert "on synthetic rows it finds 0.9 % of those who subscribe, trained on real rows 4.5 %" in said
    assert AccuracyTrap().ask(ExerciseContext(bundled_tables()), "en") is None
