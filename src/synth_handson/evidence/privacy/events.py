"""Find people by their events: by any of them, by several together, and by the nearest to a synthetic one.

Whole people were split at random, so their labels can be exchanged, and each counts once, however many events
there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations

import numpy as np
import pandas as pd

from synth_handson.evidence.histories import Events, Histories, Keys
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.event_copies import EventCopies
from synth_handson.evidence.privacy.event_distances import Parts, nearest_events, nearest_histories
from synth_handson.evidence.privacy.membership import (
    MAX_CELLS,
    MAX_ROWS,
    accused,
    attack_area,
    attack_hits,
)
from synth_handson.evidence.privacy.people_found import PeopleFound
from synth_handson.evidence.privacy.subsets import (
    BINS,
    choose_subsets,
    in_threads,
    spread_of,
    subset_joins,
    ventiles,
)
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.metrics.arrays import Integers, equal_before, number_rows
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.intervals import attributable_fraction, exact_share, upper_tail
from synth_handson.metrics.shared_items import Items, SharedItems, share_items
from synth_handson.metrics.text_similarity import folded
from synth_handson.tables.rules.values import Unit
from synth_handson.tables.texts import is_text

MOST_TOGETHER = 4
"""Most events that are combined to single somebody out; four suffice for mobility data and card payments."""
MAX_EVENTS = 400_000
"""Events of each table; of larger tables, a sample of people is used."""
MAX_COMPARED = 6_000
"""Events of each table whose people are compared, each with everybody else."""
SHARES_ACCUSED = (0.01, 0.03, 0.1)
"""Shares of all people that an attacker accuses. There are often hundreds of people only: one in a hundred of
them is too few to show that every thirtieth was copied."""
NUMBER = "row_number()"
"""What number of its person's events each is."""
MAX_WAYS = 15
"""Subsets of columns tried for several events together."""

Ways = list[tuple[str, ...]]
"""Columns by which events are compared, one way after the other."""

