"""Large tables on a Dask cluster of this machine, against DuckDB in one process.

uv run --all-extras python benchmarks/cluster.py --rows 1 5 20 --workers 1 2 4
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from distributed import Client, LocalCluster
from machine import describe_machine

from synth_handson.evidence.counting.cluster import ClusterRows
from synth_handson.evidence.counting.rows import Rows, on_disk

MILLION = 1_000_000
COLUMNS = 8
KEYS = ["v0, v1, v2, v3, v4, v5, v6, v7", "v0, v1, v2", "v3, v4, v5", "v0, v6"]
"""All columns, as identical rows are counted, and some subsets."""
AGGREGATES = "sum(t) FILTER (n > t + h), count(*) FILTER (t = 1 AND h = 0 AND m & 1 > 0)"


def fill(rows: Rows, millions: int) -> None:
    """Add rows of made-up numbers, half of them a training table's."""
    rng = np.random.default_rng(0)
    size = millions * MILLION
    for i in range(COLUMNS):
        values = rng.integers(0, 12 + 40 * i, size, dtype=np.int32)
        rows.add({f"v{i}": values, f"p{i}": (values % 10).astype(np.int16)})
    train = (np.arange(size) < size // 2).astype(np.uint8)
    rows.add({"train": train, "holdout": np.zeros_like(train), "marks": (1 - train)})
    rows.close()


def count(rows: Rows) -> tuple[float, list[tuple[int, ...]]]:
    """Return the seconds that the counts take, and what they are."""
    begun = time.perf_counter()
    found = [rows.over_groups(keys, AGGREGATES) for keys in KEYS]
    found += [tuple(sorted(rows.cells(0, 1))[0]), tuple(sorted(rows.cells(2, 3))[0])]
    return time.perf_counter() - begun, found


def main(millions: list[int], workers: list[int]) -> None:
    """Print a row of the table for each size."""
    print(f"{describe_machine('duckdb', 'distributed')}\n")
    names = [f"{number} worker{'s' * (number > 1)}" for number in workers]
    print(f"| million rows | one process, s | {' | '.join(f'{name}, s (ratio)' for name in names)} |")
    print(f"|---:|---:|{'---:|' * len(workers)}")
    for size in millions:
        with TemporaryDirectory() as folder, on_disk(Path(folder)) as disk:
            fill(disk, size)
            alone, expected = count(disk)
        row = [f"{size}", f"{alone:.1f}"]
        for number in workers:
            with (
                LocalCluster(n_workers=number, threads_per_worker=1, dashboard_address=None) as cluster,
                Client(cluster, set_as_default=False) as client,
            ):
                there = ClusterRows(client)
                fill(there, size)
                seconds, found = count(there)
                assert found == expected
            row.append(f"{seconds:.1f} ({seconds / alone:.1f}×)")
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 5, 20])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    asked = parser.parse_args()
    main(asked.rows, asked.workers)
