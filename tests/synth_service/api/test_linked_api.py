"""People and tables of their events: several files, or the sheets of one workbook, in and out together."""

import io
import zipfile
from typing import Any

import httpx
import pandas as pd
import pytest
from browsing import wait_for
from fastapi.testclient import TestClient

from synth_handson.tables.examples import card_payments
from synth_handson.tables.linked import LinkedTables

KEY = "customer_id"
CARDS = card_payments(people=220)
PEOPLE = CARDS.people.to_csv(index=False).encode()
PAYMENTS = CARDS.events["payments"].to_csv(index=False).encode()
FILES = [("file", ("people.csv", PEOPLE)), ("events", ("payments.csv", PAYMENTS))]


def book() -> bytes:
    written = io.BytesIO()
    with pd.ExcelWriter(written) as sheets:
        CARDS.people.to_excel(sheets, sheet_name="Customers", index=False)
        CARDS.events["payments"].head(1_500).to_excel(sheets, sheet_name="Payments", index=False)
    return written.getvalue()


def post(client: TestClient, files: Any = FILES, **fields: Any) -> httpx.Response:
    asked = {"person": KEY, "engine": "trees"} | fields
    answer: httpx.Response = client.post("/v1/jobs", files=files, data=asked)
    return answer


def wait(client: TestClient, answer: httpx.Response, state: str) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    job = answer.json()["id"]
    ended = ("checked", "succeeded", "failed")
    wait_for(lambda: client.get(f"/v1/jobs/{job}").json()["state"] in ended, 300)
    found: dict[str, Any] = client.get(f"/v1/jobs/{job}").json()
    assert found["state"] == state, found["failure"]
    return found


@pytest.mark.usefixtures("worker")
def test_files_come_back_as_files_that_belong_together(client: TestClient) -> None:
    job = wait(client, post(client, start="false"), "checked")
    assert job["rows_read"] == len(CARDS.people) + len(CARDS.events["payments"])
    told = client.get(f"/v1/jobs/{job['id']}/understood").json()
    assert (told["person"], told["people"], told["rows"]) == (KEY, 220, 220)
    (payments,) = told["events"]
    assert (payments["name"], payments["rows"]) == ("payments", len(CARDS.events["payments"]))
    assert {"region", "amount", "shop"} < set(told["targets"]) and KEY not in told["targets"]
    rules = ["payments: amount > 0"]
    begun = client.post(f"/v1/jobs/{job['id']}/start", json={"rules": rules, "target_column": "online"})
    job = wait(client, begun, "succeeded")
    assert job["result"]["engine"] == "trees"
    read = [
        pd.read_csv(io.BytesIO(client.get(job["links"][f"synthetic.csv{which}"]).content))
        for which in ("", "?table=payments")
    ]
    made = LinkedTables(read[0], {"payments": read[1]}, KEY)
    assert len(made.people) == 220 and not made.people[KEY].isin(CARDS.people[KEY]).any()
    assert [list(frame) for frame in read] == [list(CARDS.people), list(CARDS.events["payments"])]
    assert (read[1]["amount"] > 0).all()
    sheets = pd.read_excel(io.BytesIO(client.get(job["links"]["synthetic.xlsx"]).content), sheet_name=None)
    assert {name: len(sheet) for name, sheet in sheets.items()} == {"people": 220, "payments": len(read[1])}
    with zipfile.ZipFile(io.BytesIO(client.get(job["links"]["all.zip"]).content)) as packed:
        names = set(packed.namelist())
        assert pd.read_csv(packed.open("payments-SYNTHETIC.csv")).equals(read[1])
    assert {"people-SYNTHETIC.csv", "people-SYNTHETIC.xlsx", "payments-SYNTHETIC.parquet"} < names
    assert len(names) == 10
    summary = client.get(job["links"]["summary"]).json()
    assert [(table["name"], table["rows"]) for table in summary["tables"]] == [
        ("people", 220), ("payments", len(read[1])),
    ]  # fmt: skip
    assert summary["people"]["original"] == 220 and summary["rows"]["original"] == job["rows_read"]
    assert any("Rules kept" in note for note in summary["notes"])
    stated = [rule for rule in client.get(job["links"]["evidence"]).json()["rules"] if rule["stated"]]
    assert [rule["rule"] for rule in stated] == ["amount > 0"]
    assert "220" in client.get(job["links"]["report"]).text
    download = client.get(job["links"]["download"], params={"table": "payments"})
    assert pd.read_csv(io.BytesIO(download.content)).equals(read[1])
    refused = client.get(job["links"]["synthetic.csv"], params={"table": "visits"})
    assert refused.status_code == 404 and "people, payments" in refused.json()["detail"]


