"""Find by how much whole numbers of one table are mostly moved against those of another."""

from __future__ import annotations

import numpy as np

from synth_handson.metrics.arrays import Booleans, Floats, Integers

FOLD = 3**11
"""Numbers are compared by their remainder, so that memory does not depend on their range. A power of 3 shares
no divisor with steps of 2, 5 or 10, in which real numbers come, and its Fourier transform is fast."""
TIMES = (1 / 1_440, 1 / 86_400)
"""Minutes and seconds, where a day is 1."""
STEPS = (1.0, 0.1, 0.01, 0.001, *TIMES, 1e-4, 1e-5, 1e-6)
"""Steps in which numbers may come."""
SIGNIFICANT = 1e-9
"""Step of numbers that come in none of these, as a share of the largest."""


def common_shifts(real: Integers, others: Integers, most: int, slack: int = 0, ignored: int = 0) -> list[int]:
    """Find the differences between two sets of whole numbers that are commonest.

    Parameters
    ----------
    real, others
        Different numbers each. Shapes (n,) and (m,), at least one each.
    most
        How many are looked for.
    slack
        Differences that are no farther apart count as one.
    ignored
        Differences that are no farther from 0 are left out; -1 leaves out none.

    Returns
    -------
    list of int
        What to add to ``real``, the commonest first; at most ``most``, none within the slack of another.

    Notes
    -----
    All n · m differences are counted at once, as a circular cross-correlation by the fast Fourier transform:
    J. W. Cooley & J. W. Tukey, Mathematics of Computation 19, 1965.
    """
    from scipy.fft import irfft, rfft

    first, second = (rfft(np.bincount(numbers % FOLD, minlength=FOLD)) for numbers in (real, others))
    counts = np.rint(irfft(second * first.conj(), FOLD))
    together = counts + sum(np.roll(counts, move) for by in range(1, slack + 1) for move in (by, -by))
    # In a fold, a difference looks like any other that is a whole number of folds away.
    together[np.arange(-ignored, ignored + 1) % FOLD] = 0
    found: list[int] = []
    tried = most * (2 * slack + 1)
    commonest = np.argpartition(-together, tried)[:tried]
    for remainder in commonest[np.argsort(-together[commonest], kind="stable")]:
        shift = _unfolded(real, others, int(remainder), slack)
        if shift is not None and abs(shift) > ignored and all(abs(shift - s) > 2 * slack for s in found):
            found.append(shift)
    return found[:most]


def _unfolded(real: Integers, others: Integers, remainder: int, slack: int) -> int | None:
    """Return the commonest difference that leaves this remainder."""
    order = np.argsort(real % FOLD)
    folded = (real % FOLD)[order]
    differences = []
    for move in range(-slack, slack + 1):
        wanted = (others - remainder - move) % FOLD
        place = np.minimum(np.searchsorted(folded, wanted), len(folded) - 1)
        hit = folded[place] == wanted
        differences.append(others[hit] - real[order[place[hit]]])
    values, times = np.unique(np.concatenate(differences), return_counts=True)
    return int(values[times.argmax()]) if len(values) else None


def moved_onto(real: Integers, others: Integers, shift: int, slack: int = 0) -> Booleans:
    """Tell which real numbers are among the others once they are moved, give or take the slack."""
    found = np.zeros(len(real), bool)
    for by in range(-slack, slack + 1):
        found |= np.isin(real + shift + by, others)
    return found


def step_of(values: Floats) -> float:
    """Return the step in which numbers come: 1 if all are whole.

    Parameters
    ----------
    values
        Finite numbers, at least one. Shape (n,).
    """
    for step in STEPS:
        units = values / step
        if (np.abs(units - np.rint(units)) < 1e-3).all():
            return step
    return float(np.abs(values).max()) * SIGNIFICANT
