"""Altair charts of the evidence: pairs of columns, models, and simulated leaks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from synth_handson.evidence.controls.leak_simulation import LeakSimulation
from synth_handson.evidence.fidelity.statistics import Fidelity
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.utility.tstr import Utility
from synth_handson.locales import Language, get_text
from synth_handson.palette import HOLDOUT, ORIGINAL, SYNTHETIC
from synth_handson.presentation.charts import AXIS_WIDTH, Row, finish, lines
from synth_handson.presentation.labels import column_label, leak_size
from synth_handson.presentation.words import Wording, number

if TYPE_CHECKING:
    import altair as alt

MAX_COLUMNS = 20
MAX_LABELLED = 10
"""Most columns for which a cell has room for its number."""
WIDEST = 5.0
"""Percentage points that are full red at least, so that a negligible difference does not look large."""


def pair_chart(fidelity: Fidelity, language: Language) -> alt.LayerChart:
    """Draw how much farther each pair of columns is from the training rows than the holdout is.

    Parameters
    ----------
    fidelity
        Its "pair_tvd" and, on the diagonal, its "column_tvd". If there are many columns, the 20 in the worst
        pairs.
    language
        "ja" or "en".

    Returns
    -------
    altair.LayerChart
        A symmetrical heat map, as wide as its container; white where the synthetic table is as close as the
        holdout or closer, red where it is farther.
    """
    import altair as alt

    worst_first = sorted(_joint_distances(fidelity), key=lambda m: -(m.excess or 0.0))
    columns = list(dict.fromkeys(name for m in worst_first for name in m.columns))[:MAX_COLUMNS]
    order = [m.columns[0] for m in fidelity.columns if m.name == "column_tvd" and m.columns[0] in columns]
    kept = [m for m in worst_first if set(m.columns) <= set(columns)]
    table = {m.columns[0] for m in fidelity.columns}
    rows = [row for m in kept for row in _cells(m, table, language)]
    largest = max([WIDEST, *(row["excess"] for row in rows)])
    axis = alt.Axis(title=None, ticks=False, domain=False, grid=False, labelLimit=110, labelAngle=0)
    tilted = alt.Axis(**{**axis.to_dict(), "labelAngle": -45})
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("first:N", sort=order, axis=tilted, scale=alt.Scale(paddingInner=0.06)),
        y=alt.Y("second:N", sort=order, axis=axis, scale=alt.Scale(paddingInner=0.06)),
    )
    colour = alt.Fill(
        "excess:Q",
        title=lines(get_text(language, "charts.pair_legend")),
        scale=alt.Scale(domain=[0, largest], range=[_faint(SYNTHETIC), SYNTHETIC], clamp=True),
        legend=alt.Legend(orient="top", gradientLength=160, tickCount=3, titleLimit=320),
    )
    cells = base.mark_rect(stroke=HOLDOUT, strokeWidth=0.3).encode(
        fill=colour,
        tooltip=[
            alt.Tooltip("pair:N", title=get_text(language, "charts.pair")),
            alt.Tooltip("synthetic:N", title=get_text(language, "charts.synthetic")),
            alt.Tooltip("holdout:N", title=get_text(language, "charts.holdout")),
        ],
        description=alt.Description("said:N"),
    )
    layers = [cells]
    if len(columns) <= MAX_LABELLED:
        layers.append(base.mark_text(fontSize=10, fill="currentColor", aria=False).encode(text="label:N"))
    return finish(alt.LayerChart(layer=layers, height=alt.Step(26)), get_text(language, "charts.pair_title"))


def utility_chart(utility: Utility, language: Language) -> alt.LayerChart:
    """Draw the performance on the holdout of models trained on real and on synthetic rows.

    Parameters
    ----------
    utility
        Drawn are the measures that end at 1; errors in a unit of their own are not.
    language
        "ja" or "en".

    Returns
    -------
    altair.LayerChart
        For each measure a band, and in it for each model a point with its 95 % interval, blue after training
        on real rows and red after training on synthetic ones; as wide as its container.
    """
    import altair as alt

    rows = list(_performances(utility, language))
    names = {key: get_text(language, f"charts.trained_on_{key}") for key in ("real", "synthetic")}
    models = list(dict.fromkeys(row["model"] for row in rows))
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("measure:N", sort=None, title=None, axis=alt.Axis(labelLimit=130, ticks=False, grid=True)),
        yOffset=alt.YOffset("slot:O", scale=alt.Scale(paddingOuter=0.8)),
        color=alt.Color(
            "trained:N",
            scale=alt.Scale(domain=list(names.values()), range=[ORIGINAL, SYNTHETIC]),
            legend=alt.Legend(title=None, orient="top", symbolType="circle"),
        ),
    )
    axis = lines(get_text(language, "charts.performance_axis"), AXIS_WIDTH)
    scale = alt.Scale(zero=False, nice=True)
    rules = base.mark_rule(strokeWidth=2, aria=False).encode(
        x=alt.X("low:Q", title=axis, scale=scale), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=55, opacity=1).encode(
        x=alt.X("value:Q", scale=scale),
        shape=alt.Shape(
            "model:N",
            scale=alt.Scale(domain=models, range=["circle", "square", "triangle-up"]),
            legend=alt.Legend(
                title=None, orient="bottom", columns=2, symbolFillColor=HOLDOUT, symbolStrokeWidth=0
            ),
        ),
        tooltip=[
            alt.Tooltip(f"{field}:N", title=get_text(language, f"charts.{field}"))
            for field in ("measure", "model", "trained", "said_value")
        ],
        description=alt.Description("said:N"),
    )
    chart = alt.LayerChart(layer=[rules, points], height=alt.Step(11))
    return finish(chart, get_text(language, "charts.utility_title"))


def simulation_chart(simulations: Sequence[LeakSimulation], language: Language) -> alt.LayerChart:
    """Draw which measure notices a leak from which size on, and how the naive score rates it.

    Parameters
    ----------
    simulations
        From `synth_handson.evidence.controls.leak_simulation.simulate_leaks`.
    language
        "ja" or "en".

    Returns
    -------
    altair.LayerChart
        A table of measures and sizes, red where the measure notices; as wide as its container.
    """
    import altair as alt

    rows = [row for simulation in simulations for row in _verdicts(simulation, language)]
    kinds = {key: get_text(language, f"charts.simulation_{key}") for key in _OUTCOME_COLOURS}
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X(
            "size:N",
            sort=None,
            title=lines(get_text(language, f"leak_simulation.axis_{simulations[0].leak}"), AXIS_WIDTH),
            axis=alt.Axis(orient="bottom", labelAngle=0, ticks=False, domain=False),
            scale=alt.Scale(paddingInner=0.06),
        ),
        y=alt.Y(
            "measure:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=170, ticks=False, domain=False),
            scale=alt.Scale(paddingInner=0.12),
        ),
    )
    cells = base.mark_rect(stroke=HOLDOUT, strokeWidth=0.5).encode(
        fill=alt.Fill(
            "kind:N",
            scale=alt.Scale(domain=list(kinds.values()), range=list(_OUTCOME_COLOURS.values())),
            legend=alt.Legend(title=None, orient="top", columns=1, symbolType="square", labelLimit=320),
        ),
        description=alt.Description("said:N"),
    )
    values = base.mark_text(fontSize=11, fill="currentColor", aria=False).encode(text="value:N")
    chart = alt.LayerChart(layer=[cells, values], height=alt.Step(30))
    return finish(chart, get_text(language, "charts.simulation_title"))


def _faint(colour: str, opacity: float = 0.0) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


_OUTCOME_COLOURS = {
    "noticed": _faint(SYNTHETIC, 0.75),
    "unnoticed": _faint(HOLDOUT, 0.0),
    "approved": _faint(HOLDOUT, 0.45),
    "doubted": _faint(SYNTHETIC, 0.25),
}


def _joint_distances(fidelity: Fidelity) -> list[Measure]:
    return [
        m
        for m in (*fidelity.columns, *fidelity.pairs)
        if m.name in ("column_tvd", "pair_tvd") and m.excess is not None
    ]


def _cells(measured: Measure, table: Collection[str], language: Language) -> Iterator[Row]:
    """Place a pair in both its cells of the heat map, and a column on the diagonal."""
    words = Wording(language)
    first, second = measured.columns[0], measured.columns[-1]
    titles = [column_label(name, language, table) for name in dict.fromkeys(measured.columns)]
    excess = measured.excess or 0.0
    row = {
        "pair": get_text(language, "charts.pair_separator").join(titles),
        "excess": round(100 * excess, 3),
        "label": f"{100 * excess:+.1f}".replace("-", "−"),
        "synthetic": words.inline(words.value(measured)),
        "holdout": words.inline(words.reference(measured)),
    }
    row["said"] = get_text(language, "charts.pair_said", **row)
    for names in dict.fromkeys([(first, second), (second, first)]):
        yield row | {"first": names[0], "second": names[1]}


def _performances(utility: Utility, language: Language) -> Iterator[Row]:
    words = Wording(language)
    drawn = [m.name for m in utility.models[0].measures if m.highest == 1]
    slots: dict[tuple[str, str], int] = {}
    for name in drawn:
        for model in utility.models:
            found = next(m for m in model.measures if m.name == name)
            for trained, value, low, high, figures in (
                ("real", found.reference, found.reference_low, found.reference_high, words.reference(found)),
                ("synthetic", found.value, found.low, found.high, words.value(found)),
            ):
                if value is None:
                    continue
                row = {
                    "measure": words.name(found),
                    "model": words.model(model.model, utility.task),
                    "trained": get_text(language, f"charts.trained_on_{trained}"),
                    "slot": slots.setdefault((model.model, trained), len(slots)),
                    "value": value,
                    "low": low,
                    "high": high,
                    "said_value": words.inline(figures),
                }
                yield row | {"said": get_text(language, "charts.utility_said", **row)}


def _verdicts(simulation: LeakSimulation, language: Language) -> Iterator[Row]:
    label = leak_size(simulation, language)
    tested = [m for m in simulation.measures if m.p_value is not None and m.value is not None]
    lines = [
        (m.name, number(m, m.value or 0.0), "noticed" if m.name in simulation.noticed else "unnoticed")
        for m in tested
    ]
    approval = "approved" if simulation.naive.approves else "doubted"
    lines.append(("naive", f"{simulation.naive.synthetic:.3f}", approval))
    for name, value, kind in lines:
        row = {
            "size": label,
            "measure": get_text(language, f"leak_simulation.short_{name}"),
            "value": value,
            "kind": get_text(language, f"charts.simulation_{kind}"),
        }
        yield row | {"said": get_text(language, "charts.simulation_said", **row)}
