"""Check a synthetic file against the original, no matter who made it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from os import fspath
from pathlib import Path
from statistics import mean
from typing import Any, Literal

import pandas as pd

from synth_handson.errors import ArgumentError, TableError
from synth_handson.evidence.assessment import Evidence, assess
from synth_handson.evidence.fidelity.statistics import compare_columns
from synth_handson.evidence.verdict import Outcome
from synth_handson.locales import Message
from synth_handson.pii.detect import Answer, Finding, PersonalDataSpans, find_in_column, personal_cells
from synth_handson.pii.leaks import Leak, find_originals, shared_values
from synth_handson.pii.replace import by_years, originals
from synth_handson.pipeline.compare_texts import (
    Meaning,
    TextSimilarity,
    compare_texts,
    meaning_for,
    without_personal_data,
)
from synth_handson.pipeline.manifest import Manifest, file_hash, manifest_path
from synth_handson.pipeline.profile import TableProfile, profile_table
from synth_handson.synthesis.llm import LanguageModel
from synth_handson.tables.checks import MIN_ASSESSED_ROWS, MIN_COLUMNS, check_known, listed
from synth_handson.tables.files.form import AnyPath, ColumnForm, Reading, TableForm
from synth_handson.tables.files.reading import read_file
from synth_handson.tables.linked import LinkedTables
from synth_handson.tables.rules.parse import as_rules
from synth_handson.tables.rules.rule import Rule
from synth_handson.tables.segment import Segment
from synth_handson.tables.split import split_holdout
from synth_handson.tables.texts import is_text

AnyTables = pd.DataFrame | LinkedTables
CheckName = Literal["schema", "distribution", "personal_data", "semantic", "diversity", "privacy"]

TARGETS: dict[CheckName, float] = {
    "schema": 1.0,
    "distribution": 0.85,
    "personal_data": 0.0,
    "semantic": 0.8,
    "diversity": 0.7,
}

EXIT_STATUS: dict[Outcome, int] = {"pass": 0, "review": 4, "fail": 5}
"""Exit status of a command that has made a table, so that no script mistakes a review for a pass."""


@dataclass(frozen=True)
class Check:
    """One requirement on a synthetic file.

    Attributes
    ----------
    name
        "schema": share of columns with the same name, type and place, 0 to 1. "distribution": 1 minus the
        mean total variation distance of the columns, 0 to 1. "personal_data": number of cells with personal
        data of the original. "semantic": similarity of texts, as a share of what real ones reach; ``about``
        says by which model, or by characters. "diversity": share of different texts. "privacy": no number,
        but the verdict of `assess`.
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
    """Results of checking a synthetic file.

    Attributes
    ----------
    checks
        In a fixed order.
    leaks
        Cells with personal data of the original.
    evidence
        What `assess` measured; None without rows that were held out, or with too few rows.
    stated
        The verdict of the manifest on the rows that were measured, where the file has too few of them.
    notes
        Notes on how it was measured.
    """

    checks: tuple[Check, ...]
    leaks: tuple[Leak, ...]
    evidence: Evidence | None
    stated: Outcome | None = None
    notes: tuple[Message, ...] = ()

    @property
    def met(self) -> bool:
        """Whether all that could be judged is met."""
        return all(check.met is not False for check in self.checks)

    @property
    def exit_status(self) -> int:
        """Return 0 if all is met, 1 if something is not, and 4 if only privacy needs a review."""
        if not self.met:
            return 1
        verdict = self.evidence.verdict if self.evidence else self.stated
        return EXIT_STATUS[verdict] if verdict else 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for ``json.dumps``."""
        return {
            "met": self.met,
            "checks": [{**asdict(check), "about": check.about.render("en")} for check in self.checks],
            "leaks": [asdict(leak) for leak in self.leaks],
            "evidence": self.evidence.to_dict() if self.evidence else None,
            "stated": self.stated,
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
    rules: str | Rule | Iterable[str | Rule] = (),
    llm: LanguageModel | None = None,
    answers: Mapping[str, Answer] | None = None,
    reading: Reading | None = None,
    person: str | None = None,
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
    rules
        Rules that are to hold, beside those that the manifest says, and that are found in the original.
    llm
        A language model whose embeddings tell how alike texts are; its server is sent them with marks in the
        place of the personal data found in them. Without it, a model of English does that for English texts,
        and others are compared by their characters.
    answers
        Whether columns hold names, as for :func:`~synth_handson.pii.detect.find_personal_data`, where the
        manifest does not say it, or otherwise.
    reading
        How the original is read, if the manifest does not say it, or otherwise.
    person
        The column that tells people apart who have several rows each, if the manifest does not say it.

    Raises
    ------
    ServerError
        If that server fails.
    ArgumentError, TableError
        If a file cannot be read, or belongs to another original than the manifest says.

    Notes
    -----
    Dates of birth are compared by the year where the file is as `synthesise` wrote it, which moved them
    within it: the evidence is then that of `synthesise`. In any other file they are compared by the day as
    well, and the worse verdict counts.
    """
    about = _manifest(Path(fspath(original)), Path(fspath(synthetic)), manifest)
    reading = reading or (about.form.reading if about else None)
    frame, form = read_file(original, reading, schema or (about.form if about else None))
    made, found = read_alike(synthetic, form)
    person = person or (about.person if about else None)
    profile = profile_table(
        frame, form, answers={**(about.answers if about else {}), **(answers or {})}, person=person
    )
    leaks = find_originals(made, originals(profile.marks), shared_values(frame, profile.marks))
    told = (*about.learned, *about.written) if about else profile.named("learned", "written")
    measured = comparable(profile, made, told)
    check_known(known, [name for name in measured if not is_text(frame[name])])
    parts = _parts(frame, form, holdout, about, measured, person)
    unchanged = about is not None and file_hash(Path(fspath(synthetic))) == about.synthetic
    moved = [name for name in profile.moved if name in measured]
    stated_rules = (*as_rules(rules), *as_rules(about.rules if about else ()))
    asked = Segment.from_plain(about.segment) if about and about.segment else None
    wishes: dict[str, Any] = {
        "rules": [
            rule for rule in dict.fromkeys(stated_rules) if set(rule.columns) <= {*measured} - {*moved}
        ],
        "target": target or (about.target if about else None),
        "known": known or (about.known if about else ()),
        "random_state": about.seed if about else 0,
        "person": person,
        "given": asked,
    }
    evidence = _judged_table(made[measured], parts, moved, unchanged, wishes)
    stated = about.verdict if about and unchanged and about.measured != len(made) else None
    return ValidationResult(
        checks=(
            *check_columns(profile, made, found, measured, leaks, Meaning.of(llm) if llm else None, asked),
            _privacy_stated(about, stated) if about and stated else check_privacy(evidence),
        ),
        leaks=leaks,
        evidence=evidence if isinstance(evidence, Evidence) else None,
        stated=stated,
        notes=(Message("commands.by_years", {"columns": listed(moved)}),)
        if moved and unchanged and stated is None
        else (),
    )


