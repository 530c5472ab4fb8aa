"""Train a generator on a table: checks of the request, and the steps of a training."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any, TypedDict, Unpack, overload

import pandas as pd
from pydantic import BaseModel

from synth_handson.errors import ArgumentError, ServerError
from synth_handson.metrics.arrays import Integers
from synth_handson.synthesis import store
from synth_handson.synthesis.archive import from_bytes, to_bytes
from synth_handson.synthesis.choice import choose_engine
from synth_handson.synthesis.engine import Engine
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.synthesis.kept import find_or_train, training_of
from synth_handson.synthesis.linked import LinkedGenerator
from synth_handson.synthesis.linked_training import as_linked, choose_linked_engine, train_linked
from synth_handson.synthesis.mostly import local
from synth_handson.synthesis.registry import get_engine, server_address
from synth_handson.synthesis.rules.keep import NO_RULES, KeptRules, keep_rules
from synth_handson.synthesis.run import CancelToken, Options, Progress, ProgressCallback, TrainingRun
from synth_handson.synthesis.schema import Schema, prepare
from synth_handson.synthesis.several_rows import protect, set_identifiers_apart
from synth_handson.tables.checks import (
    check_callback,
    check_frame,
    check_positive,
    check_seed,
    check_table,
    check_target,
    listed,
)
from synth_handson.tables.linked import LinkedTables
from synth_handson.tables.people import SeveralRows, find_several_rows
from synth_handson.tables.rules.find import FoundRule
from synth_handson.tables.rules.parse import as_rules
from synth_handson.tables.rules.rule import Rule

DEFAULT_MINUTES = 10.0


class TrainingOptions(TypedDict, total=False):
    """The options of :func:`train_generator`, besides whose the rows are."""

    target: str | int | None
    rules: str | Rule | FoundRule | Iterable[str | Rule | FoundRule]
    max_epochs: float | None
    max_minutes: float
    epsilon: float | None
    random_state: int
    on_progress: ProgressCallback | None
    cancel: CancelToken | None
    engine: str | None
    server: str | None
    keep: bool | store.GeneratorStore
    several: SeveralRows | None


@overload
def train_generator(
    train: pd.DataFrame, *, person: None = None, **options: Unpack[TrainingOptions]
) -> Generator: ...


@overload
def train_generator(
    train: pd.DataFrame | LinkedTables, *, person: str | None = None, **options: Unpack[TrainingOptions]
) -> LinkedGenerator | Generator: ...


def train_generator(
    train: pd.DataFrame | LinkedTables,
    *,
    person: str | None = None,
    target: str | int | None = None,
    rules: str | Rule | FoundRule | Iterable[str | Rule | FoundRule] = (),
    max_epochs: float | None = None,
    max_minutes: float = DEFAULT_MINUTES,
    epsilon: float | None = None,
    random_state: int = 0,
    on_progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
    engine: str | None = None,
    server: str | None = None,
    keep: bool | store.GeneratorStore = True,
    several: SeveralRows | None = None,
) -> Generator | LinkedGenerator:
    """Train a generator on a table, or on people with several events each.

    Trains on this machine, or on a MOSTLY AI server. The same table, engine and options find the generator of
    an earlier training on this machine in the store and take no training.

    Parameters
    ----------
    train
        The training table, at least 50 rows and two columns. If people have several rows each
        (`synth_handson.tables.people.find_several_rows`) and no ``person`` is named, their identifiers are
        not learned but made anew, and only what eight people share is learned of their values. Or linked
        tables of at least 50 people.
    person
        The column that identifies people, of a table in which they have several rows each: visits, payments,
        years. The generator then learns people with all their rows, and draws people:
        `synth_handson.synthesis.linked.LinkedGenerator`. What many share, many people share. The key is never
        learned; drawn people get new ones.
    target
        Column that a model is to predict from the synthetic table, if there is one: it is drawn last, given
        all others. The columns before it, or all, are drawn in the order of
        `synth_handson.synthesis.order.column_order`.
    rules
        What every drawn row is to keep: ``["checkin < checkout", "total = nights * rate"]``, as
        :func:`~synth_handson.tables.rules.parse.parse_rules` reads it, or what
        :func:`~synth_handson.tables.rules.find.find_rules` has found and somebody has looked at. Training
        rows that break a rule are not learned from. With ``epsilon``, only rules that are stated, and that
        no value of the table decides.
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
        By default "mostly-server" where an address is given below, else "mostly". People with several events
        can be learned by "trees", the default for them, and "mostly".
    server
        Address of a MOSTLY AI server; by default what the environment variable MOSTLY_BASE_URL names, if any.
    keep
        Whether the store on this machine keeps the generator, and is asked for one; or another that does.
    several
        By which of its columns several rows of one person are known, where that was found out before.

    Returns
    -------
    Generator or LinkedGenerator
        The best model by validation loss; where there is none, the last.

    Raises
    ------
    TableError
        If the table cannot be trained on; lists everything that is wrong.
    ArgumentError
        If an option is out of range, or names an engine that is unknown, not installed, learns no people with
        several events where there are some, or gives no guarantee where there is to be one; if there is no
        such target, or it is an identifier; or if there is to be a guarantee for people who have several rows
        each: it would hold for one row only; or if a rule cannot be read, names a column that is not there,
        or columns of two tables of events, or most rows break it.
    TrainingCancelled
        If cancelled without ``keep``, or before the first model was there to keep.
    TrainingError
        If the engine failed, its process was killed or ran out of memory, or it spent more than ``epsilon``.
    ServerError
        If the server did not answer, or not as a MOSTLY AI server.
    """
    minutes = check_positive("max_minutes", max_minutes)
    requested = None if epsilon is None else check_positive("epsilon", epsilon)
    if max_epochs is not None:
        check_positive("max_epochs", max_epochs)
    check_callback(on_progress)
    if cancel is not None and not isinstance(cancel, CancelToken):
        raise ArgumentError("cancel", value=cancel)
    stated = _stated(rules, requested)
    if person is not None or isinstance(train, LinkedTables):
        linked = choose_linked_engine(engine, server, requested)
        options = _options(linked, max_epochs, minutes, random_state, requested)
        tables = as_linked(train, person)
        run = TrainingRun(tables.people, options, on_progress or _nobody, cancel, target=target)
        return train_linked(linked, run, tables, store if keep is True else keep or None, stated)
    several = several or find_several_rows(check_frame(train, "frame", "table"))
    people: Integers | None = None
    identifiers: tuple[Identifier, ...] = ()
    if several:
        if requested is not None:
            raise ArgumentError("epsilon_several_rows", columns=listed(several.columns))
        people = several.people(train)
        train, identifiers = set_identifiers_apart(train, several, target)
    choice = (
        choose_engine(train, target, max_minutes=minutes, epsilon=requested) if engine == "auto" else None
    )
    chosen = _choose(choice.engine if choice else engine, server, requested)
    options = _options(chosen, max_epochs, minutes, random_state, requested)
    check_table(train)
    check_target(target, train.columns)
    kept: KeptRules | None = None
    if stated:
        kept, train, people = keep_rules(stated, train, people, options["random_state"])
        target = target if target in train.columns else None
    if people is not None:
        train = protect(train, people, options["random_state"])
    address = server or server_address()
    run = TrainingRun(
        train, options, on_progress or _nobody, cancel, address, target, people, identifiers, kept
    )
    generators = store if keep is True else keep or None
    if not chosen.is_local:
        return train_anew(chosen, run)
    generator = find_or_train(
        chosen, run, generators, _key(chosen, run), lambda: train_anew(chosen, run), from_bytes, to_bytes
    )
    return replace(generator, why=choice.why) if choice else generator


def train_anew(engine: Engine, run: TrainingRun) -> Generator:
    """Train a generator without reading or writing the store."""
    run.begin()
    model = engine.train(run)
    return Generator(
        Schema.of(run.frame), training_of(engine, run), model, identifiers=run.identifiers,
        rules=run.rules or NO_RULES,
    )  # fmt: skip


def warm_up() -> None:
    """Start importing the engine in a worker process, so that the first training need not wait.

    Does nothing where trainings go to a MOSTLY AI server.
    """
    if server_address() is None:
        local.POOL.warm_up()


def _options(
    engine: Engine, max_epochs: float | None, minutes: float, random_state: int, epsilon: float | None
) -> Options:
    return {
        "max_epochs": float(max_epochs or engine.max_epochs),
        "max_minutes": minutes,
        "random_state": check_seed(random_state),
        "epsilon": epsilon,
    }


def _nobody(progress: Progress) -> None:
    """Ignore progress."""


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


def _stated(
    rules: str | Rule | FoundRule | Iterable[str | Rule | FoundRule], epsilon: float | None
) -> tuple[Rule, ...]:
    """Read rules; for a guarantee, refuse those that were found in the table, or that its values decide."""
    alone = isinstance(rules, str | FoundRule | BaseModel) or not isinstance(rules, Iterable)
    given: list[Any] = [rules] if alone else list(rules)  # type: ignore[arg-type]
    stated = as_rules(given)
    if epsilon is not None:
        found = [one.rule for one in given if isinstance(one, FoundRule)]
        refused = [rule for rule in stated if rule in found or rule.reads_data]
        if refused:
            raise ArgumentError("epsilon_rule", rule=str(refused[0]))
    return stated


def _key(engine: Engine, run: TrainingRun) -> str:
    about = {
        "engine": engine.name,
        "engine_version": engine.version,
        "settings": engine.settings(run),
        "schema": Schema.of(run.frame),
        "identifiers": run.identifiers,
        "people": None if run.people is None else sha256(run.people.tobytes()).hexdigest(),
        "rules": run.rules,
    }
    return store.key(prepare(run.frame), {**run.options, **about})
