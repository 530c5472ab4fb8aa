"""Controls: every control shows what it is made to show."""

import pytest
from people import draw_people

from synth_handson.evidence.controls.control_results import ControlResult, assess_controls
from synth_handson.evidence.fidelity.c2st import c2st
from synth_handson.evidence.privacy.membership import Neighbours
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables


@pytest.fixture(scope="module")
def tables() -> AssessedTables:
    people = draw_people(3_000, 0)
    return prepare_tables(people.head(800), people.iloc[800:2_400], people.tail(600))


@pytest.fixture(scope="module")
def controls(tables: AssessedTables) -> dict[str, ControlResult]:
    return {
        control.name: control
        for control in assess_controls(Neighbours.of(tables, 0), c2st(*tables.all, random_state=0))
    }


def value(control: ControlResult, name: str) -> float:
    found = next(m.value for m in control.measures if m.name == name)
    assert found is not None
    return found


def test_it_leads_from_the_worst_leak_to_none(controls: dict[str, ControlResult]) -> None:
    assert list(controls) == ["copied", "jittered", "planted", "synthetic", "holdout", "shuffled"]
    assert [control.leak for control in controls.values()] == [True, True, True, False, False, False]


def test_identical_rows_tell_what_was_copied(controls: dict[str, ControlResult]) -> None:
    assert value(controls["copied"], "identical_rows") == 1.0
    assert value(controls["planted"], "identical_rows") == pytest.approx(0.1, abs=0.005)
    assert value(controls["jittered"], "identical_rows") < 0.01


def test_jittered_rows_are_seen_by_distance(controls: dict[str, ControlResult]) -> None:
    assert value(controls["jittered"], "dcr_ratio") < 0.5
    assert value(controls["jittered"], "attack_auc") > value(controls["holdout"], "attack_auc") + 0.05


def test_shuffled_columns_leak_nobody_and_are_told_from_real_rows(controls: dict[str, ControlResult]) -> None:
    assert value(controls["shuffled"], "c2st_auc") > value(controls["synthetic"], "c2st_auc") + 0.1
    assert value(controls["copied"], "c2st_auc") < 0.6
