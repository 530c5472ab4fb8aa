"""Which columns are missing together, or exactly where another one has certain values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from synth_handson.tables.rules.rule import MissingIf, MissingTogether
from synth_handson.tables.rules.values import Booleans, Values
from synth_handson.tables.texts import MIN_KEPT_ROWS

MAX_VALUES = 50
"""Most values of a column that may decide where another one is missing."""
MOST_NAMED = 10


def find_gaps(values: Values) -> Iterator[MissingTogether | MissingIf]:
    """Yield rules about what is missing that hold in all rows, for at least 8 people on either side."""
    masks = {name: mask for name in values.names if _varies(mask := values.missing(name))}
    together: set[str] = set()
    for first, second in combinations(masks, 2):
        if second not in together and (masks[first] == masks[second]).all():
            together.add(second)
            yield MissingTogether(first=first, second=second)
    for column, mask in masks.items():
        if column in together:
            continue
        for by in values.names:
            if by != column and (rule := _by_values(values, column, by, mask)):
                yield rule


def _by_values(values: Values, column: str, by: str, mask: Booleans) -> MissingIf | None:
    """Say by which values of another column one is missing, if they decide it; each is one of 8 people."""
    if values.unit(by) not in ("text", "number"):
        return None
    codes, levels = values.codes(by)
    if (codes[mask] < 0).any() or len(levels) < 2:
        return None
    wanted, times = np.unique(codes[mask], return_counts=True)
    few = len(levels) <= MAX_VALUES if values.unit(by) == "text" else len(wanted) == 1
    if not few or len(wanted) > MOST_NAMED or times.min() < MIN_KEPT_ROWS:
        return None
    if np.isin(codes[~mask], wanted).any():
        return None
    chosen = [levels[code] for code in wanted]
    return MissingIf(
        column=column, by=by, values=tuple(v if isinstance(v, str) else float(v) for v in chosen)
    )


def _varies(mask: Booleans) -> bool:
    return MIN_KEPT_ROWS <= int(mask.sum()) <= len(mask) - MIN_KEPT_ROWS
