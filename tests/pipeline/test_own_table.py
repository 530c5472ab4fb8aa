"""A reader's own table is learned without personal data; its limits are said before any training."""

from pathlib import Path

import pandas as pd
import pytest

from synth_handson.errors import ArgumentError
from synth_handson.pii.leaks import find_originals, shared_values
from synth_handson.pii.replace import originals
from synth_handson.pipeline.own_table import OwnTable, read_own_table
from synth_handson.presentation.load import source_note
from synth_handson.tables.files.form import Reading
from synth_handson.tables.files.writing import write_table
from synth_handson.tables.interviews import make_interviews


@pytest.fixture(scope="module")
def interviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "interviews.csv"
    write_table(make_interviews(300, seed=8), path)
    return path


@pytest.fixture(scope="module")
def own(interviews: Path) -> OwnTable:
    return read_own_table(interviews, "outcome")


def test_what_can_be_learned_or_written_is_kept_without_personal_data(own: OwnTable) -> None:
    assert own.learned == ["born", "language", "plan", "visits", "satisfaction", "outcome"]
    assert own.texts == ("interview",)
    assert list(own.frame) == [*own.learned, *own.texts]
    assert [column.name for column in own.left_out] == ["id", "name", "email", "phone"]
    known = originals(own.profile.marks)
    assert find_originals(own.frame, known, shared_values(own.profile.frame, own.profile.marks)) == ()
    assert (own.target, own.name, len(own.frame)) == ("outcome", "interviews.csv", 300)
    born = own.profile.frame["born"]
    assert (own.frame["born"].dt.year == born.dt.year).all()
    assert (own.frame["born"] != born).mean() > 0.9


@pytest.mark.parametrize(("rows", "fraction"), [(200, 0.5), (300, 1 / 3), (600, 0.2)])
def test_enough_is_held_out_to_measure(rows: int, fraction: float, tmp_path: Path) -> None:
    write_table(make_interviews(rows), tmp_path / "in.csv")
    assert read_own_table(tmp_path / "in.csv").fraction == pytest.approx(fraction)


def test_the_reader_is_told_what_becomes_of_it(own: OwnTable) -> None:
    said = source_note(own, "en")
    assert "interviews.csv: 300 rows. Columns to learn: 6 (born, language" in said
    assert "Free text, which a language model writes: interview." in said
    assert "Column not learned: email (personal data)." in said
    assert "Dates of birth in born were shifted" in said
    assert "学習しない列：email" in source_note(own, "ja")


@pytest.mark.parametrize(
    ("frame", "target", "said"),
    [
        (make_interviews(150), None, "150 rows; at least 200 are needed"),
        (make_interviews(300)[["name", "email", "plan"]], None, "can be learned: 1; at least 2"),
        (make_interviews(300), "email", "to predict, “email”, is not among"),
        (make_interviews(300), "nothing", "to predict, “nothing”, is not among"),
    ],
)
def test_limits_are_said_at_once(frame: pd.DataFrame, target: str | None, said: str, tmp_path: Path) -> None:
    write_table(frame, tmp_path / "in.csv")
    with pytest.raises(ArgumentError, match=said):
        read_own_table(tmp_path / "in.csv", target)


def test_types_can_be_said(interviews: Path) -> None:
    assert read_own_table(interviews, reading=Reading({"visits": "text"})).frame["visits"].dtype == "str"
