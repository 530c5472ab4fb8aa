"""Altair charts of a plan."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

import altair as alt

from synth_planning.feedback import Feedback, by_month
from synth_planning.locales import Language
from synth_planning.priorities import MOSCOW, Feature, by_rice
from synth_planning.progress import BurnUp, Milestone, overdue_milestones
from synth_planning.wording import choice, translator

MOSCOW_COLORS = ("#c8553d", "#e09f3e", "#4f86a6", "#9aa0a6")
STATE_COLORS = {"reached": "#3a8f5c", "open": "#4f86a6", "overdue": "#c8553d"}
TYPE_COLORS = ("#c8553d", "#4f86a6", "#e09f3e", "#8064a2", "#9aa0a6")
LABEL = 180
"""Pixels that the name of a row may take; longer ones end with three dots."""
NUMBER = "#888"
"""Colour of numbers beside bars, which can be read on light and on dark."""
ROOM = 1.2
"""Length of the axis by that of the longest bar, so that the bar's number has room on a phone."""
MOST_BARS = 40
"""Of more features, those with the highest RICE are drawn."""


def rice_bars(features: Collection[Feature], language: Language) -> alt.LayerChart:
    """Draw a bar, with its number, for each of the first features by RICE, at most `MOST_BARS`."""
    translate = translator(language)
    ordered = by_rice(features)[:MOST_BARS]
    rows = [
        {
            "id": feature.id, "name": feature.name, "rice": round(feature.rice, 4),
            "moscow": choice(feature.moscow, translate), "hours": feature.effort,
            "status": choice(feature.status, translate),
        }
        for feature in ordered
    ]  # fmt: skip
    groups = [choice(group, translate) for group in MOSCOW]
    longest = max((feature.rice for feature in ordered), default=1.0)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("rice:Q", title=translate("field_rice"), scale=alt.Scale(domain=[0, ROOM * longest])),
        y=_names([feature.id for feature in ordered], rows),
        tooltip=[
            alt.Tooltip("name:N", title=translate("field_name")),
            alt.Tooltip("rice:Q", title=translate("field_rice"), format=".2f"),
            alt.Tooltip("moscow:N", title=translate("field_moscow")),
            alt.Tooltip("hours:Q", title=translate("field_effort")),
            alt.Tooltip("status:N", title=translate("field_status")),
        ],
    )
    bars = base.mark_bar().encode(color=_colors("moscow", groups, MOSCOW_COLORS, columns=2))
    numbers = base.mark_text(align="left", dx=4, color=NUMBER).encode(text=alt.Text("rice:Q", format=".2f"))
    chart: alt.LayerChart = (bars + numbers).properties(width="container", height=alt.Step(24))
    return chart


def gantt(milestones: Collection[Milestone], on: date, language: Language) -> alt.LayerChart:
    """Draw a bar from start to due day for each milestone, and a line at a day."""
    translate = translator(language)
    late = {milestone.id for milestone in overdue_milestones(milestones, on)}
    ordered = sorted(milestones, key=lambda one: (one.due, one.start, one.name))
    rows = [
        {
            "id": one.id, "name": one.name, "start": str(one.start), "due": str(one.due),
            # A bar covers its last day.
            "end": str(one.due + timedelta(days=1)), "reached": one.reached_on and str(one.reached_on),
            "state": translate(f"gantt_{_state(one, late, on)}"),
        }
        for one in ordered
    ]  # fmt: skip
    states = {translate(f"gantt_{name}"): color for name, color in STATE_COLORS.items()}
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=_names([one.id for one in ordered], rows),
        tooltip=[
            alt.Tooltip("name:N", title=translate("field_name")),
            alt.Tooltip("start:T", title=translate("field_start"), format="%Y-%m-%d"),
            alt.Tooltip("due:T", title=translate("field_due"), format="%Y-%m-%d"),
            alt.Tooltip("reached:T", title=translate("field_reached_on"), format="%Y-%m-%d"),
        ],
    )
    bars = base.mark_bar().encode(
        x=alt.X("start:T", title=None, axis=_days()),
        x2="end:T",
        color=_colors("state", list(states), list(states.values())),
    )
    day = alt.Chart(alt.InlineData(values=[{"on": str(on)}]))
    today = day.mark_rule(strokeDash=[4, 3], color=NUMBER).encode(x="on:T")
    chart: alt.LayerChart = (bars + today).properties(width="container", height=alt.Step(28))
    return chart


