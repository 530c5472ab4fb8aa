"""Files of rows on demand: what is asked is read as the file spells it, and checked by it later."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from people import draw_people

from synth_handson.errors import ArgumentError
from synth_handson.pipeline.generate import GenerationSettings, Synthesised, asked_of, synthesise
from synth_handson.pipeline.manifest import manifest_path
from synth_handson.pipeline.profile import TableProfile, profile_file
from synth_handson.pipeline.validate import validate
from synth_handson.pipeline.write import write_synthesised
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.training import train_generator
from synth_handson.tables.interviews import make_interviews

COLUMNS = ["income", "visits", "region", "size", "churned", "since"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "people.csv"
    table = draw_people(2_400, 1)[COLUMNS]
    table.assign(since=table["since"].dt.strftime("%d.%m.%Y")).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def profile(source: Path) -> TableProfile:
    return profile_file(source)


def settings(**asked: Any) -> GenerationSettings:
    return GenerationSettings(engine="trees", texts=None, keep=False, count=400, **asked)


@pytest.fixture(scope="module")
def made(profile: TableProfile) -> Synthesised:
    return synthesise(profile, settings(given={"churned": ["no"], "size": ["S", "M"]}))


def test_every_row_of_the_file_has_what_was_asked_for(
    made: Synthesised, source: Path, tmp_path: Path
) -> None:
    write_synthesised(made, source, tmp_path / "out.csv")
    rows = pd.read_csv(tmp_path / "out.csv")
    assert (set(rows["churned"]), set(rows["size"]), len(rows)) == ({"no"}, {"S", "M"}, 400)
    assert made.evidence.asked is not None
    assert made.evidence.asked.enough


def test_whoever_validates_the_file_compares_it_with_the_same_people(
    made: Synthesised, source: Path, tmp_path: Path
) -> None:
    manifest = write_synthesised(made, source, tmp_path / "out.csv")
    assert manifest.holdout == 480
    result = validate(source, tmp_path / "out.csv")
    assert result.evidence is not None
    assert result.evidence.asked == made.evidence.asked
    assert result.evidence.verdict == made.evidence.verdict
    # Like the people it is about, and so not like all.
    (alike,) = (check for check in result.checks if check.name == "distribution")
    assert alike.met
    manifest_path(tmp_path / "out.csv").unlink()
    assert validate(source, tmp_path / "out.csv").evidence is None


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ({"visits": "2"}, 2),
        ({"since": "01.02.2020"}, pd.Timestamp("2020-02-01")),
        ({"churned": "yes"}, True),
        ({"churned": True}, True),
        ({"income": ""}, None),
    ],
)
def test_values_are_typed_as_the_file_spells_them(
    profile: TableProfile, asked: dict[str, Any], value: object
) -> None:
    segment = asked_of(profile, settings(given=asked))
    assert segment is not None
    ((read,),) = segment.choices[0].values()
    assert read == value


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"given": {"churned": "maybe"}}, "'churned' cannot be set to 'maybe'. Give a value like (yes|no)"),
        ({"given": {"chrned": "yes"}}, "no column 'chrned'.*churned"),
        ({"given": {"region": "overseas", "churned": "yes"}}, "at least 100.*--even-if-few"),
        ({"shares": {"size": {"L": 0.5, "XL": 0.5}}}, "nobody with size = XL"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is_learned(
    profile: TableProfile, asked: dict[str, Any], words: str
) -> None:
    def fail(stage: str) -> None:
        assert stage != "train"

    with pytest.raises(ArgumentError, match=words):
        synthesise(profile, settings(**asked), on_stage=fail)


def test_personal_data_cannot_be_asked_for(tmp_path: Path) -> None:
    make_interviews(300, seed=1).to_csv(tmp_path / "interviews.csv", index=False)
    profile = profile_file(tmp_path / "interviews.csv")
    for column in ("name", "born", "interview"):
        with pytest.raises(ArgumentError, match=f"asked for by the column '{column}'"):
            asked_of(profile, settings(given={column: str(profile.frame[column].iloc[0])}))


def test_of_people_with_several_rows_nothing_can_be_asked(tmp_path: Path) -> None:
    facts = draw_people(100, 1)[["income", "region"]].assign(patient=[f"P-{n}" for n in range(1_000, 1_100)])
    visits = facts.loc[np.repeat(np.arange(100), 12)].assign(bpm=np.arange(1_200) % 37)
    visits.to_csv(tmp_path / "visits.csv", index=False)
    with pytest.raises(ArgumentError, match="several rows each"):
        asked_of(profile_file(tmp_path / "visits.csv"), settings(given={"region": "east"}))
    with pytest.raises(ArgumentError, match="several rows each"):
        asked_of(profile_file(tmp_path / "visits.csv", person="patient"), settings(given={"region": "east"}))
    generator = train_generator(visits, engine="copula", keep=False)
    assert isinstance(generator, Generator)
    with pytest.raises(ArgumentError, match="several rows each"):
        generator.sample(10, given={"region": "east"})
