"""The hands-on without a browser: its options, and what it prints."""

import re
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from panels import draw_payments

from synth_handson import closest_records, compare_columns, compare_rows, split_holdout
from synth_handson.errors import ArgumentError, TableError
from synth_handson.locales import LANGUAGES, Language
from synth_handson.notebook.script import (
    Options,
    load_own,
    print_findings,
    read_options,
    run_assessment,
    run_generation,
)
from synth_handson.notebook.session import Assessed
from synth_handson.pipeline.own_texts import OwnTexts
from synth_handson.pipeline.tables import Tables
from synth_handson.synthesis.mostly.text_model import train_texts
from synth_handson.tables.bank import Dataset
from synth_handson.tables.files.writing import write_table
from synth_handson.tables.interviews import make_interviews


def test_without_options_the_bundled_sample_is_used_so_that_no_network_is_needed() -> None:
    assert asdict(read_options([])) == {
        "source": "bundled",
        "data": None,
        "target": None,
        "person": None,
        "types": (),
        "encoding": None,
        "sheet": None,
        "header_row": None,
        "replace": (),
        "keep": (),
        "rows": 1_000,
        "engine": None,
        "epochs": None,
        "epsilon": None,
        "seed": 0,
        "language": "en",
        "report": None,
        "evidence": None,
    }


def test_options_are_read() -> None:
    arguments = ["--source", "auto", "--rows", "7", "--epochs", "2", "--seed", "3", "--language", "ja"]
    arguments += ["--engine", "aim", "--epsilon", "2.5"]
    expected = Options(source="auto", rows=7, engine="aim", epochs=2, epsilon=2.5, seed=3, language="ja")
    assert read_options(arguments) == expected


def test_a_table_of_ones_own_is_named_with_its_target_and_types() -> None:
    arguments = ["--data", "mine.csv", "--target", "left", "--type", "zip=text", "--type", "a=b=date"]
    options = read_options(arguments)
    assert (options.data, options.target) == (Path("mine.csv"), "left")
    assert options.types == (("zip", "text"), ("a=b", "date"))


def test_people_with_several_rows_are_learned_with_all_of_them(tmp_path: Path) -> None:
    payments = draw_payments(220, 3)
    payments.to_csv(tmp_path / "payments.csv", index=False)
    arguments = ["--data", str(tmp_path / "payments.csv"), "--person", "customer", "--rows", "150"]
    options = read_options([*arguments, "--engine", "trees"])
    own = load_own(options)
    assert own is not None and own.person == "customer"
    tables = run_generation(own, options)
    assert (tables.person, tables.synthetic["customer"].nunique()) == ("customer", 150)
    with pytest.raises(SystemExit):
        read_options(["--person", "customer"])


def test_a_table_of_ones_own_is_read_as_it_is_said(tmp_path: Path) -> None:
    days = ["金", "土", "日", "月", "火"]
    rows = [f"{'男女'[i % 2]},{days[i * 7 % 5]},{i * i % 97}" for i in range(300)]
    lines = ["顧客一覧,,", "性別,曜日,点数", *rows]
    (tmp_path / "mine.csv").write_text("\n".join(lines), encoding="euc_jp")
    said = ["--encoding", "euc_jp", "--header-row", "2", "--keep", "曜日"]
    own = load_own(read_options(["--data", str(tmp_path / "mine.csv"), *said]))
    assert own is not None
    assert (own.profile.form.encoding, own.profile.form.header_row) == ("euc_jp", 2)
    assert own.profile.answers == {"曜日": "keep"}
    assert list(own.frame) == ["性別", "曜日", "点数"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--target", "y"], "give --data as well"),
        (["--type", "zip=text"], "--type is about a table of your own: give --data as well"),
        (["--header-row", "2"], "--header-row is about a table of your own: give --data as well"),
        (["--keep", "day"], "--keep is about a table of your own: give --data as well"),
        (["--data", "mine.csv", "--type", "zip"], "must be COLUMN=TYPE"),
    ],
)
def test_what_says_nothing_about_ones_own_table_is_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read_options(arguments)
    assert said in capsys.readouterr().err


