"""Are most of the rows about few people? Then they can give these away, whoever asked for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_handson.tables.segment import MIN_PEOPLE

MOST = 0.5
"""Values are looked at that a larger share of the synthetic rows have."""
OFTENER = 2
"""Rows are about few people only if they have these values so many times as often as people do."""
GAIN = 1.2
"""A further column counts only if with it that is so many times as often as without; or if all rows agree in
it, and that is no chance."""
CHANCE = 1e-6
"""Largest probability with which rows like the training people would all agree in a column by chance."""


@dataclass(frozen=True)
class Commonest:
    """What most synthetic rows have in common, as far as any training person has it.

    Attributes
    ----------
    values
        By column, one in which a value is that of more than half of the synthetic rows; NaN is a value.
    rows, people
        Number of synthetic rows and of training people who have it.
    sizes
        Number of all synthetic rows and of all training people.
    """

    values: Mapping[str, Any]
    rows: int
    people: int
    sizes: tuple[int, int]

    @classmethod
    def together(
        cls, alone: Sequence[Commonest], count: Callable[[Sequence[str]], tuple[int, int]]
    ) -> Commonest:
        """Put columns together, as long as most rows have the values, and they far more often than people.

        Parameters
        ----------
        alone
            The commonest value of each column, at least one.
        count
            Counts the rows and the people who have the commonest values of several columns.
        """
        best = cls({}, *alone[0].sizes, alone[0].sizes)
        for one in sorted(alone, key=lambda one: one.people / one.rows):
            if one.rows <= MOST * one.sizes[0] or not one.people:
                continue
            values = {**best.values, **one.values}
            rows, people = count(tuple(values)) if best.values else (one.rows, one.people)
            clearer = GAIN * people * best.rows <= best.people * rows or one.is_in_all
            if rows > MOST * best.sizes[0] and people and clearer:
                best = cls(values, rows, people, best.sizes)
        return best

    @property
    def is_in_all(self) -> bool:
        """Whether all rows have it, more often than chance would make them."""
        return self.rows == self.sizes[0] and (self.people / self.sizes[1]) ** self.rows < CHANCE

    @property
    def gives_away(self) -> bool:
        """Whether many rows are about few people."""
        rows, people = (part / size for part, size in zip((self.rows, self.people), self.sizes, strict=True))
        return self.people < MIN_PEOPLE and rows >= OFTENER * people
