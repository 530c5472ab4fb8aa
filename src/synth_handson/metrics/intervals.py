"""95 % intervals, each by a published method."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from synth_handson.metrics.arrays import Floats, Integers

Z = 1.959963984540054
"""97.5th percentile of the standard normal distribution."""
ROUNDING = 1e-6
"""Relative tolerance for probabilities that are equal except for rounding."""
FEW_CASES = 100
"""Cases up to which the chance of a tail is summed exactly."""


class Estimate(NamedTuple):
    """A number with its 95 % interval.

    Attributes
    ----------
    value
        The number measured.
    low, high
        The ends of its interval.
    """

    value: float
    low: float
    high: float


def exact_share(successes: float, trials: int) -> Estimate:
    """Estimate a share from a count.

    Parameters
    ----------
    successes, trials
        ``0 <= successes <= trials``, ``trials >= 1``; a weighted count need not be whole.

    Returns
    -------
    Estimate
        The share, 0 to 1, and its exact interval.

    Notes
    -----
    C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the
    binomial", Biometrika 26(4), 1934.
    """
    from scipy.stats import beta

    low = beta.ppf(0.025, successes, trials - successes + 1) if successes else 0.0
    high = beta.ppf(0.975, successes + 1, trials - successes) if successes < trials else 1.0
    return Estimate(successes / trials, float(low), float(high))


def attributable_fraction(
    exposed: int, exposed_people: int, others: int, other_people: int, confidence: float = 0.95
) -> Estimate | None:
    """Estimate the attributable fraction: the share of exposed cases in excess of the others' rate.

    Parameters
    ----------
    exposed, others
        Cases among exposed and among other people.
    exposed_people, other_people
        How many people there are of either kind, at least 1.
    confidence
        Confidence level of the interval, 0 to 1.

    Returns
    -------
    Estimate or None
        1 - (others' rate / exposed people's rate), cut at 0: 0 if the exposed have no higher rate, 1 if the
        others have no case; 0.5 if the rate is twice as high. None without any case. The interval is exact if
        cases are rare, and too wide otherwise.

    Notes
    -----
    M. L. Levin, "The occurrence of lung cancer in man", Acta Unio Int. Contra Cancrum 9, 1953. The interval:
    J. Przyborowski & H. Wilenski, "Homogeneity of results in testing samples from Poisson series", Biometrika
    31, 1940.
    """
    from scipy.stats import beta

    cases = exposed + others
    if not cases:
        return None
    tail = (1 - confidence) / 2
    low = beta.ppf(tail, exposed, others + 1) if exposed else 0.0
    high = beta.ppf(1 - tail, exposed + 1, others) if others else 1.0

    def fraction(share: float) -> float:
        rates = share * other_people, (1 - share) * exposed_people
        return max(1 - rates[1] / rates[0], 0.0) if rates[0] > 0 else 0.0

    return Estimate(*(fraction(float(share)) for share in (exposed / cases, low, high)))


def upper_tail(hits: Integers, drawn: Integers, group: int, population: int) -> Floats:
    """Probability that at least ``hits`` of ``drawn`` people belong to a group of that size.

    Notes
    -----
    R. A. Fisher, "Statistical Methods for Research Workers", 5th ed. 1934, section 21.02.
    """
    from scipy.stats import hypergeom

    # SciPy takes them one by one, and some tens of microseconds for each.
    pairs, position = np.unique(np.stack([hits, drawn]), axis=1, return_inverse=True)
    tails: Floats = hypergeom.sf(pairs[0] - 1, population, pairs[1], group)
    return tails[position]


def smaller_tails(hits: Integers, drawn: Integers, group: int, population: int) -> Floats:
    """Return the smaller of both tails of the hypergeometric distribution: see `upper_tail`. Shape (n,)."""
    above = upper_tail(hits, drawn, group, population)
    below = upper_tail(drawn - hits, drawn, population - group, population)
    return np.minimum(above, below)


def all_exposed(cases: Integers, exposed: int, others: int) -> Floats:
    """Smallest possible `upper_tail`: the probability that as many cases as possible are exposed.

    Parameters
    ----------
    cases
        Number of cases among all people. Shape (n,).
    exposed, others
        Number of people of either kind.

    Returns
    -------
    ndarray
        0 to 1. Shape (n,).
    """
    return _chance_of(np.minimum(cases, exposed), cases, exposed, others)


def least_tails(cases: Integers, exposed: int, others: int) -> Floats:
    """Return the smallest value that `smaller_tails` can take for these numbers of cases. Shape (n,)."""
    return np.minimum(all_exposed(cases, exposed, others), all_exposed(cases, others, exposed))


def chance_of_a_tail(tail: float, cases: Integers, exposed: int, others: int) -> Floats:
    """Probability that either tail of an exact test is at most this small, if chance alone decides.

    Counts are discrete, so that is mostly less than twice ``tail``, and 0 where no count is extreme enough.

    Parameters
    ----------
    tail
        One-sided, 0 to 1.
    cases, exposed, others
        As in `all_exposed`. Shape (n,) of ``cases``.

    Returns
    -------
    ndarray
        0 to ``2 * tail``. Shape (n,).

    Notes
    -----
    The sum over many tests bounds the probability that any of them goes so far: R. E. Tarone, "A modified
    Bonferroni method for discrete data", Biometrics 46, 1990; P. H. Westfall and R. D. Wolfinger, "Multiple
    tests with discrete distributions", The American Statistician 51, 1997.
    """
    distinct, position = np.unique(cases, return_inverse=True)
    # Both sides of a comparison are computed in another way, and rounded.
    reached = tail * (1 + ROUNDING)
    chances = np.where(all_exposed(distinct, exposed, others) <= reached, tail, 0.0)
    chances += np.where(all_exposed(distinct, others, exposed) <= reached, tail, 0.0)
    # With many cases the tails are so fine that the bound is as good.
    few = np.flatnonzero((distinct <= FEW_CASES) & (chances > 0))
    if len(few):
        counts = np.arange(FEW_CASES + 1)
        mass = _chance_of(counts, distinct[few, None], exposed, others)
        below, above = np.cumsum(mass, axis=1), np.cumsum(mass[:, ::-1], axis=1)
        sides = (np.where(side <= reached, side, 0.0) for side in (below, above))
        chances[few] = sum(side.max(axis=1) for side in sides)
    return np.asarray(chances[position])


def tarone(best: Floats, level: float) -> int:
    """Find how many tests to correct for, if each can show no smaller p-value than its ``best``.

    Parameters
    ----------
    best
        Shape (m,).
    level
        Probability that any of the tests shows something where there is nothing.

    Returns
    -------
    int
        k >= 1, so that no more than k tests can stay below ``level / k``.

    Notes
    -----
    R. E. Tarone, "A modified Bonferroni method for discrete data", Biometrics 46, 1990.
    """
    tests = 1
    while int((best <= level / tests).sum()) > tests:
        tests += 1
    return tests


def _chance_of(found: Integers, cases: Integers, exposed: int, others: int) -> Floats:
    """Probability that this many cases are exposed by chance; shapes are broadcast."""
    logarithm = (
        _log_choose(exposed, found)
        + _log_choose(others, cases - found)
        - _log_choose(exposed + others, np.asarray(cases))
    )
    return np.asarray(np.exp(logarithm))


def _log_choose(people: int, chosen: Integers) -> Floats:
    from scipy.special import gammaln

    return np.asarray(gammaln(people + 1) - gammaln(chosen + 1) - gammaln(people - chosen + 1))


def exchanged_labels(members: Floats, others: Floats) -> float:
    """Permutation test of whether two groups have the same mean.

    Parameters
    ----------
    members, others
        A number for each person. Shapes (m,) and (n,), together at least 3.

    Returns
    -------
    float
        Two-sided p-value, 0 to 1, of the permutation test: its distribution is approximated by Pearson's
        type III with its exact mean, variance and skewness.

    Notes
    -----
    P. W. Mielke and K. J. Berry, "Permutation Methods: A Distance Function Approach", 2nd ed. 2007, ch. 2.
    """
    from scipy.stats import pearson3

    pooled = np.concatenate([members, others])
    size, drawn = len(pooled), len(members)
    centred = pooled - pooled.mean()
    variance = drawn * (size - drawn) / (size - 1) * float((centred**2).mean())
    if variance <= 1e-18 * max(float((pooled**2).sum()), 1e-300):
        return 1.0
    third = (
        drawn * (size - drawn) * (size - 2 * drawn) / ((size - 1) * (size - 2)) * float((centred**3).mean())
    )
    deviation = (members.sum() - drawn * pooled.mean()) / np.sqrt(variance)
    known = pearson3(third / variance**1.5)
    return float(min(2 * min(known.sf(deviation), known.cdf(deviation)), 1.0))


def standard_error_interval(
    value: float, standard_error: float, lowest: float = -np.inf, highest: float = np.inf
) -> Estimate:
    """Put 1.96 standard errors on both sides of a value, cut at the ends of its range."""
    low, high = value - Z * standard_error, value + Z * standard_error
    return Estimate(value, float(max(low, lowest)), float(min(high, highest)))


def bootstrap_interval(
    value: float, replicates: ArrayLike, lowest: float = -np.inf, highest: float = np.inf
) -> Estimate:
    """Turn bootstrap replicates into a normal-approximation interval around the value.

    A distance between two samples is biased upwards, and that of two resamples even more: a percentile
    interval would lie above the value. The standard deviation of the replicates is free of that shift, and
    the interval is for the value to be expected at this sample size.

    Parameters
    ----------
    value
        The value measured on the tables themselves.
    replicates
        The same on resampled tables. Shape (b,), b >= 2.
    lowest, highest
        Ends of the measure's range.

    Returns
    -------
    Estimate
        The value and its interval.

    Notes
    -----
    Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 12.
    """
    return standard_error_interval(value, float(np.std(np.asarray(replicates), ddof=1)), lowest, highest)


def area_under_curve(positive: ArrayLike, negative: ArrayLike) -> tuple[Estimate, float]:
    """Estimate the area under the ROC curve.

    Parameters
    ----------
    positive, negative
        Scores of the two classes; a higher score speaks for positive. Shapes (m,) and (n,), both >= 2.

    Returns
    -------
    estimate : Estimate
        Probability that a positive scores higher than a negative, ties halved: 0.5 is chance. The interval
        takes Student's quantile for the smaller class.
    standard_error : float
        Standard error of the area.

    Notes
    -----
    E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, "Comparing the areas under two or more correlated
    receiver operating characteristic curves", Biometrics 44(3), 1988.
    """
    from scipy.stats import t

    above, below = _placements(np.asarray(positive, float), np.asarray(negative, float))
    area = float(above.mean())
    variance = np.var(above, ddof=1) / len(above) + np.var(below, ddof=1) / len(below)
    standard_error = float(np.sqrt(variance))
    widened = standard_error * float(t.ppf(0.975, min(len(above), len(below)) - 1)) / Z
    return standard_error_interval(area, widened, 0.0, 1.0), standard_error


def clustered_area(
    positive: ArrayLike, of_positive: Integers, negative: ArrayLike, of_negative: Integers
) -> tuple[float, float]:
    """Estimate the area under the ROC curve where people have several scores.

    Parameters
    ----------
    positive, negative
        Scores of the two classes, of different people. Shapes (m,) and (n,).
    of_positive, of_negative
        The person of each score, from 0 on; at least two of either class. Shapes (m,) and (n,).

    Returns
    -------
    area, standard_error : float
        As in `area_under_curve`.

    Notes
    -----
    N. A. Obuchowski, "Nonparametric analysis of clustered ROC curve data", Biometrics 53, 1997.
    """
    above, below = _placements(np.asarray(positive, float), np.asarray(negative, float))
    area = float(above.mean())
    variance = 0.0
    for placed, of in ((above, of_positive), (below, of_negative)):
        sums = np.bincount(of, placed - area)[np.bincount(of) > 0]
        variance += len(sums) / (len(sums) - 1) * float((sums**2).sum()) / len(placed) ** 2
    return area, float(np.sqrt(variance))


def _placements(positive: Floats, negative: Floats) -> tuple[Floats, Floats]:
    """Share of negatives below each positive, and of positives above each negative, ties halved."""

    def below(scores: Floats, others: Floats) -> Floats:
        ordered = np.sort(others)
        left, right = (np.searchsorted(ordered, scores, side=side) for side in ("left", "right"))
        return (left + right) / (2 * len(others))

    return below(positive, negative), 1 - below(negative, positive)
