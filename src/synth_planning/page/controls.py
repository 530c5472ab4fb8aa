"""What a visitor sets for the whole page; its address remembers it."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

import marimo as mo

from synth_planning.locales import Language
from synth_planning.page.state import PlanPage
from synth_planning.plan import Kind, Plan
from synth_planning.plan import title as title_of
from synth_planning.research import Insight
from synth_planning.wording import choice, plain, translator

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
    translate = translator(language)
    return mo.ui.date(
        value=day, label=translate("on"), on_change=lambda chosen: mo.query_params().set("on", str(chosen))
    )


def hours_control(hours: float, language: Language) -> mo.ui.number:
    """Choose how many hours there are for the smallest product."""
    translate = translator(language)
    return mo.ui.number(
        0, 1_000_000, value=hours, debounce=True, label=translate("hours"),
        on_change=lambda chosen: mo.query_params().set("hours", f"{chosen or 0:g}"),
    )  # fmt: skip


def reload_control(language: Language) -> mo.ui.refresh:
    """Look for changes of others now and then."""
    translate = translator(language)
    return mo.ui.refresh(options=["3s", "30s"], default_interval="3s", label=translate("reload"))


def finders(plan_page: PlanPage, plan: Plan, language: Language) -> mo.ui.dictionary:
    """Choose which insights to show."""
    translate = translator(language)
    anything = {translate("any"): None}

    def chosen(name: str, options: dict[str, Any]) -> str:
        wanted = plan_page.finding.get(name)
        return next((shown for shown, value in options.items() if value == wanted), translate("any"))

    personas: dict[str, Any] = anything | menu(plan, "personas")
    methods: dict[str, Any] = anything | {choice(name, translate): name for name in Insight.choices("method")}
    impacts: dict[str, Any] = anything | {choice(name, translate): name for name in Insight.choices("impact")}
    return mo.ui.dictionary(
        {
            name: mo.ui.dropdown(
                options, value=chosen(name, options), allow_select_none=False, label=translate(f"find_{name}")
            )
            for name, options in (("persona", personas), ("method", methods), ("impact", impacts))
        },
        on_change=plan_page.finding.update,
    )


def menu(plan: Plan, kind: Kind) -> dict[str, str]:
    """Return the ids of a kind's entries by title, so that no two have the same one."""
    options: dict[str, str] = {}
    for entry in sorted(plan.entries(kind), key=lambda entry: (title_of(entry), entry.id)):
        name = title_of(entry)[:SHOWN]
        options[name if name not in options else f"{name} ({entry.id})"] = entry.id
    return options


def head(
    switch: mo.ui.radio, day: Any, hours: Any, plan_page: PlanPage, plan: Plan, language: Language
) -> mo.Html:
    """Begin the page; an empty plan can begin with the example."""
    translate = translator(language)
    lead = translate("lead", place=plain(plan_page.store.shown))
    if plan.name:
        title, lead = f"# {plain(plan.name)}", f"{translate('what')}\n\n{lead}"
    else:
        title = f"# {translate('what')}"
    parts: list[Any] = [
        mo.hstack([mo.md(title), switch], justify="space-between", align="start", wrap=True),
        mo.md(lead),
        mo.hstack([day, hours], justify="start", gap=2, wrap=True),
    ]
    if len(plan) and not plan.name:
        parts.insert(2, mo.Html(f'<div class="sp-small">{escape(translate("unnamed"))}</div>'))
    if not len(plan):
        button = mo.ui.button(
            on_click=lambda _: plan_page.load_example(language), label=translate("load_example")
        )
        parts.append(
            mo.callout(mo.vstack([mo.md(translate("empty")), plan_page.hold("example", button)]), kind="info")
        )
    return mo.vstack(parts)
