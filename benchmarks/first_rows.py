"""Time to the first 1,000 synthetic rows: this project against the MOSTLY AI SDK's default path.

    uv run python benchmarks/first_rows.py [FULL_TABLE.csv] [--rounds 3]

Both train on the hands-on's eight columns of the same table. "From process start" includes every import;
"from the click" starts with everything imported, as in an open notebook. Each run is a fresh process with an
empty store, ours and the SDK's in turn, each round with another seed. Accuracy is mostlyai-qa's, of as many
synthetic rows as real ones; where these are few, the mean of three draws, which vary by half a point.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from machine import describe_machine

from synth_handson import HANDS_ON_COLUMNS, load_bank_marketing

ROWS = 1_000

OURS = """
import json, sys, time
import pandas as pd
from synth_handson import train_generator, warm_up
from synth_handson.synthesis.mostly.local import POOL
frame = pd.read_csv(sys.argv[1])
warm_up()
while sys.argv[3] == "click" and not POOL.ready:
    time.sleep(0.05)
asked = time.time()
generator = train_generator(frame, target="y", random_state=int(sys.argv[5]))
generator.sample(1_000)
done = time.time()
for draw in range(int(sys.argv[6])):
    generator.sample(len(frame), random_state=draw).to_csv(f"{sys.argv[2]}/{draw}.csv", index=False)
print(json.dumps([asked, done]))
"""

SDK = """
import json, sys, time
import pandas as pd
from mostlyai.sdk import MostlyAI
frame = pd.read_csv(sys.argv[1])
mostly = MostlyAI(local=True, local_dir=sys.argv[4], quiet=True)
asked = time.time()
generator = mostly.train(data=frame, progress_bar=False)
mostly.generate(generator, size=1_000, progress_bar=False).data()
done = time.time()
for draw in range(int(sys.argv[6])):
    rows = mostly.generate(generator, size=len(frame), progress_bar=False).data()
    rows.to_csv(f"{sys.argv[2]}/{draw}.csv", index=False)
print(json.dumps([asked, done]))
"""

ACCURACY = """
import sys
import pandas as pd
from mostlyai import qa
def accuracy(draw):
    synthetic = pd.read_csv(f"{sys.argv[2]}/{draw}.csv")
    report = f"{sys.argv[2]}/report.html"
    _, metrics = qa.report(syn_tgt_data=synthetic, trn_tgt_data=real, report_path=report)
    return metrics.accuracy.overall

real = pd.read_csv(sys.argv[1])
draws = int(sys.argv[3])
print(sum(accuracy(draw) for draw in range(draws)) / draws)
"""


@dataclass(frozen=True)
class Run:
    """Seconds to the first rows, from the click and from process start, and the accuracy."""

    click: float
    process: float
    accuracy: float | None


def python(code: str, *arguments: str, folder: str) -> str:
    """Run code in a fresh process with its own, empty home, and return the last line it prints."""
    environment = os.environ | {"SYNTH_HANDSON_HOME": f"{folder}/home", "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(run.stderr)
    return run.stdout.strip().splitlines()[-1]


def measure(code: str, table: Path, start: str, seed: int, draws: int) -> Run:
    """Time one way in one process."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.time()
        line = python(code, str(table), folder, start, f"{folder}/sdk", str(seed), str(draws), folder=folder)
        asked, done = json.loads(line)
        accuracy = float(python(ACCURACY, str(table), folder, str(draws), folder=folder)) if draws else None
    run = Run(done - asked, done - started, accuracy)
    who = "ours" if code is OURS else "SDK"
    print(f"{table.stem} rows, from {start}, {who}: {run}", file=sys.stderr, flush=True)
    return run


def compare(frame: pd.DataFrame, rounds: int) -> list[str]:
    """Run both ways in turn, and return the lines of the table."""
    click, process, sdk = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / f"{len(frame)}.csv"
        frame.to_csv(table, index=False)
        draws = 3 if len(frame) < 10_000 else 1
        for seed in range(rounds):
            click.append(measure(OURS, table, "click", seed, draws))
            sdk.append(measure(SDK, table, "click and process", seed, draws))
            # The same seed makes the same generator: its accuracy is known.
            process.append(replace(measure(OURS, table, "process", seed, 0), accuracy=click[-1].accuracy))
    return [_line(len(frame), "click", click, sdk), _line(len(frame), "process", process, sdk)]


def _line(rows: int, start: str, ours: list[Run], sdk: list[Run]) -> str:
    fast, slow = ([getattr(run, start) for run in runs] for runs in (ours, sdk))
    ratios = [theirs / mine for mine, theirs in zip(fast, slow, strict=True)]
    cells = [
        f"{rows:,}",
        {"click": "the click", "process": "process start"}[start],
        f"{statistics.median(fast):.1f}",
        f"{statistics.median(slow):.1f}",
        f"{statistics.median(ratios):.1f}× ({min(ratios):.1f}–{max(ratios):.1f})",
        f"{statistics.median(run.accuracy for run in ours):.4f}",
        f"{statistics.median(run.accuracy for run in sdk):.4f}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("table", nargs="?", help="the full table as CSV; else what load_bank_marketing finds")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    full = load_bank_marketing().frame
    if options.table:
        full = pd.read_csv(options.table)[list(HANDS_ON_COLUMNS)]
    bundled = load_bank_marketing("bundled").frame
    machine = describe_machine("mostlyai", "mostlyai-engine", "mostlyai-qa", "torch")
    print(f"{ROWS:,} rows, median of {options.rounds} rounds. {machine}\n")
    head = ["rows", "from", "ours, s", "SDK default, s", "ratio (range)", "accuracy, ours", "accuracy, SDK"]
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for frame in (bundled, full) if len(full) > len(bundled) else (bundled,):
        for line in compare(frame, options.rounds):
            print(line, flush=True)


if __name__ == "__main__":
    main()
