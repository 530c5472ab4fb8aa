"""Dates and times are found in text where they can be read in one way only, and nowhere else."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.tables.dates import (
    DATE_FORMATS,
    TIME_FORMATS,
    asked_format,
    date_format,
    digit_format,
    read_dates,
    read_times,
    time_format,
    write_dates,
)
from synth_handson.tables.months import month_names


@given(
    st.sampled_from([form for form in DATE_FORMATS if "%y" not in form]),
    st.lists(st.datetimes(dt.datetime(1873, 1, 1), dt.datetime(2070, 1, 1)), min_size=1),
)
def test_dates_in_a_format_are_read_and_written_back_letter_by_letter(
    form: str, dates: list[dt.datetime]
) -> None:
    # A day beyond the twelfth tells it from the month.
    days = pd.Series([moment.replace(day=13 + moment.day % 12) for moment in dates], dtype="datetime64[us]")
    texts = write_dates(days, form)
    found = str(date_format(texts))
    assert found == form or write_dates(read_dates(texts, found), form).tolist() == texts.tolist()
    assert write_dates(read_dates(texts, form), form).tolist() == texts.tolist()


@pytest.mark.parametrize(
    "texts",
    [
        ["01/02/2024", "03/04/2024"],  # days or months?
        ["2024-01-05", "2024-1-6"],
        ["1/2/2024", "3/4/2024"],
        ["平成31年5月1日"],  # the first day of another era
        ["March 9"],
        ["2024-01-05", "05.01.2024"],
        ["2024-02-30"],
        ["13/13/2024"],
        ["5.1.24"],
        ["10/11/12"],
        ["31.12.05"],  # or the fifth of December 2031
        ["31/12/45"],  # born in 1945, or due in 2045?
        ["20-45-12"],
        ["12 listopada 2023"],  # October in Croatia, November in Poland
        ["12 mars 2023", "3. Mai 2022"],
        ["31 avril 2023"],
        ["20240105"],
        ["2024-01-05", "n/a"],
        ["may", "jun"],
        [""],
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_no_date(texts: list[str]) -> None:
    assert date_format(texts) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12 mars 2023", "2023-03-12"),
        ("1 FÉVRIER 2023", "2023-02-01"),
        ("3 janv. 2023", "2023-01-03"),
        ("3. März 2023", "2023-03-03"),
        ("15 de mayo de 2023", "2023-05-15"),
        ("15 de Março de 2023", "2023-03-15"),
        ("12-ene-2023", "2023-01-12"),
        ("7 marca 2023", "2023-03-07"),
        ("7. března 2023", "2023-03-07"),
        ("7 марта 2023 г.", "2023-03-07"),
        ("2023. augusztus 5.", "2023-08-05"),
        ("2023 m. kovo 5 d.", "2023-03-05"),
        ("5 Ağustos 2023", "2023-08-05"),
        ("5 Μαρτίου 2023", "2023-03-05"),
        ("5 Agustus 2023", "2023-08-05"),
        ("2023년 5월 1일", "2023-05-01"),
        ("2023年5月1号", "2023-05-01"),
        ("31/12/99", "1999-12-31"),
        ("99-12-31", "1999-12-31"),
        ("3/15/2023 2:30 PM", "2023-03-15 14:30"),
        ("2023-03-15 02:30:15 PM", "2023-03-15 14:30:15"),
        ("1 Mai 2023 08:05", "2023-05-01 08:05"),
    ],
)
def test_days_of_other_languages_and_centuries_are_read_and_written_back(text: str, day: str) -> None:
    texts = pd.Series([text], dtype="str")
    form = str(date_format(texts))
    assert read_dates(texts, form).tolist() == [pd.Timestamp(day)]
    assert write_dates(read_dates(texts, form), form).tolist() == [text]


@given(
    st.sampled_from(sorted(month_names())),
    st.lists(st.datetimes(dt.datetime(1873, 1, 1), dt.datetime(2070, 1, 1)), min_size=1),
)
def test_months_of_every_language_are_read_and_written_back(name: str, dates: list[dt.datetime]) -> None:
    days = pd.Series(dates, dtype="datetime64[us]").dt.normalize()
    form = f"%d %B{{{name}}} %Y"
    texts = write_dates(days, form)
    assert read_dates(texts, form).tolist() == days.tolist()


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("12 mars 23", "%d %B{fr_FR.lower} %y", "2023-03-12"),
        ("12 mars 2023 03:05 PM", "%d %B{fr_FR.lower} %Y %I:%M %p", "2023-03-12 15:05"),
        ("12 mars", "%d %B{fr_FR.lower}", "2000-03-12"),
        ("mars 2023", "%B{fr_FR.lower} %Y", "2023-03-01"),
        ("31 avril 2023", "%d %B{fr_FR.lower} %Y", None),
        ("12  2023", "%d %B{no_language} %Y", None),
    ],
)
def test_months_by_name_in_any_format_that_is_said(text: str, form: str, day: str | None) -> None:
    read = read_dates(pd.Series([text], dtype="str"), form)
    pd.testing.assert_series_equal(read, pd.Series([pd.Timestamp(day)]), check_dtype=False)


def test_a_century_is_not_asked_for_where_the_format_is_said() -> None:
    assert asked_format(["31/12/45"], "%d/%m/%y") == "%d/%m/%y"


def test_missing_values_stay_missing() -> None:
    dates = read_dates(pd.Series(["05.01.2024", None], dtype=object), "%d.%m.%Y")
    assert dates.dt.day.tolist()[0] == 5
    assert dates.isna().tolist() == [False, True]


FOUND = {
    "2016/5/25": ("%Y/%-m/%-d", "2016-05-25"),
    "2016/5/25 9:05": ("%Y/%-m/%-d %-H:%M", "2016-05-25 09:05"),
    "5/25/2016": ("%-m/%-d/%Y", "2016-05-25"),
    "2023年5月1日": ("%Y年%-m月%-d日", "2023-05-01"),
    "令和元年5月1日": ("%EY%-m月%-d日", "2019-05-01"),
    "昭和64年1月7日": ("%EY%-m月%-d日", "1989-01-07"),
    "平成1年2月3日": ("%EC%-Ey年%-m月%-d日", "1989-02-03"),
    "平成05年02月13日": ("%EC%Ey年%m月%d日", "1993-02-13"),
    "R1.5.1": ("%Eg%-Ey.%-m.%-d", "2019-05-01"),
    "H30/4/30": ("%Eg%-Ey/%-m/%-d", "2018-04-30"),
    "31-OCT-2023": ("%d-%^b-%Y", "2023-10-31"),
    "31OCT2023": ("%d%^b%Y", "2023-10-31"),
    "31 October 2023": ("%d %B %Y", "2023-10-31"),
    "March 9, 2024": ("%B %-d, %Y", "2024-03-09"),
}


@pytest.mark.parametrize("text", FOUND)
def test_a_date_is_read_in_the_form_in_which_it_is_written_back(text: str) -> None:
    form, day = FOUND[text]
    texts = pd.Series([text], dtype="str")
    assert date_format(texts) == form
    assert read_dates(texts, form)[0] == pd.Timestamp(day)
    assert write_dates(read_dates(texts, form), form).tolist() == [text]


TIMES = {
    "21:11": ("%H:%M", dt.time(21, 11)),
    "9:05": ("%-H:%M", dt.time(9, 5)),
    "21:11:05": ("%H:%M:%S", dt.time(21, 11, 5)),
    "21:11:05.250000": ("%H:%M:%S.%f", dt.time(21, 11, 5, 250_000)),
    "9:05 PM": ("%-I:%M %p", dt.time(21, 5)),
    "12:30am": ("%I:%M%P", dt.time(0, 30)),
    "9時05分": ("%-H時%M分", dt.time(9, 5)),
}


@pytest.mark.parametrize("text", TIMES)
def test_a_time_is_read_in_the_form_in_which_it_is_written_back(text: str) -> None:
    form, time = TIMES[text]
    texts = pd.Series([text, None], dtype="str")
    assert time_format([text]) == form
    assert read_times(texts, form).tolist() == [time, None]
    written = write_dates(read_times(texts, form), form)
    assert written[0] == text
    assert written.isna().tolist() == [False, True]


@given(st.sampled_from(TIME_FORMATS), st.lists(st.times(), min_size=1))
def test_times_in_a_format_are_read_and_written_back_letter_by_letter(
    form: str, times: list[dt.time]
) -> None:
    texts = write_dates(pd.Series(times, dtype=object), form)
    found = str(time_format(texts))
    assert write_dates(read_times(texts, found), found).tolist() == texts.tolist()


@pytest.mark.parametrize(
    "texts", [["25:30"], ["120:00"], ["00:61"], ["9:05", "30:10"], ["13:05 PM"], ["noon"], ["9.05"]]
)
def test_what_may_be_longer_than_a_day_is_no_time_of_it(texts: list[str]) -> None:
    assert time_format(texts) is None


DAYS = [f"{day:%Y%m%d}" for day in pd.date_range("2015-01-01", periods=40, freq="9D")]


@pytest.mark.parametrize(
    ("name", "texts", "found"),
    [
        ("opened", DAYS, True),
        ("x", DAYS[:9], False),  # too few to be no codes
        ("取引日", DAYS[:1], True),
        ("order_date", DAYS[:1], True),
        ("customer_id", DAYS, False),
        ("顧客番号", DAYS, False),
        ("opened", [*DAYS, "20230230"], False),
        ("opened", [*DAYS, "17010101"], False),
        ("batch", [f"202301{i:02}" for i in range(1, 31)], False),  # 30 in a row
    ],
)
def test_whole_numbers_are_dates_only_if_nothing_speaks_against_it(
    name: str, texts: list[str], found: bool
) -> None:
    assert digit_format(name, texts) == ("%Y%m%d" if found else None)


def test_what_is_asked_for_is_read_as_it_is_written() -> None:
    assert asked_format(["4280525"], None) == "%En%Ey%m%d"
    assert read_dates(pd.Series(["4280525"]), "%En%Ey%m%d")[0] == pd.Timestamp("2016-05-25")
    assert date_format(["4280525"]) is None
    assert asked_format(["20230623"], None) == "%Y%m%d"
    assert asked_format(["1/2/2024"], "%d/%m/%Y") == "%-d/%-m/%Y"
    assert asked_format(["31-OCT-2023"], "%d-%b-%Y") == "%d-%^b-%Y"
    assert asked_format(["01/02/2024"], None) is None


def test_a_date_without_a_year_is_held_in_a_leap_year_and_written_without() -> None:
    form = str(asked_format(["March 9", "February 29"], "%B %d"))
    dates = read_dates(pd.Series(["March 9", "February 29"]), form)
    assert dates.tolist() == [pd.Timestamp("2000-03-09"), pd.Timestamp("2000-02-29")]
    assert write_dates(dates, form).tolist() == ["March 9", "February 29"]


@pytest.mark.parametrize(
    ("texts", "form", "first"),
    [
        (
            ["1er mars 2023", "2 mars 2023", "31 mai 2024"],
            "%-d{er} %B{fr_FR.lower} %Y",
            dt.datetime(2023, 3, 1),
        ),
        (
            ["1º de maio de 2023", "12 de maio de 2023"],
            "%-d{º} de %B{pt_PT} de %Y",
            dt.datetime(2023, 5, 1),
        ),
        (["5 มกราคม 2566", "12 ธันวาคม 2565"], "%-d %B{th.1} %Y{BE}", dt.datetime(2023, 1, 5)),
        (["5 มกราคม 2023", "12 ธันวาคม 2022"], "%-d %B{th.1} %Y", dt.datetime(2023, 1, 5)),
        (
            ["2023-05-01 오후 3:15", "2023-05-02 오전 12:05"],
            "%Y-%m-%d %p{ko} %-I:%M",
            dt.datetime(2023, 5, 1, 15, 15),
        ),
    ],
)
def test_firsts_buddhist_years_and_halves_of_days_are_read(
    texts: list[str], form: str, first: dt.datetime
) -> None:
    assert date_format(texts) == form
    dates = read_dates(pd.Series(texts), form)
    assert dates[0] == first
    assert write_dates(dates, form).tolist() == texts


@pytest.mark.parametrize(
    ("texts", "form", "first"),
    [
        (["오전 9:05", "오후 12:30"], "%p{ko} %-I:%M", dt.time(9, 5)),
        (["午後3時15分", "午前10時5分"], "%p{ja}%-I時%-M分", dt.time(15, 15)),
        (["午後0時15分", "午前11時05分"], "%p{ja}%-I{0}時%M分", dt.time(12, 15)),
        (["下午12:15", "上午12:30"], "%p{zh}%I:%M", dt.time(12, 15)),
    ],
)
def test_words_for_half_a_day_are_read(texts: list[str], form: str, first: dt.time) -> None:
    assert time_format(texts) == form
    times = read_times(pd.Series(texts), form)
    assert times[0] == first
    assert write_dates(times, form).tolist() == texts


@pytest.mark.parametrize(
    "texts", [["午後13時15分"], ["午後3時75分"], ["오전 9:05", "午後3:15"], ["午後12時5分", "午後0時5分"]]
)
def test_impossible_or_mixed_halves_of_days_are_no_times(texts: list[str]) -> None:
    assert time_format(texts) is None


def test_what_cannot_be_read_beside_a_month_s_name_is_missing() -> None:
    assert read_dates(pd.Series(["5 mars 23"]), "%-d %B{fr_FR} %y").isna().all()
