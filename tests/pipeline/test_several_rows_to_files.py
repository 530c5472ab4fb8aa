"""From the file to the result, a table of visits: told before training, and no identifier is a real one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from people import draw_visits

from synth_handson.pipeline.generate import GenerationSettings, draw
from synth_handson.pipeline.own_table import choose_columns
from synth_handson.pipeline.profile import TableProfile, profile_file


@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    return draw_visits(12)


@pytest.fixture(scope="module")
def profile(visits: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> TableProfile:
    path = tmp_path_factory.mktemp("visits") / "visits.csv"
    visits.to_csv(path, index=False)
    return profile_file(Path(path))


def test_it_is_told_before_training_and_names_the_column(profile: TableProfile) -> None:
    (notice,) = profile.notices
    assert profile.proposed_person == "patient_id"
    assert "patient_id" in notice.render("en")
    assert "patient_id" in notice.render("ja")
    assert {role.name: role.role for role in profile.roles} == {
        "patient_id": "made",
        "income": "learned",
        "town": "learned",
        "bpm": "learned",
    }


def test_the_identifier_is_made_anew(profile: TableProfile, visits: pd.DataFrame) -> None:
    made = draw(profile, GenerationSettings(engine="copula", keep=False, count=300)).table
    assert list(made) == list(visits)
    assert not made["patient_id"].isin(visits["patient_id"]).any()
    assert made["patient_id"].str.fullmatch(r"PT-\d{4,5}").all()


def test_rows_that_are_alike_in_what_is_learned_are_still_of_one_person(
    visits: pd.DataFrame, tmp_path: Path
) -> None:
    names = [f"{first} {last}" for first in ("Anna", "Mark", "Laura", "Peter") for last in ("Weber", "Lang")]
    nurses = np.resize(names, len(visits))
    path = tmp_path / "visits.csv"
    visits.drop(columns="bpm").assign(nurse=nurses).to_csv(path, index=False)
    found = profile_file(path)
    assert {role.name: role.role for role in found.roles}["nurse"] == "made"
    assert found.several_among(found.trained) is not None
    made = draw(found, GenerationSettings(engine="copula", keep=False, count=300)).table
    assert not made["patient_id"].isin(visits["patient_id"]).any()


def test_what_is_not_learned_tells_nobody_apart(profile: TableProfile) -> None:
    assert profile.several_among(["patient_id", "town"]) == profile.several
    assert profile.several_among(["income", "town"]) is None


def test_the_page_trains_on_what_tells_people_apart(profile: TableProfile) -> None:
    assert list(choose_columns(profile, "visits.csv").frame) == ["patient_id", "income", "town", "bpm"]


def test_a_table_with_one_row_a_person_has_no_notice(visits: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    pd.concat([visits[::12]] * 3).drop(columns="patient_id").to_csv(path, index=False)
    assert not profile_file(path).notices
