"""A service of each test's own: its settings, its database, and jobs done by a worker in this process."""

import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import uvicorn
from fastapi.testclient import TestClient

from synth_handson.tables.examples import customers
from synth_service import records as records_module
from synth_service.api import generate, v1
from synth_service.api.app import create_app
from synth_service.records import Records
from synth_service.serve import configure
from synth_service.settings import Settings, read_settings
from synth_service.storage import Storage
from synth_service.work import JobRunner

ROWS = 300
COLUMNS = ["region", "plan", "tenure_months", "support_calls", "churned"]


@pytest.fixture(scope="module", autouse=True)
def _assessed_once(assessed_once: None) -> None:
    """Assess the table of all these tests once."""


@pytest.fixture(autouse=True)
def _not_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let databases of this process wait for no disk: nobody pulls the plug."""
    share = records_module._share_file

    def share_at_once(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")
        share(connection, record)

    monkeypatch.setattr(records_module, "_share_file", share_at_once)


@pytest.fixture(autouse=True)
def _looking_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look more often whether a job goes on: of those in these tests, most take less than that pause."""
    for module in (v1, generate):
        monkeypatch.setattr(module, "LOOK", 0.05)


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    return customers(rows=ROWS)[COLUMNS]


@pytest.fixture(scope="session")
def csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


@pytest.fixture
def given() -> dict[str, Any]:
    """Return the settings that a test overrides with ``@pytest.mark.parametrize("given", [...])``."""
    return {}


@pytest.fixture
def settings(home: Path, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return read_settings(**given)


@pytest.fixture
def records(settings: Settings) -> Iterator[Records]:
    found = Records(settings.database_url)
    found.create()
    yield found
    found.close()


@pytest.fixture
def storage(settings: Settings) -> Storage:
    return Storage(settings.storage_url, settings.secret)


@pytest.fixture
def runner(settings: Settings, records: Records, storage: Storage, tmp_path: Path) -> JobRunner:
    folder = tmp_path / "work"
    folder.mkdir()
    return JobRunner("w1", settings, records, storage, folder)


@pytest.fixture
def worker(runner: JobRunner) -> Iterator[None]:
    """Do jobs as they arrive."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.05):
            runner.records.beat(runner.worker)
            for found in runner.records.waiting(time.time() + 1):
                (runner.run if found.what == "run" else runner.check)(found.id)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    ended.set()
    runner.ending.set()
    thread.join()


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url="http://localhost") as opened:
        yield opened


@pytest.fixture
def server(settings: Settings) -> Iterator[int]:
    """Return the port of a server of this process."""
    running = uvicorn.Server(configure(create_app(settings), settings))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=running.run, args=[[listening]])
        thread.start()
        while not running.started:
            time.sleep(0.02)
        yield listening.getsockname()[1]
        running.should_exit = True
        thread.join()


Send = Callable[..., str]


@pytest.fixture
def send(client: TestClient, csv: bytes) -> Send:
    """Send a table, and return its job's id."""

    def sending(content: bytes = csv, name: str = "customers.csv", **fields: Any) -> str:
        asked = {"engine": "copula", "target_column": "churned"} | fields
        answer = client.post(
            "/v1/jobs",
            files={"file": (name, io.BytesIO(content))},
            data={key: value for key, value in asked.items() if value is not None},
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    return sending
