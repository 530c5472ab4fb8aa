"""Column names and dtypes: how a table goes to the engine, and how drawn rows come back."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

PROTECTED_TOKEN = "_RARE_"
"""Stands in the synthetic table for categories too rare to be shown."""

FEW_VALUES = 10
"""Numeric columns with at most this many distinct values are trained on the values themselves."""

Level = str | int | float | bool


@dataclass(frozen=True)
class Schema:
    """Column names, in order, with the dtypes a sampled table gets.

    Dates, decimals and incomplete booleans that are held as Python objects get the dtype made for them.

    Attributes
    ----------
    dtypes
        Pairs of column name and dtype name.
    categories
        For each column of dtype category its categories, and whether they are ordered.
    """

    dtypes: tuple[tuple[str, str], ...]
    categories: dict[str, tuple[list[Level], bool]] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Schema":
        """Read the schema of a table."""
        categories = {
            str(name): (
                [v if isinstance(v, Level) else str(v) for v in column.cat.categories.tolist()],
                bool(column.cat.ordered),
            )
            for name, column in frame.items()
            if isinstance(column.dtype, pd.CategoricalDtype)
        }
        return cls(
            tuple((str(name), str(_natural(column).dtype)) for name, column in frame.items()), categories
        )

    def restore(self, drawn: pd.DataFrame) -> pd.DataFrame:
        """Give drawn values the original's columns, order and dtypes.

        A column takes the nearest dtype that can hold what was drawn where its own cannot: a category gains
        :data:`PROTECTED_TOKEN`, integers and booleans with missing values become pandas' nullable ones.

        Parameters
        ----------
        drawn
            Rows as the engine draws them, with these columns in any order.

        Returns
        -------
        DataFrame
            The same rows, numbered from 0.
        """
        drawn = drawn.reset_index(drop=True)
        return pd.DataFrame({name: self._restore(drawn[name], name, dtype) for name, dtype in self.dtypes})

    def _restore(self, values: "pd.Series[Any]", name: str, dtype: str) -> "pd.Series[Any]":
        if name in self.categories:
            levels, ordered = self.categories[name]
            by_text: dict[str, Level] = {str(level): level for level in levels}
            if (values == PROTECTED_TOKEN).any():
                by_text[PROTECTED_TOKEN] = PROTECTED_TOKEN
            return values.map(by_text).astype(pd.CategoricalDtype(list(by_text.values()), ordered))
        wanted = "boolean" if dtype == "bool" and values.isna().any() else dtype
        known = pd.api.types.pandas_dtype(wanted)
        if isinstance(known, pd.DatetimeTZDtype):
            values = values.dt.tz_localize("UTC")
        with suppress(TypeError, ValueError):
            restored = values.astype(known)
            if (restored.dropna() == values.dropna()).all():
                return restored
        return values.convert_dtypes()


def prepare(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table as the engine is given it: in the few dtypes it handles well, rows numbered from 0."""
    columns = frame.reset_index(drop=True).items()
    return pd.DataFrame({name: _plain(_natural(column).infer_objects()) for name, column in columns})


def _natural(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if column.dtype != object or column.infer_objects().dtype != object:
        return column
    held = set(map(type, column.dropna()))
    if all(issubclass(cls, bool | np.bool_) for cls in held):
        return column.astype("boolean")
    if all(issubclass(cls, Real | Decimal) for cls in held):
        return column.astype("float64")
    return pd.to_datetime(column) if all(issubclass(cls, date) for cls in held) else column


def _plain(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.cat.remove_unused_categories()
        return column.cat.rename_categories([str(level) for level in column.cat.categories])
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    # As 0 and 1, a boolean too rare to be shown stays one of the two; as text it would become another word.
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_integer_dtype(column):
        return column.astype("Int64")
    return column.astype("float64") if pd.api.types.is_float_dtype(column) else column


def encoding_types(frame: pd.DataFrame) -> dict[str, str]:
    """Choose the encoding of every column from its dtype, so that the engine guesses none from the values."""
    return {str(name): _encoding_type(column) for name, column in prepare(frame).items()}


def _encoding_type(column: "pd.Series[Any]") -> str:
    if pd.api.types.is_datetime64_any_dtype(column):
        return "TABULAR_DATETIME"
    if not pd.api.types.is_numeric_dtype(column):
        return "TABULAR_CATEGORICAL"
    return "TABULAR_NUMERIC_DISCRETE" if column.nunique() <= FEW_VALUES else "TABULAR_NUMERIC_AUTO"
