"""The hands-on as a reader meets it: a real server, a real browser, real trainings."""

import json
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace

import psutil
import pytest
from browsing import (
    JAPANESE,
    Server,
    Visit,
    assessment,
    chart,
    click,
    download,
    generate,
    picture,
    press,
    progress,
    prose,
    serve,
    unfold,
    unlock,
    until_first_epoch,
    visits,
    wait_for,
)
from engines import STAND_IN
from playwright.sync_api import Browser, Locator, Page, expect

from synth_handson.evidence.verdict import Outcome
from synth_handson.locales import LANGUAGES, Language
from synth_handson.notebook.bundled import bundled_findings
from synth_handson.notebook.exercises.letter import TRUE, statements
from synth_handson.presentation.letter import letter_html
from synth_handson.presentation.report import About

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("server")) as running:
        yield running
        # No training thread may fail unheard, whatever the tests did to it.
        assert "Traceback" not in running.log.read_text()


@pytest.fixture
def visit(chromium: Browser, server: Server) -> Iterator[Visit]:
    with visits(chromium, server) as opened:
        yield opened


@pytest.fixture
def untrained(server: Server) -> None:
    server.forget_generators()


@pytest.fixture(scope="module")
def newcomer(chromium: Browser, server: Server) -> Iterator[Page]:
    """Return the page of an English reader before the first click; then it is the page of `owner`."""
    with visits(chromium, server) as opened:
        yield opened("?lang=en")


