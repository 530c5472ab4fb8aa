"""Pictures: their titles state what the numbers carry, and what is drawn is what was counted."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pandas as pd
import pytest

from synth_handson import compare_columns
from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.controls.leak_simulation import LeakSimulation
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.verdict import Outcome
from synth_handson.locales import LANGUAGES, Language
from synth_handson.metrics.intervals import exact_share
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.palette import SYNTHETIC
from synth_handson.presentation import pictures
from synth_handson.presentation.letter import letter_html
from synth_handson.presentation.pictures import Picture
from synth_handson.presentation.pictures.privacy import FINDERS
from synth_handson.presentation.report import About
from synth_handson.presentation.summaries import counted_in


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return bundled_findings().evidence


def planted(share: float) -> LeakSimulation:
    simulation = bundled_findings().simulation("planted", share)
    assert simulation is not None
    return simulation


def dots(picture: Picture, colour: str = SYNTHETIC) -> int:
    """Count the dots of a colour."""
    paths = re.findall(rf'<path d="([^"]*)" stroke="{colour}"', picture.svg.markup)
    return sum(path.count("h0") for path in paths)


def all_pictures(language: Language) -> list[Picture]:
    found, tables = bundled_findings().evidence, bundled_tables()
    crowds = pictures.crowds(planted(0.1).measures, planted(0.1).noticed, language, quiet=False)
    assert crowds
    return [
        pictures.alone({("a",): 0.1, ("a", "b"): 0.5}, 10, language),
        pictures.crowd(tables.train, tables.holdout, tables.synthetic, (0, 0), language),
        pictures.dumbbells([("a & b", 0.2, 0.1)], language),
        crowds,
        pictures.lamps(planted(0.1), language),
        *pictures.three(found.privacy, language),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_is_a_titled_figure_that_a_screen_reader_can_read(language: Language) -> None:
    for picture in all_pictures(language):
        figure = ElementTree.fromstring(picture.html())
        drawn = figure.find("svg")
        assert figure.findtext("figcaption/strong") == picture.title
        assert drawn is not None
        assert drawn.get("role") == "img"
        assert drawn.get("aria-label")


def test_the_bars_say_how_many_stand_alone() -> None:
    picture = pictures.alone({("age",): 0.001, ("age", "job"): 0.25}, 4521, "en")
    assert picture.title == "2 facts leave 25 % of these people standing alone"
    assert 'width="120.0"' in picture.svg.markup


def test_where_nobody_or_one_fact_stands_alone_the_title_says_so() -> None:
    assert pictures.alone({("a",): 0.02}, 50, "en").title.startswith("One fact leaves 2.0 %")
    nobody = {("a",): 0.0, ("a", "b"): 0.0}
    assert pictures.alone(nobody, 50, "en").title == "Nobody stands alone by these facts (2)"


def test_a_crowd_is_titled_by_its_copies_beside_those_of_the_holdout() -> None:
    real, synthetic = (bundled_tables().train, bundled_tables().holdout), bundled_tables().synthetic
    assert "None of the 1,000" in pictures.crowd(*real, synthetic, (0, 3), "en").title
    copied = pictures.crowd(*real, synthetic, (7, 3), "en").title
    assert "Equal to a training row: 7 of the 1,000 synthetic rows, and 3 of 904 unseen people." in copied
    assert "3 of 904 unseen rows." in pictures.crowd(*real, synthetic, (7, 3), "en", "rows").title


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_a_crowd_as_close_as_unseen_people_is_said_to_be_the_same(language: Language) -> None:
    train, holdout, synthetic = bundled_tables().train, bundled_tables().holdout, bundled_tables().synthetic
    older, shuffled = synthetic.copy(), synthetic.copy()
    older["age"] += 10
    # Each column stays as it is, and their relation turns around.
    ranks = synthetic["age"].rank(method="first", ascending=False).astype(int) - 1
    shuffled["balance"] = synthetic["balance"].sort_values().to_numpy()[ranks]

    def found(table: pd.DataFrame) -> str:
        return pictures.crowd(train, holdout, table, (0, 0), language).title

    same, another = {"en": ("The same crowd", "Another"), "ja": ("形は同じです", "形が違います")}[language]
    assert same in found(synthetic) and same in found(holdout)
    assert another in found(older) and another in found(shuffled)
    # Ten rows that happen to be old show nothing for certain.
    few = pictures.crowd(train, holdout, synthetic.nlargest(10, "age").head(10).iloc[::2], (0, 0), language)
    assert same not in few.title


def test_a_crowd_of_categories_can_be_drawn_too() -> None:
    frame = pd.DataFrame({"a": list("xyxyx"), "b": list("uuvvu")})
    assert dots(pictures.crowd(frame, frame, frame, (5, 5), "en")) == 5


def test_a_crowd_lies_by_dates_and_times_as_well() -> None:
    times = pd.date_range("2024-01-01", periods=100, freq="14min").time
    real = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=100), "at": times, "n": range(100)})
    later = real.assign(day=real["day"] + pd.Timedelta("12h"))
    drawn = pictures.crowd(real, real, later, (0, 0), "en")
    assert "Across: day, from 2024-01-01 to 2024-04-08. Up: at, from 00:13 to 22:52." in drawn.note
    assert dots(drawn) == 97  # 98 % of the days, and one evening is beyond the last of them


def test_the_worst_column_is_the_one_farthest_beyond_unseen_people() -> None:
    tables = bundled_tables()
    fidelity = compare_columns(tables.train, tables.holdout, tables.synthetic)
    distances = [(c.column, c.synthetic, c.holdout) for c in fidelity]
    worst = max(distances, key=lambda one: one[1] - one[2])[0]
    said = "3.7 points farther from the training data than unseen people"
    assert pictures.dumbbells(distances, "en").title == f"{worst} is copied worst: {said}"
    hidden = pictures.dumbbells(distances, "en", hidden=True).html()
    assert "Which column is copied worst?" in hidden
    assert all(f">{column}<" not in hidden for column, *_ in distances)
    assert worst not in hidden
    for close in (0.1, 0.2, 0.2001):
        assert "as close" in pictures.dumbbells([("a", close, 0.2)], "en").title


def test_no_crowd_is_said_to_be_found_where_the_verdict_is_a_pass(evidence: Evidence) -> None:
    assert evidence.verdict == "pass"
    same = pictures.people_found(evidence.privacy, "en")
    assert same is not None
    assert same.title.startswith("Being in the training data makes no provable difference")


def test_the_crowds_have_as_many_red_dots_as_people_are_found(evidence: Evidence) -> None:
    shown = pictures.people_found(evidence.privacy, "en")
    assert shown is not None
    found = [m for m in evidence.privacy.measures if m.name in FINDERS and m.p_value is not None]
    first = min(found, key=lambda m: m.p_value or 0.0)
    assert first.value is not None
    assert first.reference is not None
    assert dots(shown) == round(1000 * first.value) + round(1000 * first.reference)


def test_a_planted_leak_turns_the_crowd_red_and_lights_the_lamps() -> None:
    nothing, leak = planted(0.0), planted(0.2)
    harmless, red = (
        pictures.crowds(simulation.measures, simulation.noticed, "en", quiet=not simulation.noticed)
        for simulation in (nothing, leak)
    )
    assert harmless is not None
    assert red is not None
    assert "can be picked out: 57" in red.title
    assert "no provable difference" in harmless.title
    assert pictures.lamps(nothing, "en").title == "No leak was made yet: 0 of 10 tests sound the alarm"
    assert pictures.lamps(leak, "en").title.startswith(f"{len(leak.noticed)} of")


def test_the_title_of_the_crowds_says_no_more_than_the_corrected_tests(evidence: Evidence) -> None:
    privacy = evidence.privacy
    tests = [m for m in privacy.measures if m.name != "subset_matches_binned"]

    def titled(p_value: float, share: float, outcome: Outcome = "review") -> str:
        (one,) = (m for m in privacy.measures if m.name == "subset_matches_binned")
        changed = replace(one, estimate=exact_share(round(share * 1000), 1000), p_value=p_value)
        verdict = replace(privacy.verdict, outcome=outcome)
        drawn = pictures.people_found(replace(privacy, measures=(*tests, changed), verdict=verdict), "en")
        assert drawn is not None
        return drawn.title

    # Below .05 alone, but not among 22 tests.
    assert titled(0.03, 0.06).startswith("By this test 60 and 23")
    assert titled(0.03, 0.06, "pass").startswith("Being in the training data makes no provable difference")
    assert titled(1e-6, 0.06).startswith("People from the training data can be picked out: 60 in 1,000")
    # Two-sided: fewer than among unseen people is a leak as well, and another one.
    assert titled(1e-6, 0.001).startswith("The table avoids the people it was trained on")


@pytest.mark.parametrize(("language", "word"), [("en", "rows"), ("ja", "行")])
def test_where_people_have_several_rows_page_and_report_tell_of_rows(
    evidence: Evidence, language: Language, word: str
) -> None:
    several = Measure("shared_people", exact_share(0, 904), rows=904, columns=("name",))
    privacy = replace(evidence.privacy, checks=(*evidence.privacy.checks, several))
    of_rows = replace(evidence, privacy=privacy)
    for drawn in (
        pictures.three(privacy, language, counted_in(of_rows)),
        [pictures.columns(of_rows, language)],
    ):
        for picture in drawn:
            assert picture is not None
            said = re.sub("「.*?」|“.*?”", "", picture.title + picture.note)  # without measures' names
            assert word in said
            assert not re.search("people|人", said)
    assert counted_in(evidence) == ""


def test_the_copy_zone_counts_the_closest_rows(evidence: Evidence) -> None:
    shares = evidence.privacy.distances
    picture = pictures.copy_zone(shares, "en")
    assert f"{1000 * shares.synthetic[0]:.0f} in 1,000 synthetic rows" in picture.title
    drawn = sum(
        round(1000 * share)
        for b, share in zip(shares.bins, shares.synthetic, strict=True)
        if b.kind == "range"
    )
    assert dots(picture) == drawn


def test_the_alarm_says_from_when_it_sounds_or_that_it_promises_nothing(evidence: Evidence) -> None:
    verdict = evidence.privacy.verdict
    assert "from 31 copied people" in pictures.alarm(verdict, "en").title
    blind = replace(verdict, smallest_detectable_leak=None, smallest_detectable_changed=None)
    picture = pictures.alarm(blind, "en")
    assert "promises nothing" in picture.title
    assert picture.svg.markup.count("no alarm promised") == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_holds_the_decision_three_pictures_and_what_is_stated(
    evidence: Evidence, language: Language
) -> None:
    written = letter_html(evidence, language, About(data="<b>", statements=("one & two", "three")))
    assert written.count('class="picture"') == 3
    assert "one &amp; two" in written
    assert "<b>" not in written
    assert evidence.decision.render(language).split("。")[0].split(".")[0] in written
