"""What the page shows of a plan, one function per tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any, Literal

import altair as alt
import marimo as mo

from synth_planning import charts, wording
from synth_planning.dashboard import Level, Summary
from synth_planning.doubles import find_doubles
from synth_planning.errors import PlanningError
from synth_planning.feedback import Feedback, suggest_sentiment
from synth_planning.locales import Language
from synth_planning.page.state import failure
from synth_planning.plan import Plan
from synth_planning.priorities import MVP, Feature, by_moscow
from synth_planning.progress import Metric, burn_up, critical_path, open_tasks
from synth_planning.research import find_gaps, find_insights
from synth_planning.themes import find_rises, find_themes
from synth_planning.wording import Translate, bullets, choice, markdown_table, plain, translator

alt.renderers.set_embed_options(renderer="svg", actions=False)

CalloutKind = Literal["success", "warn", "danger", "neutral"]

COLORS: dict[Level, CalloutKind] = {
    "on track": "success",
    "at risk": "warn",
    "critical": "danger",
    "cannot tell": "neutral",
}
MOST_SUGGESTED = 10
"""Feedback for which a sentiment is suggested at once."""


def tabs(parts: Mapping[str, object], language: Language) -> mo.ui.tabs:
    """Put the sections side by side."""
    translate = translator(language)
    return mo.ui.tabs({translate(f"tab_{name}"): part for name, part in parts.items()})


def overview(plan: Plan, summary: Summary, language: Language) -> mo.Html:
    """Say where the plan stands, what endangers it, and what to do next."""
    translate = translator(language)
    figures = "".join(_figure(found) for found in wording.key_figures(summary, plan, translate))
    twice = wording.doubles(find_doubles(plan), translate)
    parts: list[Any] = [
        mo.callout(mo.md(wording.level(summary, translate)), kind=COLORS[summary.level]),
        mo.Html(f'<div class="sp-figures">{figures}</div>'),
        mo.accordion({translate("rule_title"): mo.md(wording.rule(translate))}),
        mo.md(f"### {translate('risks_title')}\n\n{bullets(wording.risks(summary, language))}"),
        mo.md(f"### {translate('actions_title')}\n\n{bullets(wording.actions(summary, language))}"),
        mo.md(f"### {translate('loops_title')}\n\n{bullets(wording.loops(summary, translate))}"),
        mo.md(f"### {translate('totals_title')}\n\n{wording.totals(summary, translate)}"),
    ]
    if twice:
        parts.append(mo.md(f"{translate('doubles_title')}\n\n{bullets(twice)}"))
    return mo.vstack(parts)


def _figure(found: wording.Figure) -> str:
    """Show a number on a card that opens what it counts."""
    shown = f"<span>{escape(found.name)}</span><strong>{escape(found.value)}</strong>"
    if not found.counted:
        return f"<div>{shown}</div>"
    lines = "".join(f"<li>{escape(line)}</li>" for line in found.counted)
    return f"<details><summary>{shown}</summary><ul>{lines}</ul></details>"


def priorities(features: Sequence[Feature], chosen: MVP, language: Language) -> mo.Html:
    """Show features by RICE and by MoSCoW, and the smallest product."""
    translate = translator(language)
    if not features:
        return mo.md(translate("no_features"))
    notes = [translate("rice_note")]
    if len(features) > charts.MOST_BARS:
        notes.append(translate("rice_first", drawn=charts.MOST_BARS, count=len(features)))
    small = "<br>".join(map(escape, notes))
    return mo.vstack(
        [
            _chart("rice_title", charts.rice_bars(features, language), translate),
            mo.Html(f'<div class="sp-small">{small}</div>'),
            mo.md(f"### {translate('board_title')}"),
            mo.Html(_board(features, chosen, translate)),
            mo.md(f"### {translate('mvp_title')}\n\n{wording.smallest(chosen, translate)}"),
        ]
    )


def _board(features: Sequence[Feature], chosen: MVP, translate: Translate) -> str:
    columns = []
    for group, found in by_moscow(features).items():
        cards = "".join(_card(feature, chosen, translate) for feature in found)
        name = escape(choice(group, translate))
        columns.append(f'<section class="sp-{group}"><h4>{name} ({len(found)})</h4>{cards}</section>')
    return f'<div class="sp-board">{"".join(columns)}</div>'


def _card(feature: Feature, chosen: MVP, translate: Translate) -> str:
    facts = [
        f"RICE {feature.rice:.2f}",
        translate("board_hours", hours=feature.effort),
        choice(feature.status, translate),
        *([translate("in_mvp")] if feature in chosen.features else []),
    ]
    said = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    title = escape(feature.description, quote=True)
    return f'<article title="{title}"><strong>{escape(feature.name)}</strong><ul>{said}</ul></article>'


def research(plan: Plan, chosen: Mapping[str, Any], finders: Any, language: Language) -> mo.Html:
    """Show what was learned, the stories, and what research has not covered."""
    translate = translator(language)
    found = find_gaps(plan.personas, plan.stories, plan.insights)
    parts: list[Any] = [mo.md(bullets(wording.gaps(found, plan, translate)))]
    if plan.insights:
        names = {persona.id: persona.name for persona in plan.personas}
        rows = [
            [
                plain(one.title), plain(one.finding), choice(one.method, translate), str(one.confidence),
                choice(one.impact, translate),
                plain(", ".join(names.get(each, each) for each in one.personas)), plain(one.what_to_do),
            ]
            for one in find_insights(plan.insights, **chosen)
        ]  # fmt: skip
        fields = ("title", "finding", "method", "confidence", "impact", "personas", "what_to_do")
        heading = [wording.field(name, "insights", translate) for name in fields]
        parts += [
            mo.md(f"### {translate('kind_insights')}"),
            mo.hstack(list(finders.elements.values()), justify="start", gap=2, wrap=True),
            _table(heading, rows) if rows else mo.md(translate("nothing_found")),
        ]
    if plan.stories:
        told = bullets([wording.story(one, translate) for one in plan.stories])
        parts.append(mo.md(f"### {translate('kind_stories')}\n\n{told}"))
    if plan.personas:
        rows = [
            [
                plain(one.name),
                plain(one.description),
                plain("; ".join(one.goals)),
                plain("; ".join(one.pains)),
            ]
            for one in plan.personas
        ]
        heading = [translate(f"field_{name}") for name in ("name", "description")]
        heading += [translate("goals"), translate("pains")]
        parts += [mo.md(f"### {translate('kind_personas')}"), _table(heading, rows)]
    return mo.vstack(parts)


def progress(plan: Plan, on: date, language: Language) -> mo.Html:
    """Show what is done, what is late, and what waits for what."""
    translate = translator(language)
    parts: list[Any] = []
    if plan.milestones:
        parts.append(_chart("gantt_title", charts.gantt(plan.milestones, on, language), translate))
    else:
        parts.append(mo.md(translate("no_milestones")))
    if plan.tasks:
        parts.append(_chart("burn_title", charts.burn_up_lines(burn_up(plan.tasks, on), language), translate))
        lines = wording.pace(plan.tasks, on, translate)
        try:
            path = critical_path(open_tasks(plan.tasks, on))
            lines += [wording.chain(path, translate)] if path else []
        except PlanningError as error:
            parts.append(failure(error, language))
        parts.append(mo.md(bullets(lines)))
    else:
        parts.append(mo.md(translate("no_tasks")))
    if plan.metrics:
        parts += [mo.md(f"### {translate('kind_metrics')}"), _metrics(plan.metrics, translate)]
    return mo.vstack(parts)


def _metrics(metrics: Sequence[Metric], translate: Translate) -> mo.Html:
    heading = [
        translate(f"field_{name}") for name in ("name", "category", "value", "target", "unit", "better")
    ]
    rows = [
        [*wording.metric(one, translate), choice(one.better, translate), wording.met(one, translate)]
        for one in metrics
    ]
    return _table([*heading, translate("metric_heading")], rows)


def feedback_tab(plan: Plan, on: date, language: Language) -> mo.Html:
    """Show what users say: how much of what, themes, and which sentiments are suggested."""
    translate = translator(language)
    if not plan.feedback:
        return mo.md(translate("no_feedback"))
    parts: list[Any] = [
        _chart("feedback_time_title", charts.feedback_months(plan.feedback, language), translate),
        mo.md(wording.rate(plan.feedback, translate)),
        mo.md(bullets(wording.distributions(plan.feedback, translate))),
        mo.md(f"### {translate('themes_title')}"),
    ]
    try:
        found = find_themes(plan.feedback)
        parts.append(
            mo.md(bullets(wording.themes(found, find_rises(found.themes, plan.feedback, on), translate)))
        )
        if found.silhouette is not None:
            note = escape(translate("themes_note", silhouette=found.silhouette))
            parts.append(mo.Html(f'<div class="sp-small">{note}</div>'))
        parts += _suggestions(plan.feedback, translate)
    except PlanningError as error:
        parts.append(failure(error, language))
    return mo.vstack(parts)


def _suggestions(feedback: Sequence[Feedback], translate: Translate) -> list[Any]:
    unset = [one for one in feedback if one.sentiment is None]
    if not unset:
        return []
    rows = [
        [
            plain(one.text),
            choice(found, translate) if (found := suggest_sentiment(one.text)) else translate("suggest_none"),
        ]
        for one in unset[:MOST_SUGGESTED]
    ]
    table = _table([translate("field_text"), translate("suggested")], rows)
    return [mo.md(f"### {translate('field_sentiment')}\n\n{translate('suggest')}"), table]


def _chart(title: str, chart: alt.Chart | alt.LayerChart, translate: Translate) -> mo.Html:
    return mo.vstack([mo.md(f"### {translate(title)}"), mo.as_html(chart)])


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> mo.Html:
    """Show a table that scrolls by itself where the page is narrow."""
    return mo.Html(f'<div class="sp-table">{mo.md(markdown_table(heading, rows)).text}</div>')
