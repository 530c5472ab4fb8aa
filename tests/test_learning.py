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
    click,
    download,
    generate,
    press,
    serve,
    unfold,
    visits,
    wait_for,
)
from engines import STAND_IN
from playwright.sync_api import Browser, Locator, Page, expect

from synth_handson.locales import Language, get_text
from synth_handson.notebook.bundled import bundled_tables
from synth_handson.notebook.exercises.generate import RealOrMade
from synth_handson.notebook.exercises.letter import ORDER, TRUE
from synth_handson.notebook.exercises.score_card import EXERCISES
from synth_handson.notebook.upload import VARIABLE

pytestmark = pytest.mark.browser

PENGUINS = Path(palmerpenguins.__file__).parent / "data" / "penguins-raw.csv"


@pytest.fixture(scope="module")
def server(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # With the stand-in, as nobody trains the engine there.
    own = {VARIABLE: "1", "PYTHONPATH": str(STAND_IN)}
    with serve(tmp_path_factory.mktemp("lesson"), **own) as running:
        yield running
        assert "Traceback" not in running.log.read_text()


@pytest.fixture(scope="module")
def reader(chromium: Browser, server: Server) -> Iterator[Page]:
    """Return the page of somebody who reads English, and goes on there from one test to the next."""
    with visits(chromium, server) as visit:
        yield visit("?lang=en")


class Learner:
    """Somebody who goes through the lesson in one language."""

    def __init__(self, page: Page, language: Language) -> None:
        self.page = page
        self.language = language

    def translate(self, key: str) -> str:
        return get_text(self.language, f"exercises.{key}")

    def exercise(self, name: str) -> Locator:
        return self.page.locator(f"#exercise-{EXERCISES.index(name) + 1}")

    def check(self, name: str, outcome: str, teaches: str = "") -> None:
        exercise = self.exercise(name)
        exercise.get_by_role("button", name=self.translate("check")).click()
        expect(exercise.get_by_text(self.translate(outcome).strip("*")).first).to_be_visible()
        if teaches:
            self.sees(name, teaches)

    def sees(self, name: str, text: str) -> None:
        expect(self.exercise(name).get_by_text(self.words(text)).first).to_be_visible()

    def does_not_see(self, name: str, text: str) -> None:
        expect(self.exercise(name).get_by_text(self.words(text))).to_have_count(0)

    def words(self, key: str) -> str:
        """Return the longest part of a text that no number, and no markup, interrupts."""
        return max(re.split(r"[{}*`]", re.sub(r"\{.*?\}", "{", self.translate(key))), key=len).strip()

    def choose(self, name: str, *options: str, exact: bool = True) -> None:
        for option in options:
            self.exercise(name).get_by_role("radio", name=option, exact=exact).click()

    def answer(self, name: str, outcome: str, *options: str, teaches: str = "") -> None:
        self.choose(name, *(self.translate(option) for option in options))
        self.check(name, outcome, teaches)


def find_yourself(learner: Learner) -> None:
    learner.choose("find", "5")
    learner.check("find", "wrong", "find_fewer")
    # A miss says why it tempts, and not which columns it takes.
    learner.does_not_see("find", "find_reveal")
    columns = learner.exercise("find").get_by_label(learner.translate("find_columns"))
    columns.click()
    for column in ("age", "duration"):
        learner.page.locator("[cmdk-item]").filter(has_text=column).click()
    learner.page.keyboard.press("Escape")
    learner.sees("find", "find_found")
    learner.choose("find", "2")
    learner.check("find", "right", "find_reveal")


def real_or_made(learner: Learner) -> None:
    exercise = learner.exercise("made")
    for number in RealOrMade.of(bundled_tables()).made:
        exercise.get_by_role("checkbox").nth(number - 1).click()
    learner.check("made", "done", "made_marked")
    expect(exercise.locator(".sh-rows li")).to_have_count(10)
    expect(exercise.locator(".sh-rows .sh-marked")).to_have_count(20)


def one_question_each(learner: Learner) -> None:
    learner.answer("missing", "wrong", "missing_range_same", teaches="missing_range_same_why")
    learner.sees("missing", "again")
    expect(learner.exercise("missing").get_by_text("?", exact=True)).to_have_count(1)
    learner.answer("missing", "right", "missing_range_narrower", teaches="missing_reveal")
    expect(learner.exercise("missing").get_by_text("?", exact=True)).to_have_count(0)
    # The second miss tells, too; what always saying no is worth would have told.
    learner.does_not_see("accuracy", "accuracy_bar_never")
    learner.answer("accuracy", "wrong", "accuracy_use_useful", teaches="accuracy_use_useful_why")
    learner.does_not_see("accuracy", "accuracy_reveal")
    learner.answer("accuracy", "wrong", "accuracy_use_useless", teaches="accuracy_use_useless_why")
    learner.sees("accuracy", "accuracy_reveal")
    learner.sees("accuracy", "accuracy_bar_never")
    learner.answer("rules", "wrong", "rules_share_none", teaches="rules_fewer")
    expect(learner.exercise("rules").get_by_text("?", exact=True)).to_have_count(3)
    learner.answer("rules", "right", "rules_share_40", teaches="rules_reveal")
    expect(learner.exercise("rules").get_by_text("?", exact=True)).to_have_count(0)


def worst_column(learner: Learner) -> None:
    heat_map = chart(learner.page, get_text(learner.language, "charts.pair_title"))
    balance, y = (get_text(learner.language, f"charts.column_{name}") for name in ("balance", "y"))
    learner.choose("worst", y)
    learner.check("worst", "wrong", "worst_wrong")
    expect(heat_map).to_have_count(0)
    learner.choose("worst", balance)
    learner.check("worst", "right", "worst_reveal")
    expect(heat_map).to_be_visible()


def leaks(learner: Learner) -> None:
    exercise = learner.exercise("smallest_leak")
    exercise.get_by_role("radio", name="200", exact=True).first.click()
    exercise.get_by_role("radio", name="10", exact=True).last.click()
    learner.check("smallest_leak", "wrong", "smallest_leak_identical_sharper")
    exercise.get_by_role("radio", name="10", exact=True).first.click()
    exercise.get_by_role("radio", name="50", exact=True).last.click()
    learner.check("smallest_leak", "right", "smallest_leak_reveal")
    expect(exercise.get_by_text("☑")).to_have_count(0)
    learner.page.get_by_role("slider").nth(1).press("ArrowRight")
    expect(exercise.get_by_text("☑")).to_have_count(1)
    learner.page.get_by_role(
        "radio", name=get_text(learner.language, "leak_simulation.choice_disguised")
    ).click()
    expect(exercise.get_by_text("☑")).to_have_count(2)
    learner.sees("smallest_leak", "fool_reveal")


def bug_hunt(learner: Learner) -> None:
    learner.choose("hunt", "B")
    learner.answer("hunt", "wrong", "hunt_how_gap", teaches="hunt_how_gap_why")
    learner.sees("hunt", "hunt_table_B_why")
    learner.does_not_see("hunt", "hunt_reveal")
    learner.choose("hunt", "C")
    learner.answer("hunt", "right", "hunt_how_chance", teaches="hunt_reveal")


def rows_or_people(learner: Learner) -> None:
    learner.answer("people", "wrong", "people_split_rows", teaches="people_split_rows_why")
    expect(learner.exercise("people").get_by_text("?", exact=True)).to_have_count(1)
    learner.answer("people", "right", "people_split_people", teaches="people_reveal")
    expect(learner.exercise("people").get_by_text("?", exact=True)).to_have_count(0)


def write_to_legal(learner: Learner) -> None:
    boxes = learner.exercise("letter").get_by_role("checkbox")
    boxes.nth(ORDER.index("anonymous")).click()
    boxes.nth(ORDER.index("identical")).click()
    learner.check("letter", "wrong", "letter_anonymous_why")
    for name in ("anonymous", *(name for name in TRUE if name != "identical")):
        boxes.nth(ORDER.index(name)).click()
    learner.check("letter", "right", "letter_reveal")


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
        worst_column(learner)
        leaks(learner)
        bug_hunt(learner)
        rows_or_people(learner)
        write_to_legal(learner)
        card = page.locator(".sh-measures").filter(has_text=learner.translate("card_head_answer"))
        later, done, wrong = (learner.translate(f"card_{name}") for name in ("later", "done", "wrong"))
        results = [done if name == "made" else wrong if name == "accuracy" else later for name in EXERCISES]
        expect(card.locator("td:last-child")).to_have_text(results)

        name, taken = download(page, learner.translate("card_download"))
        assert name == f"take-home-{language}.html"
        assert taken.count(later) == 8
        report = download(page, get_text(language, "story.download_report"))[1]
        assert get_text(language, "report.shared_statements") in report
        assert learner.translate("letter_anonymous") not in report

        # Another language asks the same, and nothing that was answered is lost.
        other: Language = "en" if language == "ja" else "ja"
        click(page.get_by_role("radio", name={"ja": "日本語", "en": "English"}[other]))
        translated = Learner(page, other)
        expect(page.get_by_text(translated.translate("card_later")).first).to_be_visible()
        for exercise in {*EXERCISES} - {"made"}:
            checked = translated.exercise(exercise).locator("input:checked, [data-state=checked]")
            expect(checked.first).to_be_visible()
        translated.sees("letter", "letter_reveal")
        expect(translated.exercise("smallest_leak").get_by_text("☑")).to_have_count(2)
        expect(page.get_by_text(learner.translate("card_later"))).to_have_count(0)


def test_an_answer_to_one_exercise_leaves_what_is_chosen_in_another(reader: Page) -> None:
    learner = Learner(reader, "en")
    wider = learner.exercise("missing").get_by_role("radio", name="wider")
    wider.click()
    learner.choose("find", "5")
    learner.check("find", "wrong")
    expect(wider).to_be_checked()


BANKS = re.compile(r"(?<!Back to )bank|customer|euro|deposit|UCI|Exercise", re.I)


def test_a_table_of_ones_own_goes_the_four_steps(reader: Page, server: Server) -> None:
    page = reader
    unfold(page, "Use your own table")
    page.locator("input[type=file]").set_input_files(PENGUINS)
    expect(page.get_by_text("344 rows; columns: 17. Learned: 16. Rows in the holdout: 100.")).to_be_visible()
    unfold(page, "Was something read incorrectly?")
    page.get_by_label("Read “Sample Number” as").select_option("text")
    expect(page.get_by_text("344 rows; columns: 17. Learned: 15.")).to_be_visible()
    page.get_by_label("Column to predict (target)").select_option("Species")
    press(page, "Use this table")
    expect(page.get_by_role("heading", name="Step 1: Your table")).to_be_visible()
    expect(page.get_by_text("Column not learned: Sample Number")).to_be_visible()
    expect(page.locator("#root")).not_to_contain_text(BANKS, use_inner_text=True)

    page.get_by_label("Engine", exact=True).select_option("Sequential trees")
    generate(page)
    expect(page.get_by_text("Your generator drew these 1,000 rows.")).to_be_visible()
    expect(page.get_by_text("Verdict: ")).to_be_visible()
    expect(page.get_by_text("Even the closest real row")).to_be_visible()
    expect(page.locator("#root")).not_to_contain_text(BANKS, use_inner_text=True)
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


def test_terms_are_explained_and_what_cannot_be_used_is_told(reader: Page, tmp_path: Path) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_text("a,b\n" + "1,x\n2,y\n" * 75)
    large.write_text("a,b\n" + "1,x\n" * 300_000)
    page = reader
    expect(page.locator("#g-holdout")).not_to_be_visible()
    page.get_by_role("link", name="holdout").first.click()
    expect(page.locator("#g-holdout")).to_be_visible()
    top = "document.getElementById('g-holdout').getBoundingClientRect().top"
    wait_for(lambda: 0 < page.evaluate(top) < 900)
    unfold(page, "Use your own table")
    page.locator("input[type=file]").set_input_files(small)
    press(page, "Use this table")
    expect(page.get_by_text("The table has 150 rows; at least 200 are needed")).to_be_visible()
    # The bank's page is still there.
    expect(page.get_by_text("Verdict: Pass.")).to_be_visible()
    page.locator("input[type=file]").set_input_files(large)
    expect(page.get_by_text("large.csv (File is larger than 1000000 bytes)").first).to_be_visible()
    expect(page.get_by_text("large.csv: ")).to_have_count(0)
    press(page, "Discard this table")
    expect(page.get_by_role("button", name="Use your own table")).to_be_visible()
