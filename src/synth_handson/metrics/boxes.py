"""Find the rows that lie in boxes: whose code in each column lies between two codes."""

from collections.abc import Iterator

import numpy as np

from synth_handson.metrics.arrays import Integers

# Most pairs of a box and a row that are compared at a time.
_PAIRS = 2**20


def rows_in_boxes(codes: Integers, low: Integers, high: Integers) -> tuple[Integers, Integers]:
    """Find all pairs of a box and a row in it.

    Only the rows that lie within a box's narrowest side, which sorting finds, are compared with its others.

    Parameters
    ----------
    codes
        The rows, at least one. Shape (n, columns).
    low, high
        The ends of each box's sides, which belong to it. Shape (m, columns).

    Returns
    -------
    boxes, rows
        Positions, sorted by box. Shape (pairs,) each.
    """
    order = np.argsort(codes, axis=0, kind="stable")
    first, size = np.empty_like(low), np.empty_like(low)
    for column, positions in enumerate(order.T):
        ascending = codes[positions, column]
        first[:, column] = np.searchsorted(ascending, low[:, column], "left")
        size[:, column] = np.searchsorted(ascending, high[:, column], "right") - first[:, column]
    narrowest = size.argmin(axis=1)
    every = np.arange(len(low))
    first, size = first[every, narrowest], np.maximum(size[every, narrowest], 0)
    found = []
    for part in _parts(size):
        box = np.repeat(part, size[part])
        place = np.arange(len(box)) - np.repeat(np.cumsum(size[part]) - size[part], size[part])
        row = order[first[box] + place, narrowest[box]]
        for column, values in enumerate(codes.T):
            value = values[row]
            inside = (low[box, column] <= value) & (value <= high[box, column])
            box, row = box[inside], row[inside]
        found.append((box, row))
    boxes, rows = zip(*found, strict=True)
    return np.concatenate(boxes), np.concatenate(rows)


def _parts(size: Integers) -> Iterator[Integers]:
    """Split the boxes into parts of about `_PAIRS` pairs."""
    parts = np.cumsum(size) // _PAIRS
    yield from np.split(np.arange(len(size)), np.flatnonzero(np.diff(parts)) + 1)
