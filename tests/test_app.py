"""The notebook: run as a program, and run by ``python app.py`` without a network."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import marimo as mo
import pandas as pd
import pytest
from assessing import quick_models
from engines import STAND_IN

from synth_handson import closest_records, compare_columns
from synth_handson.evidence.assessment import Evidence
from synth_handson.locales import LANGUAGES, Language
from synth_handson.metrics.bins import column_shares
from synth_handson.notebook.exercises.score_card import EXERCISES
from synth_handson.notebook.page.state import in_language
from synth_handson.pipeline.validate import EXIT_STATUS

ROOT = Path(__file__).parents[1]

NO_NETWORK = """
import os, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        if event != "socket.connect" or isinstance(arguments[1], tuple):
            with open(os.environ["CONNECTIONS"], "a") as log:
                print(event, arguments[1:], file=log)
            raise OSError("this test has no network")

sys.addaudithook(refuse)
"""


@pytest.fixture(scope="module")
def defs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Any]]:
    """Run the notebook as ``python app.py --engine copula --rows 200`` does; return what its cells define."""
    with quick_models(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTH_HANDSON_HOME", str(tmp_path_factory.mktemp("app-home")))
        patch.setattr(sys, "argv", ["app.py", "--engine", "copula", "--rows", "200"])
        patch.setattr(sys, "excepthook", sys.excepthook)
        patch.syspath_prepend(ROOT)
        from app import app

        yield app.run()[1]


def cells() -> list[tuple[bool, str]]:
    """Return for each cell of the notebook, from top to bottom, whether it is hidden, and its code."""
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [
        ("hide_code" in ast.unparse(cell.decorator_list[0]), "\n".join(map(ast.unparse, cell.body)))
        for cell in functions
    ]


def test_it_is_a_story_of_short_cells() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 300
    assert all(len(code.splitlines()) <= 8 for _, code in cells())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_the_story_can_be_told_about_an_own_table(language: Language) -> None:
    own: Any = SimpleNamespace(name="<mine>")
    told = re.findall(r'say\("(\w+)"', (ROOT / "app.py").read_text(encoding="utf-8"))
    assert len(told) == 5
    for name in told:
        said = in_language(language, own)(name, ja="日本語", en="English").text
        assert ("&lt;mine&gt;" in said) == (name == "load")


def test_the_calls_that_teach_are_shown_in_run_mode_and_short_enough_to_copy() -> None:
    taught = [code for hidden, code in cells() if not hidden and "exercises." not in code]
    assert len(taught) == 8
    assert all("mo.show_code(" in code for code in taught)
    shown = re.findall(r"(?ms)^@app\.cell\n.*?^    return", (ROOT / "app.py").read_text(encoding="utf-8"))
    code = [cell.splitlines()[2:-1] for cell in shown if "mo.show_code(" in cell]
    assert len(code) == len(taught)
    assert max(map(len, code)) <= 8
    assert not any("def " in code for _, code in cells())


def test_an_exercise_is_a_name_beside_which_the_learner_writes_an_answer() -> None:
    asked = [code for hidden, code in cells() if not hidden and code.startswith("exercises.ask(")]
    assert re.findall(r"(\w+)=None", "".join(asked)) == [*EXERCISES, "attack"]
    assert all(len(code.splitlines()) == 2 and code.count("=None") <= 3 for code in asked)


def test_a_heading_stands_above_the_code_of_its_section_and_plumbing_below_the_story() -> None:
    headings = "page.head", "'load'", "'generate'", "'validate'", "'privacy'", "'leak_simulation'"
    lesson = "split_holdout(", "train_generator,", "generator.sample(", "column_shares(", "assess,"
    lesson += "compare_with_nearest(", "closest_records(", "simulate_leak("
    story = [next(i for i, (_, code) in enumerate(cells()) if word in code) for word in headings + lesson]
    title, *steps = story[: len(headings)]
    assert title == 0
    assert all(cells()[i][0] for i in story[: len(headings)])
    assert not any(cells()[i][0] for i in story[len(headings) :])
    split, train, sample, shares, assess, person, closest, simulation = story[len(headings) :]
    load, generate, validate, privacy, break_it = steps
    assert load < split < generate < train < sample < validate < shares == assess < privacy
    assert privacy < person < closest < break_it < simulation
    plumbing = next(i for i, (_, code) in enumerate(cells()) if "page.PageState(" in code)
    assert simulation < plumbing


def test_its_controls_have_the_documented_names_and_ranges(defs: Mapping[str, Any]) -> None:
    slider = defs["rows_slider"]
    assert isinstance(slider, mo.ui.slider)
    assert (slider.start, slider.stop, slider.value) == (100, 5_000, 200)
    assert isinstance(defs["generate_button"], mo.ui.run_button)
    assert isinstance(defs["column_menu"], mo.ui.dropdown)
    assert list(defs["column_menu"].options) == list(defs["dataset"].frame.columns)
    assert isinstance(defs["language_switch"], mo.ui.radio)
    assert set(defs["language_switch"].options.values()) == {"ja", "en"}


def test_the_holdout_is_set_aside_before_anything_is_trained(defs: Mapping[str, Any]) -> None:
    frame, train, holdout = defs["dataset"].frame, defs["train"], defs["holdout"]
    pd.testing.assert_frame_equal(pd.concat([train, holdout]).sort_index(), frame)
    pd.testing.assert_frame_equal(defs["tables"].train, train)
    pd.testing.assert_frame_equal(defs["tables"].holdout, holdout)
    assert defs["tables"].training.rows == len(train)


def test_the_synthetic_table_is_what_was_asked_for(defs: Mapping[str, Any]) -> None:
    tables = defs["tables"]
    assert len(tables.synthetic) == 200
    assert tables.training.engine == "copula"
    assert list(tables.synthetic.dtypes.items()) == list(tables.train.dtypes.items())


def test_every_number_is_about_the_tables_on_show(defs: Mapping[str, Any]) -> None:
    tables = defs["tables"]
    assert list(defs["fidelity"]) == list(compare_columns(tables.train, tables.holdout, tables.synthetic))
    selected = column_shares(tables.train, tables.synthetic, defs["column_menu"].value)
    assert list(defs["shares"].synthetic) == list(selected.synthetic)
    for name, table in (("synthetic_closest", tables.synthetic), ("holdout_closest", tables.holdout)):
        again = closest_records(table, tables.train)
        assert defs[name].identical == again.identical
        assert list(defs[name].distances) == list(again.distances)


def test_the_person_is_a_synthetic_row_beside_its_closest_training_row(defs: Mapping[str, Any]) -> None:
    tables, comparison = defs["tables"], defs["comparison"]
    synthetic = [column.synthetic for column in comparison.columns]
    real = [column.real for column in comparison.columns]
    assert real == tables.train.iloc[comparison.index].tolist()
    person = tables.synthetic.index[(tables.synthetic == synthetic).all(axis=1)][0]
    assert defs["synthetic_closest"].indices[person] == comparison.index
    assert defs["synthetic_closest"].distances[person] == comparison.distance


def test_the_evidence_is_about_the_tables_on_show(defs: Mapping[str, Any]) -> None:
    tables, evidence = defs["tables"], defs["assessed"].evidence
    assert defs["assessed"].synthetic is tables.synthetic
    assert evidence.columns == tuple(tables.train.columns)
    assert (evidence.rows.synthetic, evidence.rows.train) == (200, len(tables.train))
    assert evidence.utility.target == "y"
    assert evidence.verdict in ("pass", "review", "fail")


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *arguments],
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param(
            "en",
            [
                "4,521 customers",
                "Your generator drew these 200 rows.",
                "TVD",
                "closest real person",
                "of 904",
                "Running the attacks",
                "Shown one real and one synthetic row, a classifier picks the real one",
                "Verdict: ",
                "Not proven:",
                "The grade is a summary, not evidence",
            ],
            marks=pytest.mark.engine,
        ),
        pytest.param(
            "ja",
            [
                "4,521 人",
                "あなたの生成器が作った 200 行です。",
                "全変動距離",
                "最も近い実在の人",
                "904 人中",
                "攻撃を試しています",
                "1 つずつ見せると、分類器は",
                "判定：",
                "証明していないこと：",
                "評点は要約であり、証拠ではありません",
            ],
            marks=pytest.mark.seldom,
        ),
    ],
)
def test_without_a_browser_and_a_network_it_does_the_four_steps(
    language: str, words: list[str], tmp_path: Path
) -> None:
    # In English with the real engine, else with the stand-in.
    paths = [tmp_path] if language == "en" else [tmp_path, STAND_IN]
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)
    connections = tmp_path / "connections"
    report, evidence = tmp_path / "report.html", tmp_path / "evidence.json"
    arguments = ["--epochs", "1", "--rows", "200", "--language", language]
    arguments += ["--report", str(report), "--evidence", str(evidence)]
    result = run(
        *arguments,
        PYTHONPATH=os.pathsep.join(map(str, paths)),
        CONNECTIONS=str(connections),
    )
    assert result.stderr == ""
    assert re.findall(r"^(\d)\. ", result.stdout, re.M) == list("123333344444444")
    for word in words:
        assert word in result.stdout
    assert not connections.exists(), connections.read_text()

    page = report.read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in page
    assert not re.search(r"""(src|href)=["'](?!#)|url\(|@import""", page)
    assert len(page) < 1_500_000
    kept = Evidence.from_dict(json.loads(evidence.read_text(encoding="utf-8")))
    assert kept.rows.synthetic == 200
    assert result.returncode == EXIT_STATUS[kept.verdict]


@pytest.mark.seldom
def test_help_lists_the_options() -> None:
    result = run("--help")
    assert result.returncode == 0
    for option in ("--source", "--rows", "--epochs", "--seed", "--language", "--report", "--evidence"):
        assert option in result.stdout


@pytest.mark.seldom
def test_a_wrong_option_ends_it_with_a_message() -> None:
    result = run("--rows", "0")
    assert result.returncode == 2
    assert "argument --rows: must be a whole number of at least 1, not 0" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("language", "message"),
    [
        pytest.param("en", "Nothing listens at http://127.0.0.1:9.", marks=pytest.mark.seldom),
        ("ja", "http://127.0.0.1:9 では何も待ち受けていません。"),
    ],
)
def test_an_expected_failure_ends_it_with_its_message_alone(language: str, message: str) -> None:
    result = run("--language", language, MOSTLY_BASE_URL="http://127.0.0.1:9", PYTHONPATH=str(STAND_IN))
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr
