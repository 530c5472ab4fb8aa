"""The classifier two-sample test: what it sees, what it cannot see, and how sure it is."""

import numpy as np
import pandas as pd
import pytest

from synth_handson.evidence.fidelity.c2st import c2st, c2st_area
from synth_handson.evidence.measures import Measure


def people(rows: int, seed: int, ties: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, rows).astype(float)
    job = np.where(rng.random(rows) < age / 100, "retired", "clerk")
    if ties:
        return pd.DataFrame({"job": pd.Series(job, dtype="str"), "loan": rng.integers(0, 2, rows) * 1.0})
    balance = rng.lognormal(3 + age / 20, 1)
    return pd.DataFrame({"age": age, "balance": balance, "job": pd.Series(job, dtype="str")})


def shuffled(table: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(9)
    return pd.DataFrame({name: rng.permutation(table[name]) for name in table}).astype(table.dtypes)


def test_broken_relations_are_seen_where_the_holdout_cannot_be_told_apart() -> None:
    found = c2st(shuffled(people(1500, 0)), people(3000, 1), people(1200, 2), random_state=0)
    assert isinstance(found, Measure)
    assert (found.name, found.rows) == ("c2st_auc", 1200)
    assert found.low is not None and found.low > 0.55
    assert found.reference_low < 0.5 < found.reference_high


def test_values_that_never_occur_among_real_rows_are_always_told() -> None:
    area = c2st_area(people(500, 0).assign(age=200.0), people(500, 1), random_state=0)
    assert area.value == area.high == 1


def test_a_copied_table_cannot_be_told_apart_and_is_not_rated_below_chance() -> None:
    # Were a copy in another fold, its original would be taken for a copy: the area would be far below .5.
    train = people(800, 3)
    copied = train.sample(frac=1, random_state=0, ignore_index=True)
    assert c2st_area(copied, train, random_state=0).value == 0.5


def test_a_copied_table_of_few_different_rows_is_within_chance() -> None:
    train = people(800, 3, ties=True)
    copied = train.sample(frac=1, random_state=0, ignore_index=True)
    area = c2st_area(copied, train, random_state=0)
    assert area.low < 0.5 < area.high


def test_a_category_that_only_one_of_two_like_samples_has_does_not_give_it_away() -> None:
    def names(seed: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        return pd.DataFrame(
            {"name": pd.Series(rng.integers(0, 3000, 1000).astype(str), dtype="str"), "n": rng.random(1000)}
        )

    area = c2st_area(names(0), names(1), random_state=0)
    assert area.low < 0.5 < area.high


@pytest.mark.seldom
def test_the_interval_covers_chance_for_two_samples_of_the_same_people() -> None:
    areas = [c2st_area(people(200, seed), people(200, 1000 + seed), random_state=seed) for seed in range(40)]
    # With 95 % coverage, fewer than 34 of 40 would have a probability of .003.
    assert sum(area.low <= 0.5 <= area.high for area in areas) >= 34
    assert np.mean([area.value for area in areas]) == pytest.approx(0.5, abs=0.025)


def test_the_seed_decides_everything() -> None:
    table, train = people(300, 0), people(400, 1)
    assert c2st_area(table, train, random_state=3) == c2st_area(table, train, random_state=3)
    assert c2st_area(table, train, random_state=3) != c2st_area(table, train, random_state=4)


def test_tables_of_odd_shapes_are_measured() -> None:
    rng = np.random.default_rng(0)

    def odd(rows: int) -> pd.DataFrame:
        wide = pd.DataFrame(rng.random((rows, 96)), columns=[f"n{number}" for number in range(96)])
        wide["empty"], wide["lonely"] = np.nan, np.nan
        wide.loc[0, "lonely"] = 1.0
        return wide.assign(
            one=pd.Series(["same"] * rows, dtype="str"), none=pd.Series([None] * rows, dtype="str")
        )

    area = c2st_area(odd(150), odd(200), random_state=0)
    assert area.low < 0.5 < area.high
    blank = pd.DataFrame({"a": np.full(100, np.nan), "b": pd.Series([None] * 100, dtype="str")})
    assert c2st_area(blank, blank, random_state=0).value == 0.5