def _state(one: Milestone, late: Collection[str], on: date) -> str:
    if one.id in late:
        return "overdue"
    return "reached" if one.reached_on and one.reached_on <= on else "open"


def burn_up_lines(days: Sequence[BurnUp], language: Language) -> alt.Chart:
    """Draw the hours planned and done, day by day."""
    translate = translator(language)
    names = {"planned": translate("burn_planned"), "done": translate("burn_done")}
    rows = [
        {"day": str(one.day), "hours": getattr(one, name), "what": shown}
        for one in days
        for name, shown in names.items()
    ]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(interpolate="step-after", point=True)
        .encode(
            x=alt.X("day:T", title=None, axis=_days()),
            y=alt.Y("hours:Q", title=translate("burn_hours")),
            color=_colors("what", list(names.values()), ["#9aa0a6", "#3a8f5c"]),
            strokeDash=alt.StrokeDash("what:N", legend=None, sort=list(names.values())),
            tooltip=[
                alt.Tooltip("day:T", title=translate("day"), format="%Y-%m-%d"),
                alt.Tooltip("what:N", title=" "),
                alt.Tooltip("hours:Q", title=translate("burn_hours")),
            ],
        )
        .properties(width="container", height=220)
    )
    return chart


def feedback_months(feedback: Collection[Feedback], language: Language) -> alt.LayerChart:
    """Draw the feedback of each type by month, with its number."""
    translate = translator(language)
    kinds = [choice(kind, translate) for kind in Feedback.choices("type")]
    rows = [
        {"month": f"{month:%Y-%m}", "type": choice(kind, translate), "count": count}
        for (month, kind), count in sorted(by_month(feedback).items())
    ]
    count = alt.Y("count:Q", stack="zero", title=translate("count"), axis=alt.Axis(tickMinStep=1))
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
        order=alt.Order("type:N"),
        tooltip=[
            alt.Tooltip("month:O", title=translate("month")),
            alt.Tooltip("type:N", title=translate("field_type")),
            alt.Tooltip("count:Q", title=translate("count")),
        ],
    )
    bars = base.mark_bar().encode(y=count, color=_colors("type", kinds, TYPE_COLORS, columns=3))
    numbers = base.mark_text(color="white").encode(
        y=count.copy().bandPosition(0.5), detail="type:N", text="count:Q"
    )
    chart: alt.LayerChart = (bars + numbers).properties(width="container", height=220)
    return chart


def _colors(field: str, names: Sequence[str], colors: Sequence[str], columns: int = 0) -> alt.Color:
    """Assign a colour to each name, with a legend above the chart in this many columns; 0 is one row."""
    scale = alt.Scale(domain=names, range=colors)
    return alt.Color(f"{field}:N", title=None, scale=scale, legend=alt.Legend(orient="top", columns=columns))


def _names(order: list[str], rows: list[dict[str, Any]]) -> alt.Y:
    """Label rows by name, even if two share one."""
    # JSON is an object in Vega's expressions, too.
    names = json.dumps({row["id"]: row["name"] for row in rows})
    axis = alt.Axis(labelExpr=f"{names}[datum.value]", labelLimit=LABEL, ticks=False)
    return alt.Y("id:N", sort=order, title=None, axis=axis)


def _days() -> alt.Axis:
    return alt.Axis(format="%Y-%m-%d", labelOverlap=True, tickCount=6)
