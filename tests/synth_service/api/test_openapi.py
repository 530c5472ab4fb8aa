"""The documentation says what the service does: schemathesis finds nothing."""

import hashlib
import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from synth_service.records import Records

KEY = "sesame"
MUCH = {
    "rate_limit": "1000000/hour",
    "generate_seconds": 0,
    "api_keys": f"ours:{hashlib.sha256(KEY.encode()).hexdigest()}",
}
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def test_it_is_whole(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    paths = schema["paths"]
    for path in ("/v1/jobs", "/v1/jobs/{job}", "/generate", "/health", "/metrics", "/v1/usage"):
        assert path in paths
    for operations in paths.values():
        for operation in operations.values():
            assert operation["summary"] and operation["description"]
            (example,) = operation["x-codeSamples"]
            assert f"```bash\n{example['source']}\n```" in operation["description"]
            for status, answer in operation["responses"].items():
                assert int(status) < 400 or answer["content"], (operation["summary"], status)


@pytest.mark.parametrize("given", [MUCH])
@pytest.mark.parametrize("mode", MODES, ids=["is not valid", "as it must not be"])
def test_answers_are_as_it_says(server: int, mode: GenerationMode, records: Records) -> None:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{server}/openapi.json")
    for found in schema.get_all_operations():
        records.beat("w1")  # Without a worker it is not well, and says so with 503.
        with suppress(Unsatisfiable):  # What takes nothing cannot be asked wrongly.
            check(found.ok(), mode)


@pytest.mark.parametrize("given", [MUCH | {"generate_seconds": 300, "operator_keys": MUCH["api_keys"]}])
@pytest.mark.usefixtures("worker")
def test_every_example_runs_as_it_stands(server: int, tmp_path: Path) -> None:
    described = httpx.get(f"http://127.0.0.1:{server}/openapi.json", trust_env=False).json()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            (example,) = operation["x-codeSamples"]
            folder = tmp_path / f"{method} {path}".replace("/", " ")
            folder.mkdir()
            ran = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", example["source"]],
                cwd=folder, env={"PATH": os.environ["PATH"], "API_KEY": KEY, "OPERATOR_KEY": KEY},
                capture_output=True, text=True, timeout=300, check=False,
            )  # fmt: skip
            assert ran.returncode == 0, (method, path, ran.stderr)
            made = {file.name for file in folder.iterdir() if file.stat().st_size} - {"events.txt"}
            told = ran.stdout or made - {"example.csv"} or path == "/v1/example.csv"
            assert told or method == "delete", (method, path)


def test_without_keys_examples_name_none(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert described["paths"]["/v1/limits"]["get"]["x-codeSamples"][0]["source"] == (
        "curl -fsS http://localhost/v1/limits"
    )


def check(operation: Any, mode: GenerationMode) -> None:
    # Whether a file is a table, and a column one of its, no schema says.
    beyond = [positive_data_acceptance] if operation.method == "post" else []

    @bounds(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"X-API-Key": KEY}, excluded_checks=beyond)

    ask()
