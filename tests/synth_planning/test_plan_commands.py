"""The command line: synth-handson plan …."""

import json
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from synth_planning import Store
from synth_planning.commands import app, features, report
from synth_planning.page.state import HOURS
from synth_planning.store import VARIABLE

ADD = ("add-feature", "Dark mode", "--moscow", "could", "--effort", "4", "--reach", "5", "--impact", "3")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "plan.sqlite"))
    return tmp_path


def plan(*arguments: Any) -> Result:
    result = CliRunner().invoke(app, [*map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_feature_is_added_and_listed() -> None:
    assert "Added: Dark mode" in plan(*ADD, "--confidence", 8).output
    (feature,) = json.loads(plan("features", "--json", "--hours", 3).output)
    assert (feature["name"], feature["rice"], feature["in_mvp"]) == ("Dark mode", 3.0, False)
    assert "3.00" in plan("features").output


def test_what_is_wrong_is_named_and_nothing_added() -> None:
    result = plan(*ADD, "--confidence", 80)
    assert result.exit_code == 1
    assert "confidence" in result.stderr
    assert plan("features").output == "There are no features yet.\n"


def test_the_example_is_reported(english: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "60 added" in plan("example").output
    assert "60 unchanged" in plan("example").output
    said = plan("report", "--on", "2026-11-29", "--hours", 45)
    assert "**On track**" in said.output
    plan("report", "--output", english / "plan.md")
    assert (english / "plan.md").read_text("utf-8").startswith("# synth\\_handson – Plan as of ")
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert "**順調**" in plan("report", "--on", "2026-11-29", "--hours", 45).output


def test_out_and_in_again(english: Path) -> None:
    plan("example")
    assert "60 written" in plan("export", english / "plan.yaml").output
    assert "13 written" in plan("export", english / "features.csv", "--kind", "features").output
    other = english / "other.sqlite"
    assert "60 added" in plan("import", english / "plan.yaml", "--store", other).output
    text = (english / "features.csv").read_text("utf-8-sig").replace(",must,6.0,", ",must,7.0,", 1)
    (english / "features.csv").write_text(text, encoding="utf-8-sig")
    said = plan("import", english / "features.csv", "--kind", "features", "--store", other)
    assert said.output == "0 added, 1 changed, 12 unchanged.\n"
    store = Store(other)
    assert sorted(one.version for one in store.plan().features) == [1] * 12 + [2]
    store.close()


def test_an_old_export_is_not_put_over_newer_changes(english: Path) -> None:
    plan("example")
    plan("export", english / "old.csv", "--kind", "features")
    store = Store()
    newer = store.save(*(one.changed(effort=99) for one in store.plan().features))
    result = plan("import", english / "old.csv", "--kind", "features")
    assert result.exit_code == 1
    assert "changed or removed" in result.stderr
    assert store.plan().features == newer
    store.close()


def test_the_hours_are_those_of_the_page_unless_said_otherwise() -> None:
    assert {signature(command).parameters["hours"].default for command in (features, report)} == {HOURS}


def test_an_entry_of_any_kind_is_changed_and_removed() -> None:
    plan("example")
    said = plan("edit", "planning", "--set", "effort=7.5", "--set", "status=done").output
    assert said.endswith("was saved.\n")
    store = Store()
    (kept,) = [one for one in store.plan().features if one.id == "planning"]
    assert (kept.effort, kept.status, kept.version) == (7.5, "done", 2)
    store.close()
    wrong = plan("edit", "planning", "--set", "efort=7")
    assert (wrong.exit_code, "“efort”" in wrong.stderr) == (1, True)
    assert plan("edit", "planning", "--set", "id=x").exit_code == 1
    asked = CliRunner().invoke(app, ["remove", "planning"], input="n\n")
    assert asked.exit_code == 1
    assert plan("remove", "planning", "--yes").output.endswith("was removed.\n")
    assert "no entry" in plan("remove", "planning", "--yes").stderr


def test_the_product_has_a_name() -> None:
    plan("name", "Trips")
    plan("name", "Journeys")
    assert plan("report").output.startswith("# Journeys – Plan as of ")


def test_doubles_are_noticed() -> None:
    plan(*ADD, "--confidence", 8)
    assert "Entered twice" not in plan("report").output
    assert "“Dark mode”, 2 times" in plan(*ADD, "--confidence", 8).output
    assert "“Dark mode”, 2 times" in plan("report").output


def test_nothing_of_a_wrong_file_is_taken(english: Path) -> None:
    (english / "bad.yaml").write_text("personas:\n- {name: A}\n- {nam: B}\n")
    result = plan("import", english / "bad.yaml")
    assert result.exit_code == 1
    assert "personas, row 2" in result.stderr
    store = Store()
    assert len(store.plan()) == 0
    store.close()
