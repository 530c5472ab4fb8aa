"""A trained generator: the columns it draws, how it was made, and the model behind it."""

from dataclasses import dataclass
from numbers import Integral
from typing import Literal, Protocol

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.synthesis.schema import Schema
from synth_handson.tables.checks import check_seed

StopReason = Literal["epochs", "early stopping", "time", "cancelled"]


class Model(Protocol):
    """Something rows can be drawn from."""

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows."""
        ...


@dataclass(frozen=True)
class Training:
    """How a generator was made: rows and options, how far it got, and why it stopped."""

    rows: int
    random_state: int
    max_epochs: float
    max_minutes: float
    epochs: float
    val_loss: float | None
    seconds: float
    stopped_by: StopReason


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
    """

    schema: Schema
    training: Training
    model: Model
    from_store: bool = False

    def sample(self, n: int, random_state: int = 0) -> pd.DataFrame:
        """Draw synthetic rows.

        Parameters
        ----------
        n
            Number of rows, at least 1.
        random_state
            Seed, 0 to 2³² - 1. The same generator, ``n`` and seed give the same rows.

        Returns
        -------
        DataFrame
            ``n`` rows with the original's columns, order and dtypes. Numerics stay within the range value
            protection allows. Categories are only ones that exist in the original, or the protected token.

        Raises
        ------
        ArgumentError
            If ``n`` is not a whole number of at least 1, or ``random_state`` no seed.
        TrainingError
            If the worker process ended while drawing.
        """
        if isinstance(n, bool) or not isinstance(n, Integral) or n < 1:
            raise ArgumentError("sample_rows", n=n)
        return self.schema.restore(self.model.draw(int(n), check_seed(random_state)))
