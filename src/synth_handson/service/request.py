"""What a job is asked for, beside its table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from synth_handson.errors import ArgumentError
from synth_handson.locales import Language
from synth_handson.synthesis.registry import ENGINES, is_installed, server_address
from synth_handson.tables.checks import MAX_SEED
from synth_handson.tables.files.form import name_and_type
from synth_handson.tables.files.reading import format_of_name

SERVER = "mostly-server"
AUTO = "auto"


class Request(BaseModel):
    """What a job is asked for. It lies with the job's files, and nowhere else: it names columns.

    Attributes
    ----------
    name
        Name of the file.
    n_rows, target_column, engine, epsilon, seed
        As in `synth_handson.pipeline.synthesise.Settings`.
    known_columns
        Columns that somebody may already know of a person.
    language
        In which the report is read first.
    replace_personal_data
        Whether personal data is looked for and replaced.
    escape_formulas
        Whether cells that a spreadsheet would take for formulas get a sign in front, in what is downloaded.
    types, leave_out
        What columns hold, as ``COLUMN=TYPE``, and which are left empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    n_rows: Annotated[int | None, Field(ge=1)] = None
    target_column: str | None = None
    known_columns: tuple[str, ...] = ()
    engine: str = AUTO
    epsilon: Annotated[float | None, Field(gt=0)] = None
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] = 0
    language: Language = "en"
    replace_personal_data: bool = True
    escape_formulas: bool = False
    types: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()

    def check(self, max_rows: int) -> None:
        """Check what can be checked without the table.

        Raises
        ------
        ArgumentError
            If the file is of no known format, there is no such engine here, too many rows are asked for, or a
            type is none.
        """
        format_of_name(Path(self.name))
        check_engine(self.engine)
        if self.engine == "aim" and self.epsilon is None:
            raise ArgumentError("epsilon_required", engine=self.engine)
        if self.n_rows is not None and self.n_rows > max_rows:
            raise ArgumentError("service_rows", rows=self.n_rows, limit=max_rows)
        self.column_types()

    def column_types(self) -> dict[str, str]:
        """Return what columns hold, where the client knows better.

        Raises
        ------
        ArgumentError
            If one is not ``COLUMN=TYPE``.
        """
        types: dict[str, str] = {}
        for one in self.types:
            try:
                types.update([name_and_type(one)])
            except ValueError as error:
                raise ArgumentError("service_type", value=one) from error
        return types


def check_engine(name: str) -> None:
    """Check that this service offers an engine.

    Raises
    ------
    ArgumentError
        If there is none of this name, its licence allows no service, or it is not installed.
    """
    if name not in (AUTO, *ENGINES):
        raise ArgumentError("engine_unknown", engine=name, known=", ".join(offered()))
    if name == "ctgan":
        raise ArgumentError("service_ctgan")
    if name not in offered():
        known = ENGINES[name]
        raise (
            ArgumentError("engine_no_server")
            if name == SERVER
            else ArgumentError("engine_missing", engine=name, module=known.module, install=known.install)
        )


def offered() -> list[str]:
    """Name the engines of this service; CTGAN is none of them, as its licence allows no service."""
    installed = [name for name in ENGINES if name not in ("ctgan", SERVER) and is_installed(name)]
    return [AUTO, *installed, *([SERVER] if server_address() else [])]
