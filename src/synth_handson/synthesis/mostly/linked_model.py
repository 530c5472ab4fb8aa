"""The MOSTLY AI engine for people with their events: a model of people, and one of each table of events.

Both learn codes of values and of ranges that eight people share: the engine's own protection counts rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from synth_handson.metrics.arrays import Floats, Integers, equal_before
from synth_handson.synthesis.histories import (
    COUNT,
    LAST,
    TIME,
    Advance,
    DrawnTables,
    EventsForm,
    Histories,
    follows,
    part,
    prefix,
    sort_times,
    to_places,
)
from synth_handson.synthesis.marginals import MISSING, Marginal, read_marginals
from synth_handson.synthesis.mostly.engine_process import KEY
from synth_handson.synthesis.mostly.local import POOL, LocalModel
from synth_handson.synthesis.order import column_order
from synth_handson.synthesis.run import DELTA, Progress, TrainingRun
from synth_handson.synthesis.worker_training import train_in_worker
from synth_handson.tables.columns import to_floats, with_columns

ABOUT = "linked.json"

_About = tuple[tuple[dict[str, Marginal], ...], tuple[EventsForm, ...]]
_ABOUT: TypeAdapter[_About] = TypeAdapter(_About)


@dataclass(frozen=True, eq=False)
class MostlyLinkedModel:
    """A model of people, and one of the events of each table, with what their codes stand for.

    Attributes
    ----------
    people, events
        The engine's models.
    marginals
        What the codes stand for, of people and of each table of events.
    forms
        By which steps become values again.
    """

    people: LocalModel
    events: tuple[LocalModel, ...]
    marginals: tuple[dict[str, Marginal], ...] = field(repr=False)
    forms: tuple[EventsForm, ...] = field(repr=False)

    @property
    def ready(self) -> bool:
        """Whether a worker waits with the engine imported."""
        return POOL.ready

    @property
    def files(self) -> Mapping[str, bytes]:
        """The engine's files, by the number of the table, and a file of JSON."""
        models = (self.people, *self.events)
        return {ABOUT: _ABOUT.dump_json((self.marginals, self.forms))} | {
            f"{number}/{name}": content
            for number, model in enumerate(models)
            for name, content in model.files.items()
        }

    @classmethod
    def load(cls, files: Mapping[str, bytes]) -> MostlyLinkedModel:
        """Load a model from its files."""
        marginals, forms = _ABOUT.validate_json(files[ABOUT])
        starts = [f"{number}/" for number in range(len(marginals))]
        people, *events = (
            LocalModel({n.removeprefix(start): files[n] for n in files if n.startswith(start)})
            for start in starts
        )
        return cls(people, tuple(events), marginals, forms)

    def draw(self, n: int, random_state: int) -> DrawnTables:
        """Draw ``n`` people, then their events, in a worker process."""
        rng = np.random.default_rng(random_state)
        codes = self.people.draw(n, random_state)
        people = _decoded(self.marginals[0], codes, rng)
        events, owners = [], []
        for number, (model, form) in enumerate(zip(self.events, self.forms, strict=True), 1):
            summary = part(people, number)
            some = np.flatnonzero(to_floats(summary[COUNT]) > 0)
            context = _context(codes, number).iloc[some].assign(**{KEY: some})
            drawn = model.ask({"n": len(some), "random_state": random_state, "context": context})
            drawn = drawn.sort_values(KEY, kind="stable", ignore_index=True)
            frame, owner = _events(form, self.marginals[number], drawn, summary, rng)
            events.append(frame)
            owners.append(owner)
        return DrawnTables(part(people, 0), tuple(events), tuple(owners))


def train_linked_model(run: TrainingRun, histories: Histories, target: str | None) -> MostlyLinkedModel:
    """Train the model of people, then those of events given their people.

    Parameters
    ----------
    run
        The training; its minutes are shared out evenly.
    histories
        What is learned.
    target
        The column that is learned last, of people or of events.
    """
    marginals = [read_marginals(histories.people)]
    codes = _coded(marginals[0], histories.people)
    tables = 1 + len(histories.events)
    models = [_train(_part_of(run, 0, tables), _in_order(codes, target), None)]
    for number, (frame, owner, form) in enumerate(
        zip(histories.events, histories.owners, histories.forms, strict=True), 1
    ):
        steps = [advance.name for advance in form.advances]
        after = follows(owner)
        unknown = [advance.name for advance in form.advances if advance.start is None]
        known = with_columns(frame, {name: frame[name].where(after) for name in unknown})
        marginals.append(read_marginals(known, owner))
        coded = _coded(marginals[-1], known)
        rest = [name for name in map(str, coded) if name not in steps]
        ordered = coded[[*steps, *_in_order(coded[rest], target)]]
        context = _context(codes, number).assign(**{KEY: np.arange(len(codes))})
        some = context.iloc[np.unique(owner)]
        models.append(_train(_part_of(run, number, tables), ordered.assign(**{KEY: owner}), some))
    return MostlyLinkedModel(models[0], tuple(models[1:]), tuple(marginals), histories.forms)


def _train(run: TrainingRun, frame: pd.DataFrame, context: pd.DataFrame | None) -> LocalModel:
    types = {name: "TABULAR_CATEGORICAL" for name in map(str, frame) if name != KEY}
    request: dict[str, Any] = {
        "frame": frame,
        "encoding_types": types,
        "value_protection": False,
        "batch_size": None,
        "delta": DELTA,
        "context": context,
        **run.options,
    }
    return LocalModel(train_in_worker(run, POOL, lambda: request))


