"""Everything that was measured about one synthetic table, in one result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.evidence.asked import (
    Asked,
    AskedTables,
    all_alike,
    all_in_one,
    in_memory,
    read_asked,
    what_was_asked,
)
from synth_handson.evidence.controls.control_results import ControlResult, assess_controls
from synth_handson.evidence.counting.exact_fidelity import on_all_rows
from synth_handson.evidence.counting.exact_tables import ReadTables, read_tables
from synth_handson.evidence.fidelity.c2st import c2st
from synth_handson.evidence.fidelity.events import with_events
from synth_handson.evidence.fidelity.people_rules import assess_people_rules
from synth_handson.evidence.fidelity.rules import RuleEvidence, assess_rules
from synth_handson.evidence.fidelity.statistics import Fidelity, assess_fidelity, match_schema
from synth_handson.evidence.grade import Grade, grade
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.epsilon import EpsilonBound, epsilon_at_least
from synth_handson.evidence.privacy.membership import Neighbours
from synth_handson.evidence.privacy.overview import Privacy, assess_privacy
from synth_handson.evidence.privacy.text_columns import set_texts_apart, text_fidelity
from synth_handson.evidence.read_histories import ReadPeople, read_people
from synth_handson.evidence.three_tables import MAX_ROWS, AssessedTables
from synth_handson.evidence.usefulness import Usefulness, judge_use, median_kept
from synth_handson.evidence.utility.tstr import Utility, assess_utility
from synth_handson.evidence.verdict import Outcome
from synth_handson.locales import Language, Message
from synth_handson.metrics.intervals import Estimate
from synth_handson.tables.checks import check_callback, check_seed
from synth_handson.tables.filled import is_filled
from synth_handson.tables.large import AnyTable
from synth_handson.tables.linked import LinkedTables
from synth_handson.tables.rules.find import FoundRule
from synth_handson.tables.rules.parse import as_rules
from synth_handson.tables.rules.rule import Rule
from synth_handson.tables.rules.values import units_of
from synth_handson.tables.segment import Given, Segment, Shares

if TYPE_CHECKING:
    from distributed import Client

    from synth_handson.presentation.report import About

StepName = Literal["distances", "attacks", "controls", "fidelity", "utility", "done"]
SHARES: dict[StepName, float] = {
    "distances": 0.0, "attacks": 0.1, "controls": 0.35, "fidelity": 0.5, "utility": 0.7, "done": 1.0,
}  # fmt: skip
"""Approximate share of the work done when each step begins."""


@dataclass(frozen=True)
class Step:
    """Progress of an assessment.

    Attributes
    ----------
    name
        What begins now.
    fraction
        Share of the work done, 0 to 1.
    """

    name: StepName
    fraction: float


@dataclass(frozen=True)
class Sizes:
    """Number of rows of the three tables."""

    synthetic: int
    train: int
    holdout: int


@dataclass(frozen=True)
class Evidence:
    """The measures of a synthetic table, each beside the same measure for real people it has never seen.

    Attributes
    ----------
    version
        Version of synth_handson.
    random_state
        Seed of everything random in it.
    columns
        The tables' columns.
    rows
        Size of the tables as given; of linked tables the number of events.
    measured
        Number of rows that were measured where counting is not enough: very large tables are sampled.
    fidelity, utility, privacy
        The three parts. ``utility`` is None where ``utility_missing`` says why.
    controls
        The table compared with controls whose answer is known.
    usefulness
        Whether it is of use, whatever the verdict on privacy.
    grade
        A summary, not evidence.
    known
        Columns that somebody may already know of a person, as they were named; nothing is claimed for others.
    epsilon_at_least
        A lower bound of the ε of differential privacy that the generator could have claimed. None where the
        holdout is no random part of the same people, and in evidence of before it was measured.
    rules
        What always holds in the training table, and how often it does in the synthetic one.
    people
        Number of people, where they have several rows: then people are counted everywhere, and not rows. None
        where each row is a person of its own.
    person
        The column that tells them apart.
    asked
        For rows drawn on demand: what was asked for, and how many real people have it.
    """

    version: str
    random_state: int
    columns: tuple[str, ...]
    rows: Sizes
    measured: Sizes
    fidelity: Fidelity
    utility: Utility | None
    utility_missing: Message | None
    privacy: Privacy
    controls: tuple[ControlResult, ...]
    usefulness: Usefulness
    grade: Grade
    known: tuple[str, ...] = ()
    epsilon_at_least: EpsilonBound | None = None
    people: Sizes | None = None
    person: str | None = None
    rules: tuple[RuleEvidence, ...] = ()
    asked: Asked | None = None

    @property
    def verdict(self) -> Outcome:
        """Return "pass", "review" or "fail", for privacy."""
        return self.privacy.verdict.outcome

    @property
    def median_kept(self) -> Measure | None:
        """Return "performance_kept" of the median model; None if it could not be measured for any model."""
        models = self.utility.models if self.utility else ()
        return median_kept([model.kept for model in models])

    @property
    def decision(self) -> Message:
        """Say in one sentence what follows from privacy and usefulness, by the rules of both."""
        if self.verdict != "pass":
            return Message("use.do_not_share" if self.verdict == "fail" else "use.undecided")
        return Message(f"use.share_{self.usefulness.outcome.replace(' ', '_')}")

    @property
    def reasons(self) -> tuple[Message, ...]:
        """Why the verdict is what it is."""
        return self.privacy.verdict.reasons

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, numbers and text, ready for ``json.dumps``."""
        plain: dict[str, Any] = _adapter().dump_python(self, mode="json")
        rarely = {"people": self.people, "person": self.people, "asked": self.asked}
        return {name: part for name, part in plain.items() if rarely.get(name, True) is not None}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Evidence:
        """Rebuild what `to_dict` returned.

        Raises
        ------
        ArgumentError
            If it is not the evidence of this version.
        """
        from pydantic import ValidationError

        try:
            evidence: Evidence = _adapter().validate_python(plain)
        except ValidationError as error:
            raise ArgumentError("evidence_unreadable", reason=error.errors()[0]["msg"]) from error
        return evidence

    def to_html(self, lang: Language = "en", about: About | None = None) -> str:
        """Return the report as one self-contained HTML page, for readers who are not statisticians."""
        from synth_handson.presentation import report

        return report.to_html(self, lang, about or report.About())

    def to_markdown(self, lang: Language = "en", about: About | None = None) -> str:
        """Return the report as Markdown."""
        from synth_handson.presentation import report

        return report.to_markdown(self, lang, about or report.About())


