"""Somebody's synthetic file, checked."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from people import draw_people

from synth_handson import ArgumentError, split_holdout, write_table
from synth_handson.pipeline.synthesise import Settings, synthesise, understand, write_synthesised
from synth_handson.pipeline.validate import ValidationResult, validate
from synth_handson.tables.interviews import make_interviews


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    people = draw_people(900, 0)
    people["email"] = [f"person{i}@firm.example" for i in range(len(people))]
    return people


@pytest.fixture
def original(real: pd.DataFrame, tmp_path: Path) -> Path:
    write_table(real, tmp_path / "original.csv")
    return tmp_path / "original.csv"


def values(result: ValidationResult) -> dict[str, bool | None]:
    return {check.name: check.met for check in result.checks}


def test_what_synthesise_makes_meets_what_can_be_judged(original: Path, tmp_path: Path) -> None:
    understood = understand(original)
    output = tmp_path / "synthetic.csv"
    write_synthesised(synthesise(understood, Settings(engine="copula")), original, output)
    result = validate(original, output)
    assert values(result) == {
        "schema": True, "distribution": True, "personal_data": True, "semantic": None, "diversity": None,
        "privacy": True,
    }  # fmt: skip
    assert result.exit_status == 0
    assert result.evidence is not None
    assert result.evidence.rows.holdout == 180


def spoil(column: str, change: Callable[[pd.Series], object]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.assign(**{column: change(frame[column])})


SPOILED = {
    "another type": (spoil("income", lambda c: c.astype("str") + " years"), "schema"),
    "a column less": (lambda frame: frame.drop(columns="income"), "schema"),
    "another order": (lambda frame: frame[list(frame)[::-1]], "schema"),
    "another name": (lambda frame: frame.rename(columns={"income": "Income"}), "schema"),
    "other values": (
        lambda frame: frame.assign(visits=99, size="XL", region="moon", code="7", income=1.0),
        "distribution",
    ),
    "an original": (
        spoil("email", lambda c: np.where(np.arange(len(c)) == 7, "person3@firm.example", c)),
        "personal_data",
    ),
}


@pytest.mark.parametrize(("change", "check"), SPOILED.values(), ids=SPOILED)
def test_what_is_wrong_is_not_met(
    change: Callable[[pd.DataFrame], pd.DataFrame],
    check: str,
    real: pd.DataFrame,
    original: Path,
    tmp_path: Path,
) -> None:
    others = draw_people(900, 1).assign(email="nobody@example.com")
    assert values(validate_file(others, original, tmp_path))[check] is True
    result = validate_file(change(others), original, tmp_path)
    assert values(result)[check] is False
    assert result.exit_status == 1


def validate_file(frame: pd.DataFrame, original: Path, folder: Path) -> ValidationResult:
    write_table(frame, folder / "synthetic.csv", force=True)
    return validate(original, folder / "synthetic.csv")


def test_without_a_holdout_privacy_is_not_judged(original: Path, tmp_path: Path) -> None:
    result = validate_file(draw_people(900, 1).assign(email="x"), original, tmp_path)
    privacy = result.checks[-1]
    assert (privacy.name, privacy.met, result.evidence) == ("privacy", None, None)
    assert "--holdout" in privacy.about.in_words()


def test_a_copied_table_fails_with_a_holdout(real: pd.DataFrame, tmp_path: Path) -> None:
    train, holdout = split_holdout(real)
    for name, frame in (("train", train), ("holdout", holdout), ("copied", train)):
        write_table(frame, tmp_path / f"{name}.csv")
    result = validate(
        tmp_path / "train.csv", tmp_path / "copied.csv", holdout=tmp_path / "holdout.csv",
        known=["region", "visits"],
    )  # fmt: skip
    assert values(result)["privacy"] is False
    assert result.evidence is not None and result.evidence.known == ("region", "visits")
    assert any(reason.key == "verdict.shown_attribution" for reason in result.evidence.reasons)
    assert values(result)["personal_data"] is False
    assert len(result.leaks) == len(train)
    assert result.to_dict()["met"] is False


def test_too_few_rows_are_said_and_the_rest_is_checked(real: pd.DataFrame, tmp_path: Path) -> None:
    train, holdout = split_holdout(real)
    for name, frame in (
        ("train", train),
        ("holdout", holdout),
        ("few", draw_people(40, 1).assign(email="x")),
    ):
        write_table(frame, tmp_path / f"{name}.csv")
    result = validate(tmp_path / "train.csv", tmp_path / "few.csv", holdout=tmp_path / "holdout.csv")
    assert "40 rows" in result.checks[-1].about.in_words()
    assert values(result)["schema"] is True


def test_another_original_than_the_manifests_is_refused(
    original: Path, real: pd.DataFrame, tmp_path: Path
) -> None:
    output = tmp_path / "synthetic.csv"
    write_synthesised(synthesise(understand(original), Settings(engine="copula")), original, output)
    write_table(real.head(500), tmp_path / "other.csv")
    with pytest.raises(ArgumentError, match="belongs to another original"):
        validate(tmp_path / "other.csv", output)


def test_texts_are_compared_with_real_ones(tmp_path: Path) -> None:
    write_table(make_interviews(300, seed=1), tmp_path / "original.csv")
    fresh = make_interviews(300, seed=2)
    write_table(fresh, tmp_path / "fresh.csv")
    write_table(fresh.assign(interview="The same remark, again and again."), tmp_path / "same.csv")
    write_table(
        fresh.assign(interview=[f"Lorem ipsum {i} dolor sit amet" for i in range(300)]), tmp_path / "odd.csv"
    )
    met = {
        name: {c.name: c.met for c in validate(tmp_path / "original.csv", tmp_path / f"{name}.csv").checks}
        for name in ("fresh", "same", "odd")
    }
    assert (met["fresh"]["semantic"], met["fresh"]["diversity"]) == (True, True)
    assert met["same"]["diversity"] is False
    assert met["odd"]["semantic"] is False
