"""Exercise of step 1: how few columns single a person out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from synth_handson.locales import Language, get_text
from synth_handson.metrics.arrays import Booleans
from synth_handson.notebook.exercises.exercise import Answer, Exercise, ExerciseContext, Question
from synth_handson.presentation.labels import column_label

TRIED = 20
"""People who are tried."""


def same_values(table: pd.DataFrame, person: int) -> Booleans:
    """Say in which columns each row has this person's value. Shape (rows, columns)."""
    codes = np.column_stack([pd.factorize(table[name])[0] for name in table])
    return np.asarray(codes == codes[person])


def fewest_columns(same: Booleans) -> tuple[int, ...]:
    """Return the positions of the fewest columns that only one row matches in, or all columns if none do."""
    positions = range(same.shape[1])
    for count in positions:
        for chosen in combinations(positions, count + 1):
            if same[:, chosen].all(axis=1).sum() == 1:
                return chosen
    return tuple(positions)


@dataclass
class FindYourself(Exercise):
    """Ask how many columns it takes until one person alone is left.

    Attributes
    ----------
    table
        The real table.
    person
        Position of the person in it.
    """

    table: pd.DataFrame
    person: int
    name: str = "find"

    def __post_init__(self) -> None:
        self._same = same_values(self.table, self.person)
        self._fewest = fewest_columns(self._same)

    @classmethod
    def of(cls, table: pd.DataFrame, random_state: int = 0) -> FindYourself:
        """Choose somebody at random who takes two columns, if there is one: so there is something to find."""
        drawn = np.random.default_rng(random_state).permutation(len(table))[:TRIED].tolist()
        takes_two = (one for one in drawn if len(fewest_columns(same_values(table, one))) == 2)
        return cls(table, next(takes_two, drawn[0]))

    def values(self, context: ExerciseContext) -> dict[str, object]:
        """Return the number of rows."""
        return {"rows": len(self.table)}

    def questions(self, context: ExerciseContext, language: Language) -> tuple[Question, ...]:
        """Ask for a number of columns."""
        numbers = map(str, range(1, self.table.shape[1] + 1))
        return (Question("count", {number: number for number in numbers}),)

    def solution(self, context: ExerciseContext) -> Answer:
        """Return the fewest columns."""
        return (str(len(self._fewest)),)

    def tempting(self, question: str, chosen: str, context: ExerciseContext, language: Language) -> str:
        """Say that it takes more, or fewer, but not which."""
        side = "more" if int(chosen) < len(self._fewest) else "fewer"
        return get_text(language, f"exercises.find_{side}", left=self._left(int(chosen)), chosen=chosen)

    def reveal(self, context: ExerciseContext, language: Language) -> str:
        """Name the fewest columns, and say how many people they single out."""
        columns = [self.table.columns[position] for position in self._fewest]
        alone = ~self.table.duplicated(columns, keep=False)
        labels = ", ".join(column_label(name, language, map(str, self.table)) for name in columns)
        return get_text(
            language, "exercises.find_reveal",
            count=len(columns), columns=labels, share=alone.mean(), rows=len(self.table),
        )  # fmt: skip

    def matching(self, columns: list[str]) -> int:
        """Count the people who have this person's values in some columns."""
        positions = self.table.columns.get_indexer(pd.Index(columns))
        return int(self._same[:, positions].all(axis=1).sum())

    def _left(self, count: int) -> int:
        """Return how few people are left with the best choice of this many columns."""
        choices = combinations(range(self._same.shape[1]), count)
        return min(int(self._same[:, chosen].all(axis=1).sum()) for chosen in choices)
