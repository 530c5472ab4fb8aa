"""Find whether more training rows stand in the synthetic table than chance puts there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.evidence.measures import Measure
from synth_handson.metrics.arrays import Booleans, Floats, Integers
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.intervals import (
    Estimate,
    all_exposed,
    attributable_fraction,
    exact_share,
    upper_tail,
)
from synth_handson.tables.columns import likely_identifier

ONCE = 0.99
"""Share of a column's values that occur once, from which on they hardly ever repeat."""


@dataclass(frozen=True)
class Matches:
    """Who stands in whose table.

    Attributes
    ----------
    people
        Number of training and of holdout people.
    rows
        Number of synthetic rows.
    found
        Training and holdout people who stand in the synthetic table.
    copies
        Synthetic and holdout rows that stand in the training table.
    distinct_copies
        The same with equal rows counted once.
    alone
        Number of training people who are unlike all other real people.
    """

    people: tuple[int, int]
    rows: int
    found: tuple[int, int]
    copies: tuple[int, int]
    distinct_copies: tuple[int, int]
    alone: int

    @classmethod
    def of(cls, synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame) -> Matches:
        """Join three tables on all their columns."""
        return cls.within(HeomSpace(pd.concat([train, holdout], ignore_index=True), synthetic), len(train))

    @classmethod
    def within(cls, space: HeomSpace, train_rows: int) -> Matches:
        """Join the tables of a space, whose first ``train_rows`` real rows are the training table."""
        numbers = space.row_numbers
        train, holdout, synthetic = (
            np.bincount(rows, minlength=int(numbers.max()) + 1)
            for rows in np.split(numbers, [train_rows, len(space.real)])
        )
        return cls(
            (int(train.sum()), int(holdout.sum())),
            int(synthetic.sum()),
            (int(train[synthetic > 0].sum()), int(holdout[synthetic > 0].sum())),
            (int(synthetic[train > 0].sum()), int(holdout[train > 0].sum())),
            (int(((synthetic > 0) & (train > 0)).sum()), int(((holdout > 0) & (train > 0)).sum())),
            int(((train == 1) & (holdout == 0)).sum()),
        )

    @property
    def distinct_rows(self) -> tuple[int, int]:
        """Number of synthetic and of holdout rows, where equal ones that are copies count once."""
        sizes = self.rows, self.people[1]
        synthetic, holdout = (
            size - copies + distinct
            for size, copies, distinct in zip(sizes, self.copies, self.distinct_copies, strict=True)
        )
        return synthetic, holdout


def identical_rows(matches: Matches, level: float, left_out: tuple[str, ...] = ()) -> Measure:
    """Count the synthetic rows that stand in the training table, beside the holdout's.

    Parameters
    ----------
    matches
        Of three tables, without the columns left out.
    level
        As in `identical_p_value`.
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
        p_value=identical_p_value(matches, level),
        attributable=_attributable(matches, level),
    )


@dataclass(frozen=True)
class NeverRepeating:
    """Columns whose values hardly ever repeat: with them, nobody can be found again who was given other ones.

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
        """Look for them in a prepared training table; something to compare always remains."""
        return cls.among({name: train[name].value_counts() for name in train.columns})

    @classmethod
    def among(cls, counts: Mapping[str, pd.Series[Any]]) -> NeverRepeating:
        """Look for them by how often each value of each column, which is the index, occurs."""
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
    """Tell whether all but 1 % of the values occur once: numbers given at random do meet now and then."""
    once = counts.index[counts == 1]
    return len(once) >= ONCE * counts.sum() and likely_identifier(pd.Series(once))


def _has_fractions(values: pd.Index[Any]) -> bool:
    return bool(values.dtype == np.float64 and (values % 1 != 0).any())


def identical_p_value(matches: Matches, level: float) -> float:
    """Test whether training rows stand in the synthetic table more often than chance lets them.

    Where enough people stand in it for the labels alone to decide, Fisher's exact test compares training
    people found in the synthetic table with holdout people found there: it holds whatever the generator does,
    even if it prefers common rows. Else it compares synthetic rows found in the training table with holdout
    rows found there. Rows that are alike count once, for one row drawn many times is one coincidence.

    Parameters
    ----------
    matches
        Of three tables.
    level
        The labels can decide if their smallest possible p-value is at most this.

    Returns
    -------
    float
        One-sided p-value.

    Notes
    -----
    R. A. Fisher, "Statistical Methods for Research Workers", 5th ed. 1934, section 21.02.
    """
    p_values = identical_p_values(
        *(np.array([count]) for count in (*matches.found, *matches.distinct_copies)),
        people=matches.people,
        rows=matches.distinct_rows,
        level=level,
    )
    return float(p_values[0])


def identical_p_values(
    train_found: Integers,
    holdout_found: Integers,
    synthetic_hits: Integers,
    holdout_hits: Integers,
    *,
    people: tuple[int, int],
    rows: tuple[int, int],
    level: float,
) -> Floats:
    """Compute `identical_p_value` for many counts of tables of the same sizes.

    Parameters
    ----------
    train_found, holdout_found
        `Matches.found`. Shape (n,) each.
    synthetic_hits, holdout_hits
        `Matches.copies` of different rows. Shape (n,) each.
    people
        Number of training and of holdout people.
    rows
        Number of different synthetic and different holdout rows.
    level
        As in `identical_p_value`.

    Returns
    -------
    ndarray
        Shape (n,).
    """
    by_people = upper_tail(train_found, train_found + holdout_found, people[0], sum(people))
    by_rows = upper_tail(synthetic_hits, synthetic_hits + holdout_hits, rows[0], sum(rows))
    return np.where(_labels_decide(train_found + holdout_found, people, level), by_people, by_rows)


def _attributable(matches: Matches, level: float) -> Estimate | None:
    """Compare what the test compares."""
    (train, holdout), found = matches.people, matches.found
    if _labels_decide(np.array(sum(found)), matches.people, level):
        return attributable_fraction(found[0], train, found[1], holdout)
    (hits, expected), (rows, others) = matches.distinct_copies, matches.distinct_rows
    return attributable_fraction(hits, rows, expected, others)


def _labels_decide(found: Integers, people: tuple[int, int], level: float) -> Booleans:
    """Tell whether chance could hardly do it if everybody found were a training person."""
    return np.asarray(all_exposed(found, *people) <= level)
