"""What text looks like."""

import pandas as pd
import pytest

from synth_handson.tables.texts import (
    is_mostly_rare,
    is_text,
    looks_like_dates,
    looks_like_numbers,
)


def test_what_text_looks_like() -> None:
    for dates in (["5.1.24", "13.12.23"], ["2024/1/5 9:00"], ["2024年1月5日"], ["1/2/2024", "3/4/2024", "?"]):
        assert looks_like_dates(dates)
    for others in (["12.5%"], ["03-1234-5678"], ["10.20.30.40"], ["C00017"], ["a", "b", "1.2.2024"]):
        assert not looks_like_dates(others)
    for numbers in (
        ["12.5%", "7%"],
        ["€ 1,234.50"],
        ["EUR 5"],
        ["00123"],
        ["5 kg"],
        ["1'000"],
        ["-3", "-4 °C"],
    ):
        assert looks_like_numbers(numbers)
    for others in (["C00017"], ["12 monkeys"], ["a"], ["5%", "x"]):
        assert not looks_like_numbers(others)


def test_text_is_mostly_rare_where_over_nine_tenths_of_it_occurs_less_than_eight_times() -> None:
    assert is_mostly_rare(["a"] * 8 + [f"b{i}" for i in range(73)])
    assert not is_mostly_rare(["a"] * 8 + [f"b{i}" for i in range(72)])
    assert is_mostly_rare(["a"] * 7)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([f"A longer remark about matter number {i}." for i in range(9)], True),
        (
            [
                "四十分も待たされたのに、小林さんに帰るように言われました。",
                "支店のコーヒーがとてもおいしいと評判です。いつも飲みます。",
            ],
            True,
        ),
        (["The same long remark, again and again."] * 9, False),
        ([f"X{i}" for i in range(9)], False),
        ([f"{i}.689620  0.000000  0.000000  0.000000" for i in range(9)], False),
        ([f"1887.05.1{i} - 1893.10.30 (Death)" for i in range(9)], False),
        ([f"0d9e5a4c-77b1-4c39-9d0a-{i:012}" for i in range(9)], False),
        ([1, 2], False),
        ([None], False),
    ],
)
def test_text_is_long_and_different(values: list[object], text: bool) -> None:
    assert is_text(pd.Series(values)) is text
