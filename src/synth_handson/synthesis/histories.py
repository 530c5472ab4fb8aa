"""The form in which events are learned: first values, and steps from one event to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.variance import intraclass_correlation
from synth_handson.synthesis.marginals import MISSING, PIECES, Numbers
from synth_handson.synthesis.precision import DAY
from synth_handson.tables.columns import Column, column_kind, to_floats
from synth_handson.tables.texts import MIN_KEPT_ROWS

COUNT, FIRST, LAST, TIME = "count", "first", "last", "time of day"
LEVEL, MEAN, MOST = "level", "mean", "most often"
AGAIN = "as before"
MAX_WAVES = 1_000
"""Most values of a column that may number the waves of events: whole numbers that no person has twice."""
ALIKE = 0.5
"""Largest Kolmogorov-Smirnov distance from steps at which first values count as steps from nothing."""
TOLD = 0.5
"""Least share of the variance of a number's ranks that a counter's steps tell, if it is learned from them."""


@dataclass(frozen=True)
class Advance:
    """A column that never decreases within a person; its steps are learned.

    Attributes
    ----------
    name
        The column.
    moments
        The values it can have, where they are few and many people share each, as the years of a survey: then
        a step counts places among them. Empty elsewhere.
    values
        The range of its values, by what eight people share; dates count days, or seconds.
    least
        The smallest step: 1 of a column of whole numbers, days or places that always grows, else 0.
    time_of_day
        Whether the time of day of a moment is learned apart from its day.
    gaps
        Whether values of it are missing.
    start
        The place that everybody starts from, as 0 of points that are collected, where the first values are
        like steps from there: then they are learned as steps. None where they are not, as the mileage of a
        used car.
    """

    name: str
    moments: tuple[float, ...]
    values: Numbers
    least: int
    time_of_day: bool = False
    gaps: bool = False
    start: float | None = None

    @classmethod
    def of(cls, column: Column, owner: Integers) -> Advance | None:
        """Read the steps of a column whose rows are in order, person by person; None if it ever falls."""
        if column_kind(column) not in ("number", "date"):
            return None
        time_of_day = _often_another_day(column, owner)
        if time_of_day:
            column = column.dt.floor("D")
        values = to_floats(column)
        steps = _steps(values, owner)
        known = steps[~np.isnan(steps) & follows(owner)]
        movers = owner[np.nan_to_num(steps) > 0]
        if (known < 0).any() or len(np.unique(movers)) < MIN_KEPT_ROWS:
            return None
        numbers = Numbers.of(column, owner)
        moments = _moments(values / (numbers.unit or 1), owner)
        whole = bool(moments) or numbers.decimals == 0
        least, gaps = int(whole and bool((known > 0).all())), bool(np.isnan(values).any())
        advance = cls(str(column.name), moments, numbers, least, time_of_day, gaps)
        return replace(advance, start=advance._start(column, owner))

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest place."""
        if self.moments:
            return 0.0, float(len(self.moments) - 1)
        return (self.values.low[0], self.values.high[-1]) if self.values.low else (np.nan, np.nan)

    def places(self, column: Column) -> Floats:
        """Return where values are: their places among the moments, or the values within their range."""
        values = to_floats(column.dt.floor("D") if self.time_of_day else column) / (self.values.unit or 1)
        if not self.moments:
            return np.clip(values, *self.ends)
        nearest = np.clip(np.searchsorted(self.moments, values), 0, len(self.moments) - 1)
        return np.where(np.isnan(values), np.nan, nearest)

    def steps(self, column: Column, owner: Integers) -> Floats:
        """Return the steps to events that are in order, person by person; see :func:`to_places`."""
        return _steps(self.places(column), owner, self.start)

    def before(self, summary: pd.DataFrame) -> Floats:
        """Return the place of each person before the first step, given what sums up their events."""
        if self.start is None:
            return to_floats(summary[f"{self.name} {FIRST}"])
        return np.full(len(summary), self.start)

    def _start(self, column: Column, owner: Integers) -> float | None:
        from scipy.stats import ks_2samp

        if self.values.unit is not None:
            return None
        start = -self.moments[0] if self.moments else 0.0
        steps, later = _steps(self.places(column), owner, start), follows(owner)
        first, others = (some[~np.isnan(some)] for some in (steps[~later], steps[later]))
        return start if len(first) and ks_2samp(first, others).statistic <= ALIKE else None

    def column(self, places: Floats) -> Column:
        """Return the values, of the column's kind, at these places."""
        low, high = self.ends
        inside = np.clip(places, low, high)
        if self.moments:
            there = np.nan_to_num(np.round(inside)).astype(np.intp)
            inside = np.where(np.isnan(places), np.nan, np.array(self.moments)[there])
        return self.values.column(inside)


