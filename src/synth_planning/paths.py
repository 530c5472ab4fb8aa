"""Paths of plans and of the package's files, and writing of files."""

import os
from pathlib import Path

from platformdirs import user_cache_dir

from synth_planning.errors import ArgumentError, DataUnavailableError
from synth_planning.locales import Language

HERE = Path(__file__).parent
NOTEBOOK = HERE / "page" / "notebook.py"


def home() -> Path:
    """Return the default private folder of plans; create it if it is missing.

    The environment variable ``SYNTH_HANDSON_HOME`` names it; else it lies in the platform's cache.

    Raises
    ------
    DataUnavailableError
        If the folder cannot be created.
    """
    folder = Path(os.environ.get("SYNTH_HANDSON_HOME") or user_cache_dir("synth-handson", appauthor=False))
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataUnavailableError("home_unusable", path=folder, reason=error.strerror or error) from error
    return folder


def example(language: Language) -> Path:
    """Return the worked example: the plan of this very project."""
    return HERE / "examples" / f"{language}.yaml"


def write_text(path: Path, text: str) -> None:
    """Write a text file.

    Raises
    ------
    ArgumentError
        If it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ArgumentError("unwritable", path=path, reason=error.strerror or error) from error
