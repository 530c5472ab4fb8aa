"""Identifiers that repeat are not learned: new ones of the same form are made, and none is a real one."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from synth_handson.tables.alignment import as_text
from synth_handson.tables.columns import Column, as_canonical, column_kind, to_floats
from synth_handson.tables.texts import MIN_KEPT_ROWS

MAX_FIRST = 2**62
"""Larger numbers are generated as text, since counting on would exceed 64 bits."""
TRIES, FEW_TRIES = 100, 10
"""Attempts at a text that is not in use yet; a digit is added every ten attempts."""
POOLS = {"0": string.digits, "A": string.ascii_uppercase, "a": string.ascii_lowercase}


@dataclass(frozen=True)
class Identifier:
    """How to make new values of an identifier.

    Attributes
    ----------
    name, position
        The column, and its position in the table.
    dtype
        Name of its dtype.
    missing
        Share of rows without one.
    first
        Numbers are counted from here on: above all that are there.
    forms
        For text, each form that many people's identifiers have: the characters allowed at each position.
        One position has a character that no real one of this form has there, or there is one position more.
    """

    name: str | int
    position: int
    dtype: str
    missing: float
    first: int | None
    forms: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, name: str | int, position: int, column: Column) -> Identifier:
        """Read the form of an identifier's values."""
        column = as_canonical(column)
        there = column.dropna()
        missing = 1 - len(there) / len(column)
        if column_kind(column) == "number":
            first = 10 ** len(str(max(int(to_floats(there).max()), 0)))
            if first < MAX_FIRST:
                return cls(name, position, str(column.dtype), missing, first, ())
            column, there = column.astype("str"), there.astype("str")
        dtype = "str" if isinstance(column.dtype, pd.CategoricalDtype) else str(column.dtype)
        return cls(name, position, dtype, missing, None, _forms(as_text(there).unique().tolist()))

    def make(self, rows: int, random_state: int) -> Column:
        """Make a distinct value for each row."""
        rng = np.random.default_rng([random_state, self.position])
        made: list[Any] = (
            self._texts(rows, rng) if self.first is None else list(range(self.first, self.first + rows))
        )
        kept = rng.random(rows) >= self.missing
        values = pd.Series([value if keep else None for value, keep in zip(made, kept, strict=True)])
        wanted = types.pandas_dtype(self.dtype)
        if not kept.all() and types.is_integer_dtype(wanted):
            return values.astype("Int64")
        fits = self.first is None or not types.is_integer_dtype(wanted) or self._fits(wanted, rows)
        return values.astype(wanted if fits else "int64")

    def _fits(self, dtype: Any, rows: int) -> bool:
        assert self.first is not None
        return self.first + rows <= np.iinfo(getattr(dtype, "numpy_dtype", dtype)).max

    def _texts(self, rows: int, rng: np.random.Generator) -> list[str]:
        """Make distinct texts; if a form leaves no room for another one, digits are appended."""
        made: dict[str, None] = {}
        for _ in range(rows):
            form = self.forms[rng.integers(len(self.forms))]
            text = "".join(characters[rng.integers(len(characters))] for characters in form)
            for attempt in range(TRIES):
                if text not in made:
                    break
                text = "".join(characters[rng.integers(len(characters))] for characters in form)
                text += "".join(map(str, rng.integers(10, size=attempt // FEW_TRIES)))
            made[text] = None
        return list(made)


def _forms(values: list[str]) -> tuple[tuple[str, ...], ...]:
    by_shape: dict[str, list[str]] = {}
    for value in values:
        by_shape.setdefault(_shape(value), []).append(value)
    most = max(len(alike) for alike in by_shape.values())
    kept = (alike for alike in by_shape.values() if len(alike) >= min(MIN_KEPT_ROWS, most))
    return tuple(_form(alike, set(by_shape)) for alike in kept)


def _shape(value: str) -> str:
    """Write digits as 0, capitals as A, other letters as a; keep the rest."""
    shape = re.sub(r"\d", "0", value)
    return "".join("A" if one.isupper() else "a" if one.isalpha() else one for one in shape)


def _form(alike: list[str], shapes: set[str]) -> tuple[str, ...]:
    """Keep the characters that all have in common, and draw the others."""
    shape = _shape(alike[0])
    seen = [set(characters) for characters in zip(*alike, strict=True)]
    form = [
        next(iter(characters)) if len(characters) == 1 and len(alike) > 1 else POOLS.get(kind, kind)
        for kind, characters in zip(shape, seen, strict=True)
    ]
    for place, characters in enumerate(seen):
        new = "".join(sorted(set(form[place]) - characters))
        if len(form[place]) > 1 and new:
            return (*form[:place], new, *form[place + 1 :])
    while shape in shapes:
        shape += "0"
        form.append(string.digits)
    return tuple(form)
