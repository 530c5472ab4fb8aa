"""What is written as it is, and must name nobody: names of columns and sheets, and units of numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from synth_handson.errors import ArgumentError
from synth_handson.pii.detect import is_full
from synth_handson.pii.japanese import HONORIFIC, is_last_and_first, is_place
from synth_handson.pii.name_lists import bare, is_first, is_last, is_word, stands_alone
from synth_handson.pii.other_scripts import LATIN
from synth_handson.pii.scan import scan
from synth_handson.pii.spans import JAPANESE, Kind, Span
from synth_handson.pii.words import LISTS
from synth_handson.tables.checks import listed
from synth_handson.tables.files.form import TableForm
from synth_handson.tables.months import calendar_words

NUMBERS: tuple[Kind, ...] = ("card", "iban", "my_number", "ssn", "national_id", "phone", "address")
"""Kinds of personal data that a header as a whole cannot be; parts of it can, by chance."""
HEADER_WORDS = frozenset(LISTS["header_words"].split())
MIN_ALONE = 3
"""Fewest headers of one word each that may be names, such as Rose, from which on they may be people."""
LETTERS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])|[_.]")
"""What stands between the words of a user name."""
MIN_JOINED = 3
"""Shortest word of a user name that is a name: pop_urban is a population."""
WITHIN = re.compile(r"(?<=[a-z])(?=[A-Z])|[\W_の]+")
"""What stands between the words of a header."""
LONGEST_CODE = 3
"""Letters of a header in capitals that is no name, but a code: AL, IDA."""
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
        several are first or last names.
    """
    for name in form.names:
        if _is_number(name) or (name not in kept and names_somebody(name)):
            raise ArgumentError("header_personal", column=name)
    words = {name: BESIDE.sub("", name) for name in _alone(form.names, kept)}
    alone = [name for name, word in words.items() if _is_one(word) or stands_alone(word)]
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
    """Return the headers that may name people: a name of several parts, or a first or last name.

    Names within a header count if they are hardly anything else; places and months are nobody.
    """
    asked = [name for name in names if name not in kept]
    places = [name for name in asked if is_place(name)]
    found = {name for name in asked if any(map(_is_known, _names(name))) or _is_or_has_one(name)}
    # Of several places, each is called as a place.
    found -= set(places if len(places) > 1 else ())
    alone = _alone(asked)
    if len(alone) >= MIN_ALONE and not all(map(is_place, alone)):
        found.update(alone)
    return tuple(name for name in asked if name in found)


def _is_or_has_one(name: str) -> bool:
    """Tell whether a header is a first or last name, or has one in it: Emma, Emma_hours, 佐藤の売上."""
    whole = BESIDE.sub("", name)
    parts = [part for part in WITHIN.split(name) if part != whole]
    return _is_one(whole) or any(
        _is_one(part) and (stands_alone(part) or not LATIN.match(part)) for part in parts
    )


def _is_one(word: str) -> bool:
    """Tell whether a word is a name and, as far as the lists and the dictionary know, nothing else."""
    if not _may_name(word):
        return False
    if not LATIN.match(word):
        return True
    return len(word) > (LONGEST_CODE if word.isupper() else MIN_JOINED - 1) and bare(word) not in HEADER_WORDS


def _alone(names: Iterable[str], kept: Collection[str] = ()) -> list[str]:
    """Return the headers of one word that is a first or a last name, with or without a note in brackets."""
    return [name for name in names if name not in kept and _may_name(BESIDE.sub("", name))]


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
    if not LATIN.match(word):
        return any(span.kind == "name" and _is_all(word, span) for span in scan(word))
    in_calendar = any(word.lower() in words for words in calendar_words())
    return bool(LETTERS.fullmatch(word)) and word[:1].isupper() and _is_listed(word) and not in_calendar
