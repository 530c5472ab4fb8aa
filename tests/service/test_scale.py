"""Several servers and workers on a real PostgreSQL and Redis, and an object storage that speaks S3."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from browsing import wait_for
from moto.server import ThreadedMotoServer

from synth_handson.paths import bundled

pytestmark = pytest.mark.engine

KEY = "a shared key"
BUCKET = "tables"


def needed(program: str) -> str:
    places = [*map(str, Path("/usr/lib/postgresql").glob("*/bin")), os.environ["PATH"]]
    found = shutil.which(program, path=os.pathsep.join(places))
    if found is None:
        reason = f"no {program} found; install PostgreSQL and Redis (Debian: postgresql, redis-server)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Postgres:
    """A PostgreSQL server of this test's own; as root, it runs as the user whom Debian's package made."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._data = folder / "data"
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self._control = needed("pg_ctl")
        self._data.mkdir()
        if self._as:
            shutil.chown(self._data, "postgres")
        self._run(needed("initdb"), "-D", str(self._data), "-A", "trust", "-U", "postgres", "-N")
        self.start()
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE jobs")

    def url(self, database: str = "jobs") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._run(self._control, "-D", str(self._data), "-o", options, "-w", "-l", "/dev/null", "start")

    def stop(self) -> None:
        self._run(self._control, "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            [*self._as, *command], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    # Its own user must be able to reach the folder.
    folder = Path(f"/tmp/synth-handson-{os.getpid()}-{time.time_ns()}")
    folder.mkdir(mode=0o755)
    try:
        server = Postgres(folder)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    port = free_port()
    command = [needed("redis-server"), "--port", str(port), "--save", "", "--bind", "127.0.0.1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield f"redis://127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.fixture(scope="module")
def objects() -> Iterator[dict[str, str]]:
    """Return the settings of an object storage that speaks S3."""
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
            wait_for(lambda client=client: answers(client), 60)

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


def test_servers_share_all_and_nothing_is_lost_when_workers_are_killed_and_the_database_restarts(
    postgres: Postgres, objects: dict[str, str], redis: str, tmp_path: Path
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
        wait_for(lambda: all(machines.state(job) == "succeeded" for job in jobs), 180)
        (used,) = machines.clients[1].get("/v1/usage").json()
        assert (used["key"], used["jobs"], used["rows_made"]) == ("ours", 4, 800)
        table = machines.clients[1].get(f"/v1/jobs/{jobs[0]}/synthetic.csv")
        assert len(table.text.splitlines()) == 201
        for job in jobs:
            assert machines.clients[0].delete(f"/v1/jobs/{job}").status_code == 204
            assert machines.clients[1].get(f"/v1/jobs/{job}/report").status_code == 410
