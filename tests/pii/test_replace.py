"""What stands in place of personal data: of the same form, the same everywhere, nothing of the original."""

import re
from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from personal_data import generated, written
from stdnum import iban, luhn
from stdnum.jp import in_ as my_number
from test_detect import PEOPLE

from synth_handson import ArgumentError
from synth_handson.pii.dates import year_of
from synth_handson.pii.detect import find_personal_data
from synth_handson.pii.fakes import FIRST, LAST, Fakes
from synth_handson.pii.leaks import Leak, find_originals, shared_values
from synth_handson.pii.originals import Originals, normal
from synth_handson.pii.replace import (
    by_years,
    fakes_for,
    mark,
    moved_dates,
    originals,
    replace_marked,
    replace_personal_data,
)
from synth_handson.pii.spans import KINDS, Kind

KEY = b"a key of sixteen and more bytes"


def replaced(frame: pd.DataFrame, key: bytes | None = KEY) -> pd.DataFrame:
    return replace_personal_data(frame, find_personal_data(frame), key)


def test_the_same_person_is_the_same_everywhere() -> None:
    table = pd.DataFrame(
        {
            "name": ["Anna Kowalski", "Tom Baker", "Anna Kowalski"],
            "note": ["Anna Kowalski called, Anna was glad.", "I spoke to Mr. Baker.", "Nothing."],
        }
    )
    made = replaced(table)
    first, last = made["name"][0].split()
    assert made["name"][2] == made["name"][0]
    assert made["note"][0] == f"{first} {last} called, {first} was glad."
    assert made["note"][1] == f"I spoke to Mr. {made['name'][1].split()[1]}."
    assert made["note"][2] == "Nothing."


def test_japanese_names_keep_their_script_and_the_last_name_its_own() -> None:
    table = pd.DataFrame({"note": ["山田太郎さんと山田さん", "ヤマダ　タロウ様", "さとう はなこさん"] * 2})
    one, two, three = replaced(table)["note"][:3]
    assert re.fullmatch(r"([一-龥]{2})[一-龥]{2}さんと\1さん", one)
    assert re.fullmatch(r"[ァ-ヴー]+　[ァ-ヴー]+様", two)
    assert re.fullmatch(r"[ぁ-んー]+ [ぁ-んー]+さん", three)


def test_the_key_decides_and_none_is_drawn_anew() -> None:
    assert replaced(PEOPLE).equals(replaced(PEOPLE))
    assert not replaced(PEOPLE).equals(replaced(PEOPLE, b"another key of sixteen bytes"))
    assert not replaced(PEOPLE, None).equals(replaced(PEOPLE, None))
    with pytest.raises(ArgumentError, match="at least 16 bytes"):
        replaced(PEOPLE, b"short")


def test_a_table_keeps_its_form() -> None:
    made = replaced(PEOPLE)
    assert made.dtypes.equals(PEOPLE.dtypes)
    assert made.isna().equals(PEOPLE.isna())
    clean = ["id", "birth_year", "opened", "age", "ok"]
    assert made[clean].equals(PEOPLE[clean])
    assert (made["born"].dt.year == PEOPLE["born"].dt.year).all()
    assert (made["born"] != PEOPLE["born"]).all()
    assert all(luhn.is_valid(str(card)) for card in made["card"])


