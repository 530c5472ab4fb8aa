"""The command line, as somebody types it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import synth_handson
from synth_handson.synthesis import store

SCRIPT = Path(sys.executable).with_name("synth-handson")


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [SCRIPT, *arguments],
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "LC_ALL": "C", "COLUMNS": "200"} | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_it_says_its_version() -> None:
    result = run("--version")
    assert result.stdout == f"{synth_handson.__version__}\n"
    assert re.fullmatch(r"\d+\.\d+\.\d+", synth_handson.__version__)


def test_help_lists_the_commands() -> None:
    result = run("--help")
    assert result.returncode == 0
    for command in ("handson", "clear-store", "rebuild-pretrained"):
        assert command in result.stdout


@pytest.mark.parametrize("command", ["handson", "clear-store", "rebuild-pretrained"])
def test_the_help_of_a_command_shows_an_example(command: str) -> None:
    said = run(command, "--help").stdout
    assert re.search(rf"Examples?:.*synth-handson {command}", said, re.S)


def test_another_command_is_refused() -> None:
    result = run("nonsense")
    assert result.returncode == 2
    assert "nonsense" in result.stderr


def test_python_m_is_the_same_command_line() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "synth_handson", "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout == run("--version").stdout


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
