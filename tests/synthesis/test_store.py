"""The store of trained generators: private, bounded, and never trusted further than its digests."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from synth_handson.synthesis import archive, store
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.run import Progress
from synth_handson.synthesis.training import train_generator

OPTIONS = {"max_epochs": 1, "max_minutes": 10.0, "random_state": 0}


@pytest.fixture
def entry(home: Path) -> Path:
    """Return the file of an entry "a" with the archive b"model"."""
    store.save("a", b"model")
    return home / "generators" / "a"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(home: Path) -> set[str]:
    return {path.name for path in (home / "generators").iterdir()} - {"store.lock"}


def test_what_was_saved_is_loaded(entry: Path) -> None:
    assert store.load("a") == b"model"
    assert store.load("b") is None


def test_only_the_owner_may_read(entry: Path) -> None:
    assert mode(entry.parents[1]) == mode(entry.parent) == 0o700
    assert {mode(path) for path in entry.parent.iterdir()} == {0o600}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: bytes([content[0] ^ 1]) + content[1:],
        lambda content: content[:-1],
        lambda content: content + b"x",
        lambda content: b"",
    ],
    ids=["bit in the archive", "bit in the digest", "truncated", "longer", "empty"],
)
def test_a_damaged_entry_is_absent(entry: Path, damage: Callable[[bytes], bytes]) -> None:
    entry.write_bytes(damage(entry.read_bytes()))
    assert store.load("a") is None
    assert not entry.exists()


def test_the_entries_unused_for_longest_go_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each entry is its 32 bytes of digest and 68 of archive.
    monkeypatch.setattr(store, "MAX_BYTES", 350)
    for age, name in enumerate("cba"):
        store.save(name, bytes(68))
        os.utime(home / "generators" / name, (age, age))
    assert store.load("c") == bytes(68)
    store.save("d", bytes(68))
    assert names(home) == {"a", "c", "d"}


def test_an_entry_larger_than_the_store_is_not_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_BYTES", 50)
    store.save("a", bytes(51))
    assert names(home) == set()


def test_clear_removes_every_entry(home: Path, entry: Path) -> None:
    store.save("b", b"another")
    assert store.clear() == 2
    assert names(home) == set()
    assert store.clear() == 0


HAMMER = """
import sys
from synth_handson.synthesis import store

content = sys.argv[1].encode() * 50_000
for turn in range(100):
    store.save("shared", content)
    archive = store.load("shared")
    assert archive is not None and len(archive) == 50_000 and len(set(archive)) == 1, archive[:20]
"""


def test_two_processes_do_not_disturb_each_other(home: Path) -> None:
    both = [subprocess.Popen([sys.executable, "-c", HAMMER, letter]) for letter in "xy"]
    assert [process.wait() for process in both] == [0, 0]
    assert names(home) == {"shared"}


def test_the_key_counts_what_decides_the_outcome() -> None:
    frame = pd.DataFrame({"age": [30, 40], "job": ["clerk", "nurse"]})
    others = [
        store.key(frame, OPTIONS | {"random_state": 1}),
        store.key(frame, OPTIONS | {"max_epochs": 2}),
        store.key(frame, OPTIONS | {"engine": "another"}),
        store.key(frame.head(1), OPTIONS),
        store.key(frame[["age"]], OPTIONS),
        store.key(frame[["job", "age"]], OPTIONS),
        store.key(frame.rename(columns={"age": "years"}), OPTIONS),
        store.key(frame.astype({"age": "float64"}), OPTIONS),
        store.key(frame.assign(age=[30, 41]), OPTIONS),
    ]
    assert len({store.key(frame, OPTIONS), *others}) == 1 + len(others)
    assert store.key(frame.set_axis([7, 8]), OPTIONS) == store.key(frame, OPTIONS)


# A training, and what the store makes of it.


def train(table: pd.DataFrame, random_state: int = 0) -> tuple[Generator, list[str]]:
    """Train for one epoch, and tell the phases it went through."""
    phases: list[str] = []

    def follow(progress: Progress) -> None:
        phases.append(progress.phase)

    return train_generator(table, max_epochs=1, random_state=random_state, on_progress=follow), phases


@pytest.fixture
def stored(home: Path, table: pd.DataFrame) -> Path:
    """Return the file a training has left in the store."""
    train(table)
    (name,) = names(home)
    return home / "generators" / name


def test_the_same_request_again_takes_no_training(table: pd.DataFrame) -> None:
    first, phases = train(table)
    assert "training" in phases
    assert not first.from_store
    second, phases = train(table.copy())
    assert second.from_store
    assert phases == ["done"]
    assert second.training == first.training
    pd.testing.assert_frame_equal(second.sample(50), first.sample(50))


def test_another_request_is_trained(stored: Path, table: pd.DataFrame) -> None:
    assert not train(table, random_state=1)[0].from_store
    assert not train(table.head(399))[0].from_store


def test_a_categorical_column_keeps_its_own_categories(stored: Path, table: pd.DataFrame) -> None:
    levels = sorted(table["job"].unique())
    forward, _ = train(table.astype({"job": pd.CategoricalDtype(levels)}))
    backward, _ = train(table.astype({"job": pd.CategoricalDtype(levels[::-1])}))
    # What fewer than eight people have would be read off the categories.
    times = table["job"].value_counts()
    shared = [level for level in levels if times[level] >= 8]
    assert 0 < len(shared) < len(levels)
    assert list(forward.sample(20)["job"].cat.categories[: len(shared)]) == shared
    assert list(backward.sample(20)["job"].cat.categories[: len(shared)]) == shared[::-1]


def write_garbage(path: Path) -> None:
    store.save(path.name, b"no archive")


def write_strange_archive(path: Path) -> None:
    store.save(path.name, archive.pack({"generator.json": b"{}"}))


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


@pytest.mark.parametrize("damage", [write_garbage, write_strange_archive, cut_short])
def test_a_damaged_generator_is_trained_anew(
    stored: Path, table: pd.DataFrame, damage: Callable[[Path], None]
) -> None:
    damage(stored)
    assert not train(table)[0].from_store
    assert train(table)[0].from_store


FULL_DISK = """
import resource
from synth_handson.synthesis import store

# No file of this process grows beyond 1,000 bytes.
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, resource.RLIM_INFINITY))
store.save("a", bytes(range(256)) * 40)
assert store.load("a") is None
"""


@pytest.mark.skipif(os.name == "nt", reason="limits the size of files")
def test_a_full_disk_costs_the_next_training_and_nothing_else(home: Path) -> None:
    subprocess.run([sys.executable, "-c", FULL_DISK], check=True)
    assert names(home) == set()


def test_a_store_that_cannot_be_used_does_not_fail_the_training(home: Path, table: pd.DataFrame) -> None:
    home.mkdir()
    (home / "generators").write_text("a file where the folder should be")
    assert not train(table)[0].from_store
    assert not train(table)[0].from_store
