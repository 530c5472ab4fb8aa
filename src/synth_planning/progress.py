"""Progress: tasks and their dependencies, milestones, and metrics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from math import ceil
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from synth_planning.entries import Day, Entry, FieldError, Hours, Identifiers, Line, Number, Text
from synth_planning.errors import ArgumentError

Phase = Literal["discovery", "planning", "design", "development", "testing", "launch"]
PHASES: tuple[Phase, ...] = get_args(Phase)
WEEKS = 4
"""Weeks over which velocity is counted."""


class Task(Entry):
    """Something to do.

    Attributes
    ----------
    name, description
        What is to be done.
    phase
        "discovery", "planning", "design", "development", "testing" or "launch".
    estimated, spent
        Hours it is thought to take, and hours it has taken so far.
    created
        The day from which on it belongs to the plan.
    due
        The day by which it is to be done; None if there is none.
    done_on
        The day on which it was done; None until then.
    depends_on
        Tasks that have to be done before, by their ids.
    """

    name: Line
    description: Text = ""
    phase: Phase
    estimated: Hours
    spent: Hours = 0
    created: Day = Field(default_factory=date.today)
    due: Day | None = None
    done_on: Day | None = None
    depends_on: Identifiers = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.id in self.depends_on:
            raise FieldError("itself", field="depends_on", value=self.id)
        if self.done_on and self.done_on < self.created:
            raise FieldError("order", field="done_on", value=self.done_on)
        return self


class Milestone(Entry):
    """A goal with a due day.

    Attributes
    ----------
    name, description
        What is reached.
    start, due
        From when on it is worked for, and by when it is to be reached.
    reached_on
        The day on which it was; None until then.
    """

    name: Line
    description: Text = ""
    start: Day
    due: Day
    reached_on: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.due < self.start:
            raise FieldError("order", field="due", value=self.due)
        return self


class Metric(Entry):
    """A number that measures success.

    Attributes
    ----------
    name, category, unit
        What is counted, what it is about, and in what.
    value
        What it is; None until it was measured.
    target
        What it is to be.
    better
        Whether "higher" or "lower" values are better.
    measured_on
        The day; None until then.
    """

    name: Line
    category: Line
    unit: Line
    value: Number | None = None
    target: Number
    better: Literal["higher", "lower"] = "higher"
    measured_on: Day | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None until it was measured."""
        if self.value is None:
            return None
        return self.value >= self.target if self.better == "higher" else self.value <= self.target


@dataclass(frozen=True)
class Completion:
    """Completed share of some tasks.

    Attributes
    ----------
    tasks, done
        How many there are, and how many of them are done.
    hours, hours_done
        Hours they are thought to take, and those of the tasks that are done.
    """

    tasks: int
    done: int
    hours: float
    hours_done: float

    @property
    def by_hours(self) -> float | None:
        """Share of the estimated hours, 0 to 1; None without any."""
        return self.hours_done / self.hours if self.hours else None


def completed(tasks: Iterable[Task], on: date) -> Completion:
    """Count what is done at the end of a day, among the tasks in the plan by then."""
    known = [task for task in tasks if task.created <= on]
    done = [task for task in known if is_done(task, on)]
    return Completion(
        len(known), len(done), sum(task.estimated for task in known), sum(task.estimated for task in done)
    )


def is_done(task: Task, on: date) -> bool:
    """Tell whether a task was done by the end of a day."""
    return task.done_on is not None and task.done_on <= on


def open_tasks(tasks: Iterable[Task], on: date) -> list[Task]:
    """Return the tasks that were not done by the end of a day."""
    return [task for task in tasks if not is_done(task, on)]


def completed_by_phase(tasks: Iterable[Task], on: date) -> dict[Phase, Completion]:
    """Count what is done in each phase that has tasks."""
    tasks = list(tasks)
    counted = {phase: completed([task for task in tasks if task.phase == phase], on) for phase in PHASES}
    return {phase: found for phase, found in counted.items() if found.tasks}


def overdue_tasks(tasks: Iterable[Task], on: date) -> list[Task]:
    """Return the overdue tasks on a day, the latest ones first."""
    late = [(task.due, task) for task in tasks if task.due and task.due < on and not is_done(task, on)]
    return [task for _, task in sorted(late, key=lambda found: (found[0], found[1].name, found[1].id))]


