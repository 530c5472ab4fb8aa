"""synthesise, validate and preview, as somebody types them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from command_line import Done, run
from language_models import MODEL, running
from people import draw_people, draw_visits

from synth_handson import read_table, write_table
from synth_handson.errors import ArgumentError
from synth_handson.paths import bundled
from synth_handson.pipeline.asked_words import read_given, read_shares
from synth_handson.synthesis.mostly import text_model
from synth_handson.synthesis.mostly.text_model import train_texts
from synth_handson.tables.interviews import make_interviews

pytestmark = pytest.mark.usefixtures("assessed_once")

WRITTEN = {"passed": 0, "needs a review by a person": 4, "failed": 5}
"""Exit status of what was written, by the verdict that was printed."""


def verdict(done: Done) -> str:
    """Return the verdict that a command printed."""
    return next(word for word in WRITTEN if f"Privacy: {word}" in done.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a file of interviews, and what was made of it."""
    folder = tmp_path_factory.mktemp("files")
    write_table(make_interviews(300, seed=1), folder / "in.csv")
    made = run("synthesise", str(folder / "in.csv"), str(folder / "out.csv"), "--engine", "copula",
               "--target", "outcome", "--text-minutes", "0", "--known", "language", "--known", "born",
               "--report", str(folder / "report.html"))  # fmt: skip
    assert made.returncode == WRITTEN[verdict(made)], made.stderr
    (folder / "said.txt").write_text(made.stdout, encoding="utf-8")
    return folder


def test_synthesise_says_what_it_understood_did_and_showed(folder: Path) -> None:
    said = (folder / "said.txt").read_text(encoding="utf-8")
    for words in (
        "Rows: 300, columns: 11", "generated in the same format (personal data)", "My Number", "Privacy: ",
        "all dates, as %Y-%m-%d", "The output was scanned", "Columns left empty", "Not shown", "Written: ",
    ):  # fmt: skip
        assert words in said
    first = make_interviews(300, seed=1).iloc[0]
    assert first["name"] not in said
    assert first["email"] not in said
    assert len(read_table(folder / "out.csv")) == 300
    assert first["name"] not in (folder / "report.html").read_text(encoding="utf-8")


def test_validate_finds_the_rows_that_were_held_out(folder: Path) -> None:
    done = run("validate", "--original", str(folder / "in.csv"), "--synthetic", str(folder / "out.csv"))
    assert "Schema match" in done.stdout
    assert "100.0 %" in done.stdout
    assert "Privacy: " in done.stdout
    assert done.returncode in (0, 1, 4)


def test_json_is_for_machines_alone(folder: Path) -> None:
    done = run("validate", "--original", str(folder / "in.csv"), "--synthetic", str(folder / "in.csv"),
               "--holdout", str(folder / "in.csv"), "--json")  # fmt: skip
    plain = json.loads(done.stdout)
    assert plain["met"] is False
    assert {check["name"]: check["met"] for check in plain["checks"]}["personal_data"] is False
    assert done.returncode == 1


def test_what_cannot_be_checked_has_a_status_of_its_own(folder: Path) -> None:
    done = run("validate", "--original", str(folder / "none.csv"), "--synthetic", str(folder / "out.csv"))
    assert done.returncode == 2
    assert "does not exist" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["preview"], ["synthesise", "preview"]])
def test_preview_writes_nothing(command: list[str], folder: Path) -> None:
    before = sorted(folder.iterdir())
    done = run(*command, "--input", str(folder / "in.csv"), "--count", "3", "--language", "ja")
    assert done.returncode == 0
    assert "すぐに終わるエンジンで作った合成データ 3 行" in done.stdout
    assert sorted(folder.iterdir()) == before


