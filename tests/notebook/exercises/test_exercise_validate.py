"""Where the table is weakest, and what accuracy hides."""

from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.exercises.exercise import Shown
from synth_handson.notebook.exercises.validate import AccuracyTrap, WorstColumn


def shown() -> Shown:
    return Shown(bundled_tables(), bundled_findings().evidence)


def test_the_worst_are_those_farthest_beyond_the_holdout() -> None:
    evidence = shown().evidence
    assert evidence is not None
    column, pair = WorstColumn().solution(shown()) or ("", "")
    beyond = {m.columns[0]: m.excess for m in evidence.fidelity.columns if m.name == "column_tvd"}
    assert column == max(beyond, key=lambda name: beyond[name] or 0.0) == "balance"
    pairs = {m.columns: m.excess for m in evidence.fidelity.pairs if m.name == "pair_tvd"}
    assert tuple(pair.split(" × ")) == max(pairs, key=lambda names: pairs[names] or 0.0)


def test_a_wrong_choice_is_told_its_rank() -> None:
    right = WorstColumn().solution(shown()) or ("", "")
    said = WorstColumn().check(("age", right[1]), shown(), "en")
    assert said is not None
    assert "“Age (years)” stands 2 of 8." in said.said


def test_in_code_a_pair_may_be_written_either_way_round() -> None:
    read = WorstColumn().read(("balance", ("y", "balance")), shown(), "en")
    assert read == ("balance", "balance × y")
    assert WorstColumn().read(("balance", "balance × y"), shown(), "en") == read


def test_two_equal_accuracies_stand_beside_always_saying_no() -> None:
    asked = AccuracyTrap().ask(shown(), "en")
    assert asked is not None
    assert "**87.8 %**" in asked
    assert "**87.7 %**" in asked
    said = AccuracyTrap().reveal(shown(), "en")
    assert "Always saying no is right in **87.7%**" in said
    assert "it finds 1%, beside 5%" in said
    assert AccuracyTrap().ask(Shown(bundled_tables()), "en") is None
