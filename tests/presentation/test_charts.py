"""Charts carry aggregates, say everything in the reader's language, and do not rest on colour alone."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synth_handson.locales import LANGUAGES
from synth_handson.metrics.bins import Bin, column_shares
from synth_handson.palette import HOLDOUT, ORIGINAL, SYNTHETIC
from synth_handson.presentation.charts import bin_label, distribution_chart, lines
from synth_handson.presentation.labels import column_label

BANK = pd.read_csv(Path(__file__).parents[2] / "data" / "bank.csv")
WHITE, DARK = "#ffffff", "#181c1a"


def shares_of(real, synthetic, name="x"):
    return column_shares(pd.DataFrame({name: real}), pd.DataFrame({name: synthetic}), name)


def rows_of(spec: dict, layer: int) -> list[dict]:
    """Read what one layer draws."""
    data = spec["layer"][layer].get("data") or spec["data"]
    return data["values"] if "values" in data else spec["datasets"][data["name"]]


def marks(spec: dict) -> int:
    lines = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    others = [i for i, layer in enumerate(spec["layer"]) if layer not in lines]
    return len(lines) + sum(len(rows_of(spec, i)) for i in others)


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("column", BANK.columns)
def test_every_bank_column_makes_a_small_valid_chart(column, language):
    shares = column_shares(BANK[:3000], BANK[3000:], column)
    spec = distribution_chart(shares, language, BANK.columns).to_dict()
    assert spec["title"]["text"] == column_label(column, language, BANK.columns) != column
    assert spec["width"] == "container"
    assert spec["background"] == "transparent"
    assert marks(spec) < 100
    assert len(json.dumps(spec)) < 60_000


def test_a_histogram_draws_shares_as_a_filled_shape_and_an_outline_that_ends_on_the_axis():
    spec = distribution_chart(shares_of(range(20), [0] * 3 + [19]), "en", BANK.columns).to_dict()
    filled, outline, _ = spec["layer"]
    assert filled["mark"]["type"] == "bar"
    assert filled["encoding"]["fill"]["scale"]["range"] == [ORIGINAL]
    assert [row["first"] for row in rows_of(spec, 0)] == [0.05] * 20
    assert outline["mark"]["type"] == "line"
    assert outline["mark"]["interpolate"] == "step-after"
    assert outline["encoding"]["stroke"]["scale"]["range"] == [SYNTHETIC]
    assert [row["second"] for row in rows_of(spec, 1)] == [0, 0.75, *[0] * 18, 0.25, 0]
    for layer in (filled, outline):
        assert layer["encoding"]["y"]["axis"]["format"] == "~%"


def test_a_whole_number_has_its_bar_over_its_tick():
    spec = distribution_chart(shares_of(range(1, 32), [1]), "en", BANK.columns).to_dict()
    assert [(row["lower"], row["upper"], row["bin"]) for row in rows_of(spec, 0)][:2] == [
        (0.5, 1.5, "1"),
        (1.5, 2.5, "2"),
    ]


def test_categories_are_horizontal_bars_in_the_order_of_the_bins():
    spec = distribution_chart(shares_of(["b", "b", "a"], ["_RARE_", "b"]), "en", BANK.columns).to_dict()
    filled, outline, _ = spec["layer"]
    assert filled["encoding"]["y"] == outline["encoding"]["y"]
    assert filled["encoding"]["y"]["sort"] is None
    assert filled["encoding"]["x"]["field"] == "first"
    assert outline["mark"]["filled"] is False
    assert [row["bin"] for row in rows_of(spec, 0)] == ["b", "a", "_RARE_ (not in the original)"]


@pytest.mark.parametrize(
    ("language", "subtitle"),
    [
        (
            "en",
            [
                "Outside the chart:",
                "under 0: original 0.00 %, synthetic 25.00 %",
                "1,000 or more: original 1.00 %, synthetic 25.00 %",
                "(missing): original 0.00 %, synthetic 25.00 %",
            ],
        ),
        (
            "ja",
            [
                "グラフの範囲外：",
                "0 未満：元データ 0.00 %、合成データ 25.00 %",
                "1,000 以上：元データ 1.00 %、合成データ 25.00 %",
                "（欠損）：元データ 0.00 %、合成データ 25.00 %",
            ],
        ),
    ],
)
def test_what_a_histogram_leaves_out_is_said_under_its_title(language, subtitle):
    shares = shares_of([*range(990), *[100_000] * 10], [5, 100_000, -3, None])
    assert distribution_chart(shares, language, BANK.columns).to_dict()["title"]["subtitle"] == subtitle


def test_nothing_is_said_where_nothing_is_left_out():
    assert (
        "subtitle" not in distribution_chart(shares_of(["a"], ["a"]), "en", BANK.columns).to_dict()["title"]
    )


@pytest.mark.parametrize(
    ("language", "legend", "tooltip", "said", "description"),
    [
        (
            "en",
            ["original", "synthetic"],
            ["value", "original", "synthetic"],
            "yes: original 25.00 %, synthetic 50.00 %",
            "Overlaid distributions of Has a housing loan: share of rows in 2 bins. "
            "The largest difference: no: original 75.00 %, synthetic 50.00 %.",
        ),
        (
            "ja",
            ["元データ", "合成データ"],
            ["値", "元データ", "合成データ"],
            "yes：元データ 25.00 %、合成データ 50.00 %",
            "「住宅ローンの有無」の分布の重ね合わせ。行の割合を 2 個の区間で比較。"
            "差が最も大きい区間は no：元データ 75.00 %、合成データ 50.00 %。",
        ),
    ],
)
def test_legend_tooltips_and_screen_reader_speak_the_readers_language(
    language, legend, tooltip, said, description
):
    shares = shares_of(["no"] * 3 + ["yes"], ["no", "yes"], "housing")
    spec = distribution_chart(shares, language, BANK.columns).to_dict()
    row = rows_of(spec, 0)[1]
    assert [row["first_name"], row["second_name"]] == legend
    hover = spec["layer"][2]["encoding"]
    assert [entry["title"] for entry in hover["tooltip"]] == tooltip
    assert [entry.get("format") for entry in hover["tooltip"]] == [None, ".2%", ".2%"]
    assert hover["description"]["field"] == "said"
    assert row["said"] == said
    assert spec["description"] == description


def test_a_chart_holds_shares_and_no_row_of_the_tables():
    real = pd.Series([*range(5000)]) * 1000 + 123
    spec = distribution_chart(shares_of(real, real), "en", BANK.columns).to_dict()
    assert "123" not in json.dumps([row["bin"] for row in rows_of(spec, 0)])
    assert len(rows_of(spec, 0)) <= 40


def test_dates_are_drawn_in_universal_time():
    days = pd.date_range("2024-01-01", "2024-01-20", freq="D")
    spec = distribution_chart(shares_of(days, days), "en", BANK.columns).to_dict()
    x = spec["layer"][0]["encoding"]["x"]
    assert (x["type"], x["scale"]["type"]) == ("temporal", "utc")
    assert rows_of(spec, 0)[0]["lower"] == days[0].timestamp() * 1000


@pytest.mark.parametrize(
    ("bin_", "kind", "english", "japanese"),
    [
        (Bin("range", lower=20, upper=25), "integer", "20 to 24", "20 ～ 24"),
        (Bin("range", lower=-1000, upper=0), "integer", "−1,000 to −1", "−1,000 ～ −1"),
        (Bin("range", lower=3, upper=4), "integer", "3", "3"),
        (Bin("range", lower=0.1, upper=0.15), "number", "0.1 to under 0.15", "0.1 以上 0.15 未満"),
        (Bin("range", lower=0, upper=86400), "date",
         "1970-01-01 to before 1970-01-02", "1970-01-01 以降 1970-01-02 より前"),
        (Bin("beyond", lower=1), "date", "1970-01-01 00:00:01 or later", "1970-01-01 00:00:01 以降"),
        (Bin("below", upper=0), "date", "before 1970-01-01", "1970-01-01 より前"),
        (Bin("beyond", lower=0), "date", "1970-01-01 or later", "1970-01-01 以降"),
        (Bin("other", count=1200), "category", "other (1,200 values)", "その他（1,200 種類）"),
        (Bin("unseen", label="{x}"), "category", "{x} (not in the original)", "{x}（元データになし）"),
        (Bin("unseen", count=7), "category", "7 more not in the original", "元データにないほかの 7 種類"),
        (Bin("missing"), "number", "(missing)", "（欠損）"),
    ],
)  # fmt: skip
def test_bins_have_names_in_both_languages(bin_, kind, english, japanese):
    assert bin_label(bin_, kind, "en") == english
    assert bin_label(bin_, kind, "ja") == japanese


def test_a_column_of_another_table_keeps_its_name():
    assert column_label("balance", "ja", ["balance", "y"]) == "年間平均残高（ユーロ）"
    for table in (["balance"], ["balance", "y", "shoe_size"]):
        assert column_label("balance", "ja", table) == "balance"


@pytest.mark.parametrize("colour", [ORIGINAL, SYNTHETIC, HOLDOUT])
@pytest.mark.parametrize("background", [WHITE, DARK])
def test_colours_stand_out_from_both_backgrounds(colour, background):
    light, dark = sorted([luminance(colour), luminance(background)], reverse=True)
    # WCAG 2.2, success criterion 1.4.11: graphics need 3 to 1.
    assert (light + 0.05) / (dark + 0.05) >= 3


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("Age (years)", 44, "Age (years)"),
        ("farther than the holdout is", 16, ["farther than the", "holdout is"]),
        ("学習データの最近傍までの距離", 16, ["学習データの最近", "傍までの距離"]),
        ("強さ（標準偏差、割合）", 14, ["強さ（標準偏", "差、割合）"]),
        ("unbreakable", 4, ["unbreakable"]),
        ("性能と 95 % 信頼区間", 10, ["性能と 95", "% 信頼区間"]),
    ],
)
def test_a_text_too_wide_for_a_phone_is_broken_where_the_language_allows(text, width, expected):
    assert lines(text, width) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_title_of_a_bank_column_is_wider_than_a_phone(language):
    for column in BANK.columns:
        broken = lines(column_label(column, language, BANK.columns))
        for line in [broken] if isinstance(broken, str) else broken:
            assert sum(2 if ord(sign) > 0x2FFF else 1 for sign in line) <= 44
