"""Real trainings: what comes out of them, how they tell where they are, and how they are stopped."""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from synth_handson.errors import ArgumentError, TableError, TrainingCancelled
from synth_handson.synthesis import archive, store
from synth_handson.synthesis.archive import from_bytes, to_bytes
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.mostly.worker import POOL
from synth_handson.synthesis.run import CancelToken, Progress
from synth_handson.synthesis.schema import PROTECTED_TOKEN
from synth_handson.synthesis.training import train_generator

ENDLESS = 10_000
"""Epochs that nobody waits for: such a training ends by being cancelled."""


@pytest.fixture
def table(bank: pd.DataFrame) -> pd.DataFrame:
    """Return a table that trains in a second."""
    return bank[["age", "job", "balance", "y"]].head(400)


def is_epoch(progress: Progress) -> bool:
    return progress.phase == "training" and progress.epoch >= 1


# The rows.


def test_all_17_columns_are_trained_and_drawn(generator: Generator, train: pd.DataFrame) -> None:
    rows = generator.sample(800)
    assert len(rows) == 800
    assert list(rows.columns) == list(train.columns)
    assert rows.dtypes.equals(train.dtypes)
    assert rows.index.equals(pd.RangeIndex(800))
    for name, column in train.items():
        if pd.api.types.is_numeric_dtype(column):
            assert rows[name].between(column.min(), column.max()).all(), name
        else:
            assert set(rows[name]) <= {*column, PROTECTED_TOKEN}, name


def columns_of_every_type() -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = 400
    few = pd.Series(random.integers(0, 5, rows))
    many = pd.Series(random.integers(0, 900, rows))
    real = pd.Series(random.normal(size=rows))
    day = pd.Timestamp("2020-01-01") + pd.to_timedelta(many, "D")
    letter = few.map(dict(enumerate("abcde")))
    missing = few == 1
    return pd.DataFrame(
        {
            "bool": few > 2,
            "boolean": (few > 2).astype("boolean").mask(missing),
            "int8": few.astype("int8"),
            "Int64": many.astype("Int64").mask(missing),
            "float64": real.mask(missing),
            "float32": (few / 2).astype("float32"),
            "datetime": day.mask(missing),
            "datetime in seconds": day.astype("datetime64[s]"),
            "datetime in Tokyo": day.dt.tz_localize("Asia/Tokyo"),
            "str": letter.mask(missing),
            "object": letter.astype(object),
            "category": letter.astype("category"),
            "ordered": pd.Categorical(letter, list("edcbaz"), ordered=True),
            "category of integers": few.astype("category"),
            "category of booleans": (few > 2).astype("category"),
        }
    )


@pytest.fixture(scope="module")
def table_of_every_type() -> pd.DataFrame:
    return columns_of_every_type()


@pytest.fixture(scope="module")
def rows_of_every_type(table_of_every_type: pd.DataFrame) -> pd.DataFrame:
    return train_generator(table_of_every_type, max_epochs=3).sample(500)


@pytest.mark.parametrize("name", columns_of_every_type().columns)
def test_every_dtype_comes_back(
    name: str, table_of_every_type: pd.DataFrame, rows_of_every_type: pd.DataFrame
) -> None:
    original, drawn = table_of_every_type[name], rows_of_every_type[name]
    assert drawn.dtype == original.dtype
    assert drawn.isna().any() == original.isna().any()
    if drawn.nunique() <= 10:
        assert set(drawn.dropna()) <= set(original.dropna())
    else:
        assert drawn.dropna().between(original.min(), original.max()).all()


def test_a_rare_category_is_protected(table: pd.DataFrame) -> None:
    secret = table.assign(job=table["job"].mask(table.index == 7, "astronaut"))
    rows = train_generator(secret, max_epochs=1).sample(3_000)
    assert "astronaut" not in set(rows["job"])
    # Other jobs may be too rare as well; the token stands for all of them.
    assert set(rows["job"]) <= {*table["job"], PROTECTED_TOKEN}


def test_a_protected_category_is_one_more_level() -> None:
    letters = [*("ab" * 200), *"cdefg"]
    frame = pd.DataFrame({"letter": pd.Categorical(letters), "number": np.tile(range(45), 9)})
    generator = train_generator(frame, max_epochs=1)
    rows = generator.sample(5_000)
    assert PROTECTED_TOKEN in set(rows["letter"])
    assert list(rows["letter"].cat.categories) == [*"abcdefg", PROTECTED_TOKEN]


