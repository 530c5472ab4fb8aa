"""Behind the hands-on's page: one reader's desk, and how texts, tables and charts are laid out.

Only here is marimo imported; one module per step, as in ``views`` and ``locales``.
"""

from synth_handson.notebook.page.controls import (
    about_fields,
    column_selector,
    engine_selector,
    generate_button,
    language_switch,
    leaks,
    overfit_button,
    person_button,
    rows_slider,
)
from synth_handson.notebook.page.desk import Desk, in_language
from synth_handson.notebook.page.dose import dose, leak_controls, overfit
from synth_handson.notebook.page.exercises import Learner
from synth_handson.notebook.page.generate import engine_note, engines, job, origin
from synth_handson.notebook.page.load import end, head, split_note
from synth_handson.notebook.page.own import own_table
from synth_handson.notebook.page.parts import row, table
from synth_handson.notebook.page.privacy import everyone, person, verdict
from synth_handson.notebook.page.take_along import downloads
from synth_handson.notebook.page.validate import column, measures, pairs, utility

__all__ = [
    "Desk",
    "Learner",
    "about_fields",
    "column",
    "column_selector",
    "dose",
    "downloads",
    "end",
    "engine_note",
    "engine_selector",
    "engines",
    "everyone",
    "generate_button",
    "head",
    "in_language",
    "job",
    "language_switch",
    "leak_controls",
    "leaks",
    "measures",
    "origin",
    "overfit",
    "overfit_button",
    "own_table",
    "pairs",
    "person",
    "person_button",
    "row",
    "rows_slider",
    "split_note",
    "table",
    "utility",
    "verdict",
]
