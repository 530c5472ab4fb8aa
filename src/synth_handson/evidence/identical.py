"""Do more training rows stand in the synthetic table than chance puts there? How many would be noticed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.distances import HeomSpace


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
    best = upper_tail(np.minimum(found, train_rows), found, train_rows, train_rows + holdout_rows)
    by_rows = upper_tail(
        synthetic_hits, synthetic_hits + holdout_hits, synthetic_rows, synthetic_rows + holdout_rows
    )
    return np.where(best <= level, by_people, by_rows)


def upper_tail(hits: Integers, drawn: Integers, group: int, population: int) -> Floats:
    """Probability that at least ``hits`` of ``drawn`` people belong to a group of that size."""
    from scipy.stats import hypergeom

    return np.asarray(hypergeom.sf(hits - 1, population, drawn, group), np.float64)


POWER = 0.8
SIMULATIONS = 200


def copies_needed(matches: Matches, level: float, random_state: int) -> int | None:
    """Find how many copied rows the test of identical rows would have found with 80 % probability.

    Training people are planted among the synthetic rows, again and again, until enough are found. Where the
    test finds a leak already, the rows that stand in the training table first make way for rows that nobody
    has: else a single further copy would do.

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
    if identical_p_value(matches, level) <= level:
        matches = _without_matches(matches)
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


def _without_matches(matches: Matches) -> Matches:
    unused = 1 + max(int(numbers.max()) for numbers in (matches.train, matches.holdout, matches.synthetic))
    strangers = unused + np.arange(len(matches.synthetic))
    known = np.isin(matches.synthetic, matches.train)
    return Matches(matches.train, matches.holdout, np.where(known, strangers, matches.synthetic))


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
