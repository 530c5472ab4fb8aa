"""The worker process: it leaves nothing behind, however it or its parent ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import psutil
import pytest
from engines import ENDLESS, STAND_IN, assert_the_next_training_works, once, workers
from filelock import FileLock

from synth_handson.errors import TrainingCancelled, TrainingError
from synth_handson.synthesis import worker
from synth_handson.synthesis.mostly import local
from synth_handson.synthesis.run import CancelToken, Progress
from synth_handson.synthesis.training import train_generator
from synth_handson.synthesis.worker import WorkerPool


def idle_in(pool: WorkerPool) -> psutil.Process:
    """Return the process of a pool's one idle worker."""
    (idle,) = pool._idle
    return psutil.Process(idle.process.pid)


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerPool]:
    """Return a pool without workers, in place of the one the tests share."""
    alone = WorkerPool(local.PROCESS)
    monkeypatch.setattr(local, "POOL", alone)
    yield alone
    alone.close()


# A worker that fails.


@pytest.mark.parametrize("kill", [psutil.Process.kill, psutil.Process.terminate])
def test_a_worker_killed_from_outside(table: pd.DataFrame, kill: Callable[[psutil.Process], None]) -> None:
    with pytest.raises(TrainingError) as caught:
        train_generator(table, max_epochs=ENDLESS, on_progress=once("training", kill))
    assert caught.value.key == "worker_killed"
    assert_the_next_training_works(table)


@pytest.mark.seldom
def test_an_idle_worker_killed_from_outside_is_replaced(table: pd.DataFrame) -> None:
    generator = train_generator(table, max_epochs=1)
    (idle,) = workers()
    folder = Path(idle.cmdline()[-1])
    idle.kill()
    # Nobody has to ask: another imports the engine already.
    wait_for(lambda: local.POOL.ready and workers() not in ([], [idle]))
    assert not folder.exists()
    (replacement,) = workers()
    assert len(generator.sample(10)) == 10
    assert workers() == [replacement]


@pytest.mark.seldom
def test_one_that_nobody_has_used_is_not_replaced_again_and_again(pool: WorkerPool, home: Path) -> None:
    pool.warm_up()
    wait_for(lambda: pool.ready)
    idle_in(pool).kill()
    wait_for(lambda: not pool._idle)
    wait_for(lambda: not list((home / "work").iterdir()))


def cancel_while_it_encodes(table: pd.DataFrame) -> None:
    """Cancel a training in a step that does not listen."""
    token = CancelToken()
    asked: list[float] = []

    def cancel() -> None:
        asked.append(time.monotonic())
        token.cancel(keep=True)

    def follow(progress: Progress) -> None:
        if progress.phase == "preparing":
            # Told at once, a busy machine's worker would hear of it before that step has begun.
            threading.Timer(1.0, cancel).start()

    with pytest.raises(TrainingCancelled):
        train_generator(table, max_epochs=ENDLESS, on_progress=follow, cancel=token)
    assert time.monotonic() - asked[0] < 10  # Two seconds are promised; the rest is for a busy machine.


@pytest.mark.seldom
def test_a_worker_that_is_slow_to_stop_is_waited_for_by_nobody_and_then_used_again(
    table: pd.DataFrame, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_ENCODES_SECONDS", "8")
    cancel_while_it_encodes(table)
    process = idle_in(pool)
    assert not pool.ready
    phases: list[str] = []
    train_generator(table, max_epochs=1, on_progress=lambda progress: phases.append(progress.phase))
    assert phases[:2] == ["starting", "preparing"]
    assert idle_in(pool) == process


def test_a_worker_that_does_not_stop_is_killed_and_replaced(
    table: pd.DataFrame, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SETTLE_SECONDS", 2.0)
    monkeypatch.setenv("STAND_IN_ENCODES_SECONDS", "3600")
    cancel_while_it_encodes(table)
    process = idle_in(pool)
    monkeypatch.delenv("STAND_IN_ENCODES_SECONDS")
    wait_for(lambda: pool.ready)
    assert not process.is_running()
    assert len(train_generator(table, max_epochs=1).sample(10)) == 10


def test_an_error_of_the_engine_is_named(table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(TrainingError, match="NO_SUCH_ENCODING") as caught:
        patch.setattr(local, "encoding_types", lambda frame: dict.fromkeys(frame, "NO_SUCH_ENCODING"))
        train_generator(table)
    assert caught.value.key == "engine_failed"
    assert_the_next_training_works(table)


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


@pytest.mark.seldom
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
    pool = WorkerPool(local.PROCESS)
    with FileLock(work / "in-use.lock"):
        pool.warm_up()
    pool.close()
    assert sorted(path.name for path in work.iterdir()) == ["in-use", "in-use.lock"]


def test_warming_up_twice_starts_one_worker(home: Path) -> None:
    pool = WorkerPool(local.PROCESS)
    pool.warm_up()
    pool.warm_up()
    assert len(list((home / "work").glob("*.lock"))) == 1
    pool.close()
    assert list((home / "work").iterdir()) == []


def test_closing_the_pool_ends_its_workers(table: pd.DataFrame, pool: WorkerPool) -> None:
    generator = train_generator(table, max_epochs=1)
    idle = idle_in(pool)
    pool.close()
    assert not idle.is_running()
    assert len(generator.sample(1)) == 1


@pytest.mark.seldom
def test_a_program_that_ends_while_a_worker_is_cleared_away_clears_it_away_itself(
    pool: WorkerPool, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending, closed, close = threading.Event(), threading.Event(), worker.Worker.close

    def stopped_in_its_thread(self: worker.Worker) -> None:
        if threading.current_thread() is not threading.main_thread():
            ending.set()
            closed.wait()
        close(self)

    monkeypatch.setattr(worker.Worker, "close", stopped_in_its_thread)
    pool.warm_up()
    idle_in(pool).kill()
    wait_for(ending.is_set)
    pool.close()
    assert list((home / "work").iterdir()) == []
    closed.set()


def test_importing_the_library_takes_no_table_and_using_it_no_engine() -> None:
    heavy = "{'torch', 'mostlyai', 'marimo', 'sklearn'} & set(sys.modules)"
    program = (
        f"import sys, synth_handson; print('pandas' in sys.modules); synth_handson.assess; print({heavy})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "set()"]
