"""Personal data in a table: in whole columns, and inside of text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from synth_handson.pii.columns import BARE_NAME, hint
from synth_handson.pii.scan import scan
from synth_handson.pii.spans import KINDS, Kind, Span, plain
from synth_handson.tables.alignment import as_text
from synth_handson.tables.checks import MISSING_MARKERS
from synth_handson.tables.columns import Column, column_kind

WHOLE_SHARE = 0.5
"""With so many of its cells nothing but one kind, a column is one of that kind."""
NUMBER_SHARE = 0.9
"""Numbers without a word beside them pass for one in ten by chance, so nearly all of a column's must."""
MIN_NUMBERS = 4
NAMES_SHARE = 0.2
"""So many cells of a column called "name" must be names of people, or it is that of something else."""
MAX_CELL = 80
"""A longer cell is text in which personal data stands, whatever its column is called."""
MAX_SHORT = 24
"""Shorter cells are no sentences."""
EXAMPLES = 3

DIGITS: dict[Kind, tuple[int, int]] = {
    "card": (13, 19),
    "my_number": (12, 12),
    "ssn": (9, 9),
    "driving_licence": (12, 12),
    "bank_account": (6, 14),
    "phone": (7, 15),
    "birth_date": (8, 8),
    "passport": (7, 9),
}
"""How many digits the numbers of a column that is called so have."""

OnCells = Callable[[int], None]
"""Told how many different texts are looked at."""


@dataclass(frozen=True)
class Finding:
    """One kind of personal data in one column.

    Attributes
    ----------
    column, kind
        Where, and what.
    cells
        Number of cells that hold it.
    share
        Their share of all cells that are not empty, 0 to 1.
    sure
        Share of these cells, 0 to 1, in which a check digit, a form, a label or the column's name says so.
    whole
        Whether the column is of this kind; otherwise it stands inside of text.
    examples
        A few, with all but the first letters masked.
    """

    column: str
    kind: Kind
    cells: int
    share: float
    sure: float
    whole: bool
    examples: tuple[str, ...]


def find_personal_data(frame: pd.DataFrame, on_cells: OnCells | None = None) -> tuple[Finding, ...]:
    """Find personal data in a table, English and Japanese.

    Found are names of people, mail and postal addresses, phone and card numbers, accounts (IBAN, Japanese
    ones), numbers of papers (My Number, passport, Japanese driving licence, US social security), dates of
    birth, addresses of machines (IP, MAC), URLs that name a user, and user names. Check digits, fixed forms,
    lists of names, a dictionary of Japanese (with the extra ``pii``) and names of columns decide; what none
    of them gives away is not found.

    Parameters
    ----------
    frame
        Any table.
    on_cells
        Told how many different texts are looked at.

    Returns
    -------
    tuple of Finding
        In the order of the columns.
    """
    return summarise(frame, find_marks(frame, on_cells))


def find_marks(frame: pd.DataFrame, on_cells: OnCells | None = None) -> dict[str, Marks]:
    """Find where in a table personal data stands, by the names of the columns that hold some."""
    marks: dict[str, Marks] = {}
    seen = 0
    for position, name in enumerate(map(str, frame.columns)):
        found = find_in_column(name, frame.iloc[:, position])
        if found:
            marks[name] = found
            seen += len(found.spans)
        if on_cells:
            on_cells(seen)
    return marks


def summarise(frame: pd.DataFrame, marks: Mapping[str, Marks]) -> tuple[Finding, ...]:
    """Tell of a table what was found in it, without showing it."""
    names = list(map(str, frame.columns))
    return tuple(
        finding
        for name, found in marks.items()
        for finding in _findings(name, frame.iloc[:, names.index(name)], found)
    )


@dataclass(frozen=True)
class Marks:
    """Where personal data stands in the different texts of a column.

    Attributes
    ----------
    whole
        The kind of all cells, if they are of one.
    spans
        The spans of each different text; for a column of one kind, the text as a whole.
    """

    whole: Kind | None
    spans: dict[str, list[Span]]


def find_in_column(name: str, column: Column) -> Marks | None:
    """Find personal data in a column; None if there is none."""
    kind, promised = column_kind(column), hint(name)
    if kind in ("date", "zoned date"):
        texts = _distinct(column)
        return _all("birth_date", texts) if promised == "birth_date" else None
    if kind == "number":
        return _in_numbers(_distinct(column), promised)
    return _in_text(name, _distinct(column), promised) if kind == "category" else None