@pytest.fixture(scope="module")
def owner(newcomer: Page) -> Page:
    """Return the page of an English reader who has trained a generator and drawn 1,000 rows."""
    page = newcomer
    generate(page)
    expect(progress(page)).to_contain_text(re.compile(r"epoch \d+.*validation loss \d+\.\d{3}", re.S))
    expect(page.get_by_text("Your generator drew these 1,000 rows.")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def at_night(chromium: Browser, server: Server) -> Iterator[Page]:
    """Return the page of a reader who asks for no language, and whose machine is set to dark mode."""
    with visits(chromium, server) as opened:
        yield opened(color_scheme="dark")


@pytest.mark.smoke
def test_before_the_first_click_the_bundled_table_is_shown_and_no_section_is_empty(newcomer: Page) -> None:
    page = newcomer
    expect(page.get_by_text("This table ships with the project")).to_be_visible()
    expect(page.get_by_text("1,000 rows from a generator trained on 3,617 rows")).to_be_visible()
    tables = page.locator("marimo-table").get_by_role("table")
    for place in range(2):
        expect(tables.nth(place).get_by_role("row")).to_have_count(1 + 5)
    expect(chart(page, "Age (years)")).to_be_visible()
    expect(page.locator(".sh-person tbody tr")).to_have_count(8)
    expect(page.get_by_text("Even the closest real person differs by")).to_be_visible()
    expect(progress(page)).to_have_count(0)
    expect(page.get_by_text("Verdict: Pass.")).to_be_visible()
    expect(assessment(page)).to_have_count(0)
    expect(page.get_by_text("picks the real one").first).to_be_visible()
    page.get_by_role("button", name=re.compile(r"All \d+ measures")).click()
    expect(page.get_by_role("row", name="All columns together")).to_be_visible()
    expect(chart(page, "Performance on the holdout")).to_be_visible()
    expect(
        page.get_by_text("No leak was found, and the data is useful. Sharing is your decision.").first
    ).to_be_visible()


STEPS = {
    "1": ("3 facts leave 93 % of these people standing alone",),
    "2": ("The same crowd: in these two columns about as close to the training rows as unseen people.",),
    "3": ("Which column is copied worst?",),
    "4": (
        "The copy zone: 4 in 1,000 synthetic rows, 4 in 1,000 unseen people",
        "Being in the training data makes no provable difference",
        "A table that leaks",
        "The alarm was tested: it sounds from 31",
    ),
    "break": ("No leak was made yet: 0 of 10 tests sound the alarm",),
}  # fmt: skip


def test_each_step_has_its_pictures_open_and_its_code_on_show_and_little_is_folded(newcomer: Page) -> None:
    page = newcomer
    expect(page.get_by_text("Verdict: Pass.")).to_be_visible()
    for titles in STEPS.values():
        for title in titles:
            expect(picture(page, title).first).to_be_visible()
            expect(picture(page, title).get_by_role("img").first).to_be_visible()
    for call in ("load_bank_marketing(", "unique_share(", "train_generator", "generator.sample(", "assess"):
        expect(page.locator("marimo-code-editor .cm-content").filter(has_text=call).first).to_be_visible()
    folds = page.locator("marimo-accordion, details.sh-glossary")
    wait_for(lambda: folds.count() <= 8)


def test_it_speaks_japanese_unless_the_address_asks_for_english(at_night: Page, newcomer: Page) -> None:
    japanese, english = at_night, newcomer
    expect(japanese.get_by_role("heading", level=1)).to_have_text("合成データで、データを安全に共有する")
    headings = japanese.get_by_role("heading")
    wait_for(lambda: all(JAPANESE.search(text) for text in headings.all_inner_texts() if text.strip()))
    expect(english.get_by_role("heading", level=1)).to_have_text("Share data safely with synthetic data")
    wait_for(lambda: not JAPANESE.search(prose(english)))


@pytest.mark.smoke
def test_a_click_trains_and_marks_the_table_as_the_readers_own(owner: Page) -> None:
    expect(owner.get_by_text("It was trained on 3,617 real rows")).to_be_visible()
    expect(owner.get_by_text("This table ships with the project")).to_have_count(0)
    expect(progress(owner)).to_have_count(0)


def test_the_readers_own_table_is_assessed(owner: Page) -> None:
    expect(owner.get_by_text("Verdict: ")).to_be_visible()
    expect(owner.get_by_text("Not proven:")).to_be_visible()
    expect(assessment(owner)).to_have_count(0)


def test_planting_real_customers_turns_it_red_and_says_who_noticed(owner: Page) -> None:
    expect(owner.get_by_text("Nothing is planted yet.")).to_be_visible()
    expect(owner.get_by_role("slider")).to_have_count(1)
    unlock(owner)
    share = owner.get_by_role("slider").nth(1)
    share.press("End")
    expect(owner.get_by_text("20 % of the 1,000 synthetic rows are now real people")).to_be_visible()
    expect(owner.get_by_text("Noticed by: Identical rows")).to_be_visible()
    expect(picture(owner, "People from the training data can be picked out").first).to_be_visible()
    unfold(owner, "All measures and sizes")
    expect(owner.get_by_role("row", name="Identical rows 20.00")).to_be_visible()
    expect(chart(owner, "Which measure notices the leak")).to_be_visible()
    owner.get_by_role("radio", name="Training table with noise").click()
    expect(owner.get_by_text("rows are the training table itself")).to_be_visible()


def test_table_report_and_evidence_can_be_taken_along(owner: Page) -> None:
    recipient = owner.get_by_label("Recipient")
    recipient.fill("Vendor <Ltd.>")
    recipient.press("Tab")
    # Until the page knows, the report has a line to write on.
    wait_for(lambda: "Vendor &lt;Ltd.&gt;" in download(owner, "Appendix: the report (HTML)")[1])
    name, report = download(owner, "Appendix: the report (HTML)")
    assert name == "privacy-report-en.html"
    assert '<html lang="en">' in report
    name, letter = download(owner, "Download the letter")
    assert name == "letter-en.html"
    assert "Vendor &lt;Ltd.&gt;" in letter
    preview = owner.frame_locator("iframe.sh-letter")
    expect(preview.get_by_text("Vendor <Ltd.>")).to_be_visible()
    expect(preview.locator("svg.picture")).to_have_count(3)
    name, table = download(owner, "Synthetic table (CSV)")
    assert "SYNTHETIC" in name
    assert len(table.splitlines()) == 1 + 1_000
    name, evidence = download(owner, "Evidence (JSON)")
    assert json.loads(evidence)["rows"]["synthetic"] == 1_000


def test_the_chart_follows_the_column(owner: Page) -> None:
    selector = column_menu(owner)
    for column, title in (("job", "Job"), ("balance", "Average yearly balance"), ("age", "Age (years)")):
        selector.select_option(column)
        expect(chart(owner, title)).to_be_visible()


def column_menu(page: Page) -> Locator:
    """Return the menu of columns above the first chart."""
    return page.get_by_label(re.compile("^(列|Column)$")).first


def test_another_person_is_another_person(owner: Page) -> None:
    person = owner.locator(".sh-person")
    before = person.inner_text()
    press(owner, "Another row")
    expect(person).not_to_have_text(before, use_inner_text=True)


def test_another_language_keeps_table_column_and_person(owner: Page) -> None:
    column_menu(owner).select_option("job")
    expect(chart(owner, "Job")).to_be_visible()
    owner.get_by_role("radio", name="Training table with noise").click()
    expect(owner.get_by_text("rows are the training table itself")).to_be_visible()
    cells = owner.locator(".sh-person td:nth-child(2)").all_inner_texts()

    click(owner.get_by_role("radio", name="日本語"))
    expect(owner.get_by_text("あなたの生成器が作った 1,000 行です。")).to_be_visible()
    expect(chart(owner, "職業")).to_be_visible()
    # The evidence is there at once: nothing is assessed again.
    expect(owner.get_by_text("判定：")).to_be_visible()
    expect(owner.get_by_text("学習データそのものです")).to_be_visible()
    expect(owner).to_have_url(re.compile(r"lang=ja"))
    expect(column_menu(owner)).to_have_value("job")
    expect(owner.locator(".sh-person td:nth-child(2)")).to_have_text(cells, use_inner_text=True)

    click(owner.get_by_role("radio", name="English"))
    expect(owner.get_by_text("Your generator drew these 1,000 rows.")).to_be_visible()
    expect(owner).to_have_url(re.compile(r"lang=en"))
    wait_for(lambda: not JAPANESE.search(prose(owner)))


@pytest.mark.seldom
def test_other_rows_take_no_other_training(owner: Page, server: Server) -> None:
    server.forget_generators()
    how_it_was_trained = re.compile(r"It was trained on 3,617 real rows: \d+ epochs in \d+ s")
    before = owner.get_by_text(how_it_was_trained).inner_text()
    slider = owner.get_by_role("slider").first
    for key, rows in (("Home", "100"), ("End", "5,000")):
        slider.press(key)
        expect(owner.get_by_text(f"Your generator drew these {rows} rows.")).to_be_visible()
        expect(owner.get_by_text(how_it_was_trained)).to_have_text(before.replace("1,000", rows))
    # The newest table is the one that is assessed.
    unfold(owner, "Why this verdict")
    expect(owner.get_by_text(" of 5,000) had been exact copies of training rows").last).to_be_visible()


@pytest.fixture(scope="module")
def two(chromium: Browser, server: Server) -> Iterator[tuple[Page, Page]]:
    """Return the pages of an English and a Japanese reader, who get no generator of their own for a while."""
    with visits(chromium, server) as opened:
        yield opened("?lang=en"), opened()


@pytest.mark.usefixtures("untrained")
def test_cancel_leaves_the_table_and_the_next_click_trains_again(two: tuple[Page, Page]) -> None:
    page, _ = two
    for _ in range(2):
        generate(page)
        until_first_epoch(page)
        press(page, "Cancel")
        expect(progress(page)).to_have_count(0)
        expect(page.get_by_text("The training was cancelled and its result was discarded.")).to_be_visible()
        # What was there for the time being stays.
        expect(page.get_by_text("3,617 real rows: a Gaussian copula, in less than a second")).to_be_visible()


@pytest.mark.usefixtures("untrained")
@pytest.mark.seldom
def test_the_model_so_far_can_be_used_and_the_next_click_trains_again(visit: Visit) -> None:
    page = visit("?lang=en")
    generate(page)
    until_first_epoch(page)
    press(page, "Use the result so far")
    expect(page.get_by_text("stopped by you; the best model so far is used")).to_be_visible()
    generate(page)
    until_first_epoch(page)
    press(page, "Cancel")
    expect(progress(page)).to_have_count(0)
    expect(page.get_by_text("stopped by you; the best model so far is used")).to_be_visible()


@pytest.mark.usefixtures("untrained")
def test_a_failure_is_told_in_the_readers_language_and_the_next_click_trains(
    two: tuple[Page, Page], server: Server
) -> None:
    _, page = two
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
    press(page, "中止")
    expect(progress(page)).to_have_count(0)


@pytest.mark.usefixtures("untrained")
def test_visitors_wait_for_each_other_and_keep_their_own_language_and_table(
    two: tuple[Page, Page],
) -> None:
    first, second = two
    generate(first)
    until_first_epoch(first)
    generate(second)
    expect(progress(second)).to_contain_text("待機中：別の学習が実行されています（前に 1 件）")
    # The one ahead has had its first epoch, so that it is known how long it still takes.
    expect(second.get_by_text(re.compile(r"あと約 \d+ 秒で順番が来ます"))).to_be_visible()
    expect(second.get_by_role("button", name="ここまでの結果を使う")).to_have_count(0)
    press(second, "中止")
    expect(progress(second)).to_have_count(0)
    expect(progress(first)).to_contain_text("epoch")
    press(first, "Use the result so far")
    expect(first.get_by_text("Your generator drew these 1,000 rows.")).to_be_visible()
    expect(second.get_by_text("（ガウスコピュラ、1 秒未満）")).to_be_visible()


@pytest.mark.usefixtures("untrained")
def test_a_closed_page_makes_way_for_the_next_training(two: tuple[Page, Page]) -> None:
    first, second = two
    generate(first)
    until_first_epoch(first)
    first.close()
    generate(second)
    # Had the first training ended by itself, the second reader would have got its generator, and no epoch.
    until_first_epoch(second)
    press(second, "中止")
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


UNFOLDED = {
    "?lang=en": ("All measures and sizes", "All 116 measures"),
    "?lang=ja": ("すべての指標と、ほかの量", "すべての指標（116 個）"),
}


@pytest.mark.parametrize(
    ("query", "last"), [("?lang=en", "Which measure notices the leak"), ("?lang=ja", "どの指標が")]
)
def test_a_phone_shows_every_number_and_title_without_sideways_scrolling(
    visit: Visit, query: str, last: str
) -> None:
    page = visit(query, viewport={"width": 360, "height": 740})
    for title in UNFOLDED[query]:
        unfold(page, title)
    expect(page.locator("marimo-table").get_by_role("table")).to_have_count(3)
    expect(chart(page, last)).to_be_visible()
    wait_for(lambda: page.evaluate("document.documentElement.scrollWidth") <= 360)
    wait_for(lambda: page.evaluate(OFF_SCREEN) == [])


def test_dark_mode_is_dark(at_night: Page) -> None:
    page = at_night
    label = chart(page, "年齢（歳）").locator(".role-axis-label text").first
    wait_for(lambda: max(colour(page.locator("body"), "backgroundColor")) < 64)
    wait_for(lambda: min(colour(page.locator("body"), "color")) > 192)
    wait_for(lambda: min(colour(label, "fill")) > 128)


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


def test_a_screen_reader_is_told_names_values_and_the_language(at_night: Page) -> None:
    page = at_night
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    page.get_by_role("radio", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("radio", name="Training table with noise").click()
    unlock(page)
    for name, value in (("Rows", "1000"), ("Strength (%)", "30")):
        expect(page.get_by_role("slider", name=name)).to_have_attribute("aria-valuenow", value)
    for name in ("言語 / Language", "Leak"):
        expect(page.get_by_role("group", name=name)).to_be_visible()
    wait_for(lambda: all(accessible_name(page, box) for box in page.get_by_role("textbox").all()))
    # What is said there is heard only if the place for it was there before.
    expect(page.get_by_role("status").first).to_be_attached()


def accessible_name(page: Page, element: Locator) -> str:
    label = "element => element.ariaLabel || element.placeholder || (element.labels?.[0]?.textContent ?? '')"
    return str(element.evaluate(label))


SCROLLS_INSIDE = """() => [...document.querySelectorAll(".output-area, .output-area *")].filter(element => {
    const style = getComputedStyle(element);
    return style.overflowY !== "visible" && element.scrollHeight > element.clientHeight + 1
        && element.clientHeight > 1 && style.display !== "inline";
}).map(element => `${element.scrollHeight} > ${element.clientHeight}: ${element.innerText}`)"""


@pytest.fixture(scope="module")
def editor(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start ``marimo edit app.py`` with the stand-in: nobody trains there."""
    with serve(tmp_path_factory.mktemp("editor"), "edit", PYTHONPATH=str(STAND_IN)) as running:
        yield running


@pytest.mark.smoke
def test_in_the_editor_no_output_is_cut_none_traps_the_wheel_and_the_address_decides_the_language(
    chromium: Browser, editor: Server
) -> None:
    with visits(chromium, editor) as visit:
        page = visit("?lang=en")
        expect(page.get_by_text("Verdict: Pass.")).to_be_visible()
        wait_for(lambda: page.locator(".output-area").count() > 10)
        wait_for(lambda: page.evaluate(SCROLLS_INSIDE) == [])
        top = "document.getElementById('App').scrollTop"
        heading = page.get_by_role("heading", name="Step 4: Privacy check")
        heading.scroll_into_view_if_needed()
        heading.hover()
        before = page.evaluate(top)
        page.mouse.wheel(0, 3_000)
        wait_for(lambda: page.evaluate(top) > before + 2_500)

        # Opened again, the kernel is there already, in English: the address decides.
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


@pytest.mark.seldom
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
        server.process.wait(timeout=120)
    # A worker that still imports its engine notices once it is done.
    _, left = psutil.wait_procs(engines, timeout=180)
    assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_of_the_report_fills_one_sheet_of_paper(chromium: Browser, language: Language) -> None:
    found = bundled_findings().evidence
    page = chromium.new_page()
    outcomes: tuple[Outcome, ...] = ("pass", "review", "fail")
    for outcome in outcomes:
        verdict = replace(found.privacy.verdict, outcome=outcome)
        html = replace(found, privacy=replace(found.privacy, verdict=verdict)).to_html(language)
        page.set_content(html)
        expect(page.locator(".first-page svg.picture")).to_have_count(3)
        everything = pages(page)
        page.evaluate("document.querySelectorAll('nav, section').forEach(element => element.remove())")
        assert pages(page) == 1
        assert everything > 5
    page.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_is_one_sheet_of_paper_filled_in_or_not(chromium: Browser, language: Language) -> None:
    found = bundled_findings().evidence
    texts = statements(found, language)
    filled = About(
        data="A" * 90, recipient="B" * 60, purpose="C" * 120, prepared_by="D" * 60,
        statements=tuple(texts[name] for name in TRUE),
    )  # fmt: skip
    page = chromium.new_page()
    outcomes: tuple[Outcome, ...] = ("pass", "review", "fail")
    for outcome in outcomes:
        verdict = replace(found.privacy.verdict, outcome=outcome)
        evidence = replace(found, privacy=replace(found.privacy, verdict=verdict))
        for about in (About(), filled):
            page.set_content(letter_html(evidence, language, about))
            expect(page.locator("svg.picture")).to_have_count(3)
            assert pages(page) == 1
    page.close()


def pages(page: Page) -> int:
    return len(re.findall(rb"/Type /Page\b", page.pdf(format="A4", prefer_css_page_size=True)))
