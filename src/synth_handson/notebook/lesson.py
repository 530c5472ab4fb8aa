"""The lessons of the page that break things on purpose."""

from collections.abc import Callable
from functools import lru_cache

import pandas as pd

from synth_handson.evidence.dose import (
    DOSES,
    OVERFIT_EPOCHS,
    Dose,
    Leak,
    dose_response,
    prepare_doses,
    repeat_people,
    take_overfit,
)
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.notebook.session import Job, JobState
from synth_handson.pipeline import Tables


@lru_cache(maxsize=8)
def respond(tables: Tables, leak: Leak) -> tuple[AssessedTables, tuple[Dose, ...]]:
    """Prepare tables for making leaks, and take several doses of one."""
    prepared = prepare_doses(tables.synthetic, tables.train, tables.holdout)
    return prepared, dose_response(prepared, leak)


class Overfitting:
    """Makes a generator memorise people, as a lesson: it trains on a few of them, listed again and again.

    Parameters
    ----------
    show
        Called with a :class:`JobState` whenever it changes.
    deliver
        Called with a dose for people listed once, and one for people listed often.
    max_epochs
        Passes over the list at most.
    """

    def __init__(
        self,
        show: Callable[[JobState], None],
        deliver: Callable[[tuple[Dose, ...]], None],
        max_epochs: int = OVERFIT_EPOCHS,
    ) -> None:
        self._max_epochs = max_epochs
        self._doses: list[Dose] = []
        self._deliver = deliver
        self._job = Job(show, self._measure)
        self.cancel = self._job.cancel

    def run(self, train: pd.DataFrame, holdout: pd.DataFrame) -> None:
        """Train and draw for each dose, and measure against the people trained on."""
        self._doses = []
        for times in DOSES["overfit"]:
            repeated = repeat_people(train, int(times))
            self._job.run(repeated, holdout, rows=1_000, max_epochs=self._max_epochs, random_state=0)
            if not self._doses or self._doses[-1].dose != times:
                return
        self._deliver(tuple(self._doses))

    def _measure(self, tables: Tables) -> None:
        self._doses.append(take_overfit(tables.train, tables.holdout, tables.synthetic))
