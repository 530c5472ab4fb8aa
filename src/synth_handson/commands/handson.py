"""The commands around the notebook."""

import os
import re
import runpy
import sys
from pathlib import Path
from typing import Annotated

import typer

from synth_handson.errors import ArgumentError
from synth_handson.paths import notebook

COPY = Path("synth-handson")
"""Where the notebook of an installed package is copied to: what a learner changes there is theirs."""

SETTINGS = """\
[tool.marimo.runtime]
auto_instantiate = true
on_cell_change = "autorun"

[tool.marimo.display]
theme = "system"
"""
"""What a clone's pyproject.toml says to marimo, which does not take it from a notebook itself."""


def handson(
    context: typer.Context,
    run: Annotated[bool, typer.Option("--run", help="Read-only, for several visitors.")] = False,
    data: Annotated[
        Path | None, typer.Option("--data", help="A table of your own.", exists=True, dir_okay=False)
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", help="Its column that a model is to predict.")
    ] = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", help="What a column of it holds, such as `zip=text`.", metavar="COLUMN=TYPE"),
    ] = None,
    uploads: Annotated[
        float | None,
        typer.Option(
            "--uploads", help="With --run: visitors may bring tables of so many megabytes.", min=0.1
        ),
    ] = None,
) -> None:
    """Open the hands-on in a browser; what else is said goes to marimo.

    An installed package copies its notebook to the folder `synth-handson` in this one, unless it is there
    already. In a clone of the repository, its own `app.py` is opened.
    """
    path = own_copy(notebook(), "app.py", notebook().with_name("page.css"))
    if uploads is not None:
        from synth_handson.notebook.upload import VARIABLE

        os.environ[VARIABLE] = f"{uploads:g}"
    own = _own_table(data, target, types or [])
    sys.argv = ["marimo", "run" if run else "edit", str(path), *context.args, *own]
    runpy.run_module("marimo", run_name="__main__", alter_sys=True)


def _own_table(data: Path | None, target: str | None, types: list[str]) -> list[str]:
    """Write what the notebook is told of a table, as it comes after marimo's own arguments."""
    if data is None:
        if target or types:
            raise typer.BadParameter("--target and --type are about a table of your own: give --data as well")
        return []
    told = ["--", "--data", str(data.absolute())]
    told += ["--target", target] if target else []
    return told + [part for one in types for part in ("--type", one)]


def clear_store() -> None:
    """Remove every trained generator kept on this machine."""
    from synth_handson.synthesis import store

    typer.echo(f"{store.clear()} generators removed")


def rebuild_pretrained() -> None:
    """Train the generator and the synthetic table in data/ anew, and measure them for the notebook."""
    from synth_handson.notebook.bundled import rebuild_findings
    from synth_handson.synthesis import pretrained

    typer.echo(pretrained.rebuild())
    rebuild_findings()


def own_copy(source: Path, name: str, style: Path) -> Path:
    """Return a notebook that may be changed: a clone's own, else a copy with style sheet and settings.

    Parameters
    ----------
    source
        Where the notebook lies.
    name
        Of the copy, in the folder `synth-handson`; one that is there already is kept.
    style
        Its style sheet.
    """
    if not source.is_relative_to(Path(__file__).parents[1]):
        return source
    copied = COPY / name
    if copied.exists():
        return copied
    styled = copied.with_suffix(".css").name
    text = re.sub(r'css_file="[^"]*"', f'css_file="{styled}"', source.read_text(encoding="utf-8"))
    written = ((styled, style.read_text(encoding="utf-8")), ("pyproject.toml", SETTINGS), (name, text))
    try:
        COPY.mkdir(exist_ok=True)
        for file, content in written:
            (COPY / file).write_text(content, encoding="utf-8")
    except OSError as error:
        raise ArgumentError("unwritable", path=COPY.absolute(), reason=error.strerror or error) from error
    return copied
