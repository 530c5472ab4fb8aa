"""The role of each column of a table: learned, written, newly made, or left empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from synth_handson.errors import TableError
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Integers
from synth_handson.pii.detect import Finding, mask
from synth_handson.pipeline.made_codes import why_made
from synth_handson.tables.checks import check_table, column_problems
from synth_handson.tables.columns import Column
from synth_handson.tables.people import SeveralRows
from synth_handson.tables.texts import is_text

Role = Literal["learned", "written", "made", "numbered", "empty"]

RUNNING_NUMBER = "errors.table_running_number"
CODES = tuple(
    f"errors.table_{why}" for why in ("text_identifier", "all_rare", "numbers_as_text", "dates_as_text")
)
"""Reasons for not learning columns of codes, or of dates in an unknown format."""
MIN_TEXTS = 100
"""Fewest texts that can be learned from."""


@dataclass(frozen=True)
class ColumnRole:
    """Role of a column.

    Attributes
    ----------
    name
        The column.
    role
        "learned" by the generator; "written": free text, by a language model; "made": personal data or codes,
        of which others of the same form are made; "numbered" anew from the lowest number on; "empty": nothing
        of it can be learned.
    reason
        Why, where it is not "learned".
    """

    name: str
    role: Role
    reason: Message | None = None


def assign_roles(
    frame: pd.DataFrame,
    findings: tuple[Finding, ...],
    several: SeveralRows | None = None,
    *,
    by_person: bool = False,
) -> tuple[ColumnRole, ...]:
    """Assign a role to each column.

    Dates of birth are learned, as they are moved before; other columns of personal data are made anew.

    Parameters
    ----------
    frame
        The table.
    findings
        The personal data found in it.
    several
        By which columns several rows of one person are known, if there are any.
    by_person
        Whether people are learned with all their rows: what is constant within them is then judged by one row
        of each.

    Raises
    ------
    TableError
        If there are too few rows, or something is wrong with the columns' names.
    """
    personal = {f.column for f in findings if f.whole and f.kind != "birth_date"}
    identifiers = several.identifiers if several else ()
    people = several.people(frame) if several else None
    problems = _problems(frame)
    for name in {finding.column for finding in findings} & problems.keys():
        problems[name] = _masked(problems[name])
    if by_person and several and people is not None:
        each = frame.loc[~pd.Series(people, frame.index).duplicated(), list(several.constant)]
        named = {str(found.values["column"]): found for found in column_problems(each)}
        problems = {n: p for n, p in problems.items() if n not in several.constant} | named
    return tuple(
        ColumnRole(name, "made", Message("commands.role_personal"))
        if name in personal
        else ColumnRole(name, "made", Message("commands.role_several_rows"))
        if name in identifiers
        else _role(name, frame[name], problems.get(name), people)
        for name in map(str, frame.columns)
    )


def _masked(problem: Message) -> Message:
    """Return a problem without the example of a column that holds personal data."""
    example = problem.values.get("example")
    shown = {} if example is None else {"example": mask(str(example).strip("'"))}
    return Message(problem.key, {**problem.values, **shown})


def _problems(frame: pd.DataFrame) -> dict[str, Message]:
    """Return the problems that keep columns from being learned; raise problems of the whole table."""
    try:
        check_table(frame)
    except TableError as error:
        whole = [problem for problem in error.problems if "column" not in problem.values]
        named = [problem for problem in error.problems if problem.key.startswith("errors.table_name_")]
        if whole or named:
            raise TableError(whole + named, error.key) from error
        return {str(problem.values["column"]): problem for problem in error.problems}
    return {}


def _role(name: str, column: Column, problem: Message | None, people: Integers | None) -> ColumnRole:
    if problem is None:
        return ColumnRole(name, "learned")
    if problem.key == RUNNING_NUMBER:
        return ColumnRole(name, "numbered", Message("commands.role_numbered"))
    if is_text(column):
        texts = int(column.notna().sum())
        if texts >= MIN_TEXTS:
            return ColumnRole(name, "written", Message("commands.role_text"))
        return ColumnRole(
            name, "empty", Message("commands.role_few_texts", {"texts": texts, "minimum": MIN_TEXTS})
        )
    reason = why_made(column, people) if problem.key in CODES else None
    return ColumnRole(name, "made", reason) if reason else ColumnRole(name, "empty", problem)
