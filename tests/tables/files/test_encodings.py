"""In which encoding a text is."""

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_handson import ArgumentError
from synth_handson.tables.files import encodings
from synth_handson.tables.files.encodings import find_encoding, read_text

JAPANESE = "氏名,年齢,職業\n山田太郎,34,会社員\n佐藤花子,28,看護師\n"
ONE_LINE = "id,city\n1,京都\n" + "2,x\n" * 50
HALF_WIDTH = "名前,カナ\n田中,ﾀﾅｶ\n山本,ﾔﾏﾓﾄ\n"
GERMAN = "name,stadt\nMüller,Köln\nGroß,Düsseldorf\n"
FRENCH = "nom,ville\nHélène,Orléans\nFrançois,Besançon\n"
PRICES = "price\n5 €\n6 €\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, name) for text in (JAPANESE, ONE_LINE, HALF_WIDTH) for name in ("utf-8", "cp932", "euc_jp")),
        *((text, name) for text in (GERMAN, FRENCH, PRICES) for name in ("utf-8", "cp1252")),
        *((text, name) for text in (JAPANESE, FRENCH) for name in ("utf-8-sig", "utf-16", "utf-32")),
        *((GERMAN, name) for name in ("utf-16-le", "utf-16-be")),
        ("a,b\n1,2\n", "utf-8"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_the_encoding_of_a_text_is_found(text: str, encoding: str, packed: bool, tmp_path: Path) -> None:
    content = text.encode(encoding)
    (tmp_path / "a").write_bytes(gzip.compress(content) if packed else content)
    assert find_encoding(tmp_path / "a") == encoding


def test_a_sign_far_down_counts(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(("x,1\n" * 600_000 + "東京,2\n").encode("cp932"))
    assert find_encoding(tmp_path / "a") == "cp932"


def test_bytes_that_windows_lacks_are_latin_1(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"name\nM\xfcller\x81 x\n")
    assert find_encoding(tmp_path / "a") == "latin-1"


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), min_size=1))
def test_utf8_is_never_taken_for_anything_else(tmp_path: Path, text: str) -> None:
    (tmp_path / "a").write_bytes(text.encode())
    assert find_encoding(tmp_path / "a") == "utf-8"
    assert read_text(tmp_path / "a", None, 10**6) == (text, "utf-8")


def test_more_text_than_is_wanted_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(bytes(10**7)))
    with pytest.raises(ArgumentError, match="once it is unpacked"):
        read_text(tmp_path / "a", "utf-8", 10**6)
    monkeypatch.setattr(encodings, "MAX_UNPACKED", 10**6)
    with pytest.raises(ArgumentError, match="once it is unpacked"):
        find_encoding(tmp_path / "a")


@pytest.mark.parametrize("encoding", ["ascii", "klingon"])
def test_an_encoding_that_does_not_fit_is_refused(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("東京", encoding="utf-8")
    with pytest.raises(ArgumentError, match=f"cannot be read as {encoding}"):
        read_text(tmp_path / "a", encoding, 10**6)
