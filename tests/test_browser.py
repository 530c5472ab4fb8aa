"""The hands-on as a reader meets it: a real server, a real browser, real trainings."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Literal

import psutil
import pytest
from conftest import STAND_IN
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from synth_handson.evidence.verdict import Outcome
from synth_handson.locales import LANGUAGES, Language
from synth_handson.notebook.bundled import bundled_findings

pytestmark = pytest.mark.browser

APP = Path(__file__).parents[1] / "app.py"

SESSION_TTL = 1
"""Seconds after which the server forgets a closed page; marimo's own default is 120."""

PATIENCE = 90_000
"""Milliseconds for a training on a slow machine; every wait ends as soon as what it waits for is there."""

CHROMIUM_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")

Visit = Callable[..., Page]


@dataclass(frozen=True)
class Server:
    """A running ``marimo run app.py`` or ``marimo edit app.py``, with a home and a log of its own."""

    url: str
    home: Path
    log: Path
    process: subprocess.Popen[bytes]

    def engines(self) -> list[psutil.Process]:
        """Return the processes in which it trains."""
        return [
            child
            for child in psutil.Process(self.process.pid).children(recursive=True)
            if "synth_handson.synthesis.mostly.engine_process" in " ".join(child.cmdline())
        ]

    def forget_generators(self) -> None:
        """Empty its store, so that the next click has to train."""
        shutil.rmtree(self.home / "generators", ignore_errors=True)


