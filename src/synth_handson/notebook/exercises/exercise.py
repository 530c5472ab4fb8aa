"""One shape for every exercise that asks for a choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synth_handson.errors import ArgumentError
from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.controls.leak_simulation import LeakSimulation
from synth_handson.locales import LANGUAGES, Language, get_text
from synth_handson.pipeline.tables import Tables

Answer = tuple[str, ...]
"""The chosen options, one for each question."""


@dataclass(frozen=True)
class ExerciseContext:
    """What the page shows, and an exercise is about.

    Attributes
    ----------
    tables
        The three tables.
    evidence
        What was measured of them; None until it is.
    planted
        Simulations of several numbers of planted people; empty until they are made.
    """

    tables: Tables
    evidence: Evidence | None = None
    planted: tuple[LeakSimulation, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question with its options.

    Attributes
    ----------
    name
        Part of the names of its texts.
    options
        What is shown for each option.
    """

    name: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class Result:
    """What came of an answer.

    Attributes
    ----------
    right
        Whether it is right; None where it is neither right nor wrong.
    said
        Why a wrong answer tempts, as Markdown. It does not tell the right one.
    reveal
        What is so, with numbers.
    """

    right: bool | None
    said: str
    reveal: str


class Exercise:
    """An exercise with one question or more, each with one right answer.

    A subclass gives ``name`` (its texts are ``exercises.<name>_…``), `questions`, `solution` and `reveal`.
    """

    name: str

    def values(self, context: ExerciseContext) -> dict[str, object] | None:
        """Return what the placeholders of its question stand for; None while something is not measured."""
        return {}

    def questions(self, context: ExerciseContext, language: Language) -> tuple[Question, ...]:
        """Return its questions."""
        raise NotImplementedError

    def solution(self, context: ExerciseContext) -> Answer | None:
        """Return the right answer; None while something is not measured."""
        raise NotImplementedError

    def reveal(self, context: ExerciseContext, language: Language) -> str:
        """Say what is so, with numbers."""
        raise NotImplementedError

    def tempting(self, question: str, chosen: str, context: ExerciseContext, language: Language) -> str:
        """Say why a wrong answer is tempting, without telling the right one."""
        return get_text(language, f"exercises.{self.name}_{question}_{chosen}_why")

    def read(self, written: object, context: ExerciseContext) -> Answer:
        """Take an answer that was written as code: a word, or one for each question, in either language."""
        parts = written if isinstance(written, tuple | list) else (written,)
        said = [str(part).strip() for part in parts]
        names = dict(enumerate(said))
        for language in LANGUAGES:
            for position, question in enumerate(self.questions(context, language)):
                labels = {label.casefold(): name for name, label in question.options.items()}
                if position in names:
                    names[position] = labels.get(names[position].casefold(), names[position])
        return tuple(names.values())

    def ask(self, context: ExerciseContext, language: Language) -> str | None:
        """Return what is asked; None while something is not measured."""
        values = self.values(context)
        return None if values is None else get_text(language, f"exercises.{self.name}_ask", **values)

    def check(self, answer: Answer, context: ExerciseContext, language: Language) -> Result | None:
        """Compare an answer with what is so; None while something is not measured.

        Raises
        ------
        ArgumentError
            If the answer, written as code, is none of the options.
        """
        questions = self.questions(context, language)
        self._check_form(answer, questions)
        solution = self.solution(context)
        if solution is None:
            return None
        wrong = [
            self.tempting(q.name, chosen, context, language)
            for q, chosen, true in zip(questions, answer, solution, strict=True)
            if chosen != true
        ]
        return Result(not wrong, "\n\n".join(wrong), self.reveal(context, language))

    def words(self, answer: Answer, context: ExerciseContext, language: Language) -> str:
        """Say an answer in words, for the score card."""
        questions = self.questions(context, language)
        return " · ".join(q.options.get(chosen, chosen) for q, chosen in zip(questions, answer, strict=True))

    def _check_form(self, answer: Answer, questions: Sequence[Question]) -> None:
        wanted = "; ".join(" / ".join(q.options) for q in questions)
        if len(answer) != len(questions) or any(
            chosen not in q.options for q, chosen in zip(questions, answer, strict=True)
        ):
            raise ArgumentError("exercise_answer", answer=", ".join(answer), wanted=wanted)


def worded(name: str, question: str, options: Sequence[str], language: Language) -> Question:
    """Make a question of options that are words, whose texts stand in the catalogue."""
    texts = {option: get_text(language, f"exercises.{name}_{question}_{option}") for option in options}
    return Question(question, texts)
