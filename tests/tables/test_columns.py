"""What a column holds, and its values as numbers."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from synth_handson.tables.columns import column_type, infer_type, to_floats


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], "number"),
        ([1.5, None], "number"),
        (pd.array([1, None], dtype="Int64"), "number"),
        ([True, False], "category"),
        (["a", "b"], "category"),
        (pd.Categorical([1, 2]), "category"),
        (pd.to_datetime(["2026-01-01", None]), "date"),
        (pd.to_datetime(["2026-01-01"], utc=True), "zoned date"),
        (pd.to_timedelta(["1 day"]), "span"),
    ],
)
def test_the_dtype_decides_what_a_column_holds(values: object, expected: str) -> None:
    assert column_type(pd.Series(values)) == expected


def test_objects_get_the_dtype_their_values_have() -> None:
    column = pd.Series([1, None, 3], dtype=object, index=[7, 8, 9])
    assert column_type(infer_type(column)) == "number"
    assert infer_type(column).tolist()[::2] == [1, 3]
    stamps = pd.Series([dt.datetime(2026, 1, 1), None], dtype=object)
    assert column_type(infer_type(stamps)) == "date"


def test_dates_count_seconds_since_1970_and_spans_their_seconds() -> None:
    assert to_floats(pd.Series(pd.to_datetime(["1970-01-02", None])))[0] == 86_400
    assert to_floats(pd.Series(pd.to_datetime(["1970-01-02"], utc=True))).tolist() == [86_400]
    assert to_floats(pd.Series(pd.to_timedelta(["2 min"]))).tolist() == [120]
    assert np.isnan(to_floats(pd.Series(["a"]))).all()
