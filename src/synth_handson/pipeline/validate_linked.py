"""Check synthetic linked files against their originals, no matter who made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import fspath
from pathlib import Path
from typing import Any

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.evidence.assessment import Evidence
from synth_handson.locales import Message
from synth_handson.pii.detect import Answer
from synth_handson.pii.replace import by_years
from synth_handson.pipeline.linked import (
    LinkedProfile,
    Source,
    find_leaks,
    hashes,
    linked_manifest_path,
    linked_places,
    profile_linked,
)
from synth_handson.pipeline.manifest import LinkedManifest, file_hash
from synth_handson.pipeline.validate import (
    ValidationResult,
    check_columns,
    check_privacy,
    comparable,
    judge,
    read_alike,
)
from synth_handson.tables.files.form import AnyPath, Reading
from synth_handson.tables.files.reading import read_file
from synth_handson.tables.linked import LinkedTables
from synth_handson.tables.rules.linked import PEOPLE
from synth_handson.tables.rules.parse import as_rules
from synth_handson.tables.split import split_holdout


@dataclass(frozen=True)
class LinkedValidationResult:
    """Results of checking synthetic linked files.

    Attributes
    ----------
    tables
        What was checked of each for itself; the people's is called "people".
    together
        What was measured of people with all their events: privacy.
    """

    tables: Mapping[str, ValidationResult]
    together: ValidationResult

    @property
    def met(self) -> bool:
        """Whether all that could be judged is met."""
        return all(result.met for result in (*self.tables.values(), self.together))

    @property
    def exit_status(self) -> int:
        """Return 0 if all is met, 1 if something is not, and 4 if only privacy needs a review."""
        return self.together.exit_status if self.met else 1

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for ``json.dumps``."""
        tables = {name: result.to_dict() for name, result in self.tables.items()}
        return {"met": self.met, "tables": tables, "together": self.together.to_dict()}


def validate_linked(
    people: Source,
    events: Mapping[str, Source],
    key: str,
    synthetic: AnyPath,
    *,
    holdout: AnyPath | None = None,
    manifest: AnyPath | None = None,
    target: str | None = None,
    known: Sequence[str] = (),
    rules: Sequence[str] = (),
    answers: Mapping[str, Answer] | None = None,
) -> LinkedValidationResult:
    """Check synthetic linked files against their originals.

    Parameters
    ----------
    people, events, key
        The originals, as for :func:`~synth_handson.pipeline.linked.profile_linked`.
    synthetic
        The synthetic ones: a folder of files with the originals' names, or a workbook with their sheets.
    holdout
        The same of people who were held out, if the originals have only those that were learned from.
    manifest
        What `synthesise` wrote, if it is elsewhere.
    target, known, rules, answers
        As for :func:`~synth_handson.pipeline.validate.validate`.

    Raises
    ------
    ArgumentError
        If a file cannot be read, the tables are not linked by this key, or belong to other originals than the
        manifest says.
    TableError
        If there are too few rows, or something is wrong with the columns' names.
    """
    sources, place = {PEOPLE: people, **events}, Path(fspath(synthetic))
    about = _manifest(sources, place, manifest)
    said = {**(about.answers if about else {}), **(answers or {})}
    profile = profile_linked(people, events, key, answers=said)
    there = linked_places(sources, place)
    made: dict[str, pd.DataFrame] = {}
    tables: dict[str, ValidationResult] = {}
    columns: dict[str, list[str]] = {}
    for name, one in profile.tables.items():
        made[name], found = read_alike(there[name].path, one.form, there[name].sheet)
        leaks = find_leaks(profile, made[name])
        columns[name] = comparable(one, made[name], one.named("learned", "written"))
        checks = check_columns(one, made[name], found, [c for c in columns[name] if c != key], leaks, None)
        tables[name] = ValidationResult(checks, leaks, None)
    measured = {name: [*dict.fromkeys([key, *told])] for name, told in columns.items()}
    parts = _parts(profile, sources, measured, holdout, about)
    together: Evidence | Message = Message("commands.no_holdout")
    if parts is not None:
        unchanged = about is not None and about.synthetic == hashes(there)
        wishes: dict[str, Any] = {
            "target": target or (about.target if about else None),
            "known": known or (about.known if about else ()),
            "rules": [
                rule
                for rule in profile.measurable(as_rules((*(about.rules if about else ()), *rules)))
                if set().union(*measured.values()).issuperset(rule.columns)
            ],
            "random_state": about.seed if about else 0,
        }
        by_day = (profile.linked(made, measured), *parts)
        moved = {name: [c for c in one.moved if c in measured[name]] for name, one in profile.tables.items()}
        by_year = tuple(_by_years(one, moved) for one in by_day)
        together = judge(by_year, None if unchanged or not any(moved.values()) else by_day, wishes)
    evidence = together if isinstance(together, Evidence) else None
    return LinkedValidationResult(tables, ValidationResult((check_privacy(together),), (), evidence))


def _manifest(sources: Mapping[str, Source], synthetic: Path, given: AnyPath | None) -> LinkedManifest | None:
    path = Path(fspath(given)) if given is not None else linked_manifest_path(synthetic)
    if given is None and not path.exists():
        return None
    manifest = LinkedManifest.read(path)
    for name, one in sources.items():
        if one.path.exists() and manifest.originals.get(name) != file_hash(one.path):
            raise ArgumentError("manifest_other", path=path, original=one.path)
    return manifest


def _parts(
    profile: LinkedProfile,
    sources: Mapping[str, Source],
    columns: Mapping[str, Sequence[str]],
    holdout: AnyPath | None,
    about: LinkedManifest | None,
) -> tuple[LinkedTables, LinkedTables] | None:
    """Return the people trained on and those held out; None if unknown."""
    real = profile.linked({name: one.frame for name, one in profile.tables.items()}, columns)
    if holdout is not None:
        places = linked_places(sources, Path(fspath(holdout)))
        held_out = {
            name: read_file(places[name].path, Reading(sheet=places[name].sheet), one.form)[0]
            for name, one in profile.tables.items()
        }
        return real, profile.linked(held_out, columns)
    return split_holdout(real, about.fraction, about.seed) if about else None


def _by_years(tables: LinkedTables, moved: Mapping[str, Sequence[str]]) -> LinkedTables:
    events = {name: by_years(frame, moved[name]) for name, frame in tables.events.items()}
    return LinkedTables(by_years(tables.people, moved[PEOPLE]), events, tables.key)
