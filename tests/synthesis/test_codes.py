"""Codes that hardly anybody shares are made anew in their form."""

import random
import re
import uuid

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import ean, luhn
from stdnum.jp import cn

from synth_handson.synthesis.codes import Codes

PICK = random.Random(1)
ROWS = 420


def digits(n: int) -> str:
    return "".join(PICK.choices("0123456789", k=n))


COLUMNS = {
    "Japanese postal codes": (
        [PICK.choice(["053", "060"]) + digits(4) for _ in range(ROWS)],
        r"(053|060)\d{4}",
    ),
    "the same with a hyphen": (
        [f"{PICK.choice(['053', '060'])}-{digits(4)}" for _ in range(ROWS)],
        r"(053|060)-\d{4}",
    ),
    "American ones": ([PICK.choice(["902", "100"]) + digits(2) for _ in range(50)], r"(902|100)\d\d"),
    "UUIDs": (
        [str(uuid.UUID(int=PICK.getrandbits(128), version=4)) for _ in range(ROWS)],
        r"[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}",
    ),
    "hashes": ([f"{PICK.getrandbits(256):064X}" for _ in range(60)], "[0-9A-F]{64}"),
    "part numbers of two patterns": (
        [PICK.choice([f"PUMP-{digits(4)}-A", f"V{digits(5)}/EU"]) for _ in range(ROWS)],
        r"PUMP-\d{4}-A|V\d{5}/EU",
    ),
    "licence plates": (
        [
            f"{PICK.choice(['品川', '横浜'])} {digits(3)} {PICK.choice('あいう')} {digits(2)}-{digits(2)}"
            for _ in range(ROWS)
        ],
        r"(品川|横浜) \d{3} [あいう] \d\d-\d\d",
    ),
    "coordinates": (
        [f"{PICK.uniform(34, 36):.4f}, {PICK.uniform(130, 140):.4f}" for _ in range(ROWS)],
        r"3[45]\.\d{4}, 13\d\.\d{4}",
    ),
    "running numbers": ([f"X{i:04}" for i in range(60)], r"X\d{4}"),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_codes_are_made_in_their_form_and_none_is_a_real_one(kind: str) -> None:
    values, pattern = COLUMNS[kind]
    codes = Codes.of(values)
    assert codes is not None
    assert codes.roomy
    made = codes.make(50, np.random.default_rng(0), lambda code: False)
    assert [code for code in made if not re.fullmatch(pattern, code)] == []
    assert not set(made) & set(values)
    assert len(set(made)) == 50


def test_areas_are_as_frequent_as_they_are() -> None:
    values = ["053" + digits(4) for _ in range(300)] + ["060" + digits(4) for _ in range(100)]
    made = Codes.of(values).make(1_000, np.random.default_rng(0), lambda code: False)  # type: ignore[union-attr]
    assert 0.7 < np.mean([code.startswith("053") for code in made]) < 0.8


@given(alone=st.integers(1, 7))
@settings(max_examples=7)
def test_a_beginning_that_fewer_than_eight_share_is_not_kept(alone: int) -> None:
    values = ["053" + digits(4) for _ in range(200)] + ["9" + digits(2) + digits(4) for _ in range(alone)]
    made = Codes.of(values).make(2_000, np.random.default_rng(0), lambda code: False)  # type: ignore[union-attr]
    areas = [code[:3] for code in made if not code.startswith("053")]
    assert not areas or max(map(areas.count, areas)) <= 8


@pytest.mark.parametrize(("rule", "length"), [(luhn, 9), (ean, 12)])
def test_check_digits_are_right(rule: object, length: int) -> None:
    check = rule.calc_check_digit  # type: ignore[attr-defined]
    values = [f"{body[:4]}-{body[4:]}{check(body)}" for body in (digits(length) for _ in range(50))]
    made = Codes.of(values).make(50, np.random.default_rng(0), lambda code: False)  # type: ignore[union-attr]
    assert all(rule.is_valid(code.replace("-", "")) for code in made)  # type: ignore[attr-defined]


def test_a_check_digit_may_stand_first() -> None:
    values = [cn.calc_check_digit(body) + body for body in (digits(12) for _ in range(50))]
    made = Codes.of(values).make(50, np.random.default_rng(0), lambda code: False)  # type: ignore[union-attr]
    assert all(map(cn.is_valid, made))


def test_a_form_with_few_codes_says_that_real_ones_cannot_be_avoided() -> None:
    codes = Codes.of([f"{i:03}" for i in range(900)])
    assert codes is not None
    assert not codes.roomy
    assert all(
        re.fullmatch(r"\d{3}", code)
        for code in codes.make(1_500, np.random.default_rng(0), lambda code: False)
    )


@pytest.mark.parametrize(
    "values",
    [
        ["渋谷商店", "田中屋", "鈴木酒店"] * 20,
        [f"{chr(0x4E00 + i)}商店{i}号" for i in range(100)],
        [f"Some words no. {i}" + "x" * (i % 50) for i in range(100)],
        ["Anna", "Bert", "Cleo"] * 20,
    ],
)
def test_words_are_no_codes(values: list[str]) -> None:
    assert Codes.of(values) is None


def test_what_is_taken_is_not_made() -> None:
    codes = Codes.of([f"{i:05}" for i in range(0, 9_000, 50)])
    assert codes is not None
    assert all(
        code[-1] == "7" for code in codes.make(50, np.random.default_rng(0), lambda code: code[-1] != "7")
    )
