"""What is written as it is, and must name nobody: names of columns and sheets, and units of numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from synth_handson.errors import ArgumentError
from synth_handson.pii.detect import is_full
from synth_handson.pii.japanese import HONORIFIC, is_last_and_first, is_place
from synth_handson.pii.name_lists import is_first, is_last, is_word, stands_alone
from synth_handson.pii.scan import scan
from synth_handson.pii.spans import JAPANESE, Kind, Span
from synth_handson.tables.checks import listed
from synth_handson.tables.files.form import TableForm
from synth_handson.tables.months import calendar_words

NUMBERS: tuple[Kind, ...] = ("card", "iban", "my_number", "ssn", "national_id", "phone", "address")
"""Kinds of personal data that a header as a whole cannot be; parts of it can, by chance."""
MIN_ALONE = 3
"""Fewest headers of one word each that may be names, such as Rose, from which on they may be people."""
LETTERS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])|[_.]")
"""What stands between the words of a user name."""
MIN_JOINED = 3
"""Shortest word of a user name that is a name: pop_urban is a population."""
BESIDE = re.compile(r"\s*[(（\[].*?[)）\]]\s*|\s+[A-Z]\.?$")
"""What may stand beside a name: a note in brackets, an initial."""


def check_headers(form: TableForm, kept: Collection[str] = ()) -> None:
    """Check that no column, sheet or unit is called like a person, since these are not replaced.

    Parameters
    ----------
    form
        Of the table.
    kept
        Columns of which somebody said that nobody is called so.

    Raises
    ------
    ArgumentError
        If a name holds a mail address, or a first and a last name, or one behind a title; if all of it is a
        number of a person: most often, the first row of a file without headers was taken for them; or if
        several are first names, or last names in Japanese.
    """
    for name in form.names:
        if _is_number(name) or (name not in kept and names_somebody(name)):
            raise ArgumentError("header_personal", column=name)
    alone = list(filter(_is_first_or_japanese, _alone(form.names, kept)))
    if len(alone) >= MIN_ALONE and sum(map(is_place, alone)) <= len(alone) / 2:
        raise ArgumentError("headers_personal", columns=listed(alone))
    if form.sheet and names_somebody(form.sheet):
        raise ArgumentError("sheet_personal", sheet=form.sheet)
    for column in form.columns:
        for unit in (column.prefix.strip(), column.suffix.strip()):
            if column.name not in kept and _may_name(unit):
                raise ArgumentError("unit_personal", column=column.name, unit=unit)


def names_somebody(text: str) -> bool:
    """Tell whether a text holds a mail address, or a name that is hardly anything else."""
    return any(span.kind == "email" or _is_somebody(text, span) for span in scan(text))


def headers_in_doubt(names: Iterable[str], kept: Collection[str] = ()) -> tuple[str, ...]:
    """Return the headers that may name people: two words that look like a name, or several of one such word.

    Places and months are nobody.
    """
    asked = [name for name in names if name not in kept]
    full = {name for name in asked if any(_is_known(part) for part in _names(name))}
    alone = [name for name in _alone(asked) if name not in full]
    if len(alone) < MIN_ALONE or all(map(is_place, alone)):
        alone = []
    return tuple(name for name in asked if name in {*full, *alone})


def _alone(names: Iterable[str], kept: Collection[str] = ()) -> list[str]:
    """Return the headers of one word that is a first or a last name, with or without a note in brackets."""
    return [name for name in names if name not in kept and _may_name(BESIDE.sub("", name))]


def _is_first_or_japanese(name: str) -> bool:
    return bool(JAPANESE.search(name)) or stands_alone(BESIDE.sub("", name))


def _names(text: str) -> list[str]:
    return [text[span.start : span.end] for span in scan(text) if span.kind == "name"]


def _is_number(name: str) -> bool:
    return any(span.kind in NUMBERS and _is_all(name, span, str.isalnum) for span in scan(name))


def _is_all(text: str, span: Span, matters: Callable[[str], bool] = str.isalpha) -> bool:
    return not any(map(matters, text[: span.start] + text[span.end :]))


def _is_somebody(text: str, span: Span) -> bool:
    if span.kind not in ("name", "user_name"):
        return False
    part = text[span.start : span.end]
    if JAPANESE.search(part):
        return bool(HONORIFIC.match(text, span.end)) or is_last_and_first(part)
    words = LETTERS.findall(JOINED.sub(" ", part))
    if span.kind == "user_name":
        return len(words) > 1 and all(len(word) >= MIN_JOINED and _is_listed(word) for word in words)
    if not part.isascii() and is_full(part):
        return True
    if len(words) == 1:
        return span.sure and not is_word(words[0])
    return all(_is_listed(word) for word in words if len(word) > 1)


def _is_listed(word: str) -> bool:
    return (is_first(word) or is_last(word)) and not is_word(word)


def _is_known(name: str) -> bool:
    """Tell whether a name of several parts has a listed one, or is in a script with lists of its own."""
    return is_full(name) and (not name.isascii() or any(map(_is_listed, LETTERS.findall(name))))


def _may_name(word: str) -> bool:
    """Tell whether a text is one word that is a first or a last name."""
    if JAPANESE.search(word):
        return any(span.kind == "name" and _is_all(word, span) for span in scan(word))
    in_calendar = any(word.lower() in words for words in calendar_words())
    return bool(LETTERS.fullmatch(word)) and word[:1].isupper() and _is_listed(word) and not in_calendar
