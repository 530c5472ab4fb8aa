"""Rows on demand, as somebody with a mouse asks for them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from browsing import Server, click, generate, press, serve, unfold, visits
from engines import STAND_IN
from playwright.sync_api import Browser, Page, expect

from synth_handson.locales import Language, get_text
from synth_handson.notebook.upload import VARIABLE

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # With the stand-in, as nobody trains the engine there.
    own = {VARIABLE: "1", "PYTHONPATH": str(STAND_IN)}
    with serve(tmp_path_factory.mktemp("on-demand"), **own) as running:
        yield running
        assert "Traceback" not in running.log.read_text()


class Asker:
    """Somebody who asks for rows in one language."""

    def __init__(self, page: Page, language: Language) -> None:
        self.page, self.language = page, language

    def translate(self, key: str, **values: object) -> str:
        return get_text(self.language, f"generate.{key}", **values)

    def learn(self, engine: str) -> None:
        self.page.get_by_label(self.translate("engine"), exact=True).select_option(self.translate(engine))
        generate(self.page)
        expect(
            self.page.get_by_text(self.translate("origin_trained").split("{")[0].strip("*"))
        ).to_be_visible()

    def choose(self, value: str) -> None:
        menu = self.page.locator("marimo-multiselect").filter(has_text=self.translate("given"))
        click(menu.locator("button").first)
        self.page.get_by_role("option", name=value).click()
        self.page.keyboard.press("Escape")

    def share(self, column: str, **percent: int) -> None:
        click(self.page.get_by_role("tab", name=column, exact=True))
        for value, share in percent.items():
            field = self.page.locator("marimo-number").filter(has_text=f"{value} (%)").locator("input").first
            field.fill(str(share))
            field.press("Tab")

    def draw(self) -> None:
        press(self.page, self.translate("ask_button"))

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()


@pytest.mark.parametrize("language", ["en", pytest.param("ja", marks=pytest.mark.seldom)])
def test_what_is_asked_for_is_drawn_and_measured_among_those_who_have_it(
    chromium: Browser, server: Server, language: Language
) -> None:
    with visits(chromium, server) as visit:
        page = visit(f"?lang={language}")
        asker = Asker(page, language)
        asker.learn("name_copula")

        # Too few people: nothing is drawn, and what was there stays.
        asker.choose("job = student")
        asker.draw()
        asker.sees(
            get_text(language, "errors.given_few").split("{minimum}")[1].split("{nearest}")[0].strip(" ;")
        )
        expect(page.get_by_text("1,000").first).to_be_visible()

        # All the same: drawn, and said how many they are.
        page.get_by_role("checkbox", name="even_if_few").click()
        asker.draw()
        asker.sees("--given job=student --even-if-few")
        asker.sees("{'job': ['student']}")
        asker.sees("71")
        asker.sees({"en": "Verdict: Review.", "ja": "判定：要検討。"}[language])

        # Other shares, which do not add up at first.
        asker.choose("job = student")
        asker.share("y", no=60, yes=50)
        asker.draw()
        asker.sees(get_text(language, "errors.shares_total", column="y", total=1.1))
        asker.share("y", no=50)
        asker.draw()
        asker.sees("--shares y:no=0.5,yes=0.5")
        asker.sees("y = no (50 %); y = yes (50 %)")
        values = page.locator("marimo-table").nth(1).locator("tbody tr td:last-child")
        expect(values.first).to_have_text(re.compile("yes|no"))

        # What was chosen outlives another language.
        other: Language = "en" if language == "ja" else "ja"
        click(page.get_by_role("radio", name={"ja": "日本語", "en": "English"}[other]))
        translated = Asker(page, other)
        as_they_come = page.get_by_role("tab", name=translated.translate("shares_none"), exact=True)
        expect(as_they_come).to_be_visible()
        expect(page.get_by_role("tab", name="y", exact=True)).to_have_attribute("aria-selected", "true")
        click(as_they_come)
        translated.draw()
        expect(page.get_by_text("--shares y:no=0.5,yes=0.5")).to_have_count(0)


def test_a_table_of_ones_own_can_be_asked_of_as_well(
    chromium: Browser, server: Server, bank: pd.DataFrame, tmp_path: Path
) -> None:
    own = tmp_path / "clients.csv"
    bank[["age", "marital", "education", "housing"]].head(1_500).to_csv(own, index=False)
    with visits(chromium, server) as visit:
        page = visit("?lang=en")
        unfold(page, "Use your own table")
        page.locator("input[type=file]").set_input_files(own)
        press(page, "Use this table")
        asker = Asker(page, "en")
        asker.learn("name_trees")
        asker.choose("marital = single")
        asker.draw()
        asker.sees("--given marital=single")
        asker.sees("Asked for: marital = single.")
