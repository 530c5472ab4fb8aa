"""What is plainly broken in a column: found where it is certain, and never by chance."""

import numpy as np
import pandas as pd
import pytest
from people import draw_people

from synth_handson.evidence.fidelity.broken import BrokenColumn, find_broken, find_shifted
from synth_handson.evidence.three_tables import prepare_tables


def real(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, rows).astype(float),
            "job": rng.choice(["clerk", "nurse", "pilot"], rows, p=[0.6, 0.28, 0.12]),
            "stars": rng.choice([1.0, 2.0, 3.0], rows, p=[0.5, 0.45, 0.05]),
        }
    )


TRAIN, FRESH = real(1_000, 0), real(600, 1)


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (FRESH.assign(age=40.0), ("age", "constant", "40")),
        (FRESH.assign(age=FRESH["age"].where(np.arange(600) % 10 < 4)), ("age", "blank", None)),
        (FRESH.assign(age=np.nan), ("age", "blank", None)),
        (FRESH.replace("pilot", "clerk"), ("job", "lost", "pilot")),
        (FRESH.replace(3.0, 2.0), ("stars", "lost", "3")),
    ],
)
def test_what_is_broken_is_found(broken: pd.DataFrame, found: tuple[str, str, str | None]) -> None:
    (fault,) = find_broken(broken, TRAIN)
    assert (fault.column, fault.fault, fault.category) == found


def test_it_says_how_many_real_rows_have_what_is_lost() -> None:
    (fault,) = find_broken(FRESH.replace("pilot", "clerk"), TRAIN)
    assert (fault.share, fault.reference) == (0, (TRAIN["job"] == "pilot").mean())


def test_a_column_that_real_people_leave_blank_must_be() -> None:
    gaps = TRAIN.assign(age=TRAIN["age"].where(np.arange(1_000) % 2 == 0))
    assert find_broken(FRESH, gaps) == (BrokenColumn("age", "blank", None, 0.0, 0.5),)


def test_a_rare_category_may_be_missing() -> None:
    rare = TRAIN.assign(job=np.where(np.arange(1_000) < 8, "king", TRAIN["job"]))
    assert find_broken(FRESH, rare) == ()
    # Common, but so few rows are drawn that chance alone may leave it out.
    common = TRAIN.assign(job=np.where(np.arange(1_000) < 30, "king", TRAIN["job"]))
    assert find_broken(FRESH.head(100), common) == ()
    assert [fault.category for fault in find_broken(FRESH, common)] == ["king"]


def test_what_is_constant_in_reality_may_be() -> None:
    assert find_broken(FRESH.assign(age=1.0), TRAIN.assign(age=1.0)) == ()


@pytest.mark.parametrize("seed", range(10))
def test_other_real_people_break_nothing(seed: int) -> None:
    tables = prepare_tables(*(draw_people(rows, seed + part) for part, rows in enumerate((150, 300, 120))))
    assert find_broken(tables.synthetic, tables.train) == ()
    assert find_shifted(tables.synthetic["churned"], tables.train["churned"]) is None


def test_a_class_that_is_certainly_too_frequent_is_found() -> None:
    train = pd.Series(["no"] * 880 + ["yes"] * 120, name="y")
    assert find_shifted(pd.Series(["no"] * 810 + ["yes"] * 190), train) == BrokenColumn(
        "y", "shifted", "yes", 0.19, 0.12
    )
    # 4 points, which is not certain.
    assert find_shifted(pd.Series(["no"] * 840 + ["yes"] * 160), train) is None
