"""The commands around a plan: synth-handson plan …."""

from __future__ import annotations

import json
import os
import runpy
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from synth_handson.commands.handson import own_copy
from synth_handson.commands.show import terminal_language
from synth_handson.locales import get_text
from synth_handson.paths import bundled, planning_notebook, write_text

if TYPE_CHECKING:
    from synth_handson.planning.plan import Kind
    from synth_handson.planning.store import Store

app = typer.Typer(
    help="Plan a product: features, research, progress, feedback. Alone, opens the dashboard.",
    rich_markup_mode="markdown",
    no_args_is_help=False,
)

MARIMO = {"allow_extra_args": True, "ignore_unknown_options": True}

Place = Annotated[
    str | None,
    typer.Option(
        "--store", help="File, or URL of a database; by default in the private home.", metavar="PLACE"
    ),
]
KindOption = Annotated[
    str | None, typer.Option("--kind", help="What a CSV file holds: features, personas, stories, insights, …")
]
HoursOption = Annotated[float, typer.Option("--hours", help="What there is for the smallest product.", min=0)]
OnOption = Annotated[
    datetime | None, typer.Option("--on", help="As of which day; today by default.", formats=["%Y-%m-%d"])
]


@app.callback(invoke_without_command=True)
def plan(context: typer.Context) -> None:
    """Open the dashboard where no command is named."""
    if context.invoked_subcommand is None:
        _open(None, [])


@app.command(context_settings=MARIMO, epilog="Example: `synth-handson plan dashboard --port 8080`")
def dashboard(context: typer.Context, store: Place = None) -> None:
    """Open the dashboard in a browser; what else is said goes to marimo.

    Whoever can reach the page can change the plan; unless told otherwise, only this machine can.
    """
    _open(store, context.args)


def _open(store: str | None, arguments: list[str]) -> None:
    _store(store).close()
    if store:
        from synth_handson.planning.store import VARIABLE

        os.environ[VARIABLE] = store if "://" in store else str(Path(store).expanduser().absolute())
    source = planning_notebook()
    style = Path(__file__).parents[1] / "planning" / "page" / "page.css"
    path = own_copy(source, "planning.py", style)
    sys.argv = ["marimo", "run", str(path), *arguments]
    runpy.run_module("marimo", run_name="__main__", alter_sys=True)


@app.command(
    epilog="Example: `synth-handson plan add-feature 'Dark mode' --moscow could --effort 4 --reach 5"
    " --impact 3 --confidence 8`"
)
def add_feature(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    moscow: Annotated[str, typer.Option("--moscow", help="must, should, could or wont.")],
    effort: Annotated[float, typer.Option("--effort", help="Hours it takes.")],
    reach: Annotated[int, typer.Option("--reach", help="How many it reaches, 1 to 10.")],
    impact: Annotated[int, typer.Option("--impact", help="How much it does for each, 1 to 10.")],
    confidence: Annotated[int, typer.Option("--confidence", help="How sure that is, 1 to 10; 8 is 80 %.")],
    status: Annotated[str, typer.Option("--status", help="backlog, in progress or done.")] = "backlog",
    description: Annotated[str, typer.Option("--description", help="What it is.")] = "",
    store: Place = None,
) -> None:
    """Add a feature to the plan."""
    from synth_handson.planning.priorities import Feature

    feature = Feature.make(
        name=name, moscow=moscow, effort=effort, reach=reach, impact=impact, confidence=confidence,
        status=status, description=description,
    )  # fmt: skip
    (kept,) = _store(store).save(feature)
    _say("cmd_added", title=feature.name, id=kept.id)


@app.command(epilog="Example: `synth-handson plan features --hours 80`")
def features(
    hours: HoursOption = 160,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    store: Place = None,
) -> None:
    """List the features by RICE."""
    from synth_handson.planning.priorities import by_rice, mvp
    from synth_handson.planning.wording import choice, smallest, speaker

    found = by_rice(_store(store).plan().features)
    chosen = mvp(found, hours)
    if as_json:
        typer.echo(json.dumps([_feature(one, one in chosen.features) for one in found], ensure_ascii=False))
        return
    say = speaker(terminal_language())
    if not found:
        typer.echo(say("no_features"))
        return
    table = Table()
    for name in ("name", "moscow", "rice", "effort", "status"):
        table.add_column(
            say(f"field_{name}"),
            justify="right" if name in ("rice", "effort") else "left",
            no_wrap=name != "name",
            overflow="fold",
        )
    table.add_column("MVP")
    for one in found:
        table.add_row(
            escape(one.name), choice(one.moscow, say), f"{one.rice:.2f}", f"{one.effort:g}",
            choice(one.status, say), "✓" if one in chosen.features else "",
        )  # fmt: skip
    Console().print(table)
    typer.echo(smallest(chosen, say, quote=str))


def _feature(feature: Any, chosen: bool) -> dict[str, Any]:
    return {**feature.model_dump(mode="json"), "rice": feature.rice, "in_mvp": chosen}


@app.command(epilog="Example: `synth-handson plan report --hours 80 --output plan.md`")
def report(
    hours: HoursOption = 160,
    on: OnOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Write it there instead of printing it.")
    ] = None,
    store: Place = None,
) -> None:
    """Report where the plan stands, in Markdown."""
    from synth_handson.planning.report import write_report

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
    file: Annotated[Path, typer.Argument(help="CSV of one kind; JSON or YAML of all.")],
    kind: KindOption = None,
    store: Place = None,
) -> None:
    """Add what a file holds; if anything in it is wrong, nothing.

    An entry whose id is there already is changed, if the file names the version that it rests on.
    """
    _import(file, kind, _store(store))


def _import(file: Path, kind: str | None, store: Store) -> None:
    from synth_handson.planning.files import read_entries
    from synth_handson.planning.plan import kind_of

    there = store.plan()
    before = {(kind_of(entry), entry.id): entry for entry in there}
    kept = store.save(*read_entries(file, cast("Kind | None", kind), there), restoring=True)
    found = [before.get((kind_of(entry), entry.id)) for entry in kept]
    new = found.count(None)
    same = sum(old == entry for old, entry in zip(found, kept, strict=True))
    _say("cmd_imported", new=new, changed=len(kept) - new - same, same=same)


@app.command(epilog="Example: `synth-handson plan export plan.yaml`")
def export(
    file: Annotated[Path, typer.Argument(help="Ends with .csv, .json, .yaml or .yml.")],
    kind: KindOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Put it in the place of one there.")] = False,
    store: Place = None,
) -> None:
    """Write the plan, or what is of one kind in it, to a file."""
    from synth_handson.planning.files import write_plan

    found, one = _store(store).plan(), cast("Kind | None", kind)
    write_plan(found, file, one, overwrite=overwrite)
    count = len(found.entries(one)) if one else len(found)
    _say("cmd_exported", count=count, path=file)


@app.command(epilog="Example: `synth-handson plan example --store example.sqlite`")
def example(store: Place = None) -> None:
    """Add the worked example: the plan of this very project."""
    _import(bundled(f"plan-{terminal_language()}.yaml"), None, _store(store))


def _store(place: str | None) -> Store:
    from synth_handson.planning.store import Store

    return Store(place)


def _say(key: str, **values: object) -> None:
    typer.echo(get_text(terminal_language(), f"planning.{key}", **values))
