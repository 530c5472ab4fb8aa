"""A file in, a safe file out: personal data replaced before anything learns, and the result checked."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from os import fspath
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError, LeakError
from synth_handson.evidence.assessment import Evidence, Step, assess
from synth_handson.locales import Message
from synth_handson.paths import write_text
from synth_handson.pii.detect import Finding, Marks, find_marks, summarise
from synth_handson.pii.fakes import Fakes
from synth_handson.pii.leaks import Leak, find_originals, name_cells, shared_values
from synth_handson.pii.originals import Originals
from synth_handson.pii.replace import originals, replace_marked
from synth_handson.pii.spans import Kind
from synth_handson.pipeline.manifest import Manifest, file_hash, manifest_path
from synth_handson.pipeline.refine import refine
from synth_handson.pipeline.roles import ColumnRole, Role, assign_roles
from synth_handson.pipeline.text_writer import TrainTexts, learn_texts
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.synthesis.llm import LanguageModel
from synth_handson.synthesis.mostly.text_model import MAX_SIGNS, train_texts
from synth_handson.synthesis.mostly.text_process import MODEL
from synth_handson.synthesis.run import CancelToken, ProgressCallback
from synth_handson.synthesis.store import Keeper
from synth_handson.synthesis.training import DEFAULT_MINUTES, train_generator
from synth_handson.tables.alignment import as_text
from synth_handson.tables.checks import MIN_ASSESSED_ROWS, check_known, check_rows, check_seed, listed
from synth_handson.tables.columns import Column, column_kind
from synth_handson.tables.files.form import AnyPath, TableForm
from synth_handson.tables.files.reading import read_file
from synth_handson.tables.files.writing import write_table
from synth_handson.tables.people import SeveralRows, find_several_rows
from synth_handson.tables.split import HELD_OUT, split_holdout

KEY_BYTES = 32
MOST_NAMES = 6
"""So many columns are named in a notice at most."""
MANY_MISSING = 0.1
"""Of texts, so much more than in the original is worth a word."""

Stage = Literal["read", "personal data", "train", "draw", "texts", "scan", "assess"]
OnStage = Callable[[Stage], None]


@dataclass(frozen=True, eq=False)
class Understood:
    """A table, and what was understood of it.

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
    """

    frame: pd.DataFrame
    form: TableForm
    marks: Mapping[str, Marks]
    findings: tuple[Finding, ...]
    roles: tuple[ColumnRole, ...]
    several: SeveralRows | None = None

    @property
    def notices(self) -> tuple[Message, ...]:
        """What the reader has to know before anything is trained."""
        if self.several is None:
            return ()
        return (Message("commands.several_rows", {"columns": listed(self.several.columns[:MOST_NAMES])}),)

    @property
    def trained(self) -> list[str]:
        """Return the columns that a generator is trained on: what is learned, and what tells people apart."""
        wanted = {*self.named("learned"), *(self.several.identifiers if self.several else ())}
        return [column.name for column in self.roles if column.name in wanted]

    @property
    def personal_cells(self) -> int:
        """Return how many cells hold personal data, but for dates of birth."""
        return sum(found.cells for found in self.findings if found.kind != "birth_date")

    def check_target(self, target: str | None) -> None:
        """Raise an `ArgumentError` if a column is to be predicted that is not learned."""
        learned = self.named("learned")
        if target is not None and target not in learned:
            raise ArgumentError("synthesise_target", column=target, known=listed(learned))

    def check_known(self, known: Sequence[str]) -> None:
        """Raise an `ArgumentError` if somebody may know columns that are not learned."""
        check_known(known, self.named("learned"))

    def without(self, left_out: Collection[str]) -> Understood:
        """Return it with columns left out that could be learned or written."""
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


@dataclass(frozen=True)
class Settings:
    """How a synthetic table is to be made.

    Attributes
    ----------
    target
        Column that a model is to predict from the synthetic table.
    count
        Rows to draw; by default as many as the original has.
    engine, epsilon
        As for :func:`~synth_handson.synthesis.training.train_generator`.
    seed
        Seed of the holdout, the training and the draw.
    texts
        What learns free text; None leaves it empty, as ``epsilon`` does: no text is covered by its guarantee.
    refiner
        A language model that corrects the texts of synthetic rows, if that is wanted.
    minutes, keep
        Minutes of training at most, and what keeps its generator, as for
        :func:`~synth_handson.synthesis.training.train_generator`.
    known
        Columns that somebody may already know of a person, as for
        :func:`~synth_handson.evidence.assessment.assess`.
    """

    target: str | None = None
    count: int | None = None
    engine: str | None = None
    epsilon: float | None = None
    seed: int = 0
    texts: TrainTexts | None = train_texts
    refiner: LanguageModel | None = None
    minutes: float = DEFAULT_MINUTES
    keep: bool | Keeper = True
    known: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Synthesised:
    """A synthetic table and all that is known of it.

    Attributes
    ----------
    understood, settings
        What was understood of the original, and how it was made.
    table
        The synthetic rows, with the original's columns in its order.
    generator
        What they were drawn from.
    evidence
        What was measured on the columns that were learned or written.
    written, text_model
        Columns of free text that were written, and by which model; others are empty.
    leaks
        Cells in which personal data of the original stands. Nothing is written if there are any.
    """

    understood: Understood
    settings: Settings
    table: pd.DataFrame
    generator: Generator
    evidence: Evidence
    written: tuple[str, ...]
    text_model: str | None
    leaks: tuple[Leak, ...]

    @property
    def empty(self) -> list[str]:
        """Return the columns in which nothing stands."""
        return [
            column.name
            for column in self.understood.roles
            if column.role == "empty" or (column.role == "written" and column.name not in self.written)
        ]

    @property
    def text_notes(self) -> tuple[Message, ...]:
        """What is to be said of the texts: what has written them, which are missing, and which were cut."""
        if not self.written:
            return ()
        learned = self.text_model == MODEL
        told = {"columns": ", ".join(self.written), "model": self.text_model}
        notes = [Message("commands.texts_learned" if learned else "commands.texts_shown", told)]
        for name in self.written:
            missing, before = (table[name].isna().mean() for table in (self.table, self.understood.frame))
            if missing > before + MANY_MISSING:
                why = "commands.texts_missing" if learned else "commands.texts_unusable"
                notes.append(Message(why, {"column": name, "share": missing}))
            if learned and self.understood.frame[name].str.len().max() > MAX_SIGNS:
                notes.append(Message("commands.texts_cut", {"column": name, "signs": MAX_SIGNS}))
        return tuple(notes)


def understand(
    path: AnyPath,
    types: Mapping[str, str] | None = None,
    schema: TableForm | AnyPath | None = None,
    *,
    on_stage: OnStage | None = None,
) -> Understood:
    """Read a file, find its personal data, and decide what becomes of each column.

    Parameters
    ----------
    path
        The file.
    types, schema
        What columns hold, as for :func:`~synth_handson.tables.files.reading.read_table`.
    on_stage
        Told what begins.
    """
    _tell(on_stage, "read")
    frame, form = read_file(path, types=types, schema=schema)
    return understand_table(frame, form, on_stage=on_stage)


def understand_table(
    frame: pd.DataFrame, form: TableForm, *, personal_data: bool = True, on_stage: OnStage | None = None
) -> Understood:
    """Find the personal data in a table that was read, and decide what becomes of each column.

    Parameters
    ----------
    frame, form
        The table, and its form.
    personal_data
        Whether to look for any. Without, a table is taken to hold none, and nothing of it is replaced.
    on_stage
        Told what begins.
    """
    _tell(on_stage, "personal data")
    marks = find_marks(frame) if personal_data else {}
    findings = summarise(frame, marks)
    several = find_several_rows(frame)
    return Understood(frame, form, marks, findings, assign_roles(frame, findings, several), several)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A synthetic table that was not checked yet.

    Attributes
    ----------
    table
        The synthetic rows, with the original's columns in its order.
    generator
        What the learned ones of them were drawn from.
    train, holdout
        The rows that were learned from, and those that were held out, both without personal data.
    written, text_model
        Columns of free text that were written, and by which model; others are empty.
    originals
        The personal data of the original, which may stand nowhere in the table.
    shared
        Values, by column, that are none although they read the same.
    """

    table: pd.DataFrame
    generator: Generator
    train: pd.DataFrame
    holdout: pd.DataFrame
    written: tuple[str, ...]
    text_model: str | None
    originals: Originals
    shared: Mapping[str, Collection[str]]


