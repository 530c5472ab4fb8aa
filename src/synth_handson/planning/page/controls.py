"""What a visitor sets for the whole page; its address remembers it."""

from __future__ import annotations

from datetime import date
from typing import Any

import marimo as mo

from synth_handson.locales import Language
from synth_handson.planning.page.desk import Desk
from synth_handson.planning.plan import Kind, Plan, title
from synth_handson.planning.research import Insight
from synth_handson.planning.wording import choice, plain, speaker

SHOWN = 80
"""Characters of a title in a menu."""


def language_switch(language: Language) -> mo.ui.radio:
    """Choose the language."""
    languages = {"日本語": "ja", "English": "en"}
    shown = next(name for name, code in languages.items() if code == language)
    return mo.ui.radio(
        languages, value=shown, inline=True, on_change=lambda chosen: mo.query_params().set("lang", chosen)
    )


def day_control(day: date, language: Language) -> mo.ui.date:
    """Choose the day as of which the plan is looked at."""
    say = speaker(language)
    return mo.ui.date(
        value=day, label=say("on"), on_change=lambda chosen: mo.query_params().set("on", str(chosen))
    )


def hours_control(hours: float, language: Language) -> mo.ui.number:
    """Choose how many hours there are for the smallest product."""
    say = speaker(language)
    return mo.ui.number(
        0, 1_000_000, value=hours, debounce=True, label=say("hours"),
        on_change=lambda chosen: mo.query_params().set("hours", f"{chosen or 0:g}"),
    )  # fmt: skip


def reload_control(language: Language) -> mo.ui.refresh:
    """Look for changes of others now and then."""
    say = speaker(language)
    return mo.ui.refresh(options=["3s", "30s"], default_interval="3s", label=say("reload"))


def finders(desk: Desk, plan: Plan, language: Language) -> mo.ui.dictionary:
    """Choose which insights to show."""
    say = speaker(language)
    anything = {say("any"): None}

    def chosen(name: str, options: dict[str, Any]) -> str:
        wanted = desk.finding.get(name)
        return next((shown for shown, value in options.items() if value == wanted), say("any"))

    personas: dict[str, Any] = anything | menu(plan, "personas")
    methods: dict[str, Any] = anything | {choice(name, say): name for name in Insight.choices("method")}
    impacts: dict[str, Any] = anything | {choice(name, say): name for name in Insight.choices("impact")}
    return mo.ui.dictionary(
        {
            name: mo.ui.dropdown(
                options, value=chosen(name, options), allow_select_none=False, label=say(f"find_{name}")
            )
            for name, options in (("persona", personas), ("method", methods), ("impact", impacts))
        },
        on_change=desk.finding.update,
    )


def menu(plan: Plan, kind: Kind) -> dict[str, str]:
    """Return the ids of a kind's entries by title, so that no two have the same one."""
    options: dict[str, str] = {}
    for entry in sorted(plan.entries(kind), key=lambda entry: (title(entry), entry.id)):
        name = title(entry)[:SHOWN]
        options[name if name not in options else f"{name} ({entry.id})"] = entry.id
    return options


def head(switch: mo.ui.radio, day: Any, hours: Any, desk: Desk, plan: Plan, language: Language) -> mo.Html:
    """Begin the page; an empty plan can begin with the example."""
    say = speaker(language)
    parts: list[Any] = [
        mo.hstack([mo.md(say("title")), switch], justify="space-between", align="start", wrap=True),
        mo.md(say("lead", place=plain(desk.store.shown))),
        mo.hstack([day, hours], justify="start", gap=2, wrap=True),
    ]
    if not len(plan):
        button = mo.ui.button(on_click=lambda _: desk.load_example(language), label=say("load_example"))
        parts.append(mo.callout(mo.vstack([mo.md(say("empty")), desk.hold("example", button)]), kind="info"))
    return mo.vstack(parts)
