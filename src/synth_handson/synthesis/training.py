"""Train a generator on a table: what may be asked, and what happens in which order."""

from contextlib import nullcontext, suppress
from dataclasses import asdict, replace
from hashlib import sha256
from zipfile import BadZipFile

import pandas as pd

from synth_handson.errors import ArgumentError, ServerError
from synth_handson.metrics.arrays import Integers
from synth_handson.synthesis import store
from synth_handson.synthesis.archive import from_bytes, to_bytes
from synth_handson.synthesis.choice import choose_engine
from synth_handson.synthesis.engine import Engine
from synth_handson.synthesis.generator import Generator, Training
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.synthesis.mostly import local
from synth_handson.synthesis.registry import ENGINES, get_engine, server_address
from synth_handson.synthesis.run import DELTA, CancelToken, Options, Progress, ProgressCallback, TrainingRun
from synth_handson.synthesis.schema import Schema, prepare
from synth_handson.synthesis.several_rows import protect, set_identifiers_apart
from synth_handson.synthesis.turns import TURNS
from synth_handson.tables.checks import (
    check_callback,
    check_frame,
    check_positive,
    check_seed,
    check_table,
    check_target,
    listed,
)
from synth_handson.tables.people import find_several_rows

DEFAULT_MINUTES = 10.0


def train_generator(
    train: pd.DataFrame,
    *,
    target: str | int | None = None,
    max_epochs: float | None = None,
    max_minutes: float = DEFAULT_MINUTES,
    epsilon: float | None = None,
    random_state: int = 0,
    on_progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
    engine: str | None = None,
    server: str | None = None,
    keep: bool | store.Keeper = True,
) -> Generator:
    """Train a generator on a table.

    Trains on this machine, or on a MOSTLY AI server. The same table, engine and options find the generator of
    an earlier training on this machine in the store and take no training.

    Parameters
    ----------
    train
        The training table, at least 50 rows and two columns. If people have several rows each
        (`synth_handson.tables.people.find_several_rows`), their identifiers are not learned but made anew,
        and only what eight people share is learned of their values.
    target
        Column that a model is to predict from the synthetic table, if there is one: it is drawn last, given
        all others. The columns before it, or all, are drawn in the order of
        `synth_handson.synthesis.order.column_order`.
    max_epochs
        Passes over the table at most; by default 20, or 300 for "ctgan". With "mostly", training ends earlier
        when the validation loss has not improved for five epochs.
    max_minutes
        Minutes of training at most. A training that runs into this limit is not repeatable.
    epsilon
        The ε of differential privacy to spend at most, above 0; lower is more private. With δ = 1e-6, it
        bounds what the generator can tell about one person, who has one row. With "aim", that holds for all
        that is learned; with "mostly", for the network's weights alone, and not for the ranges of values, the
        order of the columns and when to stop. By default no such guarantee is given.
    random_state
        Seed, 0 to 2³² - 1. The same table, seed and epochs give the same generator on like machines, except
        with ``epsilon``: there, "aim" takes noise that nobody can repeat.
    on_progress
        Called with a :class:`Progress` at each change of phase and after each epoch, in the caller's thread.
    cancel
        Ends the training within two seconds of ``cancel.cancel(keep=…)``, from any thread.
    engine
        "mostly", the MOSTLY AI engine in a worker process of this machine; "mostly-server", the same on a
        MOSTLY AI server; "copula", a Gaussian copula; "trees", sequential trees; "aim", marginals with
        differential privacy; "ctgan", a generative adversarial network, whose licence allows no service for
        third parties; or "auto", what :func:`choose_engine` recommends. "copula" and "trees" take a second,
        and like "aim" no epochs. "aim" and "ctgan" are extras: ``pip install "synth-handson[aim,ctgan]"``.
        By default "mostly-server" where an address is given below, else "mostly".
    server
        Address of a MOSTLY AI server; by default what the environment variable MOSTLY_BASE_URL names, if any.
    keep
        Whether the store on this machine keeps the generator, and is asked for one; or another that does.

    Returns
    -------
    Generator
        The best model by validation loss; where there is none, the last.

    Raises
    ------
    TableError
        If the table cannot be trained on; lists everything that is wrong.
    ArgumentError
        If an option is out of range, or names an engine that is unknown, not installed, or gives no guarantee
        where there is to be one; if there is no such target, or it is an identifier; or if there is to be a
        guarantee for people who have several rows each: it would hold for one row only.
    TrainingCancelled
        If cancelled without ``keep``, or before the first model was there to keep.
    TrainingError
        If the engine failed, its process was killed or ran out of memory, or it spent more than ``epsilon``.
    ServerError
        If the server did not answer, or not as a MOSTLY AI server.
    """
    minutes = check_positive("max_minutes", max_minutes)
    wish = None if epsilon is None else check_positive("epsilon", epsilon)
    if max_epochs is not None:
        check_positive("max_epochs", max_epochs)
    check_callback(on_progress)
    if cancel is not None and not isinstance(cancel, CancelToken):
        raise ArgumentError("cancel", value=cancel)
    several = find_several_rows(check_frame(train, "frame", "table"))
    people: Integers | None = None
    identifiers: tuple[Identifier, ...] = ()
    if several:
        if wish is not None:
            raise ArgumentError("epsilon_several_rows", columns=listed(several.columns))
        people = several.people(train)
        train, identifiers = set_identifiers_apart(train, several, target)
    choice = choose_engine(train, target, max_minutes=minutes, epsilon=wish) if engine == "auto" else None
    chosen = _choose(choice.engine if choice else engine, server, wish)
    options: Options = {
        "max_epochs": float(max_epochs or chosen.max_epochs),
        "max_minutes": minutes,
        "random_state": check_seed(random_state),
        "epsilon": wish,
    }
    check_table(train)
    check_target(target, train.columns)
    report = on_progress or (lambda _: None)
    if people is not None:
        train = protect(train, people, options["random_state"])
    address = server or server_address()
    run = TrainingRun(train, options, report, cancel, address, target, people, identifiers)
    keeper = store if keep is True else keep or None
    generator = _find_or_train(chosen, run, keeper) if chosen.here else train_anew(chosen, run)
    return replace(generator, why=choice.why) if choice else generator


