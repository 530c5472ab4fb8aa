"""A lower bound of the ε of differential privacy that the generator could claim, from the people found.

Training people and holdout were drawn from the same people. Let somebody be found in the
synthetic table by a rule that does not look at who is a training person. If exchanging one training person
for another changes no probability by more than a factor e^d, then, whatever the table is, the number of
training people among those found is at most what Fisher's noncentral hypergeometric distribution with an odds
ratio of e^d allows: each set of training people can be had from each other by exchanging one at a time. So
the lower end of the exact interval of the odds ratio bounds d, and as an exchange is one person left out and
one added, d is at most 2 ε.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from synth_handson.evidence.privacy.membership import FALSE_POSITIVE_RATES, Neighbours, accused
from synth_handson.evidence.privacy.people_found import PeopleFound
from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.intervals import tarone
from synth_handson.metrics.odds import log_odds_ratio_interval

CONFIDENCE = 0.95
EXCHANGE = 2
"""Replacing a person takes two steps: ε counts one person removed or added."""


@dataclass(frozen=True)
class EpsilonBound:
    """A lower bound of the ε that the generator could have claimed.

    Attributes
    ----------
    value
        No generator with a smaller ε could have made the table, at this confidence; 0 or more. 0 says that
        nothing was shown, and not that there is any protection.
    confidence
        Probability, at least, that no bound above the true ε is given, over the split into training people
        and holdout, 0 to 1.
    measure
        By which measure the people were found: "identical_rows", "subset_matches", "attack_tpr" or one like
        them. Where ``value`` is 0, the one that came closest.
    columns
        By which columns; empty for all.
    found
        How many training and how many holdout people were found by it.
    people
        How many there are of either.

    Notes
    -----
    It holds for a random split and an ε that counts one person (one row) left out or added; if it counts one
    person exchanged for another, as some do, twice the value is a bound. δ is taken for 0. M. Jagielski,
    J. Ullman and A. Oprea, "Auditing differentially private machine learning", NeurIPS 2020; M. Nasr et al.,
    "Tight auditing of differentially private machine learning", USENIX Security 2023; of one training:
    T. Steinke, M. Nasr and M. Jagielski, "Privacy auditing with one (1) training run", NeurIPS 2023, whose
    coins are tossed for each person alone, where here the number of training people is fixed.
    """

    value: float
    confidence: float
    measure: str
    columns: tuple[str, ...]
    found: tuple[int, int]
    people: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Finding:
    """People found by a measure, in one or several ways.

    Attributes
    ----------
    measure
        Its name.
    found
        Whom it finds, in m ways.
    columns
        By which columns, m times.
    """

    measure: str
    found: PeopleFound
    columns: tuple[tuple[str, ...], ...] = ((),)

    def bound(self, risk: float) -> EpsilonBound:
        """Bound ε by the way that shows most, with a probability of error of at most ``risk``.

        Only ways that could show anything are corrected for: R. E. Tarone, Biometrics 46, 1990.
        """
        people, counts = self.found.people, self.found.counts
        best = int(np.argmax(_significance(counts, people)))
        train, holdout = map(int, counts[:, best])
        tests = tarone(2 * self.found.least_tails, risk)
        low, high = log_odds_ratio_interval(train, people[0], holdout, people[1], 1 - risk / tests)
        # People who are found less often than others are given away as well: they were avoided.
        value = max(low, -high, 0.0) / EXCHANGE
        return EpsilonBound(value, CONFIDENCE, self.measure, self.columns[best], (train, holdout), people)


def epsilon_at_least(neighbours: Neighbours) -> EpsilonBound:
    """Find a lower bound of the ε that the generator could have claimed, from the people found.

    Parameters
    ----------
    neighbours
        The tables.

    Returns
    -------
    EpsilonBound
        The largest of the bounds by identical rows, each kind of join on part of the columns, and the
        attack's hits, between which the probability of an error is dealt out evenly.
    """
    findings = tuple(_findings(neighbours))
    risk = (1 - CONFIDENCE) / len(findings)
    return max((finding.bound(risk) for finding in findings), key=lambda bound: bound.value)


def _findings(neighbours: Neighbours) -> Iterator[Finding]:
    matches = neighbours.matches
    yield Finding("identical_rows", PeopleFound.once(*matches.found, matches.people))
    for join in neighbours.joins:
        name = "subset_matches_binned" if join.binned else "subset_matches"
        yield Finding(name, join.found, join.subsets)
    for name, rate in FALSE_POSITIVE_RATES.items():
        yield Finding(name, accused(neighbours.train_distances, neighbours.holdout_distances, rate))


def _significance(found: Integers, people: tuple[int, int]) -> Floats:
    """Rank ways of finding people by how many standard errors the log odds ratio is from 0. Shape (m,).

    With half a person added to each count: J. B. S. Haldane, Annals of Human Genetics 20, 1956.
    """
    cases, others = found + 0.5, np.array(people)[:, None] - found + 0.5
    log_odds = np.log(cases / others)
    return np.asarray(np.abs(log_odds[0] - log_odds[1]) / np.sqrt((1 / cases + 1 / others).sum(axis=0)))
