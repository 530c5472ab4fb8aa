"""What becomes of each column."""

import numpy as np
import pandas as pd
import pytest

from synth_handson import TableError, find_personal_data
from synth_handson.pipeline.roles import assign_roles

ROWS = 60
TABLE = pd.DataFrame(
    {
        "id": range(101, 101 + ROWS),
        "email": [f"person{i}@firm.example" for i in range(ROWS)],
        "born": pd.date_range("1950-01-01", periods=ROWS, freq="300D"),
        "age": np.arange(ROWS) % 7 + 30,
        "job": ["nurse", "teacher", "clerk"] * (ROWS // 3),
        "code": [f"X{i:04}" for i in range(ROWS)],
        "note": [f"A longer remark about matter number {i} of the day." for i in range(ROWS)],
        "due": [f"{i % 12 + 1:02}/{i % 11 + 1:02}/2024" for i in range(ROWS)],
        "nothing": [None] * ROWS,
    }
)


def test_every_column_has_a_role_with_its_reason() -> None:
    roles = assign_roles(TABLE, find_personal_data(TABLE))
    assert {role.name: role.role for role in roles} == {
        "id": "numbered",
        "email": "made",
        "born": "learned",
        "age": "learned",
        "job": "learned",
        "code": "made",
        "note": "empty",
        "due": "empty",
        "nothing": "empty",
    }
    for role in roles:
        assert (role.reason is None) == (role.role == "learned")
        assert role.reason is None or role.reason.in_words("ja") != role.reason.in_words("en")


def test_a_table_that_is_too_small_is_refused() -> None:
    with pytest.raises(TableError, match="50"):
        assign_roles(TABLE.head(10), ())