@contextmanager
def serve(folder: Path, mode: Literal["run", "edit"] = "run", **environment: str) -> Iterator[Server]:
    """Start a server, and give it out without waiting: it has seconds of imports before it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # UCI is behind a proxy that is not there: the bundled sample, wherever the tests run.
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    own = {"SYNTH_HANDSON_HOME": str(folder / "home"), "NO_PROXY": "127.0.0.1", "MOSTLY_BASE_URL": ""}
    command = [sys.executable, "-m", "marimo", mode, str(APP), "--headless", "--port", str(port)]
    command += ["--session-ttl", str(SESSION_TTL)] if mode == "run" else ["--no-token", "--skip-update-check"]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=os.environ | nowhere | own | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield Server(f"http://127.0.0.1:{port}", folder / "home", log, process)
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    with suppress(OSError), urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url):
        return True
    return False


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE / 1000) -> None:
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline, "it did not happen"
        sleep(0.05)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        reason = "no Chromium found; install one, or name it in the environment variable CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("server")) as running:
        yield running
        # No training thread may fail unheard, whatever the tests did to it.
        assert "Traceback" not in running.log.read_text()


@contextmanager
def visits(browser: Browser, server: Server) -> Iterator[Visit]:
    """Open pages, each a visitor of its own; in the end, none may have logged an error."""
    contexts, errors = [], []

    def visit(query: str = "", **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}} | options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        wait_for(lambda: answers(f"{server.url}/health"))
        page.goto(f"{server.url}/{query}")
        expect(page.get_by_text("10.24432/C5K306")).to_be_visible(timeout=PATIENCE)
        return page

    expect.set_options(timeout=PATIENCE)
    yield visit
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def visit(chromium: Browser, server: Server) -> Iterator[Visit]:
    with visits(chromium, server) as opened:
        yield opened


@pytest.fixture
def untrained(server: Server) -> None:
    server.forget_generators()


@pytest.fixture(scope="module")
def owner(chromium: Browser, server: Server) -> Iterator[Page]:
    """Return the page of an English reader who has trained a generator and drawn 1,000 rows."""
    with visits(chromium, server) as opened:
        page = opened("?lang=en")
        generate(page)
        expect(progress(page)).to_contain_text(re.compile(r"epoch \d+.*validation loss \d+\.\d{3}", re.S))
        expect(page.get_by_text("Your generator drew these 1,000 rows.")).to_be_visible()
        yield page


def generate(page: Page) -> None:
    page.get_by_role("button", name="Generate").click()


def progress(page: Page) -> Locator:
    return page.locator(".sh-progress")


def assessment(page: Page) -> Locator:
    return page.locator(".sh-assessment")


def until_first_epoch(page: Page) -> None:
    expect(progress(page)).to_contain_text(re.compile(r"epoch \d|エポック \d"))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def chart(page: Page, title: str) -> Locator:
    return page.locator(f'[role=graphics-document][aria-label*="{title}"]')


def prose(page: Page) -> str:
    return page.locator("#root").inner_text()


def test_before_the_first_click_the_bundled_table_is_shown_and_no_section_is_empty(visit: Visit) -> None:
    page = visit("?lang=en")
    expect(page.get_by_text("This table ships with the project")).to_be_visible()
    expect(page.get_by_text("1,000 rows of a generator that was trained earlier")).to_be_visible()
    tables = page.locator("marimo-table").get_by_role("table")
    for table in tables.all()[:2]:
        expect(table.get_by_role("row")).to_have_count(1 + 5)
    expect(chart(page, "Age (years)")).to_be_visible()
    expect(chart(page, "the distance to the closest training row")).to_be_visible()
    expect(page.locator(".sh-person tbody tr")).to_have_count(8)
    expect(page.get_by_text("Even the closest real person differs by")).to_be_visible()
    expect(progress(page)).to_have_count(0)
    expect(page.get_by_text("Verdict: Pass.")).to_be_visible()
    expect(assessment(page)).to_have_count(0)
    expect(tables).to_have_count(2)
    expect(page.get_by_role("row", name="All columns together")).to_be_visible()
    page.get_by_role("button", name=re.compile(r"All \d+ measures")).click()
    expect(tables).to_have_count(3)
    expect(tables.last.get_by_role("row")).to_have_count(1 + 10)
    expect(page.get_by_text("It may be shared, and it is of use.")).to_be_visible()
    expect(chart(page, "Farther from the training rows than the holdout is")).to_be_visible()
    expect(chart(page, "Performance on the holdout")).to_be_visible()


def test_it_speaks_japanese_unless_the_address_asks_for_english(visit: Visit) -> None:
    japanese, english = visit(), visit("?lang=en")
    expect(japanese.get_by_role("heading", level=1)).to_have_text("合成データで、データを安全に共有する")
    for heading in japanese.get_by_role("heading").all():
        assert not (text := heading.inner_text().strip()) or JAPANESE.search(text), text
    expect(english.get_by_role("heading", level=1)).to_have_text("Share data safely with synthetic data")
    wait_for(lambda: not JAPANESE.search(prose(english)))


def test_a_click_trains_and_marks_the_table_as_the_readers_own(owner: Page) -> None:
    expect(owner.get_by_text("It was trained on 3,617 real rows")).to_be_visible()
    expect(owner.get_by_text("This table ships with the project")).to_have_count(0)
    expect(progress(owner)).to_have_count(0)


def test_the_readers_own_table_is_assessed(owner: Page) -> None:
    expect(owner.get_by_text("Verdict: ")).to_be_visible()
    expect(owner.get_by_text("What this does not prove.")).to_be_visible()
    expect(assessment(owner)).to_have_count(0)


def test_planting_real_customers_turns_it_red_and_says_who_noticed(owner: Page) -> None:
    expect(owner.get_by_text("Nothing is planted: these are the 1,000 synthetic rows")).to_be_visible()
    share = owner.get_by_role("slider").nth(1)
    share.press("End")
    expect(owner.get_by_text("20 % of the 1,000 synthetic rows are now real customers")).to_be_visible()
    expect(owner.get_by_text("Noticed by: Identical rows")).to_be_visible()
    expect(owner.locator(".sh-noticed").filter(has_text="Identical rows")).to_be_visible()
    expect(chart(owner, "What notices the leak")).to_be_visible()
    owner.get_by_role("radio", name="Training table with noise").click()
    expect(owner.get_by_text("rows are the training table itself")).to_be_visible()


def test_table_report_and_evidence_can_be_taken_along(owner: Page) -> None:
    recipient = owner.get_by_label("提供先 / Recipient")
    recipient.fill("Vendor <Ltd.>")
    recipient.press("Tab")
    # Until the page knows, the report has a line to write on.
    wait_for(lambda: "Vendor &lt;Ltd.&gt;" in download(owner, "Report (HTML)")[1])
    name, report = download(owner, "Report (HTML)")
    assert name == "privacy-report-en.html"
    assert '<html lang="en">' in report
    name, table = download(owner, "Synthetic table (CSV)")
    assert "SYNTHETIC" in name
    assert len(table.splitlines()) == 1 + 1_000
    name, evidence = download(owner, "Evidence (JSON)")
    assert json.loads(evidence)["rows"]["synthetic"] == 1_000
    expect(owner.get_by_text("bank-marketing-SYNTHETIC.csv")).to_be_visible()


def download(page: Page, label: str) -> tuple[str, str]:
    """Return a file's name and its text."""
    with page.expect_download() as started:
        page.get_by_role("link", name=label).click()
    return started.value.suggested_filename, started.value.path().read_text(encoding="utf-8")


