"""Count tables of millions of rows out of memory, beside plain pandas.

    uv run python benchmarks/scale.py [--rows 250000 1000000 5000000] [--assess 5000000]

The tables are drawn from the bundled one, chunk by chunk, into Parquet files in a temporary folder: as many
synthetic rows as said, four times as many training rows, and a holdout of the synthetic table's size. Both
ways count the same and must agree. Each runs in a process of its own, whose peak memory is read. Prints a
Markdown table.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from machine import describe_machine
from pyarrow.parquet import ParquetWriter

from synth_handson import assess
from synth_handson.evidence.counting.exact_tables import read_tables
from synth_handson.evidence.privacy.subsets import choose_subsets
from synth_handson.tables.bank import HANDS_ON_COLUMNS, load_bank_marketing

CHUNK = 500_000
COLUMNS = HANDS_ON_COLUMNS[:8]
SUBSETS = 12
"""Of the subsets of the columns, so many are joined by both ways."""
PANDAS_ROWS = 1_000_000
"""Beyond so many synthetic rows, plain pandas is not run unless asked for: it needs much memory."""

Paths = dict[str, Path]
Counted = tuple[list[int], list[tuple[int, int]], int]


def main() -> None:
    parser = argparse.ArgumentParser(description="Count large tables, beside plain pandas.")
    parser.add_argument("--rows", type=int, nargs="*", default=[250_000, 1_000_000, 5_000_000])
    parser.add_argument("--pandas-rows", type=int, default=PANDAS_ROWS, help="largest size for pandas")
    parser.add_argument("--assess", type=int, help="also time the whole of assess with so many rows")
    options = parser.parse_args()
    print(f"{len(COLUMNS)} columns, {SUBSETS} joins; {describe_machine('duckdb', 'pandas', 'numpy')}\n")
    print("| synthetic × training × holdout rows | ours | plain pandas | time, pandas / ours | memory |")
    print("|---:|---:|---:|---:|---:|")
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            paths = write_tables(Path(folder), rows)
            ours = measured(count, paths)
            theirs = measured(count_in_pandas, paths) if rows <= options.pandas_rows else None
        print(line(rows, ours, theirs), flush=True)
    if options.assess:
        with tempfile.TemporaryDirectory() as folder:
            seconds, peak, verdict = measured(assess_files, write_tables(Path(folder), options.assess))
        print(f"\nassess, {options.assess:,} synthetic rows: {seconds:,.0f} s, {peak:.1f} GB, {verdict}")


def line(rows: int, ours: tuple[float, float, Counted], theirs: tuple[float, float, Counted] | None) -> str:
    sizes = f"{rows:,} × {4 * rows:,} × {rows:,}"
    shown = [f"{seconds:.0f} s, {peak:.1f} GB" for seconds, peak, _ in filter(None, (ours, theirs))]
    if theirs is None:
        return f"| {sizes} | {shown[0]} | – | – | – |"
    assert ours[2] == theirs[2], (ours[2], theirs[2])
    return f"| {sizes} | {' | '.join(shown)} | {theirs[0] / ours[0]:.1f} | {theirs[1] / ours[1]:.1f} |"


def measured(count: Callable[[Paths], object], paths: Paths) -> tuple[float, float, object]:
    """Return seconds, peak gigabytes, and what was counted."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, count, paths).result()


def _measured(count: Callable[[Paths], object], paths: Paths) -> tuple[float, float, object]:
    start = time.perf_counter()
    found = count(paths)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return time.perf_counter() - start, peak, found


def joined_subsets(columns: list[str]) -> list[tuple[str, ...]]:
    every = choose_subsets(dict.fromkeys(columns, 1.0), np.random.default_rng(0))
    return [every[i] for i in np.linspace(0, len(every) - 1, SUBSETS).astype(int)]


def count(paths: Paths) -> Counted:
    with read_tables(**paths, random_state=0, rows=1_000) as given:
        whole = given.whole
        assert whole is not None
        names = list(whole.columns)
        found = [tuple(whole._find(subset, binned=False)[0]) for subset in joined_subsets(names)]
        cells = sum(np.count_nonzero(whole.pair_counts(a, b)) for a, b in combinations(names, 2))
        return list(whole.matches().found), found, int(cells)


def count_in_pandas(paths: Paths) -> Counted:
    tables = {title: pd.read_parquet(path) for title, path in paths.items()}
    people = pd.concat([tables["train"], tables["holdout"]], ignore_index=True)
    members = len(tables["train"])
    names = list(people.columns)

    def standing(subset: list[str]) -> tuple[pd.Series, pd.Series]:
        keys = pd.util.hash_pandas_object(people[subset], index=False)
        return keys, keys.isin(pd.util.hash_pandas_object(tables["synthetic"][subset], index=False))

    _, found = standing(names)
    identical = [int(found[:members].sum()), int(found[members:].sum())]
    joins = []
    for subset in joined_subsets(names):
        keys, found = standing(list(subset))
        alone = found & ~keys.duplicated(keep=False)
        joins.append((int(alone[:members].sum()), int(alone[members:].sum())))
    coarse = {title: coarsened(table, tables["train"]) for title, table in tables.items()}
    cells = sum(
        len(table.groupby([a, b], observed=True).size())
        for table in coarse.values()
        for a, b in combinations(names, 2)
    )
    return identical, joins, cells


def coarsened(table: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    """Cut numbers at the training table's deciles, as the library does."""
    cut = {}
    for name, column in table.items():
        if column.dtype.kind in "if":
            deciles = np.quantile(train[name], np.arange(1, 10) / 10, method="inverted_cdf")
            frequent = deciles[1:][deciles[1:] == deciles[:-1]]
            edges = np.unique(np.concatenate([deciles, np.nextafter(frequent, -np.inf)]))
            cut[name] = np.searchsorted(edges, column)
        else:
            cut[name] = column.astype("category")
    return pd.DataFrame(cut)


def assess_files(paths: Paths) -> str:
    evidence = assess(paths["synthetic"], train=paths["train"], holdout=paths["holdout"], target="y")
    return f"{evidence.verdict}, {evidence.privacy.verdict.smallest_detectable_leak}"


def write_tables(folder: Path, rows: int) -> Paths:
    sizes = {"synthetic": rows, "train": 4 * rows, "holdout": rows}
    rng = np.random.default_rng(0)
    return {title: write(folder / f"{title}.parquet", size, rng) for title, size in sizes.items()}


def write(path: Path, rows: int, rng: np.random.Generator) -> Path:
    """Draw rows of the bundled table; move numbers by a tenth of their spread, draw some categories anew."""
    table = load_bank_marketing("bundled").frame[list(COLUMNS)]
    writer = None
    for start in range(0, rows, CHUNK):
        size = min(CHUNK, rows - start)
        drawn = table.iloc[rng.integers(len(table), size=size)].reset_index(drop=True)
        for name, column in table.items():
            if column.dtype.kind in "if":
                noise = rng.normal(0, 0.1 * column.std(), size)
                drawn[name] = (drawn[name] + noise).round().clip(column.min(), column.max()).astype(int)
            else:
                anew = rng.random(size) < 0.1
                drawn.loc[anew, name] = column.iloc[rng.integers(len(table), size=anew.sum())].to_numpy()
        chunk = pa.Table.from_pandas(drawn, preserve_index=False)
        writer = writer or ParquetWriter(path, chunk.schema)
        writer.write_table(chunk)
    if writer:
        writer.close()
    return path


if __name__ == "__main__":
    main()
