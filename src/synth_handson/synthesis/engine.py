"""What every engine does: train a model on a table, and load one from its files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypedDict, runtime_checkable

import pandas as pd

from synth_handson.synthesis.run import TrainingRun

if TYPE_CHECKING:
    from synth_handson.synthesis.histories import DrawnTables, Histories

Setting = bool | int | float | str


class EngineOptions(TypedDict, total=False):
    """The engine, and its budget of differential privacy; see `train_generator`."""

    engine: str
    epsilon: float


EpsilonUse = Literal["refused", "accepted", "required"]


class TrainedModel(Protocol):
    """What a training leaves."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """All that the engine needs to load the model again, by file name."""
        ...

    @property
    def ready(self) -> bool:
        """Whether it can draw immediately, without importing anything first."""
        ...


class Model(TrainedModel, Protocol):
    """A model from which rows can be drawn."""

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows, with the columns that were trained on; the same seed gives the same rows."""
        ...


@runtime_checkable
class ConditionalModel(Model, Protocol):
    """A model that can also draw people with given values."""

    def draw_given(self, given: Mapping[str, Any], n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows with the given values, by the names of the columns that were trained on.

        Raises
        ------
        ArgumentError
            If a value is none that this model can draw.
        """
        ...


class Engine(ABC):
    """A way to train a model.

    Attributes
    ----------
    name
        Name in :func:`~synth_handson.synthesis.training.train_generator` and in archives, and its entry in
        the registry.
    package
        What trains; another version of it counts as another engine.
    is_local
        Whether it trains on this machine: one at a time, and kept in the store.
    max_epochs
        Default limit on passes over the table.
    epsilon
        Whether it accepts, or requires, an ε of differential privacy.
    value_protection
        Whether rare categories are replaced and extreme numbers cut off; None if it is not known.
    """

    name: str
    package: str
    is_local = True
    max_epochs = 1.0
    epsilon: EpsilonUse = "refused"
    value_protection: bool | None = True

    @property
    def version(self) -> str:
        """Version of the package."""
        return version(self.package)

    @abstractmethod
    def settings(self, run: TrainingRun) -> dict[str, Setting]:
        """Return its settings for a training, besides the table, epochs, minutes and seed."""

    @abstractmethod
    def train(self, run: TrainingRun) -> Model:
        """Train as the run asks, report progress and why it stopped, and stop when it is cancelled.

        Raises
        ------
        TrainingCancelled
            If cancelled, and nothing is to be kept, or nothing is there to keep.
        SynthHandsonError
            If the training failed.
        """

    @abstractmethod
    def load(self, files: Mapping[str, bytes]) -> Model:
        """Load a model from its files.

        Raises
        ------
        KeyError, TypeError, ValueError
            If they are not files of such a model.
        """


class LinkedModel(TrainedModel, Protocol):
    """A model from which people with their events can be drawn."""

    def draw(self, n: int, random_state: int) -> DrawnTables:
        """Draw ``n`` people with all their events; the same seed gives the same ones."""
        ...


class LinkedEngine(Engine):
    """An engine that learns people with several events each."""

    def linked_settings(self, run: TrainingRun) -> dict[str, Setting]:
        """Return its settings for a training on people and events."""
        return self.settings(run)

    @abstractmethod
    def train_linked(self, run: TrainingRun, histories: Histories, target: str | None) -> LinkedModel:
        """Train on people and events; otherwise as :meth:`Engine.train`.

        Parameters
        ----------
        run
            The training.
        histories
            What is learned.
        target
            The column that is drawn last, of people or of events.
        """

    @abstractmethod
    def load_linked(self, files: Mapping[str, bytes]) -> LinkedModel:
        """Load a model from its files; errors are those of :meth:`Engine.load`."""
