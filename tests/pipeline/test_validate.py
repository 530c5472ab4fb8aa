"""Somebody's synthetic file, checked."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from people import draw_people

from synth_handson import ArgumentError, read_table, split_holdout, train_generator, write_table
from synth_handson.pipeline.generate import GenerationSettings, Synthesised, synthesise
from synth_handson.pipeline.profile import profile_file
from synth_handson.pipeline.validate import ValidationResult, validate
from synth_handson.pipeline.write import write_synthesised
from synth_handson.tables.interviews import make_interviews


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    people = draw_people(900, 0)
    people["email"] = [f"person{i}@firm.example" for i in range(len(people))]
    return people


@pytest.fixture(scope="module")
def original(real: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("original") / "original.csv"
    write_table(real, path)
    return path


@pytest.fixture(scope="module")
def made(original: Path) -> Synthesised:
    # Of so few people the copula leans towards its training people, and some seeds are for review.
    return synthesise(profile_file(original), GenerationSettings(engine="copula", seed=3))


@pytest.fixture(scope="module")
def few(original: Path) -> Synthesised:
    return synthesise(profile_file(original), GenerationSettings(engine="copula", count=60))


@pytest.fixture(scope="module")
def short(real: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file that is long enough where nobody is looked for."""
    path = tmp_path_factory.mktemp("short") / "original.csv"
    write_table(real.head(300), path)
    return path


def values(result: ValidationResult) -> dict[str, bool | None]:
    return {check.name: check.met for check in result.checks}


OTHERS = draw_people(300, 1).assign(email="nobody@example.com")


@pytest.fixture(scope="module")
def unspoiled(short: Path) -> dict[str, bool | None]:
    """Return what is met by a table of other people."""
    return values(validate_file(OTHERS, short, short.parent))


def test_what_synthesise_makes_meets_what_can_be_judged(
    made: Synthesised, original: Path, tmp_path: Path
) -> None:
    output = tmp_path / "synthetic.csv"
    write_synthesised(made, original, output)
    result = validate(original, output)
    assert values(result) == {
        "schema": True, "distribution": True, "personal_data": True, "semantic": None, "diversity": None,
        "privacy": True,
    }  # fmt: skip
    assert result.exit_status == 0
    assert result.evidence is not None
    assert result.evidence.rows.holdout == 180


def test_a_made_up_identifier_need_not_be_like_the_real_ones(real: pd.DataFrame, tmp_path: Path) -> None:
    original, output = tmp_path / "visits.csv", tmp_path / "synthetic.csv"
    visits = real.loc[np.repeat(np.arange(100), 6), ["income", "region", "size"]].reset_index(drop=True)
    write_table(visits.assign(id=[f"P-{i // 6:04}" for i in range(600)], visits=np.arange(600) % 7), original)
    write_synthesised(
        synthesise(profile_file(original), GenerationSettings(engine="copula")), original, output
    )
    about = next(check.about for check in validate(original, output).checks if check.name == "distribution")
    assert about.values["worst"] != "id"


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
    short: Path,
    unspoiled: dict[str, bool | None],
    tmp_path: Path,
) -> None:
    assert unspoiled[check] is True
    result = validate_file(change(OTHERS), short, tmp_path)
    assert values(result)[check] is False
    assert result.exit_status == 1


def with_births(people: pd.DataFrame, seed: int) -> pd.DataFrame:
    days = np.random.default_rng(seed).integers(0, 20_000, len(people))
    return people.assign(birth_date=pd.Timestamp("1945-01-01") + pd.to_timedelta(days, "D"))


