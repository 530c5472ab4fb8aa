"""For which rows each kind of rule holds, worked out by hand, and what it says."""

import pandas as pd
import pytest

from synth_handson.errors import ArgumentError
from synth_handson.locales import LANGUAGES
from synth_handson.tables.rules.parse import parse_rule

KNOWN = pd.DataFrame({"city": ["Lyon"] * 3 + ["Kyoto"] * 2, "country": ["FR", "FR", "DE", "JP", "JP"]})


def holds(rule: str, reference: pd.DataFrame | None = None, **columns: list[object]) -> list[bool]:
    return parse_rule(rule).holds(pd.DataFrame(columns), reference).tolist()


def test_orders_are_strict_or_not_and_say_nothing_of_what_is_missing() -> None:
    columns = {"a": [1, 2, 3, None], "b": [2, 2, 2, 2]}
    assert holds("a < b", **columns) == [True, False, False, True]
    assert holds("a <= b", **columns) == [True, True, False, True]
    assert holds("b > a", **columns) == [True, False, False, True]


def test_a_date_beside_a_moment_counts_by_the_day() -> None:
    columns = {
        "day": pd.to_datetime(["2024-05-01", "2024-05-02", "2024-05-03"]),
        "at": pd.to_datetime(["2024-05-01 09:00", "2024-05-01 23:59", "2024-05-04 00:00"]),
    }
    assert holds("at <= day", **columns) == [True, True, False]
    assert holds("day < at", **columns) == [False, False, True]


@pytest.mark.parametrize("kind", ["text", "digits", "zone"])
def test_dates_are_dates_however_they_are_spelled(kind: str) -> None:
    days = pd.Series(pd.date_range("2024-01-30", periods=12))
    made = {
        "text": days.dt.strftime("%Y/%m/%d"),
        "digits": days.dt.strftime("%Y%m%d").astype(int),
        "zone": days.dt.tz_localize("Asia/Tokyo"),
    }[kind]
    frame = pd.DataFrame({"start_date": made, "end_date": made.shift(-2), "days": 2.0}).head(10)
    if kind == "digits":
        frame["end_date"] = frame["end_date"].astype(int)
    assert parse_rule("days = end_date - start_date").holds(frame).all()
    assert not parse_rule("end_date < start_date").holds(frame).any()


def test_formulas_forgive_what_binary_cannot_hold_and_nothing_more() -> None:
    assert holds("c = a + b", a=[0.1, 0.1], b=[0.2, 0.2], c=[0.3, 0.31]) == [True, False]
    # A half goes up in a spreadsheet, and to the even neighbour in Python.
    assert holds("c = round(a * 1.1)", a=[5, 15, 25, 25], c=[6, 17, 27, 26]) == [True, True, True, False]
    assert holds("c = floor(a * 0.1)", a=[99, 100, 109], c=[9, 10, 11]) == [True, True, False]
    assert holds("c = a / b", a=[1, 1], b=[0, 4], c=[7, 0.25]) == [True, True]
    assert holds("a % 0.1 = 0", a=[0.3, 0.35]) == [True, False]
    assert holds("hours = (b - a) * 24", a=pd.to_datetime(["2024-01-01 08:00"]),
                 b=pd.to_datetime(["2024-01-01 10:30"]), hours=[2.5]) == [True]  # fmt: skip


def test_bounds_may_be_days() -> None:
    days = pd.to_datetime(["2019-12-31", "2020-01-01"])
    assert holds("signed >= 2020-01-01", signed=days) == [False, True]


def test_what_decides_is_read_from_the_reference() -> None:
    columns = {"city": ["Lyon", "Lyon", "Kyoto", "Nara"], "country": ["FR", "JP", None, "JP"]}
    # Of Lyon, the usual country counts; of Nara, nothing is known.
    assert holds("city -> country", KNOWN, **columns) == [True, False, True, True]
    assert holds("combinations(city, country)", KNOWN, **columns) == [True, False, True, False]


def test_numbers_decide_and_are_decided_too() -> None:
    known = pd.DataFrame({"size": [1, 2], "cut": [0.5, 0.25], "price": [10.0, 20.0]})
    columns = {"size": [1, 2], "cut": [0.5, 0.25], "price": [10, 10]}
    assert holds("size, cut -> price", known, **columns) == [True, False]


def test_ranges_are_those_of_the_category() -> None:
    known = pd.DataFrame({"ward": ["x", "x", "y", "y"], "lat": [1.0, 2.0, 5.0, 6.0]})
    columns = {"ward": ["x", "x", "y", "z"], "lat": [1.5, 5.5, 5.5, 9.0]}
    assert holds("lat within ward", known, **columns) == [True, False, True, True]


def test_what_is_missing_together_or_exactly_if() -> None:
    assert holds("missing(a) iff missing(b)", a=[1, None, None], b=["x", None, "y"]) == [True, True, False]
    columns = {"ended": [None, None, "May", "May"], "status": ["open", "done", "done", "open"]}
    assert holds('missing(ended) iff status = "open"', **columns) == [True, False, True, False]
    assert holds("missing(v) iff n in (0, 2)", v=[None, None, 1], n=[0, 1, 2]) == [True, False, False]


def test_columns_have_to_be_there_and_computed_ones_to_be_numbers() -> None:
    with pytest.raises(ArgumentError, match="Close to it: checkout"):
        holds("chekout > 3", checkout=[1], night=[2])
    with pytest.raises(ArgumentError, match="holds text"):
        holds("a < b", a=["x"], b=[1])


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("a <= b", "“b” is never before “a”."),
        ("n < m", "“n” is always below “m”."),
        ("t = n * m", "“t” is always n × m."),
        ("n % 50 = 0", "“n” is always a multiple of 50."),
        ("city -> country", "The same “city” always has the same “country”."),
        ('missing(n) iff s = "open"', "“n” is missing exactly where “s” is open."),
    ],
)
def test_each_rule_is_put_into_words(rule: str, said: str) -> None:
    units = {"a": "date", "b": "date"}
    assert parse_rule(rule).render("en", units) == said
    assert len({parse_rule(rule).render(language, units) for language in LANGUAGES}) == 2
