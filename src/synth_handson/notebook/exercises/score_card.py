"""What the learner committed to, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from synth_handson.notebook.exercises.exercise import Answer

EXERCISES = ("find", "made", "again", "missing", "worst", "accuracy", "dose", "fool", "hunt", "letter")
"""In the order of the page."""

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
    """

    name: str
    standing: Standing
    answer: Answer = ()


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

    def scores(self) -> tuple[Score, ...]:
        """Return how each exercise went."""
        return tuple(self._score(name) for name in EXERCISES)

    def _score(self, name: str) -> Score:
        tries = self._tries.get(name, [])
        if not tries:
            return Score(name, "open")
        answer, right = tries[0]
        if right is None:
            return Score(name, "done", answer)
        if right:
            return Score(name, "first", answer)
        return Score(name, "later" if any(later for _, later in tries) else "wrong", answer)
