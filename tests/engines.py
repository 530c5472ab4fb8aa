"""The worker processes a test looks at, or does something to."""

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psutil

from synth_handson.synthesis.run import Progress
from synth_handson.synthesis.training import train_generator

STAND_IN = Path(__file__).with_name("stand_in")
"""An engine that does as the real one does and is imported at once."""
ENDLESS = 10_000
"""Epochs that nobody waits for."""


def workers(of: int | None = None) -> list[psutil.Process]:
    """List the worker processes of a program, by default this one, that run this test's engine."""
    return [
        child
        for child in psutil.Process(of).children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE
        and "synth_handson.synthesis.mostly.engine_process" in child.cmdline()
        and child.environ().get("PYTHONPATH") == os.environ.get("PYTHONPATH")
    ]


def once(phase: str, action: Callable[[psutil.Process], object]) -> Callable[[Progress], None]:
    """Do something to the worker when its training reaches a phase."""
    done = False

    def follow(progress: Progress) -> None:
        nonlocal done
        if progress.phase == phase and not done:
            done = True
            (worker,) = workers()
            action(worker)

    return follow


def assert_the_next_training_works(table: pd.DataFrame) -> None:
    assert len(train_generator(table, max_epochs=1).sample(10)) == 10
    assert len(workers()) == 1
