"""Charts of the evidence draw what was measured, and say it to those who cannot see them."""

import json
from dataclasses import replace
from itertools import combinations, product

import pytest

from synth_handson.evidence.controls.leak_simulation import LeakSimulation, NaiveScore
from synth_handson.evidence.fidelity.statistics import Fidelity, SchemaMatch
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.utility.tstr import ModelUtility, Utility
from synth_handson.locales import LANGUAGES, Language
from synth_handson.metrics.intervals import Estimate
from synth_handson.palette import ORIGINAL, SYNTHETIC
from synth_handson.presentation.evidence_charts import (
    MAX_COLUMNS,
    pair_chart,
    simulation_chart,
    utility_chart,
)
from synth_handson.presentation.labels import leak_size


def distance(value: float, reference: float, *columns: str) -> Measure:
    name = "pair_tvd" if len(columns) == 2 else "column_tvd"
    estimate, expected = (Estimate(v, v - 0.01, v + 0.01) for v in (value, reference))
    return Measure(name, estimate, expected, rows=900, columns=columns)


def fidelity(columns: list[Measure], pairs: list[Measure]) -> Fidelity:
    schema = SchemaMatch(names=True, types=True, order=True, differing=())
    return Fidelity(schema, tuple(columns), tuple(pairs), (), len(pairs), len(pairs))


THREE = fidelity(
    [distance(0.05, 0.06, "age"), distance(0.03, 0.02, "job"), distance(0.02, 0.02, "y")],
    [distance(0.15, 0.12, "age", "job"), distance(0.07, 0.08, "age", "y"), distance(0.1, 0.02, "job", "y")],
)


def rows_of(spec: dict) -> list[dict]:
    """Read what all layers draw."""
    data = spec.get("data") or spec["layer"][0]["data"]
    return data["values"] if "values" in data else spec["datasets"][data["name"]]


def test_pairs_make_a_symmetrical_map_with_the_columns_on_its_diagonal() -> None:
    spec = pair_chart(THREE, "en").to_dict()
    cells = {(row["first"], row["second"]): row["label"] for row in rows_of(spec)}
    assert set(cells) == set(product(["age", "job", "y"], repeat=2))
    assert cells["age", "job"] == cells["job", "age"] == "+3.0"
    assert cells["age", "y"] == "−1.0"
    assert cells["job", "job"] == "+1.0"
    assert spec["width"] == "container"
    assert spec["layer"][0]["encoding"]["x"]["sort"] == ["age", "job", "y"]


def test_the_colours_go_from_none_to_the_largest_difference_or_five_points() -> None:
    def scale(measured: Fidelity) -> dict:
        return pair_chart(measured, "en").to_dict()["layer"][0]["encoding"]["fill"]["scale"]

    assert scale(THREE) == {"domain": [0, 8], "range": ["rgba(224,68,62,0.0)", SYNTHETIC], "clamp": True}
    assert scale(replace(THREE, pairs=()))["domain"] == [0, 5]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "Age (years) × Job: total variation distance 15.0 % (14.0 % to 16.0 %) for the synthetic rows, "
            "12.0 % (11.0 % to 13.0 %) for the holdout",
        ),
        (
            "ja",
            "年齢（歳） × 職業：全変動距離は合成データ 15.0 %（14.0 % ～ 16.0 %）、"
            "ホールドアウト 12.0 %（11.0 % ～ 13.0 %）",
        ),
    ],
)
def test_each_cell_says_both_distances(language: Language, said: str) -> None:
    spec = pair_chart(THREE, language).to_dict()
    (row,) = (row for row in rows_of(spec) if (row["first"], row["second"]) == ("age", "job"))
    assert row["said"] == said
    assert spec["layer"][0]["encoding"]["description"]["field"] == "said"


@pytest.mark.parametrize(("columns", "labelled"), [(10, True), (17, False), (60, False)])
def test_a_map_stays_readable_whatever_the_number_of_columns(columns: int, labelled: bool) -> None:
    names = [f"c{i}" for i in range(columns)]
    # The last columns are in the worst pairs.
    pairs = [distance(0.1 + int(b[1:]) / 1000, 0.1, a, b) for a, b in combinations(names, 2)]
    spec = pair_chart(fidelity([distance(0.1, 0.1, name) for name in names], pairs), "en").to_dict()
    drawn = {row["first"] for row in rows_of(spec)}
    assert len(drawn) == min(columns, MAX_COLUMNS)
    assert len(rows_of(spec)) == len(drawn) ** 2
    assert names[-1] in drawn
    assert (len(spec["layer"]) == 2) == labelled
    assert len(json.dumps(spec)) < 150_000


