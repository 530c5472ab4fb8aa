"""Exercises of step 4: which test notices what."""

from __future__ import annotations

from collections.abc import Sequence

from synth_handson.evidence.controls import shuffle_columns
from synth_handson.evidence.dose import Dose, Leak, measure_dose, take_dose
from synth_handson.evidence.membership import SUBSET_MEASURES
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.locales import Language, get_text
from synth_handson.notebook.exercises.exercise import Answer, Exercise, Question, Shown, lettered

IDENTICAL = ("identical_rows", "training_matches")
ATTACK = ("attack_auc", "attack_tpr", "attack_tpr_03", "attack_tpr_01")
NEVER = "never"

HUNTED: tuple[Leak, float] = ("disguised", 0.1)
"""The leak of the bug hunt."""
LEAKING = "C"


class SmallestDose(Exercise):
    """Ask from which share of planted people on identical rows, and the attack, turn red."""

    name = "dose"

    def questions(self, shown: Shown, language: Language) -> tuple[Question, ...]:
        """Ask for two shares."""
        shares = [dose.dose for dose in shown.planted if dose.dose > 0] or [0.01, 0.02, 0.05, 0.1, 0.2]
        options = {f"{100 * share:.0f}": f"{100 * share:.0f} %" for share in shares}
        options[NEVER] = get_text(language, "exercises.dose_never")
        return Question("identical", options), Question("attack", options)

    def solution(self, shown: Shown) -> Answer | None:
        """Look up the first dose that each notices."""
        if not shown.planted:
            return None
        return _first(shown.planted, IDENTICAL), _first(shown.planted, ATTACK)

    def tempting(self, question: str, chosen: str, shown: Shown, language: Language) -> str:
        """Say whether the test sees more, or less, than was thought."""
        solution = self.solution(shown)
        assert solution is not None
        true = solution[question == "attack"]
        shares = [*self.questions(shown, language)[0].options]
        side = "sharper" if shares.index(true) < shares.index(chosen) else "blunter"
        return get_text(language, f"exercises.dose_{question}_{side}")

    def reveal(self, shown: Shown, language: Language) -> str:
        """Name the two shares."""
        solution = self.solution(shown)
        assert solution is not None
        options = self.questions(shown, language)[0].options
        identical, attack = (options[share] for share in solution)
        return get_text(language, "exercises.dose_reveal", identical=identical, attack=attack)


def _first(doses: Sequence[Dose], names: Sequence[str]) -> str:
    noticed = [dose.dose for dose in doses if dose.dose > 0 and {*names} & {*dose.noticed}]
    return f"{100 * min(noticed):.0f}" if noticed else NEVER


def fools_naive_score(dose: Dose) -> bool:
    """Tell whether the naive score calls a leak private that a test notices."""
    return bool(dose.leaking) and dose.naive.approves and bool(dose.noticed)


def fools_distances(dose: Dose) -> bool:
    """Tell whether only the joins on part of the values notice a leak."""
    return bool(dose.leaking) and bool(dose.noticed) and {*dose.noticed} <= {*SUBSET_MEASURES}


def hunted_tables(prepared: AssessedTables) -> dict[str, Dose]:
    """Measure three tables of which one leaks: an honest one, one without relations, and the leak."""
    shuffled = prepared.instead(shuffle_columns(prepared.synthetic))
    leak, share = HUNTED
    return {
        "A": measure_dose(shuffled, "planted", 0.0, 0),
        "B": take_dose(prepared, "planted", 0.0),
        LEAKING: take_dose(prepared, leak, share),
    }


class BugHunt(Exercise):
    """Ask which of three tables leaks, and how one knows."""

    name = "hunt"

    def __init__(self, tables: dict[str, Dose]) -> None:
        self.tables = tables

    def questions(self, shown: Shown, language: Language) -> tuple[Question, ...]:
        """Ask which, and by what."""
        return Question("table", {name: name for name in self.tables}), lettered("hunt", "how", language)

    def solution(self, shown: Shown) -> Answer:
        """Return the table and the letter of the joins."""
        return LEAKING, "c"

    def reveal(self, shown: Shown, language: Language) -> str:
        """Say how it was made."""
        return get_text(language, "exercises.hunt_reveal", share=self.tables[LEAKING].dose)
