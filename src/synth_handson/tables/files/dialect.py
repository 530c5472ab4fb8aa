"""How text is delimited and quoted, and whether its first line names the columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from synth_handson.errors import ArgumentError
from synth_handson.paths import home
from synth_handson.tables.files.encodings import blocks, find_encoding
from synth_handson.tables.files.form import TableForm, called
from synth_handson.tables.files.heading import SAMPLE_ROWS, find_heading

DELIMITERS = (",", ";", "\t", "|")
NUMBERS = re.compile(r"[-+\d.eE]+(?: [-+\d.eE]+)+")
DATA = re.compile(r"\s*(?:[^\s@]+@[\w-]+(?:\.[\w-]+)+|(?:\+|\(?0)\d[\d ()-]{7,}\d|https?://\S+)\s*")
"""A mail address, a phone number or a URL, which cannot be the name of a column."""
SAMPLE_CHARACTERS = 2**18
"""Characters from which the delimiter of a file is inferred."""


@dataclass(frozen=True)
class Dialect:
    """How text is delimited.

    Attributes
    ----------
    encoding, delimiter, quote, header
        As in a `TableForm`.
    skipped, left_out
        Lines above the table, and in how many rows of them something stands.
    names, below
        What names the columns, and how many rows below that belong to it; as in a `Heading`.
    """

    encoding: str
    delimiter: str
    quote: str
    header: bool
    skipped: int = 0
    left_out: int = 0
    names: tuple[object, ...] = ()
    below: int = 0


def find_dialect(
    path: Path,
    given: TableForm | None,
    encoding: str | None,
    delimiter: str | None,
    header: bool | None,
    header_row: int | None = None,
) -> Dialect:
    """Find how a file is delimited, as far as it is not said.

    Parameters
    ----------
    path
        The file.
    given
        The form of a file that is delimited in the same way.
    encoding, delimiter, header, header_row
        What is known of it.

    Raises
    ------
    ArgumentError
        If it holds no text, or not in this encoding, or nothing from this row on.
    """
    encoding = encoding or (given.encoding if given else find_encoding(path))
    sample = _sample(path, encoding)
    if given:
        header = given.header if header is None else header
        found = Dialect(encoding, delimiter or given.delimiter, given.quote, header)
        return _headed(path, sample, found, header_row or _named(sample, found, given.names))
    if delimiter is None and path.name.lower().removesuffix(".gz").endswith((".tsv", ".tab")):
        delimiter = "\t"
    above = (header_row or _first_line_of_table(sample, delimiter)) - 1
    table = "".join(_lines(sample)[above:])
    if not table.strip():
        raise ArgumentError("file_header_row", path=path, row=above + 1)
    found = _sniff(table, delimiter)
    if delimiter is None and found.delimiter not in _first_line(table) and _numbers_between_blanks(table):
        found = Dialect(found.encoding, " ", found.quote, False)
    elif delimiter is None and found.delimiter not in _first_line(table):
        # The sniffer gives up on lines of unequal length, which are to be named instead.
        counts = {sign: _first_line(table).count(sign) for sign in DELIMITERS}
        found = Dialect(found.encoding, max(counts, key=lambda sign: counts[sign]), found.quote, True)
    titles = "".join(_lines(sample)[:above]).strip()
    said = header is not None or bool(titles) or header_row is not None
    if header is None:
        header = found.header or said
    found = Dialect(encoding, delimiter or found.delimiter, found.quote, header)
    return _headed(path, sample, found, above + 1, said)


def rows_in(text: str, delimiter: str, quote: str = '"') -> Iterator[tuple[int, list[str]]]:
    """Yield the first rows of a text, each with the line that it begins on, from 1."""
    lines = _lines(text)[: 2 * SAMPLE_ROWS]
    reader, begun = csv.reader(lines, delimiter=delimiter, quotechar=quote), 1
    with suppress(csv.Error):
        for row in reader:
            yield begun, row
            begun = reader.line_num + 1


def _headed(path: Path, sample: str, found: Dialect, line: int, said: bool = True) -> Dialect:
    """Note where the columns are named, if they are."""
    rows = [(begun, row) for begun, row in rows_in(sample, found.delimiter, found.quote) if row]
    place = next((i for i, (begun, _) in enumerate(rows) if begun >= line), None)
    if place is None:
        return replace(found, skipped=line - 1)
    skipped, left_out = rows[place][0] - 1, sum(any(map(str.strip, row)) for _, row in rows[:place])
    if not found.header or (not said and any(map(DATA.fullmatch, rows[place][1]))):
        return replace(found, header=False, skipped=skipped, left_out=left_out)
    heading = find_heading([row for _, row in rows[: SAMPLE_ROWS + place]], place)
    return replace(found, skipped=skipped, left_out=left_out, names=heading.names, below=heading.below)


def _named(sample: str, found: Dialect, names: list[str]) -> int:
    """Return the line on which columns are named as in a schema, or else where the table begins."""
    rows = rows_in(sample, found.delimiter, found.quote) if found.header else ()
    lines = (begun for begun, row in rows if called(row) == names)
    return next(lines, None) or _first_line_of_table(sample, found.delimiter)


def _first_line_of_table(sample: str, delimiter: str | None) -> int:
    """Return the line, from 1, on which a table begins below its titles."""
    tried = [list(rows_in(sample, sign)) for sign in ([delimiter] if delimiter else DELIMITERS)]

    def alike(rows: list[tuple[int, list[str]]]) -> int:
        widths = Counter(len(row) for _, row in rows if len(row) > 1)
        return max(widths.values(), default=0)

    rows = [(begun, row) for begun, row in max(tried, key=alike) if any(cell.strip() for cell in row)]
    if not rows:
        return 1
    width = Counter(len(row) for _, row in rows).most_common(1)[0][0]
    comments = len(list(takewhile(lambda row: row[1][0].startswith("#") and len(row[1]) != width, rows)))
    rows = rows[comments:] or rows
    return rows[find_heading([row for _, row in rows[:SAMPLE_ROWS]]).row][0]


def _sample(path: Path, encoding: str) -> str:
    """Return the beginning of a file, by whole lines if it has more than a sample's."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError as error:
        raise ArgumentError("file_encoding", path=path, encoding=encoding) from error
    text = ""
    for block in blocks(path):
        try:
            text += decoder.decode(block)
        except UnicodeError as error:
            raise ArgumentError("file_encoding", path=path, encoding=encoding) from error
        if len(text) >= SAMPLE_CHARACTERS:
            break
    if "\0" in text:
        raise ArgumentError("file_binary", path=path)
    if not text.strip():
        raise ArgumentError("file_empty", path=path)
    cut = text.rfind("\n", 0, SAMPLE_CHARACTERS) if len(text) > SAMPLE_CHARACTERS else -1
    return text[: cut + 1] if cut > 0 else text


