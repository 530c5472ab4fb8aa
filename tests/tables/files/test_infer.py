"""What a column of text is taken for."""

import pandas as pd
import pytest

from synth_handson.tables.files.convert import UnreadableValue, parse, spell
from synth_handson.tables.files.infer import infer_form
from synth_handson.tables.files.objects import plain_values

CASES = [
    (["1", "-2", "0"], "whole", {}),
    (["1", "NA", "3"], "whole", {"missing": "NA"}),
    (["1", "-", "n/a", "n/a"], "whole", {"missing": "n/a"}),
    (["01067", "10115"], "text", {}),
    (["+49", "81"], "text", {}),
    (["1.50", "2.25"], "number", {"decimals": 2}),
    (["1.5", "2"], "number", {"decimals": None}),
    (["1e3", ".5"], "number", {"decimals": None}),
    (["1,50", "2,25"], "number", {"decimal": ",", "decimals": 2}),
    (["1,234", "2,345"], "whole", {"grouping": ","}),
    (["1,234.50", "12.25"], "number", {"grouping": ",", "decimals": 2}),
    (["1.234,5", "0,5"], "number", {"grouping": ".", "decimal": ",", "decimals": 1}),
    (["true", "false"], "boolean", {"words": ("false", "true")}),
    (["TRUE", "TRUE"], "boolean", {"words": ("FALSE", "TRUE")}),
    (["Yes", "No"], "boolean", {"words": ("No", "Yes")}),
    (["yes", "Yes", "no"], "text", {}),
    (["yes", "yes"], "text", {}),
    (["はい", "いいえ"], "boolean", {"words": ("いいえ", "はい")}),
    (["f", "m"], "text", {}),
    (["0", "1"], "whole", {}),
    (["2024-01-31", "2024-02-01"], "date", {"date_format": "%Y-%m-%d"}),
    (["31.01.2024", "01.02.2024"], "date", {"date_format": "%d.%m.%Y"}),
    (["2024年1月31日", "2024年12月1日"], "date", {"date_format": "%Y年%-m月%-d日"}),
    (["令和元年5月1日"], "date", {"date_format": "%EY%-m月%-d日"}),
    (["2016/5/25", "2016/12/1"], "date", {"date_format": "%Y/%-m/%-d"}),
    (
        [f"{day:%Y%m%d}" for day in pd.date_range("2020", periods=20, freq="9D")],
        "date",
        {"date_format": "%Y%m%d"},
    ),
    (["20200101", "20200102"], "whole", {}),
    (["21:11", "09:05"], "time", {"date_format": "%H:%M"}),
    (["9:05 PM", "12:30 AM"], "time", {"date_format": "%-I:%M %p"}),
    (["25:30", "9:05"], "text", {}),
    (["1 020", "950,5"], "number", {"grouping": " ", "decimal": ","}),
    (["1'020.50", "950.25"], "number", {"grouping": "'", "decimals": 2}),
    (["1\u202f020", "950"], "whole", {"grouping": "\u202f"}),
    (["2024年01月31日", "2024年12月01日"], "date", {"date_format": "%Y年%m月%d日"}),
    (["01/02/2024", "03/04/2024"], "text", {}),
    (["2024-01-31T10:00:00Z"], "date", {"zone": "Z"}),
    (["2024-01-31T10:00:00.125Z"], "date", {"zone": "Z", "date_format": "%Y-%m-%dT%H:%M:%S.%f{3}"}),
    (["2024-01-31 10:00:00.125"], "date", {"date_format": "%Y-%m-%d %H:%M:%S.%f{3}"}),
    (["10:00:00.125", "21:11:12.500"], "time", {"date_format": "%H:%M:%S.%f{3}"}),
    (["05/01/2566", "29/02/2567"], "date", {"date_format": "%d/%m/%Y{BE}"}),
    (["12. 3. 1982", "5. 12. 2001"], "date", {"date_format": "%-d. %-m. %Y"}),
    (["1982. 3. 12.", "2001. 12. 5."], "date", {"date_format": "%Y. %-m. %-d."}),
    (["12th March 1982", "1st May 2001"], "date", {"date_format": "%-d{th} %B %Y"}),
    (["1982年3月12日（金）"], "date", {"date_format": "%Y年%-m月%-d日（%a{ja}）"}),
    (["1982年3月12日（土）"], "text", {}),
    (["Fri, 12 Mar 1982 22:53:47"], "date", {"date_format": "%a{en}, %d %b %Y %H:%M:%S"}),
    (["12/13/1982 10:53 p.m."], "date", {"date_format": "%m/%d/%Y %I:%M %p{en}"}),
    (["22h53", "09h05"], "time", {"date_format": "%Hh%M"}),
    (["2024-01-31 10:00:00+0900"], "date", {"zone": "+0900"}),
    (["2024-01-31T10:00+01:00", "2024-07-31T10:00+02:00"], "date", {"zone": "Z"}),
    (["１２", "３４"], "whole", {"digits": "wide"}),
    (["1２", "３４"], "text", {}),
    (
        ["２０２４年３月５日", "２０２３年１２月１日"],
        "date",
        {"date_format": "%Y年%-m月%-d日", "digits": "wide"},
    ),
    (["٥", "١٢"], "whole", {"digits": "arabic"}),
    (["۱٬۲۰۰٫۵", "۳٫۲"], "number", {"digits": "persian", "grouping": ","}),
    (["５", "١٢"], "text", {}),
    (["5 kg", "12 kg"], "whole", {"suffix": " kg"}),
    (["5％", "12％"], "whole", {"suffix": "％"}),
    (["￥１，２００", "￥３００"], "whole", {"prefix": "￥", "digits": "wide", "grouping": ","}),
    (["1，200", "300"], "whole", {"grouping": "，"}),
    (["▲1,200", "300"], "whole", {"minus": "▲", "grouping": ","}),
    (["−5", "3"], "whole", {"minus": "−"}),
    (["▲5", "△3"], "text", {}),
    (["▲5%", "3%"], "whole", {"minus": "▲", "suffix": "%"}),
    (["+5", "-3", "+0"], "whole", {"plus": "+"}),
    (["+5", "-3", "0"], "whole", {"plus": ""}),
    (["＋５", "－３"], "whole", {"plus": "+", "digits": "wide"}),
    (["＋5", "－3"], "whole", {"plus": "＋", "minus": "－"}),
    (["+1,200.5", "-3.5"], "number", {"plus": "+", "grouping": ","}),
    (["+5 %", "-3 %"], "whole", {"plus": "+", "suffix": " %"}),
    (["+5", "＋3"], "text", {}),
    (["+-5", "+3"], "text", {}),
    (["+05", "+06"], "text", {}),
    (["+491511234567", "+4930123456"], "text", {}),
    (["+33 612 345 678", "+33 612 345 679"], "text", {}),
    (["+33.612345678", "+33.612345679"], "text", {}),
    (["+1234567", "-200000"], "whole", {"plus": "+"}),
    (["12 mars 2023", "3 mai 2022"], "date", {"date_format": "%-d %B{fr_FR.lower} %Y"}),
    (["31/12/99", "15/01/05"], "date", {"date_format": "%d/%m/%y"}),
    (["31/12/45", "15/01/05"], "text", {}),
    (["5 kg", "12 g"], "text", {}),
    (["01 kg", "12 kg"], "text", {}),
    (["A1", "A2"], "text", {}),
    (["10-19", "20-29"], "text", {}),
    (["nan", "null"], "text", {}),
    ([None, None], "text", {}),
    (["-", "x"], "text", {"missing": ""}),
    (["inf", "1"], "text", {}),
]


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        (["950", "1.020", "2.300"], "whole", [950, 1020, 2300]),
        (["1.020", "2.300"], "text", ["1.020", "2.300"]),  # either is likely
        (["1.025", "2.5"], "number", [1.025, 2.5]),
        (["0.125", "1.020"], "number", [0.125, 1.02]),
    ],
)
def test_a_dot_is_between_thousands_only_beside_shorter_numbers(
    values: list[str], kind: str, read: list[object]
) -> None:
    column = pd.Series(values, dtype="str")
    form = infer_form("a", column, comma=True)
    assert form.type == kind
    assert parse(column, form).tolist() == read
    assert spell(parse(column, form), form).tolist() == values


