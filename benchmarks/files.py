"""How long reading and writing a large CSV file takes, and how much memory, beside pandas.

    uv run python benchmarks/files.py [--rows 5_000_000] [--rounds 2]

Each works in a process of its own, in turns. pandas reads what it finds; ours tells codes, dates and truth
values as well. Prints a Markdown table with the ratios.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from machine import describe_machine

WORK = {
    "ours": """
from synth_handson.tables.files.reading import read_file
from synth_handson.tables.files.writing import write_table
read = lambda path: read_file(path)
write = lambda made, path: write_table(made[0], path, form=made[1])
""",
    "pandas": """
import pandas as pd
read = lambda path: pd.read_csv(path)
write = lambda made, path: made.to_csv(path, index=False)
""",
}
TIMED = """
import resource, sys, time
start = time.perf_counter()
made = read(sys.argv[1])
between = time.perf_counter()
write(made, sys.argv[2])
end = time.perf_counter()
print(between - start, end - between, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


def make_table(rows: int) -> pd.DataFrame:
    """Return a table of eight columns: numbers, words, dates, truth values, and codes with leading zeros."""
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "id": np.arange(rows),
            "age": rng.integers(18, 90, rows),
            "job": rng.choice(["nurse", "teacher", "engineer"], rows),
            "income": np.round(rng.lognormal(10, 0.5, rows), 2),
            "born": pd.Timestamp("1950-01-01") + pd.to_timedelta(rng.integers(0, 20_000, rows), unit="D"),
            "ok": rng.choice(["yes", "no"], rows),
            "zip": np.char.zfill(rng.integers(0, 99_999, rows).astype(str), 5),
            "city": rng.choice(["Köln", "Bonn", "Ulm"], rows),
        }
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    print(describe_machine())
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "large.csv")
        make_table(options.rows).to_csv(source, index=False)
        measured: dict[str, list[list[float]]] = {name: [] for name in WORK}
        for _ in range(options.rounds):
            for name, work in WORK.items():
                target = Path(folder, "written.csv")
                done = subprocess.run(
                    [sys.executable, "-c", work + TIMED, source, target],
                    check=True, capture_output=True, text=True,
                )  # fmt: skip
                measured[name].append([float(number) for number in done.stdout.split()])
                target.unlink()
    medians = {name: [median(part) for part in zip(*runs, strict=True)] for name, runs in measured.items()}
    print("\n| | read, s | written, s | GB at most |\n|---|---|---|---|")
    for name, numbers in medians.items():
        print(f"| {name} | " + " | ".join(f"{number:.1f}" for number in numbers) + " |")
    ratios = (ours / theirs for ours, theirs in zip(medians["ours"], medians["pandas"], strict=True))
    print("| ours / pandas | " + " | ".join(f"{ratio:.2f}" for ratio in ratios) + " |")


if __name__ == "__main__":
    main()
