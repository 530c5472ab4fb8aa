"""The child process of an engine: it answers requests, and leaves nothing behind.

Requests come as pickles on stdin, numbered, and answers go as pickles to stdout, with the request's number.
Everything it writes stays under its folder, which the parent made private and removes. When stdin closes, the
parent is gone, and so is this process.
"""

import gc
import os
import pickle
import queue
import shutil
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd


class WorkerProcess(ABC):
    """Answers one request at a time: trains a model on a table, or draws rows from a model.

    Attributes
    ----------
    train
        Trains as the request asks, and tells of each epoch by :meth:`tell`.
    sample
        Takes the files of a model as ``model``, ``n`` and ``random_state``, and returns rows.
    """

    train: Callable[..., None]
    sample: Callable[..., pd.DataFrame]

    def __init__(self, folder: Path, requests: BinaryIO, answers: BinaryIO) -> None:
        self.folder = folder
        self._request = 0
        self._stopped = 0
        self._requests = requests
        self._answers = answers
        self._inbox: queue.Queue[tuple[str, int, dict[str, Any]]] = queue.Queue()

    @abstractmethod
    def load(self) -> None:
        """Import the engine, which takes seconds."""

    @property
    def stop(self) -> bool:
        """Whether the request in progress should stop."""
        return self._stopped >= self._request

    def tell(self, message: Mapping[str, Any], files: Mapping[str, bytes] | None) -> None:
        """Send the progress of a training, with the model's files if it has improved.

        The message holds the ``epoch`` reached, the ``total_time`` of training in seconds, and after a whole
        epoch the ``val_loss``; an engine that has none says ``whole`` instead.
        """
        self.answer("progress", (message, files))

    def answer(self, kind: str, value: object = None) -> None:
        """Send one message to the parent, about the request in progress."""
        try:
            pickle.dump((kind, self._request, value), self._answers)
            self._answers.flush()
        except OSError:
            # The parent is gone. If this thread failed now, it would end the one that clears up.
            self._end()

    def listen(self) -> None:
        """Read requests until the parent closes the pipe; ``stop`` overtakes the request in progress."""
        try:
            while True:
                kind, number, request = pickle.load(self._requests)
                if kind == "stop":
                    self._stopped = number
                else:
                    self._inbox.put((kind, number, request))
        except Exception as error:
            # The parent is gone (EOFError), or hears of a request that cannot be read by this process's end.
            print(_describe(error), file=sys.stderr, flush=True)
        finally:
            self._end()

    def serve(self) -> None:
        """Import the engine, then answer requests until the end."""
        threading.Thread(target=self.listen, daemon=True).start()
        self.load()
        # An engine may collect garbage after each training; frozen imports make that immediate.
        gc.freeze()
        self.answer("ready")
        handlers: dict[str, Callable[..., object]] = {"train": self.train, "sample": self.sample}
        while True:
            kind, self._request, request = self._inbox.get()
            answer: tuple[str, object]
            try:
                answer = "done", handlers[kind](**request)
            except Exception as error:
                answer = "failed", _describe(error)
            # Once the parent has its answer, no row is left on disk.
            self._clear()
            self.answer(*answer)

    @classmethod
    def main(cls) -> None:
        """Take over stdin and stdout as the channel to the parent, and serve."""
        answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
        # Whatever a library prints must not reach the channel.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        cls(Path(sys.argv[1]), sys.stdin.buffer, answers).serve()

    def _clear(self) -> None:
        for path in self.folder.iterdir():
            shutil.rmtree(path, ignore_errors=True)

    def _end(self) -> None:
        for _ in range(100):
            shutil.rmtree(self.folder, ignore_errors=True)
            # The training in progress may have written meanwhile.
            if not self.folder.exists():
                break
        os._exit(0)


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
