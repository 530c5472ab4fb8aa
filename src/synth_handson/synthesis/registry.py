"""Which engines there are. Each is imported when it is asked for: some take packages of their own."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec

from synth_handson.errors import ArgumentError
from synth_handson.synthesis.engine import Engine


@dataclass(frozen=True)
class Entry:
    """An engine that may be asked for.

    Attributes
    ----------
    load
        Imports it.
    module
        What it stands on.
    install
        The command that installs that.
    at_once
        Whether it takes a second or so, and so waits for no other training.
    """

    load: Callable[[], Engine]
    module: str
    install: str
    at_once: bool = False


def _mostly() -> Engine:
    from synth_handson.synthesis.mostly.local import MostlyEngine

    return MostlyEngine()


def _server() -> Engine:
    from synth_handson.synthesis.mostly.server import ServerEngine

    return ServerEngine()


def _copula() -> Engine:
    from synth_handson.synthesis.copula import CopulaEngine

    return CopulaEngine()


def _trees() -> Engine:
    from synth_handson.synthesis.trees import TreesEngine

    return TreesEngine()


def _aim() -> Engine:
    from synth_handson.synthesis.aim import AimEngine

    return AimEngine()


def _ctgan() -> Engine:
    from synth_handson.synthesis.ctgan import CtganEngine

    return CtganEngine()


ENGINES = {
    "mostly": Entry(_mostly, "mostlyai.engine", 'pip install "mostlyai[local]"'),
    "copula": Entry(_copula, "scipy", "pip install scipy", at_once=True),
    "trees": Entry(_trees, "sklearn", "pip install scikit-learn", at_once=True),
    "aim": Entry(_aim, "mbi", 'pip install "synth-handson[aim]"'),
    "ctgan": Entry(_ctgan, "ctgan", 'pip install "synth-handson[ctgan]"'),
    "mostly-server": Entry(_server, "mostlyai.sdk", "pip install mostlyai"),
}


def get_engine(name: str) -> Engine:
    """Return an engine.

    Parameters
    ----------
    name
        One of :data:`ENGINES`.

    Raises
    ------
    ArgumentError
        If there is no such engine, or what it stands on is not installed.
    """
    entry = ENGINES.get(name) if isinstance(name, str) else None
    if entry is None:
        close = get_close_matches(str(name), ENGINES)
        known = [*close, *(other for other in ENGINES if other not in close)]
        raise ArgumentError("engine_unknown", engine=name, known=", ".join(known))
    if not _installed(entry.module):
        raise ArgumentError("engine_missing", engine=name, module=entry.module, install=entry.install)
    return entry.load()


def is_installed(name: str) -> bool:
    """Tell whether what a known engine stands on is installed."""
    return _installed(ENGINES[name].module)


def server_address() -> str | None:
    """Return the address of the MOSTLY AI server that the environment names: MOSTLY_BASE_URL."""
    return os.environ.get("MOSTLY_BASE_URL") or None


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # The package that it lies in is missing.
        return False
