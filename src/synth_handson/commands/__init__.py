"""The command line: ``synth-handson``, or ``python -m synth_handson``."""

import sys
from importlib.metadata import entry_points
from itertools import pairwise
from typing import Annotated

import typer

from synth_handson import __version__
from synth_handson.commands.files import preview, synthesise, validate
from synth_handson.commands.handson import clear_store, handson, rebuild_pretrained
from synth_handson.commands.options import terminal_language
from synth_handson.errors import SynthHandsonError
from synth_handson.locales import Language

app = typer.Typer(
    name="synth-handson", no_args_is_help=True, rich_markup_mode="markdown", pretty_exceptions_enable=False
)

NESTED = ("validate", "preview")
"""Commands that can also be written as ``synthesise validate``."""


def main() -> None:
    """Run a command; an expected failure ends it with what is wrong and what to do, and exit status 1."""
    if sys.argv[1:2] == ["synthesise"] and sys.argv[2:3] and sys.argv[2] in NESTED:
        del sys.argv[1]
    try:
        app()
    except SynthHandsonError as error:
        typer.secho(error.message(asked_language(sys.argv)), fg="red", err=True)
        sys.exit(1)


def asked_language(arguments: list[str]) -> Language:
    """Return the language of the option ``--language``, else the terminal's."""
    words = [word for argument in arguments for word in argument.split("=", 1)]
    asked = [value for option, value in pairwise(words) if option == "--language"]
    return "ja" if asked[-1:] == ["ja"] else "en" if asked[-1:] == ["en"] else terminal_language()


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def start(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", callback=_say_version, is_eager=True),
    ] = False,
) -> None:
    """Share data safely with synthetic data, and measure what it reveals."""


app.command(
    epilog="""Examples:

- `synth-handson handson`: work through it, and change its cells
- `synth-handson handson --run`: a read-only demo, for several visitors at once
- `synth-handson handson --data customers.csv --target churned`: the same four steps with your own table
- `synth-handson handson --run --headless --port 8080`: the demo on a server
- `synth-handson handson --run --uploads 20`: a demo to which visitors may bring tables of up to 20 MB
""",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(handson)
app.command(
    epilog="""Examples:

- `synth-handson synthesise customers.csv synthetic.csv --target churned`
- `synth-handson synthesise --input patients.xlsx --output synthetic.xlsx --count 5000 --report report.html`
- `synth-handson synthesise a.csv b.csv --type zip=text --type born=date:%d/%m/%Y`

Exit status: 0 written, and privacy passed; 1 the run failed; 2 wrong options; 3 personal data in the output,
nothing written; 4 written, but privacy needs a review by a person; 5 written, but privacy failed.
"""
)(synthesise)
app.command(
    epilog="""Examples:

- `synth-handson validate --original customers.csv --synthetic synthetic.csv`
- `synth-handson validate --original train.csv --synthetic synthetic.csv --holdout holdout.csv --json`

Exit status: 0 all checks with a result are met; 1 a check is not met; 2 could not be checked;
4 all others are met, but privacy needs a review by a person.
"""
)(validate)
app.command(epilog="Example: `synth-handson preview customers.csv --count 5`")(preview)
app.command(epilog="Example: `synth-handson clear-store`")(clear_store)
app.command(epilog="Example: `uv run synth-handson rebuild-pretrained`, in a clone")(rebuild_pretrained)
for other in entry_points(group="synth_handson.commands"):
    app.add_typer(other.load())
