"""The documentation says what the service does: schemathesis finds nothing."""

import hashlib
from contextlib import suppress
from typing import Any

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


def check(operation: Any, mode: GenerationMode) -> None:
    # Whether a file is a table, and a column one of its, no schema says.
    beyond = [positive_data_acceptance] if operation.method == "post" else []

    @bounds(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"X-API-Key": KEY}, excluded_checks=beyond)

    ask()
