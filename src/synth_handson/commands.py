"""The command line: ``synth-handson``, or ``python -m synth_handson``."""

import locale
import os
import re
import runpy
import sys
from pathlib import Path
from typing import Annotated

import typer

from synth_handson import __version__
from synth_handson.errors import ArgumentError, SynthHandsonError
from synth_handson.locales import Language
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

app = typer.Typer(
    name="synth-handson",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run a command; an expected failure ends it with what is wrong and what to do, and exit status 1."""
    try:
        app()
    except SynthHandsonError as error:
        typer.secho(error.message(_language()), fg="red", err=True)
        sys.exit(1)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def start(
    version: Annotated[
        bool,
        typer.Option("--version", help="Say the version, and exit.", callback=_say_version, is_eager=True),
    ] = False,
) -> None:
    """Share data safely with synthetic data, and measure what that shows."""


@app.command(
    epilog="""Examples:

- `synth-handson handson`: work through it, and change its cells
- `synth-handson handson --run`: a read-only demo, for several visitors at once
- `synth-handson handson --run --headless --port 8080`: the same on a server
""",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def handson(
    context: typer.Context,
    run: Annotated[bool, typer.Option("--run", help="Read-only, for several visitors.")] = False,
) -> None:
    """Open the hands-on in a browser; what else is said goes to marimo.

    An installed package copies its notebook to the folder `synth-handson` in this one, unless it is there
    already. In a clone of the repository, its own `app.py` is opened.
    """
    path = notebook()
    if path.is_relative_to(Path(__file__).parent):
        path = _copy(path)
    sys.argv = ["marimo", "run" if run else "edit", str(path), *context.args]
    runpy.run_module("marimo", run_name="__main__", alter_sys=True)


@app.command(epilog="Example: `synth-handson clear-store`")
def clear_store() -> None:
    """Remove every trained generator kept on this machine."""
    from synth_handson.synthesis import store

    typer.echo(f"{store.clear()} generators removed")


@app.command(epilog="Example: `uv run synth-handson rebuild-pretrained`, in a clone")
def rebuild_pretrained() -> None:
    """Train the generator and the synthetic table in data/ anew, and measure them for the notebook."""
    from synth_handson.notebook.bundled import rebuild_findings
    from synth_handson.synthesis import pretrained

    typer.echo(pretrained.rebuild())
    rebuild_findings()


def _copy(source: Path) -> Path:
    """Copy the notebook with its style sheet and settings, if it is not there yet."""
    copied = COPY / source.name
    if copied.exists():
        return copied
    text = re.sub(r'css_file="[^"]*"', 'css_file="page.css"', source.read_text(encoding="utf-8"))
    style = source.with_name("page.css").read_text(encoding="utf-8")
    try:
        COPY.mkdir(exist_ok=True)
        for name, content in (("page.css", style), ("pyproject.toml", SETTINGS), (source.name, text)):
            (COPY / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise ArgumentError("unwritable", path=COPY.absolute(), reason=error.strerror or error) from error
    return copied


def _language() -> Language:
    """Take the language of the reader's terminal."""
    named = filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")))
    return "ja" if (next(named, None) or locale.getlocale()[0] or "").lower().startswith("ja") else "en"
