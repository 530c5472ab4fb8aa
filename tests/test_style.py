"""Lint, types and the notebook's own rules; with them, one command tests everything."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "tool",
    [
        "ruff check .",
        "ruff format --check .",
        pytest.param("mypy", marks=pytest.mark.seldom),  # a minute of a core
        "marimo check --strict app.py src/synth_planning/page/notebook.py",
    ],
)
def test_nothing_to_complain_about(tool: str) -> None:
    command = [sys.executable, "-m", *tool.split()]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
