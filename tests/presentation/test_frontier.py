"""The chart of engines: a point for each table, and words in the reader's language."""

from dataclasses import replace

import pytest

from synth_handson.comparison import EngineComparison, Trial
from synth_handson.locales import Language
from synth_handson.metrics.intervals import Estimate
from synth_handson.notebook.bundled import bundled_findings
from synth_handson.presentation.frontier import finding, frontier_chart

EVIDENCE = bundled_findings().evidence


def trial(engine: str, *kept: float) -> Trial:
    """Return a trial in which every model keeps a share, between two ends."""
    assert EVIDENCE.utility is not None
    models = tuple(
        replace(model, kept=replace(model.kept, estimate=Estimate(*kept)))
        for model in EVIDENCE.utility.models
    )
    return Trial(engine, 0, 1.0, replace(EVIDENCE, utility=replace(EVIDENCE.utility, models=models)))


TREES, COPIED = trial("trees", 0.9, 0.8, 1.0), trial("copied", 1.0, 1.0, 1.0)
COMPARED = EngineComparison(
    (trial("copula", 0.7, 0.6, 0.79), TREES, trial("holdout", 0.98, 0.9, 1.05), COPIED)
)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Gaussian copula", "sequential trees", "other real people", "training rows, copied"]),
        ("ja", ["ガウスコピュラ", "逐次決定木", "ほかの実在の人", "学習用データの複製"]),
    ],
)
def test_each_table_is_a_point_with_its_intervals(language: Language, names: list[str]) -> None:
    chart = frontier_chart(COMPARED, language).to_dict()
    (rows,) = chart["datasets"].values()
    for row, one, name in zip(rows, COMPARED.trials, names, strict=True):
        assert row["name"].startswith(name) and name in row["said"]
        kept = one.kept
        assert kept is not None and row["risk"] == one.risk.value
        assert (row["kept"], row["kept_low"], row["kept_high"]) == (kept.value, kept.low, kept.high)
    assert len(chart["layer"]) == 3


def test_without_a_target_there_is_nothing_of_use_to_draw() -> None:
    trials = (replace(one, evidence=replace(one.evidence, utility=None)) for one in COMPARED.trials)
    chart = frontier_chart(EngineComparison(tuple(trials)), "en").to_dict()
    assert list(chart["datasets"].values()) == [[]]


@pytest.mark.parametrize(("high", "shown"), [(0.79, True), (0.81, False)])
def test_the_title_says_which_keeps_most_and_whether_that_is_shown(high: float, shown: bool) -> None:
    # Real rows keep more, and are no engine.
    said = finding(EngineComparison((trial("copula", 0.7, 0.6, high), TREES, COPIED)), "en")
    assert said.startswith("sequential trees") and "90 %" in said
    assert ("overlap" in said) != shown
    assert "upper left" in finding(EngineComparison((TREES, COPIED)), "en")
