"""Does the synthetic table know its training people better than others? Tests that rest on distances.

Training rows and holdout were split at random. If the synthetic table tells nothing about the training rows
but what it tells about everybody, exchanging the two labels changes nothing: that is what every test here
rests on, whatever the columns are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from synth_handson.evidence.attribution import Attributions, attribute
from synth_handson.evidence.identical import Matches, NeverRepeating, identical_rows
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.random_split import count_split
from synth_handson.evidence.subsets import SubsetJoin, subset_joins, subset_matches
from synth_handson.evidence.three_tables import AssessedTables, halves
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.bins import DistanceShares, distance_shares
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.intervals import (
    Estimate,
    area_under_curve,
    attributable_fraction,
    bootstrap_interval,
    exact_share,
    standard_error_interval,
    upper_tail,
)

if TYPE_CHECKING:
    from synth_handson.evidence.whole import WholeTables

MAX_ROWS = 20_000
MAX_CELLS = 200_000
"""A larger table is sampled to so many rows and values before distances are measured."""
DRAWS = 5
REPLICATES = 200
FALSE_POSITIVE_RATES = {"attack_tpr": 0.01, "attack_tpr_03": 0.003, "attack_tpr_01": 0.001}
"""At how many wrong accusations of unseen people the attack is measured: a few people who are found for
certain show at the lowest, a leak of many at the highest."""
NEIGHBOURS = 20
BANDWIDTH = 0.144
"""Of the Gaussian kernel: half the standard deviation of a rank, the root of 1/12."""
OUTLIER_SHARE = 0.05
MIN_OUTLIERS = 10

DISTANCE_MEASURES = (
    "identical_rows", "dcr_share", "dcr_ratio", "kernel_share", "attack_auc", *FALSE_POSITIVE_RATES
)  # fmt: skip
SUBSET_MEASURES = ("subset_matches", "subset_matches_binned")
OUTLIER_MEASURES = ("outlier_identical", "outlier_attack_auc")

_Closest = tuple[Floats, Integers]


def distance_measures(
    ours: Neighbours, level: float, theirs: Neighbours | None = None
) -> tuple[Measure, ...]:
    """Take the measures of membership that rest on identical rows and distances, on all people.

    Parameters
    ----------
    ours
        The tables.
    level
        Probability below which a single test counts, for the choice explained at `identical_p_value`.
    theirs
        The reference, if it is wanted.

    Returns
    -------
    tuple of Measure
        Those of `DISTANCE_MEASURES`.
    """
    return (
        identical_rows(ours.matches, level),
        ours.dcr_share(theirs),
        ours.dcr_ratio(theirs),
        ours.kernel_share(theirs),
        ours.attack_auc(theirs),
        *(ours.attack_tpr(name, theirs) for name in FALSE_POSITIVE_RATES),
    )


def subset_measures(ours: Neighbours, level: float) -> tuple[Measure, ...]:
    """Take those of `SUBSET_MEASURES`: on binned numbers only where binning makes a difference.

    Parameters
    ----------
    ours
        The tables.
    level
        Probability below which a single test counts: it decides which subsets are corrected for.

    Returns
    -------
    tuple of Measure
        One or two.
    """
    return tuple(subset_matches(join, level) for join in ours.joins)


def membership_measures(ours: Neighbours, level: float) -> tuple[Measure, ...]:
    """Take every measure of membership, beside the holdout's own.

    For the reference, one half of the holdout plays the synthetic table and the other half is the holdout.

    Parameters
    ----------
    ours, level
        As in `distance_measures` and `subset_measures`.

    Returns
    -------
    tuple of Measure
        Those of `DISTANCE_MEASURES`, `SUBSET_MEASURES` and `OUTLIER_MEASURES`.
    """
    theirs = ours.reference
    return (
        *distance_measures(ours, level, theirs),
        *subset_measures(ours, level),
        *ours.outliers(theirs),
    )


def closest_distances(ours: Neighbours) -> DistanceShares:
    """Spread the distances to the closest training row, of synthetic rows and of the holdout's."""
    return distance_shares(ours.to_train[0], ours.holdout_to_train)


