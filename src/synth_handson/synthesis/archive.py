"""A generator as one file."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict

from synth_handson.synthesis.generator import Generator, Training
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.synthesis.linked import LinkedForm, LinkedGenerator
from synth_handson.synthesis.registry import get_engine, get_linked_engine
from synth_handson.synthesis.rules.keep import NO_RULES, KeptRules
from synth_handson.synthesis.rules.linked import NO_LINKED_RULES, LinkedRules
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
    """Pack a generator into one archive: its model's files, its columns, its rules, and how it was made."""
    about = {
        "schema": asdict(generator.schema),
        "training": asdict(generator.training),
        "identifiers": [asdict(identifier) for identifier in generator.identifiers],
        **({"rules": generator.rules.to_plain()} if generator.rules else {}),
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
    rules = KeptRules.from_plain(about["rules"]) if "rules" in about else NO_RULES
    return Generator(schema, training, model, from_store=True, identifiers=identifiers, rules=rules)


def linked_to_bytes(generator: LinkedGenerator) -> bytes:
    """Pack a generator of people with their events, as :func:`to_bytes` does."""
    about = {
        "form": generator.form.to_plain(),
        "training": asdict(generator.training),
        **({"rules": generator.rules.to_plain()} if generator.rules else {}),
    }
    return pack({**generator.model.files, ABOUT: json.dumps(about).encode()})


def linked_from_bytes(archive: bytes) -> LinkedGenerator:
    """Read a generator of people with their events; errors are those of :func:`from_bytes`."""
    files = unpack(archive)
    about = json.loads(files.pop(ABOUT))
    training = Training(**about["training"])
    model = get_linked_engine(training.engine).load_linked(files)
    rules = LinkedRules.from_plain(about["rules"]) if "rules" in about else NO_LINKED_RULES
    return LinkedGenerator(
        LinkedForm.from_plain(about["form"]), training, model, from_store=True, rules=rules
    )
