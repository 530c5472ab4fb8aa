"""The child process that runs the MOSTLY AI engine: ``python -m`` this module, and ``FOLDER``.

Requests come as pickles on stdin, numbered, and answers go as pickles to stdout, with the request's number.
Everything it writes stays under FOLDER, which the parent made private and removes. When stdin closes, the
parent is gone, and so is this process.
"""

import gc
import os
import pickle
import queue
import shutil
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

MODEL_FILES = ("model-data/model-configs.json", "model-data/model-weights.pt", "tgt-stats/stats.json")


def read_model(workspace: Path) -> dict[str, bytes]:
    """Read what sampling needs: weights, layout, value-protected statistics; no optimiser state, no rows."""
    return {name: (workspace / "ModelStore" / name).read_bytes() for name in MODEL_FILES}


class EngineProcess:
    """Answers one request at a time: train a model on a table, or draw rows from a model."""

    def __init__(self, folder: Path, requests: BinaryIO, answers: BinaryIO) -> None:
        self.folder = folder
        self._request = 0
        self._stopped = 0
        self._requests = requests
        self._answers = answers
        self._inbox: queue.Queue[tuple[str, int, dict[str, Any]]] = queue.Queue()

    @property
    def stop(self) -> bool:
        """Whether the request in progress is to stop."""
        return self._stopped >= self._request

    def answer(self, kind: str, value: object = None) -> None:
        """Send one message to the parent, about the request in progress."""
        try:
            pickle.dump((kind, self._request, value), self._answers)
            self._answers.flush()
        except OSError:
            # The parent is gone. Were this thread to fail now, it would take along the one that clears up.
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
        """Import the engine, then answer requests for ever."""
        threading.Thread(target=self.listen, daemon=True).start()
        import mostlyai.engine  # noqa: F401  (seconds of imports, paid before the first request)

        # The engine collects garbage five times after each training; frozen imports make that immediate.
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

    def train(
        self,
        frame: pd.DataFrame,
        encoding_types: dict[str, str],
        value_protection: bool,
        batch_size: int | None,
        max_epochs: float,
        max_minutes: float,
        random_state: int,
    ) -> None:
        """Train on ``frame``, sending each epoch's progress, and the model whenever it is the best so far."""
        from mostlyai import engine

        workspace = self.folder / "workspace"

        def update_progress(message: dict[str, Any] | None = None, **_: object) -> dict[str, bool]:
            if message:
                model = read_model(workspace) if message["is_checkpoint"] else None
                self.answer("progress", (message, model))
            return {"stopExecution": self.stop}

        engine.set_random_state(random_state)
        steps = (
            partial(engine.split, frame, tgt_encoding_types=encoding_types),
            partial(engine.analyze, value_protection=value_protection),
            engine.encode,
            partial(
                engine.train,
                batch_size=batch_size,
                # Every order could be learned at once, at the expense of each.
                enable_flexible_generation=False,
                max_epochs=max_epochs,
                max_training_time=max_minutes,
                update_progress=update_progress,
            ),
        )
        for step in steps:
            if not self.stop:
                step(workspace_dir=workspace)

    def sample(self, model: dict[str, bytes], n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows from a model."""
        from mostlyai import engine

        workspace = self.folder / "workspace"
        for name, content in model.items():
            path = workspace / "ModelStore" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        engine.set_random_state(random_state)
        engine.generate(workspace_dir=workspace, sample_size=n)
        return pd.read_parquet(workspace / "SyntheticData")

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


def main() -> None:
    """Take over stdin and stdout as the channel to the parent, and serve."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not reach the channel.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    EngineProcess(Path(sys.argv[1]), sys.stdin.buffer, answers).serve()


if __name__ == "__main__":
    main()
