"""The request of a job, besides its table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from synth_handson.errors import ArgumentError
from synth_handson.locales import Language
from synth_handson.pii.detect import Answer, answers_of
from synth_handson.pipeline.asked_words import read_given, read_shares
from synth_handson.pipeline.kept_rules import FOUND, KeptRule, as_kept
from synth_handson.pipeline.linked import LinkedProfile, Source
from synth_handson.pipeline.profile import TableProfile
from synth_handson.synthesis.registry import ENGINES, check_learns_people, is_installed, server_address
from synth_handson.tables.checks import MAX_SEED, MIN_ASSESSED_ROWS
from synth_handson.tables.files.encodings import known_encoding
from synth_handson.tables.files.form import Reading, name_and_type
from synth_handson.tables.files.reading import format_of_name, suffix_of_name
from synth_handson.tables.linked import check_event_names
from synth_handson.tables.rules.linked import PEOPLE
from synth_handson.tables.rules.parse import parse_rules
from synth_handson.tables.rules.rule import Rule

SERVER = "mostly-server"
AUTO = "auto"


NO_NUL = r"^[^\x00]*$"
Name = Annotated[str, Field(max_length=500, pattern=NO_NUL)]
Names = Annotated[tuple[Name, ...], Field(max_length=1_000)]


class Choices(BaseModel):
    """What is chosen of a job, beside its table; what is left out stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n_rows: Annotated[
        int | None,
        Field(ge=1, description="Synthetic rows, or people with `person`; by default as many as there are."),
    ] = None
    person: Annotated[
        Name | None,
        Field(description="Column that identifies people who have several rows each (visits, payments)."),
    ] = None
    target_column: Annotated[
        Name | None, Field(description="Column to predict; usefulness is measured with it.")
    ] = None
    known_columns: Annotated[Names, Field(description="Columns that an attacker may already know.")] = ()
    engine: Annotated[Name, Field(description="One of `GET /v1/engines`.")] = AUTO
    epsilon: Annotated[
        float | None, Field(gt=0, le=1e6, description="Largest ε allowed for differential privacy.")
    ] = None
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] = 0
    language: Annotated[Language, Field(description="Language of the report.")] = "en"
    replace_personal_data: Annotated[
        bool, Field(description="Whether personal data is found and replaced before training.")
    ] = True
    escape_formulas: Annotated[
        bool,
        Field(description="Whether to put an apostrophe before text that a spreadsheet treats as a formula."),
    ] = False
    types: Annotated[Names, Field(description="COLUMN=TYPE")] = ()
    leave_out: Annotated[Names, Field(description="Columns to leave empty.")] = ()
    replace: Annotated[Names, Field(description="Columns whose values are names.")] = ()
    keep: Annotated[Names, Field(description="Columns whose values are not names.")] = ()
    rules: Annotated[
        Names,
        Field(
            description="Rules that every row is to keep, such as `checkin < checkout`; "
            "`found` keeps all that are proposed."
        ),
    ] = ()
    given: Annotated[
        Names,
        Field(
            description="What every row is to have: `COLUMN=VALUE`, or several values, of which each row has "
            "one: `job=student,retired`."
        ),
    ] = ()
    shares: Annotated[
        Name | None, Field(description="Shares of the values of one column: `y:yes=.5,no=.5`.")
    ] = None
    even_if_few: Annotated[
        bool,
        Field(description="Whether to draw even if fewer than 100 people have that; then at most `review`."),
    ] = False
    encoding: Annotated[
        Name | None, Field(description="Encoding of a text file; by default it is detected.")
    ] = None
    sheet: Annotated[
        Name | None, Field(description="Sheet of a workbook; by default the first one with a table.")
    ] = None
    header_row: Annotated[
        int | None, Field(ge=1, description="Line, or row of a sheet, with the column names.")
    ] = None
    event_sheets: Annotated[
        Names,
        Field(
            description="Sheets with events of the people on the sheet `sheet`; `person` names the column "
            "that links them."
        ),
    ] = ()


