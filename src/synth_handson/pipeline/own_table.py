"""A table of the reader's own, as the hands-on works with it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from os import fspath
from pathlib import Path

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.pii.replace import replace_marked
from synth_handson.pipeline.roles import ColumnRole
from synth_handson.pipeline.synthesise import KEY_BYTES, Understood, holdout_fraction, understand
from synth_handson.tables.checks import MIN_ASSESSED_ROWS, MIN_COLUMNS
from synth_handson.tables.files.form import AnyPath


@dataclass(frozen=True, eq=False)
class OwnTable:
    """The columns of a table that can be learned, without personal data.

    Attributes
    ----------
    frame
        The columns, and those that tell people with several rows apart, which are made anew.
    target
        The one that a model is to predict, if there is one.
    fraction
        Share of the rows that is held out: a fifth, or as much as an assessment needs.
    name
        Name of the file.
    understood
        What was understood of it.
    known
        Columns that somebody may already know of a person, if any were named.
    """

    frame: pd.DataFrame
    target: str | None
    fraction: float
    name: str
    understood: Understood
    known: tuple[str, ...] = ()

    @property
    def left_out(self) -> tuple[ColumnRole, ...]:
        """The columns that are not learned, and why."""
        return tuple(column for column in self.understood.roles if column.role != "learned")


def read_own_table(
    path: AnyPath, target: str | None = None, types: Mapping[str, str] | None = None
) -> OwnTable:
    """Read a file, and choose what is learned of it.

    Parameters
    ----------
    path, types
        As for :func:`~synth_handson.pipeline.synthesise.understand`.
    target
        As for `choose_columns`.

    Raises
    ------
    ArgumentError
        If the file cannot be read, or as `choose_columns`.
    TableError
        If something is wrong with the table as a whole.
    """
    return choose_columns(understand(path, types), Path(fspath(path)).name, target)


def choose_columns(
    understood: Understood,
    name: str,
    target: str | None = None,
    left_out: Collection[str] = (),
    known: Sequence[str] = (),
) -> OwnTable:
    """Replace the personal data in a table, and keep the columns that can be learned.

    Parameters
    ----------
    understood
        The table.
    name
        Name of its file.
    target
        Column that a model is to predict.
    left_out
        Columns that are not to be learned although they could be.
    known
        Columns that somebody may already know of a person.

    Raises
    ------
    ArgumentError
        If the target or a known column is not learned, or there are too few rows or columns.
    """
    understood = understood.without(left_out)
    learned, rows = understood.named("learned"), len(understood.frame)
    understood.check_target(target)
    understood.check_known(known)
    if len(learned) < MIN_COLUMNS:
        raise ArgumentError("own_columns", columns=len(learned), minimum=MIN_COLUMNS)
    if rows < 2 * MIN_ASSESSED_ROWS:
        raise ArgumentError("own_rows", rows=rows, minimum=2 * MIN_ASSESSED_ROWS)
    safe = replace_marked(understood.frame, understood.marks, secrets.token_bytes(KEY_BYTES))
    kept = safe[understood.trained]
    return OwnTable(kept, target, holdout_fraction(rows), name, understood, tuple(known))
