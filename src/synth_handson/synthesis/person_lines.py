"""A line that learns from people with several rows each: few parameters, where a tree would cut nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import special

from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.synthesis.copula import Latent
from synth_handson.synthesis.marginals import MISSING, shrunken_shares
from synth_handson.synthesis.trees import Coded
from synth_handson.tables.texts import MIN_KEPT_ROWS

PENALTY = 5.0
"""Ridge penalty, in people: as if so many more had been there in whom nothing tells a value."""
SWEEPS = 10
"""Steps of expectation and maximisation."""
STEPS = 100
"""Steps at most in which a model of several categories is fitted."""
PIECES = 200
"""Groups of people with nearly the same sum of effects, by which bounds are found."""
BISECTIONS = 50
FAR = 9.0
"""A standard normal variable is never so far from 0."""
FAR_OUT = 3.0
"""Scores, in standard deviations, beyond which a code counts no more."""
LEAST_SPREAD, SMALL = 0.01, 1e-9


@dataclass(frozen=True, eq=False)
class Line:
    """How one column is drawn, given those before it: by a sum of effects, one of each of those columns.

    Attributes
    ----------
    starts
        Where the effects of each column's codes begin. Shape (columns,).
    effects
        Of each code of each column. The first row tells whether there is a value; the second one which, if
        values have an order; if they have none, each code of ``codes`` has a row. Shape (rows, all codes).
    missing
        Sum up to which there is no value. Shape ().
    codes
        The codes that values have.
    bounds
        Sums at which one code ends and the next begins, in between; if they have no order, what is added for
        each code.
    upto
        Shares of people who have each code, summed up.
    """

    starts: Integers
    effects: Floats = field(repr=False)
    missing: Floats
    codes: Integers
    bounds: Floats
    upto: Floats

    def draw(self, before: Integers, rng: np.random.Generator) -> Integers:
        """Draw a code for each row of codes before it. Shapes (n, columns) and (n,)."""
        n = len(before)
        whether, *which = sum(
            (self.effects[:, start + codes] for start, codes in zip(self.starts, before.T, strict=True)),
            start=np.zeros((len(self.effects), n)),
        )
        if len(which) == 1:
            place = np.searchsorted(self.bounds, which[0] + rng.standard_normal(n), "right")
        else:
            place = np.argmax(np.add(which, self.bounds[:, None]) + rng.gumbel(size=(len(which), n)), axis=0)
        return np.where(whether + rng.standard_normal(n) < self.missing, MISSING, self.codes[place])

    def draw_anywhere(self, before: Integers, rng: np.random.Generator) -> Integers:
        """Draw a code for each row, whatever is before it."""
        found: Integers = self.codes[np.searchsorted(self.upto, rng.random(len(before)), "right")]
        return found


def fit_line(before: Integers, response: Integers, people: Integers, coded: Sequence[Coded]) -> Line:
    """Fit the effects of other columns on one.

    All rows of a person weigh 1 together. A column with an order is a standard normal variable, cut into
    intervals, that depends linearly on the other columns' normal scores and their squares (interval
    regression); of one without, each category has a chance of its own (multinomial logistic regression).

    Parameters are those of `synth_handson.synthesis.person_trees.grow`.

    Notes
    -----
    M. B. Stewart, "On least squares estimation when the dependent variable is grouped", Review of Economic
    Studies 50, 1983, for the intervals; A. E. Hoerl and R. W. Kennard, "Ridge regression: biased estimation
    for nonorthogonal problems", Technometrics 12, 1970, for the penalty.
    """
    _, person, times = np.unique(people, return_inverse=True, return_counts=True)
    weights, others = 1 / times[person], coded[:-1]
    there = response != MISSING
    whether, ends = np.zeros((1, sum(one.size for one in others))), np.array([-np.inf])
    if not there.all():
        whether, ends = _ordered(_Design(before, weights, others), there.astype(np.intp), 2)
    design = _Design(before[there], weights[there], others)
    codes, value = np.unique(response[there], return_inverse=True)
    size = max(len(codes), 1)
    fitted = _ordered if coded[-1].ordered or size < 3 else _categories
    which, bounds = fitted(design, value, size)
    return Line(
        np.cumsum([0, *(one.size for one in others)], dtype=np.intp)[:-1],
        np.concatenate([whether, which]),
        ends[0],
        codes if len(codes) else np.array([MISSING]),
        bounds,
        np.cumsum(_shares(design, value, size))[:-1],
    )


class _Design:
    """Other columns as numbers: of an ordered one the scores, their squares, and whether it is missing."""

    def __init__(self, before: Integers, weights: Floats, coded: Sequence[Coded]) -> None:
        self.weights = weights
        self.tables = [_table(column, weights, one) for column, one in zip(before.T, coded, strict=True)]
        parts = [table[column] for table, column in zip(self.tables, before.T, strict=True)]
        self.columns = np.concatenate(parts, axis=1)

    def effects(self, slopes: Floats) -> Floats:
        """Return the effect of each code. Shapes (rows, columns) and (rows, all codes)."""
        ends = np.cumsum([table.shape[1] for table in self.tables])[:-1]
        parts = np.split(slopes, ends, axis=1)
        return np.concatenate(
            [part @ table.T for part, table in zip(parts, self.tables, strict=True)], axis=1
        )


def _table(column: Integers, weights: Floats, coded: Coded) -> Floats:
    """Return the numbers that stand for each code; their means are 0. Shape (size, numbers).

    Codes that nobody has here, but that may be drawn, lie between or beyond those of others.
    """
    people = np.bincount(column, weights, coded.size)
    shares = _parts(people)
    whether = np.eye(coded.size) - shares
    if not coded.ordered:
        # What fewer have here tells nothing.
        return whether[:, people >= MIN_KEPT_ROWS]
    known = _parts(np.where(np.arange(coded.size) == MISSING, 0, shares))
    scores = special.ndtri(np.clip(np.cumsum(known) - known / 2, SMALL, 1 - SMALL))
    scores -= known @ scores
    scores = np.clip(scores / np.sqrt(max(known @ scores**2, SMALL)), -FAR_OUT, FAR_OUT)
    numbers = np.column_stack([scores, scores**2])[:, : max(np.count_nonzero(known) - 1, 0)]
    numbers = numbers - known @ numbers
    numbers[MISSING] = 0
    return np.column_stack([numbers, whether[:, [MISSING] * bool(0 < shares[MISSING] < 1)]])


def _shares(design: _Design, response: Integers, size: int) -> Floats:
    """Return the share of people who have each code, all rows of a person weighing 1 together."""
    return _parts(np.bincount(response, design.weights, size))


def _parts(weights: Any) -> Floats:
    return np.asarray(weights / max(weights.sum(), SMALL))


def _ordered(design: _Design, response: Integers, size: int) -> tuple[Floats, Floats]:
    """Return effects on a variable that is normal with variance 1 around them, and where it is cut.

    By expectation and maximisation; bounds are such that each code is drawn as often as people have it.
    """
    shares = _shares(design, response, size)
    columns, weights = design.columns, _parts(design.weights)
    slopes = np.zeros(columns.shape[1])
    if np.count_nonzero(shares) < 2:
        return design.effects(slopes[None]), special.ndtri(np.cumsum(shares)[:-1])
    latent = Latent("", np.arange(size), shares, False)
    low, high, score = latent.bounds[response], latent.bounds[response + 1], latent.scores[response]
    unseen = 1 - shares @ latent.scores**2
    penalty = PENALTY / design.weights.sum() * np.eye(len(slopes))
    inverse = np.linalg.inv((columns.T * weights) @ columns + penalty)
    for _ in range(SWEEPS):
        slopes = inverse @ (columns.T @ (weights * score))
        index = columns @ slopes
        spread = max(float(np.sqrt(weights @ (score - index) ** 2 + unseen)), LEAST_SPREAD)
        means, variances = _within((low - index) / spread, (high - index) / spread)
        score, unseen = index + spread * means, spread**2 * (weights @ variances)
    slopes = slopes / spread
    return design.effects(slopes[None]), _bounds(columns @ slopes, weights, np.cumsum(shares)[:-1])


def _within(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of a standard normal variable within each interval."""
    low, high = np.clip(low, -FAR, FAR), np.clip(high, -FAR, FAR)
    share = special.ndtr(high) - special.ndtr(low)
    sure = share > SMALL
    at_low, at_high = (np.exp(-(end**2) / 2) / np.sqrt(2 * np.pi) for end in (low, high))
    means = np.where(sure, (at_low - at_high) / np.maximum(share, SMALL), 0)
    variances = 1 + (low * at_low - high * at_high) / np.maximum(share, SMALL) - means**2
    return np.clip(means, low, high), np.where(sure, np.clip(variances, 0, 1), 0)


