"""What a column holds, and its values as numbers."""

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ColumnType = Literal["number", "date", "zoned date", "span", "category"]


def infer_type(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Give a column of Python objects the dtype its values have; the index is renumbered then."""
    if column.dtype != object:
        return column
    column = column.reset_index(drop=True)
    return column.dropna().infer_objects().reindex(column.index)


def column_type(column: "pd.Series[Any]") -> ColumnType:
    """Tell what a column holds by its dtype; booleans, text and everything else are categories."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "date" if column.dt.tz is None else "zoned date"
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return "span"
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        return "number"
    return "category"


def to_floats(column: "pd.Series[Any]") -> NDArray[np.float64]:
    """Turn numbers into float64, dates into seconds since 1970 and spans into seconds; missing ones are NaN.

    A column of categories becomes NaN throughout.
    """
    kind = column_type(column)
    if kind == "category":
        return np.full(len(column), np.nan)
    if kind.endswith("date"):
        column = column - pd.Timestamp("1970-01-01", tz=column.dt.tz)
    if kind != "number":
        column = column.dt.total_seconds()
    return column.to_numpy(np.float64, na_value=np.nan)
