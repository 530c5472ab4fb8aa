"""A training: how it tells where it is, how it is stopped, and who comes first."""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable

import pandas as pd
import pytest

from synth_handson.errors import ArgumentError, ServerError, TableError, TrainingCancelled
from synth_handson.synthesis import store
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.mostly import local
from synth_handson.synthesis.run import CancelToken, Progress
from synth_handson.synthesis.training import train_generator
from synth_handson.synthesis.worker import WorkerPool

ENDLESS = 10_000
"""Epochs that nobody waits for: such a training ends by being cancelled."""


def is_epoch(progress: Progress) -> bool:
    return progress.phase == "training" and progress.epoch >= 1


# Where a training stands.


def test_progress_tells_phases_epochs_and_time(table: pd.DataFrame) -> None:
    steps: list[Progress] = []
    generator = train_generator(table, max_epochs=4, on_progress=steps.append)
    phases = [phase for phase, _ in itertools.groupby(step.phase for step in steps)]
    assert phases == ["starting", "preparing", "training", "done"]
    epochs = [step for step in steps if is_epoch(step) and step.phase == "training"]
    assert [step.epoch for step in epochs] == [1, 2, 3, 4]
    assert all(step.val_loss is not None for step in epochs)
    assert [step.fraction for step in epochs] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert epochs[-1].remaining == 0
    for earlier, later in itertools.pairwise(steps):
        assert earlier.elapsed <= later.elapsed
        assert 0 <= earlier.fraction <= later.fraction <= 1
    assert all(step.remaining is None or step.remaining >= 0 for step in steps)
    training = generator.training
    assert (training.rows, training.epochs, training.stopped_by) == (400, 4, "epochs")
    assert training.val_loss == min(step.val_loss for step in epochs if step.val_loss is not None)


def test_a_training_ends_when_its_minutes_are_over(table: pd.DataFrame) -> None:
    generator = train_generator(table, max_epochs=ENDLESS, max_minutes=0.01)
    assert generator.training.stopped_by == "time"
    assert len(generator.sample(10)) == 10


# Stopping it.


def cancel_when(
    table: pd.DataFrame, reached: Callable[[Progress], bool], *, keep: bool
) -> tuple[Generator | None, float]:
    """Cancel an endless training at a point, and tell what was kept and the seconds it took to stop."""
    token = CancelToken()
    asked = 0.0

    def follow(progress: Progress) -> None:
        nonlocal asked
        if not token.cancelled and reached(progress):
            asked = time.monotonic()
            token.cancel(keep=keep)

    generator = None
    with contextlib.suppress(TrainingCancelled):
        generator = train_generator(table, max_epochs=ENDLESS, on_progress=follow, cancel=token)
    assert token.cancelled
    return generator, time.monotonic() - asked


def test_a_cancelled_training_stops_in_time_and_keeps_nothing(
    bank: pd.DataFrame, table: pd.DataFrame
) -> None:
    generator, seconds = cancel_when(bank, is_epoch, keep=False)
    assert generator is None
    assert seconds < 10  # Two seconds are promised; the rest is for a busy machine.
    assert store.clear() == 0
    assert len(train_generator(table, max_epochs=1).sample(10)) == 10


def test_a_cancelled_training_can_keep_its_model(table: pd.DataFrame) -> None:
    generator, seconds = cancel_when(table, is_epoch, keep=True)
    assert generator is not None
    assert seconds < 10
    assert generator.training.stopped_by == "cancelled"
    assert generator.sample(50).dtypes.equals(table.dtypes)
    # A model that another patience would have made better is nobody else's answer.
    assert store.clear() == 0


@pytest.mark.parametrize("keep", [True, False])
def test_before_the_first_epoch_there_is_nothing_to_keep(table: pd.DataFrame, keep: bool) -> None:
    generator, seconds = cancel_when(table, lambda progress: progress.phase == "preparing", keep=keep)
    assert generator is None
    assert seconds < 10
    assert len(train_generator(table, max_epochs=1).sample(10)) == 10


def test_a_training_is_cancelled_while_its_worker_still_imports(
    bank: pd.DataFrame, table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "POOL", pool := WorkerPool(local.PROCESS))
    generator, seconds = cancel_when(bank, lambda progress: progress.phase == "starting", keep=True)
    assert generator is None
    assert seconds < 10
    assert len(train_generator(table, max_epochs=1).sample(10)) == 10
    pool.close()