def draw(
    understood: Understood,
    settings: Settings,
    *,
    hold_out: bool = True,
    on_stage: OnStage | None = None,
    on_progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> Drawn:
    """Replace personal data, train, and draw a synthetic table.

    The key by which personal data is replaced is drawn here, and forgotten. Parameters and errors are those
    of `synthesise`; without ``hold_out``, all rows are learned from and nothing can be measured.
    """
    rows = len(understood.frame) if settings.count is None else settings.count
    check_rows(rows)
    check_seed(settings.seed)
    learned, written = understood.trained, _written(understood, settings)
    understood.check_target(settings.target)
    understood.check_known(settings.known)
    key = secrets.token_bytes(KEY_BYTES)
    safe = replace_marked(understood.frame, understood.marks, key)
    kept = [name for name in map(str, safe) if name in {*learned, *written}]
    train, holdout = safe[kept], safe[kept].head(0)
    if hold_out:
        train, holdout = split_holdout(train, holdout_fraction(len(train)), settings.seed)
    _tell(on_stage, "train")
    generator = train_generator(
        train[learned], target=settings.target, engine=settings.engine, epsilon=settings.epsilon,
        max_minutes=settings.minutes, keep=settings.keep, random_state=settings.seed,
        on_progress=on_progress, cancel=cancel,
    )  # fmt: skip
    _tell(on_stage, "draw")
    drawn = generator.sample(rows, random_state=settings.seed)
    known = originals(understood.marks)
    fakes = Fakes(key, known)
    texts: dict[str, Column] = {}
    text_model = None
    if settings.texts and written:
        _tell(on_stage, "texts")
        writer = learn_texts(
            understood.frame.loc[train.index, list(written)], understood.marks, train[learned],
            settings.texts, random_state=settings.seed, on_progress=on_progress, cancel=cancel,
        )  # fmt: skip
        text_model = writer.model.name
        texts = writer.write(drawn, fakes, known, settings.seed)
        texts = _refined(texts, settings, on_progress, cancel)
    return Drawn(
        _assembled(understood, drawn, texts, fakes, settings.seed),
        generator,
        train,
        holdout,
        written,
        text_model,
        known,
        shared_values(understood.frame, understood.marks),
    )


def _refined(
    texts: dict[str, Column],
    settings: Settings,
    on_progress: ProgressCallback | None,
    cancel: CancelToken | None,
) -> dict[str, Column]:
    if settings.refiner is None:
        return texts
    wishes: dict[str, Any] = {"on_progress": on_progress, "cancel": cancel}
    return {
        name: refine(column, settings.refiner, random_state=settings.seed, **wishes)
        for name, column in texts.items()
    }


def _written(understood: Understood, settings: Settings) -> tuple[str, ...]:
    if settings.texts is None or settings.epsilon is not None:
        return ()
    return tuple(understood.named("written"))


def synthesise(
    understood: Understood,
    settings: Settings = Settings(),
    *,
    on_stage: OnStage | None = None,
    on_progress: ProgressCallback | None = None,
    on_step: Callable[[Step], None] | None = None,
    cancel: CancelToken | None = None,
) -> Synthesised:
    """Make a synthetic table of one that was understood, and check it.

    Parameters
    ----------
    understood
        What :func:`understand` returned.
    settings
        How it is to be made.
    on_stage
        Told what begins.
    on_progress, cancel
        As for :func:`~synth_handson.synthesis.training.train_generator`.
    on_step
        As ``on_progress`` of :func:`~synth_handson.evidence.assessment.assess`.

    Raises
    ------
    ArgumentError
        If the target or a known column is not learned, or there are too few columns or rows.
    TableError
        If the table cannot be learned, or too few rows are to be drawn to measure anything.
    """
    if settings.count is not None and settings.count < MIN_ASSESSED_ROWS:
        raise ArgumentError("synthesise_count", count=settings.count, minimum=MIN_ASSESSED_ROWS)
    drawn = draw(understood, settings, on_stage=on_stage, on_progress=on_progress, cancel=cancel)
    _tell(on_stage, "scan")
    leaks = find_originals(drawn.table, drawn.originals, drawn.shared)
    _tell(on_stage, "assess")
    evidence = assess(
        drawn.table[list(drawn.train)], train=drawn.train, holdout=drawn.holdout, target=settings.target,
        known=settings.known, random_state=settings.seed, on_progress=on_step,
    )  # fmt: skip
    return Synthesised(
        understood, settings, drawn.table, drawn.generator, evidence, drawn.written, drawn.text_model, leaks
    )


def write_synthesised(
    made: Synthesised, source: AnyPath, output: AnyPath, *, force: bool = False, keep_going: bool = False
) -> Manifest:
    """Write a synthetic table in its original's form, and its manifest beside it.

    Parameters
    ----------
    made
        The table.
    source, output
        The original, and where to.
    force
        Whether to replace files that are there.
    keep_going
        Whether to write it even if personal data of the original stands in it.

    Raises
    ------
    LeakError
        If personal data of the original stands in it.
    ArgumentError
        If a file is there already, or cannot be written.
    """
    output = Path(fspath(output))
    if made.leaks and not keep_going:
        raise LeakError("leaks_found", count=len(made.leaks), where=name_cells(made.leaks))
    check_outputs([output, manifest_path(output)], force)
    write_table(made.table, output, form=made.understood.form, force=force)
    manifest = _manifest(made, Path(fspath(source)), output)
    write_text(manifest_path(output), manifest.to_json())
    return manifest


def check_outputs(paths: Sequence[Path], force: bool) -> None:
    """Check that files can be written, before minutes are spent.

    Raises
    ------
    ArgumentError
        If one is there already and not to be replaced, or its folder is not there.
    """
    for path in paths:
        if path.exists() and not force:
            raise ArgumentError("file_exists", path=path)
        if not path.parent.is_dir():
            raise ArgumentError("file_folder", path=path, folder=path.parent)


def holdout_fraction(rows: int) -> float:
    """Return the share of so many rows that is held out: a fifth, or as much as an assessment needs."""
    return min(max(HELD_OUT, MIN_ASSESSED_ROWS / rows), 0.5)


def _tell(on_stage: OnStage | None, stage: Stage) -> None:
    if on_stage:
        on_stage(stage)


def _assembled(
    understood: Understood, drawn: pd.DataFrame, texts: Mapping[str, Column], fakes: Fakes, seed: int
) -> pd.DataFrame:
    """Put what was drawn, written and made anew in the original's order."""
    kinds = {f.column: f.kind for f in understood.findings if f.whole}
    identifiers = understood.several.identifiers if understood.several else ()
    draw = np.random.default_rng(seed)
    columns = {}
    for column in understood.roles:
        original = understood.frame[column.name]
        if column.role == "learned":
            columns[column.name] = drawn[column.name].reset_index(drop=True)
        elif column.role == "numbered":
            first = int(original.min())
            columns[column.name] = pd.Series(range(first, first + len(drawn)), dtype="int64")
        elif column.role == "made" and column.name in identifiers and column.name not in kinds:
            columns[column.name] = Identifier.of(column.name, 0, original).make(len(drawn), seed)
        elif column.role == "made":
            columns[column.name] = _made(original, kinds.get(column.name), len(drawn), fakes, draw)
        elif column.name in texts:
            columns[column.name] = texts[column.name]
        else:
            columns[column.name] = pd.Series([None] * len(drawn), dtype="str")
    return pd.DataFrame(columns)


def _made(original: Column, kind: Kind | None, rows: int, fakes: Fakes, draw: np.random.Generator) -> Column:
    """Make values of the form of any row's, each another one; what is missing there is missing here."""
    forms = as_text(original).reset_index(drop=True)
    values: list[str | None] = []
    for number, row in enumerate(draw.integers(len(forms), size=rows)):
        form = forms[row]
        if pd.isna(form):
            values.append(None)
        else:
            another = fakes.another(number)
            values.append(another.of(kind, str(form)) if kind else another.identifier(str(form)))
    if column_kind(original) == "number":
        return pd.Series(pd.array([None if v is None else int(v) for v in values], dtype="Int64"))
    return pd.Series(values, dtype="str")


def _manifest(made: Synthesised, source: Path, output: Path) -> Manifest:
    understood, training = made.understood, made.generator.training
    return Manifest(
        version=version("synth-handson"),
        original=file_hash(source),
        synthetic=file_hash(output),
        rows=len(understood.frame),
        holdout=made.evidence.rows.holdout,
        fraction=holdout_fraction(len(understood.frame)),
        seed=made.evidence.random_state,
        drawn=len(made.table),
        engine=training.engine,
        engine_version=training.engine_version,
        epsilon=training.reached_epsilon,
        target=made.settings.target,
        learned=tuple(understood.named("learned")),
        made=tuple(understood.named("made")),
        numbered=tuple(understood.named("numbered")),
        written=made.written,
        text_model=made.text_model,
        empty=tuple(made.empty),
        form=replace(
            understood.form,
            columns=tuple(replace(column, reason="schema", details={}) for column in understood.form.columns),
        ),
    )
