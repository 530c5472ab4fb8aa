"""The commands around the service: serve, worker, usage."""

from __future__ import annotations

import csv
import json
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from synth_handson.commands.options import terminal_language
from synth_handson.errors import ArgumentError
from synth_handson.locales import get_text

if TYPE_CHECKING:
    from synth_service.settings import Settings

INSTALL = 'pip install "synth-handson[service]"'

app = typer.Typer()


@app.command(
    epilog="""Examples:

- `synth-handson serve`: page, interface and one worker, for this machine
- `API_KEYS=ours:$(printf %s "$KEY" | sha256sum | cut -d" " -f1) synth-handson serve --host 0.0.0.0`
- `DATABASE_URL=postgresql://… STORAGE_URL=s3://… synth-handson serve --no-worker`
"""
)
def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; other than this machine only with API_KEYS.")
    ] = ("127.0.0.1"),
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Also start a worker.")] = True,
) -> None:
    """Start the service: a web page, a REST interface and its documentation.

    Everything is set by environment variables (docs/service.md). Without any, jobs and files lie in the
    private home, and only this machine can reach it.
    """
    _room("serve").serve(_settings(), host, port, worker=worker)


@app.command(epilog="Example: `DATABASE_URL=postgresql://… STORAGE_URL=s3://… synth-handson worker`")
def worker(beside: Annotated[str | None, typer.Option("--beside", hidden=True)] = None) -> None:
    """Start a worker; several may run, on all machines that share the database and the storage."""
    settings = _settings()
    _room("logs").start_log(settings)
    _room("worker").work(settings, beside, sys.stdin if beside else None)


@app.command(epilog="Example: `synth-handson usage --month 2026-11 --format csv`")
def usage(
    month: Annotated[str | None, typer.Option(help="YYYY-MM; by default the current month.")] = None,
    format: Annotated[
        Literal["table", "csv", "json"], typer.Option("--format", help="Output format.")
    ] = "table",
) -> None:
    """Print what each key used in a month, and its cost if there is a tariff."""
    settings = _settings()
    records, tariff = _room("records"), _room("tariff")
    prices = tariff.read_tariff(settings.tariff) if settings.tariff else None
    database = records.Records(settings.database_url)
    database.create()
    used = database.use(_month(month) if month else records.month_of(time.time()))
    rows = [tariff.bill(use, prices) for use in used]
    if format == "json":
        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif format == "csv":
        _print_csv(rows)
    else:
        _print_table(rows)


def _month(text: str) -> str:
    try:
        time.strptime(text, "%Y-%m")
    except ValueError as error:
        raise typer.BadParameter(f"--month {text}: say YYYY-MM, such as 2026-11.") from error
    return text


def _print_csv(rows: list[dict[str, Any]]) -> None:
    if rows:
        writer = csv.DictWriter(sys.stdout, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _print_table(rows: list[dict[str, Any]]) -> None:
    language = terminal_language()
    if not rows:
        typer.echo(get_text(language, "service.no_usage"))
        return
    table = Table()
    for name in rows[0]:
        table.add_column(
            get_text(language, f"service.usage_{name}"), justify="left" if name == "key" else "right"
        )
    for row in rows:
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row.values()))
    Console(markup=False, emoji=False).print(table)


def _settings() -> Settings:
    settings: Settings = _room("settings").read_settings()
    return settings


def _room(name: str) -> Any:
    """Import a module of the service, whose packages are an extra."""
    try:
        return import_module(f"synth_service.{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith(("synth_handson", "synth_service")):
            raise
        raise ArgumentError("service_missing", module=error.name, install=INSTALL) from error
