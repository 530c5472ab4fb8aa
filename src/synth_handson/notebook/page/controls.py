"""The controls: built anew in another language, each goes on from what it was set to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import marimo as mo
import pandas as pd

from synth_handson.locales import Language, get_text
from synth_handson.notebook.bundled import SLIDERS
from synth_handson.synthesis.engine import EngineOptions

ENGINES: dict[str, EngineOptions] = {
    "mostly": {},
    "copula": {"engine": "copula"},
    "trees": {"engine": "trees"},
    "aim": {"engine": "aim", "epsilon": 3.0},
    "ctgan": {"engine": "ctgan"},
    "auto": {"engine": "auto"},
}
"""What can train; the first one on a server where there is one."""

ROWS = range(100, 5_000, 100)

C = TypeVar("C")
"""A control."""

FIELDS = ("recipient", "purpose", "prepared_by")


class Memory:
    """Remembers what one reader set each control to, for a control in another language forgets it."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def __deepcopy__(self, memo: object) -> Memory:
        """Stay one: marimo copies controls into groups and forms, with what they call."""
        return self

    def get(self, name: str, default: Any = None) -> Any:
        """Return what a control was set to last."""
        return self._values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        """Remember what a control was set to."""
        self._values[name] = value

    def keep(self, name: str, build: Callable[..., C], value: Any, **options: Any) -> C:
        """Build a control that remembers its value; ``value`` is its first one."""
        kept = self._values.get(name, value)
        return build(value=kept, on_change=partial(self.set, name), **options)

    def choose(
        self, name: str, build: Callable[..., C], options: Mapping[str, Any], value: Any, **more: Any
    ) -> C:
        """Build a control with options by label, of which the chosen one is remembered."""
        kept = self._values.get(name, value)
        shown = next((label for label, option in options.items() if option == kept), None)
        return build(dict(options), value=shown, on_change=partial(self.set, name), **more)


def language_switch(language: Language) -> mo.ui.radio:
    """Choose the language, and have the page's address remember it."""
    languages = {"日本語": "ja", "English": "en"}
    shown = next(name for name, code in languages.items() if code == language)
    return mo.ui.radio(
        languages, value=shown, inline=True, on_change=lambda chosen: mo.query_params().set("lang", chosen)
    )


def rows_slider(rows: int, ask_rows: Callable[[float | None], None], language: Language) -> mo.ui.slider:
    """Choose how many rows to draw.

    What is asked for is a state, and not the slider's value: a slider in another language draws nothing anew.
    """
    return mo.ui.slider(
        start=ROWS.start, stop=ROWS.stop, step=ROWS.step, value=min(max(rows, ROWS.start), ROWS.stop),
        show_value=True, on_change=ask_rows, label=get_text(language, "generate.rows"),
    )  # fmt: skip


def engine_selector(memory: Memory, language: Language) -> mo.ui.dropdown:
    """Choose what trains."""
    options = {get_text(language, f"generate.name_{name}"): asked for name, asked in ENGINES.items()}
    label = get_text(language, "generate.engine")
    return memory.choose(
        "engine", mo.ui.dropdown, options, ENGINES["mostly"], label=label, allow_select_none=False
    )


def generate_button(language: Language, train_rows: int) -> mo.ui.run_button:
    """Start a training."""
    return mo.ui.run_button(
        kind="success",
        label=get_text(language, "generate.button"),
        tooltip=get_text(language, "generate.tooltip", rows=train_rows),
    )


def column_menu(memory: Memory, language: Language, frame: pd.DataFrame) -> mo.ui.dropdown:
    """Choose a column."""
    columns = list(map(str, frame.columns))
    first = "age" if "age" in columns else columns[0]
    name = f"column of {', '.join(columns)}"
    label = get_text(language, "validate.column")
    return memory.choose(
        name, mo.ui.dropdown, dict(zip(columns, columns, strict=True)), first, label=label,
        allow_select_none=False,
    )  # fmt: skip


def person_button(memory: Memory, language: Language) -> mo.ui.button:
    """Make a button whose value is how often it was clicked."""
    return memory.keep(
        "person", mo.ui.button, 0, on_click=lambda clicks: clicks + 1,
        label=get_text(language, "privacy.another"),
    )  # fmt: skip


def leaks(memory: Memory, language: Language) -> tuple[mo.ui.radio, mo.ui.dictionary]:
    """Choose how to break it, and by how much."""
    options = {get_text(language, f"leak_simulation.choice_{leak}"): leak for leak in SLIDERS}
    sliders: dict[str, mo.ui.slider] = {
        leak: memory.keep(
            f"slider of {leak}", mo.ui.slider, FIRST[leak], start=places[0], stop=places[-1],
            step=places.step, show_value=True, full_width=True,
            label=get_text(language, f"leak_simulation.slider_{leak}"),
        )
        for leak, places in SLIDERS.items()
    }  # fmt: skip
    return memory.choose("leak", mo.ui.radio, options, "planted"), mo.ui.dictionary(sliders)


FIRST: dict[str, int] = {"planted": 0, "disguised": 20, "jittered": 30}
"""Where each slider stands first, in percent."""


def about_fields(memory: Memory, language: Language) -> mo.ui.dictionary:
    """Ask what no number can tell, for the report."""
    return mo.ui.dictionary(
        {
            name: memory.keep(
                f"field {name}", mo.ui.text, "", label=get_text(language, f"story.field_{name}")
            )
            for name in FIELDS
        }
    )
