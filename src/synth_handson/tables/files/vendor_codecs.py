"""Two Japanese encodings with the vendors' characters (①, ㈱, 髙, 﨑) that Python has for cp932 alone.

``eucjp_ms`` is EUC-JP, and ``iso2022_jp_ms`` ISO-2022-JP, with the rows 13 and 89 to 92 of cp932; EUC-JP also
with IBM's kanji behind the byte 8F, as glibc, PHP and MySQL write them.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import groupby

VENDOR = "synth_handson.vendor"
ASCII, KANJI = b"\x1b(B", b"\x1b$B"


def _rows(*rows: int) -> Iterator[tuple[str, bytes]]:
    """Yield the characters of rows of cp932, each with its row and cell as ISO-2022-JP has them."""
    for row in rows:
        for cell in range(1, 95):
            lead = (row + 1) // 2 + (0x80 if row < 63 else 0xC0)
            trail = cell + (0x9E if row % 2 == 0 else 0x3F if cell < 64 else 0x40)
            sign = bytes((lead, trail)).decode("cp932", "replace")
            if "\ufffd" not in sign:
                yield sign, bytes((row + 0x20, cell + 0x20))


def _ibm() -> str:
    """Return the characters after 8F in their order: IBM's of cp932 except for those that JIS X 0212 has."""
    cells = (bytes((lead, trail)) for lead in (0xFA, 0xFB, 0xFC) for trail in range(0x40, 0xFD))
    signs = (cell.decode("cp932", "replace") for cell in cells)
    kanji = (sign for sign in signs if "㐀" < sign < "\uff00" and not sign.encode("euc_jp", "ignore"))
    return "".join(["ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ＇＂㈱№℡", *kanji])


def _in_euc(place: bytes) -> bytes:
    return bytes(byte | 0x80 for byte in place)


AREA = {bytes((0xF3 + (n + 82) // 94, 0xA1 + (n + 82) % 94)): sign for n, sign in enumerate(_ibm())}
PLACES = {place: sign for sign, place in _rows(13, *range(89, 93))}
# Rows 1 and 2 for the characters that Python and Windows call by two names, such as the wave dash.
JIS = dict(_rows(92, 91, 90, 89, 13, 2, 1))
# Windows' broken bar has the place of the other one in JIS X 0212, as eucJP-ms writes it.
IN_EUC = (
    {sign: b"\x8f" + place for place, sign in AREA.items()}
    | {sign: _in_euc(place) for sign, place in _rows(13, 2, 1)}
    | {"￤": b"\x8f\xa2\xc3"}
)


def _vendor(error: UnicodeError) -> tuple[str | bytes, int]:
    """Read, or write in EUC-JP, what Python does not know."""
    if isinstance(error, UnicodeEncodeError):
        found = IN_EUC.get(error.object[error.start])
        if found is None:
            raise error
        return found, error.start + 1
    if not isinstance(error, UnicodeDecodeError):
        raise error
    begun = error.object[error.start : error.start + 3]
    behind, pair = begun[:1] == b"\x8f", begun[:2]
    # Both bytes are high, or in ISO-2022-JP both are low: "üt" in Latin-1 is no character of EUC-JP.
    one_half = len({byte & 0x80 for byte in pair}) == 1
    place = bytes(byte & 0x7F for byte in pair) if one_half else b""
    sign = AREA.get(begun[1:]) if behind else PLACES.get(place)
    if sign is None:
        raise error
    return sign, error.start + (3 if behind else 2)


class _EucDecoder(codecs.IncrementalDecoder):
    codec = "euc_jp"

    def __init__(self, errors: str = "strict") -> None:
        super().__init__(errors)
        self._decoder = codecs.getincrementaldecoder(self.codec)(VENDOR if errors == "strict" else errors)

    def decode(self, content: bytes, final: bool = False) -> str:  # type: ignore[override]
        return self._decoder.decode(content, final)

    def reset(self) -> None:
        self._decoder.reset()

    def getstate(self) -> tuple[bytes, int]:
        return self._decoder.getstate()

    def setstate(self, state: tuple[bytes, int]) -> None:
        self._decoder.setstate(state)


class _JisDecoder(_EucDecoder):
    codec = "iso2022_jp_ext"


class _EucEncoder(codecs.IncrementalEncoder):
    def encode(self, text: str, final: bool = False) -> bytes:
        return text.encode("euc_jp", VENDOR if self.errors == "strict" else self.errors)


class _JisEncoder(codecs.IncrementalEncoder):
    """Every part ends in ASCII, so that parts can follow each other."""

    def encode(self, text: str, final: bool = False) -> bytes:
        runs = (("".join(run), known) for known, run in groupby(text, JIS.__contains__))
        return b"".join(
            KANJI + b"".join(map(JIS.__getitem__, run)) + ASCII
            if known
            else run.encode("iso2022_jp_ext", self.errors)
            for run, known in runs
        )


def _find(name: str) -> codecs.CodecInfo | None:
    kinds = {"eucjp_ms": (_EucEncoder, _EucDecoder), "iso2022_jp_ms": (_JisEncoder, _JisDecoder)}
    if name not in kinds:
        return None
    encoder, decoder = kinds[name]
    return codecs.CodecInfo(
        lambda text, errors="strict": (encoder(errors).encode(text, True), len(text)),
        lambda content, errors="strict": (decoder(errors).decode(bytes(content), True), len(content)),
        incrementalencoder=encoder,
        incrementaldecoder=decoder,
        name=name,
    )


codecs.register_error(VENDOR, _vendor)
codecs.register(_find)
