"""From a generator to a synthetic table and its evidence: what the page and the script share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from synth_handson.evidence.assessment import Evidence, Step, assess
from synth_handson.locales import Message
from synth_handson.synthesis.generator import Generator, Training
from synth_handson.synthesis.linked import LinkedGenerator
from synth_handson.tables.rules.rule import Rule

AnyGenerator = Generator | LinkedGenerator
Origin = Literal["bundled", "shipped", "placeholder", "trained", "store"]


class DrawnGenerator:
    """A generator with rows that were drawn already, so that nobody waits for the same ones again.

    Parameters
    ----------
    load
        Returns the generator; called once other rows are wanted.
    random_state
        Seed of every draw.
    count
        How many rows, or people with all theirs, it drew with this seed.
    drawn
        These.
    """

    def __init__(
        self, load: Callable[[], AnyGenerator], random_state: int, count: int, drawn: pd.DataFrame
    ) -> None:
        self._load, self._random_state, self._drawn = load, random_state, {count: drawn}

    def sample(self, n: int) -> pd.DataFrame:
        """Return ``n`` synthetic rows or people; the same number, the very same rows."""
        if n not in self._drawn:
            self._drawn[n] = _sample(self._load(), n, self._random_state)
        return self._drawn[n]


@dataclass(frozen=True, eq=False)
class Tables:
    """A synthetic table with what it must be compared to.

    Attributes
    ----------
    train
        The rows its generator was trained on.
    holdout
        Real rows that the generator has never seen.
    synthetic
        The rows drawn from it.
    origin
        "bundled" with the project, from the generator that is "shipped" with it, "trained" just now, from a
        generator found in the "store", or a first one, a "placeholder" while another trains.
    training
        How the generator was made.
    target
        The column that a model is to predict, if there is one.
    why
        Why its engine was chosen, where nobody said.
    known
        Columns that somebody may already know of a person, if any were named.
    rules
        Rules that its generator keeps.
    generator
        What drew the synthetic rows, and can draw others.
    person
        The column that tells people apart, where they were learned with all their rows.
    identifiers
        Columns that are made anew, so that no row has a value of a real one's.
    """

    train: pd.DataFrame
    holdout: pd.DataFrame
    synthetic: pd.DataFrame
    origin: Origin
    training: Training
    target: str | None = None
    why: Message | None = None
    known: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    generator: DrawnGenerator | None = None
    person: str | None = None
    identifiers: tuple[str, ...] = ()

    @property
    def told(self) -> dict[str, Any]:
        """What an assessment is told beyond the tables and the target."""
        return {"known": self.known, "rules": self.rules, "person": self.person}

    @cached_property
    def compared(self) -> Tables:
        """The same without identifiers: with them, no row would be like any other."""
        if not self.identifiers:
            return self
        train, holdout, synthetic = (
            table.drop(columns=list(self.identifiers)) for table in (self.train, self.holdout, self.synthetic)
        )
        return replace(self, train=train, holdout=holdout, synthetic=synthetic, identifiers=())

    def with_rows(self, synthetic: pd.DataFrame) -> Tables:
        """Return the same with other rows of its generator."""
        if synthetic is self.synthetic:
            return self
        origin = "shipped" if self.origin == "bundled" else self.origin
        return replace(self, synthetic=synthetic, origin=origin)


def draw_tables(
    generator: AnyGenerator,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    *,
    rows: int,
    random_state: int,
    target: str | None = None,
) -> Tables:
    """Draw ``rows``, or so many people, from a generator, and put them beside what they are compared to."""
    synthetic = _sample(generator, rows, random_state)
    origin: Origin = "store" if generator.from_store else "trained"
    return Tables(
        train, holdout, synthetic, origin, generator.training, target, generator.why,
        generator=DrawnGenerator(lambda: generator, random_state, rows, synthetic), **_keys(generator),
    )  # fmt: skip


def _keys(generator: AnyGenerator) -> dict[str, Any]:
    """Return what tables of rows and tables of people differ in."""
    if isinstance(generator, LinkedGenerator):
        person = str(generator.form.key.name)
        return {"rules": generator.rules.rules, "person": person, "identifiers": (person,)}
    identifiers = tuple(str(one.name) for one in generator.identifiers)
    return {"rules": generator.rules.rules, "identifiers": identifiers}


def _sample(generator: AnyGenerator, n: int, random_state: int) -> pd.DataFrame:
    drawn = generator.sample(n, random_state=random_state)
    assert isinstance(drawn, pd.DataFrame)
    return drawn


def assess_tables(
    tables: Tables,
    on_progress: Callable[[Step], None] | None = None,
    random_state: int = 0,
) -> Evidence:
    """Assess a synthetic table, with utility where there is a target."""
    return assess(
        tables.synthetic,
        train=tables.train,
        holdout=tables.holdout,
        target=tables.target,
        **tables.told,
        random_state=random_state,
        on_progress=on_progress,
    )
