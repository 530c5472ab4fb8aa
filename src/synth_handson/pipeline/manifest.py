"""Manifest of a synthetic file: its original and settings, for later checks. It contains no row."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from synth_handson.evidence.verdict import Outcome
from synth_handson.pii.detect import Answer
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
    measured, verdict
        Rows that were measured, of which those of the file are the first, and the verdict on privacy; None in
        manifests of before these were noted.
    engine, engine_version
        What learned the table.
    epsilon
        What differential privacy cost, if it was asked for.
    target, known
        The column to be predicted, and those that somebody may already know of a person.
    learned, written, made, numbered, empty
        What became of the columns.
    text_model
        What wrote the columns that are written.
    form
        Names, types and spelling of all columns: the schema.
    person
        The column that identifies people, if they were learned with all their rows: people were held out.
    answers, asked
        What was said of columns whose words may be names, and those of which nobody said anything.
    rules
        The rules that every row keeps.
    segment
        For rows drawn on demand, what was asked for: `synth_handson.tables.segment.Segment.to_plain`.
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
    measured: int | None = None
    verdict: Outcome | None = None
    known: tuple[str, ...] = ()
    person: str | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    segment: dict[str, Any] | None = None

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


@dataclass(frozen=True)
class LinkedManifest:
    """How synthetic linked files were made.

    Attributes
    ----------
    version
        Version of synth_handson.
    originals, synthetic
        SHA-256 of each table's file.
    person, people
        The column that identifies people, and how many there are.
    fraction, seed
        By which the people that were held out can be split off again.
    drawn
        Synthetic people.
    verdict
        On privacy.
    learned
        The columns that were learned of each table, and the key.
    target, known
        The column to be predicted, and those that somebody may already know of a person.
    answers
        What was said of columns whose words may be names.
    training
        How the generator was made.
    rules
        The rules that all people keep.
    """

    version: str
    originals: dict[str, str]
    synthetic: dict[str, str]
    person: str
    people: int
    fraction: float
    seed: int
    drawn: int
    verdict: Outcome
    learned: dict[str, tuple[str, ...]]
    target: str | None
    known: tuple[str, ...]
    answers: dict[str, Answer]
    training: dict[str, Any]
    rules: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def read(cls, path: Path) -> LinkedManifest:
        """Read what :meth:`to_json` wrote; errors as of :meth:`Manifest.read`."""
        return read_saved(cls, path)


def manifest_path(synthetic: Path) -> Path:
    """Return where the manifest of a synthetic file lies: beside it."""
    return synthetic.with_name(f"{synthetic.name}.manifest.json")


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or of all files of a folder."""
    digest = hashlib.sha256()
    for part in sorted(filter(Path.is_file, path.rglob("*"))) if path.is_dir() else [path]:
        with part.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    return digest.hexdigest()
