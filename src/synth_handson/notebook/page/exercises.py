"""How an exercise looks: a question, a picture and open controls, then what is so, and why another tempts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from html import escape
from typing import Any

import marimo as mo

from synth_handson.errors import SynthHandsonError
from synth_handson.evidence.controls.leak_simulation import LeakSimulation
from synth_handson.locales import get_text
from synth_handson.notebook.exercises.exercise import Answer, Exercise, ExerciseContext, Result
from synth_handson.notebook.exercises.letter import carried
from synth_handson.notebook.exercises.own_attack import Attack, Tried, closest_person, try_attack
from synth_handson.notebook.exercises.privacy import (
    fools_distances,
    fools_naive_score,
)
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
from synth_handson.notebook.page.exercise_forms import ExerciseForms, are_short
from synth_handson.notebook.page.parts import Kind, chart, failure, fold, live, small
from synth_handson.palette import HOLDOUT, ORIGINAL, SYNTHETIC
from synth_handson.pipeline.tables import Tables
from synth_handson.presentation import evidence_charts
from synth_handson.presentation.words import minus, percent

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
    """One learner's exercises about what is on show, with what was answered so far.

    Parameters
    ----------
    forms
        Their forms.
    answers
        Those given by mouse.
    context
        What the exercises are about.
    letter
        The form of the last one, which follows from what was measured.
    """

    def __init__(self, forms: ExerciseForms, answers: Answers, context: ExerciseContext, letter: Any) -> None:
        self._forms, self._state, self._language = forms, forms.state, forms.language
        self._answers, self._context, self._letter = answers, context, letter
        self._translate = partial(get_text, forms.language)

    def guessed(self, name: str) -> bool:
        """Tell whether a guess was made, or none is asked for."""
        return not self._forms.offered or bool(self._answers.get(name))

    def ask(self, simulation: LeakSimulation | None = None, **written: Any) -> mo.Html:
        """Show exercises by name, each with what came of the answer.

        Parameters
        ----------
        simulation
            The leak that the reader is trying, for the exercise about it.
        **written
            For each exercise, one of `EXERCISES`, the answer if it was written as code, else None. "attack",
            the one for coders, takes a function.
        """
        if not self._forms.offered:
            return mo.Html("")
        return mo.vstack(
            [
                self._own_attack(answer) if name == "attack" else self._ask(name, answer, simulation)
                for name, answer in written.items()
            ]
        )

    def _ask(self, name: str, written: object, simulation: LeakSimulation | None) -> mo.Html:
        asked = self._forms.exercises[name].ask(self._context, self._language)
        if asked is None:
            key = "later_anybody" if self._forms.tables.asked and self._context.evidence else "later"
            return self._frame(name, [mo.md(self._translate(f"exercises.{key}"))])
        outcome, answered = self._outcome(self._forms.exercises[name], written)
        above, below = self._pictures(name, answered, simulation)
        return self._frame(name, [mo.md(asked), *above, *self._controls(name), live(outcome), *below])

    def _outcome(self, exercise: Exercise, written: object) -> tuple[object, bool]:
        """Check an answer; return what is said of it, and whether there is one."""
        answer, context = self._answers.get(exercise.name, ()), self._context
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

    def _is_told(self, name: str) -> bool:
        """Say whether what is so may be shown; of ten other rows, nothing was told yet."""
        return self._state.card.revealed(name) and (name != "made" or bool(self._answers.get(name)))

    def _pictures(
        self, name: str, answered: bool, simulation: LeakSimulation | None
    ) -> tuple[list[Any], list[Any]]:
        """Draw what an exercise is about, and what comes below its answer."""
        revealed, forms, answers, context = self._is_told(name), self._forms, self._answers, self._context
        match name:
            case "find":
                person = mo.Html(labelled(forms.find.table.iloc[forms.find.person], self._language))
                return [person], self._found(answers.get("columns", ())) if answered else []
            case "made":
                rows = mo.Html(sorted_rows(forms.made, answers.get("made", ()), self._language))
                return [], [rows] if revealed else []
            case "worst" if revealed and context.evidence:
                said = mo.md(self._translate("validate.pairs"))
                drawn = chart(evidence_charts.pair_chart, context.evidence.fidelity, self._language)
                return [], [said, drawn]
            case "missing":
                return [self._ranges(revealed)], []
            case "accuracy":
                # What always saying no is worth would tell the answer.
                shown = list(forms.accuracy.shares(context).items())[: None if revealed else 2]
                return [self._bars(name, dict(shown), known=len(shown), decimals=1)], []
            case "rules":
                found = forms.rules.impossible
                shares = {"real": 0.0, "copula": found.copula, "trees": found.trees, "kept": found.kept}
                return [self._bars(name, shares, known=len(shares) if revealed else 1)], []
            case "smallest_leak":
                return [], [self._goals(simulation)] if answered and simulation else []
            case "hunt":
                return [mo.Html(hunt_table(forms.hunt.tables, self._language))], []
            case "people":
                trained, same, unseen = forms.people.recognised.shares()
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

    def _ranges(self, revealed: bool) -> mo.Html:
        """Draw the range of the real balances, and of the synthetic ones if the reader may know."""
        ranges = self._forms.missing.ranges(self._context)
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
        known = [name for name in columns if name in self._forms.find.table]
        count = self._forms.find.matching(known)
        key = "found" if count == 1 else "matching"
        said = mo.md(self._translate(f"exercises.find_{key}", count=count))
        return [self._forms.columns, live(said.text)]

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

    def _controls(self, name: str) -> list[Any]:
        """Show how to answer: by mouse and, in the editor, in words; and a hint."""
        if name == "made" and self._is_told(name):
            return []  # The rows are shown again, sorted.
        form = self._letter if name == "letter" else self._forms.forms[name]
        hint = mo.md(self._translate(f"exercises.{name}_hint")).text
        summary = escape(self._translate("exercises.hint"))
        parts = [form, mo.Html(f'<details class="sh-hint"><summary>{summary}</summary>{hint}</details>')]
        if self._state.editor:
            parts.append(small(self._words_to_write(name)))
        return parts

    def _words_to_write(self, name: str) -> str:
        if name in EXAMPLES:
            return self._translate("exercises.in_code_example", words=f"`{name}={EXAMPLES[name]}`")
        (question,) = self._forms.exercises[name].questions(self._context, self._language)
        labels = question.options.values()
        answers = labels if are_short(labels) else question.options
        words = " · ".join(f'`{name}="{word}"`' for word in answers)
        return self._translate("exercises.in_code", words=words)

    def signed(self) -> tuple[str, ...]:
        """Return the chosen statements that are true, for the report."""
        evidence = self._context.evidence
        if not self._forms.offered or evidence is None:
            return ()
        return carried(frozenset(self._answers.get("letter", ())), evidence, self._language)

    def _own_attack(self, attack: Attack | None) -> mo.Html:
        """Try an attack written by the learner on tables whose answer is known."""
        title = self._translate("exercises.own_title")
        asked = mo.md(self._translate(f"exercises.own_{'ask' if self._state.editor else 'run'}"))
        code = mo.md(f"{self._translate('exercises.own_example')}\n\n```python\n{EXAMPLE_CODE}\n```")
        if attack is None:
            shown = [code] if self._state.editor else [code, self._tried(closest_person)]
            return fold({title: mo.vstack([asked, *shown])})
        return mo.vstack([mo.md(f"**{title}**"), asked, self._tried(attack)])

    def _tried(self, attack: Attack) -> mo.Html:
        tables = self._context.tables
        try:
            is_example = attack is closest_person
            tried = try_example(tables) if is_example else try_attack(attack, tables)
            return mo.Html(attack_table(tried, self._language))
        except SynthHandsonError as error:
            return failure(error, self._language)

    def score_card(self, scores: tuple[Score, ...]) -> mo.Html:
        """Show how the exercises went, and offer the take-home."""
        if not self._forms.offered:
            return mo.Html("")
        title = mo.md(self._translate("exercises.card_title"))
        if not scores:
            return mo.vstack([title, mo.md(self._translate("exercises.card_empty"))])
        words = {
            one.name: self._forms.exercises[one.name].words(one.answer, self._context, self._language)
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


@lru_cache(maxsize=4)
def try_example(tables: Tables) -> tuple[Tried, ...]:
    """Try the example once for all readers of the same tables."""
    return try_attack(closest_person, tables)
