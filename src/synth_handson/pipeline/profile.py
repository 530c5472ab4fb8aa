"""Profile of a table before anything is learned: its types, personal data, and columns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.locales import Message
from synth_handson.pii.detect import (
    Answer,
    Finding,
    PersonalDataSpans,
    find_spans,
    personal_cells,
    summarise,
)
from synth_handson.pii.headers import check_headers, headers_in_doubt
from synth_handson.pii.replace import moved_dates
from synth_handson.pipeline.roles import ColumnRole, Role, assign_roles
from synth_handson.tables.checks import MIN_ASSESSED_ROWS, check_known, listed
from synth_handson.tables.files.form import AnyPath, Reading, TableForm
from synth_handson.tables.files.reading import read_file
from synth_handson.tables.people import SeveralRows, find_several_rows, rows_by_person
from synth_handson.tables.rules.find import FoundRule, find_rules, find_rules_of
from synth_handson.tables.split import HELD_OUT

MOST_NAMES = 6
"""Most columns named in a notice."""

Stage = Literal["read", "personal data", "train", "draw", "texts", "scan", "assess"]
OnStage = Callable[[Stage], None]


class ChoosableColumns(ABC):
    """Columns of which somebody chooses a target, and what may be known of a person."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of people."""

    @abstractmethod
    def named(self, *roles: Role) -> list[str]:
        """Return the columns with these roles."""

    def check_target(self, target: str | None) -> None:
        """Raise an `ArgumentError` if the target is not a learned column."""
        learned = self.named("learned")
        if target is not None and target not in learned:
            raise ArgumentError("synthesise_target", column=target, known=listed(learned))

    def check_known(self, known: Sequence[str]) -> None:
        """Raise an `ArgumentError` if known columns are not learned."""
        check_known(known, self.named("learned"))


@dataclass(frozen=True, eq=False)
class TableProfile(ChoosableColumns):
    """A table and its profile.

    Attributes
    ----------
    frame
        The table as read, with its personal data. It goes no further.
    form
        Types, spelling and reasons.
    marks, findings
        Where the personal data in it stands, and what may be shown of that.
    roles
        What becomes of each column.
    several
        By which columns several rows of one person are known, if there are any.
    answers
        What was said of columns whose words may be names.
    person
        The column that identifies people, if they are learned with all their rows.
    looked
        Whether personal data was looked for.
    """

    frame: pd.DataFrame
    form: TableForm
    marks: Mapping[str, PersonalDataSpans]
    findings: tuple[Finding, ...]
    roles: tuple[ColumnRole, ...]
    several: SeveralRows | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    person: str | None = None
    looked: bool = True

    @property
    def size(self) -> int:
        """Number of people: rows, unless people are learned with all their rows."""
        return len(self.frame) if self.person is None else int(self.frame[self.person].nunique())

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.frame)

    @property
    def notices(self) -> tuple[Message, ...]:
        """Notices for the reader before anything is trained."""
        doubt = self.headers_in_doubt
        headers = (Message("commands.headers_in_doubt", {"columns": listed(doubt)}),) if doubt else ()
        return (*self._of_people(), *headers, *(question(found) for found in self.questions))

    @cached_property
    def headers_in_doubt(self) -> tuple[str, ...]:
        """Return the columns that may be called like people."""
        return headers_in_doubt(self.form.names, kept_of(self.answers)) if self.looked else ()

    def _of_people(self) -> tuple[Message, ...]:
        """Describe whose rows they are."""
        if self.person is not None:
            people = {"person": self.person, "people": self.size, "rows": len(self.frame)}
            return (Message("commands.by_person", people),)
        if self.several is None:
            return ()
        return (Message("commands.several_rows", {"columns": listed(self.several.columns[:MOST_NAMES])}),)

    @property
    def proposed_person(self) -> str | None:
        """Return the column by which people can be learned with all their rows, if one identifies them."""
        if self.person is not None or not self.several or not self.several.identifiers:
            return None
        return self.several.identifiers[0]

    @property
    def questions(self) -> tuple[Finding, ...]:
        """Questions that only a person can answer: whether words are names to replace."""
        return tuple(found for found in self.findings if found.asked)

    @property
    def obstacle(self) -> ArgumentError | None:
        """Why no measured table can be made, although rows can be drawn."""
        people, needed = self.size, 2 * MIN_ASSESSED_ROWS
        if people >= needed:
            return None
        if self.person is not None:
            return ArgumentError("own_people", people=people, minimum=needed)
        return ArgumentError("own_rows", rows=people, minimum=needed)

    @property
    def trained(self) -> list[str]:
        """Return the columns to train on: those that are learned, and the one that identifies people."""
        wanted = {*self.named("learned"), *(self.several.identifiers if self.several else ())}
        return [column.name for column in self.roles if column.name in wanted]

    def several_among(self, columns: Collection[str]) -> SeveralRows | None:
        """Return the columns among these that reveal several rows of one person, if any."""
        return self.several if self.several and set(self.several.key) <= set(columns) else None

    @cached_property
    def proposed(self) -> tuple[FoundRule, ...]:
        """Return the rules found in the learned columns: proposals, which are kept only on request.

        Dates of birth are left out, as they move.
        """
        frame = self.frame[[name for name in self.named("learned") if name not in self.moved]]
        if self.person is None:
            return find_rules(frame)
        return find_rules_of(frame, None, pd.factorize(self.frame[self.person])[0])

    @property
    def moved(self) -> tuple[str, ...]:
        """Return the columns of dates of birth, which move within their year before anything is learned."""
        return moved_dates(self.marks)

    @property
    def personal_cells(self) -> int:
        """Return how many cells hold personal data except for dates of birth."""
        return personal_cells(self.findings)

    def without(self, left_out: Collection[str]) -> TableProfile:
        """Return the profile with some columns left out.

        Raises
        ------
        ArgumentError
            If there is no such column, or it identifies people.
        """
        for name in left_out:
            if name not in self.form.names:
                raise ArgumentError("leave_out_column", column=name, known=listed(self.form.names))
            if name == self.person:
                raise ArgumentError("leave_out_person", column=name)
        roles = tuple(
            ColumnRole(column.name, "empty", Message("commands.role_left_out"))
            if column.name in left_out
            else column
            for column in self.roles
        )
        return replace(self, roles=roles)

    def named(self, *roles: Role) -> list[str]:
        """Return the columns with these roles."""
        return [column.name for column in self.roles if column.role in roles]


