"""Fill the gaps of real rows with values of similar synthetic rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.metrics.arrays import Booleans, Integers
from synth_handson.metrics.distances import nearest_neighbors
from synth_handson.synthesis.rules.keep import KeptRules
from synth_handson.synthesis.schema import PROTECTED_TOKEN
from synth_handson.tables.checks import listed
from synth_handson.tables.columns import Column
from synth_handson.tables.people import number_people

DONORS = 5
"""Nearest synthetic rows from which one is drawn at random to supply the values."""
MOST_TRIED = 100
"""Nearest synthetic rows that are tried, in the order of their distance, until one keeps the rules."""


@dataclass(frozen=True, eq=False)
class Donors:
    """Synthetic rows that supply values.

    Attributes
    ----------
    rows
        The rows, which keep the rules.
    learned
        The same rows as they were drawn, before rules made columns of them.
    rules
        What filled rows keep, too.
    """

    rows: pd.DataFrame
    learned: pd.DataFrame
    rules: KeptRules

    @classmethod
    def of(cls, learned: pd.DataFrame, rules: KeptRules, random_state: int) -> Donors:
        """Make the columns of drawn rows, and keep those rows that keep the rules."""
        if not rules:
            return cls(learned, learned, rules)
        rows = rules.whole(learned, random_state)
        kept = np.flatnonzero(rules.holds(rows))
        rows, learned = (one.take(kept).reset_index(drop=True) for one in (rows, learned))
        return cls(rows, learned, rules)

    def may_lack(self, name: Hashable) -> bool:
        """Tell whether a rule may want a column to be missing."""
        return str(name) in self.rules.blanked

    def complete(self, rows: pd.DataFrame, donors: Integers, random_state: int) -> pd.DataFrame:
        """Return whole rows: what these rows have, and for the rest what one donor each has.

        What rules make is made of both: the end of a stay is its own beginning and a donor's nights.
        """
        learned = self.learned.take(donors).reset_index(drop=True)
        if not self.rules:
            return learned
        for name in learned.columns.intersection(rows.columns):
            if str(name) not in self.rules.rebuilt:
                known = rows[name].reset_index(drop=True)
                learned[name] = _with_values(learned[name], np.flatnonzero(known.notna()), known.dropna())
        return self.rules.whole(learned, random_state)


def fill_gaps(table: pd.DataFrame, donors: Donors, rng: np.random.Generator) -> pd.DataFrame:
    """Fill the gaps of a table from synthetic rows.

    All gaps of a row are filled from one of the synthetic rows that are nearest to it by what it has, which
    have a value in each of them; where rules are kept, from the nearest with which it keeps them. What a
    rule wants to be missing stays missing.

    Parameters
    ----------
    table
        Rows with gaps. Columns that the synthetic rows do not have stay as they are.
    donors
        Synthetic rows.
    rng
        Chooses among the nearest.

    Returns
    -------
    DataFrame
        The same rows, in the same order and with the same index.

    Raises
    ------
    ArgumentError
        If no synthetic row has values in all gaps of a row, none of the nearest lets a row keep the rules, or
        a column holds another kind of values.

    Notes
    -----
    Hot deck imputation: R. R. Andridge and R. J. A. Little, "A review of hot deck imputation for survey
    non-response", International Statistical Review 78, 2010. The donors are synthetic; distances are HEOM.
    """
    shared = [name for name in table.columns if name in donors.rows.columns]
    gaps = table[shared].isna().reset_index(drop=True)
    found: dict[Hashable, list[Column]] = {name: [] for name in shared}
    for pattern, rows in gaps.groupby(shared).groups.items():
        lacking = pattern if isinstance(pattern, tuple) else (pattern,)
        missing = [name for name, gap in zip(shared, lacking, strict=True) if gap]
        if missing:
            positions = np.asarray(rows, np.intp)
            values = _filled(table.iloc[positions], missing, shared, donors, rng)
            for name in missing:
                found[name].append(values[name].set_axis(positions))
    filled = table.copy()
    for column, parts in found.items():
        if parts:
            made = pd.concat(parts)
            filled[column] = _with_values(table[column], made.index.to_numpy(), made)
    return filled


def fill_people(
    table: pd.DataFrame, person: Hashable, rules: KeptRules, fill: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.DataFrame:
    """Fill the gaps of people with several rows, so that what is one value for each stays one value.

    Where all known values of each person agree in a column, and some have two, a gap in it gets the person's
    own value from another row. If there is none, all their rows get the value of the first.

    Parameters
    ----------
    table
        Rows with gaps.
    person
        The column that identifies people; a row without one is a person of its own.
    rules
        What filled rows keep.
    fill
        Fills the gaps of single rows.

    Raises
    ------
    ArgumentError
        If a person's own values break a rule with a filled one, beside the errors of ``fill``.
    """
    owner = number_people(pd.factorize(table[person])[0])
    constant = [name for name in table.columns if name != person and _is_constant(table[name], owner)]
    known = table.copy()
    for name in constant:
        known[name] = _of_person(table[name], table[name].notna().to_numpy(bool), owner)
    filled, first = fill(known), ~pd.Series(owner).duplicated().to_numpy()
    for name in constant:
        places = np.flatnonzero(known[name].isna())
        values = _of_person(filled[name], first, owner)
        filled[name] = _with_values(filled[name], places, values.iloc[places])
    changed = [name for name in table.columns if table[name].isna().any()]
    broken = ~rules.holds(filled, changed) & table.isna().any(axis=1).to_numpy(bool)
    if broken.any():
        _refuse(rules, filled, changed, broken)
    return filled


def _is_constant(column: Column, owner: Integers) -> bool:
    """Tell whether nobody has two values, although somebody has two rows with one."""
    known = column.notna().to_numpy(bool)
    of_person = pd.Series(pd.factorize(column[known])[0]).groupby(owner[known])
    return bool(column.isna().any() and (of_person.size() > 1).any() and (of_person.nunique() <= 1).all())


def _of_person(column: Column, there: Booleans, owner: Integers) -> Column:
    """Give each row the first value that is there among its person's rows, or else its own."""
    places = np.flatnonzero(there)
    first = pd.Series(places, owner[places]).groupby(level=0).first()
    source = pd.Series(owner).map(first)
    own = np.arange(len(column))
    rows = np.where(there | source.isna(), own, source.fillna(0)).astype(np.intp)
    return column.take(rows).set_axis(column.index)


