"""Shares on shared bins, and the distance between them, beside the holdout's."""

import datetime as dt
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.errors import ArgumentError
from synth_handson.metrics.bins import (
    MAX_CATEGORIES,
    MAX_RANGES,
    Bin,
    ColumnShares,
    bin_column,
    column_shares,
    distance_shares,
)


def shares_of(real, synthetic) -> ColumnShares:
    return column_shares(pd.DataFrame({"x": real}), pd.DataFrame({"x": synthetic}), "x")


def by_label(shares: ColumnShares) -> dict[str, tuple[float, float]]:
    return {
        b.label or b.kind: pair
        for b, *pair in zip(shares.bins, shares.original, shares.synthetic, strict=True)
    }


def ranges(shares) -> list[tuple[float, float]]:
    return [(b.lower, b.upper) for b in shares.bins if b.kind == "range"]


# Shares


def test_categories_come_in_order_of_their_share_in_the_real_table():
    shares = shares_of(["b", "a", "a", "c", "c", "c", "c", "b"], ["a", "b", "b", "b"])
    assert shares.kind == "category"
    assert [b.label for b in shares.bins] == ["c", "a", "b"]
    assert shares.original == (0.5, 0.25, 0.25)
    assert shares.synthetic == (0, 0.25, 0.75)


def test_a_category_the_real_table_lacks_is_shown_as_such():
    shares = shares_of(["a", "a", "b", "b"], ["a", "_RARE_", "_RARE_", "b"])
    assert shares.bins[-1] == Bin("unseen", label="_RARE_")
    assert (shares.original[-1], shares.synthetic[-1]) == (0, 0.5)


def test_many_unseen_categories_are_named_up_to_three_and_counted():
    shares = shares_of(["a"], ["u", "u", "v", "v", "w", "w", "x", "y"])
    assert shares.bins[1:] == (
        *(Bin("unseen", label=name) for name in "uvw"),
        Bin("unseen", count=2),
    )
    assert shares.synthetic == (0, 0.25, 0.25, 0.25, 0.25)


def test_the_rarest_of_many_categories_are_lumped_and_counted():
    real = [f"c{i:02}" for i in range(20) for _ in range(40 - i)]
    shares = shares_of(real, ["c19", "c00"])
    assert len(shares.bins) == MAX_CATEGORIES
    assert shares.bins[-1] == Bin("other", count=6)
    assert shares.synthetic[0] == shares.synthetic[-1] == 0.5


def test_integers_with_few_values_get_a_bin_each_in_order():
    shares = shares_of([1000, 1, 2, 2], [2, 2, 7, 1000])
    assert [(b.kind, b.label) for b in shares.bins] == [
        ("category", "1"),
        ("category", "2"),
        ("category", "1000"),
        ("unseen", "7"),
    ]
    assert shares.original == (0.25, 0.5, 0.25, 0)
    assert shares.synthetic == (0, 0.5, 0.25, 0.25)


def test_days_of_the_month_get_a_bin_each():
    shares = shares_of(range(1, 32), range(1, 32))
    assert shares.kind == "integer"
    assert ranges(shares) == [(day, day + 1) for day in range(1, 32)]
    assert shares.original == pytest.approx([1 / 31] * 31)


def test_a_long_tail_is_cut_near_the_99th_percentile_and_what_lies_beyond_is_counted():
    real = [*range(990), *[100_000] * 10]
    shares = shares_of(real, [5, 100_000, -3, 995])
    assert ranges(shares)[0] == (0, 50)
    assert ranges(shares)[-1] == (950, 1000)
    assert (shares.bins[0], shares.synthetic[0]) == (Bin("below", upper=0), 0.25)
    assert (shares.bins[-1], shares.synthetic[-1]) == (Bin("beyond", lower=1000), 0.25)
    assert shares.original[-1] == pytest.approx(0.01)


def test_a_value_on_an_edge_belongs_to_the_bin_that_starts_there():
    shares = shares_of(np.arange(1001), [50, 49])
    at = dict(zip(ranges(shares), shares.synthetic, strict=True))
    assert at[0, 50] == at[50, 100] == 0.5


