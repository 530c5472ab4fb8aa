"""The commands that work on files: synthesise, validate, preview."""

import json
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from synth_handson.commands.show import Show, terminal_language
from synth_handson.errors import LeakError, SynthHandsonError
from synth_handson.locales import Language
from synth_handson.paths import write_text
from synth_handson.pipeline.llm_texts import written_by
from synth_handson.pipeline.manifest import manifest_path
from synth_handson.pipeline.synthesise import (
    Settings,
    check_outputs,
    draw,
    understand,
    write_synthesised,
)
from synth_handson.pipeline.synthesise import synthesise as make
from synth_handson.pipeline.text_writer import TrainTexts
from synth_handson.pipeline.validate import EXIT_STATUS
from synth_handson.pipeline.validate import validate as check
from synth_handson.report.about import About
from synth_handson.synthesis.llm import MODEL, OLLAMA, LanguageModel, language_model
from synth_handson.synthesis.mostly.text_model import MAX_MINUTES, train_texts
from synth_handson.synthesis.registry import ENGINES
from synth_handson.tables.files.form import name_and_type
from synth_handson.tables.files.reading import format_of_name

PREVIEW_ENGINE = "copula"
"""It takes a second; the rows are to show the form."""
UNCHECKED = 2
LEAKED = 3

Types = Annotated[
    list[str] | None,
    typer.Option("--type", metavar="COLUMN=TYPE", help="text, whole, number, truth, date or date:%d/%m/%Y."),
]
Schema = Annotated[
    Path | None, typer.Option(help="A saved schema (preview --save-schema): what the columns hold.")
]
Known = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Column that somebody may already know of a person; once for each."),
]
LanguageOption = Annotated[
    Language | None, typer.Option("--language", help="ja or en; by default the terminal's.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def synthesise(
    source: Annotated[
        Path | None, typer.Argument(help="The file: CSV, TSV, JSON, YAML, XLSX, Parquet.")
    ] = None,
    target_file: Annotated[Path | None, typer.Argument(metavar="OUTPUT", help="Where to.")] = None,
    input: Annotated[Path | None, typer.Option("--input", "-i", help="The file.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to.")] = None,
    target: Annotated[str | None, typer.Option(help="Column that a model is to predict.")] = None,
    known: Known = None,
    count: Annotated[
        int | None, typer.Option("--count", "-n", help="Rows to draw; else as many as there are.")
    ] = None,
    engine: Annotated[str | None, typer.Option(help=f"auto, {', '.join(ENGINES)}.")] = None,
    epsilon: Annotated[
        float | None, typer.Option(help="The most that differential privacy may cost.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the holdout, the training and the draw.")] = 0,
    text_minutes: Annotated[
        float, typer.Option(min=0, help="How long texts may be learned; 0 leaves them empty.")
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
        str | None,
        typer.Option(metavar="URL", help="Language model that corrects the synthetic texts."),
    ] = None,
    refine_model: Annotated[str | None, typer.Option(help="Its model.")] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="These servers may be other machines.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Where to write the report, as one HTML page.")] = None,
    types: Types = None,
    schema: Schema = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Write even if personal data of the original is in it.")
    ] = False,
    as_json: AsJson = False,
    language: LanguageOption = None,
    quiet: Quiet = False,
) -> None:
    """Make a synthetic file of the same form as another one, without the people in it.

    Personal data is found and replaced before anything learns from the table; what is drawn is scanned again,
    and measured against rows that were held out. Beside the output lies a manifest, by which `validate` finds
    those rows again; no row is in it.
    """
    show = Show(language or terminal_language(), quiet or as_json)
    source, output = _one("SOURCE", source, input), _one("OUTPUT", target_file, output)
    format_of_name(output)
    writer, refiner = _language_models(llm, model, refine, refine_model, allow_remote)
    check_outputs([output, manifest_path(output), *([report] if report else [])], force)
    with show.stages() as stages:
        understood = understand(source, _types(types), schema, on_stage=stages.begin)
        settings = Settings(
            target=target, count=count, engine=engine, epsilon=epsilon, seed=seed,
            texts=_texts(writer, text_minutes), refiner=refiner,
            known=tuple(known or ()),
        )  # fmt: skip
        made = make(understood, settings, on_stage=stages.begin, on_progress=stages.train)
    show.understood(understood)
    show.made(made)
    if made.leaks and keep_going:
        show.leaks(made.leaks)
    try:
        manifest = write_synthesised(made, source, output, force=force, keep_going=keep_going)
    except LeakError as error:
        typer.secho(error.message(show.language), fg="red", err=True)
        raise typer.Exit(LEAKED) from error
    if report:
        about = About(training=made.generator.training, source=source.name)
        write_text(report, made.evidence.to_html(show.language, about))
    if as_json:
        plain = {
            "output": str(output),
            "manifest": json.loads(manifest.to_json()),
            "evidence": made.evidence.to_dict(),
        }
        typer.echo(json.dumps(plain, ensure_ascii=False))
    show.say("written", path=output, rows=len(made.table))
    raise typer.Exit(EXIT_STATUS[made.evidence.verdict])


