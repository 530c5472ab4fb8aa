"""The commands around a plan: synth-handson plan …."""

from __future__ import annotations

import json
import locale
import os
import runpy
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from synth_planning.errors import ArgumentError, PlanningError
from synth_planning.locales import Language, get_text
from synth_planning.paths import NOTEBOOK, write_text
from synth_planning.paths import example as worked_example

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synth_planning.entries import Entry
    from synth_planning.plan import Kind
    from synth_planning.store import Store


class _Group(TyperGroup):
    """Ends a command that fails as expected with what is wrong and what to do, and exit status 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except PlanningError as error:
            typer.secho(error.message(terminal_language()), fg="red", err=True)
            sys.exit(1)


app = typer.Typer(
    name="plan",
    cls=_Group,
    help="Plan a product: features, research, progress, feedback. Alone, opens the dashboard.",
    rich_markup_mode="markdown",
    no_args_is_help=False,
)

MARIMO = {"allow_extra_args": True, "ignore_unknown_options": True}

Place = Annotated[
    str | None,
    typer.Option(
        "--store", help="File, or URL of a database; by default in your private folder.", metavar="PLACE"
    ),
]
KindOption = Annotated[
    str | None,
    typer.Option("--kind", help="Kind of entries in a CSV file: features, personas, stories, insights, …"),
]
Called = Annotated[str, typer.Argument(help="Id of the entry, or its title.")]
HoursOption = Annotated[float, typer.Option("--hours", help="Hours available for the MVP.", min=0)]
OnOption = Annotated[
    datetime | None, typer.Option("--on", help="Date of the report; by default today.", formats=["%Y-%m-%d"])
]


@app.callback(invoke_without_command=True)
def plan(context: typer.Context) -> None:
    """Open the dashboard where no command is named."""
    if context.invoked_subcommand is None:
        _open(None, [])


@app.command(context_settings=MARIMO, epilog="Example: `synth-handson plan dashboard --port 8080`")
def dashboard(context: typer.Context, store: Place = None) -> None:
    """Open the dashboard in a browser; other arguments go to marimo.

    Whoever can reach the page can change the plan; unless told otherwise, only this machine can.
    """
    _open(store, context.args)


def _open(store: str | None, arguments: list[str]) -> None:
    _store(store).close()
    if store:
        from synth_planning.store import VARIABLE

        os.environ[VARIABLE] = store if "://" in store else str(Path(store).expanduser().absolute())
    sys.argv = ["marimo", "run", str(NOTEBOOK), *arguments]
    runpy.run_module("marimo", run_name="__main__", alter_sys=True)


@app.command(
    epilog="Example: `synth-handson plan add-feature 'Dark mode' --moscow could --effort 4 --reach 5"
    " --impact 3 --confidence 8`"
)
def add_feature(
    name: Annotated[str, typer.Argument(help="Name of the feature.")],
    moscow: Annotated[str, typer.Option("--moscow", help="must, should, could or wont.")],
    effort: Annotated[float, typer.Option("--effort", help="Hours of work.")],
    reach: Annotated[int, typer.Option("--reach", help="How many people it reaches, 1 to 10.")],
    impact: Annotated[int, typer.Option("--impact", help="How much it does for each of them, 1 to 10.")],
    confidence: Annotated[
        int, typer.Option("--confidence", help="Confidence in these numbers, 1 to 10; 8 is 80 %.")
    ],
    status: Annotated[str, typer.Option("--status", help="backlog, in progress or done.")] = "backlog",
    description: Annotated[str, typer.Option("--description", help="Description of the feature.")] = "",
    store: Place = None,
) -> None:
    """Add a feature to the plan."""
    from synth_planning.doubles import doubles_of
    from synth_planning.priorities import Feature

    feature = Feature.make(
        name=name, moscow=moscow, effort=effort, reach=reach, impact=impact, confidence=confidence,
        status=status, description=description,
    )  # fmt: skip
    kept = _store(store)
    (added,) = kept.save(feature)
    _translate("cmd_added", title=feature.name, id=added.id)
    _tell_doubles(doubles_of(kept.plan(), [added]))


@app.command(epilog="Example: `synth-handson plan name 'Holiday planner'`")
def name(called: Annotated[str, typer.Argument(help="Name of the product.")], store: Place = None) -> None:
    """Name the product that is planned."""
    from synth_planning.product import Product

    kept = _store(store)
    there = kept.plan().product
    kept.save(there[0].changed(name=called) if there else Product.make(name=called))
    _translate("saved", title=called)


@app.command(epilog="Example: `synth-handson plan edit 'Dark mode' --set effort=6 --set status=done`")
def edit(
    called: Called,
    values: Annotated[
        list[str], typer.Option("--set", help="Field and its new value; nothing after = empties it.")
    ],
    store: Place = None,
) -> None:
    """Change an entry of any kind."""
    from synth_planning.doubles import doubles_of
    from synth_planning.plan import find_entry, title

    kept = _store(store)
    entry = find_entry(kept.plan(), called)
    (saved,) = kept.save(entry.filled(**dict(map(_set, values))))
    _translate("saved", title=title(saved))
    _tell_doubles(doubles_of(kept.plan(), [saved]))


def _set(given: str) -> tuple[str, str]:
    field, equals, value = given.partition("=")
    if not equals or field in ("id", "version", "updated"):
        raise ArgumentError("set", given=given)
    return field, value


@app.command(epilog="Example: `synth-handson plan remove 'Dark mode'`")
def remove(
    called: Called,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before.")] = False,
    store: Place = None,
) -> None:
    """Remove an entry of any kind, unless others refer to it."""
    from synth_planning.plan import find_entry, title

    kept = _store(store)
    entry = find_entry(kept.plan(), called)
    if not yes:
        typer.confirm(get_text(terminal_language(), "planning.remove_sure", title=title(entry)), abort=True)
    kept.remove(entry)
    _translate("removed", title=title(entry))


@app.command(epilog="Example: `synth-handson plan features --hours 80`")
def features(
    hours: HoursOption = 160,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    store: Place = None,
) -> None:
    """List the features by RICE."""
    from synth_planning.priorities import by_rice, mvp
    from synth_planning.wording import feature_rows, smallest, translator

    found = by_rice(_store(store).plan().features)
    chosen = mvp(found, hours)
    if as_json:
        plain = [
            {**one.model_dump(mode="json"), "rice": one.rice, "in_mvp": one in chosen.features}
            for one in found
        ]
        typer.echo(json.dumps(plain, ensure_ascii=False))
        return
    translate = translator(terminal_language())
    if not found:
        typer.echo(translate("no_features"))
        return
    table = Table()
    for name in ("name", "moscow", "rice", "effort", "status"):
        table.add_column(
            translate(f"field_{name}"),
            justify="right" if name in ("rice", "effort") else "left",
            no_wrap=name != "name",
            overflow="fold",
        )
    table.add_column("MVP")
    for row in feature_rows(found, chosen, translate, quote=str):
        table.add_row(*row)
    Console(markup=False, emoji=False).print(table)
    typer.echo(smallest(chosen, translate, quote=str))


@app.command(epilog="Example: `synth-handson plan report --hours 80 --output plan.md`")
def report(
    hours: HoursOption = 160,
    on: OnOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="File to write instead of printing.")
    ] = None,
    store: Place = None,
) -> None:
    """Report the state of the plan, in Markdown."""
    from synth_planning.report import write_report

    day = on.date() if on else date.today()
    text = write_report(_store(store).plan(), day, hours, terminal_language())
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_text(output, text)


@app.command(
    name="import",
    epilog="""Examples:

