"""Does the synthetic table keep the statistics? Column by column, pair by pair, and as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from synth_handson.evidence.fidelity.broken import BrokenColumn, find_broken
from synth_handson.evidence.histories import rows_of_people
from synth_handson.evidence.measures import DEFINITIONS, Measure
from synth_handson.evidence.three_tables import MAX_ROWS as ASSESSED_ROWS
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Floats, Integers, number_rows
from synth_handson.metrics.bins import BinnedColumn, bin_column, check_columns_there
from synth_handson.metrics.counts import (
    chi_square,
    correlation_ratio,
    cramers_v,
    ks_distance,
    spearman,
    total_variation,
    wasserstein_distance,
)
from synth_handson.metrics.intervals import Estimate, bootstrap_interval, exact_share
from synth_handson.tables.checks import check_seed
from synth_handson.tables.columns import Column

MAX_TABLE_ROWS = 50_000
"""Rows that larger tables are sampled to first."""
MAX_ROWS = 10_000
"""Rows, at most, on which the synthetic table and the holdout are compared with the training table."""
MAX_PAIRS = 1_000
DRAWS = 5
REPLICATES = 100
PAIR_BINS = 10
"""Bins of a number in a pair of columns. More would add noise and hardly change a rank correlation."""
GRID = 1_000

Statistics = dict[str, Floats]


@dataclass(frozen=True)
class SchemaMatch:
    """Whether the synthetic table has the training table's columns.

    Attributes
    ----------
    names, types, order
        Whether names, dtypes and order are the same; dtypes and order are those of the columns in common.
    differing
        Columns whose name or dtype differs.
    """

    names: bool
    types: bool
    order: bool
    differing: tuple[str, ...]


@dataclass(frozen=True)
class Fidelity:
    """How well the synthetic table keeps the statistics, each measure beside the holdout's.

    Attributes
    ----------
    schema
        Whether names, types and order of the columns are kept.
    columns
        For each column "column_tvd"; for numbers and dates also "ks", "wasserstein", "mean_difference",
        "sd_ratio", "skewness_difference", "kurtosis_difference"; of categories also "category_coverage" and
        "cramers_v".
    pairs
        For each pair of columns "pair_tvd" and one difference of association.
    joint
        For all columns together: "c2st_auc", "distinct_rows".
    pairs_measured, pairs_total
        Pairs are sampled if a table is very wide.
    texts
        For each column of free text "text_length", "text_similarity", "text_self_similarity" and
        "text_distinct".
    broken
        What is plainly broken in a column, from `find_broken`.
    """

    schema: SchemaMatch
    columns: tuple[Measure, ...]
    pairs: tuple[Measure, ...]
    joint: tuple[Measure, ...]
    pairs_measured: int
    pairs_total: int
    texts: tuple[Measure, ...] = ()
    broken: tuple[BrokenColumn, ...] = ()


def farthest(measures: Iterable[Measure], name: str) -> list[Measure]:
    """Return the measures of a name, the one farthest beyond the holdout's value first."""
    measured = [m for m in measures if m.name == name and m.value is not None]
    return sorted(measured, key=lambda m: m.excess or 0.0, reverse=True)


@dataclass(frozen=True)
class ColumnFidelity:
    """How far a column's distribution is from the training table's, beside the same for the holdout.

    Attributes
    ----------
    column
        Name of the column.
    synthetic, holdout
        Total variation distance to the training table, 0 (same) to 1 (disjoint). Low is good, and about the
        holdout's is as low as sampling allows.
    rows
        Number of rows that both numbers were measured on.
    """

    column: str
    synthetic: float
    holdout: float
    rows: int


def match_schema(synthetic: pd.DataFrame, train: pd.DataFrame) -> SchemaMatch:
    """Compare names, dtypes and order of two tables' columns.

    Parameters
    ----------
    synthetic, train
        The tables as given, before anything is converted.

    Returns
    -------
    SchemaMatch
        All true for a synthetic table that can take the training table's place in a program.
    """
    given, expected = list(synthetic.columns), list(train.columns)
    types, wanted = (
        dict(zip(table.columns, (dtype.name for dtype in table.dtypes), strict=True))
        for table in (synthetic, train)
    )
    common = [name for name in expected if name in types]
    changed = [name for name in common if types[name] != wanted[name]]
    strange = [
        *(name for name in expected if name not in types),
        *(name for name in given if name not in wanted),
    ]
    return SchemaMatch(
        names=not strange and len(given) == len(expected),
        types=not changed,
        order=[name for name in given if name in wanted] == common,
        differing=tuple(map(str, [*changed, *strange])),
    )


