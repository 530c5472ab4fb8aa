"""A language model's server is asked in its protocol; whatever it does, the reader is told what to do."""

from collections.abc import Iterator
from typing import Any

import pytest
from language_models import MODEL, Server, running

from synth_handson.errors import ArgumentError, ServerError, SynthHandsonError
from synth_handson.synthesis import llm
from synth_handson.synthesis.llm import (
    LanguageModel,
    Ollama,
    OpenAiCompatible,
    UnusableAnswerError,
    is_here,
    language_model,
)

SCHEMA = {"type": "object", "properties": {"texts": {"type": "array"}}}
MESSAGES = [{"role": "user", "content": "Say it."}]


@pytest.fixture
def server() -> Iterator[Server]:
    with running(lambda _: {"texts": ["it", "それ"]}) as server:
        yield server


def ollama(server: Server, model: str = MODEL) -> Ollama:
    return Ollama(server.url, model)


def openai(server: Server, model: str = MODEL) -> OpenAiCompatible:
    return OpenAiCompatible(f"{server.url}/v1", model)


BOTH = pytest.mark.parametrize("kind", [ollama, openai])


@BOTH
def test_a_server_that_is_there_answers_in_json(kind: Any, server: Server) -> None:
    model: LanguageModel = kind(server)
    model.check()
    assert model.ask(MESSAGES, SCHEMA, 7) == {"texts": ["it", "それ"]}
    (asked,) = server.asked
    assert asked["model"] == MODEL
    assert asked["messages"] == MESSAGES


def test_schema_and_seed_go_as_each_protocol_wants_them(server: Server) -> None:
    ollama(server).ask(MESSAGES, SCHEMA, 7)
    openai(server).ask(MESSAGES, SCHEMA, 7)
    first, second = server.asked
    assert (first["format"], first["options"]["seed"], first["stream"]) == (SCHEMA, 7, False)
    assert second["response_format"]["json_schema"]["schema"] == SCHEMA
    assert second["seed"] == 7


def test_a_server_that_knows_another_form_of_answers_is_asked_for_that(server: Server) -> None:
    server.forms = ["json_object"]
    assert openai(server).ask(MESSAGES, SCHEMA, 7) == {"texts": ["it", "それ"]}
    assert server.asked[0]["response_format"] == {"type": "json_object", "schema": SCHEMA}
    server.forms = []
    with pytest.raises(ServerError, match="no such response_format"):
        openai(server).ask(MESSAGES, SCHEMA, 7)


def test_lines_broken_inside_of_a_text_are_read(server: Server) -> None:
    server.answer = lambda _: '{"texts": ["one\nline"]}'
    assert ollama(server).ask(MESSAGES, SCHEMA, 0) == {"texts": ["one\nline"]}


@BOTH
def test_what_is_no_json_can_be_asked_again(kind: Any, server: Server) -> None:
    server.answer = lambda _: "I would rather tell you a story"
    with pytest.raises(UnusableAnswerError):
        kind(server).ask(MESSAGES, SCHEMA, 0)


@BOTH
def test_a_server_that_fails_is_quoted(kind: Any, server: Server) -> None:
    server.status = 500
    with pytest.raises(ServerError, match="out of memory"):
        kind(server).ask(MESSAGES, SCHEMA, 0)


@BOTH
def test_a_model_that_is_not_there_is_named(kind: Any, server: Server) -> None:
    with pytest.raises(ServerError, match="ollama pull other:7b"):
        kind(server, "other:7b").check()


@BOTH
def test_a_server_that_is_down(kind: Any) -> None:
    with running(lambda _: "") as gone:
        pass
    with pytest.raises(ServerError, match="Nothing answers"):
        kind(gone).check()


@BOTH
def test_a_server_that_is_slow(kind: Any, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm, "ANSWER_SECONDS", 0.2)
    server.delay = 1.0
    with pytest.raises(ServerError, match=r"within 0\.2 seconds"):
        kind(server).ask(MESSAGES, SCHEMA, 0)


@BOTH
def test_no_redirect_leads_anywhere(kind: Any, server: Server) -> None:
    server.redirect = "http://elsewhere.example/"
    with pytest.raises(ServerError, match="does not use the expected protocol"):
        kind(server).check()


def test_another_protocol_is_told_apart(server: Server) -> None:
    with pytest.raises(ServerError, match="does not use the expected protocol"):
        Ollama(f"{server.url}/somewhere", MODEL).check()


def test_a_key_is_taken_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.key = "Bearer secret"
    with pytest.raises(ServerError, match="OPENAI_API_KEY"):
        openai(server).check()
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    openai(server).check()


@pytest.mark.parametrize(
    "address", ["http://192.168.0.7:11434", "https://models.example.com", "http://127.0.0.1.example.com"]
)
@pytest.mark.parametrize("kind", [Ollama, OpenAiCompatible])
def test_another_machine_has_to_be_allowed(kind: type[LanguageModel], address: str) -> None:
    with pytest.raises(ArgumentError, match="--allow-remote"):
        kind(address, MODEL)
    kind(address, MODEL, allow_remote=True)


@pytest.mark.parametrize("address", ["127.0.0.1:11434", "ftp://127.0.0.1", "http://", "nonsense"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ArgumentError, match="is not the address"):
        Ollama(address, MODEL)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("http://127.0.0.1:11434", Ollama),
        ("http://127.0.0.1:11434/", Ollama),
        ("http://127.0.0.1:8000/v1", OpenAiCompatible),
        ("http://localhost:8000/v1/", OpenAiCompatible),
    ],
)
def test_the_address_tells_the_protocol(address: str, kind: type[LanguageModel]) -> None:
    assert type(language_model(address, MODEL)) is kind


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("10.0.0.1", False),
     ("localhost.example.com", False)],
)  # fmt: skip
def test_this_machine_is_known(host: str, here: bool) -> None:
    assert is_here(host) is here


def test_a_proxy_gets_nothing_that_is_for_this_machine(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:9")
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:9")
    ollama(server).check()
    openai(server).check()


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm, "find_spec", lambda _: None)
    with pytest.raises(ArgumentError, match=r'pip install "synth-handson\[llm\]"') as caught:
        Ollama("http://127.0.0.1:1", MODEL).check()
    assert isinstance(caught.value, SynthHandsonError)
    assert "インストール" in caught.value.message("ja")
