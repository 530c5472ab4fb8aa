"""The command line: ``synth-handson``, or ``python -m synth_handson``."""

import sys
from typing import Annotated

import typer

from synth_handson import __version__
from synth_handson.commands.files import preview, synthesise, validate
from synth_handson.commands.handson import clear_store, handson, rebuild_pretrained
from synth_handson.commands.plan import app as plan
from synth_handson.commands.service import serve, usage, worker
from synth_handson.commands.show import terminal_language
from synth_handson.errors import SynthHandsonError

app = typer.Typer(
    name="synth-handson",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)

NESTED = ("validate", "preview")
"""Commands that may be written as ``synthesise validate`` as well."""


def main() -> None:
    """Run a command; an expected failure ends it with what is wrong and what to do, and exit status 1."""
    if sys.argv[1:2] == ["synthesise"] and sys.argv[2:3] and sys.argv[2] in NESTED:
        del sys.argv[1]
    try:
        app()
    except SynthHandsonError as error:
        typer.secho(error.message(terminal_language()), fg="red", err=True)
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


app.command(
    epilog="""Examples:

- `synth-handson handson`: work through it, and change its cells
- `synth-handson handson --run`: a read-only demo, for several visitors at once
- `synth-handson handson --data customers.csv --target churned`: the same four steps with a table of your own
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
nothing written; 4 written, but privacy is for review by a person; 5 written, but privacy failed.
"""
)(synthesise)
app.command(
    epilog="""Examples:

- `synth-handson validate --original customers.csv --synthetic synthetic.csv`
- `synth-handson validate --original train.csv --synthetic synthetic.csv --holdout holdout.csv --json`

Exit status: 0 all that could be judged is met; 1 something is not; 2 could not be checked; 4 all else is met,
but privacy is for review by a person.
"""
)(validate)
app.command(epilog="Example: `synth-handson preview customers.csv --count 5`")(preview)
app.command(
    epilog="""Examples:

- `synth-handson serve`: page, interface and one worker, for this machine
- `API_KEYS=ours:$(printf %s "$KEY" | sha256sum | cut -d" " -f1) synth-handson serve --host 0.0.0.0`
- `DATABASE_URL=postgresql://… STORAGE_URL=s3://… synth-handson serve --no-worker`
"""
)(serve)
app.command(epilog="Example: `DATABASE_URL=postgresql://… STORAGE_URL=s3://… synth-handson worker`")(worker)
app.command(epilog="Example: `synth-handson usage --month 2026-11 --format csv`")(usage)
app.command(epilog="Example: `synth-handson clear-store`")(clear_store)
app.command(epilog="Example: `uv run synth-handson rebuild-pretrained`, in a clone")(rebuild_pretrained)
app.add_typer(plan, name="plan")
