"""A real PostgreSQL and a real Redis, from Debian's packages, of a test's own."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from ports import free_port


def needed(program: str) -> str:
    places = [*map(str, Path("/usr/lib/postgresql").glob("*/bin")), os.environ["PATH"]]
    found = shutil.which(program, path=os.pathsep.join(places))
    if found is None:
        reason = f"no {program} found; install PostgreSQL and Redis (Debian: postgresql, redis-server)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


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
