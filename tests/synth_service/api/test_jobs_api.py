"""Jobs over HTTP, done by a worker of this process."""

import io
import json
import re
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from panels import draw_payments

from synth_service.settings import Settings
from synth_service.work import JobRunner


def test_an_upload_becomes_a_job(client: TestClient, csv: bytes) -> None:
    answer = client.post("/v1/jobs", files={"file": ("t.csv", csv)}, data={"n_rows": 200})
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == job["links"]["self"] == f"/v1/jobs/{job['id']}"
    assert (job["state"], job["ahead"], job["result"]) == ("queued", 0, None)


def test_results_of_a_job(client: TestClient, runner: JobRunner, send: Any, table: pd.DataFrame) -> None:
    job = send(language="ja", n_rows=250)
    for part in ("synthetic.csv", "report", "evidence", "summary"):
        early = client.get(f"/v1/jobs/{job}/{part}")
        assert (early.status_code, early.json()["code"]) == (409, "not_ready")
    assert client.get(f"/v1/jobs/{job}/understood").status_code == 409
    runner.run(job)
    told = client.get(f"/v1/jobs/{job}").json()
    assert (told["state"], told["rows_read"], told["result"]["rows"]) == ("succeeded", 300, 250)
    assert told["expires"] > told["finished"]
    fetched = {
        ending: client.get(told["links"][f"synthetic.{ending}"])
        for ending in ("csv", "parquet", "xlsx", "json")
    }
    read = [
        pd.read_csv(io.BytesIO(fetched["csv"].content)),
        pd.read_parquet(io.BytesIO(fetched["parquet"].content)),
        pd.read_excel(io.BytesIO(fetched["xlsx"].content)),
        pd.read_json(io.BytesIO(fetched["json"].content)),
    ]
    for one in read:
        assert one.shape == (250, 5)
        assert list(one) == list(table)
    assert fetched["csv"].headers["content-disposition"] == (
        "attachment; filename*=UTF-8''customers-SYNTHETIC.csv"
    )
    assert client.get(told["links"]["download"]).content == fetched["csv"].content
    report = client.get(told["links"]["report"])
    assert report.headers["content-type"].startswith("text/html")
    assert re.search("[ぁ-ん]", report.text)
    assert not re.search("[ぁ-ん]", client.get(f"/v1/jobs/{job}/report?language=en").text)
    evidence = client.get(told["links"]["evidence"]).json()
    assert evidence["privacy"]["verdict"]["outcome"] == told["result"]["verdict"]
    summary = client.get(f"/v1/jobs/{job}/summary", headers={"Accept-Language": "ja"}).json()
    assert re.search("[ぁ-ん]", summary["decision"])
    assert len(summary["head"]["rows"]) == 10
    assert len(summary["pictures"]) >= 3
    for drawn in summary["pictures"]:
        assert drawn["title"]
        assert drawn["svg"].startswith('<svg role="img" aria-label=')
        assert "<script" not in drawn["svg"]
    assert summary["head"]["columns"] == list(table)
    assert summary["head"]["rows"][0][0] == str(read[0].iloc[0, 0])
    understood = client.get(f"/v1/jobs/{job}/understood").json()
    assert understood["rows"] == 300
    assert all(len(column["samples"]) <= 3 and column["why"] for column in understood["columns"])
    with ZipFile(io.BytesIO(client.get(told["links"]["all.zip"]).content)) as archive:
        assert archive.read("customers-SYNTHETIC.csv") == fetched["csv"].content
        assert {"customers-report.en.html", "customers-report.ja.html"} < set(archive.namelist())


def test_what_it_takes_is_told_before_anything_is_sent(client: TestClient, settings: Settings) -> None:
    limits = client.get("/v1/limits").json()
    assert limits["file_bytes"] == settings.max_file_size
    assert (limits["rows"], limits["columns"]) == (settings.max_rows, settings.max_columns)


