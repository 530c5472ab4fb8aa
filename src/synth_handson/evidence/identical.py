"""Do more training rows stand in the synthetic table than chance puts there? How many would be noticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.evidence.measures import Measure
from synth_handson.metrics.arrays import Booleans, Floats, Integers
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.intervals import exact_share

ONCE = 0.99
"""Share of a column's values that occur once, from which on they hardly ever repeat."""


def likely_identifier(column: pd.Series[Any]) -> bool:
    """Tell whether no value repeats."""
    values = column.dropna()
    return len(values) >= 10 and bool(values.is_unique)


@dataclass(frozen=True, eq=False)
class Matches:
    """Who stands in whose table, over all rows.

    Attributes
    ----------
    train, holdout, synthetic
        For each row a number that equal rows share.
    """

    train: Integers
    holdout: Integers
    synthetic: Integers

    @classmethod
    def of(cls, synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame) -> Matches:
        """Join three tables on all their columns."""
        numbers = HeomSpace(pd.concat([train, holdout], ignore_index=True), synthetic).row_numbers
        return cls(*np.split(numbers, np.cumsum([len(train), len(holdout)])))

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Synthetic and holdout rows that stand in the training table, then real ones in the synthetic."""
        pairs = (
            (self.synthetic, self.train),
            (self.holdout, self.train),
            (self.train, self.synthetic),
            (self.holdout, self.synthetic),
        )
        first, second, third, fourth = (int(np.isin(rows, table).sum()) for rows, table in pairs)
        return first, second, third, fourth


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
    hits, expected, _, _ = matches.counts
    return Measure(
        "identical_without" if left_out else "identical_rows",
        exact_share(hits, len(matches.synthetic)),
        exact_share(expected, len(matches.holdout)),
        rows=len(matches.synthetic),
        columns=left_out,
        p_value=identical_p_value(matches, level),
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
        found = [name for name in train.columns if _hardly_repeats(train[name])]
        measurements = tuple(name for name in found if _has_fractions(train[name]))
        labels = tuple(name for name in found if name not in measurements)
        if len(labels) == train.shape[1]:
            labels = ()
        return cls(labels, () if len(labels) + len(measurements) == train.shape[1] else measurements)

    @property
    def left_out(self) -> tuple[tuple[str, ...], ...]:
        """What to leave out: the labels, then the measurements as well."""
        sets = (self.labels, (*self.labels, *self.measurements))
        return tuple(names for names in dict.fromkeys(sets) if names)


NOTHING_UNIQUE = NeverRepeating((), ())


def _hardly_repeats(column: pd.Series[Any]) -> bool:
    """Tell whether all but 1 % of the values occur once: numbers given at random do meet now and then."""
    once = column[~column.duplicated(keep=False)]
    return len(once) >= ONCE * column.count() and likely_identifier(once)


def _has_fractions(column: pd.Series[Any]) -> bool:
    return bool(column.dtype == np.float64 and (column.dropna() % 1 != 0).any())


def identical_p_value(matches: Matches, level: float) -> float:
    """Test whether training rows stand in the synthetic table more often than chance lets them.

    Where enough people stand in it for the labels alone to decide, Fisher's exact test compares training rows
    found in the synthetic table with holdout rows found there: it holds whatever the generator does, even if
    it prefers common rows. Else it compares synthetic rows found in the training table with holdout rows
    found there.

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
    sizes = len(matches.synthetic), len(matches.train), len(matches.holdout)
    p_values = identical_p_values(*(np.array([count]) for count in matches.counts), sizes=sizes, level=level)
    return float(p_values[0])


def identical_p_values(
    synthetic_hits: Integers,
    holdout_hits: Integers,
    train_found: Integers,
    holdout_found: Integers,
    *,
    sizes: tuple[int, int, int],
    level: float,
) -> Floats:
    """Compute `identical_p_value` for many counts (`Matches.counts`) of tables of the same sizes."""
    synthetic_rows, train_rows, holdout_rows = sizes
    found = train_found + holdout_found
    by_people = upper_tail(train_found, found, train_rows, train_rows + holdout_rows)
    by_rows = upper_tail(
        synthetic_hits, synthetic_hits + holdout_hits, synthetic_rows, synthetic_rows + holdout_rows
    )
    return np.where(_labels_decide(found, train_rows, holdout_rows, level), by_people, by_rows)


def _labels_decide(found: Integers, train_rows: int, holdout_rows: int, level: float) -> Booleans:
    """Tell whether chance could hardly do it if everybody found were a training person."""
    best = upper_tail(np.minimum(found, train_rows), found, train_rows, train_rows + holdout_rows)
    return np.asarray(best <= level)


