"""From a generator to a synthetic table and its evidence: what the page and the script share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from synth_handson.evidence.assessment import Evidence, Step, assess
from synth_handson.locales import Message
from synth_handson.synthesis.generator import Generator, Training

Origin = Literal["bundled", "meanwhile", "trained", "store"]


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
        "bundled" with the project, "trained" just now, from a generator found in the "store", or a first one
        for the time in which another "meanwhile" trains.
    training
        How the generator was made.
    target
        The column that a model is to predict, if there is one.
    why
        Why its engine was chosen, where nobody said.
    known
        Columns that somebody may already know of a person, if any were named.
    """

    train: pd.DataFrame
    holdout: pd.DataFrame
    synthetic: pd.DataFrame
    origin: Origin
    training: Training
    target: str | None = None
    why: Message | None = None
    known: tuple[str, ...] = ()


def draw_tables(
    generator: Generator,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    *,
    rows: int,
    random_state: int,
    target: str | None = None,
) -> Tables:
    """Draw ``rows`` from a generator, and put them beside the tables they are compared to."""
    synthetic = generator.sample(rows, random_state=random_state)
    origin: Origin = "store" if generator.from_store else "trained"
    return Tables(train, holdout, synthetic, origin, generator.training, target, generator.why)


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
        known=tables.known,
        random_state=random_state,
        on_progress=on_progress,
    )
