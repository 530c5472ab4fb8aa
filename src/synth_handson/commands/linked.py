"""Synthesise, preview and validate linked files: people, and tables of their events."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import typer

from synth_handson.commands.show import LEAKED, UNCHECKED, Show
from synth_handson.errors import ArgumentError, LeakError
from synth_handson.paths import write_text
from synth_handson.pii.detect import Answer
from synth_handson.pipeline.generate import GenerationSettings
from synth_handson.pipeline.kept_rules import KeptRule
from synth_handson.pipeline.linked import (
    LinkedProfile,
    Source,
    draw_linked,
    linked_outputs,
    profile_linked,
    synthesise_linked,
    write_linked,
)
from synth_handson.pipeline.validate import EXIT_STATUS
from synth_handson.pipeline.validate_linked import validate_linked
from synth_handson.pipeline.write import check_outputs
from synth_handson.presentation.report.about import About
from synth_handson.tables.linked import check_event_names
from synth_handson.tables.rules.linked import PEOPLE


def synthesise_files(
    show: Show,
    people: str | None,
    events: Sequence[str],
    person: str | None,
    given: Sequence[Path],
    settings: GenerationSettings,
    *,
    rules: Callable[[LinkedProfile], tuple[KeptRule, ...]],
    answers: Mapping[str, Answer],
    report: Path | None,
    force: bool,
    keep_going: bool,
) -> None:
    """Make synthetic linked files.

    Parameters
    ----------
    show
        What prints.
    people, events
        The people's file and those of events, as NAME=FILE; sheets, where a workbook is given.
    person
        The column that identifies people.
    given
        The workbook, if there is one, and where to: a folder or a workbook.
    settings
        How they are to be made.
    rules
        Chooses the rules to keep, once the tables have been read.
    answers, report, force, keep_going
        As for `synthesise`.
    """
    if len(given) not in (1, 2):
        raise typer.BadParameter("Say where to: a folder, or a workbook (.xlsx).")
    *books, output = given
    sources, key = _sources(people, events, person, books[0] if books else None)
    outputs = linked_outputs(sources, output)
    if output.suffix or output.is_dir():
        check_outputs(
            [*outputs, *([report] if report else [])], force, [one.path for one in sources.values()]
        )
    with show.stages() as stages:
        profile = profile_linked(
            sources[PEOPLE], _events(sources), key, answers=answers, on_stage=stages.begin
        )
        kept = rules(profile)
        made = synthesise_linked(
            profile, replace(settings, rules=kept), on_stage=stages.begin, on_progress=stages.train
        )
    for table in profile.tables.values():
        show.profile(table)
    if kept:
        show.rules(profile.proposed, kept)
    show.made(made)
    for leaks in made.leaks.values():
        show.leaks(leaks)
    with show.ending(LEAKED, LeakError):
        write_linked(made, output, force=force, keep_going=keep_going)
    if report:
        about = About(training=made.generator.training, source=sources[PEOPLE].name)
        write_text(report, made.evidence.to_html(show.language, about))
    show.translate("written_linked", path=output, people=len(made.tables[PEOPLE]), tables=len(made.tables))
    raise typer.Exit(EXIT_STATUS[made.evidence.verdict])


def preview_files(
    show: Show,
    people: str | None,
    events: Sequence[str],
    person: str | None,
    book: Path | None,
    settings: GenerationSettings,
    count: int,
    *,
    rules: Callable[[LinkedProfile], tuple[KeptRule, ...]],
    answers: Mapping[str, Answer],
) -> None:
    """Show how linked files are read, and ``count`` synthetic rows of each; else as `synthesise_files`."""
    sources, key = _sources(people, events, person, book)
    with show.stages() as stages:
        profile = profile_linked(
            sources[PEOPLE], _events(sources), key, answers=answers, on_stage=stages.begin
        )
        kept = rules(profile)
        drawn = draw_linked(profile, replace(settings, count=count, rules=kept), on_stage=stages.begin)
    for name, table in profile.tables.items():
        show.translate("table_title", name=name)
        show.profile(table)
        rows = drawn.tables[name].head(count)
        show.translate("preview_title", count=len(rows))
        show.rows(rows, table.form)
    show.rules(profile.proposed, kept)
    show.translate("preview_note")


def validate_files(
    show: Show,
    people: str | None,
    events: Sequence[str],
    person: str | None,
    book: Path | None,
    synthetic: Path,
    *,
    holdout: Path | None,
    manifest: Path | None,
    target: str | None,
    known: Sequence[str],
    rules: Sequence[str],
    answers: Mapping[str, Answer],
    as_json: bool,
) -> None:
    """Check synthetic linked files; parameters as of `synthesise_files` and `validate`."""
    with show.ending(UNCHECKED):
        sources, key = _sources(people, events, person, book)
        with show.stages() as stages:
            stages.begin("assess")
            result = validate_linked(
                sources[PEOPLE], _events(sources), key, synthetic, holdout=holdout, manifest=manifest,
                target=target, known=known, rules=rules, answers=answers,
            )  # fmt: skip
    for name, checked in result.tables.items():
        show.translate("table_title", name=name)
        show.checks(checked)
    show.translate("together_title", person=key)
    show.checks(result.together)
    show.met(result.met)
    if as_json:
        typer.echo(json.dumps(result.to_dict(), ensure_ascii=False))
    raise typer.Exit(result.exit_status)


def _sources(
    people: str | None, events: Sequence[str], person: str | None, book: Path | None
) -> tuple[dict[str, Source], str]:
    """Return where each table is read, and the key."""
    if not (people and events and person):
        raise typer.BadParameter("Linked files need --people, --events and --person.")
    named: dict[str, str] = {}
    for name, where in map(_named, events):
        if name in named:
            raise ArgumentError("linked_twice", name=name)
        named[name] = where
    check_event_names(named)
    return {name: _source(book, where) for name, where in {PEOPLE: people, **named}.items()}, person


def _events(sources: Mapping[str, Source]) -> dict[str, Source]:
    return {name: source for name, source in sources.items() if name != PEOPLE}


def _named(given: str) -> tuple[str, str]:
    name, separator, where = given.partition("=")
    # A folder may have an equals sign in its name: year=2024/visits.csv.
    named = separator and Path(name).name == name
    return (name, where) if named else (Path(given).stem, given)


def _source(book: Path | None, where: str) -> Source:
    return Source(Path(where)) if book is None else Source(book, where)
