"""Trees for linked tables: the person first, then each event given the person and the events before.

Of few people, a tree could cut hardly anywhere: a copula learns the person instead, and lines the event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from synth_handson.metrics.arrays import Booleans, Floats, Integers, some_of_each
from synth_handson.synthesis.copula import CopulaEngine, CopulaModel, fit_copula
from synth_handson.synthesis.histories import (
    COUNT,
    FIRST,
    LAST,
    TIME,
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
from synth_handson.synthesis.order import column_order
from synth_handson.synthesis.person_lines import Line, fit_line
from synth_handson.synthesis.person_trees import grow
from synth_handson.synthesis.run import TrainingRun
from synth_handson.synthesis.trees import LEARNED_SHARE, Coded, Kind, Tree, arrays_from_bytes, arrays_to_bytes
from synth_handson.tables.columns import to_floats, with_columns

FEW_PEOPLE = 2_000
"""People below which a copula learns them. On three panels, of 1,000 it kept more of a person's target than
trees on two, and was told from real people less often on all; of 3,100 to 4,100 it kept less on two."""
FEW_FOR_EVENTS = 5_000
"""People below which lines learn their events: of 1,000 to 4,100 people, they kept as much of a target of
events as trees, or more, on each of three panels."""
MAX_ROWS = 300_000
"""Events that are learned from; of a larger table, those of a random sample of people."""
MAX_LINE_ROWS = 50_000
"""Events that lines learn from; of people with more, some of each, as all rows of a person count once."""
MAX_NUMBER = 255
"""Highest event number that is told apart."""
TRIES = 8
"""Draws of a value that is to be another one than before, from its leaf and then from all leaves."""
ABOUT, TREES, LINES, OF_FIRST = "linked.json", "trees-{}.npz", "lines-{}.npz", "first-{}.npz"

Learned = TypeVar("Learned", Tree, Line)
_About = tuple[list[dict[str, Marginal]], list[EventsForm], list[dict[str, Marginal]]]
_ABOUT: TypeAdapter[_About] = TypeAdapter(_About)


@dataclass(frozen=True)
class Number:
    """How an event's number, or how many are left, is coded."""

    size: int = MAX_NUMBER + 1
    ordered: bool = True


@dataclass(frozen=True, eq=False)
class Part:
    """Columns that are drawn one after the other, each from its tree or line."""

    marginals: dict[str, Marginal]
    trees: tuple[Tree | Line, ...] = field(repr=False)


@dataclass(frozen=True, eq=False)
class EventsPart(Part):
    """What is learned of a table of events.

    Attributes
    ----------
    form
        By which steps become values again.
    places
        Marginals of where events are in each column that advances.
    first
        Lines of first events, if they have others than the later ones.
    """

    form: EventsForm
    places: dict[str, Marginal]
    first: tuple[Line, ...] = field(default=(), repr=False)


@dataclass(frozen=True, eq=False)
class LinkedTreesModel:
    """Marginals and trees of people, and of each table of events. It holds no rows."""

    people: Part | CopulaModel
    events: tuple[EventsPart, ...]
    ready = True

    @property
    def files(self) -> Mapping[str, bytes]:
        """The model as a file of JSON, and one of each table: of arrays, or of a copula."""
        parts = (self.people, *self.events)
        marginals = [one.marginals for one in parts]
        about = marginals, [one.form for one in self.events], [one.places for one in self.events]
        files = {ABOUT: _ABOUT.dump_json(about)}
        for number, one in enumerate(parts):
            if isinstance(one, CopulaModel):
                files |= one.files
            elif isinstance(one, EventsPart) and one.first:
                files[LINES.format(number)] = arrays_to_bytes(one.trees)
                files[OF_FIRST.format(number)] = arrays_to_bytes(one.first)
            else:
                files[TREES.format(number)] = arrays_to_bytes(one.trees)
        return files

    @classmethod
    def load(cls, files: Mapping[str, bytes]) -> LinkedTreesModel:
        """Load a model from its files."""
        marginals, forms, places = _ABOUT.validate_json(files[ABOUT])

        def read(kind: type[Kind], name: str, number: int) -> tuple[Kind, ...]:
            content = files.get(name.format(number))
            return () if content is None else arrays_from_bytes(kind, content)

        of_people = read(Tree, TREES, 0)
        people = Part(marginals[0], of_people) if of_people else CopulaEngine().load(files)
        events = [
            EventsPart(
                of,
                read(Tree, TREES, number) or read(Line, LINES, number),
                form,
                at,
                read(Line, OF_FIRST, number),
            )
            for number, (of, form, at) in enumerate(zip(marginals[1:], forms, places, strict=True), 1)
        ]
        return cls(people, tuple(events))

    def draw(self, n: int, random_state: int) -> DrawnTables:
        """Draw ``n`` people and their events."""
        rng = np.random.default_rng(random_state)
        if isinstance(self.people, CopulaModel):
            codes, people = _draw_few(self.people, n, rng)
        else:
            codes, people = _draw_people(self.people, n, rng)
        names = list(self.people.marginals)
        drawn = [
            _draw_events(one, codes[:, _context(names, number)], part(people, number), rng)
            for number, one in enumerate(self.events, 1)
        ]
        return DrawnTables(
            part(people, 0), tuple(frame for frame, _ in drawn), tuple(owner for _, owner in drawn)
        )