def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Evidence)


def assess(
    synthetic: AnyTable | LinkedTables | list[pd.DataFrame] | tuple[pd.DataFrame, ...],
    *,
    train: AnyTable | LinkedTables,
    holdout: AnyTable | LinkedTables,
    target: str | int | None = None,
    known: Sequence[str] | None = None,
    rules: str | Rule | Iterable[str | Rule | FoundRule] = (),
    person: str | int | None = None,
    given: Given | Segment | None = None,
    shares: Shares | None = None,
    random_state: int = 0,
    on_progress: Callable[[Step], None] | None = None,
    client: Client | None = None,
) -> Evidence:
    """Measure what a synthetic table keeps, and whether anybody real can be found in it.

    Parameters
    ----------
    synthetic
        The rows drawn from the generator, or the path of a CSV or Parquet file of them. At least 100 rows and
        2 columns. Or linked tables of at least 100 people. Or a list of all tables that were drawn from one
        generator and given away, as DataFrames: a person found in several of them counts once.
    train
        The rows it was trained on, with the same columns.
    holdout
        Rows from the same source, chosen at random, that it never saw; with the same columns. Where people
        have several rows, people were chosen, with all their rows.
    target
        Column that a model is to predict; without one, no utility is measured.
    known
        Columns that somebody may already know of a person, such as ``["age", "job"]``: it is measured whether
        the synthetic table tells them another one. Nothing is claimed for columns that were not named.
    rules
        Rules that are to hold, as for `train_generator`; those that are found in the training table and hold
        in the holdout are measured anyway.
    person
        Column that identifies people who have several rows each (visits, payments). Then people are counted
        everywhere, and not rows; the column itself is compared with nothing, but that a synthetic person must
        not have a real one's key. Linked tables have their own.
    given, shares
        What the synthetic rows were asked to have, as for
        :meth:`~synth_handson.synthesis.generator.Generator.sample`; by default what the table itself says in
        ``attrs``, if it was drawn on demand, or its Parquet file by
        :meth:`~synth_handson.synthesis.generator.Generator.write`. They are then measured among the real
        people who have it.
    random_state
        Seed of everything random, 0 to 2³² - 1: the same tables and seed give the same evidence.
    on_progress
        Called with a `Step` whenever one begins.
    client
        Client of a Dask cluster (``pip install "synth-handson[dask]"``), whose workers keep and count the
        rows of large tables; by default one of the scheduler that the environment variable DASK_SCHEDULER
        names, if any. It counts the same: the evidence is equal to the last digit.

    Returns
    -------
    Evidence
        Every measure with its 95 % interval and its reference, the verdict on privacy and its reasons.

    Raises
    ------
    TableError
        If a table is too small, has too few people, or has other columns or types than the training table.
    ArgumentError
        If there is no such file, target or person, a row has no person, the seed is out of range,
        ``on_progress`` cannot be called, or the cluster has no workers; if a column of ``known`` is not
        there, named twice or one of free text, or no other column is left to guess; if a
        rule cannot be read, or names a column that is not there; or if rows on demand do not have what was
        asked for, or are neither a DataFrame nor a Parquet file; or if the table is one of real rows with
        filled gaps.

    Notes
    -----
    If a table has more than 200,000 rows, the bins of columns and of pairs of columns, identical rows and
    people found by part of their columns are counted on all rows, on the disk where memory does not do.
    Distances, classifiers, attacks and moments of numbers are measured on samples of at most this size.
    Each measure says on how many.

    Columns of free text are measured by themselves, of larger tables on samples: what is like real texts, and
    whether anybody's own words stand in them. They are no part of anything else that is measured.

    Rows on demand are compared with the training and the holdout people who have what was asked for, and the
    smallest detectable leak is one among these. Where shares were asked for, fidelity and use are measured
    beside real rows in these shares. If fewer than 100 training people have it, or too few of the holdout,
    the rows are compared with all people, and the verdict is at most "review".
    """
    check_seed(random_state)
    check_callback(on_progress)
    # From here on names are text.
    named = None if target is None else str(target)
    stated = as_rules(rules)
    opened = in_memory(synthetic)
    if isinstance(opened, pd.DataFrame):
        synthetic = opened
    parts = synthetic if isinstance(synthetic, list | tuple) else [synthetic]
    if any(map(is_filled, parts)):
        raise ArgumentError("assess_filled")
    if isinstance(synthetic, list | tuple):
        synthetic = all_in_one(synthetic)
        opened = synthetic
    tables = {"synthetic": synthetic, "train": train, "holdout": holdout}
    rows = [table for table in tables.values() if not isinstance(table, LinkedTables)]
    of_rows = person is None and len(rows) == len(tables)
    if of_rows:
        first, second, third = rows
        segment = what_was_asked(opened, given, shares)
        asked = read_asked(segment, opened, second, third, random_state) if segment else None
        if asked:
            second, third = asked.train, asked.holdout
        with read_tables(first, second, third, random_state, named, known, client=client) as read:
            return _assess(read, named, stated, random_state, on_progress, asked=asked)
    if given is not None or shares is not None:
        raise ArgumentError("asked_people")
    with read_people(tables, person, random_state, named, known, client) as (read, people):
        return _assess(read, named, stated, random_state, on_progress, people)


