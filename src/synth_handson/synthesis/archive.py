"""A generator as one file."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict

from synth_handson.synthesis.generator import Generator, Training
from synth_handson.synthesis.mostly.local import LocalModel
from synth_handson.synthesis.schema import Schema


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
    """Pack a local generator into one archive, for the store."""
    assert isinstance(generator.model, LocalModel)
    about = {"schema": asdict(generator.schema), "training": asdict(generator.training)}
    return pack({**generator.model.files, "generator.json": json.dumps(about).encode()})


def from_bytes(archive: bytes) -> Generator:
    """Read a generator from its archive."""
    files = unpack(archive)
    about = json.loads(files.pop("generator.json"))
    return Generator(
        Schema.from_plain(about["schema"]), Training(**about["training"]), LocalModel(files), from_store=True
    )
