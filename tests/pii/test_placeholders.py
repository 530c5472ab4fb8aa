"""Signs stand for personal data while texts are learned; no original comes back with them."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.pii.fakes import Fakes
from synth_handson.pii.originals import Originals, normal
from synth_handson.pii.placeholders import PERSONS, PRIVATE, Place, Placeholders, as_marks, as_signs
from synth_handson.pii.scan import scan
from synth_handson.pii.spans import KINDS, Span

KEY = b"0123456789abcdef"
TEXT = "Mr Miller met Mrs Jones. Miller left; write to miller@bank.com."


def draw() -> np.random.Generator:
    return np.random.default_rng(0)


def test_every_place_has_a_sign_of_its_own() -> None:
    places = [Place(kind, *rest) for kind in KINDS for rest in product((False, True), range(PERSONS))]
    signs = {place.sign for place in places}
    assert len(signs) == len(places)
    assert all(Place.of(place.sign) == place for place in places)
    assert Place.of("\uf8ff") is None


def test_equal_ones_have_the_same_sign_and_others_another() -> None:
    spans = [Span(3, 9, "name"), Span(18, 23, "name"), Span(25, 31, "name"), Span(47, 62, "email")]
    hidden = Placeholders().hide(TEXT, spans)
    one, two, mail = Place("name", False, 0).sign, Place("name", False, 1).sign, Place("email", False, 0).sign
    assert hidden == f"Mr {one} met Mrs {two}. {one} left; write to {mail}."


def test_what_is_filled_in_has_the_form_and_is_no_original() -> None:
    places = Placeholders()
    hidden = places.hide(TEXT, [Span(3, 9, "name"), Span(25, 31, "name"), Span(47, 62, "email")])
    made = places.fill(hidden, Fakes(KEY, Originals({"miller", "millerbankcom"})), draw())
    name = made.split()[1]
    assert made.startswith(f"Mr {name} met Mrs Jones. {name} left; write to ")
    assert made.endswith("@example.com.")
    assert "iller" not in made


def test_two_people_of_one_text_get_two_names() -> None:
    places = Placeholders()
    hidden = places.hide("Ann met Bob.", [Span(0, 3, "name"), Span(8, 11, "name")])
    assert all(
        len(set(places.fill(hidden, Fakes(KEY).another(row), draw()).strip(".").split(" met "))) == 2
        for row in range(20)
    )


def test_japanese_stays_japanese() -> None:
    places = Placeholders()
    hidden = places.hide("担当は山田です。", [Span(3, 5, "name")])
    made = places.fill(hidden, Fakes(KEY, Originals({"山田"})), draw())
    assert made.startswith("担当は")
    assert made.endswith("です。")
    assert not made[3:-3].isascii()
    assert "山田" not in made


def test_marks_are_read_as_the_signs_they_stand_for() -> None:
    places = Placeholders()
    hidden = places.hide(TEXT, [Span(3, 9, "name"), Span(18, 23, "name"), Span(47, 62, "email")])
    marks = as_marks(hidden)
    assert marks == "Mr [[name_1]] met Mrs [[name_2]]. Miller left; write to [[email_1]]."
    assert as_signs(marks) == hidden
    assert as_signs("Mr [name_1] [sic] [[who_1]]") == f"Mr {Place('name', False, 0).sign} [sic] [[who_1]]"
    assert as_marks(Place("name", True, 1).sign) == "[[name_japanese_2]]"


def test_a_sign_that_never_was_in_a_text_is_left_out() -> None:
    sign = Place("iban", True, 3).sign
    assert Placeholders().fill(f"a{sign}b\uf8ffc", Fakes(KEY), draw()) == "abc"


def test_private_signs_of_a_text_are_no_placeholders() -> None:
    places = Placeholders()
    assert places.hide("a\ue001b\uf8ff", [Span(2, 3, "name")]).startswith("a〓")
    assert len(PRIVATE.findall(places.hide("a\ue001b\uf8ff", [Span(2, 3, "name")]))) == 1


def test_more_people_than_signs_share_the_last() -> None:
    text = "".join("abcdefghijkl")
    hidden = Placeholders().hide(text, [Span(i, i + 1, "name") for i in range(12)])
    assert hidden[PERSONS - 1 :] == Place("name", False, PERSONS - 1).sign * (12 - PERSONS + 1)


@given(st.text(max_size=80))
def test_nothing_found_in_a_text_is_left_in_it(text: str) -> None:
    spans = scan(text)
    places = Placeholders()
    hidden = places.hide(text, spans)
    assert len(PRIVATE.findall(hidden)) == len(spans)
    made = places.fill(hidden, Fakes(KEY, Originals({normal(text[s.start : s.end]) for s in spans})), draw())
    assert not PRIVATE.search(made)
