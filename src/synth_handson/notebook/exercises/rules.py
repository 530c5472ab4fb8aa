"""Exercise of step 3: a table can pass every privacy test and hold rows that cannot be."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from synth_handson.evidence.assessment import assess
from synth_handson.evidence.usefulness import Use
from synth_handson.evidence.verdict import Outcome
from synth_handson.locales import Language, get_text
from synth_handson.notebook.exercises.exercise import Answer, Exercise, ExerciseContext, Question, worded
from synth_handson.paths import bundled
from synth_handson.presentation.words import percent
from synth_handson.synthesis.training import train_generator
from synth_handson.tables.split import split_holdout

RULE = "checkin < checkout"
DATES = ("booked", "checkin", "checkout", "paid")
ABOUT = {"none": 0.0, "1": 0.01, "10": 0.1, "40": 0.4}
"""Possible guesses, and the share that each stands for."""


@dataclass(frozen=True)
class Impossible:
    """Share of synthetic hotel stays that do not end after the day they begin, 0 to 1. Low is good.

    Attributes
    ----------
    copula, trees
        As each engine draws them.
    kept
        Of the copula, once the rule is kept.
    verdict, use
        What `synth_handson.assess` says of the privacy and the use of the copula's table without the rule.
    """

    copula: float
    trees: float
    kept: float
    verdict: Outcome
    use: Use


def measure_impossible() -> Impossible:
    """Train three times on the stays that ship, and assess one table: half a minute."""
    train, holdout = split_holdout(pd.read_csv(bundled("stays.csv"), parse_dates=list(DATES)))

    def drawn(engine: str, *rules: str) -> pd.DataFrame:
        return train_generator(train, engine=engine, rules=rules, keep=False).sample(len(train))

    tables = drawn("copula"), drawn("trees"), drawn("copula", RULE)
    evidence = assess(tables[0], train=train, holdout=holdout, target="complained")
    copula, trees, kept = (float((table["checkout"] <= table["checkin"]).mean()) for table in tables)
    return Impossible(copula, trees, kept, evidence.verdict, evidence.usefulness.outcome)


class BrokenRule(Exercise):
    """Ask how many synthetic stays end before they begin."""

    name = "rules"

    def __init__(self, impossible: Impossible) -> None:
        self.impossible = impossible

    def questions(self, context: ExerciseContext, language: Language) -> tuple[Question, ...]:
        """Ask for one of several shares."""
        return (worded("rules", "share", tuple(ABOUT), language),)

    def solution(self, context: ExerciseContext) -> Answer:
        """Return the share that is closest to what was measured."""
        return (min(ABOUT, key=lambda name: abs(ABOUT[name] - self.impossible.copula)),)

    def tempting(self, question: str, chosen: str, context: ExerciseContext, language: Language) -> str:
        """Say why few or many are expected."""
        side = "fewer" if ABOUT[chosen] < self.impossible.copula else "more"
        return get_text(language, f"exercises.rules_{side}")

    def reveal(self, context: ExerciseContext, language: Language) -> str:
        """Say how many there are, what the verdict was, and what helps."""
        found = self.impossible
        return get_text(
            language, "exercises.rules_reveal",
            copula=percent(found.copula, 0), trees=percent(found.trees, 0), kept=percent(found.kept, 0),
            verdict=get_text(language, f"verdict.{found.verdict}"),
            use=get_text(language, f"use.outcome_{found.use.replace(' ', '_')}"),
        )  # fmt: skip
