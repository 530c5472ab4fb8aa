"""What a synthetic file was made from and how, so that it can be checked later; no row is in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from synth_handson.tables.files.form import TableForm, read_saved

BLOCK = 2**20


@dataclass(frozen=True)
class Manifest:
    """How a synthetic file was made.

    Attributes
    ----------
    version
        Version of synth_handson.
    original, synthetic
        SHA-256 of the two files.
    rows, holdout
        Rows of the original, and how many of them no generator saw.
    fraction, seed
        By which the holdout can be split off again.
    drawn
        Rows of the synthetic file.
    engine, engine_version
        What learned the table.
    epsilon
        What differential privacy cost, if it was asked for.
    target
        The column to be predicted.
    learned, written, made, numbered, empty
        What became of the columns.
    text_model
        What wrote the columns that are written.
    form
        Names, types and spelling of all columns: the schema.
    """

    version: str
    original: str
    synthetic: str
    rows: int
    holdout: int
    fraction: float
    seed: int
    drawn: int
    engine: str
    engine_version: str
    epsilon: float | None
    target: str | None
    learned: tuple[str, ...]
    written: tuple[str, ...]
    made: tuple[str, ...]
    numbered: tuple[str, ...]
    empty: tuple[str, ...]
    text_model: str | None
    form: TableForm

    def to_json(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        ArgumentError
            If there is no such file, or it is no manifest.
        """
        return read_saved(cls, path)


def manifest_path(synthetic: Path) -> Path:
    """Return where the manifest of a synthetic file lies: beside it."""
    return synthetic.with_name(f"{synthetic.name}.manifest.json")


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or of all files of a folder."""
    digest = hashlib.sha256()
    for part in sorted(path.rglob("*")) if path.is_dir() else [path]:
        with part.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    return digest.hexdigest()
