"""An Altair chart of engines: how useful their tables are, against the risk for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synth_handson.comparison import COPIED, HOLDOUT, EngineComparison, Trial
from synth_handson.locales import Language, get_text
from synth_handson.palette import HOLDOUT as GREY
from synth_handson.palette import ORIGINAL, SYNTHETIC
from synth_handson.presentation.charts import AXIS_WIDTH, finish, lines
from synth_handson.presentation.words import percent

if TYPE_CHECKING:
    import altair as alt

COLOURS = [SYNTHETIC, "#7b4ab5", "#1a8a6a", "#e69f00", "#56b4e9", "#5b4636"]
"""Colours of the engines, in the order given; real rows are grey if nobody trained on them, else blue."""


def frontier_chart(comparison: EngineComparison, language: Language) -> alt.LayerChart:
    """Draw usefulness against privacy risk, a point for each engine and seed, with 95 % intervals.

    Parameters
    ----------
    comparison
        From `synth_handson.compare_engines`. Trials in which no use was measured are left out.
    language
        "ja" or "en".

    Returns
    -------
    altair.LayerChart
        The upper left is better: more useful, and less risk. As wide as its container.
    """
    import altair as alt

    rows = [_row(trial, language) for trial in comparison.trials if trial.kept is not None]
    drawn = list(dict.fromkeys(trial.engine for trial in comparison.trials if trial.kept is not None))
    real = {HOLDOUT: GREY, COPIED: ORIGINAL}
    engines = [engine for engine in drawn if engine not in real]
    colours = dict(zip(engines, COLOURS * len(engines), strict=False))
    colours |= {name: colour for name, colour in real.items() if name in drawn}
    names = {engine: get_text(language, f"frontier.{engine}") for engine in colours}
    shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        color=alt.Color(
            "name:N",
            scale=alt.Scale(domain=list(names.values()), range=list(colours.values())),
            legend=alt.Legend(title=None, orient="top", columns=1, labelLimit=320),
        )
    )
    x = alt.X(
        "risk:Q",
        title=lines(get_text(language, "frontier.axis_risk"), AXIS_WIDTH),
        scale=alt.Scale(zero=False),
    )
    y = alt.Y("kept:Q", title=lines(get_text(language, "frontier.axis_kept"), 30), axis=alt.Axis(format="%"))
    points = base.mark_point(filled=True, size=70, opacity=0.9).encode(
        shape=alt.Shape("name:N", scale=alt.Scale(domain=list(names.values()), range=shapes), legend=None),
        x=x,
        y=y,
        tooltip=[
            alt.Tooltip(f"{name}:N", title=get_text(language, f"frontier.{name}"))
            for name in ("name", "seed", "kept_said", "risk_said", "verdict")
        ],
        description=alt.Description("said:N"),
    )
    across = base.mark_rule(opacity=0.5, aria=False).encode(x=alt.X("risk_low:Q"), x2="risk_high:Q", y=y)
    up = base.mark_rule(opacity=0.5, aria=False).encode(x=x, y=alt.Y("kept_low:Q"), y2="kept_high:Q")
    chart = alt.LayerChart(layer=[across, up, points], height=320)
    return finish(chart, finding(comparison, language))


def finding(comparison: EngineComparison, language: Language) -> str:
    """Say which engine's table keeps most, and whether the intervals show that it does."""
    kept = [
        (trial.kept, trial.engine)
        for trial in comparison.trials
        if trial.engine not in (HOLDOUT, COPIED) and trial.kept is not None and trial.kept.value is not None
    ]
    if len({engine for _, engine in kept}) < 2:
        return get_text(language, "frontier.title")
    best, engine = max(kept, key=lambda one: one[0].value or 0.0)
    rivals = [measure for measure, other in kept if other != engine]
    shown = best.low is not None and all(m.high is not None and m.high < best.low for m in rivals)
    return get_text(
        language, "frontier.best" if shown else "frontier.best_unsure",
        engine=get_text(language, f"frontier.{engine}"), kept=percent(best.value or 0.0, 0),
    )  # fmt: skip


def _row(trial: Trial, language: Language) -> dict[str, Any]:
    kept, risk = trial.kept, trial.risk
    assert kept is not None and kept.value is not None and risk.value is not None
    ends = [percent(end, 0) for end in (kept.low, kept.high) if end is not None]
    said = {
        "name": get_text(language, f"frontier.{trial.engine}"),
        "seed": trial.seed,
        "kept_said": f"{percent(kept.value, 0)} ({' – '.join(ends)})",
        "risk_said": f"{risk.value:.3f} ({risk.low:.3f} – {risk.high:.3f})",
        "verdict": get_text(language, f"evidence.outcome_{trial.verdict}"),
    }
    return said | {
        "kept": kept.value,
        "kept_low": kept.low,
        "kept_high": kept.high,
        "risk": risk.value,
        "risk_low": risk.low,
        "risk_high": risk.high,
        "said": "; ".join(str(value) for value in said.values()),
    }
