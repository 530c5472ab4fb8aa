"""The real engine in its process: killed, out of memory, what it leaves on disk, and whom it asks."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest
from engines import ENDLESS, assert_the_next_training_works, once, workers

from synth_handson.errors import TrainingError
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.run import Progress
from synth_handson.synthesis.training import train_generator

pytestmark = pytest.mark.engine


def test_a_worker_killed_from_outside(table: pd.DataFrame) -> None:
    with pytest.raises(TrainingError) as caught:
        train_generator(table, max_epochs=ENDLESS, on_progress=once("training", psutil.Process.kill))
    assert caught.value.key == "worker_killed"
    assert_the_next_training_works(table)


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="limits memory with Linux's prlimit")
@pytest.mark.seldom
def test_a_worker_that_runs_out_of_memory(bank: pd.DataFrame, table: pd.DataFrame) -> None:
    def leave_no_memory(worker: psutil.Process) -> None:
        # A thread that cannot even start hangs Python for ever, so that some room is left for those.
        most = worker.memory_info().vms + 64 * 2**20
        worker.rlimit(psutil.RLIMIT_AS, (most, most))

    large = pd.concat([bank] * 100, ignore_index=True)

    with pytest.raises(TrainingError) as caught:
        train_generator(large, max_epochs=ENDLESS, on_progress=once("preparing", leave_no_memory))
    assert caught.value.key == "out_of_memory"
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