def _bounds(index: Floats, weights: Floats, upto: Floats) -> Floats:
    """Return where a normal variable around the index is cut so that these shares are below.

    Those with nearly the same index are taken together.
    """
    order = np.argsort(index)
    piece = np.minimum((np.cumsum(weights[order]) * PIECES).astype(np.intp), PIECES - 1)
    shares = np.bincount(piece, weights[order])
    means = np.bincount(piece, (weights * index)[order]) / np.maximum(shares, SMALL)
    low, high = np.full(len(upto), index.min() - FAR), np.full(len(upto), index.max() + FAR)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        below = special.ndtr(middle[:, None] - means) @ shares < upto
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)


def _categories(design: _Design, response: Integers, size: int) -> tuple[Floats, Floats]:
    """Return effects on the logarithms of the categories' chances, and what is added to each."""
    from sklearn.linear_model import LogisticRegression

    shares = _shares(design, response, size)
    shrunken = np.log(shrunken_shares(shares, design.weights.sum()))
    if not design.columns.shape[1]:
        return design.effects(np.zeros((size, 0))), shrunken
    model = LogisticRegression(C=1 / PENALTY, max_iter=STEPS)
    model.fit(design.columns, response, sample_weight=design.weights)
    return design.effects(model.coef_), model.intercept_ + shrunken - np.log(shares)
