"""Results of a job: its files, and their descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from synth_handson.errors import ArgumentError, SynthHandsonError
from synth_handson.evidence.assessment import Evidence
from synth_handson.locales import LANGUAGES, Language, Message, get_text
from synth_handson.pii.detect import mask
from synth_handson.pipeline.generate import Synthesised
from synth_handson.pipeline.linked import LinkedProfile, SynthesisedLinked
from synth_handson.pipeline.profile import TableProfile, question
from synth_handson.presentation import pictures
from synth_handson.presentation.document import svg_html
from synth_handson.presentation.report.about import About
from synth_handson.presentation.summaries import counted_in, sentences
from synth_handson.tables.files.convert import spell
from synth_handson.tables.files.form import ColumnForm, TableForm
from synth_handson.tables.files.writing import write_sheets, write_table
from synth_handson.tables.rules.linked import PEOPLE
from synth_service.request import Request

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Characters that start a formula in a spreadsheet (OWASP, "CSV Injection")."""

Spelled = tuple[pd.DataFrame, TableForm]
"""A table, and how its file spells it."""
SEPARATORS = str.maketrans({"/": "_", "\\": "_"})

RISK = {"pass": "none found", "review": "undecided", "fail": "high"}
"""Words for the verdict. Not "low": finding no leak says nothing about leaks too small to find."""

SAMPLES, HEAD = 3, 10
"""Values shown of a column before anything is learned, and rows shown of a synthetic table."""
MAX_SAMPLE = 60
"""Characters shown of one value."""
MAX_SHEET_CELLS = 2_000_000
"""A larger table is not offered as a workbook: writing it takes minutes."""


@dataclass(frozen=True)
class ResultFile:
    """A file of a job.

    Attributes
    ----------
    name
        Its name in the storage.
    media_type
        Its media type.
    table
        Of linked tables the one that it holds; empty where it is called like the file that was sent.
    """

    name: str
    media_type: str
    table: str = ""

    @property
    def shown(self) -> str:
        """Its name after that of the table."""
        return f"synthetic{Path(self.name).suffix}" if self.table else self.name


