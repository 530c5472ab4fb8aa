"""Everything that was measured about one synthetic table, in one result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

from synth_handson.errors import ArgumentError
from synth_handson.evidence.c2st import c2st
from synth_handson.evidence.counted import on_all_rows
from synth_handson.evidence.epsilon import EpsilonBound, epsilon_at_least
from synth_handson.evidence.fidelity import Fidelity, assess_fidelity, match_schema
from synth_handson.evidence.grade import Grade, grade
from synth_handson.evidence.ladder import Rung, climb
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.membership import Neighbours
from synth_handson.evidence.privacy import Privacy, assess_privacy
from synth_handson.evidence.text_columns import set_texts_apart, text_fidelity
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.evidence.usefulness import Usefulness, judge_use, median_kept
from synth_handson.evidence.utility import Utility, assess_utility
from synth_handson.evidence.verdict import Outcome
from synth_handson.evidence.whole import Given, read_tables
from synth_handson.locales import Language, Message
from synth_handson.metrics.intervals import Estimate
from synth_handson.tables.checks import check_callback, check_seed
from synth_handson.tables.large import AnyTable

if TYPE_CHECKING:
    from distributed import Client

    from synth_handson.report import About

StepName = Literal["distances", "attacks", "ladder", "fidelity", "utility", "done"]
SHARES: dict[StepName, float] = {
    "distances": 0.0, "attacks": 0.1, "ladder": 0.35, "fidelity": 0.5, "utility": 0.7, "done": 1.0,
}  # fmt: skip
"""How much of the work is done, roughly, when a step begins."""


@dataclass(frozen=True)
class Step:
    """How far an assessment is.

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
    """What was measured about a synthetic table, beside the same for real people it has never seen.

    Attributes
    ----------
    version
        Version of synth_handson.
    random_state
        Seed of everything random in it.
    columns
        The tables' columns.
    rows
        Size of the tables as given.
    measured
        Number of rows that were measured where counting is not enough: very large tables are sampled.
    fidelity, utility, privacy
        The three parts. ``utility`` is None where ``utility_missing`` says why.
    ladder
        Where the table stands between controls whose answer is known.
    usefulness
        Whether it is of use, whatever the verdict on privacy.
    grade
        A summary, not evidence.
    known
        Columns that somebody may already know of a person, as they were named; nothing is claimed for others.
    epsilon_at_least
        A lower bound of the ε of differential privacy that the generator could have claimed. None where the
        holdout is no random part of the same people, and in evidence of before it was measured.
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
    ladder: tuple[Rung, ...]
    usefulness: Usefulness
    grade: Grade
    known: tuple[str, ...] = ()
    epsilon_at_least: EpsilonBound | None = None

    @property
    def verdict(self) -> Outcome:
        """Return "pass", "review" or "fail", for privacy."""
        return self.privacy.verdict.outcome

    @property
    def median_kept(self) -> Measure | None:
        """Return "performance_kept" of the median model; None if of no model it could be measured."""
        models = self.utility.models if self.utility else ()
        return median_kept([model.kept for model in models])

    @property
    def decision(self) -> Message:
        """Say in one sentence what follows from privacy and use together, by the rules of both."""
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
        return plain

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
        """Return the report as one self-contained HTML page, for a reader who is no statistician."""
        from synth_handson import report

        return report.to_html(self, lang, about or report.About())

    def to_markdown(self, lang: Language = "en", about: About | None = None) -> str:
        """Return the report as Markdown."""
        from synth_handson import report

        return report.to_markdown(self, lang, about or report.About())


def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Evidence)


def assess(
    synthetic: AnyTable,
    *,
    train: AnyTable,
    holdout: AnyTable,
    target: str | int | None = None,
    known: Sequence[str] | None = None,
    random_state: int = 0,
    on_progress: Callable[[Step], None] | None = None,
    client: Client | None = None,
) -> Evidence:
    """Measure what a synthetic table keeps, and whether anybody real can be found in it.

    Parameters
    ----------
    synthetic
        The rows drawn from the generator, or the path of a CSV or Parquet file of them. At least 100 rows and
        2 columns.
    train
        The rows it was trained on, with the same columns.
    holdout
        Rows from the same source, chosen at random, that it never saw; with the same columns.
    target
        Column that a model is to predict; without one, no utility is measured.
    known
        Columns that somebody may already know of a person, such as ``["age", "job"]``: it is measured whether
        the synthetic table tells them another one. Nothing is claimed for columns that were not named.
    random_state
        Seed of everything random, 0 to 2³² - 1: the same tables and seed give the same evidence.
    on_progress
        Called with a `Step` whenever one begins.
    client
        Of a Dask cluster (``pip install "synth-handson[dask]"``), whose workers keep and count the rows of
        large tables; by default one of the scheduler that the environment variable DASK_SCHEDULER names, if
        any. It counts the same: the evidence is equal to the last digit.

    Returns
    -------
    Evidence
        Every measure with its 95 % interval and its reference, the verdict on privacy and its reasons.

    Raises
    ------
    TableError
        If a table is too small, or has other columns or types than the training table.
    ArgumentError
        If there is no such file or target, the seed is out of range, ``on_progress`` cannot be called, or
        the cluster has no workers; if a column of ``known`` is not there, named twice or one of free text, or
        no other column is left to guess.

    Notes
    -----
    If a table has more than 200,000 rows, the bins of columns and of pairs of columns, identical rows and
    people found by part of their columns are counted on all rows, on the disk where memory does not do.
    Distances, classifiers, attacks and moments of numbers are measured on samples of at most so many rows.
    Each measure says on how many.

    Columns of free text, of tables of at most so many rows, are measured by themselves: what is like real
    texts, and whether anybody's own words stand in them. They are no part of anything else that is measured.
    """
    check_seed(random_state)
    check_callback(on_progress)
    # From here on names are text.
    named = None if target is None else str(target)
    with read_tables(synthetic, train, holdout, random_state, named, known, client=client) as given:
        return _assess(given, named, random_state, on_progress)


def _assess(
    given: Given, target: str | None, random_state: int, on_progress: Callable[[Step], None] | None
) -> Evidence:
    whole = given.whole
    tables, texts = (given.tables, ()) if whole else set_texts_apart(given.tables)

    def begin(name: StepName) -> None:
        if on_progress:
            on_progress(Step(name, SHARES[name]))

    begin("distances")
    ours = Neighbours.of(tables, random_state, whole)
    joint = c2st(tables.synthetic, tables.train, tables.holdout, random_state=random_state)
    told_apart = joint.reference or Estimate(0.5, 0.5, 0.5)
    privacy = assess_privacy(ours, told_apart, texts, known=given.known, on_attacks=lambda: begin("attacks"))
    begin("ladder")
    ladder = climb(ours, joint)
    begin("fidelity")
    schema = match_schema(*given.columns)
    fidelity = assess_fidelity(tables, schema=schema, c2st=joint, random_state=random_state)
    if whole:
        fidelity = on_all_rows(fidelity, whole)
    fidelity = replace(fidelity, texts=tuple(m for text in texts for m in text_fidelity(text, random_state)))
    begin("utility")
    utility = _utility(tables, target, random_state)
    found, missing = (None, utility) if isinstance(utility, Message) else (utility, None)
    usefulness = judge_use(fidelity, utility)
    begin("done")
    train, holdout, rows = given.sizes
    return Evidence(
        version=version("synth-handson"),
        random_state=random_state,
        columns=tuple(map(str, given.tables.train.columns)),
        rows=Sizes(rows, train, holdout),
        measured=Sizes(len(tables.synthetic), len(tables.train), len(tables.holdout)),
        fidelity=fidelity,
        utility=found,
        utility_missing=missing,
        privacy=privacy,
        ladder=ladder,
        usefulness=usefulness,
        grade=grade(fidelity, utility, privacy, usefulness),
        known=given.known,
        epsilon_at_least=epsilon_at_least(ours) if privacy.verdict.split_is_random else None,
    )


def _utility(tables: AssessedTables, target: str | None, random_state: int) -> Utility | Message:
    if target is None:
        return Message("utility.no_target")
    return assess_utility(tables, target, random_state=random_state)
