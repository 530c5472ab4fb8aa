"""A plan in files: CSV of one kind, JSON and YAML of all; errors name the row and field."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from pydantic import ValidationError

from synth_planning.entries import Entry, short
from synth_planning.errors import ArgumentError, PlanError
from synth_planning.locales import Language, Message, get_text
from synth_planning.plan import KINDS, MODELS, VERSION, Kind, Plan, key_of, kind_of

FORMATS = {".csv": "csv", ".json": "json", ".yaml": "yaml", ".yml": "yaml"}
MOST_BYTES = 20_000_000
MOST_PROBLEMS = 20
"""Problems of a file that are listed."""


@dataclass(frozen=True)
class Placed(Message):
    """An error at a place in a file.

    Attributes
    ----------
    kind, row
        Of the entry. In a CSV file the heading is row 1, as in spreadsheets; in others the first entry is.
    """

    kind: Kind = "features"
    row: int = 0

    def render(self, language: Language = "en") -> str:
        """Say it in the reader's language, with its place."""
        place = get_text(language, "errors.place", kind=self.kind, row=self.row)
        return f"{place}{super().render(language)}"


def write_plan(plan: Plan, path: Path, kind: Kind | None = None, *, overwrite: bool = False) -> None:
    """Write a plan, or its entries of one kind.

    Parameters
    ----------
    plan
        What to write.
    path
        Ends with .csv, .json, .yaml or .yml.
    kind
        What to write of it; CSV needs one, the others write everything by default.
    overwrite
        Whether to put it in the place of a file that is there.

    Raises
    ------
    ArgumentError
        If there is such a file, it cannot be written, its name ends otherwise, or CSV is to hold everything.
    """
    form = _form(path, kind)
    if path.exists() and not overwrite:
        raise ArgumentError("file_there", path=path)
    kinds = [kind] if kind else KINDS
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        if form == "csv":
            unfinished.write_bytes(as_csv(plan, kinds[0]))
        elif form == "json":
            text = json.dumps(_as_plain(plan, kinds), ensure_ascii=False, indent=2)
            unfinished.write_text(f"{text}\n", encoding="utf-8")
        else:
            unfinished.write_text(as_yaml(plan, kinds), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise ArgumentError("unwritable", path=path, reason=error.strerror or error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def as_yaml(plan: Plan, kinds: Sequence[Kind] = KINDS) -> str:
    """Return a plan, or its entries of some kinds, as YAML."""
    text: str = yaml.safe_dump(_as_plain(plan, kinds), allow_unicode=True, sort_keys=False, width=100)
    return text


def as_csv(plan: Plan, kind: Kind) -> bytes:
    """Return the entries of one kind as CSV, marked as UTF-8 for spreadsheets."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, list(MODELS[kind].model_fields))
    writer.writeheader()
    for row in _rows(plan, kind):
        cells = {name: "\n".join(value) if isinstance(value, list) else value for name, value in row.items()}
        writer.writerow(cells)
    return text.getvalue().encode("utf-8-sig")


def _as_plain(plan: Plan, kinds: Sequence[Kind]) -> dict[str, Any]:
    return {"version": VERSION, **{str(kind): _rows(plan, kind) for kind in kinds}}


def _rows(plan: Plan, kind: Kind) -> list[dict[str, Any]]:
    return [entry.model_dump(mode="json") for entry in plan.entries(kind)]


def read_entries(path: Path, kind: Kind | None = None, beside: Plan | None = None) -> list[Entry]:
    """Read the entries of a file; none if anything in it is wrong.

    Parameters
    ----------
    path
        Ends with .csv, .json, .yaml or .yml.
    kind
        What a CSV file, or a list, holds; others name the kinds themselves.
    beside
        The plan that it is to be added to: what it may refer to.

    Returns
    -------
    list of Entry
        In the file's order.

    Raises
    ------
    ArgumentError
        If there is no such file, or it is not what its name says.
    PlanError
        Names every row and field that is wrong.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _too_large(path)
        content = path.read_bytes()
    except OSError as error:
        raise ArgumentError("file_unreadable", path=path, reason=error.strerror or error) from error
    return entries_in(content, path, kind, beside)


def entries_in(
    content: bytes, path: Path, kind: Kind | None = None, beside: Plan | None = None
) -> list[Entry]:
    """Read what stands in the bytes of a file of this name; otherwise as `read_entries`."""
    form = _form(path, kind)
    if len(content) > MOST_BYTES:
        raise _too_large(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArgumentError("file_encoding", path=path) from error
    try:
        found = list(_csv_rows(text, kind) if form == "csv" and kind else _plain_rows(text, form, kind, path))
    except csv.Error as error:
        raise ArgumentError("file_unreadable", path=path, reason=error) from error
    rows: dict[tuple[Kind, str], int] = {}
    entries: list[Entry] = []
    problems: list[Message] = []
    for of, row, values in found:
        try:
            entry = MODELS[of].model_validate(values)
        except ValidationError as error:
            problems += [_placed(wrong, of, row) for wrong in MODELS[of].problems(error)]
            continue
        first = rows.setdefault(key_of(entry), row)
        if first != row:
            problems.append(_placed(Message("errors.twice", {"id": entry.id, "other": first}), of, row))
        entries.append(entry)
    if not problems:
        # What was wrong in the plan before is not held against the file.
        problems += [
            _placed(wrong, kind_of(entry), rows[key_of(entry)])
            for entry, wrong in (beside or Plan()).with_entries(entries).problems()
            if key_of(entry) in rows
        ]
    if problems:
        raise PlanError(_few(problems), "file")
    return entries


def _placed(found: Message, kind: Kind, row: int) -> Placed:
    return Placed(found.key, found.values, kind, row)


def _few(problems: list[Message]) -> list[Message]:
    if len(problems) <= MOST_PROBLEMS:
        return problems
    return [*problems[:MOST_PROBLEMS], Message("errors.more", {"more": len(problems) - MOST_PROBLEMS})]


def _form(path: Path, kind: Kind | None) -> str:
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise ArgumentError("format", path=path, known=", ".join(FORMATS))
    if kind is None and form == "csv":
        raise ArgumentError("csv_kind", known=", ".join(KINDS))
    if kind is not None and kind not in KINDS:
        raise ArgumentError("kind", kind=kind, known=", ".join(KINDS))
    return form


def _too_large(path: Path) -> ArgumentError:
    return ArgumentError("file_large", path=path, megabytes=MOST_BYTES // 1_000_000)


def _csv_rows(text: str, kind: Kind) -> Iterator[tuple[Kind, int, dict[str, Any]]]:
    """Read rows by their heading; an empty cell takes the field's default."""
    reader = csv.reader(StringIO(text, newline=""))
    heading = [name.strip() for name in next(reader, [])]
    unknown = [name for name in heading if name not in MODELS[kind].model_fields]
    if unknown or len(set(heading)) < len(heading) or not heading:
        values = {"fields": ", ".join(MODELS[kind].model_fields), "heading": short(", ".join(heading))}
        raise PlanError([Placed("errors.heading", values, kind, 1)], "file")
    for row, cells in enumerate(reader, 2):
        if any(cell.strip() for cell in cells):
            if len(cells) > len(heading):
                counts = {"cells": len(cells), "columns": len(heading)}
                raise PlanError([Placed("errors.ragged", counts, kind, row)], "file")
            yield kind, row, {name: cell for name, cell in zip(heading, cells, strict=False) if cell.strip()}


def _plain_rows(
    text: str, form: str, kind: Kind | None, path: Path
) -> Iterator[tuple[Kind, int, dict[str, Any]]]:
    try:
        content = json.loads(text) if form == "json" else yaml.safe_load(text)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ArgumentError("file_unreadable", path=path, reason=short(reason)) from error
    if kind and isinstance(content, list):
        content = {kind: content}
    if isinstance(content, dict):
        _check_version(content.pop("version", 1), path)
    if not isinstance(content, dict) or not all(isinstance(rows, list) for rows in content.values()):
        raise ArgumentError("file_shape", path=path, known=", ".join(KINDS))
    unknown = [name for name in content if name not in KINDS]
    if unknown:
        raise ArgumentError("kind", kind=short(unknown[0]), known=", ".join(KINDS))
    for of in KINDS:
        for row, values in enumerate(content.get(of, []), 1):
            if not isinstance(values, dict):
                shown = {"value": short(values)}
                raise PlanError([Placed("errors.no_entry", shown, of, row)], "file")
            yield of, row, {str(name): value for name, value in values.items() if value is not None}


def _check_version(written: object, path: Path) -> None:
    """Take files of this version and earlier ones: those of version 1 have no product, and say no version."""
    if isinstance(written, bool) or not isinstance(written, int) or written < 1:
        raise ArgumentError("file_version", path=path, written=short(written), known=VERSION)
    if written > VERSION:
        raise ArgumentError("file_newer", path=path, written=written, known=VERSION)
