"""Test whether people found are training people more, or less, often than by chance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from synth_handson.evidence.measures import Measure
from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.intervals import (
    all_exposed,
    attributable_fraction,
    chance_of_a_tail,
    exact_share,
    least_tails,
    smaller_tails,
    tarone,
)

LEVEL = 0.05
"""Tests that cannot reach this level are left out of the correction."""


@dataclass(frozen=True, eq=False)
class PeopleFound:
    """People found in one way, or in several ways, of which the one that shows most counts.

    Fisher's exact test rests on the random split alone: people found, by rules that treat all real people
    alike, is a training person as often as people drawn at random are. It has two sides, as a table that
    avoids its training people also reveals them.

    Attributes
    ----------
    counts
        How many training and how many holdout people are found in each way. Shape (2, m).
    people
        Number of training and of holdout people, at least 1.

    Notes
    -----
    R. A. Fisher, "Statistical Methods for Research Workers", 5th ed. 1934, section 21.02. For the correction
    for m ways see `synth_handson.metrics.intervals.chance_of_a_tail`.
    """

    counts: Integers
    people: tuple[int, int]

    @classmethod
    def once(cls, members: int, others: int, people: tuple[int, int]) -> PeopleFound:
        """Count people found in one way."""
        return cls(np.array([[members], [others]]), people)

    @cached_property
    def tails(self) -> Floats:
        """Smaller tail of the test of each way by itself. Shape (m,)."""
        return smaller_tails(self.counts[0], self.counts.sum(axis=0), self.people[0], sum(self.people))

    @cached_property
    def least_tails(self) -> Floats:
        """Smallest tail that is possible for each way. Shape (m,)."""
        return least_tails(self.counts.sum(axis=0), *self.people)

    @property
    def best(self) -> int:
        """Index of the way that shows most."""
        return int(np.argmin(self.tails))

    @cached_property
    def tests(self) -> int:
        """Number of ways that could reach significance, for which intervals are corrected."""
        return tarone(2 * self.least_tails, LEVEL)

    def p_value(self, tail: float) -> float:
        """Probability that any way goes as far by chance, in either direction: 0 to 1."""
        return float(min(chance_of_a_tail(tail, self.counts.sum(axis=0), *self.people).sum(), 1.0))

    def would_show(self, found: int, level: float) -> bool:
        """Tell whether so many people found would be unlikely by chance, if all were training people."""
        return self.p_value(float(all_exposed(np.array([found]), *self.people)[0])) <= level

    @property
    def tested(self) -> dict[str, Any]:
        """Fields of a `Measure` for the best way: p-values, ``attributable`` and ``avoided``."""
        members, others = map(int, self.counts[:, self.best])
        inside, outside = self.people
        confidence = 1 - LEVEL / self.tests
        return {
            "p_value": self.p_value(float(self.tails.min())),
            "least_p_value": self.p_value(float(self.least_tails.min())),
            "attributable": attributable_fraction(members, inside, others, outside, confidence),
            "avoided": attributable_fraction(others, outside, members, inside, confidence),
        }

    def measure(self, name: str, columns: tuple[str, ...]) -> Measure:
        """Compare the shares of training and of holdout people found in the best way, 0 to 1."""
        members, others = map(int, self.counts[:, self.best])
        inside, outside = self.people
        return Measure(
            name,
            exact_share(members, inside),
            exact_share(others, outside),
            rows=inside + outside,
            columns=columns,
            **self.tested,
        )
