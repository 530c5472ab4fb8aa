"""Membership inference: tests by distance of whether the table is closer to its training people.

Training rows and holdout were split at random. If the synthetic table tells nothing about the training rows
but what it tells about everybody, exchanging the two labels changes nothing: that is what every test here
rests on, whatever the columns are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.attribution import Attributions, attribute
from synth_handson.evidence.privacy.classifier_attack import classifier_scores, frequency_scores
from synth_handson.evidence.privacy.few_alike import Commonest
from synth_handson.evidence.privacy.identical import Matches, NeverRepeating, identical_rows
from synth_handson.evidence.privacy.people_found import LEVEL, PeopleFound
from synth_handson.evidence.privacy.random_split import count_split
from synth_handson.evidence.privacy.same_people import shared_people
from synth_handson.evidence.privacy.subset_search import clearer, search_subsets
from synth_handson.evidence.privacy.subsets import SubsetJoin, subset_joins, subset_matches
from synth_handson.evidence.three_tables import AssessedTables, halves
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Booleans, Floats, Integers, one_of_each
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.intervals import (
    Estimate,
    area_under_curve,
    bootstrap_interval,
    exact_share,
    exchanged_labels,
    standard_error_interval,
)
from synth_handson.metrics.low_end import enough_codes, resampled_counts, resampled_quantiles

if TYPE_CHECKING:
    from synth_handson.evidence.counting.exact_tables import WholeTables

MAX_ROWS = 20_000
MAX_CELLS = 200_000
"""Rows and values that a larger table is sampled to before distances are measured."""
REPLICATES = 200
FALSE_POSITIVE_RATES = {"attack_tpr": 0.01, "attack_tpr_03": 0.003, "attack_tpr_01": 0.001}
"""False positive rates at which the attack is measured: the lowest shows a few people found for certain, the
highest a leak of many."""
LOW_PERCENTILE = 0.05
"""Which percentile of distances "dcr_ratio" compares."""
NEIGHBOURS = 20
BANDWIDTH = 0.144
"""Bandwidth of the Gaussian kernel: half the standard deviation of a uniform rank, which is the root of
1/12."""
OUTLIER_SHARE = 0.05
MIN_PEOPLE = 10

DISTANCE_MEASURES = (
    "identical_rows", "dcr_share", "dcr_ratio", "kernel_share", "attack_auc", *FALSE_POSITIVE_RATES
)  # fmt: skip
SUBSET_MEASURES = ("subset_matches", "subset_matches_binned")
CALIBRATED_MEASURES = ("calibrated_attack_auc", "outlier_identical", "outlier_attack_auc")
"""Measures that compare the distance to the synthetic table with that to other real people."""
CLASSIFIER_MEASURES = ("classifier_attack_auc",)

_Parts = tuple[Floats, Floats]
"""One number for each training person, and for each holdout person."""


def distance_measures(neighbours: Neighbours, reference: Neighbours | None = None) -> tuple[Measure, ...]:
    """Compute the measures of membership by identical rows and distances, on all people.

    Parameters
    ----------
    neighbours
        The tables.
    reference
        The reference, if it is wanted.

    Returns
    -------
    tuple of Measure
        Those of `DISTANCE_MEASURES`.
    """
    return (
        identical_rows(neighbours.matches),
        neighbours.dcr_share(reference),
        neighbours.dcr_ratio(reference),
        neighbours.kernel_share(reference),
        neighbours.attack_auc(reference),
        *(neighbours.attack_tpr(name, reference) for name in FALSE_POSITIVE_RATES),
    )


def membership_measures(neighbours: Neighbours) -> tuple[Measure, ...]:
    """Compute every measure of membership, with its reference from the holdout.

    For the reference, one half of the holdout plays the synthetic table and the other half is the holdout.

    Returns
    -------
    tuple of Measure
        Those of `DISTANCE_MEASURES`, `SUBSET_MEASURES`, `CALIBRATED_MEASURES` and `CLASSIFIER_MEASURES`; and
        "frequencies_attack_auc" if the attack by a classifier shows anything.
    """
    reference = neighbours.reference
    classified = neighbours.classifier_attack(reference)
    return (
        *distance_measures(neighbours, reference),
        *neighbours.subsets,
        *neighbours.calibrated(reference),
        classified,
        *neighbours.frequencies_attack(classified),
    )


class Counts(Protocol):
    """Counts over all rows: in memory, or by `exact_tables.WholeTables`."""

    @property
    def never_repeating(self) -> NeverRepeating:
        """Columns of the training table whose values hardly ever repeat."""

    @property
    def split(self) -> Mapping[str, Floats]:
        """Training and holdout rows in each bin of each column. Shape (2, bins) each."""

    @property
    def joins(self) -> tuple[SubsetJoin, ...]:
        """People found by part of the columns."""

    @property
    def commonest(self) -> Commonest:
        """What most synthetic rows have in common."""

    @property
    def shared_people(self) -> Measure | None:
        """How many holdout rows are of people who have training rows, too, if any have several."""

    def matches(self, left_out: Sequence[str] = ()) -> Matches:
        """Join the tables on all columns but those left out."""

    def attributions(self, known: Sequence[str]) -> Attributions:
        """Guess every other column of a person known by these."""


@dataclass(frozen=True, eq=False)
class RowsInMemory:
    """Tables whose rows are all in memory, and their positions in a space."""

    tables: AssessedTables
    space: HeomSpace
    train: Integers
    holdout: Integers
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
        """People found by part of the columns."""
        return tuple(subset_joins(self.space, self.train, self.holdout, self.random_state))

    @cached_property
    def commonest(self) -> Commonest:
        """What most synthetic rows have in common."""
        has, alone = {}, []
        for name, codes in self.space.codes.items():
            values, first, times = np.unique(
                codes[self.space.synthetic], return_index=True, return_counts=True
            )
            top = int(times.argmax())
            has[name] = codes == values[top]
            value = self.tables.synthetic[name].iloc[int(first[top])]
            people = int(has[name][self.train].sum())
            sizes = len(self.space.synthetic), len(self.train)
            alone.append(Commonest({name: value}, int(times[top]), people, sizes))

        def count(names: Sequence[str]) -> tuple[int, int]:
            all_of_them = np.all([has[name] for name in names], axis=0)
            return int(all_of_them[self.space.synthetic].sum()), int(all_of_them[self.train].sum())

        return Commonest.together(alone, count)

    @cached_property
    def shared_people(self) -> Measure | None:
        """How many holdout rows are of people who have training rows, too, if any have several."""
        return shared_people(self.tables)

    def matches(self, left_out: Sequence[str] = ()) -> Matches:
        """Join the tables on all columns but those left out."""
        if left_out:
            return Matches.of(*self.tables.without(left_out).all)
        return Matches.within(self.space, self.train, self.holdout)

    def attributions(self, known: Sequence[str]) -> Attributions:
        """Guess every other column of a person known by these."""
        rows = np.concatenate([self.train, self.holdout, self.space.synthetic])
        return attribute(self.tables, self.space, rows, known, self.random_state)


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
    alike
        The same real rows with another synthetic table, if they were placed before.
    """

    tables: AssessedTables
    space: HeomSpace
    synthetic: Integers
    train: Integers
    holdout: Integers
    random_state: int
    whole: WholeTables | None = None
    alike: Neighbours | None = None

    @classmethod
    def of(cls, tables: AssessedTables, random_state: int, whole: WholeTables | None = None) -> Neighbours:
        """Place the rows of three tables."""
        sampled = tables.sampled(min(MAX_ROWS, MAX_CELLS // tables.train.shape[1]), random_state)
        return cls(tables, *_placed(sampled, random_state), random_state, whole)

    @cached_property
    def reference(self) -> Neighbours:
        """The reference: one half of the holdout as synthetic table, and the other as holdout."""
        first, second = halves(self.tables.holdout, self.random_state)
        return self.of(AssessedTables(first, self.tables.train, second), self.random_state)

    @cached_property
    def counts(self) -> Counts:
        """Counts over all rows, wherever they are kept."""
        if self.whole:
            return self.whole
        space, _, train, holdout = self.everyone
        return RowsInMemory(self.tables, space, train, holdout, self.random_state)

    @property
    def complete(self) -> bool:
        """Whether distances are measured on all rows."""
        return self.whole is None and len(self.space.row_numbers) == sum(map(len, self.tables.all))

    @cached_property
    def everyone(self) -> tuple[HeomSpace, Integers, Integers, Integers]:
        """The space with all rows in it, and the positions of synthetic, training and holdout rows."""
        if self.complete:
            return self.space, self.synthetic, self.train, self.holdout
        return _placed(self.tables, self.random_state)

    @cached_property
    def matches(self) -> Matches:
        """Rows of each table that occur in another, over all rows."""
        return self.counts.matches()

    @property
    def joins(self) -> tuple[SubsetJoin, ...]:
        """People found by part of the columns, over all rows."""
        return self.counts.joins

    @cached_property
    def subsets(self) -> tuple[Measure, ...]:
        """Those of `SUBSET_MEASURES`, with binned numbers only where binning makes a difference."""
        values, *binned = map(subset_matches, self.joins)
        searched = search_subsets(self.space, self.train, self.holdout, self.random_state)
        return clearer(values, searched), *binned

    @property
    def people(self) -> Integers:
        """Positions of training rows, then of holdout rows."""
        return np.concatenate([self.train, self.holdout])

    def instead(self, synthetic: pd.DataFrame) -> Neighbours:
        """Replace the synthetic table by another one."""
        placed = self.of(self.tables.instead(synthetic), self.random_state)
        return replace(placed, alike=self)

    @property
    def train_distances(self) -> Floats:
        """Distance of each training row to the closest synthetic one."""
        return self._to_synthetic[: len(self.train)]

    @property
    def holdout_distances(self) -> Floats:
        """Distance of each holdout row to the closest synthetic one."""
        return self._to_synthetic[len(self.train) :]

    @property
    def to_train(self) -> Floats:
        """Distance of each synthetic row to the closest training row."""
        return self._from_synthetic[0][0][:, 0]

    @property
    def around(self) -> tuple[Floats, Integers]:
        """Distances of each synthetic row to the real rows around it, and their positions, both ascending."""
        return self._from_synthetic[1]

    @cached_property
    def holdout_to_train(self) -> Floats:
        """Distance of each holdout row to the closest training row."""
        if self.alike:
            return self.alike.holdout_to_train
        return self.space.nearest(self.holdout, self.train)[0][:, 0]

    @cached_property
    def _to_synthetic(self) -> Floats:
        return self.space.nearest(self.people, self.synthetic)[0][:, 0]

    @cached_property
    def _from_synthetic(self) -> list[tuple[Floats, Integers]]:
        return self.space.nearest_in(self.synthetic, [(self.train, 1), (self.people, NEIGHBOURS)])

    def dcr_share(self, reference: Neighbours | None = None) -> Measure:
        """Compute "dcr_share"."""
        return self._share("dcr_share", self._closest_parts, reference._closest_parts if reference else None)

    def kernel_share(self, reference: Neighbours | None = None) -> Measure:
        """Compute "kernel_share"."""
        return self._share("kernel_share", self._kernel_parts, reference._kernel_parts if reference else None)

    def _share(self, name: str, parts: _Parts, reference: _Parts | None) -> Measure:
        """Compare what falls to a training person with what falls to a holdout person."""
        return Measure(
            name,
            _share_of_members(parts),
            None if reference is None else _share_of_members(reference),
            rows=len(self.synthetic),
            p_value=exchanged_labels(*parts),
        )

    @cached_property
    def _closest_parts(self) -> _Parts:
        """Attribute each synthetic row to the closest real person; equally close people share it."""
        distances, _ = self.around
        return self._parts((distances == distances[:, :1]).astype(np.float64))

    @cached_property
    def _kernel_parts(self) -> _Parts:
        """Attribute each synthetic row to the people around it.

        Each of the `NEIGHBOURS` nearest real people gets a part in proportion to a Gaussian kernel of the
        distance. Where the nearest alone would mostly be a stranger, as under strong noise, the parts of the
        many originals still add up.
        """
        distances, _ = self.around
        return self._parts(np.exp(-((distances / BANDWIDTH) ** 2 - (distances[:, :1] / BANDWIDTH) ** 2) / 2))

    def _parts(self, weights: Floats) -> _Parts:
        """Add up what falls to each training and each holdout person; people who are alike share it."""
        numbers, people, (_, positions) = self.space.row_numbers, self.people, self.around
        weights = weights / weights.sum(axis=1, keepdims=True)
        received = np.bincount(numbers[positions].ravel(), weights.ravel(), minlength=int(numbers.max()) + 1)
        alike = np.bincount(numbers[people], minlength=len(received))
        parts = received[numbers[people]] / alike[numbers[people]]
        members, others = np.split(parts, [len(self.train)])
        return members, others

    def dcr_ratio(self, reference: Neighbours | None = None) -> Measure:
        """Compute "dcr_ratio"."""
        ratio, expected = self._dcr_ratio, reference._dcr_ratio if reference else None
        reason = Message("measures.missing_dcr_ratio") if ratio is None else None
        return Measure("dcr_ratio", ratio, expected, rows=len(self.synthetic), missing=reason)

    @cached_property
    def _dcr_ratio(self) -> Estimate | None:
        """Compare the 5th percentiles of the distances to the closest training row."""
        synthetic, holdout = self.to_train, self.holdout_to_train
        low, expected = (float(np.quantile(distances, LOW_PERCENTILE)) for distances in (synthetic, holdout))
        if expected == 0:
            return None
        rng = np.random.default_rng(self.random_state)
        drawn = resampled_quantiles([synthetic, holdout], LOW_PERCENTILE, REPLICATES, rng)
        ratios = [a / b for a, b in zip(*map(np.ndarray.tolist, drawn), strict=True) if b > 0]
        return bootstrap_interval(low / expected, ratios, 0.0)

    def attack_auc(self, reference: Neighbours | None = None) -> Measure:
        """Compute "attack_auc"."""
        area, p_value = attack_area(self.train_distances, self.holdout_distances)
        expected = None
        if reference:
            expected, _ = attack_area(reference.train_distances, reference.holdout_distances)
        return Measure(
            "attack_auc", area, expected, rows=len(self.train) + len(self.holdout), p_value=p_value
        )

    def attack_tpr(self, name: str, reference: Neighbours | None = None) -> Measure:
        """Compute "attack_tpr", or the same at a lower false positive rate."""
        members, others = self.train_distances, self.holdout_distances
        return Measure(
            name,
            self._hits[name],
            reference._hits[name] if reference else None,
            rows=len(members) + len(others),
            **accused(members, others, FALSE_POSITIVE_RATES[name]).tested,
        )

    @cached_property
    def _hits(self) -> dict[str, Estimate]:
        return attack_hits(self.train_distances, self.holdout_distances, self.random_state)

    def calibrated(self, reference: Neighbours) -> tuple[Measure, ...]:
        """Compute `CALIBRATED_MEASURES`."""
        relative, baseline = self._relative, reference._relative
        calibrated = _attacked(
            "calibrated_attack_auc", relative.of(relative.everybody), baseline.of(baseline.everybody)
        )
        attacked = _attacked(
            "outlier_attack_auc", relative.of(relative.outliers), baseline.of(baseline.outliers)
        )
        if attacked.missing:
            identical = Measure("outlier_identical", None, rows=0, missing=attacked.missing)
            return calibrated, identical, attacked
        members, others = relative.of(relative.outliers)
        found, expected = int((members == 0).sum()), int((others == 0).sum())
        identical = Measure(
            "outlier_identical",
            exact_share(found, len(members)),
            exact_share(expected, len(others)),
            rows=attacked.rows,
            **PeopleFound.once(found, expected, (len(members), len(others))).tested,
        )
        return calibrated, identical, attacked

    def classifier_attack(self, reference: Neighbours) -> Measure:
        """Compute "classifier_attack_auc"."""
        return _attacked("classifier_attack_auc", self._unlike_synthetic, reference._unlike_synthetic)

    def frequencies_attack(self, found: Measure) -> Iterator[Measure]:
        """Measure how far frequencies alone would make a table lean, if the attack has found anything."""
        if found.p_value is not None and found.p_value < LEVEL:
            scores = -frequency_scores(self.space, self.train, self.random_state)
            members, others, _ = self._one_row_each
            leaning = attack_area(scores[members], scores[others])[0]
            yield Measure("frequencies_attack_auc", leaning, rows=found.rows)

    @cached_property
    def _unlike_synthetic(self) -> tuple[Floats, Floats]:
        """How unlike a synthetic row a classifier finds each training and each holdout person."""
        scores = -classifier_scores(self.space, self.random_state)
        members, others, _ = self._one_row_each
        return scores[members], scores[others]

    @cached_property
    def _one_row_each(self) -> tuple[Integers, Integers, Floats]:
        """One row for each person with equal rows, of training and holdout, and a random number for each."""
        numbers = self.space.row_numbers
        rng = np.random.default_rng(self.random_state)
        one = one_of_each(numbers[self.space.real], rng)
        members, others = self.train[one[self.train]], self.holdout[one[self.holdout]]
        return members, others, rng.random(len(members) + len(others))

    @cached_property
    def _relative(self) -> _Relative:
        """Divide each person's distance to the closest synthetic row by that to the closest other person.

        How far out somebody is says more about the distance to a synthetic row than whether it knows them. So
        the attacker divides by that: L. Watson et al., "On the importance of difficulty calibration in
        membership inference attacks", ICLR 2022.
        """
        space = self.space
        members, others, lot = self._one_row_each
        people = np.concatenate([members, others])
        distances, _ = space.nearest(people, space.real, k=2)
        isolation = distances[:, 1] if distances.shape[1] > 1 else np.ones(len(people))
        closest = np.empty(len(space.real))
        closest[self.people] = self._to_synthetic
        of_members, of_others = np.split(closest[people] / isolation, [len(members)])
        return _Relative(of_members, of_others, isolation, lot)


@dataclass(frozen=True, eq=False)
class _Relative:
    """How much closer a synthetic row is to a person than any other person is.

    Attributes
    ----------
    members, others
        Relative distance of training and of holdout people: 0 if they occur in the synthetic table.
    isolation
        How far the closest other person is, of the former and then of the latter.
    lot
        A random number for each, by which ties are broken.
    """

    members: Floats
    others: Floats
    isolation: Floats
    lot: Floats

    @property
    def everybody(self) -> Booleans:
        return np.ones(len(self.isolation), bool)

    @property
    def outliers(self) -> Booleans:
        """Find the people farthest from everyone else."""
        outlier = np.zeros(len(self.isolation), bool)
        farthest = np.lexsort((self.lot, -self.isolation))
        outlier[farthest[: round(OUTLIER_SHARE * len(outlier))]] = True
        return outlier

    def of(self, chosen: Booleans) -> tuple[Floats, Floats]:
        """Return the chosen ones of ``members`` and ``others``."""
        first = len(self.members)
        return self.members[chosen[:first]], self.others[chosen[first:]]


def _attacked(name: str, parts: tuple[Floats, Floats], reference: tuple[Floats, Floats]) -> Measure:
    """Compute the AUC of an attack, unless there are too few people of either kind."""
    if min(map(len, parts)) < MIN_PEOPLE or min(map(len, reference)) < 2:
        return Measure(name, None, rows=0, missing=Message(f"measures.missing_{name}"))
    attacked, p_value = attack_area(*parts)
    return Measure(name, attacked, attack_area(*reference)[0], rows=sum(map(len, parts)), p_value=p_value)


def _placed(tables: AssessedTables, random_state: int) -> tuple[HeomSpace, Integers, Integers, Integers]:
    """Place all rows in a space: it, and the positions of synthetic, training and holdout rows.

    Real rows stand there in random order, for of people who are equally far the first is found.
    """
    real = pd.concat([tables.train, tables.holdout], ignore_index=True)
    order = np.random.default_rng(random_state).permutation(len(real))
    space = HeomSpace(real.iloc[order], tables.synthetic)
    train, holdout = np.split(np.argsort(order), [len(tables.train)])
    return space, space.synthetic, train, holdout


def _share_of_members(parts: _Parts) -> Estimate:
    """Compare the mean part of a training person with that of a holdout person: .5 is fair.

    The standard error is that of labels exchanged.
    """
    members, others = parts
    both = float(members.mean() + others.mean())
    variance = np.concatenate(parts).var(ddof=1) * (1 / len(members) + 1 / len(others))
    return standard_error_interval(
        float(members.mean()) / both, float(np.sqrt(variance)) / both / 2, 0.0, 1.0
    )


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


def accused(members: Floats, others: Floats, *shares: float) -> PeopleFound:
    """Accuse the closest people of being members.

    Parameters
    ----------
    members, others
        As in `true_positive_rate`.
    shares
        Shares of all people who are accused; more if several are as close.
    """
    thresholds = np.quantile(np.concatenate([members, others]), shares, method="higher")
    counts = np.array([[(group <= least).sum() for least in thresholds] for group in (members, others)])
    return PeopleFound(counts, (len(members), len(others)))


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
    _, codes = np.unique(np.concatenate([members, others]), return_inverse=True)
    near, far = np.split(codes, [len(members)])
    rates = np.array(list(FALSE_POSITIVE_RATES.values()))
    kept = enough_codes(far, rates.max())
    rng = np.random.default_rng(random_state)
    caught, accused = resampled_counts([(near, kept), (far, kept)], REPLICATES, rng)
    replicates = np.array([_rate_at(*both, rates) for both in zip(caught, accused, strict=True)])
    values = _rate_at(_count(near, codes), _count(far, codes), rates)
    return {
        name: bootstrap_interval(float(value), column, 0.0, 1.0)
        for name, value, column in zip(FALSE_POSITIVE_RATES, values, replicates.T, strict=True)
    }


def _count(group: Integers, codes: Integers) -> Integers:
    return np.bincount(group, minlength=int(codes.max()) + 1)


def _rate_at(members: Integers, others: Integers, false_positive_rates: Floats) -> Floats:
    """Read the curve off how many members and others there are at each distance, in ascending order.

    It begins with the members who are closer than any of the others: they are found without any accusation.
    """
    thresholds = others > 0
    false, true = (np.cumsum(counts) / counts.sum() for counts in (others, members))
    certain = members[: int(np.argmax(thresholds))].sum() / members.sum()
    return np.asarray(
        np.interp(
            false_positive_rates, np.append(0.0, false[thresholds]), np.append(certain, true[thresholds])
        )
    )


def attack_area(members: Floats, others: Floats) -> tuple[Estimate, float]:
    """Return the area under the ROC curve of the attack, and the p-value of Mann and Whitney, two-sided.

    Parameters
    ----------
    members, others
        As in `true_positive_rate`.
    """
    from scipy.stats import mannwhitneyu

    estimate, _ = area_under_curve(-members, -others)
    return estimate, float(mannwhitneyu(members, others, method="asymptotic").pvalue)
