"""Does the synthetic table know its training people better than others? Tests that rest on distances.

Training rows and holdout were split at random. If the synthetic table tells nothing about the training rows
but what it tells about everybody, exchanging the two labels changes nothing: that is what every test here
rests on, whatever the columns are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synth_handson.evidence.identical import Matches, identical_p_value, upper_tail
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.three_tables import AssessedTables, halves, sample_rows
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.bins import DistanceShares, distance_shares
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.intervals import (
    Estimate,
    area_under_curve,
    bootstrap_interval,
    exact_share,
    standard_error_interval,
)

MAX_ROWS = 20_000
MAX_CELLS = 200_000
"""A larger table is sampled to so many rows and values before distances are measured."""
DRAWS = 10
REPLICATES = 200
FALSE_POSITIVE_RATE = 0.01
OUTLIER_SHARE = 0.05
MIN_OUTLIERS = 10


def distance_measures(
    tables: AssessedTables, *, level: float, random_state: int
) -> tuple[Measure, Measure, Measure, Measure, Measure]:
    """Take the measures of membership on all people, without a reference.

    Parameters
    ----------
    tables, level, random_state
        As in `membership_measures`.

    Returns
    -------
    tuple of Measure
        "identical_rows", "dcr_share", "dcr_ratio", "attack_auc" and "attack_tpr".
    """
    ours = _Comparison.of(tables.synthetic, tables.train, tables.holdout, random_state)
    return (
        _identical(tables, level),
        ours.dcr_share(),
        ours.dcr_ratio(),
        ours.attack_auc(),
        ours.attack_tpr(),
    )


def membership_measures(tables: AssessedTables, *, level: float, random_state: int) -> tuple[Measure, ...]:
    """Take every measure of membership that rests on distances, beside the holdout's own.

    For the reference, one half of the holdout plays the synthetic table and the other half is the holdout.

    Parameters
    ----------
    tables
        Prepared tables.
    level
        Probability below which a single test counts, for the choice explained at `identical_p_value`.
    random_state
        Seed of samples, draws and bootstrap.

    Returns
    -------
    tuple of Measure
        "identical_rows", "dcr_share", "dcr_ratio", "attack_auc", "attack_tpr", "outlier_identical" and
        "outlier_attack_auc".
    """
    first, second = halves(tables.holdout, random_state)
    ours = _Comparison.of(tables.synthetic, tables.train, tables.holdout, random_state)
    theirs = _Comparison.of(first, tables.train, second, random_state)
    return (
        _identical(tables, level),
        ours.dcr_share(theirs),
        ours.dcr_ratio(theirs),
        ours.attack_auc(theirs),
        ours.attack_tpr(theirs),
        *ours.outliers(theirs),
    )


def closest_distances(tables: AssessedTables, random_state: int) -> DistanceShares:
    """Spread the distances to the closest training row, of synthetic rows and of the holdout's."""
    compared = _Comparison.of(tables.synthetic, tables.train, tables.holdout, random_state)
    return distance_shares(compared.to_train(compared.synthetic), compared.to_train(compared.holdout))


def _identical(tables: AssessedTables, level: float) -> Measure:
    matches = Matches.of(tables.synthetic, tables.train, tables.holdout)
    hits, expected, _, _ = matches.counts
    return Measure(
        "identical_rows",
        exact_share(hits, len(tables.synthetic)),
        exact_share(expected, len(tables.holdout)),
        rows=len(tables.synthetic),
        p_value=identical_p_value(matches, level),
    )