def test_a_saved_schema_decides_what_columns_hold(folder: Path, tmp_path: Path) -> None:
    source, schema = str(folder / "in.csv"), tmp_path / "schema.json"
    done = run("preview", source, "--type", "visits=text", "--save-schema", str(schema))
    assert "Schema written" in done.stdout
    again = run("preview", source, "--save-schema", str(schema))
    assert (again.returncode, "already exists" in again.stderr) == (1, True)
    output = str(tmp_path / "out.csv")
    asked = ["--schema", str(schema), "--engine", "copula", "--text-minutes", "0"]
    assert run("synthesise", source, output, *asked).returncode in WRITTEN.values()
    done = run("validate", "--original", source, "--synthetic", output, "--schema", str(schema), "--json")
    assert {c["name"]: c["value"] for c in json.loads(done.stdout)["checks"]}["schema"] == 1
    form = json.loads((tmp_path / "out.csv.manifest.json").read_text(encoding="utf-8"))["form"]
    assert {column["name"]: column["type"] for column in form["columns"]}["visits"] == "text"


def test_what_a_file_says_is_no_markup(tmp_path: Path) -> None:
    lines = [f"{n},[/{'ab'[n % 2]}],:tada:,[red]" for n in range(80)]
    (tmp_path / "a.csv").write_text("\n".join(["[id],size[/m],[bold]x,:smile:", *lines]), encoding="utf-8")
    said = run("preview", str(tmp_path / "a.csv"), "--language", "en", "--leave-out", "[bold]x")
    assert said.returncode == 0, said.stderr
    assert all(word in said.stdout for word in ("[id]", "size[/m]", "[/a]", "[bold]x", ":smile:", "[red]"))


def test_preview_shows_few_rows_of_a_small_table_too(tmp_path: Path) -> None:
    write_table(make_interviews(60), tmp_path / "small.xlsx")
    done = run("preview", str(tmp_path / "small.xlsx"))
    assert done.returncode == 0, done.stderr
    assert "60 rows" in done.stdout


def test_a_preview_of_people_shows_as_many_rows_as_of_other_tables(tmp_path: Path) -> None:
    draw_visits(24).to_csv(tmp_path / "visits.csv", index=False)
    done = run("preview", str(tmp_path / "visits.csv"), "--person", "patient_id", "--count", "3")
    assert done.returncode == 0, done.stderr
    heading = next(line for line in done.stdout.splitlines() if "Column" in line and " 1 " in line)
    assert [cell.strip() for cell in heading.strip("┃").split("┃")] == ["Column", "1", "2", "3"]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["in.csv", "out.csv"], 1, "already exists"),
        (["none.csv", "new.csv"], 1, "does not exist"),
        (["in.csv", "new.doc"], 1, "is not known"),
        (["in.csv"], 2, "Give OUTPUT once"),
        (["in.csv", "new.csv", "--input", "in.csv"], 2, "Give SOURCE once"),
        (["in.csv", "new.csv", "--type", "plan"], 2, "say COLUMN=TYPE"),
        (["in.csv", "new.csv", "--type", "plan=colour"], 1, "does not exist"),
        (["in.csv", "new.csv", "--target", "name"], 1, "to predict, “name”, is not among"),
        (["in.csv", "new.csv", "--language", "fr"], 2, "'fr' is not one of 'ja', 'en'"),
        (["in.csv", "new.csv", "--engine", "magic"], 1, "There is no engine"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(
    arguments: list[str], status: int, said: str, folder: Path
) -> None:
    named = [str(folder / one) if one.endswith((".csv", ".doc")) else one for one in arguments]
    done = run("synthesise", *named)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "new.csv").exists()


