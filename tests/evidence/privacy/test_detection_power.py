"""The smallest leak that is noticed: true at its size, and no better for a leak that is inside."""

import numpy as np
import pandas as pd
import pytest
from leaks import drawn, honest
from people import draw_people
from scipy.stats import binom

from synth_handson import assess
from synth_handson.evidence.controls.known_tables import copy_rows, replace_rows
from synth_handson.evidence.privacy.detection_power import POWER, Limits, find_limits
from synth_handson.evidence.privacy.identical import Matches
from synth_handson.evidence.privacy.membership import (
    DISTANCE_MEASURES,
    SUBSET_MEASURES,
    Neighbours,
    distance_measures,
    subset_measures,
)
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.verdict import TOLERATED_LEAK, single_level

LEVEL = single_level((*DISTANCE_MEASURES, *SUBSET_MEASURES))
TABLES = 20


def limits(synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame) -> Limits:
    neighbours = Neighbours.of(prepare_tables(synthetic, train, holdout), 0)
    return find_limits(neighbours, neighbours.matches, LEVEL, TOLERATED_LEAK)


def change_one_value(rows: pd.DataFrame, source: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Give each row, in a column drawn at random, another value that occurs there."""
    rng = np.random.default_rng(seed)
    changed = rows.copy()
    for row, position in enumerate(rng.integers(rows.shape[1], size=len(rows))):
        others = source.iloc[:, position]
        others = others[others != rows.iat[row, position]]
        changed.iat[row, position] = others.iloc[rng.integers(len(others))]
    return changed


@pytest.fixture(scope="module")
def stated() -> Limits:
    people = drawn("census", 2_000, 1_000, 1_000, 0)
    return limits(honest(people, 1_000, 0), people.train, people.holdout)


@pytest.mark.calibration
@pytest.mark.parametrize("disguise", ["none", "one value"])
def test_a_leak_of_that_size_is_noticed_as_often_as_it_says(stated: Limits, disguise: str) -> None:
    size = stated.copied if disguise == "none" else stated.changed
    assert size is not None

    def noticed(seed: int) -> bool:
        people = drawn("census", 2_000, 1_000, 1_000, 100 + seed)
        planted = copy_rows(people.train, size, seed)
        if disguise == "one value":
            planted = change_one_value(planted, people.train, seed)
        leaky = replace_rows(honest(people, 1_000, seed), planted, seed)
        neighbours = Neighbours.of(prepare_tables(leaky, people.train, people.holdout), seed)
        measures = (*distance_measures(neighbours), *subset_measures(neighbours))
        return any(m.p_value is not None and m.p_value <= LEVEL for m in measures)

    # What as many tables of true power 80 % show but once in a thousand times.
    assert sum(map(noticed, range(TABLES))) >= binom.ppf(0.001, TABLES, POWER)


def test_a_changed_value_hides_a_copy_for_longer(stated: Limits) -> None:
    assert stated.copied is not None and stated.changed is not None
    assert stated.changed > 2 * stated.copied


@pytest.mark.parametrize("share", [0.01, 0.1, 1.0])
def test_a_leak_that_is_there_does_not_make_the_next_one_look_smaller(share: float, stated: Limits) -> None:
    people = drawn("census", 2_000, 1_000, 1_000, 0)
    planted = copy_rows(people.train, round(share * 1_000))
    leaky = replace_rows(honest(people, 1_000, 0), planted)
    found = limits(leaky, people.train, people.holdout)
    assert stated.copied is not None and stated.changed is not None
    # Chance finds fewer people in fewer honest rows, so that the limits move a little.
    assert found.copied is not None and found.copied >= 0.5 * stated.copied
    assert found.changed is not None and found.changed >= 0.5 * stated.changed


@pytest.mark.parametrize("copied", [4, 8, 12])
def test_it_is_the_same_however_many_unnoticed_copies_are_there(copied: int) -> None:
    people = draw_people(3_250, 0)
    fresh, train, holdout = people.head(1_000), people.iloc[1_000:2_500], people.tail(750)
    clean = limits(fresh, train, holdout)
    leaky = limits(pd.concat([fresh.head(1_000 - copied), train.tail(copied)]), train, holdout)
    assert clean.copied is not None
    assert leaky.copied == pytest.approx(clean.copied, rel=0.1, abs=2)


def test_more_rows_let_a_smaller_share_be_seen() -> None:
    shares = []
    for rows in (100, 400, 1_600):
        people = draw_people(rows + 2_000, 0)
        found = limits(people.head(rows), people.iloc[rows : rows + 1_600], people.tail(400))
        assert found.copied is not None
        shares.append(found.copied / rows)
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < TOLERATED_LEAK


def answers(rows: int, seed: int) -> pd.DataFrame:
    """Draw two answers out of two each: everybody is like a fourth of all others."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame({name: rng.choice(list("xy"), rows) for name in "ab"})


def test_where_too_many_people_are_alike_nothing_helps() -> None:
    assert limits(answers(500, 0), answers(1_000, 1), answers(500, 2)) == Limits(None, None, None, None, None)


def test_too_few_rows_are_said_to_be_enough_only_where_they_are() -> None:
    """What is needed was simulated at the size it names: with so many rows, the limit is tolerable."""
    people = draw_people(4_000, 1)
    train, holdout = people.iloc[:1_600], people.iloc[1_600:2_000]
    few = limits(people.iloc[2_000:2_100].assign(income=0, score=0, code="c"), *(
        table.assign(income=0, score=0, code="c") for table in (train, holdout)
    ))  # fmt: skip
    assert few.hinted is None or few.hinted > TOLERATED_LEAK * 100
    assert few.rows_needed is not None and 100 < few.rows_needed <= 1_600
    enough = limits(people.iloc[2_000 : 2_000 + few.rows_needed], train, holdout)
    assert enough.hinted is not None
    assert enough.hinted <= 1.25 * TOLERATED_LEAK * few.rows_needed


def test_a_hint_sees_fewer_copies_where_the_holdout_is_small(stated: Limits) -> None:
    assert stated.hinted is not None and stated.copied is not None and stated.hinted <= stated.copied
    people = draw_people(3_000, 0)
    small = limits(people.head(800), people.iloc[800:2_800], people.tail(200))
    assert small.hinted is not None
    assert small.copied is None or small.copied > 1.5 * small.hinted


def test_where_the_holdout_is_too_small_a_larger_one_is_asked_for() -> None:
    rng = np.random.default_rng(0)
    codes = pd.DataFrame({"a": rng.integers(0, 400, 4_000), "b": rng.choice(list("xy"), 4_000)})
    train, synthetic = codes.iloc[:1_500], codes.iloc[1_500:3_000]
    small = limits(synthetic, train, codes.iloc[3_000:3_100])
    assert small.rows_needed is None
    assert small.holdout_needed in (None, 1_500)


def test_a_customer_number_makes_no_copy_easier_to_notice(stated: Limits) -> None:
    people = drawn("census", 2_000, 1_000, 1_000, 0)
    numbers = np.random.default_rng(0).permutation(10**6)
    tables = [honest(people, 1_000, 0), people.train, people.holdout]
    numbered = [table.assign(id=numbers[1_000 * n :][: len(table)]) for n, table in enumerate(tables)]
    neighbours = Neighbours.of(prepare_tables(*numbered), 0)
    matches = Matches.of(*neighbours.tables.without(("id",)).all)
    found = find_limits(neighbours, matches, LEVEL, TOLERATED_LEAK, ("id",))
    assert stated.copied is not None and stated.changed is not None
    assert found.copied is not None and found.copied >= 0.7 * stated.copied
    assert found.changed is not None and found.changed >= 0.7 * stated.changed


def test_a_table_of_a_customer_number_and_one_column_is_judged_by_the_column() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"id": rng.permutation(10**6)[:1_500], "city": rng.choice(list("abc"), 1_500)})
    found = assess(table[:400], train=table[400:1_000], holdout=table[1_000:])
    assert (found.verdict, found.privacy.verdict.smallest_detectable_leak) == ("review", None)


def test_the_same_seed_gives_the_same_numbers(stated: Limits) -> None:
    people = drawn("census", 2_000, 1_000, 1_000, 0)
    assert limits(honest(people, 1_000, 0), people.train, people.holdout) == stated
