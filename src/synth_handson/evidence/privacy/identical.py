"""Test whether more or fewer training rows occur in the synthetic table than by chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.people_found import PeopleFound
from synth_handson.metrics.arrays import Integers
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.intervals import (
    all_exposed,
    attributable_fraction,
    exact_share,
    upper_tail,
)
from synth_handson.tables.columns import likely_identifier

HINT_LEVEL = 0.01
MOSTLY_MORE = 0.5
"""A hint needs a chance below `HINT_LEVEL` and more than this share of matching rows that would not match at
the rate of real rows."""
ONCE = 0.99
"""Share of values that occur once, from which on a column is said to hardly ever repeat."""


@dataclass(frozen=True)
class Matches:
    """Rows of each table that occur in another.

    Attributes
    ----------
    people
        Number of training and of holdout people.
    rows
        Number of synthetic rows.
    found
        Training and holdout people who occur in the synthetic table.
    copies
        Synthetic and holdout rows that occur in the training table.
    distinct_copies
        Different synthetic rows among them.
    alone
        Number of training people who are unlike all other real people.
    different, repeated
        Number of different real rows, and how many of them several real people have.
    repeating
        Number of people who have these.
    redrawn
        How many of these rows are expected in a sample of the real people that holds a share of them, see
        `share_drawn`. In millionths, as whole numbers add up alike in any order.
    """

    people: tuple[int, int]
    rows: int
    found: tuple[int, int]
    copies: tuple[int, int]
    distinct_copies: int
    alone: int
    different: int
    repeated: int
    repeating: int
    redrawn: int

    @classmethod
    def of(cls, synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame) -> Matches:
        """Join three tables on all their columns."""
        space = HeomSpace(pd.concat([train, holdout], ignore_index=True), synthetic)
        return cls.within(space, *np.split(space.real, [len(train)]))

    @classmethod
    def within(cls, space: HeomSpace, members: Integers, others: Integers) -> Matches:
        """Join the tables of a space, given the positions of training and holdout rows."""
        numbers = space.row_numbers
        return cls.counted(numbers[space.synthetic], numbers[members], numbers[others])

    @classmethod
    def counted(cls, *rows: Integers) -> Matches:
        """Join synthetic, training and holdout rows by numbers that equal rows share."""
        size = int(max(numbers.max(initial=0) for numbers in rows)) + 1
        synthetic, train, holdout = (np.bincount(numbers, minlength=size) for numbers in rows)
        real = train + holdout
        alike = real[real > 1]
        drawn = int(synthetic.sum())
        missed = 1 - share_drawn(drawn, int(train.sum()))
        return cls(
            (int(train.sum()), int(holdout.sum())),
            drawn,
            (int(train[synthetic > 0].sum()), int(holdout[synthetic > 0].sum())),
            (int(synthetic[train > 0].sum()), int(holdout[train > 0].sum())),
            int(((synthetic > 0) & (train > 0)).sum()),
            int(((train == 1) & (holdout == 0)).sum()),
            int((real > 0).sum()),
            len(alike),
            int(alike.sum()),
            int(np.round(1e6 * (1 - missed**alike)).sum()),
        )

    @property
    def distinct_rows(self) -> int:
        """Number of synthetic rows, where equal ones that are copies count once."""
        return self.rows - self.copies[0] + self.distinct_copies

    @property
    def rows_compared(self) -> int:
        """How many rows, each beside all training rows, would be as many pairs as there are of real rows."""
        return max(round(self.different * (self.different - 1) / 2 / self.people[0]), self.repeated, 1)

    @property
    def rows_alike(self) -> int:
        """How many of these rows equal another: as pairs do, or as common rows are drawn, if that is more.

        A row that many people have is one coincidence, but few draws already meet it.
        """
        redrawn, single = self.redrawn / 1e6, sum(self.people) - self.repeating
        drawn = redrawn + share_drawn(self.rows, self.people[0]) * single
        return max(self.repeated, round(self.rows_compared * redrawn / max(drawn, 1)))


def share_drawn(rows: int, train: int) -> float:
    """Return how many synthetic rows there are for each training row, at most 1."""
    return min(rows / train, 1)


def identical_rows(matches: Matches, left_out: tuple[str, ...] = ()) -> Measure:
    """Count the synthetic rows that occur in the training table, and in the holdout.

    The test compares training people who occur in the synthetic table with holdout people who do. It holds
    whatever the generator does, even if it prefers common rows: see `PeopleFound`.

    Parameters
    ----------
    matches
        Of three tables, without the columns left out.
    left_out
        Which columns were left out.

    Returns
    -------
    Measure
        "identical_rows", or "identical_without" and the columns left out: shares from 0 to 1, low is good.
    """
    hits, expected = matches.copies
    return Measure(
        "identical_without" if left_out else "identical_rows",
        exact_share(hits, matches.rows),
        exact_share(expected, matches.people[1]),
        rows=matches.rows,
        columns=left_out,
        **PeopleFound.once(*matches.found, matches.people).tested,
    )


def training_matches(matches: Matches, level: float, columns: tuple[str, ...] = ()) -> tuple[Measure, ...]:
    """Compare how often synthetic rows equal training rows with how often real rows equal each other.

    This sees a few copies that `identical_rows` cannot: with a small holdout, nobody of it may stand in the
    synthetic table by chance, and then the labels decide little. But it takes the generator to draw no denser
    than reality does. One that draws a rare group more often than it occurs meets its people more often, and
    has copied nobody. So it is a hint, and no test.

    All pairs of real rows are looked at, within the training table and the holdout and between them, for of
    a small holdout no row may be a training row, too.

    Parameters
    ----------
    matches
        Of three tables.
    level
        Probability below which a single test counts.
    columns
        The columns left out, or the column of text that was joined; empty for whole rows.

    Returns
    -------
    tuple of Measure
        "training_matches": share of the synthetic rows, beside that of real rows, were each compared with as
        many, 0 to 1. Fisher's exact test on different rows, one-sided, for one row drawn many times is one
        coincidence. Nothing where the labels can decide.
    """
    if labels_decide(sum(matches.found), matches.people, level):
        return ()
    return (beside_real_rows("training_matches", matches, matches.distinct_copies, columns),)


def beside_real_rows(name: str, matches: Matches, hits: int, columns: tuple[str, ...]) -> Measure:
    """Compare how many different synthetic rows are copies with how often real rows equal each other."""
    rows, expected, others = matches.distinct_rows, matches.rows_alike, matches.rows_compared
    return Measure(
        name,
        exact_share(hits, rows),
        exact_share(expected, others),
        rows=rows,
        columns=columns,
        p_value=_denser(hits, rows, expected, others),
        attributable=attributable_fraction(hits, rows, expected, others),
    )


def _denser(hits: int, rows: int, expected: int, others: int) -> float:
    return float(upper_tail(np.array([hits]), np.array([hits + expected]), rows, rows + others)[0])


@cache
def hints(hits: int, rows: int, expected: int, others: int) -> bool:
    """Tell whether more synthetic rows match than real rows, which hints at copies."""
    more = attributable_fraction(hits, rows, expected, others)
    return _denser(hits, rows, expected, others) < HINT_LEVEL and more is not None and more.low > MOSTLY_MORE


@cache
def labels_decide(found: int, people: tuple[int, int], level: float) -> bool:
    """Tell whether it would be unlikely by chance that everybody found is a training person."""
    return bool(all_exposed(np.array([found]), *people)[0] <= level / 2)


@dataclass(frozen=True)
class NeverRepeating:
    """Columns whose values hardly ever repeat: copies with other values there are no identical rows.

    Attributes
    ----------
    labels
        Text and whole numbers: likely identifiers, which say nothing about anybody.
    measurements
        Other numbers and moments in time, which may also be precise measurements.
    """

    labels: tuple[str, ...]
    measurements: tuple[str, ...]

    @classmethod
    def of(cls, train: pd.DataFrame) -> NeverRepeating:
        """Find them in a prepared training table; something to compare always remains."""
        return cls.among({name: train[name].value_counts() for name in train.columns})

    @classmethod
    def among(cls, counts: Mapping[str, pd.Series[Any]]) -> NeverRepeating:
        """Find them by how often each value (the index) of each column occurs."""
        found = [name for name in counts if _hardly_repeats(counts[name])]
        measurements = tuple(name for name in found if _has_fractions(counts[name].index))
        labels = tuple(name for name in found if name not in measurements)
        if len(labels) == len(counts):
            labels = ()
        return cls(labels, () if len(labels) + len(measurements) == len(counts) else measurements)

    @property
    def left_out(self) -> tuple[tuple[str, ...], ...]:
        """What to leave out: the labels, then the measurements as well."""
        sets = (self.labels, (*self.labels, *self.measurements))
        return tuple(names for names in dict.fromkeys(sets) if names)


NOTHING_UNIQUE = NeverRepeating((), ())


def _hardly_repeats(counts: pd.Series[Any]) -> bool:
    """Tell whether 99 % of the values occur once; random numbers sometimes coincide."""
    once = counts.index[counts == 1]
    return len(once) >= ONCE * counts.sum() and likely_identifier(pd.Series(once))


def _has_fractions(values: pd.Index[Any]) -> bool:
    return bool(values.dtype == np.float64 and (values % 1 != 0).any())
