"""The service under load, and under kills: how fast it answers, and whether anything is lost or doubled.

uv run --all-extras --with locust python benchmarks/service.py load --users 20 --minutes 3
uv run --all-extras python benchmarks/service.py hostile --users 20 --minutes 3
uv run --all-extras python benchmarks/service.py kills --kills 50
uv run --all-extras python benchmarks/service.py job --rows 10000
"""

import argparse
import csv
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
import psutil
from machine import describe_machine

from synth_handson.tables.examples import customers, financial

LOCUST = """
from locust import HttpUser, between, task
from pathlib import Path

JOB, TABLE = {job!r}, Path({table!r}).read_bytes()

class Visitor(HttpUser):
    wait_time = between(0.5, 1.5)

    @task(20)
    def status(self):
        self.client.get(f"/v1/jobs/{{JOB}}", name="status")

    @task(2)
    def summary(self):
        self.client.get(f"/v1/jobs/{{JOB}}/summary", name="summary")

    @task(2)
    def table(self):
        self.client.get(f"/v1/jobs/{{JOB}}/synthetic.csv", name="table")

    @task(1)
    def upload(self):
        sent = self.client.post("/v1/jobs", files={{"file": ("t.csv", TABLE)}}, name="upload")
        if sent.ok:
            self.client.delete(f"/v1/jobs/{{sent.json()['id']}}", name="erase")
"""


class Service:
    """A running service."""

    def __init__(self, folder: Path, **environment: str) -> None:
        own = {"SYNTH_HANDSON_HOME": str(folder / "home"), "RATE_LIMIT": "1000000/hour"}
        command = [sys.executable, "-m", "synth_handson", "serve", "--port", "0"]
        self.log = folder / "log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command, env=os.environ | own | environment, stdout=output, stderr=output
            )
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", self.log.read_text())):
            time.sleep(0.2)
        self.url = found[0]
        self.client = httpx.Client(base_url=self.url, timeout=60, trust_env=False)
        while not self._well():
            time.sleep(0.2)

    def _well(self) -> bool:
        with suppress(httpx.TransportError):
            return self.client.get("/health").status_code == 200
        return False

    def send(self, content: bytes, **fields: Any) -> str:
        """Send a table, and return its job."""
        answer = self.client.post("/v1/jobs", files={"file": ("t.csv", content)}, data=fields)
        return str(answer.raise_for_status().json()["id"])

    def state(self, job: str) -> str:
        """Ask for a job's state."""
        return str(self.client.get(f"/v1/jobs/{job}").json()["state"])

    def wait(self, job: str) -> str:
        """Wait for a job to end, and return its state."""
        while (state := self.state(job)) in ("queued", "running"):
            time.sleep(0.5)
        return state

    def memory(self) -> float:
        """Return the megabytes that the server takes."""
        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    def worker(self) -> psutil.Process | None:
        """Find the worker's process."""
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):
                if "worker" in child.cmdline():
                    return child
        return None


@contextmanager
def service(**environment: str) -> Iterator[Service]:
    with tempfile.TemporaryDirectory() as folder:
        running = Service(Path(folder), **environment)
        try:
            yield running
        finally:
            running.process.terminate()
            running.process.wait()


