"""Between text and values: exactly, and back."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synth_handson.tables.files.convert import UnreadableValue, default_form, parse, spell
from synth_handson.tables.files.form import ColumnForm
from synth_handson.tables.files.infer import infer_form

DAYS = st.dates(pd.Timestamp(1700, 1, 1).date(), pd.Timestamp(2200, 1, 1).date())
SPELLINGS = st.one_of(
    st.lists(st.integers(-(10**25), 10**25).map(str)),
    st.lists(st.decimals(-(10**20), 10**20, places=3).map("{:f}".format)),
    st.lists(st.decimals(-(10**9), 10**9, places=2).map("{:,.2f}".format)),
    st.lists(st.sampled_from(["Yes", "No"])),
    st.lists(DAYS.map("{:%d.%m.%Y}".format)),
    st.lists(DAYS.map("{:%Y-%m-%dT12:00:00+09:00}".format)),
    st.lists(st.from_regex(r"0\d{3,8}", fullmatch=True)),
    st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
)


@example(["15811186424097.300"], False)
@given(SPELLINGS, st.booleans())
def test_what_is_spelled_is_read_as_it_was(texts: list[str], gap: bool) -> None:
    column = pd.Series(texts + [None] * gap, dtype="str")
    form = infer_form("a", column)
    values = parse(column, form)
    again = parse(spell(values, form), form)
    assert again.isna().tolist() == values.isna().tolist()
    assert again.dropna().tolist() == values.dropna().tolist()


@pytest.mark.parametrize(
    "texts",
    [
        ["1,234.50", "-0.25", "12.00"],
        ["1.0", "2.5"],
        ["Yes", "No"],
        ["31.01.2024", "01.02.2024"],
        ["2024-01-31T10:00:00+09:00"],
        ["99999999999999999999", "-1"],
        ["0.12345678901234567890", "1.5"],
        ["5", "2.25", "1e+20"],
    ],
)
def test_spellings_are_kept(texts: list[str]) -> None:
    column = pd.Series(texts, dtype="str")
    form = infer_form("a", column)
    assert form.type != "text"
    assert spell(parse(column, form), form).tolist() == texts


def test_numbers_are_exact() -> None:
    form = ColumnForm("a", "number")
    assert parse(pd.Series(["0.1", "3"], dtype="str"), form).tolist() == [0.1, 3.0]
    assert parse(pd.Series(["0.12345678901234567890"], dtype="str"), form)[0] == Decimal(
        "0.12345678901234567890"
    )
    assert parse(pd.Series(["1e400"], dtype="str"), form)[0] == Decimal("1e400")


@pytest.mark.parametrize(
    ("kind", "bad"), [("whole", "1.5"), ("number", "x"), ("boolean", "maybe"), ("date", "2024-13-01")]
)
def test_the_first_value_of_another_type_is_named(kind: str, bad: str) -> None:
    good = {"whole": "1", "number": "1.5", "boolean": "true", "date": "2024-01-01"}[kind]
    form = ColumnForm("a", kind, date_format="%Y-%m-%d")  # type: ignore[arg-type]
    with pytest.raises(UnreadableValue) as caught:
        parse(pd.Series([good, None, bad, bad], dtype="str"), form)
    assert caught.value.row == 2


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "whole"),
        ([1.5, None], "number"),
        ([Decimal("1.5")], "number"),
        ([2**70], "whole"),
        ([True, None], "boolean"),
        ([pd.Timestamp("2024-01-01")], "date"),
        ([pd.Timestamp("2024-01-01", tz="Asia/Tokyo")], "date"),
        (["x"], "text"),
        ([pd.Timedelta("1h")], "text"),
    ],
)
def test_values_have_a_form_of_their_own(values: list[object], kind: str) -> None:
    assert default_form("a", pd.Series(values, dtype=object)).type == kind


def test_rounded_numbers_and_whole_ones_follow_their_form() -> None:
    assert spell(pd.Series([1.005, 2.0]), ColumnForm("a", "number", decimals=1)).tolist() == ["1.0", "2.0"]
    assert spell(pd.Series([1.0, None]), ColumnForm("a", "whole")).fillna("–").tolist() == ["1", "–"]
    assert spell(pd.Series([1.5]), ColumnForm("a", "whole")).tolist() == ["1.5"]
    moved = pd.Series([pd.Timestamp("2024-01-01T00:00Z")])
    form = ColumnForm("a", "date", date_format="%Y-%m-%dT%H:%M", zone="+09:00")
    assert spell(moved, form).tolist() == ["2024-01-01T09:00+09:00"]
