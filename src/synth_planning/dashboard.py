"""The state of a plan: summary, build–measure–learn, risks and next actions, each by stated rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from synth_planning.entries import Entry
from synth_planning.errors import ArgumentError
from synth_planning.feedback import Feedback, is_open
from synth_planning.locales import Message
from synth_planning.plan import KINDS, Plan, title
from synth_planning.priorities import MVP, by_rice, completion, mvp
from synth_planning.progress import (
    PHASES,
    Completion,
    Phase,
    completed,
    critical_path,
    open_tasks,
    overdue_milestones,
    overdue_tasks,
)
from synth_planning.research import find_gaps

Level = Literal["on track", "at risk", "critical", "cannot tell"]
Loop = Literal["build", "measure", "learn"]

LAG = 0.1
"""Share of the time by which what is done may lag behind."""
LONG = 14
"""Days after which something has been open, overdue or untouched for long."""
STOPS, SLOWS, IMPROVES = 3, 2, 1
"""Weights of actions: without it nothing can be launched; it delays the launch; the plan gets better."""
WEEK = 40
"""Hours that a week of work has."""
MOST_NAMED = 5
"""Titles that a message names."""


@dataclass(frozen=True)
class Risk:
    """Something that endangers the plan.

    Attributes
    ----------
    name
        "time", "lag", "path", "milestones", "feedback", "research", "silence" or "circle".
    serious
        Whether it alone makes the plan critical.
    message
        What was found, with its numbers.
    """

    name: str
    serious: bool
    message: Message


@dataclass(frozen=True)
class Action:
    """Something to do next.

    Attributes
    ----------
    weight
        3 if nothing can be launched without it, 2 if it delays the launch, 1 if the plan gets better by it.
    message
        What to do, and with what.
    """

    weight: int
    message: Message


@dataclass(frozen=True)
class LoopState:
    """Progress of one part of build–measure–learn: how many there are, and how many are done."""

    loop: Loop
    through: int
    total: int


@dataclass(frozen=True)
class Summary:
    """State of a plan on a day.

    Attributes
    ----------
    on
        The day.
    level
        "critical" if a serious risk is there, "at risk" if any is, "on track" if none is; "cannot tell"
        without tasks or milestones.
    phase
        The first one with a task that is not done; None if there is none.
    mvp
        The features of the smallest product.
    features
        Share of all features that are done, but for "wont", 0 to 1; None without any.
    tasks
        What is done of the tasks.
    elapsed
        Share of the time between the first start and the last due day of the milestones that is gone, 0 to 1;
        None without milestones.
    totals
        Number of entries by kind.
    loops
        Build, measure and learn.
    risks
        The serious ones first.
    actions
        The heaviest first.
    """

    on: date
    level: Level
    phase: Phase | None
    mvp: MVP
    features: float | None
    tasks: Completion
    elapsed: float | None
    totals: dict[str, int]
    loops: tuple[LoopState, ...]
    risks: tuple[Risk, ...]
    actions: tuple[Action, ...]


def summarise(plan: Plan, on: date, hours: float) -> Summary:
    """Summarise a plan at the end of a day.

    Parameters
    ----------
    plan
        All of it.
    on
        The day.
    hours
        What there is for the smallest product, as in `mvp`.

    Raises
    ------
    ArgumentError
        As `mvp`.
    """
    found = completed(plan.tasks, on)
    gone = elapsed(plan, on)
    risks = tuple(sorted(find_risks(plan, on), key=lambda risk: not risk.serious))
    serious = any(risk.serious for risk in risks)
    known = found.by_hours is not None and gone is not None
    level: Level = "critical" if serious else "at risk" if risks else "on track"
    open_phases = {task.phase for task in open_tasks(plan.tasks, on)}
    smallest = mvp(plan.features, hours)
    return Summary(
        on=on,
        level=level if known or serious else "cannot tell",
        phase=next((phase for phase in PHASES if phase in open_phases), None),
        mvp=smallest,
        features=completion(plan.features),
        tasks=found,
        elapsed=gone,
        totals={kind: len(plan.entries(kind)) for kind in KINDS},
        loops=tuple(_loops(plan)),
        risks=risks,
        actions=tuple(sorted(_actions(plan, on, smallest), key=lambda action: -action.weight)),
    )


def elapsed(plan: Plan, on: date) -> float | None:
    """Return the elapsed share of the time from the first milestone's start to the last's due day."""
    if not plan.milestones:
        return None
    first = min(milestone.start for milestone in plan.milestones)
    last = max(milestone.due for milestone in plan.milestones)
    return min(max(((on - first).days + 1) / ((last - first).days + 1), 0.0), 1.0)


def find_risks(plan: Plan, on: date) -> Iterator[Risk]:
    """Yield what endangers a plan.

    Serious are: less than half of the estimated hours done with half of the time gone; a milestone that is
    overdue for more than two weeks; tasks that wait for each other in a circle. The others are: what is done
    lags behind the time by more than a tenth; the longest chain of open tasks takes longer than the time left
    at forty hours a week; a milestone is overdue; feedback of high or critical priority has been open for
    more than two weeks; nothing was learned of users; nothing has changed for more than two weeks.
    """
    yield from _time_risks(plan, on)
    late = overdue_milestones(plan.milestones, on)
    if late:
        days = (on - late[0].due).days
        values = {"titles": listed(late), "days": days}
        yield Risk("milestones", days > LONG, Message("planning.risk_milestones", values))
    waiting = long_open(plan, on)
    if waiting:
        days = (on - waiting[0].received_on).days
        values = {"count": len(waiting), "days": days, "titles": listed(waiting)}
        yield Risk("feedback", False, Message("planning.risk_feedback", values))
    if not plan.insights:
        yield Risk("research", False, Message("planning.risk_research"))
    touched = [entry.updated for entry in plan if entry.updated]
    silent = (on - max(touched).date()).days if touched else 0
    if silent > LONG:
        yield Risk("silence", False, Message("planning.risk_silence", {"days": silent}))


def _time_risks(plan: Plan, on: date) -> Iterator[Risk]:
    done, gone = completed(plan.tasks, on).by_hours, elapsed(plan, on)
    if done is not None and gone is not None:
        values = {"done": done, "gone": gone}
        if done < 0.5 <= gone:
            yield Risk("time", True, Message("planning.risk_time", values))
        elif gone - done > LAG:
            yield Risk("lag", False, Message("planning.risk_lag", values))
    try:
        path = critical_path(open_tasks(plan.tasks, on))
    except ArgumentError as error:
        yield Risk("circle", True, Message(f"errors.{error.key}", error.details))
        return
    if path and plan.milestones:
        needed = sum(task.estimated for task in path)
        days = max((max(milestone.due for milestone in plan.milestones) - on).days, 0)
        left = days / 7 * WEEK
        if needed > left:
            numbers = {"needed": needed, "left": left, "days": days, "path": listed(path, " → ")}
            yield Risk("path", False, Message("planning.risk_path", numbers))


def long_open(plan: Plan, on: date) -> list[Feedback]:
    """Return the feedback of high or critical priority that has been open for more than two weeks."""
    before = on - timedelta(days=LONG)
    waiting = [
        one
        for one in plan.feedback
        if is_open(one) and one.priority in ("high", "critical") and one.received_on < before
    ]
    return sorted(waiting, key=lambda one: (one.received_on, one.id))


def _loops(plan: Plan) -> Iterator[LoopState]:
    wanted = [feature for feature in plan.features if feature.moscow != "wont"]
    yield LoopState("build", sum(feature.status == "done" for feature in wanted), len(wanted))
    yield LoopState("measure", sum(metric.met is True for metric in plan.metrics), len(plan.metrics))
    yield LoopState("learn", sum(bool(insight.what_to_do) for insight in plan.insights), len(plan.insights))


def _actions(plan: Plan, on: date, smallest: MVP) -> Iterator[Action]:
    features = [feature for feature in by_rice(plan.features) if feature.moscow != "wont"]
    backlog = [feature for feature in features if feature.status == "backlog"]
    musts = [feature for feature in features if feature.moscow == "must" and feature.status != "done"]
    rest = [feature for feature in backlog if feature in smallest.features and feature.moscow != "must"]
    gaps = find_gaps(plan.personas, plan.stories, plan.insights)
    waiting = long_open(plan, on)
    yield from _action(STOPS, "musts", musts)
    if not smallest.fits:
        values = {"hours": smallest.hours, "available": smallest.available}
        yield Action(STOPS, Message("planning.action_hours", values))
    yield from _action(STOPS, "milestones", overdue_milestones(plan.milestones, on))
    yield from _action(STOPS, "feedback", [one for one in waiting if one.priority == "critical"])
    yield from _action(SLOWS, "tasks", overdue_tasks(plan.tasks, on))
    yield from _action(SLOWS, "feedback", [one for one in waiting if one.priority == "high"])
    yield from _action(SLOWS, "mvp", rest)
    if not plan.insights:
        yield Action(SLOWS, Message("planning.action_research"))
    yield from _action(IMPROVES, "measure", [one for one in plan.metrics if one.met is None])
    yield from _action(IMPROVES, "targets", [one for one in plan.metrics if one.met is False])
    yield from _action(IMPROVES, "stories", gaps.stories)
    yield from _action(IMPROVES, "personas", gaps.personas)
    if not musts and not rest:
        yield from _action(IMPROVES, "next", backlog[:1])


def _action(weight: int, name: str, entries: Sequence[Entry]) -> Iterator[Action]:
    if entries:
        values = {"titles": listed(entries), "count": len(entries)}
        yield Action(weight, Message(f"planning.action_{name}", values))


def listed(entries: Sequence[Entry], between: str = ", ") -> str:
    """Name entries, or the first few."""
    named = [title(entry) for entry in entries[:MOST_NAMED]]
    return between.join([*named, "…"] if len(entries) > MOST_NAMED else named)
