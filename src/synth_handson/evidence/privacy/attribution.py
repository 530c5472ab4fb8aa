"""Attribute disclosure: what the table reveals about somebody of whom some columns are known.

The user names what somebody may already know of a person. An attacker who does looks up the synthetic rows
that agree with it, and takes another column, the secret, from them. If the synthetic table knows nothing
about training people in particular, their secrets are told right as often as those of people drawn at random.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.people_found import PeopleFound
from synth_handson.evidence.privacy.subsets import BINS, ventiles
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Integers, number_rows, one_of_each
from synth_handson.metrics.distances import HeomSpace
from synth_handson.tables.texts import is_text

ATTRIBUTION_MEASURES = ("attribution", "attribution_matched")

Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Attributions:
    """People whose secrets are guessed right from the synthetic rows that match what is known of them.

    Attributes
    ----------
    known
        The columns that somebody may know.
    secrets
        The columns that are guessed. One of numbers with many values stands there twice: it is guessed by
        its values, and by the twentieths of the real people. m guesses.
    people
        Number of training and of holdout people; rows that are alike are one person.
    matched
        Number of them whose known values appear in a synthetic row.
    told
        How many training and how many holdout people are told right by each guess. Shape (2, m).
    """

    known: tuple[str, ...]
    secrets: tuple[str, ...]
    people: Pair
    matched: Pair
    told: Integers

    @classmethod
    def of(
        cls, known: Sequence[str], secrets: Sequence[str], counts: Iterable[tuple[int, ...]]
    ) -> Attributions:
        """Combine ``people``, ``matched`` and ``told`` of each guess, two numbers each."""
        rows = np.array(list(counts), np.intp)
        (train, holdout, near, far), told = rows[0, :4].tolist(), rows[:, 4:].T
        return cls(tuple(known), tuple(secrets), (train, holdout), (near, far), told)


def attribution_measures(found: Attributions) -> tuple[Measure, ...]:
    """Compare how many training and holdout people are guessed right, by the guess that shows most.

    Returns
    -------
    tuple of Measure
        "attribution", of all people, and "attribution_matched", of those whose known values stand in the
        synthetic table: share of the training people told right, beside the share of the holdout people,
        0 to 1; low is good. ``columns`` are the known ones, and the secret last. The test is that of
        `PeopleFound`.

    Notes
    -----
    The second is the targeted correct attribution probability: J. Taub, M. Elliot, M. Pampaka and D. Smith,
    "Differential correct attribution probability for synthetic data: an exploration", Privacy in Statistical
    Databases 2018; M. Elliot, "Final report on the disclosure risk associated with the synthetic data
    produced by the SYLLS team", 2014. The first also sees whose known values were copied.
    """
    return tuple(
        _compared(name, found, people)
        for name, people in zip(ATTRIBUTION_MEASURES, (found.people, found.matched), strict=True)
    )


def _compared(name: str, found: Attributions, people: Pair) -> Measure:
    if not min(people):
        why = Message("measures.missing_attribution_matched", {"columns": ", ".join(found.known)})
        return Measure(name, None, rows=sum(people), columns=found.known, missing=why)
    told = PeopleFound(found.told, people)
    return told.measure(name, (*found.known, found.secrets[told.best]))


def attribute(
    tables: AssessedTables, space: HeomSpace, rows: Integers, known: Sequence[str], random_state: int
) -> Attributions:
    """Guess every secret of the people of three tables in memory.

    Parameters
    ----------
    tables
        The tables; columns of free text are no secrets.
    space
        Space of all their rows, which gives the twentieth that a number lies in.
    rows
        Where training rows, holdout rows and synthetic rows stand in it, in this order.
    known
        The columns that somebody may know.
    random_state
        Seed of which one of several rows that are alike is kept as a person.
    """
    train = len(tables.train)
    real = train + len(tables.holdout)
    in_order = pd.concat([tables.train, tables.holdout, tables.synthetic], ignore_index=True)
    values = {name: pd.factorize(in_order[name])[0] for name in tables.train}
    binned = {
        name: ventiles(ranks[rows])
        for name, ranks in space.ranks.items()
        if len(np.unique(space.codes[name][space.real])) > BINS
    }
    rng = np.random.default_rng(random_state)
    people = np.flatnonzero(one_of_each(number_rows(c[:real] for c in values.values()), rng))
    alike = number_rows(values[name] for name in known)
    chosen = choose_guesses(without_texts(tables.train), binned, known)
    return Attributions.of(
        known,
        [name for name, _ in chosen],
        (_tell(alike, (binned if b else values)[name], people, train, real) for name, b in chosen),
    )


def _tell(alike: Integers, secret: Integers, people: Integers, train: int, real: int) -> tuple[int, ...]:
    """Count training and holdout people: all, those whose known values match, and those guessed right.

    Parameters
    ----------
    alike
        Numbers that rows share if they agree in the known columns: training, holdout, synthetic rows.
    secret
        The same of the secret.
    people
        Positions of real rows, each another person.
    train, real
        Number of training rows, and of real ones.
    """
    pairs = number_rows([alike, secret])
    times = np.bincount(pairs[real:], minlength=int(pairs.max()) + 1)
    most = np.zeros(int(alike.max()) + 1, np.intp)
    np.maximum.at(most, alike[real:], times[pairs[real:]])
    matched = most[alike[people]] > 0
    told = matched & (times[pairs[people]] == most[alike[people]])
    member = people < train
    return tuple(int((who & part).sum()) for who in (True, matched, told) for part in (member, ~member))


def without_texts(train: pd.DataFrame) -> list[str]:
    """Return the columns of a prepared training table that are not free text."""
    return [str(name) for name in train if not is_text(train[name])]


def choose_guesses(
    columns: Iterable[str], binned: Container[str], known: Sequence[str]
) -> list[tuple[str, bool]]:
    """List what is guessed: each column that is not known, and whether by twentieths."""
    secrets = [name for name in columns if name not in known]
    return [
        (name, by_twentieths) for name in secrets for by_twentieths in (False, True)[: 1 + (name in binned)]
    ]