class Copies:
    """A generator that gives away the rows it has learned."""

    def __init__(self, train: pd.DataFrame, share: float) -> None:
        self.train, self.share = train, share
        self.honest = train_generator(train, engine="copula")
        self.training = self.honest.training

    def sample(self, n: int, random_state: int = 0) -> pd.DataFrame:
        copies = round(n * self.share)
        fresh = self.honest.sample(n, random_state=random_state).iloc[copies:]
        return pd.concat([self.train.head(copies), fresh], ignore_index=True)


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_validate_judges_what_synthesise_judged(
    share: float, real: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, output = tmp_path / "original.csv", tmp_path / "synthetic.csv"
    write_table(with_births(real, 7), original)
    monkeypatch.setattr(
        "synth_handson.pipeline.generate.train_generator", lambda train, **_: Copies(train, share)
    )
    made = synthesise(profile_file(original), GenerationSettings(seed=5, known=("region", "visits")))
    assert made.profile.moved == ("birth_date",)
    write_synthesised(made, original, output)
    result = validate(original, output)
    assert result.evidence is not None
    assert result.evidence.to_dict() == made.evidence.to_dict()
    assert (made.evidence.verdict == "fail") == (share > 0)
    assert [note.key for note in result.notes] == ["commands.by_years"]
    # The days have moved: nobody's own are in the file.
    days = read_table(output)["birth_date"].dt.day_of_year
    assert (days.to_numpy() != read_table(original)["birth_date"].dt.day_of_year.to_numpy()).mean() > 0.9


def test_real_rows_with_real_dates_of_birth_are_found_in_a_file_that_was_changed(
    real: pd.DataFrame, tmp_path: Path
) -> None:
    original, output = tmp_path / "original.csv", tmp_path / "synthetic.csv"
    write_table(with_births(real, 7), original)
    made = synthesise(profile_file(original), GenerationSettings(engine="copula"))
    write_synthesised(made, original, output)
    train, _ = split_holdout(with_births(real, 7))
    planted = pd.concat([made.table.iloc[90:], train.assign(email=made.table["email"]).head(90)])
    write_table(planted[list(made.table)], output, force=True)
    result = validate(original, output)
    assert result.evidence is not None
    assert (result.evidence.verdict, result.notes) == ("fail", ())


def test_where_the_day_alone_gives_people_away_it_counts(tmp_path: Path) -> None:
    births = with_births(pd.DataFrame({"region": list("abc") * 500}), 3)
    train, holdout = split_holdout(births)
    for name, frame in (("train", train), ("holdout", holdout), ("copied", train)):
        write_table(frame, tmp_path / f"{name}.csv")
    result = validate(tmp_path / "train.csv", tmp_path / "copied.csv", holdout=tmp_path / "holdout.csv")
    assert values(result)["privacy"] is False


@pytest.mark.parametrize("changed", [False, True])
def test_of_too_few_rows_the_manifest_speaks_while_the_file_is_as_it_was(
    changed: bool, few: Synthesised, original: Path, tmp_path: Path
) -> None:
    output = tmp_path / "synthetic.csv"
    write_synthesised(few, original, output)
    if changed:
        write_table(few.table.assign(visits=0), output, force=True)
    result = validate(original, output)
    said = result.checks[-1].about.render()
    assert (result.evidence, result.checks[-1].met) == (None, None)
    assert ("900 rows from the same draw" in said, result.stated) == (
        (False, None) if changed else (True, few.evidence.verdict)
    )
    assert "60 rows" in said
    assert values(result)["distribution"] is None


def validate_file(frame: pd.DataFrame, original: Path, folder: Path) -> ValidationResult:
    write_table(frame, folder / "synthetic.csv", force=True)
    return validate(original, folder / "synthetic.csv")


def test_without_a_holdout_privacy_is_not_judged(short: Path, tmp_path: Path) -> None:
    result = validate_file(OTHERS, short, tmp_path)
    privacy = result.checks[-1]
    assert (privacy.name, privacy.met, result.evidence) == ("privacy", None, None)
    assert "--holdout" in privacy.about.render()


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
    assert "40 rows" in result.checks[-1].about.render()
    assert values(result)["schema"] is True


def test_another_original_than_the_manifests_is_refused(
    made: Synthesised, original: Path, real: pd.DataFrame, tmp_path: Path
) -> None:
    output = tmp_path / "synthetic.csv"
    write_synthesised(made, original, output)
    write_table(real.head(500), tmp_path / "other.csv")
    with pytest.raises(ArgumentError, match="does not belong to"):
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
