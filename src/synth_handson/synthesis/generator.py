"""A trained generator: the columns it draws, how it was made, and the model behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.locales import Message
from synth_handson.synthesis.engine import ConditionalModel, Model, Setting
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.synthesis.run import StopReason
from synth_handson.synthesis.schema import Schema
from synth_handson.tables.checks import check_rows, check_seed


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


@dataclass(frozen=True)
class Generator:
    """A trained generator.

    Attributes
    ----------
    schema
        The columns it draws.
    training
        How it was made.
    model
        What the rows are drawn from.
    from_store
        Whether it was found in the store, so that no training took place.
    why
        Why its engine was chosen, where that was not said: ``generator.why.in_words("en")``.
    identifiers
        Columns that number people with several rows: they were not learned, and each drawn row gets another.
    """

    schema: Schema
    training: Training
    model: Model
    from_store: bool = False
    why: Message | None = None
    identifiers: tuple[Identifier, ...] = ()

    def sample(
        self, n: int, random_state: int = 0, given: Mapping[str | int, Any] | None = None
    ) -> pd.DataFrame:
        """Draw synthetic rows.

        Parameters
        ----------
        n
            Number of rows, at least 1.
        random_state
            Seed, 0 to 2³² - 1. The same generator, ``n`` and seed give the same rows.
        given
            Values that all rows are to have, by column; None for a missing one. The other columns are drawn
            for people who have them. Only the engine "copula" can do that.

        Returns
        -------
        DataFrame
            ``n`` rows with the original's columns, order and dtypes. Numerics stay within the range value
            protection allows. Categories are only ones that exist in the original, or the protected token.

        Raises
        ------
        ArgumentError
            If ``n`` is not a whole number of at least 1, or ``random_state`` no seed; if there is no given
            column, ``given`` holds no single values or one that cannot be drawn, or the engine draws no rows
            of given values.
        TrainingError
            If the worker process ended while drawing.
        """
        check_rows(n)
        n, seed = int(n), check_seed(random_state)
        if given is None:
            return self._whole(self.model.draw(n, seed), seed)
        if not isinstance(self.model, ConditionalModel):
            raise ArgumentError("given_engine", engine=self.training.engine)
        return self._whole(self.model.draw_given(self.schema.translate(given), n, seed), seed)

    def _whole(self, drawn: pd.DataFrame, seed: int) -> pd.DataFrame:
        rows = self.schema.restore(drawn)
        for identifier in self.identifiers:
            rows.insert(identifier.position, identifier.name, identifier.make(len(rows), seed))
        return rows