def assess_fidelity(
    tables: AssessedTables, *, schema: SchemaMatch, c2st: Measure, random_state: int
) -> Fidelity:
    """Compare the synthetic table and the holdout with the training table.

    Two samples of one population are never equal, and the fewer rows they have, the further apart they look.
    So both are compared with the whole training table on the same number of rows: that of the smaller one, at
    most 10,000. A value is the mean over 5 random draws of this size if a table has more rows.

    The intervals are for the value to be expected at that number of rows, given this training table: 100
    times, rows of the compared table are drawn with replacement. Where extreme values rule a moment (the
    kurtosis of incomes, say), the bootstrap has not seen those that were not sampled, and its interval is too
    narrow.

    Missing values are a bin of their own in "column_tvd", "cramers_v" and "pair_tvd", and are left out of all
    else. Pairs are measured on coarse bins: numbers by the training table's deciles, categories by its most
    frequent ones and all others. If there are more than 1,000 pairs, 1,000 are chosen at random.

    Parameters
    ----------
    tables
        The tables; larger ones are sampled to 50,000 rows.
    schema
        From `match_schema`.
    c2st
        "c2st_auc", measured elsewhere.
    random_state
        Seed of all draws.

    Returns
    -------
    Fidelity
        Each measure of the synthetic table with the holdout's as its reference. Where a column's values do
        not allow a measure, it has no value and says why. The p-value of "cramers_v" is that of the
        chi-square test, of the first draw: it says whether there are enough rows to see a difference, not
        whether the difference is large. Cramér's V itself, of the contingency table as it is, is the smaller
        the less equal the numbers of rows are; the holdout's is measured on the same numbers.

    Notes
    -----
    A mean over draws varies less than a single draw: of its variance at n of m rows at most n/m is left
    (W. Hoeffding, "A class of statistics with asymptotically normal distribution", Ann. Math. Stat. 19, 1948,
    theorem 5.2), and of the rest a fifth. The intervals are that much narrower than a single draw's.
    """
    rng = np.random.default_rng(random_state)
    tables = tables.sampled(MAX_TABLE_ROWS, random_state)
    train, samples = tables.train, _draw_samples(tables, rng)
    both = pd.concat([tables.synthetic, tables.holdout], ignore_index=True)
    names = list(train.columns)
    pairs = choose_pairs(names, rng)
    total = len(names) * (len(names) - 1) // 2
    columns, compared = _compare(train, both, samples, names, pairs)
    return Fidelity(
        schema,
        columns=columns,
        pairs=compared,
        joint=(c2st, _count_distinct(both, samples)),
        pairs_measured=len(pairs),
        pairs_total=total,
        broken=find_broken(tables.synthetic, train),
    )


def compare_events(
    tables: AssessedTables,
    owners: Sequence[Integers],
    names: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    random_state: int,
) -> tuple[tuple[Measure, ...], tuple[Measure, ...]]:
    """Compare columns and pairs of columns of tables in which people have several rows.

    It is done as in `assess_fidelity`, but that people are drawn, and all their rows with them (the cluster
    bootstrap): rows of one person are alike, and are no more independent of each other than that.

    Parameters
    ----------
    tables
        The tables.
    owners
        The person of each row, ascending: of synthetic, training and holdout rows.
    names, pairs
        What is compared.
    random_state
        Seed of all draws.

    Returns
    -------
    tuple
        The measures of columns, and those of pairs.

    Notes
    -----
    Davison & Hinkley, "Bootstrap Methods and their Application", 1997, 3.8; Field & Welsh, "Bootstrapping
    clustered data", Journal of the Royal Statistical Society B 69, 2007.
    """
    rng = np.random.default_rng(random_state)
    samples = _draw_samples(tables, rng, owners)
    both = pd.concat([tables.synthetic, tables.holdout], ignore_index=True)
    return _compare(tables.train, both, samples, names, pairs)


