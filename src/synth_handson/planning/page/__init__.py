"""Behind the planning page: what one visitor has before them, and how it is laid out.

Only here is marimo imported in this room.
"""

from synth_handson.planning.page.controls import (
    day_control,
    finders,
    head,
    hours_control,
    language_switch,
    reload_control,
)
from synth_handson.planning.page.desk import Desk, open_desk, page_day, page_hours, page_language
from synth_handson.planning.page.form import edit, edit_head, entry_selector, kind_selector, outcome, removal
from synth_handson.planning.page.sections import overview, priorities, progress, research, tabs, voices

__all__ = [
    "Desk",
    "day_control",
    "edit",
    "edit_head",
    "entry_selector",
    "finders",
    "head",
    "hours_control",
    "kind_selector",
    "language_switch",
    "open_desk",
    "outcome",
    "overview",
    "page_day",
    "page_hours",
    "page_language",
    "priorities",
    "progress",
    "reload_control",
    "removal",
    "research",
    "tabs",
    "voices",
]
