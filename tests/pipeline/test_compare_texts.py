"""Texts are compared by what they mean where a model is at hand, and by their characters where not."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from language_models import MODEL, Server, running

from synth_handson import ServerError, write_table
from synth_handson.locales import Message
from synth_handson.pii.detect import find_in_column
from synth_handson.pipeline.compare_texts import (
    Meaning,
    TextSimilarity,
    compare_texts,
    meaning_for,
    without_personal_data,
)
from synth_handson.pipeline.validate import validate
from synth_handson.synthesis.llm import LanguageModel, language_model
from synth_handson.synthesis.mostly.embedding import MODEL as ENGLISH
from synth_handson.tables.interviews import make_interviews

REAL = pd.Series(
    ["We had to wait in the queue for forty minutes.", "The fee went up again and nobody told us why.",
     "The lady at the counter was friendly and patient.", "The app throws me out whenever I open it."] * 10
)  # fmt: skip
SAID_OTHERWISE = pd.Series(
    ["Standing in that queue took most of an hour.", "Charges rose once more, without any explanation.",
     "Such a kind woman, she took her time with me.", "That website keeps logging people out."] * 10
)  # fmt: skip
ON_ELSE = pd.Series(
    ["The goal came late in the match, and we won it.", "Boil the pasta, then add the basil and the oil.",
     "The volcano on the island was quiet for years.", "Geese crossed the lake in the first light."] * 10
)  # fmt: skip


def share(found: TextSimilarity | None) -> float:
    assert found is not None
    return found.similarity / found.expected


@pytest.fixture
def server() -> Iterator[Server]:
    with running(lambda _: "") as server:
        yield server


def test_other_words_for_the_same_are_nearer_than_words_on_something_else() -> None:
    meaning = meaning_for(REAL)
    assert meaning is not None
    same, other = (compare_texts(REAL, texts, meaning) for texts in (SAID_OTHERWISE, ON_ELSE))
    assert same is not None and same.model == ENGLISH
    assert share(same) > 1.5 * share(other)
    assert share(compare_texts(REAL, REAL, meaning)) == pytest.approx(1, abs=1e-6)
    by_characters = compare_texts(REAL, SAID_OTHERWISE)
    assert by_characters is not None and by_characters.model is None


@pytest.mark.parametrize(
    "texts",
    [
        [
            "Ich habe lange gewartet, und am Ende war der Schalter zu.",
            "Die Gebühren sind schon wieder höher.",
        ],
        ["四十分も待たされました。", "手数料が上がりました。"],
        ["BP 140/90, ECG normal.", "Refer cardiology."],
        [],
    ],
)
def test_other_languages_are_not_taken_for_english(texts: list[str]) -> None:
    assert meaning_for(pd.Series(texts * 10, dtype="str")) is None


@pytest.mark.parametrize("path", ["", "/v1"])
def test_a_server_tells_the_meaning_in_any_language(path: str, server: Server) -> None:
    meaning = Meaning.of(language_model(server.url + path, MODEL))
    real = pd.Series(["四十分も待たされました。", "手数料が上がりました。", "丁寧な説明でした。"] * 9)
    same = pd.Series(["待たされて困りました。", "料金が高いです。", "親切でした。"] * 9)
    other = pd.Series(["昨日の試合は面白かった。"] * 27)
    assert share(compare_texts(real, same, meaning)) == pytest.approx(1, abs=1e-6)
    assert share(compare_texts(real, other, meaning)) < 0.5
    assert {body["model"] for body in server.asked} == {MODEL}


def test_no_personal_data_is_sent_anywhere(server: Server) -> None:
    texts = pd.Series(["Please call Anna Kowalski on 07700 900123, said Anna Kowalski.", None])
    found = find_in_column("note", texts)
    (masked, gap) = without_personal_data(texts, found)
    assert masked == "Please call [[name_1]] on [[phone_1]], said [[name_1]]."
    assert pd.isna(gap)


def said_of_texts(files: tuple[Path, Path], llm: LanguageModel | None) -> Message:
    return next(check.about for check in validate(*files, llm=llm).checks if check.name == "semantic")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the files of real and of synthetic interviews."""
    folder = tmp_path_factory.mktemp("texts")
    for name, seed in (("original", 1), ("synthetic", 2)):
        write_table(make_interviews(200, seed=seed), folder / f"{name}.csv")
    return folder / "original.csv", folder / "synthetic.csv"


def test_without_a_model_validate_compares_by_characters(files: tuple[Path, Path]) -> None:
    assert "by characters" in said_of_texts(files, None).render()


@pytest.mark.parametrize("path", ["", "/v1"])
def test_validate_says_by_what_it_compared(path: str, server: Server, files: tuple[Path, Path]) -> None:
    llm = language_model(server.url + path, MODEL)
    said = said_of_texts(files, llm)
    assert MODEL in said.render() and MODEL in said.render("ja")
    sent = " ".join(text for body in server.asked for text in body["input"])
    assert "[[" in sent
    assert not [email for email in make_interviews(200, seed=1)["email"] if email in sent]
    server.embeds = False
    with pytest.raises(ServerError, match="does not support embeddings"):
        validate(*files, llm=llm)