def test_the_chart_follows_the_column(owner: Page) -> None:
    selector = owner.get_by_label("列 / Column")
    for column, title in (("job", "Job"), ("balance", "Average yearly balance"), ("age", "Age (years)")):
        selector.select_option(column)
        expect(chart(owner, title)).to_be_visible()
        expect(owner.get_by_text(f"the synthetic column {title}")).to_be_visible()


def test_another_person_is_another_person(owner: Page) -> None:
    person = owner.locator(".sh-person")
    before = person.inner_text()
    press(owner, "Another person")
    expect(person).not_to_have_text(before, use_inner_text=True)


def test_another_language_keeps_table_column_and_person(owner: Page) -> None:
    owner.get_by_label("列 / Column").select_option("job")
    expect(chart(owner, "Job")).to_be_visible()
    owner.get_by_role("radio", name="Training table with noise").click()
    expect(owner.get_by_text("rows are the training table itself")).to_be_visible()
    cells = owner.locator(".sh-person td:nth-child(2)").all_inner_texts()

    owner.get_by_role("radio", name="日本語").click()
    expect(owner.get_by_text("あなたの生成器が作った 1,000 行です。")).to_be_visible()
    expect(chart(owner, "職業")).to_be_visible()
    # The evidence is there at once: nothing is assessed again.
    expect(owner.get_by_text("判定：")).to_be_visible(timeout=10_000)
    expect(owner.get_by_text("学習データそのものです")).to_be_visible()
    expect(owner).to_have_url(re.compile(r"lang=ja"))
    assert owner.get_by_label("列 / Column").input_value() == "job"
    assert owner.locator(".sh-person td:nth-child(2)").all_inner_texts() == cells

    owner.get_by_role("radio", name="English").click()
    expect(owner.get_by_text("Your generator drew these 1,000 rows.")).to_be_visible()
    expect(owner).to_have_url(re.compile(r"lang=en"))
    wait_for(lambda: not JAPANESE.search(prose(owner)))


def test_other_rows_take_no_other_training(owner: Page, server: Server) -> None:
    server.forget_generators()
    how_it_was_trained = re.compile(r"It was trained on 3,617 real rows: \d+ epochs in \d+ s")
    before = owner.get_by_text(how_it_was_trained).inner_text()
    slider = owner.get_by_role("slider").first
    for key, rows in (("Home", "100"), ("End", "5,000")):
        slider.press(key)
        generate(owner)
        expect(owner.get_by_text(f"Your generator drew these {rows} rows.")).to_be_visible()
        assert owner.get_by_text(how_it_was_trained).inner_text() == before.replace("1,000", rows)
    # The newest table is the one that is assessed.
    expect(owner.get_by_text(" of 5,000) been training rows")).to_be_visible()


@pytest.mark.usefixtures("untrained")
def test_cancel_leaves_the_table_and_the_next_click_trains_again(visit: Visit) -> None:
    page = visit("?lang=en")
    for _ in range(2):
        generate(page)
        until_first_epoch(page)
        press(page, "Cancel")
        expect(progress(page)).to_have_count(0, timeout=10_000)
        expect(page.get_by_text("The training was cancelled and nothing of it was kept.")).to_be_visible()
        # What was there for the time being stays.
        expect(page.get_by_text("3,617 real rows: a Gaussian copula, in less than a second")).to_be_visible()


@pytest.mark.usefixtures("untrained")
def test_the_model_so_far_can_be_used_and_the_next_click_trains_again(visit: Visit) -> None:
    page = visit("?lang=en")
    generate(page)
    until_first_epoch(page)
    press(page, "Use what there is")
    expect(page.get_by_text("stopped by you, the best model so far kept")).to_be_visible(timeout=10_000)
    generate(page)
    until_first_epoch(page)
    press(page, "Cancel")
    expect(progress(page)).to_have_count(0, timeout=10_000)
    expect(page.get_by_text("stopped by you, the best model so far kept")).to_be_visible()


