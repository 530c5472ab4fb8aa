"""Which test notices what: every exercise has a solution on the bundled tables."""

from dataclasses import replace

from synth_handson.evidence.controls.leak_simulation import LeakSimulation
from synth_handson.evidence.privacy.membership import SUBSET_MEASURES
from synth_handson.notebook.bundled import SLIDERS, bundled_findings, bundled_tables
from synth_handson.notebook.exercises.exercise import ExerciseContext
from synth_handson.notebook.exercises.privacy import (
    LEAKING,
    BugHunt,
    SmallestLeak,
    chance,
    fools_distances,
    fools_naive_score,
)


def context() -> ExerciseContext:
    return ExerciseContext(bundled_tables(), planted=bundled_findings().series("planted"))


def test_the_smallest_leaks_are_the_first_that_are_noticed() -> None:
    assert SmallestLeak().solution(context()) == ("10", "50")
    deaf = tuple(replace(simulation, noticed=()) for simulation in context().planted)
    assert SmallestLeak().solution(replace(context(), planted=deaf)) == ("never", "never")


def test_who_trusts_a_test_too_little_or_too_much_is_told() -> None:
    said = SmallestLeak().check(("100", "10"), context(), "en")
    assert said is not None
    assert "Identical rows are more sensitive" in said.said
    assert "The attack is less sensitive" in said.said


def leaks() -> list[LeakSimulation]:
    found = [bundled_findings().simulation(leak, place / 100) for leak in SLIDERS for place in SLIDERS[leak]]
    return [simulation for simulation in found if simulation]


def test_both_hunts_can_be_won_with_the_sliders_and_not_without_a_leak() -> None:
    naive = [simulation for simulation in leaks() if fools_naive_score(simulation)]
    distances = [simulation for simulation in leaks() if fools_distances(simulation)]
    assert {simulation.leak for simulation in naive} >= {"planted", "disguised"}
    assert {simulation.leak for simulation in distances} == {"disguised"}
    nothing = [simulation for simulation in leaks() if simulation.size == 0]
    assert nothing
    assert not any(fools_naive_score(simulation) or fools_distances(simulation) for simulation in nothing)


def test_one_of_three_tables_leaks_and_only_a_join_on_part_of_the_values_sees_it() -> None:
    tables = bundled_findings().hunt
    assert {name for name, simulation in tables.items() if simulation.noticed} == {LEAKING}
    assert {*tables[LEAKING].noticed} <= {*SUBSET_MEASURES}
    # It would be the most private of the three by the naive score, and has no identical rows, as the others.
    assert max(tables, key=lambda name: tables[name].naive.synthetic) == LEAKING
    identical = [
        next(m for m in simulation.measures if m.name == "identical_rows") for simulation in tables.values()
    ]
    assert [m.value for m in identical] == [0.0, 0.0, 0.0]
    assert BugHunt(tables).solution(context()) == ("C", "chance")


def test_a_table_without_a_leak_has_the_larger_gap_and_only_chance_tells() -> None:
    hunt = BugHunt(bundled_findings().hunt)
    honest, leaking = hunt.gap("B"), hunt.gap(LEAKING)
    assert (honest.value or 0) - (honest.reference or 0) > 0.015
    assert (honest.value or 0) > (leaking.value or 0)
    assert (honest.p_value or 0) > 0.05 > (leaking.p_value or 1) * 100
    said = hunt.check(("B", "gap"), context(), "en")
    assert said is not None
    assert "4.9 % of the training people, and 3.0 % of the unseen ones" in said.said
    assert "Chance makes so large a gap less than 0.1 % of the time" in said.reveal
    assert chance(0.27, "en") == "27 %"
