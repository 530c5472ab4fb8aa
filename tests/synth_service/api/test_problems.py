"""Every error is a problem document, in the reader's language."""

import errno
import logging
import re

import pytest
from fastapi.testclient import TestClient

from synth_handson.locales import LANGUAGES, get_text
from synth_service.api.app import create_app
from synth_service.settings import Settings


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("PUT", "/v1/jobs", 405), ("GET", "/v1/usage?month=soon", 422)],
)
def test_errors_of_the_framework_are_too(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"] == f"urn:synth-handson:problem:{told['code']}"
    assert told["title"] and told["detail"]


def test_in_the_readers_language(client: TestClient) -> None:
    said = client.get("/nowhere", headers={"Accept-Language": "ja-JP,ja;q=0.9"}).json()["detail"]
    assert said == get_text("ja", "service.problem_404")
    asked = client.get("/nowhere?language=en", headers={"Accept-Language": "ja"}).json()["detail"]
    assert asked == get_text("en", "service.problem_404")


def test_what_should_not_happen_is_not_quoted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(settings)

    @app.get("/breaks")
    def breaks() -> None:
        raise ValueError("Hanako Yamada")

    caplog.set_level(logging.INFO)
    with TestClient(app, base_url="http://localhost") as client:
        answer = client.get("/breaks")
    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert "Yamada" not in answer.text
    assert "ValueError" in caplog.text and "Yamada" not in caplog.text


def test_both_languages_say_the_same(client: TestClient) -> None:
    from synth_handson.locales import _catalogue

    names = {language: _catalogue(language, "service") for language in LANGUAGES}
    assert names["ja"].keys() == names["en"].keys()
    for key, text in names["en"].items():
        assert sorted(re.findall(r"{(\w+)", text)) == sorted(re.findall(r"{(\w+)", names["ja"][key])), key


@pytest.mark.parametrize("path", ["/v1/jobs", "/generate"])
def test_a_field_that_is_unknown_is_refused_and_the_nearest_named(client: TestClient, path: str) -> None:
    sent = {"files": {"file": ("a.csv", b"a,b\n1,2\n")}, "params": {"language": "en"}}
    answer = client.post(path, data={"taget_column": "a"}, **sent)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "“taget_column”. Did you mean “target_column”?" in answer.json()["detail"]
    other = client.post(path, data={"zzz": "a"}, **sent)  # type: ignore[arg-type]
    assert other.json()["detail"].endswith("There is no field “zzz”.")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said(client: TestClient, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(*_: object) -> None:
        raise OSError(number, "no room")

    monkeypatch.setattr("synth_service.storage.Storage.put", full)
    answer = client.post("/v1/jobs", files={"file": ("a.csv", b"a,b\n1,2\n")})
    assert (answer.status_code, answer.json()["detail"]) == (507, get_text("en", "service.problem_full"))
