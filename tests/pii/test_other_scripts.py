"""Names in Korean, Chinese, and alphabets other than Latin."""

import pandas as pd
import pytest

from synth_handson import find_personal_data, replace_personal_data
from synth_handson.pii.other_scripts import script_of
from synth_handson.pii.scan import scan

KOREAN = ["김서현", "박민수", "이도현", "최예린", "정수민", "강지호", "윤은영", "장태호"]
CHINESE = ["王志强", "李秀兰", "张建平", "刘桂英", "陈丽娟", "杨海燕", "黄玉兰", "周建华"]
RUSSIAN = ["Сергей Смирнов", "Анна Волкова", "Павел Морозов", "Ольга Лебедева"]


@pytest.mark.parametrize(
    ("column", "names"),
    [
        ("x", KOREAN),
        ("이름", KOREAN),
        ("name", [f"{name[0]} {name[1:]}" for name in KOREAN]),
        ("x", CHINESE),
        ("联系人", CHINESE),
        ("x", ["刘德昌", "孙俪颖", "吴彦庭", "陈凯舟", "马伊玥"]),
        ("负责人", ["刘德昌", "孙俪颖", "吴彦庭"]),
        ("x", RUSSIAN),
        ("ФИО", ["Волкова Анна Петровна", "Смирнов Сергей Ильич"]),
        ("x", ["Ελένη Παπαδοπούλου", "Κώστας Νικολάου", "Γιάννης Δημητρίου"]),
        ("x", ["יוסף כהן", "רחל לוי", "דוד פרץ"]),
        ("الاسم", ["أحمد محمود", "مريم يوسف"]),
        ("नाम", ["अमित शर्मा", "राजेश वर्मा"]),
    ],
)
def test_a_column_of_names_is_found_and_replaced_in_its_script(column: str, names: list[str]) -> None:
    frame = pd.DataFrame({column: names * 10, "n": range(len(names) * 10)})
    (found,) = find_personal_data(frame)
    # Under a header that says nothing, only a person can say that few values are people.
    assert (found.kind, found.whole, found.asked, found.cells) == ("name", True, column == "x", len(frame))
    safe = replace_personal_data(frame, [found])[column]
    assert not set(safe) & set(names)
    assert {script_of(name) for name in safe} == {script_of(name) for name in names}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("김서현님께서 문의하셨습니다", "김서현"),
        ("박민수 과장에게 전달", "박민수"),
        ("담당자: 이도현", "이도현"),
        ("최예린은 내일 방문", "최예린"),
        ("客户李秀兰女士来电", "李秀兰"),
        ("联系人：张建平，下午", "张建平"),
        ("Вчера звонил Сергей Смирнов по договору.", "Сергей Смирнов"),
        ("Анна Петровна просит перезвонить до пятницы.", "Анна Петровна"),
    ],
)
def test_names_in_sentences_are_found(text: str, name: str) -> None:
    assert name in [text[span.start : span.end] for span in scan(text) if span.kind == "name"]


@pytest.mark.parametrize(
    "values",
    [
        ["서울", "부산", "대구", "인천", "광주"],
        ["남자", "여자", "미혼", "기혼", "이혼"],
        ["배송이 늦었습니다", "고객님께 환불", "사장님 부재", "이상 없음"],
        ["北京", "上海", "广州", "深圳"],
        ["已婚", "未婚", "离异", "高度满意", "马上退款", "高中生", "管理员"],
        ["安全", "方法", "成功", "時間", "文化", "水道", "元気"],
        ["担任の先生", "高校の先生"],
        ["Москва", "Казань", "Новосибирск"],
        ["оплачено", "не оплачено", "возврат товара"],
    ],
)
def test_other_words_are_nobody(values: list[str]) -> None:
    assert find_personal_data(pd.DataFrame({"x": values * 10})) == ()


