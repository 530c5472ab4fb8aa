"""Set a holdout aside before anything is trained."""

from numbers import Real

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError, TableError, problem
from synth_handson.tables.checks import check_seed


def split_holdout(
    frame: pd.DataFrame, fraction: float = 0.2, random_state: int = 0
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
        If the fraction or seed is out of range, or one of the parts would be empty.
    TableError
        If ``frame`` is no DataFrame.
    """
    if not isinstance(frame, pd.DataFrame):
        raise TableError([problem("table_not_a_frame", {"type": type(frame).__name__})])
    if not isinstance(fraction, Real) or not 0 < fraction < 1:
        raise ArgumentError("holdout_fraction", fraction=fraction)
    seed = check_seed(random_state)
    rows = len(frame)
    held_out = round(rows * fraction)
    if not 0 < held_out < rows:
        raise ArgumentError("holdout_empty", rows=rows, fraction=fraction)
    in_holdout = np.zeros(rows, dtype=bool)
    # NumPy promises never to change this stream (NEP 19): the generator that ships with the project has not
    # seen this holdout, and must not have seen it after an upgrade either.
    in_holdout[np.random.RandomState(seed).permutation(rows)[:held_out]] = True
    return frame[~in_holdout], frame[in_holdout]
