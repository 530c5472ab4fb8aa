"""What the tests in a browser share: real servers, a real Chromium, and what a reader does with the mouse."""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Literal

import psutil
import pytest
from playwright.sync_api import Browser, Error, Locator, Page, expect, sync_playwright
from ports import free_port

from synth_handson.notebook.exercises.score_card import EXERCISES

APP = Path(__file__).parents[1] / "app.py"

SESSION_TTL = 1
"""Seconds after which the server forgets a closed page; marimo's own default is 120."""

PATIENCE = 180_000
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
def serve(
    folder: Path, mode: Literal["run", "edit"] = "run", notebook: Path = APP, **environment: str
) -> Iterator[Server]:
    """Start a server, and give it out without waiting: it has seconds of imports before it answers."""
    port = free_port()
    # UCI is behind a proxy that is not there: the bundled sample, wherever the tests run.
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    own = {"SYNTH_HANDSON_HOME": str(folder / "home"), "NO_PROXY": "127.0.0.1", "MOSTLY_BASE_URL": ""}
    command = [sys.executable, "-m", "marimo", mode, str(notebook), "--headless", "--port", str(port)]
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


@contextmanager
def visits(browser: Browser, server: Server, complete: str = "10.24432/C5K306") -> Iterator[Visit]:
    """Open pages, each a visitor of its own, until they show a text; none may log an error."""
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
        expect(page.get_by_text(complete).first).to_be_visible(timeout=PATIENCE)
        return page

    expect.set_options(timeout=PATIENCE)
    yield visit
    for context in contexts:
        context.close()
    assert errors == []


def generate(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(Generate|合成データを生成)$")).last.click()


def unfold(page: Page | Locator, title: str) -> None:
    """Open what is folded away, unless it is open."""
    fold = page.get_by_role("button", name=title)
    if fold.get_attribute("aria-expanded") != "true":
        fold.click()


def progress(page: Page) -> Locator:
    return page.locator(".sh-progress")


def assessment(page: Page) -> Locator:
    return page.locator(".sh-assessment")


def until_first_epoch(page: Page) -> None:
    expect(progress(page)).to_contain_text(re.compile(r"epoch \d|エポック \d"))


def press(page: Page, name: str) -> None:
    click(page.get_by_role("button", name=name))


def click(control: Locator) -> None:
    """Bring a control into view, and click once what is drawn only there has its place."""
    # It may be drawn anew meanwhile: the click itself waits for that.
    with suppress(Error):
        control.scroll_into_view_if_needed()
    control.page.evaluate("() => new Promise(done => setTimeout(done, 500))")
    control.click()


def chart(page: Page, title: str) -> Locator:
    return page.locator(f'[role=graphics-document][aria-label*="{title}"]')


def picture(page: Page, title: str | re.Pattern[str]) -> Locator:
    """Return the picture under a finding."""
    return page.locator("figure.sh-picture").filter(has_text=title)


def unlock(page: Page) -> None:
    """Guess how many people it takes: before that, the slider of leaks is locked."""
    exercise = page.locator(f"#exercise-{EXERCISES.index('smallest_leak') + 1}")
    exercise.get_by_role("radio").first.click()
    exercise.get_by_role("radio").last.click()
    exercise.get_by_role("button", name=re.compile("^(Check|答え合わせ)$")).click()


def prose(page: Page) -> str:
    return page.locator("#root").inner_text()


def download(page: Page, label: str) -> tuple[str, str]:
    """Return a file's name and its text."""
    with page.expect_download() as started:
        page.get_by_role("link", name=label).click()
    return started.value.suggested_filename, started.value.path().read_text(encoding="utf-8")
