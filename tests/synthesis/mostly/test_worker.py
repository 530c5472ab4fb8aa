"""The worker process: it leaves nothing behind, however it or its parent ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import psutil
import pytest
from conftest import STAND_IN
from engines import ENDLESS, assert_the_next_training_works, once, workers
from filelock import FileLock

from synth_handson.errors import TrainingError
from synth_handson.synthesis.mostly import worker
from synth_handson.synthesis.mostly.worker import WorkerPool
from synth_handson.synthesis.training import train_generator


@pytest.fixture
def table(bank: pd.DataFrame) -> pd.DataFrame:
    """Return a table that trains in a second."""
    return bank[["age", "job", "balance", "y"]].head(400)


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerPool]:
    """Return a pool without workers, in place of the one the tests share."""
    alone = WorkerPool()
    monkeypatch.setattr(worker, "POOL", alone)
    yield alone
    alone.close()


# A worker that fails.


@pytest.mark.parametrize("kill", [psutil.Process.kill, psutil.Process.terminate])
def test_a_worker_killed_from_outside(table: pd.DataFrame, kill: Callable[[psutil.Process], None]) -> None:
    with pytest.raises(TrainingError) as caught:
        train_generator(table, max_epochs=ENDLESS, on_progress=once("training", kill))
    assert caught.value.key == "worker_killed"
    assert_the_next_training_works(table)


def test_an_idle_worker_killed_from_outside_is_replaced(table: pd.DataFrame) -> None:
    generator = train_generator(table, max_epochs=1)
    (idle,) = workers()
    folder = Path(idle.cmdline()[-1])
    idle.kill()
    idle.wait()
    assert len(generator.sample(10)) == 10
    assert not folder.exists()
    assert len(workers()) == 1


# Another program trains; nothing is to be found when it is gone.

PROGRAM = """
import signal, sys, threading
import pandas as pd
from synth_handson import train_generator

# A shell in the background would have had it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
frame = pd.read_csv(sys.argv[1])
trains = threading.Event()

def follow(progress):
    if progress.phase == "training":
        trains.set()

def train():
    train_generator(frame, max_epochs=10_000, on_progress=follow)

if sys.argv[2] == "thread":
    threading.Thread(target=train, daemon=True).start()
    assert trains.wait(300)
    print("trains", flush=True)
    sys.stdin.read()
else:
    train_generator(
        frame, max_epochs=10_000, on_progress=lambda p: p.phase == "training" and print("trains", flush=True)
    )
"""

ENDINGS: dict[str, tuple[str, Callable[[subprocess.Popen[bytes]], object]]] = {
    "end of the program": ("thread", lambda program: program.communicate(b"go on\n")),
    "Ctrl-C": ("main", lambda program: program.send_signal(signal.SIGINT)),
    "SIGTERM": ("main", lambda program: program.terminate()),
    "SIGKILL": ("main", lambda program: program.kill()),
}


@pytest.fixture(scope="module")
def programs(
    shared_home: Path, tmp_path_factory: pytest.TempPathFactory, bank: pd.DataFrame
) -> Iterator[dict[str, tuple[subprocess.Popen[bytes], Path]]]:
    """Start all programs at once: each spends its first seconds importing."""
    folder = tmp_path_factory.mktemp("programs")
    csv = folder / "table.csv"
    bank.to_csv(csv, index=False)
    started = {}
    for ending, (thread, _) in ENDINGS.items():
        home = folder / ending.replace(" ", "-")
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(csv), thread],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"SYNTH_HANDSON_HOME": str(home), "PYTHONPATH": str(STAND_IN)},
        )
        started[ending] = (program, home)
    yield started
    for program, _ in started.values():
        program.kill()
        program.communicate()


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_left_of_a_program(
    ending: str, programs: dict[str, tuple[subprocess.Popen[bytes], Path]]
) -> None:
    program, home = programs[ending]
    assert program.stdout is not None
    assert program.stdout.readline() == b"trains\n"
    (engine,) = workers(program.pid)
    assert list((home / "work").glob("*/workspace"))
    ENDINGS[ending][1](program)
    program.wait(30)
    engine.wait(30)
    assert [path for path in (home / "work").iterdir() if path.is_dir()] == []


# The pool.


def test_what_a_killed_machine_left_is_swept(home: Path) -> None:
    work = home / "work"
    for name in ("abandoned", "in-use"):
        (work / name).mkdir(parents=True)
        (work / name / "rows.parquet").write_text("rows")
        (work / f"{name}.lock").touch()
    pool = WorkerPool()
    with FileLock(work / "in-use.lock"):
        pool.warm_up()
    pool.close()
    assert sorted(path.name for path in work.iterdir()) == ["in-use", "in-use.lock"]


def test_warming_up_twice_starts_one_worker(home: Path) -> None:
    pool = WorkerPool()
    pool.warm_up()
    pool.warm_up()
    assert len(list((home / "work").glob("*.lock"))) == 1
    pool.close()
    assert list((home / "work").iterdir()) == []


def test_closing_the_pool_ends_its_workers(table: pd.DataFrame, pool: WorkerPool) -> None:
    others = {*workers()}
    generator = train_generator(table, max_epochs=1)
    (ours,) = {*workers()} - others
    pool.close()
    assert not ours.is_running()
    assert len(generator.sample(1)) == 1


def test_importing_the_library_takes_no_engine() -> None:
    heavy = "import sys, synth_handson; print({'torch', 'mostlyai', 'marimo', 'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
