"""Every test has a home of its own; workers and a trained generator are shared, for they take seconds.

Only a test marked ``engine`` trains with the real one; any other has a stand-in that is imported at once.
"""

import os
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pandas as pd
import pytest
from assessing import assessed_once, one_model, one_model_throughout  # noqa: F401
from browsing import chromium  # noqa: F401
from engines import STAND_IN
from hypothesis import HealthCheck, settings

from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.mostly import local
from synth_handson.synthesis.training import train_generator
from synth_handson.synthesis.worker import WorkerPool

BANK_CSV = Path(__file__).parents[1] / "data" / "bank.csv"
# Tests start many processes; where Python is told to keep no bytecode, each compiles all libraries anew, and
# that takes as long as everything else that it does.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

REAL_ENGINE = ("engine", "browser")
"""Marks of the tests that work with the real engine."""
HOMES = count()
"""Numbers of the tests' homes: most need none, and making them would take as long as a small test does."""

# How fast a machine is says nothing of whether the code is right, nor does a draw that nobody repeats.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", UNHURRIED, max_examples=25, derandomize=True)
settings.register_profile("thorough", UNHURRIED, max_examples=200)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the slowest files start first: those with the real engine. A file's tests share one process.

    (By file, as xdist 3.8 does not see its own groups in pytest 9.2.)
    """
    slow = {item.path for item in items if any(map(item.get_closest_marker, REAL_ENGINE))}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the shared worker lives, so that no test touches the home of whoever runs it."""
    folder = tmp_path_factory.mktemp("shared-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTH_HANDSON_HOME", str(folder))
        patch.delenv("MOSTLY_BASE_URL", raising=False)
        yield folder


@pytest.fixture(scope="session")
def stand_in_pool(shared_home: Path) -> Iterator[WorkerPool]:
    """Return the workers of the tests without the real engine."""
    pool = WorkerPool(local.PROCESS)
    yield pool
    pool.close()


@pytest.fixture(autouse=True)
def stand_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the stand-in in the engine's place, for workers of this process and of those it starts."""
    if not any(request.node.get_closest_marker(name) for name in REAL_ENGINE):
        monkeypatch.setenv("PYTHONPATH", str(STAND_IN), prepend=os.pathsep)
        monkeypatch.setattr(local, "POOL", request.getfixturevalue("stand_in_pool"))


@pytest.fixture(autouse=True)
def home(shared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return this test's own home: its store is empty. Whoever writes there first makes the folder."""
    folder = shared_home / "tests" / str(next(HOMES))
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
    """Return a generator that the real engine has trained on ``train`` for three epochs."""
    return train_generator(train, max_epochs=3, random_state=0)
