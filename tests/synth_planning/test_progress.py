"""Completion, what is late, what waits for what, and how fast it goes: by hand, and for any tasks."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import ON

from synth_planning import (
    Metric,
    Milestone,
    Task,
    burn_up,
    completed,
    completed_by_phase,
    critical_path,
    in_order,
    overdue_milestones,
    overdue_tasks,
    velocity,
)
from synth_planning.errors import ArgumentError


def task(name: str, hours: float = 1, waits_for: str = "", **more: object) -> Task:
    values = {"phase": "design", "created": ON - timedelta(days=60), "depends_on": list(waits_for)}
    return Task.make(id=name, name=name, estimated=hours, **{**values, **more})


def names(tasks: list[Task]) -> str:
    return "".join(one.name for one in tasks)


def test_completion_by_tasks_and_by_hours() -> None:
    tasks = [task("a", 1, done_on="2026-11-28"), task("b", 3), task("c", 4, done_on="2026-12-01")]
    found = completed(tasks, ON)
    assert (found.done, found.tasks, found.by_hours) == (1, 3, 1 / 8)
    assert completed(tasks, date(2026, 12, 1)).by_hours == 5 / 8
    assert completed([task("a", 0)], ON).by_hours is None


def test_what_was_not_planned_yet_does_not_count() -> None:
    later = task("b", 3, created=ON + timedelta(days=1))
    assert completed([task("a"), later], ON).tasks == 1


def test_phases_in_their_order() -> None:
    tasks = [task("a", phase="launch"), task("b", phase="discovery", done_on=ON)]
    counted = completed_by_phase(tasks, ON)
    assert [(phase, found.done) for phase, found in counted.items()] == [("discovery", 1), ("launch", 0)]


def test_overdue_is_what_was_due_before_the_day() -> None:
    tasks = [
        task("a", due="2026-11-28"),
        task("b", due="2026-11-29"),
        task("c", due="2026-11-20"),
        task("d", due="2026-11-20", done_on="2026-11-29"),
        task("e", due="2026-11-20", done_on="2026-11-30"),
    ]
    assert names(overdue_tasks(tasks, ON)) == "cea"
    reached = Milestone.make(name="r", start="2026-11-01", due="2026-11-10", reached_on="2026-11-12")
    late = Milestone.make(name="l", start="2026-11-01", due="2026-11-20")
    assert overdue_milestones([reached, late], ON) == [late]
    assert overdue_milestones([reached, late], date(2026, 11, 11)) == [reached]


def test_tasks_come_after_what_they_wait_for() -> None:
    tasks = [task("d", waits_for="bc"), task("c", waits_for="a", due=ON), task("b", waits_for="a"), task("a")]
    assert names(in_order(tasks)) == "acbd"
    assert names(in_order([task("a", waits_for="z")])) == "a"


def test_a_circle_is_named() -> None:
    circle = [task("a", waits_for="c"), task("b", waits_for="a"), task("c", waits_for="b"), task("d")]
    with pytest.raises(ArgumentError) as error:
        in_order(circle)
    shown = str(error.value.details["circle"]).split(" → ")
    assert shown[0] == shown[-1]
    assert set(shown) == {"a", "b", "c"}
    for before, after in itertools.pairwise(shown):
        assert (
            before in circle["abc".index(after)].depends_on or after in circle["abc".index(before)].depends_on
        )


@st.composite
def networks(draw: st.DrawFn) -> list[Task]:
    """Tasks that wait for earlier ones only, in any order."""
    size = draw(st.integers(0, 8))
    made = []
    for place in range(size):
        before = draw(st.lists(st.sampled_from("abcdefgh"[:place]), unique=True)) if place else []
        made.append(task("abcdefgh"[place], draw(st.integers(0, 9)), "".join(before)))
    return draw(st.permutations(made))


@given(networks())
def test_any_network_is_ordered(tasks: list[Task]) -> None:
    ordered = in_order(tasks)
    places = {one.id: place for place, one in enumerate(ordered)}
    assert len(places) == len(tasks)
    assert all(places[before] < places[one.id] for one in tasks for before in one.depends_on)


@given(networks())
def test_no_chain_is_longer_than_the_critical_path(tasks: list[Task]) -> None:
    known = {one.id: one for one in tasks}

    def longest(one: Task) -> float:
        return one.estimated + max((longest(known[before]) for before in one.depends_on), default=0)

    path = critical_path(tasks)
    assert sum(one.estimated for one in path) == max(map(longest, tasks), default=0)
    assert all(first.id in second.depends_on for first, second in itertools.pairwise(path))


def test_the_critical_path_by_hand() -> None:
    tasks = [task("a", 2), task("b", 5, "a"), task("c", 3, "a"), task("d", 1, "c"), task("e", 9)]
    assert names(critical_path(tasks)) == "e"
    assert names(critical_path(tasks[:4])) == "ab"


def test_velocity_counts_whole_weeks_up_to_the_day() -> None:
    tasks = [
        task("a", 8, done_on=ON),
        task("b", 4, done_on=ON - timedelta(days=27)),
        task("c", 99, done_on=ON - timedelta(days=28)),
        task("d", 6),
    ]
    found = velocity(tasks, ON)
    assert (found.weeks, found.hours_a_week, found.weeks_left) == (4, 3, 2)
    assert velocity(tasks, ON, weeks=1).hours_a_week == 8


def test_a_young_plan_is_not_divided_by_weeks_it_has_not_had() -> None:
    young = [task("a", 6, created=ON - timedelta(days=8), done_on=ON), task("b", 3, created=ON)]
    found = velocity(young, ON)
    assert (found.weeks, found.hours_a_week, found.weeks_left) == (2, 3, 1)


def test_where_nothing_was_done_no_end_is_promised() -> None:
    assert velocity([task("a")], ON).weeks_left is None
    assert velocity([], ON).weeks_left == 0
    with pytest.raises(ArgumentError, match="weeks"):
        velocity([], ON, weeks=0)


def test_the_burn_up_steps_where_something_changes() -> None:
    start = ON - timedelta(days=60)
    tasks = [task("a", 2, done_on="2026-11-01"), task("b", 3, created="2026-11-10")]
    steps = [(step.day, step.planned, step.done) for step in burn_up(tasks, ON)]
    assert steps == [(start, 2, 0), (date(2026, 11, 1), 2, 2), (date(2026, 11, 10), 5, 2), (ON, 5, 2)]
    assert burn_up([], ON) == []


@pytest.mark.parametrize(
    ("better", "value", "met"),
    [("higher", 5, True), ("higher", 4, False), ("lower", 6, False), ("lower", None, None)],
)
def test_a_metric_meets_its_target(better: str, value: float | None, met: bool | None) -> None:
    metric = Metric.make(name="m", category="c", unit="u", target=5, better=better)
    assert (metric if value is None else metric.changed(value=value)).met is met
