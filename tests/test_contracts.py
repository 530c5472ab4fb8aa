"""Which room may import what: the contracts in pyproject.toml hold, and fail when they are broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        LINT, cwd=folder, env={"PYTHONPATH": str(folder / "src")}, capture_output=True, text=True, check=False
    )


def test_they_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert "6 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("tables/columns.py", "from synth_handson.metrics import intervals", "One way"),
        ("metrics/intervals.py", "from synth_handson.evidence import measures", "One way"),
        ("evidence/fidelity.py", "from synth_handson.synthesis import store", "One way"),
        ("evidence/verdict.py", "from synth_handson.report import wording", "One way"),
        ("synthesis/run.py", "from synth_handson.views import labels", "One way"),
        ("views/html.py", "import marimo", "marimo stays in the page"),
        ("evidence/counted.py", "import distributed", "Dask stays where large tables are counted"),
        ("pipeline/refine.py", "import fastapi", "web and queue stay in the service"),
        ("planning/plan.py", "import sqlalchemy", "web and queue stay in the service"),
        ("planning/charts.py", "from synth_handson.palette import ORIGINAL", "planning stands apart"),
        ("synthesis/training.py", "import mostlyai.engine", "mostlyai stays in its room"),
    ],
)
def test_a_wrong_import_breaks_them(room: str, line: str, contract: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    wrong = tmp_path / "src" / "synth_handson" / room
    wrong.write_text(f"{wrong.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout
