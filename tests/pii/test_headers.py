"""Names of columns, sheets and units leave as they are, and must name nobody."""

import pytest

from synth_handson.errors import ArgumentError
from synth_handson.pii.headers import check_headers, headers_in_doubt, names_somebody
from synth_handson.tables.files.form import ColumnForm, TableForm


def form(*names: str, sheet: str | None = None) -> TableForm:
    """Return the form of a table with some columns."""
    return TableForm("xlsx", tuple(ColumnForm(name, "whole") for name in names), sheet=sheet)


@pytest.mark.parametrize("name", ["Mia Schmidt", "加藤誠一", "mia@example.org", "080-1111-2222", "박민수"])
def test_a_column_that_is_called_like_a_person_is_refused(name: str) -> None:
    with pytest.raises(ArgumentError, match="first row is data"):
        check_headers(form("age", name))


@pytest.mark.parametrize(
    "name",
    [
        "Mia Schmidt Q1", "hours of Mia Schmidt", "Mia Schmidt / Liam Novak", "MiaSchmidt", "schmidt_mia",
        "Dr. Schmidt", "加藤誠一_売上", "担当：加藤誠一", "加藤様", "加藤 誠一 様",
        "opened mia@example.org", "Ｍｉａ Ｓｃｈｍｉｄｔ", "Ольга Смирнова (час)",
    ],
)  # fmt: skip
def test_a_person_within_a_header_is_somebody(name: str) -> None:
    assert names_somebody(name)


@pytest.mark.parametrize(
    "name",
    [
        "Grant Amount", "May Sales", "Rose Garden", "Kelly Criterion", "氏名", "佐藤", "2024-01-31",
        "St John", "Urban Male", "pop_urban_2018", "F.Undergrad", "comfort1", "delta_long",
        "Glasgow Coma Scale", "Max Power", "Will Call", "山本病院", "長谷川式", "有馬記念", "千葉県人口",
        "田中貴金属", "豊田市", "金", "Sales 2023-2024 (12345678)",
    ],
)  # fmt: skip
def test_usual_headers_are_nobody(name: str) -> None:
    assert not names_somebody(name)
    check_headers(form(name))


@pytest.mark.parametrize(
    "names",
    [
        ("Emma", "Oliver", "Hannah"),
        ("加藤", "渡辺", "小林", "山本"),
        ("Emma C.", "Liam B.", "Noah S."),
        ("Schmidt", "Novak", "Walker"),
        ("SCHMIDT", "NOVAK", "WALKER"),
        ("Смирнов", "Кузнецов", "Попов"),
        ("KIM", "LEE", "AMY"),
        ("LEE", "Emma", "Liam"),
    ],
)
def test_several_columns_that_are_called_like_people_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ArgumentError, match="Headers are called like people"):
        check_headers(form("age", *names))
    check_headers(form("age", *names), names)
    check_headers(form("age", *names[:2]))


def test_what_is_kept_by_an_answer_is_not_refused_but_a_number_is() -> None:
    check_headers(form("Johns Hopkins"), ["Johns Hopkins"])
    with pytest.raises(ArgumentError):
        check_headers(form("080-1111-2222"), ["080-1111-2222"])


def test_a_sheet_that_is_called_like_a_person_is_refused() -> None:
    check_headers(form("age", sheet="Sales"))
    with pytest.raises(ArgumentError, match="The sheet 'Patients of"):
        check_headers(form("age", sheet="Patients of Dr. Schmidt"))


@pytest.mark.parametrize("unit", ["加藤誠一", "Schmidt"])
def test_a_name_beside_every_number_is_no_unit(unit: str) -> None:
    named = TableForm("csv", (ColumnForm("n", "whole", suffix=f" {unit}"),))
    with pytest.raises(ArgumentError, match=unit):
        check_headers(named)
    check_headers(named, ["n"])
    check_headers(TableForm("csv", (ColumnForm("n", "whole", prefix="¥", suffix=" Stück"),)))


@pytest.mark.parametrize(
    "names",
    [
        ("Schmidt", "Novak", "Walker"), ("Emma", "Oliver", "Hannah"), ("加藤", "渡辺", "伊藤"),
        ("Mia Q. Xylander",), ("Emma C.", "Liam B.", "Noah S."), ("加藤（営業）", "渡辺（総務）", "伊藤"),
        ("Emma",), ("Novak",), ("NOVAK",), ("加藤",), ("美咲",), ("Смирнов",), ("Emma_hours",),
        ("加藤の売上",),
    ],
)  # fmt: skip
def test_headers_that_are_or_have_a_name_are_in_doubt(names: tuple[str, ...]) -> None:
    assert headers_in_doubt(("age", *names)) == names
    assert headers_in_doubt(names, kept=names) == ()


@pytest.mark.parametrize(
    "names",
    [
        ("April", "May", "June"), ("Januar", "März", "April", "Juni"), ("千葉", "宮崎", "福島", "山口"),
        ("月", "火", "水"), ("Rose", "Lily"), ("松本", "山口"), ("age", "income", "region"),
        ("setosa", "versicolor", "virginica"), ("Date",), ("Berlin", "Hamburg"), ("Kelvin", "ALT"),
        ("Verde", "Rojo"),
    ],
)  # fmt: skip
def test_months_places_and_words_of_headers_are_not_in_doubt(names: tuple[str, ...]) -> None:
    assert headers_in_doubt(names) == ()