def upper_tail(hits: Integers, drawn: Integers, group: int, population: int) -> Floats:
    """Probability that at least ``hits`` of ``drawn`` people belong to a group of that size."""
    from scipy.stats import hypergeom

    return np.asarray(hypergeom.sf(hits - 1, population, drawn, group), np.float64)


POWER = 0.8
SIMULATIONS = 200


def copies_needed(matches: Matches, level: float, random_state: int) -> int | None:
    """Find how many copied rows the test of identical rows would have found with 80 % probability.

    Training people are planted among the synthetic rows, again and again, until enough are found. Of the
    training rows that stand there already, only as many stay as the holdout's rate explains. Else a leak that
    is there unnoticed would be counted on top, and a single further copy would do.

    Parameters
    ----------
    matches
        Of the three tables.
    level
        Probability below which a single test counts.
    random_state
        Seed of the simulation.

    Returns
    -------
    int or None
        Number of copied rows; None if not even a table of nothing but copies would be noticed.
    """
    rng = np.random.default_rng(random_state)
    matches = _without_excess(matches, level, rng)
    rows = len(matches.synthetic)
    low, high = 0, 1
    while high < rows and _power(matches, high, level, rng) < POWER:
        low, high = high, min(2 * high, rows)
    if high == rows and _power(matches, rows, level, rng) < POWER:
        return None
    while high - low > 1 + low // 50:
        middle = (low + high) // 2
        if _power(matches, middle, level, rng) < POWER:
            low = middle
        else:
            high = middle
    return high


def _without_excess(matches: Matches, level: float, rng: np.random.Generator) -> Matches:
    """Put strangers in the place of training rows that the holdout's rate does not explain.

    How many are too many is told by the comparison that the test makes. Rows that stand in the holdout, too,
    are common, and the last to go.
    """
    synthetic_hits, holdout_hits, train_found, holdout_found = matches.counts
    sizes = len(matches.synthetic), len(matches.train), len(matches.holdout)
    known, common = (np.isin(matches.synthetic, people) for people in (matches.train, matches.holdout))
    if _labels_decide(np.array(train_found + holdout_found), sizes[1], sizes[2], level):
        excess = train_found - round(sizes[1] * holdout_found / sizes[2])
        values = rng.permutation(np.unique(matches.synthetic[known & ~common]))
        people = np.cumsum(np.bincount(matches.train, minlength=values.max(initial=0) + 1)[values])
        leaving = np.isin(matches.synthetic, values[: np.searchsorted(people, excess) + 1])
    else:
        excess = synthetic_hits - round(sizes[0] * holdout_hits / sizes[2])
        rows = rng.permutation(np.flatnonzero(known))
        leaving = np.zeros(sizes[0], bool)
        leaving[rows[np.argsort(common[rows], kind="stable")][: max(excess, 0)]] = True
    if excess <= 0:
        return matches
    unused = 1 + max(int(numbers.max()) for numbers in (matches.train, matches.holdout, matches.synthetic))
    strangers = unused + np.arange(sizes[0])
    return Matches(matches.train, matches.holdout, np.where(leaving, strangers, matches.synthetic))


def _power(matches: Matches, copies: int, level: float, rng: np.random.Generator) -> float:
    """Share of simulations in which so many training rows, put in place of synthetic ones, are noticed."""
    rows = len(matches.synthetic)
    size = 1 + max(int(numbers.max()) for numbers in (matches.train, matches.holdout, matches.synthetic))
    in_train, in_holdout, in_synthetic = (
        np.bincount(numbers, minlength=size)
        for numbers in (matches.train, matches.holdout, matches.synthetic)
    )
    counts = np.tile(matches.counts, (SIMULATIONS, 1))
    for simulated in counts:
        replaced = matches.synthetic[rng.choice(rows, copies, replace=False)]
        planted = matches.train[rng.choice(len(matches.train), copies, replace=copies > len(matches.train))]
        numbers, times = np.unique(replaced, return_counts=True)
        gone = numbers[in_synthetic[numbers] == times]
        new = np.unique(planted)
        new = new[(in_synthetic[new] == 0) | np.isin(new, gone)]
        simulated[0] += copies - int((in_train[replaced] > 0).sum())
        simulated[2] += int(in_train[new].sum() - in_train[gone].sum())
        simulated[3] += int(in_holdout[new].sum() - in_holdout[gone].sum())
    sizes = rows, len(matches.train), len(matches.holdout)
    p_values = identical_p_values(*counts.T, sizes=sizes, level=level)
    return float((p_values <= level).mean())
