"""Check a synthetic file against the original, whoever made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from os import fspath
from pathlib import Path
from statistics import mean
from typing import Any, Literal

import pandas as pd

from synth_handson.errors import ArgumentError, TableError
from synth_handson.evidence.assessment import Evidence, assess
from synth_handson.evidence.fidelity import compare_columns
from synth_handson.evidence.verdict import Outcome
from synth_handson.locales import Message
from synth_handson.pii.detect import Finding, find_marks, summarise
from synth_handson.pii.leaks import Leak, find_originals, shared_values
from synth_handson.pii.replace import originals
from synth_handson.pipeline.compare_texts import compare_texts
from synth_handson.pipeline.manifest import Manifest, file_hash, manifest_path
from synth_handson.pipeline.roles import ColumnRole, assign_roles
from synth_handson.tables.checks import MIN_COLUMNS, check_known
from synth_handson.tables.files.form import AnyPath, ColumnForm, TableForm
from synth_handson.tables.files.reading import read_file
from synth_handson.tables.people import find_several_rows
from synth_handson.tables.split import split_holdout
from synth_handson.tables.texts import is_text

CheckName = Literal["schema", "distribution", "personal_data", "semantic", "diversity", "privacy"]

TARGETS: dict[CheckName, float] = {
    "schema": 1.0,
    "distribution": 0.85,
    "personal_data": 0.0,
    "semantic": 0.8,
    "diversity": 0.7,
}

EXIT_STATUS: dict[Outcome, int] = {"pass": 0, "review": 4, "fail": 5}
"""With which status a command ends that has made a table: no script takes a review for a pass."""


@dataclass(frozen=True)
class Check:
    """One thing that a synthetic file should meet.

    Attributes
    ----------
    name
        "schema": share of columns with the same name, type and place, 0 to 1. "distribution": 1 minus the
        mean total variation distance of the columns, 0 to 1. "personal_data": number of cells with personal
        data of the original. "semantic": similarity of texts, as a share of what real ones reach.
        "diversity": share of different texts. "privacy": no number, but the verdict of `assess`.
    value, target
        What was measured, and what is asked for; None where it could not be, or is no number.
    met
        Whether it is; None where it could not be judged.
    about
        What it rests on, or why it could not be judged.
    """

    name: CheckName
    value: float | None
    target: float | None
    met: bool | None
    about: Message


@dataclass(frozen=True)
class ValidationResult:
    """What was checked of a synthetic file.

    Attributes
    ----------
    checks
        In a fixed order.
    leaks
        Cells with personal data of the original.
    evidence
        What `assess` measured; None without rows that were held out.
    """

    checks: tuple[Check, ...]
    leaks: tuple[Leak, ...]
    evidence: Evidence | None

    @property
    def met(self) -> bool:
        """Whether all that could be judged is met."""
        return all(check.met is not False for check in self.checks)

    @property
    def exit_status(self) -> int:
        """Return 0 if all is met, 1 if something is not; 4 if all else is, but privacy is for review."""
        if not self.met:
            return 1
        return EXIT_STATUS[self.evidence.verdict] if self.evidence else 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for ``json.dumps``."""
        return {
            "met": self.met,
            "checks": [{**asdict(check), "about": check.about.in_words("en")} for check in self.checks],
            "leaks": [asdict(leak) for leak in self.leaks],
            "evidence": self.evidence.to_dict() if self.evidence else None,
        }


def validate(
    original: AnyPath,
    synthetic: AnyPath,
    *,
    holdout: AnyPath | None = None,
    manifest: AnyPath | None = None,
    schema: TableForm | AnyPath | None = None,
    target: str | None = None,
    known: Sequence[str] = (),
) -> ValidationResult:
    """Check a synthetic file against the original.

    Parameters
    ----------
    original
        The file it was made from.
    synthetic
        The synthetic file.
    holdout
        A file of rows that were held out, if ``original`` has only those that were learned from.
    manifest
        What `synthesise` wrote beside its output; looked for there if it is not given. By it, the rows that
        were held out are split off the original again.
    schema
        What the columns hold, if the manifest does not say it, or otherwise.
    target
        Column that a model is to predict.
    known
        Columns that somebody may already know of a person, as for
        :func:`~synth_handson.evidence.assessment.assess`.

    Raises
    ------
    ArgumentError, TableError
        If a file cannot be read, or belongs to another original than the manifest says.
    """
    about = _manifest(Path(fspath(original)), Path(fspath(synthetic)), manifest)
    frame, form = read_file(original, schema=schema or (about.form if about else None))
    made, found = _read_alike(synthetic, form)
    marks = find_marks(frame)
    findings = summarise(frame, marks)
    common = [name for name in form.names if name in found.names]
    leaks = find_originals(made, originals(marks), shared_values(frame, marks))
    several = find_several_rows(frame)
    roles = assign_roles(frame, findings, several)
    measured = _comparable(frame, made, roles, about, several.identifiers if several else ())
    learned = [name for name in measured if not is_text(frame[name])]
    check_known(known, learned)
    parts = _parts(frame, form, holdout, about, measured)
    goal = target or (about.target if about else None)
    evidence = _assessed(made[measured], parts, goal, known)
    return ValidationResult(
        checks=(
            _schema(form, found, made),
            _distribution(frame, made, learned),
            _personal_data(leaks, frame, findings),
            *_texts(frame, made, common),
            _privacy(evidence),
        ),
        leaks=leaks,
        evidence=evidence if isinstance(evidence, Evidence) else None,
    )