@pytest.mark.parametrize("side", ["real", "synthetic"])
@pytest.mark.parametrize("values", [["a", "b"], [*np.linspace(0, 1, 30)], [True, False], [1, 2]])
def test_missing_values_have_a_bin_where_either_table_has_them(values, side):
    holed = pd.Series([*values, None] * 2, dtype=object)
    real, synthetic = (holed, values) if side == "real" else (values, holed)
    shares = shares_of(real, synthetic)
    assert shares.bins[-1] == Bin("missing")
    expected = 1 / (len(values) + 1)
    assert (shares.original[-1], shares.synthetic[-1]) == pytest.approx(
        (expected, 0) if side == "real" else (0, expected)
    )
    assert not any(b.kind == "missing" for b in shares_of(values, values).bins)


def test_a_column_without_any_value_is_all_missing():
    assert shares_of([None, None], [None]).bins == (Bin("missing"),)


@pytest.mark.parametrize("dtype", ["str", "object", "category"])
@pytest.mark.parametrize("other", ["str", "object", "category"])
def test_the_type_that_holds_text_makes_no_difference(dtype, other):
    real, synthetic = pd.Series(["a", "b", "b"], dtype=dtype), pd.Series(["b", None], dtype=other)
    shares = shares_of(real, synthetic)
    assert [b.label for b in shares.bins] == ["b", "a", None]
    assert shares.synthetic == (0.5, 0, 0.5)


@pytest.mark.parametrize("dtype", ["int64", "Int64", "float64", "object"])
@pytest.mark.parametrize("n", [3, 30])
def test_the_type_that_holds_whole_numbers_makes_no_difference(dtype, n):
    real = pd.Series(range(n))
    expected = shares_of(real, real)
    assert shares_of(real.astype(dtype), real) == expected
    assert shares_of(real, real.astype(dtype)) == expected


def test_booleans_are_categories():
    shares = shares_of([True, True, False], pd.Series([True, None], dtype="boolean"))
    assert [b.label for b in shares.bins] == ["True", "False", None]
    assert shares.synthetic == (0.5, 0, 0.5)


def test_dates_get_months_of_the_calendar():
    real = pd.date_range("2023-01-01", "2024-12-31", freq="D")
    shares = shares_of(real, pd.to_datetime(["2023-02-28", "2023-03-01", "2030-01-01", None]))
    assert shares.kind == "date"
    starts = [datetime.fromtimestamp(lower, UTC) for lower, _ in ranges(shares)]
    assert starts == [datetime(y, m, 1, tzinfo=UTC) for y in (2023, 2024) for m in range(1, 13)]
    assert shares.original[:2] == pytest.approx((31 / 731, 28 / 731))
    assert shares.synthetic[1:3] == (0.25, 0.25)
    assert [b.kind for b in shares.bins[-2:]] == ["beyond", "missing"]


@pytest.mark.parametrize(
    "last", ["2024-01-01 00:00:05", "2024-01-03", "2026-05-01", "2190-01-01", "4900-01-01"]
)
def test_dates_of_any_span_get_tens_of_bins(last):
    real = pd.Series([pd.Timestamp("2024-01-01"), pd.Timestamp(last)]).repeat(50)
    shares = shares_of(real, real)
    assert len(ranges(shares)) <= MAX_RANGES
    assert sum(shares.original) == pytest.approx(1)
    assert shares.original[0] == shares.original[-1] == 0.5


numbers = st.floats(-1e12, 1e12, allow_subnormal=False)
tables = st.one_of(
    st.lists(numbers, min_size=1, max_size=60),
    st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=60),
    st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.7, 1e-9, 5e11]), min_size=1, max_size=60),
)


@given(tables, st.lists(numbers, min_size=1, max_size=60))
def test_every_row_has_a_bin_and_edges_depend_on_the_real_table_only(real, synthetic):
    shares = shares_of(real, synthetic)
    assert sum(shares.original) == pytest.approx(1)
    assert sum(shares.synthetic) == pytest.approx(1)
    assert ranges(shares) == ranges(shares_of(real, real))
    assert len(shares.bins) <= MAX_RANGES + 3
    for (_, upper), (lower, _) in zip(ranges(shares), ranges(shares)[1:], strict=False):
        assert upper == lower
    assert all(lower < upper for lower, upper in ranges(shares))


@pytest.mark.parametrize("values", [["a", "b"], [*np.linspace(0, 1, 30)], [1, 2], [None]])
def test_a_binned_column_has_a_bin_for_missing_values_at_its_end(values):
    binned = bin_column(pd.Series(values), pd.Series([None, *values], dtype=object))
    assert binned.bins[-1] == Bin("missing")
    assert binned.other[0] == len(binned.bins) - 1
    assert binned.other[1:].tolist() == binned.real.tolist()


