"""How an exercise looks: a question and a guess, then what is so, and why another answer tempts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial, wraps
from html import escape
from typing import Any

import marimo as mo

from synth_handson.errors import ArgumentError, SynthHandsonError
from synth_handson.evidence.dose import Dose
from synth_handson.locales import Language, get_text
from synth_handson.notebook.bundled import SLIDERS, bundled_findings
from synth_handson.notebook.exercises.exercise import Answer, Exercise, Question, Result, Shown
from synth_handson.notebook.exercises.generate import DrawsAgain, RealOrMade, WhatIsMissing
from synth_handson.notebook.exercises.letter import carried, check_letter, letter_words, statements
from synth_handson.notebook.exercises.load import FindYourself
from synth_handson.notebook.exercises.own_attack import Attack, Tried, closest_person, try_attack
from synth_handson.notebook.exercises.privacy import (
    BugHunt,
    SmallestDose,
    fools_distances,
    fools_naive_score,
)
from synth_handson.notebook.exercises.score_card import EXERCISES, Score
from synth_handson.notebook.exercises.show import (
    attack_table,
    hunt_table,
    options_list,
    person_list,
    score_table,
    ticks,
)
from synth_handson.notebook.exercises.take_home import take_home
from synth_handson.notebook.exercises.validate import AccuracyTrap, WorstColumn
from synth_handson.notebook.lesson import take_dose
from synth_handson.notebook.page.desk import Desk
from synth_handson.notebook.page.parts import Kind, failure, fold, live, small
from synth_handson.notebook.page.validate import pairs
from synth_handson.notebook.session import Assessed
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.pipeline.tables import Tables
from synth_handson.tables.bank import Dataset

RADIOS = 6
"""More options than these are listed in a menu, unless they are numbers."""

HUNTS: dict[str, Callable[[Dose], bool]] = {"naive": fools_naive_score, "distances": fools_distances}

EXAMPLES = {
    "find": '(5, ["job", "y"])',
    "made": "[1, 3, 5, 7, 9]",
    "again": '"a"',
    "missing": '("a", "c")',
    "worst": '("job", ("job", "y"))',
    "accuracy": '"a"',
    "dose": '("20", "never")',
    "fool": '[("planted", 10), ("jittered", 5)]',
    "hunt": '("A", "b")',
    "letter": '["zero", "made", "limit"]',
}
"""How an answer is written; none is the right one."""

EXAMPLE_CODE = inspect.getsource(closest_person)


Show = Callable[..., mo.Html]


def _about_the_bank(show: Show) -> Show:
    """Show nothing where the page works with a table of the reader's own."""

    @wraps(show)
    def shown(self: Learner, *arguments: Any, **options: Any) -> mo.Html:
        return show(self, *arguments, **options) if self._asks else mo.Html("")

    return shown


