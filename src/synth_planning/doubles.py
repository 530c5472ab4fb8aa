"""What seems to be in a plan twice."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection

from synth_planning.entries import Entry
from synth_planning.feedback import Feedback
from synth_planning.plan import Kind, Plan, key_of, kind_of, title


def find_doubles(plan: Plan) -> list[tuple[Entry, ...]]:
    """Find entries of one kind that are called the same, but for case, width, spaces and punctuation.

    Returns
    -------
    list of tuple of Entry
        Each at least two, in the plan's order. Of feedback, the whole text counts.
    """
    called: dict[tuple[Kind, str], list[Entry]] = defaultdict(list)
    for entry in plan:
        if name := _bare(entry.text if isinstance(entry, Feedback) else title(entry)):
            called[kind_of(entry), name].append(entry)
    return [tuple(found) for found in called.values() if len(found) > 1]


def doubles_of(plan: Plan, entries: Collection[Entry]) -> list[tuple[Entry, ...]]:
    """Find those of which one is among these entries."""
    asked = set(map(key_of, entries))
    return [found for found in find_doubles(plan) if not asked.isdisjoint(map(key_of, found))]


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