def test_samples_of_personal_data_are_masked(client: TestClient, runner: JobRunner, send: Any) -> None:
    rows = "".join(f"Anna Berger,anna{n}@mail.test,{n % 7}\n" for n in range(300))
    job = send(f"name,email,visits\n{rows}".encode(), target_column=None, start="false")
    runner.check(job)
    told = client.get(f"/v1/jobs/{job}/understood").json()
    samples = {column["name"]: column["samples"] for column in told["columns"]}
    assert samples["visits"] == ["0", "1", "2"]
    assert samples["name"] == ["A••• ••••••"]
    assert "anna" not in " ".join(samples["email"])


def test_values_are_shown_as_the_file_spells_them(client: TestClient, runner: JobRunner, send: Any) -> None:
    rows = "".join(f"{'yes' if n % 3 else 'no'};{n % 17 + 1},50 €\n" for n in range(300))
    job = send(f"bought;paid\n{rows}".encode(), target_column=None)
    runner.run(job)
    told = client.get(f"/v1/jobs/{job}/understood").json()
    assert [column["samples"] for column in told["columns"]] == [
        ["no", "yes"],
        ["1,50 €", "2,50 €", "3,50 €"],
    ]
    head = client.get(f"/v1/jobs/{job}/summary").json()["head"]
    assert {bought for bought, _ in head["rows"]} <= {"yes", "no"}
    assert all(re.fullmatch(r"\d+,50 €", paid) for _, paid in head["rows"])


def test_a_name_cannot_end_a_header(client: TestClient, runner: JobRunner, send: Any) -> None:
    job = send(name='顧客 "x"\r\nSet-Cookie: a=b.csv')
    runner.run(job)
    headers = client.get(f"/v1/jobs/{job}/synthetic.csv").headers
    assert "set-cookie" not in headers
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert headers["content-disposition"].isascii()


def test_erasing(client: TestClient, runner: JobRunner, send: Any) -> None:
    job = send()
    runner.run(job)
    download = client.get(f"/v1/jobs/{job}").json()["links"]["download"]
    assert client.delete(f"/v1/jobs/{job}").status_code == 204
    assert client.delete(f"/v1/jobs/{job}").status_code == 204
    told = client.get(f"/v1/jobs/{job}").json()
    assert (told["state"], told["links"].keys()) == ("cancelled", {"self", "events"})
    assert client.get(f"/v1/jobs/{job}/synthetic.csv").status_code == 410
    assert client.get(download).status_code == 404
    assert runner.storage.jobs() == []


def test_one_that_is_cancelled_while_it_waits_is_not_begun(
    client: TestClient, runner: JobRunner, send: Any
) -> None:
    job = send()
    client.delete(f"/v1/jobs/{job}")
    runner.run(job)
    assert client.get(f"/v1/jobs/{job}").json()["state"] == "cancelled"


def test_looking_first_and_choosing_then(client: TestClient, runner: JobRunner, send: Any) -> None:
    job = send(start=False, target_column=None)
    assert client.post(f"/v1/jobs/{job}/start", json={}).status_code == 409
    runner.check(job)
    assert client.get(f"/v1/jobs/{job}").json()["state"] == "checked"
    assert len(client.get(f"/v1/jobs/{job}/understood").json()["columns"]) == 5
    refused = client.post(f"/v1/jobs/{job}/start", json={"engine": "magic"})
    assert (refused.status_code, refused.json()["code"]) == (422, "engine-unknown")
    chosen = {"target_column": "churned", "leave_out": ["region"], "engine": "copula", "n_rows": 200}
    chosen |= {"known_columns": ["plan"]}
    assert client.post(f"/v1/jobs/{job}/start", json=chosen).status_code == 202
    runner.run(job)
    made = pd.read_csv(io.BytesIO(client.get(f"/v1/jobs/{job}/synthetic.csv").content))
    assert made["region"].isna().all() and len(made) == 200
    assert client.get(f"/v1/jobs/{job}/evidence").json()["known"] == ["plan"]


def test_the_same_upload_twice_makes_one_job(client: TestClient, csv: bytes) -> None:
    def post(content: bytes = csv, **fields: object) -> Any:
        return client.post(
            "/v1/jobs", files={"file": ("t.csv", content)}, data=fields, headers={"Idempotency-Key": "k-1"}
        )

    first, again = post(), post()
    assert first.json()["id"] == again.json()["id"]
    for other in (post(csv + b"\n"), post(n_rows=200)):
        assert (other.status_code, other.json()["code"]) == (422, "idempotency")


