"""docs/service.md names every setting, with its default, in both languages."""

import re
from pathlib import Path

import pandas as pd
import pytest

from synth_handson.paths import bundled
from synth_service.settings import Settings
from synth_service.tariff import read_tariff

DOCS = Path(__file__).parents[2] / "docs"
FENCED = re.compile(r"```python\n(.*?)```", re.DOTALL)
PAGES = ("service.md", "service.ja.md")
SETTING = re.compile(r"^\| `([A-Z_]+)` \| ([^|]+) \|", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_is_there(page: str) -> None:
    told = dict(SETTING.findall((DOCS / page).read_text(encoding="utf-8")))
    assert [name.lower() for name in told] == list(Settings.model_fields)


@pytest.mark.parametrize("page", PAGES)
def test_the_defaults_are_those_that_hold(page: str, home: Path) -> None:
    told = dict(SETTING.findall((DOCS / page).read_text(encoding="utf-8")))
    found = Settings()
    # Whatever is a word or a number there can be read as the setting itself.
    given = {
        name.lower(): value
        for name, value in told.items()
        if re.fullmatch(r"[\w/]+", value) and value.isascii() and value != "none"
    }
    assert len(given) > 10
    read = Settings(**given)  # type: ignore[arg-type]
    assert {name: getattr(read, name) for name in given} == {name: getattr(found, name) for name in given}


@pytest.mark.parametrize("page", PAGES)
def test_what_can_be_said_of_a_file_is_named(page: str) -> None:
    told = (DOCS / page).read_text(encoding="utf-8")
    for name in ("encoding", "sheet", "header_row", "types", "replace", "keep", "questions"):
        assert f"`{name}`" in told


@pytest.mark.parametrize("page", PAGES)
def test_the_tariff_that_is_shown_is_one(page: str, tmp_path: Path) -> None:
    shown = re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "tariff.yaml").write_text(shown[0], encoding="utf-8")
    tariff = read_tariff(tmp_path / "tariff.yaml")
    assert (tariff.currency, tariff.prices.job, tariff.caps) == ("EUR", 0.5, {"ours": 1000})


@pytest.mark.usefixtures("worker")
def test_the_client_in_python_runs(
    server: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "customers.csv").write_bytes(bundled("customers.csv").read_bytes())
    monkeypatch.chdir(tmp_path)
    (shown,) = FENCED.findall((DOCS / "service.md").read_text(encoding="utf-8"))
    exec(shown.replace(":8000", f":{server}"), {})
    assert len(pd.read_csv(tmp_path / "synthetic.csv")) == 800
    assert '"state": "succeeded"' in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES)
def test_each_attack_names_its_tests(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    (table,) = re.findall(r"\n\|---\|---\|---\|\n((?:\| .* \|\n)+)\n`test_", text)
    rows = table.splitlines()
    assert len(rows) == 26
    for row in rows:
        named = re.findall(r"`(test_\w+)`: (`\w+`(?:, `\w+`)*)", row)
        assert named, row
        for file, tests in named:
            (found,) = DOCS.parent.glob(f"tests/**/{file}.py")
            for name in re.findall(r"`(\w+)`", tests):
                assert f"def test_{name}(" in found.read_text(encoding="utf-8"), (file, name)
