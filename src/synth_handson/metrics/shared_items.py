"""Find for each person, as a set of items, the person of another table with most in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from synth_handson.metrics.arrays import Booleans, Floats, Integers

WORK = 10_000_000
"""Limit on pairs of people with an item in common; the commonest items are left out."""
BLOCK = 1_000
"""People compared at a time."""
MAX_HOLDERS = 1_000
"""Most people who may have a person's rarest item for it to single somebody out."""

Matrix = Any
"""A sparse matrix of SciPy: people by items."""


@dataclass(frozen=True, eq=False)
class Items:
    """Items that people have.

    Attributes
    ----------
    owners
        The person of each item, from 0 on. Shape (n,).
    numbers
        The items; equal ones have equal numbers, from 0 on. Shape (n,).
    people
        How many people there are.
    """

    owners: Integers
    numbers: Integers
    people: int


@dataclass(frozen=True, eq=False)
class SharedItems:
    """How much each person shares with the person of the other table with whom they share most.

    Attributes
    ----------
    excess
        Information in what they share, less that in what they share with anybody of their own table, in nats:
        an item counts the more, the fewer people have it. Shape (people,).
    alone
        Whether the 1, 2, … rarest items that they share are together nobody else's in their own table.
        Shape (people, most).
    """

    excess: Floats
    alone: Booleans


def share_items(left: Items, right: Items, most: int) -> SharedItems:
    """Find for each person the person of another table with most in common.

    Parameters
    ----------
    left
        At least two people, for each of whom a partner is sought.
    right
        The people among whom partners are sought.
    most
        Largest number of items combined to single somebody out.

    Returns
    -------
    SharedItems
        Nothing in it depends on the order of people or items except for ties.

    Notes
    -----
    That few items single people out of millions: Y.-A. de Montjoye et al., "Unique in the crowd", Scientific
    Reports 3, 2013, and "Unique in the shopping mall", Science 347, 2015. To weigh items by how rare they
    are: A. Narayanan and V. Shmatikov, "Robust de-anonymization of large sparse datasets", IEEE S&P 2008.
    """
    size = int(max(left.numbers.max(initial=0), right.numbers.max(initial=0))) + 1
    held, drawn = _matrix(left, size), _matrix(right, size)
    holders, copies = (np.asarray(one.sum(axis=0)).ravel() for one in (held, drawn))
    kept = _within_bounds(holders * (holders + copies))
    kept &= holders > 0
    held, drawn, holders = held[:, kept], drawn[:, kept], holders[kept]
    telling = held.multiply(np.log(left.people / np.maximum(holders, 1))[None, :]).tocsr()
    shared, partner = _closest(telling, drawn)
    among, _ = _closest(telling, held, itself=False)
    both = held.multiply(drawn[partner]).tocsr()
    return SharedItems(shared - among, _alone(held, both, holders, most))


def _matrix(items: Items, size: int) -> Matrix:
    from scipy.sparse import csr_matrix

    pairs = np.unique(items.owners * size + items.numbers)
    ones = np.ones(len(pairs))
    return csr_matrix((ones, (pairs // size, pairs % size)), shape=(items.people, size))


def _within_bounds(work: Floats) -> Booleans:
    """Keep the items that cause the least work."""
    order = np.argsort(work, kind="stable")
    kept = np.zeros(len(work), bool)
    kept[order[np.cumsum(work[order]) <= WORK]] = True
    return kept


def _closest(telling: Matrix, others: Matrix, itself: bool = True) -> tuple[Floats, Integers]:
    """Find the most that each person shares with another person, and that person."""
    people, transposed = telling.shape[0], others.T.tocsr()
    most, partner = np.zeros(people), np.zeros(people, np.intp)
    for start in range(0, people, BLOCK):
        product = (telling[start : start + BLOCK] @ transposed).tocsr()
        if not itself:
            rows = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr))
            product.data[rows + start == product.indices] = 0
        some = np.flatnonzero(np.diff(product.indptr))
        if len(some):
            firsts = product.indptr[some]
            largest = np.maximum.reduceat(product.data, firsts)
            reached = np.flatnonzero(product.data == np.repeat(largest, np.diff(product.indptr)[some]))
            most[start + some] = largest
            partner[start + some] = product.indices[reached[np.searchsorted(reached, firsts)]]
    return most, partner


def _alone(held: Matrix, both: Matrix, holders: Floats, most: int) -> Booleans:
    """Tell whether the rarest items that people share with somebody single them out."""
    people, items = held.shape
    alone = np.zeros((people, most), bool)
    rows = np.repeat(np.arange(people), np.diff(both.indptr))
    lot = np.random.default_rng(0).random(items)
    order = np.lexsort((lot[both.indices], holders[both.indices], rows))
    rarest, count, start = both.indices[order], np.diff(both.indptr), both.indptr[:-1]
    known = np.repeat(np.arange(people), np.diff(held.indptr)) * items + held.indices
    known = np.sort(known)
    holding = held.tocsc()
    some = np.flatnonzero(count > 0)
    some = some[holders[rarest[start[some]]] <= MAX_HOLDERS]
    first = rarest[start[some]]
    person = np.repeat(some, np.diff(holding.indptr)[first])
    lists = [holding.indices[holding.indptr[item] : holding.indptr[item + 1]] for item in first]
    other = np.concatenate(lists) if lists else np.zeros(0, np.intp)
    person, other = person[other != person], other[other != person].astype(np.intp)
    for k in range(1, most + 1):
        if k > 1:
            there = count[person] >= k
            person, other = person[there], other[there]
            wanted = other * items + rarest[start[person] + k - 1]
            has = known[np.minimum(np.searchsorted(known, wanted), len(known) - 1)] == wanted
            person, other = person[has], other[has]
        alone[some[count[some] >= k], k - 1] = True
        alone[person, k - 1] = False
    return alone
