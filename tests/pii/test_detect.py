"""Personal data in the columns of a table."""

import pandas as pd
import pytest

from synth_handson import load_bank_marketing
from synth_handson.pii.columns import hint
from synth_handson.pii.detect import find_personal_data, mask

CARDS = [4539578763621486, 4111111111111111, 5555555555554444, 378282246310005]
PEOPLE = pd.DataFrame(
    {
        "id": [1, 2, 3, 4],
        "name": ["Anna Kowalski", "Tom Baker", "Priya Natarajan", None],
        "氏名": ["山田太郎", "佐藤 花子", "ヤマダ タロウ", "齋藤"],
        "birth_year": [1980, 1990, 1970, 1999],
        "Phone": ["090-1234-5678", "03-1234-5678", "+44 7700 900123", "n/a"],
        "card": CARDS,
        "born": pd.to_datetime(["1980-02-01", "1990-12-13", "1970-01-01", "1999-09-09"]),
        "opened": pd.to_datetime(["2020-02-01", "2020-12-13", "2020-01-01", "2019-09-09"]),
        "note": [
            "Anna called from 020 7946 0958",
            "山田さんへ電話",
            "IBAN GB29 NWBK 6016 1331 9268 19",
            "May",
        ],
        "age": [34, 28, 45, 60],
        "ok": [True, False, True, True],
    }
)


def test_what_stands_where_is_told() -> None:
    findings = find_personal_data(PEOPLE)
    assert {(f.column, f.kind, f.whole, f.cells) for f in findings} == {
        ("name", "name", True, 3),
        ("氏名", "name", True, 4),
        ("Phone", "phone", True, 3),
        ("card", "card", True, 4),
        ("born", "birth_date", True, 4),
        ("note", "iban", False, 1),
        ("note", "phone", False, 1),
        ("note", "name", False, 2),
    }
    (note,) = (f for f in findings if (f.column, f.kind) == ("note", "name"))
    assert (note.share, note.sure) == (0.5, 0.5)


def test_no_original_is_shown() -> None:
    assert mask("Anna Kowalski") == "A••• ••••••••"
    assert mask("090-1234") == "0••-••••"
    assert mask("") == ""
    shown = " ".join(example for f in find_personal_data(PEOPLE) for example in f.examples)
    assert not any(word in shown for word in ("Anna", "山田", "1234", "0958"))


def test_the_bank_table_holds_none() -> None:
    assert find_personal_data(load_bank_marketing().frame) == ()


def test_numbers_are_cards_only_where_nearly_all_pass() -> None:
    cards = pd.DataFrame({"x": CARDS * 3})
    assert [f.kind for f in find_personal_data(cards)] == ["card"]
    assert find_personal_data(pd.DataFrame({"x": range(10**15, 10**15 + 40)})) == ()


@pytest.mark.parametrize("column", ["month", "county", "model"])
def test_places_months_and_brands_are_no_people(column: str) -> None:
    table = pd.DataFrame(
        {
            "month": ["Jan", "Feb", "Mar", "Apr", "May", "Jun-1-2004", "Aug"],
            "county": ["Kent", "Essex", "Marion", "Surrey", "Devon", "Leeds", "York"],
            "model": ["Corrado", "Golf", "Passat", "Civic", "Accord", "Clio", "Polo"],
        }
    )
    assert find_personal_data(table[[column]]) == ()


def test_a_column_called_name_may_be_that_of_products() -> None:
    products = pd.DataFrame({"name": ["blue widget", "red widget", "bolt", "nut"]})
    assert find_personal_data(products) == ()


def test_versions_are_no_addresses_of_machines() -> None:
    versions = ["10.2.0.1", "10.2.1.0", "11.0.0.4"]
    assert find_personal_data(pd.DataFrame({"firmware_version": versions})) == ()
    assert [found.kind for found in find_personal_data(pd.DataFrame({"x": versions}))] == ["ip"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("E-Mail", "email"),
        ("mobile_phone", "phone"),
        ("dateOfBirth", "birth_date"),
        ("生年月日", "birth_date"),
        ("year_of_birth", None),
        ("LastName", "name"),
        ("first_name", "name"),
        ("お名前", "name"),
        ("住所", "address"),
        ("home address", "address"),
        ("IP Address", "ip"),
        ("account_number", "bank_account"),
        ("マイナンバー", "my_number"),
        ("userName", "user_name"),
        ("Nachname", "name"),
        ("Ansprechpartner", "name"),
        ("prénom", "name"),
        ("성명", "name"),
        ("客户", "name"),
        ("Geburtsdatum", "birth_date"),
        ("fecha de nacimiento", "birth_date"),
        ("생년월일", "birth_date"),
        ("出生日期", "birth_date"),
        ("Telefonnummer", "phone"),
        ("전화번호", "phone"),
        ("Anschrift", "address"),
        ("주소", "address"),
        ("LINE ID", "user_name"),
        ("Kontoname", None),
        ("Имя файла", None),
        ("出生地", None),
        ("product_name", None),
        ("filename", None),
        ("age", None),
        ("duration", None),
    ],
)
def test_a_columns_name_is_a_hint(name: str, kind: str | None) -> None:
    assert hint(name) == kind


def test_progress_is_told_in_texts() -> None:
    told: list[int] = []
    find_personal_data(PEOPLE, told.append)
    assert told == sorted(told)
    assert len(told) == PEOPLE.shape[1]
