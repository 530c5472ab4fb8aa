"""Exercises of step 3: where the table is weakest, and what accuracy hides."""

from __future__ import annotations

from itertools import combinations

from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.fidelity import farthest
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.utility import ModelUtility
from synth_handson.locales import Language, get_text
from synth_handson.notebook.exercises.exercise import Answer, Exercise, Question, Shown, lettered
from synth_handson.report.wording import percent
from synth_handson.views.labels import column_label

PAIR = " × "


class WorstColumn(Exercise):
    """Ask which column, and which pair, is farthest from the training rows beyond what real people are."""

    name = "worst"

    def questions(self, shown: Shown, language: Language) -> tuple[Question, ...]:
        """Ask for a column and a pair."""
        table = [str(name) for name in shown.tables.train]
        labels = {name: column_label(name, language, table) for name in table}
        pairs = {PAIR.join(pair): PAIR.join(map(labels.__getitem__, pair)) for pair in combinations(table, 2)}
        return Question("column", labels), Question("pair", pairs)

    def read(self, written: object, shown: Shown, language: Language) -> Answer:
        """Take a column and a pair, whose columns may stand in either order."""
        if not isinstance(written, tuple | list) or len(written) != 2:
            return super().read(written, shown, language)
        column, pair = written
        named = [str(one) for one in pair] if isinstance(pair, tuple | list) else [str(pair)]
        known = self.questions(shown, language)[1].options
        either = PAIR.join(named), PAIR.join(reversed(named))
        return str(column), next((one for one in either if one in known), either[0])

    def solution(self, shown: Shown) -> Answer | None:
        """Take those with the largest distance beyond the holdout's."""
        if shown.evidence is None:
            return None
        return tuple(PAIR.join(ranked[0].columns) for ranked in _ranked(shown.evidence).values())

    def tempting(self, question: str, chosen: str, shown: Shown, language: Language) -> str:
        """Say how far down the list the choice stands."""
        assert shown.evidence is not None
        ranked = [PAIR.join(m.columns) for m in _ranked(shown.evidence)[question]]
        asked = next(q for q in self.questions(shown, language) if q.name == question)
        return get_text(
            language, f"exercises.worst_{question}_wrong",
            chosen=asked.options[chosen], rank=ranked.index(chosen) + 1, count=len(ranked),
        )  # fmt: skip

    def reveal(self, shown: Shown, language: Language) -> str:
        """Name them, with their distance beyond the holdout's."""
        assert shown.evidence is not None
        named = {}
        for question, (worst, *_) in _ranked(shown.evidence).items():
            labels = [column_label(one, language, map(str, shown.tables.train)) for one in worst.columns]
            named[question] = PAIR.join(labels)
            named[f"{question}_points"] = f"{100 * (worst.excess or 0.0):+.1f}"
        return get_text(language, "exercises.worst_reveal", **named)


def _ranked(evidence: Evidence) -> dict[str, list[Measure]]:
    """Return columns and pairs, by question, the one farthest beyond the holdout first."""
    fidelity = evidence.fidelity
    return {"column": farthest(fidelity.columns, "column_tvd"), "pair": farthest(fidelity.pairs, "pair_tvd")}


class AccuracyTrap(Exercise):
    """Show two models of equal accuracy, and ask whether the one trained on synthetic rows is of use."""

    name = "accuracy"

    def values(self, shown: Shown) -> dict[str, object] | None:
        """Return the two accuracies."""
        model = _closest_in_accuracy(shown)
        if model is None:
            return None
        accuracy = _measure(model, "accuracy")
        assert accuracy.value and accuracy.reference
        return {"made": percent(accuracy.value, 1), "real": percent(accuracy.reference, 1)}

    def questions(self, shown: Shown, language: Language) -> tuple[Question, ...]:
        """Ask for one of three beliefs."""
        return (lettered("accuracy", "use", language),)

    def solution(self, shown: Shown) -> Answer | None:
        """Return the right letter."""
        return None if _closest_in_accuracy(shown) is None else ("b",)

    def reveal(self, shown: Shown, language: Language) -> str:
        """Set both beside always saying no, and beside what counts."""
        model = _closest_in_accuracy(shown)
        assert model is not None and shown.evidence is not None and shown.evidence.utility is not None
        auc, recall = _measure(model, "roc_auc"), _measure(model, "recall")
        assert auc.value and auc.reference and recall.value and recall.reference
        return get_text(
            language, "exercises.accuracy_reveal",
            majority=shown.evidence.utility.majority, made=float(auc.value), real=float(auc.reference),
            made_found=float(recall.value), real_found=float(recall.reference),
        )  # fmt: skip


def _closest_in_accuracy(shown: Shown) -> ModelUtility | None:
    """Return the model whose accuracy after the two trainings is most alike."""
    utility = shown.evidence.utility if shown.evidence else None
    if utility is None or utility.majority is None:
        return None
    measured = [model for model in utility.models if _measure(model, "accuracy").excess is not None]
    return min(measured, key=lambda model: abs(_measure(model, "accuracy").excess or 0.0), default=None)


def _measure(model: ModelUtility, name: str) -> Measure:
    return next(m for m in model.measures if m.name == name)