@pytest.mark.engine
def test_the_bundled_interviews_go_end_to_end_and_nobody_is_left_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    minutes: list[float] = []

    def train(*given: Any, max_minutes: float, **more: Any) -> Any:
        # So many epochs are enough for some texts; so many seconds are not on every machine.
        minutes.append(max_minutes)
        return train_texts(*given, max_minutes=max_minutes, max_epochs=15, **more)

    monkeypatch.setattr(text_model, "train_texts", train)
    output = tmp_path / "synthetic.json"
    done = run("synthesise", str(bundled("interviews.csv")), str(output), "--target", "outcome",
               "--engine", "copula", "--count", "200", "--text-minutes", "30", "--json")  # fmt: skip
    assert done.returncode in WRITTEN.values(), done.stderr
    assert minutes == [30]
    plain = json.loads(done.stdout)
    assert plain["manifest"]["text_model"] == "MOSTLY_AI/LSTMFromScratch-3m"
    assert plain["manifest"]["written"] == ["interview"]
    assert read_table(output)["interview"].notna().any()
    text = output.read_text(encoding="utf-8")
    original = read_table(bundled("interviews.csv"))
    # "Cody Mooney" is not "Cody Moon".
    known = (re.escape(value) for name in ("name", "email", "phone") for value in original[name])
    assert not re.findall(rf"(?<!\w)(?:{'|'.join(known)})(?!\w)", text)
    checked = run(
        "validate", "--original", str(bundled("interviews.csv")), "--synthetic", str(output), "--json"
    )
    met = {check["name"]: check["met"] for check in json.loads(checked.stdout)["checks"]}
    assert met["schema"] is True
    assert met["personal_data"] is True
    assert met["semantic"] is not None


def write_texts(body: dict[str, Any]) -> Any:
    """Answer as a language model that writes one sentence for each row."""
    asked = json.loads(body["messages"][-1]["content"])
    if "texts" in asked:
        return {"texts": [text.upper() for text in asked["texts"]]}
    said = f"[[name_1]] was kind {body['options']['seed']}"
    return {"rows": [{"interview": f"{said} {i}"} for i in range(len(asked["rows"]))]}


