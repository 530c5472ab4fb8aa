"""Bytes of a file as text: whether they are packed, and in which encoding they are."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from charset_normalizer import from_bytes

from synth_handson.errors import ArgumentError

GZIP = b"\x1f\x8b"
BLOCK = 2**20
MAX_UNPACKED = 20 * 2**30
"""More bytes of text are not read: so many hold 5 million rows of 400 columns."""
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
EIGHT_BIT = ("cp932", "euc_jp", "cp1252")
"""Encodings that are told apart by what they make of the text; Shift_JIS is a part of cp932."""


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unpacking it if it is packed by gzip."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
        file.seek(0)
        if not packed:
            yield file
            return
        with gzip.open(file) as unpacked:
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
    decided by the lines that are not plain ASCII, with charset-normalizer among the encodings of Japan and
    of Western Europe.

    Returns
    -------
    str
        Name of the encoding in Python.

    Raises
    ------
    ArgumentError
        If the file is empty or holds no text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, first, odd = True, b"", b""
    for block in blocks(path):
        first = first or block
        marked = next((name for mark, name in BOMS if first.startswith(mark)), None) or _wide(first)
        if marked:
            return marked
        if b"\0" in block:
            raise ArgumentError("file_binary", path=path)
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            utf8 = False
        if not utf8:
            # The last line of a full block may be cut within a character.
            lines = block.splitlines()[: -1 if len(block) == BLOCK else None]
            odd += b"\n".join(line for line in lines if not line.isascii())
        if len(odd) >= BLOCK // 4:
            break
    if not first:
        raise ArgumentError("file_empty", path=path)
    if utf8 and _ends_well(decoder):
        return "utf-8"
    best = from_bytes((odd or first)[: BLOCK // 4], cp_isolation=list(EIGHT_BIT)).best()
    return best.encoding if best and decodes(path, best.encoding) else _western(path)


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


def read_text(path: Path, encoding: str | None, limit: int) -> tuple[str, str]:
    """Read all text of a file that is no larger than so many bytes, and tell its encoding.

    Raises
    ------
    ArgumentError
        If it is larger, or not in this encoding.
    """
    content = io.BytesIO()
    for block in blocks(path):
        content.write(block)
        if content.tell() > limit:
            raise ArgumentError("file_large", path=path, limit=f"{limit / 2**30:.0f} GB")
    encoding = encoding or find_encoding(path)
    try:
        return content.getvalue().decode(encoding), encoding
    except (UnicodeError, LookupError) as error:
        raise ArgumentError("file_encoding", path=path, encoding=encoding) from error


def _wide(block: bytes) -> str | None:
    """Name the encoding of two bytes a character in which every other byte of Western text is zero."""
    even, odd = block[0:200:2].count(0), block[1:200:2].count(0)
    half = max(1, len(block[:200]) // 4)
    if odd >= half and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even >= half and odd == 0 else None


def _ends_well(decoder: codecs.IncrementalDecoder) -> bool:
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _western(path: Path) -> str:
    return "cp1252" if decodes(path, "cp1252") else "latin-1"
