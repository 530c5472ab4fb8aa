"""A made-up table of another shape: its distribution is known, so that good rows can be drawn."""

import numpy as np
import pandas as pd


def draw_people(rows: int, random_state: int) -> pd.DataFrame:
    """Draw people with dates, gaps, booleans, heavy ties and skew, all tied to one hidden trait."""
    rng = np.random.default_rng(random_state)
    trait = rng.normal(size=rows)
    income = np.exp(9 + 0.6 * trait + rng.normal(0, 0.4, rows)).round(-1)
    visits = rng.poisson(np.exp(0.4 * trait))
    regions = np.array(["north", "south", "east", "west", "overseas"])
    region = regions[np.clip((trait + rng.normal(0, 1, rows) + 2.5).astype(int), 0, 4)]
    since = pd.Timestamp("2015-01-01") + pd.to_timedelta((rng.beta(2, 1, rows) * 4_000).round(), unit="D")
    score = np.where(rng.random(rows) < 0.2, np.nan, (50 + 10 * trait + rng.normal(0, 5, rows)).round(1))
    return pd.DataFrame(
        {
            "income": income,
            "visits": visits,
            "region": region,
            "since": since,
            "score": score,
            "member": pd.array(trait + rng.normal(0, 1, rows) > 0, dtype="boolean"),
            "constant": "same",
            "size": rng.choice(["S", "M", "L"], rows, p=[0.7, 0.2, 0.1]),
            "code": rng.integers(10_000, 10_400, rows).astype(str),
            "churned": np.where(trait + rng.normal(0, 1.2, rows) < -1, "yes", "no"),
        }
    )


def draw_visits(rows: int) -> pd.DataFrame:
    """Draw 100 patients, each with so many visits, an income and a town."""
    rng = np.random.default_rng(1)
    patients = pd.DataFrame(
        {
            "patient_id": [f"PT-{number}" for number in range(1000, 1100)],
            "income": rng.gamma(3, 1500, 100).round(),
            "town": rng.choice(list("ABCDEF"), 100),
        }
    )
    visits = patients.loc[np.repeat(patients.index, rows)].reset_index(drop=True)
    return visits.assign(bpm=rng.normal(80, 9, len(visits)).round())
