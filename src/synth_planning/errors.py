"""What can go wrong through no fault of the package, said so that the reader can act on it."""

from collections.abc import Sequence

from synth_planning.locales import Language, Message, get_text


class PlanningError(Exception):
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


class ArgumentError(PlanningError, ValueError):
    """An argument is outside its range, or names something that is not there."""


class DataUnavailableError(PlanningError):
    """The store of the plan cannot be used."""


class ConflictError(PlanningError):
    """Somebody else has changed the same thing meanwhile; nothing was overwritten."""


class PlanError(PlanningError):
    """Something in a plan, or a file of it, is wrong; nothing of it was taken. ``problems`` lists it all."""

    def __init__(self, problems: Sequence[Message], key: str = "not_saved") -> None:
        super().__init__(key, count=len(problems))
        self.problems = tuple(problems)

    def message(self, language: Language = "en") -> str:
        """List every problem, each with its place and what to do."""
        lines = [f"- {found.render(language)}" for found in self.problems]
        return "\n".join([super().message(language), *lines])
