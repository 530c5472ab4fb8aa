"""The form of a table in a file: what its columns hold, and how their values are spelled there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar, get_args

from pydantic import AliasChoices, BeforeValidator, Field, TypeAdapter, ValidationError

from synth_handson.errors import ArgumentError
from synth_handson.locales import Language, Message, get_text

AnyPath: TypeAlias = "str | PathLike[str]"
ColumnType = Literal["text", "whole", "number", "date", "time", "boolean"]
COLUMN_TYPES: tuple[ColumnType, ...] = get_args(ColumnType)
MAX_COLUMNS = 5_000
"""Most columns of a file."""
OnRows = Callable[[int], None]
"""Called now and then with the number of rows read or written; raising an exception stops the work."""
FileFormat = Literal["csv", "json", "lines", "yaml", "xlsx", "parquet"]
Digits = Annotated[
    str,
    Field(validation_alias=AliasChoices("digits", "wide")),
    BeforeValidator(lambda given: ("", "wide")[given] if isinstance(given, bool) else given),
]
"""Digits by their name; schemas saved before there were names say whether they are wide."""


@dataclass(frozen=True)
class ColumnForm:
    """What a column holds, and how its values are spelled as text.

    Attributes
    ----------
    name
        The column's name.
    type
        "text"; "whole" and other "number"; "date", with or without a time and a zone; "time" of day;
        "boolean".
    reason
        Why, as the name of a text in ``locales/<language>/files.toml``, and the values of its placeholders.
    date_format
        Format of dates or times, as of `synth_handson.tables.dates`.
    zone
        What follows every date: "Z" or an offset such as "+09:00"; "" for dates without a zone.
    decimal, grouping
        The decimal separator and the thousands separator.
    prefix, suffix
        What stands before and behind every number, such as "¥" or " kg".
    digits
        Which digits and separators there are: "wide", "arabic", "persian", "kanji", or "" for those of ASCII.
    minus
        The sign of negative numbers.
    plus
        The sign of all other numbers, if they have one.
    decimals
        Number of decimals if all numbers have the same number of them.
    words
        How false and true are spelled.
    missing
        How a missing value is spelled.
    """

    name: str
    type: ColumnType
    reason: str = "given"
    details: Mapping[str, str | int] = field(default_factory=dict)
    date_format: str | None = None
    zone: str = ""
    decimal: str = "."
    grouping: str = ""
    prefix: str = ""
    suffix: str = ""
    digits: Digits = ""
    minus: str = "-"
    plus: str = ""
    decimals: int | None = None
    words: tuple[str, str] = ("false", "true")
    missing: str = ""

    def why(self, language: Language = "en") -> str:
        """Explain why the column has its type."""
        return get_text(language, f"files.reason_{self.reason}", **self.details)

    @property
    def as_written(self) -> bool:
        """Whether a number has to be written as text to look as it did."""
        return bool(self.prefix or self.suffix or self.digits or self.plus or self.minus != "-")


@dataclass(frozen=True)
class TableForm:
    """The form of a file, and of each column in it.

    Attributes
    ----------
    format
        "csv" is delimited text of any kind; "lines" is one JSON object a line.
    columns
        In the order of the file.
    encoding
        Encoding of text, by its name in Python.
    delimiter, quote
        Of delimited text.
    header
        Whether the first line of delimited text names the columns.
    sheet
        Name of a workbook's sheet.
    header_row
        Line of delimited text, or row of a sheet, from 1, that names the columns.
    rows_left_out
        Non-empty rows around it that are not part of the table: titles, units.
    other_sheets
        Names of the workbook's other sheets.
    """

    format: FileFormat
    columns: tuple[ColumnForm, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    sheet: str | None = None
    header_row: int = 1
    rows_left_out: int = 0
    other_sheets: tuple[str, ...] = ()

    @property
    def found(self) -> tuple[Message, ...]:
        """Properties found of the whole file: its encoding, its sheet, and what was left out."""
        said = []
        if self.format not in ("xlsx", "parquet"):
            said.append(Message("files.found_encoding", {"encoding": self.encoding}))
        if self.format == "xlsx":
            others = ", ".join(self.other_sheets)
            key = "found_sheet_of" if others else "found_sheet"
            said.append(Message(f"files.{key}", {"sheet": self.sheet, "others": others}))
        if self.header and (self.header_row > 1 or self.rows_left_out):
            told = {"row": self.header_row, "count": self.rows_left_out}
            said.append(
                Message("files.found_header" if self.rows_left_out else "files.found_header_below", told)
            )
        return tuple(said)

    @property
    def reading(self) -> Reading:
        """The reading that reads the same file in the same way."""
        text, rows = self.format not in ("xlsx", "parquet"), self.format in ("csv", "xlsx") and self.header
        return Reading({}, self.encoding if text else None, self.sheet, self.header_row if rows else None)

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    def to_json(self) -> str:
        """Write the form as JSON; no value of a row is in it, and nothing of other sheets."""
        return json.dumps(asdict(replace(self, other_sheets=())), ensure_ascii=False, indent=2)

    @classmethod
    def read(cls, path: AnyPath) -> TableForm:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        ArgumentError
            If there is no such file, or it is no form of a table.
        """
        return read_saved(cls, path)


