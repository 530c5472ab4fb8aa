"""What a table must be like to be trained on, and what is said when it is not."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import dateutil.tz
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from synth_handson.errors import TableError
from synth_handson.tables.bank import load_bank_marketing
from synth_handson.tables.checks import check_table
from synth_handson.tables.split import split_holdout


def people(rows: int = 60) -> pd.DataFrame:
    """Make a table with nothing wrong in it and a column of every kind."""
    n = np.arange(rows)
    return pd.DataFrame(
        {
            "age": 20 + n % 40,
            "job": [("clerk", "nurse", "cook")[i % 3] for i in n],
            "height": 1.5 + np.sqrt(n) / 20,
            "born": pd.Timestamp("1980-01-01") + pd.to_timedelta(n, unit="D"),
            "born_as_date": [datetime.date(1980, 1, 1) + datetime.timedelta(days=int(i)) for i in n],
            "member": n % 2 == 0,
            "children": pd.array([None if i % 5 == 0 else i % 4 for i in n], dtype="Int64"),
            "city": pd.Categorical([("Oslo", "Kyoto")[i % 2] for i in n]),
            "grade": pd.Categorical(n % 4),
            "flag": pd.array([None if i % 7 == 0 else i % 3 == 0 for i in n], dtype="boolean"),
            "title": pd.Series([None if i % 2 else "Dr" for i in n], dtype=object),
            "rooms": [("1", "2", "3+")[i % 3] for i in n],
            "maybe": pd.Series([None if i % 3 == 0 else i % 2 == 0 for i in n], dtype=object),
            "amount": pd.Series([Decimal(int(i % 9)) / 2 for i in n], dtype=object),
        }
    )


def problems_of(frame: object) -> dict[tuple[str, object], dict[str, object]]:
    """Check a table that is wrong, and return what was found by (key, column)."""
    with pytest.raises(TableError) as caught:
        check_table(frame)  # type: ignore[arg-type]
    for language in ("en", "ja"):
        lines = caught.value.message(language).splitlines()
        assert len(lines) == 1 + len(caught.value.problems)
    return {(p.key.removeprefix("errors."), p.values.get("column")): p.values for p in caught.value.problems}


def test_a_valid_table_passes() -> None:
    frame = people()
    before = frame.copy()
    check_table(frame)
    assert_frame_equal(frame, before)


def test_the_bundled_table_passes() -> None:
    check_table(load_bank_marketing("bundled", None).frame)


@given(rows=st.integers(50, 120), data=st.data())
def test_rows_in_any_order_and_columns_in_any_choice_pass(rows: int, data: st.DataObject) -> None:
    frame = people(rows)
    names = data.draw(st.lists(st.sampled_from(list(frame.columns)), min_size=2, unique=True))
    check_table(frame[names].sample(frac=1, random_state=data.draw(st.integers(0, 99))))


def spoiled(values: tuple[object, object], dtype: Any = object) -> Callable[[int], Any]:
    """Make columns of 60 values, one of which does not fit."""
    return lambda at: pd.Series([values[1] if i == at else values[0] for i in range(60)], dtype=dtype)


def numbers_as_text(word: str, distinct: int) -> Callable[[int], Any]:
    return lambda at: [word if i == at else str(i % distinct) for i in range(60)]


DEFECTS: dict[str, tuple[str, Callable[[int], Any], str]] = {
    "infinite": ("table_infinite", spoiled((1.5, np.inf), float), "inf"),
    "minus infinite": ("table_infinite", spoiled((1, -np.inf)), "-inf"),
    "infinite Float64": ("table_infinite", spoiled((1.5, np.inf), "Float64"), "inf"),
    "infinite category": ("table_infinite", spoiled((1.5, np.inf), "category"), "inf"),
    "infinite decimal": ("table_infinite", spoiled((Decimal(1), Decimal("Infinity"))), "inf"),
    "beyond floats": ("table_infinite", spoiled((1, -(10**400))), "-inf"),
    "text among numbers": ("table_mixed", spoiled((1, "n/a")), "'n/a'"),
    "number among texts": ("table_mixed", spoiled(("a", 7)), "7"),
    "truth among numbers": ("table_mixed", spoiled((1.5, True)), "True"),
    "date among texts": ("table_mixed", spoiled(("a", pd.Timestamp(0))), "Timestamp('1970-01-01 00:00:00')"),
    "mixed categories": ("table_mixed", spoiled((1, "n/a"), "category"), "'n/a'"),
    "n/a among digits": ("table_stray_text", numbers_as_text("n/a", distinct=5), "'n/a'"),
    "blank among digits": ("table_stray_text", numbers_as_text("", distinct=5), "''"),
    "word among digits": ("table_stray_text", numbers_as_text("twelve", distinct=40), "'twelve'"),
    "word among distinct": ("table_stray_text", numbers_as_text("twelve", distinct=60), "'twelve'"),
    "list": ("table_unsupported", spoiled(("a", [1, 2])), "[1, 2]"),
    "dict": ("table_unsupported", spoiled((1, {"a": 1})), "{'a': 1}"),
    "complex": ("table_unsupported", lambda at: np.full(60, 1j), "1j"),
    "timedelta": ("table_unsupported", lambda at: pd.to_timedelta(np.arange(60), unit="s"), "Timedelta"),
    "too far apart": (
        "table_too_large",
        lambda at: [0] * 20 + [10**25] * 40,
        "1e+25",
    ),
    "dates as levels": (
        "table_convert",
        lambda at: pd.Categorical(pd.to_datetime(["2020-01-01", "2020-01-02"] * 30)),
        "Timestamp",
    ),
    "beyond int64": ("table_too_large", spoiled((7.5, 1e19), float), "1e+19"),
    "beyond 64 bits": ("table_too_large", spoiled((7, -(2**70))), "-1.18"),
    "for ever": ("table_far_date", spoiled(("2024-01-01", "9999-12-31"), "datetime64[us]"), "9999-12-31"),
    "for ever, objects": (
        "table_far_date",
        spoiled((datetime.date(2024, 1, 1), datetime.date(9999, 12, 31))),
        "9999-12-31",
    ),
    "long ago": ("table_far_date", spoiled(("2024-01-01", "1066-10-14"), "datetime64[s]"), "1066-10-14"),
    "a zone without a name": (
        "table_convert",
        lambda at: pd.Series(pd.date_range("2024", periods=60, tz=dateutil.tz.gettz("Asia/Tokyo"))),
        "Timestamp",
    ),
    "codes": ("table_all_rare", lambda at: [f"C{i // 2:05d}" for i in range(60)], "'C00000'"),
    "codes, category": (
        "table_all_rare",
        lambda at: pd.Categorical([10_007 * (1 + i // 2) for i in range(60)]),
        "10007",
    ),
    "percentages": ("table_numbers_as_text", lambda at: [f"{i // 2}.5%" for i in range(60)], "'0.5%'"),
    "prices": ("table_numbers_as_text", lambda at: [f"€ {i},50" for i in range(60)], "'€ 0,50'"),
    "postcodes": ("table_numbers_as_text", lambda at: [f"{i * 97:05d}" for i in range(60)], "'00000'"),
    "two readings of a date": (
        "table_dates_as_text",
        lambda at: [f"{1 + i % 12:02d}/{1 + i // 12:02d}/2024" for i in range(60)],
        "'01/01/2024'",
    ),
    "two-digit years": (
        "table_dates_as_text",
        lambda at: [f"{1 + i % 28}.5.{i}" for i in range(60)],
        "'1.5.0'",
    ),
    "half a character": (
        "table_unreadable",
        lambda at: pd.Series(["\ud800", "b"] * 30, dtype=object),
        "",
    ),
    "no value": ("table_all_empty", lambda at: [None] * 60, ""),
    "no value, float": ("table_all_empty", lambda at: np.full(60, np.nan), ""),
    "no value, category": ("table_all_empty", lambda at: pd.Categorical([None] * 60, ["a"]), ""),
    "only blanks": ("table_all_empty", lambda at: [" "] * 60, ""),
    "names": ("table_text_identifier", lambda at: [f"person {i}" for i in range(60)], "'person 0'"),
    "names, category": (
        "table_text_identifier",
        lambda at: pd.Categorical([f"person {i}" for i in range(60)]),
        "'person 0'",
    ),
    "names, some missing": (
        "table_text_identifier",
        lambda at: [None if i == at else f"p{i}" for i in range(60)],
        "'p",
    ),
    "counter": ("table_running_number", lambda at: np.arange(60) + 100, ""),
    "counter, shuffled": ("table_running_number", lambda at: (np.arange(60) * 7 + at) % 60, ""),
    "counter, one missing": (
        "table_running_number",
        lambda at: [np.nan if i == at else float(i) for i in range(60)],
        "",
    ),
    "counter, Int64": (
        "table_running_number",
        lambda at: pd.array([None if i == at else i for i in range(60)], dtype="Int64"),
        "",
    ),
    "counter, unsigned": (
        "table_running_number",
        lambda at: np.arange(60, dtype="uint64") + np.uint64(2**63),
        "",
    ),
    "counter, object": ("table_running_number", lambda at: pd.Series(range(60), dtype=object), ""),
}


@pytest.mark.parametrize("defect", DEFECTS)
@settings(max_examples=5)
@given(at=st.integers(0, 59))
def test_a_planted_defect_is_found_in_its_column_and_nowhere_else(defect: str, at: int) -> None:
    key, plant, example = DEFECTS[defect]
    frame = people().assign(planted=plant(at))
    found = problems_of(frame)
    assert list(found) == [(key, "planted")]
    assert str(found[key, "planted"].get("example", "")).startswith(example)


def test_everything_wrong_is_listed_at_once_with_what_to_do() -> None:
    frame = pd.DataFrame(
        {
            "id": range(40),
            "income": [np.inf] + [1.0] * 39,
            "nothing": [None] * 40,
            "age": ["n/a" if i == 3 else str(i) for i in range(40)],
        }
    )
    with pytest.raises(TableError) as caught:
        check_table(frame)
    text = str(caught.value)
    assert "Problems found: 5" in text
    for part in (
        "Too few rows (40)",
        "“id”",
        "from 0 to 39",
        "“income”",
        "inf",
        "“nothing”",
        "“age”",
        "'n/a'",
        "Drop it",
    ):
        assert part in text


def test_a_counter_with_a_holdout_taken_from_it_is_still_a_counter() -> None:
    train, _ = split_holdout(people(500).assign(id=range(500)))
    assert list(problems_of(train)) == [("table_running_number", "id")]


def test_distinct_whole_numbers_that_are_no_counter_pass() -> None:
    check_table(people().assign(income=np.arange(60) * 10))


def test_names_of_columns_must_be_text_or_whole_numbers_and_read_differently() -> None:
    frame = people().iloc[:, :8]
    frame.columns = pd.Index(["age", "age", "", 7, None, 1.5, "7", True], dtype=object)
    assert list(problems_of(frame)) == [
        ("table_name_empty", "#3"),
        ("table_name_not_text", "#5"),
        ("table_name_not_text", "#6"),
        ("table_name_not_text", "#8"),
        ("table_name_duplicate", "age"),
        ("table_name_duplicate", "7"),
    ]


@pytest.mark.parametrize("names", [range(2), ["self", "index"], ["a.b", "{x}"], ["__key", "__len__"]])
def test_any_text_and_any_whole_number_names_a_column(names: Any) -> None:
    check_table(people()[["age", "job"]].set_axis(names, axis=1))


@pytest.mark.parametrize(
    "learnable",
    [
        [f"{1 + i % 28:02d}.{1 + i % 12:02d}.{1950 + i}" for i in range(60)],
        [str(datetime.date(1990, 1, 1) + datetime.timedelta(days=i)) for i in range(60)],
        range(1960, 2020),
        np.random.default_rng(0).permutation(np.arange(1900, 2020, 2)),
        pd.array([datetime.date(2020, 1, 1 + i % 31) for i in range(60)], dtype="date32[pyarrow]"),
        pd.array([Decimal(i) / 4 for i in range(60)], dtype=pd.ArrowDtype(pa.decimal128(9, 2))),
        np.random.default_rng(0).normal(size=60),
        np.random.default_rng(0).choice(10**9, 60, replace=False),
    ],
    ids=[
        "dates as text",
        "ISO dates",
        "years",
        "every other year",
        "arrow dates",
        "arrow decimals",
        "precise",
        "sparse",
    ],
)
def test_what_never_repeats_but_can_be_learned_passes(learnable: Any) -> None:
    check_table(people().assign(learnable=learnable))


def test_a_defect_in_a_column_that_shares_its_name_is_found() -> None:
    frame = pd.DataFrame([[1.0, np.inf]] * 60, columns=["x", "x"])
    assert set(problems_of(frame)) == {("table_name_duplicate", "x"), ("table_infinite", "x")}


@pytest.mark.parametrize(
    ("frame", "keys"),
    [
        (pd.DataFrame(), {"table_few_columns", "table_few_rows"}),
        (pd.DataFrame(columns=["a", "b"]), {"table_few_rows"}),
        (people(49)[["age", "job"]], {"table_few_rows"}),
        (people()[["age"]], {"table_few_columns"}),
        (people()["age"], {"table_not_a_frame"}),
        (None, {"table_not_a_frame"}),
    ],
)
def test_too_small_to_train_on(frame: object, keys: set[str]) -> None:
    assert {key for key, _ in problems_of(frame)} == keys


class Unruly:
    """A value whose every method fails."""

    def __repr__(self) -> str:
        raise RuntimeError

    __eq__ = __hash__ = __bool__ = __float__ = __str__ = __repr__  # type: ignore[assignment]


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.fractions(),
    st.complex_numbers(),
    st.text(max_size=5),
    st.binary(max_size=3),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=1), st.integers(), max_size=1),
    st.builds(Unruly),
    st.builds(lambda: 10**5000),
    st.sampled_from([pd.NA, pd.NaT, np.float32("inf"), np.int8(3), float, range(3), {1}, Decimal("sNaN")]),
)
columns = st.one_of(
    st.lists(anything, min_size=60, max_size=60),
    st.lists(st.sampled_from([1, 2.5, "x", None]), min_size=60, max_size=60),
    st.integers(-(2**62), 2**62).map(lambda start: np.arange(start, start + 60)),
    st.lists(st.floats(width=16), min_size=60, max_size=60).map(lambda v: np.array(v, dtype="float16")),
    st.sampled_from(
        [
            pd.array([1, None] * 30, dtype="Int64"),
            pd.array([True, None] * 30, dtype="boolean"),
            pd.array([1.5, np.inf] * 30, dtype="float32[pyarrow]"),
            pd.array([[1], None] * 30, dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
            pd.array([Decimal(1), Decimal(2)] * 30, dtype=pd.ArrowDtype(pa.decimal128(5))),
            pd.arrays.SparseArray([0, 1] * 30),
            pd.period_range("2000", periods=60, freq="D"),
            pd.interval_range(0, 60),
            pd.Categorical(pd.interval_range(0, 60)),
            pd.date_range("2000", periods=60, tz="Asia/Tokyo"),
        ]
    ),
)


names = st.one_of(
    st.text(max_size=3), st.integers(), st.floats(), st.none(), st.dates(), st.tuples(st.text())
)


@given(values=st.lists(columns, max_size=3), names=st.lists(names, min_size=3, max_size=3))
def test_no_table_raises_anything_but_a_table_error(values: list[Any], names: list[Any]) -> None:
    frame = pd.DataFrame(
        {i: pd.Series(v, dtype=object if isinstance(v, list) else None) for i, v in enumerate(values)}
    )
    frame.columns = pd.Index(names[: len(values)], dtype=object)
    try:
        check_table(frame)
    except TableError as error:
        assert len(error.problems) <= len(error.message("en").splitlines())


def test_values_that_cannot_be_looked_at_are_a_problem_of_their_column() -> None:
    frame = people().assign(odd=pd.Series([Decimal("sNaN")] * 60, dtype=object))
    assert list(problems_of(frame)) == [("table_unreadable", "odd")]
