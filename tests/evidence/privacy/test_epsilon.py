"""The lower bound of ε: by hand, against generators whose ε is known, and on tables that leak or do not."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from people import draw_people

from synth_handson.evidence.assessment import assess
from synth_handson.evidence.controls.known_tables import copy_rows
from synth_handson.evidence.privacy.epsilon import EpsilonBound, Finding, epsilon_at_least
from synth_handson.evidence.privacy.membership import Neighbours
from synth_handson.evidence.privacy.people_found import PeopleFound
from synth_handson.evidence.three_tables import AssessedTables

MANY = 10**6


def found(*counts: tuple[int, int], people: tuple[int, int] = (MANY, MANY)) -> Finding:
    columns = tuple((str(number),) for number in range(len(counts)))
    return Finding("subset_matches", PeopleFound(np.array(counts).T, people), columns)


def test_ten_training_people_and_no_other_by_hand() -> None:
    # Ten coins that fall right with probability q all do with q^10 = .01, so q = .631, and the odds are 1.71;
    # an exchange of people is two steps.
    odds = 0.01**0.1 / (1 - 0.01**0.1)
    bound = found((10, 0)).bound(0.02)
    assert bound.value == pytest.approx(math.log(odds) / 2, rel=1e-4)
    assert (bound.found, bound.people, bound.columns) == ((10, 0), (MANY, MANY), ("0",))


def test_with_three_times_as_many_training_people_the_odds_count_a_third() -> None:
    odds = 0.01**0.1 / (1 - 0.01**0.1) / 3
    bound = found((10, 0), people=(3 * MANY, MANY)).bound(0.02)
    assert odds < 1
    assert bound.value == 0
    odds = 0.01 ** (1 / 50) / (1 - 0.01 ** (1 / 50)) / 3
    bound = found((50, 0), people=(3 * MANY, MANY)).bound(0.02)
    assert bound.value == pytest.approx(math.log(odds) / 2, rel=1e-3)


def test_people_who_were_avoided_are_given_away_as_well() -> None:
    assert found((0, 10)).bound(0.02).value == pytest.approx(found((10, 0)).bound(0.02).value)


def test_the_way_that_shows_most_is_taken_and_only_those_that_could_show_anything_cost() -> None:
    # Nobody is found by the first, and two people could not show anything at any level in question.
    bound = found((0, 0), (2, 0), (10, 0), (1, 1)).bound(0.02)
    assert bound.columns == ("2",)
    assert bound == replace(found((10, 0)).bound(0.02), columns=("2",))
    two = found((10, 0), (5, 9)).bound(0.02)
    assert two.value == found((10, 0)).bound(0.01).value


def test_nobody_found_bounds_nothing() -> None:
    assert found((0, 0)).bound(0.05).value == 0


@pytest.mark.parametrize("epsilon", [0.2, 1.0, 3.0])
def test_the_bound_stays_below_a_known_epsilon_and_comes_near_it(epsilon: float) -> None:
    # Randomised response (Warner 1965): each person is reported by a coin that membership turns by e^ε.
    rng = np.random.default_rng(0)
    heads = math.exp(epsilon) / (1 + math.exp(epsilon))
    people = 4_000, 2_000
    bounds = np.array(
        [
            found(tuple(rng.binomial(people, (heads, 1 - heads))), people=people).bound(0.05).value
            for _ in range(200)
        ]
    )
    assert (bounds > epsilon).mean() <= 0.05
    assert np.median(bounds) > 0.7 * epsilon


def three(seed: int, rows: int = 400) -> AssessedTables:
    people = draw_people(3 * rows, seed)[["income", "region", "since", "score", "churned"]]
    return AssessedTables(people[:rows], people[rows : 2 * rows], people[2 * rows :])


def bound(tables: AssessedTables) -> EpsilonBound:
    return epsilon_at_least(Neighbours.of(tables, 0))


def test_people_whom_nobody_knows_bound_nothing() -> None:
    assert [bound(three(seed)).value for seed in range(5)] == [0.0] * 5


@pytest.mark.parametrize("share", [0.1, 1.0])
def test_copies_exclude_a_small_epsilon(share: float) -> None:
    tables = three(0)
    copies = copy_rows(tables.train, round(share * len(tables.synthetic)), 0)
    leaking = pd.concat([copies, tables.synthetic[len(copies) :]], ignore_index=True)
    shown = bound(replace(tables, synthetic=leaking))
    assert shown.value > (0.5 if share < 1 else 3)
    assert shown.found[0] > 10 * shown.found[1]
    assert shown.confidence == 0.95


def test_where_the_holdout_is_of_other_people_nothing_is_said() -> None:
    tables = three(0)
    older = tables.holdout.assign(income=tables.holdout["income"] + 3 * tables.train["income"].std())
    assert assess(tables.synthetic, train=tables.train, holdout=older).epsilon_at_least is None
