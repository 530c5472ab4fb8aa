"""The odds ratio of two groups, with its exact interval."""

import numpy as np

from synth_handson.metrics.arrays import Floats

LARGEST = 60.0
"""Bound on the log odds ratio; none that can be estimated from a table lies beyond."""


def log_odds_ratio_interval(
    exposed: int, exposed_people: int, others: int, other_people: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Bound the logarithm of the odds ratio of being a case, given how many cases there are in all.

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
    tuple of float
        Lower and upper end; infinite where the cases set none. 0 is no difference.

    Notes
    -----
    The cases among the exposed follow Fisher's noncentral hypergeometric distribution: J. Cornfield, "A
    statistical problem arising from retrospective studies", 3rd Berkeley Symposium, 1956. It is what SciPy's
    ``odds_ratio`` gives, which takes minutes for hundreds of thousands of people.
    """
    from scipy.optimize import brentq
    from scipy.special import gammaln, logsumexp

    cases = exposed + others
    counts = np.arange(max(0, cases - other_people), min(cases, exposed_people) + 1)

    chosen = (counts, exposed_people - counts, cases - counts, other_people - cases + counts)
    weights: Floats = -gammaln(np.array(chosen) + 1).sum(axis=0)
    least = np.log((1 - confidence) / 2)

    def solve(tail: slice) -> float:
        def excess(logarithm: float) -> float:
            tilted = weights + counts * logarithm
            return float(logsumexp(tilted[tail]) - logsumexp(tilted) - least)

        return float(brentq(excess, -LARGEST, LARGEST))

    position = exposed - int(counts[0])
    low = solve(slice(position, None)) if position > 0 else -np.inf
    high = solve(slice(None, position + 1)) if position < len(counts) - 1 else np.inf
    return low, high
