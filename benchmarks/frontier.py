"""Which engine for whom: use against privacy risk of every engine, on tables of several shapes.

    uv run python benchmarks/frontier.py [FULL_TABLE.csv] [--seeds 3] [--engines copula trees]

Each engine is trained with each seed, and what it draws is judged by `assess`. The tables: the bundled one,
with 8 and with all 17 columns, the full one if its path is given, and two that scikit-learn carries (a
regression target; thirty numbers and a class).

Prints a Markdown table, and writes the chart of the first one as HTML if `--chart` names a file.
"""

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import pandas as pd
from machine import describe_machine
from sklearn.datasets import load_breast_cancer, load_diabetes

from synth_handson import EngineComparison, Trial, compare_engines, load_bank_marketing, split_holdout
from synth_handson.comparison import LOCAL_ENGINES
from synth_handson.paths import bundled
from synth_handson.tables.bank import HANDS_ON_COLUMNS, TARGET
from synth_handson.views.frontier import frontier_chart


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare engines.")
    parser.add_argument("path", nargs="?", help="CSV file of the full Bank Marketing table")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tables", nargs="*", help="only these")
    parser.add_argument("--engines", nargs="+", default=LOCAL_ENGINES)
    parser.add_argument("--chart", type=Path, help="where to write the chart of the first table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        # Nothing is found in the store: every training counts.
        os.environ["SYNTH_HANDSON_HOME"] = home
        compare(options)


def compare(options: argparse.Namespace) -> None:
    print(f"{describe_machine('mostlyai-engine', 'torch', 'scikit-learn')}\n")
    print("| table | drawn by | kept | C2ST | attack AUC | smallest p | verdicts | seconds |")
    print("|---|---|---:|---:|---:|---:|---|---:|")
    for name, target, frame in tables(options.path):
        if options.tables and name not in options.tables:
            continue
        train, holdout = split_holdout(frame, max(0.2, 150 / len(frame)))
        found = compare_engines(train, holdout, target, engines=options.engines, seeds=range(options.seeds))
        for line in lines(name, found):
            print(line, flush=True)
        if options.chart:
            frontier_chart(found, "en").save(options.chart)
            options.chart = None


def tables(path: str | None) -> Iterator[tuple[str, str, pd.DataFrame]]:
    yield "bundled", TARGET, load_bank_marketing("bundled").frame
    yield "bundled, 17 columns", TARGET, pd.read_csv(bundled("bank.csv"))
    if path:
        yield "full", TARGET, pd.read_csv(path, sep=None, engine="python")[list(HANDS_ON_COLUMNS)]
    yield "diabetes", "target", load_diabetes(as_frame=True, scaled=False).frame
    yield "breast cancer", "target", load_breast_cancer(as_frame=True).frame


def lines(table: str, found: EngineComparison) -> Iterator[str]:
    for engine in dict.fromkeys(trial.engine for trial in found.trials):
        yield line(table, [trial for trial in found.trials if trial.engine == engine])
    for engine, seed, error in found.failed:
        yield f"| {table} | {engine}, seed {seed} | failed: {error} | | | | | |"


def line(table: str, trials: list[Trial]) -> str:
    kept = [float(t.kept.value) for t in trials if t.kept and t.kept.value is not None]
    apart = mean(float(t.told_apart.value or 0) for t in trials)
    risk = mean(float(t.risk.value or 0) for t in trials)
    smallest = min(
        float(m.p_value) for t in trials for m in t.evidence.privacy.measures if m.p_value is not None
    )
    verdicts = ", ".join(f"{n} {verdict}" for verdict, n in Counter(t.verdict for t in trials).items())
    share = f"{mean(kept):.2f}" if kept else "–"
    return (
        f"| {table} | {trials[0].engine} | {share} | {apart:.3f} | {risk:.3f} | {smallest:.1g} | {verdicts} "
        f"| {mean(t.seconds for t in trials):.1f} |"
    )


if __name__ == "__main__":
    main()
