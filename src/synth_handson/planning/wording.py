"""A plan in words, for the page and the report: Markdown in which what people entered stays text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import partial
from html import escape

from synth_handson.locales import Language, get_text, has_text
from synth_handson.planning.dashboard import LAG, LONG, WEEK, Summary, listed
from synth_handson.planning.entries import Entry
from synth_handson.planning.feedback import By, Feedback, dealt_with, distribution
from synth_handson.planning.plan import KINDS, Kind, Plan
from synth_handson.planning.priorities import MVP, Feature
from synth_handson.planning.progress import Metric, Task, Velocity, overdue_tasks, velocity
from synth_handson.planning.research import Gaps, UserStory
from synth_handson.planning.themes import Rise, Themes

_MARKUP = re.compile(r"[\\`*_\[\]]")
"""Signs that every Markdown takes as text behind a backslash."""
_EXTENSION = re.compile(r"[|~$^]|:(?=\S)")
"""Signs that mean something in some Markdown only: tables, formulas, icons."""

Say = Callable[..., str]

BYS: tuple[By, ...] = ("type", "source", "priority", "segment", "sentiment", "status")
"""By what feedback is counted, in this order."""


def speaker(language: Language) -> Say:
    """Return what looks texts of planning up in a language."""
    return lambda key, **values: get_text(language, f"planning.{key}", **values)


def plain(text: str) -> str:
    """Have Markdown show a text as it is, in one line."""
    marked = _MARKUP.sub(r"\\\g<0>", escape(" ".join(text.split()), quote=False))
    return _EXTENSION.sub(lambda sign: f"&#{ord(sign[0])};", marked)


def field(name: str, kind: Kind, say: Say) -> str:
    """Name a field of a kind."""
    own = f"field_{kind}_{name}"
    return say(own if has_text("en", f"planning.{own}") else f"field_{name}")


def choice(value: str | None, say: Say) -> str:
    """Name what a field was set to."""
    return say("choice_" + (value or "").replace(" ", "_").replace("/", "_"))


def share(value: float | None, say: Say) -> str:
    """Show a share in percent."""
    return say("none") if value is None else f"{value:.0%}"


def level(summary: Summary, say: Say) -> str:
    """Name the level, and why it is so."""
    name = summary.level.replace(" ", "_")
    count = sum(risk.serious for risk in summary.risks) if name == "critical" else len(summary.risks)
    return f"**{say(f'level_{name}')}** – {say(f'why_{name}', count=count)}"


def rule(say: Say) -> str:
    """Say by which rule the level is found."""
    return say("rule", long=LONG, lag=LAG, week=WEEK)


def key_figures(summary: Summary, plan: Plan, say: Say) -> list[tuple[str, str]]:
    """Return what a summary counts, each with its name."""
    done = sum(feature.status == "done" for feature in summary.mvp.features)
    tasks = summary.tasks
    total = len(summary.mvp.features)
    return [
        (say("sum_phase"), choice(summary.phase, say) if summary.phase else _phase(plan, say)),
        (say("sum_mvp"), _of(done, total, say)),
        (say("sum_features"), share(summary.features, say)),
        (say("sum_tasks"), _of(tasks.done, tasks.tasks, say)),
        (say("sum_hours"), share(tasks.by_hours, say)),
        (say("sum_elapsed"), share(summary.elapsed, say)),
        (say("sum_resolved"), _of(dealt_with(plan.feedback), len(plan.feedback), say)),
    ]


def _phase(plan: Plan, say: Say) -> str:
    return say("all_done") if plan.tasks else say("none")


def _of(done: float, total: float, say: Say) -> str:
    return say("of", done=done, total=total) if total else say("none")


def totals(summary: Summary, say: Say) -> str:
    """Say how many entries there are of each kind."""
    return ", ".join(f"{say(f'kind_{kind}')} {summary.totals[kind]}" for kind in KINDS)


def loops(summary: Summary, say: Say) -> list[str]:
    """Say how far build, measure and learn are."""
    return [
        say(f"loop_{loop.loop}", through=loop.through, total=loop.total)
        + ("" if loop.total else f" ({say('loop_empty')})")
        for loop in summary.loops
    ]


def risks(summary: Summary, language: Language) -> list[str]:
    """Say what endangers the plan."""
    say = speaker(language)
    return [
        plain(risk.message.in_words(language)) + (f" **({say('serious')})**" if risk.serious else "")
        for risk in summary.risks
    ] or [say("no_risks")]


def actions(summary: Summary, language: Language) -> list[str]:
    """Say what to do next, and how much depends on it."""
    say = speaker(language)
    return [
        f"{plain(action.message.in_words(language))} *({say(f'weight_{action.weight}')})*"
        for action in summary.actions
    ] or [say("no_actions")]


def smallest(chosen: MVP, say: Say, quote: Callable[[str], str] = plain) -> str:
    """Say what belongs to the smallest product; ``quote`` makes titles fit where they stand."""
    if not chosen.fits:
        return say("mvp_too_much", hours=chosen.hours, available=chosen.available)
    count = len(chosen.features)
    said = say("mvp_fits", count=count, hours=chosen.hours, available=chosen.available)
    out = say("mvp_out", titles=quote(listed(chosen.left_out))) if chosen.left_out else ""
    return f"{said} {out}".strip()


def gaps(found: Gaps, plan: Plan, say: Say) -> list[str]:
    """Name what research has not covered."""
    if not (plan.personas or plan.stories or plan.insights):
        return [say("no_research")]
    named: dict[str, Sequence[Entry]] = {
        "stories": found.stories, "personas": found.personas, "unknown": found.unknown,
    }  # fmt: skip
    return [
        say(f"gaps_{name}", titles=plain(listed(entries))) for name, entries in named.items() if entries
    ] or [say("no_gaps")]


def story(one: UserStory, say: Say) -> str:
    """Tell a user story."""
    return say("story", as_a=plain(one.as_a), i_want=plain(one.i_want), so_that=plain(one.so_that))


def speed(found: Velocity, say: Say) -> str:
    """Say how fast tasks are done."""
    if found.weeks_left is None:
        return say("velocity_none", weeks=found.weeks)
    return say("velocity", weeks=found.weeks, hours=found.hours_a_week, left=found.weeks_left)


def pace(tasks: Collection[Task], on: date, say: Say) -> list[str]:
    """Say how fast tasks are done, and which are overdue."""
    late = ", ".join(plain(task.name) for task in overdue_tasks(tasks, on))
    return [speed(velocity(tasks, on), say), *([say("overdue", titles=late)] if late else [])]


def chain(tasks: Sequence[Task], say: Say) -> str:
    """Name the tasks of the critical path."""
    path = " → ".join(plain(task.name) for task in tasks)
    return say("path", hours=sum(task.estimated for task in tasks), path=path)


def themes(found: Themes, rises: Sequence[Rise], say: Say) -> list[str]:
    """Name the themes of feedback, and those that are rising."""
    if found.silhouette is None:
        return [say("themes_few")]
    growing = {rise.theme: rise for rise in rises if rise.rising}
    lines = []
    for theme in found.themes:
        line = say("theme", terms=plain(", ".join(theme.terms)), count=len(theme.feedback))
        if rise := growing.get(theme):
            line += " – " + say(
                "rising", recent=rise.recent, recent_total=rise.recent_total, before=rise.before,
                before_total=rise.before_total, p=rise.p_value,
            )  # fmt: skip
        lines.append(line)
    return lines if growing else [*lines, say("no_rise")]


def rate(feedback: Collection[Feedback], say: Say) -> str:
    """Say how much feedback was dealt with."""
    return say("voices_rate", done=dealt_with(feedback), total=len(feedback))


def distributions(feedback: Collection[Feedback], say: Say) -> list[str]:
    """Say how much feedback there is of each type, source, priority, segment, sentiment and status."""

    def shown(by: By) -> str:
        # Segments are people's own words.
        name = plain if by == "segment" else partial(choice, say=say)
        counts = distribution(feedback, by).items()
        return ", ".join(f"{name(kind) if kind else choice(None, say)} {count}" for kind, count in counts)

    return [f"{say(f'field_{by}')}: {shown(by)}" for by in BYS]


def feature_rows(features: Sequence[Feature], chosen: MVP, say: Say) -> list[list[str]]:
    """Return a row for each feature: name, MoSCoW, RICE, hours, status, and whether it is in the MVP."""
    return [
        [
            plain(feature.name), choice(feature.moscow, say), f"{feature.rice:.2f}", f"{feature.effort:g}",
            choice(feature.status, say), "✓" if feature in chosen.features else "",
        ]
        for feature in features
    ]  # fmt: skip


def metric(one: Metric, say: Say) -> list[str]:
    """Return what a metric is: name, category, value, target and unit."""
    value = say("none") if one.value is None else f"{one.value:g}"
    return [plain(one.name), plain(one.category), value, f"{one.target:g}", plain(one.unit)]


def met(one: Metric, say: Say) -> str:
    """Say whether a metric meets its target."""
    return say({True: "metric_met", False: "metric_missed", None: "metric_unknown"}[one.met])


def markdown_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay rows of Markdown out as a table."""
    lines = [heading, [":---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def bullets(lines: Sequence[str]) -> str:
    """Lay lines of Markdown out as a list."""
    return "\n".join(f"- {line}" for line in lines)