def _lines(text: str) -> list[str]:
    """Return the lines of a text with their ends, splitting only at a file's line ends."""
    return list(io.StringIO(text, newline=""))


def _first_line(text: str) -> str:
    return text.lstrip().partition("\n")[0]


def _numbers_between_blanks(sample: str) -> bool:
    """Tell whether all lines are as many numbers with single blanks between, as instruments write them."""
    lines = [line.rstrip("\r") for line in sample.split("\n") if line.strip()]
    blanks = {line.count(" ") for line in lines}
    return len(blanks) == 1 and blanks != {0} and all(map(NUMBERS.fullmatch, lines))


def _sniff(sample: str, delimiter: str | None) -> Dialect:
    """Let DuckDB tell how a sample is delimited."""
    options: dict[str, Any] = {"sep": delimiter} if delimiter else {}
    with TemporaryDirectory(dir=home()) as folder, duckdb.connect() as connection:
        path = Path(folder, "sample.csv")
        path.write_text(sample, encoding="utf-8", newline="")
        query = "select Delimiter, Quote, HasHeader from sniff_csv($path, skip=0, comment=''"
        query += ", delim=$sep)" if delimiter else ")"
        try:
            sign, quote, header = connection.execute(query, {"path": str(path), **options}).fetchall()[0]
        except duckdb.Error:
            return Dialect("", delimiter or ",", '"', True)
    # An apostrophe may begin a word; it quotes only where nothing else does.
    return Dialect("", sign, "'" if quote == "'" and '"' not in sample else '"', header)
