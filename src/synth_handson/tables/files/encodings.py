"""Bytes of a file as text: whether they are packed, and in which encoding they are."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from encodings import aliases
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from synth_handson.errors import ArgumentError
from synth_handson.tables.files.scripts import MIN_SENSE, is_no_sign, likely_encodings

GZIP = b"\x1f\x8b"
BLOCK = 2**20
MAX_UNPACKED = 20 * 2**30
"""Largest size of an unpacked text, in bytes: enough for 5 million rows of 400 columns."""
MAX_RATIO = 200
"""Largest compression ratio. Tables stay far below it; a zip bomb reaches a thousand."""
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ESCAPED = re.compile(rb"\x1b[$(]")
"""Starts a non-ASCII part in a seven-bit text (ISO-2022)."""
SEVEN_BIT = ("iso2022_jp", "iso2022_jp_ms", "iso2022_kr")
ASKED_FOR = {
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "big5": "cp950",
    "windows_31j": "cp932",
    "cp51932": "eucjp_ms",
    "eucjp_win": "eucjp_ms",
    "x_sjis": "cp932",
}
"""Encodings that programs write under these names, with more characters than Python's (WHATWG, Encoding
Standard)."""
MIN_TWICE = 3
"""Words that look encoded twice, from which on this is hardly chance."""
BETWEEN_CELLS = re.compile(rb'[\s,;"]+')


class _Unpacked(gzip.GzipFile):
    """A packed file, which may not unpack to far more than text does."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        super().__init__(fileobj=file, mode="rb")
        self._path = path
        self._limit = min(MAX_UNPACKED, max(2**26, MAX_RATIO * path.stat().st_size))

    def read(self, size: int | None = -1) -> bytes:
        return self._within(super().read(size))

    def read1(self, size: int = -1) -> bytes:
        return self._within(super().read1(size))

    def _within(self, block: bytes) -> bytes:
        if self.tell() > self._limit:
            limit = f"{self._limit / 2**20:,.0f} MB"
            raise ArgumentError("file_large", path=self._path, limit=limit)
        return block


def is_packed(path: Path) -> bool:
    """Tell whether a file is packed by gzip."""
    with path.open("rb") as file:
        return file.read(2) == GZIP


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unpacking it if it is packed by gzip."""
    packed = is_packed(path)
    with path.open("rb") as file:
        if not packed:
            yield file
            return
        with _Unpacked(path, file) as unpacked:
            yield cast(BinaryIO, unpacked)


def blocks(path: Path) -> Iterator[bytes]:
    """Yield the unpacked content of a file.

    Raises
    ------
    ArgumentError
        If it is cut off, damaged, or too large.
    """
    total = 0
    try:
        with open_bytes(path) as file:
            while block := file.read(BLOCK):
                total += len(block)
                if total > MAX_UNPACKED:
                    raise ArgumentError("file_large", path=path, limit=f"{MAX_UNPACKED / 2**30:.0f} GB")
                yield block
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ArgumentError("file_damaged", path=path) from error
    except OSError as error:
        raise ArgumentError("file_unopened", path=path, reason=error.strerror or error) from error


def find_encoding(path: Path) -> str:
    """Find the encoding of a file of text.

    A mark at its beginning decides, then zero bytes, then whether all of it is UTF-8. What is left is
    decided by what the cells that are not plain ASCII spell in each encoding.

    Returns
    -------
    str
        Name of the encoding in Python.

    Raises
    ------
    ArgumentError
        If the file is empty, holds no text, or makes no words in any encoding that is known here.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, escaped, first, odd = True, False, b"", b""
    for block in blocks(path):
        first = first or block
        marked = next((name for mark, name in BOMS if first.startswith(mark)), None) or _wide(first)
        if marked:
            return marked
        if b"\0" in block:
            raise ArgumentError("file_binary", path=path)
        escaped = escaped or bool(ESCAPED.search(block))
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            utf8 = False
        if len(odd) < BLOCK // 4 and not block.isascii():
            # The last line of a full block may be cut within a character.
            lines = block.splitlines()[: -1 if len(block) == BLOCK else None]
            odd += b"\n".join(line for line in lines if not line.isascii())
        if not utf8 and len(odd) >= BLOCK // 4:
            break
    if not first:
        raise ArgumentError("file_empty", path=path)
    if escaped:
        found = next((name for name in SEVEN_BIT if decodes(path, name)), None)
        if found:
            return found
    utf8 = utf8 and _ends_well(decoder)
    cells = [cell for cell in BETWEEN_CELLS.split(odd if utf8 else odd or first) if not cell.isascii()]
    if utf8:
        if sum(map(_is_encoded_twice, cells)) > max(MIN_TWICE - 1, len(cells) / 2):
            raise ArgumentError("file_encoded_twice", path=path)
        return "utf-8"
    for name, sense in likely_encodings(cells):
        if sense >= MIN_SENSE and decodes(path, name):
            return name
    broken = _broken_line(path)
    if broken:
        raise ArgumentError("file_broken", path=path, line=broken)
    raise ArgumentError("file_no_words", path=path)


