"""From the file to the result, a table of visits: told before training, and no identifier is a real one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synth_handson.pipeline.own_table import choose_columns
from synth_handson.pipeline.synthesise import Settings, Understood, draw, understand


@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    facts = pd.DataFrame(
        {
            "patient_id": [f"PT-{i}" for i in range(1000, 1100)],
            "income": rng.gamma(3, 1500, 100).round(),
            "town": rng.choice(list("ABCDEF"), 100),
        }
    )
    table = facts.loc[np.repeat(np.arange(100), 12)].reset_index(drop=True)
    return table.assign(bpm=rng.normal(80, 9, len(table)).round())


@pytest.fixture(scope="module")
def understood(visits: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Understood:
    path = tmp_path_factory.mktemp("visits") / "visits.csv"
    visits.to_csv(path, index=False)
    return understand(Path(path))


def test_it_is_told_before_training_and_names_the_column(understood: Understood) -> None:
    (notice,) = understood.notices
    assert "patient_id" in notice.in_words("en")
    assert "patient_id" in notice.in_words("ja")
    assert {role.name: role.role for role in understood.roles} == {
        "patient_id": "made",
        "income": "learned",
        "town": "learned",
        "bpm": "learned",
    }


def test_the_identifier_is_made_anew(understood: Understood, visits: pd.DataFrame) -> None:
    made = draw(understood, Settings(engine="copula", keep=False, count=300)).table
    assert list(made) == list(visits)
    assert not made["patient_id"].isin(visits["patient_id"]).any()
    assert made["patient_id"].str.fullmatch(r"PT-\d{4,5}").all()


def test_the_page_trains_on_what_tells_people_apart(understood: Understood) -> None:
    assert list(choose_columns(understood, "visits.csv").frame) == ["patient_id", "income", "town", "bpm"]


def test_a_table_with_one_row_a_person_has_no_notice(visits: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    pd.concat([visits[::12]] * 3).drop(columns="patient_id").to_csv(path, index=False)
    assert not understand(path).notices
