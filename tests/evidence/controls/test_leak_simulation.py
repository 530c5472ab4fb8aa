"""Leaks made on purpose: sizes, who notices, and a score worked out by hand."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from synth_handson.errors import TableError
from synth_handson.evidence.controls.leak_simulation import (
    LEAK_SIZES,
    MAX_ROWS,
    OVERFIT_ROWS,
    NaiveScore,
    measure_overfitting,
    naive_score,
    prepare_simulation,
    repeat_people,
    simulate_leak,
    simulate_leaks,
)
from synth_handson.evidence.privacy.membership import DISTANCE_MEASURES, SUBSET_MEASURES
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.notebook.bundled import bundled_tables

TESTED = {*DISTANCE_MEASURES, *SUBSET_MEASURES} - {"dcr_ratio"}


@pytest.fixture(scope="module")
def tables() -> AssessedTables:
    bundled = bundled_tables()
    return prepare_simulation(bundled.synthetic, bundled.train, bundled.holdout)


@pytest.fixture(scope="module")
def odd_tables() -> AssessedTables:
    """Return tables of another shape: a date, missing values, truth values, one category, heavy ties."""
    rng = np.random.default_rng(0)

    def draw(rows: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), unit="D"),
                "income": np.where(rng.random(rows) < 0.2, np.nan, rng.lognormal(8, 1, rows).round(2)),
                "vip": rng.random(rows) < 0.1,
                "country": "JP",
                "children": rng.integers(0, 3, rows),
                "nothing": np.nan,
            }
        )

    return prepare_simulation(draw(300), draw(400), draw(200))


def test_nothing_planted_is_noticed_by_nothing(tables: AssessedTables) -> None:
    simulation = simulate_leak(tables, "planted", 0.0)
    assert simulation.noticed == ()
    assert simulation.rows == len(tables.synthetic)
    assert {m.name for m in simulation.measures if m.p_value is not None} == {*TESTED, "training_matches"}


@pytest.mark.parametrize(("share", "approved"), [(0.02, True), (0.05, False)])
def test_few_copies_are_noticed_and_still_approved_by_the_naive_score(
    tables: AssessedTables, share: float, approved: bool
) -> None:
    simulation = simulate_leak(tables, "planted", share)
    # Of 20 copies the labels prove nothing; that so many rows stand in the training table is a hint.
    assert ("identical_rows" if share > 0.02 else "training_matches") in simulation.noticed
    (identical,) = (m for m in simulation.measures if m.name == "identical_rows")
    assert identical.value == pytest.approx(share)
    assert simulation.naive.approves == approved


def test_once_copies_are_noticed_more_of_them_are_noticed_too(tables: AssessedTables) -> None:
    noticed = ["identical_rows" in simulation.noticed for simulation in simulate_leaks(tables, "planted")]
    assert noticed[-1]
    assert not any(before and not after for before, after in pairwise(noticed))


def test_a_jittered_training_table_holds_no_copy_and_the_attack_finds_its_people(
    tables: AssessedTables,
) -> None:
    simulation = simulate_leak(tables, "jittered", 0.05)
    assert simulation.rows == len(tables.train)
    assert "identical_rows" not in simulation.noticed
    assert {"dcr_share", "attack_auc"} <= set(simulation.noticed)


def test_one_changed_category_blinds_the_distances_and_not_the_join(tables: AssessedTables) -> None:
    simulation = simulate_leak(tables, "disguised", 1.0)
    assert {"subset_matches"} <= set(simulation.noticed) <= {*SUBSET_MEASURES}
    assert simulation.traced is not None and simulation.traced.value > 0.9
    assert not simulation.blind


def test_where_nothing_is_noticed_it_is_known_whether_people_can_still_be_found(
    tables: AssessedTables,
) -> None:
    few = simulate_leak(tables, "disguised", 0.01)
    assert few.noticed == ()
    assert few.leaking == 10
    assert few.blind
    harmless = simulate_leak(tables, "jittered", 3.0)
    assert harmless.noticed == ()
    assert harmless.traced is not None and harmless.traced.value < 0.03
    assert not harmless.blind


@pytest.mark.parametrize("leak", ["planted", "disguised"])
def test_a_leak_of_no_size_leads_to_nobody(tables: AssessedTables, leak: str) -> None:
    simulation = simulate_leak(tables, leak, 0.0)  # type: ignore[arg-type]
    assert (simulation.leaking, simulation.traced, simulation.blind) == (0, None, False)


def test_rows_lead_to_whom_they_share_most_values_with() -> None:
    people = pd.DataFrame({"a": list("abcdefghij") * 12, "b": np.repeat(list("uvwxyz"), 20), "n": range(120)})
    people = pd.concat([people.assign(half=half) for half in "xy"], ignore_index=True)
    tables = prepare_simulation(people, people.head(120), people.tail(120))
    traced = simulate_leak(tables, "planted", 0.5).traced
    assert traced is not None and traced.value == 1.0


def test_strong_noise_fools_the_naive_score_before_it_fools_the_attack(tables: AssessedTables) -> None:
    simulation = simulate_leak(tables, "jittered", 0.3)
    assert simulation.naive.approves
    assert "attack_auc" in simulation.noticed


@pytest.mark.seldom
def test_by_default_the_documented_sizes_are_simulated(tables: AssessedTables) -> None:
    assert [simulation.size for simulation in simulate_leaks(tables, "jittered")] == list(
        LEAK_SIZES["jittered"]
    )
    assert [simulation.size for simulation in simulate_leaks(tables, "planted", [0.5])] == [0.5]


def test_the_same_seed_gives_the_same_simulation(tables: AssessedTables) -> None:
    assert simulate_leak(tables, "planted", 0.02, 7) == simulate_leak(tables, "planted", 0.02, 7)
    assert simulate_leak(tables, "planted", 0.02, 7) != simulate_leak(tables, "planted", 0.02, 8)


@pytest.mark.parametrize(("leak", "size"), [("planted", 0.2), ("disguised", 1.0), ("jittered", 0.02)])
def test_other_tables_leak_as_well(odd_tables: AssessedTables, leak: str, size: float) -> None:
    taken = simulate_leak(odd_tables, leak, size)  # type: ignore[arg-type]
    assert taken.noticed
    assert set(taken.noticed) <= TESTED
    assert 0 <= taken.naive.synthetic <= 1


def test_tables_are_checked_and_large_ones_sampled(tables: AssessedTables) -> None:
    bundled = bundled_tables()
    with pytest.raises(TableError, match="at least 100"):
        prepare_simulation(bundled.synthetic.head(99), bundled.train, bundled.holdout)
    large = pd.concat([bundled.train] * 2, ignore_index=True)
    sampled = prepare_simulation(bundled.synthetic, large, bundled.holdout)
    assert len(sampled.train) == MAX_ROWS < len(large)
    assert len(sampled.holdout) == len(bundled.holdout)


def frame(*values: float) -> pd.DataFrame:
    return pd.DataFrame({"x": values, "job": "clerk"})


def test_the_naive_score_is_the_mean_over_the_largest_distance() -> None:
    # The ranks of the four are .125, .375, .625 and .875; 25 lies at .5, halfway between two of them.
    train = frame(10, 20, 30, 40)
    assert naive_score(AssessedTables(frame(10, 40, 25), train, frame(25, 25))) == NaiveScore(
        synthetic=pytest.approx(1 / 3), holdout=pytest.approx(1.0)
    )


def test_nothing_but_copies_have_a_naive_score_of_nought() -> None:
    train = frame(10, 20, 30, 40)
    score = naive_score(AssessedTables(train, train, frame(15, 20)))
    assert score.synthetic == 0
    assert not score.approves


def test_people_are_listed_again_and_again() -> None:
    train = bundled_tables().train
    repeated = repeat_people(train, 3)
    assert len(repeated) == 3 * OVERFIT_ROWS
    for again in range(3):
        listed = repeated.iloc[again * OVERFIT_ROWS :].head(OVERFIT_ROWS).reset_index(drop=True)
        pd.testing.assert_frame_equal(listed, repeat_people(train, 1))
    assert repeated.merge(train, how="left", indicator=True)["_merge"].eq("both").all()


def test_a_generator_that_recites_its_people_is_found_out_against_each_of_them_once() -> None:
    bundled = bundled_tables()
    repeated = repeat_people(bundled.train, 12)
    recited = pd.concat([bundled.synthetic.head(180), repeated.tail(20)], ignore_index=True)
    simulation = measure_overfitting(repeated, bundled.holdout, recited)
    assert (simulation.leak, simulation.size, simulation.rows) == ("overfit", 12, 200)
    assert "identical_rows" in simulation.noticed
    honest = measure_overfitting(repeated, bundled.holdout, bundled.synthetic)
    assert honest.noticed == ()
