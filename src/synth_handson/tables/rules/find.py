"""Find what always holds in a table, beyond chance and for enough people. What is found is proposed only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from synth_handson.locales import Message
from synth_handson.tables.checks import check_frame
from synth_handson.tables.columns import column_kind
from synth_handson.tables.people import find_several_rows
from synth_handson.tables.rules.chance import TESTED_ROWS, is_chance
from synth_handson.tables.rules.dependence import find_combinations, find_dependence, find_ranges
from synth_handson.tables.rules.expressions import Arithmetic, Name, Number
from synth_handson.tables.rules.formulas import find_formulas
from synth_handson.tables.rules.gaps import find_gaps
from synth_handson.tables.rules.orders import find_orders, without_implied
from synth_handson.tables.rules.rule import Comparison, Determines, Rule, Sign, Within
from synth_handson.tables.rules.values import Unit, Values
from synth_handson.tables.texts import MIN_KEPT_ROWS, is_text

MIN_ROWS = 50
"""Fewest rows of a table in which rules are searched."""
PILED = 2
"""A bound must be this many times as frequent as any other value."""
LEAST_VALUES = 20
"""Distinct values above which the bounds of a column are searched."""
BEYOND = 0.01
"""p-value of the holdout rows beyond a range below which the range is rejected."""


@dataclass(frozen=True)
class FoundRule:
    """A rule that holds in all rows, and what it rests on.

    Attributes
    ----------
    rule
        The rule.
    people
        For how many people it says something: none of its columns is missing. At least 8.
    rows, holdout
        Rows of the training table and of the holdout for which it was checked; it holds in all of them but
        the share that may break it of a holdout.
    units
        What its columns hold.
    """

    rule: Rule
    people: int
    rows: int
    holdout: int
    units: Mapping[str, Unit]

    @property
    def message(self) -> Message:
        """What it says."""
        return self.rule.message(self.units)


def find_rules(train: pd.DataFrame, holdout: pd.DataFrame | None = None) -> tuple[FoundRule, ...]:
    """Find rules between the columns of a table.

    Orders, formulas, what decides what, combinations, what is missing together, bounds and multiples that
    hold in all rows. Each rests on at least 8 people, and so does each combination that one knows; and
    none holds by chance: any of its columns, shuffled, breaks it (`synth_handson.tables.rules.chance`). A
    table of people with several rows each is looked at with one row of each person.

    They are proposals. What is a law of the data, and what only happened to hold in it, a person has to say.

    Parameters
    ----------
    train
        The table, with at least 50 rows.
    holdout
        Rows that were held out, if any, in which a rule must hold as well.

    Returns
    -------
    tuple of FoundRule
        Orders first, then formulas, dependence and the rest.
    """
    frame = _named(check_frame(train, "train"))
    others = None if holdout is None else _named(check_frame(holdout, "holdout"))[list(frame.columns)]
    several = find_several_rows(frame)
    people = several.people(frame) if several else np.arange(len(frame))
    skipped = several.identifiers if several else ()
    return find_rules_of(frame, others, people, skipped)


def find_rules_of(
    frame: pd.DataFrame,
    holdout: pd.DataFrame | None,
    people: Any,
    skipped: tuple[str, ...] = (),
    units: Mapping[str, Unit] | None = None,
) -> tuple[FoundRule, ...]:
    """Find rules in a table of which it is known whose rows are whose; see `find_rules`.

    Parameters
    ----------
    frame, holdout
        The tables, with the same columns, named by text.
    people
        The number of each row's person. Shape (n_rows,).
    skipped
        Columns in which none are looked for.
    units
        What columns hold that are in days already.
    """
    names = [name for name in frame.columns if name not in skipped and not _is_free(frame[name])]
    frame = frame[names]
    one_each = frame[~pd.Series(people).sample(frac=1, random_state=0).sort_index().duplicated().to_numpy()]
    if len(one_each) < MIN_ROWS:
        return ()
    every, values = Values(frame, units), Values(one_each, units)
    rng = np.random.default_rng(0)
    candidates = [rule for rule in _candidates(values, rng) if _holds(rule, every, every)]
    if holdout is not None:
        held_out = Values(holdout[names], units)
        candidates = [
            goes_on for rule in candidates if (goes_on := _that_goes_on(rule, held_out, every)) is not None
        ]
    some = one_each.sample(min(len(one_each), TESTED_ROWS), random_state=0).reset_index(drop=True)
    tried = len(names) ** 2
    return tuple(
        FoundRule(
            rule, rests, len(frame), 0 if holdout is None else len(holdout),
            {name: values.unit(name) for name in rule.columns},
        )
        for rule in candidates
        if (rests := rests_on(rule, values)) >= MIN_KEPT_ROWS
        and (len(rule.columns) == 1 or not is_chance(rule, some, rng, tried))
    )  # fmt: skip


def _candidates(values: Values, rng: np.random.Generator) -> Iterator[Rule]:
    """Yield what holds in one row of each person."""
    formulas = [rule for rule in find_formulas(values, rng) if _holds(rule, values, values)]
    together = [frozenset(rule.columns) for rule in formulas]
    moments = {name for name in values.names if values.unit(name) in ("date", "time")}
    orders = [
        rule
        for rule in without_implied(list(find_orders(values)))
        if set(rule.columns) <= moments or not any(set(rule.columns) <= names for names in together)
    ]
    decided = [
        rule
        for rule in find_dependence(values)
        if not any(rule.column in names and len(names & set(rule.columns)) > 1 for names in together)
    ]
    yield from orders
    yield from formulas
    yield from decided
    yield from find_combinations(values, decided)
    yield from _ranges(values, decided)
    yield from find_gaps(values)
    yield from _of_one_column(values)


def _ranges(values: Values, decided: list[Determines]) -> Iterator[Within]:
    known = {frozenset(rule.columns) for rule in decided}
    return (rule for rule in find_ranges(values) if frozenset(rule.columns) not in known)


def _of_one_column(values: Values) -> Iterator[Comparison]:
    """Yield bounds at which many stand, and the number that all are a multiple of."""
    for name in values.names:
        numbers = values.floats(name)
        numbers = numbers[~np.isnan(numbers)]
        if values.unit(name) != "number" or not len(numbers):
            continue
        found, times = np.unique(numbers, return_counts=True)
        if len(found) <= LEAST_VALUES:
            continue
        usual = np.sort(times)[-2]
        ends: tuple[tuple[int, Sign], ...] = ((0, ">="), (-1, "<="))
        for end, sign in ends:
            if times[end] >= max(PILED * usual, MIN_KEPT_ROWS):
                yield Comparison(left=Name(column=name), sign=sign, right=Number(value=float(found[end])))
        if (size := _multiple(found)) > 1:
            of = Arithmetic(operator="%", left=Name(column=name), right=Number(value=float(size)))
            yield Comparison(left=of, sign="=", right=Number(value=0.0))


def _multiple(found: np.ndarray[Any, Any]) -> int:
    """Return the largest number that all whole numbers are multiples of; 1 if they are not whole."""
    if (found % 1 != 0).any() or np.abs(found).max() >= 2**53:
        return 1
    return int(np.gcd.reduce(found.astype(np.int64)))


def _holds(rule: Rule, values: Values, reference: Values) -> bool:
    return bool(rule.holds_for(values, reference).all())


def _that_goes_on(rule: Rule, holdout: Values, train: Values) -> Rule | None:
    """Return a rule that goes on to hold in the holdout; of a strict order perhaps the one that is not."""
    if _goes_on(rule, holdout, train):
        return rule
    if isinstance(rule, Comparison) and rule.order and rule.sign == "<":
        weaker = rule.model_copy(update={"sign": "<="})
        return weaker if _goes_on(weaker, holdout, train) else None
    return None


def _goes_on(rule: Rule, holdout: Values, train: Values) -> bool:
    """Tell whether a rule goes on to hold in the holdout.

    Of a range, whose ends the next row may exceed by chance with a probability of two in the rows of its
    category and one, so many rows may that it happens by chance in more than one of a hundred holdouts.
    """
    broken = int((~rule.holds_for(holdout, train)).sum())
    if not isinstance(rule, Within) or not broken:
        return not broken
    beyond = 2 * len(train.codes(rule.by)[1]) / train.rows
    return bool(special.bdtrc(broken - 1, holdout.rows, min(beyond, 1.0)) > BEYOND)


def rests_on(rule: Rule, values: Values, people: Any = None) -> int:
    """Count the people of whom a rule says something; each row is one, unless ``people`` numbers them."""
    missing = {name: values.missing(name) for name in rule.columns}
    who = np.arange(values.rows) if people is None else np.asarray(people)
    if rule.kind in ("missing together", "missing if"):
        first = missing[rule.columns[0]]
        return min(len(np.unique(who[first])), len(np.unique(who[~first])))
    return len(np.unique(who[~np.column_stack(list(missing.values())).any(1)]))


def _is_free(column: pd.Series[Any]) -> bool:
    try:
        return is_text(column) or (
            column_kind(column) == "category"
            and not any(isinstance(value, str) for value in column.dropna().head(100))
        )
    except (TypeError, ValueError):
        return True


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with text as names and rows from 0."""
    return frame.set_axis(list(map(str, frame.columns)), axis=1).reset_index(drop=True)
