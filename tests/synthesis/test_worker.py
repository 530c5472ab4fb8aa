"""The worker process: it leaves nothing behind, however it or its parent ends."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import psutil
import pytest
from filelock import FileLock

from synth_handson.errors import TrainingError
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.mostly import local
from synth_handson.synthesis.mostly.worker import POOL, WorkerPool
from synth_handson.synthesis.run import CancelToken, Progress
from synth_handson.synthesis.training import train_generator

ENDLESS = 10_000


@pytest.fixture
def table(bank: pd.DataFrame) -> pd.DataFrame:
    """Return a table that trains in a second."""
    return bank[["age", "job", "balance", "y"]].head(400)


def workers(of: int | None = None) -> list[psutil.Process]:
    """List the worker processes of a program, by default this one."""
    return [
        child
        for child in psutil.Process(of).children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE
        and "synth_handson.synthesis.mostly.engine_process" in child.cmdline()
    ]


def test_a_token_remembers_what_it_was_asked() -> None:
    token = CancelToken()
    assert not token.cancelled
    token.cancel(keep=True)
    assert (token.cancelled, token.keep) == (True, True)


# A worker that fails.


def once(phase: str, action: Callable[[psutil.Process], object]) -> Callable[[Progress], None]:
    """Do something to the worker when its training reaches a phase."""
    done = False

    def follow(progress: Progress) -> None:
        nonlocal done
        if progress.phase == phase and not done:
            done = True
            (worker,) = workers()
            action(worker)

    return follow


def assert_the_next_training_works(table: pd.DataFrame) -> None:
    assert len(train_generator(table, max_epochs=1).sample(10)) == 10
    assert len(workers()) == 1


@pytest.mark.parametrize("kill", [psutil.Process.kill, psutil.Process.terminate])
def test_a_worker_killed_from_outside(table: pd.DataFrame, kill: Callable[[psutil.Process], None]) -> None:
    with pytest.raises(TrainingError) as caught:
        train_generator(table, max_epochs=ENDLESS, on_progress=once("training", kill))
    assert caught.value.key == "worker_killed"
    assert_the_next_training_works(table)


def test_an_idle_worker_killed_from_outside_is_replaced(table: pd.DataFrame, generator: Generator) -> None:
    generator.sample(1)
    (worker,) = workers()
    folder = Path(worker.cmdline()[-1])
    worker.kill()
    worker.wait()
    assert len(generator.sample(10)) == 10
    assert not folder.exists()
    assert len(workers()) == 1


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="limits memory with Linux's prlimit")
def test_a_worker_that_runs_out_of_memory(bank: pd.DataFrame, table: pd.DataFrame) -> None:
    def leave_no_memory(worker: psutil.Process) -> None:
        used = worker.memory_info().vms
        worker.rlimit(psutil.RLIMIT_AS, (used, used))

    with pytest.raises(TrainingError) as caught:
        train_generator(bank, max_epochs=ENDLESS, on_progress=once("preparing", leave_no_memory))
    assert caught.value.key == "out_of_memory"
    assert_the_next_training_works(table)


def test_an_error_of_the_engine_is_named(table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(TrainingError, match="NO_SUCH_ENCODING") as caught:
        patch.setattr(local, "encoding_types", lambda frame: {"age": "NO_SUCH_ENCODING"})
        train_generator(table)
    assert caught.value.key == "engine_failed"
    assert_the_next_training_works(table)


# What is left on disk.


CANARY_WORD = "zyzzyva"
CANARY_NUMBER = 8_675_309


def files_that_hold_a_canary(folder: Path) -> list[Path]:
    """Search every file, in the ways a number is usually stored."""
    needles = [
        CANARY_WORD.encode(),
        str(CANARY_NUMBER).encode(),
        CANARY_NUMBER.to_bytes(8, "little"),
    ]
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [path for path in files if any(needle in path.read_bytes() for needle in needles)]


def test_no_row_stays_on_disk(
    table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory, home: Path
) -> None:
    started = time.time()
    middle = len(table) // 2
    secret = table.assign(
        job=table["job"].mask(table.index == middle, CANARY_WORD),
        # Neither extreme nor quantile, so that value protection does not publish it.
        balance=[CANARY_NUMBER + (row - middle) * 1_013 for row in range(len(table))],
    )
    on_the_way: list[Path] = []

    def look(progress: Progress) -> None:
        if progress.phase == "training" and not on_the_way:
            (worker,) = workers()
            on_the_way.extend(path for path in Path(worker.cmdline()[-1]).rglob("*") if path.is_file())

    generator = train_generator(secret, max_epochs=2, on_progress=look)
    assert on_the_way  # The search below looks where the rows were.
    (worker,) = workers()
    assert list(Path(worker.cmdline()[-1]).iterdir()) == []
    generator.sample(100)
    # The homes of all tests, and with them the folders of all workers, lie here.
    assert files_that_hold_a_canary(tmp_path_factory.getbasetemp()) == []
    elsewhere = [Path(tempfile.gettempdir()), Path.home() / ".cache" / "huggingface"]
    written = [path for folder in elsewhere for path in folder.glob("*") if changed_since(path, started)]
    strangers = [path for path in written if not path.name.startswith(("pytest-", "bash_jobs"))]
    assert [path for folder in strangers for path in [*files_that_hold_a_canary(folder)]] == []
    assert list((home / "generators").glob("*"))


def changed_since(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime >= moment
    except OSError:
        return False


# Another program trains; nothing is to be found when it is gone, nor does it talk to anyone.

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
            env=os.environ | {"SYNTH_HANDSON_HOME": str(home)},
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
    (worker,) = workers(program.pid)
    assert list((home / "work").glob("*/workspace"))
    ENDINGS[ending][1](program)
    program.wait(30)
    worker.wait(30)
    assert [path for path in (home / "work").iterdir() if path.is_dir()] == []


SITECUSTOMIZE = """
import os, sys

