"""A trained generator: the columns it draws, how it was made, and the model behind it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Integers
from synth_handson.synthesis.engine import ConditionalModel, Model, Setting
from synth_handson.synthesis.fill import Donors, fill_gaps, fill_people
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.synthesis.on_demand import (
    ACCEPTANCE_RATE,
    PILOT_ROWS,
    REDRAWN,
    blocks_of,
    choice_of_rows,
    in_one,
    redraw,
    singles,
    together,
)
from synth_handson.synthesis.rules.keep import NO_RULES, KeptRules
from synth_handson.synthesis.run import StopReason
from synth_handson.synthesis.schema import Schema
from synth_handson.tables.checks import MAX_SEED, check_rows, check_seed, listed
from synth_handson.tables.files.form import AnyPath, OnRows
from synth_handson.tables.files.writing import write_blocks
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
            Seed, 0 to 2³² - 1. The same generator, ``n``, seed and conditions give the same rows.
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
        return in_one(list(self.blocks(n, random_state, given, shares, even_if_few=even_if_few)))

    def blocks(
        self,
        n: int,
        random_state: int = 0,
        given: Given | Segment | None = None,
        shares: Shares | None = None,
        *,
        even_if_few: bool = False,
    ) -> Iterator[pd.DataFrame]:
        """Draw the rows of `sample` in blocks of 100,000, so that not all of them have to fit into memory.

        Parameters and errors are those of `sample`. Its rows are these, in this order: each block but the
        first is drawn from a seed of its own.
        """
        check_rows(n)
        n, seed = int(n), check_seed(random_state)
        if given is None and shares is None:
            return self._numbered(n, seed)
        if self.training.several_rows:
            raise ArgumentError("given_several_rows")
        if isinstance(given, pd.DataFrame) and len(given) != n:
            raise ArgumentError("given_rows", n=n, rows=len(given))
        names = [name for name, _ in self._original.dtypes]
        segment = given if isinstance(given, Segment) else Segment.of(given, shares, names)
        times = segment.count(self._pilot)
        if not even_if_few:
            self._check_people(segment, times)
        return (
            self._asked(segment, choice_of_rows(segment, given, rows, seed), times, seed)
            for rows, seed in blocks_of(n, seed)
        )

    def write(
        self,
        path: AnyPath,
        n: int,
        random_state: int = 0,
        given: Given | Segment | None = None,
        shares: Shares | None = None,
        *,
        even_if_few: bool = False,
        force: bool = False,
        on_rows: OnRows | None = None,
    ) -> None:
        """Draw the rows of `sample` into a Parquet file, block by block: they need not fit into memory.

        Parameters
        ----------
        path
            The file, whose name ends with ``.parquet``.
        n, random_state, given, shares, even_if_few
            As for `sample`, with its errors; ``pandas.read_parquet`` returns the same rows. What was asked
            for stands in the file, where :func:`~synth_handson.evidence.assessment.assess` finds it; other
            ``attrs`` are those of the first 100,000 rows.
        force
            Whether a file that is there is replaced.
        on_rows
            Called with the number of rows written so far.

        Raises
        ------
        ArgumentError
            If there is such a file, it has the name of another format, or it cannot be written.
        """
        blocks = self.blocks(n, random_state, given, shares, even_if_few=even_if_few)
        write_blocks(blocks, path, force=force, on_rows=on_rows)

    def fill(self, table: pd.DataFrame, draws: int = 1, random_state: int = 0) -> FilledTable:
        """Fill the gaps of real rows; their values stay untouched.

        This returns real rows, and no synthetic table: they are as personal as before.

        Parameters
        ----------
        table
            Rows with missing values. Columns that were not learned stay as they are. Where people have
            several rows each, the column that identifies them must be there: what is one value for each
            person stays one.
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
            people have several rows each, and ``table`` does not say whose each is; or if the generator never
            draws a value for a gap, or none with which a row keeps the rules.

        Notes
        -----
        See :func:`~synth_handson.synthesis.fill.fill_gaps`.
        """
        learned = {name for name, _ in self._original.dtypes}
        rows = isinstance(table, pd.DataFrame) and len(table) and table.columns.is_unique
        if not rows or learned.isdisjoint(table.columns):
            raise ArgumentError("fill_table")
        check_rows(draws)
        person = next((one.name for one in self.identifiers), None)
        if self.training.several_rows and person not in table:
            raise ArgumentError("fill_person", column=listed([] if person is None else [person]))
        seeds = np.random.SeedSequence(check_seed(random_state)).generate_state(int(draws))
        return FilledTable(tuple(self._fill(table, person, seed) for seed in seeds.tolist()))

    def _fill(self, table: pd.DataFrame, person: str | int | None, seed: int) -> pd.DataFrame:
        size = min(max(self.training.rows, len(table)), PILOT_ROWS)
        donors = Donors.of(self._draw(size, seed, None), self.rules, seed)
        rng = np.random.default_rng(seed)
        if person is None:
            return fill_gaps(table, donors, rng)
        return fill_people(table, person, self.rules, lambda rows: fill_gaps(rows, donors, rng))

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
        rows.attrs[REDRAWN] = again / n
        return rows

    def _draw(self, n: int, seed: int, given: Mapping[str, Any] | None) -> pd.DataFrame:
        if given is None:
            return self.schema.restore(self.model.draw(n, seed))
        assert isinstance(self.model, ConditionalModel)
        return self.schema.restore(self.model.draw_given(self.schema.translate(given), n, seed), given)

    def _asked(self, segment: Segment, which: Integers, times: Integers, seed: int) -> pd.DataFrame:
        """Draw rows, each of the wanted choice. Shapes (n_rows,) and (choices,)."""
        sizes = np.bincount(which, minlength=len(times))
        again: dict[str, float] = {}
        if isinstance(self.model, ConditionalModel) and not self.rules.make(segment.columns):
            parts = [self._of_choice(segment, i, int(sizes[i]), seed) for i in np.flatnonzero(sizes).tolist()]
            again = {REDRAWN: max(part.attrs.get(REDRAWN, 0.0) for part in parts)} if self.rules else {}
        else:
            found, rate = redraw(self._rows, segment, sizes, times / len(self._pilot), seed)
            parts = [part for part, size in zip(found, sizes, strict=True) if size]
            again = {ACCEPTANCE_RATE: rate}
        places = np.argsort(np.argsort(which, kind="stable"), kind="stable")
        rows = together(parts).take(places).reset_index(drop=True)
        rows.attrs |= {"asked": segment.to_plain()} | again
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
        rows.attrs |= {REDRAWN: float(np.mean([part.attrs.get(REDRAWN, 0.0) for part in parts]))}
        return rows

    def _numbered(self, n: int, seed: int) -> Iterator[pd.DataFrame]:
        """Draw blocks of any rows, each row with an identifier of its own."""
        # They have to differ throughout, so that all are made at once.
        made = [(one, one.make(n, seed)) for one in self.identifiers]
        for place, one_seed in blocks_of(n, seed):
            rows = self._rows(place.stop - place.start, one_seed)
            for identifier, values in made:
                rows.insert(identifier.position, identifier.name, values[place].reset_index(drop=True))
            yield rows
