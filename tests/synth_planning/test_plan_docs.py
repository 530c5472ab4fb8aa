"""docs/planning says what is so: its code runs, its error comes, its numbers are the measured ones."""

import re
from pathlib import Path

import pytest
from test_feedback import SENTENCES

from synth_planning import read_entries, suggest_sentiment
from synth_planning.errors import PlanError
from synth_planning.locales import Language

DOCS = Path(__file__).parents[2] / "docs"
PAGES: list[tuple[str, Language]] = [("planning.md", "en"), ("planning.ja.md", "ja")]


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_its_code_runs(
    name: str, language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", page(name), re.DOTALL)
    known: dict[str, object] = {}
    exec(code, known)
    assert known["dark"].rice == 3.0  # type: ignore[attr-defined]
    assert "# 5 × 3 × 80 % / 4" in code
    known["store"].close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_its_error_is_the_one_that_comes(name: str, language: Language, tmp_path: Path) -> None:
    path = tmp_path / "features.csv"
    path.write_text("name,moscow,effort,reach,impact,confidence\na,must,1,1,1,1\nb,perhaps,0,1,1,1\n")
    with pytest.raises(PlanError) as error:
        read_entries(path, "features")
    assert error.value.message(language) in page(name)


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_its_numbers_are_those_of_the_suggestions(name: str, language: Language) -> None:
    found = {text: suggest_sentiment(text) for texts in SENTENCES.values() for text in texts}
    meant = {text: feeling for feeling, texts in SENTENCES.items() for text in texts}
    wrong = [text for text in found if found[text] not in (None, meant[text])]
    (line,) = [line for line in page(name).split("\n- ") if "VADER" in line]
    right = sum(found[text] == meant[text] for text in found)
    unknown = list(found.values()).count(None)
    numbers = list(map(int, re.findall(r"(?<!\d)\d{1,2}(?!\d)", line.partition("(https")[2])))
    assert numbers == [len(found), right, len(wrong), unknown]
    assert len(wrong) == 2
    assert all(found[text] == "positive" and text.rstrip(".") in line for text in wrong)


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_its_pictures_are_there(name: str, language: Language) -> None:
    pictures = re.findall(r"\]\((images/[^)]+)\)", page(name))
    assert len(pictures) == 3
    assert all((DOCS / picture).is_file() and language in picture for picture in pictures)
