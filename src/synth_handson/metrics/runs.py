"""The longest run of characters that two sets of texts have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth_handson.metrics.arrays import Booleans, Integers


def longest_runs(texts: Sequence[str], others: Sequence[str]) -> Integers:
    """Find for each text the longest run of its characters that occurs in any of the other texts.

    Parameters
    ----------
    texts, others
        Shapes (n,) and (m,).

    Returns
    -------
    ndarray
        Lengths in characters, 0 to that of the text. Shape (n,).

    Notes
    -----
    All suffixes are sorted by doubling the length by which they are compared (Manber & Myers, SIAM J. Comput.
    22, 1993); the longest run from a place on is the one shared with the nearest suffix of another text
    before or after it.
    """
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    if not lengths.sum() or not any(others):
        return np.zeros(len(lengths), dtype=np.int64)
    codes, own = _with_ends([*texts, *others], len(texts))
    ranks = _ranks(codes)
    best = np.zeros(len(codes), dtype=np.int64)
    for neighbour in _nearest_others(np.argsort(ranks[-1]), ~own):
        known = own & (neighbour >= 0)
        places = np.flatnonzero(known)
        best[places] = np.maximum(best[places], _common(ranks, places, neighbour[places]))
    starts = np.cumsum(np.append(0, lengths[:-1] + 1))
    return np.asarray(np.maximum.reduceat(best[: int((lengths + 1).sum())], starts), dtype=np.int64)


def _with_ends(texts: list[str], own: int) -> tuple[Integers, Booleans]:
    """Join texts as numbers, each followed by its own end marker, and mark the places of the first ones."""
    parts: list[Integers] = []
    first = 0
    for number, text in enumerate(texts):
        characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        parts.append(np.append(characters.astype(np.int64), -1 - number))
        first += (len(text) + 1) * (number < own)
    codes: Integers = np.concatenate(parts)
    return codes, np.arange(len(codes)) < first


def _ranks(codes: Integers) -> list[Integers]:
    """Rank all suffixes by their first 1, 2, 4, … characters, until no two are alike."""
    _, rank = np.unique(codes, return_inverse=True)
    ranks, length = [rank], 1
    while rank.max() < len(codes) - 1:
        after = np.append(rank[length:], np.full(min(length, len(rank)), -1))[: len(rank)]
        _, rank = np.unique(rank * (len(codes) + 1) + after + 1, return_inverse=True)
        ranks.append(rank)
        length *= 2
    return ranks


def _nearest_others(order: Integers, others: Booleans) -> list[Integers]:
    """Return for each place the nearest one of another text before and after it in order; -1 if none is."""
    found = []
    for direction in (order, order[::-1]):
        last = np.maximum.accumulate(np.where(others[direction], np.arange(len(direction)), -1))
        nearest = np.empty(len(direction), dtype=np.int64)
        nearest[direction] = np.where(last >= 0, direction[last], -1)
        found.append(nearest)
    return found


def _common(ranks: list[Integers], first: Integers, second: Integers) -> Integers:
    """Count how many characters two suffixes have in common from the start."""
    length = np.zeros(len(first), dtype=np.int64)
    end = len(ranks[0])
    for power in reversed(range(len(ranks))):
        a, b = first + length, second + length
        inside = (a < end) & (b < end)
        alike = np.zeros(len(first), dtype=bool)
        alike[inside] = ranks[power][a[inside]] == ranks[power][b[inside]]
        length += np.where(alike, 2**power, 0)
    return length