def _manifest(original: Path, synthetic: Path, given: AnyPath | None) -> Manifest | None:
    path = Path(fspath(given)) if given is not None else manifest_path(synthetic)
    if given is None and not path.exists():
        return None
    manifest = Manifest.read(path)
    if original.exists() and file_hash(original) != manifest.original:
        raise ArgumentError("manifest_other", path=path, original=original)
    return manifest


def read_alike(
    synthetic: AnyPath, form: TableForm, sheet: str | None = None
) -> tuple[pd.DataFrame, TableForm]:
    """Read the synthetic file by the original's form if it has that, else as it is."""
    reading = Reading(sheet=sheet)
    try:
        return read_file(synthetic, reading, form)
    except ArgumentError:
        return read_file(synthetic, reading)


def comparable(profile: TableProfile, made: pd.DataFrame, told: Collection[str]) -> list[str]:
    """Return the columns whose values say something: those that are told, and what numbers people."""
    frame, known = profile.frame, {*told, *(profile.several.identifiers if profile.several else ())}
    return [
        name
        for name in map(str, frame)
        if name in known
        and name in made
        and made[name].notna().any()
        and frame[name].dtype.kind == made[name].dtype.kind
    ]


def check_columns(
    profile: TableProfile,
    made: pd.DataFrame,
    found: TableForm,
    measured: Sequence[str],
    leaks: tuple[Leak, ...],
    meaning: Meaning | None,
    asked: Segment | None = None,
) -> tuple[Check, ...]:
    """Check what can be checked of a synthetic table without knowing the holdout.

    Parameters
    ----------
    profile
        The original.
    made, found
        The synthetic table, and its form.
    measured
        The columns that are comparable.
    leaks
        Cells with personal data of the original.
    meaning
        What compares texts by their meaning.
    asked
        For rows on demand, what was asked for: they should be like the rows of the original that have it.
    """
    frame = profile.frame
    # What tells people apart is made anew: it is not to be alike.
    identifiers = profile.several.identifiers if profile.several else ()
    learned = [name for name in measured if not is_text(frame[name]) and name not in identifiers]
    common = [name for name in profile.form.names if name in found.names]
    return (
        _schema(profile.form, found, made),
        _distribution(asked.alike(frame, 0) if asked else frame, made, learned),
        _personal_data(leaks, frame, profile.findings),
        *_texts(frame, made, common, profile.marks, meaning),
    )


