"""A plan as a report in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from synth_planning import wording
from synth_planning.dashboard import Summary, summarise
from synth_planning.doubles import find_doubles
from synth_planning.errors import ArgumentError
from synth_planning.locales import Language
from synth_planning.plan import Plan
from synth_planning.priorities import by_rice
from synth_planning.progress import completed_by_phase, critical_path, open_tasks
from synth_planning.research import find_gaps, find_insights
from synth_planning.themes import find_rises, find_themes
from synth_planning.wording import Translate, bullets, markdown_table, plain


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
    translate = wording.translator(language)
    summary = summarise(plan, on, hours)
    figures = wording.key_figures(summary, plan, translate)
    twice = wording.doubles(find_doubles(plan), translate)
    parts = [
        f"# {f'{plain(plan.name)} – ' if plan.name else ''}{translate('report_title', on=on)}",
        wording.level(summary, translate),
        markdown_table([one.name for one in figures], [[one.value for one in figures]]),
        f"{translate('report_made', count=len(plan))} {wording.totals(summary, translate)}",
        *([f"{translate('doubles_title')}\n\n{bullets(twice)}"] if twice else []),
        wording.rule(translate),
        f"## {translate('risks_title')}",
        bullets(wording.risks(summary, language)),
        f"## {translate('actions_title')}",
        bullets(wording.actions(summary, language)),
        f"## {translate('loops_title')}",
        bullets(wording.loops(summary, translate)),
        *_features(plan, summary, translate),
        *_research(plan, translate),
        *_progress(plan, on, translate),
        *_feedback(plan, on, translate),
    ]
    return "\n\n".join(parts) + "\n"


def _features(plan: Plan, summary: Summary, translate: Translate) -> Iterator[str]:
    yield f"## {translate('report_features')}"
    if not plan.features:
        yield translate("no_features")
        return
    fields = ("name", "moscow", "rice", "effort", "status")
    heading = [*(translate(f"field_{field}") for field in fields), translate("in_mvp")]
    yield markdown_table(heading, wording.feature_rows(by_rice(plan.features), summary.mvp, translate))
    yield wording.smallest(summary.mvp, translate)
    yield translate("rice_note")


def _research(plan: Plan, translate: Translate) -> Iterator[str]:
    yield f"## {translate('report_research')}"
    yield bullets(wording.gaps(find_gaps(plan.personas, plan.stories, plan.insights), plan, translate))
    if plan.stories:
        yield bullets([wording.story(one, translate) for one in plan.stories])
    if plan.insights:
        fields = ("title", "method", "confidence", "what_to_do")
        rows = [
            [
                plain(one.title),
                wording.choice(one.method, translate),
                str(one.confidence),
                plain(one.what_to_do),
            ]
            for one in find_insights(plan.insights)
        ]
        yield markdown_table([wording.field(name, "insights", translate) for name in fields], rows)


def _progress(plan: Plan, on: date, translate: Translate) -> Iterator[str]:
    yield f"## {translate('report_progress')}"
    if not plan.tasks:
        yield translate("no_tasks")
    else:
        heading = [translate("field_phase"), translate("sum_tasks"), translate("sum_hours")]
        phases = [
            [
                wording.choice(phase, translate),
                translate("of", done=found.done, total=found.tasks),
                wording.share(found.by_hours, translate),
            ]
            for phase, found in completed_by_phase(plan.tasks, on).items()
        ]
        yield markdown_table(heading, phases)
        yield from wording.pace(plan.tasks, on, translate)
        # A circle is among the risks already.
        try:
            path = critical_path(open_tasks(plan.tasks, on))
        except ArgumentError:
            path = []
        if path:
            yield wording.chain(path, translate)
    if plan.milestones:
        heading = [translate(f"field_{field}") for field in ("name", "start", "due", "reached_on")]
        rows = [
            [plain(one.name), str(one.start), str(one.due), str(one.reached_on or "")]
            for one in sorted(plan.milestones, key=lambda one: (one.due, one.name))
        ]
        yield markdown_table(heading, rows)
    if plan.metrics:
        yield f"## {translate('report_metrics')}"
        heading = [translate(f"field_{field}") for field in ("name", "category", "value", "target", "unit")]
        yield markdown_table(
            [*heading, translate("metric_heading")],
            [[*wording.metric(one, translate), wording.met(one, translate)] for one in plan.metrics],
        )


def _feedback(plan: Plan, on: date, translate: Translate) -> Iterator[str]:
    yield f"## {translate('report_feedback')}"
    if not plan.feedback:
        yield translate("no_feedback")
        return
    yield wording.rate(plan.feedback, translate)
    yield bullets(wording.distributions(plan.feedback, translate))
    found = find_themes(plan.feedback)
    yield f"### {translate('themes_title')}"
    yield bullets(wording.themes(found, find_rises(found.themes, plan.feedback, on), translate))
    if found.silhouette is not None:
        yield translate("themes_note", silhouette=found.silhouette)