def test_why_a_job_failed_is_said_in_the_readers_language(
    client: TestClient, runner: JobRunner, send: Any
) -> None:
    job = send(b"a,b\n1,2\n3\n", target_column=None)
    runner.run(job)
    told = client.get(f"/v1/jobs/{job}?language=ja").json()
    assert told["state"] == "failed"
    assert "customers.csv" in told["failure"] and re.search("[ぁ-ん]", told["failure"])
    assert client.get(f"/v1/jobs/{job}/synthetic.csv").json()["code"] == "not_ready"


def test_events_end_with_the_job(client: TestClient, runner: JobRunner, send: Any) -> None:
    job = send()
    runner.run(job)
    with client.stream("GET", f"/v1/jobs/{job}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: ")]
    assert [event["state"] for event in events] == ["succeeded"]


def test_a_server_is_offered_where_one_is_set(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "mostly-server" not in client.get("/v1/engines").json()
    monkeypatch.setenv("MOSTLY_BASE_URL", "http://gpu-box:8080")
    assert "mostly-server" in client.get("/v1/engines").json()
    assert "ctgan" not in client.get("/v1/engines").json()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"n_rows": 0}, "n_rows"),
        ({"n_rows": "many"}, "n_rows"),
        ({"seed": -1}, "seed"),
        ({"language": "fr"}, "language"),
        ({"target_column": "a\0b"}, "target_column"),
        ({"epsilon": 0}, "epsilon"),
    ],
)
def test_a_field_that_is_wrong_is_named(
    client: TestClient, csv: bytes, fields: dict[str, Any], named: str
) -> None:
    answer = client.post("/v1/jobs", files={"file": ("t.csv", csv)}, data=fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert named in answer.json()["detail"]
    assert all("input" not in error for error in answer.json()["errors"])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"engine": "ctgan"}, "service-ctgan"),
        ({"engine": "mostly-server"}, "engine-no-server"),
        ({"engine": "aim"}, "epsilon-required"),
        ({"n_rows": 10_000_000}, "service-rows"),
        ({"types": "plan"}, "service-type"),
        ({"person": "plan", "engine": "copula"}, "engine-linked"),
        ({"person": "plan", "epsilon": 1}, "epsilon-person"),
        ({"person": "plan", "leave_out": "plan"}, "leave-out-person"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(
    client: TestClient, csv: bytes, fields: dict[str, Any], code: str
) -> None:
    answer = client.post("/v1/jobs", files={"file": ("t.csv", csv)}, data=fields)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("given", [{"tariff": "TARIFF"}])
def test_usage_is_billed_and_capped(
    client: TestClient, runner: JobRunner, send: Any, csv: bytes, tmp_path: Any
) -> None:
    path = tmp_path / "tariff.yaml"
    path.write_text("currency: EUR\nprices: {job: 1, thousand_rows: 10}\ncap: 3\n")
    jobs = client.app.state.jobs  # type: ignore[attr-defined]
    object.__setattr__(jobs, "settings", jobs.settings.model_copy(update={"tariff": path}))
    runner.run(send(n_rows=250))
    (used,) = client.get("/v1/usage").json()
    assert (used["jobs"], used["rows_made"], used["amount"], used["currency"]) == (1, 250, 3.5, "EUR")
    assert client.get("/v1/usage?month=1999-01").json() == []
    refused = client.post("/v1/jobs", files={"file": ("t.csv", csv)})
    assert (refused.status_code, refused.json()["code"]) == (402, "cap")
    assert "3.50 EUR" in refused.json()["detail"]


def test_where_nobody_looked_for_personal_data_no_samples_are_shown(
    client: TestClient, runner: JobRunner, send: Any
) -> None:
    rows = "".join(f"Anna Berger,anna{n}@mail.test,{n % 7}\n" for n in range(300))
    fields = {"target_column": None, "start": "false", "replace_personal_data": "false"}
    job = send(f"name,email,visits\n{rows}".encode(), **fields)
    runner.check(job)
    told = client.get(f"/v1/jobs/{job}/understood").json()
    assert told["looked"] is False
    assert not any(column["samples"] for column in told["columns"])


def test_people_are_proposed_chosen_and_counted(client: TestClient, runner: JobRunner, send: Any) -> None:
    payments = draw_payments(220, 3)
    job = send(payments.to_csv(index=False).encode(), start=False, target_column=None, engine="auto")
    runner.check(job)
    told = client.get(f"/v1/jobs/{job}/understood").json()
    assert (told["proposed_person"], told["person"], told["people"]) == ("customer", None, None)
    assert "--person" not in " ".join(told["notices"])
    assert client.post(f"/v1/jobs/{job}/check", json={"person": "customer"}).status_code == 202
    runner.check(job)
    told = client.get(f"/v1/jobs/{job}/understood").json()
    assert (told["proposed_person"], told["person"], told["people"]) == (None, "customer", 220)
    assert client.get("/v1/engines?people=true").json() == ["auto", "mostly", "trees"]
    chosen = {"n_rows": 150, "rules": ["amount > 0"]}
    assert client.post(f"/v1/jobs/{job}/start", json=chosen).status_code == 202
    runner.run(job)
    assert client.get(f"/v1/jobs/{job}").json()["state"] == "succeeded"
    made = pd.read_csv(io.BytesIO(client.get(f"/v1/jobs/{job}/synthetic.csv").content))
    assert made["customer"].nunique() == 150 < len(made)
    assert not set(made["customer"]) & set(payments["customer"])
    summary = client.get(f"/v1/jobs/{job}/summary").json()
    assert summary["people"] == {"original": 220, "holdout": 100, "synthetic": 150, "measured": 150}
    evidence = client.get(f"/v1/jobs/{job}/evidence").json()
    assert (evidence["person"], evidence["people"]["synthetic"]) == ("customer", 150)
    stated = [(rule["rule"], rule["broken"]) for rule in evidence["rules"] if rule["stated"]]
    assert stated == [("amount > 0", 0)]
    assert "150 people" in client.get(f"/v1/jobs/{job}/report?language=en").text


@pytest.mark.parametrize("given", [{"max_rows": 1_500}])
def test_people_may_have_no_more_rows_than_a_table(client: TestClient, runner: JobRunner, send: Any) -> None:
    payments = draw_payments(220, 3)
    asked = {"target_column": None, "engine": "trees", "person": "customer", "n_rows": 400}
    job = send(payments.to_csv(index=False).encode(), **asked)
    assert len(payments) < 1_500
    runner.run(job)
    assert "1,500" in client.get(f"/v1/jobs/{job}?language=en").json()["failure"]


def test_a_file_that_was_not_read_is_read_again_as_it_is_said(
    client: TestClient, runner: JobRunner, send: Any, csv: bytes
) -> None:
    job = send(csv.decode().encode("cp500"), start=False)
    runner.check(job)
    told = client.get(f"/v1/jobs/{job}").json()
    assert (told["state"], told["rows_read"]) == ("failed", None)
    assert client.post(f"/v1/jobs/{job}/check", json={"encoding": "cp500"}).status_code == 202
    assert client.get(f"/v1/jobs/{job}").json()["failure"] is None
    runner.check(job)
    assert client.get(f"/v1/jobs/{job}").json()["state"] == "checked"
    assert client.get(f"/v1/jobs/{job}/understood").json()["rows"] == 300
    chosen = client.get(f"/v1/jobs/{job}/choices").json()
    assert (chosen["encoding"], chosen["target_column"], chosen["engine"]) == ("cp500", "churned", "copula")


def test_a_job_that_failed_is_started_again_with_what_was_chosen(
    client: TestClient, runner: JobRunner, send: Any
) -> None:
    job = send(rules=["tenure_months >= 0"], target_column="nowhere")
    runner.run(job)
    assert client.get(f"/v1/jobs/{job}").json()["state"] == "failed"
    assert client.get(f"/v1/jobs/{job}/choices").json()["rules"] == ["tenure_months >= 0"]
    assert client.post(f"/v1/jobs/{job}/start", json={"target_column": "churned"}).status_code == 202
    runner.run(job)
    assert client.get(f"/v1/jobs/{job}").json()["state"] == "succeeded"
    assert client.get(f"/v1/jobs/{job}/choices").json()["rules"] == ["tenure_months >= 0"]
