"""What the reader of a report must know and no number can tell."""

from __future__ import annotations

from dataclasses import dataclass

from synth_handson.synthesis.generator import Training


@dataclass(frozen=True)
class About:
    """What the reader of the report must know and no number can tell; a missing text becomes a ruled line.

    Attributes
    ----------
    data
        What is to be shared.
    recipient
        With whom.
    purpose
        Why.
    prepared_by
        Who prepared the report.
    date
        When, in the reader's way of writing dates.
    source
        Where the original data came from.
    legal_basis
        What allows the original data to be used for training.
    engine
        What the generator was trained with, and its version; without it, ``training`` says it.
    statements
        Statements of the report's author, each supported by the measurements.
    training
        How the generator was made, if `synth_handson.train_generator` made it.
    shared
        Rows that are to be shared, where they are the first of those that were measured.
    """

    data: str | None = None
    recipient: str | None = None
    purpose: str | None = None
    prepared_by: str | None = None
    date: str | None = None
    source: str | None = None
    legal_basis: str | None = None
    engine: str | None = None
    statements: tuple[str, ...] = ()
    training: Training | None = None
    shared: int | None = None
