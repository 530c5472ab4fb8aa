"""One page to take home: what was learned, how the exercises went, and what to type next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape

from synth_handson.locales import Language, get_text
from synth_handson.notebook.exercises.score_card import Score
from synth_handson.notebook.exercises.show import score_table

POINTS = (
    "names", "holdout", "people", "tests", "score", "accuracy", "extremes", "rules", "generator", "words",
)  # fmt: skip

COMMANDS = (
    "uv run marimo edit app.py",
    "synth-handson handson --data FILE --target COLUMN",
    "synth-handson synthesise FILE SYNTHETIC --report report.html",
    "synth-handson validate --original FILE --synthetic SYNTHETIC",
)

STYLE = """
@page { size: A4; margin: 14mm }
body { font: 10.5pt/1.45 "PT Sans", "Hiragino Sans", "Noto Sans JP", "IPAPGothic", sans-serif;
  max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 1rem 0 0.3rem }
ul { padding-left: 1.2rem; margin: 0.3rem 0 } li { margin: 0.15rem 0 }
table { width: 100%; border-collapse: collapse; font-size: 0.9rem }
th, td { text-align: start; padding: 0.2rem 0.5rem; border-bottom: 1px solid #ccc; vertical-align: top }
th { font-weight: 600 } code { font-size: 0.9rem } pre { margin: 0.3rem 0; white-space: pre-wrap }
@media print { body { margin: 0; padding: 0 } }
"""


def take_home(scores: Sequence[Score], words: Mapping[str, str], language: Language) -> str:
    """Write the page as HTML; without scores, it has none to show. ``words`` says the first answers."""
    translate = partial(get_text, language)
    points = "".join(f"<li>{escape(translate(f'take_home.{point}'))}</li>" for point in POINTS)
    card = (
        f"<h2>{escape(translate('take_home.card'))}</h2>{score_table(scores, words, language)}"
        if scores
        else ""
    )
    commands = escape("\n".join(COMMANDS))
    title = escape(translate("take_home.title"))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{title}</h1><p>{escape(translate('take_home.lead'))}</p>"
        f"<h2>{escape(translate('take_home.learned'))}</h2><ul>{points}</ul>{card}"
        f"<h2>{escape(translate('take_home.next'))}</h2><pre><code>{commands}</code></pre>"
        f"<p>{escape(translate('take_home.source'))}</p></body></html>\n"
    )
