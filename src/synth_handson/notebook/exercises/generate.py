"""Exercises of step 2: whether an eye can tell, and what a generator leaves out on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype
from scipy.stats import hypergeom

from synth_handson.errors import ArgumentError
from synth_handson.locales import Language, get_text
from synth_handson.metrics.arrays import Booleans, Integers
from synth_handson.notebook.exercises.exercise import (
    Answer,
    Exercise,
    ExerciseContext,
    Question,
    Result,
    worded,
)
from synth_handson.pipeline.tables import Tables
from synth_handson.presentation.words import Wording

MADE = 5
"""Synthetic rows in the quiz, and as many real ones."""
TENTHS = 10


@dataclass(frozen=True)
class OddPair:
    """The two values of a row that fewest real people have together.

    Attributes
    ----------
    columns
        The two columns.
    others
        How many other real people have such values. Numbers are alike if they lie in the same tenth.
    """

    columns: tuple[str, str]
    others: int


def odd_pairs(rows: pd.DataFrame, real: pd.DataFrame, is_real: Booleans) -> list[OddPair]:
    """Find the two values of each row that the fewest other real people have together."""
    both = pd.concat([real, rows[list(real)]], ignore_index=True)
    codes = np.column_stack([_alike(both[name], real[name]) for name in real])
    pairs = list(combinations(range(codes.shape[1]), 2))
    found = []
    for row, known in zip(codes[len(real) :], is_real, strict=True):
        same = codes[: len(real)] == row
        others = [int(same[:, pair].all(axis=1).sum()) - int(known) for pair in pairs]
        first, second = pairs[int(np.argmin(others))]
        found.append(OddPair((str(real.columns[first]), str(real.columns[second])), min(others)))
    return found


def _alike(column: pd.Series, real: pd.Series) -> Integers:
    """Give alike values the same code: numbers are alike in the same tenth of the real ones."""
    if is_numeric_dtype(real) and real.nunique() > TENTHS:
        edges = np.unique(real.quantile(np.linspace(0, 1, TENTHS + 1)[1:-1]))
        return np.searchsorted(edges, column, side="right")
    return pd.factorize(column)[0]


@dataclass(eq=False)
class RealOrMade(Exercise):
    """Ten shuffled rows, half of them real: an answer lists the numbers of those taken for synthetic.

    Attributes
    ----------
    rows
        The rows, numbered from 1.
    made
        Numbers of the synthetic ones.
    odd
        The oddest pair of values of each row, in their order.
    """

    rows: pd.DataFrame
    made: frozenset[int]
    odd: tuple[OddPair, ...]
    name: str = "made"

    @classmethod
    def of(cls, tables: Tables, random_state: int = 0) -> RealOrMade:
        """Draw people of the holdout and synthetic rows, and shuffle them."""
        rng = np.random.default_rng(random_state)
        real, drawn = (rng.choice(len(table), MADE) for table in (tables.holdout, tables.synthetic))
        parts = [tables.holdout.iloc[real], tables.synthetic.iloc[drawn]]
        order = rng.permutation(2 * MADE)
        rows = pd.concat(parts, ignore_index=True).iloc[order].set_axis(range(1, 2 * MADE + 1))
        people = pd.concat([tables.train, tables.holdout], ignore_index=True)
        odd = odd_pairs(rows, people, order < MADE)
        return cls(rows, frozenset((np.flatnonzero(order >= MADE) + 1).tolist()), tuple(odd))

    def read(self, written: object, context: ExerciseContext) -> Answer:
        """Take a list of numbers."""
        numbers = written if isinstance(written, list | tuple | set) else (written,)
        return tuple(sorted(map(str, numbers)))

    def check(self, answer: Answer, context: ExerciseContext, language: Language) -> Result:
        """Compare the learner's eye with a classifier.

        Raises
        ------
        ArgumentError
            If there is no number, or one that is not that of a row.
        """
        if not answer or not {*answer} <= {*map(str, self.rows.index)}:
            said = ", ".join(answer) or "–"
            raise ArgumentError("exercise_answer", answer=said, wanted=f"1–{len(self.rows)}")
        chosen = frozenset(map(int, answer))
        hits = len(chosen & self.made)
        false = len(chosen) - hits
        right = hits + MADE - false
        # Chosen rows rank above the others: a pair of one made and one real row is ordered, tied or reversed.
        auc = 0.5 + (hits - false) / (2 * MADE)
        chance = float(hypergeom.sf(hits - 1, 2 * MADE, MADE, len(chosen)))
        made = ", ".join(map(str, sorted(self.made)))
        reveal = get_text(
            language, "exercises.made_reveal", right=right, rows=2 * MADE, auc=auc, chance=chance, made=made
        )
        classifier = next((m for m in context.evidence.fidelity.joint if m.name == "c2st_auc"), None) if (
            context.evidence
        ) else None  # fmt: skip
        if classifier and classifier.value:
            value = Wording(language).value(classifier)
            beside = get_text(
                language, "exercises.made_classifier", value=value.value, interval=value.interval
            )
            reveal = f"{reveal}\n\n{beside}"
        marked = get_text(language, "exercises.made_marked")
        return Result(None, "", f"{reveal}\n\n{marked}")

    def words(self, answer: Answer, context: ExerciseContext, language: Language) -> str:
        """Say how many rows were sorted rightly, for the score card."""
        hits = len({*answer} & {*map(str, self.made)})
        right = hits + MADE - (len(answer) - hits)
        return get_text(language, "exercises.made_score", right=right, rows=2 * MADE)


class WhatIsMissing(Exercise):
    """Ask how the range of the synthetic balances differs from that of the real ones."""

    name = "missing"

    def values(self, context: ExerciseContext) -> dict[str, object]:
        """Return the real range."""
        return dict(zip(("low", "high"), _range(context.tables.train), strict=True))

    def questions(self, context: ExerciseContext, language: Language) -> tuple[Question, ...]:
        """Ask how the range differs."""
        return (worded("missing", "range", ("same", "narrower", "wider"), language),)

    def solution(self, context: ExerciseContext) -> Answer:
        """Compare the two ranges."""
        (low, high), (made_low, made_high) = map(_range, (context.tables.train, context.tables.synthetic))
        wider = made_low < low or made_high > high
        same = (low, high) == (made_low, made_high)
        return ("wider" if wider else "same" if same else "narrower",)

    def ranges(self, context: ExerciseContext) -> dict[str, tuple[int, int]]:
        """Return the range of the real and of the synthetic balances."""
        return {"real": _range(context.tables.train), "synthetic": _range(context.tables.synthetic)}

    def reveal(self, context: ExerciseContext, language: Language) -> str:
        """Name the synthetic range."""
        low, high = _range(context.tables.synthetic)
        return get_text(language, "exercises.missing_reveal", low=low, high=high)


def _range(table: pd.DataFrame) -> tuple[int, int]:
    return int(table["balance"].min()), int(table["balance"].max())