@dataclass(frozen=True)
class EventsForm:
    """The form of a table of events, by which it is turned into steps and back.

    Attributes
    ----------
    columns
        Its columns, as :func:`~synth_handson.synthesis.schema.prepare` names them.
    order
        The column by which a person's events are ordered, if there is one; it advances.
    advances
        The columns that never fall, that one first.
    delays
        Other columns of dates: learned as the days or seconds since the column by which events are ordered,
        with their decimals and unit.
    kept
        Columns that are constant within each person.
    levels
        Ranges of columns of numbers that hardly anybody shares. Their values are learned as normal scores of
        these: of each person the mean, and of each event how far it is from that. Not the numbers that a
        counter counts: its steps tell them.
    repeated
        Columns whose values are often as at the event before: first it is learned whether they are.
    """

    columns: tuple[str, ...]
    order: str | None
    advances: tuple[Advance, ...]
    delays: Mapping[str, tuple[int | None, int]]
    kept: tuple[str, ...]
    levels: Mapping[str, Numbers]
    repeated: tuple[str, ...] = ()

    @classmethod
    def of(cls, prepared: pd.DataFrame, owner: Integers) -> tuple[EventsForm, Integers]:
        """Read the form of a table of events, and the order of its rows: person by person, in time."""
        order, rows = _order(prepared, owner)
        frame, owner = prepared.iloc[rows].reset_index(drop=True), owner[rows]
        names = list(map(str, frame))
        kept = [name for name in names if _is_kept(frame[name], owner)]
        found = {
            name: advance
            for name in names
            if name not in kept and (advance := Advance.of(frame[name], owner)) is not None
        }
        if order not in found:
            order = next(iter(found), None)
        by_date = order is not None and column_kind(frame[order]) == "date"
        delays: dict[str, tuple[int | None, int]] = {}
        for name in names:
            if by_date and name != order and name not in kept and column_kind(frame[name]) == "date":
                numbers = Numbers.of(frame[name], owner)
                delays[name] = numbers.decimals, numbers.unit or DAY
        advances = sorted((a for n, a in found.items() if n not in delays), key=lambda a: a.name != order)
        levels = {
            name: numbers
            for name in names
            if name not in {*kept, *delays, *found}
            and column_kind(frame[name]) == "number"
            and _hardly_shared(numbers := Numbers.of(frame[name], owner), frame[name])
            and not any(_tells(advance, frame, name, owner) for advance in advances)
        }
        repeated = tuple(
            name
            for name in names
            if name not in {*kept, *delays, *found, *levels} and _often_again(frame[name], owner)
        )
        return cls(tuple(names), order, tuple(advances), delays, tuple(kept), levels, repeated), rows

    def learned(self, prepared: pd.DataFrame, owner: Integers) -> pd.DataFrame:
        """Return what is learned of events that are in order, person by person: steps, delays and values."""
        columns: dict[str, Column] = {}
        for advance in self.advances:
            columns[advance.name] = pd.Series(advance.steps(prepared[advance.name], owner))
            if advance.time_of_day:
                moments = prepared[advance.name]
                seconds = (moments - moments.dt.floor("D")).dt.total_seconds()
                columns[f"{advance.name} {TIME}"] = seconds.reset_index(drop=True)
        for name in self.columns:
            if name in self.delays:
                since = to_floats(prepared[name]) - to_floats(prepared[self.order])
                columns[name] = pd.Series(since / self.delays[name][1])
            elif name in self.levels:
                columns[name] = pd.Series(
                    self._scores(prepared, name) - self._level(prepared, name, owner)[owner]
                )
            elif name not in columns and name not in self.kept:
                columns[name] = prepared[name].reset_index(drop=True)
            if name in self.repeated:
                again = pd.Series(_again(prepared[name]).astype(float))
                columns[f"{name} {AGAIN}"] = again.where(follows(owner))
        return pd.DataFrame(columns)

    @property
    def again(self) -> dict[str, str]:
        """For each such column, the name of the column that says whether it is unchanged."""
        return {name: f"{name} {AGAIN}" for name in self.repeated}

    def _scores(self, prepared: pd.DataFrame, name: str) -> Floats:
        numbers = self.levels[name]
        codes = numbers.code(prepared[name])
        return np.where(codes == MISSING, np.nan, ndtri((codes - 0.5) / (numbers.size - 1)))

    def _level(self, prepared: pd.DataFrame, name: str, owner: Integers) -> Floats:
        """Return each person's mean score. Shape (people,)."""
        means = pd.Series(self._scores(prepared, name)).groupby(owner).mean()
        return to_floats(means.reindex(range(int(owner.max(initial=-1)) + 1)))

    def summary(self, prepared: pd.DataFrame, owner: Integers, people: int) -> pd.DataFrame:
        """Return what is learned of each person's events as a whole.

        Their number; the first and the last value of what advances, or the last alone if the first is a step;
        what is constant; and of all else the mean, or the most frequent category. Shape (people, columns).
        """
        columns: dict[str, Any] = {COUNT: np.bincount(owner, minlength=people)}
        for advance in self.advances:
            places = pd.Series(advance.places(prepared[advance.name])).groupby(owner)
            if advance.start is None:
                columns[f"{advance.name} {FIRST}"] = places.first()
            columns[f"{advance.name} {LAST}"] = places.last()
        for name in self.kept:
            columns[f"{name}"] = prepared[name].groupby(owner).first()
        learned = self.learned(prepared, owner)
        as_steps = {*(advance.name for advance in self.advances), *self.again.values()}
        for name in map(str, learned):
            if name in as_steps:
                continue
            if name in self.levels:
                columns[f"{name} {LEVEL}"] = pd.Series(self._level(prepared, name, owner))
            elif column_kind(learned[name]) == "number":
                columns[f"{name} {MEAN}"] = pd.Series(to_floats(learned[name])).groupby(owner).mean()
            else:
                columns[f"{name} {MOST}"] = _most_often(learned[name], owner)
        return pd.DataFrame(columns, index=range(people))

    def events(self, places: pd.DataFrame, summary: pd.DataFrame) -> pd.DataFrame:
        """Return events as :func:`~synth_handson.synthesis.schema.prepare` would.

        Parameters
        ----------
        places
            As :meth:`learned`, but with the places of what advances instead of its steps.
        summary
            The summary of each event's person, one row for each event.
        """
        columns: dict[str, Column] = {}
        for advance in self.advances:
            moments = advance.column(to_floats(places[advance.name]))
            if advance.time_of_day:
                seconds = to_floats(places[f"{advance.name} {TIME}"])
                moments += pd.to_timedelta(np.clip(np.round(seconds), 0, DAY - 1), unit="s")
            columns[advance.name] = moments
        for name, (decimals, unit) in self.delays.items():
            since = to_floats(columns[self.order or ""]) / unit + to_floats(places[name])
            columns[name] = Numbers((), (), decimals, unit).column(since)
        columns |= {name: summary[name].reset_index(drop=True) for name in self.kept}
        for name, numbers in self.levels.items():
            score = to_floats(places[name]) + to_floats(summary[f"{name} {LEVEL}"])
            place = np.nan_to_num(ndtr(score)) * (numbers.size - 1)
            codes = np.minimum(place.astype(np.intp) + 1, numbers.size - 1)
            columns[name] = numbers.values(np.where(np.isnan(score), MISSING, codes), place - codes + 1)
        for name, again in self.again.items():
            rows = np.arange(len(places))
            new = np.nan_to_num(to_floats(places[again])) < 0.5
            last = np.maximum.accumulate(np.where(new, rows, 0))
            columns[name] = places[name].iloc[last].reset_index(drop=True)
        return pd.DataFrame({n: columns[n] if n in columns else places[n] for n in self.columns})


