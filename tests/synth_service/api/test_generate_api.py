"""``POST /generate``: one call that waits."""

import io
import threading
import time
from typing import Any

import pandas as pd
import pytest
from browsing import wait_for
from fastapi.testclient import TestClient

from synth_service.records import Records
from synth_service.work import JobRunner


def do_the_next(runner: JobRunner) -> threading.Thread:
    """Do the first job that arrives."""

    def wait() -> None:
        while not (found := runner.records.waiting(time.time() + 1)):
            time.sleep(0.05)
        runner.run(found[0].id)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_it_answers_with_the_table_and_its_quality(client: TestClient, runner: JobRunner, csv: bytes) -> None:
    worker = do_the_next(runner)
    answer = client.post(
        "/generate",
        files={"file": ("customers.csv", csv)},
        data={"target_column": "churned", "engine": "copula", "n_rows": 250},
    )
    worker.join()
    assert answer.status_code == 200
    told = answer.json()
    assert told["success"] is True
    assert told["message"] == told["quality_report"]["decision"]
    assert len(pd.read_csv(io.BytesIO(client.get(told["download_url"]).content))) == 250
    evidence = client.get(told["job"]["links"]["evidence"]).json()
    report = told["quality_report"]
    assert report["overall_score"]["overall_quality_score"] == round(evidence["grade"]["total"], 1)
    assert report["privacy_metrics"]["privacy_score"] == round(evidence["grade"]["privacy"], 1)
    assert report["verdict"] == evidence["privacy"]["verdict"]["outcome"]


@pytest.mark.parametrize("given", [{"generate_seconds": 0.6}])
def test_after_a_while_it_answers_with_the_job(client: TestClient, csv: bytes) -> None:
    answer = client.post("/generate", files={"file": ("t.csv", csv)})
    assert answer.status_code == 202
    told = answer.json()
    assert (told["success"], told["quality_report"], told["job"]["state"]) == (False, None, "queued")
    assert answer.headers["location"] == told["job"]["links"]["self"]


def test_a_table_that_cannot_be_used_is_a_problem(client: TestClient, runner: JobRunner) -> None:
    worker = do_the_next(runner)
    answer = client.post("/generate", files={"file": ("t.csv", b"a,b\n1,2\n3\n")})
    worker.join()
    assert (answer.status_code, answer.json()["code"]) == (422, "failed")
    assert "t.csv" in answer.json()["detail"]


@pytest.mark.parametrize("given", [{"concurrent_requests": 1, "generate_seconds": 600}])
def test_who_waits_takes_no_room(client: TestClient, csv: bytes, records: Records) -> None:
    answers: list[Any] = []
    waiting = threading.Thread(
        target=lambda: answers.append(client.post("/generate", files={"file": ("t.csv", csv)}))
    )
    waiting.start()
    while not (found := records.waiting(time.time() + 1)):
        time.sleep(0.02)
    wait_for(lambda: client.get("/v1/engines").status_code == 200)
    client.delete(f"/v1/jobs/{found[0].id}")
    waiting.join()
    assert answers[0].status_code == 410


@pytest.mark.parametrize("name", ["unknown.csv", "..%2F..%2Fservice.sqlite", "x.exe"])
def test_only_names_that_were_given_lead_to_a_file(client: TestClient, name: str) -> None:
    assert client.get(f"/download/{name}").status_code in (404, 422)
