"""What the learner committed to, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from synth_handson.notebook.exercises.exercise import Answer

EXERCISES = (
    "find", "made", "missing", "worst", "accuracy", "rules", "smallest_leak", "hunt", "people", "letter",
)  # fmt: skip
"""Exercises in the order of the page."""

TRIES = 2
"""Wrong answers after which the right one is shown."""

Standing = Literal["open", "first", "later", "wrong", "done"]


@dataclass(frozen=True)
class Score:
    """How an exercise went.

    Attributes
    ----------
    name
        The exercise.
    standing
        "open": not answered. "first": right at the first try; "later": right after others; "wrong": not yet
        right; "done": there is no right or wrong.
    answer
        The first answer.
    revealed
        Whether the learner has been told what is so.
    """

    name: str
    standing: Standing
    answer: Answer = ()
    revealed: bool = False


class ScoreCard:
    """Collects one learner's answers, exercise by exercise."""

    def __init__(self) -> None:
        self._tries: dict[str, list[tuple[Answer, bool | None]]] = {}

    def record(self, name: str, answer: Answer, right: bool | None) -> bool:
        """Note an answer, and whether it is right; return whether that is news."""
        tries = self._tries.setdefault(name, [])
        if tries and tries[-1] == (answer, right):
            return False
        tries.append((answer, right))
        return True

    def answered(self, name: str) -> bool:
        """Tell whether an exercise was answered."""
        return bool(self._tries.get(name))

    def revealed(self, name: str) -> bool:
        """Tell whether a learner may be told what is so: after a right answer, or `TRIES` wrong ones."""
        found = [right for _, right in self._tries.get(name, [])]
        return any(right is not False for right in found) or len(found) >= TRIES

    def scores(self) -> tuple[Score, ...]:
        """Return how each exercise went."""
        return tuple(self._score(name) for name in EXERCISES)

    def _score(self, name: str) -> Score:
        tries = self._tries.get(name, [])
        if not tries:
            return Score(name, "open")
        answer, right = tries[0]
        mended: Standing = "later" if any(later for _, later in tries) else "wrong"
        standing: Standing = "done" if right is None else "first" if right else mended
        return Score(name, standing, answer, self.revealed(name))
