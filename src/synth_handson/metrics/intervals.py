"""95 % intervals, each by a published method."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from synth_handson.metrics.arrays import Floats, Integers

Z = 1.959963984540054
"""97.5th percentile of the standard normal distribution."""


class Estimate(float):
    """A number with its 95 % interval: a float, so that it is computed with and written as the number it is.

    Two are equal if their intervals are, too.

    Parameters
    ----------
    value
        The number measured.
    low, high
        Its 95 % interval.
    """

    __slots__ = ("high", "low")
    low: float
    high: float

    def __new__(cls, value: float, low: float, high: float) -> Self:
        """Keep the interval as plain numbers, too."""
        estimate = super().__new__(cls, value)
        estimate.low, estimate.high = float(low), float(high)
        return estimate

    @property
    def value(self) -> float:
        """The number alone."""
        return float(self)

    @property
    def _numbers(self) -> tuple[float, float, float]:
        return float(self), self.low, self.high

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Estimate):
            return self._numbers == other._numbers
        return float(self) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(float(self))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Write and read the three numbers in order."""
        from pydantic_core import core_schema

        number = core_schema.float_schema()
        return core_schema.no_info_after_validator_function(
            lambda numbers: cls(*numbers),
            core_schema.tuple_positional_schema([number, number, number]),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda estimate: estimate._numbers
            ),
        )

    def __reduce__(self) -> tuple[type[Self], tuple[float, float, float]]:
        return type(self), self._numbers

    def __str__(self) -> str:
        return str(float(self))

    def __repr__(self) -> str:
        return f"Estimate({float(self)!r}, {self.low!r}, {self.high!r})"


def exact_share(successes: int, trials: int) -> Estimate:
    """Estimate a share from a count.

    Parameters
    ----------
    successes, trials
        ``0 <= successes <= trials``, ``trials >= 1``.

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
    """Estimate which share of the cases among exposed people would not be there at the others' rate.

    Parameters
    ----------
    exposed, others
        Cases among exposed and among other people.
    exposed_people, other_people
        How many people there are of either kind, at least 1.
    confidence
        Of the interval, 0 to 1.

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


def all_exposed(cases: Integers, exposed: int, others: int) -> Floats:
    """Probability that chance makes all cases fall to the exposed: the smallest `upper_tail` there can be.

    Parameters
    ----------
    cases
        Number of cases; of more than there are exposed people, all of whom would be cases. Shape (n,).
    exposed, others
        Number of people of either kind.

    Returns
    -------
    ndarray
        0 to 1. Shape (n,).
    """
    from scipy.special import gammaln

    cases = np.minimum(cases, exposed)
    logarithm = gammaln(exposed + 1) - gammaln(exposed - cases + 1)
    logarithm -= gammaln(exposed + others + 1) - gammaln(exposed + others - cases + 1)
    return np.asarray(np.exp(logarithm))


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
        Measured on the tables themselves.
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
        Of the area.

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


def _placements(positive: Floats, negative: Floats) -> tuple[Floats, Floats]:
    """Share of negatives below each positive, and of positives above each negative, ties halved."""

    def below(scores: Floats, others: Floats) -> Floats:
        ordered = np.sort(others)
        left, right = (np.searchsorted(ordered, scores, side=side) for side in ("left", "right"))
        return (left + right) / (2 * len(others))

    return below(positive, negative), 1 - below(negative, positive)
