"""Digits of other scripts become those of ASCII, and come back as they were."""

import re

import pandas as pd
import pytest

from synth_handson.tables.files.digits import THROUGHOUT, as_ascii, as_written

WRITTEN = [
    ("wide", "１２，３４５．６", "12,345.6"),
    ("arabic", "٢٠٢٣", "2023"),
    ("persian", "۱۴۰۲", "1402"),
    ("kanji", "二〇二三年五月一日", "2023年5月1日"),
    ("kanji", "令和五年十二月三十一日", "令和5年12月31日"),
    ("kanji", "令和元年十月二十日", "令和元年10月20日"),
]


@pytest.mark.parametrize(("digits", "text", "plain"), WRITTEN)
def test_digits_are_read_and_come_back(digits: str, text: str, plain: str) -> None:
    column = pd.Series([text, None], dtype="str")
    assert re.fullmatch(THROUGHOUT[digits], text)
    assert as_ascii(column, digits).tolist()[0] == plain
    assert as_written(as_ascii(column, digits), digits).tolist()[0] == text
    assert as_ascii(column, digits).isna().tolist() == [False, True]


def test_a_zero_may_be_written_in_two_ways_in_kanji() -> None:
    column = pd.Series(["二零二三年五月一日"], dtype="str")
    assert as_ascii(column, "kanji").tolist() == ["2023年5月1日"]
