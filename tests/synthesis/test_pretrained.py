"""What ships in data/: a generator without a row in it, its first table, and how both are rebuilt."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from synth_handson import HANDS_ON_COLUMNS, load_bank_marketing, split_holdout
from synth_handson.errors import DataUnavailableError
from synth_handson.synthesis import archive, pretrained, store
from synth_handson.synthesis.mostly.local import MostlyEngine
from synth_handson.synthesis.order import column_order
from synth_handson.synthesis.pretrained import (
    GENERATOR_FILE,
    SEED,
    load_bundled_synthetic,
    load_pretrained_generator,
)


@pytest.fixture(scope="module")
def parts() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the bundled table's training part and its holdout."""
    return split_holdout(load_bank_marketing("bundled").frame)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return archive.unpack(GENERATOR_FILE.read_bytes())


@pytest.fixture(scope="module")
def statistics(files: dict[str, bytes]) -> dict[str, Any]:
    return dict(json.loads(files["tgt-stats/stats.json"]))


def test_it_was_trained_on_the_training_part(
    parts: tuple[pd.DataFrame, pd.DataFrame], statistics: dict[str, Any]
) -> None:
    train, _ = parts
    generator = load_pretrained_generator()
    assert tuple(name for name, _ in generator.schema.dtypes) == HANDS_ON_COLUMNS
    assert generator.training.rows == len(train)
    assert generator.training.random_state == SEED
    assert generator.training.max_epochs == MostlyEngine.max_epochs
    assert generator.training.stopped_by in ("early stopping", "epochs")
    assert statistics["no_of_training_records"] + statistics["no_of_validation_records"] == len(train)


def test_what_it_knows_of_each_column_stands_in_the_training_part(
    parts: tuple[pd.DataFrame, pd.DataFrame], statistics: dict[str, Any]
) -> None:
    train, _ = parts
    columns = statistics["columns"]
    assert list(columns) == column_order(train, "y")
    assert set(columns) == set(HANDS_ON_COLUMNS)
    for name in ("job", "housing", "loan", "y"):
        assert set(columns[name]["codes"]) - {"_RARE_"} == set(train[name])
    for name in ("age", "balance", "campaign", "duration"):
        assert columns[name]["encoding_type"] == "TABULAR_NUMERIC_DIGIT"
        assert {columns[name]["min"], columns[name]["max"]} <= set(train[name])


def test_the_extremes_that_point_at_one_person_are_cut_off(
    parts: tuple[pd.DataFrame, pd.DataFrame], statistics: dict[str, Any]
) -> None:
    train, _ = parts
    balance, duration = (statistics["columns"][name] for name in ("balance", "duration"))
    assert train["balance"].min() < balance["min"] < balance["max"] < train["balance"].max()
    assert duration["max"] < train["duration"].max()
    drawn = load_bundled_synthetic()["balance"]
    assert drawn.between(balance["min"], balance["max"]).all()


def test_it_holds_no_row(parts: tuple[pd.DataFrame, pd.DataFrame], files: dict[str, bytes]) -> None:
    assert set(files) == {
        "generator.json",
        "model-data/model-configs.json",
        "model-data/model-weights.pt",
        "tgt-stats/stats.json",
    }
    # Beside the weights there are fewer bytes than one per value of the training part.
    train, _ = parts
    assert sum(len(content) for name, content in files.items() if not name.endswith(".pt")) < train.size
    for table in parts:
        for row in table.astype(str).itertuples(index=False):
            for separator in (",", ", ", "\t", '", "'):
                line = separator.join(row).encode()
                assert not any(line in content for content in files.values())


def test_it_holds_no_path(files: dict[str, bytes]) -> None:
    # The weights are an archive: numbers in its folder data, and all that is told beside them.
    weights = archive.unpack(files["model-data/model-weights.pt"])
    told = {name: content for name, content in weights.items() if "/data/" not in name}
    assert any(name.endswith("data.pkl") for name in told)
    for name, content in {**files, "model-data/model-weights.pt": "".join(weights).encode(), **told}.items():
        found = re.search(rb"[A-Za-z]:\\\w|/(home|Users|root|tmp|var|work|mnt|opt|private)/", content)
        assert found is None, (name, found)


def test_it_is_small_enough_to_ship() -> None:
    assert GENERATOR_FILE.stat().st_size < 350_000


@pytest.mark.engine
def test_the_bundled_table_is_what_it_draws() -> None:
    shipped = load_bundled_synthetic()
    drawn = load_pretrained_generator().sample(len(shipped), random_state=SEED)
    assert len(shipped) == 1_000
    assert list(shipped.dtypes) == list(drawn.dtypes)
    assert list(shipped.columns) == list(HANDS_ON_COLUMNS)
    # Another processor may round a probability differently, and draw another value here and there.
    assert (shipped == drawn).all(axis=1).mean() >= 0.98


@pytest.mark.parametrize(
    ("constant", "load"),
    [("GENERATOR_FILE", load_pretrained_generator), ("SYNTHETIC_FILE", load_bundled_synthetic)],
)
def test_a_missing_file_is_named(
    constant: str, load: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"synth_handson.synthesis.pretrained.{constant}", tmp_path / "gone")
    with pytest.raises(DataUnavailableError, match=re.escape(str(tmp_path / "gone"))):
        load()


def test_it_is_rebuilt_by_a_training_whatever_the_store_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "load", lambda name: pytest.fail("looked into the store"))
    for constant in ("GENERATOR_FILE", "SYNTHETIC_FILE"):
        monkeypatch.setattr(pretrained, constant, tmp_path / constant)
    training = pretrained.rebuild()
    assert load_pretrained_generator().training == training
    assert (training.engine, training.random_state, training.rows) == ("mostly", SEED, 3_617)
    assert len(load_bundled_synthetic()) == 1_000
