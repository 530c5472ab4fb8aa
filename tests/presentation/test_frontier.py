"""The chart of engines: a point for each table, and words in the reader's language."""

from dataclasses import replace

import pytest
from people import draw_people

from synth_handson.comparison import EngineComparison, compare_engines
from synth_handson.presentation.frontier import finding, frontier_chart
from synth_handson.tables.split import split_holdout


@pytest.fixture(scope="module")
def compared() -> EngineComparison:
    columns = ["income", "visits", "region", "score", "churned"]
    train, holdout = split_holdout(draw_people(1_000, 0)[columns])
    return compare_engines(train, holdout, "churned", engines=["copula", "trees"], rows=300)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Gaussian copula", "sequential trees", "other real people", "training rows, copied"]),
        ("ja", ["ガウスコピュラ", "逐次決定木", "ほかの実在の人", "学習用データの複製"]),
    ],
)
def test_each_table_is_a_point_with_its_intervals(
    compared: EngineComparison, language: str, names: list[str]
) -> None:
    chart = frontier_chart(compared, language).to_dict()  # type: ignore[arg-type]
    (rows,) = chart["datasets"].values()
    assert len(rows) == 4
    for row, trial, name in zip(rows, compared.trials, names, strict=True):
        assert row["name"].startswith(name)
        assert row["risk"] == trial.risk.value and row["kept"] == trial.kept.value
        assert row["kept_low"] <= row["kept"] <= row["kept_high"]
        assert name in row["said"]
    assert len(chart["layer"]) == 3


def test_without_a_target_there_is_nothing_of_use_to_draw(compared: EngineComparison) -> None:
    trials = (replace(t, evidence=replace(t.evidence, utility=None)) for t in compared.trials)
    chart = frontier_chart(EngineComparison(tuple(trials)), "en").to_dict()
    assert list(chart["datasets"].values()) == [[]]


def test_the_title_says_which_keeps_most_and_whether_that_is_shown(compared: EngineComparison) -> None:
    kept = {
        t.engine: t.kept for t in compared.trials if t.engine in ("copula", "trees") and t.kept is not None
    }
    best = max(kept, key=lambda engine: kept[engine].value or 0.0)
    (other,) = set(kept) - {best}
    said = finding(compared, "en")
    assert said.startswith({"copula": "Gaussian copula", "trees": "sequential trees"}[best])
    low, high = kept[best].low, kept[other].high
    assert low is not None
    assert high is not None
    assert ("overlap" in said) == (high >= low)
    alone = EngineComparison(tuple(t for t in compared.trials if t.engine != "copula"))
    assert "upper left" in finding(alone, "en")