def test_a_language_model_writes_texts_and_another_corrects_them(folder: Path, tmp_path: Path) -> None:
    with running(write_texts) as server:
        done = run(
            "synthesise", str(folder / "in.csv"), str(tmp_path / "out.csv"), "--engine", "copula",
            "--count", "120", "--llm", server.url, "--model", MODEL,
            "--refine", f"{server.url}/v1", "--refine-model", MODEL,
        )  # fmt: skip
    assert done.returncode in WRITTEN.values(), done.stderr
    texts = read_table(tmp_path / "out.csv")["interview"]
    assert texts.str.contains(" WAS KIND ").all()
    assert f"written by the language model {MODEL}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "other:7b"], "Nothing answers at http://127.0.0.1:11434"),
        (["--llm", "http://192.0.2.1:11434"], "--allow-remote"),
        (["--llm", "127.0.0.1"], "is not the address"),
        (["--refine", "https://api.example.com/v1"], "--allow-remote"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_before_anything_is_trained(
    arguments: list[str], said: str, folder: Path, tmp_path: Path
) -> None:
    done = run("synthesise", str(folder / "in.csv"), str(tmp_path / "out.csv"), *arguments)
    assert done.returncode == 1
    assert said in " ".join(done.stderr.split())
    assert not (tmp_path / "out.csv").exists()


def test_an_original_in_the_output_ends_it_with_nothing_written(folder: Path, tmp_path: Path) -> None:
    known = read_table(folder / "in.csv")["email"][0]

    def leak(body: dict[str, Any]) -> Any:
        rows = json.loads(body["messages"][-1]["content"])["rows"]
        return {
            "rows": [
                {"interview": f"Write to {known}, {i} {body['options']['seed']}."} for i in range(len(rows))
            ]
        }

    files = [str(folder / "in.csv"), str(tmp_path / "out.csv")]
    arguments = ["synthesise", *files, "--engine", "copula", "--count", "100"]
    with running(leak) as server:
        done = run(*arguments, "--llm", server.url, "--model", MODEL)
        assert done.returncode == 3
        assert "original: 100" in done.stderr
        assert "interview 1, interview 2" in done.stderr
        assert known not in done.stdout + done.stderr
        assert not (tmp_path / "out.csv").exists()
        done = run(*arguments, "--llm", server.url, "--model", MODEL, "--keep-going")
    assert done.returncode in WRITTEN.values()
    assert (tmp_path / "out.csv").exists()


def japanese(path: Path) -> bytes:
    """Write a table of names with vendors' signs in cp932, below a title."""
    rows = "".join(
        f"{day},{name},{'○△×'[i % 3]}\n"
        for i, (day, name) in enumerate([("月", "髙橋 翔太"), ("火", "山﨑 美咲")] * 150)
    )
    content = ("名簿\n\n曜日,氏名,評価\n" + rows).encode("cp932")
    path.write_bytes(content)
    return content


def test_what_is_found_of_a_file_is_said_and_can_be_chosen(tmp_path: Path) -> None:
    japanese(tmp_path / "a.csv")
    done = run("preview", str(tmp_path / "a.csv"), "--leave-out", "評価")
    assert "Rows: 300, columns: 3" in done.stdout
    assert "Encoding: cp932" in done.stdout
    assert "Header in row 3; title or unit rows left out: 1" in done.stdout
    assert "name" in done.stdout and "left out" in done.stdout
    for option, value, said in (
        ("--encoding", "klingon", "no text encoding 'klingon'"), ("--encoding", "ascii", "be read as ascii"),
        ("--sheet", "x", "no sheets"), ("--header-row", "999", "Row 999"),
        ("--leave-out", "x", "no column 'x'"),
    ):  # fmt: skip
        refused = run("preview", str(tmp_path / "a.csv"), option, value)
        assert refused.returncode and said in refused.stderr


def test_nothing_is_written_over_what_is_read(tmp_path: Path) -> None:
    content = japanese(tmp_path / "a.csv")
    (tmp_path / "link.csv").symlink_to("a.csv")
    (tmp_path / "hard.csv").hardlink_to(tmp_path / "a.csv")
    source = str(tmp_path / "a.csv")
    for output in (
        source,
        f"{tmp_path}/../{tmp_path.name}/a.csv",
        f"{tmp_path}/link.csv",
        f"{tmp_path}/hard.csv",
    ):
        refused = run("synthesise", source, output, "--force")
        assert refused.returncode and "the same file" in refused.stderr
    report = run("synthesise", source, f"{tmp_path}/b.csv", "--report", source, "--force")
    both = run("synthesise", source, f"{tmp_path}/b.csv", "--report", f"{tmp_path}/b.csv")
    schema = run("preview", source, "--save-schema", source, "--force")
    assert all("the same file" in done.stderr for done in (report, both, schema))
    assert (tmp_path / "a.csv").read_bytes() == content


def test_validate_reads_the_original_as_it_was_read_before(tmp_path: Path) -> None:
    japanese(tmp_path / "a.csv")
    made = run(
        "synthesise", f"{tmp_path}/a.csv", f"{tmp_path}/b.csv", "--engine", "copula", "--encoding", "cp932"
    )
    assert made.returncode in WRITTEN.values(), made.stderr
    checked = run("validate", "--original", f"{tmp_path}/a.csv", "--synthetic", f"{tmp_path}/b.csv")
    assert "3 of 3" in checked.stdout or "100.0 %" in checked.stdout
    read = read_table(tmp_path / "b.csv", encoding="cp932")
    assert list(read) == ["曜日", "氏名", "評価"]


def test_a_preview_says_what_synthesise_would_refuse(tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("a,b\n" + "".join(f"{i % 7},{'xy'[i % 2]}\n" for i in range(150)))
    shown = run("preview", f"{tmp_path}/few.csv")
    refused = run("synthesise", f"{tmp_path}/few.csv", f"{tmp_path}/out.csv", "--engine", "copula")
    for said in (shown.stdout, refused.stderr):
        assert "The table has 150 rows; at least 200 are needed" in said


def test_rules_are_proposed_and_only_those_asked_for_are_kept(tmp_path: Path) -> None:
    stays = str(tmp_path / "stays.csv")
    write_table(read_table(bundled("stays.csv")).head(400), tmp_path / "stays.csv")
    shown = run("preview", stays, "--rule", "checkin < checkout")
    assert "“checkout” is always after “checkin”." in shown.stdout and "total = price + tax" in shown.stdout
    assert "proposed, not kept" in shown.stdout
    out = tmp_path / "out.csv"
    made = run("synthesise", stays, str(out), "--engine", "copula", "--rules", "found",
               "--drop-rule", "city -> country", "--rule", "booked < checkout")  # fmt: skip
    assert made.returncode == WRITTEN[verdict(made)], made.stderr
    assert "Rules kept in all rows: 9" in made.stdout
    table = read_table(out)
    assert (table["checkin"] < table["checkout"]).all()
    assert (table["total"] - table["price"] - table["tax"]).abs().max() < 1e-6
    kept = json.loads((tmp_path / "out.csv.manifest.json").read_text(encoding="utf-8"))["rules"]
    assert "booked < checkout" in kept and "city -> country" not in kept
    checked = run("validate", "--original", stays, "--synthetic", str(out), "--json", "--rule", "guests >= 1")
    rules = {rule["rule"]: rule for rule in json.loads(checked.stdout)["evidence"]["rules"]}
    assert rules["city -> country"]["broken"] > 0.1 and not rules["city -> country"]["stated"]
    assert rules["guests >= 1"]["broken"] == rules["total = price + tax"]["broken"] == 0


def test_a_rule_that_cannot_be_read_or_dropped_ends_it(tmp_path: Path) -> None:
    stays, out = str(bundled("stays.csv")), str(tmp_path / "out.csv")
    wrong = run("synthesise", stays, out, "--engine", "copula", "--rule", "checkin < < checkout")
    assert wrong.returncode == 1 and "at position 11" in wrong.stderr
    none = run("synthesise", stays, out, "--engine", "copula", "--drop-rule", "checkin < checkout")
    assert none.returncode == 1 and "no rule checkin < checkout to drop" in none.stderr


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["y=yes"], {"y": ["yes"]}),
        (["job=student,retired", "job=admin."], {"job": ["student", "retired", "admin."]}),
        (['town="Paris, France",Bonn'], {"town": ["Paris, France", "Bonn"]}),
        (["income="], {"income": [""]}),
        (["rate=a=b"], {"rate": ["a=b"]}),
        ([], None),
    ],
)
def test_given_values_are_read(typed: list[str], read: object) -> None:
    assert read_given(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("y:yes=.5,no=.5", {"y": {"yes": 0.5, "no": 0.5}}),
        ('town:"Paris, France=1"', {"town": {"Paris, France": 1.0}}),
        ("a:x=y=1", {"a": {"x=y": 1.0}}),
        (None, None),
    ],
)
def test_shares_are_read(typed: str | None, read: object) -> None:
    assert read_shares(typed) == read