class Counts(Protocol):
    """What is counted over all rows: in memory, or by `synth_handson.evidence.whole.WholeTables`."""

    @property
    def never_repeating(self) -> NeverRepeating:
        """Columns of the training table whose values hardly ever repeat."""

    @property
    def split(self) -> Mapping[str, Floats]:
        """Training and holdout rows in each bin of each column. Shape (2, bins) each."""

    @property
    def joins(self) -> tuple[SubsetJoin, ...]:
        """Who is found by part of the columns."""

    def matches(self, left_out: Sequence[str] = ()) -> Matches:
        """Join the tables on all columns but those left out."""

    def attributions(self, known: Sequence[str]) -> Attributions:
        """Guess every other column of whoever is known by these."""


@dataclass(frozen=True, eq=False)
class RowsInMemory:
    """Tables whose rows are all in memory, and in a space."""

    tables: AssessedTables
    space: HeomSpace
    random_state: int

    @cached_property
    def never_repeating(self) -> NeverRepeating:
        """Columns of the training table whose values hardly ever repeat."""
        return NeverRepeating.of(self.tables.train)

    @cached_property
    def split(self) -> dict[str, Floats]:
        """Training and holdout rows in each bin of each column. Shape (2, bins) each."""
        return count_split(self.tables)

    @cached_property
    def joins(self) -> tuple[SubsetJoin, ...]:
        """Who is found by part of the columns."""
        return tuple(subset_joins(self.space, len(self.tables.train), self.random_state))

    def matches(self, left_out: Sequence[str] = ()) -> Matches:
        """Join the tables on all columns but those left out."""
        if left_out:
            return Matches.of(*self.tables.without(left_out).all)
        return Matches.within(self.space, len(self.tables.train))

    def attributions(self, known: Sequence[str]) -> Attributions:
        """Guess every other column of whoever is known by these."""
        return attribute(self.tables, self.space, known, self.random_state)


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Synthetic rows, training rows and holdout as positions in one space, each search made once.

    Attributes
    ----------
    tables
        The tables, of which samples stand in the space if they are large.
    space
        Where distances are measured.
    synthetic, train, holdout
        Positions in it.
    random_state
        Seed of samples, draws and bootstrap.
    whole
        All rows, where ``tables`` is a sample.
    """

    tables: AssessedTables
    space: HeomSpace
    synthetic: Integers
    train: Integers
    holdout: Integers
    random_state: int
    whole: WholeTables | None = None

    @classmethod
    def of(cls, tables: AssessedTables, random_state: int, whole: WholeTables | None = None) -> Neighbours:
        """Place the rows of three tables."""
        sampled = tables.sampled(min(MAX_ROWS, MAX_CELLS // tables.train.shape[1]), random_state)
        space = HeomSpace(pd.concat([sampled.train, sampled.holdout], ignore_index=True), sampled.synthetic)
        members, others = np.split(space.real, [len(sampled.train)])
        return cls(tables, space, space.synthetic, members, others, random_state, whole)

    @cached_property
    def reference(self) -> Neighbours:
        """The same with one half of the holdout in the synthetic table's place, and the other as holdout."""
        first, second = halves(self.tables.holdout, self.random_state)
        return self.of(AssessedTables(first, self.tables.train, second), self.random_state)

    @cached_property
    def counts(self) -> Counts:
        """What is counted over all rows, wherever they are."""
        return self.whole or RowsInMemory(self.tables, self.everyone, self.random_state)

    @property
    def complete(self) -> bool:
        """Whether distances are measured on all rows."""
        return self.whole is None and len(self.space.row_numbers) == sum(map(len, self.tables.all))

    @cached_property
    def everyone(self) -> HeomSpace:
        """The same space with all rows in it."""
        tables = self.tables
        if self.complete:
            return self.space
        return HeomSpace(pd.concat([tables.train, tables.holdout], ignore_index=True), tables.synthetic)

    @cached_property
    def matches(self) -> Matches:
        """Who stands in whose table, over all rows."""
        return self.counts.matches()

    @property
    def joins(self) -> tuple[SubsetJoin, ...]:
        """Who is found by part of the columns, over all rows."""
        return self.counts.joins

    @cached_property
    def train_distances(self) -> Floats:
        """Distance of each training row to the closest synthetic one."""
        return self._closest(self.train, self.synthetic)[0]

    @cached_property
    def holdout_distances(self) -> Floats:
        """Distance of each holdout row to the closest synthetic one."""
        return self._closest(self.holdout, self.synthetic)[0]

    @cached_property
    def to_train(self) -> tuple[Floats, Integers]:
        """Distance of each synthetic row to the closest training row, and its position."""
        return self._closest(self.synthetic, self.train)

    @cached_property
    def to_holdout(self) -> tuple[Floats, Integers]:
        """Distance of each synthetic row to the closest holdout row, and its position."""
        return self._closest(self.synthetic, self.holdout)

    @cached_property
    def holdout_to_train(self) -> Floats:
        """Distance of each holdout row to the closest training row."""
        return self._closest(self.holdout, self.train)[0]

    def _closest(self, rows: Integers, among: Integers) -> tuple[Floats, Integers]:
        distances, positions = self.space.nearest(rows, among)
        return distances[:, 0], positions[:, 0]

    def dcr_share(self, reference: Neighbours | None = None) -> Measure:
        """Take "dcr_share"."""
        from scipy.stats import norm

        value, error = self._dcr_share()
        return Measure(
            "dcr_share",
            standard_error_interval(value, error, 0.0, 1.0),
            standard_error_interval(*reference._dcr_share(), 0.0, 1.0) if reference else None,
            rows=len(self.synthetic),
            p_value=float(norm.sf(value - 0.5, scale=error)) if error else 1.0,
        )

    def _dcr_share(self) -> tuple[float, float]:
        """Share of synthetic rows closer to a training row than to a holdout row, and its standard error.

        If the labels were exchanged, each real row would carry all the synthetic rows it is closest to with
        it: that is the variance of one draw. The mean over many draws is the chance that a random draw from
        ``ratio`` times as many training rows is closer than the nearest holdout row; its variance is
        (ratio + 1) / (3 ratio - 1) of that, by summing the geometric series of how many of them are.
        """
        size = min(len(self.train), len(self.holdout))
        shares, variances = [], []
        for (near, member), (far, other) in self._equal_draws(size):
            closer, farther = near < far, near > far
            shares.append(float(closer.mean() + (~closer & ~farther).mean() / 2))
            carried = np.bincount(np.concatenate([member[closer], other[farther]]), minlength=1)
            variances.append(float((carried**2).sum()) / 4 / len(self.synthetic) ** 2)
        ratio = max(len(self.train), len(self.holdout)) / size
        limit = (ratio + 1) / (3 * ratio - 1)
        shrunk = limit + (1 - limit) / len(shares)
        return float(np.mean(shares)), float(np.sqrt(np.mean(variances) * shrunk))

    def _equal_draws(self, size: int) -> Iterator[tuple[_Closest, _Closest]]:
        """Find the closest of as many training as holdout rows, drawn repeatedly from the larger table."""
        rng = np.random.default_rng(self.random_state)

        def draw(people: Integers) -> _Closest:
            return self._closest(self.synthetic, np.sort(rng.choice(people, size, replace=False)))

        for _ in range(1 if len(self.train) == len(self.holdout) else DRAWS):
            yield (
                self.to_train if len(self.train) == size else draw(self.train),
                self.to_holdout if len(self.holdout) == size else draw(self.holdout),
            )

    def dcr_ratio(self, reference: Neighbours | None = None) -> Measure:
        """Take "dcr_ratio"."""
        ours, theirs = self._dcr_ratio(), reference._dcr_ratio() if reference else None
        reason = Message("measures.missing_dcr_ratio") if ours is None else None
        return Measure("dcr_ratio", ours, theirs, rows=len(self.synthetic), missing=reason)

    def _dcr_ratio(self) -> Estimate | None:
        """Compare the 5th percentiles of the distances to the closest training row."""
        ours, theirs = self.to_train[0], self.holdout_to_train
        rng = np.random.default_rng(self.random_state)

        def percentile(distances: Floats) -> float:
            return float(np.quantile(distances, 0.05))

        if percentile(theirs) == 0:
            return None
        replicates = [
            (percentile(rng.choice(ours, len(ours))), percentile(rng.choice(theirs, len(theirs))))
            for _ in range(REPLICATES)
        ]
        ratios = [a / b for a, b in replicates if b > 0]
        return bootstrap_interval(percentile(ours) / percentile(theirs), ratios, 0.0)

    def attack_auc(self, reference: Neighbours | None = None) -> Measure:
        """Take "attack_auc"."""
        ours, p_value = attack_area(self.train_distances, self.holdout_distances)
        theirs = None
        if reference:
            theirs, _ = attack_area(reference.train_distances, reference.holdout_distances)
        return Measure("attack_auc", ours, theirs, rows=len(self.train) + len(self.holdout), p_value=p_value)

    def kernel_share(self, reference: Neighbours | None = None) -> Measure:
        """Take "kernel_share"."""
        from scipy.stats import norm

        value, error = self._kernel_share()
        return Measure(
            "kernel_share",
            standard_error_interval(value, error, 0.0, 1.0),
            standard_error_interval(*reference._kernel_share(), 0.0, 1.0) if reference else None,
            rows=len(self.synthetic),
            p_value=float(norm.sf(value - 0.5, scale=error)) if error else 1.0,
        )

    def _kernel_share(self) -> tuple[float, float]:
        """Attribute each synthetic row to the people around it, and see how much falls to training people.

        Each of the `NEIGHBOURS` nearest real people gets a part in proportion to a Gaussian kernel of the
        distance. Where the nearest alone would mostly be a stranger, as under strong noise, the parts of the
        many originals still add up. The mean part of a training person is set beside a holdout person's; the
        standard error is that of labels exchanged.
        """
        people = np.concatenate([self.train, self.holdout])
        distances, positions = self.space.nearest(self.synthetic, people, NEIGHBOURS)
        weights = np.exp(-((distances / BANDWIDTH) ** 2 - (distances[:, :1] / BANDWIDTH) ** 2) / 2)
        weights /= weights.sum(axis=1, keepdims=True)
        # People who are alike share what falls to one of them.
        numbers = self.space.row_numbers
        received = np.bincount(numbers[positions].ravel(), weights.ravel(), minlength=numbers.max() + 1)
        alike = np.bincount(numbers[people], minlength=len(received))
        parts = received[numbers[people]] / alike[numbers[people]]
        members, others = np.split(parts, [len(self.train)])
        both = members.mean() + others.mean()
        variance = parts.var(ddof=1) * (1 / len(members) + 1 / len(others))
        return float(members.mean() / both), float(np.sqrt(variance) / both / 2)

    def attack_tpr(self, name: str, reference: Neighbours | None = None) -> Measure:
        """Take "attack_tpr", or the same at fewer false accusations."""
        members, others = self.train_distances, self.holdout_distances
        p_value, attributable = accuse(members, others, FALSE_POSITIVE_RATES[name])
        return Measure(
            name,
            self._hits[name],
            reference._hits[name] if reference else None,
            rows=len(members) + len(others),
            p_value=p_value,
            attributable=attributable,
        )

    @cached_property
    def _hits(self) -> dict[str, Estimate]:
        return attack_hits(self.train_distances, self.holdout_distances, self.random_state)

    def outliers(self, reference: Neighbours) -> tuple[Measure, Measure]:
        """Repeat the checks on the people who are farthest from everyone else."""
        ours, theirs = self._outliers(), reference._outliers()
        if min(map(len, ours)) < MIN_OUTLIERS or min(map(len, theirs)) < 2:
            return tuple(  # type: ignore[return-value]
                Measure(name, None, rows=0, missing=Message("measures.missing_outliers"))
                for name in OUTLIER_MEASURES
            )
        members, others = ours
        found, expected = int((members == 0).sum()), int((others == 0).sum())
        people = len(members) + len(others)
        p_value = upper_tail(np.array([found]), np.array([found + expected]), len(members), people)[0]
        identical = Measure(
            "outlier_identical",
            exact_share(found, len(members)),
            exact_share(expected, len(others)),
            rows=people,
            p_value=float(p_value),
            attributable=attributable_fraction(found, len(members), expected, len(others)),
        )
        attacked, p_value = attack_area(members, others)
        expected_attack, _ = attack_area(*theirs)
        return identical, Measure(
            "outlier_attack_auc", attacked, expected_attack, rows=people, p_value=p_value
        )

    def _outliers(self) -> tuple[Floats, Floats]:
        """Take the people farthest from everyone else, and how much closer a synthetic row is than anyone is.

        How far out somebody is says more about the distance to a synthetic row than whether it knows them. So
        the attacker divides by that: L. Watson et al., "On the importance of difficulty calibration in
        membership inference attacks", ICLR 2022.
        """
        space = self.space
        distances, _ = space.nearest(space.real, space.real, k=2)
        alone = np.bincount(space.row_numbers[space.real])[space.row_numbers[space.real]] == 1
        isolation = np.where(alone, distances[:, -1], 0.0)
        count = round(OUTLIER_SHARE * len(isolation))
        outlier = np.zeros(len(isolation), dtype=bool)
        outlier[np.argsort(-isolation, kind="stable")[:count]] = True
        outlier &= isolation > 0
        closest = np.concatenate([self.train_distances, self.holdout_distances])
        relative = np.divide(closest, isolation, where=outlier, out=np.zeros(len(closest)))
        members, others = np.split(relative, [len(self.train)])
        in_train, in_holdout = np.split(outlier, [len(self.train)])
        return members[in_train], others[in_holdout]


