"""The lessons of the page that break things on purpose."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import pandas as pd

from synth_handson.evidence.controls import leak_simulation as dose_module
from synth_handson.evidence.controls.leak_simulation import (
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
from synth_handson.notebook.bundled import bundled_findings
from synth_handson.notebook.session import Job, JobState
from synth_handson.pipeline.tables import Tables
from synth_handson.tables.bank import TARGET

_one_at_a_time = threading.Lock()


def respond(tables: Tables, leak: Leak) -> tuple[Dose, ...]:
    """Take several doses of a leak; readers of the same tables share them."""
    if tables.origin == "bundled":
        return bundled_findings().response(leak)
    with _one_at_a_time:
        return _respond(tables, leak)


# What is known of tables goes with them: a reader's own are gone with the reader.
_prepared_tables: WeakKeyDictionary[Tables, AssessedTables] = WeakKeyDictionary()
_responses: WeakKeyDictionary[Tables, dict[Leak, tuple[Dose, ...]]] = WeakKeyDictionary()


def _respond(tables: Tables, leak: Leak) -> tuple[Dose, ...]:
    known = _responses.setdefault(tables, {})
    if leak not in known:
        known[leak] = dose_response(_prepared(tables), leak)
    return known[leak]


def _prepared(tables: Tables) -> AssessedTables:
    if tables not in _prepared_tables:
        alike = tables.alike
        _prepared_tables[tables] = prepare_doses(alike.synthetic, alike.train, alike.holdout)
    return _prepared_tables[tables]


def take_dose(tables: Tables, leak: Leak, dose: float) -> Dose:
    """Make a leak of a given size, and see what notices it; of the bundled tables, that is known."""
    known = bundled_findings().dose(leak, dose) if tables.origin == "bundled" else None
    return known or dose_module.take_dose(_prepared(tables), leak, dose)


@dataclass(frozen=True)
class Response:
    """What notices several doses of a leak; without doses, they are yet to be taken."""

    tables: Tables | None = None
    leak: Leak | None = None
    doses: tuple[Dose, ...] = ()

    def about(self, tables: Tables, leak: Leak) -> "Response":
        """Return it if it is about this leak of these tables; others say nothing."""
        return self if (self.tables, self.leak) == (tables, leak) else Response(tables, leak)


class Responder:
    """Takes several doses of a leak for one reader, in whatever thread calls :meth:`run`; the newest counts.

    Parameters
    ----------
    show
        Called with the :class:`Response`.

    Attributes
    ----------
    newest
        Tables and leak that were asked for last.
    """

    def __init__(self, show: Callable[[Response], None]) -> None:
        self._show = show
        self._owner = threading.current_thread()
        self.newest: tuple[Tables, Leak] | None = None

    def run(self, tables: Tables, leak: Leak) -> None:
        """Take the doses, and show them unless others are wanted by then, or nobody is left to see them."""
        self.newest = (tables, leak)
        doses = respond(tables, leak)
        if self.newest == (tables, leak) and self._owner.is_alive():
            self._show(Response(tables, leak, doses))


@dataclass(frozen=True)
class Memorised:
    """How far the training of a generator that memorises is, and the doses taken once it has ended."""

    job: JobState = field(default_factory=JobState)
    doses: tuple[Dose, ...] = ()


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
            self._job.run(
                repeated, holdout, rows=1_000, target=TARGET, max_epochs=self._max_epochs, random_state=0
            )
            if not self._doses or self._doses[-1].dose != times:
                return
        self._deliver(tuple(self._doses))

    def _measure(self, tables: Tables) -> None:
        self._doses.append(take_overfit(tables.train, tables.holdout, tables.synthetic))