def to_places(steps: Floats, start: Floats, owner: Integers) -> Floats:
    """Add up steps, person by person, from each person's place before them; NaN where a step is NaN."""
    taken = np.nan_to_num(steps)
    total = np.cumsum(taken)
    starts = np.flatnonzero(~follows(owner))
    before = (total - taken)[starts]
    people = np.cumsum(~follows(owner)) - 1
    return np.where(np.isnan(steps), np.nan, start[owner] + total - before[people])


def sort_times(frame: pd.DataFrame, names: Mapping[str, str], owner: Integers) -> pd.DataFrame:
    """Sort the times of day of events within a day; ``names`` are those of days and of times."""
    frame = frame.copy()
    for day, time in names.items():
        found = np.lexsort([to_floats(frame[time]), to_floats(frame[day]), owner])
        frame[time] = frame[time].to_numpy()[found]
    return frame


def order_of(frame: pd.DataFrame, owner: Integers) -> str | None:
    """Return the column by which events are ordered, if there is one."""
    return _order(frame, owner)[0]


def _order(frame: pd.DataFrame, owner: Integers) -> tuple[str | None, Integers]:
    """Find the column that orders events, and the order of the rows."""
    given = np.argsort(owner, kind="stable")
    sorted_owner = owner[given]
    dated: list[str] = []
    numbered: list[str] = []
    for name, column in frame.items():
        kind = column_kind(column)
        if kind not in ("number", "date") or column.isna().any():
            continue
        values = to_floats(column)
        if kind == "date":
            dated.append(str(name))
        elif (values % 1 == 0).all() and len(np.unique(values)) <= MAX_WAVES:
            numbered.append(str(name))
    # If an order has two times, placed and delivered, the events are in the order of the first.
    means = {name: float(to_floats(frame[name]).mean()) for name in dated}
    dated.sort(key=means.__getitem__)
    rising = [n for n in (*dated, *numbered) if _rises(to_floats(frame[n])[given], sorted_owner)]
    if rising:
        return rising[0], given
    unique = [n for n in numbered if not pd.DataFrame({"o": owner, "v": frame[n]}).duplicated().any()]
    for name in (*dated, *sorted(unique, key=lambda name: frame[name].nunique())):
        rows = np.lexsort([to_floats(frame[name]), owner])
        if _rises(to_floats(frame[name])[rows], owner[rows]):
            return name, rows
    return None, given


