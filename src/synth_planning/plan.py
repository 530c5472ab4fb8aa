"""A plan: its entries, and whether they fit together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from synth_planning.entries import Entry
from synth_planning.errors import ArgumentError
from synth_planning.feedback import Feedback
from synth_planning.locales import Message
from synth_planning.priorities import Feature
from synth_planning.product import Product
from synth_planning.progress import Metric, Milestone, Task, in_order
from synth_planning.research import Insight, Persona, UserStory

Kind = Literal[
    "product", "features", "personas", "stories", "insights", "tasks", "milestones", "metrics", "feedback"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
MODELS: dict[Kind, type[Entry]] = {
    "product": Product,
    "features": Feature,
    "personas": Persona,
    "stories": UserStory,
    "insights": Insight,
    "tasks": Task,
    "milestones": Milestone,
    "metrics": Metric,
    "feedback": Feedback,
}
REFERENCES: dict[tuple[Kind, str], Kind] = {
    ("stories", "persona"): "personas",
    ("insights", "personas"): "personas",
    ("tasks", "depends_on"): "tasks",
}
"""Which fields name entries of which kind."""
VERSION = 2
"""Of files and databases: since 2, a plan has a product."""


@dataclass(frozen=True)
class Plan:
    """Everything in a plan, by kind."""

    product: tuple[Product, ...] = ()
    features: tuple[Feature, ...] = ()
    personas: tuple[Persona, ...] = ()
    stories: tuple[UserStory, ...] = ()
    insights: tuple[Insight, ...] = ()
    tasks: tuple[Task, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    metrics: tuple[Metric, ...] = ()
    feedback: tuple[Feedback, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Plan:
        """Sort entries by kind."""
        sorted_: dict[Kind, list[Any]] = {kind: [] for kind in KINDS}
        for entry in entries:
            sorted_[kind_of(entry)].append(entry)
        return cls(**{kind: tuple(found) for kind, found in sorted_.items()})

    def __iter__(self) -> Iterator[Entry]:
        """Iterate over all entries, kind by kind."""
        for kind in KINDS:
            yield from self.entries(kind)

    def __len__(self) -> int:
        """Count all entries."""
        return sum(len(self.entries(kind)) for kind in KINDS)

    @property
    def name(self) -> str:
        """What the product is called; "" if nobody has said."""
        return self.product[0].name if self.product else ""

    def entries(self, kind: Kind) -> tuple[Entry, ...]:
        """Return the entries of a kind."""
        found: tuple[Entry, ...] = getattr(self, kind)
        return found

    def with_entries(self, changed: Iterable[Entry]) -> Plan:
        """Return the plan with entries added, replacing those with the same id."""
        return Plan.of({key_of(entry): entry for entry in (*self, *changed)}.values())

    def problems(self) -> Iterator[tuple[Entry, Message]]:
        """Yield entries with dangling references, and one task of each cycle, with what is wrong."""
        known = {kind: {entry.id for entry in self.entries(kind)} for kind in KINDS}
        for (kind, field), there in REFERENCES.items():
            for entry in self.entries(kind):
                for gone in (one for one in named(entry, field) if one not in known[there]):
                    values: Mapping[str, object] = {"field": field, "value": gone, "kind": there}
                    yield entry, Message("errors.reference", values)
        try:
            in_order(self.tasks)
        except ArgumentError as error:
            tasks: Any = error.details["tasks"]
            yield tasks[0], Message(f"errors.{error.key}", error.details)


def kind_of(entry: Entry) -> Kind:
    """Return the kind that an entry is of."""
    return next(kind for kind, model in MODELS.items() if isinstance(entry, model))


def key_of(entry: Entry) -> tuple[Kind, str]:
    """Return the kind and the id of an entry, which no other entry has."""
    return kind_of(entry), entry.id


def find_entry(plan: Plan, called: str) -> Entry:
    """Find an entry by its id or its title.

    Raises
    ------
    ArgumentError
        If there is none, or several.
    """
    found = [entry for entry in plan if entry.id == called] or [
        entry for entry in plan if title(entry) == called
    ]
    if not found:
        raise ArgumentError("no_such_entry", called=called)
    if len(found) > 1:
        names = ", ".join(f"{entry.id} ({kind_of(entry)})" for entry in found)
        raise ArgumentError("several_entries", called=called, names=names)
    return found[0]


def named(entry: Entry, field: str) -> tuple[str, ...]:
    """Return the ids that a field names."""
    value = getattr(entry, field)
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def title(entry: Entry) -> str:
    """Return the title of an entry."""
    if isinstance(entry, UserStory):
        return entry.i_want
    text = next(getattr(entry, name) for name in ("name", "title", "text") if hasattr(entry, name))
    return str(text).splitlines()[0]
