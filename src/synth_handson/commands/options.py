"""Options that several commands have; imported for ``--help``, so nothing here loads a library of tables."""

from __future__ import annotations

import locale
import os
from pathlib import Path
from typing import Annotated

import typer

from synth_handson.locales import Language
from synth_handson.pipeline.asked_words import GIVEN, SHARES

Types = Annotated[
    list[str] | None,
    typer.Option(
        "--type", metavar="COLUMN=TYPE", help="text, whole, number, boolean, time, date or date:%d/%m/%Y."
    ),
]
Schema = Annotated[
    Path | None, typer.Option(help="Saved schema with the column types (see preview --save-schema).")
]
Encoding = Annotated[
    str | None, typer.Option(help="Encoding of a text file, such as utf-8, cp932, euc_jp or cp1252.")
]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook.")]
HeaderRow = Annotated[
    int | None, typer.Option(min=1, help="Line, or row of a sheet, with the column names; from 1.")
]
LeaveOut = Annotated[
    list[str] | None, typer.Option(metavar="COLUMN", help="Column to leave empty; may be repeated.")
]
Known = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Column that an attacker may already know; may be repeated."),
]
Replaced = Annotated[
    list[str] | None,
    typer.Option("--replace", metavar="COLUMN", help="Column whose values are names; may be repeated."),
]
Kept = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar="COLUMN", help="Column whose values are not names; may be repeated."),
]
RuleOption = Annotated[
    list[str] | None,
    typer.Option("--rule", metavar="RULE", help='Rule to keep, such as "checkin < checkout"; once for each.'),
]
RulesOption = Annotated[
    str | None,
    typer.Option(
        "--rules", metavar="FILE", help="File of rules to keep; or: found, for all that are proposed."
    ),
]
DropRule = Annotated[
    list[str] | None,
    typer.Option("--drop-rule", metavar="RULE", help="Rule not to keep, of those; once for each."),
]
Person = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="Column that identifies people who have several rows each (visits, payments)."
    ),
]
PeopleOption = Annotated[
    str | None,
    typer.Option(
        "--people", metavar="FILE", help="Table of people among linked files, or its sheet in a workbook."
    ),
]
EventsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--events", metavar="NAME=FILE", help="Table of events among linked files; may be repeated."
    ),
]
LanguageOption = Annotated[
    Language | None, typer.Option("--language", help="ja or en; by default the language of the terminal.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
GivenOption = Annotated[
    list[str] | None,
    typer.Option(
        "--given",
        metavar=GIVEN,
        help="Value that all rows are to have, or several of which each has one: job=student,retired. "
        "Nothing after the = stands for a missing one. Once for each column.",
    ),
]
SharesOption = Annotated[
    str | None,
    typer.Option(
        "--shares",
        metavar=SHARES,
        help="Shares of the values of one column, adding up to 1: y:yes=.5,no=.5. The others follow.",
    ),
]
EvenIfFew = Annotated[
    bool,
    typer.Option(
        "--even-if-few", help="Draw even if fewer than 100 people have that; the verdict is at most review."
    ),
]


def terminal_language() -> Language:
    """Take the language of the reader's terminal."""
    named = filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")))
    return "ja" if (next(named, None) or locale.getlocale()[0] or "").lower().startswith("ja") else "en"
