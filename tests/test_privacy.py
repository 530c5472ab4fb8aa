"""Distances to the closest record, by hand and on real rows."""

import math

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from synth_handson.errors import SynthHandsonError
from synth_handson.privacy import ClosestRecords, MedianGap, closest_records, median_gap

# The ranks of 20, 30, 40, 50 are 1/8, 3/8, 5/8, 7/8: the share of rows below, plus half the share equal.
TRAIN = pd.DataFrame({"age": [20, 30, 40, 50], "job": ["clerk", "nurse", "clerk", "nurse"]})


def test_distances_worked_by_hand() -> None:
    table = pd.DataFrame({"age": [40, 30, 45, 60], "job": ["clerk", "clerk", "nurse", "pilot"]})
    found = closest_records(table, TRAIN)
    # 40 clerk stands there. 30 clerk is a quarter away from 20 clerk and 40 clerk, and 45 nurse (rank 3/4)
    # an eighth away from 50 nurse. Nobody is a pilot (1), and the rank of 60 is 1: an eighth above 50's.
    assert found.distances == pytest.approx([0, 1 / 4, 1 / 8, math.sqrt(1 + 1 / 64)])
    assert found.indices[0] == 2
    assert found.indices[1] in (0, 2)
    assert found.indices[2:].tolist() == [3, 3]
    assert (found.rows, found.identical, found.identical_share) == (4, 1, 0.25)
    assert found.median == pytest.approx((1 / 8 + 1 / 4) / 2)


def test_a_planted_copy_is_found(bank: pd.DataFrame) -> None:
    train, others = bank.head(3_000), bank.tail(500)
    planted = pd.concat([others, train.iloc[[1234]]], ignore_index=True)
    found = closest_records(planted, train)
    assert found.distances[-1] == 0
    assert found.indices[-1] == 1234
    assert found.identical == closest_records(others, train).identical + 1


def test_the_training_table_itself_is_identical_throughout(bank: pd.DataFrame) -> None:
    found = closest_records(bank.sample(300, random_state=0), bank)
    assert found.identical_share == 1
    assert not np.any(found.distances)
    assert found.median == 0


def test_other_columns_are_refused() -> None:
    with pytest.raises(SynthHandsonError):
        closest_records(TRAIN[["age"]], TRAIN)


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(SynthHandsonError):
        closest_records(TRAIN.head(0), TRAIN)


def records(distances: NDArray[np.float64]) -> ClosestRecords:
    return ClosestRecords(distances, np.zeros(len(distances), np.intp), 0)


def test_the_gap_of_two_medians_worked_by_hand() -> None:
    near, far = records(np.full(9, 0.25)), records(np.full(5, 0.75))
    assert median_gap(near, far) == MedianGap(gap=-0.5, low=-0.5, high=-0.5)


def test_the_interval_of_the_gap_covers_no_gap_in_about_95_of_100_pairs_of_like_samples() -> None:
    draw = np.random.default_rng(0)
    gaps = [
        median_gap(records(draw.exponential(size=300)), records(draw.exponential(size=200)), draws=200)
        for _ in range(200)
    ]
    covered = sum(gap.low <= 0 <= gap.high for gap in gaps)
    # Binomial(200, .95) lies between 182 and 198 with a probability of .99.
    assert 180 <= covered <= 199


def test_rows_that_creep_up_to_the_training_table_are_seen(bank: pd.DataFrame) -> None:
    train, holdout = bank.head(3_000), bank.tail(900)
    jittered = train.sample(900, random_state=0)
    jittered = jittered.assign(balance=jittered["balance"] + 1, duration=jittered["duration"] + 1)
    assert median_gap(closest_records(jittered, train), closest_records(holdout, train)).high < 0
