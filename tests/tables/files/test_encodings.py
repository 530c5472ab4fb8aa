"""In which encoding a text is."""

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_handson import ArgumentError, read_table
from synth_handson.tables.files import encodings
from synth_handson.tables.files.encodings import find_encoding, known_encoding, texts

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


@pytest.mark.parametrize(
    "content",
    [
        b"name\nM\xfcller\x81 x\n",
        "name\nMüller, 東京".encode()[:-1] + b"\n",
        bytes(range(0x80, 0x100)),
        "氏名\n山田\n".encode("cp932") * 9 + b"\x81\n",
    ],
)
def test_what_makes_no_words_is_not_read(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(ArgumentError, match="--encoding"):
        find_encoding(tmp_path / "a")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Shift_JIS", "cp932"),
        ("EUC-JP", "euc_jp"),
        ("eucJP-ms", "eucjp_ms"),
        ("GBK", "gb18030"),
        ("UTF8", "utf-8"),
    ],
)
def test_an_encoding_has_many_names(name: str, meant: str) -> None:
    assert known_encoding(name) == meant


@pytest.mark.parametrize(
    ("name", "near"), [("cp923", "cp932"), ("base64", "utf_8"), ("shiftjis2", "shiftjis")]
)
def test_near_names_are_told_of_an_encoding_that_is_none(name: str, near: str) -> None:
    with pytest.raises(ArgumentError, match=near):
        known_encoding(name)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), min_size=1))
def test_utf8_is_never_taken_for_anything_else(tmp_path: Path, text: str) -> None:
    (tmp_path / "a").write_bytes(text.encode())
    assert find_encoding(tmp_path / "a") == "utf-8"
    assert "".join(texts(tmp_path / "a", "utf-8", 10**6)) == text


def test_more_text_than_is_wanted_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(bytes(10**7)))
    with pytest.raises(ArgumentError, match="when unpacked"):
        list(texts(tmp_path / "a", "utf-8", 10**6))
    monkeypatch.setattr(encodings, "MAX_UNPACKED", 10**6)
    with pytest.raises(ArgumentError, match="when unpacked"):
        find_encoding(tmp_path / "a")


@pytest.mark.parametrize("encoding", ["ascii", "klingon"])
def test_an_encoding_that_does_not_fit_is_refused(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("東京", encoding="utf-8")
    with pytest.raises(ArgumentError, match=f"cannot be read as {encoding}"):
        list(texts(tmp_path / "a", encoding, 10**6))


NAMES = "氏名,備考\n" + "".join(f"加藤誠一,備考{i}\n" for i in range(40))


@pytest.mark.parametrize("encoding", ["euc_jp", "cp932", "utf-16-le", "utf-16-be"])
def test_a_word_that_repeats_with_numbers_counts_once(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(NAMES.encode(encoding))
    assert find_encoding(tmp_path / "a.csv") == encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("item,price\n" + "".join(f"a{i},€{i}\n" for i in range(30)), "cp1252"),
        ("id,x\n1,髙\n", "cp932"),
        ("姓名,城市\n赵敏,深圳\n孙丽华,广州\n钱伟,杭州\n", "gb18030"),
        ("имя,город\nольга,тверь\nпавел,омск\n", "cp1251"),
    ],
)
def test_short_tables_are_not_read_as_another_language(text: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    assert find_encoding(tmp_path / "a.csv") == encoding


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    lines = [line.encode() for line in NAMES.splitlines(keepends=True)]
    lines[17] = lines[17].replace("誠".encode(), "誠".encode()[:2])
    (tmp_path / "a.csv").write_bytes(b"".join(lines))
    with pytest.raises(ArgumentError, match="line 18 is broken"):
        find_encoding(tmp_path / "a.csv")


@pytest.mark.parametrize("by", ["latin-1", "cp1252", "cp932"])
def test_text_that_was_encoded_twice_is_refused_unless_the_encoding_is_said(by: str, tmp_path: Path) -> None:
    once = {"cp932": "id,x\n1,京都\n2,京都\n3,京都\n"}.get(by, "naam,stad\nZoë,Malmö\nRené,Nîmes\n").encode()
    twice = once.decode(by).encode()
    (tmp_path / "a.csv").write_bytes(twice)
    with pytest.raises(ArgumentError, match="encoded twice"):
        find_encoding(tmp_path / "a.csv")
    assert len(read_table(tmp_path / "a.csv", encoding="utf-8")) == once.count(b"\n") - 1
