"""Keep trained generators and models of texts by what they were trained on; ``synth-handson clear-store``.

A trained generator is personal data: the store is private to the user, bounded, and leaves with one command.
"""

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pandas as pd
from filelock import FileLock
from pydantic_core import to_json

from synth_handson.paths import home

MAX_BYTES = 200_000_000
"""Largest size of the store; the entries unused for longest are deleted first. A text model takes about 11
MB."""

FORMAT = 2


class GeneratorStore(Protocol):
    """Interface of a store of generators, as on the reader's own machine."""

    def load(self, name: str, /) -> bytes | None:
        """Read an entry; None where there is none."""

    def save(self, name: str, archive: bytes, /) -> None:
        """Write an entry."""


_DIGEST_BYTES = hashlib.sha256().digest_size


def key(train: pd.DataFrame, options: Mapping[str, object]) -> str:
    """Name the entry of a training: a digest of rows, columns, dtypes and options.

    Parameters
    ----------
    train
        The training table; its index does not count.
    options
        What else decides the outcome of the training, as plain values or dataclasses: the engine and its
        version among it.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    about = {
        "format": FORMAT,
        "columns": [(str(name), str(dtype)) for name, dtype in train.dtypes.items()],
        "options": {name: options[name] for name in sorted(options)},
    }
    digest.update(to_json(about))
    digest.update(pd.util.hash_pandas_object(train, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def load(name: str) -> bytes | None:
    """Read an entry; a damaged one is removed, and an unreadable one counts as absent."""
    with contextlib.suppress(OSError), _lock():
        path = _folder() / name
        content = path.read_bytes()
        digest, archive = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(archive).digest() == digest:
            os.utime(path)
            return archive
        path.unlink()
    return None


def save(name: str, archive: bytes) -> None:
    """Write an entry atomically, and drop the entries unused for longest beyond :data:`MAX_BYTES`.

    A store that cannot be written (a full or read-only disk) costs the next training, nothing else.
    """
    with contextlib.suppress(OSError), _lock():
        path = _folder() / name
        unfinished = path.with_suffix(".unfinished")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(archive).digest() + archive)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        _drop_oldest()


def clear() -> int:
    """Remove every entry.

    Returns
    -------
    int
        How many there were.
    """
    with _lock():
        entries = [path for path in _folder().iterdir() if path.suffix != ".lock"]
        for path in entries:
            path.unlink()
        return len(entries)


def _folder() -> Path:
    folder = home() / "generators"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _lock() -> FileLock:
    return FileLock(_folder() / "store.lock", mode=0o600)


def _drop_oldest() -> None:
    entries = sorted(
        (path for path in _folder().iterdir() if path.suffix != ".lock"),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    size = 0
    for path in entries:
        size += path.stat().st_size
        if size > MAX_BYTES:
            path.unlink()