def test_ones_own_table_goes_the_same_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_table(make_interviews(300, seed=8).drop(columns="interview"), tmp_path / "mine.csv")
    options = Options(data=tmp_path / "mine.csv", target="outcome", engine="copula", rows=200, language="en")
    own = load_own(options)
    assert own is not None
    tables = run_generation(own, options)
    assert (len(tables.train), len(tables.holdout), len(tables.synthetic)) == (200, 100, 200)
    assert list(tables.synthetic) == ["born", "language", "plan", "visits", "satisfaction", "outcome"]
    said = capsys.readouterr().out
    assert "1. mine.csv: 300 rows. Columns to learn: 6" in said
    assert "Column not learned: email (personal data)." in said
    evidence = run_assessment(tables, options).evidence
    assert evidence is not None
    assert evidence.utility is not None
    assert evidence.utility.target == "outcome"


@pytest.mark.engine
def test_free_text_is_learned_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # So many epochs are enough for some texts.
    learn = partial(OwnTexts.learn, learn=partial(train_texts, keep=False, max_epochs=35))
    monkeypatch.setattr(OwnTexts, "learn", learn)
    write_table(make_interviews(300, seed=8), tmp_path / "mine.csv")
    options = Options(data=tmp_path / "mine.csv", engine="copula", rows=120, language="en")
    own = load_own(options)
    assert own is not None
    tables = run_generation(own, options)
    assert list(tables.synthetic) == [*own.learned, "interview"]
    assert tables.synthetic["interview"].notna().mean() > 0.5
    said = capsys.readouterr().out
    assert "Free text, which a language model writes: interview." in said
    assert "Learning and writing texts" in said
    evidence = run_assessment(tables, options).evidence
    assert evidence is not None
    assert {m.columns for m in evidence.fidelity.texts} == {("interview",)}


@pytest.mark.engine
def test_with_differential_privacy_no_text_is_written(tmp_path: Path) -> None:
    write_table(make_interviews(300, seed=8)[["plan", "outcome", "interview"]], tmp_path / "mine.csv")
    options = Options(data=tmp_path / "mine.csv", engine="aim", epsilon=3.0, rows=120)
    own = load_own(options)
    assert own is not None and own.texts
    silent = run_generation(own, options)
    assert list(silent.synthetic) == list(silent.train) == own.learned == ["plan", "outcome"]


def test_without_a_table_of_ones_own_none_is_loaded() -> None:
    assert load_own(Options()) is None


def test_files_to_write_are_read_as_paths(tmp_path: Path) -> None:
    options = read_options(["--report", str(tmp_path / "r.html"), "--evidence", str(tmp_path / "e.json")])
    assert (options.report, options.evidence) == (tmp_path / "r.html", tmp_path / "e.json")


