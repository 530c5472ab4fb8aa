"""Altair charts of what `distributions` measured: aggregates only, so no chart carries a row of anybody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from synth_handson.locales import Language, get_text
from synth_handson.metrics.bins import Bin, ColumnShares, ScaleKind
from synth_handson.palette import FILL_OPACITY, ORIGINAL, SYNTHETIC

if TYPE_CHECKING:
    import altair as alt
from synth_handson.presentation.labels import column_label

LINE_WIDTH = 44
"""Half-width characters of a chart's title that fit across a phone; a line under a chart has fewer."""
AXIS_WIDTH = 42


_WIDE = r"\u3000-\u9fff\uff00-\uffef"
BREAKABLE = re.compile(rf"[（「]*[{_WIDE}][、。）」：？]*|[^\s{_WIDE}]+\s*|\s+")
"""Parts of a line that are not broken: a word, or a Japanese character with its closing punctuation."""


def lines(text: str, width: int = LINE_WIDTH) -> str | list[str]:
    """Break a chart's text into lines, as Vega does not.

    Parameters
    ----------
    text
        In words with spaces between, or Japanese, which may break anywhere except before closing punctuation.
    width
        Longest line in half-width characters; a full-width one counts two.

    Returns
    -------
    str or list of str
        The text itself if it fits, else its lines.
    """
    if _width(text) <= width:
        return text
    broken = [""]
    for piece in BREAKABLE.findall(text):
        if broken[-1] and _width(broken[-1] + piece.rstrip()) > width:
            broken.append("")
        broken[-1] += piece
    return [line.strip() for line in broken]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def bin_label(bin_: Bin, kind: ScaleKind, language: Language) -> str:
    """Name a bin.

    Parameters
    ----------
    bin_
        A bin of `ColumnShares` or `DistanceShares`.
    kind
        The kind of its column. Integer ranges name their last value; of others the upper bound is not part.
    language
        "ja" or "en".

    Returns
    -------
    str
        For example "20 to 24", "1,500 or more", "management".
    """
    if bin_.kind == "category":
        return str(bin_.label)
    lower, upper = (None if v is None else _number(v, kind) for v in (bin_.lower, bin_.upper))
    key: str = bin_.kind
    if bin_.kind == "range":
        key = "date_range" if kind in ("date", "time") else "half_open_range"
        if kind == "integer" and bin_.lower is not None and bin_.upper is not None:
            key, upper = "whole_range", _number(bin_.upper - 1, kind)
            if lower == upper:
                return str(lower)
    elif bin_.kind in ("below", "beyond") and kind in ("date", "time"):
        key = f"{bin_.kind}_date"
    elif bin_.kind == "unseen" and bin_.label is None:
        key = "unseen_rest"
    return get_text(language, f"charts.{key}", lower=lower, upper=upper, label=bin_.label, count=bin_.count)


def distribution_chart(shares: ColumnShares, language: Language, table: Iterable[str]) -> alt.LayerChart:
    """Draw the original table's column and the synthetic one over the same bins.

    The original is a filled blue shape and the synthetic a red outline, told apart even without colour.
    Numbers and dates make a histogram, categories horizontal bars. Shares outside a histogram's ranges and of
    missing values are said under the title.

    Parameters
    ----------
    shares
        From `synth_handson.metrics.bins.column_shares`.
    language
        Language of titles, legend, tooltips and the description for screen readers: "ja" or "en".
    table
        Names of all columns of the table: those of Bank Marketing have titles.

    Returns
    -------
    altair.LayerChart
        As wide as its container, with a transparent background. Axis and text colours are left to the theme.
    """
    rows = _rows(shares, language)
    overlay = _bars if shares.kind == "category" else _histogram
    chart = overlay(rows, shares.kind, shares.column, language)
    title = column_label(shares.column, language, table)
    outside = [row["said"] for row in rows if shares.kind != "category" and row["kind"] != "range"]
    furthest = max(rows, key=lambda row: abs(row["first"] - row["second"]))
    description = get_text(
        language, "charts.distribution_description", column=title, bins=len(rows), said=furthest["said"]
    )
    subtitle = [get_text(language, "charts.outside"), *outside] if outside else None
    return finish(chart, title, description, subtitle)


Row = dict[str, Any]


def _rows(shares: ColumnShares, language: Language) -> list[Row]:
    """Turn bins into what Vega draws: the original as a filled shape, the synthetic table as an outline."""
    kind = shares.kind
    # Vega counts time in milliseconds; a time of day is shown in hours.
    unit = 1000 if kind == "date" else 1 / 3600 if kind == "time" else 1
    rows: list[Row] = [
        {
            "kind": bin_.kind,
            "bin": bin_label(bin_, kind, language),
            "lower": None if bin_.lower is None else bin_.lower * unit,
            "upper": None if bin_.upper is None else bin_.upper * unit,
            "first": first,
            "first_name": get_text(language, "charts.original"),
            "second": second,
            "second_name": get_text(language, "charts.synthetic"),
        }
        for bin_, first, second in zip(shares.bins, shares.original, shares.synthetic, strict=True)
    ]
    return [{**row, "said": get_text(language, "charts.said", **row)} for row in rows]


