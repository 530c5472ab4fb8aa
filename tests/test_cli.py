"""The hands-on without a browser: its options, and what it prints."""

import re
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest

from synth_handson import closest_records, compare_columns, compare_rows, median_gap, split_holdout
from synth_handson.cli import Options, print_findings, read_options, run_generation
from synth_handson.data import Dataset
from synth_handson.generation import DEFAULT_EPOCHS
from synth_handson.text import LANGUAGES, Language


def test_without_options_the_bundled_sample_is_used_so_that_no_network_is_needed() -> None:
    assert asdict(read_options([])) == {
        "source": "bundled",
        "rows": 1_000,
        "epochs": DEFAULT_EPOCHS,
        "seed": 0,
        "language": "en",
    }


def test_options_are_read() -> None:
    arguments = ["--source", "auto", "--rows", "7", "--epochs", "2", "--seed", "3", "--language", "ja"]
    assert read_options(arguments) == Options(source="auto", rows=7, epochs=2, seed=3, language="ja")


def test_help_lists_every_option_with_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_options(["--help"])
    assert ended.value.code == 0
    text = re.sub(r"\s+", " ", capsys.readouterr().out)
    for option, default in asdict(read_options([])).items():
        assert re.search(rf"--{option} .*?\(default: {default}\)", text)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("--rows 0", "argument --rows: must be a whole number of at least 1, not 0"),
        ("--rows 1.5", "argument --rows: must be a whole number of at least 1, not 1.5"),
        ("--epochs -1", "argument --epochs: must be a whole number of at least 1, not -1"),
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_prints_the_four_steps_and_no_markup(
    language: Language, bank: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = Dataset(bank[["age", "job", "y"]].head(400), "bundled")
    tables = run_generation(dataset, Options(rows=50, epochs=1, language=language))
    synthetic = closest_records(tables.synthetic, tables.train)
    nearest = int(synthetic.indices[0])
    comparison = compare_rows(
        tables.synthetic.iloc[[0]],
        tables.train.iloc[[nearest]],
        distance=float(synthetic.distances[0]),
        index=nearest,
    )
    fidelity = compare_columns(tables.train, tables.holdout, tables.synthetic)
    holdout = closest_records(tables.holdout, tables.train)
    gap = median_gap(synthetic, holdout)
    print_findings(tables, fidelity, comparison, synthetic, holdout, gap, language)

    printed = capsys.readouterr().out
    assert re.findall(r"^(\d)\. ", printed, re.M) == list("1233444")
    assert "*" not in printed
    assert re.search(r"\d+ s, 1/1, \d+\.\d{3}\)", printed)
    train, holdout_rows = split_holdout(dataset.frame)
    pd.testing.assert_frame_equal(tables.train, train)
    pd.testing.assert_frame_equal(tables.holdout, holdout_rows)
    assert len(tables.synthetic) == 50
    assert tables.origin == "trained"


def test_the_same_run_again_finds_its_generator(bank: pd.DataFrame, home: Path) -> None:
    dataset = Dataset(bank[["age", "job"]].head(300), "bundled")
    first, second = (run_generation(dataset, Options(rows=20, epochs=1)) for _ in range(2))
    assert [first.origin, second.origin] == ["trained", "store"]
    assert list((home / "generators").iterdir())
    pd.testing.assert_frame_equal(first.synthetic, second.synthetic)