def load(users: int, minutes: float) -> None:
    """Measure answers while nothing trains, and while one table after the other does."""
    columns = ["requests", "errors", "status, median ms", "status, p95 ms", "table, p95 ms", "upload, p95 ms"]
    print(f"| | {' | '.join(columns)} | server, MB |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for title, training in (("nothing trains", False), ("one trains", True)):
        with service(CONCURRENT_REQUESTS=str(users)) as running:
            table = customers().to_csv(index=False).encode()
            job = running.send(table, engine="copula", target_column="churned")
            running.wait(job)
            stop = threading.Event()
            trainer = threading.Thread(target=_train, args=(running.url, stop))
            if training:
                trainer.start()
                time.sleep(10)
            found = _locust(running.url, job, table, users, minutes)
            stop.set()
            total = found["Aggregated"]
            times = (("status", "50%"), ("status", "95%"), ("table", "95%"), ("upload", "95%"))
            row = [title, total["Request Count"], total["Failure Count"]]
            row += [found[name][column] for name, column in times]
            print(f"| {' | '.join(row)} | {running.memory():.0f} |", flush=True)
            if training:
                trainer.join()


FRIENDS, ENEMY = ("a", "b", "c", "d"), "enemy"
TRICKLING, LONG = 12, 5
"""Bodies that the hostile key lets trickle, and long jobs that it keeps waiting."""


@dataclass
class Seen:
    """What the users of friendly keys have seen: seconds of status requests and until results, and errors."""

    status: list[float] = field(default_factory=list)
    results: list[float] = field(default_factory=list)
    errors: int = 0


def hostile(users: int, minutes: float) -> None:
    """Measure what users of four keys see, alone and beside a key that takes whatever it gets."""
    keys = ",".join(f"{name}:{sha256(name.encode()).hexdigest()}" for name in (*FRIENDS, ENEMY))
    columns = ["status requests", "errors", "median ms", "p95 ms", "results", "median s to a result"]
    print(f"| | {' | '.join(columns)} | server, MB |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for title, attacks in (("alone", []), ("one hostile key", [_trickle, _crowd, _flood])):
        with service(API_KEYS=keys) as running:
            stop, seen = threading.Event(), Seen()
            asked = [(_use, running.url, FRIENDS[user % len(FRIENDS)], stop, seen) for user in range(users)]
            asked += [(attack, running.url, ENEMY, stop, seen) for attack in attacks]
            threads = [threading.Thread(target=do, args=rest) for do, *rest in asked]
            for thread in threads:
                thread.start()
            time.sleep(60 * minutes)
            memory = running.memory()
            stop.set()
            for thread in threads:
                thread.join()
        cuts = quantiles(seen.status, n=20)
        row = [title, len(seen.status), seen.errors, f"{1e3 * cuts[9]:.0f}", f"{1e3 * cuts[18]:.0f}"]
        row += [len(seen.results), f"{median(seen.results):.1f}" if seen.results else "–", f"{memory:.0f}"]
        print(f"| {' | '.join(map(str, row))} |", flush=True)


def _client(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=60, trust_env=False, headers={"X-API-Key": key})


def _use(url: str, key: str, stop: threading.Event, seen: Seen) -> None:
    """Send a small table, ask how far it is about once a second until its result is there, and again."""
    table, draw = customers(rows=300).to_csv(index=False).encode(), random.Random(key)
    with _client(url, key) as client:
        while not stop.is_set():
            fields = {"engine": "copula", "seed": draw.randrange(10**6)}
            begun = time.monotonic()
            sent = client.post("/v1/jobs", files={"file": ("t.csv", table)}, data=fields)
            seen.errors += sent.status_code != 202
            state = "queued"
            while sent.status_code == 202 and state in ("queued", "running"):
                if stop.wait(draw.uniform(0.5, 1.5)):
                    return
                asked = time.monotonic()
                answer = client.get(f"/v1/jobs/{sent.json()['id']}")
                seen.status.append(time.monotonic() - asked)
                seen.errors += answer.status_code != 200
                state = answer.json().get("state", "")
            if state == "succeeded":
                seen.results.append(time.monotonic() - begun)


def _trickle(url: str, key: str, stop: threading.Event, seen: Seen) -> None:
    """Hold bodies open that never end."""
    host = httpx.URL(url)
    head = f"POST /v1/jobs HTTP/1.1\r\nHost: {host.host}\r\nX-API-Key: {key}\r\nContent-Length: 90000\r\n\r\n"
    lines: list[socket.socket] = []
    while not stop.wait(1):
        while len(lines) < TRICKLING:
            lines.append(socket.create_connection((host.host, host.port or 80)))
            lines[-1].sendall(head.encode())
        for line in tuple(lines):
            try:
                line.sendall(b"x")
            except OSError:
                lines.remove(line)
    for line in lines:
        line.close()


def _crowd(url: str, key: str, stop: threading.Event, seen: Seen) -> None:
    """Keep long jobs waiting."""
    table = financial(rows=5_000).to_csv(index=False).encode()
    with _client(url, key) as client:
        jobs: list[str] = []
        while not stop.wait(1):
            jobs = [job for job in jobs if client.get(f"/v1/jobs/{job}").json().get("state") != "succeeded"]
            for _ in range(LONG - len(jobs)):
                sent = client.post("/v1/jobs", files={"file": ("t.csv", table)}, data={"engine": "trees"})
                jobs += [sent.json()["id"]] if sent.status_code == 202 else []


def _flood(url: str, key: str, stop: threading.Event, seen: Seen) -> None:
    """Ask without a pause."""
    with _client(url, key) as client:
        while not stop.is_set():
            client.get("/v1/engines")


def _train(url: str, stop: threading.Event) -> None:
    """Keep the worker training."""
    content = financial(rows=5_000).to_csv(index=False).encode()
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        seed = 0
        while not stop.is_set():
            fields = {"engine": "mostly", "seed": seed, "n_rows": 500}
            job = client.post("/v1/jobs", files={"file": ("t.csv", content)}, data=fields).json()["id"]
            while not stop.wait(1) and client.get(f"/v1/jobs/{job}").json()["state"] in ("queued", "running"):
                pass
            seed += 1


def _locust(url: str, job: str, table: bytes, users: int, minutes: float) -> dict[str, dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "table.csv").write_bytes(table)
        script = Path(folder) / "locustfile.py"
        script.write_text(LOCUST.format(job=job, table=str(Path(folder) / "table.csv")))
        command = [
            sys.executable, "-m", "locust", "-f", str(script), "--headless", "--host", url, "-u", str(users),
            "-r", "5", "-t", f"{60 * minutes:.0f}s", "--csv", f"{folder}/found", "--only-summary",
        ]  # fmt: skip
        subprocess.run(command, check=False, capture_output=True)
        with (Path(folder) / "found_stats.csv").open() as file:
            return {row["Name"]: row for row in csv.DictReader(file)}


def kills(count: int, seed: int = 0) -> None:
    """Kill the worker at random moments, and count what became of the jobs."""
    draw = random.Random(seed)
    content = customers(rows=300).to_csv(index=False).encode()
    with service() as running:
        jobs = [running.send(content, engine="copula", n_rows=100 + number) for number in range(count)]
        done = 0
        begun = time.monotonic()
        while done < count and any(running.state(job) in ("queued", "running") for job in jobs):
            time.sleep(draw.uniform(0.5, 8))
            if worker := running.worker():
                worker.send_signal(signal.SIGKILL)
                done += 1
        states = [running.wait(job) for job in jobs]
        used = running.client.get("/v1/usage").json()[0]["jobs"]
        attempts = running.log.read_text().count(" begun")
        tables = sum(
            len(running.client.get(f"/v1/jobs/{job}/synthetic.csv").text.splitlines()) == 101 + number
            for number, job in enumerate(jobs)
        )
    print("| kills | jobs | succeeded | failed | tables as asked for | metered | attempts | minutes |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    print(
        f"| {done} | {count} | {states.count('succeeded')} | {states.count('failed')} | {tables} | {used} | "
        f"{attempts} | {(time.monotonic() - begun) / 60:.1f} |"
    )


def job(rows: int) -> None:
    """Measure one job from its upload to its report, by engine."""
    content = financial(rows=rows).to_csv(index=False).encode()
    print("| engine | rows | seconds | verdict | use |")
    print("|---|---:|---:|---|---|")
    with service() as running:
        for engine in ("copula", "trees", "mostly"):
            begun = time.monotonic()
            sent = running.send(content, engine=engine, target_column="loan_approved")
            running.wait(sent)
            result = running.client.get(f"/v1/jobs/{sent}").json()["result"]
            seconds = time.monotonic() - begun
            row = [engine, f"{rows:,}", f"{seconds:.0f}", result["verdict"], result["usefulness"]]
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    loading = commands.add_parser("load")
    loading.add_argument("--users", type=int, default=20)
    loading.add_argument("--minutes", type=float, default=3)
    attacking = commands.add_parser("hostile")
    attacking.add_argument("--users", type=int, default=20)
    attacking.add_argument("--minutes", type=float, default=3)
    killing = commands.add_parser("kills")
    killing.add_argument("--kills", type=int, default=50)
    working = commands.add_parser("job")
    working.add_argument("--rows", type=int, default=10_000)
    asked = parser.parse_args()
    print(f"{describe_machine()}\n")
    if asked.command == "load":
        load(asked.users, asked.minutes)
    elif asked.command == "hostile":
        hostile(asked.users, asked.minutes)
    elif asked.command == "kills":
        kills(asked.kills)
    else:
        job(asked.rows)