@pytest.mark.usefixtures("untrained")
def test_a_failure_is_told_in_the_readers_language_and_the_next_click_trains(
    visit: Visit, server: Server
) -> None:
    page = visit()
    generate(page)
    until_first_epoch(page)
    for engine in server.engines():
        engine.kill()
    expect(page.get_by_text("学習プロセスが外部から強制終了されました")).to_be_visible()
    expect(page.get_by_text("実データ 3,617 行で学習しました（ガウスコピュラ、1 秒未満）。")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.get_by_text("internal error")).to_have_count(0)
    generate(page)
    until_first_epoch(page)
    expect(page.get_by_text("学習プロセスが外部から強制終了されました")).to_have_count(0)
    press(page, "Cancel")
    expect(progress(page)).to_have_count(0)


@pytest.mark.usefixtures("untrained")
def test_visitors_wait_for_each_other_and_keep_their_own_language_and_table(visit: Visit) -> None:
    first, second = visit("?lang=en"), visit()
    generate(first)
    until_first_epoch(first)
    generate(second)
    expect(progress(second)).to_contain_text("待機中：別の学習が実行されています（前に 1 件）")
    # The one ahead has had its first epoch, so that it is known how long it still takes.
    expect(second.get_by_text(re.compile(r"あと約 \d+ 秒で順番が来ます"))).to_be_visible()
    expect(second.get_by_role("button", name="ここまでで使う")).to_have_count(0)
    press(second, "Cancel")
    expect(progress(second)).to_have_count(0, timeout=10_000)
    expect(progress(first)).to_contain_text("epoch")
    press(first, "Use what there is")
    expect(first.get_by_text("Your generator drew these 1,000 rows.")).to_be_visible()
    expect(second.get_by_text("（ガウスコピュラ、1 秒未満）")).to_be_visible()


@pytest.mark.usefixtures("untrained")
def test_a_closed_page_makes_way_for_the_next_training(visit: Visit) -> None:
    first, second = visit(), visit()
    generate(first)
    until_first_epoch(first)
    first.close()
    generate(second)
    # Had the first training ended by itself, the second reader would have got its generator, and no epoch.
    until_first_epoch(second)
    press(second, "Cancel")
    expect(progress(second)).to_have_count(0)


OFF_SCREEN = """() => {
    const roots = [document, ...[...document.querySelectorAll("*")].map(element => element.shadowRoot)];
    const cells = roots.filter(Boolean).flatMap(root => [...root.querySelectorAll("th, td, svg text")]);
    const lies_outside = element => {
        const [box, frame] = [element, element.closest("svg") ?? document.body].map(
            shown => shown.getBoundingClientRect());
        return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1);
    };
    return cells.filter(lies_outside).map(element => element.textContent).filter(text => text.trim());
}"""