def _distinct(column: Column) -> list[str]:
    texts = as_text(column).dropna().drop_duplicates()
    return [text for text in texts if text.strip().lower() not in MISSING_MARKERS]


def _all(kind: Kind, texts: list[str]) -> Marks:
    return Marks(kind, {text: [Span(0, len(text), kind)] for text in texts})


def _in_numbers(texts: list[str], promised: Kind | None) -> Marks | None:
    digits = [text.removesuffix(".0") for text in texts]
    if not digits:
        return None
    if promised in DIGITS:
        low, high = DIGITS[promised]
        fitting = sum(low <= len(text) <= high and text.isdigit() for text in digits)
        return _all(promised, texts) if fitting >= WHOLE_SHARE * len(digits) else None
    checked: tuple[Kind, ...] = ("card", "my_number")
    for kind in checked:
        if len(digits) >= MIN_NUMBERS and _passing(digits, kind) >= NUMBER_SHARE:
            return _all(kind, texts)
    return None


def _passing(digits: list[str], kind: Kind) -> float:
    return sum(any(span.kind == kind for span in scan(text)) for text in digits) / len(digits)


def _in_text(name: str, texts: list[str], promised: Kind | None) -> Marks | None:
    if not texts:
        return None
    spans = {text: scan(text) for text in texts}
    whole = [_covering(text, spans[text]) for text in texts]
    short = sum(len(text) <= MAX_SHORT for text in texts) > len(texts) / 2
    fits = sum(len(text) <= MAX_CELL for text in texts) > len(texts) / 2
    if promised and fits and _believed(name, promised, texts, whole):
        return _all(promised, texts)
    for kind in KINDS:
        if whole.count(kind) > WHOLE_SHARE * len(texts):
            return _all(kind, texts)
    if short and sum(map(bool, spans.values())) < NAMES_SHARE * len(texts):
        # Places, months and brands are called like people; in a text, what stands beside a name tells.
        spans = {text: [s for s in found if s.sure or s.kind != "name"] for text, found in spans.items()}
    marked = {text: found for text, found in spans.items() if found}
    return Marks(None, marked) if marked else None


def _covering(text: str, spans: list[Span]) -> Kind | None:
    """Return the kind of the one span that is all of a text but for signs."""
    if len(spans) != 1:
        return None
    rest = text[: spans[0].start] + text[spans[0].end :]
    return None if any(map(str.isalnum, rest)) else spans[0].kind


def _believed(name: str, promised: Kind, texts: list[str], whole: list[Kind | None]) -> bool:
    """Tell whether the values of a column may be what its name promises."""
    if promised == "name":
        words = sum(not re.search(r"\d", text) for text in texts)
        named = whole.count("name") >= NAMES_SHARE * len(texts)
        return words > len(texts) / 2 and (named or not BARE_NAME.match(name.strip().lower()))
    if promised in DIGITS and promised != "birth_date":
        low, high = DIGITS[promised]
        fitting = sum(low <= sum(map(str.isdigit, plain(text))) <= high for text in texts)
        return fitting >= WHOLE_SHARE * len(texts)
    if promised in ("birth_date", "ip", "mac", "iban", "address"):
        return sum(bool(re.search(r"\d", plain(text))) for text in texts) >= WHOLE_SHARE * len(texts)
    # User names and the like have no form.
    return whole.count(promised) > 0 or promised == "user_name"


def _findings(name: str, column: Column, marks: Marks) -> Iterator[Finding]:
    times = as_text(column).value_counts()
    present = int(times.sum())
    cells: dict[Kind, int] = defaultdict(int)
    sure: dict[Kind, int] = defaultdict(int)
    examples: dict[Kind, list[str]] = defaultdict(list)
    for text, spans in marks.spans.items():
        for kind in {span.kind for span in spans}:
            ours = [span for span in spans if span.kind == kind]
            cells[kind] += int(times[text])
            sure[kind] += int(times[text]) * any(span.sure for span in ours)
            if len(examples[kind]) < EXAMPLES:
                examples[kind].append(mask(text[ours[0].start : ours[0].end]))
    for kind in KINDS:
        if cells[kind]:
            yield Finding(
                name, kind, cells[kind], cells[kind] / present, sure[kind] / cells[kind],
                marks.whole == kind, tuple(examples[kind]),
            )  # fmt: skip


def mask(text: str) -> str:
    """Mask all letters and digits of a text but the first one."""
    return text[:1] + "".join("•" if sign.isalnum() else sign for sign in text[1:])
