"""The engine's folder in a worker process: its steps one after the other, and the files of a model in it."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from synth_handson.synthesis.worker_process import WorkerProcess

Files = dict[str, bytes]


class Workspace:
    """Where the engine works for a process.

    Attributes
    ----------
    path
        The folder.
    store
        The folder in it with what the engine keeps.
    """

    def __init__(self, process: WorkerProcess) -> None:
        self._process = process
        self.path = process.folder / "workspace"
        self.store = self.path / "ModelStore"

    def follow(self, read: Callable[[Path], Files]) -> Callable[..., dict[str, bool]]:
        """Return a callback for the engine's progress, which passes it on, with the model if it is the best.

        Parameters
        ----------
        read
            Reads from the store what sampling needs.
        """

        def update_progress(message: dict[str, Any] | None = None, **_: object) -> dict[str, bool]:
            if message:
                self._process.tell(message, read(self.store) if message["is_checkpoint"] else None)
            return {"stopExecution": self._process.stop}

        return update_progress

    def run(self, steps: Iterable[Callable[..., object]]) -> None:
        """Take steps of the engine, until the process is told to stop."""
        for step in steps:
            if not self._process.stop:
                step(workspace_dir=self.path)

    def restore(self, model: Mapping[str, bytes]) -> None:
        """Write the files of a model where the engine looks for them."""
        for name, content in model.items():
            path = self.store / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
