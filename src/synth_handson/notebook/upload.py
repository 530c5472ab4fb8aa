"""A table that a reader brings along: read, understood, and gone with the session."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from synth_handson.errors import ArgumentError, SynthHandsonError
from synth_handson.paths import home
from synth_handson.pii.detect import Answer
from synth_handson.pipeline.kept_rules import as_kept
from synth_handson.pipeline.own_table import OwnTable, choose_columns
from synth_handson.pipeline.profile import TableProfile, profile_file
from synth_handson.tables.files.form import Reading

VARIABLE = "SYNTH_HANDSON_UPLOADS"
"""Environment variable that allows uploads on a shared server: the limit in megabytes."""

OWN_MACHINE = 100.0
"""Limit in megabytes where the server is the reader's own machine."""

MEGABYTE = 1_000_000


def upload_limit(*, shared: bool) -> float | None:
    """Return how many megabytes a table may have; None where none may be brought.

    Parameters
    ----------
    shared
        Whether the page is shown to several visitors.

    Raises
    ------
    ArgumentError
        If the environment variable `VARIABLE` is no number above 0.
    """
    asked = os.environ.get(VARIABLE, "").strip()
    if not asked:
        return None if shared else OWN_MACHINE
    try:
        limit = float(asked)
    except ValueError:
        limit = 0.0
    if not 0 < limit < float("inf"):
        raise ArgumentError("uploads_setting", value=asked)
    return limit


@dataclass(frozen=True, eq=False)
class Upload:
    """A file, what was understood of it, and what the reader decided; it lives in memory alone.

    Attributes
    ----------
    name, content
        The file.
    reading
        What the reader says of the file, where that is better than what is found.
    left_out
        Columns that the reader takes out.
    target
        Column that a model is to predict.
    known
        Columns that somebody may already know of a person.
    rules
        Found rules that the reader wants kept, as they are written.
    stated
        Rules that the reader wrote.
    answers
        Whether columns hold names, where the reader was asked.
    person
        The column that identifies people, where they are to be learned with all their rows.
    profile
        What was understood; None while it is read, or after an error.
    error
        Why it cannot be used.
    table
        What the four steps work with, once the reader starts them.
    """

    name: str
    content: bytes = field(repr=False)
    reading: Reading = field(default_factory=Reading)
    left_out: frozenset[str] = frozenset()
    target: str | None = None
    known: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    stated: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    person: str | None = None
    profile: TableProfile | None = None
    error: SynthHandsonError | None = None
    table: OwnTable | None = None

    def read(self) -> Upload:
        """Read it again, with what the reader knows better; an error is kept, and so is what was there."""
        try:
            profile = self._read()
        except SynthHandsonError as error:
            return replace(self, error=error)
        # Rules are looked for here, not when the page is drawn: that can take seconds.
        found = {str(one.rule) for one in profile.proposed}
        rules = tuple(rule for rule in self.rules if rule in found)
        learned = profile.named("learned")
        target = self.target if self.target in learned else None
        known = tuple(name for name in self.known if name in learned)
        return replace(self, profile=profile, target=target, known=known, rules=rules, error=None)

    def start(self) -> Upload:
        """Choose the columns, so that the four steps can begin; an error is kept."""
        assert self.profile is not None
        try:
            found = [one for one in self.profile.proposed if str(one.rule) in self.rules]
            rules = as_kept([*found, self.stated])
            table = choose_columns(self.profile, self.name, self.target, self.left_out, self.known, rules)
        except SynthHandsonError as error:
            return replace(self, error=error)
        return replace(self, table=table, error=None)

    def _read(self) -> TableProfile:
        """Read it by way of a private folder, which is gone before this returns."""
        with tempfile.TemporaryDirectory(prefix="upload-", dir=home()) as folder:
            path = Path(folder) / f"table{''.join(Path(self.name).suffixes[-2:])}"
            path.write_bytes(self.content)
            try:
                return profile_file(path, self.reading, answers=self.answers, person=self.person)
            except SynthHandsonError as error:
                # Where it lay says nothing to the reader, who knows it by its name.
                lay, told = str(path), error.details.items()
                error.details = {key: self.name if str(one) == lay else one for key, one in told}
                raise


def check_size(name: str, size: int, limit: float) -> None:
    """Raise an `ArgumentError` if a file is larger than allowed."""
    if size > limit * MEGABYTE:
        raise ArgumentError("upload_size", name=name, size=size / MEGABYTE, limit=f"{limit:g}")
