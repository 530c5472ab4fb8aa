"""People found by values that were written in another way."""

import hashlib
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.transformed import transformed_matches
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.verdict import avoids_training_people, beyond_tolerance

PEOPLE, COPIED = 400, 40


def draw(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    at = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365 * 86_400, PEOPLE), unit="s")
    numbers = rng.choice(10**8, (PEOPLE, 2), replace=False)
    return pd.DataFrame(
        {
            "customer": numbers[:, 0] + 10**8 * seed,
            "phone": numbers[:, 1] + 10**8 * (seed + 10),
            "salary": np.exp(rng.normal(10, 0.5, PEOPLE)).round(2),
            "rent": np.exp(rng.normal(7, 0.5, PEOPLE)).round(2),
            "debt": np.exp(rng.normal(9, 0.5, PEOPLE)).round(2),
            "at": at,
            "reference": [f"K-{number}" for number in rng.choice(10**8, PEOPLE, replace=False)],
            "sex": rng.choice(["f", "m"], PEOPLE),
        }
    )


TRAIN, HOLDOUT, FRESH = draw(1), draw(2), draw(3)


def measured(synthetic: pd.DataFrame) -> Measure:
    found = transformed_matches(prepare_tables(synthetic, TRAIN, HOLDOUT), 0)
    assert found is not None
    return found


def with_values(column: str, values: pd.Series, into: str = "") -> pd.DataFrame:
    """Give the first synthetic rows values of training people in another form."""
    leaky = FRESH.copy()
    leaky.loc[: COPIED - 1, into or column] = values[:COPIED].to_numpy()
    return leaky


def cut(values: pd.Series) -> pd.Series:
    """Keep the cents."""
    return values % 1


def cents(columns: list[str]) -> pd.DataFrame:
    leaky = FRESH.copy()
    for name in columns:
        leaky[name] = (np.floor(leaky[name]) + cut(TRAIN[name])).round(2)
    return leaky


def moved_alike() -> pd.DataFrame:
    """Move two amounts of a person by the same, which differs from person to person."""
    by = np.random.default_rng(0).integers(-500, 500, PEOPLE)
    return FRESH.assign(**{name: (TRAIN[name] + by).round(2) for name in ("salary", "debt")})


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


LEAKS: dict[str, Callable[[], pd.DataFrame]] = {
    "customer + 1.23457e+06": lambda: with_values("customer", TRAIN.customer + 1_234_567),
    "salary * 1.1": lambda: with_values("salary", (TRAIN.salary * 1.1).round(2)),
    "0 - salary": lambda: with_values("salary", -TRAIN.salary),
    "at + 37": lambda: with_values("at", TRAIN["at"] + pd.Timedelta(days=37)),
    "at % 1": lambda: with_values(
        "at", TRAIN["at"] + pd.to_timedelta(np.arange(PEOPLE) * 7 % 60 - 30, unit="D")
    ),
    "salary // 1": lambda: with_values("salary", np.floor(TRAIN.salary) + np.arange(PEOPLE) * 7 % 100 / 100),
    "customer → phone": lambda: with_values("customer", TRAIN.customer, into="phone"),
    "reversed(reference)": lambda: with_values("reference", TRAIN.reference.str.slice(2).str[::-1]),
    "sha1(reference)": lambda: with_values("reference", TRAIN.reference.map(sha1)),
    "last 2 digits of salary, rent, debt": lambda: cents(["salary", "rent", "debt"]),
    "salary - debt": moved_alike,
}  # fmt: skip


@pytest.mark.parametrize("form", LEAKS)
def test_training_people_are_found_in_this_form(form: str) -> None:
    found = measured(LEAKS[form]())
    # Columns stand in the order in which they tell people apart.
    assert sorted(found.columns[0].replace(",", "").split()) == sorted(form.replace(",", "").split())
    assert found.p_value is not None
    assert found.p_value < 1e-6
    assert beyond_tolerance(found)
    assert not avoids_training_people(found)


def test_people_never_seen_are_not_accused() -> None:
    found = measured(FRESH)
    assert found.p_value is not None
    assert found.p_value > 0.05


def test_the_share_of_people_found() -> None:
    # 40 of 400 training people, and nobody else: customer numbers hardly meet by chance.
    found = measured(LEAKS["customer → phone"]())
    assert found.value is not None
    assert found.reference is not None
    assert (found.value, found.reference) == (0.1, 0)
    assert found.rows == 2 * PEOPLE


def test_holdout_people_in_another_form_are_no_fault_of_the_training_people() -> None:
    leaky = FRESH.copy()
    leaky.loc[: COPIED - 1, "salary"] = (HOLDOUT.salary[:COPIED] * 1.1).round(2)
    assert avoids_training_people(measured(leaky))


def test_alike_rows_are_one_person() -> None:
    twice = pd.concat([TRAIN, TRAIN], ignore_index=True)
    synthetic = LEAKS["salary * 1.1"]()
    found = transformed_matches(prepare_tables(synthetic, twice, HOLDOUT), 0)
    assert found is not None
    assert found.rows == 2 * PEOPLE
    assert found.value is not None
    assert found.value == pytest.approx(0.1, abs=0.01)


def test_columns_that_tell_nobody_apart_are_not_measured() -> None:
    coarse = [table.assign(age=np.arange(PEOPLE) % 50)[["age", "sex"]] for table in (FRESH, TRAIN, HOLDOUT)]
    assert transformed_matches(prepare_tables(*coarse), 0) is None


@pytest.mark.filterwarnings("error")
def test_numbers_beyond_64_bits_are_not_taken_for_one_and_the_same() -> None:
    rng = np.random.default_rng(5)
    train, holdout = (
        pd.DataFrame({"mass": rng.integers(1, 10**6, PEOPLE) * 1e20, "sex": rng.choice(["f", "m"], PEOPLE)})
        for _ in range(2)
    )
    found = transformed_matches(prepare_tables(train.assign(mass=0.0), train, holdout), 0)
    assert found is not None and found.reference is not None
    assert (found.value, found.reference) == (0, 0)


def test_labels_can_be_exchanged() -> None:
    # Of 20 random splits of the same people, about one in twenty may be below .05.
    everybody = pd.concat([TRAIN, HOLDOUT], ignore_index=True)
    p_values = []
    for seed in range(20):
        mixed = everybody.sample(frac=1, random_state=seed).reset_index(drop=True)
        found = transformed_matches(prepare_tables(FRESH, mixed[:PEOPLE], mixed[PEOPLE:]), seed)
        assert found is not None
        p_values.append(found.p_value)
    assert sum(p < 0.05 for p in p_values if p is not None) <= 4
