"""Behind the hands-on's page: one reader's state, and how texts, tables and charts are laid out.

Only here is marimo imported; one module per step, as in ``presentation`` and ``locales``.
"""

from synth_handson.notebook.page.controls import (
    about_fields,
    column_menu,
    engine_selector,
    generate_button,
    language_switch,
    leaks,
    person_button,
    rows_slider,
)
from synth_handson.notebook.page.exercise_forms import ExerciseForms
from synth_handson.notebook.page.exercises import ExercisePanel
from synth_handson.notebook.page.generate import crowd, generator, training
from synth_handson.notebook.page.leak_simulation import leak_controls, overfit, simulation
from synth_handson.notebook.page.load import alone, end, head, where
from synth_handson.notebook.page.on_demand import AskForm
from synth_handson.notebook.page.own import own_table
from synth_handson.notebook.page.parts import row, table
from synth_handson.notebook.page.privacy import everyone, person, verdict
from synth_handson.notebook.page.state import PageState, in_language
from synth_handson.notebook.page.take_along import letter
from synth_handson.notebook.page.validate import columns, measures

__all__ = [
    "AskForm",
    "ExerciseForms",
    "ExercisePanel",
    "PageState",
    "about_fields",
    "alone",
    "column_menu",
    "columns",
    "crowd",
    "end",
    "engine_selector",
    "everyone",
    "generate_button",
    "generator",
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
    "table",
    "training",
    "verdict",
    "where",
]
