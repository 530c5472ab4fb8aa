"""What the exercises show: rows, bars, tables to compare, results of an attack, the score card."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

import pandas as pd

from synth_handson.evidence.controls.leak_simulation import LeakSimulation
from synth_handson.evidence.measures import Measure
from synth_handson.locales import Language, get_text
from synth_handson.notebook.exercises.generate import RealOrMade
from synth_handson.notebook.exercises.own_attack import Tried
from synth_handson.notebook.exercises.score_card import EXERCISES, Score
from synth_handson.presentation.document import Cell, Figures, Table, table_html
from synth_handson.presentation.labels import column_label
from synth_handson.presentation.words import Wording, cell, chance

HUNT_MEASURES = ("identical_rows", "dcr_share", "attack_auc", "attack_tpr", "subset_matches")


def labelled(row: pd.Series, language: Language, head: str = "", marked: Collection[str] = ()) -> str:
    """Show one row, each value under the name of its column, after a head; some of them marked."""
    names = [str(name) for name in row.index]
    shown = "".join(
        f"<span{' class=sh-marked' if name in marked else ''}>"
        f"<small>{escape(column_label(name, language, names))}</small> {escape(cell(value))}</span>"
        for name, value in zip(names, row, strict=True)
    )
    first = f"<b>{escape(head)}</b>" if head else ""
    return f'<span class="sh-row">{first}{shown}</span>'


def sorted_rows(game: RealOrMade, chosen: Collection[str], language: Language) -> str:
    """Show which of the ten rows are real, those chosen ticked; the two oddest values of each are marked."""
    translate = partial(get_text, language)
    items = []
    for (number, row), odd in zip(game.rows.iterrows(), game.odd, strict=True):
        kind = translate(f"exercises.made_{'synthetic' if number in game.made else 'real'}")
        others = translate("exercises.made_others", others=odd.others)
        ticked = "☑" if str(number) in chosen else "☐"
        values = labelled(row, language, f"{ticked} {number} · {kind}", odd.columns)
        items.append(f"<li>{values}<small>{escape(others)}</small></li>")
    return f'<ul class="sh-rows">{"".join(items)}</ul>'


@dataclass(frozen=True)
class Bar:
    """A share under its label, or a range.

    Attributes
    ----------
    label
        What it is about.
    length
        Length of the bar, 0 to 1; None if the reader has yet to guess it.
    colour
        Colour of the bar.
    said
        What stands beside it.
    start
        Where it begins, 0 to 1.
    """

    label: str
    length: float | None
    colour: str
    said: str
    start: float = 0.0


def bars(shown: Iterable[Bar]) -> str:
    """Draw bars, one below the other."""
    return f'<dl class="sh-bars">{"".join(map(_bar, shown))}</dl>'


def _bar(bar: Bar) -> str:
    said = "?" if bar.length is None else bar.said
    size = f"margin-inline-start:{75 * bar.start:.1f}%;width:{75 * (bar.length or 0.0):.1f}%"
    drawn = f'<span style="{size};background:{bar.colour}"></span>'
    return f"<dt>{escape(bar.label)}</dt><dd>{drawn} {escape(said)}</dd>"


def ticks(found: Mapping[str, bool], language: Language) -> str:
    """List what is to be found, ticked where it was."""
    items = "".join(
        f"<li>{'☑' if done else '☐'} {escape(get_text(language, f'exercises.{name}'))}</li>"
        for name, done in found.items()
    )
    return f'<ul class="sh-ticks">{items}</ul>'


def hunt_table(tables: Mapping[str, LeakSimulation], language: Language) -> str:
    """Set the measures of several tables beside each other."""
    translate, words = partial(get_text, language), Wording(language)
    heads = ("", *(translate("exercises.hunt_head", name=name) for name in tables))
    rows: list[tuple[Cell, ...]] = []
    for name in HUNT_MEASURES:
        measured = [next(m for m in simulation.measures if m.name == name) for simulation in tables.values()]
        rows.append((words.name(measured[0]), *(_beside_chance(m, words) for m in measured)))
    naive = [
        Figures(
            f"{simulation.naive.synthetic:.3f}",
            translate("exercises.hunt_unseen", reference=f"{simulation.naive.holdout:.3f}"),
        )
        for simulation in tables.values()
    ]
    rows.append((translate("leak_simulation.naive"), *naive))
    return table_html(Table(heads, tuple(rows)))


def _beside_chance(measure: Measure, words: Wording) -> Figures:
    """Show a value beside that of unseen people, and how often chance makes such a gap."""
    said = []
    if measure.reference is not None:
        said.append(words.text("exercises.hunt_unseen", reference=words.reference(measure).value))
    if measure.p_value is not None:
        said.append(words.text("exercises.hunt_chance", chance=chance(measure.p_value, words.language)))
    return Figures(words.value(measure).value, "; ".join(said))


def attack_table(tried: Sequence[Tried], language: Language) -> str:
    """Say what an attack, or a score, makes of each table."""
    translate = partial(get_text, language)
    scored = tried[0].auc is None
    names = ("control", "leaks", "scores" if scored else "said")
    rows = tuple(
        (
            translate(f"exercises.own_{one.control}"),
            translate(f"exercises.own_{'yes' if one.leaks else 'no'}"),
            _said(one, language),
        )
        for one in tried
    )
    table = table_html(Table(tuple(translate(f"exercises.own_head_{name}") for name in names), rows))
    return table + (f"<p>{escape(translate('exercises.own_score_note'))}</p>" if scored else "")


def _said(tried: Tried, language: Language) -> str:
    if tried.auc is None:
        assert tried.scores is not None
        return " / ".join(f"{score:.3f}" for score in tried.scores)
    key = {(True, True): "found", (True, False): "missed", (False, False): "quiet", (False, True): "false"}[
        tried.leaks, bool(tried.alarm)
    ]
    return get_text(
        language, f"exercises.own_{key}", auc=tried.auc.value, low=tried.auc.low, high=tried.auc.high
    )


def score_table(scores: Sequence[Score], words: Mapping[str, str], language: Language) -> str:
    """Show how each exercise went; ``words`` says the first answer to each."""
    translate = partial(get_text, language)
    heads = tuple(translate(f"exercises.card_head_{name}") for name in ("exercise", "answer", "standing"))
    rows = tuple(
        (
            f"{EXERCISES.index(score.name) + 1}. {translate(f'exercises.{score.name}_title')}",
            words.get(score.name, "–"),
            translate(f"exercises.card_{score.standing}"),
        )
        for score in scores
    )
    return table_html(Table(heads, rows))
