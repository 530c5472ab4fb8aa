"""Who may use the service."""

import hashlib
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect

from synth_handson.errors import ArgumentError
from synth_service.api.access import check_host
from synth_service.settings import Settings

OURS, THEIRS = "our key", "their key"
KEYS = {
    "api_keys": ",".join(
        f"{name}:{hashlib.sha256(key.encode()).hexdigest()}"
        for name, key in (("ours", OURS), ("theirs", THEIRS))
    )
}
with_keys = pytest.mark.parametrize("given", [KEYS])


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::"])
def test_without_keys_it_is_for_this_machine_alone(settings: Settings, host: str) -> None:
    check_host("127.0.0.1", settings)
    with pytest.raises(ArgumentError, match="API_KEYS"):
        check_host(host, settings)


@with_keys
def test_with_keys_others_may_reach_it(settings: Settings) -> None:
    check_host("0.0.0.0", settings)


@with_keys
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-API-Key": "another"}, 401),
        ({"X-API-Key": ""}, 401),
        ({"Authorization": "Bearer another"}, 401),
        ({"Authorization": f"Basic {OURS}"}, 401),
        ({"X-API-Key": OURS}, 200),
        ({"Authorization": f"Bearer {OURS}"}, 200),
        ({"Authorization": f"bearer {OURS}"}, 200),
    ],
)
def test_a_key_opens_it(client: TestClient, headers: dict[str, str], status: int) -> None:
    answer = client.get("/v1/engines", headers=headers)
    assert answer.status_code == status
    assert (answer.headers.get("www-authenticate") == "Bearer") == (status == 401)


@with_keys
@pytest.mark.parametrize("path", ["/metrics", "/v1/usage", "/v1/jobs/x", "/docs/../metrics"])
def test_nothing_about_jobs_is_public(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (401, 404)


@with_keys
@pytest.mark.parametrize(
    "path", ["/", "/health/live", "/docs", "/openapi.json", "/docs/static/swagger-ui.css"]
)
def test_the_page_and_the_documentation_are(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


@with_keys
def test_a_job_belongs_to_its_key(client: TestClient, csv: bytes) -> None:
    sent = client.post("/v1/jobs", files={"file": ("t.csv", csv)}, headers={"X-API-Key": OURS})
    job = sent.json()["id"]
    others: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "", {}),
        ("DELETE", "", {}),
        ("GET", "/events", {}),
        ("GET", "/understood", {}),
        ("GET", "/report", {}),
        ("GET", "/synthetic.csv", {}),
        ("POST", "/start", {"json": {}}),
    ]
    for method, path, more in others:
        answer = client.request(method, f"/v1/jobs/{job}{path}", headers={"X-API-Key": THEIRS}, **more)
        unknown = client.request(method, f"/v1/jobs/{'0' * 32}{path}", headers={"X-API-Key": THEIRS}, **more)
        assert answer.status_code == 404
        assert answer.json() == unknown.json()
    assert client.get(f"/v1/jobs/{job}", headers={"X-API-Key": OURS}).json()["state"] == "queued"


@with_keys
def test_guessing_keys_comes_to_an_end(client: TestClient) -> None:
    answers = [client.get("/v1/engines", headers={"X-API-Key": str(n)}).status_code for n in range(102)]
    assert answers == [401] * 100 + [429] * 2
    # Whoever has a key is let in, whoever else is at the same address.
    assert client.get("/v1/engines", headers={"X-API-Key": OURS}).status_code == 200


@pytest.mark.parametrize(("given", "counts"), [(KEYS, 1), (KEYS | {"forwarded_allow_ips": "127.0.0.1"}, 102)])
def test_an_address_is_believed_from_named_proxies_alone(server: int, counts: int) -> None:
    answers = []
    with httpx.Client(base_url=f"http://localhost:{server}", trust_env=False) as visitor:
        for n in range(102):
            headers = {"X-API-Key": "wrong", "X-Forwarded-For": f"10.0.0.{n}"}
            answers.append(visitor.get("/v1/engines", headers=headers).status_code)
    assert answers.count(429) == (2 if counts == 1 else 0)


@pytest.mark.parametrize("given", [KEYS, KEYS | {"operator_keys": KEYS["api_keys"].partition(",")[0]}])
def test_the_numbers_of_all_are_for_operators(client: TestClient, settings: Settings) -> None:
    operates = client.get("/metrics", headers={"X-API-Key": OURS})
    assert operates.status_code == (200 if settings.operator_keys else 401)
    refused = client.get("/metrics", headers={"X-API-Key": THEIRS})
    assert refused.status_code == 401
    assert "OPERATOR_KEYS" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost:8000"}, 200),
        ({"Host": "127.0.0.1"}, 200),
        ({"Host": "[::1]:8000"}, 200),
        ({"Host": "evil.test"}, 400),
        ({"Host": "localhost.evil.test"}, 400),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Host": "["}, 400),
        ({"Host": "[::1"}, 400),
        ({"Host": ""}, 400),
        ({"Origin": "http://localhost"}, 200),
    ],
)
def test_pages_of_others_cannot_use_it_in_a_readers_name(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    assert client.get("/v1/engines", headers=headers).status_code == status


@pytest.mark.parametrize("given", [{"cors_origins": "https://ours.test"}])
def test_pages_that_may_use_it_are_named(client: TestClient) -> None:
    answer = client.get("/v1/engines", headers={"Origin": "https://ours.test"})
    assert answer.headers["access-control-allow-origin"] == "https://ours.test"
    asked = {"Origin": "https://ours.test", "Access-Control-Request-Method": "DELETE"}
    assert client.options("/v1/jobs/x", headers=asked).status_code == 200
    refused = client.options("/v1/jobs/x", headers=asked | {"Origin": "https://evil.test"})
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.browser
@pytest.mark.parametrize("given", [{"api_keys": f"ours:{hashlib.sha256(b'sesame-1').hexdigest()}"}])
def test_a_key_of_wide_letters_opens_the_page(server: int, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{server}/?lang=en")
    box = page.locator("input[type=password]")
    for typed in ("鍵", "another"):
        box.fill(typed)
        page.keyboard.press("Enter")
        expect(page.locator(".callout")).to_be_visible()
    box.fill("".join(chr(ord(letter) + 0xFEE0) for letter in "sesame-1"))
    page.keyboard.press("Enter")
    expect(page.locator("input[type=file]")).to_be_visible()
    page.close()
