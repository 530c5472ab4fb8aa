"""A tree that learns from people with several rows each: the size of a leaf counts people, not rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.synthesis.trees import MIN_LEAF, Coded, Tree, rank_categories


def grow(before: Integers, response: Integers, people: Integers, coded: Sequence[Coded]) -> Tree:
    """Grow a tree of one column, given others.

    Each cut is the one, of those that leave `MIN_LEAF` people on either side, that lessens most the variance
    of the response's ranks, or the Gini impurity where it has no order. A person with rows on both sides
    counts on both. In a leaf, everybody counts once, however many rows are theirs.

    Parameters
    ----------
    before
        Codes of the other columns. Shape (n_rows, columns).
    response
        Codes of the column. Shape (n_rows,).
    people
        The number of each row's person. Shape (n_rows,).
    coded
        Marginals of the other columns, and last of this one.

    Notes
    -----
    L. Breiman et al., "Classification and Regression Trees", 1984.
    """
    order = np.argsort(people, kind="stable")
    before, response, people = before[order], response[order], people[order]
    ranks = _ranks(before, response, coded)
    places = np.take_along_axis(ranks, before.T, axis=1).T if before.shape[1] else before
    sizes = [one.size for one in coded[:-1]]
    target = _Target.of(response, coded[-1])
    nodes: list[tuple[int, float, int, int]] = []
    leaves: list[tuple[int, Integers]] = []
    waiting = [(-1, False, np.arange(len(response)))]
    while waiting:
        parent, is_right, rows = waiting.pop()
        if parent >= 0:
            feature, threshold, left, right = nodes[parent]
            below = (left, len(nodes)) if is_right else (len(nodes), right)
            nodes[parent] = (feature, threshold, *below)
        cut = _best_cut(places[rows], target.at(rows), people[rows], sizes)
        if cut is None:
            leaves.append((len(nodes), rows))
            nodes.append((-1, 0.0, -1, -1))
            continue
        feature, threshold = cut
        goes_left = places[rows, feature] <= threshold
        waiting += [(len(nodes), True, rows[~goes_left]), (len(nodes), False, rows[goes_left])]
        nodes.append((feature, threshold, -1, -1))
    return _tree(ranks, nodes, leaves, response, people)


class _Target:
    """What a tree predicts: one number for each row, or a class."""

    def __init__(self, numbers: Floats | None, classes: Integers | None, size: int) -> None:
        self.numbers, self.classes, self.size = numbers, classes, size

    @classmethod
    def of(cls, response: Integers, coded: Coded) -> _Target:
        if coded.ordered:
            return cls(rankdata(response) / len(response), None, 1)
        found, classes = np.unique(response, return_inverse=True)
        return cls(None, classes, len(found))

    def at(self, rows: Integers) -> _Target:
        if self.numbers is not None:
            return _Target(self.numbers[rows], None, 1)
        assert self.classes is not None
        return _Target(None, self.classes[rows], self.size)

    def sums(self, places: Integers, size: int) -> Floats:
        """Sum up the numbers, or count the classes, at each place. Shape (size, n_classes or 1)."""
        if self.numbers is not None:
            return np.bincount(places, self.numbers, size)[:, None].astype(float)
        assert self.classes is not None
        cells = np.bincount(places * self.size + self.classes, minlength=size * self.size)
        return cells.reshape(size, self.size).astype(float)


def _best_cut(
    places: Integers, target: _Target, people: Integers, sizes: Sequence[int]
) -> tuple[int, float] | None:
    """Find the feature and position of the best cut; None if nothing is gained."""
    n = len(people)
    starts = np.flatnonzero(np.r_[True, people[1:] != people[:-1]]) if n else np.zeros(0, np.intp)
    if len(starts) <= MIN_LEAF or not sizes:
        return None
    first, last = (of.reduceat(places, starts, axis=0) for of in (np.minimum, np.maximum))
    whole = target.sums(np.zeros(n, np.intp), 1)
    best, gain = None, float((whole**2).sum()) / n * (1 + 1e-9)
    for feature, size in enumerate(sizes):
        on_left = np.cumsum(np.bincount(first[:, feature], minlength=size))[:-1]
        on_right = len(starts) - np.cumsum(np.bincount(last[:, feature], minlength=size))[:-1]
        allowed = np.flatnonzero((on_left >= MIN_LEAF) & (on_right >= MIN_LEAF))
        if not len(allowed):
            continue
        rows = np.cumsum(np.bincount(places[:, feature], minlength=size))[allowed]
        left = np.cumsum(target.sums(places[:, feature], size), axis=0)[allowed]
        gains = (left**2).sum(axis=1) / rows + ((whole - left) ** 2).sum(axis=1) / (n - rows)
        if (most := float(gains.max())) > gain:
            best, gain = (feature, allowed[np.argmax(gains)] + 0.5), most
    return best


def _ranks(before: Integers, response: Integers, coded: Sequence[Coded]) -> Integers:
    """Return the rank by which each code of each column is cut. Shape (columns, codes)."""
    sizes = [one.size for one in coded[:-1]]
    ranks = np.tile(np.arange(max(sizes, default=1)), (len(sizes), 1))
    for position, one in enumerate(coded[:-1]):
        if not one.ordered:
            ranks[position, : one.size] = rank_categories(before[:, position], one.size, response, coded[-1])
    return ranks


def _tree(
    ranks: Integers,
    nodes: Sequence[tuple[int, float, int, int]],
    leaves: Sequence[tuple[int, Integers]],
    response: Integers,
    people: Integers,
) -> Tree:
    leaf = np.zeros(len(nodes), np.intp)
    codes, upto = [], []
    for number, (node, rows) in enumerate(leaves):
        leaf[node] = number
        _, person, times = np.unique(people[rows], return_inverse=True, return_counts=True)
        shares = np.bincount(response[rows], 1 / times[person])
        found = np.flatnonzero(shares)
        codes.append(found)
        upto.append(number + np.cumsum(shares[found]) / shares.sum())
        upto[-1][-1] = number + 1
    feature, threshold, left, right = map(np.array, zip(*nodes, strict=True))
    return Tree(ranks, feature, threshold, left, right, leaf, np.concatenate(codes), np.concatenate(upto))