def _rises(values: Floats, owner: Integers) -> bool:
    steps = _steps(values, owner)[follows(owner)]
    return bool((steps >= 0).all() and (steps > 0).mean() > 0.5) if len(steps) else False


def follows(owner: Integers) -> Any:
    """Tell which rows follow another one of the same person."""
    return np.r_[False, owner[1:] == owner[:-1]] if len(owner) else np.zeros(0, bool)


def _steps(values: Floats, owner: Integers, start: float | None = None) -> Floats:
    """Return the change since the person's last known value; of the first since the start, else 0."""
    before = pd.Series(values).groupby(owner).ffill().groupby(owner).shift().to_numpy()
    return values - np.where(np.isnan(before), values if start is None else start, before)


def _is_kept(column: Column, owner: Integers) -> bool:
    codes, _ = pd.factorize(column)
    same = codes[1:] == codes[:-1]
    after = follows(owner)[1:]
    return bool(after.any() and same[after].all())


def _again(column: Column) -> Any:
    """Tell which values equal those of the row before; missing counts as a value."""
    codes, _ = pd.factorize(column)
    return np.r_[False, codes[1:] == codes[:-1]] if len(codes) else np.zeros(0, bool)


def _often_again(column: Column, owner: Integers) -> bool:
    """Tell whether values repeat those of the event before more often than two random events agree."""
    after = follows(owner)
    times = np.bincount(pd.factorize(column)[0] + 1) / max(len(column), 1)
    again = _again(column)[after]
    people = len(np.unique(owner[after][again]))
    return people >= MIN_KEPT_ROWS and bool(again.mean() > (times**2).sum())


def _hardly_shared(numbers: Numbers, column: Column) -> bool:
    """Tell whether most values of a column are in ranges, instead of being shared by many people each."""
    ranges = np.array(numbers.low) < np.array(numbers.high)
    codes = numbers.code(column)
    return bool(ranges.any() and ranges[codes[codes != MISSING] - 1].mean() > 0.5)


