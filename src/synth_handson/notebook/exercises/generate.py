"""Exercises of step 2: what a generator is, and what it leaves out on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from synth_handson.errors import ArgumentError
from synth_handson.locales import Language, get_text
from synth_handson.notebook.exercises.exercise import Answer, Exercise, Question, Result, Shown, lettered
from synth_handson.pipeline.tables import Tables
from synth_handson.report.wording import Wording

MADE = 5
"""Of the rows to be told apart, so many are synthetic, and as many real."""


@dataclass(frozen=True, eq=False)
class RealOrMade:
    """Ten shuffled rows, half of them real.

    Attributes
    ----------
    rows
        The rows, numbered from 1.
    made
        Numbers of the synthetic ones.
    """

    rows: pd.DataFrame
    made: frozenset[int]
    name: str = "made"

    @classmethod
    def of(cls, tables: Tables, random_state: int = 0) -> RealOrMade:
        """Draw people of the holdout and synthetic rows, and shuffle them."""
        rng = np.random.default_rng(random_state)
        parts = [table.iloc[rng.choice(len(table), MADE)] for table in (tables.holdout, tables.synthetic)]
        order = rng.permutation(2 * MADE)
        rows = pd.concat(parts, ignore_index=True).iloc[order].set_axis(range(1, 2 * MADE + 1))
        return cls(rows, frozenset((np.flatnonzero(order >= MADE) + 1).tolist()))

    def check(self, chosen: frozenset[int], shown: Shown, language: Language) -> Result:
        """Compare the learner's eye with a classifier.

        Raises
        ------
        ArgumentError
            If a number is not that of a row.
        """
        if not chosen or not chosen <= set(self.rows.index):
            said = ", ".join(map(str, sorted(chosen))) or "–"
            raise ArgumentError("exercise_answer", answer=said, wanted=f"1–{len(self.rows)}")
        hits = len(chosen & self.made)
        false = len(chosen) - hits
        right = hits + MADE - false
        # Chosen rows rank above the others: a pair of one made and one real row is ordered, tied or reversed.
        auc = 0.5 + (hits - false) / (2 * MADE)
        chance = float(hypergeom.sf(hits - 1, 2 * MADE, MADE, len(chosen)))
        made = ", ".join(map(str, sorted(self.made)))
        said = get_text(
            language, "exercises.made_reveal", right=right, rows=2 * MADE, auc=auc, chance=chance, made=made
        )
        classifier = next((m for m in shown.evidence.fidelity.joint if m.name == "c2st_auc"), None) if (
            shown.evidence
        ) else None  # fmt: skip
        if classifier and classifier.value:
            value = Wording(language).value(classifier)
            beside = get_text(
                language, "exercises.made_classifier", value=value.value, interval=value.interval
            )
            said = f"{said}\n\n{beside}"
        return Result(None, said)

    def words(self, chosen: Sequence[str], language: Language) -> str:
        """Say how many rows were sorted rightly, for the score card."""
        hits = len({*chosen} & {*map(str, self.made)})
        right = hits + MADE - (len(chosen) - hits)
        return get_text(language, "exercises.made_score", right=right, rows=2 * MADE)


class DrawsAgain(Exercise):
    """Ask whether a second, larger draw trains again."""

    name = "again"

    def questions(self, shown: Shown, language: Language) -> tuple[Question, ...]:
        """Ask for one of three beliefs."""
        return (lettered("again", "trains", language, train=len(shown.tables.train)),)

    def solution(self, shown: Shown) -> Answer:
        """Return the right letter."""
        return ("b",)

    def reveal(self, shown: Shown, language: Language) -> str:
        """Ask the learner to see for themselves."""
        return get_text(language, "exercises.again_reveal")


class WhatIsMissing(Exercise):
    """Ask which balances the synthetic table does not have, and why."""

    name = "missing"

    def values(self, shown: Shown) -> dict[str, object]:
        """Return the real range."""
        return dict(zip(("low", "high"), _range(shown.tables.train), strict=True))

    def questions(self, shown: Shown, language: Language) -> tuple[Question, ...]:
        """Ask how the range differs, and why anybody would want that."""
        return tuple(lettered("missing", name, language) for name in ("range", "why"))

    def solution(self, shown: Shown) -> Answer:
        """Compare the two ranges."""
        (low, high), (made_low, made_high) = map(_range, (shown.tables.train, shown.tables.synthetic))
        wider = made_low < low or made_high > high
        same = (low, high) == (made_low, made_high)
        return ("c" if wider else "a" if same else "b", "b")

    def reveal(self, shown: Shown, language: Language) -> str:
        """Name the synthetic range."""
        low, high = _range(shown.tables.synthetic)
        return get_text(language, "exercises.missing_reveal", low=low, high=high)


def _range(table: pd.DataFrame) -> tuple[int, int]:
    return int(table["balance"].min()), int(table["balance"].max())
