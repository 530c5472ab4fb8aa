"""Train a generator on a table: what may be asked, and what happens in which order."""

import os
from contextlib import suppress
from dataclasses import asdict
from numbers import Real
from zipfile import BadZipFile

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.synthesis import store
from synth_handson.synthesis.archive import from_bytes, to_bytes
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.mostly import worker
from synth_handson.synthesis.mostly.local import LocalRun
from synth_handson.synthesis.run import CancelToken, Options, Progress, ProgressCallback
from synth_handson.synthesis.schema import Schema, prepare
from synth_handson.tables.checks import check_seed, check_table

DEFAULT_EPOCHS = 20
DEFAULT_MINUTES = 10.0


def train_generator(
    train: pd.DataFrame,
    *,
    max_epochs: float = DEFAULT_EPOCHS,
    max_minutes: float = DEFAULT_MINUTES,
    random_state: int = 0,
    on_progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
    server: str | None = None,
) -> Generator:
    """Train a generator on a table.

    Trains in a worker process on this machine, or on a MOSTLY AI server. The same table and options find the
    generator of an earlier local training in the store and take no training.

    Parameters
    ----------
    train
        The training table, at least 50 rows and two columns.
    max_epochs
        Passes over the table at most. Training ends earlier when the validation loss has not improved for
        five epochs.
    max_minutes
        Minutes of training at most. A training that runs into this limit is not repeatable.
    random_state
        Seed, 0 to 2³² - 1. The same table, seed and epochs give the same generator on like machines.
    on_progress
        Called with a :class:`Progress` at each change of phase and after each epoch, in the caller's thread.
    cancel
        Ends the training within two seconds of ``cancel.cancel(keep=…)``, from any thread.
    server
        Address of a MOSTLY AI server; by default the environment variable MOSTLY_BASE_URL, else this machine.

    Returns
    -------
    Generator
        The best model by validation loss.

    Raises
    ------
    TableError
        If the table cannot be trained on; lists everything that is wrong.
    ArgumentError
        If an option is out of range.
    TrainingCancelled
        If cancelled without ``keep``, or before the first model was there to keep.
    TrainingError
        If the engine failed, or its process was killed or ran out of memory.
    ServerError
        If the server did not answer, or not as a MOSTLY AI server.
    """
    check_table(train)
    report = on_progress or (lambda _: None)
    options: Options = {
        "max_epochs": _positive("max_epochs", max_epochs),
        "max_minutes": _positive("max_minutes", max_minutes),
        "random_state": check_seed(random_state),
    }
    if address := server or os.environ.get("MOSTLY_BASE_URL"):
        from synth_handson.synthesis.mostly.server import train_on_server

        return train_on_server(address, train, report=report, cancel=cancel, options=options)
    key = store.key(prepare(train), {**options, "schema": asdict(Schema.of(train))})
    with worker.POOL.training_turn(cancel, lambda ahead: report(Progress("waiting", ahead=ahead))):
        if (archive := store.load(key)) is not None:
            with suppress(KeyError, TypeError, ValueError, BadZipFile):
                generator = from_bytes(archive)
                report(Progress("done", epoch=generator.training.epochs, fraction=1.0))
                return generator
        generator = LocalRun(train, report, cancel, options).generator()
        # Before the turn ends: whoever waits may be waiting to ask for the same.
        if generator.training.stopped_by != "cancelled":
            store.save(key, to_bytes(generator))
    return generator


def _positive(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not value > 0:
        raise ArgumentError(name, value=value)
    return float(value)
