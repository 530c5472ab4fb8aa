"""Large tables are drawn in blocks: the same rows in memory and in a file."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from people import draw_people, draw_visits

from synth_handson.errors import ArgumentError
from synth_handson.synthesis import on_demand
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.training import train_generator

COLUMNS = ["income", "visits", "region", "since", "member", "size", "churned", "score"]


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_demand, "BLOCK", 200)


def table() -> pd.DataFrame:
    return draw_people(2_000, 1)[COLUMNS].assign(size=lambda t: t["size"].astype("category"))


@pytest.fixture(scope="module", params=["copula", "trees"])
def generator(request: pytest.FixtureRequest) -> Generator:
    return train_generator(table(), engine=request.param, keep=False)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"given": {"churned": "no", "size": ["S", "M"]}},
        {"shares": {"size": {"S": 0.5, "M": 0.5}}},
        {"given": pd.DataFrame({"visits": np.arange(950) % 3})},
    ],
    ids=["any", "given", "shares", "table"],
)
def test_the_file_holds_the_rows_that_sample_returns(
    generator: Generator, asked: dict[str, Any], tmp_path: Path
) -> None:
    told: list[int] = []
    generator.write(tmp_path / "rows.parquet", 950, 7, **asked, on_rows=told.append)
    assert told == [200, 400, 600, 800, 950]
    rows, read = generator.sample(950, 7, **asked), pd.read_parquet(tmp_path / "rows.parquet")
    pd.testing.assert_frame_equal(read, rows, check_dtype=False, check_categorical=False)
    assert read.attrs.get("asked") == rows.attrs.get("asked")
    assert [len(block) for block in generator.blocks(950, 7, **asked)] == [200, 200, 200, 200, 150]


def test_blocks_are_other_rows_of_the_same_distribution(generator: Generator) -> None:
    first, second = list(generator.blocks(400))
    assert first.merge(second).empty or len(first.merge(second)) < 20
    pd.testing.assert_frame_equal(first, generator.sample(200))
    assert first["churned"].eq("yes").mean() == pytest.approx(second["churned"].eq("yes").mean(), abs=0.15)


def test_what_was_asked_for_holds_in_every_block(generator: Generator) -> None:
    half = {"churned": {"yes": 0.5, "no": 0.5}}
    for block in generator.blocks(500, shares=half, given={"size": "S"}):
        assert (block["size"] == "S").all()
        assert block["churned"].value_counts().to_dict() == {"yes": len(block) / 2, "no": len(block) / 2}


def test_rules_hold_in_every_block_and_none_is_drawn_twice() -> None:
    rng = np.random.default_rng(0)
    start = rng.normal(50, 10, 1_000).round(2)
    stays = pd.DataFrame({"start": start, "end": start + rng.normal(5, 4, 1_000).round(2)})
    ruled = train_generator(
        stays[stays["start"] < stays["end"]], engine="copula", rules="start < end", keep=False
    )
    rows = ruled.sample(1_000)
    assert (rows["start"] < rows["end"]).all()
    assert rows.duplicated().mean() < 0.02
    assert rows.attrs["redrawn"] == pytest.approx(np.mean([b.attrs["redrawn"] for b in ruled.blocks(1_000)]))


def test_identifiers_differ_throughout(tmp_path: Path) -> None:
    visits = draw_visits(24)
    generator = train_generator(visits, engine="copula", keep=False)
    generator.write(tmp_path / "rows.parquet", 900)
    read = pd.read_parquet(tmp_path / "rows.parquet")
    assert read["patient_id"].is_unique
    assert not set(read["patient_id"]) & set(visits["patient_id"])
    pd.testing.assert_series_equal(read["patient_id"], generator.sample(900)["patient_id"])


def test_errors_come_before_anything_is_written(generator: Generator, tmp_path: Path) -> None:
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("rows.csv", {}, "only Parquet"),
        ("rows.parquet", {"given": {"size": "XXL"}}, "XXL"),
        ("rows.parquet", {"given": pd.DataFrame({"size": ["S"] * 900})}, "900 rows, but n is 950"),
        ("rows.parquet", {"random_state": -1}, "-1"),
        ("none/rows.parquet", {}, "none"),
    ]
    for name, options, words in cases:
        with pytest.raises(ArgumentError, match=words):
            generator.write(tmp_path / name, 950, **options)
    assert not list(tmp_path.iterdir())
    generator.write(tmp_path / "rows.parquet", 10)
    with pytest.raises(ArgumentError, match="already exists"):
        generator.write(tmp_path / "rows.parquet", 10)


def test_whoever_stops_it_leaves_nothing_behind(generator: Generator, tmp_path: Path) -> None:
    def stop(rows: int) -> None:
        if rows > 300:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generator.write(tmp_path / "rows.parquet", 950, on_rows=stop)
    assert not list(tmp_path.iterdir())
