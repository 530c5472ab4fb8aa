"""How the service says that it is well, or not."""

import subprocess
import sys
from typing import Any

import pytest
from fastapi.testclient import TestClient

from synth_service.records import Records
from synth_service.work import JobRunner


def test_without_a_worker_it_is_not_well_but_ready(client: TestClient, records: Records) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"], answer.json()["workers"]) == (503, "degraded", 0)
    assert client.get("/health/ready").status_code == 200
    records.beat("w1")
    well = client.get("/health").json()
    assert (well["status"], well["database"], well["storage"], well["workers"]) == ("ok", "ok", "ok", 1)
    assert well["disk_free_bytes"] > 0 and well["memory_available_bytes"] > 0


def test_a_storage_that_cannot_be_written(
    client: TestClient, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.beat("w1")

    def full(*_: object) -> int:
        raise OSError("no space left")

    monkeypatch.setattr(client.app.state.jobs.storage, "put", full)  # type: ignore[attr-defined]
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["storage"]) == (503, "failed")
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["code"]) == (503, "not_well")
    assert client.get("/health/live").status_code == 200


def test_numbers_for_prometheus(client: TestClient, runner: JobRunner, send: Any) -> None:
    runner.run(send())
    send()
    text = client.get("/metrics").text
    assert 'synth_handson_jobs{state="succeeded"} 1.0' in text
    assert 'synth_handson_jobs{state="queued"} 1.0' in text
    assert 'synth_handson_phase_jobs_total{phase="train"} 1.0' in text
    assert "synth_handson_grades_total" in text
    assert 'synth_handson_requests_total{method="POST",route="/v1/jobs",status="202"} 2.0' in text


def test_the_interface_loads_nothing_that_only_workers_need() -> None:
    heavy = {"scipy.stats", "sklearn", "torch", "mostlyai", "marimo"}
    loaded = f"import sys, synth_service.api.app; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
