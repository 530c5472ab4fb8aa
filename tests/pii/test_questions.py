"""Words that are names of people and other things as well: who is asked, and what is done until then."""

import pandas as pd
import pytest

from synth_handson import ArgumentError, find_personal_data, replace_personal_data
from synth_handson.pii.detect import Finding, answers_of


def told(values: list[str], name: str, times: int = 1, **answers: str) -> tuple[Finding, ...]:
    return find_personal_data(pd.DataFrame({name: values * times}), answers=answers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("曜日", "月 火 水 木 金 土 日"),
        ("県", "千葉 宮崎 石川 山口 福島"),
        ("評価", "優 秀 良 可"),
        ("最寄り駅", "中野 目黒 大森 赤羽"),
        ("メーカー", "本田 豊田 鈴木"),
        ("区分", "松 竹 梅"),
        ("city", "Orlando Santiago Lourdes Marion Austin"),
        ("brand", "Mercedes Bianca Nina Alma"),
    ],
)
def test_words_in_columns_of_other_things_stay_and_are_asked_about(name: str, values: str) -> None:
    frame = pd.DataFrame({name: values.split() * 20, "n": range(20 * len(values.split()))})
    findings = find_personal_data(frame)
    assert all(found.kind == "possible_name" and found.asked for found in findings)
    assert replace_personal_data(frame, findings)[name].tolist() == frame[name].tolist()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("city", "San Jose,San Antonio,Santa Maria,San Diego,St Paul,SAN JOSE"),
        ("make", "Aston Martin,Austin Healey,Rolls Royce,Toyota"),
        ("x", "高橋組,田中班,鈴木屋,山田電機"),
    ],
)
def test_places_and_firms_of_several_words_are_nobody(name: str, values: str) -> None:
    assert told(values.split(","), name, times=20) == ()


def test_names_inside_the_words_of_a_category_are_asked_about() -> None:
    (found,) = told(["営業部 佐藤", "営業部 鈴木", "人事部 田中"], "部署", times=20)
    assert (found.kind, found.asked) == ("name", True)


def test_words_that_only_may_be_names_are_never_told_to_be_none() -> None:
    (found,) = told(["上野", "大森", "目黒", "高山"], "x", times=20)
    assert (found.kind, found.asked, found.cells, found.share) == ("possible_name", True, 40, 0.5)


def test_words_that_hardly_repeat_are_replaced_and_asked_about() -> None:
    values = ["上野", "大森", "目黒", "高山", "松山", "岡崎", "長崎", "宮崎", "川崎", "石川"]
    (found,) = told(values, "x")
    assert (found.kind, found.asked, found.cells) == ("name", True, 5)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("担当者", "上野 大森 目黒 高山"),
        ("営業担当", "佐藤 鈴木 本田 上野"),
        ("姓", "松山 高山 石川 山口"),
        ("担当者氏名", "上野 大森 中野"),
        ("x", "佐藤 渡辺 加藤 斎藤"),
        ("x", "翔太 健一 由美子 大輔"),
        ("x", "上野翔太 大森健一 中野美咲"),
        ("rep", "Smith Johnson Clarke"),
        ("nurse", "Priya Emma Liam"),
        ("owner", "emma_smith noah_clarke sato_taro garcia_maria"),
        ("x", "emma_smith noah_clarke james_brown yamada_hanako"),
    ],
)
def test_few_people_that_often_repeat_are_replaced_and_asked_about_if_no_header_says_so(
    name: str, values: str
) -> None:
    findings = told([value.replace("_", " ") for value in values.split()], name, times=30)
    assert [(found.kind, found.asked) for found in findings] == [("name", name == "x")]


def test_an_answer_decides() -> None:
    words = ["上野", "大森", "目黒", "高山"]
    assert told(words, "x", times=20, x="keep") == ()
    (found,) = told(words, "x", times=20, x="replace")
    assert (found.kind, found.whole, found.asked) == ("name", True, False)
    frame = pd.DataFrame({"x": words * 20})
    safe = replace_personal_data(frame, [found])
    assert not set(safe["x"]) & set(words)
    assert safe["x"].nunique() > 1


def test_kept_are_names_alone() -> None:
    (found,) = told(["Emma Clarke, 020 7946 0958", "Tom Baker"], "x", x="keep")
    assert found.kind == "phone"


def test_an_answer_that_cannot_be_given_is_refused() -> None:
    frame = pd.DataFrame({"x": ["a", "b"], "n": [1, 2]})
    with pytest.raises(ArgumentError, match="city"):
        find_personal_data(frame, answers={"city": "keep"})
    with pytest.raises(ArgumentError, match="n"):
        find_personal_data(frame, answers={"n": "replace"})
    with pytest.raises(ArgumentError, match="x"):
        answers_of(["x"], ["x"])
    assert answers_of(["a"], ["b"]) == {"a": "replace", "b": "keep"}


@pytest.mark.parametrize("values", ["Murphy Jensen Kowalski Okafor", "SATO SUZUKI TAKAHASHI TANAKA"])
def test_last_names_alone_are_asked_about(values: str) -> None:
    (often,) = told(values.split(), "x", times=20)
    assert (often.kind, often.asked, often.share) == ("possible_name", True, 1)
    (seldom,) = told(values.split(), "x")
    assert (seldom.kind, seldom.asked, seldom.cells) == ("name", True, 4)


@pytest.mark.parametrize(
    "values",
    [
        "Alabama Texas Ohio Idaho Nevada Maine Utah Oregon",
        "Toyota Nissan Volvo Skoda Porsche Tesla",
        "France Germany Spain Italy Peru Norway Kenya",
    ],
)
def test_places_and_brands_are_not_asked_about(values: str) -> None:
    assert told(values.split(), "x", times=20) == ()


UNKNOWN = "Qorvex Ulmir Wyndra Thaddox Zephra Orsk Ixia Brannoc"


@pytest.mark.parametrize(
    "name",
    [
        "Customer full name", "Name of patient", "nurse_name", "Mother's name", "Legal name",
        "氏　名", "氏名（漢字）", "患者氏名", "保護者名", "ご芳名", "セイ",
        "Vor- und Nachname", "nom du patient", "Adı Soyadı", "Nama Lengkap", "Ф.И.О. пациента", "اسم العميل",
    ],
)  # fmt: skip
def test_a_header_that_only_names_have_is_believed(name: str) -> None:
    (found,) = told(UNKNOWN.split(), name, times=20)
    assert (found.kind, found.whole, found.asked) == ("name", True, False)


@pytest.mark.parametrize(
    "name",
    [
        "name", "NAME", "Name 1", "name_en", "Display name", "Buyer", "created by", "Approved_By",
        "担当", "支店担当", "受取人", "届出人", "Naam", "Nama", "İsim", "Имя", "שם", "Mitarbeiter",
    ],
)  # fmt: skip
def test_a_header_that_names_may_have_is_a_question(name: str) -> None:
    (often,) = told(UNKNOWN.split(), name, times=20)
    assert (often.kind, often.asked, often.cells) == ("possible_name", True, 160)
    (seldom,) = told(UNKNOWN.split(), name)
    assert (seldom.kind, seldom.asked, seldom.whole) == ("name", True, True)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("file name", "Report Draft Scan"),
        ("product_name", "Kallax Hemnes Lack"),
        ("event name", "Workshop Webinar Concert"),
        ("name", "bolt nut washer"),
        ("customer", "new returning vip"),
        ("created_by", "cron batch api"),
        ("customer type", "Retail Wholesale Online"),
        ("利用者区分", "一般 学生 高齢者"),
        ("工夫", "改善 提案 試行"),
        ("Имя файла", "Отчёт Смета"),
    ],
)
def test_headers_of_other_things_are_not_asked_about(name: str, values: str) -> None:
    assert told(values.split(), name, times=20) == ()


def test_full_names_that_are_known_are_replaced_before_anybody_answers() -> None:
    unknown = ["Xqvor Blentz", "Ubgar Trelk", "Zhorv Kint", "Prabx Lomt", "Wexi Brond", "Grulf Pank"]
    found = {one.kind: one for one in told(["Taro Tanaka", *unknown], "manager", times=20)}
    assert (found["name"].cells, found["possible_name"].cells) == (20, 120)


def test_one_sign_is_asked_about_under_a_header_of_people() -> None:
    (found,) = told(["有", "無"], "会員", times=20)
    assert found.kind == "possible_name"


