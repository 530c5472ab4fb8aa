"""What happens behind the page, with real trainings and assessments of small tables."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from panels import draw_payments, renumbered

from synth_handson import assess, closest_records, split_holdout
from synth_handson.errors import TableError
from synth_handson.locales import Message
from synth_handson.notebook import session
from synth_handson.notebook.bundled import bundled_tables
from synth_handson.notebook.session import Assessed, Assessor, Job, JobState, load_bank_marketing
from synth_handson.pipeline.own_table import OwnTable, read_own_table
from synth_handson.pipeline.own_texts import OwnTexts
from synth_handson.pipeline.tables import Tables, assess_tables
from synth_handson.synthesis import store
from synth_handson.synthesis.pretrained import load_pretrained_generator
from synth_handson.synthesis.run import Progress
from synth_handson.tables.bank import Dataset, RequestedSource
from synth_handson.tables.files.writing import write_table
from synth_handson.tables.interviews import make_interviews

ENDLESS = 100_000
"""Epochs no training here comes to the end of."""


@dataclass
class Reader:
    """Somebody in front of the page: what a job showed and delivered, and what they do when they see it."""

    reacts: Callable[[JobState], object] = lambda state: None
    states: list[JobState] = field(default_factory=list)
    tables: list[Tables] = field(default_factory=list)

    def show(self, state: JobState) -> None:
        self.states.append(state)
        self.reacts(state)

    def job(self) -> Job:
        return Job(show=self.show, deliver=self.tables.append)

    def phases(self) -> list[str]:
        """Return the phases shown, without repetitions, and start a new list."""
        phases = [state.progress.phase if state.progress else "at rest" for state in self.states]
        self.states.clear()
        return [phase for i, phase in enumerate(phases) if i == 0 or phases[i - 1] != phase]


@pytest.fixture(scope="module")
def parts(bank: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return split_holdout(bank[["age", "job", "y"]].head(600))


def has_learned(state: JobState) -> bool:
    return state.progress is not None and state.progress.epoch >= 1


def run(job: Job, parts: tuple[pd.DataFrame, pd.DataFrame], rows: int = 20, **options: Any) -> None:
    job.run(*parts, rows=rows, **{"max_epochs": 1, "random_state": 0, "target": "y"} | options)


def test_a_run_shows_its_phases_and_delivers(parts: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    reader = Reader()
    run(reader.job(), parts)
    assert reader.states[-1] == JobState()
    phases = reader.phases()
    assert phases[0] == "starting"
    assert phases[-4:] == ["training", "done", "sampling", "at rest"]
    (tables,) = reader.tables
    assert tables.train is parts[0]
    assert tables.holdout is parts[1]
    assert tables.origin == "trained"
    assert tables.training.rows == len(parts[0]) == 480
    assert tables.synthetic.shape == (20, 3)


def test_other_rows_are_drawn_from_the_same_generator(parts: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    reader = Reader()
    job = reader.job()
    run(job, parts, rows=20)
    store.clear()
    reader.phases()
    run(job, parts, rows=30)
    assert "training" not in reader.phases()
    first, second = reader.tables
    assert second.training is first.training
    assert [len(first.synthetic), len(second.synthetic)] == [20, 30]


@pytest.mark.parametrize("change", [{"random_state": 1}, {"max_epochs": 2}])
def test_other_options_or_another_table_take_another_training(
    parts: tuple[pd.DataFrame, pd.DataFrame], change: dict[str, int]
) -> None:
    reader = Reader()
    job = reader.job()
    run(job, parts)
    reader.phases()
    run(job, parts, **change)
    assert "training" in reader.phases()
    run(job, (parts[0].drop(columns="y"), parts[1].drop(columns="y")), target=None, **change)
    assert "training" in reader.phases()
    assert [tables.synthetic.shape[1] for tables in reader.tables] == [3, 3, 2]


def test_another_reader_finds_the_generator_in_the_store(parts: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    first, second = Reader(), Reader()
    run(first.job(), parts)
    run(second.job(), parts)
    assert "training" not in second.phases()
    assert second.tables[0].origin == "store"
    pd.testing.assert_frame_equal(second.tables[0].synthetic, first.tables[0].synthetic)


def test_a_second_click_while_one_runs_does_nothing(parts: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    reader = Reader()
    job = reader.job()
    reader.reacts = lambda state: run(job, parts, rows=99) if has_learned(state) else None
    run(job, parts)
    assert [len(tables.synthetic) for tables in reader.tables] == [20]
    assert reader.phases().count("starting") == 1


def test_a_cancelled_run_says_so_delivers_nothing_and_the_next_one_trains(
    parts: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    reader = Reader()
    job = reader.job()
    reader.reacts = lambda state: job.cancel(keep=False) if has_learned(state) else None
    run(job, parts, max_epochs=ENDLESS)
    error = reader.states[-1].error
    assert error is not None
    assert error.key == "cancelled"
    assert reader.tables == []

    reader.reacts = lambda state: None
    run(job, parts)
    assert reader.states[-1] == JobState()
    assert len(reader.tables) == 1


def test_the_model_so_far_is_delivered_once_and_never_taken_for_a_finished_one(
    parts: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    reader = Reader()
    job = reader.job()
    reader.reacts = lambda state: job.cancel(keep=True) if has_learned(state) else None
    for _ in range(2):
        run(job, parts, max_epochs=ENDLESS)
        assert reader.states[-1] == JobState()
        assert "training" in reader.phases()
    assert [tables.training.stopped_by for tables in reader.tables] == ["cancelled"] * 2
    assert [tables.origin for tables in reader.tables] == ["trained"] * 2


def test_an_expected_failure_is_shown_and_not_raised(parts: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    reader = Reader()
    job = reader.job()
    run(job, (parts[0].head(10), parts[1]))
    assert isinstance(reader.states[-1].error, TableError)
    assert reader.tables == []
    run(job, parts)
    assert len(reader.tables) == 1


def test_an_unexpected_failure_is_shown_too_and_logged_in_full(
    parts: tuple[pd.DataFrame, pd.DataFrame], caplog: pytest.LogCaptureFixture
) -> None:
    reader = Reader()

    def fail(tables: Tables) -> None:
        raise RuntimeError("no room for so many rows")

    Job(show=reader.show, deliver=fail).run(*parts, rows=20, target="y", max_epochs=1, random_state=0)
    error = reader.states[-1].error
    assert error is not None
    assert "no room for so many rows" in error.message("ja")
    assert "Traceback" in caplog.text


def test_a_training_ends_with_the_thread_of_its_reader(parts: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    closes = threading.Event()
    jobs: list[Job] = []
    reader = Reader()

    def page() -> None:
        jobs.append(reader.job())
        closes.wait()

    tab = threading.Thread(target=page)
    tab.start()

    def close(state: JobState) -> None:
        if has_learned(state):
            closes.set()
            tab.join()

    reader.reacts = close
    try:
        run(jobs[0], parts, max_epochs=ENDLESS)
    finally:
        closes.set()
    assert reader.tables == []
    # Nobody is left to be shown that it ended.
    assert reader.states[-1].progress


@dataclass
class Visitor:
    """Somebody whose tables are assessed: what they were shown, and what they do when they see it."""

    reacts: Callable[[Assessed], object] = lambda assessed: None
    seen: list[Assessed] = field(default_factory=list)

    def show(self, assessed: Assessed) -> None:
        self.seen.append(assessed)
        self.reacts(assessed)


@pytest.fixture(scope="module")
def own_tables(bank: pd.DataFrame) -> Tables:
    """Return small tables of a reader's own, with the holdout in the synthetic table's place."""
    train, holdout = split_holdout(bank[["age", "y"]].head(600))
    return Tables(train, holdout, holdout, "trained", load_pretrained_generator().training, "y")


def run_assessor(assessor: Assessor, tables: Tables) -> None:
    """Assess tables as the page does."""
    assessor.run(assess, tables.synthetic, train=tables.train, holdout=tables.holdout, **tables.told)


def test_an_assessment_shows_its_steps_and_the_evidence(own_tables: Tables) -> None:
    visitor = Visitor()
    run_assessor(Assessor(visitor.show), own_tables)
    *steps, last = visitor.seen
    names = [assessed.step.name for assessed in steps if assessed.step]
    assert names == ["distances", "attacks", "controls", "fidelity", "utility", "done"]
    assert last.evidence is not None
    assert last.step is last.error is None
    assert last.evidence.columns == ("age", "y")
    assert last.evidence.utility is not None
    assert last.evidence.utility.target == "y"


def test_without_a_target_no_utility_is_measured(bank: pd.DataFrame, own_tables: Tables) -> None:
    train, holdout = split_holdout(bank[["age", "campaign"]].head(600))
    visitor = Visitor()
    run_assessor(
        Assessor(visitor.show),
        replace(own_tables, train=train, holdout=holdout, synthetic=holdout, target=None),
    )
    evidence = visitor.seen[-1].evidence
    assert evidence is not None
    assert evidence.utility is None
    assert evidence.utility_missing is not None


def test_evidence_about_other_tables_is_not_shown_beside_these(own_tables: Tables) -> None:
    others = replace(own_tables, synthetic=own_tables.train)
    assessed = Assessed(own_tables.synthetic, error=TableError([]))
    assert assessed.about(own_tables) is assessed
    shown = assessed.about(others)
    assert shown.synthetic is others.synthetic
    assert shown.step is shown.evidence is shown.error is None


def test_newer_tables_supersede_an_assessment(own_tables: Tables) -> None:
    newer = replace(own_tables, synthetic=own_tables.synthetic.copy())
    visitor = Visitor()
    assessor = Assessor(visitor.show)
    second = threading.Thread(target=run_assessor, args=(assessor, newer))
    newer_asked = threading.Event()

    def ask_for_newer(assessed: Assessed) -> None:
        if assessed.synthetic is own_tables.synthetic:
            second.start()
            while assessor.newest is None or assessor.newest.synthetic is not newer.synthetic:
                newer_asked.wait(0.01)

    visitor.reacts = ask_for_newer
    run_assessor(assessor, own_tables)
    second.join()
    old = own_tables.synthetic
    assert [assessed.synthetic is old for assessed in visitor.seen] == [True, *[False] * 7]
    assert visitor.seen[-1].synthetic is newer.synthetic
    assert visitor.seen[-1].evidence is not None
    assert assessor.is_asked(newer.synthetic)
    assert not assessor.is_asked(old)


def test_an_assessment_ends_with_the_thread_of_its_reader(own_tables: Tables) -> None:
    visitor = Visitor()
    assessors: list[Assessor] = []
    page = threading.Thread(target=lambda: assessors.append(Assessor(visitor.show)))
    page.start()
    page.join()
    run_assessor(assessors[0], own_tables)
    assert visitor.seen == []


def test_a_table_too_small_to_assess_is_an_error_to_show(own_tables: Tables) -> None:
    visitor = Visitor()
    run_assessor(Assessor(visitor.show), replace(own_tables, synthetic=own_tables.synthetic.head(99)))
    (last,) = visitor.seen[-1:]
    assert isinstance(last.error, TableError)
    assert "99" in last.error.message("ja")


def test_an_unexpected_failure_of_an_assessment_is_shown_too_and_logged(
    own_tables: Tables, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(assessed: Assessed) -> None:
        if assessed.step:
            raise RuntimeError("no room to measure")

    visitor = Visitor(reacts=fail)
    run_assessor(Assessor(visitor.show), own_tables)
    error = visitor.seen[-1].error
    assert error is not None
    assert "no room to measure" in error.message("en")
    assert "Traceback" in caplog.text


def test_the_bundled_tables_come_with_their_evidence() -> None:
    visitors = [Visitor(), Visitor()]
    for visitor in visitors:
        run_assessor(Assessor(visitor.show), bundled_tables())
    (first,), (second,) = (visitor.seen for visitor in visitors)
    assert first.synthetic is bundled_tables().synthetic
    assert first.evidence is not None
    assert first.evidence is second.evidence
    assert first.evidence.verdict == "pass"


def test_bundled_tables_that_are_asked_more_are_measured() -> None:
    visitor = Visitor()
    tables = replace(bundled_tables(), known=("age", "job"))
    run_assessor(Assessor(visitor.show), tables)
    evidence = visitor.seen[-1].evidence
    assert evidence is not None
    assert evidence.known == ("age", "job")


def test_a_table_is_loaded_once_for_all_readers_and_asked_for_again_where_uci_did_not_answer(
    bank: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    why: Message | None = Message("errors.uci_timeout", {"seconds": 1})
    asked: list[str] = []

    def load(source: RequestedSource) -> Dataset:
        asked.append(source)
        return Dataset(bank, "uci" if why is None else "bundled", why)

    monkeypatch.setattr(session, "_loaded", {})
    monkeypatch.setattr(session.bank, "load_bank_marketing", load)
    assert load_bank_marketing("auto") is load_bank_marketing("auto")
    assert load_bank_marketing("bundled") is not load_bank_marketing("auto")
    assert asked == ["auto", "bundled"]
    monkeypatch.setattr(session, "RETRY_SECONDS", -1)
    why = None
    assert load_bank_marketing("auto").source == "uci"
    assert load_bank_marketing("auto").source == "uci"
    assert asked == ["auto", "bundled", "auto"]


def test_other_rows_of_tables_are_their_generators_own(parts: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    reader = Reader()
    run(reader.job(), parts, rows=20, engine="copula")
    (tables,) = reader.tables
    assert tables.generator is not None
    assert tables.generator.sample(20) is tables.synthetic
    assert tables.with_rows(tables.synthetic) is tables
    more = tables.generator.sample(30)
    assert more is tables.generator.sample(30)
    assert len(tables.with_rows(more).synthetic) == 30
    assert tables.with_rows(more).origin == "trained"
    assert tables.with_rows(more) is tables.with_rows(more)


# A first table.


def test_meanwhile_there_is_a_table_by_a_copula(parts: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    reader = Reader()
    job = reader.job()
    run(job, parts, placeholder=True)
    assert [(tables.origin, tables.training.engine) for tables in reader.tables] == [
        ("placeholder", "copula"),
        ("trained", "mostly"),
    ]
    # What is trained already needs nothing in the meantime.
    run(job, parts, rows=30, placeholder=True)
    assert [len(tables.synthetic) for tables in reader.tables] == [20, 20, 30]


def test_where_the_training_comes_to_nothing_the_first_table_stays(
    parts: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    reader = Reader()
    job = reader.job()
    reader.reacts = lambda state: job.cancel(keep=False) if has_learned(state) else None
    run(job, parts, max_epochs=ENDLESS, placeholder=True)
    assert reader.states[-1].error is not None
    first, kept = reader.tables
    assert (first.origin, kept.origin) == ("placeholder", "trained")
    assert kept.synthetic is first.synthetic


def test_people_are_learned_drawn_and_measured_with_all_their_rows() -> None:
    payments = draw_payments(240, 5)
    train, holdout = split_holdout(payments, 0.45, person="customer")
    reader = Reader()
    asked = {"engine": "trees", "person": "customer", "target": None, "keep": False}
    run(reader.job(), (train, holdout), rows=120, **asked)
    (tables,) = reader.tables
    assert tables.person == "customer"
    assert tables.synthetic["customer"].nunique() == 120
    assert tables.generator is not None and tables.generator.sample(120) is tables.synthetic
    # A row that was copied is one, whatever key it has been given.
    assert "customer" not in tables.compared.synthetic
    copied = replace(tables, synthetic=renumbered(train, 90_000))
    assert closest_records(copied.synthetic, copied.train).identical == 0
    assert closest_records(copied.compared.synthetic, copied.compared.train).identical == len(train)
    evidence = assess_tables(tables)
    assert evidence.people is not None and evidence.people.synthetic == 120


def test_the_texts_of_an_own_table_follow_its_first_rows_and_are_learned_once(tmp_path: Path) -> None:
    write_table(make_interviews(300, seed=8), tmp_path / "interviews.csv")
    own = read_own_table(tmp_path / "interviews.csv")
    parts, learned = split_holdout(own.frame, own.fraction), list[pd.DataFrame]()

    @dataclass
    class Parrot:
        columns, name = ("interview",), "parrot"

        def write(self, table: pd.DataFrame, *_: object) -> dict[str, Any]:
            return {"interview": pd.Series(["Well."] * len(table), dtype="str")}

    def write(own: OwnTable, train: pd.DataFrame, *, on_progress: Any, **_: Any) -> OwnTexts:
        learned.append(train)
        on_progress(Progress("training"))
        return OwnTexts(own, Parrot())  # type: ignore[arg-type]

    reader = Reader()
    job = reader.job()
    for rows in (120, 130):
        run(
            job, parts, rows, target=None, engine="trees", keep=False, own=own, write=write,
            placeholder=rows == 120,
        )  # fmt: skip
    assert [list(tables.synthetic) for tables in reader.tables] == [own.learned, *[list(own.frame)] * 2]
    assert [tables.origin for tables in reader.tables] == ["placeholder", "trained", "trained"]
    assert len(learned) == 1
    assert [state.texts for state in reader.states if state.progress].count(True) == 1
    assert reader.tables[1].synthetic["interview"].eq("Well.").all()


def test_an_engine_that_learns_no_people_says_so() -> None:
    parts = split_holdout(draw_payments(240, 5), 0.45, person="customer")
    reader = Reader()
    run(reader.job(), parts, engine="copula", person="customer", target=None)
    assert reader.tables == []
    error = reader.states[-1].error
    assert error is not None and error.key == "engine_linked"


# Rows on demand.


def test_rows_on_demand_are_shown_beside_the_people_who_have_what_was_asked_for(bank: pd.DataFrame) -> None:
    train, holdout = split_holdout(bank[["age", "job", "housing", "y"]])
    reader = Reader()
    run(reader.job(), (train, holdout), rows=300, engine="copula")
    (drawn,) = reader.tables
    assert drawn.generator is not None
    assert drawn.asked is None
    assert drawn.alike is drawn.compared is drawn

    rows = drawn.generator.sample(300, given={"y": ["yes"]}, shares=None, even_if_few=False)
    assert rows is drawn.generator.sample(300, given={"y": ["yes"]})
    assert set(rows["y"]) == {"yes"}
    given = drawn.with_rows(rows)
    assert given.asked is not None
    assert given.asked.asked.train == (int((train["y"] == "yes").sum()),)
    assert set(given.alike.train["y"]) == set(given.compared.holdout["y"]) == {"yes"}

    halves = drawn.with_rows(drawn.generator.sample(300, shares={"y": {"yes": 0.5, "no": 0.5}}))
    assert halves.alike.train["y"].value_counts(normalize=True).tolist() == [0.5, 0.5]
    # Whether somebody was copied is looked for among all people.
    assert len(halves.compared.train) == len(train)


def test_of_few_people_all_are_shown(bank: pd.DataFrame) -> None:
    train, holdout = split_holdout(bank[["age", "job", "housing", "y"]])
    reader = Reader()
    run(reader.job(), (train, holdout), rows=300, engine="copula")
    (drawn,) = reader.tables
    assert drawn.generator is not None
    few = drawn.with_rows(drawn.generator.sample(300, given={"job": ["student"]}, even_if_few=True))
    assert few.asked is not None and not few.asked.asked.enough
    assert len(few.compared.train) == len(few.alike.train) == len(train)
