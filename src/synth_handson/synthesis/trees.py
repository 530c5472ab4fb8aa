"""Sequential trees: each column is drawn from a leaf of a tree on the columns before it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import ceil
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from synth_handson.errors import ArgumentError, TrainingError
from synth_handson.metrics.arrays import Floats, Integers, ratio
from synth_handson.synthesis.engine import LinkedEngine, LinkedModel, Setting
from synth_handson.synthesis.histories import Histories
from synth_handson.synthesis.marginals import (
    MARGINALS,
    PIECES,
    Marginal,
    codes_of,
    read_marginals,
    with_given,
)
from synth_handson.synthesis.order import column_order_setting
from synth_handson.synthesis.run import TrainingRun
from synth_handson.synthesis.schema import prepare_in_order
from synth_handson.tables.checks import listed
from synth_handson.tables.columns import Column
from synth_handson.tables.texts import MIN_KEPT_ROWS

MIN_LEAF = 100
"""Fewest people in a leaf."""
LEARNED_SHARE = 0.3
"""Share of the people that each tree learns from, drawn at random, so that hardly anybody is in all trees."""
MOST_DRAWN, LEAST_DRAWN, MOST_AT_ONCE = 10_000, 100_000, 500_000
"""Rows drawn for each row of given values at most, in all at most, and at once."""
ABOUT, ARRAYS = "trees.json", "trees.npz"


class Coded(Protocol):
    """Description of a column of codes."""

    @property
    def size(self) -> int:
        """Number of codes, from 0 on."""
        ...

    @property
    def ordered(self) -> bool:
        """Whether their order is meaningful."""
        ...


class TreesEngine(LinkedEngine):
    """Grows a tree for each column, given those before it."""

    name = "trees"
    package = "scikit-learn"

    def settings(self, run: TrainingRun) -> dict[str, Setting]:
        """Return the order of the columns, and how values and people are protected."""
        protection: dict[str, Setting] = {
            "min_people": MIN_KEPT_ROWS,
            "pieces": PIECES,
            "min_leaf": MIN_LEAF,
            "learned_share": LEARNED_SHARE,
        }
        return column_order_setting(run.target) | protection

    def train(self, run: TrainingRun) -> TreesModel:
        """Grow the trees, in the order of the columns."""
        run.advance(phase="preparing")
        frame = prepare_in_order(run.frame, run.target)
        marginals = read_marginals(frame)
        codes = np.column_stack([marginal.code(frame[name]) for name, marginal in marginals.items()])
        rng = np.random.default_rng(run.options["random_state"])
        people = np.arange(len(codes)) if run.people is None else run.people
        trees: list[Tree] = []
        for position in range(len(marginals)):
            run.stop_if_cancelled()
            run.advance(phase="training", fraction=position / len(marginals))
            rows = _some_people(people, rng)
            trees.append(_grow(codes[rows, : position + 1], people[rows], list(marginals.values())))
        run.complete()
        return TreesModel(marginals, tuple(trees))

    def linked_settings(self, run: TrainingRun) -> dict[str, Setting]:
        """Return those of a table, and below how many people a copula learns them, and lines their events."""
        from synth_handson.synthesis.linked_trees import FEW_FOR_EVENTS, FEW_PEOPLE
        from synth_handson.synthesis.person_lines import PENALTY

        few: dict[str, Setting] = {"few_people": FEW_PEOPLE, "few_for_events": FEW_FOR_EVENTS}
        return self.settings(run) | few | {"penalty": PENALTY}

    def train_linked(self, run: TrainingRun, histories: Histories, target: str | None) -> LinkedModel:
        """Grow the trees of people, then those of each table of events."""
        from synth_handson.synthesis.linked_trees import train_linked_trees

        model = train_linked_trees(run, histories, target)
        run.complete()
        return model

    def load_linked(self, files: Mapping[str, bytes]) -> LinkedModel:
        """Load a model of people and events from its files."""
        from synth_handson.synthesis.linked_trees import LinkedTreesModel

        return LinkedTreesModel.load(files)

    def load(self, files: Mapping[str, bytes]) -> TreesModel:
        """Load a model from its files."""
        return TreesModel(MARGINALS.validate_json(files[ABOUT]), arrays_from_bytes(Tree, files[ARRAYS]))


@dataclass(frozen=True, eq=False)
class Tree:
    """How one column is drawn, given those before it.

    Attributes
    ----------
    ranks
        The number that stands for each code of each column before it. Shape (columns, codes).
    feature, threshold
        Which column decides in each node, and the rank up to which it goes to the left; -1 and 0 in a leaf.
    left, right
        The nodes below each node.
    leaf
        The number of each node's leaf.
    codes
        The codes that occur in each leaf, one leaf after the other.
    upto
        Their shares of the leaf's people, summed up; leaf by leaf from a whole number to the next.
    """

    ranks: Integers
    feature: Integers
    threshold: Floats
    left: Integers
    right: Integers
    leaf: Integers
    codes: Integers
    upto: Floats

    def draw(self, before: Integers, rng: np.random.Generator) -> Integers:
        """Draw a code for each row of codes before it. Shapes (n, columns) and (n,)."""
        wanted = self.leaf_of(before) + rng.random(len(before))
        return self.codes[np.searchsorted(self.upto, wanted, "right")]

    def draw_anywhere(self, before: Integers, rng: np.random.Generator) -> Integers:
        """Draw a code for each row from any leaf, whatever is before it."""
        wanted = rng.random(len(before)) * self.upto[-1]
        found: Integers = self.codes[np.searchsorted(self.upto, wanted, "right")]
        return found

    def leaf_of(self, before: Integers) -> Integers:
        """Return the leaf that each row of codes leads to. Shapes (n, columns) and (n,)."""
        nodes = np.zeros(len(before), np.intp)
        while len(moving := np.flatnonzero(self.feature[nodes] >= 0)):
            at = nodes[moving]
            column = self.feature[at]
            goes_left = self.ranks[column, before[moving, column]] <= self.threshold[at]
            nodes[moving] = np.where(goes_left, self.left[at], self.right[at])
        return self.leaf[nodes]

    def chances(self, code: int) -> Floats:
        """Return the share of people in each leaf who have a code, 0 to 1. Shape (leaves,)."""
        leaf = np.ceil(self.upto).astype(np.intp) - 1
        shares = np.diff(self.upto, prepend=0.0)
        return np.asarray(np.bincount(leaf, np.where(self.codes == code, shares, 0.0)), np.float64)

    def reached(self, fixed: Mapping[int, int]) -> Integers:
        """Return the leaves reached by rows with fixed codes in some columns."""
        waiting, leaves = [0], []
        while waiting:
            node = waiting.pop()
            column = int(self.feature[node])
            if column < 0:
                leaves.append(int(self.leaf[node]))
                continue
            below = [int(self.left[node]), int(self.right[node])]
            if column in fixed:
                below = [below[int(self.ranks[column, fixed[column]] > self.threshold[node])]]
            waiting += below
        return np.array(leaves)


Kind = TypeVar("Kind")


def arrays_to_bytes(parts: Sequence[Any]) -> bytes:
    """Write dataclasses of arrays, such as trees, to a file."""
    buffer = io.BytesIO()
    arrays = {
        f"{position}.{one.name}": getattr(part, one.name)
        for position, part in enumerate(parts)
        for one in fields(part)
    }
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def arrays_from_bytes(kind: type[Kind], content: bytes) -> tuple[Kind, ...]:
    """Read dataclasses of arrays, all of one kind, from a file."""
    names = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    with np.load(io.BytesIO(content)) as arrays:
        return tuple(
            kind(**{name: arrays[f"{position}.{name}"] for name in names})
            for position in range(len(arrays.files) // len(names))
        )


@dataclass(frozen=True, eq=False)
class TreesModel:
    """Marginals and a tree for each column, in the order of drawing. It holds no rows.

    Notes
    -----
    J. P. Reiter, "Using CART to generate partially synthetic public use microdata", Journal of Official
    Statistics 21, 2005; B. Nowok, G. M. Raab and C. Dibben, "synthpop: Bespoke creation of synthetic data in
    R", Journal of Statistical Software 74, 2016. Unlike there, no value comes from a donor: a leaf holds
    shares of values that many people have, and of ranges of the others.
    """

    marginals: dict[str, Marginal]
    trees: tuple[Tree, ...] = field(repr=False)
    ready = True

    @property
    def files(self) -> Mapping[str, bytes]:
        """The model as a file of JSON and one of arrays."""
        return {ABOUT: MARGINALS.dump_json(self.marginals), ARRAYS: arrays_to_bytes(self.trees)}

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows, column by column."""
        rng = np.random.default_rng(random_state)
        codes = np.empty((n, 0), np.intp)
        drawn: dict[str, Column] = {}
        for (name, marginal), tree in zip(self.marginals.items(), self.trees, strict=True):
            found = tree.draw(codes, rng)
            codes = np.column_stack([codes, found])
            drawn[name] = marginal.values(found, rng.random(n))
        return pd.DataFrame(drawn)

    def draw_given(self, given: Mapping[str, Any], n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows with the given values, None for one that is missing.

        Where the tree of a given column leads to, it has its value with some probability: the row is kept
        with that, as a share of the largest that any leaf has (rejection sampling: J. von Neumann, "Various
        techniques used in connection with random digits", 1951). What is kept is distributed as are the rows
        that have the values by chance.
        """
        names = list(self.marginals)
        fixed = {names.index(name): code for name, code in codes_of(self.marginals, given).items()}
        chances: dict[int, Floats] = {}
        for position, code in fixed.items():
            of_leaves = self.trees[position].chances(code)
            most = float(of_leaves[self.trees[position].reached(fixed)].max())
            if not most:
                raise ArgumentError("given_impossible", columns=listed(given))
            chances[position] = of_leaves / most
        rng = np.random.default_rng(random_state)
        kept, drawn, wanted = np.empty((0, len(names)), np.intp), 0, n
        while len(kept) < n:
            if drawn > MOST_DRAWN * n + LEAST_DRAWN:
                raise TrainingError("given_rare", columns=listed(given), kept=len(kept), drawn=drawn)
            codes = self._codes_given(fixed, chances, wanted, rng)
            kept, drawn = np.concatenate([kept, codes]), drawn + wanted
            wanted = min(ceil((n - len(kept)) * drawn / max(len(kept), 1) * 1.1) + 8, MOST_AT_ONCE)
        rows = {
            name: marginal.values(kept[:n, position], rng.random(n))
            for position, (name, marginal) in enumerate(self.marginals.items())
        }
        return pd.DataFrame(with_given(rows, given))

    def _codes_given(
        self, fixed: Mapping[int, int], chances: Mapping[int, Floats], n: int, rng: np.random.Generator
    ) -> Integers:
        """Draw ``n`` rows of codes, and keep those that have the fixed ones. Shape (kept, columns)."""
        codes = np.empty((n, 0), np.intp)
        for position, tree in enumerate(self.trees):
            if position not in fixed:
                found = tree.draw(codes, rng)
            else:
                codes = codes[rng.random(len(codes)) < chances[position][tree.leaf_of(codes)]]
                found = np.full(len(codes), fixed[position])
            codes = np.column_stack([codes, found])
        return codes


def _some_people(people: Integers, rng: np.random.Generator) -> Integers:
    """Choose a part of the people, and return all their rows."""
    size = int(people.max()) + 1
    chosen = rng.permutation(size)[: ceil(LEARNED_SHARE * size)]
    if size == len(people):
        return chosen
    return np.flatnonzero(np.isin(people, chosen))


def _grow(codes: Integers, people: Integers, marginals: Sequence[Marginal]) -> Tree:
    """Grow the tree of the last column, given all before it.

    Parameters
    ----------
    codes
        Shape (n_rows, columns).
    people
        The number of each row's person. Shape (n_rows,).
    marginals
        Of all columns.
    """
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    before, response = codes[:, :-1], codes[:, -1]
    marginal = marginals[codes.shape[1] - 1]
    sizes = [one.size for one in marginals[: before.shape[1]]]
    ranks = np.tile(np.arange(max(sizes, default=1)), (len(sizes), 1))
    for position, one in enumerate(marginals[: before.shape[1]]):
        if not one.ordered:
            ranks[position, : one.size] = rank_categories(before[:, position], one.size, response, marginal)
    _, person, times = np.unique(people, return_inverse=True, return_counts=True)
    if not sizes or len(times) < 2 * MIN_LEAF or (response == response[0]).all():
        return _leaves(ranks, response, None, np.zeros(len(codes), np.intp))
    # All rows of a person weigh 1 together, so that a leaf's weight is at most its number of people.
    several = len(times) < len(codes)
    weights = 1 / times[person] if several else None
    options: dict[str, Any] = {"min_samples_leaf": MIN_LEAF, "random_state": 0}
    if several:
        options["min_weight_fraction_leaf"] = MIN_LEAF / len(times)
    if marginal.ordered:
        grown = DecisionTreeRegressor(**options)
        target = rankdata(response)
    else:
        grown, target = DecisionTreeClassifier(**options), response
    rows = ranks[np.arange(len(sizes)), before].astype(np.float32)
    grown.fit(rows, target, sample_weight=weights)
    return _leaves(ranks, response, grown.tree_, grown.apply(rows))


def _leaves(ranks: Integers, response: Integers, tree: Any, nodes: Integers) -> Tree:
    """Store a scikit-learn tree, and what occurs in each of its leaves."""
    size = int(response.max()) + 1
    found, leaf_of = np.unique(nodes, return_inverse=True)
    times = np.bincount(leaf_of * size + response, minlength=len(found) * size).reshape(len(found), size)
    leaves, codes = np.nonzero(times)
    upto = leaves + np.cumsum(times, axis=1)[leaves, codes] / times.sum(axis=1)[leaves]
    leaf = np.zeros(tree.node_count if tree else 1, np.intp)
    leaf[found] = np.arange(len(found))
    if tree is None:
        nothing = np.full(1, -1)
        return Tree(ranks, nothing, np.zeros(1), nothing, nothing, leaf, codes, upto)
    left = tree.children_left.astype(np.intp)
    feature = np.where(left < 0, -1, tree.feature).astype(np.intp)
    return Tree(ranks, feature, tree.threshold, left, tree.children_right.astype(np.intp), leaf, codes, upto)


def rank_categories(column: Integers, size: int, response: Integers, marginal: Coded) -> Integers:
    """Order a column's categories by the response, so that a tree can cut between them.

    By its mean rank, which is the best order for one cut (L. Breiman et al., "Classification and Regression
    Trees", 1984); where the response has no order, by the first axis of a correspondence analysis.
    """
    times = np.zeros((size, marginal.size))
    np.add.at(times, (column, response), 1)
    people = times.sum(axis=1, keepdims=True)
    if marginal.ordered:
        scores = times @ np.arange(marginal.size) / np.maximum(people[:, 0], 1)
    else:
        expected = people * times.sum(axis=0) / len(column)
        residuals = (times - expected) * ratio(1, np.sqrt(expected))
        axis = np.linalg.svd(residuals, full_matrices=False)[0][:, 0]
        scores = axis * ratio(1, np.sqrt(people[:, 0]))
    return np.argsort(np.argsort(scores, kind="stable"))
