"""Made-up people with several rows each, whose relations are known; and leaks planted in them."""

import numpy as np
import pandas as pd

from synth_handson.tables.linked import LinkedTables

SHOPS = np.array(["food", "fuel", "web", "travel"])


def draw_payments(people: int, random_state: int) -> pd.DataFrame:
    """Draw card payments: a person has an age and a region, a favourite shop, and pays more or less."""
    rng = np.random.default_rng(random_state)
    trait = rng.normal(size=people)
    who = np.repeat(np.arange(people), 1 + rng.poisson(np.exp(1.2 + 0.4 * trait)))
    rows = len(who)
    favourite = rng.integers(0, len(SHOPS), people)[who]
    shop = np.where(rng.random(rows) < 0.5, favourite, rng.integers(0, len(SHOPS), rows))
    frame = pd.DataFrame(
        {
            "customer": who,
            "age": np.clip(45 + 12 * trait + rng.normal(0, 8, people), 18, 90).astype(int)[who],
            "region": rng.choice(list("ABCDEF"), people)[who],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, rows), unit="D"),
            "shop": SHOPS[shop],
            "amount": np.exp(3 + 0.4 * trait[who] + rng.normal(0, 0.7, rows)).round(2),
        }
    )
    return frame.sort_values(["customer", "day"], ignore_index=True)


def renumbered(frame: pd.DataFrame, first: int, key: str = "customer") -> pd.DataFrame:
    """Give people new keys, from ``first`` on."""
    return frame.assign(**{key: first + pd.factorize(frame[key])[0]})


def some(frame: pd.DataFrame, people: int, key: str = "customer") -> pd.DataFrame:
    """Keep the first people."""
    return frame[frame[key].isin(frame[key].unique()[:people])]


def planted(synthetic: pd.DataFrame, rows: pd.DataFrame, key: str = "customer") -> pd.DataFrame:
    """Put other people, under new keys, in place of as many synthetic ones."""
    gone = synthetic[key].unique()[: rows[key].nunique()]
    kept = synthetic[~synthetic[key].isin(gone)]
    return pd.concat([kept, renumbered(rows, 900_000, key)], ignore_index=True)


def joined(frame: pd.DataFrame, key: str = "customer") -> pd.DataFrame:
    """Make one person of each two: with what belongs to the first, and the events of both."""
    pairs = frame.assign(**{key: pd.factorize(frame[key])[0] // 2})
    own = ["age", "region"]
    return pairs.assign(**pairs.groupby(key)[own].transform("first"))


def on_new_days(frame: pd.DataFrame, random_state: int) -> pd.DataFrame:
    """Move every payment to another day."""
    days = np.random.default_rng(random_state).integers(1, 60, len(frame))
    return frame.assign(day=frame["day"] + pd.to_timedelta(days, unit="D"))


def linked(frame: pd.DataFrame, key: str = "customer") -> LinkedTables:
    """Take payments apart into customers and payments."""
    return LinkedTables.from_events(frame, key, "payments")
