"""Step 2, continued: a form for rows of given values, or in other shares."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any

import marimo as mo
import pandas as pd

from synth_handson.locales import Language, get_text
from synth_handson.notebook.page.parts import failure, live, row, small
from synth_handson.notebook.page.state import PageState
from synth_handson.notebook.session import JobState
from synth_handson.pipeline.asked_words import Wish
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.presentation import generate
from synth_handson.tables.bank import Dataset
from synth_handson.tables.columns import Column
from synth_handson.tables.segment import Segment, spell_value

MOST_LISTED = 100
"""Of a column with more values, hardly any has people enough to be asked for."""
MOST_SHARES = 12
"""Of a column with so many values, shares can be set."""


class AskForm:
    """What a reader asks of the rows; nothing is drawn before the button is pressed.

    There is none where people have several rows each: nobody could say how many have what is asked for.

    Parameters
    ----------
    page_state
        Draws the rows, and remembers what was chosen.
    dataset
        The real table.
    train
        Its training rows, whose values can be asked for.
    language
        The reader's.
    """

    def __init__(
        self, page_state: PageState, dataset: Dataset | OwnTable, train: pd.DataFrame, language: Language
    ) -> None:
        self._language = language
        self._translate = partial(get_text, language)
        several = isinstance(dataset, OwnTable) and dataset.profile.several
        self.offered = not (page_state.script or several)
        if not self.offered:
            return
        self._memory, self._key = page_state.memory, f"asked of {', '.join(map(str, train))}"
        texts = dataset.texts if isinstance(dataset, OwnTable) else ()
        people = {str(name): _people(column) for name, column in train.items() if name not in texts}
        self._options = {
            f"{name} = {spell_value(value)} ({count:,})": (name, value)
            for name, counts in sorted(people.items(), key=lambda item: len(item[1]))
            if len(counts) <= MOST_LISTED
            for value, count in counts.items()
        }
        self._people = {name: counts for name, counts in people.items() if len(counts) <= MOST_SHARES}
        given = mo.ui.multiselect(
            list(self._options), value=self._chosen, label=self._translate("generate.given"),
            full_width=True, on_change=partial(self._set, "given"),
        )  # fmt: skip
        self._controls = [given, self._tabs(), self._last_row(page_state)]

    @property
    def wish(self) -> Wish:
        """What was chosen so far."""
        given: dict[str, list[Any]] = {}
        for label in self._chosen:
            name, value = self._options[label]
            given.setdefault(name, []).append(value)
        name = self._get("shares")
        parts = {value: self._percent(name, value) / 100 for value in self._people.get(name, {})}
        shares = {name: {value: share for value, share in parts.items() if share}} if parts else None
        return Wish(given or None, shares, bool(self._get("few")))

    def show(self, job: JobState, wish: Wish) -> mo.Html:
        """Show the form, and what came of the newest wish."""
        if not self.offered:
            return mo.Html("")
        outcome: object = ""
        if job.progress:
            outcome = generate.progress_view(job.progress, self._language)
        elif job.error:
            outcome = failure(job.error, self._language)
        elif wish:
            outcome = small(self._translate("generate.asked", code=wish.code, command=wish.command))
        return mo.vstack([mo.md(self._translate("generate.ask")), *self._controls, live(outcome)])

    def _tabs(self) -> mo.ui.tabs:
        """Build a tab for each column whose shares can be set, with the shares that it has."""
        none = self._translate("generate.shares_none")
        shown: dict[str, object] = {none: small(self._translate("generate.shares_as_they_come"))}
        for name, counts in self._people.items():
            shown[name] = row(
                mo.ui.number(
                    0, 100, step=1, value=self._percent(name, value),
                    label=f"{escape(spell_value(value))} (%)",
                    on_change=partial(self._set, f"share {name} {value}"),
                )
                for value in counts
            )  # fmt: skip
        chosen = self._get("shares")
        return mo.ui.tabs(
            shown, value=chosen if chosen in self._people else none, label=self._translate("generate.shares"),
            on_change=lambda name: self._set("shares", name if name in self._people else None),
        )  # fmt: skip

    def _last_row(self, page_state: PageState) -> mo.Html:
        few = mo.ui.checkbox(
            value=bool(self._get("few")), label=self._translate("generate.even_if_few"),
            on_change=partial(self._set, "few"),
        )  # fmt: skip
        draw = mo.ui.button(
            label=self._translate("generate.ask_button"), on_click=lambda _: page_state.ask_for(self.wish)
        )
        return row([few, draw])

    @property
    def _chosen(self) -> list[str]:
        return [label for label in self._get("given") or () if label in self._options]

    def _percent(self, name: str, value: Any) -> float:
        """Return what share of the rows is to have a value: as was said, or as in the table."""
        said = self._get(f"share {name} {value}")
        return said if said is not None else percents(self._people[name])[value]

    def _get(self, name: str) -> Any:
        return self._memory.get(f"{self._key}: {name}")

    def _set(self, name: str, value: Any) -> None:
        self._memory.set(f"{self._key}: {name}", value)


def _people(column: Column) -> dict[Any, int]:
    """Count the people who have each value, the most frequent first; None stands for a missing one."""
    counts = column.value_counts(dropna=False)
    listed = zip(counts.index.tolist(), counts.index.notna(), counts.tolist(), strict=True)
    return {value if known else None: count for value, known, count in listed if count}


def percents(counts: Mapping[Any, int]) -> dict[Any, int]:
    """Return what share of the rows has each value, in whole percents that add up to 100."""
    total = sum(counts.values())
    shares = Segment(({},) * len(counts), tuple(count / total for count in counts.values()))
    return dict(zip(counts, shares.sizes(100).tolist(), strict=True))
