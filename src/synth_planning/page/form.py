"""Add and change: a form for each kind of entry, made from its fields, and what came of saving it."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

import marimo as mo

from synth_planning.entries import MOST_IN_LINE, Entry
from synth_planning.errors import PlanningError
from synth_planning.locales import Language
from synth_planning.page.controls import menu
from synth_planning.page.state import Conflict, Editing, Outcome, PlanPage, failure
from synth_planning.plan import KINDS, MODELS, REFERENCES, Kind, Plan, title
from synth_planning.wording import Translate, bullets, choice, doubles, field, plain, translator

KEPT = ("id", "version", "updated")
"""Fields that nobody fills in."""
LONG = ("description", "finding", "what_to_do", "text")
"""Fields of several lines."""


def kind_selector(plan_page: PlanPage, editing: Editing, language: Language) -> mo.ui.dropdown:
    """Choose the kind of entry to add or change."""
    translate = translator(language)
    kinds: dict[str, Kind] = {translate(f"one_{kind}"): kind for kind in KINDS}
    return mo.ui.dropdown(
        kinds, value=translate(f"one_{editing.kind}"), allow_select_none=False, label=translate("edit_kind"),
        on_change=lambda kind: plan_page.choose(kind),
    )  # fmt: skip


def entry_selector(plan_page: PlanPage, plan: Plan, editing: Editing, language: Language) -> mo.ui.dropdown:
    """Choose an entry to change, or a new one."""
    translate = translator(language)
    entries = {entry.id: entry for entry in plan.entries(editing.kind)}
    options: dict[str, str | None] = {translate("edit_new"): None, **menu(plan, editing.kind)}
    chosen = editing.entry.id if editing.entry else None
    shown = next((label for label, option in options.items() if option == chosen), translate("edit_new"))
    return mo.ui.dropdown(
        options, value=shown, allow_select_none=False, searchable=True, label=translate("edit_which"),
        on_change=lambda identifier: plan_page.choose(editing.kind, entries.get(identifier)),
    )  # fmt: skip


def edit_head(kinds: mo.ui.dropdown, entries: mo.ui.dropdown, language: Language) -> mo.Html:
    """Begin the part of the page in which things are added and changed."""
    row = mo.hstack([kinds, entries], justify="start", gap=2, wrap=True)
    return mo.vstack([mo.md(translator(language)("edit_title")), row])


def edit(plan_page: PlanPage, editing: Editing, language: Language) -> Any:
    """Make the form; what is in it is saved when it is submitted.

    Its fields may refer to what is in the plan now. It is not made anew when others change the plan: what
    somebody types would be lost.

    Parameters
    ----------
    plan_page
        Where it is saved.
    editing
        The kind, and the entry it begins with.
    language
        The reader's.
    """
    translate = translator(language)
    plan = plan_page.plan
    model = MODELS[editing.kind]
    controls = {
        name: _control(editing, name, plan, translate) for name in model.model_fields if name not in KEPT
    }
    # marimo leaves sliders and menus without a name for screen readers.
    places = "".join(
        f'<div class="sp-field{" sp-wide" if _wide(model, name) else ""}" role="group"'
        f' aria-label="{escape(field(name, editing.kind, translate))}">{{{name}}}</div>'
        for name in controls
    )
    batch = mo.Html(f'<div class="sp-form">{places}</div>').batch(**controls)
    return batch.form(submit_button_label=translate("save"), bordered=True, on_change=plan_page.save)


def _wide(model: type[Entry], name: str) -> bool:
    return name in LONG or model.holds(name) is tuple


def _control(editing: Editing, name: str, plan: Plan, translate: Translate) -> Any:
    model = MODELS[editing.kind]
    value = getattr(editing.entry, name) if editing.entry else _first(model, name)
    label = field(name, editing.kind, translate)
    there = REFERENCES.get((editing.kind, name))
    if there is not None:
        return _reference(plan, there, editing, model.holds(name) is tuple, value, label)
    if names := model.choices(name):
        options = {choice(option, translate): option for option in names}
        shown = None if value is None else choice(value, translate)
        return mo.ui.dropdown(options, value=shown, allow_select_none=model.optional(name), label=label)
    return _entry_field(model, name, value, label)


def _entry_field(model: type[Entry], name: str, value: Any, label: str) -> Any:
    held = model.holds(name)
    if held is tuple:
        return mo.ui.text_area("\n".join(value or ()), rows=3, label=label, full_width=True)
    if held is date and not model.optional(name):
        return mo.ui.date(value=value or date.today(), label=label)
    if held is date:
        return mo.ui.text(str(value or ""), placeholder="YYYY-MM-DD", label=label, full_width=True)
    if held is int and not model.optional(name):
        return mo.ui.slider(1, 10, value=value or 5, show_value=True, label=label)
    if held in (int, float):
        return mo.ui.number(value=value, label=label, full_width=True)
    if name in LONG:
        return mo.ui.text_area(value or "", rows=3, label=label, full_width=True)
    return mo.ui.text(value or "", max_length=MOST_IN_LINE, label=label, full_width=True)


def _reference(
    plan: Plan, there: Kind, editing: Editing, several: bool, value: Any, label: str
) -> mo.ui.dropdown | mo.ui.multiselect:
    own = editing.entry.id if editing.entry and there == editing.kind else None
    options = {name: identifier for name, identifier in menu(plan, there).items() if identifier != own}
    chosen = [value] if isinstance(value, str) else list(value or ())
    # What was removed meanwhile can only be left out.
    named = [name for name, identifier in options.items() if identifier in chosen]
    if several:
        return mo.ui.multiselect(options, value=named, label=label, full_width=True)
    shown = named[0] if named else None
    return mo.ui.dropdown(options, value=shown, allow_select_none=True, label=label, full_width=True)


def _first(model: type[Entry], name: str) -> Any:
    """Return what a field of a new entry begins with."""
    info = model.model_fields[name]
    if info.is_required():
        return model.choices(name)[0] if model.choices(name) else None
    return info.get_default(call_default_factory=True)


def outcome(found: Outcome, plan_page: PlanPage, language: Language) -> mo.Html:
    """Say what came of the last change."""
    if found is None:
        return mo.Html("")
    if isinstance(found, Conflict):
        return _conflict(found, plan_page, language)
    if isinstance(found, PlanningError):
        return failure(found, language)
    said = plain(found.said.render(language))
    if not found.doubles:
        return mo.callout(mo.md(said), kind="success")
    translate = translator(language)
    listed = bullets(doubles(found.doubles, translate))
    return mo.callout(mo.md(f"{said}\n\n{translate('doubles_title')}\n\n{listed}"), kind="warn")


def _conflict(found: Conflict, plan_page: PlanPage, language: Language) -> mo.Html:
    translate = translator(language)
    theirs = found.theirs
    over = mo.ui.button(
        on_click=lambda _: plan_page.overwrite(found), label=translate("conflict_over"), kind="warn"
    )
    if theirs is None:
        said = translate("conflict_gone", title=plain(title(found.mine)))
        return mo.callout(mo.vstack([mo.md(said), plan_page.hold("over", over)]), kind="warn")
    kind = plan_page.kind
    pairs = {name: (getattr(theirs, name), getattr(found.mine, name)) for name in type(theirs).model_fields}
    differences = [
        translate(
            "conflict_theirs",
            field=field(name, kind, translate),
            theirs=plain(_shown(kept, translate)),
            yours=plain(_shown(wanted, translate)),
        )
        for name, (kept, wanted) in pairs.items()
        if name not in KEPT and kept != wanted
    ]
    load = mo.ui.button(on_click=lambda _: plan_page.choose(kind, theirs), label=translate("conflict_load"))
    said = translate("conflict", title=plain(title(theirs)))
    buttons = mo.hstack(
        [plan_page.hold("load", load), plan_page.hold("over", over)], justify="start", wrap=True
    )
    listed = "\n".join(f"- {line}" for line in differences)
    return mo.callout(mo.vstack([mo.md(f"{said}\n\n{listed}"), buttons]), kind="warn")


def _shown(value: Any, translate: Translate) -> str:
    if value in (None, "", ()):
        return translate("none")
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def removal(plan_page: PlanPage, editing: Editing, language: Language) -> Any:
    """Offer to remove the entry in the form, and ask before it is done."""
    translate = translator(language)
    if editing.entry is None:
        return mo.Html("")
    if not editing.asked:
        ask = mo.ui.button(on_click=lambda _: plan_page.ask_removal(True), label=translate("remove"))
        return plan_page.hold("ask", ask)
    yes = mo.ui.button(on_click=lambda _: plan_page.remove(), label=translate("remove_yes"), kind="danger")
    no = mo.ui.button(on_click=lambda _: plan_page.ask_removal(False), label=translate("remove_no"))
    asked = mo.md(plain(translate("remove_sure", title=title(editing.entry))))
    return mo.vstack(
        [asked, mo.hstack([plan_page.hold("yes", yes), plan_page.hold("no", no)], justify="start")]
    )
