"""A trained generator: the columns it draws, how it was made, and the model behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Integers
from synth_handson.synthesis.engine import ConditionalModel, Model, Setting
from synth_handson.synthesis.fill import fill_gaps
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.synthesis.on_demand import PILOT_ROWS, choice_of_rows, redraw, singles, together
from synth_handson.synthesis.rules.keep import NO_RULES, KeptRules
from synth_handson.synthesis.run import StopReason
from synth_handson.synthesis.schema import Schema
from synth_handson.tables.checks import MAX_SEED, check_rows, check_seed
from synth_handson.tables.filled import FilledTable
from synth_handson.tables.segment import (
    MIN_PEOPLE,
    Given,
    Segment,
    Shares,
    check_people,
    nearest_seen,
)

PILOT_SEED = 0


@dataclass(frozen=True)
class Training:
    """How a generator was made.

    Attributes
    ----------
    engine, engine_version
        What trained it.
    settings
        What the engine was told besides the options below; what is not here was the engine's own choice.
    value_protection
        Whether rare categories were replaced and extreme numbers cut off; None if it is not known.
    rows
        Rows of the training table.
    random_state, max_epochs, max_minutes
        The options of the training.
    epochs
        Passes over the table that it took.
    val_loss
        The best validation loss, in nats per row; lower is better. None if the engine has none.
    seconds
        Seconds from its turn to its end.
    stopped_by
        Why it ended.
    epsilon, reached_epsilon, delta
        The ε of differential privacy that was allowed, the one that it cost, and δ; None without a guarantee.
        What they cover is said by :func:`~synth_handson.synthesis.train_generator`.
    several_rows
        Whether people had several rows each, and were learned row by row.
    """

    engine: str
    engine_version: str
    settings: dict[str, Setting]
    value_protection: bool | None
    rows: int
    random_state: int
    max_epochs: float
    max_minutes: float
    epochs: float
    val_loss: float | None
    seconds: float
    stopped_by: StopReason
    epsilon: float | None = None
    reached_epsilon: float | None = None
    delta: float | None = None
    several_rows: bool = False


@dataclass(frozen=True)
class Generator:
    """A trained generator.

    Attributes
    ----------
    schema
        The columns that were learned.
    training
        How it was made.
    model
        What the rows are drawn from.
    from_store
        Whether it was found in the store, so that no training took place.
    why
        Why its engine was chosen, where that was not said: ``generator.why.render("en")``.
    identifiers
        Columns that number people with several rows: they were not learned, and each drawn row gets another.
    rules
        What every drawn row keeps.
    """

    schema: Schema
    training: Training
    model: Model
    from_store: bool = False
    why: Message | None = None
    identifiers: tuple[Identifier, ...] = ()
    rules: KeptRules = NO_RULES

    def sample(
        self,
        n: int,
        random_state: int = 0,
        given: Given | Segment | None = None,
        shares: Shares | None = None,
        *,
        even_if_few: bool = False,
    ) -> pd.DataFrame:
        """Draw synthetic rows, of any people or of those asked for.

        Parameters
        ----------
        n
            Number of rows, at least 1.
        random_state
            Seed, 0 to 2³² - 1. The same generator, ``n``, seed and wishes give the same rows.
        given
            What the rows are to have: ``{"job": "student"}``, None for a missing value; a list of values, of
            which each row has one, as often as the generator draws them; or a DataFrame of ``n`` rows, whose
            values each row is to have; or what was read of these before. The other columns are drawn for
            people who have these values.
        shares
            For one column, the share of the rows that should have each value, adding up to 1:
            ``{"y": {"yes": 0.5, "no": 0.5}}``. The other columns follow. May go with ``given`` values of
            other columns.
        even_if_few
            Whether to draw although hardly anybody has what is asked for. Many rows of few people are where
            a leak gathers; :func:`~synth_handson.evidence.assessment.assess` passes no such table.

        Returns
        -------
        DataFrame
            ``n`` rows with the original's columns, order and dtypes. Numerics stay within the range value
            protection allows, given ones aside. Categories are only ones that exist in the original, or the
            protected token. All keep the generator's rules; which share had to be drawn again for that,
            stands in ``attrs["redrawn"]``. For rows on demand, ``attrs["asked"]`` says what was asked for,
            and ``attrs["acceptance_rate"]`` which share of the drawn ones had it, where the engine cannot be
            told.

        Raises
        ------
        ArgumentError
            If ``n`` is not a whole number of at least 1, or ``random_state`` no seed; if something is asked
            of a table in which people have several rows, as nobody could say how many have it; if a column is
            not there, ``given`` or ``shares`` are not as above, or name a value that cannot be drawn; or if
            fewer than 100 people seem to have what is asked for, judged by how often the generator itself
            draws it: the nearest that enough have is named, and nothing drawn.
        TrainingError
            If the worker process ended while drawing, or too few rows keep a rule or have what is asked for.
        """
        check_rows(n)
        n, seed = int(n), check_seed(random_state)
        if given is None and shares is None:
            return self._numbered(self._rows(n, seed), seed)
        if self.training.several_rows:
            raise ArgumentError("given_several_rows")
        names = [name for name, _ in self._original.dtypes]
        segment = given if isinstance(given, Segment) else Segment.of(given, shares, names)
        which = choice_of_rows(segment, given, n, np.random.default_rng(seed))
        times = segment.count(self._pilot)
        if not even_if_few:
            self._check_people(segment, times)
        rows = self._asked(segment, which, times, seed)
        rows.attrs["asked"] = segment.to_plain()
        return rows

    def fill(self, table: pd.DataFrame, draws: int = 1, random_state: int = 0) -> FilledTable:
        """Fill the gaps of real rows; their values stay untouched.

        This returns real rows, and no synthetic table: they are as personal as before.

        Parameters
        ----------
        table
            Rows with missing values. Columns that were not learned stay as they are.
        draws
            How often to fill them, each time with other values, at least 1: multiple imputation.
        random_state
            Seed, 0 to 2³² - 1. The same generator, table and seed give the same values.

        Returns
        -------
        FilledTable
            The rows with their gaps filled, ``draws`` times.

        Raises
        ------
        ArgumentError
            If ``table`` is no DataFrame of rows with any of the columns that were learned, or holds
            other kinds of values; if ``draws`` is no number of at least 1, or ``random_state`` no seed; if
            the generator keeps rules or people have several rows, which single rows cannot be filled by; or
            if it never draws a value for a gap.

        Notes
        -----
        See :func:`~synth_handson.synthesis.fill.fill_gaps`.
        """
        learned = {name for name, _ in self.schema.dtypes}
        rows = isinstance(table, pd.DataFrame) and len(table) and table.columns.is_unique
        if not rows or learned.isdisjoint(table.columns):
            raise ArgumentError("fill_table")
        check_rows(draws)
        if self.rules or self.training.several_rows:
            raise ArgumentError("fill_plain")
        seeds = np.random.SeedSequence(check_seed(random_state)).generate_state(int(draws))
        size = min(max(self.training.rows, len(table)), PILOT_ROWS)
        return FilledTable(
            tuple(
                fill_gaps(table, self._rows(size, seed), np.random.default_rng(seed))
                for seed in seeds.tolist()
            )
        )

    @property
    def _original(self) -> Schema:
        return self.rules.schema if self.rules else self.schema

    @cached_property
    def _pilot(self) -> pd.DataFrame:
        return self._rows(min(self.training.rows, PILOT_ROWS), PILOT_SEED)

    def _check_people(self, segment: Segment, times: Integers) -> None:
        each = self.training.rows / len(self._pilot)
        few = np.flatnonzero(times * each < MIN_PEOPLE)[:1].tolist()
        nearest = {i: nearest_seen(segment.choices[i], self._pilot, each) for i in few}
        check_people(segment, (times * each).tolist(), nearest)

    def _rows(self, n: int, seed: int, given: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Draw rows that keep the rules, and have single given values if there are any."""
        if not self.rules:
            return self._draw(n, seed, given)
        rows, again = self.rules.sample(lambda rows, seed: self._draw(rows, seed, given), n, seed)
        rows.attrs["redrawn"] = again / n
        return rows

    def _draw(self, n: int, seed: int, given: Mapping[str, Any] | None) -> pd.DataFrame:
        if given is None:
            return self.schema.restore(self.model.draw(n, seed))
        assert isinstance(self.model, ConditionalModel)
        return self.schema.restore(self.model.draw_given(self.schema.translate(given), n, seed), given)

    def _asked(self, segment: Segment, which: Integers, times: Integers, seed: int) -> pd.DataFrame:
        """Draw rows, each of the wanted choice. Shapes (n,) and (choices,)."""
        sizes = np.bincount(which, minlength=len(times))
        again: dict[str, float] = {}
        if isinstance(self.model, ConditionalModel) and not self.rules.make(segment.columns):
            parts = [self._of_choice(segment, i, int(sizes[i]), seed) for i in np.flatnonzero(sizes).tolist()]
            again = {"redrawn": max(part.attrs.get("redrawn", 0.0) for part in parts)} if self.rules else {}
        else:
            found, rate = redraw(self._rows, segment, sizes, times / len(self._pilot), seed)
            parts = [part for part, size in zip(found, sizes, strict=True) if size]
            again = {"acceptance_rate": rate}
        places = np.argsort(np.argsort(which, kind="stable"), kind="stable")
        rows = together(parts).take(places).reset_index(drop=True)
        rows.attrs |= again
        return rows

    def _of_choice(self, segment: Segment, position: int, n: int, seed: int) -> pd.DataFrame:
        """Draw rows of one choice, which the engine is given value by value."""
        # A single one is drawn with the seed itself.
        rng = np.random.default_rng([seed, position])
        combinations = singles(segment.choices[position], self._pilot, n, rng)
        alone = len(segment.choices) == len(combinations) == 1
        parts = [
            self._rows(size, seed if alone else int(rng.integers(MAX_SEED)), one)
            for one, size in combinations
        ]
        rows = together(parts)
        rows = rows if alone else rows.take(rng.permutation(n)).reset_index(drop=True)
        rows.attrs |= {"redrawn": float(np.mean([part.attrs.get("redrawn", 0.0) for part in parts]))}
        return rows

    def _numbered(self, rows: pd.DataFrame, seed: int) -> pd.DataFrame:
        for identifier in self.identifiers:
            rows.insert(identifier.position, identifier.name, identifier.make(len(rows), seed))
        return rows
