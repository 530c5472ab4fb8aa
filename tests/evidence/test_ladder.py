"""The ladder: every control shows what it is made to show."""

import pytest
from people import draw_people

from synth_handson.evidence.c2st import c2st
from synth_handson.evidence.ladder import Rung, climb
from synth_handson.evidence.membership import Neighbours
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables


@pytest.fixture(scope="module")
def tables() -> AssessedTables:
    people = draw_people(3_000, 0)
    return prepare_tables(people.head(800), people.iloc[800:2_400], people.tail(600))


@pytest.fixture(scope="module")
def ladder(tables: AssessedTables) -> dict[str, Rung]:
    return {rung.name: rung for rung in climb(Neighbours.of(tables, 0), c2st(*tables.all, random_state=0))}


def value(rung: Rung, name: str) -> float:
    found = next(m.value for m in rung.measures if m.name == name)
    assert found is not None
    return found


def test_it_leads_from_the_worst_leak_to_none(ladder: dict[str, Rung]) -> None:
    assert list(ladder) == ["copied", "jittered", "planted", "ours", "holdout", "shuffled"]
    assert [rung.leak for rung in ladder.values()] == [True, True, True, False, False, False]


def test_identical_rows_tell_what_was_copied(ladder: dict[str, Rung]) -> None:
    assert value(ladder["copied"], "identical_rows") == 1.0
    assert value(ladder["planted"], "identical_rows") == pytest.approx(0.1, abs=0.005)
    assert value(ladder["jittered"], "identical_rows") < 0.01


def test_jittered_rows_are_seen_by_distance(ladder: dict[str, Rung]) -> None:
    assert value(ladder["jittered"], "dcr_ratio") < 0.5
    assert value(ladder["jittered"], "attack_auc") > value(ladder["holdout"], "attack_auc") + 0.05


def test_shuffled_columns_leak_nobody_and_are_told_from_real_rows(ladder: dict[str, Rung]) -> None:
    assert value(ladder["shuffled"], "c2st_auc") > value(ladder["ours"], "c2st_auc") + 0.1
    assert value(ladder["copied"], "c2st_auc") < 0.6
