"""Every message exists in both languages, names the same values in both, and is used."""

import ast
import re
import string
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from synth_handson.errors import ArgumentError, SynthHandsonError, TableError, problem
from synth_handson.locales import LANGUAGES

SOURCE = Path(__file__).parents[1] / "src"
PACKAGES = sorted(texts.parent for texts in SOURCE.glob("*/locales"))
# Raised as XyzError("key", …), or collected as problem("key", …).
KEY = re.compile(r"""\b(?:\w*Error|TrainingCancelled|problem)\(\s*["'](\w+)["']""")
USED_KEYS = sorted(
    {
        (package.name, key)
        for package in PACKAGES
        for module in package.rglob("*.py")
        for key in KEY.findall(module.read_text("utf-8"))
    }
)
CATALOGUES = sorted({(texts.parts[-4], texts.name) for texts in SOURCE.glob("*/locales/*/*.toml")})


def read(package: str, language: str, catalogue: str) -> dict[str, str]:
    return tomllib.loads((SOURCE / package / "locales" / language / catalogue).read_text("utf-8"))


def placeholders(template: str) -> set[str]:
    fields = (name for _, name, _, _ in string.Formatter().parse(template) if name is not None)
    return {re.split(r"[.\[]", name)[0] for name in fields}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("package", "key"), USED_KEYS)
def test_every_error_has_its_text(package: str, key: str, language: str) -> None:
    assert key in read(package, language, "errors.toml")


@pytest.mark.parametrize(("package", "catalogue"), CATALOGUES)
def test_both_languages_say_the_same(package: str, catalogue: str) -> None:
    japanese, english = read(package, "ja", catalogue), read(package, "en", catalogue)
    # Only English has a singular of its own.
    assert japanese.keys() == {key for key in english if not key.endswith("_one")} | (
        japanese.keys() & english.keys()
    )
    for key in japanese:
        assert placeholders(japanese[key]) == placeholders(english[key]), key


@pytest.fixture(scope="module")
def named() -> Callable[[str], bool]:
    """Tell whether a text is named in the source, as it stands or by a string with parts to fill in."""
    page = (SOURCE / "synth_service" / "page" / "page.js").read_text("utf-8")
    words, patterns = {*re.findall(r"\w+", page)}, {*re.findall(r"`(\w+)\$\{[^`]*`", page)}
    patterns = {rf"{start}\w*" for start in patterns}
    for module in (SOURCE.parent / "app.py", *SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Constant):
                words.add(re.sub("[ /]", "_", str(node.value)))
            elif isinstance(node, ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else None for part in node.values]
                said = "".join(filter(None, parts))
                # A file's name alone, as in f"report.{key}", names no text of it.
                if len(said) >= 3 and not said.endswith("."):
                    patterns.add("".join(r"[\w-]*" if part is None else re.escape(part) for part in parts))
    pattern = re.compile("|".join(patterns))
    return lambda name: name in words or pattern.fullmatch(name) is not None


@pytest.mark.parametrize(("package", "catalogue"), CATALOGUES)
def test_no_text_is_left_that_nothing_says(
    package: str, catalogue: str, named: Callable[[str], bool]
) -> None:
    # Some have a part of their name in common with others that it is put together from.
    parts = "^broken_|_(rows|people|one|strict|equal)$"
    keys = {key: re.sub(parts, "", key) for key in read(package, "en", catalogue)}
    file = catalogue.removesuffix(".toml")
    full = {key: (key, bare, f"{file}.{key}", f"{file}.{bare}") for key, bare in keys.items()}
    unused = [key for key, names in full.items() if not any(map(named, names))]
    assert unused == []


def test_an_error_speaks_both_languages() -> None:
    error = ArgumentError("sample_rows", n=0)
    assert isinstance(error, SynthHandsonError)
    assert isinstance(error, ValueError)
    assert "not 0" in str(error)
    assert "0" in error.message("ja")
    assert error.message("ja") != error.message("en")


def test_a_table_error_lists_every_problem() -> None:
    problems = [problem("sample_rows", {"n": 7}), problem("max_epochs", {"value": -1})]
    first, *rest = str(TableError(problems)).splitlines()
    assert "2" in first
    assert len(rest) == 2
    assert "7" in rest[0]
    assert "-1" in rest[1]
