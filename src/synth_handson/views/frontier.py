"""An Altair chart of engines: what their tables are of use for, against the risk for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synth_handson.comparison import COPIED, HOLDOUT, EngineComparison, Trial
from synth_handson.locales import Language, get_text
from synth_handson.palette import HOLDOUT as GREY
from synth_handson.palette import ORIGINAL, SYNTHETIC
from synth_handson.views.charts import AXIS_WIDTH, finish, lines

if TYPE_CHECKING:
    import altair as alt

COLOURS = [SYNTHETIC, "#b5651d", "#7b4ab5", "#1a8a6a", "#9c2a6b", "#6b7a1e"]
"""Of the engines, in the order they are given; real rows are grey where nobody trained on them, else blue."""


def frontier_chart(comparison: EngineComparison, language: Language) -> alt.LayerChart:
    """Draw use against privacy risk, a point for each engine and seed, with 95 % intervals.

    Parameters
    ----------
    comparison
        From `synth_handson.compare_engines`. Trials in which no use was measured are left out.
    language
        "ja" or "en".

    Returns
    -------
    altair.LayerChart
        To the upper left is better: of more use, and less risk. As wide as its container.
    """
    import altair as alt

    rows = [_row(trial, language) for trial in comparison.trials if trial.kept is not None]
    drawn = list(dict.fromkeys(trial.engine for trial in comparison.trials if trial.kept is not None))
    real = {HOLDOUT: GREY, COPIED: ORIGINAL}
    engines = [engine for engine in drawn if engine not in real]
    colours = dict(zip(engines, COLOURS * len(engines), strict=False))
    colours |= {name: colour for name, colour in real.items() if name in drawn}
    names = {engine: get_text(language, f"frontier.{engine}") for engine in colours}
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        color=alt.Color(
            "name:N",
            scale=alt.Scale(domain=list(names.values()), range=list(colours.values())),
            legend=alt.Legend(title=None, orient="top", columns=1, labelLimit=320),
        ),
    )
    x = alt.X(
        "risk:Q",
        title=lines(get_text(language, "frontier.axis_risk"), AXIS_WIDTH),
        scale=alt.Scale(zero=False),
    )
    y = alt.Y("kept:Q", title=lines(get_text(language, "frontier.axis_kept"), 30), axis=alt.Axis(format="%"))
    points = base.mark_point(filled=True, size=70, opacity=0.9).encode(
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
    return finish(chart, get_text(language, "frontier.title"))


def _row(trial: Trial, language: Language) -> dict[str, Any]:
    kept, risk = trial.kept, trial.risk
    assert kept is not None and kept.value is not None and risk.value is not None
    said = {
        "name": get_text(language, f"frontier.{trial.engine}"),
        "seed": trial.seed,
        "kept_said": f"{kept.value:.0%} ({kept.low:.0%} – {kept.high:.0%})",
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