@dataclass(frozen=True)
class Reading:
    """What the reader states about a file; the rest is detected.

    Attributes
    ----------
    types
        What columns hold, by name, as for :func:`~synth_handson.tables.files.reading.read_table`.
    encoding
        Of text, by any name that Python knows.
    sheet
        Name of a workbook's sheet.
    header_row
        Line of delimited text, or row of a sheet, from 1, that names the columns; what is above is left out.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    sheet: str | None = None
    header_row: int | None = None


Saved = TypeVar("Saved")


def read_saved(kind: type[Saved], path: AnyPath) -> Saved:
    """Read a dataclass from the JSON it was saved as.

    Raises
    ------
    ArgumentError
        If there is no such file, or it holds something else.
    """
    try:
        return TypeAdapter(kind).validate_json(Path(path).read_bytes())
    except OSError as error:
        raise ArgumentError("schema_missing", path=path, reason=error.strerror or error) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "–"
        raise ArgumentError("schema_unreadable", path=path, where=where, reason=first["msg"]) from error


def name_and_type(text: str) -> tuple[str, str]:
    """Split COLUMN=TYPE.

    Raises
    ------
    ValueError
        If it is nothing of the kind.
    """
    name, sign, kind = text.rpartition("=")
    if not sign:
        raise ValueError(text)
    return name, kind


def asked_forms(types: Mapping[str, str] | None) -> dict[str, ColumnForm]:
    """Read what a reader says of columns: ``{"zip": "text", "born": "date", "due": "date:%d/%m/%Y"}``.

    Raises
    ------
    ArgumentError
        If there is no such type.
    """
    forms = {}
    for name, asked in (types or {}).items():
        kind, _, date_format = asked.partition(":")
        if kind not in COLUMN_TYPES or (date_format and kind not in ("date", "time")):
            known = ", ".join((*COLUMN_TYPES, "date:%d/%m/%Y"))
            raise ArgumentError("type_unknown", column=name, type=asked, known=known)
        forms[name] = ColumnForm(name, kind, date_format=date_format or None)
    return forms


def called(cells: Sequence[object]) -> list[str]:
    """Return the names that a row of cells gives columns; one without a name is called by its place."""
    given = [f"column {i + 1}" if cell in (None, "") else cell for i, cell in enumerate(cells)]
    return [str(name).strip() for name in given]


def name_columns(path: Path, cells: Sequence[object]) -> list[str]:
    """Return the names that a row gives columns, as `called` does.

    Raises
    ------
    ArgumentError
        If there are too many, or two of the same name.
    """
    if len(cells) > MAX_COLUMNS:
        raise ArgumentError("file_columns", path=path, columns=len(cells), limit=MAX_COLUMNS)
    names = called(cells)
    places = {name: [str(i + 1) for i, one in enumerate(names) if one == name] for name in _repeated(names)}
    if places:
        shown = "; ".join(f"{name} ({', '.join(found[:5])})" for name, found in places.items())
        raise ArgumentError("file_names", path=path, names=shown)
    return names


def _repeated(names: Sequence[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)[:5]
