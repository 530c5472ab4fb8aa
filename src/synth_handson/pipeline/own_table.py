"""The reader's own table in the hands-on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from os import fspath
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.pii.detect import Answer
from synth_handson.pii.fakes import Fakes
from synth_handson.pii.replace import fakes_for, replace_marked
from synth_handson.pipeline.generate import KEY_BYTES
from synth_handson.pipeline.kept_rules import KeptRule
from synth_handson.pipeline.profile import TableProfile, holdout_fraction, profile_file
from synth_handson.pipeline.roles import ColumnRole
from synth_handson.tables.checks import MIN_COLUMNS
from synth_handson.tables.files.form import AnyPath, Reading
from synth_handson.tables.rules.parse import as_rules
from synth_handson.tables.rules.values import Values

MOST_FACTS = 5

G = TypeVar("G")
"""A generator."""


@dataclass(frozen=True, eq=False)
class OwnTable:
    """The columns of a table that can be learned or written, without personal data.

    Attributes
    ----------
    frame
        The columns, and those that tell people with several rows apart, which are made anew.
    target
        The one that a model is to predict, if there is one.
    fraction
        Share of the rows, or of the people, that is held out: a fifth, or as much as an assessment needs.
    name
        Name of the file.
    profile
        What was understood of it.
    known
        Columns that somebody may already know of a person, if any were named.
    rules
        Rules that every row is to keep.
    fakes
        Makes the values that stand for personal data.
    """

    frame: pd.DataFrame
    target: str | None
    fraction: float
    name: str
    profile: TableProfile
    known: tuple[str, ...] = ()
    rules: tuple[KeptRule, ...] = ()
    fakes: Fakes = field(kw_only=True, repr=False)

    @property
    def person(self) -> str | None:
        """The column that identifies people, if they are learned with all their rows."""
        return self.profile.person

    @property
    def facts(self) -> list[str]:
        """What somebody may know about a person: the columns named, else the first three."""
        return list(self.known or self.learned[:3])[:MOST_FACTS]

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns of free text, which a language model writes."""
        return tuple(self.profile.named("written"))

    @property
    def learned(self) -> list[str]:
        """The other columns of the frame."""
        return [name for name in map(str, self.frame) if name not in self.texts]

    def learning(self, learn: Callable[..., G]) -> Callable[..., G]:
        """Have ``train_generator`` learn a training table without its columns of free text."""

        def learn_rows(train: pd.DataFrame, **options: Any) -> G:
            return learn(train.drop(columns=list(self.texts), errors="ignore"), **options)

        return learn_rows

    @property
    def left_out(self) -> tuple[ColumnRole, ...]:
        """The columns that are neither learned nor written, and why."""
        return tuple(column for column in self.profile.roles if column.role not in ("learned", "written"))


def read_own_table(
    path: AnyPath,
    target: str | None = None,
    reading: Reading | None = None,
    answers: Mapping[str, Answer] | None = None,
    person: str | None = None,
) -> OwnTable:
    """Read a file, and choose what is learned from it.

    Parameters
    ----------
    path, reading, answers, person
        As for :func:`~synth_handson.pipeline.profile.profile_file`.
    target
        As for `choose_columns`.

    Raises
    ------
    ArgumentError
        If the file cannot be read, or as `choose_columns`.
    TableError
        If something is wrong with the table as a whole.
    """
    profile = profile_file(path, reading, answers=answers, person=person)
    return choose_columns(profile, Path(fspath(path)).name, target)


def choose_columns(
    profile: TableProfile,
    name: str,
    target: str | None = None,
    left_out: Collection[str] = (),
    known: Sequence[str] = (),
    rules: Sequence[KeptRule] = (),
) -> OwnTable:
    """Replace the personal data in a table, and keep the columns that can be learned or written.

    Parameters
    ----------
    profile
        The table.
    name
        Name of its file.
    target
        Column that a model is to predict.
    left_out
        Columns that are not to be learned although they could be.
    known
        Columns that somebody may already know of a person.
    rules
        Rules that every row is to keep.

    Raises
    ------
    ArgumentError
        If the target or a known column is not learned, there are too few rows, people or columns, or a rule
        names a column that is not learned.
    """
    profile = profile.without(left_out)
    learned = profile.named("learned")
    profile.check_target(target)
    profile.check_known(known)
    if len(learned) < MIN_COLUMNS:
        raise ArgumentError("own_columns", columns=len(learned), minimum=MIN_COLUMNS)
    if profile.obstacle:
        raise profile.obstacle
    fakes = fakes_for(profile.frame, profile.marks, secrets.token_bytes(KEY_BYTES), [profile.form.encoding])
    safe = replace_marked(profile.frame, profile.marks, fakes)
    for rule in as_rules(rules):
        rule.check(Values(safe[profile.trained]))
    wanted = {*profile.trained, *profile.named("written")}
    kept = safe[[column for column in map(str, safe) if column in wanted]]
    fraction = holdout_fraction(profile.size)
    return OwnTable(kept, target, fraction, name, profile, tuple(known), tuple(rules), fakes=fakes)
