"""SVG pictures of aggregates, readable without colour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import ceil, floor, log10

from synth_handson.evidence.measures import Measure
from synth_handson.metrics.bins import DistanceShares
from synth_handson.palette import FILL_OPACITY, HOLDOUT, SYNTHETIC
from synth_handson.presentation.document import Svg

Span = tuple[float, float]
Translate = Callable[[float], str]

NARROWEST = 0.1
"""Narrowest axis, so that a negligible difference does not look large."""


def span(measures: Sequence[Measure]) -> Span:
    """Choose the ends of an axis that holds some measures, their intervals, references and ideals.

    Parameters
    ----------
    measures
        In one unit.

    Returns
    -------
    tuple of float
        Round numbers inside the measures' range.
    """
    marks = [mark for measure in measures for mark in (*_value(measure), *_reference(measure), measure.ideal)]
    known = [mark for mark in marks if mark is not None]
    low, high = min(known), max(known)
    step = _round_step(max(high - low, NARROWEST) / 2)
    low, high = step * floor(round(low / step, 9)), step * ceil(round(high / step, 9))
    lowest, highest = measures[0].lowest, measures[0].highest
    low = low if lowest is None else max(low, lowest)
    high = max(high, low + NARROWEST)
    return (low, high) if highest is None else (min(low, highest - NARROWEST), min(high, highest))


def interval_plot(measure: Measure, ends: Span, translate: Translate) -> Svg:
    """Draw a measure's interval over its reference's, on an axis with its ideal marked.

    Parameters
    ----------
    measure
        With or without a value or a reference.
    ends
        The axis, from `span`.
    translate
        Writes a number of the axis.

    Returns
    -------
    Svg
        Without a description: the numbers stand beside it.
    """
    low, high = ends

    def x(value: float) -> float:
        return 6 + 148 * (min(max(value, low), high) - low) / (high - low)

    ideal = x(measure.ideal)
    drawn = [
        '<path d="M6 25H154" stroke="#767676"/>',
        f'<path d="M{ideal:.1f} 2V28" stroke="#555" stroke-dasharray="2 2"/>',
        f'<text x="6" y="36">{translate(low)}</text>',
        f'<text x="154" y="36" class="last">{translate(high)}</text>',
    ]
    for (value, lower, upper), y, colour, mark in (
        (_reference(measure), 18, HOLDOUT, _square),
        (_value(measure), 8, SYNTHETIC, _disc),
    ):
        if value is not None:
            if lower is not None and upper is not None:
                drawn.append(
                    f'<path d="M{x(lower):.1f} {y}H{x(upper):.1f}" stroke="{colour}" stroke-width="3"/>'
                )
            drawn.append(mark(x(value), y))
    return Svg(f'<svg class="plot" viewBox="0 0 160 38">{"".join(drawn)}</svg>')


def interval_marks() -> tuple[Svg, Svg, Svg]:
    """Draw the marks of `interval_plot` for a key: the synthetic table's, the reference's and the ideal's."""
    line = '<path d="M2 8H30" stroke="{}" stroke-width="3"/>'
    inner = (
        line.format(SYNTHETIC) + _disc(16, 8),
        line.format(HOLDOUT) + _square(16, 8),
        '<path d="M16 1V15" stroke="#555" stroke-dasharray="2 2"/>',
    )
    synthetic, reference, ideal = (Svg(f'<svg class="mark" viewBox="0 0 32 16">{m}</svg>') for m in inner)
    return synthetic, reference, ideal


