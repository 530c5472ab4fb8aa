"""Behind the hands-on's page: one reader's state, and how texts, tables and charts are laid out.

Only here is marimo imported; one module per step, as in ``presentation`` and ``locales``.
"""

from synth_handson.notebook.page.controls import (
    about_fields,
    column_selector,
    engine_selector,
    generate_button,
    language_switch,
    leaks,
    person_button,
    rows_slider,
)
from synth_handson.notebook.page.exercises import ExercisePanel
from synth_handson.notebook.page.generate import crowd, training
from synth_handson.notebook.page.leak_simulation import leak_controls, overfit, simulation
from synth_handson.notebook.page.load import alone, end, head, split_note
from synth_handson.notebook.page.on_demand import AskForm
from synth_handson.notebook.page.own import own_table
from synth_handson.notebook.page.parts import row, table
from synth_handson.notebook.page.privacy import everyone, person, verdict
from synth_handson.notebook.page.state import PageState, in_language
from synth_handson.notebook.page.take_along import letter
from synth_handson.notebook.page.validate import column, columns, measures

__all__ = [
    "AskForm",
    "ExercisePanel",
    "PageState",
    "about_fields",
    "alone",
    "column",
    "column_selector",
    "columns",
    "crowd",
    "end",
    "engine_selector",
    "everyone",
    "generate_button",
    "head",
    "in_language",
    "language_switch",
    "leak_controls",
    "leaks",
    "letter",
    "measures",
    "overfit",
    "own_table",
    "person",
    "person_button",
    "row",
    "rows_slider",
    "simulation",
    "split_note",
    "table",
    "training",
    "verdict",
]
