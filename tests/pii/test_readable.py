"""Texts as people read them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.pii.fakes import Fakes
from synth_handson.pii.readable import readable
from synth_handson.pii.scan import scan


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("E m m a  C l a r k e", "Emma Clarke"), ("E m m a C l a r k e", "Emma Clarke"),
        ("E.m.m.a C.l.a.r.k.e", "Emma Clarke"), ("佐 藤　美 咲", "佐藤美咲"),
        ("佐 藤   美 咲", "佐藤 美咲"), ("김 철 수", "김철수"), ("Em\u200bma Cl\u00adarke", "Emma Clarke"),
        ("\ufeffEmma\u200e", "Emma"), ("Emma  Clarke", "Emma Clarke"), ("Emma&nbsp;Clarke", "Emma Clarke"),
        ("ﾔﾏﾀﾞ", "ヤマダ"), ("Ｅｍｍａ", "Emma"), ("J. R. R. Tolkien", "J. R. R. Tolkien"),
        ("A B C", "A B C"), ("大 小", "大 小"), ("10 x 20", "10 x 20"), ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)  # fmt: skip
def test_a_text_is_read_as_people_do(text: str, read: str) -> None:
    assert readable(text)[0] == read


@given(st.text("aB é\u0301\u200b.佐  ｶﾞ\t", max_size=20))
def test_every_character_stands_somewhere_in_the_original(text: str) -> None:
    read, places = readable(text)
    if places is None:
        assert len(read) == len(text)
        return
    assert len(places) == len(read)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert [start for start, _ in places] == sorted(start for start, _ in places)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("call E m m a  C l a r k e today", "E m m a  C l a r k e"),
        ("本日佐 藤 美 咲より電話", "佐 藤 美 咲"),
        ("Em\u200bma \u200bClarke called", "Em\u200bma \u200bClarke"), ("eMMA cLARKE", "eMMA cLARKE"),
        (unicodedata.normalize("NFD", "Hélène Dupont"), unicodedata.normalize("NFD", "Hélène Dupont")),
        ("The customer Nguyễn Văn Ủy paid", "Nguyễn Văn Ủy"),
        ("佐\u200b藤\u200b美\u200b咲", "佐\u200b藤\u200b美\u200b咲"),
    ],
)  # fmt: skip
def test_names_are_found_where_they_stand_and_replaced(text: str, name: str) -> None:
    (span,) = (found for found in scan(text) if found.kind == "name")
    assert text[span.start : span.end] == name
    made = Fakes(b"k" * 32).of("name", name)
    assert not set(readable(name)[0].casefold().split()) & set(readable(made)[0].casefold().split())
