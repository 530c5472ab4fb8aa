"""Names for array types, and functions on arrays used everywhere."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Booleans = NDArray[np.bool_]


def as_floats(values: object) -> Floats:
    """Turn numbers into an array of at least one dimension; anything else becomes NaN."""
    try:
        return np.atleast_1d(np.asarray(values, np.float64))
    except (TypeError, ValueError):
        return np.array([np.nan])


def ratio(part: ArrayLike, whole: ArrayLike, otherwise: float = 0.0) -> Floats:
    """Divide; ``otherwise`` where there is nothing to divide by. Shapes are broadcast."""
    shape = np.broadcast_shapes(np.shape(part), np.shape(whole))
    quotient: Floats = np.divide(part, whole, out=np.full(shape, otherwise), where=np.asarray(whole) > 0)
    return quotient


def number_rows(columns: Iterable[Integers]) -> Integers:
    """Assign numbers to rows from 0, in order of appearance; equal rows share one.

    Parameters
    ----------
    columns
        Each column's codes, from -1 on, equal where its values are. At least one, shape (n,) each.

    Returns
    -------
    ndarray
        Shape (n,).
    """
    numbers, size = np.zeros(1, np.intp), 1
    for codes in columns:
        levels = int(codes.max()) + 2
        if size > np.iinfo(np.int64).max // levels:
            numbers = pd.factorize(numbers)[0]
            size = int(numbers.max()) + 1
        numbers = numbers * levels + (codes + 1)
        size *= levels
    return pd.factorize(numbers)[0]


def equal_before(numbers: Integers) -> Integers:
    """Count how many equal numbers stand before each. Shape (n,) each."""
    return np.asarray(pd.Series(numbers).groupby(numbers).cumcount(), np.intp)


def some_of_each(numbers: Integers, most: int, rng: np.random.Generator) -> Booleans:
    """Choose at random so many of those that share a number, or all there are; otherwise as `one_of_each`."""
    order = rng.permutation(len(numbers))
    chosen = np.zeros(len(numbers), bool)
    chosen[order[equal_before(numbers[order]) < most]] = True
    return chosen


def one_of_each(numbers: ArrayLike, rng: np.random.Generator) -> Booleans:
    """Choose one at random among those that share a number.

    Parameters
    ----------
    numbers
        Shape (n,).
    rng
        Draws.

    Returns
    -------
    ndarray of bool
        Whether each is chosen. Shape (n,).
    """
    values = np.asarray(numbers)
    order = rng.permutation(len(values))
    chosen = np.zeros(len(values), bool)
    chosen[order[~pd.Series(values[order]).duplicated().to_numpy()]] = True
    return chosen