@pytest.mark.parametrize(
    ("query", "last"), [("?lang=en", "What notices the leak"), ("?lang=ja", "どの指標が")]
)
def test_a_phone_shows_every_number_and_title_without_sideways_scrolling(
    visit: Visit, query: str, last: str
) -> None:
    page = visit(query, viewport={"width": 360, "height": 740})
    expect(page.locator("marimo-table")).to_have_count(3)
    expect(chart(page, last)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    wait_for(lambda: page.evaluate(OFF_SCREEN) == [], seconds=10)


def test_a_screen_reader_is_told_names_values_and_the_language(visit: Visit) -> None:
    page = visit()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    page.get_by_role("radio", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("radio", name="Training table with noise").click()
    for name, value in (("行数 / Rows", "1000"), ("強さ / Strength (%)", "30")):
        expect(page.get_by_role("slider", name=name)).to_have_attribute("aria-valuenow", value)
    for name in ("言語 / Language", "漏えい / Leak"):
        expect(page.get_by_role("group", name=name)).to_be_visible()
    unnamed = [box for box in page.get_by_role("textbox").all() if not accessible_name(page, box)]
    assert unnamed == []
    # What is said there is heard only if the place for it was there before.
    assert page.get_by_role("status").count() > 0


def accessible_name(page: Page, element: Locator) -> str:
    label = "element => element.ariaLabel || element.placeholder || (element.labels?.[0]?.textContent ?? '')"
    return str(element.evaluate(label))


def test_dark_mode_is_dark(visit: Visit) -> None:
    page = visit(color_scheme="dark")
    assert max(colour(page.locator("body"), "backgroundColor")) < 64
    assert min(colour(page.locator("body"), "color")) > 192
    label = chart(page, "年齢（歳）").locator(".role-axis-label text").first
    assert min(colour(label, "fill")) > 128


def colour(element: Locator, what: str) -> list[int]:
    """Return red, green and blue, 0 to 255, of a computed style in whatever notation."""
    channels = element.evaluate(
        """(element, what) => {
            const context = new OffscreenCanvas(1, 1).getContext("2d");
            context.fillStyle = getComputedStyle(element)[what];
            context.fillRect(0, 0, 1, 1);
            return [...context.getImageData(0, 0, 1, 1).data];
        }""",
        what,
    )
    return list(channels[:3])


SCROLLS_INSIDE = """() => [...document.querySelectorAll(".output-area, .output-area *")].filter(element => {
    const style = getComputedStyle(element);
    return style.overflowY !== "visible" && element.scrollHeight > element.clientHeight + 1
        && element.clientHeight > 1 && style.display !== "inline";
}).map(element => `${element.scrollHeight} > ${element.clientHeight}: ${element.innerText}`)"""


@pytest.fixture(scope="module")
def editor(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start ``marimo edit app.py``."""
    with serve(tmp_path_factory.mktemp("editor"), "edit") as running:
        yield running


def test_in_the_editor_no_output_is_cut_and_none_traps_the_wheel(chromium: Browser, editor: Server) -> None:
    with visits(chromium, editor) as visit:
        page = visit("?lang=en")
        expect(page.get_by_text("Verdict: Pass.")).to_be_visible()
        expect(chart(page, "What notices the leak")).to_be_visible()
        assert page.locator(".output-area").count() > 10
        assert page.evaluate(SCROLLS_INSIDE) == []
        top = "document.getElementById('App').scrollTop"
        heading = page.get_by_role("heading", name="What is kept, in five lines")
        heading.scroll_into_view_if_needed()
        before = page.evaluate(top)
        heading.hover()
        page.mouse.wheel(0, 3_000)
        wait_for(lambda: page.evaluate(top) > before + 2_500, seconds=10)


def test_in_the_editor_the_address_decides_the_language_of_a_kernel_that_is_there_already(
    chromium: Browser, editor: Server
) -> None:
    with visits(chromium, editor) as visit:
        page = visit("?lang=en")
        title = page.get_by_role("heading", level=1)
        expect(title).to_have_text("Share data safely with synthetic data")
        page.goto(f"{editor.url}/?lang=ja")
        expect(title).to_have_text("合成データで、データを安全に共有する")
        expect(page.locator("html")).to_have_attribute("lang", "ja")
        expect(page).to_have_url(re.compile(r"lang=ja"))


ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


@pytest.fixture(scope="module")
def doomed(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Server]]:
    """Start the servers that will be stopped, together and with the stand-in: each has a process to leave."""
    with ExitStack() as stack:
        yield {
            ending: stack.enter_context(serve(tmp_path_factory.mktemp("doomed"), PYTHONPATH=str(STAND_IN)))
            for ending in ENDINGS
        }


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_stopped_server_leaves_no_process_behind(
    chromium: Browser, doomed: dict[int, Server], ending: signal.Signals
) -> None:
    server = doomed[ending]
    with suppress(AssertionError), visits(chromium, server) as visit:
        visit()
        engines = server.engines()
        assert engines
        server.process.send_signal(ending)
        server.process.wait(timeout=30)
    _, left = psutil.wait_procs(engines, timeout=10)
    assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_of_the_report_fills_one_sheet_of_paper(chromium: Browser, language: Language) -> None:
    found, _ = bundled_findings()
    page = chromium.new_page()
    outcomes: tuple[Outcome, ...] = ("pass", "review", "fail")
    for outcome in outcomes:
        verdict = replace(found.privacy.verdict, outcome=outcome)
        html = replace(found, privacy=replace(found.privacy, verdict=verdict)).to_html(language)
        page.set_content(html)
        everything = pages(page)
        page.evaluate("document.querySelectorAll('nav, section').forEach(element => element.remove())")
        assert pages(page) == 1
        assert everything > 5
    page.close()


def pages(page: Page) -> int:
    return len(re.findall(rb"/Type /Page\b", page.pdf(format="A4", prefer_css_page_size=True)))
