"""Time nearest_neighbors against scikit-learn, faiss and gower, and check how exact each of them is.

    uv run --with faiss-cpu --with gower python benchmarks/nearest.py [PATH of the full table]
    uv run --with faiss-cpu python benchmarks/nearest.py --shapes

Without a path, the table is what load_bank_marketing finds. faiss and gower are no dependencies of the
project; without them their lines are left out. Prints a Markdown table. With --shapes, made-up tables of ten
shapes are searched instead, on one core and in processor time.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from machine import describe_machine
from scipy.stats import rankdata
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from synth_handson.metrics.columns import EncodedColumn
from synth_handson.metrics.distances import HeomSpace, nearest_neighbors
from synth_handson.metrics.row_trees import points
from synth_handson.tables.bank import HANDS_ON_COLUMNS, load_bank_marketing

N_QUERIES = 5_000
N_IDENTICAL = 100
N_GOWER = 100
K = 2
TOLERANCE = 1e-9

MOST_TREE_DIMENSIONS = 25
MOST_PAIRS = 10**9
TREES_AND_BRUTE = ("brute", "kd_tree", "ball_tree")

Found = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Shape:
    """Sizes of two made-up tables: rows to search for and among, numbers, and the levels of categories."""

    asked: int
    rows: int
    numbers: int
    levels: tuple[int, ...] = ()

    def __str__(self) -> str:
        counts = sorted(set(self.levels))
        categories = ", ".join(f"{self.levels.count(n)} of {n:,}" for n in counts)
        if len(counts) > 3:
            categories = f"{len(self.levels)} of {counts[0]} to {counts[-1]}"
        return f"{self.asked:,} × {self.rows:,} | {self.numbers} | {categories or '–'}"

    @property
    def dimensions(self) -> int:
        """Of its points."""
        return self.numbers + sum(levels if levels > 2 else 1 for levels in self.levels)

    def table(self, n: int, seed: int) -> pd.DataFrame:
        """Draw columns that depend on four hidden ones; the levels of a category are ever rarer."""
        rng, weights = np.random.default_rng(seed), np.random.default_rng(0)
        hidden = rng.normal(size=(n, 4))
        columns: dict[str, object] = {}
        for i in range(self.numbers):
            columns[f"n{i}"] = np.round(hidden @ weights.normal(size=4) + rng.normal(size=n), 2)
        for i, levels in enumerate(self.levels):
            score = rankdata(hidden @ weights.normal(size=4) + rng.normal(0, 2, n)) / (n + 1)
            shares = np.cumsum(1 / np.arange(1, levels + 1))
            columns[f"c{i}"] = pd.Series(np.searchsorted(shares / shares[-1], score)).map("v{}".format)
        return pd.DataFrame(columns)

    @property
    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Rows to search for, the first of which are among the others, and those."""
        real = self.table(self.rows, 1)
        return pd.concat([real[:N_IDENTICAL], self.table(self.asked - N_IDENTICAL, 2)]), real


SHAPES = (
    Shape(1_000, 1_000, 5, (5,) * 5),
    Shape(5_000, 10_853, 6, (9, 16, 7, 15, 6, 5, 2, 42)),
    Shape(5_000, 10_000, 10, (30,) * 10),
    Shape(5_000, 10_000, 20, (4,) * 20),
    Shape(2_000, 10_000, 50, (5,) * 50),
    Shape(1_000, 10_000, 4, (1_000,) * 2),
    Shape(5_000, 50_000, 4, (2,) * 12),
    Shape(2_000, 20_000, 40),
    Shape(5_000, 100_000, 10),
    Shape(5_000, 1_000_000, 3),
)