- `synth-handson plan import plan.yaml`
- `synth-handson plan import features.csv --kind features`
""",
)
def import_(
    file: Annotated[Path, typer.Argument(help="CSV for one kind of entries; JSON or YAML for all.")],
    kind: KindOption = None,
    store: Place = None,
) -> None:
    """Add the entries of a file; add nothing if any entry is invalid.

    An entry whose id is there already is changed, if the file names the version that it rests on.
    """
    _import(file, kind, _store(store))


def _import(file: Path, kind: str | None, store: Store) -> None:
    from synth_planning.files import read_entries
    from synth_planning.importing import import_entries

    done = import_entries(store, lambda there: read_entries(file, cast("Kind | None", kind), there))
    _translate("imported", new=done.new, changed=done.changed, same=done.same)
    _tell_doubles(done.doubles)


def _tell_doubles(found: Sequence[Sequence[Entry]]) -> None:
    from synth_planning.wording import doubles, translator

    if found:
        _translate("doubles_title")
    for line in doubles(found, translator(terminal_language()), quote=str):
        typer.echo(f"- {line}")


@app.command(epilog="Example: `synth-handson plan export plan.yaml`")
def export(
    file: Annotated[Path, typer.Argument(help="File that ends with .csv, .json, .yaml or .yml.")],
    kind: KindOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Overwrite an existing file.")] = False,
    store: Place = None,
) -> None:
    """Write the plan, or its entries of one kind, to a file."""
    from synth_planning.files import write_plan

    found, one = _store(store).plan(), cast("Kind | None", kind)
    write_plan(found, file, one, overwrite=overwrite)
    count = len(found.entries(one)) if one else len(found)
    _translate("cmd_exported", count=count, path=file)


@app.command(epilog="Example: `synth-handson plan example --store example.sqlite`")
def example(store: Place = None) -> None:
    """Add the worked example: the plan of this project."""
    _import(worked_example(terminal_language()), None, _store(store))


def _store(place: str | None) -> Store:
    from synth_planning.store import Store

    return Store(place)


def _translate(key: str, **values: object) -> None:
    typer.echo(get_text(terminal_language(), f"planning.{key}", **values))


def terminal_language() -> Language:
    """Take the language of the reader's terminal."""
    named = filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")))
    return "ja" if (next(named, None) or locale.getlocale()[0] or "").lower().startswith("ja") else "en"
