"""Exercise of step 4: where people have several rows, the split decides what a test can see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeRegressor

from synth_handson.evidence.privacy.people_found import PeopleFound
from synth_handson.locales import Language, get_text
from synth_handson.notebook.exercises.exercise import Answer, Exercise, ExerciseContext, Question, worded
from synth_handson.presentation.words import chance, percent
from synth_handson.tables.examples import card_payments
from synth_handson.tables.split import split_holdout

PEOPLE = 1_000
KEY = "customer_id"
OWN = ("born", "region", "card", "since")
"""Columns that are the same in all payments of a person."""
LEAF = 5
"""Rows in a leaf of the careless trees: fewer than most people have."""


@dataclass(frozen=True)
class Recognised:
    """Whom a table of payments gives away, by year of birth, region, card and date of joining together.

    Attributes
    ----------
    trained, same, unseen
        How many people are recognised, of how many: those trained on; those with payments that were not
        trained on (nearly all of whom have others that were); and those of whom no payment was.
    by_rows, by_people
        How often chance makes a gap as large between the first and the second, and the third: 0 to 1.
    """

    trained: tuple[int, int]
    same: tuple[int, int]
    unseen: tuple[int, int]
    by_rows: float
    by_people: float

    def shares(self) -> tuple[float, float, float]:
        """Return the three shares, 0 to 1."""
        trained, same, unseen = (found / people for found, people in (self.trained, self.same, self.unseen))
        return trained, same, unseen


def careless_trees(train: pd.DataFrame, rows: int, random_state: int = 0) -> pd.DataFrame:
    """Draw a table column by column from trees that go down to `LEAF` rows, regardless of whose they are.

    Returns
    -------
    DataFrame
        Rows with the same columns; each value comes from a training row in the leaf that the columns before
        lead to.

    Notes
    -----
    Sequential trees as of Reiter, Journal of Official Statistics 21(3), 2005.
    """
    rng = np.random.default_rng(random_state)
    values = {str(name): np.sort(train[name].unique()) for name in train}
    codes = pd.DataFrame({name: np.searchsorted(known, train[name]) for name, known in values.items()})
    first, *others = values
    made = pd.DataFrame({first: rng.choice(codes[first], rows)})
    for name in others:
        before = list(made)
        tree = DecisionTreeRegressor(min_samples_leaf=LEAF, random_state=random_state)
        leaves = tree.fit(codes[before].to_numpy(), codes[name]).apply(codes[before].to_numpy())
        donors = codes[name].groupby(leaves).agg(np.asarray)
        made[name] = [rng.choice(donors[leaf]) for leaf in tree.apply(made[before].to_numpy())]
    return pd.DataFrame({name: known[made[name]] for name, known in values.items()})


def measure_recognised() -> Recognised:
    """Let the careless trees learn payments, and look for the people in what they draw: seconds of work."""
    tables = card_payments(PEOPLE)
    payments = tables.events["payments"].merge(tables.people, on=KEY)
    pool, others = split_holdout(payments, 0.5, person=KEY)
    train, rest = split_holdout(pool)
    synthetic = careless_trees(train.drop(columns=KEY), len(train))
    given_away = pd.MultiIndex.from_frame(synthetic[list(OWN)])

    def found(rows: pd.DataFrame) -> tuple[int, int]:
        people = rows.drop_duplicates(KEY)
        return int(pd.MultiIndex.from_frame(people[list(OWN)]).isin(given_away).sum()), len(people)

    trained, same, unseen = map(found, (train, rest, others))
    chances = [
        PeopleFound.once(trained[0], other[0], (trained[1], other[1])).tested["p_value"]
        for other in (same, unseen)
    ]
    return Recognised(trained, same, unseen, *chances)


class RowsOrPeople(Exercise):
    """Show a table that is tested by rows, and ask which split tells whether people are safe."""

    name = "people"

    def __init__(self, recognised: Recognised) -> None:
        self.recognised = recognised

    def values(self, context: ExerciseContext) -> dict[str, object]:
        """Return what the split by rows finds."""
        trained, same, _ = self.recognised.shares()
        values = {"trained": percent(trained, 0), "same": percent(same, 0)}
        return {**values, "chance": percent(self.recognised.by_rows, 0)}

    def questions(self, context: ExerciseContext, language: Language) -> tuple[Question, ...]:
        """Ask for a split."""
        return (worded("people", "split", ("rows", "people", "either"), language),)

    def solution(self, context: ExerciseContext) -> Answer:
        """Return the one whose holdout nobody was trained on."""
        return ("people",)

    def reveal(self, context: ExerciseContext, language: Language) -> str:
        """Say what the split by people finds."""
        trained, _, unseen = self.recognised.shares()
        return get_text(
            language, "exercises.people_reveal", trained=percent(trained, 0), unseen=percent(unseen, 1),
            chance=chance(self.recognised.by_people, language),
        )  # fmt: skip