record = os.open(os.environ["SOCKET_RECORD"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

def watch(event, arguments):
    if event == "import" and arguments[0] == "mostlyai.engine":
        os.write(record, b"watched\\n")
    if not event.startswith("socket.") or event in ("socket.__new__", "socket.gethostname"):
        return
    if event == "socket.bind" and arguments[1] == ("::1", 0):  # urllib3 asks whether there is IPv6.
        return
    if getattr(arguments[0], "family", None) != 1:  # AF_UNIX
        os.write(record, f"{event} {arguments}\\n".encode())
        raise OSError("no network here")

sys.addaudithook(watch)
"""

ALONE = """
import sys
import pandas as pd
from synth_handson import train_generator

frame = pd.read_csv(sys.argv[1])
train_generator(frame, max_epochs=3, random_state=0).sample(100).to_csv(sys.argv[2], index=False)
"""


def test_another_process_without_network_draws_the_same_rows(
    tmp_path: Path, train: pd.DataFrame, generator: Generator
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SITECUSTOMIZE)
    record, table, rows = tmp_path / "record", tmp_path / "table.csv", tmp_path / "rows.csv"
    train.to_csv(table, index=False)
    subprocess.run(
        [sys.executable, "-c", ALONE, str(table), str(rows)],
        env=os.environ | {"PYTHONPATH": str(tmp_path), "SOCKET_RECORD": str(record)},
        check=True,
    )
    # The worker was watched, and nothing was asked for.
    assert record.read_text() == "watched\n"
    pd.testing.assert_frame_equal(pd.read_csv(rows), generator.sample(100))


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


def test_closing_the_pool_ends_its_workers(generator: Generator) -> None:
    generator.sample(1)
    assert workers()
    POOL.close()
    assert not workers()
    assert len(generator.sample(1)) == 1


def test_importing_the_library_takes_no_engine() -> None:
    heavy = "import sys, synth_handson; print({'torch', 'mostlyai', 'marimo', 'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