def test_a_training_ends_with_the_thread_that_owns_it(table: pd.DataFrame) -> None:
    leave = threading.Event()
    owner = threading.Thread(target=leave.wait)
    owner.start()
    with pytest.raises(TrainingCancelled):
        train_generator(
            table,
            max_epochs=ENDLESS,
            on_progress=lambda progress: leave.set() if is_epoch(progress) else None,
            cancel=CancelToken(owner=owner),
        )
    owner.join()


# One at a time.


def test_a_second_training_waits_for_the_first(table: pd.DataFrame) -> None:
    events: list[tuple[str, str]] = []
    waiting = threading.Event()

    def first(progress: Progress) -> None:
        events.append(("first", progress.phase))
        if is_epoch(progress):
            # It goes on only once the other has said that it waits.
            assert waiting.wait(60)

    def second(progress: Progress) -> None:
        events.append(("second", progress.phase))
        if progress.phase == "waiting":
            assert progress.ahead == 1
            waiting.set()

    train_in_turn = threading.Thread(
        target=train_generator, args=(table,), kwargs={"max_epochs": 2, "on_progress": first}
    )
    train_in_turn.start()
    while ("first", "training") not in events:
        assert train_in_turn.is_alive()
        time.sleep(0.01)
    train_generator(table, max_epochs=1, on_progress=second)
    train_in_turn.join()
    works = [event for event in events if event[1] != "waiting"]
    assert works.index(("first", "done")) < works.index(("second", "starting"))


def test_a_waiting_training_can_be_cancelled(table: pd.DataFrame) -> None:
    first, second = CancelToken(), CancelToken()
    trains = threading.Event()
    outcome: list[BaseException | Generator] = []

    def train_first() -> None:
        outcome.append(
            train_generator(
                table, max_epochs=ENDLESS, cancel=first, on_progress=lambda p: is_epoch(p) and trains.set()
            )
        )

    thread = threading.Thread(target=train_first)
    thread.start()
    assert trains.wait(120)
    phases: list[str] = []

    def cancel_second(progress: Progress) -> None:
        phases.append(progress.phase)
        second.cancel(keep=True)

    with pytest.raises(TrainingCancelled):
        train_generator(table, max_epochs=1, cancel=second, on_progress=cancel_second)
    assert phases == ["waiting"]
    # The first is not disturbed.
    assert thread.is_alive()
    first.cancel(keep=True)
    thread.join()
    assert isinstance(outcome[0], Generator)


# Arguments.


@pytest.mark.parametrize("option", ["max_epochs", "max_minutes"])
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_a_budget_is_positive(table: pd.DataFrame, option: str, value: float) -> None:
    with pytest.raises(ArgumentError, match=option):
        train_generator(table, **{option: value})  # type: ignore[arg-type]


def test_the_table_is_checked_before_the_training(table: pd.DataFrame) -> None:
    with pytest.raises(TableError):
        train_generator(table.head(3))


def test_the_target_is_a_column_of_the_table(table: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match=r"no column 'jbo' to predict. Did you mean: job"):
        train_generator(table, target="jbo")


# The engine.


def test_an_unknown_engine_is_answered_with_the_known_ones(table: pd.DataFrame) -> None:
    with pytest.raises(
        ArgumentError, match=r"'mostli'. Choose one of: mostly, copula, trees, aim, ctgan, mostly-server"
    ):
        train_generator(table, engine="mostli")


def test_a_server_needs_an_address(table: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="needs the address"):
        train_generator(table, engine="mostly-server")


def test_a_server_and_an_engine_that_is_none_contradict_each_other(table: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="'mostly' trains on this machine, not on the server http://gpu"):
        train_generator(table, engine="mostly", server="http://gpu")


def test_where_the_environment_names_a_server_this_machine_has_to_be_asked_for(
    table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOSTLY_BASE_URL", "nowhere")
    with pytest.raises(ServerError, match="nowhere"):
        train_generator(table)
    assert train_generator(table, engine="mostly", max_epochs=1).training.engine == "mostly"
