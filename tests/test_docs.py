"""The documents: what they link to is there, and English and Japanese have the same headings and code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "demo").glob("*.md")]
)
PAIRS = [
    (english, japanese)
    for japanese in DOCUMENTS
    if japanese.name.endswith(".ja.md")
    and (english := japanese.with_name(japanese.name.replace(".ja.md", ".md")))
]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(#[^)\s]*)?\)")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    return FENCED.sub("", path.read_text("utf-8"))


def code(path: Path) -> list[str]:
    """Return the code of the shell and of Python, without comments and what is said in one language."""
    found = [text for kind, text in FENCED.findall(path.read_text("utf-8")) if kind in ("bash", "python")]
    plain = [re.sub(r"\s*(^|\s)#.*", "", text, flags=re.MULTILINE) for text in found]
    said = {'"ja"': '"en"', "language=ja": "language=en", "ダークモード": "Dark mode"}
    return [re.sub("|".join(said), lambda found: said[found[0]], text) for text in plain]


@pytest.mark.parametrize(("english", "japanese"), PAIRS, ids=name)
def test_both_languages_have_the_same_headings_and_code(english: Path, japanese: Path) -> None:
    levels = [re.findall(r"^#+(?= )", prose(path), re.MULTILINE) for path in (english, japanese)]
    assert levels[0] == levels[1]
    assert code(english) == code(japanese)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_what_is_linked_is_there(document: Path) -> None:
    for target, _ in LINK.findall(prose(document)):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_a_readme_is_short_and_names_the_test_command_of_ci(readme: str) -> None:
    lines = (ROOT / readme).read_text("utf-8").splitlines()
    assert len(lines) <= 100
    commands = [line.partition("#")[0].strip() for line in lines if line.startswith("pip install uv")]
    ran = (ROOT / ".ci" / "run").read_text("utf-8").replace("--quiet ", "")
    assert len(commands) == 2
    assert commands[1] in ran
