"""Behind the planning page: what one visitor has before them, and how it is laid out.

Only here is marimo imported in this room.
"""

from synth_planning.page.controls import (
    day_control,
    finders,
    head,
    hours_control,
    language_switch,
    reload_control,
)
from synth_planning.page.exchange import csv_kind, exchange
from synth_planning.page.form import edit, edit_head, entry_selector, kind_selector, outcome, removal
from synth_planning.page.sections import feedback_tab, overview, priorities, progress, research, tabs
from synth_planning.page.state import PlanPage, open_plan_page, page_day, page_hours, page_language

__all__ = [
    "PlanPage",
    "csv_kind",
    "day_control",
    "edit",
    "edit_head",
    "entry_selector",
    "exchange",
    "feedback_tab",
    "finders",
    "head",
    "hours_control",
    "kind_selector",
    "language_switch",
    "open_plan_page",
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
]
