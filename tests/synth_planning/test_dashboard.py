"""Where a plan stands: every rule on both sides of its border, with the numbers that say so."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import ON, feature, plans, said, worked_example

from synth_planning import Completion, Feedback, Insight, Metric, Milestone, Plan, Task, find_risks, summarise
from synth_planning.dashboard import LONG, elapsed
from synth_planning.locales import LANGUAGES

INSIGHT = Insight.make(
    title="i", method="survey", confidence=5, impact="low", found_on="2026-11-01", what_to_do="x"
)


def task(hours: float = 1, **more: object) -> Task:
    values = {"name": "t", "phase": "design", "estimated": hours, "created": "2026-11-01"}
    return Task.make(**{**values, **more})


def milestone(start: int, due: int, **more: object) -> Milestone:
    """Make one from days before the day."""
    days = {"start": ON - timedelta(days=start), "due": ON - timedelta(days=due)}
    return Milestone.make(name="m", **days, **more)


def voice(days: int, priority: str = "high", status: str = "open") -> Feedback:
    return said(priority=priority, status=status, received_on=ON - timedelta(days=days))


def found(*entries: object, insight: bool = True) -> dict[str, bool]:
    """Return the names of the risks, and whether they are serious."""
    everything = [*entries, *([INSIGHT] if insight else [])]
    return {risk.name: risk.serious for risk in find_risks(Plan.of(everything), ON)}  # type: ignore[arg-type]


def test_elapsed_counts_whole_days() -> None:
    plan = Plan.of([milestone(9, 5), milestone(4, -10)])
    # Ten of twenty days, the day itself among them.
    assert elapsed(plan, ON) == 0.5
    assert elapsed(plan, ON - timedelta(days=99)) == 0
    assert elapsed(plan, ON + timedelta(days=99)) == 1
    assert elapsed(Plan(), ON) is None


@pytest.mark.parametrize(
    ("done", "gone", "risks"),
    [
        (0.49, 50, {"time": True}),
        (0.5, 50, {}),
        (0.49, 49, {}),
        (0.5, 61, {"lag": False}),
        (0.5, 60, {}),
        (0.3, 41, {"lag": False}),
    ],
)
def test_time_and_what_is_done(done: float, gone: int, risks: dict[str, bool]) -> None:
    whole = milestone(gone - 1, gone - 100)
    assert elapsed(Plan.of([whole]), ON) == gone / 100
    tasks = [task(100 * done, done_on=ON), task(100 - 100 * done)]
    assert found(whole, *tasks) == risks


def test_milestones_overdue_for_long_are_serious() -> None:
    assert found(milestone(30, 0)) == {}
    assert found(milestone(30, 1)) == {"milestones": False}
    assert found(milestone(30, LONG)) == {"milestones": False}
    assert found(milestone(30, LONG + 1)) == {"milestones": True}
    assert found(milestone(30, LONG + 1, reached_on=ON)) == {}


def test_feedback_of_high_priority_that_waits() -> None:
    assert found(voice(LONG)) == {}
    assert found(voice(LONG + 1)) == {"feedback": False}
    assert found(voice(LONG + 1, "critical", "in review")) == {"feedback": False}
    assert found(voice(LONG + 1, "medium"), voice(LONG + 1, status="resolved")) == {}


def test_no_research_and_no_change() -> None:
    assert found(insight=False) == {"research": False}
    saved = datetime(ON.year, ON.month, ON.day, tzinfo=UTC)
    for days, risks in ((LONG, {}), (LONG + 1, {"silence": False})):
        assert found(INSIGHT.changed(id="old", updated=saved - timedelta(days=days))) == risks


def test_a_chain_that_is_longer_than_the_time_left() -> None:
    # A week is left: forty hours in a row.
    known = [milestone(1, -7), task(40, done_on=ON), task(20, id="a")]
    assert found(*known, task(20, depends_on=["a"])) == {}
    assert found(*known, task(21, depends_on=["a"])) == {"path": False}
    assert found(*known, task(21)) == {}


def test_a_circle_is_serious_and_ends_nothing() -> None:
    circle = [task(id="a", depends_on=["b"]), task(id="b", depends_on=["a"])]
    assert found(*circle) == {"circle": True}
    assert summarise(Plan.of(circle), ON, 10).level == "critical"


def test_the_level_follows_from_the_risks() -> None:
    fine = [milestone(9, -10), task(6, done_on=ON), task(4), INSIGHT]
    assert summarise(Plan.of(fine), ON, 10).level == "on track"
    assert summarise(Plan.of([*fine, voice(99)]), ON, 10).level == "at risk"
    assert summarise(Plan.of([*fine, milestone(9, -10), task(20)]), ON, 10).level == "critical"
    assert summarise(Plan.of([INSIGHT]), ON, 10).level == "cannot tell"
    assert summarise(Plan(), ON, 10).level == "cannot tell"


def test_actions_begin_with_what_nothing_can_be_launched_without() -> None:
    must, should = feature("M", effort=9), feature("S", moscow="should")
    metric = Metric.make(name="K", category="c", unit="u", target=1)
    entries = [must, should, metric, voice(99, "critical"), task(due="2026-11-01"), milestone(30, 1), INSIGHT]
    actions = summarise(Plan.of(entries), ON, 10).actions
    assert [action.message.key.removeprefix("planning.action_") for action in actions] == [
        "musts", "milestones", "feedback", "tasks", "mvp", "measure",
    ]  # fmt: skip
    assert [action.weight for action in actions] == [3, 3, 3, 2, 2, 1]
    assert summarise(Plan.of([must]), ON, 8).actions[1].message.key == "planning.action_hours"


def test_the_worked_example_by_hand() -> None:
    summary = summarise(worked_example(), ON, 45)
    assert (summary.level, summary.phase) == ("on track", "development")
    assert (len(summary.mvp.features), summary.mvp.hours) == (9, 45)
    assert summary.tasks == Completion(tasks=12, done=9, hours=37, hours_done=30)
    assert summary.elapsed == 9 / 14
    assert [(loop.through, loop.total) for loop in summary.loops] == [(10, 12), (3, 6), (3, 3)]
    # The milestone of the last day passes, and what was to be done then is not.
    late = summarise(worked_example(), date(2026, 12, 5), 45)
    assert late.level == "at risk"
    assert {risk.name for risk in late.risks} == {"milestones", "lag", "path"}
    assert summarise(worked_example(), date(2026, 12, 25), 45).level == "critical"


@given(plans(), st.dates(date(1990, 1, 1), date(2110, 1, 1)), st.floats(0, 1_000))
def test_any_plan_can_be_summarised_in_both_languages(plan: Plan, on: date, hours: float) -> None:
    summary = summarise(plan, on, hours)
    weights = [action.weight for action in summary.actions]
    assert weights == sorted(weights, reverse=True)
    assert (summary.level == "critical") == any(risk.serious for risk in summary.risks)
    for language in LANGUAGES:
        for one in (*summary.risks, *summary.actions):
            assert one.message.render(language)
