"""Share data safely with synthetic data, and measure what it keeps and how close it comes to real people."""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synth_handson.public import *  # noqa: F403
else:

    def __getattr__(name: str) -> object:
        """Load the library when its first public name is asked for: a worker process needs little of it."""
        return getattr(import_module("synth_handson.public"), name)

    def __dir__() -> list[str]:
        return [*globals(), *import_module("synth_handson.public").__all__]


__version__ = version("synth-handson")