@pytest.mark.parametrize(
    "real", [[1e308, -1e308, 3.5], [*np.linspace(-1.7, 1.7, 50) * 1e308], [1e308, 1e-300]]
)
def test_numbers_at_the_end_of_the_range_of_floats_have_finite_bins(real):
    shares = shares_of(real, [1.7976931348623157e308, -1.7976931348623157e308])
    assert np.all(np.isfinite(ranges(shares)))
    assert sum(shares.original) == pytest.approx(1)
    assert sum(shares.synthetic) == pytest.approx(1)


@given(st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=1), st.lists(st.text(), min_size=1))
def test_every_text_has_a_bin(real, synthetic):
    shares = shares_of(real, synthetic)
    assert sum(shares.original) == pytest.approx(1)
    assert sum(shares.synthetic) == pytest.approx(1)
    assert len(shares.bins) <= MAX_CATEGORIES + 4


# What a caller can get wrong


def test_an_unknown_column_is_named():
    table = pd.DataFrame({"age": [1]})
    with pytest.raises(ArgumentError, match="'agee'"):
        column_shares(table, table, "agee")


def test_what_a_column_holds_decides_whatever_it_is_held_in():
    days = [dt.date(2024, 1, 1 + i % 28) for i in range(60)]
    numbers = [Decimal(i) / 4 for i in range(60)]
    for values, dtype, kind in (
        (days, object, "date"),
        (days, "date32[pyarrow]", "date"),
        (days, "timestamp[us][pyarrow]", "date"),
        (["9999-12-31", "2024-01-01"] * 30, "datetime64[us]", "date"),
        (numbers, object, "number"),
        (numbers, "float32", "number"),
        ([dt.timedelta(hours=i) for i in range(60)], object, "number"),
        ([2**70 + i for i in range(60)], object, "number"),
        (range(60), "UInt8", "integer"),
        ([True, None] * 30, "bool[pyarrow]", "category"),
        (["a", None] * 30, "category", "category"),
        ([np.inf] * 60, float, "category"),
        ([None] * 60, float, "category"),
    ):
        frame = pd.DataFrame({"x": pd.Series(values, dtype=dtype)})
        shares = column_shares(frame, frame, "x")
        assert (shares.kind, shares.original) == (kind, shares.synthetic)


def test_spans_are_shown_in_days():
    frame = pd.DataFrame({"x": pd.to_timedelta(range(0, 240, 12), unit="h")})
    assert [b.lower for b in column_shares(frame, frame, "x").bins][:3] == [0, 0.5, 1]


def test_an_empty_table_is_refused():
    table = pd.DataFrame({"age": [1, 2]})
    for call in (
        lambda: column_shares(table, table[:0], "age"),
        lambda: column_shares(table[:0], table, "age"),
        lambda: distance_shares([], [0.5]),
    ):
        with pytest.raises(ArgumentError, match="no rows"):
            call()


def test_text_where_the_real_table_holds_numbers_or_dates_is_refused_with_the_value():
    with pytest.raises(ArgumentError, match="'_RARE_'"):
        shares_of([1, 2, 3], ["1", "_RARE_", "3"])
    with pytest.raises(ArgumentError, match="'_RARE_'"):
        shares_of(pd.to_datetime(["2024-01-01"]), ["_RARE_"])


# Distances to the closest record


def test_distances_are_spread_over_the_holdouts_bins_from_zero_on():
    holdout = np.linspace(0.2, 1, 81)
    shares = distance_shares([0, 0, 0.5, 7], holdout)
    assert ranges(shares)[0][0] == 0
    assert ranges(shares) == ranges(distance_shares(holdout, holdout))
    assert shares.synthetic[0] == 0.5
    assert shares.holdout[0] == 0
    assert (shares.bins[-1].kind, shares.synthetic[-1]) == ("beyond", 0.25)
    assert sum(shares.holdout) == pytest.approx(1)


def test_distances_that_are_all_zero_have_one_bin():
    shares = distance_shares([0, 0], [0, 0, 0])
    assert (shares.holdout, shares.synthetic) == ((1,), (1,))


def test_minus_zero_is_zero() -> None:
    found = column_shares(pd.DataFrame({"n": [0.0, -0.0, 1.0]}), pd.DataFrame({"n": [-0.0]}), "n")
    assert [(bin_.label, share) for bin_, share in zip(found.bins, found.synthetic, strict=True)] == [
        ("0", 1.0),
        ("1", 0.0),
    ]
