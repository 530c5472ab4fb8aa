"""A model of spaCy is used if there is one, and nothing is missing if there is none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from synth_handson.pii import spacy_names
from synth_handson.pii.scan import scan
from synth_handson.pii.spans import Span

PACKAGE = """
from pathlib import Path
from spacy.util import load_model_from_path

def load(**overrides):
    return load_model_from_path(Path(__file__).parent / "model", **overrides)
"""
TEXT = "It was Zyxwa Qrstu who told 山田さん in Xyzzyland."


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a model that knows one person and one place, as packages of models are made."""
    import spacy  # With torch, which takes seconds; not where tests are only collected.

    rules = spacy.blank("en")
    rules.add_pipe("entity_ruler").add_patterns(
        [
            {"label": "PERSON", "pattern": "Zyxwa Qrstu"},
            {"label": "PERSON", "pattern": "山田さん"},
            {"label": "GPE", "pattern": "Xyzzyland"},
        ]
    )
    package = tmp_path / "en_core_web_sm"
    package.mkdir()
    (package / "__init__.py").write_text(PACKAGE)
    rules.to_disk(package / "model")
    monkeypatch.syspath_prepend(str(tmp_path))
    spacy_names._model.cache_clear()
    yield
    spacy_names._model.cache_clear()


def test_without_a_model_nothing_is_found_by_it() -> None:
    assert spacy_names.installed_model() is None
    assert list(spacy_names.find_names_by_model(TEXT)) == []


def test_people_are_found_by_it_and_nothing_else(model: None) -> None:
    assert spacy_names.installed_model() == "en_core_web_sm"
    assert list(spacy_names.find_names_by_model(TEXT)) == [Span(7, 18, "name", False)]


def test_what_it_finds_is_found_in_a_text(model: None) -> None:
    assert Span(7, 18, "name", False) in scan(TEXT)
