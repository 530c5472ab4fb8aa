"""Compare how often synthetic events equal training events with how often real people's events agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.identical import Matches, NeverRepeating, beside_real_rows
from synth_handson.evidence.privacy.people_found import PeopleFound
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.metrics.arrays import Integers, number_rows


@dataclass(frozen=True)
class EventCopies:
    """Events of one kind that occur in several tables, each once for each person.

    Attributes
    ----------
    columns
        The columns in which events are compared.
    matches
        The events, as rows.
    found
        Training and holdout people with an event that occurs in the synthetic table.
    copied
        Different training events that synthetic people have; a synthetic person, and a training person,
        counts for one at most, as the events of one person do not agree with others by separate chances.
    """

    columns: tuple[str, ...]
    matches: Matches
    found: tuple[int, int]
    copied: int

    @classmethod
    def of(
        cls,
        tables: AssessedTables,
        codes: Mapping[str, Integers],
        owners: tuple[Integers, Integers],
        training: int,
    ) -> Iterator[EventCopies]:
        """Compare events of one kind in all columns, and without those that hardly ever repeat.

        Parameters
        ----------
        tables
            The events.
        codes
            For each column, numbers that equal values share: of training, holdout, then synthetic events.
        owners
            The person of each real event, training people first, and of each synthetic one.
        training
            Number of training people.
        """
        real, drawn = owners
        for left_out in ((), *NeverRepeating.of(tables.train).left_out):
            columns = tuple(str(name) for name in tables.train if name not in left_out)
            numbers = number_rows(codes[name] for name in columns)
            who, what = _once_each(real, numbers[: len(real)])
            whose, made = _once_each(drawn, numbers[len(real) :])
            member, stands = who < training, np.isin(what, made)
            copied = np.isin(made, what[member])
            matches = Matches.counted(made, what[member], what[~member])
            people = len(np.unique(who[member & stands])), len(np.unique(who[~member & stands]))
            copies = min(matches.distinct_copies, people[0], len(np.unique(whose[copied])))
            yield cls(columns, matches, people, copies)

    def hints(self, ways: PeopleFound, level: float) -> tuple[Measure, ...]:
        """Return "event_copies", as `training_matches` for events, unless the labels can decide.

        Parameters
        ----------
        ways
            People found by single events, which the labels decide on.
        level
            Probability below which a single test counts.
        """
        if ways.would_show(sum(self.found), level):
            return ()
        return (beside_real_rows("event_copies", self.matches, self.copied, self.columns),)


def _once_each(people: Integers, numbers: Integers) -> tuple[Integers, Integers]:
    """Keep each event of a person once."""
    pairs = np.unique(np.stack([people, numbers]), axis=1)
    return pairs[0], pairs[1]