def validate(
    original: Annotated[Path, typer.Option(help="The file it was made from.")],
    synthetic: Annotated[Path, typer.Option(help="The synthetic file.")],
    holdout: Annotated[Path | None, typer.Option(help="A file of rows that were held out.")] = None,
    manifest: Annotated[Path | None, typer.Option(help="The manifest, if it lies elsewhere.")] = None,
    schema: Schema = None,
    target: Annotated[str | None, typer.Option(help="Column that a model is to predict.")] = None,
    known: Known = None,
    as_json: AsJson = False,
    language: LanguageOption = None,
    quiet: Quiet = False,
) -> None:
    """Check a synthetic file against its original, whoever made it."""
    show = Show(language or terminal_language(), quiet or as_json)
    try:
        with show.stages() as stages:
            stages.begin("assess")
            result = check(
                original, synthetic, holdout=holdout, manifest=manifest, schema=schema, target=target,
                known=known or (),
            )  # fmt: skip
    except SynthHandsonError as error:
        typer.secho(error.message(show.language), fg="red", err=True)
        raise typer.Exit(UNCHECKED) from error
    show.result(result)
    if as_json:
        typer.echo(json.dumps(result.to_dict(), ensure_ascii=False))
    raise typer.Exit(result.exit_status)


def preview(
    source: Annotated[Path | None, typer.Argument(help="The file.")] = None,
    input: Annotated[Path | None, typer.Option("--input", "-i", help="The file.")] = None,
    count: Annotated[int, typer.Option("--count", "-n", help="Rows to show.")] = 5,
    seed: Annotated[int, typer.Option(help="Seed of the rows.")] = 0,
    types: Types = None,
    schema: Schema = None,
    save_schema: Annotated[Path | None, typer.Option(help="Where to save what is understood.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a schema that is there.")] = False,
    language: LanguageOption = None,
) -> None:
    """Show what is understood of a file, the personal data in it, and a few synthetic rows; write nothing.

    Nothing but a schema, where that is asked for: names, types and spelling of the columns, and no row.
    """
    show = Show(language or terminal_language())
    if save_schema:
        check_outputs([save_schema], force)
    with show.stages() as stages:
        understood = understand(_one("SOURCE", source, input), _types(types), schema, on_stage=stages.begin)
    show.understood(understood)
    with show.stages() as stages:
        settings = Settings(count=count, engine=PREVIEW_ENGINE, seed=seed, texts=None)
        drawn = draw(understood, settings, hold_out=False, on_stage=stages.begin)
    show.say("preview_title", count=count)
    show.rows(drawn.table, understood.form)
    if save_schema:
        write_text(save_schema, understood.form.to_json())
        show.say("schema_saved", path=save_schema)
    else:
        show.say("preview_note")


def _language_models(
    llm: str | None, model: str | None, refine: str | None, refine_model: str | None, allow_remote: bool
) -> tuple[LanguageModel | None, LanguageModel | None]:
    """Find the servers that are asked for, and check them before anything is trained."""
    writer = language_model(llm or OLLAMA, model or MODEL, allow_remote) if llm or model else None
    refiner = language_model(refine, refine_model or MODEL, allow_remote) if refine else None
    for server in filter(None, (writer, refiner)):
        server.check()
    return writer, refiner


def _texts(writer: LanguageModel | None, minutes: float) -> TrainTexts | None:
    if writer:
        return written_by(writer)
    return partial(train_texts, max_minutes=minutes) if minutes else None


def _one(name: str, argument: Path | None, option: Path | None) -> Path:
    """Return a file that may be given in two ways."""
    given = argument or option
    if given is None or (argument and option):
        raise typer.BadParameter(f"Give {name} once, as an argument or as an option.")
    return given


def _types(given: list[str] | None) -> dict[str, str]:
    types: dict[str, str] = {}
    for one in given or []:
        try:
            types.update([name_and_type(one)])
        except ValueError as error:
            raise typer.BadParameter(f"--type {one}: say COLUMN=TYPE, such as zip=text.") from error
    return types
