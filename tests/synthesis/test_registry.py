"""Which engines may be asked for, and what is said of one that is not there."""

import pytest

from synth_handson.errors import ArgumentError
from synth_handson.locales import LANGUAGES
from synth_handson.synthesis import registry
from synth_handson.synthesis.registry import ENGINES, Entry, get_engine, server_address


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_is_found_by_its_name_and_tells_its_version(name: str) -> None:
    engine = get_engine(name)
    assert engine.name == name
    assert engine.version[0].isdigit()


def test_an_unknown_name_is_answered_with_the_known_ones_the_closest_first() -> None:
    with pytest.raises(ArgumentError, match=r"'mostly-sever'. Choose one of: mostly-server, mostly"):
        get_engine("mostly-sever")


@pytest.mark.parametrize("module", ["no_such_package", "no_such_package.engine"])
def test_a_missing_package_is_answered_with_the_command_that_installs_it(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = Entry("nowhere:NoEngine", module, "pip install no-such-package")
    monkeypatch.setitem(registry.ENGINES, "another", entry)
    with pytest.raises(ArgumentError) as missing:
        get_engine("another")
    for language in LANGUAGES:
        assert f"{module}" in missing.value.message(language)
        assert missing.value.message(language).endswith("pip install no-such-package")


def test_an_empty_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert server_address() is None
    monkeypatch.setenv("MOSTLY_BASE_URL", "")
    assert server_address() is None
    monkeypatch.setenv("MOSTLY_BASE_URL", "http://gpu:8080")
    assert server_address() == "http://gpu:8080"