def true_positive_rate(members: Floats, others: Floats, false_positive_rate: float = 0.01) -> float:
    """Read off the ROC curve how many members the attack finds while accusing few others.

    Parameters
    ----------
    members, others
        Distances to the closest synthetic row of people in the training table and of people outside it; the
        attacker takes the closest for members. Shapes (m,) and (n,).
    false_positive_rate
        Share of the others who are accused.

    Returns
    -------
    float
        Share of the members found, 0 to 1; by chance it is the false-positive rate. Low is good. Between two
        points of the curve it is interpolated.

    Notes
    -----
    N. Carlini et al., "Membership inference attacks from first principles", IEEE S&P 2022.
    """
    _, codes = np.unique(np.concatenate([members, others]), return_inverse=True)
    near, far = np.split(codes, [len(members)])
    return float(_rate_at(_count(near, codes), _count(far, codes), np.array(false_positive_rate)))


def accuse(members: Floats, others: Floats, rate: float) -> tuple[float, Estimate | None]:
    """Test whether more of the closest people are members than chance puts among them.

    Parameters
    ----------
    members, others
        As in `true_positive_rate`.
    rate
        Share of all people who are accused.

    Returns
    -------
    tuple of (float, Estimate or None)
        One-sided p-value of Fisher's exact test, and `attributable_fraction`.
    """
    pooled = np.concatenate([members, others])
    threshold = np.quantile(pooled, rate, method="higher")
    caught, near = int((members <= threshold).sum()), int((pooled <= threshold).sum())
    p_value = upper_tail(np.array([caught]), np.array([near]), len(members), len(pooled))[0]
    return float(p_value), attributable_fraction(caught, len(members), near - caught, len(others))


