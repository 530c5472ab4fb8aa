"""Find people by values that were written in another way: moved, multiplied, cut, disguised, put elsewhere.

A join on values does not see a customer number to which the same was added everywhere, dates that were all
moved by some days, amounts in another currency, or a code in base 36. So the columns that tell people apart
are compared once more in such forms. By how much values were moved or multiplied is read off the tables, and
treats all real people alike. A person is found whose value in that form is nobody else's, and occurs in the
synthetic table. If the table knows nothing about training people in particular, those found are training
people as often as people drawn at random are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
import pandas as pd

from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.people_found import PeopleFound
from synth_handson.evidence.three_tables import AssessedTables, sample_rows
from synth_handson.metrics.arrays import Booleans, Floats, number_rows, one_of_each
from synth_handson.metrics.common_shifts import SIGNIFICANT, TIMES, common_shifts, moved_onto, step_of
from synth_handson.metrics.written_forms import FORMS, HASHES, looks_hashed, real_form, synthetic_forms
from synth_handson.tables.columns import Column

TELLING = 0.1
"""Share of real people with a value of their own in a column, from which on it may tell who somebody is."""
MOST_COLUMNS = 6
"""Columns of numbers, and of texts, that are looked at: those in which most people have their own value."""
MOST_PEOPLE = 10_000
"""Training people, and holdout people, who are looked for at most."""
SHIFTS = 3
"""Differences, and ratios, that are tried for each column."""
FINEST = 1e-7
"""Smallest difference of two ratios that is told apart."""
LARGEST = 2**61
"""Whole numbers up to which differences and sums fit into 64 bits; larger ones are not looked for moved."""
DIGITS = {1: 4, 2: 3, 3: 2}
"""How many last digits are compared of one column, of each of two, and of each of three."""

CUT = (1, 2, 3)
"""How many last digits may have become others."""

Found = tuple[str, Booleans]
"""What was done to the values, and which real people are found by it."""


@dataclass(frozen=True, eq=False)
class _Numbers:
    """A column of numbers, missing ones being NaN.

    Attributes
    ----------
    real, synthetic
        The values. Shapes (n,) and (m,).
    step
        In which real values come.
    """

    real: Floats
    synthetic: Floats
    step: float

    @classmethod
    def of(cls, real: Column, synthetic: Column) -> _Numbers:
        values = real.to_numpy(np.float64)
        return cls(values, synthetic.to_numpy(np.float64), step_of(values[~np.isnan(values)]))

    @property
    def are_whole(self) -> bool:
        return self.step == 1

    @property
    def values(self) -> tuple[Floats, Floats]:
        """Real and synthetic values."""
        return self.real, self.synthetic

    def units(self, step: float) -> tuple[Floats, Floats]:
        """Count real and synthetic values in a step."""
        return np.rint(self.real / step), np.rint(self.synthetic / step)

    def last(self, digits: int) -> tuple[Floats, Floats] | None:
        """Return the last digits of real and synthetic values; None if there are hardly any others."""
        real, synthetic = self.units(self.step)
        if np.nanmedian(np.abs(real)) < 10 ** (digits + 1):
            return None
        return real % 10**digits, synthetic % 10**digits


def transformed_matches(tables: AssessedTables, random_state: int) -> Measure | None:
    """Count the people found by values in another form, by the form that shows most.

    Parameters
    ----------
    tables
        The tables.
    random_state
        Seed of the draw of people, where there are many, and of the one row for each person.

    Returns
    -------
    Measure or None
        "transformed_matches": share of the training people found, beside the share of the holdout people, 0
        to 1; low is good. The test is that of `PeopleFound`. Its column says what was done: "salary * 1.1".
        None if no column tells people apart, or all people of one side are alike.
    """
    real, members = _people(tables, random_state)
    numbers, texts = (_telling(real, names) for names in (tables.numbers, tables.categories))
    columns = {name: _Numbers.of(real[name], tables.synthetic[name]) for name in numbers}
    coded = [*texts, *(name for name in numbers if columns[name].are_whole)]
    ways = [
        *(
            way
            for name, column in columns.items()
            for way in (*_added(name, column), *_multiplied(name, column))
        ),
        *(way for name, column in columns.items() for way in _coarser(name, column)),
        *_digits(columns),
        *_differences(columns),
        *_elsewhere(columns),
        *_written(real[coded], tables.synthetic[coded]),
    ]
    # Rows alike are one person, who may be the only one of either side.
    if not ways or members.all() or not members.any():
        return None
    counts = np.array([[int((found & side).sum()) for _, found in ways] for side in (members, ~members)])
    people = PeopleFound(counts, (int(members.sum()), int((~members).sum())))
    return people.measure("transformed_matches", (ways[people.best][0],))


def _people(tables: AssessedTables, random_state: int) -> tuple[pd.DataFrame, Booleans]:
    """Return one row for each real person, and which are training people."""
    train, holdout = (sample_rows(part, MOST_PEOPLE, random_state) for part in (tables.train, tables.holdout))
    real = pd.concat([train, holdout], ignore_index=True)
    alike = number_rows(pd.factorize(real[name])[0] for name in real.columns)
    one = one_of_each(alike, np.random.default_rng(random_state))
    return real[one].reset_index(drop=True), (np.arange(len(real)) < len(train))[one]


def _telling(real: pd.DataFrame, names: Iterable[str]) -> list[str]:
    """Choose the columns in which most people have a value of their own."""
    own = {name: float(_own(real[name]).mean()) for name in names}
    return [name for name in sorted(own, key=lambda name: -own[name]) if own[name] > TELLING][:MOST_COLUMNS]


def _own(keys: Column) -> Booleans:
    """Tell whose key is nobody else's."""
    return (~keys.duplicated(keep=False) & keys.notna()).to_numpy()


