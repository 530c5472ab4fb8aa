"""Set a holdout aside before anything is trained."""

import math
from collections.abc import Hashable
from numbers import Real
from typing import overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synth_handson.errors import ArgumentError
from synth_handson.tables.checks import MIN_ASSESSED_ROWS, check_frame, check_person, check_seed
from synth_handson.tables.linked import LinkedTables, check_enough_have_events

HELD_OUT = 0.2


@overload
def split_holdout(
    frame: pd.DataFrame,
    fraction: float = HELD_OUT,
    random_state: int = 0,
    *,
    person: Hashable | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]: ...


@overload
def split_holdout(
    frame: LinkedTables,
    fraction: float = HELD_OUT,
    random_state: int = 0,
    *,
    person: Hashable | None = None,
) -> tuple[LinkedTables, LinkedTables]: ...


def split_holdout(
    frame: pd.DataFrame | LinkedTables,
    fraction: float = HELD_OUT,
    random_state: int = 0,
    *,
    person: Hashable | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame] | tuple[LinkedTables, LinkedTables]:
    """Set rows aside that no generator will see, or whole people where these have several rows.

    Parameters
    ----------
    frame
        The table; its order of rows, index and dtypes are kept in both parts. Or linked tables, whose people
        are split.
    fraction
        The holdout's share of the rows, or of the people, between 0 and 1, both excluded.
    random_state
        Seed, 0 to 2**32 - 1. Which rows are chosen depends on it and on the number of rows alone; which
        people, on it, their number and the order in which they come first.
    person
        Column that identifies people. All rows of a person go to one side.

    Returns
    -------
    train, holdout : DataFrame or LinkedTables
        Two tables that share no row, nor anybody, and together are the whole, ``round(n * fraction)`` of n
        rows or people in the holdout.

    Raises
    ------
    ArgumentError
        If the fraction or seed is out of range, or one of the parts would have fewer than the 100 rows or
        people that an assessment needs; if there is no such column, or a row has nobody in it.
    TableError
        If ``frame`` is no DataFrame; or if fewer than 20 people of a part have events of a kind.
    """
    if isinstance(frame, LinkedTables):
        in_holdout = _draw(len(frame.people), fraction, random_state, "people")
        keys = frame.people[frame.key]
        train, holdout = frame.select(keys[~in_holdout]), frame.select(keys[in_holdout])
        check_enough_have_events(train, holdout)
        return train, holdout
    check_frame(frame, "frame", "table")
    if person is None:
        in_holdout = _draw(len(frame), fraction, random_state, "rows")
    else:
        people = _people(frame, person)
        in_holdout = _draw(int(people.max(initial=-1)) + 1, fraction, random_state, "people")[people]
    return frame[~in_holdout], frame[in_holdout]


def _people(frame: pd.DataFrame, person: Hashable) -> NDArray[np.intp]:
    """Give each row the number of its person, in the order in which they come first."""
    check_person(frame, person, "frame")
    numbers: NDArray[np.intp] = pd.factorize(frame[person])[0]
    return numbers


def _draw(rows: int, fraction: float, random_state: int, unit: str) -> NDArray[np.bool_]:
    """Decide which rows, or people, are held out."""
    if not isinstance(fraction, Real) or not 0 < fraction < 1:
        raise ArgumentError("holdout_fraction", fraction=fraction)
    seed = check_seed(random_state)
    held_out = round(rows * fraction)
    if min(held_out, rows - held_out) < MIN_ASSESSED_ROWS:
        raise _too_small(rows, held_out, unit)
    in_holdout = np.zeros(rows, dtype=bool)
    # NumPy promises never to change this stream (NEP 19): the generator that ships with the project has not
    # seen this holdout, and must not have seen it after an upgrade either.
    in_holdout[np.random.RandomState(seed).permutation(rows)[:held_out]] = True
    return in_holdout


def _too_small(rows: int, held_out: int, unit: str) -> ArgumentError:
    sizes = {unit: rows, "holdout": held_out, "train": rows - held_out, "minimum": MIN_ASSESSED_ROWS}
    people = unit == "people"
    if rows < 2 * MIN_ASSESSED_ROWS:
        few = "holdout_few_people" if people else "holdout_few_rows"
        return ArgumentError(few, **sizes, needed=2 * MIN_ASSESSED_ROWS)
    # Rounded inwards to three digits, so that what is named works.
    least = math.ceil(1000 * MIN_ASSESSED_ROWS / rows)
    small = "holdout_small_people" if people else "holdout_small"
    return ArgumentError(small, **sizes, least=least / 1000, most=(1000 - least) / 1000)
