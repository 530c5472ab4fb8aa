"""From a generator to a synthetic table and its evidence, for the page and the script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from synth_handson.evidence.asked import AskedTables, read_asked, what_was_asked
from synth_handson.evidence.assessment import Evidence, Step, assess
from synth_handson.locales import Counted, Message
from synth_handson.pipeline.own_texts import OwnTexts
from synth_handson.synthesis.generator import Generator, Training
from synth_handson.synthesis.linked import LinkedGenerator
from synth_handson.tables.columns import with_columns
from synth_handson.tables.rules.rule import Rule

AnyGenerator = Generator | LinkedGenerator
Origin = Literal["bundled", "shipped", "placeholder", "trained", "store"]


class DrawnGenerator:
    """A generator with rows drawn in advance, so that nobody waits for them again.

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
    texts
        Completes rows of a reader's own table.
    """

    def __init__(
        self,
        load: Callable[[], AnyGenerator],
        random_state: int,
        count: int,
        drawn: pd.DataFrame,
        texts: OwnTexts | None = None,
    ) -> None:
        self._load, self._random_state, self._drawn = load, random_state, {(count, "{}"): drawn}
        self._texts = texts

    def sample(self, n: int, **asked: Any) -> pd.DataFrame:
        """Return ``n`` synthetic rows or people; the same number and wishes, the very same rows."""
        asked = {name: value for name, value in asked.items() if value}
        key = (n, repr(asked))
        if key not in self._drawn:
            self._drawn[key] = _sample(self._load(), n, self._random_state, self._texts, **asked)
        return self._drawn[key]


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
        The column that identifies people, if they were learned with all their rows.
    identifiers
        Columns that are made anew, so that no row has a value of a real one's.
    texts
        Columns of free text of a reader's own table; a first table has none yet.
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
    texts: tuple[str, ...] = ()
    _other: Tables | None = field(default=None, init=False, repr=False)

    @property
    def counted(self) -> Counted:
        """What a row stands for: where people have several each, for a row alone."""
        return "rows" if self.person is not None or self.training.several_rows else ""

    @property
    def told(self) -> dict[str, Any]:
        """Arguments of an assessment besides the tables."""
        return {"target": self.target, "known": self.known, "rules": self.rules, "person": self.person}

    @cached_property
    def asked(self) -> AskedTables | None:
        """What the rows were asked for, and the people among whom they are measured; None if for nothing."""
        segment = what_was_asked(self.synthetic, None, None)
        return read_asked(segment, self.synthetic, self.train, self.holdout, 0) if segment else None

    @cached_property
    def alike(self) -> Tables:
        """As `compared`, but of rows in asked shares beside real ones in these shares."""
        mixed = self.asked and self.asked.mixed
        return self._beside(mixed.train, mixed.holdout) if mixed else self.compared

    @cached_property
    def compared(self) -> Tables:
        """The same without identifiers and texts: with them, no row would be like any other.

        Of rows on demand, beside the people among whom they are measured.
        """
        if self.asked:
            return self._beside(self.asked.train, self.asked.holdout)
        return self._beside(self.train, self.holdout) if self.identifiers or self.texts else self

    def _beside(self, train: pd.DataFrame, holdout: pd.DataFrame) -> Tables:
        """Compare with these real rows, in the columns in which rows can be alike."""
        aside = [*self.identifiers, *self.texts]
        train, holdout, synthetic = (
            table.drop(columns=aside, errors="ignore") for table in (train, holdout, self.synthetic)
        )
        return replace(self, train=train, holdout=holdout, synthetic=synthetic, identifiers=(), texts=())

    def with_real_texts(self, original: pd.DataFrame) -> Tables:
        """Return the same with real texts as they stand in the original, the strictest to compare with.

        So does ``synth-handson synthesise``. If no texts were written, there are none to compare.
        """
        if not self.texts:
            return self
        written = [name for name in self.texts if name in self.synthetic]
        unwritten = [name for name in self.texts if name not in written]
        train, holdout = (
            with_columns(
                table.drop(columns=unwritten, errors="ignore"),
                {name: original.loc[table.index, name] for name in written},
            )
            for table in (self.train, self.holdout)
        )
        return replace(self, train=train, holdout=holdout)

    def with_rows(self, synthetic: pd.DataFrame) -> Tables:
        """Return the same tables with other rows of the generator; with the same rows, the very same."""
        if synthetic is self.synthetic:
            return self
        if self._other is None or self._other.synthetic is not synthetic:
            origin = "shipped" if self.origin == "bundled" else self.origin
            object.__setattr__(self, "_other", replace(self, synthetic=synthetic, origin=origin))
        assert self._other is not None
        return self._other


def draw_tables(
    generator: AnyGenerator,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    *,
    rows: int,
    random_state: int,
    target: str | None = None,
    texts: OwnTexts | None = None,
) -> Tables:
    """Draw ``rows`` rows, or people, from a generator, and keep them with what they are compared to.

    Raises
    ------
    LeakError
        If ``texts``, which complete the rows of a reader's own table, find personal data in them.
    """
    synthetic = _sample(generator, rows, random_state, texts)
    origin: Origin = "store" if generator.from_store else "trained"
    return Tables(
        train, holdout, synthetic, origin, generator.training, target, generator.why,
        generator=DrawnGenerator(lambda: generator, random_state, rows, synthetic, texts),
        texts=texts.own.texts if texts else (), **_keys(generator),
    )  # fmt: skip


def _keys(generator: AnyGenerator) -> dict[str, Any]:
    """Return what tables of rows and tables of people differ in."""
    if isinstance(generator, LinkedGenerator):
        person = str(generator.form.key.name)
        return {"rules": generator.rules.rules, "person": person, "identifiers": (person,)}
    identifiers = tuple(str(one.name) for one in generator.identifiers)
    return {"rules": generator.rules.rules, "identifiers": identifiers}


def _sample(
    generator: AnyGenerator, n: int, random_state: int, texts: OwnTexts | None, **asked: Any
) -> pd.DataFrame:
    drawn = generator.sample(n, random_state=random_state, **asked)
    assert isinstance(drawn, pd.DataFrame)
    return texts.complete(drawn, random_state) if texts else drawn


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
        **tables.told,
        random_state=random_state,
        on_progress=on_progress,
    )