def _tells(advance: Advance, frame: pd.DataFrame, name: str, owner: Integers) -> bool:
    """Tell whether the steps of one column say most about another one, and more than the person does."""
    steps = advance.steps(frame[advance.name], owner)
    known = follows(owner) | (advance.start is not None)
    ranks = pd.DataFrame({"value": to_floats(frame[name]), "step": steps})[known].dropna().rank()
    told = ranks["value"].corr(ranks["step"]) ** 2
    if not told > TOLD:
        return False
    _, people = np.unique(owner[ranks.index], return_inverse=True)
    alike = intraclass_correlation(to_floats(ranks["value"]), people, np.ones((1, people.max() + 1)))[0]
    return bool(told > alike)


def _moments(values: Floats, owner: Integers) -> tuple[float, ...]:
    """Return the values if they are few and at least eight people share each."""
    there = ~np.isnan(values)
    found = np.unique(values[there])
    if len(found) > PIECES:
        return ()
    people = pd.Series(owner[there]).groupby(values[there]).nunique()
    return tuple(map(float, found)) if (people >= MIN_KEPT_ROWS).all() else ()


def _often_another_day(column: Column, owner: Integers) -> bool:
    """Tell whether a column has times of day and most events are on another day than the one before."""
    if column_kind(column) != "date":
        return False
    days = column.dt.floor("D")
    if (days == column)[column.notna()].all():
        return False
    other = (days != days.shift())[follows(owner)]
    return bool(len(other) and other.mean() > 0.5)


def _most_often(column: Column, owner: Integers) -> Column:
    codes, values = pd.factorize(column)
    pairs = pd.DataFrame({"owner": owner, "code": codes})[codes >= 0]
    times = pairs.value_counts(sort=False).reset_index(name="times")
    best = times.sort_values(["owner", "times"], kind="stable").drop_duplicates("owner", keep="last")
    return pd.Series(pd.Index(values).take(best["code"]), index=best["owner"].to_numpy())


@dataclass(frozen=True, eq=False)
class Histories:
    """Linked tables as they are learned.

    Attributes
    ----------
    people
        One row for each person: their own columns, then the summary of each table of events. Names begin with
        the number of the table, 0 being the people's, as in "0: town" or "1: count".
    events
        For each table, what is learned of an event, person by person and in order.
    owners
        The number of each event's person.
    forms
        By which what is learned becomes events again.
    """

    people: pd.DataFrame
    events: tuple[pd.DataFrame, ...]
    owners: tuple[Integers, ...]
    forms: tuple[EventsForm, ...]

    @classmethod
    def of(
        cls, people: pd.DataFrame, events: Sequence[pd.DataFrame], owners: Sequence[Integers]
    ) -> Histories:
        """Put tables of :func:`~synth_handson.synthesis.schema.prepare`, without keys, into histories."""
        columns = [people.add_prefix(prefix(0))]
        learned, ordered, forms = [], [], []
        for number, (frame, owner) in enumerate(zip(events, owners, strict=True), 1):
            form, rows = EventsForm.of(frame, owner)
            in_order = frame.iloc[rows].reset_index(drop=True)
            columns.append(form.summary(in_order, owner[rows], len(people)).add_prefix(prefix(number)))
            learned.append(form.learned(in_order, owner[rows]))
            ordered.append(owner[rows])
            forms.append(form)
        return cls(pd.concat(columns, axis=1), tuple(learned), tuple(ordered), tuple(forms))


@dataclass(frozen=True, eq=False)
class DrawnTables:
    """People and events as they were drawn, with the columns of :func:`~.schema.prepare`.

    Attributes
    ----------
    people
        One row for each person.
    events
        Rows of each table, person by person and in order.
    owners
        The number of each event's person.
    """

    people: pd.DataFrame
    events: tuple[pd.DataFrame, ...]
    owners: tuple[Integers, ...]


def prefix(number: int) -> str:
    """Return the prefix of a table's columns among those of people."""
    return f"{number}: "


def part(people: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the columns of people that one of the tables provides."""
    names = [name for name in map(str, people) if name.startswith(prefix(number))]
    chosen = people[names]
    return chosen.set_axis([name.removeprefix(prefix(number)) for name in names], axis=1)
