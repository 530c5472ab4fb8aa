"""A file in, a safe file out."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from people import draw_people

from synth_handson import ArgumentError, TableError, read_table, write_table
from synth_handson.pii.originals import normal
from synth_handson.pii.replace import mark, originals
from synth_handson.pipeline.generate import GenerationSettings, Synthesised, draw, synthesise
from synth_handson.pipeline.manifest import Manifest, file_hash, manifest_path
from synth_handson.pipeline.profile import TableProfile, profile_file
from synth_handson.pipeline.write import check_outputs, write_synthesised
from synth_handson.synthesis.mostly.text_model import MAX_CHARACTERS
from synth_handson.synthesis.mostly.text_process import MODEL
from synth_handson.tables.interviews import make_interviews


@pytest.fixture(scope="module")
def interviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("interviews") / "interviews.csv"
    write_table(make_interviews(400, seed=1), path)
    return path


@pytest.fixture(scope="module")
def profile(interviews: Path) -> TableProfile:
    return profile_file(interviews)


@pytest.fixture(scope="module")
def made(profile: TableProfile) -> Synthesised:
    return synthesise(profile, GenerationSettings(target="outcome", engine="copula", texts=None))


def test_no_original_stands_in_the_output(made: Synthesised, interviews: Path, tmp_path: Path) -> None:
    write_synthesised(made, interviews, tmp_path / "out.csv")
    assert made.leaks == ()
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    # "Cody Mooney" is not "Cody Moon".
    real = made.profile.frame
    known = [re.escape(value) for name in ("name", "email", "phone") for value in real[name]]
    assert len(known) == 1200
    assert not re.findall(rf"(?<!\w)(?:{'|'.join(known)})(?!\w)", text)
    cells = {normal(cell) for line in text.splitlines() for cell in line.split(",")}
    assert not cells & set(originals(mark(real, made.profile.findings)))


def test_the_output_has_the_form_of_the_original(made: Synthesised, interviews: Path, tmp_path: Path) -> None:
    write_synthesised(made, interviews, tmp_path / "out.csv")
    real, synthetic = read_table(interviews), read_table(tmp_path / "out.csv")
    assert list(synthetic) == list(real)
    assert len(synthetic) == len(real)
    assert synthetic["id"].tolist() == list(range(10_001, 10_401))
    assert synthetic["email"].str.fullmatch(r"[a-z0-9._]+@example\.com").all()
    assert synthetic["phone"].str.fullmatch(r"0[789]0-\d{4}-\d{4}|\(\d{3}\) \d{3}-\d{4}").all()
    assert synthetic["born"].dtype == real["born"].dtype
    assert set(synthetic["outcome"]) == {"renewed", "left"}
    assert synthetic["interview"].isna().all()


def test_what_was_measured_holds_for_what_was_learned(made: Synthesised) -> None:
    learned = ("born", "language", "plan", "visits", "satisfaction", "outcome")
    assert made.evidence.columns == learned
    assert made.evidence.verdict != "fail"


def test_what_is_to_be_said_of_texts_is_noted(made: Synthesised) -> None:
    def noted(texts: list[str | None], model: str) -> list[str]:
        written = made.table.assign(interview=pd.Series(texts, dtype="str").reindex(made.table.index))
        told = replace(made, table=written, written=("interview",), text_model=model).text_notes
        return [note.key.removeprefix("commands.texts_") for note in told]

    rows = len(made.table)
    absent = round(rows * made.profile.frame["interview"].isna().mean())
    assert made.text_notes == ()
    assert noted(["so"] * rows, MODEL) == ["learned"]
    assert noted(["so"] * rows, "a large one") == ["shown"]
    few, many = (absent + round(rows * share) for share in (0.09, 0.11))
    assert noted(["so"] * (rows - few), MODEL) == ["learned"]
    assert noted(["so"] * (rows - many), MODEL) == ["learned", "missing"]
    assert noted(["so"] * (rows - many), "a large one") == ["shown", "unusable"]
    longer = made.profile.frame.assign(interview="x" * (MAX_CHARACTERS + 1))
    cut = replace(made, profile=replace(made.profile, frame=longer), written=("interview",),
                  table=made.table.assign(interview="so"), text_model=MODEL)  # fmt: skip
    assert [note.key for note in cut.text_notes] == ["commands.texts_learned", "commands.texts_cut"]


def test_the_manifest_tells_how_and_holds_no_row(made: Synthesised, interviews: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    written = write_synthesised(made, interviews, output)
    read = Manifest.read(manifest_path(output))
    assert read == written
    assert (read.original, read.synthetic) == (file_hash(interviews), file_hash(output))
    assert (read.rows, read.holdout, read.drawn, read.engine) == (400, 100, 400, "copula")
    assert read.numbered == ("id",)
    assert read.made == ("name", "email", "phone")
    text = normal(manifest_path(output).read_text(encoding="utf-8"))
    known = originals(mark(made.profile.frame, made.profile.findings))
    assert not [one for one in known if len(one) >= 6 and one in text]


@pytest.mark.parametrize("content", ["{", "{}"])
def test_what_is_no_manifest_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ArgumentError, match="is not a schema file"):
        Manifest.read(tmp_path / "manifest.json")
    with pytest.raises(ArgumentError, match="could not be read"):
        Manifest.read(tmp_path / "none.json")


def test_nothing_is_said_twice_and_everything_in_order(interviews: Path) -> None:
    stages: list[str] = []
    profile = profile_file(interviews, on_stage=stages.append)  # type: ignore[arg-type]
    draw(profile, GenerationSettings(engine="copula", count=5, texts=None), on_stage=stages.append)  # type: ignore[arg-type]
    assert stages == ["read", "personal data", "train", "draw"]


def test_the_key_is_another_one_each_time(profile: TableProfile) -> None:
    one, two = (
        draw(profile, GenerationSettings(engine="copula", count=50, texts=None)).table for _ in range(2)
    )
    assert one["email"].tolist() != two["email"].tolist()


def test_numbers_that_are_personal_stay_numbers(tmp_path: Path) -> None:
    rows = 250
    cards = pd.DataFrame(
        {"card": [4111111111111111] * rows, "age": range(rows), "job": ["a", "b"] * (rows // 2)}
    )
    cards["age"] = cards["age"] % 50
    write_table(cards, tmp_path / "cards.csv")
    table = draw(profile_file(tmp_path / "cards.csv"), GenerationSettings(engine="copula")).table
    assert table["card"].dtype == "Int64"
    assert table["card"].nunique() > 200


def test_names_in_codes_are_replaced(tmp_path: Path) -> None:
    people = [f"{last} {first}" for last in ("Smith", "佐藤") for first in ("Emma", "James", "花子", "健一")]
    names = [people[n] for n in (0, 1, 6, 7)]
    frame = pd.DataFrame({
        "contract": [f"{names[n % 4]} {1000 + 7 * n}" for n in range(200)],
        "age": [20 + n % 41 for n in range(200)],
        "amount": [100 + 13 * n % 977 for n in range(200)],
    })  # fmt: skip
    write_table(frame, tmp_path / "a.csv")
    profile = profile_file(tmp_path / "a.csv")
    assert profile.roles[0].role == "made"
    made = draw(profile, GenerationSettings(engine="copula", texts=None), hold_out=False).table["contract"]
    assert made.str.fullmatch(r"\D+ \d{4}").all()
    assert not made.str.contains("|".join(names)).any()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": "name"}, "“name”, is not among those that can be learned: born, language"),
        ({"target": "nonsense"}, "to predict, “nonsense”, is not among"),
        ({"known": ("born", "name")}, "column 'name', named as known, does not exist"),
        ({"count": 0}, "0"),
        ({"seed": -1}, "seed"),
        ({"engine": "nonsense"}, "There is no engine"),
    ],
)
def test_what_cannot_be_is_refused_at_once(
    options: dict[str, object], said: str, profile: TableProfile
) -> None:
    with pytest.raises(ArgumentError) as caught:
        synthesise(profile, GenerationSettings(**options))  # type: ignore[arg-type]
    assert said in str(caught.value)


def test_few_rows_are_the_first_of_those_that_are_measured(tmp_path: Path) -> None:
    write_table(draw_people(400, 0), tmp_path / "people.csv")
    profile = profile_file(tmp_path / "people.csv")
    few, all_, many = (
        synthesise(profile, GenerationSettings(engine="copula", count=count)) for count in (60, None, 500)
    )
    assert (len(few.table), len(many.table)) == (60, 500)
    learned = list(few.evidence.columns)
    pd.testing.assert_frame_equal(few.table[learned], all_.table[learned].head(60))
    assert few.evidence.to_dict() == all_.evidence.to_dict()
    manifest = write_synthesised(few, tmp_path / "people.csv", tmp_path / "out.csv")
    assert (manifest.drawn, manifest.measured, manifest.verdict) == (60, 400, few.evidence.verdict)
    assert [note.key for note in few.notes] == ["commands.few_rows"]
    assert (all_.notes, many.notes, many.evidence.rows.synthetic) == ((), (), 500)


def test_of_a_larger_draw_no_more_texts_are_written_than_can_be_measured(profile: TableProfile) -> None:
    asked: list[int] = []

    class Parrot:
        name = "parrot"

        def write(self, context: pd.DataFrame, random_state: int) -> pd.DataFrame:
            asked.append(len(context))
            return pd.DataFrame({0: [f"Said {number} times." for number in range(len(context))]})

    settings = GenerationSettings(engine="copula", count=60, texts=lambda *_, **__: Parrot())
    made = synthesise(profile, settings)
    assert asked == [100]
    assert made.table["interview"].notna().all()
    rows = {m.rows for m in made.evidence.fidelity.texts if m.value is not None}
    assert rows and max(rows) <= 100


def test_too_few_rows_are_refused(tmp_path: Path) -> None:
    write_table(make_interviews(40), tmp_path / "few.csv")
    with pytest.raises(TableError, match="40"):
        profile_file(tmp_path / "few.csv")


def test_outputs_are_checked_before_minutes_are_spent(tmp_path: Path) -> None:
    (tmp_path / "there.csv").write_text("x")
    with pytest.raises(ArgumentError, match="already exists"):
        check_outputs([tmp_path / "there.csv"], force=False)
    check_outputs([tmp_path / "there.csv"], force=True)
    with pytest.raises(ArgumentError, match="does not exist"):
        check_outputs([tmp_path / "nowhere" / "new.csv"], force=True)


def test_the_manifest_is_json_for_others_too(made: Synthesised, interviews: Path, tmp_path: Path) -> None:
    write_synthesised(made, interviews, tmp_path / "out.csv")
    plain = json.loads(manifest_path(tmp_path / "out.csv").read_text(encoding="utf-8"))
    assert plain["form"]["columns"][0]["name"] == "id"
