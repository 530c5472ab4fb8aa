"""A generator as one file."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict

from synth_handson.synthesis.generator import Generator, Training
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.synthesis.registry import get_engine
from synth_handson.synthesis.schema import Schema

ABOUT = "generator.json"


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack named files into one archive, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpack(archive: bytes) -> dict[str, bytes]:
    """Read the files of an archive made by :func:`pack`."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def to_bytes(generator: Generator) -> bytes:
    """Pack a generator into one archive: its model's files, its columns, and how it was made."""
    about = {
        "schema": asdict(generator.schema),
        "training": asdict(generator.training),
        "identifiers": [asdict(identifier) for identifier in generator.identifiers],
    }
    return pack({**generator.model.files, ABOUT: json.dumps(about).encode()})


def from_bytes(archive: bytes) -> Generator:
    """Read a generator from its archive, with the engine that is named there.

    Raises
    ------
    ArgumentError
        If this installation does not have that engine.
    KeyError, TypeError, ValueError, BadZipFile
        If it is no archive of a generator.
    """
    files = unpack(archive)
    about = json.loads(files.pop(ABOUT))
    training = Training(**about["training"])
    model = get_engine(training.engine).load(files)
    identifiers = tuple(map(Identifier.from_plain, about.get("identifiers", ())))
    schema = Schema.from_plain(about["schema"])
    return Generator(schema, training, model, from_store=True, identifiers=identifiers)
