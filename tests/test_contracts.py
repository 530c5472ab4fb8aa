"""Which room may import what: the contracts in pyproject.toml hold, and fail when they are broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]

WRONG = [
    ("synth_handson.tables.columns", "synth_handson.metrics.intervals", "One way"),
    ("synth_handson.metrics.intervals", "synth_handson.evidence.measures", "One way"),
    ("synth_handson.evidence.fidelity.statistics", "synth_handson.synthesis.store", "One way"),
    ("synth_handson.evidence.verdict", "synth_handson.presentation.words", "One way"),
    ("synth_handson.synthesis.run", "synth_handson.presentation.labels", "One way"),
    ("synth_handson.presentation.html", "marimo", "marimo stays in the pages"),
    ("synth_handson.evidence.counting.rows", "distributed", "Dask stays where large tables are counted"),
    ("synth_handson.pipeline.refine", "fastapi", "web and queue stay in the service"),
    ("synth_planning.plan", "sqlalchemy", "web and queue stay in the service"),
    ("synth_planning.charts", "synth_handson.palette", "planning stands apart"),
    ("synth_handson.paths", "synth_planning.paths", "the library knows nothing of what stands on it"),
    ("synth_handson.comparison", "synth_service.request", "the library knows nothing of what stands on it"),
    ("synth_service.tariff", "synth_handson.notebook.session", "the service knows no page of the hands-on"),
    ("synth_handson.synthesis.training", "mostlyai", "mostlyai stays in its room"),
]
"""What imports what, and the contract that this breaks."""


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        LINT, cwd=folder, env={"PYTHONPATH": str(folder / "src")}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what is said of a copy in which everything wrong is done at once."""
    folder = tmp_path_factory.mktemp("wrong")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for module, imported, _ in WRONG:
        with (
            (folder / "src" / module.replace(".", "/")).with_suffix(".py").open("a", encoding="utf-8") as file
        ):
            file.write(f"\nimport {imported}\n")
    result = lint(folder)
    assert result.returncode == 1
    return " ".join(result.stdout.split())


def test_they_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert "8 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(("module", "imported", "contract"), WRONG)
def test_a_wrong_import_breaks_them(module: str, imported: str, contract: str, broken: str) -> None:
    assert f"{contract} BROKEN" in broken
    assert f"{module} -> {imported} (l." in broken
