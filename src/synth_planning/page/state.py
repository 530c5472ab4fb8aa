"""What one visitor has before them: the plan as last read, what is being changed, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import marimo as mo

from synth_planning.doubles import doubles_of
from synth_planning.entries import Entry
from synth_planning.errors import ConflictError, PlanningError
from synth_planning.files import entries_in
from synth_planning.importing import import_entries
from synth_planning.locales import Language, Message
from synth_planning.paths import example
from synth_planning.plan import MODELS, Kind, Plan, key_of, kind_of, title
from synth_planning.product import PRODUCT
from synth_planning.store import Store
from synth_planning.wording import plain

HOURS = 160.0
"""Hours there are for the smallest product, until somebody says otherwise: four weeks of forty."""


@dataclass(frozen=True)
class Editing:
    """What the form is about.

    Attributes
    ----------
    kind
        The kind of entry.
    entry
        What it was when it was put into the form; None for a new one.
    asked
        Whether the visitor was asked if it is to be removed.
    """

    kind: Kind = "features"
    entry: Entry | None = None
    asked: bool = False


@dataclass(frozen=True)
class Conflict:
    """What somebody wanted to save, and what another has saved meanwhile.

    Attributes
    ----------
    mine
        Not saved.
    theirs
        As it is kept now; None if it was removed.
    """

    mine: Entry
    theirs: Entry | None


@dataclass(frozen=True)
class Done:
    """What was done, and what seems to be there twice by it."""

    said: Message
    doubles: Sequence[Sequence[Entry]] = ()


Outcome = Done | PlanningError | Conflict | None
"""What came of the last change."""


class PlanPage:
    """One visitor's view of a store that other visitors change as well.

    Attributes
    ----------
    store
        The plan's.
    states
        Functions that return the :class:`Plan`, what is :class:`Editing`, and the :data:`Outcome`.
    finding
        Which insights are shown: what the visitor chose last, however often the choices are laid out anew.
    """

    def __init__(self) -> None:
        self.store = Store()
        # A cell whose own control changes one of them shows what became of it.
        nothing: Outcome = None
        get_plan, self._set_plan = mo.state(self.store.plan(), allow_self_loops=True)
        get_editing, self._set_editing = mo.state(Editing(), allow_self_loops=True)
        get_outcome, self._set_outcome = mo.state(nothing, allow_self_loops=True)
        self._plan, self._editing = get_plan, get_editing
        self.states = get_plan, get_editing, get_outcome
        self.finding: dict[str, Any] = {}
        self._held: dict[str, Any] = {}

    def hold(self, name: str, control: Any) -> Any:
        """Keep a control that no variable of the notebook names, in place of an earlier one."""
        # marimo would forget it.
        self._held[name] = control
        return control

    @property
    def plan(self) -> Plan:
        """The plan as it was read last."""
        return self._plan()

    @property
    def kind(self) -> Kind:
        """The kind of what stands in the form."""
        return self._editing().kind

    def reload(self) -> None:
        """Read what others have saved; where nothing has changed, nothing on the page moves."""
        with suppress(PlanningError):
            plan = self.store.plan()
            if plan != self._plan():
                self._set_plan(plan)

    def choose(self, kind: Kind, entry: Entry | None = None) -> None:
        """Put an entry into the form, or an empty form there."""
        self._set_outcome(None)
        # There is one product at most.
        only = self.plan.product if kind == PRODUCT and entry is None else ()
        self._set_editing(Editing(kind, only[0] if only else entry))

    def save(self, values: dict[str, Any] | None) -> None:
        """Save what stands in the form."""
        editing = self._editing()
        try:
            if editing.entry is None:
                given = {name: value for name, value in (values or {}).items() if value not in (None, "")}
                entry = MODELS[editing.kind].make(**given)
            else:
                entry = editing.entry.filled(**(values or {}))
        except PlanningError as error:
            self._set_outcome(error)
            return
        self._keep(entry)

    def overwrite(self, conflict: Conflict) -> None:
        """Save what was refused, over what another has saved, now that it was seen."""
        version = conflict.theirs.version if conflict.theirs else 0
        self._keep(conflict.mine.changed(version=version))

    def _keep(self, entry: Entry) -> None:
        try:
            (saved,) = self.store.save(entry)
        except PlanningError as error:
            self._refused(entry, error)
        else:
            self._set_editing(Editing(kind_of(saved), saved))
            self._done("saved", saved)

    def _refused(self, mine: Entry, error: PlanningError) -> None:
        if not isinstance(error, ConflictError):
            self._set_outcome(error)
            return
        self.reload()
        there = {key_of(entry): entry for entry in self._plan()}
        self._set_outcome(Conflict(mine, there.get(key_of(mine))))

    def ask_removal(self, asked: bool) -> None:
        """Ask whether the entry in the form is to be removed, or ask no more."""
        self._set_editing(replace(self._editing(), asked=asked))

    def remove(self) -> None:
        """Remove the entry in the form."""
        editing = self._editing()
        if editing.entry is None:
            return
        try:
            self.store.remove(editing.entry)
        except PlanningError as error:
            self.ask_removal(False)
            self._refused(editing.entry, error)
        else:
            self._set_editing(Editing(editing.kind))
            self._done("removed", editing.entry)

    def load_example(self, language: Language) -> None:
        """Add the worked example."""
        content = example(language).read_bytes()
        if self.bring_in(content, "example.yaml"):
            self._set_outcome(Done(Message("planning.example_loaded")))

    def bring_in(self, content: bytes, name: str, kind: Kind | None = None) -> bool:
        """Add the entries of a file; tells whether that was done."""
        try:
            done = import_entries(self.store, lambda plan: entries_in(content, Path(name), kind, plan))
        except PlanningError as error:
            self._set_outcome(error)
            return False
        self.reload()
        counts = {"new": done.new, "changed": done.changed, "same": done.same}
        self._set_outcome(Done(Message("planning.imported", counts), done.doubles))
        return True

    def _done(self, what: str, entry: Entry) -> None:
        self.reload()
        twice = doubles_of(self.plan, [entry])
        self._set_outcome(Done(Message(f"planning.{what}", {"title": title(entry)}), twice))


def open_plan_page() -> PlanPage:
    """Open the plan; where that fails, say why in place of the page."""
    try:
        return PlanPage()
    except PlanningError as error:
        mo.stop(True, failure(error, page_language()))
        raise


def failure(error: PlanningError, language: Language) -> mo.Html:
    """Say what went wrong and what to do."""
    first, *rest = error.message(language).splitlines()
    lines = "\n".join(f"- {plain(line.removeprefix('- '))}" for line in rest)
    return mo.callout(mo.md(f"{plain(first)}\n\n{lines}"), kind="warn")


def page_language() -> Language:
    """Return the language that the page's address asks for; Japanese by default."""
    return "en" if mo.query_params().get("lang") == "en" else "ja"


def page_day() -> date:
    """Return the day that the page's address asks for; today by default."""
    with suppress(ValueError, TypeError):
        return date.fromisoformat(str(mo.query_params().get("on")))
    return date.today()


def page_hours() -> float:
    """Return the hours for the smallest product that the page's address asks for."""
    with suppress(ValueError, TypeError):
        hours = float(str(mo.query_params().get("hours")))
        if 0 <= hours <= 1_000_000:
            return hours
    return HOURS
