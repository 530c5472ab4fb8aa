"""Equal values in another type are equal, and what is nothing alike is named."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.tables.alignment import DifferentKind, align, as_text

D = dt.datetime
UNITS = ["s", "ms", "us", "ns"]
MORNING = D(2024, 3, 5, 8, 30)
TOKYO = dt.timezone(dt.timedelta(hours=9))


def series(values: Any, dtype: Any = None) -> pd.Series:
    return values if isinstance(values, pd.Series) else pd.Series(values, dtype=dtype)


def same(real: pd.Series, other: pd.Series) -> list[bool]:
    """Tell where two columns are equal once they are aligned; missing equals missing."""
    _, (left, right) = align(real, other)
    assert left.dtype == right.dtype
    equal = (left == right).fillna(False).to_numpy(bool)
    return [bool(one) for one in equal | (left.isna() & right.isna())]


# The same three values, the last of them missing, in every dress they come in.
DRESSES: dict[str, list[pd.Series]] = {
    "whole numbers": [
        series([5, 12, None], "float64"),
        series([5, 12, None], "Int64"),
        series([5, 12, None], "UInt8"),
        series([5, 12, None], "float32"),
        series([5, 12, None], object),
        series([Decimal("5.00"), Decimal(12), None], object),
        series([Fraction(5), Fraction(12), None], object),
        series([5, 12, None], "int16[pyarrow]"),
        series([Decimal(5), Decimal(12), None], pd.ArrowDtype(pa.decimal128(6, 2))),
        series(["5", "12.0", None]),
    ],
    "prices": [
        series([0.1, 19.9, None], "float64"),
        series([0.1, 19.9, None], "float32"),
        series([0.1, 19.9, None], "Float32"),
        series([0.1, 19.9, None], "Float64"),
        series([0.1, 19.9, None], "float[pyarrow]"),
        series([Decimal("0.10"), Decimal("19.90"), None], object),
        series([Fraction(1, 10), Fraction(199, 10), None], object),
        series([np.float32(0.1), np.float32(19.9), None], object),
        series(["0.10", "19.9", None]),
    ],
    "numbers of 61 bits": [
        series([2**60 + 1, 2**60 + 3, None], "Int64"),
        series([2**60 + 1, 2**60 + 3, None], object),
        series([2**60 + 1, 2**60 + 3, None], "UInt64"),
        series([2**60 + 1, 2**60 + 3, None], "int64[pyarrow]"),
        series([str(2**60 + 1), str(2**60 + 3), None]),
    ],
    "numbers of 71 bits": [
        series([2**70 + 1, 2**70 + 3, None], object),
        series([Decimal(2**70 + 1), Decimal(2**70 + 3), None], object),
        series([str(2**70 + 1), str(2**70 + 3), None]),
    ],
    "booleans": [
        series([True, False, None], "boolean"),
        series([True, False, None], object),
        series([True, False, None], "bool[pyarrow]"),
        series([1, 0, None], "Int64"),
        series([1, 0, None], "float64"),
        series(["True", "False", None]),
        series(["true", "FALSE", None], object),
        series(["1", "0", None]),
    ],
    "days": [
        series(["2024-03-05", "1999-12-31", None], "datetime64[s]"),
        series(["2024-03-05", "1999-12-31", None], "datetime64[ms]"),
        series(["2024-03-05", "1999-12-31", None], "datetime64[ns]"),
        series([dt.date(2024, 3, 5), dt.date(1999, 12, 31), None], object),
        series([D(2024, 3, 5), np.datetime64("1999-12-31"), None], object),
        series([dt.date(2024, 3, 5), dt.date(1999, 12, 31), None], "date32[pyarrow]"),
        series([pd.Period("2024-03-05"), pd.Period("1999-12-31"), None], "period[D]"),
        series(["2024-03-05", "1999-12-31", None]),
        series(["2024-03-05 00:00:00", "1999-12-31T00:00:00", None]),
        series(["2024-03-05", "1999-12-31", None], "datetime64[us, Europe/Berlin]"),
    ],
    "moments": [
        series([MORNING, D(1999, 7, 1), None], "datetime64[us, UTC]"),
        series([MORNING, D(1999, 7, 1), None], "datetime64[ns, UTC]"),
        series([MORNING.replace(tzinfo=dt.UTC), D(1999, 7, 1, 9, tzinfo=TOKYO), None], object),
        series([MORNING, D(1999, 7, 1), None], "datetime64[s, UTC]").dt.tz_convert("America/New_York"),
        series([MORNING, D(1999, 7, 1), None], "datetime64[us]"),
        series(["2024-03-05T08:30:00Z", "1999-07-01T09:00:00+09:00", None]),
    ],
    "for ever": [
        series([dt.date(9999, 12, 31), dt.date(2024, 1, 1), None], object),
        series(["9999-12-31", "2024-01-01", None], "datetime64[us]"),
        series(["9999-12-31", "2024-01-01", None]),
    ],
    "spans": [
        series([dt.timedelta(hours=1), dt.timedelta(days=-2), None], object),
        series(["1h", "-2D", None], "timedelta64[s]"),
        series(["1h", "-2D", None], "timedelta64[ns]"),
        series(["1:00:00", "-2 days", None]),
    ],
    "codes": [
        series(["01067", "99084", None]),
        series(["01067", "99084", None], object),
        series(["01067", "99084", None], "category"),
        series(["01067", "99084", None], "large_string[pyarrow]"),
        series([1067, 99084, None], "float64"),
        series([1067, 99084, None], "Int64"),
        series([Decimal(1067), Decimal(99084), None], object),
    ],
    "text of booleans": [
        series(["True", "False", None]),
        series([True, False, None], "boolean"),
        series([True, False, None], "category"),
    ],
    "text of days": [
        series(["2024-03-05", "1999-12-31", None]),
        series(["2024-03-05", "1999-12-31", None], "datetime64[us]"),
        series([dt.date(2024, 3, 5), dt.date(1999, 12, 31), None], object),
    ],
    "text of moments": [
        series(["2024-03-05T08:30:00Z", "1999-07-01T09:00:00+09:00", None]),
        series([MORNING, D(1999, 7, 1), None], "datetime64[us, UTC]"),
        series([MORNING, D(1999, 7, 1), None], "datetime64[s, UTC]").dt.tz_convert("America/New_York"),
    ],
    "text of spans": [
        series(["1 days 00:00:00", "0 days 09:30:00", None]),
        series(["1D", "9.5h", None], "timedelta64[s]"),
        series([dt.timedelta(1), dt.timedelta(hours=9.5), None], object),
    ],
    "text of prices": [
        series(["0.10", "19.90", None]),
        series([0.1, 19.9, None], "float64"),
        series([0.1, 19.9, None], "float32"),
        series([0.1, 19.9, None], "float16"),
        series([Decimal("0.1"), Decimal("19.9"), None], object),
    ],
    "levels": [
        series([3, 1, None], pd.CategoricalDtype([1, 2, 3], ordered=True)),
        series([3, 1, None], "Int64"),
        series(["3", "1", None]),
        series(["3", "1", None], "category"),
        series([3.0, 1.0, None], pd.CategoricalDtype([1.0, 3.0])),
    ],
    "things": [
        series([dt.time(8, 30), dt.time(9), None], object),
        series(["08:30:00", "09:00:00", None]),
    ],
}


@pytest.mark.parametrize("kind", DRESSES)
def test_the_same_values_in_any_two_dresses_are_equal(kind: str) -> None:
    first = DRESSES[kind][0]
    for other in DRESSES[kind]:
        assert same(first, other) == [True] * 3, other.dtype
        assert same(first, other[::-1]) == [False, True, False], other.dtype


@given(st.lists(st.integers(-(2**70), 2**70), min_size=1), st.lists(st.integers(-(2**70), 2**70), min_size=1))
def test_whole_numbers_are_equal_where_python_says_so(real: list[int], other: list[int]) -> None:
    size = min(len(real), len(other))
    real, other = real[:size], other[:size]
    expected = [a == b for a, b in zip(real, other, strict=True)]
    assert same(series(real, object), series(other, object)) == expected


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1))
def test_a_narrow_float_equals_the_wide_one_it_was_rounded_from(values: list[float]) -> None:
    narrow = series(values, "float32")
    as_read = series([float(str(value)) for value in narrow.to_numpy()])
    for real, other in ((narrow, as_read), (as_read, narrow), (narrow, narrow.astype("float64"))):
        assert all(same(real, other))


@given(st.lists(st.datetimes(D(1700, 1, 1), D(2200, 1, 1)), min_size=1), st.sampled_from(UNITS))
def test_a_moment_is_the_same_in_every_unit(values: list[D], unit: str) -> None:
    rounded = series(values, "datetime64[us]").dt.as_unit(unit)
    for finer in UNITS[UNITS.index(unit) :]:
        assert all(same(rounded, rounded.dt.as_unit(finer)))
    assert not any(same(rounded, rounded + pd.Timedelta(1, unit=unit)))


def test_a_naive_time_is_the_wall_time_of_the_zone_beside_it() -> None:
    naive = series(["2024-07-01 00:00", "2024-10-27 02:30", "2024-03-31 02:30"], "datetime64[us]")
    berlin = series(pd.to_datetime(["2024-06-30 22:00", "2024-10-27 00:30", "2024-03-31 01:00"], utc=True))
    berlin = berlin.dt.tz_convert("Europe/Berlin")
    assert same(berlin, naive) == [True] * 3
    assert same(naive, berlin) == [True, True, False]  # half past two does not exist, three does


def test_the_real_column_decides_and_where_it_is_empty_the_next() -> None:
    empty = series([None, None], object)
    kind, (left, right) = align(empty, series([1, 2]))
    assert (kind, left.isna().all(), right.tolist()) == ("number", True, [1, 2])
    assert align(empty, empty)[0] == "category"
    assert align(series([None, None], "float64"), series(["a", "b"]))[0] == "category"


STRANGERS: dict[str, tuple[pd.Series, pd.Series, str]] = {
    "text beside numbers": (series([1, 2]), series(["1", "one"]), "'one'"),
    "dates beside numbers": (series([1, 2]), series(["2024-01-01"], "datetime64[us]"), "Timestamp"),
    "numbers beside dates": (series(["2024-01-01"], "datetime64[us]"), series([1, 2]), "1"),
    "another format beside dates": (
        series(["2024-01-01"], "datetime64[us]"),
        series(["2024-01-01", "01.02.2024"]),
        "'01.02.2024'",
    ),
    "numbers beside booleans": (series([True, False]), series([1, 2]), "2"),
    "yes beside booleans": (series([True, False]), series(["true", "yes"]), "'yes'"),
    "numbers beside words": (series(["a", "b"]), series([1, 2]), "1"),
    "booleans beside words": (series(["yes", "no"]), series([True, False]), "True"),
    "one number for two codes": (series(["01067", "1067"]), series([1067]), "1067"),
    "numbers beside spans": (series(["1h"], "timedelta64[s]"), series([3600]), "3600"),
    "a value that fails": (series([1.5]), series([Decimal("sNaN")], object), "InvalidOperation"),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_a_value_that_is_nothing_alike_is_named(case: str) -> None:
    real, other, example = STRANGERS[case]
    with pytest.raises(DifferentKind) as caught:
        align(real, real, other)
    assert caught.value.position == 2
    assert caught.value.example.startswith(example)


def test_codes_that_are_not_among_the_real_ones_stay_apart() -> None:
    _, (_, right) = align(series(["01067", "99084"]), series([1067.0, 5.0, 7.5]))
    assert right.tolist() == ["01067", "5", "7.5"]


def test_the_text_of_values() -> None:
    values = [1.0, 2.5, True, Decimal("1.50"), dt.date(2024, 1, 1), D(2024, 1, 1, 9), "x", None, 10**30, (1,)]
    spelled = ["1", "2.5", "True", "1.5", "2024-01-01", "2024-01-01 09:00:00", "x", "–", str(10**30), "(1,)"]
    assert as_text(series(values, object)).fillna("–").tolist() == spelled
    assert as_text(series([0.1], "float32")).tolist() == ["0.1"]
    assert as_text(series([1, "1"], "category")).tolist() == ["1", "1"]