@pytest.mark.parametrize("typed", ["y", "y:yes", "y:yes=half"])
def test_what_is_no_share_or_value_says_its_form(typed: str) -> None:
    with pytest.raises(ArgumentError, match="COLUMN:VALUE=SHARE"):
        read_shares(typed)
    with pytest.raises(ArgumentError, match=r"COLUMN=VALUE"):
        read_given([typed.partition("=")[0]])


def test_rows_on_demand_from_the_command_line(tmp_path: Path) -> None:
    draw_people(1_500, 1)[["income", "visits", "size", "churned"]].to_csv(tmp_path / "in.csv", index=False)
    command = ["synthesise", f"{tmp_path}/in.csv", f"{tmp_path}/out.csv", "--engine", "trees", "-n", "300"]
    refused = run(*command, "--given", "churned=yes", "--given", "size=L")
    assert refused.returncode == 1
    assert "--even-if-few" in refused.stderr
    assert not (tmp_path / "out.csv").exists()
    done = run(*command, "--shares", "churned:yes=.4,no=.6")
    assert "drawn on demand: churned = True (40 %); churned = False (60 %)" in done.stdout
    written = read_table(tmp_path / "out.csv")["churned"]
    assert int(written.sum()) == 120
    linked = run("synthesise", "--people", "a.csv", "--events", "b=b.csv", "out", "--given", "y=yes")
    assert "--given" in linked.stderr
