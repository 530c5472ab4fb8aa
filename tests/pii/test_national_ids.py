"""Numbers of persons and cars that only a whole column tells from codes."""

import pandas as pd
import pytest
from stdnum.pl import pesel

from synth_handson import find_personal_data, replace_personal_data


def kinds(values: list[str], name: str = "x") -> list[str]:
    return [found.kind for found in find_personal_data(pd.DataFrame({name: values}))]


def test_check_digits_of_a_column_of_digits() -> None:
    bodies = ["8501011234", "9005140135", "4405140145", "7512310987"]
    values = [body + pesel.calc_check_digit(body) for body in bodies]
    assert kinds(values) == ["national_id"]
    assert kinds([value[:-1] + str((int(value[-1]) + 1) % 10) for value in values]) == []


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ("850101-1234,900514-2386,751231-9871", "national_id"),
        ("AB12 CDE,LK19 XYZ,BD51 SMR", "national_id"),
        ("B-AB 1234,M-XY 987,HH-CD 45", "national_id"),
        ("AB-123-CD,EF-456-GH,XY-777-ZA,BB-090-CC", "national_id"),
        ("AB 123 CD,EF 456 GH,XY 777 ZA", "national_id"),
        ("1234 BCD,5678 KLM,9012 XYZ", "national_id"),
        ("(11) 91234-5678,(21) 99876-5432,(31) 98765-4321", "phone"),
        ("2125550199,4155550132,3125550178,6175550145", "phone"),
        ("13812345678,13987654321,18623456789,15012345678", "phone"),
    ],
)
def test_most_of_a_column_in_one_form(values: str, kind: str) -> None:
    assert kinds(values.split(",")) == [kind]


@pytest.mark.parametrize(
    "values",
    [
        "010124-0001,020124-0002,150224-0003,280224-0004",
        "1000000001,1000000002,1000000003,1000000004",
        "2125550001,2125550002,2125550003,2125550004",
        "SKU-123-AB,SKU-456-CD,SKU-789-EF,SKU-321-GH",
        "123456-0001,123456-0002,234567-0003,345678-0012",
        "2024010112,2024010213,2024010314,2024020108",
    ],
)
def test_numbers_of_orders_are_nobody(values: str) -> None:
    assert kinds(values.split(",")) == []


@pytest.mark.parametrize("name", ["national_id", "NHS", "licence plate", "保険証番号", "ナンバー"])
def test_the_name_of_the_column_tells(name: str) -> None:
    assert kinds(["K1234567", "L7654321"], name) == ["national_id"]


def test_a_number_is_replaced_by_one_of_its_form() -> None:
    frame = pd.DataFrame({"x": ["AB 12 34 56 D", "CE 98 76 54 A"]})
    safe = replace_personal_data(frame, find_personal_data(frame))["x"]
    assert safe.str.fullmatch(r"[A-Z]{2} \d\d \d\d \d\d [A-Z]").all()
    assert not set(safe) & set(frame["x"])


def test_a_plate_in_a_text_is_told_by_the_word_beside_it() -> None:
    assert kinds(["Le véhicule immatriculé AB-123-CD est garé devant la porte."]) == ["national_id"]
    assert kinds(["La commande AB-123-CD est arrivée hier devant la porte."]) == []