def train_linked_trees(run: TrainingRun, histories: Histories, target: str | None) -> LinkedTreesModel:
    """Grow the trees of people, then those of each table of events.

    Parameters
    ----------
    run
        The training.
    histories
        What is learned.
    target
        The column, by its name among those of ``histories.people``, that is drawn last of a person; another
        name is a column of events, drawn last of each.
    """
    rng = np.random.default_rng(run.options["random_state"])
    parts = 1 + len(histories.events)
    run.stop_if_cancelled()
    run.advance(phase="training", fraction=0.0)
    people, codes = _learn_people(histories.people, target, rng)
    events = []
    for number, frame in enumerate(histories.events, 1):
        run.stop_if_cancelled()
        run.advance(phase="training", fraction=number / parts)
        known = codes[:, _context(list(people.marginals), number)]
        coded = [people.marginals[name] for name in _named(list(people.marginals), number)]
        owner, form = histories.owners[number - 1], histories.forms[number - 1]
        summary = part(histories.people, number)
        events.append(_learn_events(form, frame, owner, known, coded, summary, target, rng))
    return LinkedTreesModel(people, tuple(events))


def _learn_people(
    people: pd.DataFrame, target: str | None, rng: np.random.Generator
) -> tuple[Part | CopulaModel, Integers]:
    """Learn the people's own columns, then each table's summary of events for those who have any."""
    names = list(map(str, people))
    own = [name for name in names if name.startswith(prefix(0))]
    last = target if target in own else None
    order = [name for name in column_order(people[own], last) if name != last] if own else []
    order += [name for name in names if name not in own]
    marginals = read_marginals(people[[*order, *([last] if last else [])]])
    codes = np.column_stack([one.code(people[name]) for name, one in marginals.items()])
    if len(people) < FEW_PEOPLE:
        who_has = {name: np.isin(np.arange(len(people)), _who_has(people, name)) for name in marginals}
        return fit_copula(marginals, dict(zip(marginals, codes.T, strict=True)), last, who_has), codes
    coded, trees = list(marginals.values()), []
    for position, name in enumerate(marginals):
        rows = _some(_who_has(people, name), rng)
        trees.append(grow(codes[rows, :position], codes[rows, position], rows, coded[: position + 1]))
    return Part(marginals, tuple(trees)), codes


def _who_has(people: pd.DataFrame, name: str) -> Integers:
    """Return the people to whom a column applies: a summary of events applies to those who have any."""
    count = _count_of(name)
    if count is None:
        return np.arange(len(people))
    return np.flatnonzero(to_floats(people[count]) > 0)


def _count_of(name: str) -> str | None:
    """Return the name of the number of events that belongs to a summary; None if there is none."""
    number, _, column = name.partition(": ")
    return None if number == "0" or column == COUNT else f"{number}: {COUNT}"


def _some(people: Integers, rng: np.random.Generator) -> Integers:
    return np.sort(rng.permutation(people)[: ceil(LEARNED_SHARE * len(people))])


def _draw_people(learned: Part, n: int, rng: np.random.Generator) -> tuple[Integers, pd.DataFrame]:
    codes = np.zeros((n, len(learned.trees)), np.intp)
    drawn: dict[str, pd.Series] = {}
    for position, (name, marginal) in enumerate(learned.marginals.items()):
        rows = _who_has(pd.DataFrame(drawn, index=range(n)), name)
        codes[rows, position] = learned.trees[position].draw(codes[rows, :position], rng)
        drawn[name] = marginal.values(codes[:, position], rng.random(n))
    return codes, pd.DataFrame(drawn, index=range(n))


