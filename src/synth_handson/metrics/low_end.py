"""Bootstrap samples of which only the smallest values are needed, as for low percentiles."""

from collections.abc import Sequence

import numpy as np

from synth_handson.metrics.arrays import Floats, Integers

_DEVIATIONS, _SPARE = 8, 40


def enough_codes(codes: Integers, share: float) -> int:
    """Find how many of the smallest codes hold the smallest values of every bootstrap sample.

    Parameters
    ----------
    codes
        Each value's place among the distinct ones, from 0. Shape (n,).
    share
        Share of a sample's values that is needed, counted from the smallest.

    Returns
    -------
    int
        A sample has fewer values with these codes than it needs only by a chance of less than 1e-14.
    """
    needed = share * len(codes)
    # They are binomial; the spare is for small numbers, where that is skewed.
    people = min(int(needed + _DEVIATIONS * np.sqrt(needed)) + _SPARE, len(codes))
    return int(np.partition(codes, people - 1)[people - 1]) + 1


def resampled_counts(
    groups: Sequence[tuple[Integers, int]], replicates: int, rng: np.random.Generator
) -> list[Integers]:
    """Count the smallest codes in bootstrap samples.

    Parameters
    ----------
    groups
        For each group its codes, and how many of them are counted; larger ones are counted together.
    replicates
        How many samples to draw of each group.
    rng
        Draws a sample of each group in turn.

    Returns
    -------
    list of ndarray
        For each group how often each code occurs, and then all larger ones. Shape (replicates, codes + 1).
    """
    merged = [np.minimum(codes, kept) for codes, kept in groups]
    counts = [np.empty((replicates, kept + 1), np.intp) for _, kept in groups]
    for replicate in range(replicates):
        for codes, count in zip(merged, counts, strict=True):
            drawn = codes[rng.integers(0, len(codes), len(codes))]
            count[replicate] = np.bincount(drawn, minlength=count.shape[1])
    return counts


def resampled_quantiles(
    groups: Sequence[Floats], share: float, replicates: int, rng: np.random.Generator
) -> list[Floats]:
    """Compute a low quantile of bootstrap samples.

    Parameters
    ----------
    groups
        Numbers. Shape (n,) each.
    share
        Which quantile: interpolated as ``numpy.quantile`` does.
    replicates, rng
        As in `resampled_counts`.

    Returns
    -------
    list of ndarray
        For each group the quantile of each of its samples. Shape (replicates,) each.
    """
    distinct = [np.unique(group, return_inverse=True) for group in groups]
    coded = [(codes, enough_codes(codes, share)) for _, codes in distinct]
    found = []
    for (values, codes), counts in zip(distinct, resampled_counts(coded, replicates, rng), strict=True):
        place = share * (len(codes) - 1)
        both = np.minimum(np.array([0, 1]) + int(place), len(codes) - 1)
        up_to = np.cumsum(counts, axis=1)
        ends = [values[np.searchsorted(row, both, side="right")] for row in up_to]
        found.append(np.quantile(ends, place - int(place), axis=1))
    return found
