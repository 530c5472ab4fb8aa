"""What the real table reveals, and what the synthetic one keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synth_handson.evidence.fidelity.statistics import compare_pair
from synth_handson.evidence.usefulness import are_alike
from synth_handson.locales import Counted, Language, get_text, get_text_of
from synth_handson.metrics.arrays import Floats
from synth_handson.palette import ORIGINAL, SYNTHETIC
from synth_handson.presentation.labels import column_label
from synth_handson.presentation.pictures.draw import WIDTH, Picture, disc, dots, drawing, square, text
from synth_handson.presentation.summaries import counted_in
from synth_handson.presentation.words import minus, percent
from synth_handson.tables.columns import Column, ColumnKind, column_kind, to_floats

if TYPE_CHECKING:
    from synth_handson.evidence.assessment import Evidence

MOST_ROWS = 1_000
MOST_COLUMNS = 12
MANY_VALUES = 20
SMALL = 0.1
"""Shares below are told with a decimal."""
SEEN = 0.98
"""Share of the real rows inside the axes of `crowd`."""


def alone(shares: Mapping[tuple[str, ...], float], rows: int, language: Language) -> Picture:
    """Draw how many people are unique, by what is known about them.

    Parameters
    ----------
    shares
        From `synth_handson.unique_share`, 0 to 1, by what is known: the names that are shown.
    rows
        Number of people.
    language
        "ja" or "en".
    """
    translate = partial(get_text, language)
    plus = translate("pictures.plus")
    most = max(shares, key=lambda known: shares[known])
    bars = [
        _bar(n, plus.join(known), percent(share, 1), share, ORIGINAL)
        for n, (known, share) in enumerate(shares.items())
    ]
    share = percent(shares[most], 0 if shares[most] >= SMALL else 1)
    found = "nobody" if not shares[most] else "one" if len(most) == 1 else "some"
    known = most if shares[most] else max(shares, key=len)
    title = translate(f"pictures.alone_{found}", count=len(known), share=share)
    said = "; ".join(f"{plus.join(known)}: {percent(share, 1)}" for known, share in shares.items())
    return Picture(
        title, drawing("".join(bars), 36 * len(bars), said), translate("pictures.alone_note", rows=rows)
    )


def crowd(
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    synthetic: pd.DataFrame,
    copies: tuple[int, int],
    language: Language,
    counted: Counted = "",
) -> Picture:
    """Draw real and synthetic rows side by side, by two of their columns. Shows rows: not for a report.

    Its title says whether the synthetic rows are as close to the training rows as unseen people are, in these
    two columns and by the limits of a table's use (`are_alike`).

    Parameters
    ----------
    train, holdout, synthetic
        Tables of the same columns, two at least.
    copies
        How many synthetic rows are equal to a training row, and how many of the holdout.
    language
        "ja" or "en".
    counted
        What a row stands for, if not for a person as usual.
    """
    translate = partial(get_text_of, language, counted)
    across, up = _two_columns(train)
    measured = compare_pair(train, holdout, synthetic, (across, up))
    (distance,) = (m for m in measured if m.name == "pair_tvd")
    tables = [
        table.head(MOST_ROWS)[[across, up]] for table in (train.sample(frac=1, random_state=0), synthetic)
    ]
    scales = [_Scale.of(train[name]) for name in (across, up)]
    drawn = []
    for left, table, colour, name in (
        (0, tables[0], ORIGINAL, "real"),
        (250, tables[1], SYNTHETIC, "synthetic"),
    ):
        x, y = (scale.places(table[column]) for scale, column in zip(scales, (across, up), strict=True))
        inside = (np.abs(x - 0.5) <= 0.5) & (np.abs(y - 0.5) <= 0.5)
        points = dots(left + 4 + 222 * x[inside], 226 - 200 * y[inside], 3.6, colour, 0.6)
        frame = f'<rect x="{left}" y="22" width="230" height="208" fill="none" stroke="#8886"/>'
        drawn.append(text(left, 14, translate(f"pictures.crowd_{name}", rows=len(table))) + frame + points)
    made, real = copies
    found = {True: "alike", False: "apart", None: "unclear"}[are_alike(measured)]
    title = translate(f"pictures.crowd_{found}")
    title += " " + translate(
        f"pictures.crowd_{'copies' if made else 'none'}",
        copies=made, rows=len(synthetic), unseen=real, unseen_rows=len(holdout),
    )  # fmt: skip
    ends = {
        f"{axis}_{end}": said
        for axis, scale in zip("xy", scales, strict=True)
        for end, said in scale.said.items()
    }
    shares = {
        "synthetic": percent(distance.value or 0.0, 0),
        "holdout": percent(distance.reference or 0.0, 0),
    }
    note = translate("pictures.crowd_note", x=across, y=up, **ends, **shares)
    return Picture(title, drawing("".join(drawn), 234, f"{title} {note}"), note)


def dumbbells(
    distances: Sequence[tuple[str, float, float]],
    language: Language,
    *,
    hidden: bool = False,
    counted: Counted = "",
) -> Picture:
    """Draw how far each column is from the training rows, in the synthetic table and in the holdout.

    Parameters
    ----------
    distances
        Column as it is shown, total variation distance of the synthetic table and of the holdout, 0 to 1.
    language
        "ja" or "en".
    hidden
        Leave out the names, for a reader who is to guess.
    counted
        What a row stands for, if not for a person as usual.
    """
    translate = partial(get_text_of, language, counted)
    ranked = sorted(distances, key=lambda one: one[2] - one[1])[:MOST_COLUMNS]
    most = max(max(synthetic, holdout) for _, synthetic, holdout in ranked) or 1.0
    drawn = []
    for n, (name, synthetic, holdout) in enumerate(ranked):
        y, made_x, real_x = 36 * n + 28, 8 + 440 * synthetic / most, 8 + 440 * holdout / most
        label = translate("pictures.column_hidden") if hidden else name
        values = f"{percent(synthetic, 1)} / {percent(holdout, 1)}"
        drawn.append(
            text(0, y - 12, label) + text(WIDTH, y - 12, values, "end")
            + f'<path d="M8 {y}H448" stroke="#8884"/><path d="M{made_x:.1f} {y}H{real_x:.1f}" stroke="#8889" '
            f'stroke-width="3"/>{square(real_x, y)}{disc(made_x, y)}'
        )  # fmt: skip
    worst, synthetic, holdout = ranked[0]
    points = round(100 * (synthetic - holdout), 1)
    key = "dumbbells_hidden" if hidden else "dumbbells" if points > 0 else "dumbbells_close"
    title = translate(f"pictures.{key}", column=worst, points=points)
    said = "; ".join(f"{name}: {percent(a, 1)} / {percent(b, 1)}" for name, a, b in ranked)
    legend = _legend(36 * len(ranked) + 14, translate("pictures.synthetic"), translate("pictures.unseen"))
    described = title if hidden else f"{title}: {said}"
    return Picture(
        title,
        drawing("".join(drawn) + legend, 36 * len(ranked) + 24, described),
        translate("pictures.dumbbells_note"),
    )


def columns(evidence: Evidence, language: Language) -> Picture | None:
    """Draw `dumbbells` of what was measured; None where no column could be."""
    measured = [m for m in evidence.fidelity.columns if m.name == "column_tvd" and m.value is not None]
    distances = [
        (
            column_label(m.columns[0], language, evidence.columns),
            float(m.value or 0.0),
            float(m.reference or 0.0),
        )
        for m in measured
    ]
    counted: Counted = "rows" if counted_in(evidence) == "rows" else ""
    return dumbbells(distances, language, counted=counted) if distances else None


@dataclass(frozen=True)
class _Scale:
    """Positions of a column's values between 0 and 1: numbers and times by size, others side by side."""

    codes: Mapping[object, float] | None
    low: float
    high: float
    said: Mapping[str, str]

    @classmethod
    def of(cls, column: pd.Series) -> _Scale:
        if _is_measured(column):
            kind, ends = column_kind(column), [(1 - SEEN) / 2, (1 + SEEN) / 2]
            low, high = (float(end) for end in np.nanquantile(to_floats(column), ends))
            said = {"low": _end(low, high, kind), "high": _end(high, low, kind)}
            return cls(None, low, max(high, low + 1e-9), said)
        values = list(column.value_counts().index)
        codes = {value: n + 0.5 for n, value in enumerate(values)}
        return cls(codes, 0.0, float(len(values)), {"low": str(values[0]), "high": str(values[-1])})

    def places(self, column: pd.Series) -> Floats:
        if self.codes is None:
            values = to_floats(column)
        else:
            jitter = np.random.default_rng(0).uniform(-0.4, 0.4, len(column))
            values = column.map(self.codes).to_numpy(float) + jitter
        return np.asarray((values - self.low) / (self.high - self.low))


