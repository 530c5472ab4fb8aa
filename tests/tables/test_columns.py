"""What a column holds, whatever it is held in."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synth_handson.tables.columns import (
    as_canonical,
    column_kind,
    likely_identifier,
    localize,
    to_floats,
    to_shortest_floats,
)

EAST, WEST = (dt.timezone(dt.timedelta(hours=hours)) for hours in (2, -5))

HELD: list[tuple[Any, Any, str, str]] = [
    # values, dtype they come in, what they are, dtype made for them
    ([1, 2], "int8", "number", "int8"),
    ([1.5, None], "float64", "number", "float64"),
    ([1, None], "Int64", "number", "Int64"),
    ([3, 4], "uint8[pyarrow]", "number", "uint8"),
    ([3, None], "int64[pyarrow]", "number", "Int64"),
    ([2**63 + 7, None], "uint64[pyarrow]", "number", "UInt64"),
    ([0.5, None], "float[pyarrow]", "number", "float32"),
    ([Decimal("1.20"), None], pd.ArrowDtype(pa.decimal128(9, 2)), "number", "float64"),
    ([1, None, 3], object, "number", "Int64"),
    ([2**60 + 1, None], object, "number", "Int64"),
    ([2**63 + 7, 5], object, "number", "uint64"),
    ([2**80, 5], object, "number", "object"),
    ([Decimal("2.50"), 1], object, "number", "float64"),
    ([Decimal("2.00"), None], object, "number", "Int64"),
    ([Fraction(1, 4)], object, "number", "float64"),
    ([np.float32(0.1)], object, "number", "float32"),
    ([0, 1], pd.SparseDtype("int64"), "number", "int64"),
    ([True, False], "bool", "boolean", "bool"),
    ([True, None], "boolean", "boolean", "boolean"),
    ([True, None], "bool[pyarrow]", "boolean", "boolean"),
    ([np.bool_(True), None], object, "boolean", "boolean"),
    (["2026-01-01"], "datetime64[s]", "date", "datetime64[s]"),
    ([dt.date(2026, 1, 1), None], object, "date", "datetime64[s]"),
    ([dt.date(9999, 12, 31), pd.Timestamp(5)], object, "date", "datetime64[us]"),
    ([np.datetime64("2026-01-01"), dt.datetime(2026, 1, 2)], object, "date", "datetime64[us]"),
    ([dt.date(2026, 1, 1), None], "date32[pyarrow]", "date", "datetime64[s]"),
    ([dt.datetime(2026, 1, 1), None], "timestamp[us][pyarrow]", "date", "datetime64[us]"),
    ([pd.Period("2026-02")], "period[M]", "date", "datetime64[us]"),
    (["2026-01-01"], "datetime64[us, Asia/Tokyo]", "zoned date", "datetime64[us, Asia/Tokyo]"),
    (
        [dt.datetime(2026, 1, 1, tzinfo=EAST), dt.datetime(2026, 1, 1, tzinfo=WEST)],
        object,
        "zoned date",
        "datetime64[us, UTC]",
    ),
    ([dt.timedelta(days=1), None], object, "duration", "timedelta64[us]"),
    ([dt.timedelta(days=1), None], "duration[s][pyarrow]", "duration", "timedelta64[s]"),
    (["a", None], object, "category", "str"),
    (["a", None], "large_string[pyarrow]", "category", "str"),
    (["a", None], pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string())), "category", "str"),
    ([1, 2], "category", "category", "category"),
    ([True, False], "category", "category", "category"),
    ([dt.time(9), None], object, "time", "object"),
    ([1, "b"], object, "category", "object"),
    ([1.5, True], object, "category", "object"),
    ([dt.datetime(2026, 1, 1, tzinfo=EAST), dt.datetime(2026, 1, 1)], object, "category", "object"),
    ([1j], complex, "category", "complex128"),
    ([[1], [2]], object, "category", "object"),
    ([None, None], object, "category", "object"),
]


@pytest.mark.parametrize(("values", "dtype", "kind", "canonical"), HELD)
def test_the_values_decide_what_a_column_holds_and_a_dtype_is_made_for_them(
    values: list[Any], dtype: Any, kind: str, canonical: str
) -> None:
    column = pd.Series(values, dtype=dtype)
    held = as_canonical(column)
    assert (column_kind(column), str(held.dtype)) == (kind, canonical)
    assert column_kind(held) == kind
    assert as_canonical(held).dtype == held.dtype
    assert held.isna().tolist() == column.isna().tolist()
    assert len(to_floats(column)) == len(column)


def test_whole_numbers_stay_exact() -> None:
    for value in (2**53 + 1, 2**62 + 1, 2**63 + 1, 2**70 + 1):
        assert as_canonical(pd.Series([value, None], dtype=object))[0] == value


def test_dates_count_seconds_since_1970_and_spans_their_seconds() -> None:
    assert to_floats(pd.Series(pd.to_datetime(["1970-01-02", None])))[0] == 86_400
    assert to_floats(pd.Series([dt.time(9, 0, 1, 500_000)]))[0] == 32_401.5
    assert to_floats(pd.Series(pd.to_datetime(["1970-01-02"], utc=True))).tolist() == [86_400]
    assert to_floats(pd.Series([dt.date(1970, 1, 2)], dtype=object)).tolist() == [86_400]
    assert to_floats(pd.Series(pd.to_timedelta(["2 min"]))).tolist() == [120]
    assert to_floats(pd.Series([True, None], dtype=object)).tolist()[0] == 1
    assert np.isnan(to_floats(pd.Series(["a"]))).all()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_moment_has_one_number_in_every_unit(unit: str) -> None:
    moments = pd.Series(pd.to_datetime(["1969-12-31 23:59:01", "2024-02-29 12:34:56"])).dt.as_unit(unit)
    assert to_floats(moments).tolist() == [-59, 1_709_210_096]


def test_a_narrow_float_becomes_the_one_that_reads_the_same() -> None:
    for dtype in ("float16", "float32", "Float32"):
        assert to_shortest_floats(pd.Series([0.1, 12.5], dtype=dtype)).tolist() == [0.1, 12.5]
    assert to_shortest_floats(pd.Series([0.1, None])).tolist()[0] == 0.1


def test_of_a_time_that_happens_twice_it_is_the_first_and_a_skipped_one_moves_on() -> None:
    # Berlin, 2024: clocks went from 2:00 to 3:00 on 31 March, and from 3:00 back to 2:00 on 27 October.
    walls = pd.Series(pd.to_datetime(["2024-03-31 02:30", "2024-10-27 02:30", "2024-07-01 00:00", None]))
    local = localize(walls, "Europe/Berlin").map(str)
    assert local.tolist()[:3] == [
        "2024-03-31 03:00:00+02:00",
        "2024-10-27 02:30:00+02:00",
        "2024-07-01 00:00:00+02:00",
    ]


def test_what_never_repeats_may_point_to_one_person() -> None:
    rng = np.random.default_rng(0)
    numbers = rng.choice(10**9, 60, replace=False)
    for column in (
        pd.Series(numbers),
        pd.Series(numbers.astype(float)),
        pd.Series(rng.normal(size=60)),
        pd.Series([f"C{n:09d}" for n in numbers]),
        pd.Series([Decimal(int(n)) for n in numbers], dtype=object),
        pd.Series([*numbers[:30], *[None] * 30], dtype="Int64"),
        pd.Timestamp("2024-01-01") + pd.Series(pd.to_timedelta(numbers, unit="us")),
    ):
        assert likely_identifier(column)
        assert not likely_identifier(pd.concat([column, column[:1]]))
    # One row for each year, too few values to tell, and what cannot be compared.
    assert not likely_identifier(pd.Series(range(1960, 2020)))
    assert not likely_identifier(pd.Series([1.5, 2.5, 3.5]))
    assert not likely_identifier(pd.Series([[n] for n in range(60)]))
    assert not likely_identifier(pd.Series([True, False]))
