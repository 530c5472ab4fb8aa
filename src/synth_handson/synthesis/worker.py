"""Worker processes with an engine imported, and their requests."""

import atexit
import contextlib
import os
import pickle
import queue
import re
import shutil
import subprocess
import sys
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from synth_handson.errors import SynthHandsonError, TrainingError
from synth_handson.paths import home

STOP_GRACE_SECONDS = 1.5
"""How long a cancel waits for the worker to end its training; after that, it ends in the background."""

SETTLE_SECONDS = 20.0
"""How long a worker may take to end before it is killed. A new one needs 12 seconds to import the engine."""

OUT_OF_MEMORY = re.compile(
    "out of memory|not enough memory|(can't|cannot) allocate|can't start new thread|MemoryError|bad_alloc",
    re.I,
)
"""Messages of Python, numpy, torch, the operating system and C++ when memory runs out."""

MAX_WORKERS = 2
"""Two, so that one can train while the other draws."""

Answer = tuple[str, Any]
Died = Callable[["Worker"], object]


def training_error(key: str, reason: str, **details: object) -> TrainingError:
    """Make the error for a worker's ``reason``: too little memory, or else that of ``key``."""
    if OUT_OF_MEMORY.search(reason):
        return TrainingError("out_of_memory")
    return TrainingError(key, reason=reason[:500], **details)


