"""Audit who is at risk from an engine, by trainings with and without the people most at risk."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations, islice
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.evidence.privacy.subsets import BINS, ventiles
from synth_handson.evidence.verdict import holm
from synth_handson.metrics.arrays import Booleans, Floats, Integers
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.intervals import Estimate, exact_share
from synth_handson.synthesis.engine import Engine
from synth_handson.synthesis.registry import ENGINES, get_engine
from synth_handson.synthesis.run import Options, TrainingRun
from synth_handson.synthesis.schema import Schema
from synth_handson.synthesis.training import DEFAULT_MINUTES
from synth_handson.tables.checks import (
    MIN_ROWS,
    check_callback,
    check_seed,
    check_table,
    check_target,
    is_count,
)

PEOPLE = 5
PAIRS = 50
MIN_PAIRS = 10
"""Fewest pairs; with fewer, guesses show hardly anything after correcting for the number of people."""
MAX_ROWS = 1_000
NEIGHBOURS = 5
LARGEST_QUERY = 3
MAX_QUERIES = 500
FLIPS = 4_999


@dataclass(frozen=True)
class AuditedPerson:
    """How well an attacker can tell whether somebody was trained on.

    Attributes
    ----------
    index
        Label of the person's row in the training table's index.
    isolation
        Mean distance (HEOM) to the five nearest people of other values; high is far from everybody.
    auc
        Two tables are made, one with the person and one with somebody else instead: probability that the
        attacker tells which, with its 95 % interval. 0.5 is chance, 1 is always; low is good.
    p_value
        Probability of as many right guesses if the person made no difference, corrected for the number of
        people by Holm's method.
    """

    index: Hashable
    isolation: float
    auc: Estimate
    p_value: float


@dataclass(frozen=True)
class GeneratorAudit:
    """Result of shadow trainings of an engine.

    Attributes
    ----------
    engine
        Which.
    people
        Those audited, by the p-value, the smallest first, then by the AUC.
    pairs
        Number of pairs of trainings for each of them.
    rows
        Training rows, and synthetic rows, of each training.
    seconds
        It took.
    """

    engine: str
    people: tuple[AuditedPerson, ...]
    pairs: int
    rows: int
    seconds: float

    def table(self) -> pd.DataFrame:
        """Return a row for each person, by the index of the training table."""
        numbers = [
            (person.isolation, person.auc.value, person.auc.low, person.auc.high, person.p_value)
            for person in self.people
        ]
        labels = pd.Index([person.index for person in self.people], tupleize_cols=False)
        names = ("isolation", "auc", "auc_low", "auc_high", "p_value")
        return pd.DataFrame(numbers, index=labels, columns=pd.Index(names))


@dataclass(frozen=True)
class Shadow:
    """An engine that trains on some people of a table, again and again.

    Attributes
    ----------
    engine
        Which.
    schema
        Of the table.
    target
        As in :func:`~synth_handson.train_generator`.
    """

    engine: Engine
    schema: Schema
    target: str | int | None

    def synthesise(self, people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        """Train and draw, with separate seeds: an attacker does not know those of a published table."""
        training, drawing = rng.integers(0, 2**32, 2).tolist()
        check_table(people)
        options: Options = {
            "max_epochs": self.engine.max_epochs,
            "max_minutes": DEFAULT_MINUTES,
            "random_state": training,
            "epsilon": None,
        }
        model = self.engine.train(TrainingRun(people, options, target=self.target))
        return self.schema.restore(model.draw(len(people), drawing))


def audit_generator(
    engine: str,
    train: pd.DataFrame,
    *,
    people: int | Sequence[Hashable] = PEOPLE,
    target: str | int | None = None,
    pairs: int = PAIRS,
    rows: int | None = None,
    random_state: int = 0,
    on_progress: Callable[[int, int], object] | None = None,
) -> GeneratorAudit:
    """Train an engine with and without some people, and attack them one by one.

    For each person, in each of many pairs: other people are drawn at random, the engine is trained on them
    with this person and, anew, with somebody else in the person's place, and a table is drawn from either.
    The attacker knows the person, the engine and all the other pairs, and has to tell which of the two tables
    was made with the person.

    Parameters
    ----------
    engine
        "copula" or "trees": those that train in a second.
    train
        The training table.
    people
        Number of people, those farthest from everybody else, or labels of the table's index.
    target
        As in :func:`~synth_handson.train_generator`.
    pairs
        Pairs of trainings for each person, at least 10. The interval of 50 pairs is 0.29 wide at most.
    rows
        Number of people in each training, and of rows in each table; by default half of the training table's,
        at most 1,000. Among fewer people, each one weighs more.
    random_state
        Seed of everything random, 0 to 2³² - 1.
    on_progress
        Called with the number of pairs that are done, and of all.

    Returns
    -------
    GeneratorAudit
        The people, most at risk first.

    Raises
    ------
    ArgumentError
        If the engine is unknown or takes minutes for a training, nobody is named or somebody is not in the
        index, or a number or seed is out of range.
    TableError
        If the table cannot be trained on.

    Notes
    -----
    Trainings with and without a person: T. Stadler, B. Oprisanu and C. Troncoso, "Synthetic data -
    anonymisation groundhog day", USENIX Security 2022. Who is most at risk: M. Meeus et al., "Achilles'
    heels: vulnerable record identification in synthetic data publishing", ESORICS 2023. What the attacker
    looks at, how many synthetic rows share some of the person's values: F. Houssiau et al., "TAPAS: a toolbox
    for adversarial privacy auditing of synthetic data", 2022.

    The attacker guesses by the mean difference that the person made in all other pairs, each count divided
    by its spread. The p-value is that of exchanging the two tables of pairs at random, which is exact for an
    engine to which the person makes no difference. The interval is Clopper and Pearson's, as if the guesses
    were independent. That an attack fails shows nothing of better attacks, or of other people.
    """
    begun = time.monotonic()
    check_seed(random_state)
    check_callback(on_progress)
    quick = _quick(engine)
    check_table(train)
    check_target(target, train.columns)
    size = min(MAX_ROWS, len(train) // 2) if rows is None else rows
    _check_counts(pairs, size, len(train))
    shadow = Shadow(quick, Schema.of(train), target)
    space = HeomSpace(train, train[:1])
    isolation = _isolation(space)
    chosen = _choose(people, train.index, isolation)
    rng = np.random.default_rng(random_state)
    audited = []
    for number, person in enumerate(chosen):
        # Somebody alike in everything would stand in for the person.
        others = np.flatnonzero(space.row_numbers[space.real] != space.row_numbers[person])
        if len(others) < size:
            raise ArgumentError("audit_alike", index=train.index[person], rows=size, others=len(others))
        tables = []
        for done in range(pairs):
            drawn = _draw_pair(person, others, size, rng)
            tables += [shadow.synthesise(train.iloc[rows], rng) for rows in drawn]
            if on_progress:
                on_progress(number * pairs + done + 1, len(chosen) * pairs)
        counts = _count_alike(train, person, tables, rng)
        told, p_value = tell_apart(counts[::2] - counts[1::2], rng)
        audited.append(AuditedPerson(train.index[person], float(isolation[person]), told, p_value))
    seconds = round(time.monotonic() - begun, 1)
    return GeneratorAudit(engine, _by_risk(audited), pairs, size, seconds)


def tell_apart(differences: Floats, rng: np.random.Generator) -> tuple[Estimate, float]:
    """Guess which table of each pair is the first, by what the others have in common.

    Parameters
    ----------
    differences
        What is counted in the first less what is counted in the second table. Shape (pairs, m).
    rng
        Exchanges tables.

    Returns
    -------
    tuple of (Estimate, float)
        Share of the pairs that are guessed right, ties counting half, and its p-value.
    """
    pairs = len(differences)
    # Exchanging the tables of a pair changes none of these spreads.
    spread = np.sqrt((differences**2).mean(axis=0))
    scaled = differences[:, spread > 0] / spread[spread > 0]
    common = scaled @ scaled.T
    np.fill_diagonal(common, 0.0)
    signs = np.vstack([np.ones(pairs), rng.choice([-1.0, 1.0], (FLIPS, pairs))])
    # Differences this small are rounding.
    scores = np.round(signs * (signs @ common), 9)
    told = (np.sign(scores) + 1).sum(axis=1) / 2
    p_value = float((told >= told[0]).mean())
    share = float(told[0]) / pairs
    exact = exact_share(round(told[0]), pairs)
    return Estimate(share, min(exact.low, share), max(exact.high, share)), p_value


def _by_risk(people: Sequence[AuditedPerson]) -> tuple[AuditedPerson, ...]:
    """Correct the p-values for the number of people, and sort them."""
    adjusted = holm([person.p_value for person in people])
    corrected = [replace(person, p_value=p) for person, p in zip(people, adjusted, strict=True)]
    return tuple(sorted(corrected, key=lambda person: (person.p_value, -person.auc.value)))


def _quick(name: str) -> Engine:
    engine = get_engine(name)
    if not ENGINES[name].is_instant:
        quick = ", ".join(known for known, entry in ENGINES.items() if entry.is_instant)
        raise ArgumentError("audit_engine", engine=name, known=quick)
    return engine


def _check_counts(pairs: int, rows: int, people: int) -> None:
    if not is_count(pairs) or pairs < MIN_PAIRS:
        raise ArgumentError("audit_pairs", pairs=pairs, minimum=MIN_PAIRS)
    if not is_count(rows) or not MIN_ROWS <= rows < people:
        raise ArgumentError("audit_rows", rows=rows, minimum=MIN_ROWS, maximum=people - 1)


def _isolation(space: HeomSpace) -> Floats:
    """Mean distance of each real person to the nearest others."""
    distances, _ = space.nearest(space.real, space.real, NEIGHBOURS + 1)
    return np.asarray(distances[:, 1:].mean(axis=1))


def _choose(people: int | Sequence[Hashable], index: pd.Index[Any], isolation: Floats) -> Integers:
    """Find the positions of the people named."""
    if isinstance(people, Integral) and is_count(people) and people <= len(index):
        return np.argsort(-isolation, kind="stable")[: int(people)]
    named = list(people) if isinstance(people, Iterable) and not isinstance(people, str) else []
    places = [np.flatnonzero(index == label) for label in named if isinstance(label, Hashable)]
    positions = [int(place[0]) for place in places if len(place) == 1]
    if not named or len(set(positions)) < len(named):
        raise ArgumentError("audit_people", people=people, rows=len(index))
    return np.array(positions)


def _draw_pair(
    person: int, others: Integers, rows: int, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """Draw other people, and put the person, or somebody else, in one random place."""
    with_other = rng.permutation(others)[:rows]
    with_person = with_other.copy()
    with_person[rng.integers(rows)] = person
    return with_person, with_other


def _count_alike(
    train: pd.DataFrame, person: int, tables: Sequence[pd.DataFrame], rng: np.random.Generator
) -> Floats:
    """Count in each table the rows that share the person's values, by some of the columns and by all.

    Numbers are alike in the same twentieth of the training people. Shape (tables, queries).
    """
    space = HeomSpace(train, pd.concat(tables, ignore_index=True))
    alike = np.array([_alike(space, name, person) for name in space.codes])
    queries = _queries(len(alike), rng)
    rows = [alike[list(query)].all(axis=0).reshape(len(tables), -1).sum(axis=1) for query in queries]
    return np.array(rows, float).T


def _alike(space: HeomSpace, name: str, person: int) -> Booleans:
    codes = space.codes[name]
    if name in space.ranks and len(np.unique(codes[space.real])) > BINS:
        codes = ventiles(space.ranks[name])
    return np.asarray(codes[space.synthetic] == codes[person])


def _queries(columns: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """List all columns, and sets of up to three, or as many random ones as there is room for."""
    order = rng.permutation(columns).tolist()
    sizes = range(1, min(LARGEST_QUERY, columns - 1) + 1)
    every: Iterator[tuple[int, ...]] = chain.from_iterable(combinations(order, size) for size in sizes)
    return [tuple(order), *islice(every, MAX_QUERIES)]
