"""Large files are drawn block by block: the same rows, scanned and measured as any others."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from people import draw_people

from synth_handson.errors import LeakError
from synth_handson.evidence.assessment import Step
from synth_handson.pipeline import blocks
from synth_handson.pipeline.blocks import is_drawn_in_blocks, synthesise_to
from synth_handson.pipeline.generate import GenerationSettings, Synthesised, synthesise
from synth_handson.pipeline.profile import TableProfile, profile_file
from synth_handson.pipeline.write import unfinished, write_synthesised
from synth_handson.synthesis import on_demand

ROWS = 950


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_demand, "BLOCK", 300)
    monkeypatch.setattr(blocks, "MAX_ROWS", 500)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "people.csv"
    table = draw_people(1_200, 1)[["income", "visits", "region", "size", "churned", "since", "score"]]
    table.insert(0, "number", range(1, 1_201))
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def profile(source: Path) -> TableProfile:
    return profile_file(source)


def settings(**options: Any) -> GenerationSettings:
    return GenerationSettings(engine="trees", texts=None, keep=False, count=ROWS, **options)


@pytest.mark.parametrize(
    "asked", [{}, {"shares": {"churned": {True: 0.5, False: 0.5}}}], ids=["any", "shares"]
)
def test_the_file_and_its_evidence_are_those_of_a_table_in_memory(
    profile: TableProfile, source: Path, tmp_path: Path, asked: dict[str, Any]
) -> None:
    whole = synthesise(profile, settings(**asked))
    rows: list[int] = []
    steps: list[Step] = []
    with unfinished(tmp_path / "out.parquet") as file:
        made = synthesise_to(
            tmp_path / "out.parquet",
            file,
            profile,
            settings(**asked),
            on_rows=rows.append,
            on_step=steps.append,
        )
        assert not (tmp_path / "out.parquet").exists()
        manifest = write_synthesised(made, source, tmp_path / "out.parquet")
    assert (rows, made.rows, len(made.table), manifest.drawn) == ([300, 600, 900, 950], 950, 300, 950)
    assert steps[-1].name == "done"
    read = pd.read_parquet(tmp_path / "out.parquet")
    pd.testing.assert_frame_equal(read, whole.table, check_dtype=False)
    assert read["number"].tolist() == list(range(1, 951))
    assert made.evidence == whole.evidence
    made_there = {path.name for path in tmp_path.iterdir() if "out" in path.name}
    assert made_there == {"out.parquet", "out.parquet.manifest.json"}


def test_personal_data_in_any_block_is_found_and_nothing_is_left(source: Path, tmp_path: Path) -> None:
    table = pd.read_csv(source).head(600)
    # Numbers of an account that read as the telephone numbers of some people.
    table["phone"] = [f"+1 212 555 {n:04}" for n in range(100, 700)]
    table["account"] = np.random.default_rng(0).permutation(range(12_125_550_100, 12_125_550_700))
    table.to_csv(tmp_path / "people.csv", index=False)
    found = profile_file(tmp_path / "people.csv").without(["phone"])
    made = _made(found, tmp_path)
    assert made.leaks
    assert max(leak.row for leak in made.leaks) > 300
    with pytest.raises(LeakError):
        write_synthesised(made, tmp_path / "people.csv", tmp_path / "out.parquet")
    assert not [path.name for path in tmp_path.iterdir() if "out" in path.name]


def _made(profile: TableProfile, folder: Path) -> Synthesised:
    with unfinished(folder / "out.parquet") as file:
        return synthesise_to(folder / "out.parquet", file, profile, settings())


def test_the_output_may_be_called_like_any_file(profile: TableProfile, tmp_path: Path) -> None:
    with unfinished(tmp_path / "measured.parquet") as file:
        made = synthesise_to(tmp_path / "measured.parquet", file, profile, settings())
    assert (made.rows, "number" in made.evidence.columns) == (ROWS, False)


def test_small_tables_other_formats_and_people_stay_in_memory(profile: TableProfile, tmp_path: Path) -> None:
    assert is_drawn_in_blocks(profile, settings(), tmp_path / "a.parquet")
    assert not is_drawn_in_blocks(profile, settings(), tmp_path / "a.csv")
    assert not is_drawn_in_blocks(profile, GenerationSettings(count=500), tmp_path / "a.parquet")
