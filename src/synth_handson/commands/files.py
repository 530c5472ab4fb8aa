"""The commands that work on files: synthesise, validate, preview.

Each imports what it works with when it runs: ``--help`` needs none of it.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synth_handson.commands.options import (
    AsJson,
    DropRule,
    Encoding,
    EvenIfFew,
    EventsOption,
    GivenOption,
    HeaderRow,
    Kept,
    Known,
    LanguageOption,
    LeaveOut,
    PeopleOption,
    Person,
    Quiet,
    Replaced,
    RuleOption,
    RulesOption,
    Schema,
    SharesOption,
    Sheet,
    Types,
    terminal_language,
)
from synth_handson.errors import ArgumentError, LeakError
from synth_handson.paths import write_text
from synth_handson.synthesis.llm import MODEL, OLLAMA
from synth_handson.synthesis.mostly import MAX_MINUTES
from synth_handson.synthesis.registry import ENGINES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synth_handson.pii.detect import Answer
    from synth_handson.pipeline.kept_rules import KeptRule
    from synth_handson.pipeline.linked import LinkedProfile
    from synth_handson.pipeline.profile import TableProfile
    from synth_handson.pipeline.text_writer import TrainTexts
    from synth_handson.synthesis.llm import LanguageModel

PREVIEW_ENGINE = "copula"
"""An engine that takes a second: the preview shows the form of the rows, not their quality."""
PREVIEW_PEOPLE = "trees"


def synthesise(
    source: Annotated[
        Path | None, typer.Argument(help="The file: CSV, TSV, JSON, YAML, XLSX, Parquet.")
    ] = None,
    target_file: Annotated[Path | None, typer.Argument(metavar="OUTPUT", help="File to write.")] = None,
    input: Annotated[Path | None, typer.Option("--input", "-i", help="The file.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write.")] = None,
    target: Annotated[str | None, typer.Option(help="Column to predict.")] = None,
    known: Known = None,
    person: Person = None,
    people: PeopleOption = None,
    events: EventsOption = None,
    count: Annotated[
        int | None,
        typer.Option(
            "--count", "-n", help="Rows (with --person: people) to draw; by default as many as the file has."
        ),
    ] = None,
    engine: Annotated[str | None, typer.Option(help=f"auto, {', '.join(ENGINES)}.")] = None,
    epsilon: Annotated[float | None, typer.Option(help="Largest ε allowed for differential privacy.")] = None,
    seed: Annotated[int, typer.Option(help="Random seed of the holdout, the training and the draw.")] = 0,
    text_minutes: Annotated[
        float, typer.Option(min=0, help="Minutes for learning texts; 0 leaves them empty.")
    ] = MAX_MINUTES,
    llm: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help=f"Language model that writes texts: {OLLAMA} (Ollama), or an address with /v1.",
        ),
    ] = None,
    model: Annotated[str | None, typer.Option(help=f"Its model, such as {MODEL}.")] = None,
    refine: Annotated[
        str | None, typer.Option(metavar="URL", help="Language model that corrects the synthetic texts.")
    ] = None,
    refine_model: Annotated[str | None, typer.Option(help="Its model.")] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Allow these servers to be other machines.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="File for the report, one HTML page.")] = None,
    types: Types = None,
    replace: Replaced = None,
    keep: Kept = None,
    schema: Schema = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    leave_out: LeaveOut = None,
    rule: RuleOption = None,
    rules: RulesOption = None,
    drop_rule: DropRule = None,
    given: GivenOption = None,
    shares: SharesOption = None,
    even_if_few: EvenIfFew = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
    keep_going: Annotated[
        bool,
        typer.Option("--keep-going", help="Write even if the output contains personal data of the original."),
    ] = False,
    as_json: AsJson = False,
    language: LanguageOption = None,
    quiet: Quiet = False,
) -> None:
    """Make a synthetic file with the same columns and format as the original.

    Personal data is found and replaced before anything learns from the table; what is drawn is scanned again,
    and measured against rows that were held out. Beside the output lies a manifest, by which `validate` finds
    those rows again; no row is in it.
    """
    from synth_handson.commands.linked import synthesise_files
    from synth_handson.commands.show import LEAKED, Show
    from synth_handson.pipeline.asked_words import read_given, read_shares
    from synth_handson.pipeline.blocks import synthesise_to
    from synth_handson.pipeline.generate import GenerationSettings, count_of
    from synth_handson.pipeline.manifest import manifest_path
    from synth_handson.pipeline.profile import profile_file
    from synth_handson.pipeline.validate import EXIT_STATUS
    from synth_handson.pipeline.write import check_outputs, unfinished, write_synthesised
    from synth_handson.presentation.report.about import About
    from synth_handson.tables.files.form import Reading
    from synth_handson.tables.files.reading import format_of_name

    show = Show(language or terminal_language(), quiet or as_json)
    if people or events:
        _refuse_options({
            "--type": types, "--schema": schema, "--encoding": encoding, "--sheet": sheet,
            "--header-row": header_row, "--leave-out": leave_out, "--given": given, "--shares": shares,
            "--llm": llm, "--refine": refine, "--json": as_json, "--model": model,
            "--refine-model": refine_model, "--allow-remote": allow_remote,
        })  # fmt: skip
        settings = GenerationSettings(
            target=target, count=count, engine=engine, epsilon=epsilon, seed=seed, known=tuple(known or ())
        )
        paths = [path for path in (source, target_file, input, output) if path]
        synthesise_files(
            show, people, events or [], person, paths, settings,
            rules=lambda profile: _rules(profile, rule, rules, drop_rule), answers=_answers(replace, keep),
            report=report, force=force, keep_going=keep_going,
        )  # fmt: skip
        return
    source, output = _one("SOURCE", source, input), _one("OUTPUT", target_file, output)
    reading = Reading(_types(types), encoding, sheet, header_row)
    asked, parts = read_given(given), read_shares(shares)
    format_of_name(output)
    writer, refiner = _language_models(llm, model, refine, refine_model, allow_remote)
    outputs = [output, manifest_path(output), *([report] if report else [])]
    check_outputs(outputs, force, [source, *([schema] if schema else [])])
    with unfinished(output) as file:
        with show.stages() as stages:
            profile = profile_file(
                source, reading, schema, answers=_answers(replace, keep), person=person, on_stage=stages.begin
            ).without(leave_out or ())
            settings = GenerationSettings(
                target=target, count=count, engine=engine, epsilon=epsilon, seed=seed,
                texts=_texts(writer, text_minutes), refiner=refiner,
                known=tuple(known or ()), rules=_rules(profile, rule, rules, drop_rule),
                given=asked, shares=parts, even_if_few=even_if_few,
            )  # fmt: skip
            made = synthesise_to(
                output, file, profile, settings, on_stage=stages.begin, on_progress=stages.train,
                on_rows=partial(stages.draw, count_of(profile, settings)), on_step=stages.measure,
            )  # fmt: skip
        show.profile(profile)
        show.made(made)
        if made.leaks and keep_going:
            show.leaks(made.leaks)
        with show.ending(LEAKED, LeakError):
            manifest = write_synthesised(made, source, output, force=force, keep_going=keep_going)
    if report:
        about = About(training=made.generator.training, source=source.name, shared=made.rows)
        write_text(report, made.evidence.to_html(show.language, about))
    if as_json:
        plain = {
            "output": str(output),
            "manifest": json.loads(manifest.to_json()),
            "evidence": made.evidence.to_dict(),
        }
        typer.echo(json.dumps(plain, ensure_ascii=False))
    show.translate("written", path=output, rows=made.rows)
    raise typer.Exit(EXIT_STATUS[made.evidence.verdict])


def validate(
    synthetic: Annotated[
        Path, typer.Option(help="The synthetic file; of linked files their folder or workbook.")
    ],
    original: Annotated[Path | None, typer.Option(help="The original file or workbook.")] = None,
    holdout: Annotated[Path | None, typer.Option(help="File with the rows of the holdout.")] = None,
    manifest: Annotated[Path | None, typer.Option(help="The manifest, if it is elsewhere.")] = None,
    schema: Schema = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    target: Annotated[str | None, typer.Option(help="Column to predict.")] = None,
    known: Known = None,
    rule: RuleOption = None,
    person: Person = None,
    people: PeopleOption = None,
    events: EventsOption = None,
    llm: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Language model whose embeddings are used to compare texts."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Its model, such as nomic-embed-text.")] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Allow this server to be another machine.")
    ] = False,
    replace: Replaced = None,
    keep: Kept = None,
    as_json: AsJson = False,
    language: LanguageOption = None,
    quiet: Quiet = False,
) -> None:
    """Check a synthetic file against its original, no matter who made it."""
    from synth_handson.commands.linked import validate_files
    from synth_handson.commands.show import UNCHECKED, Show
    from synth_handson.pipeline.validate import validate as check
    from synth_handson.tables.files.form import Reading

    show = Show(language or terminal_language(), quiet or as_json)
    if people or events:
        _refuse_options({
            "--schema": schema, "--encoding": encoding, "--sheet": sheet, "--header-row": header_row,
            "--llm": llm, "--model": model, "--allow-remote": allow_remote,
        })  # fmt: skip
        validate_files(
            show, people, events or [], person, original, synthetic, holdout=holdout, manifest=manifest,
            target=target, known=known or (), rules=rule or (), answers=_answers(replace, keep),
            as_json=as_json,
        )  # fmt: skip
        return
    if original is None:
        raise typer.BadParameter("Name the original file: --original.")
    with show.ending(UNCHECKED), show.stages() as stages:
        embedder, _ = _language_models(llm, model, None, None, allow_remote)
        stages.begin("assess")
        result = check(
            original, synthetic, holdout=holdout, manifest=manifest, schema=schema, target=target,
            known=known or (), rules=rule or (), llm=embedder, answers=_answers(replace, keep), person=person,
            reading=Reading({}, encoding, sheet, header_row) if encoding or sheet or header_row else None,
        )  # fmt: skip
    show.result(result)
    if as_json:
        typer.echo(json.dumps(result.to_dict(), ensure_ascii=False))
    raise typer.Exit(result.exit_status)


def preview(
    source: Annotated[Path | None, typer.Argument(help="The file.")] = None,
    input: Annotated[Path | None, typer.Option("--input", "-i", help="The file.")] = None,
    count: Annotated[int, typer.Option("--count", "-n", help="Rows to show.")] = 5,
    seed: Annotated[int, typer.Option(help="Random seed of the rows.")] = 0,
    types: Types = None,
    replace: Replaced = None,
    keep: Kept = None,
    schema: Schema = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    leave_out: LeaveOut = None,
    rule: RuleOption = None,
    rules: RulesOption = None,
    drop_rule: DropRule = None,
    person: Person = None,
    people: PeopleOption = None,
    events: EventsOption = None,
    save_schema: Annotated[
        Path | None, typer.Option(help="File to save the detected column types to.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing schema.")] = False,
    language: LanguageOption = None,
) -> None:
    """Show how a file is read, the personal data in it, and a few synthetic rows; write nothing.

    Nothing but a schema, where that is asked for: names, types and spelling of the columns, and no row.
    """
    from synth_handson.commands.linked import preview_files
    from synth_handson.commands.show import Show
    from synth_handson.pipeline.generate import GenerationSettings, draw
    from synth_handson.pipeline.profile import profile_file
    from synth_handson.pipeline.write import check_outputs
    from synth_handson.tables.files.form import Reading

    show = Show(language or terminal_language())
    if people or events:
        _refuse_options({
            "--type": types, "--schema": schema, "--encoding": encoding, "--sheet": sheet,
            "--header-row": header_row, "--leave-out": leave_out, "--save-schema": save_schema,
        })  # fmt: skip
        preview_files(
            show, people, events or [], person, source or input,
            GenerationSettings(engine=PREVIEW_PEOPLE, seed=seed, texts=None), count,
            rules=lambda profile: _rules(profile, rule, rules, drop_rule), answers=_answers(replace, keep),
        )  # fmt: skip
        return
    source = _one("SOURCE", source, input)
    if save_schema:
        check_outputs([save_schema], force, [source])
    with show.stages() as stages:
        reading = Reading(_types(types), encoding, sheet, header_row)
        profile = profile_file(
            source, reading, schema, answers=_answers(replace, keep), person=person, on_stage=stages.begin
        ).without(leave_out or ())
        chosen = _rules(profile, rule, rules, drop_rule)
    show.profile(profile)
    if person is None:
        show.rules(profile.proposed, chosen)
    if save_schema:
        write_text(save_schema, profile.form.to_json())
        show.translate("schema_saved", path=save_schema)
    with show.stages() as stages:
        settings = GenerationSettings(
            count=count, engine=PREVIEW_PEOPLE if person else PREVIEW_ENGINE, seed=seed, texts=None,
            rules=chosen,
        )  # fmt: skip
        drawn = draw(profile, settings, hold_out=False, on_stage=stages.begin)
    rows = drawn.table.head(count)  # of people, all rows were drawn
    show.translate("preview_title", count=len(rows))
    show.rows(rows, profile.form)
    if profile.obstacle:
        show.translate("preview_only", reason=profile.obstacle.message(show.language))
    elif not save_schema:
        show.translate("preview_note")


def _language_models(
    llm: str | None, model: str | None, refine: str | None, refine_model: str | None, allow_remote: bool
) -> tuple[LanguageModel | None, LanguageModel | None]:
    """Find the servers that are asked for, and check them before anything is trained."""
    from synth_handson.synthesis.llm import language_model

    writer = language_model(llm or OLLAMA, model or MODEL, allow_remote) if llm or model else None
    refiner = language_model(refine, refine_model or MODEL, allow_remote) if refine else None
    for server in filter(None, (writer, refiner)):
        server.check()
    return writer, refiner


def _texts(writer: LanguageModel | None, minutes: float) -> TrainTexts | None:
    from synth_handson.pipeline.llm_texts import written_by
    from synth_handson.synthesis.mostly.text_model import train_texts

    if writer:
        return written_by(writer)
    return partial(train_texts, max_minutes=minutes) if minutes else None


def _rules(
    profile: TableProfile | LinkedProfile,
    stated: list[str] | None,
    source: str | None,
    dropped: list[str] | None,
) -> tuple[KeptRule, ...]:
    from synth_handson.pipeline.kept_rules import FOUND, choose_rules

    proposed = profile.proposed if source == FOUND else ()
    return choose_rules(proposed, stated or (), source, dropped or ())


def _refuse_options(given: Mapping[str, object]) -> None:
    """Refuse what does nothing for linked files."""
    for option, value in given.items():
        if value:
            raise ArgumentError("linked_option", option=option)


def _one(name: str, argument: Path | None, option: Path | None) -> Path:
    """Return a file that may be given in two ways."""
    given = argument or option
    if given is None or (argument and option):
        raise typer.BadParameter(f"Give {name} once, as an argument or as an option.")
    return given


def _answers(replace: list[str] | None, keep: list[str] | None) -> dict[str, Answer]:
    from synth_handson.pii.detect import answers_of

    return answers_of(replace or (), keep or ())


def _types(given: list[str] | None) -> dict[str, str]:
    from synth_handson.tables.files.form import name_and_type

    types: dict[str, str] = {}
    for one in given or []:
        try:
            types.update([name_and_type(one)])
        except ValueError as error:
            raise typer.BadParameter(f"--type {one}: say COLUMN=TYPE, such as zip=text.") from error
    return types