FORMS = [
    ("card", "4539 5787 6362 1486", lambda text: luhn.is_valid(text.replace(" ", ""))),
    ("iban", "GB29 NWBK 6016 1331 9268 19", lambda text: iban.is_valid(text)),
    ("my_number", "1234 5678 9018", lambda text: my_number.is_valid(text.replace(" ", ""))),
    ("phone", "０９０−１２３４−５６７８", lambda text: text.startswith("０９０") and "-" in text),
    ("phone", "+44 7700 900123", lambda text: re.fullmatch(r"\+447|\+44 7\d{3} \d{6}", text)),
    (
        "email",
        "tom.baker84@firma.co.jp",
        lambda text: re.fullmatch(r"[a-z]+\.[a-z]+\d+@example\.co\.jp", text),
    ),
    ("ip", "203.0.113.99", lambda text: re.fullmatch(r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+", text)),
    ("ip", "2001:db8::8a2e", lambda text: text.startswith("2001:db8::")),
    ("mac", "00-1B-44-11-3A-B7", lambda text: re.fullmatch(r"02(-[0-9A-F]{2}){5}", text)),
    ("ssn", "536-22-1234", lambda text: re.fullmatch(r"666-\d{2}-\d{4}", text)),
    ("passport", "TK1234567", lambda text: re.fullmatch(r"[A-Z]{2}\d{7}", text)),
    ("driving_licence", "305012345670", lambda text: re.fullmatch(r"\d{12}", text)),
    ("bank_account", "1234567", lambda text: re.fullmatch(r"\d{7}", text)),
    ("user_name", "@sunny_99", lambda text: re.fullmatch(r"@[a-z]+_\d\d", text)),
    (
        "url",
        "https://anna:pw@bank.example/x",
        lambda text: re.fullmatch(r"https://user\d+@example\.com/", text),
    ),
    ("url", "https://github.com/anna", lambda text: "anna" not in text and "github" not in text),
    ("birth_date", "12.03.1984", lambda text: re.fullmatch(r"(0\d|1[0-2])\.(0\d|1[0-2])\.1984", text)),
    ("birth_date", "昭和55年3月2日", lambda text: re.fullmatch(r"昭和55年\d+月\d+日", text)),
    ("birth_date", "March 3rd, 1977", lambda text: re.fullmatch(r"[A-Z][a-z]+ \d+rd, 1977", text)),
    (
        "address",
        "〒150-0001 東京都渋谷区神宮前1-2-3",
        lambda text: re.match(r"〒\d{3}-\d{4} .+[都道府県]", text),
    ),
    ("address", "Lindenstraße 12, 10969 Berlin", lambda text: re.search(r"\d{5} ", text)),
    ("address", "SW1A 1AA", lambda text: re.fullmatch(r"[A-Z0-9]{2,4} ?[A-Z0-9]{3}", text)),
    ("name", "ANNA M. O'Neil-Smith", lambda text: re.match(r"[A-Z]+ [A-Z]\. ", text)),
]


@pytest.mark.parametrize(("kind", "original", "has_form"), FORMS, ids=[f"{k} {o}" for k, o, _ in FORMS])
def test_a_replacement_has_the_form_of_its_original(kind, original, has_form) -> None:  # type: ignore[no-untyped-def]
    for key in (b"one", b"two", b"three"):
        made = Fakes(key).of(kind, original)
        assert has_form(made), made
        assert normal(made) != normal(original)


def test_no_replacement_is_another_ones_original() -> None:
    taken = {normal(kanji) for kanji, *_ in LAST}
    assert normal(Fakes(b"key", Originals(taken)).name("佐藤")) not in taken
    taken |= {normal(kanji) for kanji, *_ in FIRST}
    assert normal(Fakes(b"key", Originals(taken)).name("花子")) not in taken


@pytest.mark.parametrize("original", ["Anna Kowalski", "山田 太郎"])
def test_no_replacement_of_a_whole_name_is_somebody_elses(original: str) -> None:
    first = normal(Fakes(b"key").name(original))
    assert normal(Fakes(b"key", Originals({first})).name(original)) != first
    # "森 和也" is not to be read in "杉森 和也" either.
    if original == "山田 太郎":
        assert first[1:] not in normal(Fakes(b"key", Originals({first[1:]})).name(original))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_of_what_is_marked_in_sentences_nothing_is_left(language: str) -> None:
    sentences = [s for s in written(language, "tuned") + generated(language, 100, seed=1) if s.marked]
    table = pd.DataFrame({"text": [s.text for s in sentences], "other": range(len(sentences))})
    made = replaced(table)["text"]
    found = originals(mark(table, find_personal_data(table)))
    left = 0
    for sentence, text in zip(sentences, made, strict=True):
        values = {
            normal(sentence.text[start:end]) for start, end, kind in sentence.marked if kind != "birth_date"
        }
        left += any(len(value) > 3 and value in normal(text) for value in values & found)
    assert left == 0
    assert find_originals(made.to_frame(), found) == ()


def test_originals_in_an_output_are_found_in_any_spelling() -> None:
    known = originals(mark(PEOPLE, find_personal_data(PEOPLE)))
    output = pd.DataFrame(
        {
            "a": ["ANNA  KOWALSKI", "K. Annan", "x", None],
            "b": ["０９０１２３４５６７８", "090-1234-5679", "ring 090 1234 5678 now", "山田さんです"],
            "c": [4111111111111111, 1, 2, 3],
        }
    )
    assert find_originals(output, known) == (
        Leak("a", 1), Leak("b", 1), Leak("b", 3), Leak("b", 4), Leak("c", 1),
    )  # fmt: skip


def test_what_many_rows_share_in_another_column_is_nobodys() -> None:
    table = pd.DataFrame(
        {"name": ["Cal Ripken", "Cal", "Ann Lee"] * 8, "team": ["Cal", "Ann Lee", "NY"] * 7 + ["NY"] * 3}
    )
    marks = mark(table, find_personal_data(table[["name"]]))
    output = pd.DataFrame({"name": ["Cal", "x"], "team": ["NY", "Cal"]})
    assert find_originals(output, originals(marks)) == (Leak("name", 1), Leak("team", 2))
    table["team"] = ["Cal"] * 12 + ["NY"] * 12
    shared = shared_values(table, marks)
    assert shared["team"] == {"Cal", "NY"}
    assert shared["name"] == frozenset()
    assert find_originals(output, originals(marks), shared) == (Leak("name", 1),)


@given(st.text(max_size=40), st.sampled_from([kind for kind, _, _ in FORMS]))
def test_anything_can_be_replaced(text: str, kind: str) -> None:
    if kind in ("email", "iban", "card", "phone", "my_number", "ssn"):
        return
    Fakes(b"key").of(kind, f"a{text}1")  # type: ignore[arg-type]


def test_an_identifier_keeps_its_form() -> None:
    made = Fakes(b"key").identifier("AB-0012/x")
    assert re.fullmatch(r"[A-Z]{2}-\d{4}/[a-z]", made)
    assert len({Fakes(b"key").identifier(f"{a}{b}") for a, b in product("AB", range(100, 200))}) > 150


DATES = [
    ("12.03.1984", "1984"), ("1984-03-12", "1984"), ("3/2/84", "84"), ("19840312", "1984"),
    ("昭和55年3月2日", "昭和55"), ("S55.3.2", "S55"), ("March 3rd, 1977", "1977"), ("unknown", "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "year"), DATES)
def test_a_date_of_birth_keeps_its_year_when_it_moves(text: str, year: str) -> None:
    assert year_of(text) == year
    if text != "unknown":
        assert {year_of(Fakes(bytes([key])).of("birth_date", text)) for key in range(20)} == {year}


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (["陳美玲", "林志明", "黃淑芬", "張家豪"], "cp950"),
        (["Иванова Мария", "Петров Иван", "Сидоров Олег"], "cp866"),
        (["Ольга Смирнова", "Иван Петров"], "iso8859_5"),
    ],
)
def test_made_up_names_can_be_written_in_the_encoding_of_the_file(names: list[str], encoding: str) -> None:
    table = pd.DataFrame({"name": names})
    marks = mark(table, find_personal_data(table))
    for key in range(20):
        made = replace_marked(table, marks, fakes_for(table, marks, bytes([key]), [encoding]))["name"]
        assert not set(made) & set(names)
        for name in made:
            name.encode(encoding)


def test_by_the_year_a_table_is_the_same_before_and_after_its_dates_moved() -> None:
    days = pd.Series(pd.to_datetime(["1984-03-12 08:30", "1991-12-31 00:00", None, "2000-02-29 00:00"]))
    table = pd.DataFrame(
        {
            "born": days, "birth_date": ["12.03.1984", "1.2.1991", None, "29.02.2000"],
            "date of birth": [19840312, 19911231, 19770101, 20000229], "opened": days,
        }
    )  # fmt: skip
    marks = mark(table, find_personal_data(table))
    names = moved_dates(marks)
    assert names == ("born", "birth_date", "date of birth")
    moved = replace_marked(table, marks, fakes_for(table, marks, KEY))
    assert not moved[list(names)].equals(table[list(names)])
    pd.testing.assert_frame_equal(by_years(moved, names), by_years(table, names))
    assert by_years(table, names)["born"].dt.year.equals(days.dt.year)
    assert by_years(table, names)["opened"].equals(days)
    assert by_years(table, ()) is table


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("鈴木@example.jp", r"user\d{6}@example\.co\.jp"),
        ("mia at firm dot org", r"[a-z]+ at example dot com"),
        ("instagram.com/mia.schmidt", r"example\.com/users/user\d{6}"),
        ("ﾀｶﾊｼ ﾂﾊﾞｻ", r"[ァ-ヴー]+ [ァ-ヴー]+"),
    ],
)
def test_unusual_forms_are_replaced_whole(text: str, form: str) -> None:
    (made,) = replaced(pd.DataFrame({"x": [text]}))["x"]
    assert re.fullmatch(form, made)


@given(st.text(min_size=1, max_size=20), st.sampled_from([kind for kind in KINDS if kind != "name"]))
def test_a_value_without_the_form_of_its_kind_is_replaced_without_failing(text: str, kind: Kind) -> None:
    assert isinstance(Fakes(b"key").of(kind, text), str)


@pytest.mark.parametrize(
    "values",
    [
        "emma at example.com,liam_at_example.org,priya [at] mail [dot] net",
        "emma @ example.com,liam@example,org;priya@localhost",
        "müller@exämple.de,jürgen@straße.de,zoë@bücher.ch",
    ],
)
def test_mail_addresses_in_any_spelling_are_replaced(values: str) -> None:
    frame = pd.DataFrame({"x": values.split(",")})
    # With other keys, a made-up name can be William, in which Liam stands.
    safe = replace_personal_data(frame, find_personal_data(frame), b"k" * 16)["x"]
    assert not any(part in " ".join(safe) for part in ("emma", "liam", "priya", "müller", "jürgen", "zoë"))
