"""planning.py as a program, without a browser: it works with the plan, and says so if that cannot be used."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from plans import worked_example

from synth_planning import Store, by_rice, mvp
from synth_planning.paths import NOTEBOOK
from synth_planning.store import VARIABLE


def run(place: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Any]:
    """Return what it shows, and what it defines."""
    monkeypatch.setenv(VARIABLE, str(place))
    outputs, defined = runpy.run_path(str(NOTEBOOK))["app"].run()
    return "".join(getattr(output, "text", "") for output in outputs), defined


def test_its_cells_follow_from_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "plan.sqlite")
    store.save(*worked_example(), restoring=True)
    shown, defined = run(tmp_path / "plan.sqlite", monkeypatch)
    assert defined["plan"] == store.plan()
    assert defined["features"] == by_rice(store.plan().features)
    assert defined["smallest"] == defined["summary"].mvp == mvp(store.plan().features, 160)
    assert "sp-board" in shown
    store.close()


def test_a_plan_that_cannot_be_used_is_said_in_place_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, defined = run(tmp_path / "nowhere" / "plan.sqlite", monkeypatch)
    assert "nowhere" in shown
    assert "sp-board" not in shown
    assert "plan_page" not in defined
