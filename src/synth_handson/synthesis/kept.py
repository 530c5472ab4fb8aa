"""Train once: take generators from the store if they are there, else train and store them."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import TypeVar
from zipfile import BadZipFile

from synth_handson.synthesis.engine import Engine
from synth_handson.synthesis.generator import Generator, Training
from synth_handson.synthesis.linked import LinkedGenerator
from synth_handson.synthesis.registry import ENGINES
from synth_handson.synthesis.run import DELTA, Progress, TrainingRun
from synth_handson.synthesis.store import GeneratorStore
from synth_handson.synthesis.training_queue import TRAINING_QUEUE

T = TypeVar("T", Generator, LinkedGenerator)


def find_or_train(
    engine: Engine,
    run: TrainingRun,
    generators: GeneratorStore | None,
    key: str,
    train: Callable[[], T],
    read: Callable[[bytes], T],
    write: Callable[[T], bytes],
) -> T:
    """Return a stored generator, or train one when it is this training's turn, and store it.

    Parameters
    ----------
    engine, run
        What trains, and what is asked of it.
    generators
        What keeps generators, if they are to be kept.
    key
        What the generator is kept as.
    train, read, write
        Train one; read one from an archive, and write one.
    """
    with nullcontext() if ENGINES[engine.name].is_instant else TRAINING_QUEUE.take(run):
        if generators and (archive := generators.load(key)) is not None:
            with suppress(KeyError, TypeError, ValueError, BadZipFile):
                found = read(archive)
                run.report(Progress("done", epoch=found.training.epochs, fraction=1.0))
                return found
        trained = train()
        # Before the turn ends, as others may be waiting to ask for the same.
        if generators and trained.training.stopped_by != "cancelled":
            generators.save(key, write(trained))
    return trained


def training_of(engine: Engine, run: TrainingRun) -> Training:
    """Describe how a generator was made."""
    run.advance(phase="done", fraction=1.0, remaining=0.0)
    return Training(
        engine=engine.name,
        engine_version=engine.version,
        settings=engine.settings(run),
        value_protection=engine.value_protection,
        rows=len(run.frame),
        epochs=run.progress.epoch,
        val_loss=run.best_loss,
        seconds=round(run.progress.elapsed, 1),
        stopped_by=run.stopped_by,
        reached_epsilon=run.reached_epsilon,
        delta=None if run.reached_epsilon is None else DELTA,
        several_rows=run.people is not None,
        **run.options,
    )