@dataclass(frozen=True, eq=False)
class _Comparison:
    """Synthetic rows, training rows and holdout as positions in one space."""

    space: HeomSpace
    synthetic: Integers
    train: Integers
    holdout: Integers
    train_distances: Floats
    holdout_distances: Floats
    random_state: int

    @classmethod
    def of(
        cls, synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame, random_state: int
    ) -> _Comparison:
        rows = min(MAX_ROWS, MAX_CELLS // train.shape[1])
        synthetic, train, holdout = (
            sample_rows(table, rows, random_state) for table in (synthetic, train, holdout)
        )
        space = HeomSpace(pd.concat([train, holdout], ignore_index=True), synthetic)
        members, others = np.split(space.real, [len(train)])
        return cls(
            space,
            space.synthetic,
            members,
            others,
            space.nearest(members, space.synthetic)[0][:, 0],
            space.nearest(others, space.synthetic)[0][:, 0],
            random_state,
        )

    def to_train(self, rows: Integers) -> Floats:
        return self.space.nearest(rows, self.train)[0][:, 0]

    def dcr_share(self, reference: _Comparison | None = None) -> Measure:
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
        for members, others in self._equal_draws(size):
            near, member = self.space.nearest(self.synthetic, members)
            far, other = self.space.nearest(self.synthetic, others)
            closer, farther = (near < far)[:, 0], (near > far)[:, 0]
            shares.append(float(closer.mean() + (~closer & ~farther).mean() / 2))
            carried = np.bincount(np.concatenate([member[closer, 0], other[farther, 0]]), minlength=1)
            variances.append(float((carried**2).sum()) / 4 / len(self.synthetic) ** 2)
        ratio = max(len(self.train), len(self.holdout)) / size
        limit = (ratio + 1) / (3 * ratio - 1)
        shrunk = limit + (1 - limit) / len(shares)
        return float(np.mean(shares)), float(np.sqrt(np.mean(variances) * shrunk))

    def _equal_draws(self, size: int) -> Iterator[tuple[Integers, Integers]]:
        rng = np.random.default_rng(self.random_state)
        draws = 1 if len(self.train) == len(self.holdout) else DRAWS
        for _ in range(draws):
            yield tuple(  # type: ignore[misc]
                rows if len(rows) == size else np.sort(rng.choice(rows, size, replace=False))
                for rows in (self.train, self.holdout)
            )

    def dcr_ratio(self, reference: _Comparison | None = None) -> Measure:
        ours, theirs = self._dcr_ratio(), reference._dcr_ratio() if reference else None
        reason = Message("measures.missing_dcr_ratio") if ours is None else None
        return Measure("dcr_ratio", ours, theirs, rows=len(self.synthetic), missing=reason)

    def _dcr_ratio(self) -> Estimate | None:
        """Compare the 5th percentiles of the distances to the closest training row."""
        ours, theirs = self.to_train(self.synthetic), self.to_train(self.holdout)
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

    def attack_auc(self, reference: _Comparison | None = None) -> Measure:
        ours, p_value = _attack(self.train_distances, self.holdout_distances)
        theirs = None
        if reference:
            theirs, _ = _attack(reference.train_distances, reference.holdout_distances)
        return Measure("attack_auc", ours, theirs, rows=len(self.train) + len(self.holdout), p_value=p_value)

    def attack_tpr(self, reference: _Comparison | None = None) -> Measure:
        members, others = self.train_distances, self.holdout_distances
        pooled = np.concatenate([members, others])
        threshold = np.quantile(pooled, FALSE_POSITIVE_RATE, method="higher")
        caught, near = int((members <= threshold).sum()), int((pooled <= threshold).sum())
        p_value = upper_tail(np.array([caught]), np.array([near]), len(members), len(pooled))[0]
        return Measure(
            "attack_tpr",
            self._attack_tpr(),
            reference._attack_tpr() if reference else None,
            rows=len(pooled),
            p_value=float(p_value),
        )

    def _attack_tpr(self) -> Estimate:
        members, others = self.train_distances, self.holdout_distances
        rng = np.random.default_rng(self.random_state)
        replicates = [
            true_positive_rate(rng.choice(members, len(members)), rng.choice(others, len(others)))
            for _ in range(REPLICATES)
        ]
        return bootstrap_interval(true_positive_rate(members, others), replicates, 0.0, 1.0)

    def outliers(self, reference: _Comparison) -> tuple[Measure, Measure]:
        """Repeat the checks on the people who are farthest from everyone else."""
        ours, theirs = self._outliers(), reference._outliers()
        if min(map(len, ours)) < MIN_OUTLIERS or min(map(len, theirs)) < 2:
            return tuple(  # type: ignore[return-value]
                Measure(name, None, rows=0, missing=Message("measures.missing_outliers"))
                for name in ("outlier_identical", "outlier_attack_auc")
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
        )
        attacked, p_value = _attack(members, others)
        expected_attack, _ = _attack(*theirs)
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
    thresholds = np.unique(others)
    false = np.searchsorted(np.sort(others), thresholds, side="right") / len(others)
    true = np.searchsorted(np.sort(members), thresholds, side="right") / len(members)
    return float(np.interp(false_positive_rate, np.append(0.0, false), np.append(0.0, true)))


def _attack(members: Floats, others: Floats) -> tuple[Estimate, float]:
    """Area under the ROC curve of the attack, and the p-value of Mann and Whitney, one-sided."""
    from scipy.stats import mannwhitneyu

    estimate, _ = area_under_curve(-members, -others)
    return estimate, float(mannwhitneyu(members, others, alternative="less", method="asymptotic").pvalue)
