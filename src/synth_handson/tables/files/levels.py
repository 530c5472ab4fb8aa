"""A column of text by its different values, so that each is looked at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.tables.columns import Column

if TYPE_CHECKING:
    import pyarrow as pa

PIECE = 250_000
"""Rows in each piece in which distinct values are estimated and texts converted."""
MAX_SHARE = 0.25
"""Share of distinct values beyond which a table of them takes more memory than it saves."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Different values, and where they stand.

    Attributes
    ----------
    values
        Text, numbered from 0 in the order of the rows; missing counts as a value. All rows, if most of
        many differ.
    codes
        Which of them each row has; None if ``values`` are all rows.
    """

    values: Column
    codes: NDArray[np.unsignedinteger[Any]] | None

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> Levels:
        """Find the different values of a column of Arrow's text."""
        import pyarrow as pa
        import pyarrow.compute as pc

        starts = range(0, len(column), PIECE) if len(column) > PIECE else ()
        most = sum(len(pc.unique(column.slice(start, PIECE))) for start in starts)
        if most > MAX_SHARE * len(column):
            return cls(pd.Series(column.to_pandas(), dtype="str"), None)
        chunks = pc.dictionary_encode(column, null_encoding="encode").chunks
        values = chunks[-1].dictionary if chunks else pa.array([], column.type)
        small = np.min_scalar_type(max(len(values) - 1, 0))
        codes = np.concatenate(
            [np.empty(0, small), *(np.asarray(part.indices).astype(small) for part in chunks)]
        )
        return cls(pd.Series(values.to_pandas(), dtype="str"), codes)

    @property
    def times(self) -> NDArray[np.intp]:
        """How many rows have each value. Shape (n_values,)."""
        if self.codes is None:
            return np.ones(len(self.values), np.intp)
        times = np.zeros(len(self.values), np.intp)
        for codes in _pieces(self.codes):
            times += np.bincount(codes, minlength=len(times))
        return times

    def spread(self, values: Column) -> Column:
        """Give each row what stands for its value."""
        if self.codes is None:
            return values
        if isinstance(values.dtype, np.dtype):
            return pd.Series(self._spread(values.to_numpy()), copy=False)
        if isinstance(values.array, pd.arrays.IntegerArray | pd.arrays.BooleanArray):
            kind = np.dtype(values.dtype.name.lower().replace("boolean", "bool"))
            known = values.to_numpy(kind, na_value=0)
            held = type(values.array)(self._spread(known), self._spread(values.isna().to_numpy()))
            return pd.Series(held, copy=False)
        parts = [values.take(codes) for codes in _pieces(self.codes)]
        return pd.concat(parts, ignore_index=True) if parts else values

    def _spread(self, values: NDArray[Any]) -> NDArray[Any]:
        assert self.codes is not None
        spread = np.empty(len(self.codes), values.dtype)
        for codes, part in zip(_pieces(self.codes), _pieces(spread), strict=True):
            part[:] = values[codes]
        return spread

    def row_of(self, level: int) -> int:
        """Return the first row that has a value."""
        return level if self.codes is None else int(np.argmax(self.codes == level))


def _pieces(rows: NDArray[Any]) -> list[NDArray[Any]]:
    """Cut what NumPy would copy as 64 bits into views of `PIECE` rows."""
    return [rows[start : start + PIECE] for start in range(0, len(rows), PIECE)]


def by_pieces(change: Callable[[Column], Column], column: Column) -> Column:
    """Change a long column piece by piece, where pandas would make an object of every text at once."""
    starts = range(0, max(len(column), 1), PIECE)
    parts = [change(column.iloc[start : start + PIECE]) for start in starts]
    return parts[0] if len(parts) == 1 else pd.concat(parts)
