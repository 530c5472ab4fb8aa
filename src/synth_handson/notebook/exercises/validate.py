"""Exercises of step 3: where the table is weakest, and what accuracy hides."""

from __future__ import annotations

from itertools import combinations

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
        column, pair = (_ranked(measures, name)[0] for measures, name in _measures(shown))
        return PAIR.join(column.columns), PAIR.join(pair.columns)

    def tempting(self, question: str, chosen: str, shown: Shown, language: Language) -> str:
        """Say how far down the list the choice stands."""
        measures, name = _measures(shown)[question == "pair"]
        ranked = [PAIR.join(m.columns) for m in _ranked(measures, name)]
        label = dict(self.questions(shown, language)[question == "pair"].options)[chosen]
        rank = ranked.index(chosen) + 1
        return get_text(
            language, f"exercises.worst_{question}_wrong", chosen=label, rank=rank, count=len(ranked)
        )

    def reveal(self, shown: Shown, language: Language) -> str:
        """Name them, with their distance beyond the holdout's."""
        named = {}
        for question, (measures, name) in zip(("column", "pair"), _measures(shown), strict=True):
            worst = _ranked(measures, name)[0]
            labels = [column_label(one, language, map(str, shown.tables.train)) for one in worst.columns]
            named[question] = PAIR.join(labels)
            named[f"{question}_points"] = f"{100 * (worst.excess or 0.0):+.1f}"
        return get_text(language, "exercises.worst_reveal", **named)


def _measures(shown: Shown) -> tuple[tuple[tuple[Measure, ...], str], tuple[tuple[Measure, ...], str]]:
    assert shown.evidence is not None
    fidelity = shown.evidence.fidelity
    return (tuple(fidelity.columns), "column_tvd"), (tuple(fidelity.pairs), "pair_tvd")


def _ranked(measures: tuple[Measure, ...], name: str) -> list[Measure]:
    found = [m for m in measures if m.name == name and m.excess is not None]
    return sorted(found, key=lambda m: -(m.excess or 0.0))


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
