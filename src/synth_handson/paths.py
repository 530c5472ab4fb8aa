"""Where the library keeps what it wants to find again, and where the files lie that come with it."""

import os
from importlib.resources import files
from pathlib import Path

from platformdirs import user_cache_dir

from synth_handson.errors import ArgumentError, SynthHandsonError


def home() -> Path:
    """Return the library's folder, which only its owner may enter; create it where it is missing.

    Returns
    -------
    Path
        What the environment variable ``SYNTH_HANDSON_HOME`` names, else a folder in the platform's cache.

    Raises
    ------
    SynthHandsonError
        If the folder cannot be created.
    """
    folder = Path(os.environ.get("SYNTH_HANDSON_HOME") or user_cache_dir("synth-handson", appauthor=False))
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SynthHandsonError("home_unusable", path=folder, reason=error.strerror or error) from error
    return folder


def bundled(name: str) -> Path:
    """Return where a file of ``data/`` lies: in the installed package, or at the top of a clone.

    Parameters
    ----------
    name
        Name of the file.

    Returns
    -------
    Path
        Its place, whether or not it is there.
    """
    installed = Path(str(files(__package__) / "data"))
    folder = installed if installed.is_dir() else Path(__file__).parents[2] / "data"
    return folder / name


def notebook() -> Path:
    """Return where the hands-on's notebook lies: in the installed package, or at the top of a clone."""
    path = Path(str(files(__package__))) / "notebook" / "app.py"
    return path if path.is_file() else Path(__file__).parents[2] / "app.py"


def write_text(path: Path, text: str) -> None:
    """Write a file of text.

    Raises
    ------
    ArgumentError
        If it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ArgumentError("unwritable", path=path, reason=error.strerror or error) from error
