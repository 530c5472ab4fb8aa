"""What can go wrong through no fault of the library, said so that the reader can act on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from synth_handson.locales import Language, Message, get_text


class SynthHandsonError(Exception):
    """Base of every error a user can cause.

    Parameters
    ----------
    key
        Name of the message in ``locales/<language>/errors.toml``.
    **details
        What the message's placeholders stand for.
    """

    def __init__(self, key: str, **details: object) -> None:
        super().__init__(key, details)
        self.key = key
        self.details = details

    def message(self, language: Language = "en") -> str:
        """Say what is wrong and what to do, in the reader's language."""
        return get_text(language, f"errors.{self.key}", **self.details)

    def __str__(self) -> str:
        return self.message("en")

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it pass between processes, whatever a subclass is made with."""
        return type(self).__new__, (type(self),), self.__dict__


class ArgumentError(SynthHandsonError, ValueError):
    """An argument is outside its range, or names a column that is not there."""


class DataUnavailableError(SynthHandsonError):
    """The table could not be had from the source that was asked for."""


class TrainingError(SynthHandsonError):
    """Training or sampling failed; another try starts from a clean state."""


class TrainingCancelled(SynthHandsonError):  # noqa: N818  (like asyncio's CancelledError, no failure)
    """The training was cancelled and nothing of it was kept."""


class ServerError(SynthHandsonError):
    """A server, of MOSTLY AI or of a language model, did not answer, or not as one."""


class LeakError(SynthHandsonError):
    """Personal data of the original occurs in a synthetic table."""


class LicenceNotice(UserWarning):
    """A licence that is not an open one allows less than the reader may think."""


def problem(key: str, values: Mapping[str, object] | None = None) -> Message:
    """Name one thing that is wrong, by its entry in ``errors.toml`` and what its placeholders stand for."""
    return Message(f"errors.{key}", dict(values or {}))


class TableError(SynthHandsonError):
    """A table cannot be trained on, or tables not be compared; ``problems`` lists all that is wrong."""

    def __init__(self, problems: Sequence[Message], key: str = "table") -> None:
        super().__init__(key, count=len(problems))
        self.problems = tuple(problems)

    def message(self, language: Language = "en") -> str:
        """List every problem, each with its place, an example and what to do."""
        lines = [f"- {found.render(language)}" for found in self.problems]
        return "\n".join([super().message(language), *lines])
