"""How an exercise looks: a question, a picture and open controls, then what is so, and why another tempts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from html import escape
from typing import Any

import marimo as mo

from synth_handson.errors import SynthHandsonError
from synth_handson.evidence.controls.leak_simulation import LeakSimulation
from synth_handson.locales import Language, get_text
from synth_handson.notebook.bundled import bundled_findings
from synth_handson.notebook.exercises.exercise import Answer, Exercise, ExerciseContext, Question, Result
from synth_handson.notebook.exercises.findings import exercise_findings
from synth_handson.notebook.exercises.generate import RealOrMade, WhatIsMissing
from synth_handson.notebook.exercises.letter import Letter, carried, statements
from synth_handson.notebook.exercises.load import FindYourself
from synth_handson.notebook.exercises.own_attack import Attack, Tried, closest_person, try_attack
from synth_handson.notebook.exercises.people import RowsOrPeople
from synth_handson.notebook.exercises.privacy import (
    BugHunt,
    SmallestLeak,
    fools_distances,
    fools_naive_score,
)
from synth_handson.notebook.exercises.rules import BrokenRule
from synth_handson.notebook.exercises.score_card import EXERCISES, Score
from synth_handson.notebook.exercises.show import (
    Bar,
    attack_table,
    bars,
    hunt_table,
    labelled,
    score_table,
    sorted_rows,
    ticks,
)
from synth_handson.notebook.exercises.take_home import take_home
from synth_handson.notebook.exercises.validate import AccuracyTrap, WorstColumn
from synth_handson.notebook.page.parts import Kind, chart, failure, fold, live, small
from synth_handson.notebook.page.state import PageState
from synth_handson.notebook.session import Assessed
from synth_handson.palette import HOLDOUT, ORIGINAL, SYNTHETIC
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.pipeline.tables import Tables
from synth_handson.presentation import evidence_charts
from synth_handson.presentation.words import minus, percent
from synth_handson.tables.bank import Dataset

SHORT = 12
"""Labels of at most so many characters stand in one line, and can be written as an answer."""

COLOURS = {
    "real": ORIGINAL, "real_found": ORIGINAL, "trained": ORIGINAL,
    "never": HOLDOUT, "same": HOLDOUT, "unseen": HOLDOUT,
    "synthetic": SYNTHETIC, "synthetic_found": SYNTHETIC,
    "copula": SYNTHETIC, "trees": SYNTHETIC, "kept": SYNTHETIC,
}  # fmt: skip
"""Of the bars: about real people who were trained on, about others, and about synthetic rows."""

HUNTS: dict[str, Callable[[LeakSimulation], bool]] = {
    "naive": fools_naive_score,
    "distances": fools_distances,
}

EXAMPLES = {
    "find": "5",
    "made": "[1, 3, 5, 7, 9]",
    "worst": '"job"',
    "smallest_leak": '("200", "never")',
    "hunt": '("A", "identical")',
    "letter": '["zero", "made", "limit"]',
}
"""How an answer is written where not all of them can be listed; none is the right one."""

EXAMPLE_CODE = inspect.getsource(closest_person)

Answers = Mapping[str, Answer]
"""What was committed to, exercise by exercise; under "columns", those that find a person."""


class ExercisePanel:
    """One learner's exercises, in one language.

    With a table of the reader's own there are none: they are about the bank's customers.

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
        tables = tables.alike
        self._state, self._tables, self._language = page_state, tables, language
        self._translate = partial(get_text, language)
        self._asks = isinstance(dataset, Dataset)
        if not self._asks:
            return
        if page_state.memory.get("rows of") is not tables:
            # Which of ten rows were chosen says nothing about ten others.
            page_state.memory.set("rows of", tables)
            page_state.answer("made", ())
        measured = exercise_findings()
        self._find, self._made = FindYourself.of(dataset.frame), RealOrMade.of(tables)
        self._missing, self._accuracy = WhatIsMissing(), AccuracyTrap()
        self._hunt = BugHunt(bundled_findings().hunt)
        self._rules, self._people = BrokenRule(measured.impossible), RowsOrPeople(measured.recognised)
        chosen: tuple[Exercise, ...] = (
            self._find, self._made, self._missing, WorstColumn(), self._accuracy, self._rules,
            SmallestLeak(), self._hunt, self._people, Letter(),
        )  # fmt: skip
        self._exercises = {one.name: one for one in chosen}
        # Built here and not where they are shown, so that they outlive an answer to another exercise.
        asked = [name for name in EXERCISES if name not in ("made", "letter")]
        self._forms = {"made": self._rows_form()} | {name: self._questions_form(name) for name in asked}
        self._columns = mo.ui.multiselect(
            list(self._find.table.columns), value=page_state.get_answers().get("columns", ()),
            label=self._translate("exercises.find_columns"),
            on_change=lambda chosen: page_state.answer("columns", tuple(map(str, chosen))),
        )  # fmt: skip

    def guessed(self, name: str, answers: Answers) -> bool:
        """Tell whether a guess was made, or none is asked for."""
        return not self._asks or bool(answers.get(name))

    def ask(
        self,
        name: str,
        written: object,
        answers: Answers,
        context: ExerciseContext,
        simulation: LeakSimulation | None = None,
        form: Any = None,
    ) -> mo.Html:
        """Show an exercise, and what came of the answer.

        Parameters
        ----------
        name
            One of `EXERCISES`.
        written
            The answer, if it was written as code.
        answers
            Those given by mouse.
        context
            What the exercise is about.
        simulation
            The leak that the reader is trying, for the exercise about it.
        form
            Its controls, where they follow from what was measured.
        """
        if not self._asks:
            return mo.Html("")
        exercise = self._exercises[name]
        asked = exercise.ask(context, self._language)
        if asked is None:
            key = "later_anybody" if self._tables.asked and context.evidence else "later"
            return self._frame(name, [mo.md(self._translate(f"exercises.{key}"))])
        outcome, answered = self._outcome(exercise, written, answers, context)
        above, below = self._pictures(name, answered, answers, context, simulation)
        controls = self._controls(name, answers, context, form)
        return self._frame(name, [mo.md(asked), *above, *controls, live(outcome), *below])

    def _outcome(
        self, exercise: Exercise, written: object, answers: Answers, context: ExerciseContext
    ) -> tuple[object, bool]:
        """Check an answer; return what is said of it, and whether there is one."""
        answer = answers.get(exercise.name, ())
        try:
            if written is not None:
                answer = exercise.read(written, context)
            if not answer:
                return "", False
            result = exercise.check(answer, context, self._language)
        except SynthHandsonError as error:
            return failure(error, self._language), False
        self._state.answer(exercise.name, answer)
        if result is None:
            return small(self._translate("exercises.pending")), True
        self._state.record(exercise.name, answer, result.right)
        return self._callout(exercise.name, result), True

    def _callout(self, name: str, result: Result) -> mo.Html:
        verdict = {True: "right", False: "wrong", None: "done"}[result.right]
        kind: Kind = "neutral" if result.right is None else "success" if result.right else "warn"
        told = result.reveal if self._state.card.revealed(name) else self._translate("exercises.again")
        said = [self._translate(f"exercises.{verdict}"), result.said, told]
        return mo.callout(mo.md("\n\n".join(filter(None, said))), kind=kind)

    def _is_told(self, name: str, answers: Answers) -> bool:
        """Say whether what is so may be shown; of ten other rows, nothing was told yet."""
        return self._state.card.revealed(name) and (name != "made" or bool(answers.get(name)))

    def _pictures(
        self,
        name: str,
        answered: bool,
        answers: Answers,
        context: ExerciseContext,
        simulation: LeakSimulation | None,
    ) -> tuple[list[Any], list[Any]]:
        """Draw what an exercise is about, and what comes below its answer."""
        revealed = self._is_told(name, answers)
        match name:
            case "find":
                person = mo.Html(labelled(self._find.table.iloc[self._find.person], self._language))
                return [person], self._found(answers.get("columns", ())) if answered else []
            case "made":
                rows = mo.Html(sorted_rows(self._made, answers.get("made", ()), self._language))
                return [], [rows] if revealed else []
            case "worst" if revealed and context.evidence:
                said = mo.md(self._translate("validate.pairs"))
                drawn = chart(evidence_charts.pair_chart, context.evidence.fidelity, self._language)
                return [], [said, drawn]
            case "missing":
                return [self._ranges(context, revealed)], []
            case "accuracy":
                # What always saying no is worth would tell the answer.
                shown = list(self._accuracy.shares(context).items())[: None if revealed else 2]
                return [self._bars(name, dict(shown), known=len(shown), decimals=1)], []
            case "rules":
                found = self._rules.impossible
                shares = {"real": 0.0, "copula": found.copula, "trees": found.trees, "kept": found.kept}
                return [self._bars(name, shares, known=len(shares) if revealed else 1)], []
            case "smallest_leak":
                return [], [self._goals(simulation)] if answered and simulation else []
            case "hunt":
                return [mo.Html(hunt_table(self._hunt.tables, self._language))], []
            case "people":
                trained, same, unseen = self._people.recognised.shares()
                shares = {"trained": trained, "same": same, "unseen": unseen}
                return [self._bars(name, shares, known=len(shares) if revealed else 2)], []
        return [], []

    def _bars(self, name: str, shares: Mapping[str, float], known: int, decimals: int = 0) -> mo.Html:
        """Draw shares, of which the last ones are yet to be guessed."""
        shown = []
        for n, (key, share) in enumerate(shares.items()):
            label = self._translate(f"exercises.{name}_bar_{key}")
            said = percent(share, decimals or (1 if 0 < share < 0.01 else 0))
            shown.append(Bar(label, share if n < known else None, COLOURS[key], said))
        return mo.Html(bars(shown))

    def _ranges(self, context: ExerciseContext, revealed: bool) -> mo.Html:
        """Draw the range of the real balances, and of the synthetic ones if the reader may know."""
        ranges = self._missing.ranges(context)
        known = ranges if revealed else {"real": ranges["real"]}
        lowest = min(low for low, _ in known.values())
        whole = max(high for _, high in known.values()) - lowest or 1
        shown = []
        for name, (low, high) in ranges.items():
            label = self._translate(f"exercises.missing_bar_{name}")
            length, start = ((high - low) / whole, (low - lowest) / whole) if name in known else (None, 0.0)
            shown.append(Bar(label, length, COLOURS[name], minus(f"{low:,} – {high:,}"), start))
        return mo.Html(bars(shown))

    def _found(self, columns: Sequence[str]) -> list[Any]:
        """Let the learner choose columns until one person is left."""
        known = [name for name in columns if name in self._find.table]
        count = self._find.matching(known)
        key = "found" if count == 1 else "matching"
        said = mo.md(self._translate(f"exercises.find_{key}", count=count))
        return [self._columns, live(said.text)]

    def _goals(self, simulation: LeakSimulation) -> mo.Html:
        """Tick which of two leaks the reader has found with the slider so far."""
        found = self._state.memory.get("fool", frozenset())
        found |= {name for name, finds in HUNTS.items() if finds(simulation)}
        self._state.memory.set("fool", found)
        said = [
            mo.md(self._translate("exercises.fool_ask")),
            mo.Html(ticks({f"fool_{name}": name in found for name in HUNTS}, self._language)),
        ]
        if len(found) == len(HUNTS):
            said.append(mo.callout(mo.md(self._translate("exercises.fool_reveal")), kind="success"))
        return live(mo.vstack(said))

    def _controls(self, name: str, answers: Answers, context: ExerciseContext, form: Any) -> list[Any]:
        """Show how to answer: by mouse and, in the editor, in words; and a hint."""
        if name == "made" and self._is_told(name, answers):
            return []  # The rows are shown again, sorted.
        form = self._forms[name] if form is None else form
        hint = mo.md(self._translate(f"exercises.{name}_hint")).text
        summary = escape(self._translate("exercises.hint"))
        parts = [form, mo.Html(f'<details class="sh-hint"><summary>{summary}</summary>{hint}</details>')]
        if self._state.editor:
            parts.append(small(self._words_to_write(name, context)))
        return parts

    def _words_to_write(self, name: str, context: ExerciseContext) -> str:
        if name in EXAMPLES:
            return self._translate("exercises.in_code_example", words=f"`{EXAMPLES[name]}`")
        (question,) = self._exercises[name].questions(context, self._language)
        labels = question.options.values()
        answers = labels if _are_short(labels) else question.options
        words = " · ".join(f'`"{word}"`' for word in answers)
        return self._translate("exercises.in_code", words=words)

    def _questions_form(self, name: str) -> Any:
        questions = self._exercises[name].questions(ExerciseContext(self._tables), self._language)
        kept = self._state.get_answers().get(name, ())
        chosen = kept if len(kept) == len(questions) else (None,) * len(questions)
        controls = {q.name: self._radio(name, q, value) for q, value in zip(questions, chosen, strict=True)}
        text = "\n\n".join(f"{{{key}}}" for key in controls)

        def commit(given: Mapping[str, str | None] | None) -> None:
            values = list((given or {}).values())
            if all(values):
                self._state.answer(name, tuple(map(str, values)))

        return self._form(text, controls, commit)

    def _radio(self, exercise: str, question: Question, value: str | None) -> mo.ui.radio:
        options = {label: name for name, label in question.options.items()}
        return mo.ui.radio(
            options,
            value=question.options.get(value) if value else None,
            label=self._translate(f"exercises.{exercise}_{question.name}"),
            inline=_are_short(options),
        )

    def _rows_form(self) -> Any:
        return self._boxes(
            "made",
            {str(n): labelled(row, self._language, str(n)) for n, row in self._made.rows.iterrows()},
        )

    def letter_form(self, assessed: Assessed) -> Any:
        """Build a box for each statement, in a cell of its own: what else changes takes no ticks away."""
        if not self._asks or assessed.evidence is None:
            return None
        texts = statements(assessed.evidence, self._language)
        if self._state.editor:
            texts = {name: f"{text} `{name}`" for name, text in texts.items()}
        return self._boxes("letter", texts)

    def _boxes(self, name: str, labels: Mapping[str, str]) -> Any:
        """Build a box for each of several things to choose from."""
        kept = self._state.get_answers().get(name, ())
        boxes = {f"box_{key}": mo.ui.checkbox(value=key in kept, label=text) for key, text in labels.items()}

        def commit(given: Mapping[str, bool] | None) -> None:
            chosen = [key.removeprefix("box_") for key, ticked in (given or {}).items() if ticked]
            self._state.answer(name, tuple(sorted(chosen)))

        return self._form("\n\n".join(f"{{{key}}}" for key in boxes), boxes, commit)

    def _form(self, text: str, controls: Mapping[str, Any], commit: Callable[[Any], None]) -> Any:
        """Put controls above a button: nothing counts before it is pressed."""
        label = self._translate("exercises.check")
        return mo.md(text).batch(**controls).form(submit_button_label=label, bordered=False, on_change=commit)

    def signed(self, context: ExerciseContext) -> tuple[str, ...]:
        """Return the chosen statements that are true, for the report."""
        if not self._asks or context.evidence is None:
            return ()
        return carried(
            frozenset(self._state.get_answers().get("letter", ())), context.evidence, self._language
        )

    def own_attack(self, attack: Attack | None, context: ExerciseContext) -> mo.Html:
        """Try an attack written by the learner on tables whose answer is known."""
        if not self._asks:
            return mo.Html("")
        title = self._translate("exercises.own_title")
        asked = mo.md(self._translate(f"exercises.own_{'ask' if self._state.editor else 'run'}"))
        code = mo.md(f"{self._translate('exercises.own_example')}\n\n```python\n{EXAMPLE_CODE}\n```")
        if attack is None:
            shown = [code] if self._state.editor else [code, self._tried(closest_person, context)]
            return fold({title: mo.vstack([asked, *shown])})
        return mo.vstack([mo.md(f"**{title}**"), asked, self._tried(attack, context)])

    def _tried(self, attack: Attack, context: ExerciseContext) -> mo.Html:
        try:
            is_example = attack is closest_person
            tried = try_example(context.tables) if is_example else try_attack(attack, context.tables)
            return mo.Html(attack_table(tried, self._language))
        except SynthHandsonError as error:
            return failure(error, self._language)

    def score_card(self, scores: tuple[Score, ...]) -> mo.Html:
        """Show how the exercises went, and offer the take-home."""
        if not self._asks:
            return mo.Html("")
        title = mo.md(self._translate("exercises.card_title"))
        if not scores:
            return mo.vstack([title, mo.md(self._translate("exercises.card_empty"))])
        context = ExerciseContext(self._tables)
        words = {
            one.name: self._exercises[one.name].words(one.answer, context, self._language)
            for one in scores
            if one.standing != "open"
        }
        take = mo.download(
            lambda: take_home(scores, words, self._language).encode(),
            filename=f"take-home-{self._language}.html",
            label=self._translate("exercises.card_download"),
        )
        return mo.vstack([title, mo.Html(score_table(scores, words, self._language)), take])

    def _frame(self, name: str, parts: Sequence[Any]) -> mo.Html:
        number = EXERCISES.index(name) + 1
        title = self._translate(f"exercises.{name}_title")
        heading = mo.md(self._translate("exercises.heading", number=number, title=title))
        inside = mo.vstack([heading, *parts])
        named = f'id="exercise-{number}" aria-label="{escape(title)}"'
        return mo.Html(f'<section class="sh-exercise" {named}>{inside}</section>')


def _are_short(labels: Iterable[str]) -> bool:
    return all(len(label) <= SHORT for label in labels)


@lru_cache(maxsize=4)
def try_example(tables: Tables) -> tuple[Tried, ...]:
    """Try the example once for all readers of the same tables."""
    return try_attack(closest_person, tables)
