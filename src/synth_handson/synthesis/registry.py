"""The engines. Each is imported on request, as some need packages of their own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from pkgutil import resolve_name
from typing import TYPE_CHECKING, cast

from synth_handson.errors import ArgumentError

if TYPE_CHECKING:
    from synth_handson.synthesis.engine import Engine, LinkedEngine


@dataclass(frozen=True)
class Entry:
    """An engine that can be requested.

    Attributes
    ----------
    place
        Its module and class, as ``pkgutil.resolve_name`` reads them.
    module
        The package it needs.
    install
        The command that installs it.
    is_instant
        Whether it takes about a second, and so need not wait for other trainings.
    linked
        Whether it learns people with several events each.
    """

    place: str
    module: str
    install: str
    is_instant: bool = False
    linked: bool = False

    def load(self) -> Engine:
        """Import and return it."""
        engine: Engine = resolve_name(self.place)()
        return engine


ENGINES = {
    "mostly": Entry(
        f"{__package__}.mostly.local:MostlyEngine",
        "mostlyai.engine",
        'pip install "mostlyai[local]"',
        linked=True,
    ),
    "copula": Entry(f"{__package__}.copula:CopulaEngine", "scipy", "pip install scipy", is_instant=True),
    "trees": Entry(
        f"{__package__}.trees:TreesEngine",
        "sklearn",
        "pip install scikit-learn",
        is_instant=True,
        linked=True,
    ),
    "aim": Entry(f"{__package__}.aim:AimEngine", "mbi", 'pip install "synth-handson[aim]"'),
    "ctgan": Entry(f"{__package__}.ctgan:CtganEngine", "ctgan", 'pip install "synth-handson[ctgan]"'),
    "mostly-server": Entry(
        f"{__package__}.mostly.server:ServerEngine", "mostlyai.sdk", "pip install mostlyai"
    ),
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
        If there is no such engine, or its package is not installed.
    """
    entry = ENGINES.get(name) if isinstance(name, str) else None
    if entry is None:
        close = get_close_matches(str(name), ENGINES)
        known = [*close, *(other for other in ENGINES if other not in close)]
        raise ArgumentError("engine_unknown", engine=name, known=", ".join(known))
    if not _installed(entry.module):
        raise ArgumentError("engine_missing", engine=name, module=entry.module, install=entry.install)
    return entry.load()


def get_linked_engine(name: str) -> LinkedEngine:
    """Return an engine that learns people with several events each; errors as of :func:`get_engine`.

    Raises
    ------
    ArgumentError
        If this one does not.
    """
    check_learns_people(name)
    return cast("LinkedEngine", get_engine(name))


def check_learns_people(name: str) -> None:
    """Raise an `ArgumentError` if a known engine learns no people with several events each."""
    if name in ENGINES and not ENGINES[name].linked:
        known = ", ".join(other for other, entry in ENGINES.items() if entry.linked)
        raise ArgumentError("engine_linked", engine=name, known=known)


def is_installed(name: str) -> bool:
    """Tell whether the package of a known engine is installed."""
    return _installed(ENGINES[name].module)


def server_address() -> str | None:
    """Return the address of the MOSTLY AI server that the environment names: MOSTLY_BASE_URL."""
    return os.environ.get("MOSTLY_BASE_URL") or None


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # The package that it lies in is missing.
        return False