def _is_encoded_twice(cell: bytes) -> bool:
    """Tell whether UTF-8 was read as an encoding of Western Europe or Japan, and saved as UTF-8 again."""
    for name in ("cp1252", "cp932"):
        with suppress(UnicodeError):
            cell.decode().encode(name, "synth_handson.control").decode("utf-8")
            return True
    return False


def _as_control(error: UnicodeError) -> tuple[bytes, int]:
    """Write the control characters that Windows reads where its encoding has no character."""
    if not isinstance(error, UnicodeEncodeError) or not "\x80" <= error.object[error.start] <= "\x9f":
        raise error
    return error.object[error.start].encode("latin-1"), error.start + 1


codecs.register_error("synth_handson.control", _as_control)


def _broken_line(path: Path) -> int | None:
    """Return the first line of a file in UTF-8 that is broken; None if more than a few are."""
    odd, broken = 0, []
    with open_bytes(path) as file:
        for number, line in enumerate(file, 1):
            if not line.isascii():
                odd += 1
                try:
                    line.decode()
                except UnicodeDecodeError:
                    broken.append(number)
    return broken[0] if broken and len(broken) < odd / 2 else None


def known_encoding(name: str) -> str:
    """Return an encoding that a reader names, as Python calls it.

    Raises
    ------
    ArgumentError
        If there is none of this name.
    """
    plain = re.sub(r"[\s-]+", "_", name.strip().lower())
    asked = ASKED_FOR.get(plain, plain)
    if _is_for_text(asked):
        found = codecs.lookup(asked).name
        return ASKED_FOR.get(found, found)
    known = {one for one in (*aliases.aliases, *aliases.aliases.values(), *ASKED_FOR) if _is_for_text(one)}
    close = dict.fromkeys([*get_close_matches(plain, known, 3), "utf_8", "cp932", "cp1252"])
    raise ArgumentError("file_encoding_unknown", encoding=name, close=", ".join(close))


def _is_for_text(name: str) -> bool:
    """Tell whether Python knows an encoding of this name by which texts are written."""
    try:
        "".encode(name)
    except (LookupError, UnicodeError, ValueError):
        return name in ASKED_FOR
    return name not in ("idna", "punycode", "unicode_escape", "raw_unicode_escape")


def decodes(path: Path, encoding: str) -> bool:
    """Tell whether all of a file can be read in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def texts(path: Path, encoding: str, limit: int) -> Iterator[str]:
    """Yield the text of a file in pieces, up to a limit in bytes.

    Raises
    ------
    ArgumentError
        If it is larger, or not in this encoding.
    """
    total = 0
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        for block in chain(blocks(path), [b""]):
            total += len(block)
            if total > limit:
                raise ArgumentError("file_large", path=path, limit=f"{limit / 2**30:.2g} GB")
            if text := decoder.decode(block, final=not block):
                yield text
    except (UnicodeError, LookupError) as error:
        raise ArgumentError("file_encoding", path=path, encoding=encoding) from error


def _wide(block: bytes) -> str | None:
    """Name the encoding of two bytes a character: every other byte of Western text is zero."""
    even, odd = block[0:200:2].count(0), block[1:200:2].count(0)
    half = max(1, len(block[:200]) // 4)
    if odd >= half and even == 0:
        return "utf-16-le"
    if even >= half and odd == 0:
        return "utf-16-be"
    # In Japanese, only blanks and ends of lines have a zero byte.
    for name in ("utf-16-le", "utf-16-be") if b"\0" in block else ():
        with suppress(UnicodeDecodeError):
            text = codecs.getincrementaldecoder(name)().decode(block)
            if "\n" in text and not any(map(is_no_sign, {*text} - {*"\r\n\t"})):
                return name
    return None


def _ends_well(decoder: codecs.IncrementalDecoder) -> bool:
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
