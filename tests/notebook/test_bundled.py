"""What the page shows before the first click."""

from typing import Any

import pandas as pd
import pytest

from synth_handson import load_bank_marketing, split_holdout
from synth_handson.evidence.controls.leak_simulation import LEAK_SIZES, prepare_simulation, simulate_leaks
from synth_handson.notebook import bundled
from synth_handson.notebook.bundled import SLIDERS, bundled_findings, bundled_tables, rebuild_findings
from synth_handson.notebook.exercises.privacy import hunted_tables
from synth_handson.pipeline.tables import assess_tables


def test_before_the_first_run_there_are_the_bundled_tables() -> None:
    tables = bundled_tables()
    train, holdout = split_holdout(load_bank_marketing("bundled").frame)
    pd.testing.assert_frame_equal(tables.train, train)
    pd.testing.assert_frame_equal(tables.holdout, holdout)
    assert tables.synthetic.shape == (1_000, 8)
    assert list(tables.synthetic.columns) == list(train.columns)
    assert tables.origin == "bundled"
    assert tables.training.rows == len(train)


def flat(plain: Any, path: str = "") -> dict[str, Any]:
    """Return the leaves of nested dicts and lists, by their path."""
    if not isinstance(plain, dict | list):
        return {path: plain}
    items = plain.items() if isinstance(plain, dict) else enumerate(plain)
    return {leaf: value for key, part in items for leaf, value in flat(part, f"{path}/{key}").items()}


@pytest.mark.seldom
def test_what_was_found_of_them_is_what_is_measured_today() -> None:
    kept, tables = bundled_findings(), bundled_tables()
    # Where it is not: `uv run synth-handson rebuild-pretrained`. Processors differ in the last digits.
    found, expected = flat(kept.evidence.to_dict()), flat(assess_tables(tables).to_dict())
    assert found.keys() == expected.keys()
    for path, value in expected.items():
        assert found[path] == (pytest.approx(value, rel=1e-6) if isinstance(value, float) else value), path
    prepared = prepare_simulation(tables.synthetic, tables.train, tables.holdout)
    for leak in SLIDERS:
        today = simulate_leaks(prepared, leak)
        assert [simulation.size for simulation in kept.series(leak)] == list(LEAK_SIZES[leak])
        assert [simulation.noticed for simulation in kept.series(leak)] == [
            simulation.noticed for simulation in today
        ]
        assert [simulation.naive for simulation in kept.series(leak)] == [
            simulation.naive for simulation in today
        ]
    assert {name: simulation.noticed for name, simulation in hunted_tables(prepared).items()} == {
        name: simulation.noticed for name, simulation in kept.hunt.items()
    }


def test_every_place_of_the_sliders_is_known() -> None:
    for leak, places in SLIDERS.items():
        assert all(bundled_findings().simulation(leak, place / 100) for place in places)
    assert bundled_findings().simulation("planted", 0.999) is None


def test_what_is_written_anew_is_read_again(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = bundled_findings()
    monkeypatch.setattr(bundled, "FINDINGS_FILE", tmp_path / "findings.json")
    monkeypatch.setattr(bundled, "measure_bundled", lambda: measured)
    try:
        rebuild_findings()
        assert bundled_findings() == measured
    finally:
        bundled_findings.cache_clear()
