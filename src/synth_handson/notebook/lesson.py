"""The lessons of the page that break things on purpose."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import pandas as pd

from synth_handson.errors import SynthHandsonError
from synth_handson.evidence.controls import leak_simulation
from synth_handson.evidence.controls.leak_simulation import (
    LEAK_SIZES,
    OVERFIT_EPOCHS,
    LeakKind,
    LeakSimulation,
    measure_overfitting,
    prepare_simulation,
    repeat_people,
    simulate_leaks,
)
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.notebook.bundled import bundled_findings
from synth_handson.notebook.session import Job, JobState, unexpected
from synth_handson.pipeline.tables import Tables
from synth_handson.tables.bank import TARGET

_one_at_a_time = threading.Lock()


def leak_series(tables: Tables, leak: LeakKind) -> tuple[LeakSimulation, ...]:
    """Simulate several sizes of a leak; readers of the same tables share them."""
    if tables.origin == "bundled":
        return bundled_findings().series(leak)
    with _one_at_a_time:
        return _leak_series(tables, leak)


# What is known of tables goes with them: a reader's own are gone with the reader.
_prepared_tables: WeakKeyDictionary[Tables, AssessedTables] = WeakKeyDictionary()
_simulations: WeakKeyDictionary[Tables, dict[tuple[LeakKind, float], LeakSimulation]] = WeakKeyDictionary()
_series: WeakKeyDictionary[Tables, dict[LeakKind, tuple[LeakSimulation, ...]]] = WeakKeyDictionary()


def _leak_series(tables: Tables, leak: LeakKind) -> tuple[LeakSimulation, ...]:
    known = _series.setdefault(tables, {})
    if leak not in known:
        known[leak] = simulate_leaks(_prepared(tables), leak)
    return known[leak]


def _prepared(tables: Tables) -> AssessedTables:
    if tables not in _prepared_tables:
        alike = tables.alike
        _prepared_tables[tables] = prepare_simulation(alike.synthetic, alike.train, alike.holdout)
    return _prepared_tables[tables]


def simulate_leak(tables: Tables, leak: LeakKind, size: float) -> LeakSimulation:
    """Make a leak of a given size, and see what notices it; of the bundled tables, that is known.

    Of others, it is made once: asked for again, it is there.
    """
    known = bundled_findings().simulation(leak, size) if tables.origin == "bundled" else None
    made = _simulations.setdefault(tables, {})
    if known is None and (leak, size) not in made:
        made[leak, size] = leak_simulation.simulate_leak(_prepared(tables), leak, size)
    return known or made[leak, size]


@dataclass(frozen=True)
class LeakSeries:
    """What notices several sizes of a leak; without simulations or an error, they are yet to be made."""

    tables: Tables | None = None
    leak: LeakKind | None = None
    simulations: tuple[LeakSimulation, ...] = ()
    error: SynthHandsonError | None = None

    def about(self, tables: Tables, leak: LeakKind) -> "LeakSeries":
        """Return it if it is about this leak of these tables; others say nothing."""
        return self if (self.tables, self.leak) == (tables, leak) else LeakSeries(tables, leak)


class LeakSeriesJob:
    """Simulates several sizes of a leak for one reader; of several runs, the newest counts.

    Parameters
    ----------
    show
        Called with the :class:`LeakSeries`.

    Attributes
    ----------
    newest
        Tables and leak that were asked for last; None if that failed, so that it is tried again.
    """

    def __init__(self, show: Callable[[LeakSeries], None]) -> None:
        self._show = show
        self._owner = threading.current_thread()
        self.newest: tuple[Tables, LeakKind] | None = None

    def run(self, tables: Tables, leak: LeakKind) -> None:
        """Show the simulations or an error, unless others were asked for meanwhile or the reader has left."""
        self.newest = (tables, leak)
        try:
            series = LeakSeries(tables, leak, leak_series(tables, leak))
        except SynthHandsonError as error:
            series = LeakSeries(tables, leak, error=error)
        except Exception as error:
            series = LeakSeries(tables, leak, error=unexpected(error))
        if self.newest == (tables, leak) and self._owner.is_alive():
            self.newest = None if series.error else self.newest
            self._show(series)


@dataclass(frozen=True)
class Memorised:
    """The state of training a generator that memorises, and the simulations once it has ended."""

    job: JobState = field(default_factory=JobState)
    simulations: tuple[LeakSimulation, ...] = ()


class Overfitting:
    """Makes a generator memorise people, as a lesson: it trains on a few of them, listed again and again.

    Parameters
    ----------
    show
        Called with a :class:`JobState` whenever it changes.
    deliver
        Called with a simulation for people listed once, and one for people listed often.
    max_epochs
        Passes over the list at most.
    """

    def __init__(
        self,
        show: Callable[[JobState], None],
        deliver: Callable[[tuple[LeakSimulation, ...]], None],
        max_epochs: int = OVERFIT_EPOCHS,
    ) -> None:
        self._max_epochs = max_epochs
        self._simulations: list[LeakSimulation] = []
        self._deliver = deliver
        self._job = Job(show, self._measure)
        self.cancel = self._job.cancel

    def run(self, train: pd.DataFrame, holdout: pd.DataFrame) -> None:
        """Train and draw for each number of copies, and measure against the people trained on."""
        self._simulations = []
        for times in LEAK_SIZES["overfit"]:
            repeated = repeat_people(train, int(times))
            self._job.run(
                repeated, holdout, rows=1_000, target=TARGET, max_epochs=self._max_epochs, random_state=0
            )
            if not self._simulations or self._simulations[-1].size != times:
                return
        self._deliver(tuple(self._simulations))

    def _measure(self, tables: Tables) -> None:
        self._simulations.append(measure_overfitting(tables.train, tables.holdout, tables.synthetic))
