"""Every term that a text links to is in the glossary."""

import re
import tomllib
from pathlib import Path

import pytest

from synth_handson import locales
from synth_handson.locales import LANGUAGES, Language
from synth_handson.presentation.glossary import TERMS, glossary_html


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_explains_every_term_once(language: Language) -> None:
    shown = glossary_html(language)
    assert re.findall(r'id="g-([\w-]+)"', shown) == list(TERMS)
    assert shown.count("<dd>") == len(TERMS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_there(language: Language) -> None:
    folder = Path(locales.__file__).parent / language
    texts = [
        str(text)
        for file in folder.glob("*.toml")
        for text in tomllib.loads(file.read_text("utf-8")).values()
    ]
    linked = {term for text in texts for term in re.findall(r"\(#g-([\w-]+)\)", text)}
    assert linked
    assert linked <= {*TERMS}