EVENT_MATCHES = ("event_matches", *(f"event_matches_{k}" for k in range(2, MOST_TOGETHER + 1)))
EVENT_MEASURES = (
    "profile_matches", *EVENT_MATCHES,
    "history_attack_auc", "history_attack_tpr", "event_attack_auc", "event_attack_tpr",
    "hausdorff_attack_auc", "hausdorff_attack_tpr",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class EventCodes:
    """Events of real and of synthetic people as numbers that equal values share.

    Attributes
    ----------
    events
        The events themselves; further columns are their people's.
    time
        The column that orders them, if one does.
    gap
        The column with the time since the event before, likewise.
    codes
        For each column, by values and by twentieths, a number of every row: real, then synthetic ones.
    by_day
        The same by the day of moments and all else by values, if moments have a time of day.
    owners
        The person of each real event, training people first, and of each synthetic one.
    people
        Number of training, of holdout and of synthetic people.
    """

    events: AssessedTables
    time: str | None
    gap: str | None
    codes: tuple[Mapping[str, Integers], ...]
    by_day: tuple[Mapping[str, Integers], ...]
    owners: tuple[Integers, Integers]
    people: tuple[int, int, int]

    @classmethod
    def of(
        cls,
        rows: AssessedTables,
        events: Events,
        people: tuple[int, int, int],
        units: Mapping[str, Unit] | None = None,
    ) -> EventCodes:
        """Assign numbers to the values of events and of their people's attributes.

        ``units`` says which columns hold moments.
        """
        synthetic, train, holdout = events.owners
        real, drawn = pd.concat([rows.train, rows.holdout], ignore_index=True), rows.synthetic
        gap = None
        if events.time is not None:
            gap = f"{events.time} - lag({events.time})"
            since = [table[events.time].diff() for table in events.tables.all]
            since = [g.where(pd.Series(w).diff() == 0) for g, w in zip(since, events.owners, strict=True)]
            drawn = drawn.assign(**{gap: since[0]})
            real = real.assign(**{gap: pd.concat(since[1:], ignore_index=True)})
        space = HeomSpace(real, drawn)
        binned = {
            name: ventiles(space.ranks[name])
            for name in space.ranks
            if len(np.unique(space.codes[name][space.real])) > BINS
        }
        moments = {
            name: np.concatenate([real[name], drawn[name]])
            for name in space.ranks
            if (units or {}).get(name) == "date"
        }
        days = {
            name: np.where(np.isnan(values), -1, np.unique(np.floor(values), return_inverse=True)[1])
            for name, values in moments.items()
            if (values % 1 > 0).any()
        }
        owners = np.concatenate([train, people[1] + holdout])
        exact = {**space.codes, NUMBER: np.concatenate([equal_before(owners), equal_before(synthetic)])}
        codes: tuple[Mapping[str, Integers], ...] = (exact,)
        codes += ({**exact, **binned},) if binned else ()
        by_day = ({**exact, **days},) if days else ()
        return cls(
            events.tables, events.time, gap, codes, by_day, (owners, synthetic), (*people[1:], people[0])
        )

    @property
    def own(self) -> tuple[str, ...]:
        """The columns of the events themselves."""
        return tuple(map(str, self.events.train.columns))

    def spread(self, codes: Mapping[str, Integers]) -> dict[str, float]:
        """Compute how well each column distinguishes real events."""
        real = len(self.owners[0])
        return {name: spread_of(np.bincount(column[:real] + 1)) for name, column in codes.items()}

    def one(self, random_state: int) -> tuple[list[tuple[str, ...]], Integers]:
        """Count people singled out by one event, for each subset of the columns. Counts: shape (2, m)."""
        ways: list[tuple[str, ...]] = []
        counts: list[tuple[int, int]] = []
        for codes in (*self.codes, *self.by_day):
            rng = np.random.default_rng(random_state)
            spread = {n: told for n, told in self.spread(codes).items() if n not in (self.gap, NUMBER)}
            subsets = [s for s in choose_subsets(spread, rng) if not set(self.own).isdisjoint(s)]
            # Zobrist hashing, as where rows are people.
            hashes = {
                name: rng.integers(0, 2**64, int(c.max()) + 2, dtype=np.uint64)[c]
                for name, c in codes.items()
            }
            counts += in_threads(partial(self._alone, hashes), subsets)
            ways += subsets
        return ways, np.array(counts).T

    def _alone(self, hashes: Mapping[str, np.ndarray], subset: tuple[str, ...]) -> tuple[int, int]:
        """Count training and holdout people with an event that is unique among real people and synthetic."""
        real, synthetic = np.split(
            pd.factorize(np.sum([hashes[n] for n in subset], axis=0))[0], [len(self.owners[0])]
        )
        owners = self.owners[0]
        size = int(max(real.max(), synthetic.max(initial=0))) + 1
        one = np.full(size, -1)
        one[real] = owners
        shared = np.zeros(size, bool)
        shared[real[owners != one[real]]] = True
        stands = np.zeros(size, bool)
        stands[synthetic] = True
        return self.split(np.unique(owners[stands[real] & ~shared[real]]))

    def split(self, found: Integers) -> tuple[int, int]:
        """Count training and holdout people among those found."""
        members = int((found < self.people[0]).sum())
        return members, len(found) - members

    def ways(self) -> Iterator[tuple[tuple[str, ...], Integers]]:
        """Yield sets of the events' columns, each by values and by twentieths, with the numbers of all rows.

        All columns; all but one, the time first; the time with each other column; each column alone; the gaps
        between the events, with all columns but the time and alone; and if there is a time, each column with
        the number of the event: the order of what happened, whatever the dates are.
        """
        first = [self.time] if self.time else []
        order = [*first, *(name for name in self.own if name != self.time)]
        subsets = [tuple(self.own)]
        subsets += [tuple(n for n in self.own if n != left) for left in order[: MAX_WAYS // 3]]
        subsets += [tuple(pair) for pair in combinations(order, 2) if pair[0] in first][: MAX_WAYS // 3]
        telling = sorted(order, key=lambda name: -self.spread(self.codes[0])[name])
        subsets += [(name,) for name in telling[: MAX_WAYS // 3]]
        if self.gap:
            subsets += [(*(name for name in self.own if name != self.time), self.gap), (self.gap,)]
            subsets += [(name, NUMBER) for name in telling if name != self.time][: MAX_WAYS // 5]
        for subset in dict.fromkeys(filter(None, subsets)):
            for codes in self.codes:
                if codes is self.codes[0] or any(codes[n] is not self.codes[0][n] for n in subset):
                    yield subset, number_rows(codes[name] for name in subset)

    def copies(self) -> Iterator[EventCopies]:
        """Compare whole events with training events, in all columns and without those that do not repeat."""
        yield from EventCopies.of(self.events, self.codes[0], self.owners, self.people[0])

    @cached_property
    def shared(self) -> list[tuple[tuple[str, ...], SharedItems]]:
        """The synthetic person with whom each real one has most in common, for each way."""
        owners, synthetic = self.owners
        members, others, drawn = self.people
        found = []
        for subset, numbers in self.ways():
            real, made = np.split(numbers, [len(owners)])
            items = Items(owners, real, members + others), Items(synthetic, made, drawn)
            found.append((subset, share_items(*items, MOST_TOGETHER)))
        return found


@dataclass(frozen=True, eq=False)
class FoundByEvents:
    """What a search for people by their events has found.

    Attributes
    ----------
    measures
        Those of `EVENT_MEASURES`; "profile_matches" only where something belongs to the people; and
        "event_texts" for each column of free text. Of several kinds of events, the way counts that shows
        most.
    copies
        Whole events that occur in the synthetic table, of each kind.
    single
        People found by single events, in all ways.
    """

    measures: tuple[Measure, ...]
    copies: tuple[EventCopies, ...]
    single: PeopleFound

    def hints(self, level: float) -> tuple[Measure, ...]:
        """Return "event_copies" of each kind of events, where a single test counts below this level."""
        return tuple(hint for copies in self.copies for hint in copies.hints(self.single, level))


def search_events(histories: Histories, random_state: int) -> FoundByEvents:
    """Look for people by their events, beside the same for people of the holdout.

    Parameters
    ----------
    histories
        The people of three tables.
    random_state
        Seed of samples, draws and bootstrap.
    """
    sampled = histories.many_people(MAX_EVENTS, random_state)
    codes, beside = _codes(sampled), _codes(sampled.reference(random_state))
    compared = histories.many_people(MAX_COMPARED, random_state)
    near = histories.many_people(min(MAX_ROWS, MAX_CELLS // len(histories.columns)), random_state)
    ways, found = _people_found(codes, random_state)
    measures = (
        *_profiles(histories, random_state),
        *map(_matched, EVENT_MATCHES, ways, found),
        *_texts(histories),
        *_attacks("history", _unshared(codes), _unshared(beside), random_state),
        *_attacks("event", nearest_events(near), nearest_events(near.reference(random_state)), random_state),
        *_attacks("hausdorff", *nearest_histories(compared, random_state), random_state),
    )
    copies = (each for kind in codes for each in kind.copies())
    return FoundByEvents(measures, tuple(copies), found[0])


def _codes(histories: Histories) -> list[EventCodes]:
    """Assign numbers to each kind of events that synthetic people have: by others nobody is found."""
    return [
        EventCodes.of(histories.rows(events), events, histories.sizes, histories.units)
        for events in histories.events
        if len(events.owners[0])
    ]


def _profiles(histories: Histories, random_state: int) -> Iterator[Measure]:
    """Find people by their attributes, as by part of the columns where each row is a person."""
    tables = histories.profiles
    tables = tables.without([name for name in tables.categories if is_text(tables.train[name])])
    if not tables.train.shape[1]:
        return
    space = HeomSpace(pd.concat([tables.train, tables.holdout], ignore_index=True), tables.synthetic)
    members, others = np.split(space.real, [len(tables.train)])
    joins = list(subset_joins(space, members, others, random_state))
    found = PeopleFound(np.concatenate([join.found.counts for join in joins], axis=1), joins[0].found.people)
    train, holdout = map(int, found.counts[:, found.best])
    yield Measure(
        "profile_matches",
        exact_share(train, found.people[0]),
        exact_share(holdout, found.people[1]),
        rows=sum(found.people),
        columns=[subset for join in joins for subset in join.subsets][found.best],
        **found.tested,
    )


def _people_found(kinds: Sequence[EventCodes], random_state: int) -> tuple[list[Ways], list[PeopleFound]]:
    """Count people found by one event, and by several that one synthetic person has together."""
    ways: list[Ways] = [[] for _ in EVENT_MATCHES]
    counts: list[list[Integers]] = [[] for _ in EVENT_MATCHES]
    for kind in kinds:
        subsets, found = kind.one(random_state)
        ways[0] += subsets
        counts[0].append(found)
        for subset, shared in kind.shared:
            for k in range(2, MOST_TOGETHER + 1):
                ways[k - 1].append(subset)
                counts[k - 1].append(np.array(kind.split(np.flatnonzero(shared.alone[:, k - 1])))[:, None])
    members, others, _ = kinds[0].people
    return ways, [PeopleFound(np.concatenate(parts, axis=1), (members, others)) for parts in counts]


def _matched(name: str, ways: Ways, people: PeopleFound) -> Measure:
    """Compare the shares of training and of holdout people who are found in the way that shows most."""
    return people.measure(name, ways[people.best])


def _texts(histories: Histories) -> Iterator[Measure]:
    """Find people by a text in one of their events that nobody else wrote."""
    _, training, held_out = histories.sizes
    for events in histories.events:
        for name, (synthetic, *real) in events.texts.items():
            known = {folded(text) for text in synthetic.dropna()}
            owners = (events.owners[1], training + events.owners[2])
            written = pd.concat(
                pd.DataFrame({"text": texts.dropna().map(folded), "person": whose[texts.dropna().index]})
                for texts, whose in zip(real, owners, strict=True)
            ).drop_duplicates()
            alone = written[~written["text"].duplicated(keep=False)]
            found = alone.loc[alone["text"].isin(known), "person"].unique()
            members = int((found < training).sum())
            counts = PeopleFound.once(members, len(found) - members, (training, held_out))
            yield counts.measure("event_texts", (name,))


def _attacks(kind: str, parts: Parts, reference: Parts, random_state: int) -> Iterator[Measure]:
    """Measure an attack's AUC and hits: people with small numbers count as training people."""
    people = sum(map(len, parts))
    area, p_value = attack_area(*parts)
    yield Measure(f"{kind}_attack_auc", area, attack_area(*reference)[0], rows=people, p_value=p_value)
    hits, expected = (attack_hits(*each, random_state)["attack_tpr"] for each in (parts, reference))
    caught = accused(*parts, *SHARES_ACCUSED)
    yield Measure(f"{kind}_attack_tpr", hits, expected, rows=people, **caught.tested)


def _unshared(kinds: Sequence[EventCodes]) -> Parts:
    """How little of each real person's history a synthetic person shares, beyond what real people share."""
    excess = np.max([shared.excess for kind in kinds for _, shared in kind.shared], axis=0)
    members, others = np.split(-excess, [kinds[0].people[0]])
    return members, others


def key_matches(keys: Keys) -> Measure:
    """Count training and holdout people whose key occurs in the synthetic table.

    Parameters
    ----------
    keys
        Keys of synthetic, training and holdout people, as text; a person with several rows counts once.

    Returns
    -------
    Measure
        "key_matches": share of the training people whose key is a synthetic one, 0 to 1, low is good.
        Fisher's exact test on people, one-sided: keys that are numbered from 1 meet people of either kind
        alike, and new keys may well keep clear of those of training people.
    """
    synthetic, train, holdout = (column.drop_duplicates() for column in keys)
    found = [int(keys.isin(synthetic).sum()) for keys in (train, holdout)]
    people = len(train), len(holdout)
    p_value = upper_tail(np.array([found[0]]), np.array([sum(found)]), people[0], sum(people))
    return Measure(
        "key_matches",
        exact_share(found[0], people[0]),
        exact_share(found[1], people[1]),
        rows=sum(people),
        p_value=float(p_value[0]),
        attributable=attributable_fraction(found[0], people[0], found[1], people[1]),
    )
