"""CTGAN, the real one: its epochs, its end, its licence, and what its columns are decoded by."""

import numpy as np
import pandas as pd
import pytest

from synth_handson.errors import ArgumentError, LicenceNotice
from synth_handson.synthesis import registry
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.run import CancelToken, Progress
from synth_handson.synthesis.training import train_generator

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore::synth_handson.errors.LicenceNotice")]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    group = rng.choice(["x", "y"], 800, p=[0.8, 0.2])
    return pd.DataFrame(
        {
            "group": group,
            "size": np.where(group == "x", rng.normal(0, 1, 800), rng.normal(50, 1, 800)).round(2),
            "gap": np.where(rng.random(800) < 0.3, np.nan, rng.integers(0, 500, 800)),
        }
    )


def train(table: pd.DataFrame, **options: object) -> Generator:
    return train_generator(table, engine="ctgan", **options)  # type: ignore[arg-type]


def test_it_says_what_its_licence_does_not_allow_before_it_runs(table: pd.DataFrame) -> None:
    seen: list[str] = []
    with pytest.warns(LicenceNotice, match="Business Source License 1.1") as caught:
        train(table, max_epochs=1, on_progress=lambda progress: seen.append(str(len(caught))))
    assert seen[1] == "1"


def test_each_epoch_is_told_and_numbers_keep_their_groups(table: pd.DataFrame) -> None:
    epochs: list[float] = []
    generator = train(table, max_epochs=60, on_progress=lambda progress: epochs.append(progress.epoch))
    assert sorted(set(epochs)) == [float(n) for n in range(61)]
    training = generator.training
    assert (training.stopped_by, training.epochs, training.val_loss) == ("epochs", 60, None)
    rows = generator.sample(2_000)
    assert rows["size"].between(table["size"].min(), table["size"].max()).all()
    assert (rows["size"].round(2) == rows["size"]).all()
    assert 0.1 < rows["gap"].isna().mean() < 0.6
    # Hardly a number lies between the two groups.
    assert rows["size"].between(10, 40).mean() < 0.05


def test_a_cancelled_training_keeps_the_last_epoch_if_asked(table: pd.DataFrame) -> None:
    token = CancelToken()

    def follow(progress: Progress) -> None:
        if progress.epoch == 2:
            token.cancel(keep=True)

    generator = train(table, cancel=token, on_progress=follow)
    assert generator.training.max_epochs == 300
    assert generator.training.stopped_by == "cancelled"
    assert 2 <= generator.training.epochs < 300
    assert len(generator.sample(10)) == 10


def test_a_training_ends_with_its_minutes(table: pd.DataFrame) -> None:
    training = train(table, max_minutes=1e-3).training
    assert (training.stopped_by, training.epochs) == ("time", 1)


def test_without_the_extra_the_error_names_the_command(
    table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda module: None)
    for engine in ("ctgan", "aim"):
        with pytest.raises(ArgumentError, match=rf'pip install "synth-handson\[{engine}\]"'):
            train_generator(table, engine=engine)
