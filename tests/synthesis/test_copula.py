"""The Gaussian copula: correlations, missing values, and rows of given values."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.errors import ArgumentError
from synth_handson.metrics.arrays import Floats
from synth_handson.synthesis.copula import nearest_correlation
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.training import train_generator


def test_the_nearest_correlation_matrix_is_highams() -> None:
    # Higham 2002, section 5: the nearest to this one, to four digits.
    matrix = np.array([[2.0, -1, 0, 0], [-1, 2, -1, 0], [0, -1, 2, -1], [0, 0, -1, 2]])
    expected = [
        [1, -0.8084, 0.1916, 0.1068],
        [-0.8084, 1, -0.6562, 0.1916],
        [0.1916, -0.6562, 1, -0.8084],
        [0.1068, 0.1916, -0.8084, 1],
    ]
    assert nearest_correlation(matrix) == pytest.approx(np.array(expected), abs=1e-4)


@given(st.integers(2, 8), st.integers(0, 1_000))
def test_whatever_the_pairs_say_the_result_can_be_drawn_from(size: int, seed: int) -> None:
    drawn = np.random.default_rng(seed).uniform(-1, 1, (size, size))
    matrix = np.tril(drawn, -1) + np.tril(drawn, -1).T + np.eye(size)
    nearest = nearest_correlation(matrix)
    np.linalg.cholesky(nearest)
    assert np.diag(nearest) == pytest.approx(np.ones(size))
    assert np.abs(nearest).max() <= 1 + 1e-9


def test_a_correlation_matrix_stays_what_it_is() -> None:
    matrix = np.array([[1, 0.5], [0.5, 1]])
    assert nearest_correlation(matrix) == pytest.approx(matrix)


def normals(n: int, correlation: float, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], n)


@pytest.mark.parametrize("correlation", [-0.6, 0.0, 0.5, 0.8])
@pytest.mark.parametrize("levels", [2, 4, None])
def test_it_finds_the_correlation_behind_numbers_and_categories(
    correlation: float, levels: int | None
) -> None:
    one, other = normals(20_000, correlation).T
    category = other if levels is None else pd.qcut(other, levels, labels=list("abcd")[:levels])
    model = train_generator(pd.DataFrame({"one": one, "other": category}), engine="copula").model
    order = [latent.name for latent in model.latents]  # type: ignore[attr-defined]
    found = model.correlation[order.index("one"), order.index("other")]  # type: ignore[attr-defined]
    # The order of categories is found, but not which end is the upper one of more than two.
    assert abs(found) == pytest.approx(abs(correlation), abs=0.04)


def test_who_has_no_value_is_drawn_along() -> None:
    rng = np.random.default_rng(0)
    age = rng.normal(50, 10, 5_000)
    income = pd.Series(age + rng.normal(0, 5, 5_000)).where(rng.random(5_000) < (age - 20) / 60)
    rows = train_generator(pd.DataFrame({"age": age, "income": income}), engine="copula").sample(5_000)
    assert rows["income"].isna().mean() == pytest.approx(income.isna().mean(), abs=0.03)
    gap = age[income.isna()].mean() - age[income.notna()].mean()
    drawn = rows["age"][rows["income"].isna()].mean() - rows["age"][rows["income"].notna()].mean()
    assert drawn == pytest.approx(gap, rel=0.25)
    assert rows["age"].corr(rows["income"]) == pytest.approx(np.corrcoef(age, age)[0, 1] * 0.87, abs=0.08)


@pytest.fixture(scope="module")
def of_bank(bank: pd.DataFrame) -> Generator:
    return train_generator(bank, target="y", engine="copula")


class TestGivenValues:
    def test_all_rows_have_them(self, of_bank: Generator) -> None:
        given = {"job": "student", "age": 31, "y": "yes"}
        rows = of_bank.sample(300, given=given, even_if_few=True)
        assert len(rows) == 300
        for name, value in given.items():
            assert (rows[name] == value).all()
        assert rows["balance"].nunique() > 50

    @pytest.mark.parametrize("given", [{"marital": "single"}, {"y": "yes", "housing": "no"}])
    def test_the_others_are_as_where_the_values_came_by_chance(
        self, of_bank: Generator, given: dict[str | int, str]
    ) -> None:
        chance = of_bank.sample(200_000, random_state=1)
        chance = chance[np.logical_and.reduce([chance[name] == value for name, value in given.items()])]
        rows = of_bank.sample(len(chance), 2, given, even_if_few=True)
        for name in ("age", "duration"):
            error = chance[name].std() * np.sqrt(2 / len(chance))
            assert rows[name].mean() == pytest.approx(chance[name].mean(), abs=5 * error)

    def test_missing_can_be_given(self) -> None:
        table = pd.DataFrame({"a": [1.0, None] * 100, "b": [1, 2] * 100})
        rows = train_generator(table, engine="copula").sample(100, given={"a": None})
        assert rows["a"].isna().all()
        assert (rows["b"] == 2).mean() > 0.9

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"jbo": "student"}, "no column 'jbo'.*Did you mean: job"),
            ({"job": "wizard"}, "'job'.*'wizard'.*admin"),
            ({"age": 300}, "'age'.*300.*values: .* to"),
            ({"age": "old"}, "'age'.*'old'"),
        ],
    )
    def test_what_cannot_be_drawn_is_named(
        self, of_bank: Generator, given: dict[str | int, object], words: str
    ) -> None:
        with pytest.raises(ArgumentError, match=words):
            of_bank.sample(10, given=given, even_if_few=True)