@pytest.mark.parametrize(
    "values", ["April May June August", "金 土 日", "ocak nisan mayıs", "Lundi Mardi Mercredi", "優 秀 良 可"]
)
def test_a_column_of_months_days_or_grades_holds_nobody(values: str) -> None:
    assert told(values.split(), "x", times=20) == ()


def test_of_few_values_full_names_are_asked_about_too_unless_they_are_most() -> None:
    (found,) = told(["Jack Russell", "Beagle", "Poodle", "Whippet"], "x", times=20)
    assert (found.kind, found.asked, found.cells) == ("possible_name", True, 20)
    (found,) = told(["James Smith", "Emily Clarke", "Desk 4"], "x", times=20)
    assert (found.kind, found.asked, found.cells) == ("name", True, 60)


@pytest.mark.parametrize(
    "others", [["12", "15", "8", "21"], ["2024-01-05", "2024-01-06", "2024-02-01"], ["10:30", "11:00", "-"]]
)
def test_a_name_beside_numbers_and_dates_is_no_word_of_several(others: list[str]) -> None:
    (found,) = told([*others, "Emily Clarke"], "x", times=20)
    assert (found.kind, found.asked, found.cells) == ("name", True, 20)


def test_names_within_few_values_count_as_full_ones() -> None:
    values = [f'{{"n": "{name}"}}' for name in ("James Smith", "Emily Clarke", "加藤誠一")]
    (found,) = told(values, "x", times=20)
    assert (found.kind, found.asked, found.cells) == ("name", True, 60)


def test_a_number_in_a_column_of_names_is_nobodys() -> None:
    frame = pd.DataFrame({"x": ["Emily Clarke", "James Smith", "Laura Jones", "5"] * 10})
    assert replace_personal_data(frame, find_personal_data(frame))["x"].eq("5").sum() == 10


def test_names_in_letters_with_circles_are_no_numbers() -> None:
    frame = pd.DataFrame({"x": ["Ⓔⓜⓜⓐ Ⓒⓛⓐⓡⓚⓔ", "Ⓙⓐⓜⓔⓢ Ⓢⓜⓘⓣⓗ", "Ⓛⓐⓤⓡⓐ Ⓙⓞⓝⓔⓢ"]})
    assert [(found.kind, found.cells) for found in find_personal_data(frame)] == [("name", 3)]


def test_an_index_without_a_name_is_no_level() -> None:
    (found,) = told(["James Smith", "Emily Clarke"], "__index_level_0__", times=20)
    assert (found.kind, found.cells) == ("name", 40)


@pytest.mark.parametrize(
    "header",
    [
        "wine",
        "Gemstone",
        "storm name",
        "cultivar",
        "品種",
        "台風",
        "Stadt",
        "Straße",
        "ville",
        "ciudad",
        "città",
    ],
)
def test_headers_of_things_ask_before_anything_is_replaced(header: str) -> None:
    values = ["Robert Mondavi", "Louis Jadot", "Laura Secord"]
    assert {found.kind for found in told(values, header, times=20)} <= {"possible_name"}


def test_unknown_names_beside_known_ones_are_replaced_with_them() -> None:
    names = ["Mehmet Yılmaz", "Ayşe Çelik", "Zerdali Kuşkonmaz", "Pınarcan Tozluyurt"]
    (found,) = told(names, "x", times=2)
    assert (found.kind, found.asked, found.cells) == ("name", True, 8)


@pytest.mark.parametrize(
    ("values", "share"),
    [
        ("Aibek Nurlanov,Gulnara Akhmetova,Rustam Karimov,Dilnoza Yusupova", 1),
        ("Nino Beridze,Giorgi Kapanadze,Tamar Lomidze,Levan Gelashvili", 1),
    ],
)
def test_full_names_of_countries_without_lists_are_asked_about_where_they_often_repeat(
    values: str, share: float
) -> None:
    findings = told(values.split(","), "x", times=20)
    assert sum(found.share for found in findings) == share


def test_what_looks_like_a_name_among_names_is_asked_about() -> None:
    findings = told(
        ["リー・ウェイ", "グエン・ティ・ラン", "マリア・サントス", "アフメド・カーン"], "x", times=20
    )
    assert sum(found.share for found in findings) == 1
