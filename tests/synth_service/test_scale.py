"""Several servers and workers on a real PostgreSQL and Redis, and an object storage that speaks S3."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import wait_for
from databases import Postgres, postgres, redis  # noqa: F401
from ports import free_port

from synth_handson.paths import bundled

pytestmark = pytest.mark.engine

KEY = "a shared key"
BUCKET = "tables"


@pytest.fixture(scope="module")
def objects() -> Iterator[dict[str, str]]:
    """Return the settings of an object storage that speaks S3."""
    from moto.server import ThreadedMotoServer

    port = free_port()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    endpoint = f"http://127.0.0.1:{port}"
    httpx.put(f"{endpoint}/{BUCKET}", trust_env=False)
    yield {
        "STORAGE_URL": f"s3://{BUCKET}/jobs", "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip
    server.stop()


class Cluster:
    """Two servers, and workers as they are asked for."""

    def __init__(self, folder: Path, environment: dict[str, str], stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._environment = os.environ | environment
        self.ports = [free_port(), free_port()]
        for number, port in enumerate(self.ports):
            self._start(f"server{number}", "serve", "--no-worker", "--port", str(port))
        self.clients = [
            stack.enter_context(
                httpx.Client(
                    base_url=f"http://127.0.0.1:{port}",
                    headers={"X-API-Key": KEY},
                    timeout=60,
                    trust_env=False,
                )
            )
            for port in self.ports
        ]
        for client in self.clients:
            wait_for(lambda client=client: answers(client))

    def worker(self, name: str) -> "subprocess.Popen[bytes]":
        return self._start(name, "worker")

    def _start(self, name: str, *command: str) -> "subprocess.Popen[bytes]":
        output = self._stack.enter_context((self._folder / f"{name}.log").open("wb"))
        # Each is a machine of its own: they share no folder.
        own = {"SYNTH_HANDSON_HOME": str(self._folder / name)}
        process = subprocess.Popen(
            [sys.executable, "-m", "synth_handson", *command], env=self._environment | own, stdout=output,
            stderr=output,
        )  # fmt: skip
        self._stack.callback(end, process)
        return process

    def send(self, number: int, **fields: Any) -> httpx.Response:
        path = bundled("customers.csv")
        asked = {"engine": "copula", "target_column": "churned", "n_rows": 200} | fields
        files = {"file": (path.name, path.read_bytes())}
        return self.clients[number % 2].post("/v1/jobs", files=files, data=asked)

    def state(self, job: str) -> str:
        # The database may be away for a moment; whoever asks then is told so, and asks again.
        with suppress(httpx.TransportError):
            answer = self.clients[0].get(f"/v1/jobs/{job}")
            return str(answer.json()["state"]) if answer.status_code == 200 else f"HTTP {answer.status_code}"
        return "no connection"


def end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(40)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def answers(client: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        return client.get("/health/ready").status_code == 200
    return False


@contextmanager
def cluster(folder: Path, **environment: str) -> Iterator[Cluster]:
    with ExitStack() as stack:
        keys = {"API_KEYS": f"ours:{hashlib.sha256(KEY.encode()).hexdigest()}"}
        yield Cluster(folder, keys | environment, stack)


@pytest.mark.timeout(900)
def test_servers_share_all_and_nothing_is_lost_when_workers_are_killed_and_the_database_restarts(
    postgres: Postgres,  # noqa: F811
    objects: dict[str, str],
    redis: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    settings = {"DATABASE_URL": postgres.url(), "REDIS_URL": redis, "RATE_LIMIT": "4/hour"} | objects
    with cluster(tmp_path, **settings) as machines:
        first, _ = machines.worker("worker1"), machines.worker("worker2")
        jobs = [machines.send(number, seed=number).json()["id"] for number in range(4)]
        assert [machines.send(number).status_code for number in range(2)] == [429, 429]
        wait_for(lambda: "running" in map(machines.state, jobs))
        first.send_signal(signal.SIGKILL)
        first.wait()
        postgres.stop()
        time.sleep(2)
        postgres.start()
        wait_for(lambda: all(machines.state(job) == "succeeded" for job in jobs), 600)
        (used,) = machines.clients[1].get("/v1/usage").json()
        assert (used["key"], used["jobs"], used["rows_made"]) == ("ours", 4, 800)
        table = machines.clients[1].get(f"/v1/jobs/{jobs[0]}/synthetic.csv")
        assert len(table.text.splitlines()) == 201
        for job in jobs:
            assert machines.clients[0].delete(f"/v1/jobs/{job}").status_code == 204
            assert machines.clients[1].get(f"/v1/jobs/{job}/report").status_code == 410