def _histogram(rows: list[Row], kind: ScaleKind, title: str, language: Language) -> alt.LayerChart:
    import altair as alt

    drawn = _centre([row for row in rows if row["kind"] == "range"], kind)
    # The outline starts and ends on the axis.
    start = {**drawn[0], "second": 0}
    end = {**drawn[-1], "second": 0, "lower": drawn[-1]["upper"]}
    dated = kind == "date"
    x = alt.X(
        "lower",
        type="temporal" if dated else "quantitative",
        title=title,
        scale=alt.Scale(type="utc", nice=False) if dated else alt.Scale(nice=False, zero=False),
        axis=alt.Axis(grid=False, labelOverlap=True, tickMinStep=1 if kind == "integer" else alt.Undefined),
    )
    fill, stroke = _colours()
    base = alt.Chart(alt.InlineData(values=drawn)).encode(x=x, x2="upper")
    filled = base.mark_bar(
        orient="vertical", binSpacing=0, fillOpacity=FILL_OPACITY, stroke=ORIGINAL, strokeWidth=1, aria=False
    ).encode(y=_share(alt.Y, "first", language), fill=fill)
    outline = (
        alt.Chart(alt.InlineData(values=[start, *drawn, end]))
        .mark_line(interpolate="step-after", strokeWidth=2, aria=False)
        .encode(x=x, y=_share(alt.Y, "second", language), stroke=stroke)
    )
    # A bin answers over its whole height, so that a share too small to be hit can be read as well.
    hover = base.mark_rect(opacity=0).encode(**_reading(rows, language))
    return alt.LayerChart(layer=[filled, outline, hover], height=260)


def _centre(rows: list[Row], kind: ScaleKind) -> list[Row]:
    """Put the bar of a single whole number over its tick, not to the right of it."""
    if kind != "integer" or rows[0]["upper"] - rows[0]["lower"] != 1:
        return rows
    return [{**row, "lower": row["lower"] - 0.5, "upper": row["upper"] - 0.5} for row in rows]


def _bars(rows: list[Row], kind: ScaleKind, title: str, language: Language) -> alt.LayerChart:
    import altair as alt

    y = alt.Y("bin:N", sort=None, title=title, axis=alt.Axis(labelLimit=180, ticks=False, titlePadding=8))
    fill, stroke = _colours()
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=y)
    filled = base.mark_bar(
        height={"band": 0.8}, fillOpacity=FILL_OPACITY, stroke=ORIGINAL, strokeWidth=1, aria=False
    ).encode(x=_share(alt.X, "first", language), fill=fill)
    outline = base.mark_bar(height={"band": 0.5}, filled=False, strokeWidth=2, aria=False).encode(
        x=_share(alt.X, "second", language), stroke=stroke
    )
    hover = base.mark_rect(opacity=0).encode(**_reading(rows, language))
    return alt.LayerChart(layer=[filled, outline, hover], height=alt.Step(26))


def _share(channel: Any, field: str, language: Language) -> Any:
    import altair as alt

    return channel(
        f"{field}:Q",
        title=get_text(language, "charts.share_axis"),
        axis=alt.Axis(format="~%", tickCount=5),
        scale=alt.Scale(domainMin=0),
    )


def _colours() -> tuple[alt.Fill, alt.Stroke]:
    import altair as alt

    legend = alt.Legend(title=None, orient="top", symbolType="square", symbolSize=140)
    return (
        alt.Fill("first_name:N", scale=alt.Scale(range=[ORIGINAL]), legend=legend),
        alt.Stroke("second_name:N", scale=alt.Scale(range=[SYNTHETIC]), legend=legend),
    )


def _reading(rows: list[Row], language: Language) -> dict[str, Any]:
    """Say a bin's shares: in a tooltip, and to a screen reader."""
    import altair as alt

    tooltip = [
        alt.Tooltip("bin:N", title=get_text(language, "charts.bin")),
        alt.Tooltip("first:Q", title=rows[0]["first_name"], format=".2%"),
        alt.Tooltip("second:Q", title=rows[0]["second_name"], format=".2%"),
    ]
    return {"tooltip": tooltip, "description": alt.Description("said:N")}


def finish(
    chart: alt.LayerChart, title: str, description: str | None = None, subtitle: Any = None
) -> alt.LayerChart:
    """Give a chart what all have: its title, what a screen reader is told, and its container's width."""
    import altair as alt

    chart = chart.properties(
        width="container",
        background="transparent",
        title=alt.TitleParams(lines(title), subtitle=subtitle or alt.Undefined, anchor="start", offset=12),
        description=description or title,
    )
    finished: alt.LayerChart = chart.configure_view(stroke=None).configure_axis(gridOpacity=0.25)
    return finished


def _number(value: float, kind: ScaleKind) -> str:
    if kind == "date":
        moment = np.datetime64(int(value), "s")
        return str(moment.astype("M8[D]") if value % 86400 == 0 else moment).replace("T", " ")
    if kind == "time":
        return f"{int(value // 3600):02}:{int(value % 3600 // 60):02}" + (
            f":{value % 60:02.0f}" if value % 60 else ""
        )
    return f"{value:,.12g}".replace("-", "−")