@pytest.mark.seldom
@pytest.mark.usefixtures("worker")
def test_sheets_come_back_as_sheets(client: TestClient) -> None:
    asked = {"sheet": "Customers", "event_sheets": ["Payments"]}
    job = wait(client, post(client, [("file", ("shop.xlsx", book()))], **asked), "succeeded")
    answer = client.get(job["links"]["synthetic.xlsx"])
    assert "shop-SYNTHETIC.xlsx" in answer.headers["content-disposition"]
    sheets = pd.read_excel(io.BytesIO(answer.content), sheet_name=None)
    assert list(sheets) == ["Customers", "Payments"]
    assert sheets["Payments"][KEY].isin(sheets["Customers"][KEY]).all()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"person": None}, "service-no-person"),
        ({"leave_out": "region"}, "service-linked-field"),
        ({"header_row": "2"}, "service-linked-field"),
        ({"event_sheets": "Payments"}, "service-events-twice"),
        ({"epsilon": "1"}, "epsilon-person"),
        ({"engine": "copula"}, "engine-linked"),
        ({"n_rows": "50"}, "linked-count"),
    ],
)
def test_what_cannot_be_done_with_linked_tables_is_said_at_once(
    client: TestClient, fields: dict[str, Any], code: str
) -> None:
    answer = post(client, **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("files", "fields", "code"),
    [
        ([*FILES, FILES[1]], {}, "linked-twice"),
        ([FILES[0], ("events", ("people.csv", PAYMENTS))], {}, "linked-name"),
        ([("file", ("payments.csv", PEOPLE)), FILES[1]], {}, "linked-twice"),
        ([FILES[0], ("events", ("payments.pdf", PAYMENTS))], {}, "file-unknown"),
        (FILES[:1], {"event_sheets": "Payments"}, "service-no-sheets"),
    ],
)
def test_tables_need_names_of_their_own_and_a_known_format(
    client: TestClient, files: Any, fields: dict[str, str], code: str
) -> None:
    answer = post(client, files, **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.usefixtures("worker")
def test_a_failure_names_the_table_or_file_and_can_be_mended(client: TestClient) -> None:
    job = wait(client, post(client, start="false", person="region"), "failed")
    assert "“payments”" in job["failure"] or "“region”" in job["failure"]
    again = client.post(f"/v1/jobs/{job['id']}/check", json={"person": KEY})
    assert wait(client, again, "checked")["rows_read"] > 220
    damaged = [FILES[0], ("events", ("payments.csv", b'a,b\n1,2\n"'))]
    assert "payments.csv" in wait(client, post(client, damaged, start="false"), "failed")["failure"]


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("given", [{"max_rows": len(CARDS.events["payments"]) + 100}])
def test_limits_are_of_all_tables_together(client: TestClient) -> None:
    job = wait(client, post(client, start="false"), "failed")
    # Neither table alone has that many.
    assert f"at most {len(CARDS.events['payments']) + 100:,} are allowed" in job["failure"]


def test_the_same_files_make_one_job_and_others_under_the_key_are_refused(client: TestClient) -> None:
    def sent(files: Any) -> httpx.Response:
        headers = {"Idempotency-Key": "once"}
        answer: httpx.Response = client.post("/v1/jobs", files=files, data={"person": KEY}, headers=headers)
        return answer

    assert sent(FILES).json()["id"] == sent(FILES).json()["id"]
    # The last row of people moves to the events: the same bytes, one after the other.
    cut = PEOPLE.rstrip().rfind(b"\n") + 1
    moved = [("file", ("people.csv", PEOPLE[:cut])), ("events", ("payments.csv", PEOPLE[cut:] + PAYMENTS))]
    assert sent(moved).json()["code"] == "idempotency"