def _draw_few(learned: CopulaModel, n: int, rng: np.random.Generator) -> tuple[Integers, pd.DataFrame]:
    people = learned.draw(n, int(rng.integers(2**32)))
    codes = np.zeros((n, len(learned.marginals)), np.intp)
    for position, (name, marginal) in enumerate(learned.marginals.items()):
        rows = _who_has(people, name)
        codes[rows, position] = marginal.code(people[name].iloc[rows])
        people[name] = people[name].where(np.isin(np.arange(n), rows))
    return codes, people


def _named(names: Sequence[str], number: int) -> list[str]:
    """Return the columns of people that a table of events is learned with: their own and its summary."""
    return [name for name in names if name.startswith((prefix(0), prefix(number)))]


def _context(names: Sequence[str], number: int) -> list[int]:
    return [names.index(name) for name in _named(names, number)]


class _Walk:
    """What is known of people before their next event, as codes.

    It goes from event to event with all people at once, and says of each the number of the event and how many
    are left; of what advances, where it is, and by how much it would have to advance each time to come to the
    last place; of each learned column, what it was at the event before, and before that the mean of all, or
    of categories the one before.
    """

    def __init__(
        self,
        form: EventsForm,
        marginals: Mapping[str, Marginal],
        places: Mapping[str, Marginal],
        summary: pd.DataFrame,
        count: Integers,
    ) -> None:
        self.marginals, self.places, self.count = marginals, places, count
        self.names = [advance.name for advance in form.advances]
        self.started = {advance.name for advance in form.advances if advance.start is not None}
        self.place = {advance.name: advance.before(summary).copy() for advance in form.advances}
        self.last = {name: to_floats(summary[f"{name} {LAST}"]) for name in self.names}
        shape = len(count), len(marginals)
        self.before = np.zeros(shape, np.intp)
        self.earlier = np.zeros(shape, np.intp)
        self.sums = np.zeros(shape)
        self.means = np.array([one.ordered for one in marginals.values()], bool)

    @property
    def coded(self) -> list[Coded]:
        """Marginal of each column of :meth:`codes`."""
        learned = list(self.marginals.values())
        advancing = [one for name in self.names for one in (self.places[name], self.marginals[name])]
        return [Number(), Number(), *advancing, *learned, *learned]

    def codes(self, number: int, who: Integers) -> Integers:
        """Return what is known of some people before their event of this number, from 0 on."""
        left = self.count[who] - number - 1
        columns = [np.full(len(who), min(number, MAX_NUMBER)), np.minimum(left, MAX_NUMBER)]
        for name in self.names:
            place = self.place[name][who]
            pace = (self.last[name][who] - place) / np.maximum(left + 1, 1)
            columns += [self.places[name].code(pd.Series(place)), self.marginals[name].code(pd.Series(pace))]
        far = np.round(self.sums[who] / max(number, 1)).astype(np.intp)
        past = np.where(self.means, far, self.earlier[who])
        return np.column_stack([*columns, self.before[who], past])

    def arrive(self, name: str, who: Integers, places: Floats) -> None:
        """Record where some people are in an advancing column, if known."""
        there = ~np.isnan(places)
        self.place[name][who[there]] = places[there]

    def go_on(self, who: Integers, codes: Integers) -> None:
        """Finish an event of some people."""
        self.earlier[who] = self.before[who]
        self.before[who] = codes
        self.sums[who] += codes


