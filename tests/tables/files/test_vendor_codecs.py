"""EUC-JP and ISO-2022-JP with the signs that vendors added."""

import codecs
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.tables.files.encodings import find_encoding
from synth_handson.tables.files.reading import read_file
from synth_handson.tables.files.vendor_codecs import AREA, JIS
from synth_handson.tables.files.writing import write_table

TEXT = "氏名,規格\n髙橋,Ⅲ型\n山﨑,①\n德田,㈱\n丂,ﾔﾏﾀﾞ\n"


@pytest.mark.parametrize(
    ("content", "encoding", "text"),
    [
        # As glibc, PHP and MySQL write them; 髙 as Windows does; a sign of JIS X 0212; three in ISO-2022-JP.
        (b"\x8f\xf4\xfb\xad\xb7\xad\xea", "eucjp_ms", "髙Ⅲ㈱"),
        (b"\xfc\xe2\xb6\xb6", "eucjp_ms", "髙橋"),
        (b"\x8f\xb0\xa1\x8f\xf3\xf3\x8f\xf4\xfe", "eucjp_ms", "丂ⅰ黑"),
        (b"\x1b$B\x7c\x62\x36\x36\x1b(B,\x1b$B\x2d\x21\x1b(B", "iso2022_jp_ms", "髙橋,①"),
    ],
)
def test_vendors_signs_are_read(content: bytes, encoding: str, text: str) -> None:
    assert content.decode(encoding) == text
    assert io.TextIOWrapper(io.BytesIO(content), encoding).read() == text
    one_by_one = codecs.getincrementaldecoder(encoding)()
    assert "".join(one_by_one.decode(bytes([byte])) for byte in content) == text


SIGNS = sorted({*"a,\n山ｱ丂", *AREA.values(), *JIS})


@pytest.mark.parametrize("encoding", ["eucjp_ms", "iso2022_jp_ms"])
def test_every_sign_is_written_and_read(encoding: str) -> None:
    places = [bytes((row, cell)) for row in range(0xA1, 0xFF) for cell in range(0xA1, 0xFF)]
    read = {(lead + place).decode("eucjp_ms", "ignore") for place in places for lead in (b"", b"\x8f")}
    for sign in {*SIGNS, *(read if encoding == "eucjp_ms" else ())} - {""}:
        again = sign.encode(encoding).decode(encoding)
        assert len(again) == len(sign)
        assert again.encode(encoding).decode(encoding) == again


@given(st.text(st.sampled_from(SIGNS)), st.sampled_from(["eucjp_ms", "iso2022_jp_ms"]))
def test_what_is_written_is_read(text: str, encoding: str) -> None:
    # Python and Windows call a few signs by two names: what was read once stays as it is.
    read = text.encode(encoding).decode(encoding)
    assert len(read) == len(text)
    assert read.encode(encoding).decode(encoding) == read


@pytest.mark.parametrize(
    "content", [b"\xad", b"\xad\xff", b"\x8f\xf3", b"\x8f\xf3\xf2", b"\xa9\xa1", "Bützow".encode("latin-1")]
)
def test_what_is_no_sign_is_refused(content: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        content.decode("eucjp_ms")
    with pytest.raises(UnicodeEncodeError):
        "é한".encode("iso2022_jp_ms")


@pytest.mark.parametrize("encoding", ["eucjp_ms", "iso2022_jp_ms"])
def test_a_table_goes_in_and_out(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(TEXT.encode(encoding))
    assert find_encoding(tmp_path / "a.csv") == encoding
    frame, form = read_file(tmp_path / "a.csv")
    write_table(frame, tmp_path / "b.csv", form=form)
    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()
