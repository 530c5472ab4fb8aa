"""Measure how close synthetic events are to each real person: the nearest one, and whole histories."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from synth_handson.evidence.histories import Histories
from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.hausdorff import nearest_sets

Parts = tuple[Floats, Floats]
"""One number for each training person, and for each holdout person; the smaller, the closer."""


def nearest_events(histories: Histories) -> Parts:
    """Find the smallest distance of each person's events to a synthetic event, HEOM."""
    _, members, others = histories.sizes
    kinds: list[Floats] = []
    for space, owners in _spaces(histories):
        distances = space.nearest(space.real, space.synthetic)[0][:, 0]
        nearest = np.full(members + others, np.inf)
        np.minimum.at(nearest, owners[space.real], distances)
        kinds.append(nearest)
    return _split(kinds, members, others)


def nearest_histories(histories: Histories, random_state: int) -> tuple[Parts, Parts]:
    """Find the synthetic person whose events, all together, are closest to those of each real person.

    The distance of two people is the modified Hausdorff distance of their events, with what belongs to the
    people. It is divided by the distance to the closest other real person, as for "calibrated_attack_auc".

    Parameters
    ----------
    histories
        The people of three tables.
    random_state
        Seed of the half of the holdout that plays the synthetic people in the reference.

    Returns
    -------
    parts, reference
        Relative distances: 0 to somebody with the same events, below 1 if a synthetic person is closer than
        any real one.
    """
    drawn, members, others = histories.sizes
    real = np.arange(members + others)
    stand_ins, left = np.array_split(members + np.random.default_rng(random_state).permutation(others), 2)
    rest = np.concatenate([real[:members], np.sort(left)])
    groups = [real[-1] + 1 + np.arange(drawn), real, stand_ins, rest]
    kinds = [_relative(space, owners, groups) for space, owners in _spaces(histories)]
    return (
        _split([found for found, _ in kinds], members, others),
        _split([beside[rest] for _, beside in kinds], members, len(left)),
    )


def _spaces(histories: Histories) -> Iterator[tuple[HeomSpace, Integers]]:
    """Place the events of each kind, with the person of each: training, holdout, then synthetic people."""
    _, members, others = histories.sizes
    for events in histories.events:
        rows = histories.rows(events)
        real = pd.concat([rows.train, rows.holdout], ignore_index=True)
        if not real.empty and not rows.synthetic.empty:
            synthetic, train, holdout = events.owners
            owners = np.concatenate([train, members + holdout, members + others + synthetic])
            yield HeomSpace(real, rows.synthetic), owners


def _relative(space: HeomSpace, owners: Integers, groups: list[Integers]) -> tuple[Floats, Floats]:
    """Divide distances to synthetic people by those to real ones, and to people who play synthetic ones.

    People without events of this kind are infinitely far.
    """
    people, sets = np.unique(owners, return_inverse=True)
    real = len(groups[1])
    there = people[people < real]
    to_drawn, to_real, to_stand_in, to_rest = nearest_sets(
        space, sets, len(there), [np.flatnonzero(np.isin(people, group)) for group in groups]
    )
    found = np.full((2, real), np.inf)
    found[:, there] = _divided(to_drawn, to_real), _divided(to_stand_in, to_rest)
    return found[0], found[1]


def _divided(distances: Floats, isolation: Floats) -> Floats:
    """Divide by how far the closest other person is, who may have the same events, or be missing."""
    smallest = isolation[isolation > 0].min(initial=1.0)
    relative: Floats = distances / np.where(np.isinf(isolation), 1.0, np.maximum(isolation, smallest))
    return relative


def _split(kinds: list[Floats], members: int, others: int) -> Parts:
    """Split into training people and others.

    Distances of several kinds of events have no common scale: of ranks among all people, the smallest counts.
    """
    from scipy.stats import rankdata

    ranked = [rankdata(distances) for distances in kinds] if len(kinds) > 1 else kinds
    smallest = np.min(ranked, axis=0) if kinds else np.full(members + others, np.inf)
    first, second = np.split(smallest, [members])
    return first, second
