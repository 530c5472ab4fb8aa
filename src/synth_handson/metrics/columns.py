"""Encoded columns, and the HEOM distance of their rows: see `synth_handson.metrics.distances`."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from synth_handson.metrics.arrays import Floats, Integers


@dataclass(frozen=True)
class EncodedColumn:
    """One column of both tables, the real rows first.

    Attributes
    ----------
    codes
        Equal where the values are. A missing number has the code -1. A category's codes count its levels:
        real ones, one for all that are unseen, one for missing. Shape (n,).
    ranks
        Ranks of numbers, from 0 to 1; NaN where missing. Shape (n,).
    """

    codes: Integers
    ranks: Floats | None

    @cached_property
    def levels(self) -> int:
        """Number of codes, without that of a missing number."""
        return int(self.codes.max()) + 1

    @cached_property
    def gaps(self) -> bool:
        """Whether numbers are missing."""
        return self.ranks is not None and int(self.codes.min()) < 0

    @property
    def dimensions(self) -> int:
        """Dimension of the points that lie as far apart as the values: 1 for numbers and for two levels."""
        return self.levels if self.ranks is None and self.levels > 2 else 1


def squared_distances(columns: list[EncodedColumn], rows: Integers, others: Integers) -> Floats:
    """Compute HEOM, squared.

    Parameters
    ----------
    columns
        All columns.
    rows, others
        Positions of the rows to compare, in shapes that broadcast.

    Returns
    -------
    ndarray
        From 0 to the number of columns, in the broadcast shape of the two.
    """
    total = np.zeros(np.broadcast_shapes(rows.shape, others.shape))
    for column in columns:
        if column.ranks is None:
            total += column.codes[rows] != column.codes[others]
            continue
        squared = (column.ranks[rows] - column.ranks[others]) ** 2
        if column.gaps:
            unequal = column.codes[rows] != column.codes[others]
            squared = np.where(np.isnan(squared), unequal, squared)
        total += squared
    return total