def _learn_events(
    form: EventsForm,
    frame: pd.DataFrame,
    owner: Integers,
    known: Integers,
    coded: Sequence[Coded],
    summary: pd.DataFrame,
    target: str | None,
    rng: np.random.Generator,
) -> EventsPart:
    """Learn each column of an event, given its person and the events before."""
    steps = [advance.name for advance in form.advances]
    rest = [name for name in map(str, frame) if name not in steps]
    last = target if target in rest else None
    order = [*steps, *_first_whether(column_order(frame[rest], last) if rest else [], form)]
    after = follows(owner)
    # The first event follows none: unless everybody starts from one place, its steps are no steps.
    unknown = [advance.name for advance in form.advances if advance.start is None]
    marginals = read_marginals(with_columns(frame[order], {n: frame[n].where(after) for n in unknown}), owner)
    at = {
        advance.name: to_places(to_floats(frame[advance.name]), advance.before(summary), owner)
        for advance in form.advances
    }
    places = {name: read_marginals(pd.DataFrame({name: at[name]}), owner)[name] for name in steps}
    chosen = _few_enough(owner, rng)
    owner, after = owner[chosen], after[chosen]
    codes = np.zeros((len(chosen), len(marginals)), np.intp)
    for position, (name, one) in enumerate(marginals.items()):
        codes[:, position] = one.code(frame[name].iloc[chosen])
    codes[np.ix_(~after, [steps.index(name) for name in unknown])] = MISSING
    walk = _Walk(form, marginals, places, summary, np.bincount(owner, minlength=len(summary)))
    before = np.zeros((len(owner), len(walk.coded)), np.intp)
    for number, rows in _by_number(after):
        before[rows] = walk.codes(number, owner[rows])
        walk.go_on(owner[rows], codes[rows])
        for name in steps:
            walk.arrive(name, owner[rows], at[name][chosen[rows]])
    whole = np.column_stack([known[owner], before, codes])
    of_all = [*coded, *walk.coded, *marginals.values()]
    told = {*unknown, *form.again.values()}
    usable = [after if name in told else _new(frame, form, name, chosen) for name in marginals]
    if len(summary) < FEW_FOR_EVENTS:
        if len(owner) > MAX_LINE_ROWS:
            each = MAX_LINE_ROWS // len(summary)
            usable = [rows & some_of_each(owner, each, rng) for rows in usable]
        lines, of_first = (
            _learn(fit_line, whole, owner, of_all, [rows & some for rows in usable])
            for some in (after, ~after)
        )
        return EventsPart(marginals, lines, form, places, of_first)
    usable = [rows & np.isin(owner, _some(np.unique(owner), rng)) for rows in usable]
    return EventsPart(marginals, _learn(grow, whole, owner, of_all, usable), form, places)


def _learn(
    by: Callable[[Integers, Integers, Integers, Sequence[Coded]], Learned],
    whole: Integers,
    owner: Integers,
    coded: Sequence[Coded],
    usable: Sequence[Booleans],
) -> tuple[Learned, ...]:
    """Learn each of the last columns by trees or lines, given all before it, from the rows it is told by."""
    return tuple(
        by(whole[rows, :position], whole[rows, position], owner[rows], coded[: position + 1])
        for position, rows in enumerate(usable, whole.shape[1] - len(usable))
    )


def _draw_events(
    learned: EventsPart, known: Integers, summary: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, Integers]:
    """Draw the events of people, one after the other."""
    summary, count = _with_room(learned.form, summary)
    again = set(learned.form.again.values())
    walk = _Walk(learned.form, learned.marginals, learned.places, summary, count)
    drawn: list[tuple[Integers, Integers, dict[str, Floats]]] = []
    for number in range(int(count.max(initial=0))):
        who = np.flatnonzero(count > number)
        codes = np.zeros((len(who), len(learned.marginals)), np.intp)
        base = np.column_stack([known[who], walk.codes(number, who)])
        at: dict[str, Floats] = {}
        whole = np.column_stack([base, codes])
        trees = learned.trees if number or not learned.first else learned.first
        for position, (name, marginal) in enumerate(learned.marginals.items()):
            until = base.shape[1] + position
            if name in walk.names and name not in walk.started and not number:
                at[name] = walk.place[name][who]
                continue
            if name in again and not number:
                continue
            found = trees[position].draw(whole[:, :until], rng)
            if name in learned.form.again and number:
                told = list(learned.marginals).index(learned.form.again[name]) + base.shape[1]
                as_before = to_floats(_told(learned, name, whole[:, told])) > 0.5
                before = walk.before[who, position]
                other = (found == before) & marginal.single[before] & ~as_before
                found[other] = _other(trees[position], whole[other, :until], before[other], rng)
                found = np.where(as_before, before, found)
            if name in walk.names:
                steps = to_floats(marginal.values(found, rng.random(len(who))))
                at[name], found = _advance(learned, walk, name, steps, who, number)
            whole[:, until] = found
        codes = whole[:, base.shape[1] :]
        walk.go_on(who, codes)
        drawn.append((who, codes, at))
    return _assembled(learned, summary, drawn, rng)


def _other(tree: Tree | Line, known: Integers, before: Integers, rng: np.random.Generator) -> Integers:
    """Draw codes that are others than before: from the leaf if it has any, or else from all leaves."""
    found = before.copy()
    for draw in [tree.draw] * TRIES + [tree.draw_anywhere] * TRIES:
        same = found == before
        found[same] = draw(known[same], rng)
    return found


def _told(learned: EventsPart, name: str, codes: Integers) -> pd.Series[Any]:
    """Return whether values are as before, 0 or 1."""
    return learned.marginals[learned.form.again[name]].values(codes, np.zeros(len(codes)))