@dataclass
class Way:
    """One way to find the neighbours, and what was measured of it."""

    name: str
    find: Callable[[pd.DataFrame, pd.DataFrame], Found]
    seconds: list[float] = field(default_factory=list)
    found: Found | None = None
    peak: str = ""
    largest_error: float = 0
    wrong: int = 0
    zeros: int = 0
    false_zeros: int = 0
    true_zeros: int = 0

    @property
    def median(self) -> float:
        """Median time, in seconds."""
        return statistics.median(self.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Time nearest_neighbors against scikit-learn, faiss and gower."
    )
    parser.add_argument("path", nargs="?", help="CSV file of the full Bank Marketing table")
    parser.add_argument("--repeats", type=int, default=9, help="timed runs of each way (default 9)")
    parser.add_argument("--full", action="store_true", help=f"run gower on all {N_QUERIES:,} rows: minutes")
    parser.add_argument("--shapes", action="store_true", help="ten made-up tables instead")
    options = parser.parse_args()
    if options.shapes:
        compare_shapes(options.repeats)
        return

    real = load(options.path)
    synthetic = perturb(real, np.random.default_rng(0))
    ours = Way("`nearest_neighbors` (ours)", nearest_neighbors)
    brute = Way("scikit-learn, brute", partial(by_sklearn, algorithm="brute"))
    kd_tree = Way("scikit-learn, kd_tree", partial(by_sklearn, algorithm="kd_tree"))
    ways = [ours, brute, kd_tree]
    packages = ["numpy", "pandas", "scipy", "scikit-learn"]
    if importable("faiss"):
        ways.append(Way("faiss IndexFlatL2, float32", by_faiss))
        packages.append("faiss-cpu")
    for way in ways:
        way.found = way.find(synthetic, real)
        way.peak = peak_memory(way.find, synthetic, real)
    time_in_turns(ways, synthetic, real, options.repeats)
    check(ways, heom(synthetic, real), len(synthetic))

    if importable("gower"):
        part = synthetic if options.full else synthetic[:: N_QUERIES // N_GOWER].reset_index(drop=True)
        gower = Way(f"gower, {len(part):,} rows" + " × 50" * (not options.full), by_gower)
        start = time.perf_counter()
        gower.found = gower.find(part, real)
        gower.seconds.append((time.perf_counter() - start) * len(synthetic) / len(part))
        gower.peak = "n/a"
        check([gower], gower_distances(part, real), len(part))
        ways.append(gower)
        packages.append("gower")

    print(description(real, options.repeats, describe_machine(*packages)))
    print("| way | median, s | from–to, s | × ours | largest error | wrong rows | zeros found | memory |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for way in ways:
        print(table_line(way, ours.median))
    fastest = min(brute, kd_tree, key=lambda way: way.median)
    print(f"\nThe fastest scikit-learn way ({fastest.name}) takes {fastest.median / ours.median:.1f} × ours.")


def compare_shapes(repeats: int) -> None:
    """Print how many times as long as ours the others take, on one core."""
    with_faiss = importable("faiss")
    if with_faiss:
        import faiss  # noqa: F401  (only what is loaded is limited)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    others = {f"scikit-learn, {name}": partial(by_sklearn, algorithm=name) for name in TREES_AND_BRUTE}
    if with_faiss:
        others["faiss IndexFlatL2"] = by_faiss
    print(f"k = {K}; processor time on one core, least of {repeats} runs in turns, encoding included.")
    print(f"{describe_machine('numpy', 'scipy', 'scikit-learn', *['faiss-cpu'] * with_faiss)}\n")
    print(f"| rows | numbers | categories, of levels | ours, s | {', × ours | '.join(others)}, × ours |")
    print("|---|---:|---|---:|" + "---:|" * len(others))
    for shape in SHAPES:
        ways = {"ours": nearest_neighbors} | {k: v for k, v in others.items() if applies(k, shape)}
        seconds = dict.fromkeys(ways, np.inf)
        tables = shape.tables
        with threadpool_limits(1):
            for _ in range(repeats):
                for name, find in ways.items():
                    start = time.process_time()
                    find(*tables)
                    seconds[name] = min(seconds[name], time.process_time() - start)
        cells = [f"{seconds[name] / seconds['ours']:.1f}" if name in seconds else "–" for name in others]
        print(f"| {shape} | {seconds['ours']:.3f} | {' | '.join(cells)} |", flush=True)


def applies(name: str, shape: Shape) -> bool:
    """Leave out what would take minutes."""
    if name.endswith("_tree"):
        return shape.dimensions <= MOST_TREE_DIMENSIONS
    return shape.asked * shape.rows <= MOST_PAIRS


def description(real: pd.DataFrame, repeats: int, machine: str) -> str:
    return f"""\
{N_QUERIES:,} synthetic-like rows × {len(real):,} real rows, k = {K}, columns {", ".join(real.columns)}.

- Query rows: real rows drawn with replacement (seed 0), each number moved by normal noise of a tenth of its
  column's standard deviation and kept in its range, each category drawn anew with probability 0.1; the first
  {N_IDENTICAL} rows left as they are, so that identical rows are among them.
- Time: from the two tables to distances and indices. Ours, scikit-learn (`n_jobs=-1`) and faiss all include
  the same encoding (ranks beside one-hot categories); gower has its own. Medians of {repeats} runs, in turns.
- Largest error, and wrong rows (queries for which a returned row is farther than the true one by more than
  {TOLERANCE:.0e}): against float64 distances computed by plain differences; for gower against Gower's.
- Zeros found: identical rows reported at distance exactly 0, of all there are, and false ones.
- Memory: rise of the resident peak during one run in a fresh process.
- gower ran once, if not on all rows then on every {N_QUERIES // N_GOWER}th; its time is scaled up linearly.
- {machine}
"""


def table_line(way: Way, ours: float) -> str:
    cells = [
        way.name,
        f"{way.median:.3f}",
        f"{min(way.seconds):.3f}–{max(way.seconds):.3f}" if len(way.seconds) > 1 else "one run",
        f"{way.median / ours:.1f}",
        f"{way.largest_error:.0e}" if way.largest_error else "0",
        f"{way.wrong}",
        f"{way.zeros} of {way.true_zeros}, {way.false_zeros} false",
        way.peak,
    ]
    return f"| {' | '.join(cells)} |"


def load(path: str | None) -> pd.DataFrame:
    if path is None:
        return load_bank_marketing().frame
    return pd.read_csv(path, sep=None, engine="python")[list(HANDS_ON_COLUMNS)]


def perturb(real: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw real rows and change all but the first of them, as :func:`description` says."""
    rows = real.sample(N_QUERIES, replace=True, random_state=rng, ignore_index=True)
    changed = rows.copy()
    for name, column in real.items():
        if pd.api.types.is_numeric_dtype(column):
            noisy = rows[name] + np.rint(rng.normal(0, 0.1 * column.std(), N_QUERIES)).astype(int)
            changed[name] = noisy.clip(column.min(), column.max())
        else:
            redrawn = column.sample(N_QUERIES, replace=True, random_state=rng, ignore_index=True)
            changed[name] = rows[name].where(rng.random(N_QUERIES) >= 0.1, redrawn)
    changed[:N_IDENTICAL] = rows[:N_IDENTICAL]
    return changed


def encode(synthetic: pd.DataFrame, real: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Place the rows of both tables as the library does before its search."""
    space = HeomSpace(real, synthetic)
    columns = [EncodedColumn(codes, space.ranks.get(name)) for name, codes in space.codes.items()]
    return points(columns, space.synthetic), points(columns, space.real)


def by_sklearn(synthetic: pd.DataFrame, real: pd.DataFrame, algorithm: str) -> Found:
    ours, theirs = encode(synthetic, real)
    return NearestNeighbors(n_neighbors=K, algorithm=algorithm, n_jobs=-1).fit(theirs).kneighbors(ours)


def by_faiss(synthetic: pd.DataFrame, real: pd.DataFrame) -> Found:
    import faiss

    ours, theirs = (points.astype(np.float32) for points in encode(synthetic, real))
    index = faiss.IndexFlatL2(theirs.shape[1])
    index.add(theirs)
    squared, found = index.search(ours, K)
    return np.sqrt(squared), found


def by_gower(synthetic: pd.DataFrame, real: pd.DataFrame) -> Found:
    """Take the smallest of each row of Gower's matrix, which has its own encoding and scale."""
    import gower

    categories = [not pd.api.types.is_numeric_dtype(column) for _, column in real.items()]
    matrix = gower.gower_matrix(synthetic, real, cat_features=categories)
    found = np.argpartition(matrix, K, axis=1)[:, :K]
    found = np.take_along_axis(found, np.argsort(np.take_along_axis(matrix, found, axis=1), axis=1), axis=1)
    return np.take_along_axis(matrix, found, axis=1), found


def heom(synthetic: pd.DataFrame, real: pd.DataFrame) -> Iterator[np.ndarray]:
    """Compute all HEOM distances in float64 by plain differences, without the library, in blocks."""

    def ranks(values: np.ndarray, column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        middles = (rankdata(column) - 0.5) / len(column)
        knots, first = np.unique(column, return_index=True)
        return np.interp(values, knots, middles[first], left=0, right=1), middles

    return (np.sqrt(sums) for sums in sums_over_columns(synthetic, real, ranks, np.square))


def gower_distances(synthetic: pd.DataFrame, real: pd.DataFrame) -> Iterator[np.ndarray]:
    """Compute Gower's distance in float64: its numbers are scaled by their range in both tables."""

    def shares_of_range(values: np.ndarray, column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        width = np.ptp(np.concatenate([values, column]))
        return values / width, column / width

    sums = sums_over_columns(synthetic, real, shares_of_range, np.abs)
    return (block / real.shape[1] for block in sums)


def sums_over_columns(
    synthetic: pd.DataFrame, real: pd.DataFrame, scale: Callable[..., Found], measure: np.ufunc
) -> Iterator[np.ndarray]:
    columns = []
    for name, column in real.items():
        if pd.api.types.is_numeric_dtype(column):
            columns.append((*scale(synthetic[name].to_numpy(float), column.to_numpy(float)), measure))
        else:
            codes, _ = pd.factorize(pd.concat([column, synthetic[name]]))
            columns.append((codes[len(column) :], codes[: len(column)], np.sign))
    for block in blocks(len(synthetic)):
        total = np.zeros((len(block), len(real)))
        for ours, theirs, apply in columns:
            total += apply(np.abs(ours[block, None] - theirs))
        yield total


def blocks(n: int) -> list[np.ndarray]:
    return np.array_split(np.arange(n), max(1, n // 20))


def check(ways: list[Way], true_blocks: Iterator[np.ndarray], n: int) -> None:
    """Hold what each way found against all the true distances."""
    for block, true in zip(blocks(n), true_blocks, strict=True):
        best = np.sort(np.partition(true, K, axis=1)[:, :K], axis=1)
        for way in ways:
            said, rows = (found[block] for found in way.found)
            reached = np.take_along_axis(true, rows, axis=1)
            way.largest_error = max(way.largest_error, float(np.abs(said - best).max()))
            way.wrong += int((reached > best + TOLERANCE).any(axis=1).sum())
            way.zeros += int(((said[:, 0] == 0) & (best[:, 0] == 0)).sum())
            way.false_zeros += int(((said[:, 0] == 0) & (best[:, 0] > 0)).sum())
            way.true_zeros += int((best[:, 0] == 0).sum())


def peak_memory(find: Callable[..., Found], synthetic: pd.DataFrame, real: pd.DataFrame) -> str:
    """Say how far one run raises the resident memory of a fresh process (Linux only)."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(rise_of_memory, find, synthetic, real).result()


def rise_of_memory(find: Callable[..., Found], synthetic: pd.DataFrame, real: pd.DataFrame) -> str:
    find(synthetic[:10], real[:100])  # imports
    before = resident_mb("VmRSS", reset=True)
    find(synthetic, real)
    after = resident_mb("VmHWM")
    return "n/a" if before is None or after is None else f"{after - before:.0f} MB"


def resident_mb(line: str, reset: bool = False) -> float | None:
    try:
        if reset:
            Path("/proc/self/clear_refs").write_text("5")
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    return int(status.partition(f"{line}:")[2].split()[0]) / 1024


def time_in_turns(ways: list[Way], synthetic: pd.DataFrame, real: pd.DataFrame, repeats: int) -> None:
    for _ in range(repeats):
        for way in ways:
            start = time.perf_counter()
            way.find(synthetic, real)
            way.seconds.append(time.perf_counter() - start)


def importable(package: str) -> bool:
    if find_spec(package) is not None:
        return True
    print(f"{package} is left out: it is not installed (run with `uv run --with`).", file=sys.stderr)
    return False


if __name__ == "__main__":
    main()
