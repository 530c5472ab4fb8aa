"""Does the synthetic table keep people's histories? Events, their order, and what varies within people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from synth_handson.evidence.fidelity.broken import find_broken
from synth_handson.evidence.fidelity.c2st import told_apart_by_events
from synth_handson.evidence.fidelity.statistics import (
    MAX_TABLE_ROWS,
    REPLICATES,
    Fidelity,
    choose_pairs,
    compare_events,
)
from synth_handson.evidence.histories import Events, Histories
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Integers
from synth_handson.metrics.intervals import Estimate, bootstrap_interval
from synth_handson.metrics.variance import intraclass_correlation
from synth_handson.tables.checks import MIN_WITH_EVENTS


def with_events(of_people: Fidelity, histories: Histories, random_state: int) -> Fidelity:
    """Add the measures of events to those of people.

    - Each column of the events, as in tables of one row for each person; the moments of events among them.
    - Each pair of such columns, and each with what belongs to the people.
    - From one event to the next: the change of each number, the gap between moments (``day - lag(day)``), and
      each column together with its value before (``lag(shop)`` and ``shop``): the order of events.
    - "intraclass_difference": how much of what varies lies between people, and how much within them.
    - "c2st_auc_events": whether a classifier that knows a person and the event before tells synthetic events
      from real ones.

    Parameters
    ----------
    of_people
        One row for each person: attributes, number of events, and how each history begins and ends.
    histories
        The people of three tables; some of them, with up to 50,000 events of each table, are measured.
    random_state
        Seed of all draws.
    """
    some = histories.sampled(MAX_TABLE_ROWS, random_state)
    found = of_people
    for events in some.events:
        if min(len(np.unique(who)) for who in events.owners) >= MIN_WITH_EVENTS:
            found = _and_events(found, some, events, random_state)
    return found


def _and_events(found: Fidelity, histories: Histories, events: Events, random_state: int) -> Fidelity:
    rows, own = histories.rows(events), [str(name) for name in events.tables.train.columns]
    rng = np.random.default_rng(random_state)
    among = [
        pair
        for pair in choose_pairs([str(n) for n in rows.train.columns], rng)
        if not set(own).isdisjoint(pair)
    ]
    columns, pairs = compare_events(rows, events.owners, own, among, random_state)
    compared = among
    steps, owners = next_to_each_other(events)
    changes = [f"{name} - lag({name})" for name in own if events.tables.train[name].dtype == np.float64]
    after = [(f"lag({name})", name) for name in own]
    if min(map(len, steps.all)):
        changed, followed = compare_events(steps, owners, changes, after, random_state)
        columns, pairs, compared = (*columns, *changed), (*pairs, *followed), [*among, *after]
    one = histories.one_event_each(events, random_state).tables
    return replace(
        found,
        columns=(*found.columns, *columns, *_between_people(events, random_state)),
        pairs=(*found.pairs, *pairs),
        joint=(*found.joint, told_apart_by_events(*_given_before(rows, events), random_state=random_state)),
        pairs_measured=found.pairs_measured + len(compared),
        pairs_total=found.pairs_total + len(compared),
        broken=(*found.broken, *find_broken(one.synthetic, one.train)),
    )


def next_to_each_other(events: Events) -> tuple[AssessedTables, tuple[Integers, ...]]:
    """Join each event with the person's previous event.

    Returns
    -------
    tables
        Columns ``x``, ``lag(x)`` and, of numbers and moments, ``x - lag(x)``: one row for each event but the
        first of each person.
    owners
        The person of each row, ascending.
    """
    tables, owners = [], []
    for table, who in zip(events.tables.all, events.owners, strict=True):
        now = np.flatnonzero(who[1:] == who[:-1]) + 1
        after, before = (table.iloc[rows].reset_index(drop=True) for rows in (now, now - 1))
        numbers = [name for name in table if events.tables.train[name].dtype == np.float64]
        change = (after[numbers] - before[numbers]).set_axis([f"{n} - lag({n})" for n in numbers], axis=1)
        tables.append(pd.concat([after, before.add_prefix("lag(").add_suffix(")"), change], axis=1))
        owners.append(who[now])
    return AssessedTables(*tables), tuple(owners)


def _given_before(rows: AssessedTables, events: Events) -> tuple[AssessedTables, tuple[Integers, ...]]:
    """Join each event with its person and the previous event, if there is one."""
    tables = []
    for table, own, who in zip(rows.all, events.tables.all, events.owners, strict=True):
        first = np.append(True, who[1:] != who[:-1])
        before = own.shift(1).where(~pd.Series(first), np.nan)
        before = before.astype(own.dtypes.to_dict()).add_prefix("lag(").add_suffix(")")
        tables.append(pd.concat([table, before], axis=1))
    return AssessedTables(*tables), events.owners


def _between_people(events: Events, random_state: int) -> Iterator[Measure]:
    """Compare the share of a column's variance, by its rank in the training table, between people."""
    sizes = [len(np.unique(who)) for who in events.owners]
    people = [np.unique(who, return_inverse=True)[1] for who in events.owners]
    for name in events.tables.numbers:
        known = np.sort(events.tables.train[name].dropna().to_numpy())
        shares = []
        for table, who, size in zip(events.tables.all, people, sizes, strict=True):
            values = table[name].to_numpy()
            there = ~np.isnan(values)
            below, not_above = (np.searchsorted(known, values[there], side) for side in ("left", "right"))
            rng = np.random.default_rng(random_state)
            draws = np.vstack([np.ones(size), rng.multinomial(size, np.full(size, 1 / size), REPLICATES)])
            shares.append(intraclass_correlation((below + not_above) / 2, who[there], draws))
        synthetic, train, holdout = shares
        difference, expected = (_difference(share, float(train[0])) for share in (synthetic, holdout))
        yield Measure(
            "intraclass_difference",
            difference,
            expected,
            rows=min(sizes[0], sizes[2]),
            columns=(name,),
            missing=Message("measures.missing_intraclass_difference", {"column": name})
            if difference is None
            else None,
        )


def _difference(drawn: np.ndarray, train: float) -> Estimate | None:
    apart = np.abs(drawn - train)
    return bootstrap_interval(float(apart[0]), apart[1:], 0.0, 2.0) if np.isfinite(apart).all() else None
