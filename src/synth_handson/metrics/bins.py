"""The bins of a column, chosen by the real table alone, and the shares of two tables' rows in them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from synth_handson.errors import ArgumentError
from synth_handson.metrics.arrays import Integers, as_floats
from synth_handson.tables.alignment import DifferentKind, align, as_text
from synth_handson.tables.checks import check_frame
from synth_handson.tables.columns import Column, ColumnKind, to_floats

MAX_RANGES = 40
MAX_CATEGORIES = 15
MAX_UNSEEN = 3
SHORT_TAIL = 0.15

BinKind = Literal["below", "range", "beyond", "category", "other", "unseen", "missing"]
ScaleKind = Literal["integer", "number", "date", "time", "category"]

_EPOCH = pd.Timestamp("1970-01-01", tz="UTC")
_CALENDAR = {
    "s": 1, "10s": 10, "min": 60, "10min": 600, "h": 3600, "6h": 21600, "D": 86400,
    "W-MON": 7 * 86400, "MS": 30.4 * 86400, "QS": 91.3 * 86400, "YS": 365.25 * 86400,
    "10YS": 3652.5 * 86400, "100YS": 36525 * 86400,
}  # fmt: skip


@dataclass(frozen=True)
class Bin:
    """One bin of a column.

    Attributes
    ----------
    kind
        "range" is ``lower <= value < upper``; "below" and "beyond" are what lies outside the ranges;
        "category" is one value; "other" the rarer categories of the reference table; "unseen" what that table
        lacks; "missing" the missing values.
    lower, upper
        The bounds of "range", ``upper`` of "below", ``lower`` of "beyond", in the column's unit (dates:
        seconds since 1970 in UTC).
    label
        The value, of "category" and "unseen".
    count
        How many values are lumped together in "other", or in an "unseen" without a label.
    """

    kind: BinKind
    lower: float | None = None
    upper: float | None = None
    label: str | None = None
    count: int | None = None


@dataclass(frozen=True)
class ColumnShares:
    """Shares of two tables' rows in the same bins of one column.

    Attributes
    ----------
    column
        Name of the column.
    kind
        What the bins' bounds are, or "category" where there are none.
    bins
        The bins, in the order to draw them.
    original, synthetic
        Share of each table's rows in each bin; sums to 1.
    """

    column: str
    kind: ScaleKind
    bins: tuple[Bin, ...]
    original: tuple[float, ...]
    synthetic: tuple[float, ...]


@dataclass(frozen=True)
class DistanceShares:
    """Distribution of distances to the closest record, for synthetic rows and for the holdout.

    Attributes
    ----------
    bins
        Ranges of distance from 0 on, and "beyond" the last one.
    holdout, synthetic
        Share of rows in each bin; sums to 1.
    """

    bins: tuple[Bin, ...]
    holdout: tuple[float, ...]
    synthetic: tuple[float, ...]


def column_shares(real: pd.DataFrame, synthetic: pd.DataFrame, column: str) -> ColumnShares:
    """Compute the shares of two tables' rows in the bins of one of them.

    Numbers and dates get up to 40 ranges of a round width, from the 1st to the 99th percentile of
    ``real`` (to its very end where the tail is short), and a bin each for what lies below and beyond. Other
    columns, and integers with no more than 15 different values, get a bin per value, the most frequent first
    (integers in order); of more than 15 values the rarest are lumped. Values that ``real`` lacks and missing
    values have bins of their own.

    Parameters
    ----------
    real
        The table whose values alone decide the ranges and the order. Shape (n, ...), n >= 1.
    synthetic
        The table to compare. Shape (m, ...), m >= 1; m may differ from n.
    column
        Name of a column that both tables have.

    Returns
    -------
    ColumnShares
        Shares of rows, not counts, so that tables of different sizes compare.

    Raises
    ------
    ArgumentError
        If a table is empty or lacks the column, or if ``synthetic`` holds a value there that cannot be
        understood as one of the real column's kind.
    TableError
        If one of the two is no DataFrame.
    """
    check_columns_there({"real": real, "synthetic": synthetic}, [column])
    binned = bin_column(real[column], synthetic[column])
    bins, original, other = _drop_empty(binned.bins, binned.shares(binned.real), binned.shares(binned.other))
    return ColumnShares(column, binned.kind, bins, original, other)


def distance_shares(synthetic_distances: ArrayLike, holdout_distances: ArrayLike) -> DistanceShares:
    """Compute the shares of two sets of distances in the same bins.

    Parameters
    ----------
    synthetic_distances
        Distance of each synthetic row to its closest training row. Shape (m,), m >= 1, values >= 0.
    holdout_distances
        The same for the holdout's rows, whose values alone decide the bins. Shape (n,), n >= 1, values >= 0.

    Returns
    -------
    DistanceShares
        Shares of rows. More synthetic than holdout rows near 0 mean that the generator repeats real people.

    Raises
    ------
    ArgumentError
        If either is empty, or holds anything but finite numbers from 0 on.
    """
    synthetic, holdout = as_floats(synthetic_distances), as_floats(holdout_distances)
    for distances in (synthetic, holdout):
        if not distances.size:
            raise ArgumentError("fidelity_empty_table")
        if not np.all(np.isfinite(distances) & (distances >= 0)):
            raise ArgumentError("fidelity_distances")
    _, most = _bulk(holdout, np.ones(len(holdout), np.intp))
    edges = _round_edges(0.0, most, whole=False)
    # No distance is below 0, where the first range starts.
    bins = _range_bins(edges)[1:]

    def shares(distances: NDArray[np.float64]) -> NDArray[np.float64]:
        codes = np.searchsorted(edges, distances, side="right") - 1
        return np.bincount(codes, minlength=len(bins)) / len(codes)

    return DistanceShares(*_drop_empty(bins, shares(holdout), shares(synthetic)))


@dataclass(frozen=True, eq=False)
class BinnedColumn:
    """The bins of a column, and which of them each row of two tables falls into.

    Attributes
    ----------
    kind
        What the bins' bounds are, or "category" where there are none.
    bins
        The bins, "missing" last, whether or not they hold a row.
    real, other
        Position in ``bins`` of each row's bin. Shapes (n,) and (m,).
    """

    kind: ScaleKind
    bins: tuple[Bin, ...]
    real: NDArray[np.intp]
    other: NDArray[np.intp]

    def shares(self, codes: NDArray[np.intp]) -> NDArray[np.float64]:
        """Share of these rows in each bin. Shape (len(bins),)."""
        return np.bincount(codes, minlength=len(self.bins)) / len(codes)


def bin_column(
    real: pd.Series[Any],
    other: pd.Series[Any],
    *,
    times: ArrayLike = 1,
    other_times: ArrayLike = 1,
) -> BinnedColumn:
    """Bin the values of a column as `column_shares` does.

    Parameters
    ----------
    real
        The values that decide the bins. Shape (n,).
    other
        The same column of another table. Shape (m,).
    times, other_times
        How often each value occurs: those of millions of rows can be given once each. Shapes (n,) and (m,).

    Returns
    -------
    BinnedColumn
        The bins and each value's bin.

    Raises
    ------
    ArgumentError
        If ``other`` holds a value that cannot be understood as one of the real column's kind.
    """
    try:
        held, (real_values, other_values) = align(real, other)
    except DifferentKind as error:
        raise ArgumentError("fidelity_other_type", column=real.name, value=error.example) from error
    weights = tuple(
        np.broadcast_to(np.asarray(given, np.intp), len(values))
        for given, values in ((times, real), (other_times, other))
    )
    # Where there is no finite number, there is no range to divide.
    if held in ("category", "boolean") or not np.isfinite(to_floats(real_values)).any():
        return _bin_categories(as_text(real_values), as_text(other_values), weights)
    numbers, other_numbers = (_in_units(values, held) for values in (real_values, other_values))
    kind = _kind(numbers, held)
    if kind == "integer" and len(np.unique(numbers[~np.isnan(numbers)])) <= MAX_CATEGORIES:
        labels = (_number_labels(numbers), _number_labels(other_numbers))
        return _bin_categories(*labels, weights, ordered=True)
    return _bin_ranges(numbers, other_numbers, kind, weights[0])


def check_columns_there(
    tables: Mapping[str, pd.DataFrame], columns: Sequence[Hashable] | None = None
) -> None:
    """Raise the library's error unless these are tables with rows that have these columns, each once.

    Without ``columns``, they are those of the first table.
    """
    for title, table in tables.items():
        check_frame(table, title)
        if table.empty:
            raise ArgumentError("fidelity_empty_table")
        known: list[Hashable] = list(table.columns)
        for column in next(iter(tables.values())).columns if columns is None else columns:
            times = known.count(column) if isinstance(column, Hashable) else 0
            if times != 1:
                key = "fidelity_repeated_column" if times else "fidelity_unknown_column"
                raise ArgumentError(key, column=column, table=title)


def _drop_empty(
    bins: Sequence[Bin], first: NDArray[np.float64], second: NDArray[np.float64]
) -> tuple[tuple[Bin, ...], tuple[float, ...], tuple[float, ...]]:
    """Drop the bins around ranges and categories that hold no row."""
    kept = [
        row
        for row in zip(bins, first.tolist(), second.tolist(), strict=True)
        if row[0].kind in ("range", "category") or row[1] > 0 or row[2] > 0
    ]
    return tuple(b for b, _, _ in kept), tuple(a for _, a, _ in kept), tuple(a for _, _, a in kept)


def _in_units(values: Column, held: ColumnKind) -> NDArray[np.float64]:
    """Convert dates to seconds since 1970, times to seconds since midnight, and durations to days."""
    return to_floats(values) / (86_400 if held == "duration" else 1)


def _kind(numbers: NDArray[np.float64], held: ColumnKind) -> ScaleKind:
    if held in ("date", "zoned date"):
        return "date"
    if held == "time":
        return "time"
    present = numbers[~np.isnan(numbers)]
    # What is larger is no count of anything.
    with np.errstate(invalid="ignore"):
        whole = held == "number" and np.all((present % 1 == 0) & (np.abs(present) < 2**63))
    return "integer" if whole else "number"


def _number_labels(numbers: NDArray[np.float64]) -> pd.Series[Any]:
    # Adding 0 makes -0 a 0.
    return pd.Series(numbers + 0.0).map("{:.15g}".format, na_action="ignore").astype("str")


def _bin_categories(
    real: pd.Series[Any], other: pd.Series[Any], weights: tuple[Integers, ...], ordered: bool = False
) -> BinnedColumn:
    counts, others = (_frequencies(*pair) for pair in zip((real, other), weights, strict=True))
    known = sorted(counts.index, key=lambda name: (-counts[name], name))
    shown = known if len(known) <= MAX_CATEGORIES else known[: MAX_CATEGORIES - 1]
    if ordered:
        shown = sorted(shown, key=float)
    lumped = known[len(shown) :]
    strange = [name for name in others.index if name not in counts.index]
    named, unnamed = strange[:MAX_UNSEEN], strange[MAX_UNSEEN:]
    groups: list[tuple[Bin, list[str]]] = [
        *((Bin("category", label=name), [name]) for name in shown),
        (Bin("other", count=len(lumped)), lumped),
        *((Bin("unseen", label=name), [name]) for name in named),
        (Bin("unseen", count=len(unnamed)), unnamed),
    ]
    names = pd.Index([name for _, members in groups for name in members], dtype="str")
    # A missing label is found at -1: the last, which is the bin of missing values.
    code_of_name = np.repeat(np.arange(len(groups) + 1), [*(len(members) for _, members in groups), 1])
    bins = (*(bin_ for bin_, _ in groups), Bin("missing"))

    def codes(labels: pd.Series[Any]) -> NDArray[np.intp]:
        return code_of_name[names.get_indexer(pd.Index(labels))]

    return BinnedColumn("category", bins, codes(real), codes(other))


def _frequencies(labels: pd.Series[Any], weights: Integers) -> pd.Series[Any]:
    """Count how often each label occurs, the most frequent first; ties in order of appearance."""
    codes, names = pd.factorize(labels)
    counts = np.bincount(codes + 1, weights, minlength=len(names) + 1)[1:].astype(np.intp)
    return pd.Series(counts, names).sort_values(ascending=False, kind="stable")


def _bin_ranges(
    real: NDArray[np.float64], other: NDArray[np.float64], kind: ScaleKind, weights: Integers
) -> BinnedColumn:
    finite = np.isfinite(real)
    bulk = _bulk(real[finite], weights[finite])
    if kind in ("date", "time"):
        edges = _date_edges(*bulk)
        edges = edges if kind == "date" else edges[(edges >= 0) & (edges <= 86_400)]
    else:
        edges = _round_edges(*bulk, whole=kind == "integer")
    bins = (*_range_bins(edges), Bin("missing"))

    def codes(numbers: NDArray[np.float64]) -> NDArray[np.intp]:
        return np.where(np.isnan(numbers), len(bins) - 1, np.searchsorted(edges, numbers, side="right"))

    return BinnedColumn(kind, bins, codes(real), codes(other))


def _range_bins(edges: NDArray[np.float64]) -> tuple[Bin, ...]:
    numbers = edges.tolist()
    ranges = (Bin("range", lower=a, upper=b) for a, b in pairwise(numbers))
    return (Bin("below", upper=numbers[0]), *ranges, Bin("beyond", lower=numbers[-1]))


def _bulk(values: NDArray[np.float64], weights: Integers) -> tuple[float, float]:
    """Find the ends of the bins: the 1st and 99th percentile, or the extreme of a short tail."""
    order = np.argsort(values)
    ends = np.cumsum(weights[order])
    # Values that occur, as a point between two of them may lie far out in an empty tail.
    positions = np.rint((ends[-1] - 1) * np.array([0.01, 0.99]))
    low, high = values[order][np.searchsorted(ends, positions, side="right")]
    least, most = values.min(), values.max()
    # Quarters, so that no difference of two floats is infinite.
    short = SHORT_TAIL * (high / 4 - low / 4)
    # Nearly all the rows hold one value: the rest is what there is to see.
    if low == high:
        return float(least), float(most)
    low = least if low / 4 - least / 4 <= short else low
    high = most if most / 4 - high / 4 <= short else high
    return float(low), float(high)


def _round_edges(low: float, high: float, *, whole: bool) -> NDArray[np.float64]:
    """Choose edges at multiples of 1, 2 or 5 times a power of ten, for whole numbers at least 1."""
    if max(abs(low), abs(high)) > 1e299:
        # Differences, and the last edge, could leave the range of floating-point numbers.
        return 1e10 * _round_edges(low / 1e10, high / 1e10, whole=whole).clip(-1.79e298, 1.79e298)
    # Below this, neighbouring edges would be the same floating-point number.
    finest = max(abs(low), abs(high)) * 1e-12
    width = max((high - low) / (MAX_RANGES - 2), finest, 1e-300)
    power = int(np.floor(np.log10(width)))
    steps = (factor * 10.0**power for factor in (1, 2, 5, 10))
    step = next(s for s in steps if s >= width * (1 - 1e-9))
    if low == high or whole:
        step = max(step, 1.0)
    decimals = max(0, -int(np.floor(np.log10(step))))
    edges = np.round(np.arange(np.floor(low / step), np.floor(high / step) + 2) * step, decimals)
    # The highest value must lie inside the last bin even where dividing has rounded it down.
    return edges if edges[-1] > high else np.append(edges, edges[-1] + step)


def _date_edges(low: float, high: float) -> NDArray[np.float64]:
    """Choose edges at round times of the clock or the calendar."""
    fitting = (name for name, length in _CALENDAR.items() if (high - low) / length <= MAX_RANGES - 2)
    offset = pd.tseries.frequencies.to_offset(next(fitting, "100YS"))
    first, last = (_EPOCH + pd.Timedelta(seconds=value) for value in (low, high))
    edges = pd.date_range(first.normalize() - offset, last + 2 * offset, freq=offset)
    numbers = ((edges - _EPOCH) / pd.Timedelta(seconds=1)).to_numpy(float)
    begin, end = np.searchsorted(numbers, [low, high], side="right")
    return numbers[begin - 1 : end + 1]