def _compare(
    train: pd.DataFrame,
    both: pd.DataFrame,
    samples: _Samples,
    names: Sequence[str],
    pairs: Sequence[tuple[str, str]],
) -> tuple[tuple[Measure, ...], tuple[Measure, ...]]:
    """Measure columns and pairs of columns."""
    wanted = dict.fromkeys([*names, *(name for pair in pairs for name in pair)])
    binned = {name: bin_column(train[name], both[name]) for name in wanted}
    coarse = {name: coarsen(train[name], both[name], binned[name]) for name in wanted}
    return (
        tuple(m for name in names for m in _compare_column(train[name], binned[name], samples)),
        tuple(m for one, two in pairs for m in _compare_pair((one, two), coarse[one], coarse[two], samples)),
    )


def compare_columns(
    train: pd.DataFrame, holdout: pd.DataFrame, synthetic: pd.DataFrame, random_state: int = 0
) -> tuple[ColumnFidelity, ...]:
    """Measure how far the synthetic table and the holdout are from the training table, column by column.

    The holdout is drawn from the same people as the training table, so its distance is what sampling alone
    makes. These are the numbers of "column_tvd" in `assess`, with the same seed, of tables of up to 200,000
    rows; of larger ones, samples are compared. Here, tables may be of any size.

    Parameters
    ----------
    train
        The table that the generator was trained on. Shape (n, c), n >= 1.
    holdout
        Real rows that it never saw. At least one row, and the columns of ``train``.
    synthetic
        The synthetic table. At least one row, and the columns of ``train``.
    random_state
        Seed of the draws, 0 to 2³² - 1.

    Returns
    -------
    tuple of ColumnFidelity
        One for each column of ``train``, in its order.

    Raises
    ------
    ArgumentError
        If a table is empty or lacks a column, or the seed is out of range.
    TableError
        If a column of the synthetic table or the holdout holds values of another type.
    """
    check_seed(random_state)
    check_columns_there({"train": train, "holdout": holdout, "synthetic": synthetic})
    columns = list(train.columns)
    tables = prepare_tables(synthetic[columns], train, holdout[columns], min_rows=1, min_columns=1)
    tables = tables.sampled(ASSESSED_ROWS, random_state).sampled(MAX_TABLE_ROWS, random_state)
    samples = _draw_samples(tables, np.random.default_rng(random_state))
    found = []
    for given, name in zip(columns, tables.train.columns, strict=True):
        both = pd.concat([tables.synthetic[name], tables.holdout[name]], ignore_index=True)
        train_counts, counts = _count_bins(bin_column(tables.train[name], both), samples)
        synthetic_tvd, holdout_tvd = (
            float(total_variation(drawn[: sample.draws], train_counts).mean())
            for sample, drawn in zip(samples, counts, strict=True)
        )
        found.append(ColumnFidelity(given, synthetic_tvd, holdout_tvd, samples[0].rows))
    return tuple(found)


def compare_pair(
    train: pd.DataFrame, holdout: pd.DataFrame, synthetic: pd.DataFrame, pair: tuple[str, str]
) -> tuple[Measure, ...]:
    """Measure how far two columns, and their pair, are from the training table, as in `assess_fidelity`.

    Parameters
    ----------
    train, holdout, synthetic
        As for `compare_columns`.
    pair
        Two of their columns.
    """
    names = list(pair)
    tables = prepare_tables(synthetic[names], train[names], holdout[names], min_rows=1)
    tables = tables.sampled(MAX_TABLE_ROWS, 0)
    samples = _draw_samples(tables, np.random.default_rng(0))
    both = pd.concat([tables.synthetic, tables.holdout], ignore_index=True)
    columns, pairs = _compare(tables.train, both, samples, names, [pair])
    return (*columns, *pairs)


