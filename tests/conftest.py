"""Every test has a home of its own; a worker and a trained generator are shared, for they take seconds."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.training import train_generator

BANK_CSV = Path(__file__).parents[1] / "data" / "bank.csv"


@pytest.fixture(scope="session", autouse=True)
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the shared worker lives, so that no test touches the home of whoever runs it."""
    folder = tmp_path_factory.mktemp("shared-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTH_HANDSON_HOME", str(folder))
        patch.delenv("MOSTLY_BASE_URL", raising=False)
        yield folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return this test's own home: its store is empty."""
    folder = tmp_path / "home"
    monkeypatch.setenv("SYNTH_HANDSON_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def bank() -> pd.DataFrame:
    """Return the bundled table: 4,521 rows, 17 columns."""
    return pd.read_csv(BANK_CSV)


@pytest.fixture(scope="session")
def train(bank: pd.DataFrame) -> pd.DataFrame:
    """Return a training table of all 17 columns, small enough to train on in seconds."""
    return bank.head(1_000)


@pytest.fixture(scope="session")
def generator(train: pd.DataFrame) -> Generator:
    """Return a generator trained on ``train`` for three epochs."""
    return train_generator(train, max_epochs=3, random_state=0)
