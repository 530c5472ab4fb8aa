"""A generator as one file: it names its engine, and is read by it."""

import json
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson import load_pretrained_generator, train_generator
from synth_handson.errors import ArgumentError
from synth_handson.synthesis.archive import ABOUT, from_bytes, pack, to_bytes, unpack


@given(st.dictionaries(st.text("abc/.", min_size=1), st.binary()))
def test_an_archive_unpacks_to_what_was_packed(files: dict[str, bytes]) -> None:
    assert unpack(pack(files)) == files
    assert pack(files) == pack(dict(reversed(files.items())))


def test_it_names_engine_version_settings_and_protection(bank: pd.DataFrame) -> None:
    large = pd.concat([bank[["age", "y"]]] * 5)
    generator = train_generator(large, target="y", max_epochs=1)
    told = json.loads(unpack(to_bytes(generator))[ABOUT])["training"]
    assert told["engine"] == "mostly"
    assert told["engine_version"] == version("mostlyai-engine")
    order = {"column_order": "mutual information"}
    assert told["settings"] == {**order, "target": "y", "batch_size": 2_048}
    assert told["value_protection"] is True
    assert train_generator(bank, max_epochs=1).training.settings == order


def test_what_was_packed_is_the_same_generator() -> None:
    generator = load_pretrained_generator()
    assert from_bytes(to_bytes(generator)) == generator


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    files = unpack(to_bytes(load_pretrained_generator()))
    about = json.loads(files[ABOUT])
    change(about["training"])
    return pack(files | {ABOUT: json.dumps(about).encode()})


def test_an_engine_that_is_not_here_is_named() -> None:
    with pytest.raises(ArgumentError, match="no engine 'gan'"):
        from_bytes(changed(lambda training: training.update(engine="gan")))


def test_an_archive_that_names_no_engine_is_none() -> None:
    with pytest.raises(ValueError, match="engine"):
        from_bytes(changed(lambda training: training.pop("engine")))


def test_an_archive_without_its_model_is_none() -> None:
    files = unpack(to_bytes(load_pretrained_generator()))
    del files["model-data/model-weights.pt"]
    with pytest.raises(KeyError):
        from_bytes(pack(files))
