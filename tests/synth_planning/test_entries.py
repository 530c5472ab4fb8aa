"""What everything in a plan has: fields that are checked, and errors that name them."""

from datetime import UTC, datetime

import pytest

from synth_planning import Feature, Milestone, Persona, Task
from synth_planning.entries import MOST_IN_LINE
from synth_planning.errors import PlanError
from synth_planning.locales import LANGUAGES

FEATURE = {"name": "Dark mode", "moscow": "could", "effort": 4, "reach": 5, "impact": 3, "confidence": 8}


def wrong(model: type = Feature, **values: object) -> list[str]:
    with pytest.raises(PlanError) as error:
        model.make(**values)  # type: ignore[attr-defined]
    return [found.key.removeprefix("errors.") for found in error.value.problems]


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"name": " "}, "empty"),
        ({"name": "x" * (MOST_IN_LINE + 1)}, "long"),
        ({"moscow": "perhaps"}, "choice"),
        ({"effort": 0}, "range"),
        ({"effort": "much"}, "number"),
        ({"effort": float("nan")}, "number"),
        ({"effort": True}, "number"),
        ({"reach": 11}, "range"),
        ({"reach": 2.5}, "whole"),
        ({"id": "a b"}, "identifier"),
        ({"size": 3}, "unknown"),
        ({"updated": "yesterday"}, "date"),
    ],
)
def test_a_wrong_field_is_named(changed: dict[str, object], key: str) -> None:
    assert wrong(**{**FEATURE, **changed}) == [key]


def test_every_wrong_field_is_named_at_once_with_what_is_allowed() -> None:
    with pytest.raises(PlanError) as error:
        Feature.make(name="a", moscow="perhaps", effort=-1, reach=1, impact=1)
    said = error.value.message("en").splitlines()
    assert "3" in said[0]
    assert said[1:] == [
        "- The field “moscow” cannot be “perhaps”. Choose one of: must, should, could, wont.",
        "- The field “effort” is -1; it must be > 0, ≤ 1,000,000.",
        "- The field “confidence” is missing.",
    ]
    assert "confidence" in error.value.message("ja")


@pytest.mark.parametrize("due", ["2026-11-09", "2026/11/9", " 2026-11-09 "])
def test_days_are_read_as_spreadsheets_write_them(due: str) -> None:
    assert str(Milestone.make(name="a", start="2026-11-01", due=due).due) == "2026-11-09"


@pytest.mark.parametrize(
    "due", [20261109, "20261109", "09.11.2026", "2026-13-01", datetime(2026, 11, 9), True]
)
def test_nothing_else_is_taken_for_a_day(due: object) -> None:
    assert wrong(Milestone, name="a", start="2026-11-01", due=due) == ["date"]


def test_an_end_before_its_start() -> None:
    assert wrong(Milestone, name="a", start="2026-11-02", due="2026-11-01") == ["order"]
    assert wrong(Task, name="a", phase="design", estimated=1, created="2026-11-02", done_on="2026-11-01") == [
        "order"
    ]


def test_a_task_that_waits_for_itself() -> None:
    assert wrong(Task, id="a", name="a", phase="design", estimated=1, depends_on=["a"]) == ["itself"]


def test_texts_are_kept_without_what_controls_a_terminal() -> None:
    feature = Feature.make(**{**FEATURE, "name": " Dark \t\n mode\x1b[31m ", "description": "a\r\nb\x00\n"})
    assert (feature.name, feature.description) == ("Dark mode[31m", "a\nb")


def test_lists_may_come_as_lines() -> None:
    assert Persona.make(name="a", goals="one\n\n two ").goals == ("one", "two")


def test_a_time_is_kept_in_utc() -> None:
    feature = Feature.make(**FEATURE, updated="2026-11-29T09:00:00.5+09:00")
    assert feature.updated == datetime(2026, 11, 29, tzinfo=UTC)


def test_a_change_is_checked() -> None:
    feature = Feature.make(**FEATURE)
    assert feature.changed(effort=8).rice == feature.rice / 2
    with pytest.raises(PlanError):
        feature.changed(effort=-8)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_of_any_size_is_shown_in_short(language: str) -> None:
    with pytest.raises(PlanError) as error:
        Feature.make(**{**FEATURE, "moscow": "x" * 100_000})
    assert len(error.value.message(language)) < 500  # type: ignore[arg-type]
