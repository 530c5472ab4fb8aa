"""One training at a time: who waits for how many, and for how long."""

import threading
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from synth_handson.errors import TrainingCancelled
from synth_handson.synthesis.run import CancelToken, Progress, TrainingRun
from synth_handson.synthesis.training import train_generator
from synth_handson.synthesis.training_queue import TRAINING_QUEUE, TrainingQueue


def asked(report: Callable[[Progress], object], cancel: CancelToken | None = None) -> TrainingRun:
    return TrainingRun(
        pd.DataFrame(), {"max_epochs": 4, "max_minutes": 10, "random_state": 0}, report, cancel
    )


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_who_waits_is_told_how_many_are_ahead_and_how_long_the_one_that_runs_still_takes() -> None:
    turns = TrainingQueue()
    told: dict[str, list[Progress]] = {"second": [], "third": []}
    over = threading.Event()

    def wait(name: str) -> None:
        with turns.take(asked(told[name].append)):
            over.wait(60)

    waiting = [threading.Thread(target=wait, args=(name,)) for name in told]
    first = asked(lambda _: None)
    with turns.take(first):
        waiting[0].start()
        wait_for(lambda: told["second"])
        waiting[1].start()
        wait_for(lambda: told["third"])
        # Eight seconds for the first of four epochs leave three times as long.
        first.advance_to({"epoch": 1.0, "val_loss": 1.0}, trained=8.0)
        wait_for(lambda: len(told["second"]) == 2)
    wait_for(lambda: len(told["third"]) == 2)
    over.set()
    for thread in waiting:
        thread.join()
    assert told["second"] == [Progress("waiting", ahead=1), Progress("waiting", ahead=1, remaining=24.0)]
    # What the second will take, nobody knows before its first epoch.
    assert told["third"] == [Progress("waiting", ahead=2), Progress("waiting", ahead=1)]


def test_who_is_cancelled_while_waiting_makes_way() -> None:
    turns, token = TrainingQueue(), CancelToken()
    with turns.take(asked(lambda _: None)):
        impatient = asked(lambda _: token.cancel(), token)
        with pytest.raises(TrainingCancelled), turns.take(impatient):
            pytest.fail("it was not its turn")
    with turns.take(asked(lambda _: pytest.fail("nobody is ahead"))):
        pass


def test_what_takes_a_second_waits_for_nobody() -> None:
    table = pd.DataFrame({"a": np.arange(60) % 7, "b": np.arange(60) % 3})
    somebody = TrainingRun(table, {"max_epochs": 1, "max_minutes": 1, "random_state": 0, "epsilon": None})
    with TRAINING_QUEUE.take(somebody):
        seen: list[str] = []
        train_generator(table, engine="copula", on_progress=lambda progress: seen.append(progress.phase))
    assert "waiting" not in seen
