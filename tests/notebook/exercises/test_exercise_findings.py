"""What the exercises on other tables rest on is shipped, and can be measured anew."""

from pathlib import Path

import pytest

from synth_handson.notebook.exercises import findings
from synth_handson.notebook.exercises.findings import exercise_findings, rebuild_exercise_findings


def test_what_is_written_anew_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = exercise_findings()
    monkeypatch.setattr(findings, "FILE", tmp_path / "findings.json")
    monkeypatch.setattr(findings, "measure_findings", lambda: measured)
    try:
        rebuild_exercise_findings()
        assert exercise_findings() == measured
    finally:
        exercise_findings.cache_clear()