class Worker:
    """A child process with an engine imported, its private folder, and the two pipes between.

    ``module`` is what it runs; ``died`` is called, in another thread, when it has ended.
    """

    def __init__(self, module: str, died: Died = lambda _: None) -> None:
        self._folder = _work_root() / uuid.uuid4().hex
        # The lock tells the sweep of another program that this folder has an owner.
        self._lock = FileLock(f"{self._folder}.lock", thread_local=False)
        self._lock.acquire()
        self._folder.mkdir(mode=0o700)
        self._died = died
        self._sent = 0
        self._finished = 0
        self._stopped = 0
        self._answers: queue.Queue[tuple[str, int, Any]] = queue.Queue()
        self._stderr: deque[str] = deque(maxlen=20)
        self._imported = threading.Event()
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(self._folder),
            # Ctrl-C in the terminal is the parent's to handle; the child ends with its pipe.
            start_new_session=True,
        )
        self._stderr_reader = threading.Thread(target=self._read_stderr, daemon=True)
        self._stderr_reader.start()
        threading.Thread(target=self._read_answers, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    @property
    def ready(self) -> bool:
        """Whether the engine is imported, and no request is in progress."""
        return self._imported.is_set() and self._finished == self._sent

    @property
    def used(self) -> bool:
        """Whether it has ever had a request."""
        return self._sent > 0

    @property
    def reusable(self) -> bool:
        """Whether its requests are done, or were told to stop."""
        return self.alive and self._sent == max(self._finished, self._stopped)

    def send(self, kind: str, request: dict[str, Any]) -> None:
        """Send a request; a worker that has died is noticed by :meth:`answers`."""
        self._sent += 1
        self._write(kind, request)

    def stop(self) -> None:
        """Tell the request in progress to stop; if that takes too long, the process is killed."""
        self._stopped = self._sent
        self._write("stop", {})
        overdue = threading.Timer(SETTLE_SECONDS, self._kill_if_stuck, [self._sent])
        overdue.daemon = True
        overdue.start()

    def _kill_if_stuck(self, number: int) -> None:
        if self._finished < number:
            self.process.kill()

    def _write(self, kind: str, request: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            pickle.dump((kind, self._sent, request), self.process.stdin)
            self.process.stdin.flush()

    def answers(self, interval: float = 0.05) -> Iterator[Answer | None]:
        """Yield the answers to the last request as they arrive; None after ``interval`` seconds without one.

        Raises
        ------
        TrainingError
            If the worker died.
        """
        while True:
            try:
                kind, number, value = self._answers.get(timeout=interval)
            except queue.Empty:
                yield None
                continue
            if kind == "died":
                raise self._why_it_died()
            if number == self._sent:
                yield kind, value

    def close(self) -> None:
        """Kill the process and remove its folder."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(BrokenPipeError, OSError, AttributeError):
                pipe.close()  # type: ignore[union-attr]
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)

    def _read_answers(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
            while True:
                kind, number, value = pickle.load(self.process.stdout)
                if kind == "ready":
                    self._imported.set()
                    continue
                if kind in ("done", "failed"):
                    self._finished = number
                self._answers.put((kind, number, value))
        self._answers.put(("died", 0, None))
        self._died(self)

    def _read_stderr(self) -> None:
        assert self.process.stderr is not None
        with contextlib.suppress(OSError, ValueError):
            for line in self.process.stderr:
                self._stderr.append(line.decode(errors="replace").rstrip())

    def _why_it_died(self) -> TrainingError:
        code = self.process.wait()
        if code in (-9, -15):
            return TrainingError("worker_killed")
        self._stderr_reader.join(timeout=1.0)
        last_words = next((line for line in reversed(self._stderr) if line.strip()), "-")
        return training_error("worker_died", last_words, code=code)


class WorkerPool:
    """Lends workers that run a module, and keeps one warm until the program ends."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(MAX_WORKERS)
        self._closed = False
        atexit.register(self.close)

    @property
    def ready(self) -> bool:
        """Whether a worker waits with the engine imported."""
        with self._lock:
            return any(worker.ready and worker.alive for worker in self._idle)

    def warm_up(self) -> None:
        """Start importing the engine now, so that the first request finds it imported."""
        # If a worker cannot start, the caller is told why.
        with self._lock, contextlib.suppress(SynthHandsonError):
            if not self._closed and not self._idle and not self._busy:
                self._idle.append(self._start())

    @contextlib.contextmanager
    def borrow(self) -> Iterator[Worker]:
        """Lend a worker once one is free; if it is busy or dead afterwards, it is not lent again.

        One whose training was told to stop is: it is ready when that has ended, sooner than another imports.
        """
        with self._slots, self._lend() as worker:
            yield worker

    @contextlib.contextmanager
    def _lend(self) -> Iterator[Worker]:
        with self._lock:
            while self._idle and not self._idle[-1].alive:
                self._idle.pop().close()
            worker = self._idle.pop() if self._idle else self._start()
            self._busy.add(worker)
        try:
            yield worker
        except BaseException:
            self._retire(worker)
            raise
        with self._lock:
            self._busy.discard(worker)
            if not self._idle and worker.reusable:
                self._idle.append(worker)
                return
        self._retire(worker)

    def close(self) -> None:
        """End all workers permanently."""
        with self._lock:
            self._closed = True
            workers = [*self._idle, *self._busy]
            self._idle.clear()
            self._busy.clear()
        for worker in workers:
            worker.close()

    def _start(self) -> Worker:
        try:
            _sweep_abandoned_folders()
            return Worker(self._module, self._replace)
        except OSError as error:
            raise TrainingError("worker_start", reason=str(error)) from error

    def _replace(self, worker: Worker) -> None:
        """Replace a worker that died while idle, unless that happens repeatedly."""
        with self._lock:
            if worker not in self._idle:
                return
            self._idle.remove(worker)
            self._busy.add(worker)
        self._end(worker)
        if worker.used:
            self.warm_up()

    def _retire(self, worker: Worker) -> None:
        self._end(worker)
        # The next request should not pay for this one's failure.
        self.warm_up()

    def _end(self, worker: Worker) -> None:
        # It counts as busy until its files are gone: a program that ends meanwhile removes them itself.
        worker.close()
        with self._lock:
            self._busy.discard(worker)


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        # One thread is faster than two on two cores, and makes runs repeatable on any machine.
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        # joblib would otherwise start further processes, which outlive a killed worker.
        "LOKY_MAX_CPU_COUNT": "1",
        "PYTHONHASHSEED": "0",
        # Encoded rows go where they are deleted, and nothing asks the network.
        "HF_HOME": str(folder),
        "HF_DATASETS_CACHE": str(folder / "datasets"),
        "HF_HUB_OFFLINE": "1",
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)),
    }


def _work_root() -> Path:
    root = home() / "work"
    root.mkdir(mode=0o700, exist_ok=True)
    return root


def _sweep_abandoned_folders() -> None:
    """Remove the folders of programs that were killed together with their worker."""
    for path in _work_root().glob("*.lock"):
        lock = FileLock(path)
        with contextlib.suppress(Timeout, OSError), lock.acquire(timeout=0):
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)
            path.unlink(missing_ok=True)
