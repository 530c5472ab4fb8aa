"""Names of people by a spaCy model of English, if somebody has installed one: none comes with this."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from synth_handson.pii.spans import JAPANESE, Span

MODELS = ("en_core_web_trf", "en_core_web_lg", "en_core_web_md", "en_core_web_sm")
"""Models, the best first."""
NOT_NEEDED = ["tagger", "parser", "attribute_ruler", "lemmatizer"]
PERSON = "PERSON"


def find_names_by_model(text: str) -> Iterator[Span]:
    """Yield what the installed model takes for names of people except for those in Japanese."""
    model = _model()
    if model is None:
        return
    for entity in model(text).ents:
        if entity.label_ == PERSON and not JAPANESE.search(entity.text):
            yield Span(entity.start_char, entity.end_char, "name", False)


def installed_model() -> str | None:
    """Return the name of the model that is used; None if there is none."""
    return next((name for name in MODELS if find_spec(name)), None) if find_spec("spacy") else None


@cache
def _model() -> Any:
    name = installed_model()
    return import_module(name).load(exclude=NOT_NEEDED) if name else None
