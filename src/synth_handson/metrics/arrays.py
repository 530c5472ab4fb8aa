"""Names for the arrays that everything here is made of, and how whatever is given becomes one."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Booleans = NDArray[np.bool_]


def as_floats(values: object) -> Floats:
    """Turn numbers into an array of at least one dimension; what is no list of numbers becomes NaN."""
    try:
        return np.atleast_1d(np.asarray(values, np.float64))
    except (TypeError, ValueError):
        return np.array([np.nan])
