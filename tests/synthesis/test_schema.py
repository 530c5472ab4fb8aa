"""How columns go to the engine and come back."""

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.synthesis import store
from synth_handson.synthesis.schema import FEW_VALUES, PROTECTED_TOKEN, Schema, encoding_types, prepare

DAY = datetime.date(2020, 2, 29)

COLUMNS: dict[str, tuple[Any, str, str]] = {
    "many integers": (pd.Series(range(0, 40, 2)), "TABULAR_NUMERIC_AUTO", "int64"),
    "few integers": (pd.Series([1, 2] * 10), "TABULAR_NUMERIC_DISCRETE", "int64"),
    "small integers": (pd.Series([1, 2] * 10, dtype="int8"), "TABULAR_NUMERIC_DISCRETE", "int8"),
    "integers, some missing": (pd.Series([1, None] * 10, dtype="Int64"), "TABULAR_NUMERIC_DISCRETE", "Int64"),
    "floats": (pd.Series(np.arange(20) / 3), "TABULAR_NUMERIC_AUTO", "float64"),
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
    assert encoding_types(frame) == {"a": encoding}
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
    (encoding,) = encoding_types(pd.DataFrame({"a": np.arange(100) % distinct})).values()
    assert encoding == ("TABULAR_NUMERIC_DISCRETE" if distinct <= FEW_VALUES else "TABULAR_NUMERIC_AUTO")


def test_levels_of_a_category_come_back_as_what_they_were() -> None:
    frame = pd.DataFrame({"grade": pd.Categorical([3, 1, 2], categories=[1, 2, 3], ordered=True)})
    restored = Schema.of(frame).restore(pd.DataFrame({"grade": ["2", PROTECTED_TOKEN, "1"]}))
    assert restored["grade"].tolist() == [2, PROTECTED_TOKEN, 1]
    assert restored["grade"].cat.categories.tolist() == [1, 2, 3, PROTECTED_TOKEN]
    assert restored["grade"].cat.ordered


def test_a_value_a_dtype_cannot_hold_changes_the_dtype_not_the_value() -> None:
    schema = Schema.of(pd.DataFrame({"a": pd.Series([1, 2], dtype="int8")}))
    assert schema.restore(pd.DataFrame({"a": [300, 1]}))["a"].tolist() == [300, 1]
    assert schema.restore(pd.DataFrame({"a": [1.5, 1]}))["a"].tolist() == [1.5, 1]
    assert schema.restore(pd.DataFrame({"a": pd.array([1, None], "Int64")}))["a"].dtype == "Int64"


def test_numbers_and_their_text_are_not_the_same_table() -> None:
    numbers = pd.DataFrame({"a": pd.Series([1, 2] * 10, dtype=object)})
    text = pd.DataFrame({"a": pd.Series(["1", "2"] * 10, dtype=object)})
    assert store.key(prepare(numbers), {}) != store.key(prepare(text), {})