def _parts(
    frame: pd.DataFrame,
    form: TableForm,
    holdout: AnyPath | None,
    about: Manifest | None,
    learned: list[str],
    person: str | None,
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return the rows trained on and those held out; None if unknown."""
    if holdout is not None:
        held_out, _ = read_file(holdout, schema=form)
        return frame[learned], held_out[learned]
    if about is None:
        return None
    return split_holdout(frame[learned], about.fraction, about.seed, person=person)


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
    if len(made) < MIN_ASSESSED_ROWS:
        why = Message("commands.few_to_compare", {"rows": len(made), "minimum": MIN_ASSESSED_ROWS})
        return Check("distribution", None, TARGETS["distribution"], None, why)
    columns = compare_columns(frame[learned], frame[learned], made[learned])
    value = 1 - mean(column.synthetic for column in columns)
    worst = max(columns, key=lambda column: column.synthetic)
    return _check(
        "distribution", value, value > TARGETS["distribution"], "about_distribution",
        columns=len(columns), worst=worst.column, distance=f"{worst.synthetic:.2f}",
    )  # fmt: skip


def _personal_data(leaks: tuple[Leak, ...], frame: pd.DataFrame, findings: tuple[Finding, ...]) -> Check:
    asked = ", ".join(found.column for found in findings if found.kind == "possible_name")
    about = "about_personal_data_asked" if asked else "about_personal_data"
    cells = personal_cells(findings)
    return _check("personal_data", len(leaks), not leaks, about, cells=cells, asked=asked)


def _texts(
    frame: pd.DataFrame,
    made: pd.DataFrame,
    common: list[str],
    marks: Mapping[str, PersonalDataSpans],
    meaning: Meaning | None,
) -> tuple[Check, Check]:
    def compared(name: str) -> TextSimilarity | None:
        real, synthetic = frame[name], made[name].astype("str")
        by = meaning or meaning_for(real)
        if by is None:
            return compare_texts(real, synthetic)
        masked = without_personal_data(real, marks.get(name))
        return compare_texts(masked, without_personal_data(synthetic, find_in_column(name, synthetic)), by)

    names = [name for name in common if is_text(frame[name])]
    found = {name: compared(name) for name in names}
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
    model = next((texts.model for texts in known.values() if texts.model), None)
    by_meaning, by_characters = (
        listed(name for name, texts in known.items() if bool(texts.model) is wanted)
        for wanted in (True, False)
    )
    by = {len(known): "_meaning", 0: ""}.get(sum(bool(texts.model) for texts in known.values()), "_both")
    told = {"columns": columns, "model": model, "meaning": by_meaning, "characters": by_characters}
    return (
        _check("semantic", share, share > TARGETS["semantic"], f"about_semantic{by}", **told),
        _check("diversity", distinct, distinct > TARGETS["diversity"], "about_diversity", columns=columns),
    )


def _judged_table(
    made: pd.DataFrame,
    parts: tuple[pd.DataFrame, pd.DataFrame] | None,
    moved: Sequence[str],
    unchanged: bool,
    wishes: Mapping[str, Any],
) -> Evidence | Message:
    if parts is None:
        return Message("commands.no_holdout")
    if made.shape[1] < MIN_COLUMNS:
        return Message("commands.no_columns")
    train, holdout = parts
    by_day = (made, train, holdout)
    by_year = tuple(by_years(table, moved) for table in by_day)
    return judge(by_year, None if unchanged or not moved else by_day, wishes)


def judge(
    by_year: tuple[AnyTables, ...], by_day: tuple[AnyTables, ...] | None, wishes: Mapping[str, Any]
) -> Evidence | Message:
    """Judge dates of birth by year, and also by day unless they are known to have been moved.

    Parameters
    ----------
    by_year, by_day
        The synthetic table, the training table and the holdout.
    wishes
        What else `assess` is told.

    Returns
    -------
    Evidence or Message
        That with the worse verdict; or why nothing could be assessed.
    """
    first = _assessed(by_year, wishes)
    if by_day is None or isinstance(first, Message):
        return first
    second = _assessed(by_day, wishes)
    if isinstance(second, Message):
        return first
    return max(second, first, key=lambda evidence: EXIT_STATUS[evidence.verdict])


def _assessed(tables: tuple[AnyTables, ...], wishes: Mapping[str, Any]) -> Evidence | Message:
    """Assess the tables, or say why that cannot be done."""
    try:
        made, train, holdout = tables
        return assess(made, train=train, holdout=holdout, **wishes)
    except TableError as error:
        return error.problems[0]


def _privacy_stated(about: Manifest, stated: Outcome) -> Check:
    told = {"rows": about.drawn, "measured": about.measured}
    said = Message(f"commands.privacy_stated_{stated}", told)
    return Check("privacy", None, None, False if stated == "fail" else None, said)


def check_privacy(evidence: Evidence | Message) -> Check:
    """Turn the verdict into a check: met, not met, or for a person to judge."""
    if isinstance(evidence, Message):
        return Check("privacy", None, None, None, evidence)
    met = {"pass": True, "fail": False, "review": None}[evidence.verdict]
    return Check("privacy", None, None, met, Message(f"commands.privacy_{evidence.verdict}"))
