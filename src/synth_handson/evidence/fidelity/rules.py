"""Which rules of the training table synthetic rows break, compared with real rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Integers
from synth_handson.metrics.intervals import exact_share
from synth_handson.tables.people import find_several_rows
from synth_handson.tables.rules.find import find_rules_of, rests_on
from synth_handson.tables.rules.rule import Rule
from synth_handson.tables.rules.values import Unit, Values

TOLERATED, RUINED = 0.01, 0.2
"""How much larger the share of synthetic rows that break a rule may be than that of real rows, after allowing
for uncertainty. Beyond the second limit, the columns of the rule cannot be used."""


@dataclass(frozen=True)
class RuleEvidence:
    """How often a rule of the training table is broken.

    Attributes
    ----------
    rule
        The rule, as `synth_handson.tables.rules.parse.parse_rule` reads it.
    words
        What it says.
    stated
        Whether somebody stated it; otherwise it was found in the training table and holds in the holdout as
        well.
    people
        The people it rests on in the training table.
    rows
        Synthetic rows.
    broken, low, high
        Share of the synthetic rows that break it, 0 to 1, low is good, with its 95 % interval.
    train, holdout
        The same share of the training rows and of the holdout.
    real_high
        Upper end of the 95 % interval of the share of real rows; where values of the training table decide,
        of the holdout's.
    """

    rule: str
    words: Message
    stated: bool
    people: int
    rows: int
    broken: float
    low: float
    high: float
    train: float
    holdout: float
    real_high: float

    @property
    def certain_excess(self) -> float:
        """Lower bound of the excess share of synthetic rows that break it, 0 to 1."""
        return max(self.low - self.real_high, 0.0)

    @property
    def is_broken(self) -> bool:
        """Whether the excess is more than is tolerated."""
        return self.certain_excess > TOLERATED


def assess_rules(
    tables: AssessedTables, units: Mapping[str, Unit], stated: Sequence[Rule] = ()
) -> tuple[RuleEvidence, ...]:
    """Measure how often synthetic rows break rules that hold in the training table and the holdout.

    Parameters
    ----------
    tables
        The three tables.
    units
        What their columns hold, as `units_of` says.
    stated
        Rules that somebody stated; they are measured even if real rows break them.

    Returns
    -------
    tuple of RuleEvidence
        Those that are stated, then those that were found; of each, the most broken first.

    Notes
    -----
    Intervals of shares are exact (Clopper & Pearson, Biometrika 26, 1934).
    """
    train = tables.train
    several = find_several_rows(train)
    people = several.people(train) if several else np.arange(len(train))
    one_each = [np.arange(len(table)) for table in tables.all]
    skipped = several.identifiers if several else ()
    return most_broken_first(measure_rules(tables, one_each, units, stated, people, skipped))


def measure_rules(
    tables: AssessedTables,
    owners: Sequence[Integers],
    units: Mapping[str, Unit],
    stated: Sequence[Rule],
    people: Integers | None = None,
    skipped: tuple[str, ...] = (),
    without: Collection[str] = (),
) -> list[RuleEvidence]:
    """Measure rules that are stated, and those that are found in the training table and the holdout.

    Parameters
    ----------
    tables, units, stated
        As `assess_rules`.
    owners
        The number of each row's person: synthetic, training and holdout rows. Intervals count these people.
    people
        The number of each training row's person where rules are looked for; by default as above.
    skipped
        Columns in which no rules are looked for.
    without
        Rules that are found between these columns alone are left out.
    """
    train, people = tables.train, owners[1] if people is None else people
    values, holdout, synthetic = (Values(table, units) for table in (train, tables.holdout, tables.synthetic))
    for rule in stated:
        rule.check(values)
    found = find_rules_of(train, tables.holdout, people, skipped, units)
    asked = [(rule, True, rests_on(rule, values, people)) for rule in stated]
    asked += [
        (one.rule, False, one.people)
        for one in found
        if one.rule not in stated and not {*one.rule.columns} <= {*without}
    ]
    counts = [len(np.unique(owner)) for owner in owners]
    return [
        _measured(rule, is_stated, rests, (synthetic, values, holdout), counts)
        for rule, is_stated, rests in asked
    ]


def most_broken_first(found: Iterable[RuleEvidence]) -> tuple[RuleEvidence, ...]:
    """Put those that are stated first, and of each the most broken."""
    return tuple(sorted(found, key=lambda one: (not one.stated, -one.broken)))


def _measured(
    rule: Rule, stated: bool, people: int, tables: tuple[Values, Values, Values], counts: Sequence[int]
) -> RuleEvidence:
    broken = [int((~rule.holds_for(table, tables[1])).sum()) for table in tables]
    # As if all rows of a person were alike: the interval is of people.
    share = exact_share(broken[0] * counts[0] / tables[0].rows, counts[0])
    # What values of the training table decide, its own rows can hardly break.
    first = 2 if rule.reads_data else 1
    rows, real_people = sum(table.rows for table in tables[first:]), sum(counts[first:])
    real = exact_share(sum(broken[first:]) * real_people / rows, real_people)
    return RuleEvidence(
        rule=str(rule),
        words=rule.message(tables[1].units),
        stated=stated,
        people=people,
        rows=tables[0].rows,
        broken=share.value,
        low=share.low,
        high=share.high,
        train=broken[1] / tables[1].rows,
        holdout=broken[2] / tables[2].rows,
        real_high=real.high,
    )