def _filled(
    rows: pd.DataFrame,
    missing: Sequence[Hashable],
    shared: Sequence[Hashable],
    donors: Donors,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return values for the gaps of rows that lack the same columns, numbered from 0."""
    order = _order(rows, missing, [name for name in shared if name not in missing], donors, rng)
    rows, waiting = rows.reset_index(drop=True), np.arange(len(rows))
    parts = []
    for attempt in range(order.shape[1]):
        whole = donors.complete(rows.take(waiting), order[waiting, attempt], int(rng.integers(2**32)))
        tried = rows.take(waiting)
        for name in missing:
            tried[name] = whole[name].set_axis(waiting)
        kept = donors.rules.holds(tried, missing)
        parts.append(tried.loc[kept, list(missing)])
        waiting = waiting[~kept]
        if not len(waiting):
            return pd.concat(parts).sort_index()
    return _refuse(donors.rules, tried, missing, ~kept)


def _order(
    rows: pd.DataFrame,
    missing: Sequence[Hashable],
    known: Sequence[Hashable],
    donors: Donors,
    rng: np.random.Generator,
) -> Integers:
    """Return the donors that are tried for each row, the nearest first. Shape (n_rows, tried)."""
    needed = [name for name in missing if not donors.may_lack(name)]
    values = donors.rows[needed]
    there = values.notna().all(axis=1) & (values.astype(object) != PROTECTED_TOKEN).all(axis=1)
    able = np.flatnonzero(there)
    if not len(able):
        raise ArgumentError("fill_nobody", columns=listed(missing))
    tried = min(MOST_TRIED if donors.rules else DONORS, len(able))
    if not known:
        return able[rng.integers(len(able), size=(len(rows), tried))]
    _, found = nearest_neighbors(rows[list(known)], donors.rows[list(known)].iloc[able], k=tried)
    near = min(DONORS, tried)
    nearest = np.hstack([rng.permuted(found[:, :near], axis=1), found[:, near:]])
    return able[nearest.astype(np.intp)]


def _refuse(rules: KeptRules, rows: pd.DataFrame, about: Sequence[Hashable], broken: Booleans) -> NoReturn:
    """Name a rule that no value for a gap keeps, and how many rows that concerns."""
    rule = rules.worst(rows[broken], about)[0]
    raise ArgumentError("fill_rules", rule=str(rule), rows=int(broken.sum()), columns=listed(about))


def _with_values(column: Column, places: Integers, values: Column) -> Column:
    """Set some values of a column, in its dtype if that can hold them."""
    order = np.arange(len(column))
    order[places] = len(column) + np.arange(len(places))
    if isinstance(column.dtype, pd.CategoricalDtype):
        values = values.astype(column.dtype)
    both = pd.concat([column, values], ignore_index=True).take(order)
    both.index = column.index
    with suppress(TypeError, ValueError):
        both = both.astype(column.dtype)
    return both
