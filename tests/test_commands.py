"""The command line, as somebody types it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import run
from typer.testing import CliRunner

import synth_handson
from synth_handson.commands import app, asked_language
from synth_handson.commands.show import Show
from synth_handson.evidence.usefulness import Usefulness
from synth_handson.locales import Message
from synth_handson.notebook.bundled import bundled_findings
from synth_handson.notebook.upload import VARIABLE
from synth_handson.synthesis import store


def test_it_says_its_version() -> None:
    result = run("--version")
    assert result.stdout == f"{synth_handson.__version__}\n"
    assert re.fullmatch(r"\d+\.\d+\.\d+", synth_handson.__version__)


def test_help_lists_the_commands() -> None:
    result = run("--help")
    assert result.returncode == 0
    for command in ("handson", "clear-store", "rebuild-pretrained"):
        assert command in result.stdout


def test_help_waits_for_no_library_of_tables() -> None:
    code = "import sys, synth_handson.commands; print({'pandas', 'sklearn', 'marimo'} & sys.modules.keys())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "set()\n"


@pytest.mark.parametrize("command", ["handson", "clear-store", "rebuild-pretrained"])
def test_the_help_of_a_command_shows_an_example(command: str) -> None:
    said = run(command, "--help").stdout
    assert re.search(rf"Examples?:.*synth-handson {command}", said, re.S)


def test_another_command_is_refused() -> None:
    result = run("nonsense")
    assert result.returncode == 2
    assert "nonsense" in result.stderr


@pytest.mark.parametrize(
    "program", [[sys.executable, "-m", "synth_handson"], [Path(sys.executable).with_name("synth-handson")]]
)
def test_it_is_a_program_and_a_module(program: list[str | Path]) -> None:
    said = subprocess.run([*program, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout == f"{synth_handson.__version__}\n"


def test_clear_store_empties_the_store() -> None:
    store.save("a", b"model")
    store.save("b", b"model")
    assert run("clear-store").stdout == "2 generators removed\n"
    assert store.load("a") is None
    assert run("clear-store").stdout == "0 generators removed\n"


@pytest.mark.parametrize(("locale", "words"), [("C", "cannot be used"), ("ja_JP.UTF-8", "使えません")])
def test_an_expected_failure_is_said_in_the_readers_language(locale: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("clear-store", LC_ALL=locale, SYNTH_HANDSON_HOME=str(tmp_path / "file" / "home"))
    assert result.returncode == 1
    assert words in result.stderr
    assert "Traceback" not in result.stderr


@pytest.fixture
def marimo(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[str]]]:
    """Return the arguments that marimo would be started with, in place of a server that never ends."""
    started: list[list[str]] = []
    monkeypatch.setattr("runpy.run_module", lambda *_, **__: started.append(sys.argv))
    monkeypatch.setattr(sys, "argv", ["synth-handson"])
    monkeypatch.delenv(VARIABLE, raising=False)
    yield started
    os.environ.pop(VARIABLE, None)


def test_a_table_of_ones_own_is_handed_to_the_page(marimo: list[list[str]], tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.touch()
    told = ["handson", "--run", "--port", "8080", "--data", str(table), "--target", "y", "--person", "id"]
    assert CliRunner().invoke(app, told).exit_code == 0
    ((program, mode, _, *arguments),) = marimo
    assert (program, mode) == ("marimo", "run")
    assert arguments == ["--port", "8080", "--", "--data", str(table), "--target", "y", "--person", "id"]
    assert VARIABLE not in os.environ


def test_how_the_table_is_read_is_handed_to_the_page(marimo: list[list[str]], tmp_path: Path) -> None:
    table = tmp_path / "own.xlsx"
    table.touch()
    told = ["--sheet", "visits", "--header-row", "3", "--replace", "who", "--replace", "by", "--keep", "day"]
    assert CliRunner().invoke(app, ["handson", "--data", str(table), *told]).exit_code == 0
    assert marimo[0][-len(told) - 2 :] == ["--data", str(table), *told]


def test_a_demo_takes_tables_only_where_that_is_said(marimo: list[list[str]]) -> None:
    assert CliRunner().invoke(app, ["handson", "--run", "--uploads", "20"]).exit_code == 0
    assert os.environ[VARIABLE] == "20"
    assert len(marimo) == 1


@pytest.mark.parametrize(
    "told", [["--target", "y"], ["--sheet", "a"], ["--data", "nowhere.csv"], ["--uploads", "0"]]
)
def test_what_cannot_be_shown_is_refused_before_the_page_opens(
    told: list[str], marimo: list[list[str]]
) -> None:
    assert CliRunner().invoke(app, ["handson", *told]).exit_code == 2
    assert marimo == []


@pytest.mark.parametrize(
    ("arguments", "language"),
    [(["preview", "a.csv", "--language", "ja"], "ja"), (["preview", "--language=en"], "en")],
)
def test_errors_are_told_in_the_language_that_was_asked_for(arguments: list[str], language: str) -> None:
    assert asked_language(arguments) == language


def test_it_is_said_why_a_table_is_of_limited_use(capsys: pytest.CaptureFixture[str]) -> None:
    evidence = bundled_findings().evidence
    shares = {"share": 0.6, "reference": 0.0}
    reasons = tuple(Message("use.blank", {"column": f"column {n}", **shares}) for n in range(5))
    for outcome, told in (("not useful", 3), ("limited", 3), ("useful", 0)):
        judged = replace(evidence, usefulness=Usefulness(outcome, reasons, ()))  # type: ignore[arg-type]
        Show("en", quiet=False).evidence(judged)
        said = " ".join(capsys.readouterr().out.split())
        assert sum(f"“column {n}”" in said for n in range(5)) == told