def _new(frame: pd.DataFrame, form: EventsForm, name: str, chosen: Integers) -> Booleans:
    """Tell which events have another value than the one before, if that is learned first."""
    if name not in form.again:
        return np.ones(len(chosen), bool)
    return np.nan_to_num(to_floats(frame[form.again[name]]))[chosen] < 0.5


def _first_whether(order: Sequence[str], form: EventsForm) -> list[str]:
    """Put the column that says whether a value is unchanged right before the value."""
    told = set(form.again.values())
    return [
        part
        for name in order
        if name not in told
        for part in ((form.again[name], name) if name in form.again else (name,))
    ]


def _with_room(form: EventsForm, summary: pd.DataFrame) -> tuple[pd.DataFrame, Integers]:
    """Return how many events there are, with ends between which so many fit."""
    count = np.nan_to_num(to_floats(summary[COUNT])).astype(np.intp)
    if not form.advances or form.order is None:
        return summary, count
    advance, (low, high) = form.advances[0], form.advances[0].ends
    given = int(advance.start is None)  # of the places, how many are reached without a step
    needed = np.maximum(count - given, 0) * advance.least
    before, last = advance.before(summary), to_floats(summary[f"{form.order} {LAST}"])
    last = np.clip(np.maximum(last, before + needed), None, high)
    if given:
        before = np.clip(np.minimum(before, last - needed), low, None)
        summary = summary.assign(**{f"{form.order} {FIRST}": before})
    if advance.least:
        count = np.minimum(count, np.nan_to_num(last - before).astype(np.intp) + given)
    return summary.assign(**{f"{form.order} {LAST}": last}), count


def _advance(
    learned: EventsPart, walk: _Walk, name: str, steps: Floats, who: Integers, number: int
) -> tuple[Floats, Integers]:
    """Make a step, and return the place it leads to, and the step as a code."""
    advance = next(one for one in learned.form.advances if one.name == name)
    here = walk.place[name][who]
    if name == learned.form.order:
        left = walk.count[who] - number - 1
        is_time = advance.start is None  # a counter need not arrive: its steps belong to what they count
        room = (walk.last[name][who] if is_time else advance.ends[1]) - here - left * advance.least
        wanted = np.where(is_time & (left == 0), room, steps)
        steps = np.where(np.isnan(room), steps, np.minimum(wanted, room))
        steps = np.maximum(steps, advance.least)
    places = np.clip(here + steps, *_ends(advance.ends))
    walk.arrive(name, who, places)
    return places, learned.marginals[name].code(pd.Series(places - here))


def _ends(ends: tuple[float, float]) -> tuple[float | None, float | None]:
    low, high = ends
    return (None if np.isnan(low) else low), (None if np.isnan(high) else high)


def _assembled(
    learned: EventsPart,
    summary: pd.DataFrame,
    drawn: Sequence[tuple[Integers, Integers, dict[str, Floats]]],
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, Integers]:
    form = learned.form
    owner = np.concatenate([np.zeros(0, np.intp), *(who for who, _, _ in drawn)])
    order = np.argsort(owner, kind="stable")
    owner = owner[order]
    columns = {}
    for position, (name, marginal) in enumerate(learned.marginals.items()):
        if name in learned.places:
            columns[name] = pd.Series(np.concatenate([np.zeros(0), *(at[name] for _, _, at in drawn)])[order])
        else:
            codes = np.concatenate([np.zeros(0, np.intp), *(codes[:, position] for _, codes, _ in drawn)])
            columns[name] = marginal.values(codes[order], rng.random(len(order)))
    places = pd.DataFrame(columns, index=range(len(owner)))
    times = {advance.name: f"{advance.name} {TIME}" for advance in form.advances if advance.time_of_day}
    of_person = summary.iloc[owner].reset_index(drop=True)
    return form.events(sort_times(places, times, owner), of_person), owner


def _few_enough(owner: Integers, rng: np.random.Generator) -> Integers:
    """Return the rows of all people, or of a sample if there are too many."""
    if len(owner) <= MAX_ROWS:
        return np.arange(len(owner))
    times = np.bincount(owner)
    order = rng.permutation(len(times))
    chosen = order[np.cumsum(times[order]) <= MAX_ROWS]
    return np.flatnonzero(np.isin(owner, chosen))


def _by_number(after: Booleans) -> Iterator[tuple[int, Integers]]:
    """Yield the rows of all first events, of all second ones, and so on."""
    rows = np.arange(len(after))
    number = rows - np.maximum.accumulate(np.where(after, 0, rows))
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order], prepend=-1))
    for some in np.split(order, starts[1:]):
        yield int(number[some[0]]), some
