"""What becomes of each column."""

import numpy as np
import pandas as pd
import pytest

from synth_handson import TableError, find_personal_data
from synth_handson.pii.fakes import Fakes
from synth_handson.pipeline.made_codes import make_codes, why_made
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
        "shop": [f"{chr(0x4E00 + i)}商店" for i in range(ROWS)],
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
        "due": "made",
        "shop": "empty",
        "nothing": "empty",
    }
    for role in roles:
        assert (role.reason is None) == (role.role == "learned")
        assert role.reason is None or role.reason.render("ja") != role.reason.render("en")


def test_a_table_that_is_too_small_is_refused() -> None:
    with pytest.raises(TableError, match="50"):
        assign_roles(TABLE.head(10), ())


def test_codes_and_dates_are_made_in_their_form_and_words_in_other_scripts_are_not() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "zip": [f"05{i % 3}{i * 37:04}" for i in range(ROWS)],
            "twice": [f"K-{i // 2 * 7:03}" for i in range(ROWS)],
            "due": TABLE["due"],
            "shop": [f"{chr(0x4E00 + i)}商店" for i in range(ROWS)],
        }
    )
    made = {
        name: make_codes(frame[name], None, 100, Fakes(b"0" * 16), rng) for name in ("zip", "twice", "due")
    }
    assert made["zip"].str.fullmatch(r"05[012]\d{4}").all()
    assert made["twice"].str.fullmatch(r"K-\d{3}").all()
    assert pd.to_datetime(made["due"], format="%d/%m/%Y").dt.year.eq(2024).all()
    assert pd.to_datetime(made["due"], format="%m/%d/%Y").notna().all()
    for name in ("zip", "twice"):
        assert not set(made[name]) & set(frame[name])
    assert why_made(frame["shop"], None) is None


def test_what_is_missing_in_a_column_of_codes_is_missing_in_what_is_made() -> None:
    codes = pd.Series([f"X{i:04}" if i % 2 else None for i in range(200)])
    made = make_codes(codes, None, 1_000, Fakes(b"0" * 16), np.random.default_rng(0))
    assert 0.45 < made.isna().mean() < 0.55


def test_a_beginning_is_kept_if_eight_people_share_it_and_not_one_person_eight_times() -> None:
    people = np.repeat(np.arange(20), 10)
    codes = pd.Series([f"{person * 37 % 100:02}{row:04}" for row, person in enumerate(people)])
    made = make_codes(codes, people, 500, Fakes(b"0" * 16), np.random.default_rng(0))
    assert made.str[:2].nunique() > 40


def test_the_example_of_a_reason_is_no_personal_data() -> None:
    frame = TABLE.assign(age=[*(str(7 * i) for i in range(ROWS - 1)), "Emily Clarke"])
    (role,) = (role for role in assign_roles(frame, find_personal_data(frame)) if role.name == "age")
    assert role.reason is not None
    assert "E•••• ••••••" in role.reason.render()
    assert "Clarke" not in role.reason.render()
