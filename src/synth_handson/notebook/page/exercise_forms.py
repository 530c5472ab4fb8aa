"""The forms of the exercises: controls above a button, before which nothing counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import marimo as mo

from synth_handson.locales import Language, get_text
from synth_handson.notebook.bundled import bundled_findings
from synth_handson.notebook.exercises.exercise import Exercise, ExerciseContext, Question
from synth_handson.notebook.exercises.findings import exercise_findings
from synth_handson.notebook.exercises.generate import RealOrMade, WhatIsMissing
from synth_handson.notebook.exercises.letter import Letter, statements
from synth_handson.notebook.exercises.load import FindYourself
from synth_handson.notebook.exercises.people import RowsOrPeople
from synth_handson.notebook.exercises.privacy import BugHunt, SmallestLeak
from synth_handson.notebook.exercises.rules import BrokenRule
from synth_handson.notebook.exercises.score_card import EXERCISES
from synth_handson.notebook.exercises.show import labelled
from synth_handson.notebook.exercises.validate import AccuracyTrap, WorstColumn
from synth_handson.notebook.page.state import PageState
from synth_handson.notebook.session import Assessed
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.pipeline.tables import Tables
from synth_handson.tables.bank import Dataset

SHORT = 12
"""Labels of at most so many characters stand in one line, and can be written as an answer."""


class ExerciseForms:
    """The forms of one learner's exercises, in one language: they outlive answers and what is measured.

    With a table of the reader's own there are none, as they are about the bank's customers; nor in a script.

    Parameters
    ----------
    page_state
        Where answers are remembered.
    dataset
        The real table.
    tables
        The tables on show.
    language
        The learner's.
    """

    def __init__(
        self, page_state: PageState, dataset: Dataset | OwnTable, tables: Tables, language: Language
    ) -> None:
        self.tables = tables.alike
        self.state, self.language = page_state, language
        self._translate = partial(get_text, language)
        self.offered = isinstance(dataset, Dataset) and not page_state.script
        if not isinstance(dataset, Dataset) or not self.offered:
            return
        if page_state.memory.get("rows of") is not self.tables:
            # Which of ten rows were chosen says nothing about ten others.
            page_state.memory.set("rows of", self.tables)
            page_state.answer("made", ())
        measured = exercise_findings()
        self.find, self.made = FindYourself.of(dataset.frame), RealOrMade.of(self.tables)
        self.missing, self.accuracy = WhatIsMissing(), AccuracyTrap()
        self.hunt = BugHunt(bundled_findings().hunt)
        self.rules, self.people = BrokenRule(measured.impossible), RowsOrPeople(measured.recognised)
        chosen: tuple[Exercise, ...] = (
            self.find, self.made, self.missing, WorstColumn(), self.accuracy, self.rules,
            SmallestLeak(), self.hunt, self.people, Letter(),
        )  # fmt: skip
        self.exercises = {one.name: one for one in chosen}
        asked = [name for name in EXERCISES if name not in ("made", "letter")]
        self.forms = {"made": self._rows_form()} | {name: self._questions_form(name) for name in asked}
        self.columns = mo.ui.multiselect(
            list(self.find.table.columns), value=page_state.get_answers().get("columns", ()),
            label=self._translate("exercises.find_columns"),
            on_change=lambda chosen: page_state.answer("columns", tuple(map(str, chosen))),
        )  # fmt: skip

    def _questions_form(self, name: str) -> Any:
        questions = self.exercises[name].questions(ExerciseContext(self.tables), self.language)
        kept = self.state.get_answers().get(name, ())
        chosen = kept if len(kept) == len(questions) else (None,) * len(questions)
        controls = {q.name: self._radio(name, q, value) for q, value in zip(questions, chosen, strict=True)}
        text = "\n\n".join(f"{{{key}}}" for key in controls)

        def commit(given: Mapping[str, str | None] | None) -> None:
            values = list((given or {}).values())
            if all(values):
                self.state.answer(name, tuple(map(str, values)))

        return self._form(text, controls, commit)

    def _radio(self, exercise: str, question: Question, value: str | None) -> mo.ui.radio:
        options = {label: name for name, label in question.options.items()}
        return mo.ui.radio(
            options,
            value=question.options.get(value) if value else None,
            label=self._translate(f"exercises.{exercise}_{question.name}"),
            inline=are_short(options),
        )

    def _rows_form(self) -> Any:
        return self._boxes(
            "made",
            {str(n): labelled(row, self.language, str(n)) for n, row in self.made.rows.iterrows()},
        )

    def _boxes(self, name: str, labels: Mapping[str, str]) -> Any:
        """Build a box for each of several things to choose from."""
        kept = self.state.get_answers().get(name, ())
        boxes = {f"box_{key}": mo.ui.checkbox(value=key in kept, label=text) for key, text in labels.items()}

        def commit(given: Mapping[str, bool] | None) -> None:
            chosen = [key.removeprefix("box_") for key, ticked in (given or {}).items() if ticked]
            self.state.answer(name, tuple(sorted(chosen)))

        return self._form("\n\n".join(f"{{{key}}}" for key in boxes), boxes, commit)

    def _form(self, text: str, controls: Mapping[str, Any], commit: Callable[[Any], None]) -> Any:
        """Put controls above a button: nothing counts before it is pressed."""
        label = self._translate("exercises.check")
        return mo.md(text).batch(**controls).form(submit_button_label=label, bordered=False, on_change=commit)

    def letter(self, assessed: Assessed) -> Any:
        """Build a box for each statement, once what they say was measured; None until then."""
        if not self.offered or assessed.evidence is None:
            return None
        texts = statements(assessed.evidence, self.language)
        if self.state.editor:
            texts = {name: f"{text} `{name}`" for name, text in texts.items()}
        return self._boxes("letter", texts)


def are_short(labels: Iterable[str]) -> bool:
    """Tell whether labels can stand in one line, and be written as an answer."""
    return all(len(label) <= SHORT for label in labels)