@pytest.mark.parametrize(("values", "kind", "about"), CASES)
@pytest.mark.parametrize("gap", [[], [None]])
def test_what_a_column_holds(values: list[str], kind: str, about: dict[str, object], gap: list[None]) -> None:
    form = infer_form("a", pd.Series(values + gap, dtype="str"))
    assert form.type == kind
    if gap:
        about = about | {"missing": ""}
    assert {name: getattr(form, name) for name in about} == about
    assert form.why("en") != form.why("ja")


def test_where_semicolons_delimit_a_comma_is_a_decimal_one() -> None:
    values = pd.Series(["1,234", "2,345"], dtype="str")
    assert infer_form("a", values).grouping == ","
    assert infer_form("a", values, comma=True).decimals == 3


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (["5 kg", "12 kg"], [5, 12]),
        (["1,200円", "800円"], [1200, 800]),
        (["￥1,200", "￥800"], [1200, 800]),
        (["$1,200.50", "$3.00"], [1200.5, 3.0]),
        (["12,50 €", "3,99 €"], [12.5, 3.99]),
        (["USD 12.50", "USD 3.00"], [12.5, 3.0]),
        (["12%", "5%"], [12, 5]),
        (["-5 °C", "12 °C"], [-5, 12]),
        (["12 mg/dL", "30 mg/dL"], [12, 30]),
        (["25歳", "40歳"], [25, 40]),
        (["１２．５", "３．０"], [12.5, 3.0]),
        (["￥１，２００", "￥８００"], [1200, 800]),
        (["５ kg", "１２ kg"], [5, 12]),
    ],
)
def test_a_unit_and_wide_digits_are_written_again(values: list[str], numbers: list[float]) -> None:
    column = pd.Series([*values, None], dtype="str")
    form = infer_form("a", column)
    assert parse(column, form).dropna().tolist() == numbers
    assert spell(parse(column, form), form).dropna().tolist() == values
    assert plain_values(parse(column, form), form) == [*values, None]
    with pytest.raises(UnreadableValue):
        parse(pd.Series([values[0], "7 lb"]), form)


