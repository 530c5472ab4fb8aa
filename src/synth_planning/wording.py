"""A plan in words, for the page and the report, as Markdown with escaped input."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import partial
from html import escape
from typing import NamedTuple

from synth_planning.dashboard import LAG, LONG, WEEK, Summary, listed
from synth_planning.entries import Entry
from synth_planning.feedback import By, Feedback, dealt_with, distribution
from synth_planning.locales import Language, get_text, has_text
from synth_planning.plan import KINDS, Kind, Plan, kind_of, title
from synth_planning.priorities import MVP, Feature
from synth_planning.product import PRODUCT
from synth_planning.progress import Metric, Milestone, Task, open_tasks, overdue_tasks, velocity
from synth_planning.research import Gaps, UserStory
from synth_planning.themes import Rise, Themes

_MARKUP = re.compile(r"[\\`*_\[\]]")
"""Characters that every Markdown takes as text behind a backslash."""
_EXTENSION = re.compile(r"[|~$^]|:(?=\S)")
"""Characters that mean something in some Markdown only: tables, formulas, icons."""

Translate = Callable[..., str]

BYS: tuple[By, ...] = ("type", "source", "priority", "segment", "sentiment", "status")
"""By what feedback is counted, in this order."""


def translator(language: Language) -> Translate:
    """Return a function that looks up texts of planning in a language."""
    return lambda key, **values: get_text(language, f"planning.{key}", **values)


def plain(text: str) -> str:
    """Escape a text for Markdown, in one line."""
    marked = _MARKUP.sub(r"\\\g<0>", escape(" ".join(text.split()), quote=False))
    return _EXTENSION.sub(lambda found: f"&#{ord(found[0])};", marked)


def field(name: str, kind: Kind, translate: Translate) -> str:
    """Name a field of a kind."""
    own = f"field_{kind}_{name}"
    return translate(own if has_text("en", f"planning.{own}") else f"field_{name}")


def choice(value: str | None, translate: Translate) -> str:
    """Name what a field was set to."""
    return translate(f"choice_{(value or '').replace(' ', '_').replace('/', '_')}")


def share(value: float | None, translate: Translate) -> str:
    """Show a share in percent."""
    return translate("none") if value is None else f"{100 * value:.0f} %"


def level(summary: Summary, translate: Translate) -> str:
    """Name the level, and why it is so."""
    name = summary.level.replace(" ", "_")
    count = sum(risk.serious for risk in summary.risks) if name == "critical" else len(summary.risks)
    return f"**{translate(f'level_{name}')}** – {translate(f'why_{name}', count=count)}"


def rule(translate: Translate) -> str:
    """Explain the rule for the level."""
    return translate("rule", long=LONG, lag=LAG, week=WEEK)


class Figure(NamedTuple):
    """A number of a summary.

    Attributes
    ----------
    name, value
        What it is, and how much.
    counted
        What it counts, a line each.
    """

    name: str
    value: str
    counted: tuple[str, ...]


def key_figures(summary: Summary, plan: Plan, translate: Translate) -> list[Figure]:
    """Return the counts of a summary, each with its name and what was counted."""
    done = sum(feature.status == "done" for feature in summary.mvp.features)
    tasks = summary.tasks
    total = len(summary.mvp.features)
    waiting = open_tasks(plan.tasks, summary.on)
    ended = translate("all_done" if plan.tasks else "none")
    phase = choice(summary.phase, translate) if summary.phase else ended
    features = [one for one in plan.features if one.moscow != "wont"]

    def stated(one: Feature | Feedback) -> str:
        return f"{title(one)} – {choice(one.status, translate)}"

    def task(one: Task) -> str:
        state = choice("open" if one in waiting else "done", translate)
        return f"{one.name} – {translate('board_hours', hours=one.estimated)} – {state}"

    def days(one: Milestone) -> str:
        return f"{one.name} – {one.start} – {one.due}"

    def figure(name: str, value: str, counted: Iterable[str]) -> Figure:
        return Figure(translate(f"sum_{name}"), value, tuple(counted))

    resolved = _of(dealt_with(plan.feedback), len(plan.feedback), translate)
    return [
        figure("phase", phase, (task(one) for one in waiting if one.phase == summary.phase)),
        figure("mvp", _of(done, total, translate), map(stated, summary.mvp.features)),
        figure("features", share(summary.features, translate), map(stated, features)),
        figure("tasks", _of(tasks.done, tasks.tasks, translate), map(task, plan.tasks)),
        figure("hours", share(tasks.by_hours, translate), map(task, plan.tasks)),
        figure("elapsed", share(summary.elapsed, translate), map(days, plan.milestones)),
        figure("resolved", resolved, map(stated, plan.feedback)),
    ]


def _of(done: float, total: float, translate: Translate) -> str:
    return translate("of", done=done, total=total) if total else translate("none")


def totals(summary: Summary, translate: Translate) -> str:
    """Say how many entries there are of each kind."""
    kinds = [kind for kind in KINDS if kind != PRODUCT]
    return ", ".join(f"{translate(f'kind_{kind}')} {summary.totals[kind]}" for kind in kinds)


def doubles(
    found: Sequence[Sequence[Entry]], translate: Translate, quote: Callable[[str], str] = plain
) -> list[str]:
    """Name what seems to be there twice."""
    return [
        translate(
            "double",
            kind=translate(f"kind_{kind_of(entries[0])}"),
            title=quote(title(entries[0])),
            count=len(entries),
        )
        for entries in found
    ]


def loops(summary: Summary, translate: Translate) -> list[str]:
    """Describe the progress of build, measure and learn."""
    return [
        translate(f"loop_{loop.loop}", through=loop.through, total=loop.total)
        + ("" if loop.total else f" ({translate('loop_empty')})")
        for loop in summary.loops
    ]


def risks(summary: Summary, language: Language) -> list[str]:
    """List the risks of the plan."""
    translate = translator(language)
    return [
        plain(risk.message.render(language)) + (f" **({translate('serious')})**" if risk.serious else "")
        for risk in summary.risks
    ] or [translate("no_risks")]


def actions(summary: Summary, language: Language) -> list[str]:
    """Say what to do next, and how much depends on it."""
    translate = translator(language)
    return [
        f"{plain(action.message.render(language))} *({translate(f'weight_{action.weight}')})*"
        for action in summary.actions
    ] or [translate("no_actions")]


def smallest(chosen: MVP, translate: Translate, quote: Callable[[str], str] = plain) -> str:
    """Describe the minimum viable product; ``quote`` formats titles."""
    if not chosen.fits:
        return translate("mvp_too_much", hours=chosen.hours, available=chosen.available)
    count = len(chosen.features)
    said = translate("mvp_fits", count=count, hours=chosen.hours, available=chosen.available)
    out = translate("mvp_out", titles=quote(listed(chosen.left_out))) if chosen.left_out else ""
    return f"{said} {out}".strip()


def gaps(found: Gaps, plan: Plan, translate: Translate) -> list[str]:
    """Name what research has not covered."""
    if not (plan.personas or plan.stories or plan.insights):
        return [translate("no_research")]
    named: dict[str, Sequence[Entry]] = {
        "stories": found.stories, "personas": found.personas, "unknown": found.unknown,
    }  # fmt: skip
    return [
        translate(f"gaps_{name}", titles=plain(listed(entries))) for name, entries in named.items() if entries
    ] or [translate("no_gaps")]


def story(one: UserStory, translate: Translate) -> str:
    """Write a user story."""
    return translate("story", as_a=plain(one.as_a), i_want=plain(one.i_want), so_that=plain(one.so_that))


def pace(tasks: Collection[Task], on: date, translate: Translate) -> list[str]:
    """Say how fast tasks are done, and which are overdue."""
    found = velocity(tasks, on)
    key = "velocity_none" if found.weeks_left is None else "velocity"
    lines = [translate(key, weeks=found.weeks, hours=found.hours_a_week, left=found.weeks_left)]
    late = ", ".join(plain(task.name) for task in overdue_tasks(tasks, on))
    return [*lines, translate("overdue", titles=late)] if late else lines


def chain(tasks: Sequence[Task], translate: Translate) -> str:
    """Name the tasks of the critical path."""
    path = " → ".join(plain(task.name) for task in tasks)
    return translate("path", hours=sum(task.estimated for task in tasks), path=path)


def themes(found: Themes, rises: Sequence[Rise], translate: Translate) -> list[str]:
    """Name the themes of feedback, and those that are rising."""
    if found.silhouette is None:
        return [translate("themes_few")]
    growing = {rise.theme: rise for rise in rises if rise.rising}
    lines = []
    for theme in found.themes:
        line = translate("theme", terms=plain(", ".join(theme.terms)), count=len(theme.feedback))
        if rise := growing.get(theme):
            line += " – " + translate(
                "rising", recent=rise.recent, recent_total=rise.recent_total, before=rise.before,
                before_total=rise.before_total, p=rise.p_value,
            )  # fmt: skip
        lines.append(line)
    return lines if growing else [*lines, translate("no_rise")]


def rate(feedback: Collection[Feedback], translate: Translate) -> str:
    """Say how much feedback was dealt with."""
    return translate("feedback_rate", done=dealt_with(feedback), total=len(feedback))


def distributions(feedback: Collection[Feedback], translate: Translate) -> list[str]:
    """Say how much feedback there is of each type, source, priority, segment, sentiment and status."""

    def shown(by: By) -> str:
        # Segments are people's own words.
        name = plain if by == "segment" else partial(choice, translate=translate)
        counts = distribution(feedback, by).items()
        return ", ".join(
            f"{name(kind) if kind else choice(None, translate)} {count}" for kind, count in counts
        )

    return [f"{translate(f'field_{by}')}: {shown(by)}" for by in BYS]


def feature_rows(
    features: Sequence[Feature], chosen: MVP, translate: Translate, quote: Callable[[str], str] = plain
) -> list[list[str]]:
    """Return a row for each feature: name, MoSCoW, RICE, hours, status, and whether it is in the MVP."""
    return [
        [
            quote(feature.name), choice(feature.moscow, translate), f"{feature.rice:.2f}",
            f"{feature.effort:g}", choice(feature.status, translate),
            "✓" if feature in chosen.features else "",
        ]
        for feature in features
    ]  # fmt: skip


def metric(one: Metric, translate: Translate) -> list[str]:
    """Return what a metric is: name, category, value, target and unit."""
    value = translate("none") if one.value is None else f"{one.value:g}"
    return [plain(one.name), plain(one.category), value, f"{one.target:g}", plain(one.unit)]


def met(one: Metric, translate: Translate) -> str:
    """Say whether a metric meets its target."""
    return translate({True: "metric_met", False: "metric_missed", None: "metric_unknown"}[one.met])


def markdown_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay rows of Markdown out as a table."""
    lines = [heading, [":---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def bullets(lines: Sequence[str]) -> str:
    """Lay lines of Markdown out as a list."""
    return "\n".join(f"- {line}" for line in lines)
