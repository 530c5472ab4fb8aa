"""The last exercise: what may be written to the people who decide."""

from __future__ import annotations

from synth_handson.errors import ArgumentError
from synth_handson.evidence.assessment import Evidence
from synth_handson.locales import Language, get_text
from synth_handson.notebook.exercises.exercise import Answer, Exercise, ExerciseContext, Result
from synth_handson.presentation.words import Wording, percent

TRUE = ("identical", "limit", "tests")
FALSE = ("anonymous", "zero", "made", "perfect", "authority")
ORDER = ("anonymous", "identical", "perfect", "limit", "zero", "authority", "tests", "made")
"""Statements in the order in which they are shown: true ones among tempting ones."""


def statements(evidence: Evidence, language: Language) -> dict[str, str]:
    """Return eight statements by name, three of which the numbers carry."""
    identical = next(m for m in evidence.privacy.measures if m.name == "identical_rows")
    words, smallest = Wording(language), evidence.privacy.verdict.smallest_detectable_leak
    values: dict[str, dict[str, object]] = {
        "identical": {
            "value": words.value(identical).value,
            "reference": words.reference(identical).value,
        },
        "limit": {"smallest": percent(smallest or 0.0, 1)},
        "tests": {"tests": evidence.privacy.verdict.tests},
    }
    keys = {
        "limit": "limit" if smallest is not None else "limit_any",
        "tests": f"tests_{evidence.verdict}",
    }
    return {
        name: get_text(language, f"exercises.letter_{keys.get(name, name)}", **values.get(name, {}))
        for name in ORDER
    }


def check_letter(chosen: frozenset[str], evidence: Evidence, language: Language) -> Result:
    """Say which of the chosen statements the numbers carry, and why others tempt.

    Raises
    ------
    ArgumentError
        If one is not among the eight.
    """
    if not chosen or not chosen <= set(ORDER):
        raise ArgumentError(
            "exercise_answer", answer=", ".join(sorted(chosen)) or "–", wanted=", ".join(ORDER)
        )
    said = [get_text(language, f"exercises.letter_{name}_why") for name in ORDER if name in chosen - {*TRUE}]
    if missed := len({*TRUE} - chosen):
        said.append(get_text(language, "exercises.letter_missed", missed=missed))
    texts = statements(evidence, language)
    true = "\n".join(f"- {texts[name]}" for name in ORDER if name in TRUE)
    reveal = get_text(language, "exercises.letter_reveal")
    return Result(chosen == {*TRUE}, "\n\n".join(said), f"{reveal}\n\n{true}")


class Letter(Exercise):
    """Ask which of eight statements may be signed: an answer lists their names."""

    name = "letter"

    def ask(self, context: ExerciseContext, language: Language) -> str | None:
        """Return what is asked, once the numbers are there."""
        return None if context.evidence is None else super().ask(context, language)

    def read(self, written: object, context: ExerciseContext) -> Answer:
        """Take a list of names."""
        names = written if isinstance(written, list | tuple | set) else (written,)
        return tuple(sorted(map(str, names)))

    def check(self, answer: Answer, context: ExerciseContext, language: Language) -> Result | None:
        """Say which of the chosen statements the numbers carry."""
        evidence = context.evidence
        return None if evidence is None else check_letter(frozenset(answer), evidence, language)

    def words(self, answer: Answer, context: ExerciseContext, language: Language) -> str:
        """Say how many of the chosen statements are true, for the score card."""
        true = len({*answer} & {*TRUE})
        return get_text(language, "exercises.letter_score", true=true, chosen=len(answer))


def carried(chosen: frozenset[str], evidence: Evidence, language: Language) -> tuple[str, ...]:
    """Return the chosen statements that are true, for the report."""
    texts = statements(evidence, language)
    return tuple(texts[name] for name in ORDER if name in chosen & {*TRUE})