def _is_measured(column: Column) -> bool:
    return column_kind(column) not in ("category", "boolean") and bool(column.notna().any())


def _end(end: float, other: float, kind: ColumnKind) -> str:
    """Write an end of an axis; numbers without decimals where it spans tens, spans of time in days."""
    if kind in ("date", "zoned date", "time"):
        return f"{pd.Timestamp(end, unit='s'):{'%H:%M' if kind == 'time' else '%Y-%m-%d'}}"
    if kind == "duration":
        end, other = end / 86_400, other / 86_400
    return minus(f"{end:,.0f}" if abs(end - other) >= 10 else f"{end:,.3g}")


def _two_columns(table: pd.DataFrame) -> tuple[str, str]:
    """Choose the first two columns with many distinct numbers or dates; else those with most values."""
    counts = {str(name): table[name].nunique() for name in table}
    many = [name for name in counts if _is_measured(table[name]) and counts[name] >= MANY_VALUES]
    rest = sorted(set(counts) - {*many}, key=lambda name: -counts[name])
    first, second = (*many, *rest)[:2]
    return first, second


def _bar(n: int, label: str, value: str, share: float, colour: str) -> str:
    y = 36 * n
    return (
        text(0, y + 12, label) + text(WIDTH, y + 12, value, "end")
        + f'<rect y="{y + 17}" width="{WIDTH}" height="12" fill="#8883"/>'
        f'<rect y="{y + 17}" width="{WIDTH * share:.1f}" height="12" fill="{colour}"/>'
    )  # fmt: skip


def _legend(y: int, synthetic: str, unseen: str) -> str:
    return disc(8, y - 4) + text(20, y, synthetic) + square(168, y - 4) + text(180, y, unseen)
