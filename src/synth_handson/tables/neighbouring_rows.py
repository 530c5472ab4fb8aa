"""Do rows that stand next to each other belong to one person? Files are often written person by person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_integer_dtype

from synth_handson.tables.coded import SEEN, Coded, Codes, not_following

DISTANCES = (8, 32, 128)
"""How many rows lie between rows of which it is seen how often they agree: where a file is sorted, or drifts,
these are as alike as neighbours."""
LASTS = 0.3
"""How much more often neighbouring rows agree than these, as a share of what is possible."""
TOGETHER = 0.7
"""How much of the rows in which one column changes another one changes in, too: 0 as in any row, 1 as between
any two people."""
FEWEST = 50
"""Fewest runs of rows."""
MOST_ALIKE = 0.1
"""Two people agree in all columns less often than that; if not, runs may be of regions or classes."""
SHORTEST = 1.5
"""Fewest rows of a run, on average; each person's are fewer if some of them are held out."""
LARGE = 30
"""Fewest rows, where an average row stands, within which a file may be sorted by another column."""
GOES_ON = 0.5
"""Share of changes in the direction of the change before from which on parts of a file may be sorted."""
EXCEPTIONS = 0.02
"""Largest share of changes against the order by which a file is sorted."""


def numbers_rows(index: pd.Index[Any]) -> bool:
    """Tell whether an index may say where each row stood in a file."""
    return bool(index.is_unique and is_integer_dtype(index.dtype))


def file_order(frame: pd.DataFrame) -> Codes:
    """Return the positions of the rows in the order of their index, or as they are if it numbers none."""
    return np.argsort(frame.index.to_numpy()) if numbers_rows(frame.index) else np.arange(len(frame))


def columns_of_neighbours(columns: Mapping[str, Coded], among: Collection[str]) -> tuple[str, ...]:
    """Find columns which keep their values over some rows, and then all change at once.

    So do the attributes of people whose rows stand together, even where they tell nobody apart in the whole
    table. What changes slowly along the file does not: neighbouring rows are then as alike as rows some way
    apart. Nor does what the file is sorted by, column by column, nor do columns that each last for some rows,
    but change independently of each other.

    Parameters
    ----------
    columns
        Columns in the order of the file, by name.
    among
        Names of those that may be attributes of people.

    Returns
    -------
    tuple of str
        At least two columns, none of which follows from another one; empty if there are none.
    """
    if len(columns) < 2:
        return ()
    columns = _without_repetitions(columns)
    rows = len(next(iter(columns.values())).codes)
    if rows < FEWEST * SHORTEST:
        return ()
    sorted_by = _sorted_by(columns)
    others = [name for name in columns if name in among and name not in sorted_by]
    lasting = [n for n in others if _lasts(columns[n].codes) and not _is_sorted_in_parts(columns[n])]
    lasting.sort(key=lambda name: columns[name].chance)
    found = _changing_together({name: columns[name].codes for name in not_following(columns, lasting)})
    if len(found) < 2:
        return ()
    runs = run_numbers([columns[name].codes for name in found])
    alike = min(_agree_in_all([columns[name].codes for name in found], d) for d in _distances(rows))
    enough = FEWEST <= runs[-1] + 1 <= rows / SHORTEST
    return found if enough and alike < MOST_ALIKE else ()


def run_numbers(columns: Sequence[Codes]) -> Codes:
    """Give each row the number of its run, from 0 on, in which no column changes."""
    changes = np.any([codes[1:] != codes[:-1] for codes in columns], axis=0)
    return np.concatenate([[0], np.cumsum(changes)])


def _without_repetitions(columns: Mapping[str, Coded]) -> dict[str, Coded]:
    """Leave out rows that equal the row before: tables of counts may be written out so."""
    codes = [column.codes for column in columns.values()]
    changes = np.concatenate([[True], np.any([c[1:] != c[:-1] for c in codes], axis=0)])
    return {name: column.at(changes) for name, column in columns.items()}


def _distances(rows: int) -> list[int]:
    return [distance for distance in DISTANCES if 3 * distance < rows]


def _agree(codes: Codes, distance: int) -> NDArray[np.bool_]:
    """Tell which rows agree with the one so many rows before; gaps agree with nothing."""
    agree: NDArray[np.bool_] = (codes[distance:] == codes[:-distance]) & (codes[distance:] >= 0)
    return agree


def _agree_in_all(columns: Sequence[Codes], distance: int) -> float:
    return float(np.all([_agree(codes, distance) for codes in columns], axis=0).mean())


def _far(codes: Codes) -> float:
    """How often rows some way apart agree."""
    return min(float(_agree(codes, distance).mean()) for distance in _distances(len(codes)))


def _lasts(codes: Codes) -> bool:
    """Tell whether neighbouring rows agree far more often than rows some way apart."""
    far = _far(codes)
    near = float(_agree(codes, 1).mean())
    return (1 - far) * len(codes) >= SEEN and near - far >= LASTS * (1 - far)


def _is_sorted_in_parts(column: Coded) -> bool:
    """Tell whether a number or date goes on in one direction: in random order, a third of its changes do."""
    steps = np.sign(np.diff(column.codes))
    steps = steps[steps != 0]
    return column.ordered and len(steps) > 1 and float((steps[1:] == steps[:-1]).mean()) > GOES_ON


def _sorted_by(columns: Mapping[str, Coded]) -> list[str]:
    """Name the columns by which a file is sorted: the first, within its values the second, and so on."""
    found: list[str] = []
    within = np.zeros(len(next(iter(columns.values())).codes), np.intp)
    while (rows_of_each := np.bincount(within).astype(float)) @ rows_of_each >= LARGE * len(within):
        others = [n for n in columns if n not in found and _is_sorted(columns[n], within)]
        if not others:
            break
        found.append(min(others, key=lambda name: columns[name].size))
        within = run_numbers([within, columns[found[-1]].codes])
    return found


def _is_sorted(column: Coded, within: Codes) -> bool:
    """Tell whether values go one way within groups of rows; those of a category stand together."""
    steps = np.diff(column.codes)[np.diff(within) == 0]
    steps = steps[steps != 0]
    if column.ordered:
        return len(steps) > 0 and min(float((steps > 0).mean()), float((steps < 0).mean())) <= EXCEPTIONS
    values = len(np.unique(within * (column.size + 1) + column.codes + 1)) - within[-1] - 1
    return 0 < len(steps) <= (1 + EXCEPTIONS) * int(values)


def _changing_together(columns: Mapping[str, Codes]) -> tuple[str, ...]:
    """Return the largest set of columns any two of which change in the same rows."""
    changes = {name: ~_agree(codes, 1) for name, codes in columns.items()}
    often = {name: 1 - _far(codes) for name, codes in columns.items()}

    def follows(name: str, other: str) -> float:
        """How far a column changes with another one: 0 no more than in any row, 1 as between two people."""
        any_row = float(changes[name].mean())
        return float((changes[name][changes[other]].mean() - any_row) / (often[name] - any_row))

    pairs = {pair: follows(*pair) for pair in permutations(columns, 2)}
    best: tuple[str, ...] = ()
    for first in columns:
        found: tuple[str, ...] = (first,)
        others = [name for name in columns if name != first]
        for name in sorted(others, key=lambda n: -min(pairs[first, n], pairs[n, first])):
            if all(min(pairs[name, other], pairs[other, name]) >= TOGETHER for other in found):
                found += (name,)
        best = max(best, found, key=len)
    return best
