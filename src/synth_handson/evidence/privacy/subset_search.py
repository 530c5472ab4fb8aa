"""Search for columns that synthetic rows have from one person, where there are too many subsets to try all.

One half of the real people decides which subsets are tested: those in which synthetic rows lean most to
either side, of any three columns, to which others are added one by one. They are tested on the other half,
whose labels "training" and "holdout" have decided nothing, and can be exchanged as in any other test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.people_found import PeopleFound
from synth_handson.evidence.privacy.subsets import BINS, spread_of, ventiles
from synth_handson.metrics.arrays import Integers, number_rows, one_of_each
from synth_handson.metrics.distances import HeomSpace

FEWEST_COLUMNS = 12
"""Of fewer columns, all subsets of up to four are tried."""
MOST_COLUMNS = 50
"""Columns that are searched: those that tell people apart best."""
MOST_ROWS = 2_000
"""Rows of each table that are searched."""
STARTS = 100
"""Triples to which columns are added."""
LARGEST = 15
"""Most columns of a subset."""
TESTED = 16
"""Subsets that are tested."""


def search_subsets(space: HeomSpace, train: Integers, holdout: Integers, random_state: int) -> Measure | None:
    """Count the people found by subsets of the columns that were searched for.

    Parameters
    ----------
    space
        Space of the tables.
    train, holdout
        Positions of the training and the holdout rows.
    random_state
        Seed of which people are searched, and which are tested.

    Returns
    -------
    Measure or None
        "subset_matches" of the half of the people that is tested; None if there are fewer than
        `FEWEST_COLUMNS` columns.
    """
    if len(space.codes) < FEWEST_COLUMNS:
        return None
    rng = np.random.default_rng(random_state)
    numbers = np.concatenate([space.row_numbers[train], space.row_numbers[holdout]])
    one = rng.permutation(np.flatnonzero(one_of_each(numbers, rng)))
    members, others = train[one[one < len(train)]], holdout[one[one >= len(train)] - len(train)]
    halves = [np.array_split(people, 2) for people in (members, others)]
    searched, tested = zip(*halves, strict=True)
    groups = _grouped(space)
    rows = (part[:MOST_ROWS] for part in (rng.permutation(space.synthetic), *searched))
    subsets = _Search(groups, *rows).subsets()
    counts = [
        _found([codes[name] for name in subset], space.synthetic, *tested)
        for codes in (space.codes, groups)
        for subset in subsets
    ]
    found = PeopleFound(np.array(counts).T, (max(len(tested[0]), 1), max(len(tested[1]), 1)))
    return found.measure("subset_matches", subsets[found.best % len(subsets)])


def clearer(joined: Measure, searched: Measure | None) -> Measure:
    """Return the measure that shows more, its p-values corrected for there being two (Bonferroni)."""
    if searched is None or joined.p_value is None or searched.p_value is None:
        return joined
    best = min(joined, searched, key=lambda measure: measure.p_value or 0.0)
    least = min(p for p in (joined.least_p_value, searched.least_p_value) if p is not None)
    return replace(best, p_value=min(2 * (best.p_value or 0.0), 1.0), least_p_value=min(2 * least, 1.0))


def _grouped(space: HeomSpace) -> dict[str, Integers]:
    """Put the values of each column into at most `BINS` + 1 groups, from 0: rare ones together."""
    grouped = {}
    for name, codes in space.codes.items():
        counts = np.bincount(codes[space.real] + 1, minlength=int(codes.max()) + 2)
        if name in space.ranks and np.count_nonzero(counts[1:]) > BINS:
            grouped[name] = ventiles(space.ranks[name]) + 1
        else:
            place = np.argsort(np.argsort(-counts, kind="stable"), kind="stable")
            grouped[name] = np.minimum(place, BINS)[codes + 1]
    return grouped


def _found(
    columns: Sequence[Integers], synthetic: Integers, members: Integers, others: Integers
) -> list[int]:
    """Count the training and the holdout people who are unique and stand in the synthetic table."""
    rows = np.concatenate([members, others, synthetic])
    parts = np.split(number_rows(column[rows] for column in columns), [len(members), -len(synthetic)])
    size = max(int(part.max(initial=0)) for part in parts) + 1
    first, second, drawn = (np.bincount(part, minlength=size) for part in parts)
    found = (first + second == 1) & (drawn > 0)
    return [int((found & (people == 1)).sum()) for people in (first, second)]


@dataclass(frozen=True, eq=False)
class _Search:
    """Groups of values, and the rows of synthetic, training and holdout people that are searched."""

    groups: Mapping[str, Integers]
    synthetic: Integers
    members: Integers
    others: Integers

    def subsets(self) -> list[tuple[str, ...]]:
        """Return the subsets in which synthetic rows lean most to either side."""
        rows = np.concatenate([self.synthetic, self.members, self.others])
        spread = {name: spread_of(np.bincount(column)) for name, column in self.groups.items()}
        names = sorted(self.groups, key=spread.__getitem__, reverse=True)[:MOST_COLUMNS]
        columns = {name: self.groups[name][rows] for name in names}
        starts = sorted(self._triples(columns), reverse=True)[:STARTS]
        known: dict[int, float] = {}
        grown = dict(self._grow(start, columns, known) for _, start in starts)
        return sorted(grown, key=grown.__getitem__, reverse=True)[:TESTED]

    def _triples(self, columns: Mapping[str, Integers]) -> Iterator[tuple[float, tuple[str, ...]]]:
        levels, names = BINS + 1, list(columns)
        for (_, first), (place, second) in combinations(enumerate(names), 2):
            pair = (columns[first] * levels + columns[second]) * levels
            for third in names[place + 1 :]:
                yield self._leaning(pair + columns[third], levels**3), (first, second, third)

    def _grow(
        self, subset: tuple[str, ...], columns: Mapping[str, Integers], known: dict[int, float]
    ) -> tuple[tuple[str, ...], float]:
        """Add columns as long as synthetic rows lean more.

        Starts meet: how much rows lean is kept for each set of columns, by its bits. (Cells are numbered as
        they appear, in whatever order columns were added, so that sums are the same to the last digit.)
        """
        bits = {name: 1 << place for place, name in enumerate(columns)}
        cells, mask = number_rows(columns[name] for name in subset), sum(bits[name] for name in subset)
        leaning = self._leaning(cells, int(cells.max()) + 1)
        while len(subset) < min(LARGEST, len(columns)):
            tried = []
            for name in columns.keys() - set(subset):
                more = mask | bits[name]
                if more not in known:
                    added = number_rows([cells, columns[name]])
                    known[more] = self._leaning(added, int(added.max()) + 1)
                tried.append((known[more], name))
            best, name = max(tried)
            if best <= leaning:
                break
            leaning, mask, subset = best, mask | bits[name], (*subset, name)
            cells = number_rows([cells, columns[name]])
        return tuple(sorted(subset)), leaning

    def _leaning(self, cells: Integers, size: int) -> float:
        """How many standard errors synthetic rows lean to either side, by the people in the same cell."""
        first = len(self.synthetic)
        second = first + len(self.members)
        synthetic, members, others = (
            np.bincount(part, minlength=size) for part in (cells[:first], cells[first:second], cells[second:])
        )
        there = (synthetic > 0) & (members + others > 0)
        rows, inside, outside = synthetic[there], members[there], others[there]
        share, other = inside / max(len(self.members), 1), outside / max(len(self.others), 1)
        error = np.sqrt((rows**2 / (inside + outside)).sum())
        return abs(float((rows * (share - other) / (share + other)).sum() / error)) if error else 0.0