@pytest.mark.parametrize("option", ["--report", "--evidence"])
def test_a_file_that_cannot_be_written_is_refused_before_minutes_are_spent(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, complaint in (
        (tmp_path, f"must name a file, but {tmp_path} is a folder"),
        (tmp_path / "nowhere" / "r", f"must lie in a folder that exists; {tmp_path / 'nowhere'} does not"),
    ):
        with pytest.raises(SystemExit) as ended:
            read_options([option, str(path)])
        assert ended.value.code == 2
        assert f"argument {option}: {complaint}" in capsys.readouterr().err


def test_help_lists_every_option_with_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_options(["--help"])
    assert ended.value.code == 0
    text = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert "--type COLUMN=TYPE" in text
    for option, default in asdict(read_options([])).items():
        if option in ("types", "replace", "keep"):
            continue
        assert re.search(rf"--{option.replace('_', '-')} .*?\(default: {default}\)", text)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("--rows 0", "argument --rows: must be a whole number of at least 1, not 0"),
        ("--rows 1.5", "argument --rows: must be a whole number of at least 1, not 1.5"),
        ("--epochs -1", "argument --epochs: must be a whole number of at least 1, not -1"),
        ("--epsilon 0", "argument --epsilon: must be a number above 0, not 0"),
        ("--epochs many", "argument --epochs: must be a whole number of at least 1, not many"),
        ("--seed x", "argument --seed: must be a whole number from 0 to 4294967295, not x"),
        ("--seed -1", "argument --seed: must be a whole number from 0 to 4294967295, not -1"),
        ("--seed 4294967296", "argument --seed: must be a whole number from 0 to 4294967295, not 4294967296"),
        ("--source mars", "argument --source: invalid choice: 'mars'"),
        ("--language fr", "argument --language: invalid choice: 'fr'"),
        ("--columns age", "unrecognized arguments: --columns age"),
    ],
)
def test_a_wrong_option_ends_it_with_a_message(
    arguments: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        read_options(arguments.split())
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def print_all(tables: Tables, assessed: Assessed, options: Options) -> None:
    synthetic = closest_records(tables.synthetic, tables.train)
    holdout = closest_records(tables.holdout, tables.train)
    nearest = int(synthetic.indices[0])
    comparison = compare_rows(
        tables.synthetic.iloc[[0]],
        tables.train.iloc[[nearest]],
        distance=float(synthetic.distances[0]),
        index=nearest,
    )
    fidelity = compare_columns(tables.train, tables.holdout, tables.synthetic)
    print_findings(tables, fidelity, comparison, synthetic, holdout, assessed, options)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_prints_the_four_steps_without_markup_and_writes_the_files(
    language: Language, bank: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = Dataset(bank[["age", "job", "y"]].head(600), "bundled")
    report, evidence = tmp_path / "report.html", tmp_path / "evidence.json"
    options = Options(rows=150, epochs=1, language=language, report=report, evidence=evidence)
    tables = run_generation(dataset, options)
    print_all(tables, run_assessment(tables, options), options)

    printed = capsys.readouterr().out
    assert re.findall(r"^(\d)\. ", printed, re.M) == list("123333344444444")
    assert not re.search(r"\*|\\|&\w+;|<\w", printed)
    assert re.search(r"\d+ s, 1/1, \d+\.\d{3}\)", printed)
    train, holdout_rows = split_holdout(dataset.frame)
    pd.testing.assert_frame_equal(tables.train, train)
    pd.testing.assert_frame_equal(tables.holdout, holdout_rows)
    assert len(tables.synthetic) == 150
    assert tables.origin == "trained"
    for path in (report, evidence):
        assert str(path) in printed
        assert path.stat().st_size > 1_000


def test_tables_too_small_to_assess_are_said_so_after_all_else(
    bank: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = Dataset(bank[["age", "job"]].head(600), "bundled")
    options = Options(rows=50, epochs=1)
    tables = run_generation(dataset, options)
    with pytest.raises(TableError, match="has 50 rows"):
        print_all(tables, run_assessment(tables, options), options)
    assert re.findall(r"^(\d)\. ", capsys.readouterr().out, re.M) == list("1233444")


def test_a_file_that_cannot_be_written_after_all_is_an_error_with_its_path(
    bank: pd.DataFrame, tmp_path: Path
) -> None:
    gone = tmp_path / "gone" / "report.html"
    options = Options(rows=100, epochs=1, report=gone)
    tables = run_generation(Dataset(bank[["age", "y"]].head(600), "bundled"), options)
    assessed = run_assessment(tables, options)
    with pytest.raises(ArgumentError, match=f"{gone} could not be written: No such file or directory"):
        print_all(tables, assessed, options)


def test_the_same_run_again_finds_its_generator(bank: pd.DataFrame, home: Path) -> None:
    dataset = Dataset(bank[["age", "job"]].head(600), "bundled")
    first, second = (run_generation(dataset, Options(rows=20, epochs=1)) for _ in range(2))
    assert [first.origin, second.origin] == ["trained", "store"]
    assert list((home / "generators").iterdir())
    pd.testing.assert_frame_equal(first.synthetic, second.synthetic)
