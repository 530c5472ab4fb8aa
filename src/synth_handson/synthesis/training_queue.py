"""One training at a time on this machine, first come, first served."""

import contextlib
import threading
import time
from collections.abc import Iterator

from synth_handson.errors import TrainingCancelled
from synth_handson.synthesis.run import Progress, TrainingRun

LOOK_SECONDS = 0.05


class TrainingQueue:
    """The trainings of this program that run or wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: list[TrainingRun] = []

    @contextlib.contextmanager
    def take(self, run: TrainingRun) -> Iterator[None]:
        """Wait until no other training runs, and make others wait meanwhile.

        The run is told how many are ahead, and how long that takes, whenever it changes.

        Raises
        ------
        TrainingCancelled
            If the run is cancelled while it waits.
        """
        with self._lock:
            self._queue.append(run)
        try:
            told = None
            while (wait := self._wait(run)) is not None:
                if run.cancelled:
                    raise TrainingCancelled("cancelled")
                if wait != told:
                    told = wait
                    run.report(wait)
                time.sleep(LOOK_SECONDS)
            yield
        finally:
            with self._lock:
                self._queue.remove(run)

    def _wait(self, run: TrainingRun) -> Progress | None:
        with self._lock:
            ahead = self._queue.index(run)
            # How long those take that have not begun, nobody knows.
            remaining = self._queue[0].progress.remaining if ahead == 1 else None
        return Progress("waiting", ahead=ahead, remaining=remaining) if ahead else None


TRAINING_QUEUE = TrainingQueue()
