"""Exercises of step 4: which test notices what."""

from __future__ import annotations

from collections.abc import Sequence

from synth_handson.evidence.controls.known_tables import shuffle_columns
from synth_handson.evidence.controls.leak_simulation import (
    LEAK_SIZES,
    LeakKind,
    LeakSimulation,
    measure_leak,
    simulate_leak,
)
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.membership import SUBSET_MEASURES
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.locales import Language, get_text
from synth_handson.notebook.exercises.exercise import Answer, Exercise, ExerciseContext, Question, worded
from synth_handson.presentation.words import chance, percent

IDENTICAL = ("identical_rows", "training_matches")
ATTACK = ("attack_auc", "attack_tpr", "attack_tpr_03", "attack_tpr_01")
NEVER = "never"

HUNTED: tuple[LeakKind, float] = ("disguised", 0.1)
"""The leak of the bug hunt."""
LEAKING = "C"


class SmallestLeak(Exercise):
    """Ask from how many planted people in 1,000 rows on identical rows, and the attack, turn red."""

    name = "smallest_leak"

    def questions(self, context: ExerciseContext, language: Language) -> tuple[Question, ...]:
        """Ask for two numbers."""
        sizes = [f"{1_000 * size:.0f}" for size in LEAK_SIZES["planted"] if size > 0]
        options = {size: size for size in sizes} | {
            NEVER: get_text(language, "exercises.smallest_leak_never")
        }
        return Question("identical", options), Question("attack", options)

    def solution(self, context: ExerciseContext) -> Answer | None:
        """Look up the first size that each notices."""
        if not context.planted:
            return None
        return _first(context.planted, IDENTICAL), _first(context.planted, ATTACK)

    def tempting(self, question: str, chosen: str, context: ExerciseContext, language: Language) -> str:
        """Say whether the test sees more, or less, than was thought."""
        solution = self.solution(context)
        assert solution is not None
        true = solution[question == "attack"]
        shares = [*self.questions(context, language)[0].options]
        side = "sharper" if shares.index(true) < shares.index(chosen) else "blunter"
        return get_text(language, f"exercises.smallest_leak_{question}_{side}")

    def reveal(self, context: ExerciseContext, language: Language) -> str:
        """Name the two numbers."""
        solution = self.solution(context)
        assert solution is not None
        said = [
            get_text(
                language,
                "exercises.smallest_leak_blind" if size == NEVER else "exercises.smallest_leak_from",
                size=size,
            )
            for size in solution
        ]
        return get_text(language, "exercises.smallest_leak_reveal", identical=said[0], attack=said[1])


def _first(simulations: Sequence[LeakSimulation], names: Sequence[str]) -> str:
    noticed = [
        simulation.size
        for simulation in simulations
        if simulation.size > 0 and {*names} & {*simulation.noticed}
    ]
    return f"{1_000 * min(noticed):.0f}" if noticed else NEVER


def fools_naive_score(simulation: LeakSimulation) -> bool:
    """Tell whether the naive score calls a leak private that a test notices."""
    return bool(simulation.leaking) and simulation.naive.approves and bool(simulation.noticed)


def fools_distances(simulation: LeakSimulation) -> bool:
    """Tell whether only the joins on part of the values notice a leak."""
    return (
        bool(simulation.leaking) and bool(simulation.noticed) and {*simulation.noticed} <= {*SUBSET_MEASURES}
    )


def hunted_tables(prepared: AssessedTables) -> dict[str, LeakSimulation]:
    """Measure three tables of which one leaks: an honest one, one without relations, and the leak."""
    shuffled = prepared.instead(shuffle_columns(prepared.synthetic))
    leak, share = HUNTED
    return {
        "A": measure_leak(shuffled, "planted", 0.0, 0),
        "B": simulate_leak(prepared, "planted", 0.0),
        LEAKING: simulate_leak(prepared, leak, share),
    }


class BugHunt(Exercise):
    """Ask which of three tables leaks, and how one knows."""

    name = "hunt"

    def __init__(self, tables: dict[str, LeakSimulation]) -> None:
        self.tables = tables

    def questions(self, context: ExerciseContext, language: Language) -> tuple[Question, ...]:
        """Ask which, and by what."""
        tables = Question("table", {name: name for name in self.tables})
        return tables, worded("hunt", "how", ("score", "identical", "gap", "chance"), language)

    def solution(self, context: ExerciseContext) -> Answer:
        """Return the table, and that a gap counts if chance hardly makes one as large."""
        return LEAKING, "chance"

    def tempting(self, question: str, chosen: str, context: ExerciseContext, language: Language) -> str:
        """Say why a table, or a reason, is tempting; of the honest table, how large its gap is."""
        gap = self.gap("B")
        values = {"value": percent(gap.value or 0.0, 1), "reference": percent(gap.reference or 0.0, 1)}
        return get_text(language, f"exercises.hunt_{question}_{chosen}_why", **values)

    def reveal(self, context: ExerciseContext, language: Language) -> str:
        """Say how it was made, and what tells."""
        gap = self.gap(LEAKING)
        return get_text(
            language, "exercises.hunt_reveal", share=self.tables[LEAKING].size,
            value=percent(gap.value or 0.0, 1), reference=percent(gap.reference or 0.0, 1),
            chance=chance(gap.p_value or 0.0, language),
        )  # fmt: skip

    def gap(self, table: str) -> Measure:
        """Return how many people are found by part of their values in a table."""
        return next(m for m in self.tables[table].measures if m.name == "subset_matches")
