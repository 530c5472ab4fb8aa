"""Base of all entries of a plan: an identifier, a version, and fields that are validated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Self, get_args, get_origin
from uuid import uuid4

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from synth_planning.errors import PlanError
from synth_planning.locales import Message

MOST_CHARACTERS = 10_000
"""Characters that a text holds at most."""
MOST_IN_LINE = 200
MOST_LINES = 100
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")

_WRONG = {
    "missing": "missing",
    **dict.fromkeys(("string_too_short", "too_short"), "empty"),
    **dict.fromkeys(("string_too_long", "too_long"), "long"),
    "literal_error": "choice",
    "extra_forbidden": "unknown",
    **dict.fromkeys(("int_parsing", "float_parsing", "int_type", "float_type", "finite_number"), "number"),
    **dict.fromkeys(("int_from_float", "int_parsing_size"), "whole"),
    **dict.fromkeys(("greater_than", "greater_than_equal", "less_than", "less_than_equal"), "range"),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), "date"),
    **dict.fromkeys(("datetime_from_date_parsing", "datetime_parsing", "datetime_type"), "date"),
}
"""What pydantic calls an error, and the text that explains it."""


class FieldError(ValueError):
    """An error that pydantic does not know: the name of its text, and the field if there are several."""

    def __init__(self, kind: str, **values: object) -> None:
        super().__init__(kind)
        self.kind = kind
        self.values = values


def _plain(value: object) -> object:
    """Normalise line ends and drop control characters, which not every database or file takes."""
    if not isinstance(value, str):
        return value
    return "\n".join(map(_without_control, value.splitlines())).strip()


def _one_line(value: object) -> object:
    if not isinstance(value, str):
        return value
    return " ".join(filter(None, map(_without_control, value.split())))


def _without_control(text: str) -> str:
    return "".join(one for one in text if one == "\t" or unicodedata.category(one) not in ("Cc", "Cs"))


def _listed(value: object) -> object:
    """Accept a list, or a text with one item per line."""
    return tuple(filter(None, map(str.strip, value.splitlines()))) if isinstance(value, str) else value


def _day(value: object) -> object:
    """Accept days written with - or /, but no numbers."""
    if isinstance(value, str) and (found := _DAY.fullmatch(value.strip())):
        return "-".join(f"{int(part):02}" for part in found.groups())
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise FieldError("date")


def _number(value: object) -> object:
    """Reject booleans as numbers."""
    if isinstance(value, bool):
        raise FieldError("number")
    return value


def _in_utc(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def _identifier(value: str) -> str:
    if not all(one.isalnum() or one in "-_." for one in value):
        raise FieldError("identifier")
    return value


Text = Annotated[str, BeforeValidator(_plain), Field(max_length=MOST_CHARACTERS)]
"""Some lines, or nothing."""
Line = Annotated[str, BeforeValidator(_one_line), Field(min_length=1, max_length=MOST_IN_LINE)]
"""A text in one line, which is not empty."""
Lines = Annotated[tuple[Line, ...], BeforeValidator(_listed), Field(max_length=MOST_LINES)]
Identifier = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_identifier)]
"""Letters and digits, with ``-``, ``_`` and ``.`` between them."""
Identifiers = Annotated[tuple[Identifier, ...], BeforeValidator(_listed), Field(max_length=MOST_LINES)]
Score = Annotated[int, BeforeValidator(_number), Field(ge=1, le=10)]
"""From 1, the least, to 10."""
Number = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Hours = Annotated[Number, Field(ge=0, le=1_000_000)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, AfterValidator(_in_utc)]
"""In UTC, to the second."""


def new_id() -> str:
    """Return a unique identifier."""
    return uuid4().hex[:12]


class Entry(BaseModel):
    """Something in a plan.

    Attributes
    ----------
    id
        What others refer to it by.
    version
        How often it was saved; 0 for what is not in a store yet. Who saves it says on what version it rests.
    updated
        When it was saved last, in UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    id: Identifier = Field(default_factory=new_id)
    version: Annotated[int, Field(ge=0)] = 0
    updated: Moment | None = None

    @classmethod
    def make(cls, **values: object) -> Self:
        """Create an entry from values, which may be texts.

        Raises
        ------
        PlanError
            Names every field that is wrong, with its value and what is allowed.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise PlanError(cls.problems(error)) from error

    def changed(self, **values: object) -> Self:
        """Return a copy with other values; errors as `make`."""
        return self.make(**{**self.model_dump(), **values})

    def filled(self, **values: object) -> Self:
        """Return this as a form fills it in: what is empty there is as if nobody had said it.

        Raises
        ------
        PlanError
            As `make`.
        """
        known = {**self.model_dump(), **values}
        return self.make(**{name: value for name, value in known.items() if value not in (None, "")})

    @classmethod
    def problems(cls, error: ValidationError) -> list[Message]:
        """Describe what is wrong with an entry's fields."""
        return [cls._problem(found) for found in error.errors()]

    @classmethod
    def _problem(cls, found: Mapping[str, Any]) -> Message:
        field = str(found["loc"][0]) if found["loc"] else ""
        context = found.get("ctx", {})
        own = context.get("error")
        values = {
            "field": field,
            "value": short(found["input"]),
            "known": ", ".join(cls.choices(field)),
            "bounds": cls.bounds(field),
            "most": context.get("max_length", 0),
            "fields": ", ".join(cls.model_fields),
        }
        if isinstance(own, FieldError):
            return Message(f"errors.{own.kind}", {**values, **own.values})
        return Message(f"errors.{_WRONG.get(found['type'], 'other')}", values)

    @classmethod
    def choices(cls, field: str) -> tuple[str, ...]:
        """Return the options of a field, if it has options."""
        held = get_args(cls._inner(field))
        return held if held and all(isinstance(one, str) for one in held) else ()

    @classmethod
    def holds(cls, field: str) -> Any:
        """Return the type that a field holds: str, int, float, date, datetime or tuple."""
        inner = cls._inner(field)
        return get_origin(inner) if get_origin(inner) is tuple else str if get_args(inner) else inner

    @classmethod
    def optional(cls, field: str) -> bool:
        """Tell whether a field may be empty."""
        return type(None) in get_args(cls.model_fields[field].annotation)

    @classmethod
    def _inner(cls, field: str) -> Any:
        """Return a field's type, without annotations and None."""
        if field not in cls.model_fields:
            return None
        annotation: Any = cls.model_fields[field].annotation
        if type(None) in get_args(annotation):
            annotation = get_args(annotation)[0]
        return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation

    @classmethod
    def bounds(cls, field: str) -> str:
        """Return the bounds of a number field."""
        if field not in cls.model_fields:
            return ""
        info = cls.model_fields[field]
        said = [*info.metadata, *(one for part in get_args(info.annotation) for one in _metadata(part))]
        bounds = [inner for one in said for inner in getattr(one, "metadata", [one])]
        symbols = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
        return ", ".join(
            f"{symbol} {getattr(bound, name):,}"
            for name, symbol in symbols.items()
            for bound in bounds
            if getattr(bound, name, None) is not None
        )


def _metadata(annotation: Any) -> tuple[Any, ...]:
    return getattr(annotation, "__metadata__", ())


def short(value: object) -> str:
    """Shorten a value for display."""
    shown = value if isinstance(value, str) else repr(value)[:1_000]
    return shown if len(shown) <= 60 else f"{shown[:59]}…"


def now() -> datetime:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