def train_anew(engine: Engine, run: TrainingRun) -> Generator:
    """Train a generator, whatever is in the store, and leave the store as it is."""
    run.begin()
    model = engine.train(run)
    run.advance(phase="done", fraction=1.0, remaining=0.0)
    training = Training(
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
        **run.options,
    )
    return Generator(Schema.of(run.frame), training, model, identifiers=run.identifiers)


def warm_up() -> None:
    """Start importing the engine in a worker process, so that the first training need not wait for it.

    Does nothing where trainings go to a MOSTLY AI server.
    """
    if server_address() is None:
        local.POOL.warm_up()


def _choose(name: str | None, server: str | None, epsilon: float | None) -> Engine:
    if server is not None and not isinstance(server, str):
        raise ServerError("server_address", address=server)
    address = server or server_address()
    engine = get_engine(name or ("mostly-server" if address else "mostly"))
    if engine.name == "mostly-server" and not address:
        raise ArgumentError("engine_no_server")
    if engine.name != "mostly-server" and server:
        raise ArgumentError("engine_not_there", engine=engine.name, server=server)
    if epsilon is None and engine.epsilon == "required":
        raise ArgumentError("epsilon_required", engine=engine.name)
    if epsilon is not None and engine.epsilon == "refused":
        raise ArgumentError("epsilon_refused", engine=engine.name)
    return engine


def _find_or_train(engine: Engine, run: TrainingRun, keeper: store.Keeper | None) -> Generator:
    key = _key(engine, run)
    with nullcontext() if ENGINES[engine.name].at_once else TURNS.take(run):
        if keeper and (archive := keeper.load(key)) is not None:
            with suppress(KeyError, TypeError, ValueError, BadZipFile):
                generator = from_bytes(archive)
                run.report(Progress("done", epoch=generator.training.epochs, fraction=1.0))
                return generator
        generator = train_anew(engine, run)
        # Before the turn ends: whoever waits may be waiting to ask for the same.
        if keeper and generator.training.stopped_by != "cancelled":
            keeper.save(key, to_bytes(generator))
    return generator


def _key(engine: Engine, run: TrainingRun) -> str:
    about = {
        "engine": engine.name,
        "engine_version": engine.version,
        "settings": engine.settings(run),
        "schema": asdict(Schema.of(run.frame)),
        "identifiers": [asdict(identifier) for identifier in run.identifiers],
        "people": None if run.people is None else sha256(run.people.tobytes()).hexdigest(),
    }
    return store.key(prepare(run.frame), {**run.options, **about})
