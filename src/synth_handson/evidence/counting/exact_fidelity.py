"""Fidelity on all rows: measures that rest on counts, for tables too large for the other ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from synth_handson.evidence.counting.exact_tables import HOLDOUT, SYNTHETIC, TRAIN, WholeColumn, WholeTables
from synth_handson.evidence.fidelity.statistics import (
    ASSOCIATIONS,
    DRAWS,
    REPLICATES,
    Fidelity,
    chi_square_p_value,
    estimate_from_draws,
)
from synth_handson.evidence.measures import Measure
from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.counts import chi_square, total_variation
from synth_handson.metrics.intervals import Estimate

MAX_CATEGORIES = 10_000
"""Largest number of categories whose presence is checked on all rows."""

Statistic = Callable[[Integers], Floats]


def on_all_rows(fidelity: Fidelity, whole: WholeTables) -> Fidelity:
    """Replace measures that rest on counts by those of all rows.

    Parameters
    ----------
    fidelity
        What was measured on samples.
    whole
        All rows.

    Returns
    -------
    Fidelity
        With "column_tvd", "category_coverage", "cramers_v" and every measure of pairs of columns on as many
        rows as the smaller of synthetic table and holdout has. From the larger, so many are drawn by its
        counts: without replacement by the multivariate hypergeometric distribution, with it by the
        multinomial.
    """
    rng = np.random.default_rng(whole.random_state)
    counted = {
        (found.name, found.columns): found
        for column in whole.columns.values()
        for found in _measure_column(column, whole, rng)
    }
    for one, other in dict.fromkeys(measure.columns for measure in fidelity.pairs):
        for found in _measure_pair(one, other, whole, rng):
            counted[found.name, found.columns] = found
    return replace(
        fidelity,
        columns=tuple(counted.get((m.name, m.columns), m) for m in fidelity.columns),
        pairs=tuple(counted.get((m.name, m.columns), m) for m in fidelity.pairs),
    )


@dataclass(frozen=True, eq=False)
class _Draws:
    """Counts of rows drawn from a table: first without replacement, then with it."""

    counts: Integers
    draws: int
    share: float

    @classmethod
    def of(cls, counts: Integers, rows: int, rng: np.random.Generator) -> _Draws:
        """Draw rows from a table given by the count of each code."""
        total = int(counts.sum())
        if rows == total:
            drawn = counts[None]
        else:
            drawn = rng.multivariate_hypergeometric(counts, rows, DRAWS, method="marginals")
        replicates = rng.multinomial(rows, counts / total, REPLICATES)
        return cls(np.vstack([drawn, replicates]), len(drawn), rows / total)

    def estimate(self, name: str, statistics: Floats) -> Estimate | None:
        return estimate_from_draws(name, statistics, self.draws, self.share)


def _measure_column(column: WholeColumn, whole: WholeTables, rng: np.random.Generator) -> Iterator[Measure]:
    rows = min(whole.sizes[1:])
    bins = np.array([np.bincount(column.binned, counts) for counts in column.counts]).astype(np.intp)
    train, drawn = bins[TRAIN], [_Draws.of(bins[part], rows, rng) for part in (SYNTHETIC, HOLDOUT)]
    distances: dict[str, Statistic] = {"column_tvd": lambda counts: total_variation(counts, train)}
    if column.values.dtype != np.float64:
        distances["cramers_v"] = lambda counts: np.sqrt(
            chi_square(counts, train) / (counts.sum(-1) + train.sum())
        )
    for name, statistic in distances.items():
        p_value = chi_square_p_value(drawn[0].counts[0], train) if name == "cramers_v" else None
        yield _measure(name, (column.name,), rows, drawn, statistic, p_value)
    known = column.counts[TRAIN] > 0
    known[0] = False
    if column.values.dtype != np.float64 and 0 < known.sum() <= MAX_CATEGORIES:
        folded = [np.append(counts[known], counts[~known].sum()) for counts in column.counts]
        drawn = [_Draws.of(folded[part], rows, rng) for part in (SYNTHETIC, HOLDOUT)]
        yield _measure(
            "category_coverage", (column.name,), rows, drawn, lambda counts: (counts[:, :-1] > 0).mean(axis=1)
        )


def _measure_pair(one: str, other: str, whole: WholeTables, rng: np.random.Generator) -> Iterator[Measure]:
    """Measure one pair of columns of both tables."""
    rows = min(whole.sizes[1:])
    # A number comes first: the correlation ratio is that of numbers in groups.
    first, second = sorted((one, other), key=lambda name: not whole.columns[name].coarse.ordered)
    counts = whole.pair_counts(first, second)
    key, association = ASSOCIATIONS[whole.columns[first].coarse.ordered, whole.columns[second].coarse.ordered]
    shape = counts.shape[1:]
    train = counts[TRAIN]
    strength = association(train[:-1, :-1])
    drawn = [_Draws.of(counts[part].ravel(), rows, rng) for part in (SYNTHETIC, HOLDOUT)]

    def difference(counts: Integers) -> Floats:
        return np.abs(association(counts.reshape(-1, *shape)[:, :-1, :-1]) - strength)

    def distance(counts: Integers) -> Floats:
        return total_variation(counts, train.ravel())

    yield _measure("pair_tvd", (one, other), rows, drawn, distance)
    yield _measure(key, (one, other), rows, drawn, difference)


def _measure(
    name: str,
    columns: tuple[str, ...],
    rows: int,
    drawn: list[_Draws],
    statistic: Statistic,
    p_value: float | None = None,
) -> Measure:
    value, reference = (draws.estimate(name, statistic(draws.counts)) for draws in drawn)
    return Measure(name, value, reference, rows=rows, columns=columns, p_value=p_value)
