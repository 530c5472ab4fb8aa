"""Some of many columns are a training person's: they are searched for on half of the people."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.membership import Neighbours
from synth_handson.evidence.privacy.subset_search import FEWEST_COLUMNS, clearer, search_subsets
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.metrics.intervals import exact_share

ROWS = 600
COPIED = [f"q{i:02}" for i in (2, 7, 11, 16, 21, 28)]


def answers(seed: int, columns: int = 30) -> pd.DataFrame:
    """Draw people with answers from 1 to 6 that hang together a little."""
    draw = np.random.default_rng(seed)
    mood = draw.normal(size=(ROWS, 1))
    values = np.clip((3.5 + mood / 2 + draw.normal(0, 1.2, (ROWS, columns))).round(), 1, 6)
    return pd.DataFrame(values, columns=[f"q{i:02}" for i in range(columns)])


def searched(synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame, seed: int = 0) -> Measure:
    found = Neighbours.of(prepare_tables(synthetic, train, holdout), seed)
    measure = search_subsets(found.space, found.train, found.holdout, seed)
    assert measure is not None
    return measure


def copied_from(people: pd.DataFrame) -> pd.DataFrame:
    """Give two in five synthetic rows six columns of these people."""
    synthetic = answers(3)
    synthetic.loc[:239, COPIED] = people.loc[:239, COPIED]
    return synthetic


def test_six_of_thirty_columns_of_a_person_are_found() -> None:
    train, holdout = answers(1), answers(2)
    found = searched(copied_from(train), train, holdout)
    assert found.p_value is not None
    assert found.p_value < 1e-8
    assert len({*found.columns} & {*COPIED}) >= 5
    assert found.rows == ROWS


def test_three_of_fifty_columns_of_a_person_are_found() -> None:
    draw = np.random.default_rng(0)
    names = [f"c{i:02}" for i in range(50)]
    train, holdout, synthetic = (
        pd.DataFrame(draw.integers(0, 30, (1_000, 50)), columns=names).astype(str) + "x" for _ in range(3)
    )
    copied = ["c03", "c19", "c40"]
    synthetic.loc[:299, copied] = train.loc[:299, copied]
    found = searched(synthetic, train, holdout)
    assert found.columns == tuple(copied)
    assert found.p_value is not None
    assert found.p_value < 1e-20


def test_people_never_seen_are_rarely_accused() -> None:
    # Of 16 columns there are 560 triples to be led astray by: tested on those searched, all would be accused.
    tables = ([answers(3 * i + part, 16) for part in range(3)] for i in range(12))
    p_values = [searched(*three, seed).p_value for seed, three in enumerate(tables)]
    assert sum(p is not None and p < 0.05 for p in p_values) <= 2


def test_the_holdout_is_told_from_the_training_people_on_either_side() -> None:
    train, holdout = answers(1), answers(2)
    found = searched(copied_from(holdout), train, holdout)
    assert found.avoided is not None
    assert found.avoided.low is not None
    assert found.avoided.low > 0.5


def test_of_few_columns_nothing_is_searched() -> None:
    few = [answers(seed, FEWEST_COLUMNS - 1) for seed in range(3)]
    found = Neighbours.of(prepare_tables(*few), 0)
    assert search_subsets(found.space, found.train, found.holdout, 0) is None
    assert len(found.subsets) == 1


@pytest.mark.parametrize(
    ("joined", "search", "p_value"), [(0.01, 0.4, 0.02), (0.4, 0.01, 0.02), (0.9, 0.7, 1.0)]
)
def test_of_two_the_clearer_one_counts(joined: float, search: float, p_value: float) -> None:
    share = exact_share(1, 9)
    one = Measure("subset_matches", share, rows=9, columns=("a",), p_value=joined, least_p_value=0.001)
    other = replace(one, columns=("b",), p_value=search, least_p_value=0.002)
    found = clearer(one, other)
    assert (found.p_value, found.least_p_value) == pytest.approx((p_value, 0.002))
    assert found.columns == (("a",) if joined < search else ("b",))
    assert clearer(one, None) == one
