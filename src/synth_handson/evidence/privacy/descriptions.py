"""Descriptions that fit one row of a table only, such as "age >= 61, job = nurse and balance <= 12"."""

from __future__ import annotations

import numpy as np

from synth_handson.metrics.arrays import Booleans, Integers
from synth_handson.metrics.boxes import rows_in_boxes

BATCH = 1_000
"""Descriptions that are made before it is seen whom they fit, as anonymeter does."""


def describe_single_rows(
    codes: Integers,
    is_number: Booleans,
    *,
    columns: int,
    most: int,
    attempts: int,
    rng: np.random.Generator,
) -> tuple[Integers, Integers]:
    """Describe rows drawn at random, and keep the descriptions that fit no other row.

    A description says of some columns, drawn at random, that a category is the row's, and that a number is at
    least the row's if that lies above the median, and at most the row's otherwise. That a number is missing
    is described as such.

    Parameters
    ----------
    codes
        The rows, no two of them alike: of categories numbers from 0 on, of numbers their order from 0 on, -1
        where one is missing. Shape (n, width).
    is_number
        Which columns are numbers. Shape (width,).
    columns
        How many columns a description is made of, 1 to ``width``.
    most
        How many descriptions are enough.
    attempts
        How many are tried, at least; always a multiple of `BATCH`.
    rng
        Draws rows and columns.

    Returns
    -------
    low, high
        The codes between which each description puts each column. Shape (found, width) each.

    Notes
    -----
    M. Giomi, F. Boenisch, C. Wehmeyer and B. Tasnádi, PoPETs 2023(2). From the same generator, these are the
    descriptions that anonymeter 1.1 makes; it compares each with every row, which takes longer.
    """
    height, width = codes.shape
    lowest, highest = np.full(width, -1), np.full(width, np.iinfo(codes.dtype).max)
    above = np.zeros(codes.shape, bool)
    for column in np.flatnonzero(is_number):
        known = codes[codes[:, column] >= 0, column]
        above[:, column] = codes[:, column] > (np.median(known) if len(known) else -1)
    at_most = is_number & ~above & (codes >= 0)
    low, high = np.where(at_most, 0, codes), np.where(above, highest, codes)
    kept: dict[tuple[int, ...], tuple[Integers, Integers]] = {}
    for _ in range(0, attempts, BATCH):
        rows = rng.integers(0, height, size=BATCH)
        named = np.zeros((BATCH, width), bool)
        for chosen in named:
            chosen[rng.choice(width, size=columns, replace=False)] = True
        lows, highs = np.where(named, low[rows], lowest), np.where(named, high[rows], highest)
        fitting, _ = rows_in_boxes(codes, lows, highs)
        for one in np.flatnonzero(np.bincount(fitting, minlength=BATCH) == 1):
            # Whoever had the same description would fit it, so it is one row's.
            kept.setdefault((int(rows[one]), *np.flatnonzero(named[one])), (lows[one], highs[one]))
        if len(kept) >= most:
            break
    found = np.array(list(kept.values())[:most], codes.dtype).reshape(-1, 2, width)
    return found[:, 0], found[:, 1]
