"""What the commands print, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table
from rich.text import Text

from synth_handson.errors import SynthHandsonError
from synth_handson.evidence.assessment import Evidence, Step
from synth_handson.locales import Language, Message, get_text
from synth_handson.pii.japanese import INSTALL, has_dictionary
from synth_handson.pii.leaks import Leak, name_cells
from synth_handson.pipeline.generate import Synthesised
from synth_handson.pipeline.kept_rules import KeptRule
from synth_handson.pipeline.linked import SynthesisedLinked
from synth_handson.pipeline.profile import Stage, TableProfile
from synth_handson.pipeline.validate import Check, ValidationResult
from synth_handson.presentation.summaries import sentences
from synth_handson.presentation.words import percent
from synth_handson.synthesis.run import Progress
from synth_handson.tables.files.convert import spell
from synth_handson.tables.files.form import TableForm
from synth_handson.tables.rules.find import FoundRule
from synth_handson.tables.rules.parse import as_rules

UNCHECKED, LEAKED = 2, 3
"""Exit status of a command that could not check a file, and of one that found personal data in its output."""
MAX_CELL = 40
MOST_REASONS = 3
"""Reasons printed for a table of limited use."""
TYPES_TO_SAY = {"dates": "date:%d/%m/%Y", "dots": "whole"}
"""Examples of types to suggest for a column that could not be understood."""
ADVICE = {"commands.texts_missing": "texts_longer", "commands.texts_cut": "texts_whole"}
"""Command-line options that help with a note."""


class Show:
    """Prints in one language: results to standard output, progress to standard error.

    Parameters
    ----------
    language
        The reader's.
    quiet
        Whether to print no progress and no explanations.
    """

    def __init__(self, language: Language, quiet: bool = False) -> None:
        self.language = language
        self.quiet = quiet
        # What a file says is no markup of rich's: [b] or :tada: in a column's name stays as it is.
        self._out = Console(quiet=quiet, markup=False, emoji=False)
        self._err = Console(stderr=True, quiet=quiet, markup=False, emoji=False)

    def text(self, key: str, **values: object) -> str:
        """Look up a text of the commands."""
        return get_text(self.language, f"commands.{key}", **values)

    def translate(self, key: str, **values: object) -> None:
        """Print a sentence."""
        self._out.print(self.text(key, **values), highlight=False, soft_wrap=True)

    @contextmanager
    def ending(self, status: int, failure: type[SynthHandsonError] = SynthHandsonError) -> Iterator[None]:
        """End the command with a status, and say what is wrong, where something fails as expected."""
        try:
            yield
        except failure as error:
            typer.secho(error.message(self.language), fg="red", err=True)
            raise typer.Exit(status) from error

    def _note(self, note: Message) -> None:
        self._out.print(note.render(self.language), highlight=False, soft_wrap=True)

    @contextmanager
    def stages(self) -> Iterator[Stages]:
        """Show what is going on, with the time it takes."""
        with ProgressBar(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"), console=self._err, transient=True,
        ) as bar:  # fmt: skip
            yield Stages(self, bar)

    def profile(self, profile: TableProfile) -> None:
        """Print what was understood of a table, column by column, and the personal data in it."""
        forms = {form.name: form for form in profile.form.columns}
        self.translate("read_title", rows=len(profile.frame), columns=len(profile.roles))
        for found in profile.form.found:
            self._note(found)
        table = self._table("column", "type", "understood", "becomes")
        for role in profile.roles:
            form = forms[role.name]
            becomes = self.text(f"becomes_{role.role}")
            why = self.text("because", why=role.reason.render(self.language)) if role.reason else ""
            table.add_row(role.name, self.text(f"type_{form.type}"), form.why(self.language), becomes + why)
        self._out.print(table)
        for name, form in forms.items():
            if form.reason in TYPES_TO_SAY:
                self.translate("say_type", asked=f"{name}={TYPES_TO_SAY[form.reason]}")
        for notice in profile.notices:
            self._note(notice)
        if profile.proposed_person:
            self.translate("propose_person", person=profile.proposed_person)
        if profile.questions:
            self.translate("answer_how")
        self._findings(profile)

    def _findings(self, profile: TableProfile) -> None:
        if profile.findings:
            table = self._table("column", "kind", "cells", "share", "sure", "where", "example")
            for found in profile.findings:
                table.add_row(
                    found.column,
                    self.text(f"kind_{found.kind}"),
                    f"{found.cells:,}",
                    percent(found.share, 0),
                    percent(found.sure, 0),
                    self.text("whole" if found.whole or found.kind == "possible_name" else "inside"),
                    found.examples[0],
                )
            self._out.print(table)
        elif not profile.headers_in_doubt:
            self.translate("no_personal_data")
        if not has_dictionary():
            self.translate("no_dictionary", install=INSTALL)

    def rules(self, proposed: Sequence[FoundRule], kept: Sequence[KeptRule]) -> None:
        """Print the rules that were found, and which are kept: none, unless somebody asks for it."""
        stated = as_rules(kept)
        others = [rule for rule in stated if rule not in {found.rule for found in proposed}]
        if not proposed and not others:
            self.translate("no_rules")
            return
        table = self._table("rule", "says", "people", "kept")
        for found in proposed:
            words = found.message.render(self.language)
            keep = self.text("yes" if found.rule in stated else "no")
            table.add_row(str(found.rule), words, f"{found.people:,}", keep)
        for rule in others:
            table.add_row(str(rule), rule.render(self.language), "–", self.text("yes"))
        self._out.print(table)
        if any(found.rule not in stated for found in proposed):
            self.translate("rules_proposed")

    def rows(self, frame: pd.DataFrame, form: TableForm) -> None:
        """Print the rows of a synthetic table side by side, spelled as they would be written."""
        table = self._table("column")
        for number in range(1, len(frame) + 1):
            table.add_column(str(number), overflow="ellipsis", max_width=MAX_CELL)
        for position, column in enumerate(form.columns):
            table.add_row(column.name, *spell(frame.iloc[:, position], column).fillna("–"))
        self._out.print(table)

    def made(self, made: Synthesised | SynthesisedLinked) -> None:
        """Print what was shown of a synthetic table, or of linked ones, and what not."""
        self.evidence(made.evidence)
        if isinstance(made, Synthesised) and not made.leaks and made.profile.personal_cells:
            self.translate("scanned", cells=made.profile.personal_cells)
        for note in made.notes:
            self._note(note)
        if isinstance(made, Synthesised):
            for note in made.text_notes:
                self._note(note)
            for advice in dict.fromkeys(ADVICE[note.key] for note in made.text_notes if note.key in ADVICE):
                self.translate(advice)
        if made.empty:
            self.translate("left_empty", columns=", ".join(made.empty))
        self.translate("not_shown")

    def evidence(self, evidence: Evidence) -> None:
        """Print the verdict, its reasons, what follows, and why the table is of limited use if it is."""
        color = {"pass": "green", "review": "yellow", "fail": "red"}[evidence.verdict]
        self._out.print(self.text(f"verdict_{evidence.verdict}"), style=f"bold {color}")
        for reason in sentences(evidence.reasons, evidence, self.language):
            self._out.print(f"- {reason}", highlight=False)
        self._out.print(evidence.decision.render(self.language), highlight=False)
        use = evidence.usefulness
        if use.outcome in ("limited", "not useful"):
            for why in sentences(use.reasons[:MOST_REASONS], evidence, self.language):
                self._out.print(f"- {why}", highlight=False)

    def leaks(self, leaks: tuple[Leak, ...]) -> None:
        """Print where an output holds personal data of the original."""
        self._err.print(self.text("leaks", count=len(leaks), where=name_cells(leaks)), style="red")

    def result(self, result: ValidationResult) -> None:
        """Print what was checked, and whether it is met."""
        self.checks(result)
        self.met(result.met)

    def met(self, met: bool) -> None:
        """Print whether all that was checked is met."""
        self.translate("all_met" if met else "not_all_met")

    def checks(self, result: ValidationResult) -> None:
        """Print what was checked."""
        table = self._table("check", "value", "target", "met", "about")
        for check in result.checks:
            table.add_row(
                self.text(f"check_{check.name}"), *_numbers(check), self._met(check),
                check.about.render(self.language),
            )  # fmt: skip
        self._out.print(table)
        if result.leaks:
            self.leaks(result.leaks)
        if result.evidence:
            self.evidence(result.evidence)
        for note in result.notes:
            self._note(note)

    def _met(self, check: Check) -> Text:
        key, color = {None: ("unknown", "yellow"), True: ("yes", "green"), False: ("no", "red")}[check.met]
        return Text(self.text(key), style=color)

    def _table(self, *columns: str) -> Table:
        table = Table()
        for column in columns:
            table.add_column(self.text(f"column_{column}"), overflow="fold")
        return table


class Stages:
    """The line that tells what is going on."""

    def __init__(self, show: Show, bar: ProgressBar) -> None:
        self._show = show
        self._bar = bar
        self._task = bar.add_task("", total=None, left="")

    def begin(self, stage: Stage) -> None:
        """Tell which stage begins."""
        name = self._show.text(f"stage_{stage.replace(' ', '_')}")
        self._bar.update(self._task, description=name, completed=0, total=None, left="")

    def train(self, progress: Progress) -> None:
        """Tell how far a training is."""
        left = "" if progress.remaining is None else self._show.text("left", seconds=progress.remaining)
        self._bar.update(self._task, completed=progress.fraction or 0, total=1, left=left)

    def draw(self, total: int, rows: int) -> None:
        """Tell how many of the rows are drawn."""
        self._bar.update(self._task, completed=rows, total=total)

    def measure(self, step: Step) -> None:
        """Tell how far the measuring is."""
        self._bar.update(self._task, completed=step.fraction, total=1)


def _numbers(check: Check) -> tuple[str, str]:
    if check.name == "personal_data":
        return f"{check.value:,.0f}", "0"
    shown = "–" if check.value is None else percent(check.value, 1)
    sign = "" if check.name == "schema" else "> "
    return shown, "–" if check.target is None else f"{sign}{percent(check.target, 0)}"
