"""Detection power: the smallest leak that would have been noticed, found by planting training people.

Nothing is taken from how often training people occur in the synthetic table now: only the holdout's rate says
what chance does. An unnoticed leak therefore makes no other leak look smaller.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from synth_handson.evidence.privacy.identical import Matches, hints, labels_decide
from synth_handson.evidence.privacy.membership import FALSE_POSITIVE_RATES, Neighbours
from synth_handson.evidence.privacy.subsets import SubsetJoin
from synth_handson.metrics.arrays import Booleans, Floats
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.intervals import tarone, upper_tail

Disguise = Literal["none", "one value"]

POWER = 0.8
SIMULATIONS = 200
FOLLOWED = 1_000
"""People sampled to see how far away a copy of them would be."""
FOLLOWED_SUBSETS = 40
"""Subsets of columns that are simulated: those that make most people unique and find fewest by chance."""


@dataclass(frozen=True)
class Limits:
    """Leaks that would have been noticed with 80 % probability, as numbers of synthetic rows.

    Attributes
    ----------
    copied
        Training people copied value for value; None if not even a table of nothing but copies would do.
    hinted
        The same if `training_matches` counts as well, which assumes that the generator draws no denser than
        reality.
    changed
        Training people copied with one value changed; None likewise.
    rows_needed
        With so many synthetic rows, a share of copies that is tolerated at most would be noticed; None if no
        number would do with this holdout.
    holdout_needed
        With a holdout of so many rows, and as many synthetic rows as there are training rows, it would; only
        where more synthetic rows do not help. None if that does not help either.
    """

    copied: int | None
    hinted: int | None
    changed: int | None
    rows_needed: int | None
    holdout_needed: int | None


@dataclass(frozen=True, eq=False)
class _Chance:
    """What happens by chance in tables of these sizes, and the tests that apply.

    Attributes
    ----------
    rows, train, holdout
        Sizes of the tables.
    people
        Number of training and of holdout people who are not alike.
    alone
        Share of training people who are unlike all other real people: only they are found for being copied.
    identical, repeated
        Share of people who occur in the synthetic table, and of real rows that equal others, as `Matches`
        counts them.
    found
        Share of people found by each subset. Shape (m,).
    unique
        Share of training people who are unique by each subset. Shape (m,).
    width
        Share of the columns that each subset has. Shape (m,).
    subset_tests
        Number of subsets that are corrected for.
    distances
        To the closest synthetic row, of people in the holdout, ascending.
    before, copied, changed
        The same of some people; then once a copy of each of them is planted, and one with a value changed.
    thresholds
        Below which distance the attacker accuses somebody, for each rate of false accusations.
    area_error
        Standard error of the attack's area if the labels mean nothing.
    attacked
        Whether the attack sees everybody, and not a sample.
    level
        Probability below which a single test counts, in either direction.
    """

    rows: int
    train: int
    holdout: int
    people: tuple[int, int]
    alone: float
    identical: float
    repeated: float
    found: Floats
    unique: Floats
    width: Floats
    subset_tests: int
    distances: Floats
    before: Floats
    copied: Floats
    changed: Floats
    thresholds: dict[float, float]
    area_error: float
    attacked: bool
    level: float

    def with_rows(self, rows: int) -> _Chance:
        """Change the number of synthetic rows, and with it the people found by chance."""
        times = rows / self.rows
        return replace(
            self,
            rows=rows,
            identical=float(_by_chance(np.array(self.identical), times)),
            found=_by_chance(self.found, times),
            area_error=_area_error(self.distances, self.train, self.holdout),
        )

    def with_holdout(self, holdout: int) -> _Chance:
        """Change the size of the holdout."""
        members, others = self.people
        return replace(self, holdout=holdout, people=(members, round(others * holdout / self.holdout)))


def _by_chance(shares: Floats, times: float) -> Floats:
    """Scale shares of people found by chance to a multiple of the rows."""
    return np.asarray(1 - (1 - shares) ** times)


def find_limits(
    neighbours: Neighbours,
    matches: Matches,
    level: float,
    tolerated: float,
    left_out: tuple[str, ...] = (),
    hint: bool = True,
) -> Limits:
    """Simulate leaks of growing size until they are noticed.

    Parameters
    ----------
    neighbours
        The tables.
    matches
        Identical rows of the tables without likely identifiers.
    level
        Probability below which a single test counts.
    tolerated
        Share of copied rows that must be noticed.
    left_out
        Likely identifiers, which no copy is asked to share.
    hint
        Whether `training_matches` counts at all.

    Returns
    -------
    Limits
        Simulated with the tests that see people: identical rows, subsets of columns, and, where it is made on
        all rows, the attack by distance, its area and its hits.
    """
    chance = _chance(neighbours, matches, level, left_out)
    rng = np.random.default_rng(neighbours.random_state)
    copied = _smallest(chance, "none", rng)
    hinted = _smallest(chance, "none", rng, hint=hint)
    if copied is not None and hinted is not None:
        # Simulations differ by chance.
        hinted = min(copied, hinted)
    changed = _smallest(chance, "one value", rng)
    rows_needed = _rows_needed(chance, hinted, tolerated, rng, hint)
    holdout_needed = None
    if rows_needed is None:
        larger = chance.with_holdout(max(chance.train, chance.holdout)).with_rows(chance.train)
        if _power(larger, round(tolerated * larger.rows), "none", rng, hint=hint) >= POWER:
            holdout_needed = larger.holdout
    return Limits(copied, hinted, changed, rows_needed, holdout_needed)


def _chance(neighbours: Neighbours, matches: Matches, level: float, left_out: tuple[str, ...]) -> _Chance:
    train, holdout = matches.people
    names = tuple(name for name in neighbours.tables.train.columns if name not in left_out)
    found, unique, width = (
        np.concatenate(parts)
        for parts in zip(*(_of_subsets(join, names) for join in neighbours.joins), strict=True)
    )
    clearest = np.sqrt(found + 1 / holdout) / np.maximum(unique, 1e-9)
    best = np.argsort(clearest, kind="stable")[:FOLLOWED_SUBSETS]
    distances = np.sort(neighbours.holdout_distances)
    before = np.random.default_rng(neighbours.random_state).choice(distances, FOLLOWED)
    copied, changed = _distances_of_copies(neighbours, names, left_out)
    return _Chance(
        rows=matches.rows,
        train=train,
        holdout=holdout,
        people=neighbours.joins[0].found.people,
        alone=matches.alone / train,
        identical=matches.found[1] / holdout,
        repeated=matches.rows_alike / matches.rows_compared,
        found=found[best],
        unique=unique[best],
        width=width[best],
        subset_tests=max(tarone(2 * join.found.least_tails, level) for join in neighbours.joins),
        distances=distances,
        before=before,
        copied=np.minimum(before, copied),
        changed=np.minimum(before, changed),
        thresholds={
            rate: float(np.quantile(distances, rate, method="higher"))
            for rate in FALSE_POSITIVE_RATES.values()
        },
        area_error=_area_error(distances, train, holdout),
        attacked=neighbours.complete,
        level=level,
    )


def _of_subsets(join: SubsetJoin, names: tuple[str, ...]) -> tuple[Floats, Floats, Floats]:
    """Look up what each subset finds by chance, without the columns left out."""
    kept = [row for row, subset in enumerate(join.subsets) if set(subset) <= set(names)]
    width = np.array([len(join.subsets[row]) / len(names) for row in kept])
    return join.found.counts[1][kept] / join.found.people[1], join.unique[kept], width


def _distances_of_copies(
    neighbours: Neighbours, names: tuple[str, ...], left_out: tuple[str, ...]
) -> tuple[Floats, Floats]:
    """Draw how far copies are from their people: with new identifiers, then also with one value changed."""
    rng = np.random.default_rng(neighbours.random_state)
    gaps = {name: _gaps(neighbours.everyone[0], name, rng) for name in (*names, *left_out)}
    copied = np.sqrt(sum((gaps[name] ** 2 for name in left_out), start=np.zeros(FOLLOWED)))
    which = rng.integers(len(names), size=FOLLOWED)
    changed = np.array([gaps[name] for name in names])[which, np.arange(FOLLOWED)]
    return copied, np.hypot(copied, changed)


def _gaps(space: HeomSpace, name: str, rng: np.random.Generator) -> Floats:
    """Draw how much people differ in a column, among those who differ."""
    first, second = (rng.choice(space.real, FOLLOWED) for _ in range(2))
    differs = (space.codes[name][first] != space.codes[name][second]).astype(float)
    if name in space.ranks:
        gaps = np.abs(space.ranks[name][first] - space.ranks[name][second])
        differs *= np.nan_to_num(gaps, nan=1.0)
    return rng.choice(differs[differs > 0], FOLLOWED) if differs.any() else np.ones(FOLLOWED)


def _smallest(
    chance: _Chance, disguise: Disguise, rng: np.random.Generator, *, hint: bool = False
) -> int | None:
    """Find the smallest leak that is noticed, to within 2 %."""
    rows = chance.rows
    low, high = 0, 1
    while high < rows and _power(chance, high, disguise, rng, hint=hint) < POWER:
        low, high = high, min(2 * high, rows)
    if high == rows and _power(chance, rows, disguise, rng, hint=hint) < POWER:
        return None
    while high - low > 1 + low // 50:
        middle = (low + high) // 2
        if _power(chance, middle, disguise, rng, hint=hint) < POWER:
            low = middle
        else:
            high = middle
    return high


def _rows_needed(
    chance: _Chance, copied: int | None, tolerated: float, rng: np.random.Generator, hint: bool
) -> int | None:
    """Find how many synthetic rows, at most those of the training table, make the tolerated share noticed."""

    def enough(rows: int) -> bool:
        return _power(chance.with_rows(rows), round(tolerated * rows), "none", rng, hint=hint) >= POWER

    rows = chance.rows if copied is None else max(int(np.ceil(copied / tolerated)), 1)
    while rows <= max(chance.train, chance.rows):
        if enough(rows):
            return rows
        rows = int(np.ceil(rows * 1.25))
    return None


def _power(
    chance: _Chance, copies: int, disguise: Disguise, rng: np.random.Generator, *, hint: bool = False
) -> float:
    """Share of simulations in which the planted people are noticed by any test, or hint."""
    noticed = np.zeros(SIMULATIONS, bool)
    for test in (_identical, _subsets, _attack) if chance.attacked else (_identical, _subsets):
        noticed |= test(chance, copies, disguise, rng) <= chance.level / 2
    if hint:
        noticed |= _hint(chance, copies, rng)
    return float(noticed.mean())


def _identical(chance: _Chance, copies: int, disguise: Disguise, rng: np.random.Generator) -> Floats:
    """Tails of the test of identical rows."""
    planted = rng.binomial(copies if disguise == "none" else 0, chance.alone, SIMULATIONS)
    rest = 1 - copies / chance.rows
    share = _by_chance(np.array(chance.identical), rest)
    found, others = (rng.binomial(count, share, SIMULATIONS) for count in (chance.train, chance.holdout))
    found = found + rng.binomial(np.minimum(planted, chance.train), 1 - found / chance.train)
    return upper_tail(found, found + others, chance.train, chance.train + chance.holdout)


def _hint(chance: _Chance, copies: int, rng: np.random.Generator) -> Booleans:
    """Whether `training_matches` gives a hint, where the labels cannot decide, by distinct rows.

    Only as many real rows are compared as the holdout has: where no more than the training people's own pairs
    would show a copy, the tests see no disguised one, and the table should not pass.
    """
    planted = rng.binomial(copies, chance.alone, SIMULATIONS)
    hits = planted + rng.binomial(chance.rows - copies, chance.repeated, SIMULATIONS)
    expected = rng.binomial(chance.holdout, chance.repeated, SIMULATIONS)
    people = chance.train + chance.holdout
    found = np.minimum(planted + round(chance.identical * people), people)
    return np.array(
        [
            not labels_decide(int(cases), (chance.train, chance.holdout), chance.level)
            and hints(int(copied), chance.rows, int(alike), chance.holdout)
            for cases, copied, alike in zip(found, hits, expected, strict=True)
        ]
    )


def _subsets(chance: _Chance, copies: int, disguise: Disguise, rng: np.random.Generator) -> Floats:
    """Tails of the join on subsets, corrected for their number."""
    from scipy.special import bdtrc

    if not len(chance.found):
        return np.ones(SIMULATIONS)
    visible = chance.unique * (1 - chance.width if disguise == "one value" else 1)
    shares = visible * (1 - chance.found)
    rest = 1 - copies / chance.rows
    size = (SIMULATIONS, len(shares))
    chances = _by_chance(chance.found, rest)
    members, strangers = chance.people
    found, others = (rng.binomial(count, chances, size) for count in chance.people)
    found = np.minimum(found + rng.binomial(min(copies, members), shares, size), members)
    # The binomial stands in for the hypergeometric distribution: far quicker, and never more sensitive.
    p_values = bdtrc(found - 1.0, found + others, members / (members + strangers))
    p_values = np.where(found > 0, p_values, 1.0)
    return np.asarray(p_values.min(axis=1) * chance.subset_tests)


def _attack(chance: _Chance, copies: int, disguise: Disguise, rng: np.random.Generator) -> Floats:
    """Tails of the attack by distance: the smallest of its area's and its hits', as each is one test."""
    planted = min(copies, chance.train)
    after = chance.changed if disguise == "one value" else chance.copied
    p_values = [_area(chance, planted, after, rng)]
    people = chance.train + chance.holdout
    for rate, threshold in chance.thresholds.items():
        near = int(np.ceil(rate * people))
        certain = rng.binomial(planted, (after < threshold).mean(), SIMULATIONS)
        certain = np.minimum(certain, near)
        caught = certain + rng.binomial(near - certain, chance.train / people)
        p_values.append(upper_tail(caught, np.full(SIMULATIONS, near), chance.train, people))
    return np.asarray(np.min(p_values, axis=0))


def _area(chance: _Chance, planted: int, after: Floats, rng: np.random.Generator) -> Floats:
    """Tails of Mann and Whitney's test, in its normal approximation."""
    from scipy.stats import norm

    if not chance.area_error:
        return np.ones(SIMULATIONS)
    gained = _farther(chance.distances, after) - _farther(chance.distances, chance.before)
    mean = planted * gained.mean() / chance.train
    error = np.hypot(chance.area_error, np.sqrt(planted) * gained.std() / chance.train)
    return np.asarray(norm.sf(rng.normal(mean, error, SIMULATIONS) / chance.area_error))


def _farther(distances: Floats, than: Floats) -> Floats:
    """Share of people who are farther from the synthetic table, ties halved."""
    below, not_above = (np.searchsorted(distances, than, side) for side in ("left", "right"))
    return 1 - (below + not_above) / (2 * len(distances))


def _area_error(distances: Floats, train: int, holdout: int) -> float:
    """Compute the standard error of the AUC under the null hypothesis, corrected for ties."""
    _, ties = np.unique(distances, return_counts=True)
    tied = 1 - float(((ties / ties.sum()) ** 3).sum())
    return float(np.sqrt((train + holdout + 1) / (12 * train * holdout) * tied))
