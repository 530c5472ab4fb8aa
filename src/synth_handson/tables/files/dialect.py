"""How text is delimited: by which sign, how it is quoted, and whether its first line names the columns."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from synth_handson.errors import ArgumentError
from synth_handson.paths import home
from synth_handson.tables.files.encodings import blocks, find_encoding
from synth_handson.tables.files.form import TableForm

DELIMITERS = (",", ";", "\t", "|")
NUMBERS = re.compile(r"[-+\d.eE]+(?: [-+\d.eE]+)+")
SAMPLE = 2**18
"""So many characters decide how a file is delimited."""


@dataclass(frozen=True)
class Dialect:
    """How text is delimited."""

    encoding: str
    delimiter: str
    quote: str
    header: bool


def find_dialect(
    path: Path, given: TableForm | None, encoding: str | None, delimiter: str | None, header: bool | None
) -> Dialect:
    """Find how a file is delimited, as far as it is not said.

    Parameters
    ----------
    path
        The file.
    given
        The form of a file that is delimited in the same way.
    encoding, delimiter, header
        What is known of it.

    Raises
    ------
    ArgumentError
        If it holds no text, or not in this encoding.
    """
    encoding = encoding or (given.encoding if given else find_encoding(path))
    sample = _sample(path, encoding)
    if given:
        header = given.header if header is None else header
        return Dialect(encoding, delimiter or given.delimiter, given.quote, header)
    if delimiter is None and path.name.lower().removesuffix(".gz").endswith((".tsv", ".tab")):
        delimiter = "\t"
    found = _sniff(sample, delimiter)
    if delimiter is None and found.delimiter not in _first_line(sample) and _numbers_between_blanks(sample):
        found = Dialect(found.encoding, " ", found.quote, False)
    elif delimiter is None and found.delimiter not in _first_line(sample):
        # The sniffer gives up on lines of unequal length, which are to be named instead.
        counts = {sign: _first_line(sample).count(sign) for sign in DELIMITERS}
        found = Dialect(found.encoding, max(counts, key=lambda sign: counts[sign]), found.quote, True)
    return Dialect(
        encoding, delimiter or found.delimiter, found.quote, found.header if header is None else header
    )


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
        if len(text) >= SAMPLE:
            break
    if "\0" in text:
        raise ArgumentError("file_binary", path=path)
    if not text.strip():
        raise ArgumentError("file_empty", path=path)
    cut = text.rfind("\n", 0, SAMPLE) if len(text) > SAMPLE else -1
    return text[: cut + 1] if cut > 0 else text


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