def _manifest(original: Path, synthetic: Path, given: AnyPath | None) -> Manifest | None:
    path = Path(fspath(given)) if given is not None else manifest_path(synthetic)
    if given is None and not path.exists():
        return None
    manifest = Manifest.read(path)
    if original.exists() and file_hash(original) != manifest.original:
        raise ArgumentError("manifest_other", path=path, original=original)
    return manifest


def _read_alike(synthetic: AnyPath, form: TableForm) -> tuple[pd.DataFrame, TableForm]:
    """Read the synthetic file by the original's form where it has that, and as it is where not."""
    try:
        return read_file(synthetic, schema=form)
    except ArgumentError:
        return read_file(synthetic)


def _comparable(
    frame: pd.DataFrame,
    made: pd.DataFrame,
    roles: tuple[ColumnRole, ...],
    about: Manifest | None,
    identifiers: tuple[str, ...],
) -> list[str]:
    """Return the columns whose values say something: learned and written ones, and what numbers people."""
    told = tuple(role.name for role in roles if role.role in ("learned", "written"))
    known = {*about.learned, *about.written} if about else set(told)
    return [
        name
        for name in map(str, frame)
        if (name in known or name in identifiers)
        and name in made
        and made[name].notna().any()
        and frame[name].dtype.kind == made[name].dtype.kind
    ]


def _parts(
    frame: pd.DataFrame, form: TableForm, holdout: AnyPath | None, about: Manifest | None, learned: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return the rows that were learned from and those that were held out; None if nobody knows."""
    if holdout is not None:
        held_out, _ = read_file(holdout, schema=form)
        return frame[learned], held_out[learned]
    if about is None:
        return None
    return split_holdout(frame[learned], about.fraction, about.seed)


def _check(name: CheckName, value: float, met: bool, about: str, **values: object) -> Check:
    return Check(name, value, TARGETS.get(name), met, Message(f"commands.{about}", values))


def _schema(form: TableForm, found: TableForm, made: pd.DataFrame) -> Check:
    def fits(position: int, column: ColumnForm) -> bool:
        if position >= len(found.names) or found.names[position] != column.name:
            return False
        kinds = (column.type, found.columns[position].type)
        return kinds[0] == kinds[1] or kinds == ("number", "whole") or bool(made[column.name].isna().all())

    differing = [column.name for i, column in enumerate(form.columns) if not fits(i, column)]
    total = max(len(form.names), len(found.names))
    fitting = len(form.names) - len(differing)
    return _check(
        "schema", fitting / total, fitting == total, "about_schema",
        fitting=fitting, total=total, differing=", ".join(differing[:5]) or "–",
    )  # fmt: skip


def _distribution(frame: pd.DataFrame, made: pd.DataFrame, learned: list[str]) -> Check:
    if not learned:
        return Check("distribution", None, TARGETS["distribution"], None, Message("commands.no_columns"))
    columns = compare_columns(frame[learned], frame[learned], made[learned])
    value = 1 - mean(column.synthetic for column in columns)
    worst = max(columns, key=lambda column: column.synthetic)
    return _check(
        "distribution", value, value > TARGETS["distribution"], "about_distribution",
        columns=len(columns), worst=worst.column, distance=f"{worst.synthetic:.2f}",
    )  # fmt: skip


def _personal_data(leaks: tuple[Leak, ...], frame: pd.DataFrame, findings: tuple[Finding, ...]) -> Check:
    cells = sum(finding.cells for finding in findings if finding.kind != "birth_date")
    return _check("personal_data", len(leaks), not leaks, "about_personal_data", cells=cells)


def _texts(frame: pd.DataFrame, made: pd.DataFrame, common: list[str]) -> tuple[Check, Check]:
    names = [name for name in common if is_text(frame[name])]
    found = {name: compare_texts(frame[name], made[name]) for name in names}
    known = {name: texts for name, texts in found.items() if texts is not None}
    if not known:
        why = Message(
            "commands.no_texts" if not names else "commands.empty_texts", {"columns": ", ".join(names)}
        )
        semantic = Check("semantic", None, TARGETS["semantic"], None, why)
        return semantic, Check("diversity", None, TARGETS["diversity"], None, why)
    share = min(texts.similarity / max(texts.expected, 1e-9) for texts in known.values())
    distinct = min(texts.distinct for texts in known.values())
    columns = ", ".join(known)
    return (
        _check("semantic", share, share > TARGETS["semantic"], "about_semantic", columns=columns),
        _check("diversity", distinct, distinct > TARGETS["diversity"], "about_diversity", columns=columns),
    )


def _assessed(
    made: pd.DataFrame,
    parts: tuple[pd.DataFrame, pd.DataFrame] | None,
    target: str | None,
    known: Sequence[str],
) -> Evidence | Message:
    """Assess the tables, or say why that cannot be done."""
    if parts is None:
        return Message("commands.no_holdout")
    if made.shape[1] < MIN_COLUMNS:
        return Message("commands.no_columns")
    try:
        return assess(made, train=parts[0], holdout=parts[1], target=target, known=known)
    except TableError as error:
        return error.problems[0]


def _privacy(evidence: Evidence | Message) -> Check:
    if isinstance(evidence, Message):
        return Check("privacy", None, None, None, evidence)
    met = {"pass": True, "fail": False, "review": None}[evidence.verdict]
    return Check("privacy", None, None, met, Message(f"commands.privacy_{evidence.verdict}"))