def attack_hits(members: Floats, others: Floats, random_state: int) -> dict[str, Estimate]:
    """Read the attack's hits off the ROC curve, and off those of bootstrap samples.

    Parameters
    ----------
    members, others
        As in `true_positive_rate`.
    random_state
        Seed of the bootstrap.

    Returns
    -------
    dict
        By the names of `FALSE_POSITIVE_RATES`.
    """
    rng = np.random.default_rng(random_state)
    _, codes = np.unique(np.concatenate([members, others]), return_inverse=True)
    near, far = np.split(codes, [len(members)])
    rates = np.array(list(FALSE_POSITIVE_RATES.values()))

    def hits(members: Integers, others: Integers) -> Floats:
        return _rate_at(_count(members, codes), _count(others, codes), rates)

    replicates = np.array(
        [hits(rng.choice(near, len(near)), rng.choice(far, len(far))) for _ in range(REPLICATES)]
    )
    values = hits(near, far)
    return {
        name: bootstrap_interval(float(value), column, 0.0, 1.0)
        for name, value, column in zip(FALSE_POSITIVE_RATES, values, replicates.T, strict=True)
    }


def _count(group: Integers, codes: Integers) -> Integers:
    return np.bincount(group, minlength=int(codes.max()) + 1)


def _rate_at(members: Integers, others: Integers, false_positive_rates: Floats) -> Floats:
    """Read the curve off how many members and others there are at each distance, in ascending order."""
    thresholds = others > 0
    false, true = ((np.cumsum(counts) / counts.sum())[thresholds] for counts in (others, members))
    return np.asarray(np.interp(false_positive_rates, np.append(0.0, false), np.append(0.0, true)))


def attack_area(members: Floats, others: Floats) -> tuple[Estimate, float]:
    """Return the area under the ROC curve of the attack, and the p-value of Mann and Whitney, one-sided.

    Parameters
    ----------
    members, others
        As in `true_positive_rate`.
    """
    from scipy.stats import mannwhitneyu

    estimate, _ = area_under_curve(-members, -others)
    return estimate, float(mannwhitneyu(members, others, alternative="less", method="asymptotic").pvalue)