def overdue_milestones(milestones: Iterable[Milestone], on: date) -> list[Milestone]:
    """Return the overdue milestones on a day, the latest ones first."""
    late = [
        milestone
        for milestone in milestones
        if milestone.due < on and (milestone.reached_on is None or milestone.reached_on > on)
    ]
    return sorted(late, key=lambda milestone: (milestone.due, milestone.name, milestone.id))


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """Sort tasks topologically; independent ones by due date and name.

    Raises
    ------
    ArgumentError
        If tasks wait for each other in a circle, which it names.
    """
    known = {task.id: task for task in tasks}
    sorter = TopologicalSorter(_waits_for(known))
    try:
        sorter.prepare()
    except CycleError as error:
        circle = [known[identifier] for identifier in reversed(error.args[1])]
        shown = " → ".join(task.name for task in circle)
        raise ArgumentError("circle", circle=shown, tasks=circle) from error
    ordered: list[Task] = []
    ready: list[Task] = []
    while sorter.is_active():
        ready += [known[identifier] for identifier in sorter.get_ready()]
        ready.sort(key=lambda task: (task.due or date.max, task.name, task.id), reverse=True)
        following = ready.pop()
        ordered.append(following)
        sorter.done(following.id)
    return ordered


def critical_path(tasks: Iterable[Task]) -> list[Task]:
    """Return the longest chain of tasks that wait for each other, by estimated hours, first to last.

    Its hours are the least that all tasks take, however many work on them.

    Raises
    ------
    ArgumentError
        As `in_order`.

    Notes
    -----
    J. E. Kelley and M. R. Walker, "Critical-path planning and scheduling", 1959.
    """
    ordered = in_order(tasks)
    waits_for = _waits_for({task.id: task for task in ordered})
    longest: dict[str, tuple[float, list[Task]]] = {}
    for task in ordered:
        before = [longest[identifier] for identifier in waits_for[task.id]]
        hours, chain = max(before, key=lambda found: found[0], default=(0.0, []))
        longest[task.id] = (hours + task.estimated, [*chain, task])
    return max(longest.values(), key=lambda found: found[0], default=(0.0, []))[1]


def _waits_for(known: Mapping[str, Task]) -> dict[str, list[str]]:
    """Return the existing tasks that each task waits for."""
    return {
        identifier: [before for before in task.depends_on if before in known]
        for identifier, task in known.items()
    }


@dataclass(frozen=True)
class Velocity:
    """Speed at which tasks are done.

    Attributes
    ----------
    hours_a_week
        Estimated hours of the tasks that were done in a week, on average.
    weeks
        Weeks that were counted: fewer than asked for where the first task is not that old.
    weeks_left
        Weeks that the rest takes at that speed; None where nothing was done.
    """

    hours_a_week: float
    weeks: int
    weeks_left: float | None


def velocity(tasks: Collection[Task], on: date, weeks: int = WEEKS) -> Velocity:
    """Count the estimated hours that were done in the weeks up to and with a day.

    Parameters
    ----------
    tasks
        All tasks.
    on
        The last day that counts.
    weeks
        How many weeks are counted, at least 1.

    Raises
    ------
    ArgumentError
        If the number of weeks is no whole number of at least 1.
    """
    if not isinstance(weeks, int) or isinstance(weeks, bool) or weeks < 1:
        raise ArgumentError("weeks", weeks=weeks)
    age = max((on - task.created).days + 1 for task in tasks) if tasks else 1
    weeks = max(1, min(weeks, ceil(age / 7)))
    first = on - timedelta(weeks=weeks)
    done = sum(task.estimated for task in tasks if task.done_on and first < task.done_on <= on)
    found = completed(tasks, on)
    left = found.hours - found.hours_done
    return Velocity(done / weeks, weeks, left * weeks / done if done else (None if left else 0.0))


@dataclass(frozen=True)
class BurnUp:
    """Hours planned and done by the end of a day, as estimated."""

    day: date
    planned: float
    done: float


def burn_up(tasks: Collection[Task], on: date) -> list[BurnUp]:
    """Return what was planned and done at the end of each day on which either changed, and of the last."""
    days = {task.created for task in tasks} | {task.done_on for task in tasks if task.done_on}
    counted = [(day, completed(tasks, day)) for day in sorted({day for day in days if day <= on} | {on})]
    return [BurnUp(day, found.hours, found.hours_done) for day, found in counted] if tasks else []