def _found(real: Floats, synthetic: Floats) -> Booleans:
    """Tell who has a key that is nobody else's, and occurs in the synthetic table."""
    return _own(pd.Series(real)) & np.isin(real, synthetic)


def _added(name: str, column: _Numbers) -> Iterator[Found]:
    """Values to which the same was added, or that were taken from the same."""
    real, synthetic = column.units(column.step)
    for shift, found in _commonest(real, synthetic):
        yield f"{name} {'+' if shift > 0 else '-'} {abs(shift) * column.step:.6g}", found
    for shift, found in _commonest(-real, synthetic, ignored=-1):
        yield f"{shift * column.step:.6g} - {name}", found


def _multiplied(name: str, column: _Numbers) -> Iterator[Found]:
    """Values that were multiplied by the same, and rounded as the synthetic ones are."""
    invented = column.synthetic[~np.isnan(column.synthetic)]
    typical = float(np.nanmedian(np.abs(column.real)))
    if not len(invented) or not typical:
        return
    fine = max(FINEST, column.step / typical, step_of(invented) / float(np.median(np.abs(invented)) or 1))
    with np.errstate(divide="ignore"):
        logarithms = [np.log(np.abs(values)) / fine for values in (column.real, column.synthetic)]
    real, synthetic = (np.rint(np.where(np.isfinite(values), values, np.nan)) for values in logarithms)
    for shift, found in _commonest(real, synthetic, slack=1, ignored=2):
        yield f"{name} * {np.exp(shift * fine):.4g}", found


def _commonest(
    real: Floats, synthetic: Floats, slack: int = 0, ignored: int = 0
) -> Iterator[tuple[int, Booleans]]:
    """Find people by the commonest differences between synthetic and real values; parameters as there."""
    real, synthetic = (np.where(np.abs(v) < LARGEST, v, np.nan) for v in (real, synthetic))
    own, others = _own(pd.Series(real)), np.unique(synthetic[~np.isnan(synthetic)]).astype(np.intp)
    whole = np.nan_to_num(real).astype(np.intp)
    if not own.any() or not len(others):
        return
    for shift in common_shifts(whole[own], others, SHIFTS, slack, ignored):
        yield shift, own & moved_onto(whole, others, shift, slack)


def _coarser(name: str, column: _Numbers) -> Iterator[Found]:
    """First digits, whatever the last ones became: rounded to the nearest, or cut."""
    for unit in (column.step * 10**places for places in CUT):
        yield f"round({name} / {unit:g})", _found(*column.units(unit))
        yield f"{name} // {unit:g}", _found(*(np.floor(v / unit + SIGNIFICANT) for v in column.values))


def _digits(columns: Mapping[str, _Numbers]) -> Iterator[Found]:
    """Last digits under other first ones, of one to three columns; and the time of day."""
    for size, digits in DIGITS.items():
        ends = {name: column.last(digits) for name, column in columns.items()}
        known = {name: end for name, end in ends.items() if end is not None}
        for names in combinations(known, size):
            places = [10 ** (digits * place) for place in range(size)]
            real, synthetic = (
                np.sum([known[name][side] * place for name, place in zip(names, places, strict=True)], axis=0)
                for side in (0, 1)
            )
            yield f"last {digits} digits of " + ", ".join(names), _found(real, synthetic)
    for name, column in columns.items():
        if column.step in TIMES:
            a_day = round(1 / column.step)
            yield f"{name} % 1", _found(*(values % a_day for values in column.units(column.step)))


def _differences(columns: Mapping[str, _Numbers]) -> Iterator[Found]:
    """Differences of two columns, where both were moved by the same, another for each person."""
    for (one, first), (other, second) in combinations(columns.items(), 2):
        if first.step == second.step:
            pairs = zip(first.units(first.step), second.units(first.step), strict=True)
            yield f"{one} - {other}", _found(*(a - b for a, b in pairs))


def _elsewhere(columns: Mapping[str, _Numbers]) -> Iterator[Found]:
    """Values of one column in another."""
    for (one, first), (other, second) in permutations(columns.items(), 2):
        yield f"{one} → {other}", _found(first.real, second.synthetic)


def _written(real: pd.DataFrame, synthetic: pd.DataFrame) -> Iterator[Found]:
    """Codes and names that were written in another way, in any of the columns of codes and names."""
    texts = [text for name in synthetic for text in _as_texts(synthetic[name])]
    forms = [form for form in FORMS if form not in HASHES or looks_hashed(texts)]
    for form in forms if texts else ():
        seen = {key for text in texts for key in synthetic_forms(text, form) if key}
        for name in real:
            codes, values = pd.factorize(real[name])
            keys = [real_form(text, form) or None for text in _as_texts(pd.Series(values))]
            own = _own(pd.Series([*keys, None], dtype=object).take(codes))
            yield f"{form}({name})", own & np.array([*(key in seen for key in keys), False])[codes]


def _as_texts(column: Column) -> list[str]:
    """Write values out, whole numbers without a decimal point."""
    known = column.dropna().drop_duplicates()
    return [str(int(value)) for value in known] if known.dtype == np.float64 else known.tolist()