@pytest.mark.parametrize(
    "values",
    [
        ["SSN 244272509", "SSN 123456789"],
        ["TEL 376546792", "TEL 312345678"],
        ["3415225537531911 VISA", "4111111111111111 VISA"],
        ["2125550123 home", "2125550199 home"],
    ],
)
def test_a_code_with_a_word_beside_it_is_no_amount(values: list[str]) -> None:
    assert infer_form("a", pd.Series(values, dtype="str")).type == "text"


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (["二〇二三年五月一日", "一九九九年十二月二十五日"], "%Y年%-m月%-d日"),
        (["令和元年十月十日", "平成三十一年四月三十日"], "%EY%-m月%-d日"),
    ],
)
def test_dates_in_kanji_are_read_and_written_back(written: list[str], form: str) -> None:
    column = pd.Series(written, dtype="str")
    found = infer_form("x", column)
    assert (found.type, found.date_format, found.digits) == ("date", form, "kanji")
    assert spell(parse(column, found), found).tolist() == written


@pytest.mark.parametrize("written", ["二〇二三年〇五月一日", "一年一組", "三月", "二〇二三年十三月一日"])
def test_what_is_no_date_in_kanji_or_would_not_come_back_stays_text(written: str) -> None:
    assert infer_form("x", pd.Series([written], dtype="str")).type == "text"
