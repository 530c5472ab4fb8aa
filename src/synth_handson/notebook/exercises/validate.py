"""Exercises of step 3: which column is copied worst, and what accuracy hides."""

from __future__ import annotations

from typing import Literal

from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.fidelity.statistics import farthest
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.utility.tstr import ModelUtility
from synth_handson.locales import Language, get_text
from synth_handson.notebook.exercises.exercise import Answer, Exercise, ExerciseContext, Question, worded
from synth_handson.presentation.labels import column_label
from synth_handson.presentation.words import percent


class WorstColumn(Exercise):
    """Ask which column is farthest from the training rows, beyond what real people are."""

    name = "worst"

    def questions(self, context: ExerciseContext, language: Language) -> tuple[Question, ...]:
        """Ask for a column."""
        table = [str(name) for name in context.tables.train]
        return (Question("column", {name: column_label(name, language, table) for name in table}),)

    def solution(self, context: ExerciseContext) -> Answer | None:
        """Take the one with the largest distance beyond the holdout's."""
        return None if context.evidence is None else _ranked(context.evidence, "column")[0].columns

    def tempting(self, question: str, chosen: str, context: ExerciseContext, language: Language) -> str:
        """Say how far down the list the choice stands."""
        assert context.evidence is not None
        ranked = [m.columns[0] for m in _ranked(context.evidence, "column")]
        label = column_label(chosen, language, map(str, context.tables.train))
        rank = ranked.index(chosen) + 1
        return get_text(language, "exercises.worst_wrong", chosen=label, rank=rank, count=len(ranked))

    def reveal(self, context: ExerciseContext, language: Language) -> str:
        """Name it and the worst pair, with their distances beyond the holdout's."""
        assert context.evidence is not None
        named = {}
        for kind in ("column", "pair"):
            worst, *_ = _ranked(context.evidence, kind)
            labels = [column_label(one, language, map(str, context.tables.train)) for one in worst.columns]
            named[kind] = " × ".join(labels)
            named[f"{kind}_points"] = f"{100 * (worst.excess or 0.0):+.1f}"
        return get_text(language, "exercises.worst_reveal", **named)


def _ranked(evidence: Evidence, kind: Literal["column", "pair"]) -> list[Measure]:
    """Return columns or pairs, the one farthest beyond the holdout first."""
    fidelity = evidence.fidelity
    return farthest(fidelity.columns if kind == "column" else fidelity.pairs, f"{kind}_tvd")


class AccuracyTrap(Exercise):
    """Show two models of equal accuracy, and ask whether the one trained on synthetic rows is of use."""

    name = "accuracy"

    def values(self, context: ExerciseContext) -> dict[str, object] | None:
        """Return the two accuracies."""
        shares = self.shares(context)
        return {name: percent(shares[name], 1) for name in ("real", "synthetic")} if shares else None

    def shares(self, context: ExerciseContext) -> dict[str, float]:
        """Return accuracies, also of always saying no, and who is found of those who subscribe; 0 to 1."""
        model = _closest_in_accuracy(context)
        if model is None:
            return {}
        assert context.evidence is not None and context.evidence.utility is not None
        accuracy, recall = _measure(model, "accuracy"), _measure(model, "recall")
        return {
            "real": float(accuracy.reference or 0.0),
            "synthetic": float(accuracy.value or 0.0),
            "never": context.evidence.utility.majority or 0.0,
            "real_found": float(recall.reference or 0.0),
            "synthetic_found": float(recall.value or 0.0),
        }

    def questions(self, context: ExerciseContext, language: Language) -> tuple[Question, ...]:
        """Ask for one of three beliefs."""
        return (worded("accuracy", "use", ("useful", "unclear", "useless"), language),)

    def solution(self, context: ExerciseContext) -> Answer | None:
        """Return what accuracy alone can tell."""
        return None if _closest_in_accuracy(context) is None else ("unclear",)

    def reveal(self, context: ExerciseContext, language: Language) -> str:
        """Set both beside always saying no, and beside what counts."""
        model, shares = _closest_in_accuracy(context), self.shares(context)
        assert model is not None
        auc = _measure(model, "roc_auc")
        assert auc.value and auc.reference
        return get_text(
            language, "exercises.accuracy_reveal", **shares, synthetic_auc=auc.value, real_auc=auc.reference
        )


def _closest_in_accuracy(context: ExerciseContext) -> ModelUtility | None:
    """Return the model whose accuracy after the two trainings is most alike."""
    utility = context.evidence.utility if context.evidence else None
    if utility is None or utility.majority is None:
        return None
    measured = [model for model in utility.models if _measure(model, "accuracy").excess is not None]
    return min(measured, key=lambda model: abs(_measure(model, "accuracy").excess or 0.0), default=None)


def _measure(model: ModelUtility, name: str) -> Measure:
    return next(m for m in model.measures if m.name == name)
