"""The two tables that ship, and the relations that their script states."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from synth_handson.paths import bundled
from synth_handson.tables.examples import EXAMPLES, customers, financial


@pytest.mark.parametrize(("name", "shape"), [("financial", (1_000, 10)), ("customers", (800, 11))])
def test_what_ships_is_what_the_script_makes(name: str, shape: tuple[int, int], tmp_path: Path) -> None:
    made = EXAMPLES[name]()
    assert made.shape == shape
    made.to_csv(tmp_path / "made.csv", index=False, lineterminator="\n")
    assert (tmp_path / "made.csv").read_bytes() == bundled(f"{name}.csv").read_bytes()


def coefficients(features: pd.DataFrame, target: pd.Series) -> pd.Series:
    fitted = LogisticRegression(C=1e6, max_iter=1_000).fit(features, target)
    return pd.Series(fitted.coef_[0], index=features.columns)


def test_approvals_follow_the_stated_odds() -> None:
    table = financial(rows=200_000)
    found = coefficients(
        pd.DataFrame(
            {
                "score": (table["credit_score"] - 680) / 80,
                "debt": (table["debt_to_income"] - 0.35) / 0.25,
                "owns": (table["home_ownership"] == "own").astype(float),
                "age": (table["age"] - 42) / 12,
            }
        ),
        table["loan_approved"],
    )
    np.testing.assert_allclose(found, [1.2, -1.5, 0.8, 0.0], atol=0.06)


def test_churn_follows_the_stated_odds() -> None:
    table = customers(rows=200_000)
    found = coefficients(
        pd.DataFrame(
            {
                "monthly": (table["contract"] == "monthly").astype(float),
                "tenure": np.minimum(table["tenure_months"], 36),
                "calls": table["support_calls"],
                "dear": (table["monthly_charges"] > 70).astype(float),
                "age": (table["age"] - 45) / 15,
            }
        ),
        table["churned"],
    )
    np.testing.assert_allclose(found, [1.1, -0.04, 0.45, 0.6, 0.0], atol=0.06)