# The seed.


def test_the_seed_of_the_sample_decides_the_rows(generator: Generator) -> None:
    rows = generator.sample(200, random_state=5)
    pd.testing.assert_frame_equal(generator.sample(200, random_state=5), rows)
    assert not generator.sample(200, random_state=6).equals(rows)


def test_the_seed_of_the_training_decides_the_rows(table: pd.DataFrame) -> None:
    def rows(random_state: int) -> pd.DataFrame:
        store.clear()
        generator = train_generator(table, max_epochs=2, random_state=random_state)
        assert not generator.from_store
        return generator.sample(300)

    first = rows(1)
    pd.testing.assert_frame_equal(rows(1), first)
    assert not rows(2).equals(first)


def test_a_packed_generator_draws_the_same_rows(generator: Generator) -> None:
    unpacked = from_bytes(to_bytes(generator))
    assert replace(unpacked, from_store=False) == generator
    pd.testing.assert_frame_equal(unpacked.sample(100), generator.sample(100))


def test_a_packed_generator_holds_no_rows(train: pd.DataFrame) -> None:
    # 1,000 distinct numbers of seven digits.
    canaries = 7_000_000 + np.arange(len(train)) * 1_009 % 99_991
    generator = train_generator(train[["age", "job"]].assign(balance=canaries), max_epochs=1)
    files = archive.unpack(to_bytes(generator))
    text = b"\n".join(files.values())
    found = [value for value in canaries if str(value).encode() in text]
    # The percentiles, 0 to 100, are all that the model publishes of a column of numbers.
    assert len(found) <= 101


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


def test_a_training_ends_when_it_no_longer_improves() -> None:
    random = np.random.default_rng(0)
    noise = pd.DataFrame({name: random.choice(["x", "y"], 100) for name in "ab"})
    generator = train_generator(noise, max_epochs=ENDLESS)
    assert generator.training.stopped_by == "early stopping"
    assert generator.training.epochs < ENDLESS


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
    assert seconds < 4  # Two seconds are promised; the rest is for a busy machine.
    assert store.clear() == 0
    assert len(train_generator(table, max_epochs=1).sample(10)) == 10


def test_a_cancelled_training_can_keep_its_model(table: pd.DataFrame) -> None:
    generator, seconds = cancel_when(table, is_epoch, keep=True)
    assert generator is not None
    assert seconds < 4
    assert generator.training.stopped_by == "cancelled"
    assert generator.sample(50).dtypes.equals(table.dtypes)
    # A model that another patience would have made better is nobody else's answer.
    assert store.clear() == 0


@pytest.mark.parametrize("keep", [True, False])
def test_before_the_first_epoch_there_is_nothing_to_keep(table: pd.DataFrame, keep: bool) -> None:
    generator, seconds = cancel_when(table, lambda progress: progress.phase == "preparing", keep=keep)
    assert generator is None
    assert seconds < 4
    assert len(train_generator(table, max_epochs=1).sample(10)) == 10


def test_a_training_is_cancelled_while_its_worker_still_imports(
    bank: pd.DataFrame, table: pd.DataFrame
) -> None:
    POOL.close()
    generator, seconds = cancel_when(bank, lambda progress: progress.phase == "starting", keep=True)
    assert generator is None
    assert seconds < 4
    assert len(train_generator(table, max_epochs=1).sample(10)) == 10


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


@pytest.mark.parametrize("n", [0, -1, True, 1.5, "10", None])
def test_the_number_of_rows_is_a_whole_number(generator: Generator, n: object) -> None:
    with pytest.raises(ArgumentError, match=str(n)):
        generator.sample(n)  # type: ignore[arg-type]


def test_numpy_counts_as_well(generator: Generator) -> None:
    assert len(generator.sample(np.int64(3))) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize("option", ["max_epochs", "max_minutes"])
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_a_budget_is_positive(table: pd.DataFrame, option: str, value: float) -> None:
    with pytest.raises(ArgumentError, match=option):
        train_generator(table, **{option: value})  # type: ignore[arg-type]


def test_the_table_is_checked_before_the_training(table: pd.DataFrame) -> None:
    with pytest.raises(TableError):
        train_generator(table.head(3))