@dataclass(frozen=True, eq=False)
class _Sample:
    """Rows drawn from a table: first without replacement, for the value, then with it, for its interval."""

    table: pd.DataFrame
    picks: Integers
    draws: int
    grouped: bool = False

    @classmethod
    def draw(
        cls, table: pd.DataFrame, rows: int, rng: np.random.Generator, owners: Integers | None = None
    ) -> _Sample:
        size = len(table)
        draws = 1 if rows == size else DRAWS
        if owners is not None:
            picks = [rows_of_people(owners, rows, rng, again=i >= draws) for i in range(draws + REPLICATES)]
            return cls(table, np.vstack(picks), draws, True)
        drawn = [rng.choice(size, rows, replace=False) for _ in range(draws)]
        return cls(table, np.vstack([*drawn, rng.integers(size, size=(REPLICATES, rows))]), draws)

    @property
    def rows(self) -> int:
        return int(self.picks.shape[1])

    @cached_property
    def weights(self) -> Floats:
        """How often each draw holds each row. Shape (draws + replicates, len(table))."""
        return self.counts(np.arange(len(self.table)), len(self.table)).astype(float)

    def counts(self, codes: Integers, size: int, picked: slice = slice(None)) -> Integers:
        """Count each code from 0 to ``size - 1`` in each draw. Shape (draws + replicates, size)."""
        picks = self.picks[picked]
        shifted = codes[picks] + size * np.arange(len(picks))[:, None]
        counted = np.bincount(shifted.ravel(), minlength=size * len(picks))
        return np.asarray(counted.reshape(len(picks), size))

    def estimate(self, name: str, statistics: Floats) -> Estimate | None:
        """Turn a statistic of all draws into a value and its interval; None if any draw has none."""
        return estimate_from_draws(name, statistics, self.draws, self.rows / len(self.table))


def estimate_from_draws(name: str, statistics: Floats, draws: int, share: float) -> Estimate | None:
    """Turn a statistic of all draws into a value and its interval; None if any draw has none.

    Parameters
    ----------
    name
        Name of the measure.
    statistics
        First of the draws without replacement, then of those with it. Shape (draws + replicates,).
    draws
        Number of draws without replacement.
    share
        Share of the table's rows that each of them holds.
    """
    if not np.all(np.isfinite(statistics)):
        return None
    narrower = np.sqrt(share + (1 - share) / draws)
    value, replicates = float(statistics[:draws].mean()), narrower * statistics[draws:]
    return bootstrap_interval(value, replicates, *DEFINITIONS[name].ends)


_Samples = tuple[_Sample, _Sample]


def _draw_samples(
    tables: AssessedTables, rng: np.random.Generator, owners: Sequence[Integers] | None = None
) -> _Samples:
    """Draw equally many rows of the synthetic table and the holdout."""
    rows = min(len(tables.synthetic), len(tables.holdout), MAX_ROWS)
    synthetic, holdout = (None, None) if owners is None else (owners[0], owners[2])
    return _Sample.draw(tables.synthetic, rows, rng, synthetic), _Sample.draw(
        tables.holdout, rows, rng, holdout
    )


def _count_bins(binned: BinnedColumn, samples: _Samples) -> tuple[Integers, list[Integers]]:
    """Count the rows in each bin: of the training table, and of each draw of the other two."""
    size = len(binned.bins)
    counts = [sample.counts(codes, size) for sample, codes in _split(binned.other, samples)]
    return np.bincount(binned.real, minlength=size), counts


def _compare_column(column: Column, binned: BinnedColumn, samples: _Samples) -> Iterator[Measure]:
    """Measure one column of both tables."""
    name = str(column.name)
    train_counts, counts = _count_bins(binned, samples)
    statistics: list[Statistics] = []
    for sample, found in zip(samples, counts, strict=True):
        shares = {"column_tvd": total_variation(found, train_counts)}
        if column.dtype == np.float64:
            statistics.append(shares | _number_statistics(column, sample))
        else:
            v = np.sqrt(chi_square(found, train_counts) / (found.sum(-1) + train_counts.sum()))
            statistics.append(shares | {"category_coverage": _coverage(column, sample), "cramers_v": v})
    for key in statistics[0]:
        value, reference = (s.estimate(key, found[key]) for s, found in zip(samples, statistics, strict=True))
        yield Measure(
            key,
            value,
            reference,
            rows=samples[0].rows,
            columns=(name,),
            p_value=chi_square_p_value(counts[0][0], train_counts)
            if key == "cramers_v" and not samples[0].grouped
            else None,
            missing=None if value is not None else _reason(key, column),
        )