def profile_file(
    path: AnyPath,
    reading: Reading | None = None,
    schema: TableForm | AnyPath | None = None,
    *,
    answers: Mapping[str, Answer] | None = None,
    person: str | None = None,
    on_stage: OnStage | None = None,
) -> TableProfile:
    """Read a file, find its personal data, and decide what becomes of each column.

    Parameters
    ----------
    path
        The file.
    reading
        What is said of the file.
    schema
        What columns hold, as for :func:`~synth_handson.tables.files.reading.read_table`.
    answers
        Whether columns hold names, as for :func:`~synth_handson.pii.detect.find_personal_data`.
    person
        The column that identifies people, where they have several rows and are learned with all of them.
    on_stage
        Called with each stage as it begins.
    """
    tell(on_stage, "read")
    frame, form = read_file(path, reading, schema)
    return profile_table(frame, form, answers=answers, person=person, on_stage=on_stage)


def profile_table(
    frame: pd.DataFrame,
    form: TableForm,
    *,
    personal_data: bool = True,
    answers: Mapping[str, Answer] | None = None,
    person: str | None = None,
    on_stage: OnStage | None = None,
) -> TableProfile:
    """Find the personal data in a table that was read, and decide what becomes of each column.

    Parameters
    ----------
    frame, form
        The table, and its form.
    personal_data
        Whether to look for any. Without, a table is taken to hold none, and nothing of it is replaced.
    answers
        Whether columns hold names, as for :func:`~synth_handson.pii.detect.find_personal_data`.
    person
        As for :func:`profile_file`.
    on_stage
        Called with each stage as it begins.

    Raises
    ------
    ArgumentError
        If a column, the sheet, or the unit of numbers is called like a person.
    """
    tell(on_stage, "personal data")
    if personal_data:
        check_headers(form, kept_of(answers or {}))
    marks = find_spans(frame, answers=answers) if personal_data else {}
    findings = summarise(frame, marks)
    several = find_several_rows(frame) if person is None else rows_by_person(frame, person)
    roles = assign_roles(frame, findings, several, by_person=person is not None)
    return TableProfile(frame, form, marks, findings, roles, several, answers or {}, person, personal_data)


def kept_of(answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """Return the columns of which somebody said that they name nobody."""
    return tuple(name for name, answer in answers.items() if answer == "keep")


def question(found: Finding) -> Message:
    """Ask whether words are names, and say what happens until somebody answers."""
    key = "commands.asked_kept" if found.kind == "possible_name" else "commands.asked_replaced"
    return Message(key, {"column": found.column, "share": found.share})


def holdout_fraction(rows: int) -> float:
    """Return the share of rows that is held out: a fifth, or as much as an assessment needs."""
    return min(max(HELD_OUT, MIN_ASSESSED_ROWS / rows), 0.5)


def tell(on_stage: OnStage | None, stage: Stage) -> None:
    """Report what begins, if there is a callback."""
    if on_stage:
        on_stage(stage)
