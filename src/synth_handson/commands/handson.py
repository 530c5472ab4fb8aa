"""The commands around the notebook."""

import os
import re
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from synth_handson.commands.options import Encoding, HeaderRow, Kept, Person, Replaced, Sheet
from synth_handson.errors import ArgumentError
from synth_handson.paths import notebook

COPY = Path("synth-handson")
"""Folder that the notebook of an installed package is copied to, so that learners change their own copy."""

SETTINGS = """\
[tool.marimo.runtime]
auto_instantiate = true
on_cell_change = "autorun"

[tool.marimo.display]
theme = "system"
"""
"""Settings of marimo that a clone has in its pyproject.toml; marimo does not read them from a notebook."""


def handson(
    context: typer.Context,
    run: Annotated[bool, typer.Option("--run", help="Read-only, for several visitors.")] = False,
    data: Annotated[
        Path | None, typer.Option("--data", help="Your own table.", exists=True, dir_okay=False)
    ] = None,
    target: Annotated[str | None, typer.Option("--target", help="Column of it to predict.")] = None,
    person: Person = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", help="Type of a column of it, such as `zip=text`.", metavar="COLUMN=TYPE"),
    ] = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
    replace: Replaced = None,
    keep: Kept = None,
    uploads: Annotated[
        float | None,
        typer.Option(
            "--uploads", help="With --run: largest table that visitors may bring, in megabytes.", min=0.1
        ),
    ] = None,
) -> None:
    """Open the hands-on in a browser; other arguments go to marimo.

    An installed package copies its notebook to the folder `synth-handson` in this one, unless it is there
    already. In a clone of the repository, its own `app.py` is opened.
    """
    path = _own_copy()
    if uploads is not None:
        from synth_handson.notebook.upload import VARIABLE

        os.environ[VARIABLE] = f"{uploads:g}"
    told = {
        "--target": target, "--person": person, "--type": types, "--encoding": encoding,
        "--sheet": sheet, "--header-row": header_row, "--replace": replace, "--keep": keep,
    }  # fmt: skip
    sys.argv = ["marimo", "run" if run else "edit", str(path), *context.args, *_own_table(data, told)]
    runpy.run_module("marimo", run_name="__main__", alter_sys=True)


def _own_table(data: Path | None, told: Mapping[str, str | int | list[str] | None]) -> list[str]:
    """Write what the notebook is told of a table, as it comes after marimo's own arguments."""
    said = [
        part
        for option, values in told.items()
        for value in (values if isinstance(values, list) else [values])
        if value is not None
        for part in (option, str(value))
    ]
    if data is None:
        if said:
            raise typer.BadParameter(f"{said[0]} is about a table of your own: give --data as well")
        return []
    return ["--", "--data", str(data.absolute()), *said]


def clear_store() -> None:
    """Delete all trained generators stored on this machine."""
    from synth_handson.synthesis import store

    typer.echo(f"{store.clear()} generators removed")


def rebuild_pretrained() -> None:
    """Train the generator in data/ again, draw its table, and measure both for the notebook."""
    from synth_handson.notebook.bundled import rebuild_findings
    from synth_handson.notebook.exercises.findings import rebuild_exercise_findings
    from synth_handson.synthesis import pretrained

    typer.echo(pretrained.rebuild())
    rebuild_findings()
    rebuild_exercise_findings()


def _own_copy() -> Path:
    """Return a notebook that may be changed: a clone's own, else a copy with style sheet and settings.

    One that was copied before is kept.
    """
    source = notebook()
    if not source.is_relative_to(Path(__file__).parents[1]):
        return source
    copied = COPY / "app.py"
    if copied.exists():
        return copied
    text = re.sub(r'css_file="[^"]*"', 'css_file="app.css"', source.read_text(encoding="utf-8"))
    style = source.with_name("page.css").read_text(encoding="utf-8")
    written = (("app.css", style), ("pyproject.toml", SETTINGS), ("app.py", text))
    try:
        COPY.mkdir(exist_ok=True)
        for file, content in written:
            (COPY / file).write_text(content, encoding="utf-8")
    except OSError as error:
        raise ArgumentError("unwritable", path=COPY.absolute(), reason=error.strerror or error) from error
    return copied
