"""The charts carry the numbers they are about."""

from typing import Any

import pytest
from plans import ON, worked_example

from synth_planning import Plan, burn_up, by_rice, mvp
from synth_planning.charts import MOST_BARS, burn_up_lines, feedback_months, gantt, rice_bars
from synth_planning.locales import LANGUAGES, Language
from synth_planning.page import priorities


def rows_of(chart: dict[str, Any], layer: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = chart["datasets"][(layer or chart)["data"]["name"]]
    return rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_rice_bars_in_order(language: Language) -> None:
    features = by_rice(worked_example(language).features)
    chart = rice_bars(features[::-1], language).to_dict()
    assert [row["rice"] for row in rows_of(chart)] == [round(one.rice, 4) for one in features]
    bars, numbers = chart["layer"]
    assert (bars["mark"]["type"], numbers["encoding"]["text"]["field"]) == ("bar", "rice")
    assert bars["encoding"]["y"]["sort"] == [one.id for one in features]
    assert features[0].name in bars["encoding"]["y"]["axis"]["labelExpr"].encode().decode("unicode_escape")


def test_of_many_features_the_first_are_drawn() -> None:
    first = worked_example().features[0]
    many = [first.changed(id=f"f{number}", impact=1 + number % 10) for number in range(MOST_BARS + 5)]
    drawn = [row["id"] for row in rows_of(rice_bars(many, "en").to_dict())]
    assert drawn == [one.id for one in by_rice(many)[:MOST_BARS]]
    shown = {count: priorities(many[:count], mvp(many, 10), "en").text for count in (MOST_BARS, len(many))}
    assert "of 45" in shown[len(many)]
    assert "Drawn are" not in shown[MOST_BARS]


def test_two_features_of_one_name_have_a_bar_each() -> None:
    first = worked_example().features[0]
    chart = rice_bars([first, first.changed(id="other")], "en").to_dict()
    assert len({row["id"] for row in rows_of(chart)}) == 2


def test_milestones_are_reached_open_or_overdue() -> None:
    plan = worked_example()
    late = plan.milestones[0].changed(id="late", reached_on=None)
    chart = gantt([*plan.milestones, late], ON, "en").to_dict()
    bars = rows_of(chart, chart["layer"][0])
    states = [row["state"] for row in bars]
    assert states.count("reached") == 3
    assert states.count("open") == 2
    assert states.count("overdue") == 1
    # A bar covers its last day.
    assert (bars[0]["due"], bars[0]["end"]) == ("2026-11-21", "2026-11-22")


def test_the_burn_up_ends_with_what_is_done() -> None:
    rows = rows_of(burn_up_lines(burn_up(worked_example().tasks, ON), "en").to_dict())
    assert {row["what"]: row["hours"] for row in rows} == {"planned": 37, "completed": 30}


def test_feedback_is_counted_by_month() -> None:
    chart = feedback_months(worked_example().feedback, "en").to_dict()
    rows = rows_of(chart)
    assert chart["layer"][1]["encoding"]["text"]["field"] == "count"
    assert {row["type"]: row["count"] for row in rows} == {"Bug": 6, "Performance": 3, "Usability": 3}
    assert {row["month"] for row in rows} == {"2026-11"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entries_are_no_failure(language: Language) -> None:
    empty = Plan()
    for chart in (
        rice_bars(empty.features, language),
        gantt(empty.milestones, ON, language),
        burn_up_lines([], language),
        feedback_months(empty.feedback, language),
    ):
        assert chart.to_dict()