def _split(codes: Integers, samples: _Samples) -> Iterator[tuple[_Sample, Integers]]:
    """Split what was computed for both tables at once."""
    return zip(samples, np.split(codes, [len(samples[0].table)]), strict=True)


def _reason(key: str, train: Column) -> Message:
    needed = 1 if key in ("ks", "category_coverage") else 2
    table = "train" if train.nunique() < needed else "synthetic"
    return Message(f"measures.missing_{table}_values", {"column": str(train.name)})


def _coverage(column: Column, sample: _Sample) -> Floats:
    """Share of the training table's categories that occur in each draw."""
    known = pd.Index(column.dropna().unique())
    if known.empty:
        return np.full(len(sample.picks), np.nan)
    # What is unknown or missing is found at -1, and so moves to the front.
    counts = sample.counts(known.get_indexer(pd.Index(sample.table[column.name])) + 1, len(known) + 1)
    return np.asarray((counts[:, 1:] > 0).mean(axis=1))


def chi_square_p_value(counts: Integers, train: Integers) -> float | None:
    """Test whether two tables' counts are those of one distribution; None if there is one bin only."""
    from scipy.stats import chi2

    freedom = np.count_nonzero(counts + train) - 1
    return float(chi2.sf(chi_square(counts, train), freedom)) if freedom else None


def _number_statistics(column: Column, sample: _Sample) -> Statistics:
    """Compare numbers, in units of the training table's standard deviation; NaN or inf where impossible."""
    known = column.dropna().to_numpy()
    values = sample.table[column.name].to_numpy()
    if not len(known):
        return dict.fromkeys(_NUMBER_MEASURES, np.full(len(sample.picks), np.nan))
    with np.errstate(all="ignore"):
        # No square of what lies between -1 and 1 overflows.
        largest = np.abs(known).max() or 1.0
        known, values = known / largest, values / largest
        sd = known.std() if known.min() < known.max() else np.nan
        reference = _moments((known - known.mean()) / sd, np.ones((1, len(known))))
        drawn = _moments((values - known.mean()) / sd, sample.weights)
        moments = {
            "mean_difference": drawn[0] - reference[0],
            "sd_ratio": drawn[1] / reference[1],
            "skewness_difference": drawn[2] - reference[2],
            "kurtosis_difference": drawn[3] - reference[3],
        }
        return _cumulative_statistics(values, known, sample, sd) | moments


_NUMBER_MEASURES = (
    "ks",
    "wasserstein",
    "mean_difference",
    "sd_ratio",
    "skewness_difference",
    "kurtosis_difference",
)


