"""The dashboard in a real browser: a feature is added and the chart changes; two tabs change one feature."""

import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from browsing import (  # noqa: F401
    JAPANESE,
    Server,
    Visit,
    answers,
    chromium,
    press,
    prose,
    serve,
    visits,
    wait_for,
)
from plans import worked_example
from playwright.sync_api import Browser, Locator, Page, expect

from synth_planning import Store
from synth_planning.paths import NOTEBOOK
from synth_planning.store import VARIABLE

pytestmark = pytest.mark.browser
ADDRESS = "?lang=en&on=2026-11-29&hours=45"
LATIN = re.compile("[A-Za-z]{3,}")
TALL = {"viewport": {"width": 1200, "height": 2400}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("planning")
    with serve(folder, notebook=NOTEBOOK, **{VARIABLE: str(folder / "plan.sqlite")}) as running:
        yield running


@pytest.fixture(scope="module")
def store(server: Server) -> Iterator[Store]:
    opened = Store(server.log.parent / "plan.sqlite")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def visit(chromium: Browser, server: Server) -> Iterator[Visit]:  # noqa: F811
    with visits(chromium, server, complete="plan.sqlite") as found:
        yield found


@pytest.fixture
def example(store: Store) -> Iterator[None]:
    """Have the worked example in the store, and nothing else."""
    known = {one.id for one in worked_example()}
    for entry in [one for one in store.plan() if one.id not in known]:
        store.remove(entry)
    missing = known - {one.id for one in store.plan()}
    store.save(*(one for one in worked_example() if one.id in missing), restoring=True)
    yield


def group(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def bars(page: Page) -> Locator:
    return page.locator("[role=graphics-document] [aria-roledescription=bar]")


def choose(page: Page, entry: str) -> None:
    """Put an entry into the form."""
    page.get_by_text("(new)").click()
    page.get_by_role("option", name=entry).click()
    expect(group(page, "Name").get_by_role("textbox")).to_have_value(entry)


def test_an_empty_plan_begins_with_the_example_and_a_new_feature_changes_the_chart(
    visit: Visit, store: Store
) -> None:
    page = visit(ADDRESS, **TALL)
    press(page, "Start with the example")
    expect(page.get_by_text("On track")).to_be_visible()
    open_tab(page, "Priorities")
    expect(bars(page)).to_have_count(13)
    group(page, "Name").get_by_role("textbox").fill("Dark <b>mode</b>")
    press(page, "Save")
    expect(page.get_by_text("“effort” is missing")).to_be_visible()
    group(page, "Effort (hours)").get_by_role("textbox").fill("2")
    press(page, "Save")
    expect(page.get_by_text("“Dark <b>mode</b>” was saved.")).to_be_visible()
    expect(bars(page)).to_have_count(14)
    # 5 × 5 × 50 % / 2 hours
    expect(page.get_by_role("tabpanel").locator("article", has_text="Dark <b>mode</b>")).to_contain_text(
        "RICE 6.25"
    )
    (made,) = [one for one in store.plan().features if one.name == "Dark <b>mode</b>"]
    assert (made.rice, made.version) == (6.25, 1)
    press(page, "Remove …")
    press(page, "Remove")
    expect(bars(page)).to_have_count(13)
    store.save(made.changed(id="again", version=0))
    expect(bars(page)).to_have_count(14)


def test_insights_are_found_and_the_address_remembers_what_was_set(
    visit: Visit, store: Store, example: None
) -> None:
    page = visit("?lang=en&on=2026-11-29", **TALL)
    open_tab(page, "Research")
    panel = page.get_by_role("tabpanel")
    insights = panel.locator("table").first.locator("tbody tr")
    expect(insights).to_have_count(3)
    panel.locator("select").nth(1).select_option(label="Analytics")
    expect(insights).to_have_count(1)
    expect(insights).to_contain_text("A copula is enough")
    # What another saves meanwhile is found likewise.
    for one in store.plan().insights:
        store.save(one.changed(id=f"{one.id}-again", version=0))
    expect(insights).to_have_count(2)
    expect(insights.last).to_contain_text("A copula is enough")
    # The tab that was open stays so.
    expect(page.get_by_role("tab", name="Research")).to_have_attribute("aria-selected", "true")
    hours = page.get_by_role("textbox", name="Hours available")
    hours.fill("45")
    hours.press("Enter")
    expect(page).to_have_url(re.compile("hours=45"))
    page.get_by_role("radio", name="日本語").click()
    expect(page).to_have_url(re.compile("lang=ja"))
    expect(insights).to_have_count(2)
    page.reload()
    open_tab(page, "優先順位")
    expect(page.get_by_text("45 時間のうち 45 時間").last).to_be_visible()


def test_of_two_tabs_none_overwrites_what_the_other_has_saved(
    visit: Visit, store: Store, example: None
) -> None:
    first, second = visit(ADDRESS, **TALL), visit(ADDRESS, **TALL)
    for page in (first, second):
        open_tab(page, "Priorities")
        choose(page, "Planning tools")
    card = second.get_by_role("tabpanel").locator("article", has_text="Planning tools")
    group(second, "Description").get_by_role("textbox").fill("Mine")
    group(first, "Effort (hours)").get_by_role("textbox").fill("12")
    press(first, "Save")
    expect(first.get_by_text("“Planning tools” was saved.")).to_be_visible()
    # The other tab hears of it, and what is typed there stays.
    expect(card).to_contain_text("12 h")
    expect(group(second, "Description").get_by_role("textbox")).to_have_value("Mine")
    press(second, "Save")
    expect(second.get_by_text("your change was not saved")).to_be_visible()
    expect(second.get_by_text("theirs “12.0”, yours “3.0”")).to_be_visible()
    (kept,) = [one for one in store.plan().features if one.id == "planning"]
    assert (kept.effort, kept.version) == (12, 2)
    press(second, "Load their version into the form")
    expect(group(second, "Effort (hours)").get_by_role("textbox")).to_have_value("12")
    group(second, "Description").get_by_role("textbox").fill("Mine")
    press(second, "Save")
    expect(second.get_by_text("“Planning tools” was saved.")).to_be_visible()
    (kept,) = [one for one in store.plan().features if one.id == "planning"]
    assert (kept.effort, kept.description, kept.version) == (12, "Mine", 3)


def test_cards_open_what_they_count_and_files_come_in(visit: Visit, example: None, tmp_path: Path) -> None:
    page = visit(ADDRESS, **TALL)
    panel = page.get_by_role("tabpanel")
    expect(page.get_by_role("heading", name="synth_handson")).to_be_visible()
    told = panel.locator("details li", has_text="Planning tools – 3 h – Open")
    expect(told.first).to_be_hidden()
    panel.locator("summary", has_text="Tasks done").click()
    expect(panel.locator("details[open] li", has_text="Planning tools – 3 h – Open")).to_be_visible()
    page.get_by_role("button", name="Import and export").click()
    named = tmp_path / "features.csv"
    named.write_text("name,moscow,effort,reach,impact,confidence\nPLANNING tools,could,1,1,1,1\n")
    page.locator("input[type=file]").set_input_files(named)
    expect(page.get_by_text("1 added, 0 changed, 0 unchanged.")).to_be_visible()
    # The hidden panel of another tab says so, too.
    twice = page.get_by_text(re.compile("“planning tools”, 2 times", re.IGNORECASE))
    expect(twice.filter(visible=True).first).to_be_visible()


def test_on_a_phone_in_japanese_nothing_is_cut_off_or_in_english(
    visit: Visit, server: Server, example: None
) -> None:
    page = visit("?lang=ja&on=2026-11-29", viewport={"width": 390, "height": 3000}, color_scheme="dark")
    for name in ("優先順位", "調査", "進み具合", "利用者の声", "概要"):
        open_tab(page, name)
        expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        wait_for(lambda: page.evaluate("document.documentElement.scrollWidth") <= 390)
    entered = {word for entry in worked_example() for word in LATIN.findall(str(entry))}
    place = set(LATIN.findall(str(server.log.parent)))
    spoken = {"English", "MVP", "MoSCoW", "RICE", "plan", "sqlite", "YAML", "Markdown", "CSV", "JSON"}
    wait_for(lambda: set(LATIN.findall(prose(page))) <= entered | place | spoken)
    assert JAPANESE.search(prose(page))


def test_a_hostile_page_reads_nothing(
    chromium: Browser,  # noqa: F811
    server: Server,
    example: None,
    tmp_path: Path,
) -> None:
    wait_for(lambda: answers(server.url))
    address = server.url.removeprefix("http://")
    (tmp_path / "index.html").write_text(
        f"""<title>waits</title><script>
        let told = "";
        const socket = new WebSocket("ws://{address}/ws?session_id=s_h0st1l");
        socket.onmessage = (event) => {{ told += event.data; }};
        const closed = new Promise((done) => {{ socket.onclose = done; setTimeout(done, 8000); }});
        const page = fetch("{server.url}/").then((answer) => answer.text()).catch(() => "");
        Promise.all([closed, page]).then((read) => {{ document.title = "read " + (told + read[1]).length; }});
        </script>"""
    )
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as hostile:
        Thread(target=hostile.serve_forever, daemon=True).start()
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{hostile.server_port}/")
        expect(page).to_have_title("read 0")
        page.close()
        hostile.shutdown()
