"""Pages of other sites cannot read a notebook that is open on somebody's machine."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from synth_handson.notebook.same_site import (
    VARIABLE,
    SameSite,
    allowed_origins,
    guard,
    opens_own_notebook,
)
from synth_handson.paths import notebook


async def tell(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("a table")
    await socket.close()


PAGE = Starlette(
    routes=[Route("/", lambda _: PlainTextResponse("a table")), WebSocketRoute("/ws", tell)],
)
OWN = "localhost:2718"


def reads(headers: dict[str, str], hosts: tuple[str, ...] = (), origins: tuple[str, ...] = ()) -> bool:
    """Tell whether a page gets the table, by HTTP and by WebSocket alike."""
    client = TestClient(SameSite(PAGE, hosts, origins))
    answer = client.get("/", headers=headers)
    try:
        with client.websocket_connect("/ws", headers=headers) as socket:
            told = socket.receive_text()
    except WebSocketDisconnect:
        told = ""
    assert (answer.text == "a table") == (told == "a table")
    if not told:
        assert answer.status_code == 403
        assert VARIABLE in answer.text
    return bool(told)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": OWN},
        {"host": OWN, "origin": f"http://{OWN}"},
        {"host": "127.0.0.1:2718", "origin": "http://127.0.0.1:2718"},
        {"host": "[::1]:2718"},
        {"host": "192.168.1.7:2718", "origin": "http://192.168.1.7:2718"},
    ],
)
def test_its_own_page_reads_it(headers: dict[str, str]) -> None:
    assert reads(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": OWN, "origin": "https://evil.example"},
        {"host": OWN, "origin": "http://localhost:8000"},
        {"host": OWN, "origin": "null"},
        {"host": OWN, "origin": "http://["},
        {"host": "evil.example:2718"},
        {"host": "evil.example:2718", "origin": "http://evil.example:2718"},
        {"host": "localhost.evil.example"},
        {"host": "["},
        {"host": ""},
    ],
)
def test_no_other_page_does(headers: dict[str, str]) -> None:
    assert not reads(headers)


def test_names_and_origins_that_are_allowed() -> None:
    assert reads({"host": "workshop.example"}, hosts=("Workshop.example",))
    assert reads({"host": OWN, "origin": "https://friend.example"}, origins=("https://friend.example",))
    assert reads({"host": OWN, "origin": "https://friend.example"}, origins=("*",))
    arguments = ["run", "app.py", "--allow-origins", "https://a.example", "--allow-origins=*"]
    assert [*allowed_origins(arguments)] == ["https://a.example", "*"]


def test_other_peoples_notebooks_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.py"
    other.write_text("import marimo\n")
    assert not opens_own_notebook(["marimo", "run", str(other), str(tmp_path / "gone.py"), "--headless"])
    monkeypatch.setattr("sys.argv", ["marimo", "edit", str(other)])
    assert guard(PAGE) is PAGE
    monkeypatch.setattr("sys.argv", ["marimo", "edit", str(notebook())])
    assert isinstance(guard(PAGE), SameSite)
