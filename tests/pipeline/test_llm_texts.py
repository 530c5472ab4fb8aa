"""A language model writes texts: it sees no personal data, and what it answers is checked."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from language_models import MODEL, Server, running

from synth_handson import SyntheticGenerator
from synth_handson.errors import ArgumentError, ServerError, TrainingCancelled
from synth_handson.pii.placeholders import Place
from synth_handson.pii.replace import originals
from synth_handson.pipeline.generate import GenerationSettings, draw
from synth_handson.pipeline.llm_texts import TRIES, ShownTexts, written_by
from synth_handson.pipeline.profile import profile_file
from synth_handson.synthesis.llm import Ollama
from synth_handson.synthesis.run import CancelToken, Progress
from synth_handson.tables.files.reading import read_table
from synth_handson.tables.files.writing import write_table
from synth_handson.tables.interviews import make_interviews

TEXTS = pd.DataFrame(
    {"remark": [f"The {word} thing number {i} was fine." for i in range(30) for word in "ab"]}
)
CONTEXT = pd.DataFrame({"mood": ["good", "bad"] * 30})


def asked(body: dict[str, Any]) -> dict[str, Any]:
    """Return the examples and rows that a model was asked about."""
    found: dict[str, Any] = json.loads(body["messages"][-1]["content"])
    return found


def obliging(body: dict[str, Any]) -> Any:
    """Write what is asked for, in the language of the row, with a mark for a person."""
    names = body["format"]["properties"]["rows"]["items"]["required"]
    rows = []
    for number, row in enumerate(asked(body)["rows"]):
        japanese = row["known"].get("language") == "ja"
        said = (
            "[[name_japanese_1]]さんは親切でした。"
            if japanese
            else f"[[name_1]] was {row['known']} {number}."
        )
        rows.append(dict.fromkeys(names, f"{said} {body['options']['seed']} {number}"))
    return {"rows": rows}


@pytest.fixture
def server() -> Iterator[Server]:
    with running(obliging) as server:
        yield server


def shown(server: Server, **others: Any) -> ShownTexts:
    model = Ollama(server.url, MODEL)
    return written_by(model)(  # type: ignore[return-value]
        TEXTS, CONTEXT, random_state=0, on_progress=others.get("on_progress"), cancel=others.get("cancel")
    )


def test_rows_are_asked_for_with_what_is_known_of_them(server: Server) -> None:
    reports: list[Progress] = []
    written = shown(server, on_progress=reports.append).write(CONTEXT.head(12), 0)
    assert written.shape == (12, 1)
    assert written[0].notna().all()
    assert written[0][0].startswith(Place("name", False, 0).sign + " was")
    assert [len(asked(body)["rows"]) for body in server.asked] == [5, 5, 2]
    assert [row["known"]["mood"] for row in asked(server.asked[0])["rows"]] == ["good", "bad"] * 2 + ["good"]
    lengths = set(TEXTS["remark"].str.len())
    assert {row["length"] for body in server.asked for row in asked(body)["rows"]} <= lengths
    assert [report.fraction for report in reports] == [5 / 12, 10 / 12, 1.0]


def test_examples_are_of_the_rows_contexts(server: Server) -> None:
    shown(server).write(pd.DataFrame({"mood": ["bad"] * 5}), 0)
    examples = asked(server.asked[0])["examples"]
    assert len(examples) == 5
    assert {example["known"]["mood"] for example in examples} == {"bad"}
    assert all(example["texts"]["remark"].startswith("The b thing") for example in examples)


def test_what_cannot_be_used_is_asked_again(server: Server) -> None:
    spoiled = iter(["no JSON", {"rows": []}, {"rows": [{"remark": ""}] * 5}])
    server.answer = lambda body: next(spoiled, None) or obliging(body)
    written = shown(server).write(CONTEXT.head(30), 0)
    assert written[0].isna().sum() == 5
    assert len(server.asked) == 3 + 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 1_000,
        "[[nobody] wrote it",
        TEXTS["remark"][3],
        TEXTS["remark"][3].upper().replace(" ", "\u3000"),
        None,
        7,
    ],
)
def test_a_model_of_no_use_ends_it(text: object, server: Server) -> None:
    server.answer = lambda body: {"rows": [{"remark": text}] * len(asked(body)["rows"])}
    with pytest.raises(ServerError, match="are unusable"):
        shown(server).write(CONTEXT.head(30), 0)
    assert len(server.asked) == 2 * TRIES


def test_it_can_be_cancelled(server: Server) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(TrainingCancelled):
        shown(server, cancel=cancel).write(CONTEXT, 0)
    assert server.asked == []


@pytest.fixture(scope="module")
def interviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("llm") / "interviews.csv"
    write_table(make_interviews(250, seed=6), path)
    return path


def test_no_personal_data_is_sent_and_none_comes_back(server: Server, interviews: Path) -> None:
    profile = profile_file(interviews)
    model = Ollama(server.url, MODEL)
    drawn = draw(profile, GenerationSettings(engine="copula", count=40, texts=written_by(model)))
    sent = json.dumps(server.asked, ensure_ascii=False)
    numbers = [one for one in originals(profile.marks) if one.isdigit() and len(one) > 6]
    assert len(numbers) > 100
    assert not [one for one in numbers if one in sent]
    assert "[[name_1]]" in sent
    texts = drawn.table["interview"].dropna()
    assert len(texts) > 30
    assert not texts.str.contains("[[", regex=False).any()
    assert (texts.str.contains("親切") == (drawn.table.loc[texts.index, "language"] == "ja")).all()


def test_the_python_interface_does_it_all(server: Server, interviews: Path, tmp_path: Path) -> None:
    generator = SyntheticGenerator(provider="ollama", model=MODEL, url=server.url)
    generator._engine = "copula"
    made = generator.synthesise(interviews, tmp_path / "out.csv", count=120)
    assert made.written == ("interview",)
    assert len(read_table(tmp_path / "out.csv")) == 120
    result = generator.validate(interviews, tmp_path / "out.csv")
    met = {check.name: check.met for check in result.checks}
    assert (met["schema"], met["personal_data"]) == (True, True)


def test_a_server_is_checked_before_anything_is_read(tmp_path: Path) -> None:
    with running(obliging) as gone:
        pass
    with pytest.raises(ServerError, match="Nothing answers"):
        SyntheticGenerator("ollama", url=gone.url).synthesise(tmp_path / "no file.csv", tmp_path / "out.csv")


@pytest.mark.parametrize("argument", ["preserve_schema", "preserve_distribution"])
def test_what_is_always_kept_cannot_be_turned_off(argument: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=argument):
        SyntheticGenerator("copula").synthesise("in.csv", "out.csv", **{argument: False})  # type: ignore[arg-type]


def test_providers_are_named() -> None:
    with pytest.raises(ArgumentError, match=r"mostly, .*ollama"):
        SyntheticGenerator("nobody")
