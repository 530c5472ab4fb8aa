"""Train a generator of people with several events each."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.synthesis import store
from synth_handson.synthesis.archive import linked_from_bytes, linked_to_bytes
from synth_handson.synthesis.engine import LinkedEngine
from synth_handson.synthesis.histories import Histories, prefix
from synth_handson.synthesis.kept import find_or_train, training_of
from synth_handson.synthesis.linked import LinkedForm, LinkedGenerator, read_histories
from synth_handson.synthesis.registry import get_linked_engine
from synth_handson.synthesis.rules.linked import NO_LINKED_RULES, LinkedRules, keep_linked_rules
from synth_handson.synthesis.run import TrainingRun
from synth_handson.synthesis.schema import engine_name
from synth_handson.tables.checks import check_target
from synth_handson.tables.linked import LinkedTables, check_linked, event_columns
from synth_handson.tables.rules.rule import Rule

DEFAULT_ENGINE = "trees"
"""It takes seconds."""


def choose_linked_engine(name: str | None, server: str | None, epsilon: float | None) -> LinkedEngine:
    """Return the engine to learn people with several events each.

    Raises
    ------
    ArgumentError
        If it learns no such tables, or trains on no server; or if there is to be a guarantee of differential
        privacy: it would hold for one row only.
    """
    engine = get_linked_engine(DEFAULT_ENGINE if name in (None, "auto") else str(name))
    if server:
        raise ArgumentError("engine_not_there", engine=engine.name, server=server)
    if epsilon is not None:
        raise ArgumentError("epsilon_person")
    return engine


def as_linked(train: pd.DataFrame | LinkedTables, person: str | None) -> LinkedTables:
    """Return linked tables that can be learned: these, or those within one table of events.

    Raises
    ------
    ArgumentError
        If somebody names another key than the tables have, or the table has no such column.
    TableError
        If they cannot be learned.
    """
    if isinstance(train, LinkedTables):
        if person not in (None, train.key):
            raise ArgumentError("person_other", person=person, key_column=train.key)
        tables = train
    else:
        tables = LinkedTables.from_events(train, str(person))
    check_linked(tables)
    return tables


def train_linked(
    engine: LinkedEngine,
    run: TrainingRun,
    tables: LinkedTables,
    generators: store.GeneratorStore | None,
    stated: Sequence[Rule] = (),
) -> LinkedGenerator:
    """Find the generator of these tables in the store, or train it.

    Raises
    ------
    ArgumentError
        If there is no such target, or it is the key; if nothing of a table of events can be learned; or if a
        rule cannot be kept, as `keep_linked_rules`.
    TableError
        If what keeps the rules cannot be learned.
    """
    rules, learned = NO_LINKED_RULES, tables
    if stated:
        rules, learned = keep_linked_rules(stated, tables, run.options["random_state"])
        check_linked(learned)
    for name, events in learned.events.items():
        if len(events.columns) < 2:
            raise ArgumentError("linked_no_columns", table=name)
    target = _target(tables, learned, run.target)
    form, histories = LinkedForm.of(tables, learned), read_histories(learned)
    run.frame = histories.people

    def train() -> LinkedGenerator:
        run.begin()
        run.advance(phase="preparing")
        model = engine.train_linked(run, histories, target)
        return LinkedGenerator(form, training_of(engine, run), model, rules=rules)

    key = _key(engine, run, form, histories, rules)
    return find_or_train(engine, run, generators, key, train, linked_from_bytes, linked_to_bytes)


def _target(tables: LinkedTables, learned: LinkedTables, target: Hashable | None) -> str | None:
    """Return the target among the learned columns of people, or else of events; None if it is derived.

    A column of events is named as the evidence names it, perhaps with its table: "payments.amount".
    """
    if target == tables.key:
        raise ArgumentError("target_identifier", column=target)
    check_target(target, [name for names in _column_names(tables) for name in names])
    own, *events = _column_names(learned)
    if target in own:
        return prefix(0) + engine_name(learned.people.columns, own[target])
    for names, frame in zip(events, learned.events.values(), strict=True):
        if target in names:
            return engine_name(frame.columns, names[target])
    return None


def _column_names(tables: LinkedTables) -> list[dict[Hashable, Hashable]]:
    """Return what people, and each table of events, have for the columns by their names as targets."""
    own = [column for column in tables.people if column != tables.key]
    return [
        {column: column for column in own},
        *(
            {
                name: column
                for column, name in event_columns(kind, frame, own, len(tables.events)).items()
                if column != tables.key
            }
            for kind, frame in tables.events.items()
        ),
    ]


def _key(
    engine: LinkedEngine, run: TrainingRun, form: LinkedForm, histories: Histories, rules: LinkedRules
) -> str:
    tables = [
        store.key(frame.assign(owner=owner), {})
        for frame, owner in zip(histories.events, histories.owners, strict=True)
    ]
    about = {
        "engine": engine.name,
        "engine_version": engine.version,
        "settings": engine.linked_settings(run),
        "form": form,
        "forms": histories.forms,
        "events": tables,
        "rules": rules,
    }
    return store.key(histories.people, {**run.options, **about})