def _assess(
    given: ReadTables,
    target: str | None,
    stated: tuple[Rule, ...],
    random_state: int,
    on_progress: Callable[[Step], None] | None,
    people: ReadPeople | None = None,
    asked: AskedTables | None = None,
) -> Evidence:
    whole = given.whole
    tables, texts = set_texts_apart(given.tables)
    histories = people.histories if people else None

    def begin(name: StepName) -> None:
        if on_progress:
            on_progress(Step(name, SHARES[name]))

    begin("distances")
    # First of all, so that a rule of a column that is not there is refused before anything takes long.
    if histories:
        rules = assess_people_rules(histories, stated, random_state)
    else:
        rules = assess_rules(tables, units_of(given.columns[1]), stated)
    neighbours = Neighbours.of(tables, random_state, whole)
    joint = c2st(tables.synthetic, tables.train, tables.holdout, random_state=random_state)
    real_auc = joint.expected or Estimate(0.5, 0.5, 0.5)
    privacy = assess_privacy(
        neighbours,
        real_auc,
        texts,
        known=given.known,
        of_people=people.found if people else None,
        as_in_reality=not (asked and asked.asked.differs),
        on_attacks=lambda: begin("attacks"),
    )
    privacy = replace(privacy, verdict=all_alike(neighbours.counts.commonest, privacy.verdict))
    if asked:
        privacy = replace(privacy, verdict=asked.asked.cap(privacy.verdict, given.sizes[2]))
    begin("controls")
    controls = assess_controls(neighbours, joint)
    begin("fidelity")
    schema = match_schema(*given.columns)
    compared = tables
    if asked and asked.mixed:
        compared, whole = set_texts_apart(asked.mixed)[0].sampled(MAX_ROWS, random_state), None
        joint = c2st(compared.synthetic, compared.train, compared.holdout, random_state=random_state)
    fidelity = assess_fidelity(compared, schema=schema, c2st=joint, random_state=random_state)
    if whole:
        fidelity = on_all_rows(fidelity, whole)
    if histories:
        fidelity = with_events(fidelity, histories, random_state)
    fidelity = replace(fidelity, texts=tuple(m for text in texts for m in text_fidelity(text, random_state)))
    begin("utility")
    utility = _utility(people.of_target(tables, target) if people else compared, target, random_state)
    found, missing = (None, utility) if isinstance(utility, Message) else (utility, None)
    usefulness = judge_use(fidelity, utility, rules)
    begin("done")
    train, holdout, rows = given.sizes
    sizes = Sizes(rows, train, holdout)
    return Evidence(
        version=version("synth-handson"),
        random_state=random_state,
        columns=histories.columns if histories else tuple(map(str, given.tables.train.columns)),
        rows=Sizes(*histories.rows_given) if histories else sizes,
        measured=Sizes(len(tables.synthetic), len(tables.train), len(tables.holdout)),
        fidelity=fidelity,
        utility=found,
        utility_missing=missing,
        privacy=privacy,
        controls=controls,
        usefulness=usefulness,
        grade=grade(fidelity, utility, privacy, usefulness),
        known=people.known if people else given.known,
        epsilon_at_least=epsilon_at_least(neighbours) if privacy.verdict.split_is_random else None,
        rules=rules,
        people=sizes if histories else None,
        person=people.person if people and histories else None,
        asked=asked.asked if asked else None,
    )


def _utility(tables: AssessedTables, target: str | None, random_state: int) -> Utility | Message:
    if target is None:
        return Message("utility.no_target")
    return assess_utility(tables, target, random_state=random_state)