class Request(Choices):
    """What a job is asked for. It lies with the job's files, and nowhere else: it names columns.

    Attributes
    ----------
    name
        Name of the file.
    events
        Names of the files with events of its people.
    """

    name: str
    events: Names = ()

    @property
    def files(self) -> dict[str, str]:
        """The names of the files by those under which a worker reads them, which they do not choose."""
        places = ("table", *(f"events-{number}" for number in range(len(self.events))))
        return {
            f"{place}{suffix_of_name(name)}": name
            for place, name in zip(places, (self.name, *self.events), strict=True)
        }

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of linked tables, that of the people first; none where there is one table."""
        events = (*map(stem_of, self.events), *self.event_sheets)
        return (PEOPLE, *events) if events else ()

    def sources(self, folder: Path) -> dict[str, Source]:
        """Tell where linked tables lie among the files in a folder."""
        people, *events = (folder / name for name in self.files)
        lying = [*(Source(path) for path in events), *(Source(people, sheet) for sheet in self.event_sheets)]
        return dict(zip(self.tables, (Source(people, self.sheet), *lying), strict=True))

    def check(self, max_rows: int) -> None:
        """Check what can be checked without the table.

        Raises
        ------
        ArgumentError
            If the file is of no known format, there is no such engine here, too many rows are asked for, or a
            type, the encoding, a rule, a given value or a share is none, or a column is both to be replaced
            and to be kept; or if people with several rows each, or linked tables, are to be learned, and what
            is asked for cannot be done with them.
        """
        for name in self.files.values():
            format_of_name(Path(name))
        check_engine(self.engine)
        if self.engine == "aim" and self.epsilon is None:
            raise ArgumentError("epsilon_required", engine=self.engine)
        if self.n_rows is not None and self.n_rows > max_rows:
            raise ArgumentError("service_rows", rows=self.n_rows, limit=max_rows)
        self.column_types()
        self.answers()
        self.stated_rules()
        read_given(self.given)
        read_shares(self.shares)
        if self.encoding:
            known_encoding(self.encoding)
        if self.tables:
            self._check_linked()
        if self.person is not None:
            self._check_people()

    def _check_linked(self) -> None:
        if self.person is None:
            raise ArgumentError("service_no_person")
        if self.events and self.event_sheets:
            raise ArgumentError("service_events_twice")
        if self.event_sheets and format_of_name(Path(self.name)) != "xlsx":
            raise ArgumentError("service_no_sheets", file=self.name)
        for field in ("encoding", "header_row", "types", "leave_out"):
            if getattr(self, field):
                raise ArgumentError("service_linked_field", field=field)
        if self.n_rows is not None and self.n_rows < MIN_ASSESSED_ROWS:
            raise ArgumentError("linked_count", count=self.n_rows, minimum=MIN_ASSESSED_ROWS)
        events = self.tables[1:]
        check_event_names(events)
        own = self.sheet if self.event_sheets else stem_of(self.name)
        for place, name in enumerate(events):
            if name in events[:place] or name == own:
                raise ArgumentError("linked_twice", name=name)

    def _check_people(self) -> None:
        check_learns_people(self.engine)
        if self.epsilon is not None:
            raise ArgumentError("epsilon_person")
        if self.given or self.shares:
            raise ArgumentError("given_several_rows")
        if self.person in self.leave_out:
            raise ArgumentError("leave_out_person", column=self.person)

    def answers(self) -> dict[str, Answer]:
        """Return which columns hold names, and which do not; errors as `answers_of`."""
        return answers_of(self.replace, self.keep)

    def stated_rules(self) -> tuple[Rule, ...]:
        """Return the rules that are stated; errors as `parse_rules`."""
        return tuple(rule for text in self.rules if text != FOUND for rule in parse_rules(text))

    def chosen_rules(self, profile: TableProfile | LinkedProfile) -> tuple[KeptRule, ...]:
        """Return the rules to keep: those that are stated and, if asked for, those found."""
        return as_kept([*(profile.proposed if FOUND in self.rules else ()), *self.stated_rules()])

    @property
    def reading(self) -> Reading:
        """What the client says of the file."""
        return Reading(self.column_types(), self.encoding, self.sheet, self.header_row)

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


def stem_of(name: str) -> str:
    """Return the name of a file without its ending."""
    return name.split(".")[0] or "table"


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


def offered(*, people: bool = False) -> list[str]:
    """Name the engines of this service, or those of them that learn people with several rows each.

    CTGAN is none of them, as its licence allows no service.
    """
    installed = [name for name in ENGINES if name not in ("ctgan", SERVER) and is_installed(name)]
    names = [AUTO, *installed, *([SERVER] if server_address() else [])]
    return [name for name in names if not people or name == AUTO or ENGINES[name].linked]
