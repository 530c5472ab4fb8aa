"""A profiled table in, a checked synthetic table out: personal data replaced before anything learns."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError, LeakError
from synth_handson.evidence.assessment import Evidence, Step, assess
from synth_handson.locales import Message
from synth_handson.pii.fakes import Fakes
from synth_handson.pii.leaks import Leak, find_originals, name_cells, shared_values
from synth_handson.pii.originals import Originals
from synth_handson.pii.replace import by_years, fakes_for, originals, replace_marked
from synth_handson.pipeline.assemble import assemble
from synth_handson.pipeline.kept_rules import KeptRule
from synth_handson.pipeline.profile import ChoosableColumns, OnStage, TableProfile, holdout_fraction, tell
from synth_handson.pipeline.refine import refine
from synth_handson.pipeline.text_writer import TrainTexts, learn_texts, text_notes
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.linked import LinkedGenerator
from synth_handson.synthesis.llm import LanguageModel
from synth_handson.synthesis.mostly.text_model import train_texts
from synth_handson.synthesis.on_demand import REDRAWN
from synth_handson.synthesis.run import CancelToken, ProgressCallback
from synth_handson.synthesis.store import GeneratorStore
from synth_handson.synthesis.training import DEFAULT_MINUTES, train_generator
from synth_handson.tables.checks import MIN_ASSESSED_ROWS, check_rows, check_seed, listed
from synth_handson.tables.columns import Column
from synth_handson.tables.files.convert import UnreadableValue, parse, spell
from synth_handson.tables.large import AnyTable
from synth_handson.tables.rules.find import FoundRule
from synth_handson.tables.rules.rule import Rule
from synth_handson.tables.segment import (
    MIN_PEOPLE,
    Given,
    Segment,
    Shares,
    check_people,
    nearest_seen,
)
from synth_handson.tables.split import split_holdout

KEY_BYTES = 32


@dataclass(frozen=True)
class GenerationSettings:
    """Settings for making a synthetic table.

    Attributes
    ----------
    target
        Column that a model is to predict from the synthetic table.
    count
        Rows of the table, or people where they are learned with all their rows; by default as many as the
        original has.
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
    rules
        Rules that every row is to keep, as for `train_generator`.
    given, shares, even_if_few
        What the rows are to have, as for :meth:`~synth_handson.synthesis.generator.Generator.sample`. Values
        may be text, which is read as what their columns hold.
    """

    target: str | None = None
    count: int | None = None
    engine: str | None = None
    epsilon: float | None = None
    seed: int = 0
    texts: TrainTexts | None = train_texts
    refiner: LanguageModel | None = None
    minutes: float = DEFAULT_MINUTES
    keep: bool | GeneratorStore = True
    known: tuple[str, ...] = ()
    rules: tuple[KeptRule, ...] = ()
    given: Given | None = None
    shares: Shares | None = None
    even_if_few: bool = False

    @property
    def kept(self) -> tuple[Rule, ...]:
        """Return the rules that are kept, stated or found."""
        return tuple(one.rule if isinstance(one, FoundRule) else one for one in self.rules)


@dataclass(frozen=True, eq=False)
class Synthesised:
    """A synthetic table and everything known about it.

    Attributes
    ----------
    profile, settings
        What was understood of the original, and how it was made.
    table
        The synthetic rows, with the original's columns in its order.
    generator
        What they were drawn from.
    evidence
        What was measured on the columns that were learned or written: of these rows, or where they are too
        few to measure, of a larger draw of which they are the first.
    written, text_model
        Columns of free text that were written, and by which model; others are empty.
    leaks
        Cells in which personal data of the original occurs. Nothing is written if there are any.
    redrawn
        Share of the rows that were drawn again, because they broke a rule.
    file
        For a table drawn block by block, the Parquet file of all rows; ``table`` is the first block.
    """

    profile: TableProfile
    settings: GenerationSettings
    table: pd.DataFrame
    generator: Generator | LinkedGenerator
    evidence: Evidence
    written: tuple[str, ...]
    text_model: str | None
    leaks: tuple[Leak, ...]
    redrawn: float = 0.0
    file: Path | None = None

    @property
    def rows(self) -> int:
        """Number of synthetic rows, of which ``table`` may hold only the first."""
        return len(self.table) if self.file is None else self.evidence.rows.synthetic

    @property
    def empty(self) -> list[str]:
        """Return the columns that are left empty."""
        return [
            column.name
            for column in self.profile.roles
            if column.role == "empty" or (column.role == "written" and column.name not in self.written)
        ]

    @property
    def leak(self) -> LeakError | None:
        """Why the table is not to leave: personal data of the original occurs in it."""
        if not self.leaks:
            return None
        return LeakError("leaks_found", count=len(self.leaks), where=name_cells(self.leaks))

    @property
    def notes(self) -> tuple[Message, ...]:
        """Notes on how it was measured: on which rows, and on dates of birth."""
        rows, measured = self.rows, self.evidence.rows.synthetic
        few = [Message("commands.few_rows", {"rows": rows, "measured": measured})] if rows < measured else []
        moved = [name for name in self.profile.moved if name in self.evidence.columns]
        years = [Message("commands.by_years", {"columns": listed(moved)})] if moved else []
        return (*few, *years, *rule_notes(self.generator, self.redrawn))

    @property
    def text_notes(self) -> tuple[Message, ...]:
        """Notes on the texts: what wrote them, which are missing, and which were cut."""
        return text_notes(self.written, self.text_model, self.table, self.profile.frame)


def rule_notes(generator: Generator | LinkedGenerator, redrawn: float) -> list[Message]:
    """Say how many rules are kept, for what share of the rows again, and which rows were left out."""
    if not generator.rules:
        return []
    kept = generator.rules
    left_out = [Message("commands.rules_left_out", {"rows": kept.left_out})] if kept.left_out else []
    of = "rules_kept" if isinstance(generator, Generator) else "rules_kept_people"
    return [Message(f"commands.{of}", {"count": len(kept.rules), "redrawn": redrawn}), *left_out]


def synthesise(
    profile: TableProfile,
    settings: GenerationSettings = GenerationSettings(),
    *,
    on_stage: OnStage | None = None,
    on_progress: ProgressCallback | None = None,
    on_step: Callable[[Step], None] | None = None,
    cancel: CancelToken | None = None,
) -> Synthesised:
    """Make a synthetic table from a profiled one, and check it.

    Parameters
    ----------
    profile
        What :func:`profile_file` returned.
    settings
        How to make it.
    on_stage
        Called with each stage as it begins.
    on_progress, cancel
        As for :func:`~synth_handson.synthesis.training.train_generator`.
    on_step
        As ``on_progress`` of :func:`~synth_handson.evidence.assessment.assess`.

    Raises
    ------
    ArgumentError
        If the target, a known column or one of given values is not learned, there are too few columns or
        rows, or too few people have what is asked for.
    TableError
        If the table cannot be learned.

    Notes
    -----
    The measures are those of `validate` for the same file: it is compared with the original. Dates of birth,
    which moved within their year, are compared by year.
    """
    if profile.obstacle:
        raise profile.obstacle
    total, count = profile.size, settings.count
    few = count if count is not None and count < MIN_ASSESSED_ROWS else None
    drawn = draw(
        profile, settings, rows=None if few is None else total, on_stage=on_stage, on_progress=on_progress,
        cancel=cancel,
    )  # fmt: skip
    table = drawn.table if few is None else _first(drawn.table, few, profile.person)
    tell(on_stage, "scan")
    leaks = find_originals(table, drawn.originals, drawn.shared)
    evidence = measure(
        by_years(drawn.table[list(drawn.measured)], profile.moved), profile, settings, drawn.measured,
        on_stage=on_stage, on_step=on_step,
    )  # fmt: skip
    return Synthesised(
        profile, settings, table, drawn.generator, evidence, drawn.written, drawn.text_model, leaks,
        drawn.redrawn,
    )  # fmt: skip


def measure(
    synthetic: AnyTable,
    profile: TableProfile,
    settings: GenerationSettings,
    names: Sequence[str],
    *,
    on_stage: OnStage | None = None,
    on_step: Callable[[Step], None] | None = None,
) -> Evidence:
    """Compare synthetic rows, in which dates of birth are years, with the original's people.

    Parameters
    ----------
    synthetic
        The rows, or their file.
    profile, settings
        The original, and how they were made.
    names
        The columns that they have.
    on_stage, on_step
        As for `synthesise`.
    """
    tell(on_stage, "assess")
    moved = profile.moved
    real = by_years(profile.frame[list(names)], moved)
    train, holdout = split_holdout(real, holdout_fraction(profile.size), settings.seed, person=profile.person)
    return assess(
        synthetic, train=train, holdout=holdout, target=settings.target,
        known=settings.known, person=profile.person,
        rules=[rule for rule in settings.kept if not set(rule.columns) & set(moved)],
        given=asked_of(profile, settings), random_state=settings.seed, on_progress=on_step,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class DrawnTable:
    """A synthetic table that was not checked yet.

    Attributes
    ----------
    table
        The synthetic rows, with the original's columns in its order.
    generator
        What the learned ones of them were drawn from.
    measured
        The columns that were learned or written.
    written, text_model
        Columns of free text that were written, and by which model; others are empty.
    originals
        The personal data of the original, which may stand nowhere in the table.
    shared
        Values, by column, that are none although they read the same.
    redrawn
        Share of the rows that were drawn again, because they broke a rule.
    """

    table: pd.DataFrame
    generator: Generator | LinkedGenerator
    measured: tuple[str, ...]
    written: tuple[str, ...]
    text_model: str | None
    originals: Originals
    shared: Mapping[str, Collection[str]]
    redrawn: float = 0.0


def draw(
    profile: TableProfile,
    settings: GenerationSettings,
    *,
    rows: int | None = None,
    hold_out: bool = True,
    on_stage: OnStage | None = None,
    on_progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> DrawnTable:
    """Replace personal data, train, and draw a synthetic table.

    The key by which personal data is replaced is drawn here, and forgotten. Parameters and errors are those
    of `synthesise`; without ``hold_out``, all rows are learned from and nothing can be measured. If more
    ``rows`` are drawn than are asked for, texts are written to these, or to as many as can be measured.
    """
    count = count_of(profile, settings)
    rows = rows or count
    learned = learn(
        profile, settings, hold_out=hold_out, on_stage=on_stage, on_progress=on_progress, cancel=cancel
    )
    tell(on_stage, "draw")
    drawn = _sample(learned.generator, rows, settings, learned.asked)
    known = originals(profile.marks)
    texts: dict[str, Column] = {}
    text_model = None
    if settings.texts and learned.written:
        tell(on_stage, "texts")
        names = profile.trained
        writer = learn_texts(
            profile.frame.loc[learned.train.index, list(learned.written)], profile.marks,
            by_years(learned.train[names], profile.moved), settings.texts,
            random_state=settings.seed, on_progress=on_progress, cancel=cancel,
        )  # fmt: skip
        text_model = writer.model.name
        first = by_years(_first(drawn, max(count, MIN_ASSESSED_ROWS), profile.person), profile.moved)
        texts = writer.write(first, learned.fakes, known, settings.seed)
        texts = _refined(texts, settings, on_progress, cancel)
    return DrawnTable(
        assemble(profile, drawn, texts, learned.fakes, settings.seed),
        learned.generator,
        tuple(map(str, learned.train)),
        learned.written,
        text_model,
        known,
        shared_values(profile.frame, profile.marks),
        float(drawn.attrs.get(REDRAWN, 0.0)),
    )


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned from a table.

    Attributes
    ----------
    generator
        What rows are drawn from.
    train
        The rows and columns that it, and what writes texts, may learn from: personal data is replaced.
    written
        Columns of free text that are to be written.
    fakes
        What personal data is replaced by.
    asked
        What is asked of the rows.
    """

    generator: Generator | LinkedGenerator
    train: pd.DataFrame
    written: tuple[str, ...]
    fakes: Fakes
    asked: Segment | None


