"""What is said of a synthetic table, and the files it comes in."""

import csv as csv_files
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from synth_handson.errors import ArgumentError
from synth_handson.pipeline.generate import GenerationSettings, Synthesised, synthesise
from synth_handson.pipeline.profile import profile_file
from synth_handson.synthesis.mostly.text_process import MODEL
from synth_handson.tables.files.form import TableForm
from synth_handson.tables.files.reading import read_file
from synth_service import results
from synth_service.request import Request

ASKED = Request(name="t.csv")
ESCAPED = Request(name="t.csv", escape_formulas=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, csv: bytes) -> Synthesised:
    path = tmp_path_factory.mktemp("upload") / "table.csv"
    path.write_bytes(csv)
    return synthesise(profile_file(path), GenerationSettings(target="churned", engine="copula", keep=False))


def test_every_format_holds_the_same_table(made: Synthesised, tmp_path: Path) -> None:
    written = results.write_tables(results.tables_of(made), ASKED, tmp_path)
    assert written == ["csv", "parquet", "xlsx", "json"]
    read = [
        pd.read_csv(tmp_path / "synthetic.csv"),
        pd.read_parquet(tmp_path / "synthetic.parquet"),
        pd.read_excel(tmp_path / "synthetic.xlsx"),
        pd.read_json(tmp_path / "synthetic.json"),
    ]
    for table in read:
        pd.testing.assert_frame_equal(table, read[0], check_dtype=False)


def test_files_of_sheets_have_names_of_their_own_and_lie_in_no_other_folder() -> None:
    asked = Request(name="visits.xlsx", person="id", event_sheets=("visits", "..\\a/b"))
    shown = [f"{kind.table}-{kind.shown}" for kind in results.table_kinds(asked, "csv")]
    assert shown == ["people-synthetic.csv", "visits-synthetic.csv", ".._a_b-synthetic.csv"]


def test_a_table_that_a_workbook_cannot_hold_is_there_in_the_others(tmp_path: Path) -> None:
    long = pd.DataFrame({"text": ["x" * 40_000, "y"]})
    written = results.write_tables({"people": (long, TableForm("csv", ()))}, ASKED, tmp_path)
    assert written == ["csv", "parquet", "json"]


def test_formulas_are_escaped_where_a_spreadsheet_would_run_them(tmp_path: Path) -> None:
    table = pd.DataFrame({"=name": ["=1+1", "@x", "plain", None], "number": [-1, 2, 3, 4]})
    results.write_tables({"people": (table, TableForm("csv", ()))}, ESCAPED, tmp_path)
    with (tmp_path / "synthetic.csv").open() as file:
        rows = list(csv_files.reader(file))
    assert rows[:3] == [["'=name", "number"], ["'=1+1", "-1"], ["'@x", "2"]]
    sheet = openpyxl.load_workbook(tmp_path / "synthetic.xlsx").active
    assert sheet is not None
    assert sheet["A2"].value == "'=1+1"
    assert pd.read_parquet(tmp_path / "synthetic.parquet")["=name"][0] == "=1+1"
    assert table["=name"][0] == "=1+1"


def test_a_table_whose_formulas_are_escaped_keeps_its_form(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("name;price\n=1+1;1,50\nb;2,25\n", encoding="cp1252")
    results.write_tables({"people": read_file(tmp_path / "t.csv")}, ESCAPED, tmp_path)
    assert (tmp_path / "synthetic.csv").read_text(encoding="cp1252") == "name;price\n'=1+1;1,50\nb;2,25\n"


def test_what_was_understood_is_said_in_both_languages(made: Synthesised) -> None:
    told = results.profile_view(made.profile)
    assert told["en"]["rows"] == told["ja"]["rows"] == 300
    plan = next(column for column in told["en"]["columns"] if column["name"] == "plan")
    assert (plan["type"], plan["role"]) == ("text", "learned")
    assert told["ja"]["columns"][0]["role_label"] != told["en"]["columns"][0]["role_label"]


def test_a_summary_says_what_the_evidence_says(made: Synthesised) -> None:
    told = results.summary(made, replaced=True)
    assert told["en"]["verdict"] == made.evidence.verdict
    assert told["en"]["decision"] == made.evidence.decision.render("en")
    assert told["ja"]["reasons"] == list(
        dict.fromkeys(reason.render("ja") for reason in made.evidence.reasons)
    )
    assert told["en"]["rows"] == {"original": 300, "holdout": 100, "synthetic": 300, "measured": 300}


def test_it_does_not_say_that_a_table_was_scanned_that_was_not(made: Synthesised) -> None:
    looked, not_looked = (results.summary(made, replaced)["en"]["notes"] for replaced in (True, False))
    assert not any("was scanned" in note for note in [*looked, *not_looked])
    assert any("not looked for" in note for note in not_looked)
    assert not any("not looked for" in note for note in looked)


def test_it_says_what_has_written_the_texts_and_what_was_not_written(made: Synthesised) -> None:
    empty = made.table.assign(plan=pd.Series([None] * len(made.table), dtype="str"))
    written = replace(made, table=empty, written=("plan",), text_model=MODEL)
    for language, words in (("en", ("small language model", "100 %", "TEXT_MINUTES")),
                            ("ja", ("小さな言語モデル", "100 %", "TEXT_MINUTES"))):  # fmt: skip
        notes = " ".join(results.summary(written, replaced=True)[language]["notes"])  # type: ignore[index]
        assert all(word in notes for word in words)
        assert "--text-minutes" not in notes
    assert "language model" not in " ".join(results.summary(made, replaced=True)["en"]["notes"])


def test_the_quality_report_is_filled_from_the_evidence(made: Synthesised) -> None:
    report, evidence = results.quality_report(made.evidence, "en"), made.evidence
    assert report["overall_score"]["overall_quality_score"] == round(evidence.grade.total, 1)
    assert report["overall_score"]["grade"] == evidence.grade.letter
    assert report["overall_score"]["interpretation"].startswith(report["decision"])
    assert "fixed rules" in report["overall_score"]["interpretation"]
    assert report["verdict"] == evidence.verdict
    assert report["privacy_metrics"]["risk_level"] == results.RISK[evidence.verdict]
    tvd = [m.value for m in evidence.fidelity.columns if m.name == "column_tvd"]
    assert report["fidelity_metrics"]["mean_column_total_variation_distance"] == pytest.approx(
        sum(filter(None, tvd)) / len(tvd)
    )
    assert set(report["utility_metrics"]["performance_kept"]) == {
        model.model
        for model in evidence.utility.models  # type: ignore[union-attr]
    }


def test_a_failure_names_the_file_as_its_sender_knows_it(tmp_path: Path) -> None:
    lying = tmp_path / "table.csv"
    lying.touch()
    told = results.failure_view(ArgumentError("file_empty", path=lying), {lying.name: "kunden.csv"}, tmp_path)
    assert "kunden.csv" in told["en"] and "kunden.csv" in told["ja"]
    assert str(tmp_path) not in told["en"]


def test_an_unexpected_error_is_not_quoted(tmp_path: Path) -> None:
    told = results.failure_view(ValueError("Hanako Yamada"), {}, tmp_path)
    assert "Yamada" not in told["en"]