def distance_histogram(
    shares: DistanceShares, translate: Translate, axes: tuple[str, str], description: str
) -> Svg:
    """Draw how the distances to the closest training row spread: synthetic rows as outline over the holdout.

    Parameters
    ----------
    shares
        From `synth_handson.metrics.bins.distance_shares`. What lies beyond the last range is not drawn.
    translate
        Writes a share.
    axes
        Titles of the distances' axis and of the shares'.
    description
        For those who cannot see the picture.

    Returns
    -------
    Svg
        As wide as the page.
    """
    rows = [
        (bin_.lower or 0.0, bin_.upper or 0.0, holdout, synthetic)
        for bin_, holdout, synthetic in zip(shares.bins, shares.holdout, shares.synthetic, strict=True)
        if bin_.kind == "range"
    ]
    right, top = rows[-1][1], max(max(holdout, synthetic) for *_, holdout, synthetic in rows) or 1.0

    def x(distance: float) -> float:
        return 52 + 566 * distance / right

    def y(share: float) -> float:
        return 190 - 170 * share / top

    grid = [
        f'<path d="M52 {y(tick):.1f}H618" stroke="#ddd"/>'
        f'<text x="46" y="{y(tick) + 4:.1f}" class="last">{translate(tick)}</text>'
        for tick in _ticks(top)
    ]
    scale = [f'<text x="{x(tick):.1f}" y="206" class="middle">{tick:g}</text>' for tick in _ticks(right)]
    bars = [
        f'<path d="M{x(lower):.1f} 190V{y(holdout):.1f}H{x(upper):.1f}V190" fill="{HOLDOUT}" '
        f'fill-opacity="{FILL_OPACITY}" stroke="{HOLDOUT}"/>'
        for lower, upper, holdout, _ in rows
    ]
    outline = " ".join(f"V{y(synthetic):.1f}H{x(upper):.1f}" for _, upper, _, synthetic in rows)
    return Svg(
        f'<svg class="wide" viewBox="0 0 640 226">{"".join(grid)}{"".join(bars)}'
        f'<path d="M{x(rows[0][0]):.1f} 190{outline}V190" fill="none" stroke="{SYNTHETIC}" stroke-width="2"/>'
        f'<path d="M52 190H618" stroke="#767676"/>{"".join(scale)}'
        f'<text x="632" y="222" class="last">{escape(axes[0])}</text>'
        f'<text x="2" y="12">{escape(axes[1])}</text></svg>',
        description,
    )


def histogram_marks() -> tuple[Svg, Svg]:
    """Draw the marks of `distance_histogram` for a key: the synthetic table's and the holdout's."""
    box = (
        '<svg class="mark" viewBox="0 0 32 16"><path d="M6 3H26V14H6Z" stroke="{}" stroke-width="{}" '
        'fill="{}" fill-opacity="{}"/></svg>'
    )
    return Svg(box.format(SYNTHETIC, 2, "none", 1)), Svg(box.format(HOLDOUT, 1, HOLDOUT, FILL_OPACITY))


_SIGNS = {
    "pass": '<circle cx="16" cy="16" r="15"/><path d="M9 17L14 22L24 10"/>',
    "review": '<path d="M16 1L31 30H1Z" stroke="none"/><path d="M16 11V20M16 24V26.5"/>',
    "fail": '<path d="M10 1H22l9 9V22l-9 9H10l-9-9V10Z" stroke="none"/><path d="M10 10 22 22M10 22 22 10"/>',
}


def sign(kind: str) -> Svg:
    """Draw the symbol of an outcome: a tick in a disc, a mark in a triangle, or a cross in an octagon."""
    return Svg(f'<svg class="sign {kind}" viewBox="0 0 32 32">{_SIGNS[kind]}</svg>')


def _disc(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y}" r="4" fill="{SYNTHETIC}" stroke="#fff"/>'


def _square(x: float, y: float) -> str:
    return f'<path d="M{x - 3.5:.1f} {y - 3.5}h7v7h-7Z" fill="#fff" stroke="{HOLDOUT}" stroke-width="2"/>'


def _value(measure: Measure) -> tuple[float | None, float | None, float | None]:
    return measure.value, measure.low, measure.high


def _reference(measure: Measure) -> tuple[float | None, float | None, float | None]:
    return measure.reference, measure.reference_low, measure.reference_high


def _ticks(end: float) -> Iterator[float]:
    step = _round_step(end / 4)
    return (step * n for n in range(floor(round(end / step, 9)) + 1))


def _round_step(wanted: float) -> float:
    """Find the largest of 1, 2, 5, 10, 20, … that is no larger, at any power of ten."""
    power = 10.0 ** floor(log10(wanted))
    return float(max(power * factor for factor in (1, 2, 5) if power * factor <= wanted * (1 + 1e-9)))
