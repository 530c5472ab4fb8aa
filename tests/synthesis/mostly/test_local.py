"""The real engine: what it makes of a table, and that its seed decides it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from synth_handson.errors import ArgumentError, TrainingError
from synth_handson.synthesis import archive, store
from synth_handson.synthesis.archive import from_bytes, to_bytes
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.mostly import local
from synth_handson.synthesis.run import TrainingRun
from synth_handson.synthesis.schema import PROTECTED_TOKEN
from synth_handson.synthesis.training import train_generator

pytestmark = pytest.mark.engine


# The rows.


def test_all_17_columns_are_trained_and_drawn(generator: Generator, train: pd.DataFrame) -> None:
    rows = generator.sample(800)
    assert len(rows) == 800
    assert list(rows.columns) == list(train.columns)
    assert rows.dtypes.equals(train.dtypes)
    assert rows.index.equals(pd.RangeIndex(800))
    for name, column in train.items():
        if pd.api.types.is_numeric_dtype(column):
            assert rows[name].between(column.min(), column.max()).all(), name
        else:
            assert set(rows[name]) <= {*column, PROTECTED_TOKEN}, name


def columns_of_every_type() -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = 400
    few = pd.Series(random.integers(0, 5, rows))
    many = pd.Series(random.integers(0, 900, rows))
    real = pd.Series(random.normal(size=rows))
    day = pd.Timestamp("2020-01-01") + pd.to_timedelta(many, "D")
    letter = few.map(dict(enumerate("abcde")))
    missing = few == 1
    return pd.DataFrame(
        {
            "bool": few > 2,
            "boolean": (few > 2).astype("boolean").mask(missing),
            "int8": few.astype("int8"),
            "Int64": many.astype("Int64").mask(missing),
            "float64": real.mask(missing),
            "float32": (few / 2).astype("float32"),
            "datetime": day.mask(missing),
            "datetime in seconds": day.astype("datetime64[s]"),
            "datetime in Tokyo": day.dt.tz_localize("Asia/Tokyo"),
            "str": letter.mask(missing),
            "object": letter.astype(object),
            "category": letter.astype("category"),
            "ordered": pd.Categorical(letter, list("edcbaz"), ordered=True),
            "category of integers": few.astype("category"),
            "category of booleans": (few > 2).astype("category"),
        }
    )


@pytest.fixture(scope="module")
def table_of_every_type() -> pd.DataFrame:
    return columns_of_every_type()


@pytest.fixture(scope="module")
def rows_of_every_type(table_of_every_type: pd.DataFrame) -> pd.DataFrame:
    return train_generator(table_of_every_type, max_epochs=3).sample(500)


@pytest.mark.parametrize("name", columns_of_every_type().columns)
def test_every_dtype_comes_back(
    name: str, table_of_every_type: pd.DataFrame, rows_of_every_type: pd.DataFrame
) -> None:
    original, drawn = table_of_every_type[name], rows_of_every_type[name]
    # A level that nobody has could be read off the dtype.
    wanted = original.cat.remove_unused_categories() if name == "ordered" else original
    assert drawn.dtype == wanted.dtype
    assert drawn.isna().any() == original.isna().any()
    if drawn.nunique() <= 10:
        assert set(drawn.dropna()) <= set(original.dropna())
    else:
        assert drawn.dropna().between(original.min(), original.max()).all()


def test_a_rare_category_is_protected(table: pd.DataFrame) -> None:
    secret = table.assign(job=table["job"].mask(table.index == 7, "astronaut"))
    rows = train_generator(secret, max_epochs=1).sample(3_000)
    assert "astronaut" not in set(rows["job"])
    # Other jobs may be too rare as well; the token stands for all of them.
    assert set(rows["job"]) <= {*table["job"], PROTECTED_TOKEN}


def test_a_protected_category_is_one_more_level() -> None:
    letters = [*("ab" * 200), *"cdefg"]
    frame = pd.DataFrame({"letter": pd.Categorical(letters), "number": np.tile(range(45), 9)})
    generator = train_generator(frame, max_epochs=1)
    rows = generator.sample(5_000)
    assert PROTECTED_TOKEN in set(rows["letter"])
    assert list(rows["letter"].cat.categories) == [*"ab", PROTECTED_TOKEN]


# The seed.


def test_the_seed_of_the_sample_decides_the_rows(generator: Generator) -> None:
    rows = generator.sample(200, random_state=5)
    pd.testing.assert_frame_equal(generator.sample(200, random_state=5), rows)
    assert not generator.sample(200, random_state=6).equals(rows)


def test_the_seed_of_the_training_decides_the_rows(table: pd.DataFrame) -> None:
    def rows(random_state: int) -> pd.DataFrame:
        store.clear()
        generator = train_generator(table, max_epochs=2, random_state=random_state)
        assert not generator.from_store
        return generator.sample(300)

    first = rows(1)
    pd.testing.assert_frame_equal(rows(1), first)
    assert not rows(2).equals(first)


def test_a_packed_generator_draws_the_same_rows(generator: Generator) -> None:
    unpacked = from_bytes(to_bytes(generator))
    assert replace(unpacked, from_store=False) == generator
    pd.testing.assert_frame_equal(unpacked.sample(100), generator.sample(100))


def test_a_packed_generator_holds_no_rows(train: pd.DataFrame) -> None:
    # 1,000 distinct numbers of seven digits.
    canaries = 7_000_000 + np.arange(len(train)) * 1_009 % 99_991
    generator = train_generator(train[["age", "job"]].assign(balance=canaries), max_epochs=1)
    files = archive.unpack(to_bytes(generator))
    text = b"\n".join(files.values())
    found = [value for value in canaries if str(value).encode() in text]
    # The percentiles, 0 to 100, are all that the model publishes of a column of numbers.
    assert len(found) <= 101


# When it ends.


def test_a_training_ends_when_it_no_longer_improves() -> None:
    random = np.random.default_rng(0)
    noise = pd.DataFrame({name: random.choice(["x", "y"], 100) for name in "ab"})
    generator = train_generator(noise, max_epochs=10_000)
    assert generator.training.stopped_by == "early stopping"
    assert generator.training.epochs < 10_000


# Differential privacy.


def test_a_training_stays_within_its_epsilon(table: pd.DataFrame) -> None:
    training = train_generator(table, max_epochs=3, epsilon=2.0).training
    assert training.reached_epsilon is not None
    assert 0.5 < training.reached_epsilon <= 2.0
    assert (training.epsilon, training.delta) == (2.0, 1e-6)


def test_less_epsilon_is_more_noise(table: pd.DataFrame) -> None:
    strict, loose = (
        train_generator(table, max_epochs=5, epsilon=epsilon).training.val_loss for epsilon in (0.5, 100.0)
    )
    assert strict is not None
    assert loose is not None
    assert strict > loose


def test_a_training_that_spent_more_than_allowed_is_not_kept(
    table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overspend(run: TrainingRun, *_: object) -> dict[str, bytes]:
        run.reached_epsilon = 2.5
        return {}

    monkeypatch.setattr(local, "train_in_worker", overspend)
    with pytest.raises(TrainingError, match="more than the 2 allowed"):
        train_generator(table, epsilon=2.0)
    assert store.clear() == 0


def test_too_little_epsilon_is_said_to_be_so(table: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match=r"Allow 0\.3 or more"):
        train_generator(table, epsilon=0.01)
    train_generator(table, max_epochs=1, epsilon=0.3)
