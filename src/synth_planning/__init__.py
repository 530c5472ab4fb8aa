"""Planning a product on synthetic data: what to build, for whom, how far it is, and what users say.

Stands apart from the rest of the package. Its store, and what reads texts, need the extra ``planning``.
"""

from synth_planning.dashboard import Action, LoopState, Risk, Summary, find_risks, summarise
from synth_planning.doubles import find_doubles
from synth_planning.entries import Entry
from synth_planning.feedback import Feedback, distribution, resolution_rate, suggest_sentiment
from synth_planning.files import read_entries, write_plan
from synth_planning.plan import Plan
from synth_planning.priorities import MVP, Feature, by_moscow, by_rice, completion, mvp
from synth_planning.product import Product
from synth_planning.progress import (
    Completion,
    Metric,
    Milestone,
    Task,
    Velocity,
    burn_up,
    completed,
    completed_by_phase,
    critical_path,
    in_order,
    overdue_milestones,
    overdue_tasks,
    velocity,
)
from synth_planning.report import write_report
from synth_planning.research import Gaps, Insight, Persona, UserStory, find_gaps, find_insights
from synth_planning.store import Store
from synth_planning.themes import Rise, Theme, Themes, find_rises, find_themes

__all__ = [
    "MVP",
    "Action",
    "Completion",
    "Entry",
    "Feature",
    "Feedback",
    "Gaps",
    "Insight",
    "LoopState",
    "Metric",
    "Milestone",
    "Persona",
    "Plan",
    "Product",
    "Rise",
    "Risk",
    "Store",
    "Summary",
    "Task",
    "Theme",
    "Themes",
    "UserStory",
    "Velocity",
    "burn_up",
    "by_moscow",
    "by_rice",
    "completed",
    "completed_by_phase",
    "completion",
    "critical_path",
    "distribution",
    "find_doubles",
    "find_gaps",
    "find_insights",
    "find_rises",
    "find_risks",
    "find_themes",
    "in_order",
    "mvp",
    "overdue_milestones",
    "overdue_tasks",
    "read_entries",
    "resolution_rate",
    "suggest_sentiment",
    "summarise",
    "velocity",
    "write_plan",
    "write_report",
]
