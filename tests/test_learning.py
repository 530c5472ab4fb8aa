"""The whole lesson, and a reader's own table, as somebody with a mouse goes through them."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import palmerpenguins
import pandas as pd
import pytest
from browsing import (
    Server,
    chart,
    download,
    generate,
    press,
    prose,
    serve,
    unfold,
    visits,
    wait_for,
)
from playwright.sync_api import Browser, Locator, Page, expect

from synth_handson.locales import Language, get_text
from synth_handson.notebook.bundled import bundled_tables
from synth_handson.notebook.exercises.generate import RealOrMade
from synth_handson.notebook.exercises.letter import ORDER, TRUE
from synth_handson.notebook.upload import VARIABLE

pytestmark = pytest.mark.browser

PENGUINS = Path(palmerpenguins.__file__).parent / "data" / "penguins-raw.csv"


@pytest.fixture(scope="module")
def server(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("lesson"), **{VARIABLE: "1"}) as running:
        yield running
        assert "Traceback" not in running.log.read_text()


class Learner:
    """Somebody who goes through the lesson in one language."""

    def __init__(self, page: Page, language: Language) -> None:
        self.page = page
        self.language = language

    def say(self, key: str) -> str:
        return get_text(self.language, f"exercises.{key}")

    def exercise(self, number: int) -> Locator:
        return self.page.locator(f"#exercise-{number}")

    def unfold(self, number: int) -> Locator:
        exercise = self.exercise(number)
        unfold(exercise, self.say("guess"))
        return exercise

    def commit(self, number: int, outcome: str, teaches: str = "") -> None:
        exercise = self.exercise(number)
        exercise.get_by_role("button", name=self.say("commit")).click()
        expect(exercise.get_by_text(self.say(outcome).strip("*")).first).to_be_visible()
        if teaches:
            expect(exercise.get_by_text(self.say(teaches)[:30])).to_be_visible()

    def choose(self, number: int, *options: str, exact: bool = False) -> None:
        exercise = self.unfold(number)
        for option in options:
            exercise.get_by_role("radio", name=option, exact=exact).click()

    def answer(self, number: int, outcome: str, *options: str, teaches: str = "") -> None:
        self.choose(number, *(self.say(option) for option in options))
        self.commit(number, outcome, teaches)


def find_yourself(learner: Learner) -> None:
    learner.choose(1, "5", exact=True)
    learner.commit(1, "wrong", "find_fewer")
    learner.choose(1, "2", exact=True)
    learner.commit(1, "right")


def real_or_made(learner: Learner) -> None:
    exercise = learner.unfold(2)
    for number in RealOrMade.of(bundled_tables()).made:
        exercise.get_by_role("checkbox").nth(number).click()
    learner.commit(2, "done")
    expect(exercise.get_by_text(re.compile(r"\b10\b.*0\.548|1\.00")).first).to_be_visible()


def one_question_each(learner: Learner) -> None:
    learner.answer(3, "wrong", "again_trains_a", teaches="again_trains_a_why")
    learner.answer(3, "right", "again_trains_b")
    learner.answer(4, "wrong", "missing_range_a", "missing_why_a", teaches="missing_why_a_why")
    learner.answer(4, "right", "missing_range_b", "missing_why_b")
    learner.answer(6, "wrong", "accuracy_use_a", teaches="accuracy_use_a_why")
    learner.answer(6, "right", "accuracy_use_b")


def worst_column_and_pair(learner: Learner) -> None:
    heat_map = chart(learner.page, get_text(learner.language, "charts.pair_title"))
    expect(heat_map).to_have_count(0)
    exercise = learner.unfold(5)
    balance, y = (get_text(learner.language, f"charts.column_{name}") for name in ("balance", "y"))
    column, pair = (
        exercise.get_by_label(learner.say(f"worst_{name}"), exact=True) for name in ("column", "pair")
    )
    column.select_option(y)
    pair.select_option(index=2)
    learner.commit(5, "wrong")
    expect(heat_map).to_be_visible()
    learner.unfold(5)
    column.select_option(balance)
    pair.select_option(f"{balance} × {y}")
    learner.commit(5, "right")


def leaks(learner: Learner) -> None:
    exercise = learner.unfold(7)
    exercise.get_by_role("radio", name="20 %").first.click()
    exercise.get_by_role("radio", name="1 %").last.click()
    learner.commit(7, "wrong", "dose_identical_sharper")
    learner.unfold(7)
    exercise.get_by_role("radio", name="1 %").first.click()
    exercise.get_by_role("radio", name="5 %").last.click()
    learner.commit(7, "right")
    fool = learner.exercise(8)
    expect(fool.get_by_text("☑")).to_have_count(0)
    learner.page.get_by_role("slider").nth(1).press("ArrowRight")
    expect(fool.get_by_text("☑")).to_have_count(1)
    learner.page.get_by_role("radio", name=get_text(learner.language, "dose.choice_disguised")).click()
    expect(fool.get_by_text("☑")).to_have_count(2)
    expect(fool.get_by_text(learner.say("fool_reveal")[:30])).to_be_visible()


def bug_hunt(learner: Learner) -> None:
    learner.choose(9, "A", exact=True)
    learner.answer(9, "wrong", "hunt_how_a", teaches="hunt_how_a_why")
    learner.choose(9, "C", exact=True)
    learner.answer(9, "right", "hunt_how_c")


def write_to_legal(learner: Learner) -> None:
    boxes = learner.unfold(10).get_by_role("checkbox")
    boxes.nth(ORDER.index("anonymous")).click()
    boxes.nth(ORDER.index("identical")).click()
    learner.commit(10, "wrong", "letter_anonymous_why")
    learner.unfold(10)
    for name in ("anonymous", *(name for name in TRUE if name != "identical")):
        boxes.nth(ORDER.index(name)).click()
    learner.commit(10, "right")


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.seldom)])
def test_the_whole_lesson_with_wrong_and_right_answers(
    chromium: Browser, server: Server, language: Language
) -> None:
    with visits(chromium, server) as visit:
        page = visit(f"?lang={language}")
        learner = Learner(page, language)
        find_yourself(learner)
        real_or_made(learner)
        one_question_each(learner)
        worst_column_and_pair(learner)
        leaks(learner)
        bug_hunt(learner)
        write_to_legal(learner)
        card = page.locator(".sh-measures").filter(has_text=learner.say("card_head_standing"))
        once, later, done = (learner.say(f"card_{name}") for name in ("first", "later", "done"))
        results = [later, done, later, later, later, later, later, once, later, later]
        expect(card.locator("td:last-child")).to_have_text(results)

        name, taken = download(page, learner.say("card_download"))
        assert name == f"take-home-{language}.html"
        assert taken.count(later) == 8
        report = download(page, get_text(language, "story.download_report"))[1]
        assert get_text(language, "report.shared_statements") in report
        assert learner.say("letter_anonymous") not in report

        # Another language asks the same, and nothing that was answered is lost.
        other: Language = "en" if language == "ja" else "ja"
        page.get_by_role("radio", name={"ja": "日本語", "en": "English"}[other]).click()
        translated = Learner(page, other)
        expect(page.get_by_text(translated.say("card_later")).first).to_be_visible()
        expect(page.get_by_text(translated.say("letter_reveal")[:20])).to_be_visible()
        expect(translated.exercise(8).get_by_text("☑")).to_have_count(2)
        expect(page.get_by_text(learner.say("card_later"))).to_have_count(0)


BANKS = re.compile(r"bank|customer|euro|deposit|UCI|Exercise", re.I)


def test_a_table_of_ones_own_goes_the_four_steps(chromium: Browser, server: Server) -> None:
    with visits(chromium, server) as visit:
        page = visit("?lang=en")
        unfold(page, "A table of your own")
        page.locator("input[type=file]").set_input_files(PENGUINS)
        expect(
            page.get_by_text("344 rows, 17 columns. Learned: 16. Held out for measuring: 100 rows.")
        ).to_be_visible()
        unfold(page, "Something was understood wrongly?")
        page.get_by_label("Read “Sample Number” as").select_option("text")
        expect(page.get_by_text("344 rows, 17 columns. Learned: 15.")).to_be_visible()
        page.get_by_label("To be predicted (target)").select_option("Species")
        press(page, "Use this table")
        expect(page.get_by_role("heading", name="Step 1: Your table")).to_be_visible()
        expect(page.get_by_text("Not learned: Sample Number")).to_be_visible()
        assert not BANKS.search(prose(page).replace("Back to Bank Marketing", ""))

        page.get_by_label("Engine", exact=True).select_option("Sequential trees")
        generate(page)
        expect(page.get_by_text("Your generator drew these 1,000 rows.")).to_be_visible()
        expect(page.get_by_text("Verdict: ")).to_be_visible()
        expect(page.get_by_text("Even the closest real person")).to_be_visible()
        assert not BANKS.search(prose(page).replace("Back to Bank Marketing", ""))
        name, table = download(page, "Synthetic table (CSV)")
        assert name == "penguins-raw-SYNTHETIC.csv"
        # It numbers animals that were seen more than once: made anew, and none is a real one.
        made, real = pd.read_csv(StringIO(table)), pd.read_csv(PENGUINS)
        assert set(made["Individual ID"].dropna()).isdisjoint(real["Individual ID"])
        report = download(page, "Report (HTML)")[1]
        assert "penguins-raw.csv" in report
        assert not re.search("Bank Marketing|customers", report)
        # Nothing of it stays on the disk, and what is learned of it is not kept for others.
        wait_for(lambda: not list(server.home.glob("upload-*")))
        assert not list(server.home.glob("generators/*"))

        press(page, "Back to Bank Marketing")
        expect(page.get_by_text("This table ships with the project")).to_be_visible()
        expect(page.get_by_text("Verdict: Pass.")).to_be_visible()


def test_terms_are_explained_and_what_cannot_be_used_is_told(
    chromium: Browser, server: Server, tmp_path: Path
) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_text("a,b\n" + "1,x\n2,y\n" * 75)
    large.write_text("a,b\n" + "1,x\n" * 300_000)
    with visits(chromium, server) as visit:
        page = visit("?lang=en")
        expect(page.locator("#g-holdout")).not_to_be_visible()
        page.get_by_role("link", name="holdout").first.click()
        expect(page.locator("#g-holdout")).to_be_in_viewport()
        unfold(page, "A table of your own")
        page.locator("input[type=file]").set_input_files(small)
        press(page, "Use this table")
        expect(page.get_by_text("The table has 150 rows, and 200 are needed")).to_be_visible()
        # The bank's page is still there.
        expect(page.get_by_text("Verdict: Pass.")).to_be_visible()
        page.locator("input[type=file]").set_input_files(large)
        expect(page.get_by_text("large.csv (File is larger than 1000000 bytes)").first).to_be_visible()
        expect(page.get_by_text("large.csv: ")).to_have_count(0)
        press(page, "Forget it")
        expect(page.get_by_role("button", name="A table of your own")).to_be_visible()
