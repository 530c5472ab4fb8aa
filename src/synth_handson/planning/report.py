"""A plan as a report in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from synth_handson.errors import ArgumentError
from synth_handson.locales import Language
from synth_handson.planning import wording
from synth_handson.planning.dashboard import Summary, summarise
from synth_handson.planning.plan import Plan
from synth_handson.planning.priorities import by_rice
from synth_handson.planning.progress import (
    completed_by_phase,
    critical_path,
    open_tasks,
)
from synth_handson.planning.research import find_gaps, find_insights
from synth_handson.planning.themes import find_rises, find_themes
from synth_handson.planning.wording import Say, bullets, markdown_table, plain


def write_report(plan: Plan, on: date, hours: float, language: Language = "en") -> str:
    """Write a report of everything that follows from a plan.

    Parameters
    ----------
    plan
        All of it.
    on
        The day as of which it is written.
    hours
        What there is for the smallest product.
    language
        The reader's.

    Returns
    -------
    str
        Markdown; what people entered stands in it as text.

    Raises
    ------
    ArgumentError
        As `summarise` and `find_themes`.
    """
    say = wording.speaker(language)
    summary = summarise(plan, on, hours)
    parts = [
        f"# {say('report_title', on=on)}",
        wording.level(summary, say),
        markdown_table(*_figures(summary, plan, say)),
        f"{say('report_made', count=len(plan))} {wording.totals(summary, say)}",
        wording.rule(say),
        f"## {say('risks_title')}",
        bullets(wording.risks(summary, language)),
        f"## {say('actions_title')}",
        bullets(wording.actions(summary, language)),
        f"## {say('loops_title')}",
        bullets(wording.loops(summary, say)),
        *_features(plan, summary, say),
        *_research(plan, say),
        *_progress(plan, on, say),
        *_feedback(plan, on, say),
    ]
    return "\n\n".join(parts) + "\n"


def _figures(summary: Summary, plan: Plan, say: Say) -> tuple[list[str], list[list[str]]]:
    names, values = zip(*wording.key_figures(summary, plan, say), strict=True)
    return list(names), [list(values)]


def _features(plan: Plan, summary: Summary, say: Say) -> Iterator[str]:
    yield f"## {say('report_features')}"
    if not plan.features:
        yield say("no_features")
        return
    fields = ("name", "moscow", "rice", "effort", "status")
    heading = [*(say(f"field_{field}") for field in fields), say("in_mvp")]
    yield markdown_table(heading, wording.feature_rows(by_rice(plan.features), summary.mvp, say))
    yield wording.smallest(summary.mvp, say)
    yield say("rice_note")


def _research(plan: Plan, say: Say) -> Iterator[str]:
    yield f"## {say('report_research')}"
    yield bullets(wording.gaps(find_gaps(plan.personas, plan.stories, plan.insights), plan, say))
    if plan.stories:
        yield bullets([wording.story(one, say) for one in plan.stories])
    if plan.insights:
        heading = [
            wording.field(name, "insights", say) for name in ("title", "method", "confidence", "what_to_do")
        ]
        yield markdown_table(
            heading,
            [
                [
                    plain(one.title),
                    wording.choice(one.method, say),
                    str(one.confidence),
                    plain(one.what_to_do),
                ]
                for one in find_insights(plan.insights)
            ],
        )


def _progress(plan: Plan, on: date, say: Say) -> Iterator[str]:
    yield f"## {say('report_progress')}"
    if not plan.tasks:
        yield say("no_tasks")
    else:
        heading = [say("field_phase"), say("sum_tasks"), say("sum_hours")]
        phases = [
            [
                wording.choice(phase, say),
                say("of", done=found.done, total=found.tasks),
                wording.share(found.by_hours, say),
            ]
            for phase, found in completed_by_phase(plan.tasks, on).items()
        ]
        yield markdown_table(heading, phases)
        yield from wording.pace(plan.tasks, on, say)
        # A circle is among the risks already.
        try:
            path = critical_path(open_tasks(plan.tasks, on))
        except ArgumentError:
            path = []
        if path:
            yield wording.chain(path, say)
    if plan.milestones:
        heading = [say(f"field_{field}") for field in ("name", "start", "due", "reached_on")]
        rows = [
            [plain(one.name), str(one.start), str(one.due), str(one.reached_on or "")]
            for one in sorted(plan.milestones, key=lambda one: (one.due, one.name))
        ]
        yield markdown_table(heading, rows)
    if plan.metrics:
        yield f"## {say('report_metrics')}"
        heading = [say(f"field_{field}") for field in ("name", "category", "value", "target", "unit")]
        yield markdown_table(
            [*heading, say("metric_heading")],
            [[*wording.metric(one, say), wording.met(one, say)] for one in plan.metrics],
        )


def _feedback(plan: Plan, on: date, say: Say) -> Iterator[str]:
    yield f"## {say('report_feedback')}"
    if not plan.feedback:
        yield say("no_voices")
        return
    yield wording.rate(plan.feedback, say)
    yield bullets(wording.distributions(plan.feedback, say))
    found = find_themes(plan.feedback)
    yield f"### {say('themes_title')}"
    yield bullets(wording.themes(found, find_rises(found.themes, plan.feedback, on), say))
    if found.silhouette is not None:
        yield say("themes_note", silhouette=found.silhouette)