def utility(task: str, *names: str) -> Utility:
    measures = tuple(
        Measure(name, Estimate(0.7, 0.6, 0.8), Estimate(0.8, 0.7, 0.9), rows=900, columns=("y",))
        for name in names
    )
    kept = Measure("performance_kept", Estimate(0.8, 0.7, 0.9), rows=900)
    models = tuple(
        ModelUtility(model, measures, kept, ()) for model in ("linear", "random_forest", "gradient_boosting")
    )
    return Utility("y", task, "yes", models, 1000, 900, 0.88)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_model_has_a_blue_and_a_red_point_with_its_interval(language: Language) -> None:
    spec = utility_chart(utility("binary", "roc_auc", "accuracy"), language).to_dict()
    rows = rows_of(spec)
    assert len(rows) == 2 * 3 * 2
    assert spec["layer"][0]["encoding"]["color"]["scale"]["range"] == [ORIGINAL, SYNTHETIC]
    real, synthetic = rows[:2]
    assert (real["value"], real["low"], real["high"]) == (0.8, 0.7, 0.9)
    assert (synthetic["value"], synthetic["low"], synthetic["high"]) == (0.7, 0.6, 0.8)
    assert real["model"] == synthetic["model"]
    assert real["said"].endswith(real["said_value"])
    assert [row["slot"] for row in rows] == [*range(6), *range(6)]


def test_errors_in_a_unit_of_their_own_share_no_axis_with_r2() -> None:
    spec = utility_chart(utility("regression", "mae", "rmse", "r2"), "en").to_dict()
    assert len(rows_of(spec)) == 6
    assert {row["model"] for row in rows_of(spec)} == {
        "Linear regression", "Random forest", "Gradient boosting",
    }  # fmt: skip


def simulated(share: float, noticed: tuple[str, ...], naive: float) -> LeakSimulation:
    measures = (
        Measure("identical_rows", Estimate(share, 0, 1), rows=100, p_value=0.5),
        Measure("dcr_ratio", Estimate(1, 0, 2), rows=100),
        Measure("attack_auc", Estimate(0.5, 0.4, 0.6), rows=100, p_value=0.5),
    )
    traced = Estimate(1.0, 0.9, 1.0) if share else None
    return LeakSimulation(
        "planted", share, 100, round(share * 100), measures, noticed, NaiveScore(naive, 0.2), traced
    )


def test_a_size_is_red_where_it_is_noticed_and_the_naive_score_has_colours_of_its_own() -> None:
    simulations = [simulated(0.01, (), 0.25), simulated(0.1, ("identical_rows",), 0.15)]
    spec = simulation_chart(simulations, "en").to_dict()
    kinds = {(row["size"], row["measure"]): row["kind"] for row in rows_of(spec)}
    assert kinds == {
        ("1 %", "Identical rows"): "does not notice",
        ("1 %", "Attack: AUC"): "does not notice",
        ("1 %", "Naive score"): "rates it at least as private as unseen people",
        ("10 %", "Identical rows"): "notices the leak",
        ("10 %", "Attack: AUC"): "does not notice",
        ("10 %", "Naive score"): "rates it below unseen people (no test)",
    }
    scale = spec["layer"][0]["encoding"]["fill"]["scale"]
    colours = dict(zip(scale["domain"], scale["range"], strict=True))
    assert colours["notices the leak"] == "rgba(224,68,62,0.75)"
    assert rows_of(spec)[0]["said"] == "1 %, Identical rows: 1.00 %, does not notice"


@pytest.mark.parametrize("language", LANGUAGES)
def test_sizes_of_every_leak_are_labelled_in_their_unit(language: Language) -> None:
    planted = simulated(0.05, (), 0.2)
    assert leak_size(planted, language) == "5 %"
    assert "12" in leak_size(replace(planted, leak="overfit", size=12), language)
    for leak in ("planted", "jittered", "overfit"):
        spec = simulation_chart([replace(planted, leak=leak)], language).to_dict()
        assert spec["layer"][0]["encoding"]["x"]["title"]
