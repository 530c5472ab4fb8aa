"""The service as it is started: two processes, a real engine, kills, a browser, and nothing left behind."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import psutil
import pytest
from browsing import PATIENCE, wait_for
from panels import draw_payments
from playwright.sync_api import Browser, Page, expect

from synth_handson.paths import bundled
from synth_handson.tables.examples import card_payments

pytestmark = [pytest.mark.engine, pytest.mark.browser]

SEED_TABLES = {"financial": "loan_approved", "customers": "churned"}


@dataclass(frozen=True)
class Service:
    """A running service, with a home and a log of its own."""

    client: httpx.Client
    home: Path
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return str(self.client.base_url)

    def worker(self) -> psutil.Process | None:
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children():
                if "worker" in child.cmdline():
                    return child
        return None

    def send(self, name: str, **fields: Any) -> str:
        path = bundled(f"{name}.csv")
        asked = {"target_column": SEED_TABLES[name], "engine": "copula"} | fields
        answer = self.client.post("/v1/jobs", files={"file": (path.name, path.read_bytes())}, data=asked)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def job(self, job: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/v1/jobs/{job}").json()
        return found

    def wait(self, job: str, state: str = "succeeded") -> dict[str, Any]:
        wait_for(lambda: self.job(job)["state"] in (state, "succeeded", "failed"), 600)
        found = self.job(job)
        assert found["state"] == state, found
        return found


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Service]:
    log = folder / "log"
    own = {"SYNTH_HANDSON_HOME": str(folder / "home"), "TRAINING_MINUTES": "0.5", "MOSTLY_BASE_URL": ""}
    command = [sys.executable, "-m", "synth_handson", "serve", "--port", "0"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=os.environ | own | environment, stdout=output, stderr=output)
    try:
        wait_for(lambda: address(log))
        with httpx.Client(base_url=address(log) or "", timeout=60, trust_env=False) as client:
            wait_for(lambda: well(client))
            yield Service(client, folder / "home", log, process)
    finally:
        process.terminate()
        process.wait(PATIENCE / 1000)


def well(client: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        return client.get("/health").status_code == 200
    return False


def address(log: Path) -> str | None:
    found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
    return found[0] if found else None


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service")) as found:
        yield found


@pytest.mark.parametrize("name", SEED_TABLES)
def test_upload_job_report_download(service: Service, name: str) -> None:
    done = service.wait(service.send(name))
    original = pd.read_csv(bundled(f"{name}.csv"))
    made = pd.read_csv(BytesIO(service.client.get(done["links"]["synthetic.csv"]).content))
    assert made.shape == original.shape
    assert list(made) == list(original)
    assert not made.merge(original).shape[0]
    assert done["result"]["verdict"] in ("pass", "review")
    assert "<svg" in service.client.get(done["links"]["report"]).text
    evidence = service.client.get(done["links"]["evidence"]).json()
    assert evidence["utility"]["target"] == SEED_TABLES[name]


def test_the_engine_that_the_project_is_about(service: Service) -> None:
    with service.client.stream(
        "GET", f"/v1/jobs/{service.send('financial', engine='mostly')}/events"
    ) as events:
        told = [json.loads(line[6:]) for line in events.iter_lines() if line.startswith("data: ")]
    assert told[-1]["state"] == "succeeded"
    assert told[-1]["result"]["engine"] == "mostly"
    assert {"train", "assess"} <= {event["progress"]["phase"] for event in told}
    assert max(event["progress"]["epoch"] for event in told) >= 1


def test_one_call_for_all(service: Service) -> None:
    path = bundled("customers.csv")
    answer = service.client.post(
        "/generate", files={"file": (path.name, path.read_bytes())}, data={"engine": "copula", "n_rows": 200}
    )
    assert answer.status_code == 200
    url = service.client.base_url.join(answer.json()["download_url"])
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(str(url)) as file:
        assert len(pd.read_csv(file)) == 200


def test_a_killed_worker_loses_nothing(service: Service) -> None:
    jobs = [service.send("customers", seed=seed) for seed in (5, 6)]
    begun: set[str] = set()

    def measuring() -> bool:
        """Tell whether an attempt is being measured that was not killed before."""
        found = map(service.job, jobs)
        now = {job["started"] for job in found if job["progress"]["phase"] == "assess"} - begun
        begun.update(now)
        return bool(now)

    for _ in range(2):
        wait_for(measuring)
        worker = service.worker()
        assert worker is not None
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    for job in jobs:
        service.wait(job)
    metrics = service.client.get("/metrics").text
    assert 'synth_handson_jobs{state="failed"}' not in metrics
    used = service.client.get("/v1/usage").json()[0]["jobs"]
    assert f'synth_handson_jobs{{state="succeeded"}} {used:.1f}' in metrics


def test_cancelling_a_training(service: Service) -> None:
    job = service.send("financial", engine="mostly", seed=9)
    wait_for(lambda: service.job(job)["progress"]["phase"] == "train")
    assert service.client.delete(f"/v1/jobs/{job}").status_code == 204
    after = service.send("customers", n_rows=150)
    assert service.wait(after)["result"]["rows"] == 150
    assert service.job(job)["state"] == "cancelled"


def test_one_keys_many_jobs_do_not_stand_before_anothers_one(tmp_path: Path) -> None:
    digests = [f"{key}:{sha256(key.encode()).hexdigest()}" for key in ("many", "one")]
    table = {"file": ("customers.csv", bundled("customers.csv").read_bytes())}
    with running(tmp_path, API_KEYS=",".join(digests)) as service:

        def send(key: str, seed: int) -> str:
            asked = {"engine": "copula", "n_rows": "150", "seed": str(seed)}
            answer = service.client.post("/v1/jobs", files=table, data=asked, headers={"X-API-Key": key})
            return str(answer.json()["id"])

        def job(key: str, name: str) -> dict[str, Any]:
            found: dict[str, Any] = service.client.get(f"/v1/jobs/{name}", headers={"X-API-Key": key}).json()
            return found

        many = [send("many", seed) for seed in range(3)]
        one = send("one", 0)
        sent = [("one", one), *(("many", name) for name in many)]
        wait_for(lambda: all(job(*which)["state"] == "succeeded" for which in sent), 240)
        begun = {name: job(key, name)["started"] for key, name in sent}
        assert sum(begun[name] < begun[one] for name in many) <= 2


def test_after_erasure_nothing_of_a_table_is_found(service: Service) -> None:
    secret, column, value = "kunden-2026", "geheimnis", "Grünspecht"
    table = pd.read_csv(bundled("customers.csv")).rename(columns={"region": column})
    table[column] = table[column].replace({"north": value})
    sent = {"file": (f"{secret}.csv", table.to_csv(index=False).encode())}
    asked = [
        {"engine": "copula", "target_column": "churned"},
        {"engine": "mostly"},
        {"target_column": f"{column}?"},
    ]
    jobs = [service.client.post("/v1/jobs", files=sent, data=one).json()["id"] for one in asked]
    for job, state in zip(jobs, ("succeeded", "succeeded", "failed"), strict=True):
        service.wait(job, state)
    searched = (secret, column, value)
    assert found_in(service.home, searched)
    for job in jobs:
        service.client.delete(f"/v1/jobs/{job}")
    assert found_in(service.log.parent, searched) == []


def found_in(folder: Path, words: tuple[str, ...]) -> list[str]:
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [f"{word} in {path.name}" for word in words if word.encode() in content]
    return found


@pytest.fixture
def page(service: Service, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, locale="en")
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    yield opened
    context.close()
    assert errors == []


@pytest.mark.parametrize(
    ("language", "go", "erase"),
    [("en", "Make a synthetic table", "Delete now"), ("ja", "合成データを作る", "今すぐ消去")],
)
def test_the_page(service: Service, page: Page, language: str, go: str, erase: str) -> None:
    page.goto(f"{service.url}?lang={language}")
    page.locator("input[type=file]").set_input_files(bundled("customers.csv"))
    expect(page.locator("table.columns tbody tr")).to_have_count(11, timeout=PATIENCE)
    expect(page.locator("select[multiple] option:checked")).to_have_count(0)
    page.get_by_label(re.compile("Column to predict|予測したい列")).select_option("churned")
    page.get_by_label(re.compile("^(Engine|エンジン)")).select_option("copula")
    page.get_by_label(re.compile("^(Keep|残す): region")).uncheck()
    page.get_by_role("button", name=go).click()
    phases = page.locator("#phases li:visible")
    expect(phases).to_have_count(6, timeout=PATIENCE)
    # Of all at once, as the list is gone when the job has ended.
    styles = page.locator("#phases li").evaluate_all("all => all.map(one => getComputedStyle(one).display)")
    assert len({*styles} - {"none"}) <= 1
    expect(page.locator("iframe")).to_be_visible(timeout=PATIENCE)
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV").click()
    assert started.value.suggested_filename == "customers-SYNTHETIC.csv"
    made = pd.read_csv(started.value.path())
    assert made["region"].isna().all() and len(made) == 800
    report = page.frame_locator("iframe").locator("h1")
    expect(report).to_be_visible()
    wait_for(lambda: page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    job = page.evaluate("location.hash.slice(1)")
    page.reload()
    expect(page.locator("iframe")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name=erase).click()
    expect(page.locator("iframe")).to_have_count(0)
    assert service.job(job)["state"] == "cancelled"


def test_the_page_goes_by_the_keyboard_and_says_what_is_wrong(
    service: Service, page: Page, tmp_path: Path
) -> None:
    (tmp_path / "broken.csv").write_text("a,b\n1,2\n3\n")
    page.goto(f"{service.url}?lang=en")
    page.locator("input[type=file]").set_input_files(tmp_path / "broken.csv")
    expect(page.get_by_role("heading", name="No synthetic table was made")).to_be_focused(timeout=PATIENCE)
    expect(page.get_by_text("broken.csv")).to_be_visible()
    # Encoding, sheet, header row, person, sheets of events, "Read again", "Another table".
    for _ in range(7):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Another table")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("input[type=file]")).to_be_visible()


def test_the_page_learns_people_with_one_click(service: Service, page: Page, tmp_path: Path) -> None:
    draw_payments(220, 3).to_csv(tmp_path / "payments.csv", index=False)
    page.goto(f"{service.url}?lang=en")
    page.locator("input[type=file]").set_input_files(tmp_path / "payments.csv")
    page.get_by_role("button", name="Learn people by “customer”").click(timeout=PATIENCE)
    expect(page.get_by_label("Synthetic people")).to_have_value("220", timeout=PATIENCE)
    expect(page.get_by_label("Engine").locator("option")).to_have_count(3)
    expect(page.get_by_role("heading", name="Rules")).to_be_visible()
    page.get_by_role("button", name="Make a synthetic table").click()
    expect(page.get_by_text("Synthetic people: 220")).to_be_visible(timeout=PATIENCE)
    wait_for(lambda: page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_the_page_takes_tables_that_belong_together(service: Service, page: Page, tmp_path: Path) -> None:
    cards = card_payments(people=220)
    people, payments = cards.people, cards.events["payments"]
    people.to_csv(tmp_path / "cardholders.csv", index=False)
    payments.to_csv(tmp_path / "payments.csv", index=False)
    page.goto(f"{service.url}?lang=en")
    page.locator("input[type=file]").set_input_files(
        [tmp_path / "payments.csv", tmp_path / "cardholders.csv"]
    )
    expect(page.get_by_label("Table with one row per person")).to_have_value("1")
    expect(page.get_by_label("Column that identifies people")).to_have_value("customer_id")
    page.get_by_role("button", name="Continue").click()
    heading = page.get_by_role("heading", name=f"payments: {len(payments):,} rows")
    expect(heading).to_be_visible(timeout=PATIENCE)
    expect(page.locator("table.columns")).to_have_count(2)
    page.get_by_label("Rules of your own").fill("payments: amount > 0")
    page.get_by_role("button", name="Make a synthetic table").click()
    expect(page.get_by_text("Synthetic people: 220")).to_be_visible(timeout=PATIENCE)
    with page.expect_download() as started:
        page.get_by_role("button", name="payments CSV").click()
    assert started.value.suggested_filename == "payments-SYNTHETIC.csv"
    assert list(pd.read_csv(started.value.path())) == list(payments)
    wait_for(lambda: page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_the_page_takes_sheets_that_belong_together(service: Service, page: Page, tmp_path: Path) -> None:
    cards = card_payments(people=220)
    with pd.ExcelWriter(tmp_path / "shop.xlsx") as book:
        cards.people.to_excel(book, sheet_name="Customers", index=False)
        cards.events["payments"].head(1_000).to_excel(book, sheet_name="Payments", index=False)
    page.goto(f"{service.url}?lang=en")
    page.locator("input[type=file]").set_input_files(tmp_path / "shop.xlsx")
    expect(page.locator("table.columns")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("How to read the file").click()
    page.get_by_label(re.compile("^Column that identifies people")).select_option("customer_id")
    page.get_by_label("Sheets with events").fill("Payments")
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_role("heading", name="Payments: 1,000 rows")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_label("Synthetic people")).to_have_value("220")


def test_after_a_failure_the_page_has_the_file_and_every_choice(
    service: Service, page: Page, tmp_path: Path
) -> None:
    table = pd.read_csv(bundled("customers.csv"))
    table.to_csv(tmp_path / "customers.csv", index=False, encoding="cp500")
    page.goto(f"{service.url}?lang=en")
    page.locator("input[type=file]").set_input_files(tmp_path / "customers.csv")
    page.get_by_label("Encoding").fill("cp500", timeout=PATIENCE)
    page.get_by_role("button", name="Read again").click()
    rule, target = page.get_by_label("Rules of your own"), page.get_by_label("Column to predict")
    rule.fill("tenure_months < support_calls", timeout=PATIENCE)
    target.select_option("churned")
    page.get_by_role("button", name="Make a synthetic table").click()
    page.get_by_role("button", name="Change the options").click(timeout=PATIENCE)
    expect(rule).to_have_value("tenure_months < support_calls")
    expect(target).to_have_value("churned")
