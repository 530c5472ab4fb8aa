"""Conversion of columns between the form for rules and the form in which rows are drawn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from synth_handson.metrics.arrays import Booleans, Floats, Integers
from synth_handson.synthesis.schema import Schema, engine_name
from synth_handson.tables.columns import Column
from synth_handson.tables.rules.values import DAY, Unit, Values

MAX_DECIMALS = 6
ON_GRID = 1e-4
"""Tolerated distance from a multiple of a step, as a share of the step: decimals are not exact."""
LARGEST = 1e11


class Columns:
    """The original's columns: their schema, and what each holds.

    Parameters
    ----------
    schema
        Of the original table.
    units
        What each column holds for rules.
    """

    def __init__(self, schema: Schema, units: Mapping[str, Unit]) -> None:
        self.schema = schema
        self.units = dict(units)

    def values(self, frame: pd.DataFrame) -> Values:
        """Read a table that has these columns, or some of them."""
        return Values(frame, self.units, self.schema.date_formats)

    def restored(self, made: Mapping[str, Column]) -> dict[str | int, Column]:
        """Give columns, as `as_drawn` returns them, the original's dtypes."""
        schema = self.schema.of_columns(made)
        names = [name for name, _ in schema.dtypes]
        drawn = pd.DataFrame({engine_name(names, name): made[str(name)] for name in names})
        return dict(schema.restore(drawn).items())  # type: ignore[arg-type]

    def as_drawn(self, name: str, values: Floats) -> Column:
        """Turn numbers, or time in days, into what an engine draws of such a column."""
        unit = self.units[name]
        if unit == "number":
            return pd.Series(values - self.schema.origins.get(name, 0))
        if unit == "time":
            return pd.Series(values * DAY)
        there = ~np.isnan(values)
        microseconds = np.full(len(values), np.iinfo(np.int64).min)
        microseconds[there] = np.round(values[there] * DAY * 1e6).astype(np.int64)
        if unit == "duration":
            return pd.Series(microseconds.view("timedelta64[us]"))
        return self._wall_time(name, pd.Series(microseconds.view("datetime64[us]")))

    def dtype(self, name: str) -> str:
        """Return the name of a column's dtype."""
        return next(dtype for one, dtype in self.schema.dtypes if str(one) == name)

    def _wall_time(self, name: str, moments: Column) -> Column:
        dtype = pd.api.types.pandas_dtype(self.dtype(name))
        if isinstance(dtype, pd.DatetimeTZDtype):
            return moments.dt.tz_localize("UTC").dt.tz_convert(dtype.tz).dt.tz_localize(None)
        return moments


def of_column(frame: pd.DataFrame, name: str) -> Column:
    """Return a column by its name as text, numbered from 0."""
    column: Column = frame[next(one for one in frame.columns if str(one) == name)]
    return column.reset_index(drop=True)


def grid_of(values: Floats, unit: Unit) -> float:
    """Return the step of numbers or days: decimals, days, minutes, seconds; 0 for none."""
    there = values[~np.isnan(values)]
    if unit == "number":
        sizes = [10.0**-decimals for decimals in range(MAX_DECIMALS + 1)]
    else:
        sizes = [1.0, 60 / DAY, 1 / DAY]
    for size in sizes:
        steps = there / size
        if (np.abs(steps - np.round(steps)) < ON_GRID).all() and np.abs(steps).max(initial=0) < LARGEST:
            return size
    return 0.0


def filled(values: Floats, where: Booleans, rng: np.random.Generator) -> Floats:
    """Fill ignored places with any of the other values."""
    known = values[~where & ~np.isnan(values)]
    made = values.copy()
    if len(known):
        made[where] = rng.choice(known, int(where.sum()))
    return made


def shared(groups: Integers, people: Integers | None, least: int) -> Booleans:
    """Tell which rows belong to groups with enough people; -1 is no group. Shape (n_rows,)."""
    if people is None:
        times = np.bincount(groups[groups >= 0], minlength=1)
    else:
        pairs = np.unique(np.column_stack([groups, people])[groups >= 0], axis=0)
        times = np.bincount(pairs[:, 0], minlength=int(groups.max()) + 1 if len(groups) else 1)
    enough = np.append(times >= least, False)
    return np.asarray(enough[groups], bool)
