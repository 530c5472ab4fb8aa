"""Attacks by size, time and number, each with its answer; where it matters, over a real connection."""

import asyncio
import select
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from typing import Any

import pytest
from browsing import wait_for
from fastapi.testclient import TestClient

from synth_service.api.guard import Places, RateLimit, take_place
from synth_service.api.problems import Problem
from synth_service.settings import Settings

BOUNDARY = "part"
OURS, THEIRS = "our key", "their key"
DIGESTS = (f"{name}:{sha256(key.encode()).hexdigest()}" for name, key in (("ours", OURS), ("theirs", THEIRS)))
KEYS = {"api_keys": ",".join(DIGESTS)}
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="t.csv"\r\n'
    "Content-Type: text/csv\r\n\r\n"
).encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


def converse(port: int, request: bytes, *later: bytes, pause: float = 0.0) -> str:
    """Send a request in parts, and return the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(request)
        try:
            for part in later:
                time.sleep(pause)
                line.sendall(part)
        except OSError:
            pass  # It has hung up, which is its right.
        answer = b""
        try:
            while part := line.recv(65_536):
                answer += part
        except ConnectionResetError:
            pass
    return answer.decode()


def upload(headers: str) -> bytes:
    return (
        "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n{headers}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("given", [{"max_file_size": 1_000_000}])
def test_too_large_by_its_own_account_is_refused_before_it_is_sent(server: int) -> None:
    answer = converse(server, upload("Content-Length: 9000000"))
    assert answer.startswith("HTTP/1.1 413")
    assert "application/problem+json" in answer


@pytest.mark.parametrize("given", [{"max_file_size": 1_000_000}])
def test_too_large_without_a_word_is_cut_at_the_limit(server: int) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    answer = converse(
        server, upload("Transfer-Encoding: chunked"), f"{len(HEAD):x}\r\n".encode() + HEAD + b"\r\n",
        *[chunk] * 100,
    )  # fmt: skip
    assert answer.startswith("HTTP/1.1 413") or answer == ""


@pytest.mark.parametrize("given", [{"upload_seconds": 1}])
def test_a_slow_body_is_given_up(server: int) -> None:
    length = len(HEAD) + 1_000 + len(TAIL)
    answer = converse(server, upload(f"Content-Length: {length}"), HEAD, b"a", b"b", b"c", b"d", pause=0.4)
    assert answer.startswith("HTTP/1.1 408")


def test_a_body_that_breaks_off_makes_no_job(server: int, settings: Settings) -> None:
    with socket.create_connection(("127.0.0.1", server)) as line:
        line.sendall(upload("Content-Length: 100000") + HEAD + b"a,b\n1,2\n")
    # Whoever comes after it is answered after it.
    assert converse(server, get(OURS)).startswith("HTTP/1.1 200")
    from synth_service.records import Records

    assert Records(settings.database_url).counts("state") == {}


def test_headers_without_end_are_cut_off(server: int) -> None:
    answer = converse(
        server, b"GET / HTTP/1.1\r\nHost: localhost\r\n", *[b"X-A: " + b"a" * 8_000 + b"\r\n"] * 5
    )
    assert answer.startswith("HTTP/1.1 4") or answer == ""


@pytest.mark.parametrize("given", [{"max_file_size": 1_000}])
def test_a_form_that_is_no_upload_is_small(client: TestClient) -> None:
    answer = client.post(f"/v1/jobs/{'0' * 32}/start", content=b" " * 1_100_000)
    assert answer.status_code == 413


@pytest.mark.parametrize("given", [{"rate_limit": "3/hour"}])
def test_one_upload_too_many_in_the_hour(client: TestClient, csv: bytes) -> None:
    answers = [client.post("/v1/jobs", files={"file": ("t.csv", csv)}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert 3_590 <= int(answers[3].headers["retry-after"]) <= 3_600
    assert client.get(f"/v1/jobs/{answers[0].json()['id']}").status_code == 200


@pytest.mark.parametrize(
    "given", [{"rate_limit": "2/hour", "redis_url": "redis://127.0.0.1:9"}, {"rate_limit": "2/hour"}]
)
def test_when_the_shared_count_cannot_be_reached_it_counts_itself(settings: Settings) -> None:
    limits = RateLimit(settings)

    async def allowed(ask: Any) -> bool:
        try:
            await ask("uploads", "ours")
        except Problem:
            return False
        return True

    async def ask_all() -> list[bool]:
        return [await allowed(limits.count) for _ in range(3)]

    assert asyncio.run(ask_all()) == [True, True, False]


def test_a_place_is_taken_and_given_back_once() -> None:
    places = Places(2)
    places.enter("theirs")
    with ExitStack() as first, ExitStack() as second:
        take_place(first, places, "ours")
        take_place(second, places, "ours")
        with pytest.raises(Problem) as refused:
            places.enter("ours")
        assert refused.value.status_code == 503
        first.close()
        first.close()
        places.enter("ours")
        with pytest.raises(Problem):
            places.enter("ours")


def get(key: str) -> bytes:
    headers = f"Host: localhost\r\nX-API-Key: {key}\r\nConnection: close"
    return f"GET /v1/engines HTTP/1.1\r\n{headers}\r\n\r\n".encode()


@pytest.mark.parametrize("given", [KEYS | {"concurrent_requests": 3, "upload_seconds": 600}])
@pytest.mark.parametrize("path", ["/v1/jobs", f"/v1/jobs/{'0' * 32}/start", "/nowhere"])
def test_bodies_that_trickle_shut_nobody_out(server: int, path: str) -> None:
    trickle = upload(f"X-API-Key: {THEIRS}\r\nContent-Length: 100000").replace(b"/v1/jobs", path.encode(), 1)
    lines = []
    for _ in range(12):
        line = socket.create_connection(("127.0.0.1", server))
        line.sendall(trickle + HEAD)
        lines.append(line)
    # So many are more than there are places for: some are answered at once.
    wait_for(lambda: select.select(lines, [], [], 0)[0])
    for key in (OURS, THEIRS):
        assert converse(server, get(key)).startswith("HTTP/1.1 200")
    if path == "/v1/jobs":
        # Of its own places for what arrives, the key has no more.
        busy = converse(server, trickle + HEAD)
        assert busy.startswith("HTTP/1.1 503") and "retry-after" in busy.lower()
    for line in lines:
        line.close()
    if path == "/v1/jobs":
        body = HEAD + b"a,b\n" + TAIL
        whole = upload(f"X-API-Key: {THEIRS}\r\nContent-Length: {len(body)}") + body
        wait_for(lambda: converse(server, whole).startswith("HTTP/1.1 202"))


def names(sent: str) -> Callable[[TestClient, bytes], Any]:
    def send(client: TestClient, csv: bytes) -> Any:
        body = HEAD.replace(b"t.csv", sent.encode()) + csv + TAIL
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return client.post("/v1/jobs", content=body, headers=headers)

    return send


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("..\\\\..\\\\boot.csv", "boot.csv"),
        ("/etc/cron.d/job.csv", "job.csv"),
        ("a\0b.csv", "ab.csv"),
    ],
)
def test_a_name_leads_nowhere(
    client: TestClient, csv: bytes, sent: str, kept: str, settings: Settings
) -> None:
    answer = names(sent)(client, csv)
    assert answer.status_code in (202, 400)
    if answer.status_code == 202:
        jobs = client.app.state.jobs  # type: ignore[attr-defined]
        assert jobs.request(jobs.records.get(answer.json()["id"])).name == kept


@pytest.mark.parametrize(
    "name", ["model.pkl", "model.joblib", "page.html", "t.csv.zip", "noending", "http://evil.test/t", ""]
)
def test_what_is_no_table_by_its_name_is_not_taken(client: TestClient, csv: bytes, name: str) -> None:
    answer = client.post("/v1/jobs", files={"file": (name, csv)})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_headers_of_safety_are_on_every_answer(client: TestClient) -> None:
    for path in ("/", "/v1/engines", "/nowhere", "/health/live"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert len(headers["x-request-id"]) == 32
        assert "server" not in headers