def _part_of(run: TrainingRun, number: int, tables: int) -> TrainingRun:
    """Return a training of one of several tables that reports its progress as part of the whole."""

    def tell(progress: Progress) -> None:
        run.advance(
            phase=progress.phase,
            epoch=max(run.progress.epoch, progress.epoch),
            val_loss=progress.val_loss,
            fraction=(number + progress.fraction) / tables,
        )

    minutes = run.options["max_minutes"] / tables
    return TrainingRun(run.frame, {**run.options, "max_minutes": minutes}, tell, run.token, None, run.target)


def _coded(marginals: Mapping[str, Marginal], frame: pd.DataFrame) -> pd.DataFrame:
    """Write each value as its code, which the engine treats as a category."""
    return pd.DataFrame({name: one.code(frame[name]).astype(str) for name, one in marginals.items()})


def _decoded(
    marginals: Mapping[str, Marginal], codes: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: one.values(_numbers(codes[name], one.size), rng.random(len(codes)))
            for name, one in marginals.items()
        }
    )


def _numbers(column: pd.Series[Any], size: int) -> Integers:
    read = pd.to_numeric(column.astype("str"), errors="coerce").fillna(MISSING).to_numpy(np.intp)
    return np.where(read < size, read, MISSING)


def _in_order(codes: pd.DataFrame, target: str | None) -> pd.DataFrame:
    if codes.shape[1] < 2:
        return codes
    return codes[column_order(codes, target if target in codes else None)]


def _context(codes: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the context of a table of events: the people's attributes and its summary."""
    return codes[[name for name in map(str, codes) if name.startswith((prefix(0), prefix(number)))]]


def _between_ends(advance: Advance, steps: Floats, summary: pd.DataFrame, owner: Integers) -> Floats:
    """Follow each person's steps, without passing the last place; a counter, without passing its end."""
    before, last = advance.before(summary), to_floats(summary[f"{advance.name} {LAST}"])
    count = np.bincount(owner, minlength=len(before))
    needed = np.maximum(count - (advance.start is None), 0) * advance.least
    if advance.start is None:
        before = np.minimum(before, advance.ends[1] - needed)
    else:
        last = np.full_like(last, advance.ends[1])
    last = np.minimum(np.maximum(last, before + needed), advance.ends[1])
    number = equal_before(owner)
    left = count[owner] - number - 1
    places: Floats = np.fmin(to_places(steps, before, owner), last[owner] - left * advance.least)
    return places


def _with_changes(
    form: EventsForm,
    marginals: Mapping[str, Marginal],
    drawn: pd.DataFrame,
    owner: Integers,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw another value where one should differ from the event before and does not.

    The engine draws first whether a value is as before, and then the value, mostly the person's usual one.
    """
    number = equal_before(owner)
    turns = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    changed = {}
    for name, again in form.again.items():
        values, told = (_numbers(drawn[column], marginals[column].size) for column in (name, again))
        new = np.nan_to_num(to_floats(marginals[again].values(told, np.zeros(len(told))))) < 0.5
        times, single = np.bincount(values, minlength=marginals[name].size), marginals[name].single
        for rows in turns[1:]:
            before = values[rows - 1]
            same = new[rows] & (values[rows] == before) & single[before]
            values[rows] = np.where(new[rows], values[rows], before)
            values[rows[same]] = _others(before[same], times, rng)
        changed[name] = pd.Series(values)
    return with_columns(drawn, changed)


def _others(codes: Integers, times: Integers, rng: np.random.Generator) -> Integers:
    """Draw codes other than these, as often as they occur; where there is no other, it stays."""
    found = codes.copy()
    for code in np.unique(codes):
        weights = np.where(np.arange(len(times)) == code, 0, times)
        if weights.any():
            there = codes == code
            found[there] = rng.choice(len(times), int(there.sum()), p=weights / weights.sum())
    return found


def _events(
    form: EventsForm,
    marginals: Mapping[str, Marginal],
    drawn: pd.DataFrame,
    summary: pd.DataFrame,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, Integers]:
    """Turn drawn codes into events; if there are more than moments, the first are dropped."""
    owner = drawn[KEY].to_numpy(np.intp)
    places = _decoded(marginals, _with_changes(form, marginals, drawn, owner, rng), rng)
    after, inside = follows(owner), np.ones(len(owner), bool)
    for advance in form.advances:
        is_step = after | (advance.start is not None)
        steps = np.where(is_step, to_floats(places[advance.name]), 0.0)
        if not advance.gaps:
            steps = np.nan_to_num(steps, nan=float(advance.least))
        steps = np.where(is_step, np.maximum(steps, advance.least), steps)
        if advance.name == form.order:
            places[advance.name] = _between_ends(advance, steps, summary, owner)
            inside &= to_floats(places[advance.name]) >= advance.ends[0]
        else:
            places[advance.name] = to_places(steps, advance.before(summary), owner)
    places, owner = places[inside].reset_index(drop=True), owner[inside]
    times = {advance.name: f"{advance.name} {TIME}" for advance in form.advances if advance.time_of_day}
    of_person = summary.iloc[owner].reset_index(drop=True)
    return form.events(sort_times(places, times, owner), of_person), owner