def learn(
    profile: TableProfile,
    settings: GenerationSettings,
    *,
    hold_out: bool = True,
    on_stage: OnStage | None = None,
    on_progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> Learned:
    """Check what is wanted, replace personal data, and train. Parameters and errors are those of `draw`."""
    count_of(profile, settings)
    check_seed(settings.seed)
    learned, written = profile.trained, _written(profile, settings)
    profile.check_target(settings.target)
    profile.check_known(settings.known)
    asked = asked_of(profile, settings)
    key = secrets.token_bytes(KEY_BYTES)
    fakes = fakes_for(profile.frame, profile.marks, key, [profile.form.encoding])
    safe = replace_marked(profile.frame, profile.marks, fakes)
    train = safe[[name for name in map(str, safe) if name in {*learned, *written}]]
    if hold_out:
        fraction = holdout_fraction(profile.size)
        train, _ = split_holdout(train, fraction, settings.seed, person=profile.person)
    if asked and not settings.even_if_few and settings.epsilon is None:
        _check_asked(asked, train)
    tell(on_stage, "train")
    generator = train_generator(
        train[learned], person=profile.person, target=settings.target, rules=settings.rules,
        engine=settings.engine,
        epsilon=settings.epsilon, max_minutes=settings.minutes, keep=settings.keep,
        random_state=settings.seed, on_progress=on_progress, cancel=cancel,
        several=profile.several_among(learned),
    )  # fmt: skip
    return Learned(generator, train, written, fakes, asked)


def count_of(profile: ChoosableColumns, settings: GenerationSettings) -> int:
    """Return how many rows, or people, are wanted.

    Raises
    ------
    ArgumentError
        If that is no whole number of at least 1.
    """
    count = profile.size if settings.count is None else settings.count
    check_rows(count)
    return count


def asked_of(profile: TableProfile, settings: GenerationSettings) -> Segment | None:
    """Read what is asked of the rows as values of the columns.

    Raises
    ------
    ArgumentError
        If a column is not learned as it stands, or people have several rows each.
    """
    if settings.given is None and settings.shares is None:
        return None
    if profile.several is not None:
        raise ArgumentError("given_several_rows")
    segment = Segment.of(settings.given, settings.shares, profile.form.names)
    learned = [name for name in profile.named("learned") if name not in profile.moved]
    for name in segment.columns:
        if name not in learned:
            raise ArgumentError("asked_not_learned", column=name, known=listed(learned))
    return segment.read_by(partial(_read_value, profile))


def _read_value(profile: TableProfile, name: str, value: Any) -> Any:
    """Read a typed value as the file spells it; empty stands for missing."""
    if not isinstance(value, str):
        return value
    form = profile.form.columns[profile.form.names.index(name)]
    try:
        return parse(pd.Series([value or None], dtype="str"), form).iloc[0]
    except UnreadableValue as error:
        example = spell(profile.frame[name].dropna().head(1), form).iloc[0]
        raise ArgumentError("given_type", column=name, value=value, example=example) from error


def _check_asked(asked: Segment, train: pd.DataFrame) -> None:
    """Refuse requests that too few people of the training table meet, before anything is learned."""
    people = asked.count(train)
    few = np.flatnonzero(people < MIN_PEOPLE)[:1].tolist()
    check_people(asked, people.tolist(), {i: nearest_seen(asked.choices[i], train, 1.0) for i in few})


def _sample(
    generator: Generator | LinkedGenerator, rows: int, settings: GenerationSettings, asked: Segment | None
) -> pd.DataFrame:
    if isinstance(generator, Generator):
        return generator.sample(rows, **_wishes(settings, asked))
    drawn = generator.sample(rows, random_state=settings.seed)
    assert isinstance(drawn, pd.DataFrame)
    return drawn


def blocks_from(learned: Learned, rows: int, settings: GenerationSettings) -> Iterator[pd.DataFrame]:
    """Draw the columns that were learned block by block, where no people are learned with all their rows."""
    assert isinstance(learned.generator, Generator)
    return learned.generator.blocks(rows, **_wishes(settings, learned.asked))


def _wishes(settings: GenerationSettings, asked: Segment | None) -> dict[str, Any]:
    # Without ε, the people of the table were counted; with it, only those that the generator tells of.
    counted = settings.epsilon is None
    return {
        "random_state": settings.seed,
        "given": asked,
        "even_if_few": counted or settings.even_if_few,
    }


def _first(table: pd.DataFrame, count: int, person: str | None) -> pd.DataFrame:
    """Return rows, or all rows of people."""
    return table.head(count if person is None else int((pd.factorize(table[person])[0] < count).sum()))


def _refined(
    texts: dict[str, Column],
    settings: GenerationSettings,
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


def _written(profile: TableProfile, settings: GenerationSettings) -> tuple[str, ...]:
    if settings.texts is None or settings.epsilon is not None:
        return ()
    return tuple(profile.named("written"))