class Learner:
    """One learner's exercises, in one language.

    With a table of the reader's own there are none: they are about the bank's customers.

    Parameters
    ----------
    desk
        Where answers are remembered.
    dataset
        The real table.
    tables
        The tables on show.
    language
        The learner's.
    """

    def __init__(self, desk: Desk, dataset: Dataset | OwnTable, tables: Tables, language: Language) -> None:
        self._desk, self._tables, self._language = desk, tables, language
        self._memory, self._editor = desk.memory, desk.editor
        self._say = partial(get_text, language)
        self._asks = isinstance(dataset, Dataset)
        if self._asks:
            self._find = FindYourself.of(dataset.frame)
            self._made = RealOrMade.of(tables)
            if self._memory.get("rows of") is not tables:
                # Which of ten rows were chosen says nothing about ten others.
                self._memory.set("rows of", tables)
                self._memory.set("form made", [])
            self._hunt = BugHunt(bundled_findings().hunt)
            chosen = DrawsAgain(), WhatIsMissing(), WorstColumn(), AccuracyTrap(), SmallestDose(), self._hunt
            self._exercises: dict[str, Exercise] = {one.name: one for one in (self._find, *chosen)}

    def first_forms(self) -> tuple[Any, ...]:
        """Build the controls of steps 1 and 2: two of exercise 1, and one of each other."""
        if not self._asks:
            return (None,) * 5
        columns = self._memory.keep(
            "find columns", mo.ui.multiselect, [], options=list(self._find.table.columns),
            label=self._say("exercises.find_columns"),
        )  # fmt: skip
        return self._form("find"), columns, self._rows_form(), self._form("again"), self._form("missing")

    def later_forms(self) -> tuple[Any, ...]:
        """Build the controls of steps 3 and 4."""
        names = "worst", "accuracy", "dose", "hunt"
        return tuple(self._form(name) if self._asks else None for name in names)

    def _form(self, name: str) -> Any:
        kept = self._memory.get(f"form {name}") or {}
        questions = self._exercises[name].questions(Shown(self._tables), self._language)
        return self._commit(name, {q.name: self._control(name, q, kept.get(q.name)) for q in questions})

    def _control(self, exercise: str, question: Question, value: str | None) -> Any:
        options = {label: name for name, label in question.options.items()}
        shown = question.options.get(value) if value else None
        label = self._say(f"exercises.{exercise}_{question.name}")
        if len(options) > RADIOS and max(map(len, options)) > 2:
            return mo.ui.dropdown(options, value=shown, label=label)
        inline = all(len(text) < 12 for text in options)
        return mo.ui.radio(options, value=shown, label=label, inline=inline)

    def _commit(self, name: str, controls: Mapping[str, Any]) -> Any:
        """Put controls above a button: nothing counts before it is pressed."""
        text = "\n\n".join(f"{{{key}}}" for key in controls)
        return (
            mo.md(text)
            .batch(**controls)
            .form(
                submit_button_label=self._say("exercises.commit"),
                bordered=False,
                on_change=partial(self._memory.set, f"form {name}"),
            )
        )

    def _rows_form(self) -> Any:
        chosen = [number - 1 for number in self._memory.get("form made", [])]
        table = self._ten_rows(selection="multi", initial_selection=chosen)

        def remember(chosen: Any) -> None:
            if chosen is not None:
                self._memory.set("form made", [int(number) for number in chosen["#"]])

        label = self._say("exercises.commit")
        return table.form(submit_button_label=label, bordered=False, on_change=remember)

    def _ten_rows(self, **options: Any) -> mo.ui.table:
        rows = self._made.rows.reset_index(names="#")
        widths = dict.fromkeys(map(str, rows), 72) | {"#": 32, "job": 100}
        return mo.ui.table(
            rows,
            column_widths=widths, page_size=len(rows), show_download=False, show_data_types=False,
            show_column_summaries=False, show_search=False, **options,
        )  # fmt: skip

    def letter_form(self, shown: Shown) -> Any:
        """Build a box for each statement."""
        if not self._asks or shown.evidence is None:
            return None
        kept = self._memory.get("form letter") or {}
        texts = statements(shown.evidence, self._language)
        boxes = {name: mo.ui.checkbox(value=bool(kept.get(name)), label=text) for name, text in texts.items()}
        return self._commit("letter", boxes)

    @_about_the_bank
    def ask(
        self,
        name: str,
        written: object,
        form: Any,
        shown: Shown,
        *,
        beside: mo.Html | None = None,
        after: Sequence[Any] = (),
    ) -> mo.Html:
        """Show an exercise, what it is about and what comes ``after`` it; once it is answered, what is so."""
        exercise = self._exercises[name]
        asked = exercise.ask(shown, self._language)
        if asked is None:
            return self._frame(name, [mo.md(self._say("exercises.later"))])
        questions = exercise.questions(shown, self._language)
        given = self._memory.get(f"form {name}") or {}
        answer = None
        if written is not None:
            answer = exercise.read(written, shown, self._language)
        elif all(given.get(question.name) is not None for question in questions):
            answer = tuple(str(given[question.name]) for question in questions)
        options = mo.md(options_list(name, questions, self._language)) if self._editor else form
        parts = [mo.md(asked), *([beside] if beside else []), self._guess(name, options)]
        if answer is not None:
            parts.append(self._answered(name, answer, lambda: exercise.check(answer, shown, self._language)))
        return self._frame(name, [*parts, *after])

    @_about_the_bank
    def find(self, written: object, form: Any, columns: Any) -> mo.Html:
        """Show the person, ask for a number of columns, then have the learner choose them."""
        number, chosen = (
            written if isinstance(written, tuple | list) and len(written) == 2 else (written, None)
        )
        person = mo.Html(person_list(self._find.table, self._find.person, self._language))
        after: list[Any] = [] if self._editor else [columns]
        known = [str(name) for name in (chosen if self._editor else columns.value) or ()]
        known = [name for name in known if name in self._find.table]
        if known:
            count = self._find.matching(known)
            key = "found" if count == 1 else "matching"
            after.append(live(mo.md(self._say(f"exercises.find_{key}", count=count))))
        given = number is not None or self._memory.get("form find")
        return self.ask(
            "find", number, form, Shown(self._tables), beside=person, after=after if given else ()
        )

    @_about_the_bank
    def made(self, written: object, form: Any, shown: Shown) -> mo.Html:
        """Show ten rows, of which the learner chooses those that were made."""
        given = self._memory.get("form made") if written is None else written
        rows = self._ten_rows(selection=None) if self._editor else form
        parts = [mo.md(self._say("exercises.made_ask")), self._guess("made", rows)]
        if given:
            answer = tuple(sorted(map(str, given))) if isinstance(given, list | tuple | set) else ()
            check = lambda: self._made.check(row_numbers(given), shown, self._language)  # noqa: E731
            parts.append(self._answered("made", answer, check))
        return self._frame("made", parts)

    def worst(self, written: object, form: Any, shown: Shown, assessed: Assessed) -> mo.Html:
        """Ask where the table is weakest, and show the map once that is answered."""
        drawn = pairs(assessed, self._language)
        title = mo.md(self._say("validate.pairs_title"))
        if not self._asks:
            return mo.vstack([title, drawn])
        asked = self.ask("worst", written, form, shown)
        if not self._desk.card.answered("worst"):
            drawn = fold({self._say("exercises.show"): drawn})
        return mo.vstack([title, asked, drawn])

    @_about_the_bank
    def fool(self, written: object, dose: Dose, tables: Tables) -> mo.Html:
        """Tick what the doses tried so far have found."""
        try:
            doses = [dose, *(take_written(tables, one) for one in (written or ()))]  # type: ignore[attr-defined]
        except (TypeError, ValueError, KeyError):
            error = ArgumentError("exercise_answer", answer=written, wanted=EXAMPLES["fool"])
            return self._frame("fool", [failure(error, self._language)])
        found = self._memory.get("fool", set())
        found |= {name for name, finds in HUNTS.items() if any(map(finds, doses))}
        self._memory.set("fool", found)
        ticked = ticks({f"fool_{name}": name in found for name in HUNTS}, self._language)
        parts = [mo.md(self._say("exercises.fool_ask")), live(ticked), self._guess("fool", None)]
        if len(found) == len(HUNTS):
            result = Result(True, self._say("exercises.fool_reveal"))
            parts.append(self._answered("fool", tuple(sorted(found)), lambda: result))
        return self._frame("fool", parts)

    @_about_the_bank
    def hunt(self, written: object, form: Any, shown: Shown) -> mo.Html:
        """Show three tables' measures, and ask which leaks."""
        measured = mo.Html(hunt_table(self._hunt.tables, self._language))
        table = fold({self._say("exercises.hunt_show"): measured})
        return self.ask("hunt", written, form, shown, beside=table)

    @_about_the_bank
    def letter(self, written: object, form: Any, shown: Shown) -> mo.Html:
        """Ask for the statements that may be signed."""
        evidence = shown.evidence
        if evidence is None:
            return self._frame("letter", [mo.md(self._say("exercises.later"))])
        if isinstance(written, tuple | list | set):
            self._memory.set("form letter", {str(name): True for name in written})
        texts = statements(evidence, self._language)
        listed = mo.md("\n".join(f"- `{name}`: {text}" for name, text in texts.items()))
        options = listed if self._editor else form
        parts = [mo.md(self._say("exercises.letter_ask")), self._guess("letter", options)]
        if chosen := self._statements():
            check = partial(check_letter, chosen, evidence, self._language)
            parts.append(self._answered("letter", tuple(sorted(chosen)), check))
        return self._frame("letter", parts)

    def _statements(self) -> frozenset[str]:
        given = self._memory.get("form letter") or {}
        return frozenset(name for name, chosen in given.items() if chosen)

    def signed(self, shown: Shown) -> tuple[str, ...]:
        """Return the chosen statements that are true, for the report."""
        if shown.evidence is None:
            return ()
        return carried(self._statements(), shown.evidence, self._language)

    @_about_the_bank
    def own_attack(self, attack: Attack | None, shown: Shown) -> mo.Html:
        """Try an attack written by the learner on tables whose answer is known."""
        title = self._say("exercises.own_title")
        asked = mo.md(self._say(f"exercises.own_{'ask' if self._editor else 'run'}"))
        code = mo.md(f"{self._say('exercises.own_example')}\n\n```python\n{EXAMPLE_CODE}\n```")
        if attack is None:
            shown_example = [code] if self._editor else [code, self._tried(closest_person, shown)]
            return fold({title: mo.vstack([asked, *shown_example])})
        return mo.vstack([mo.md(f"**{title}**"), asked, self._tried(attack, shown)])

    def _tried(self, attack: Attack, shown: Shown) -> mo.Html:
        try:
            tried = (
                try_example(shown.tables) if attack is closest_person else try_attack(attack, shown.tables)
            )
            return mo.Html(attack_table(tried, self._language))
        except SynthHandsonError as error:
            return failure(error, self._language)

    @_about_the_bank
    def score_card(self, scores: tuple[Score, ...]) -> mo.Html:
        """Show how the exercises went, and offer the take-home."""
        title = mo.md(self._say("exercises.card_title"))
        if not scores:
            return mo.vstack([title, mo.md(self._say("exercises.card_empty"))])
        words = {one.name: self._words(one.name, one.answer) for one in scores if one.standing != "open"}
        take = mo.download(
            lambda: take_home(scores, words, self._language).encode(),
            filename=f"take-home-{self._language}.html",
            label=self._say("exercises.card_download"),
        )
        return mo.vstack([title, mo.Html(score_table(scores, words, self._language)), take])

    def _words(self, name: str, answer: Answer) -> str:
        """Say an answer in words."""
        if name == "made":
            return self._made.words(answer, self._language)
        if name == "letter":
            return letter_words(answer, self._language)
        if name == "fool":
            return self._say("exercises.fool_score", found=len(answer))
        return self._exercises[name].words(answer, Shown(self._tables), self._language)

    def _answered(self, name: str, answer: Answer, check: Callable[[], Result | None]) -> mo.Html:
        try:
            result = check()
        except SynthHandsonError as error:
            return failure(error, self._language)
        if result is None:
            return live(small(self._say("exercises.pending")))
        self._desk.record(name, answer, result.right)
        verdict = {True: "right", False: "wrong", None: "done"}[result.right]
        kind: Kind = "neutral" if result.right is None else "success" if result.right else "warn"
        said = f"{self._say(f'exercises.{verdict}')} {result.said}"
        return live(mo.callout(mo.md(said), kind=kind))

    def _guess(self, name: str, answer: Any) -> mo.Html:
        """Fold away how to answer, and a hint."""
        hint = fold({self._say("exercises.hint"): self._say(f"exercises.{name}_hint")})
        shown = hint if answer is None else fold({self._say("exercises.guess"): mo.vstack([answer, hint])})
        if not self._editor:
            return shown
        in_code = self._say("exercises.in_code", example=f"`{EXAMPLES[name]}`")
        return mo.vstack([small(in_code), shown])

    def _frame(self, name: str, parts: list[Any]) -> mo.Html:
        number = EXERCISES.index(name) + 1
        title = self._say(f"exercises.{name}_title")
        heading = mo.md(self._say("exercises.heading", number=number, title=title))
        inside = mo.vstack([heading, *parts])
        named = f'id="exercise-{number}" aria-label="{escape(title)}"'
        return mo.Html(f'<section class="sh-exercise" {named}>{inside}</section>')


@lru_cache(maxsize=4)
def try_example(tables: Tables) -> tuple[Tried, ...]:
    """Try the example once for all readers of the same tables."""
    return try_attack(closest_person, tables)


def row_numbers(given: object) -> frozenset[int]:
    """Read which rows were chosen.

    Raises
    ------
    ArgumentError
        If that is no list of numbers.
    """
    try:
        return frozenset(int(number) for number in given)  # type: ignore[attr-defined]
    except (TypeError, ValueError) as error:
        raise ArgumentError("exercise_answer", answer=given, wanted=EXAMPLES["made"]) from error


def take_written(tables: Tables, written: tuple[Any, Any]) -> Dose:
    """Take a dose that was written as code: a leak, and its percentage."""
    leak, percentage = written
    if leak not in SLIDERS:
        raise ValueError(leak)
    return take_dose(tables, leak, float(percentage) / 100)
