"""Set a holdout aside before anything is trained."""

import math
from numbers import Real

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.tables.checks import MIN_ASSESSED_ROWS, check_frame, check_seed

HELD_OUT = 0.2


def split_holdout(
    frame: pd.DataFrame, fraction: float = HELD_OUT, random_state: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set rows aside that no generator will see.

    Parameters
    ----------
    frame
        The table; its order of rows, index and dtypes are kept in both parts.
    fraction
        The holdout's share of the rows, between 0 and 1, both excluded.
    random_state
        Seed, 0 to 2**32 - 1. Which rows are chosen depends on it and on the number of rows alone.

    Returns
    -------
    train, holdout : DataFrame
        Two tables that share no row and together are the whole, ``round(len(frame) * fraction)`` rows of it
        in the holdout.

    Raises
    ------
    ArgumentError
        If the fraction or seed is out of range, or one of the parts would have fewer than the 100 rows that
        an assessment needs.
    TableError
        If ``frame`` is no DataFrame.
    """
    check_frame(frame, "frame", "table")
    if not isinstance(fraction, Real) or not 0 < fraction < 1:
        raise ArgumentError("holdout_fraction", fraction=fraction)
    seed = check_seed(random_state)
    rows = len(frame)
    held_out = round(rows * fraction)
    if min(held_out, rows - held_out) < MIN_ASSESSED_ROWS:
        raise _too_small(rows, held_out)
    in_holdout = np.zeros(rows, dtype=bool)
    # NumPy promises never to change this stream (NEP 19): the generator that ships with the project has not
    # seen this holdout, and must not have seen it after an upgrade either.
    in_holdout[np.random.RandomState(seed).permutation(rows)[:held_out]] = True
    return frame[~in_holdout], frame[in_holdout]


def _too_small(rows: int, held_out: int) -> ArgumentError:
    sizes = {"rows": rows, "holdout": held_out, "train": rows - held_out, "minimum": MIN_ASSESSED_ROWS}
    if rows < 2 * MIN_ASSESSED_ROWS:
        return ArgumentError("holdout_few_rows", **sizes, needed=2 * MIN_ASSESSED_ROWS)
    # Rounded inwards to three digits, so that what is named works.
    least = math.ceil(1000 * MIN_ASSESSED_ROWS / rows)
    return ArgumentError("holdout_small", **sizes, least=least / 1000, most=(1000 - least) / 1000)
