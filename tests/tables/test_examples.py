"""The tables that ship, and the relations that their script states."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from synth_handson.paths import bundled
from synth_handson.tables.examples import EXAMPLES, card_payments, customers, financial, stays
from synth_handson.tables.rules.parse import parse_rules

SHAPES = [("financial", (1_000, 10)), ("customers", (800, 11)), ("stays", (1_000, 14))]


@pytest.mark.parametrize(("name", "shape"), SHAPES)
def test_what_ships_is_what_the_script_makes(name: str, shape: tuple[int, int], tmp_path: Path) -> None:
    made = EXAMPLES[name]()
    assert made.shape == shape
    made.to_csv(tmp_path / "made.csv", index=False, lineterminator="\n")
    assert (tmp_path / "made.csv").read_bytes() == bundled(f"{name}.csv").read_bytes()


def test_the_linked_tables_that_ship_are_what_the_script_makes(tmp_path: Path) -> None:
    made = card_payments()
    for name, table in {"cardholders": made.people, **made.events}.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False, lineterminator="\n")
        assert (tmp_path / f"{name}.csv").read_bytes() == bundled(f"{name}.csv").read_bytes()


def test_payments_follow_the_stated_relations() -> None:
    made = card_payments(people=20_000)
    payments, owner = made.events["payments"], made.owners("payments")
    premium = (made.people["card"] == "premium").to_numpy()
    counts = made.counts("payments")
    assert counts.min() == 1
    assert counts[premium].mean() == pytest.approx(14, abs=0.2)
    assert counts[~premium].mean() == pytest.approx(6, abs=0.1)
    by_person = payments.groupby(owner)
    days = by_person["paid_on"].diff().dropna().dt.days
    assert days[premium[owner[days.index]]].mean() == pytest.approx(6, abs=0.1)
    logs = np.log(payments["amount"])
    assert (logs - logs.groupby(owner).transform("mean")).std() == pytest.approx(0.4, abs=0.03)
    again = (payments["shop"] == by_person["shop"].shift())[owner == np.roll(owner, 1)]
    same = np.sum(np.array([0.4, 0.2, 0.15, 0.05, 0.2]) ** 2)
    assert again.mean() == pytest.approx(0.6 + 0.4 * same, abs=0.01)
    assert (by_person["points"].diff().dropna() >= 0).all()
    young = (made.people["born"] > 1985).to_numpy()[owner]
    assert payments["online"][young].mean() == pytest.approx(0.5, abs=0.01)


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


def test_stays_keep_the_stated_rules() -> None:
    table = stays()
    stated = [
        "booked <= checkin < checkout", "nights = checkout - checkin", "price = nights * rate",
        "tax = floor(price * 0.1)", "total = price + tax", "city -> country",
        'missing(paid) iff status in ("open", "cancelled")', "checkin <= paid",
    ]  # fmt: skip
    for rule in parse_rules("\n".join(stated)):
        assert rule.holds(table).all(), rule
