"""How columns go to the engine and come back."""

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pydantic import TypeAdapter

from synth_handson.errors import TableError
from synth_handson.evidence.privacy.dcr import closest_records
from synth_handson.metrics.distances import identical_rows
from synth_handson.synthesis import store
from synth_handson.synthesis.schema import (
    FEW_VALUES,
    LARGE_TABLE_ROWS,
    PROTECTED_TOKEN,
    Schema,
    encoding_types,
    prepare,
)
from synth_handson.synthesis.training import train_generator
from synth_handson.tables.alignment import align
from synth_handson.tables.checks import check_table

DAY = datetime.date(2020, 2, 29)

COLUMNS: dict[str, tuple[Any, str, str]] = {
    "many integers": (pd.Series(range(0, 40, 2)), "TABULAR_NUMERIC_DIGIT", "int64"),
    "few integers": (pd.Series([1, 2] * 10), "TABULAR_NUMERIC_DISCRETE", "int64"),
    "small integers": (pd.Series([1, 2] * 10, dtype="int8"), "TABULAR_NUMERIC_DISCRETE", "int8"),
    "integers, some missing": (pd.Series([1, None] * 10, dtype="Int64"), "TABULAR_NUMERIC_DISCRETE", "Int64"),
    "floats": (pd.Series(np.arange(20) / 3), "TABULAR_NUMERIC_DIGIT", "float64"),
    "booleans": (pd.Series([True, False] * 10), "TABULAR_NUMERIC_DISCRETE", "bool"),
    "text": (pd.Series(["a", "b"] * 10), "TABULAR_CATEGORICAL", "str"),
    "text that looks like dates": (pd.Series(["may", "jun"] * 10), "TABULAR_CATEGORICAL", "str"),
    "text as objects": (pd.Series(["a", None] * 10, dtype=object), "TABULAR_CATEGORICAL", "object"),
    "categories": (pd.Series(["a", "b"] * 10, dtype="category"), "TABULAR_CATEGORICAL", "category"),
    "dates": (pd.Series(pd.date_range("2020", periods=20)), "TABULAR_DATETIME", "datetime64[us]"),
    "integers as objects": (pd.Series([1, 2] * 10, dtype=object), "TABULAR_NUMERIC_DISCRETE", "object"),
    "dates as objects": (pd.Series([DAY] * 20, dtype=object), "TABULAR_DATETIME", "datetime64[s]"),
    "decimals": (pd.Series([Decimal("1.5")] * 20), "TABULAR_NUMERIC_DISCRETE", "float64"),
    "booleans, some missing": (
        pd.Series([True, None] * 10, dtype=object),
        "TABULAR_NUMERIC_DISCRETE",
        "boolean",
    ),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_the_encoding_follows_from_the_dtype_and_the_dtype_comes_back(kind: str) -> None:
    column, encoding, dtype = COLUMNS[kind]
    frame = pd.DataFrame({"a": column})
    assert encoding_types(prepare(frame)) == {"a": encoding}
    drawn = prepare(frame)
    if encoding == "TABULAR_CATEGORICAL":
        drawn = drawn.astype("string")
    restored = Schema.of(frame).restore(drawn.set_index(drawn.index + 7))
    assert str(restored["a"].dtype) == dtype
    assert restored.index.tolist() == list(range(20))
    present = column.notna()
    assert (restored["a"].isna() != present).all()
    if kind not in ("dates as objects", "decimals"):
        assert restored["a"][present].tolist() == column[present].tolist()


@given(distinct=st.integers(2, 2 * FEW_VALUES))
def test_numbers_with_few_values_are_trained_on_the_values(distinct: int) -> None:
    (encoding,) = encoding_types(prepare(pd.DataFrame({"a": np.arange(100) % distinct}))).values()
    assert encoding == ("TABULAR_NUMERIC_DISCRETE" if distinct <= FEW_VALUES else "TABULAR_NUMERIC_DIGIT")


def test_numbers_of_a_large_table_are_trained_on_bins() -> None:
    frame = pd.DataFrame({"a": np.arange(LARGE_TABLE_ROWS) % 100})
    assert encoding_types(prepare(frame)) == {"a": "TABULAR_NUMERIC_AUTO"}
    assert encoding_types(prepare(frame.iloc[1:])) == {"a": "TABULAR_NUMERIC_DIGIT"}


def test_levels_of_a_category_come_back_as_what_they_were() -> None:
    frame = pd.DataFrame({"grade": pd.Categorical([3, 1, 2] * 8, categories=[1, 2, 3], ordered=True)})
    restored = Schema.of(frame).restore(pd.DataFrame({"grade": ["2", PROTECTED_TOKEN, "1"]}))
    assert restored["grade"].tolist() == [2, PROTECTED_TOKEN, 1]
    assert restored["grade"].cat.categories.tolist() == [1, 2, 3, PROTECTED_TOKEN]
    assert restored["grade"].cat.ordered


def test_categories_that_no_eight_people_share_are_in_no_dtype() -> None:
    """Whoever has rows of dtype category, or a Parquet file of them, can list all of its categories."""
    column = pd.Categorical(
        ["a"] * 9 + ["b"] * 8 + ["Mia Schmidt"], categories=["a", "Jan Hus", "Mia Schmidt", "b"]
    )
    frame = pd.DataFrame({"team": column})
    restored = Schema.of(frame).restore(pd.DataFrame({"team": ["b", "Mia Schmidt", None]}))["team"]
    assert restored.cat.categories.tolist() == ["a", "b", PROTECTED_TOKEN]
    assert restored.dropna().tolist() == ["b", PROTECTED_TOKEN]
    of_two = Schema.of(frame, np.arange(len(frame)) // 2)
    assert of_two.categories == {"team": ([], False)}


def test_a_value_a_dtype_cannot_hold_changes_the_dtype_not_the_value() -> None:
    schema = Schema.of(pd.DataFrame({"a": pd.Series([1, 2], dtype="int8")}))
    assert schema.restore(pd.DataFrame({"a": [300, 1]}))["a"].tolist() == [300, 1]
    assert schema.restore(pd.DataFrame({"a": [1.5, 1]}))["a"].tolist() == [1.5, 1]
    assert schema.restore(pd.DataFrame({"a": pd.array([1, None], "Int64")}))["a"].dtype == "Int64"


def test_numbers_and_their_text_are_not_the_same_table() -> None:
    numbers = pd.DataFrame({"a": pd.Series([1, 2] * 10, dtype=object)})
    text = pd.DataFrame({"a": pd.Series(["1", "2"] * 10, dtype=object)})
    assert store.key(prepare(numbers), {}) != store.key(prepare(text), {})


def as_drawn(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table as an engine would draw them that has learned it by heart."""
    drawn = prepare(frame)
    categories = [name for name, kind in encoding_types(drawn).items() if kind == "TABULAR_CATEGORICAL"]
    return drawn.astype(dict.fromkeys(categories, "string"))[list(drawn.columns)[::-1]]


SCHEMA = TypeAdapter(Schema)


def by_way_of_a_file(schema: Schema) -> Schema:
    return SCHEMA.validate_json(SCHEMA.dump_json(schema))


BERLIN_HOURS = pd.date_range("2024-03-30", "2024-04-01", freq="h", tz="Europe/Berlin")
MIDNIGHTS = pd.date_range("2024-01-01", periods=366, tz="Europe/Berlin")
FROM_UTC = [datetime.timezone(datetime.timedelta(hours=hours)) for hours in (1, 2)]

# Values of every kind, and the dtype they come back in where it is not their own.
ANY_COLUMN: dict[str, tuple[list[Any], Any, str | None]] = {
    "int8": ([1, -5, 100], "int8", None),
    "uint64": ([1, 2, 2**62], "uint64", None),
    "Int16": ([1, None, 7], "Int16", None),
    "int64[pyarrow]": ([1, None, 7], "int64[pyarrow]", None),
    "objects of 61 bits": ([2**60 + 1, None], object, None),
    "float16": ([0.1, 2.5], "float16", None),
    "float32": ([0.1, 19.9, None], "float32", None),
    "Float32": ([0.1, None], "Float32", None),
    "float[pyarrow]": ([0.1, None], "float[pyarrow]", None),
    "Decimal": ([Decimal("0.10"), Decimal("7.25"), None], object, "float64"),
    "whole Decimal": ([Decimal("5.00"), Decimal(7)], object, "int64"),
    "Fraction": ([Fraction(1, 4), Fraction(5)], object, "float64"),
    "decimal[pyarrow]": ([Decimal("0.10"), None], pd.ArrowDtype(pa.decimal128(9, 2)), "float64"),
    "bool": ([True, False], bool, None),
    "boolean": ([True, None], "boolean", None),
    "bool objects": ([True, False], object, "bool"),
    "bool[pyarrow]": ([True, None], "bool[pyarrow]", None),
    "date": ([datetime.date(2024, 2, 29), None], object, "datetime64[s]"),
    "datetime": ([datetime.datetime(2024, 2, 29, 9, 30), None], object, "datetime64[us]"),
    "datetime64[ns]": (["2024-02-29 09:30:00.123", None], "datetime64[ns]", None),
    "date32[pyarrow]": ([datetime.date(2024, 2, 29), None], "date32[pyarrow]", "datetime64[s]"),
    "timestamp[pyarrow]": (
        [datetime.datetime(2024, 2, 29), None],
        "timestamp[ms][pyarrow]",
        "datetime64[ms]",
    ),
    "zone": (list(MIDNIGHTS), None, None),
    "hours of a zone": (list(BERLIN_HOURS), None, None),
    "fixed offset": (
        [datetime.datetime(2024, 2, 29, tzinfo=FROM_UTC[0])],
        object,
        "datetime64[us, UTC+01:00]",
    ),
    "two offsets": (
        [datetime.datetime(2024, 2, 29, tzinfo=offset) for offset in FROM_UTC],
        object,
        "datetime64[us, UTC]",
    ),
    "str": (["a", "b", None], None, None),
    "text objects": (["a", "b", None], object, None),
    "large_string[pyarrow]": (["a", None], "large_string[pyarrow]", None),
    "dictionary[pyarrow]": (["a", None], pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string())), "str"),
    "codes": (["01067", "1067", "00001"], None, None),
    "dates as text": (["29.02.2024", "01.12.1999", None], None, None),
    "dates as text objects": (["2024-02-29T09:30:00Z", "1999-12-01T00:00:00Z"], object, None),
    "months as text": (["may", "jun"], None, None),
    "category": (["a", "b", None], "category", None),
    "category of numbers": ([3, 1, None], pd.CategoricalDtype([3, 2, 1], ordered=True), None),
    "category of floats": ([0.5, 1.0], "category", None),
    "category of booleans": ([True, False], "category", None),
    "category of decimals": ([Decimal("1.50"), Decimal("2.00")], "category", "category"),
    "sparse": ([0, 0, 5], pd.SparseDtype("int64"), "int64"),
}


@pytest.mark.parametrize("kind", ANY_COLUMN)
@settings(max_examples=5)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_the_check_accepts_comes_back_equal_and_in_its_dtype(kind: str, seed: int) -> None:
    values, dtype, dtype_back = ANY_COLUMN[kind]
    rng = np.random.default_rng(seed)
    chosen = [values[i] for i in rng.permutation(np.arange(max(200, 10 * len(values))) % len(values))]
    column = pd.Series(chosen, dtype=dtype)
    frame = pd.DataFrame({"n": rng.integers(0, 5, len(column)), "a": column})
    check_table(frame)
    restored = by_way_of_a_file(Schema.of(frame)).restore(as_drawn(frame))
    assert str(restored["a"].dtype) == (dtype_back or str(column.dtype))
    assert list(restored.columns) == ["n", "a"]
    assert identical_rows(restored, frame).all()
    _, (left, right) = align(column, restored["a"])
    assert ((left == right).fillna(False).to_numpy(bool) | left.isna()).all()


columns = st.one_of(
    st.lists(st.one_of(st.none(), st.integers(-(2**70), 2**70)), min_size=60, max_size=60),
    st.lists(
        st.one_of(st.none(), st.decimals(allow_nan=False, allow_infinity=False)), min_size=60, max_size=60
    ),
    st.lists(st.dates(), min_size=60, max_size=60),
    st.lists(st.datetimes(timezones=st.timezones()), min_size=60, max_size=60),
    st.lists(st.sampled_from(["01.02.2024", "2024-02-01", "5%", "x", None]), min_size=60, max_size=60),
    st.lists(st.floats(width=16), min_size=60, max_size=60).map(lambda v: np.array(v, dtype="float16")),
    st.lists(st.booleans(), min_size=60, max_size=60),
    st.lists(st.sampled_from([1, 1.0, True, "1", Decimal(1), None]), min_size=60, max_size=60).map(
        lambda values: pd.Categorical(values)
    ),
    st.sampled_from(
        [
            pd.period_range("2000", periods=60, freq="D"),
            pd.date_range("2000", periods=60, tz="Asia/Tokyo"),
            pd.arrays.SparseArray([0.5, 1] * 30),
            pd.array([datetime.date(2000, 1, 1), None] * 30, dtype="date64[pyarrow]"),
        ]
    ),
)


@given(values=columns)
def test_whatever_else_the_check_accepts_can_be_prepared_and_restored(values: Any) -> None:
    column = pd.Series(values, dtype=object if isinstance(values, list) else None)
    frame = pd.DataFrame({0: range(0, 180, 3), 1: column})
    try:
        check_table(frame)
    except TableError:
        return
    restored = by_way_of_a_file(Schema.of(frame)).restore(as_drawn(frame))
    assert list(restored.columns) == [0, 1]
    assert len(restored) == 60
    assert restored[1].isna().tolist() == column.isna().tolist()


@pytest.mark.parametrize(
    "names",
    [
        (0, 1),
        ("self", "index"),
        ("__key", "__len__"),
        ("a.b", "{x}"),
        ("__1", "__0"),
        (3, "three"),
        ("", " "),
    ],
)
def test_columns_get_their_names_back(names: tuple[str | int, str | int]) -> None:
    frame = pd.DataFrame({names[0]: [1, 2] * 10, names[1]: pd.Categorical(["x", "y"] * 10)})
    assert all(isinstance(name, str) for name in encoding_types(prepare(frame)))
    restored = by_way_of_a_file(Schema.of(frame)).restore(as_drawn(frame))
    assert_frame_equal(restored, frame)


def test_drawn_wall_times_that_the_zone_has_not_are_moved_and_those_it_has_twice_are_the_first() -> None:
    schema = Schema.of(pd.DataFrame({"a": BERLIN_HOURS[:2]}))
    drawn = pd.DataFrame({"a": pd.to_datetime(["2024-03-31 02:30", "2024-10-27 02:30"])})
    assert [str(moment) for moment in schema.restore(drawn)["a"]] == [
        "2024-03-31 03:00:00+02:00",
        "2024-10-27 02:30:00+02:00",
    ]


def test_single_precision_goes_to_the_engine_as_it_reads() -> None:
    prices = pd.Series([0.1, 19.9], dtype="float32")
    assert prepare(pd.DataFrame({"a": prices}))["a"].tolist() == [0.1, 19.9]
    restored = Schema.of(pd.DataFrame({"a": prices})).restore(pd.DataFrame({"a": [0.3, 0.1]}))
    assert restored["a"].tolist() == [float(np.float32(0.3)), float(np.float32(0.1))]


@pytest.mark.engine
def test_what_the_check_accepts_trains_and_samples() -> None:
    kinds = {kind: values for kind, values in ANY_COLUMN.items() if kind != "hours of a zone"}
    rows = np.arange(400)
    frame = pd.DataFrame(
        {
            kind: pd.Series([values[i % len(values)] for i in rows], dtype=dtype)
            for kind, (values, dtype, _) in kinds.items()
        }
    ).rename(
        columns={"int8": "__key", "str": "__primary_key", "codes": 7, "float16": "self", "bool": "a__b/c:d"}
    )
    drawn = train_generator(frame, max_epochs=1).sample(100)
    assert list(drawn.columns) == list(frame.columns)
    backs = [
        back or str(frame[name].dtype) for name, (*_, back) in zip(frame.columns, kinds.values(), strict=True)
    ]
    assert [str(dtype) for dtype in drawn.dtypes] == backs
    assert not (drawn.astype(object) == PROTECTED_TOKEN).all().any()
    assert set(drawn["zone"].dt.strftime("%H:%M")) == {"00:00"}
    assert drawn["dates as text"].dropna().str.fullmatch(r"\d{2}\.\d{2}\.\d{4}").all()
    assert closest_records(drawn, frame).rows == 100