def test_a_korean_name_of_a_column_is_found_in_texts_and_outputs() -> None:
    frame = pd.DataFrame({"성명": ["류혜교", "송준열"] * 5, "메모": ["어제 류혜교랑 통화", "없음"] * 5})
    safe = replace_personal_data(frame, find_personal_data(frame))
    assert not safe["메모"].str.contains("류혜교").any()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Dose 5 μg/mL, Иванов Иван Иванович asked", ["Иванов Иван Иванович"]),
        ("β-blocker for 김민수", ["김민수"]),
        ("πは各々、Ольга Лебедева様より", ["Ольга Лебедева"]),
        ("25℃、50Ω、佐々木健一さんと Сергей Смирнов", ["佐々木健一", "Сергей Смирнов"]),
        ("Κώστας Νικολάου и Павел Морозов", ["Κώστας Νικολάου", "Павел Морозов"]),
        ("δ=3; يوسف إبراهيم called", ["يوسف إبراهيم"]),
        ("VIP 刘海洋", ["刘海洋"]),
        ("〆切は佐々木 希まで", ["佐々木 希"]),
    ],
)
def test_a_sign_of_one_script_hides_no_name_in_another(text: str, names: list[str]) -> None:
    assert [text[span.start : span.end] for span in scan(text) if span.kind == "name"] == names


@pytest.mark.parametrize(
    "name",
    [
        "Смирнов С.И.", "С. И. Смирнов", "А.Н. Кузнецов", "Папкин-Дудкин А. Б.", "Παπαδόπουλος Γ.",
        "John F. Kennedy", "J. R. Smith", "J.R. Smith", "Smith, J.R.", "Qorvex, J. R.",
        "Nguyen Van Binh",
    ],
)  # fmt: skip
@pytest.mark.parametrize("text", ["{}", "1. {}: 3 / 4"])
def test_initials_belong_to_a_name(name: str, text: str) -> None:
    if name.startswith("Nguyen"):
        text = "{}"
    whole = text.format(name)
    (found,) = (span for span in scan(whole) if span.kind == "name")
    assert name.rstrip(".") == whole[found.start : found.end].rstrip(".")


@pytest.mark.parametrize(
    "text",
    ["г. Москва, ул. Ленина, д. 5", "и т. д. и т. п.", "ТОО и А.Б.В. формы", "кг, шт., л", "0.5 μg/mL of π"],
)
def test_abbreviations_and_units_are_no_initials(text: str) -> None:
    assert scan(text) == []


def test_initials_are_replaced_in_their_script() -> None:
    frame = pd.DataFrame({"x": ["Смирнов С.И.", "Волкова А. П."] * 10})
    # With another key a name may have Ukrainian letters, or an apostrophe.
    safe = replace_personal_data(frame, find_personal_data(frame), key=b"0123456789abcdef")["x"]
    assert not set(safe) & set(frame["x"])
    assert safe.str.fullmatch(r"[А-Яа-я-]+ [А-Я]\. ?[А-Я]\.").all()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Звонил г-н Бондаренчук.", "Бондаренчук"),
        ("Письмо для Ольги Смирновой", "Ольги Смирновой"),
        ("Στο Νίκο Παπαδόπουλο", "Νίκο Παπαδόπουλο"),
        ("ΝΙΚΟΛΑΟΥ ΜΑΡΙΑ", "ΝΙΚΟΛΑΟΥ ΜΑΡΙΑ"),
        ("الدكتورة سارة الشهري في العيادة", "سارة الشهري"),
        ("श्रीमती सुनीता देवी आई थीं", "सुनीता देवी"),
        ("แจ้งนายประเสริฐ วงศ์สวัสดิ์ แล้ว", "ประเสริฐ วงศ์สวัสดิ์"),
        ("患者张伟昨日出院", "张伟"),
        ("令狐冲", "令狐冲"),
        ("황보혜정님 예약", "황보혜정"),
    ],
)
def test_titles_cases_and_compound_names_are_understood(text: str, name: str) -> None:
    start = text.index(name)
    assert any(span.start <= start and span.end >= start + len(name) for span in scan(text))


def test_a_column_in_a_script_without_lists_is_asked_about() -> None:
    (found,) = find_personal_data(pd.DataFrame({"x": ["အောင်ဆန်း", "မောင်မောင်", "သီရိ"] * 4}))
    assert (found.kind, found.asked, found.cells) == ("possible_name", True, 12)