TABLES = {
    "csv": ResultFile("synthetic.csv", "text/csv"),
    "parquet": ResultFile("synthetic.parquet", "application/vnd.apache.parquet"),
    "xlsx": ResultFile("synthetic.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": ResultFile("synthetic.json", "application/json"),
}
HTML = "text/html; charset=utf-8"
REPORT = {language: ResultFile(f"report.{language}.html", HTML) for language in LANGUAGES}
EVIDENCE = ResultFile("evidence.json", "application/json")
SUMMARY = ResultFile("summary.json", "application/json")
QUALITY = ResultFile("quality.json", "application/json")
GENERATOR = "generator"

REQUEST = "request.json"
UNDERSTOOD = "understood.json"
FAILURE = "failure.json"


def of_attempt(attempt: int, kind: ResultFile | str) -> str:
    """Name a result of an attempt, distinct from those of other attempts."""
    return f"{attempt}.{kind if isinstance(kind, str) else kind.name}"


def upload_of(file: str) -> str:
    """Name an upload in the storage after the file that a worker reads: without its ending."""
    return file.split(".")[0]


def table_kinds(request: Request, ending: str) -> list[ResultFile]:
    """Name the files of the synthetic tables, in the order of `Request.tables`; a workbook holds all."""
    kind = TABLES[ending]
    if ending == "xlsx":
        return [kind] * max(1, len(request.tables))
    if not request.tables:
        return [kind]
    names = (request.sheet or PEOPLE if request.event_sheets else "", *request.tables[1:])
    # Sheets, unlike files, may be called as if they lay in a folder.
    own, *events = (name.translate(SEPARATORS) for name in names)
    numbered = (kind.name.replace(".", f"-{number}.") for number in range(1, len(events) + 1))
    return [
        replace(kind, table=own),
        *(replace(kind, name=name, table=table) for name, table in zip(numbered, events, strict=True)),
    ]


def tables_of(made: Synthesised | SynthesisedLinked) -> dict[str, Spelled]:
    """Return the synthetic tables by name, each with its form; a single one is called as that of people."""
    if isinstance(made, SynthesisedLinked):
        return {name: (table, made.profile.tables[name].form) for name, table in made.tables.items()}
    return {PEOPLE: (made.table, made.profile.form)}


def write_tables(tables: Mapping[str, Spelled], request: Request, folder: Path) -> list[str]:
    """Write synthetic tables in all formats that can hold them all, and return which."""
    cells = sum(table.size for table, _ in tables.values())
    written: list[str] = []
    for ending in TABLES:
        if ending == "xlsx" and cells > MAX_SHEET_CELLS:
            continue
        try:
            _write(tables, request, folder, ending)
        except ArgumentError:
            # A workbook holds fewer rows, and no text of more than 32,767 characters.
            if ending == "csv":
                raise
            continue
        written.append(ending)
    return written


def _write(tables: Mapping[str, Spelled], request: Request, folder: Path, ending: str) -> None:
    escape = request.escape_formulas and ending in ("csv", "xlsx")
    shown = [(escape_formulas(table) if escape else table, form) for table, form in tables.values()]
    kinds = table_kinds(request, ending)
    if ending != "xlsx" or not request.tables:
        for kind, (table, form) in zip(kinds, shown, strict=True):
            write_table(table, folder / kind.name, form=form)
        return
    titles = (request.sheet or PEOPLE, *request.tables[1:])
    try:
        write_sheets(dict(zip(titles, shown, strict=True)), folder / kinds[0].name)
    except ValueError as error:  # no sheet has a name of more than 31 characters
        raise ArgumentError("unwritable", path=kinds[0].name, reason=error) from error


def escape_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before text, and names of columns, that a spreadsheet would take for a formula."""

    def escaped(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value

    safe = table.copy()
    for name in safe:
        if not pd.api.types.is_numeric_dtype(safe[name].dtype):
            safe[name] = safe[name].map(escaped, na_action="ignore")
    return safe.rename(columns=escaped)


def about(made: Synthesised | SynthesisedLinked, name: str, language: Language) -> About:
    """Return the report's statements about the tables."""
    if isinstance(made, SynthesisedLinked):
        shared, tables = len(made.tables[PEOPLE]), len(made.tables)
        data = get_text(language, "service.report_linked", tables=tables, people=shared, name=name)
    else:
        shared = len(made.table)
        data = get_text(language, "service.report_data", rows=shared, name=name)
    return About(data=data, source=name, training=made.generator.training, shared=shared)


def profile_view(profile: TableProfile | LinkedProfile) -> dict[Language, Any]:
    """Say in each language what was understood of a table; examples of personal data are masked.

    Of linked tables it is said of that of the people, and in ``events`` of the others.
    """
    return {language: _understood(profile, language) for language in LANGUAGES}


def _understood(profile: TableProfile | LinkedProfile, language: Language) -> dict[str, Any]:
    tables = profile.tables if isinstance(profile, LinkedProfile) else {PEOPLE: profile}
    told = {name: _profile(one, language) for name, one in tables.items()}
    people = told.pop(PEOPLE) | {
        "targets": profile.named("learned"),
        "rules": [
            {"rule": str(found.rule), "says": found.message.render(language), "people": found.people}
            for found in profile.proposed
        ],
        "events": [{"name": name, **one} for name, one in told.items()],
    }
    if isinstance(profile, LinkedProfile):
        people |= {
            "person": profile.key,
            "people": profile.size,
            "questions": [found.column for found in profile.questions],
            "answers": {name: answer for one in tables.values() for name, answer in one.answers.items()},
        }
    return people


def _profile(profile: TableProfile, language: Language) -> dict[str, Any]:
    def text(key: str) -> str:
        return get_text(language, f"commands.{key}")

    forms = {form.name: form for form in profile.form.columns}
    return {
        "rows": len(profile.frame),
        "person": profile.person,
        "proposed_person": profile.proposed_person,
        "people": None if profile.person is None else profile.size,
        "looked": profile.looked,
        "columns": [
            {
                "name": role.name,
                "type": forms[role.name].type,
                "type_label": text(f"type_{forms[role.name].type}"),
                "why": forms[role.name].why(language),
                "role": role.role,
                "role_label": text(f"becomes_{role.role}"),
                "reason": role.reason.render(language) if role.reason else None,
                "samples": _samples(profile, forms[role.name]),
            }
            for role in profile.roles
        ],
        "found": [found.render(language) for found in profile.form.found],
        "reading": {
            "encoding": profile.form.reading.encoding,
            "sheet": profile.form.sheet,
            "sheets": sorted({profile.form.sheet, *profile.form.other_sheets} - {None}),
            "header_row": profile.form.reading.header_row,
        },
        "notices": [notice.render(language) for notice in profile.notices],
        "questions": [found.column for found in profile.questions],
        "answers": dict(profile.answers),
        "personal_data": [
            {
                "column": found.column,
                "kind": found.kind,
                "kind_label": text(f"kind_{found.kind}"),
                "cells": found.cells,
                "share": found.share,
                "whole": found.whole,
                "example": found.examples[0] if found.examples else None,
                "question": question(found).render(language) if found.asked else None,
            }
            for found in profile.findings
        ],
    }


def _samples(profile: TableProfile, form: ColumnForm) -> list[str]:
    """Show the first distinct values of a column; masked if it holds, or may hold, personal data.

    Where nobody looked for personal data, nothing is shown.
    """
    if not profile.looked:
        return []
    name = form.name
    values = profile.frame[name].dropna().drop_duplicates().head(SAMPLES)
    shown = [value[:MAX_SAMPLE] for value in spell(values, form)]
    role = next(role.role for role in profile.roles if role.name == name)
    personal = name in profile.marks or any(found.column == name for found in profile.findings)
    return [mask(value) for value in shown] if personal or role in ("made", "numbered") else shown


def _head(table: pd.DataFrame, form: TableForm) -> dict[str, list[Any]]:
    """Show the first rows of a synthetic table, spelled as in the file."""
    rows = table.head(HEAD)
    spelled = [spell(rows[column.name], column) for column in form.columns]
    shown = [[None if pd.isna(cell) else str(cell)[:MAX_SAMPLE] for cell in column] for column in spelled]
    return {"columns": form.names, "rows": list(map(list, zip(*shown, strict=True)))}


def _pictures(evidence: Evidence, language: Language) -> list[dict[str, str]]:
    """Draw use and privacy as the report does: a finding, how to read it, and an SVG without a script."""
    use = pictures.columns(evidence, language)
    drawn = pictures.three(evidence.privacy, language, counted_in(evidence))
    return [
        {"title": one.title, "note": one.note, "svg": svg_html(one.svg)}
        for one in ((use,) if use else ()) + drawn
    ]


def summary(made: Synthesised | SynthesisedLinked, replaced: bool) -> dict[Language, Any]:
    """Say in each language what follows from the evidence, and what was done with personal data."""
    return {language: _summary(made, replaced, language) for language in LANGUAGES}


def _summary(made: Synthesised | SynthesisedLinked, replaced: bool, language: Language) -> dict[str, Any]:
    evidence = made.evidence
    of_texts = () if isinstance(made, SynthesisedLinked) else made.text_notes
    tables = tables_of(made)
    heads = {name: _head(*spelled) for name, spelled in tables.items()}

    def said(messages: tuple[Message, ...]) -> list[str]:
        return sentences(messages, evidence, language)

    def text(key: str, **values: object) -> str:
        return get_text(language, f"commands.{key}", **values)

    notes = []
    if not replaced:
        notes.append(get_text(language, "service.not_replaced"))
    elif made.profile.personal_cells:
        notes.append(text("scanned", cells=made.profile.personal_cells))
    notes += [note.render(language) for note in made.notes]
    notes += [question(found).render(language) for found in made.profile.questions]
    notes += [note.render(language) for note in of_texts]
    if any(note.key == "commands.texts_missing" for note in of_texts):
        notes.append(get_text(language, "service.texts_longer"))
    if made.empty:
        notes.append(text("left_empty", columns=", ".join(made.empty)))
    notes.append(text("not_shown"))
    return {
        "verdict": evidence.verdict,
        "verdict_label": text(f"verdict_{evidence.verdict}"),
        "reasons": said(evidence.reasons),
        "decision": evidence.decision.render(language),
        "decision_note": get_text(language, "use.rule"),
        "usefulness": evidence.usefulness.outcome,
        "usefulness_label": get_text(
            language, f"use.outcome_{evidence.usefulness.outcome.replace(' ', '_')}"
        ),
        "usefulness_reasons": said(evidence.usefulness.reasons),
        "grade": evidence.grade.letter,
        "recommendations": said(evidence.grade.recommendations),
        "engine": made.generator.training.engine,
        "engine_why": made.generator.why.render(language) if made.generator.why else None,
        "rows": {
            "original": made.profile.rows,
            "holdout": evidence.rows.holdout,
            "synthetic": made.rows,
            "measured": evidence.rows.synthetic,
        },
        "people": _people(made),
        "notes": notes,
        "head": heads[PEOPLE],
        "tables": [
            {"name": name, "rows": len(tables[name][0]), "head": head}
            for name, head in (heads.items() if len(heads) > 1 else ())
        ],
        "pictures": _pictures(evidence, language),
    }


def _people(made: Synthesised | SynthesisedLinked) -> dict[str, int] | None:
    """Count people, if they are learned with all their rows."""
    counted = made.evidence.people
    if counted is None:
        return None
    if isinstance(made, SynthesisedLinked):
        original, drawn = made.profile.size, len(made.tables[PEOPLE])
    elif made.profile.person is not None:
        original, drawn = made.profile.size, int(made.table[made.profile.person].nunique())
    else:
        return None
    return {
        "original": original, "holdout": counted.holdout, "synthetic": drawn, "measured": counted.synthetic,
    }  # fmt: skip


def quality_report(evidence: Evidence, language: Language) -> dict[str, Any]:
    """Fill the quality report of ``POST /generate`` from the evidence.

    Scores run from 0 to 100, high is good; rows that were held out would have 100. ``risk_level`` is "none
    found", "undecided" or "high", and follows from the verdict alone.
    """
    found, privacy = evidence.grade, evidence.privacy
    verdict, decision = privacy.verdict, evidence.decision.render(language)
    kept = {model.model: model.kept.value for model in evidence.utility.models} if evidence.utility else {}
    distances = [m.value for m in evidence.fidelity.columns if m.name == "column_tvd" and m.value is not None]
    joint = next((m for m in evidence.fidelity.joint if m.name == "c2st_auc"), None)
    return {
        "overall_score": {
            "overall_quality_score": round(found.total, 1),
            "grade": found.letter,
            "interpretation": f"{decision} {get_text(language, 'use.rule')}",
        },
        "fidelity_metrics": {
            "score": round(found.fidelity, 1),
            "mean_column_total_variation_distance": sum(distances) / len(distances) if distances else None,
            "c2st_auc": joint.value if joint else None,
            "c2st_auc_holdout": joint.reference if joint else None,
        },
        "utility_metrics": {
            "score": None if found.utility is None else round(found.utility, 1),
            "usefulness": evidence.usefulness.outcome,
            "performance_kept": kept,
        },
        "privacy_metrics": {
            "privacy_score": round(found.privacy, 1),
            "risk_level": RISK[evidence.verdict],
            "smallest_detectable_leak": verdict.smallest_detectable_leak,
        },
        "verdict": evidence.verdict,
        "decision": decision,
        "reasons": sentences(evidence.reasons, evidence, language),
        "measured_rows": evidence.rows.synthetic,
        "measured_people": evidence.people.synthetic if evidence.people else None,
        "version": version("synth-handson"),
    }


def failure_view(error: Exception, files: Mapping[str, str], folder: Path) -> Mapping[str, str]:
    """Say in each language why a job failed, with the files' original names."""
    if not isinstance(error, SynthHandsonError):
        return {language: get_text(language, "service.unexpected") for language in LANGUAGES}
    return {language: _without(error.message(language), files, folder) for language in LANGUAGES}


def _without(text: str, files: Mapping[str, str], folder: Path) -> str:
    """Replace the paths of files by their names."""
    for lying, file in files.items():
        text = text.replace(str(folder / lying), file)
    return text.replace(str(folder), "")
