"""The lessons that break things on purpose."""

import gc
import threading
import weakref
from dataclasses import replace

import pandas as pd
import pytest

from synth_handson import split_holdout
from synth_handson.errors import TableError
from synth_handson.evidence.controls.leak_simulation import LEAK_SIZES, LeakSimulation
from synth_handson.notebook import lesson
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.lesson import LeakSeries, LeakSeriesJob, Overfitting, leak_series, simulate_leak
from synth_handson.notebook.session import JobState
from synth_handson.pipeline.tables import Tables
from synth_handson.synthesis.pretrained import load_pretrained_generator


@pytest.fixture(scope="module")
def own_tables(bank: pd.DataFrame) -> Tables:
    """Return small tables of a reader's own, with the holdout in the synthetic table's place."""
    train, holdout = split_holdout(bank[["age", "job", "y"]].head(1_000))
    return Tables(train, holdout, holdout, "trained", load_pretrained_generator().training)


def test_readers_of_the_same_tables_share_the_simulations(own_tables: Tables) -> None:
    answers: list[LeakSeries] = []
    readers = [
        threading.Thread(target=LeakSeriesJob(answers.append).run, args=(own_tables, "planted"))
        for _ in range(3)
    ]
    # A reader is there as long as the thread that made its job: this one.
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert [simulation.size for simulation in answers[0].simulations] == list(LEAK_SIZES["planted"])
    assert len(answers) == 3
    assert all(answer.simulations is answers[0].simulations for answer in answers)


def test_a_leak_of_bundled_tables_is_known_and_of_others_is_simulated(own_tables: Tables) -> None:
    assert simulate_leak(bundled_tables(), "planted", 0.05) is bundled_findings().simulation("planted", 0.05)
    taken = simulate_leak(own_tables, "planted", 0.05)
    assert taken.leaking == round(0.05 * len(own_tables.synthetic))
    assert simulate_leak(own_tables, "planted", 0.05) is taken


def test_nothing_of_a_readers_tables_stays_when_the_reader_is_gone(own_tables: Tables) -> None:
    tables = replace(own_tables, synthetic=own_tables.synthetic.copy())
    synthetic = weakref.ref(tables.synthetic)
    leak_series(tables, "planted")
    simulate_leak(tables, "planted", 0.1)
    del tables
    gc.collect()
    assert synthetic() is None


def test_the_bundled_tables_come_with_their_simulations() -> None:
    simulations = leak_series(bundled_tables(), "jittered")
    assert [simulation.size for simulation in simulations] == list(LEAK_SIZES["jittered"])
    assert leak_series(bundled_tables(), "jittered") == simulations


def test_a_response_to_another_leak_or_of_other_tables_says_nothing(own_tables: Tables) -> None:
    simulations = leak_series(bundled_tables(), "planted")
    series = LeakSeries(own_tables, "planted", simulations)
    assert series.about(own_tables, "planted") is series
    assert series.about(own_tables, "jittered").simulations == ()
    assert series.about(replace(own_tables), "planted").simulations == ()


def test_nobody_is_shown_what_they_no_longer_ask_for(own_tables: Tables) -> None:
    answers: list[LeakSeries] = []
    made: list[LeakSeriesJob] = []
    page = threading.Thread(target=lambda: made.append(LeakSeriesJob(answers.append)))
    page.start()
    page.join()
    made[0].run(own_tables, "planted")
    assert answers == []


def test_a_failed_series_says_why_and_is_tried_again(
    own_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[LeakSeries] = []
    job = LeakSeriesJob(answers.append)
    small = replace(own_tables, synthetic=own_tables.synthetic.head(5))
    job.run(small, "planted")
    (failed,) = answers
    assert isinstance(failed.about(small, "planted").error, TableError)
    assert job.newest is None
    monkeypatch.setattr(lesson, "leak_series", lambda *_: 1 / 0)
    job.run(own_tables, "planted")
    assert "ZeroDivisionError" in answers[-1].error.message("en")  # type: ignore[union-attr]
    monkeypatch.undo()
    job.run(own_tables, "planted")
    assert answers[-1].simulations and job.newest == (own_tables, "planted")


def test_a_generator_is_made_to_memorise_and_measured(bank: pd.DataFrame) -> None:
    delivered: list[tuple[LeakSimulation, ...]] = []
    states: list[JobState] = []
    train, holdout = split_holdout(bank[["age", "job", "y"]].head(600))
    Overfitting(states.append, delivered.append, max_epochs=1).run(train, holdout)
    ((once, often),) = delivered
    assert (once.leak, once.size, often.size) == ("overfit", 1, 12)
    assert once.rows == often.rows == 1_000
    assert states[-1] == JobState()


def test_a_cancelled_lesson_delivers_nothing(bank: pd.DataFrame) -> None:
    delivered: list[tuple[LeakSimulation, ...]] = []
    states: list[JobState] = []

    def show(state: JobState) -> None:
        states.append(state)
        if state.progress and state.progress.epoch >= 1:
            overfitting.cancel(keep=False)

    overfitting = Overfitting(show, delivered.append, max_epochs=100_000)
    overfitting.run(*split_holdout(bank[["age", "job", "y"]].head(600)))
    assert delivered == []
    error = states[-1].error
    assert error is not None
    assert error.key == "cancelled"
