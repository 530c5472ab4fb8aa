"""What the exercises show: options, a person, tables to compare, results of an attack, the score card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape

import pandas as pd

from synth_handson.evidence.dose import Dose
from synth_handson.locales import Language, get_text
from synth_handson.notebook.exercises.exercise import Question
from synth_handson.notebook.exercises.own_attack import Tried
from synth_handson.notebook.exercises.score_card import EXERCISES, Score
from synth_handson.report.wording import Wording
from synth_handson.views.html import figures, html_table, row
from synth_handson.views.labels import column_label

HUNT_MEASURES = ("identical_rows", "dcr_share", "attack_auc", "attack_tpr", "subset_matches")


def options_list(exercise: str, questions: Sequence[Question], language: Language) -> str:
    """List what an answer in code can be, as Markdown."""
    listed = []
    for question in questions:
        options = question.options
        said = " · ".join(
            f"`{name}`" if name == label else f"`{name}` {escape(label, quote=False)}"
            for name, label in options.items()
        )
        listed.append(f"- {get_text(language, f'exercises.{exercise}_{question.name}')}: {said}")
    return "\n".join(listed)


def person_list(table: pd.DataFrame, person: int, language: Language) -> str:
    """Show one row, column by column."""
    names = [str(name) for name in table]
    labels = [escape(column_label(name, language, names)) for name in names]
    cells = "".join(
        f"<div><dt>{label}</dt><dd>{escape(str(value))}</dd></div>"
        for label, value in zip(labels, table.iloc[person], strict=True)
    )
    return f'<dl class="sh-values">{cells}</dl>'


def ticks(found: Mapping[str, bool], language: Language) -> str:
    """List what is to be found, ticked where it was."""
    items = "".join(
        f"<li>{'☑' if done else '☐'} {escape(get_text(language, f'exercises.{name}'))}</li>"
        for name, done in found.items()
    )
    return f'<ul class="sh-ticks">{items}</ul>'


def hunt_table(tables: Mapping[str, Dose], language: Language) -> str:
    """Set the measures of several tables beside each other."""
    say, words = partial(get_text, language), Wording(language)
    heads = ["", *(say("exercises.hunt_head", name=name) for name in tables)]
    rows = []
    for name in HUNT_MEASURES:
        cells, label = [], name
        for dose in tables.values():
            m = next(m for m in dose.measures if m.name == name)
            label = words.name(m)
            beside = ""
            if m.reference is not None:
                beside = say("exercises.hunt_unseen", reference=words.reference(m).value)
            cells.append(figures(words.value(m).value, beside))
        rows.append(row(label, "", cells))
    naive = [
        figures(
            f"{dose.naive.synthetic:.3f}",
            say("exercises.hunt_unseen", reference=f"{dose.naive.holdout:.3f}"),
        )
        for dose in tables.values()
    ]
    rows.append(row(say("dose.naive"), "", naive))
    return html_table(heads, rows)


def attack_table(tried: Sequence[Tried], language: Language) -> str:
    """Say what an attack, or a score, makes of each table."""
    say = partial(get_text, language)
    scored = tried[0].auc is None
    names = ("control", "leaks", "scores" if scored else "said")
    rows = [
        row(
            say(f"exercises.own_{one.control}"),
            "",
            [say(f"exercises.own_{'yes' if one.leaks else 'no'}"), escape(_said(one, language))],
        )
        for one in tried
    ]
    table = html_table([say(f"exercises.own_head_{name}") for name in names], rows)
    return table + (f"<p>{escape(say('exercises.own_score_note'))}</p>" if scored else "")


def _said(tried: Tried, language: Language) -> str:
    if tried.auc is None:
        assert tried.scores is not None
        return " / ".join(f"{score:.3f}" for score in tried.scores)
    key = {(True, True): "found", (True, False): "missed", (False, False): "quiet", (False, True): "false"}[
        tried.leaks, bool(tried.alarm)
    ]
    return get_text(
        language, f"exercises.own_{key}", auc=float(tried.auc), low=tried.auc.low, high=tried.auc.high
    )


def score_table(scores: Sequence[Score], words: Mapping[str, str], language: Language) -> str:
    """Show how each exercise went; ``words`` says the first answer to each."""
    say = partial(get_text, language)
    heads = [say(f"exercises.card_head_{name}") for name in ("exercise", "answer", "standing")]
    rows = [
        row(
            f"{EXERCISES.index(score.name) + 1}. {say(f'exercises.{score.name}_title')}",
            "",
            [escape(words.get(score.name, "–")), escape(say(f"exercises.card_{score.standing}"))],
        )
        for score in scores
    ]
    return html_table(heads, rows)