def _cumulative_statistics(values: Floats, known: Floats, sample: _Sample, sd: float) -> Statistics:
    grid = np.union1d(known, values[~np.isnan(values)])
    # The resamples only give the width of the interval, for which this many values suffice.
    thin = grid[np.linspace(0, len(grid) - 1, min(len(grid), GRID)).round().astype(int)]
    found: dict[str, list[Floats]] = {"ks": [], "wasserstein": []}
    for points, picked in ((grid, slice(sample.draws)), (thin, slice(sample.draws, None))):
        # A missing value comes after all points.
        counts = sample.counts(np.searchsorted(points, values), len(points) + 1, picked)[:, :-1]
        train = np.bincount(np.searchsorted(points, known), minlength=len(points))
        found["ks"].append(ks_distance(counts, train))
        found["wasserstein"].append(wasserstein_distance(counts, train, points) / sd)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _moments(values: Floats, weights: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Mean, standard deviation, skewness and excess kurtosis of weighted values that are not missing."""
    there = ~np.isnan(values)
    # Powers of values near 0 lose no digits.
    centre = values[there].sum() / there.sum()
    powers = np.vander(np.where(there, values - centre, 0), 5, increasing=True) * there[:, None]
    total, *sums = weights.dot(powers).T
    first, second, third, fourth = (s / total for s in sums)
    variance = second - first**2
    # Below this it is what rounding has left of a constant.
    variance = np.where(variance > 1e-9 * second, variance, 0)
    skewness = (third - 3 * first * second + 2 * first**3) / variance**1.5
    kurtosis = (fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4) / variance**2 - 3
    return centre + first, np.sqrt(variance), skewness, kurtosis


ASSOCIATIONS: dict[tuple[bool, bool], tuple[str, Callable[[ArrayLike], Floats]]] = {
    (True, True): ("spearman_difference", spearman),
    (True, False): ("correlation_ratio_difference", correlation_ratio),
    (False, False): ("cramers_v_difference", cramers_v),
}


def choose_pairs(names: list[str], rng: np.random.Generator) -> list[tuple[str, str]]:
    """Take all pairs, or a random sample of them."""
    pairs = list(combinations(names, 2))
    if len(pairs) <= MAX_PAIRS:
        return pairs
    return [pairs[i] for i in np.sort(rng.choice(len(pairs), MAX_PAIRS, replace=False))]


@dataclass(frozen=True, eq=False)
class Coarse:
    """A column in few bins, the last of which is for missing values."""

    ordered: bool
    size: int
    train: Integers
    others: Integers


def coarsen(train: Column, others: Column, binned: BinnedColumn, times: ArrayLike = 1) -> Coarse:
    """Bin a column coarsely for contingency tables.

    Parameters
    ----------
    train
        The training table's values.
    others
        Those of other tables.
    binned
        The bins of both.
    times
        How often each training value occurs.
    """
    if train.dtype == np.float64:
        known = train.notna().to_numpy()
        edges = _decile_edges(train[known].to_numpy(), np.broadcast_to(times, len(train))[known])
        codes = [
            np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values))
            for values in (train.to_numpy(), others.to_numpy())
        ]
        return Coarse(True, len(edges) + 2, codes[0], codes[1])
    frequent = sum(bin_.kind == "category" for bin_ in binned.bins)
    # They come first. "other" and "unseen" become one bin, and "missing" the last.
    target = np.minimum(np.arange(len(binned.bins)), frequent)
    target[-1] = frequent + 1
    return Coarse(False, frequent + 2, target[binned.real], target[binned.other])


def _decile_edges(values: Floats, times: Integers) -> Floats:
    """Upper ends, included, of all bins but the last; a value at which two deciles lie has its own bin."""
    if not len(values):
        return np.array([])
    order = np.argsort(values)
    ends = np.cumsum(times[order])
    # The smallest value that at least this many tenths of the rows do not exceed, without rounding.
    tenths = -(-ends[-1] * np.arange(1, PAIR_BINS) // PAIR_BINS)
    deciles = values[order][np.searchsorted(ends, tenths)]
    frequent = deciles[1:][deciles[1:] == deciles[:-1]]
    return np.unique(np.concatenate([deciles, np.nextafter(frequent, -np.inf)]))


def _compare_pair(
    names: tuple[str, str], first: Coarse, second: Coarse, samples: _Samples
) -> Iterator[Measure]:
    """Measure one pair of columns of both tables."""
    if second.ordered and not first.ordered:
        first, second = second, first
    key, association = ASSOCIATIONS[first.ordered, second.ordered]
    shape = (first.size, second.size)
    cells = first.size * second.size
    train = np.bincount(first.train * second.size + second.train, minlength=cells)
    strength = association(train.reshape(shape)[:-1, :-1])
    statistics: list[Statistics] = []
    for sample, codes in _split(first.others * second.size + second.others, samples):
        counts = sample.counts(codes, cells)
        strengths = association(counts.reshape(-1, *shape)[:, :-1, :-1])
        statistics.append({"pair_tvd": total_variation(counts, train), key: np.abs(strengths - strength)})
    for name in statistics[0]:
        estimates = (s.estimate(name, found[name]) for s, found in zip(samples, statistics, strict=True))
        yield Measure(name, *estimates, rows=samples[0].rows, columns=names)


def _count_distinct(both: pd.DataFrame, samples: _Samples) -> Measure:
    """Share of rows that do not repeat an earlier one."""
    numbers = number_rows(pd.factorize(both[name])[0] for name in both.columns)
    estimates = []
    for sample, codes in _split(numbers, samples):
        distinct = [len(np.unique(codes[drawn])) for drawn in sample.picks[: sample.draws]]
        estimates.append(exact_share(round(float(np.mean(distinct))), sample.rows))
    return Measure("distinct_rows", *estimates, rows=samples[0].rows)
