"""A generator as one file."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from synth_handson.synthesis.generator import Generator, Training
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.synthesis.linked import LinkedForm, LinkedGenerator
from synth_handson.synthesis.registry import get_engine, get_linked_engine
from synth_handson.synthesis.rules.keep import NO_RULES, KeptRules
from synth_handson.synthesis.rules.linked import NO_LINKED_RULES, LinkedRules
from synth_handson.synthesis.schema import Schema

ABOUT = "generator.json"


@dataclass(frozen=True)
class _About:
    """What is said of a generator beside its model."""

    schema: Schema
    training: Training
    identifiers: tuple[Identifier, ...] = ()
    rules: KeptRules = NO_RULES


@dataclass(frozen=True)
class _LinkedAbout:
    """The same of a generator of people with their events."""

    form: LinkedForm
    training: Training
    rules: LinkedRules = NO_LINKED_RULES


_ABOUT, _LINKED_ABOUT = TypeAdapter(_About), TypeAdapter(_LinkedAbout)


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
    """Pack a generator into one archive: its model's files, its columns, its rules, and how it was made."""
    about = _About(generator.schema, generator.training, generator.identifiers, generator.rules)
    return pack({**generator.model.files, ABOUT: _ABOUT.dump_json(about)})


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
    about = _ABOUT.validate_json(files.pop(ABOUT))
    model = get_engine(about.training.engine).load(files)
    return Generator(
        about.schema, about.training, model,
        from_store=True, identifiers=about.identifiers, rules=about.rules,
    )  # fmt: skip


def linked_to_bytes(generator: LinkedGenerator) -> bytes:
    """Pack a generator of people with their events, as :func:`to_bytes` does."""
    about = _LinkedAbout(generator.form, generator.training, generator.rules)
    return pack({**generator.model.files, ABOUT: _LINKED_ABOUT.dump_json(about)})


def linked_from_bytes(archive: bytes) -> LinkedGenerator:
    """Read a generator of people with their events; errors are those of :func:`from_bytes`."""
    files = unpack(archive)
    about = _LINKED_ABOUT.validate_json(files.pop(ABOUT))
    model = get_linked_engine(about.training.engine).load_linked(files)
    return LinkedGenerator(about.form, about.training, model, from_store=True, rules=about.rules)
